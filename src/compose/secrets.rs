//! The keys of the Secrets that a conversion declares: never a value.

use std::collections::BTreeMap;

use super::text::Item;
use crate::secret::Secret;

/// The project's Secret: what each key was, where it is known, so that one name with two values is two keys.
pub struct Secrets {
    pub name: String,
    keys: Vec<(String, Option<Secret<String>>)>,
    /// What one service called a key, where that is not the key.
    renamed: BTreeMap<(String, String), String>,
    /// Who has a value first has it for all: a server and its client are told the same.
    values: Vec<(Secret<String>, String)>,
}

impl Secrets {
    pub fn new(name: String) -> Self {
        Self { name, keys: Vec::new(), renamed: BTreeMap::new(), values: Vec::new() }
    }

    /// The reference to a key.
    pub fn reference(&mut self, wanted: &str, value: Option<&Secret<String>>, service: &str) -> String {
        if let Some(known) = value.and_then(|value| self.known(value)) {
            return known;
        }
        let key = self.key(wanted, value, service);
        let reference = format!("secrets.{}.{key}", self.name);
        if let Some(value) = value {
            self.note(value, &reference);
        }
        reference
    }

    /// The reference to the key that has a value.
    pub fn known(&self, value: &Secret<String>) -> Option<String> {
        self.values.iter().find(|(known, _)| known == value).map(|(_, reference)| reference.clone())
    }

    /// A value that another Secret has.
    pub fn note(&mut self, value: &Secret<String>, reference: &str) {
        self.values.push((value.clone(), reference.to_owned()));
    }

    fn key(&mut self, wanted: &str, value: Option<&Secret<String>>, service: &str) -> String {
        let asked = (service.to_owned(), wanted.to_owned());
        if let Some(known) = self.renamed.get(&asked) {
            return known.clone();
        }
        let same = |known: &Option<Secret<String>>| match (known, value) {
            (Some(known), Some(value)) => known == value,
            _ => true,
        };
        match self.keys.iter().find(|(key, _)| key == wanted) {
            None => self.keys.push((wanted.to_owned(), value.cloned())),
            Some((_, known)) if same(known) => {}
            Some(_) => {
                let own =
                    format!("{}_{wanted}", service.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
                self.keys.push((own.clone(), value.cloned()));
                self.renamed.insert(asked, own.clone());
                return own;
            }
        }
        wanted.to_owned()
    }

    pub fn count(&self) -> usize {
        self.keys.len()
    }

    pub fn item(&self) -> Option<Item> {
        let keys = self.keys.iter().map(|(key, _)| Item::raw(key, "{}")).collect();
        (!self.keys.is_empty()).then(|| Item::map(&*self.name, keys))
    }
}
