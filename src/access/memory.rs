//! Files in memory, by path: what a caller of the library has that is on no disk.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow};

use super::{Entry, Store};

#[derive(Clone, Debug, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Memory {
    /// What comes behind a folder, in the paths that begin with it.
    fn below<'m>(&'m self, folder: &'m str) -> impl Iterator<Item = &'m str> {
        self.0.keys().filter_map(move |path| match folder {
            "" => Some(path.as_str()),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        })
    }
}

impl Store for Memory {
    fn entry(&self, path: &str) -> Result<Entry> {
        Ok(match self.0.get(path) {
            Some(bytes) => Entry::File(bytes.len() as u64),
            None if path.is_empty() || self.below(path).next().is_some() => Entry::Folder,
            None => Entry::Nothing,
        })
    }

    fn bytes(&self, path: &str, _: u64) -> Result<Vec<u8>> {
        self.0.get(path).cloned().context("it is not there")
    }

    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let names: BTreeSet<&str> = self.below(folder).filter_map(|rest| rest.split('/').next()).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn missing(&self, shown: &str) -> anyhow::Error {
        anyhow!("there is no `{shown}`")
    }
}
