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
}

impl Secrets {
    pub fn new(name: String) -> Self {
        Self { name, keys: Vec::new(), renamed: BTreeMap::new() }
    }

    /// The reference to a key.
    pub fn reference(&mut self, wanted: &str, value: Option<&Secret<String>>, service: &str) -> String {
        let key = self.key(wanted, value, service);
        format!("secrets.{}.{key}", self.name)
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
