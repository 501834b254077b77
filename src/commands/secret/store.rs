//! The encrypted files of a profile, changed together: all of them, or none.
//!
//! Owns: which files a value goes to, keeping other runs out, and writing.
//! Does not own: what is done with one file (`sealed.rs`, `sops.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::sealed;
use super::sops;
use crate::access::Access;
use crate::output::write;
use crate::plan::Plan;
use crate::plan::need::Needed;
use crate::plan::piece::Home;
use crate::plan::provider::Provider;
use crate::seal::Certificate;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::source::Sources;

/// A value and where it belongs.
pub struct Job<'p> {
    pub needed: &'p Needed,
    pub value: Secret<String>,
}

pub struct Store<'r> {
    pub access: &'r Access,
    /// The project's folder.
    pub root: &'r Path,
    pub sources: &'r mut Sources,
    pub settings: &'r Settings,
    pub plan: &'r Plan,
    /// By path.
    pub certificates: BTreeMap<String, Certificate>,
}

/// What is to be written, by path, and what to say of it.
#[derive(Default)]
pub struct Changes {
    pub files: BTreeMap<String, String>,
    pub news: Vec<String>,
}

impl<'r> Store<'r> {
    pub fn new(access: &'r Access, sources: &'r mut Sources, settings: &'r Settings, plan: &'r Plan) -> Self {
        Self { access, root: &access.folder, sources, settings, plan, certificates: BTreeMap::new() }
    }

    /// The files that a value goes to: its own Secret's, and for `sealed` those of Secrets with keys composed of it.
    pub fn places(&self, needed: &Needed) -> Vec<(String, Provider)> {
        let provider = |secret: &String| match *secret == needed.home.secret {
            true => needed.provider.clone(),
            false => self.composer(secret, &needed.home).unwrap_or_default(),
        };
        let places = needed.secrets.iter().map(|secret| (secret.clone(), provider(secret)));
        places.filter(|(_, provider)| matches!(provider, Provider::Sealed(_) | Provider::Sops(_))).collect()
    }

    /// Who composes a key of `secret` of this value.
    fn composer(&self, secret: &str, home: &Home) -> Option<Provider> {
        let is_made_of = |key: &&Needed| key.home.secret == secret && super::elsewhere::parts(key).contains(&home);
        self.plan.secrets.iter().find(is_made_of).map(|key| key.provider.clone())
    }

    /// Everything that can be looked at before there is a value.
    pub fn prepare(&mut self, needed: &Needed) -> Result<()> {
        for (secret, provider) in self.places(needed) {
            if let Provider::Sealed(settings) = &provider {
                sealed::certificate(self, settings)?;
                sealed::open(self, &secret, settings)?;
            }
        }
        Ok(())
    }

    /// Encrypts all values, and writes when all are. What there is to say of it.
    pub fn put(&mut self, jobs: &[Job]) -> Result<Vec<String>> {
        let folders: BTreeSet<String> = jobs.iter().flat_map(|job| self.folders(job.needed)).collect();
        let held: Result<Vec<_>> = folders.iter().map(|folder| write::hold(self.root, folder)).collect();
        let _held = held?;
        let mut changes = Changes::default();
        sealed::put(self, jobs, &mut changes)?;
        sops::put(self, jobs, &mut changes)?;
        write::replace(self.root, &changes.files)?;
        Ok(changes.news)
    }

    fn folders(&self, needed: &Needed) -> Vec<String> {
        let path = |(secret, provider): (String, Provider)| provider.path(&self.settings.profile, &secret);
        let folder = |path: String| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        self.places(needed).into_iter().filter_map(path).filter_map(folder).collect()
    }
}
