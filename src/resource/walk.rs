//! Walking a rendered object with the path at hand.
//!
//! Owns: a node together with where it stands, so that a check never puts a path together itself.
//! Does not own: the tree (`tree.rs`).

use super::{Body, Finding, Part};
use crate::diag::Rule;
use crate::tree::{Kind, Step, Tree};

#[derive(Clone, Debug)]
pub struct At<'t> {
    pub node: &'t Body,
    path: Vec<Step<'t>>,
}

impl<'t> At<'t> {
    pub fn root(node: &'t Body) -> Self {
        Self { node, path: Vec::new() }
    }

    fn step(&self, node: &'t Body, step: Step<'t>) -> Self {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
        path.push(step);
        Self { node, path }
    }

    /// The value of a key; a null is as good as none, for the server drops it.
    pub fn get(&self, key: &'t str) -> Option<Self> {
        let node = self.node.get(key).filter(|node| !node.is_null())?;
        Some(self.step(node, Step::Key(key)))
    }

    pub fn child(&self, step: Step<'t>) -> Option<Self> {
        Some(self.step(self.node.child(step)?, step))
    }

    pub fn at(&self, keys: &[&'t str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |at, key| at.get(key))
    }

    /// The items of the list under a key; none when there is no list.
    pub fn items(&self, key: &'t str) -> Vec<Self> {
        self.get(key).map(|at| at.children()).unwrap_or_default()
    }

    /// The items of this list.
    pub fn children(&self) -> Vec<Self> {
        let list = self.node.as_list().unwrap_or_default();
        list.iter().enumerate().map(|(index, item)| self.step(item, Step::Index(index))).collect()
    }

    /// The entries of the map under a key; none when there is no map.
    pub fn entries(&self, key: &'t str) -> Vec<(&'t str, Self)> {
        self.get(key).map(|at| at.fields()).unwrap_or_default()
    }

    /// The entries of this map that are not null.
    pub fn fields(&self) -> Vec<(&'t str, Self)> {
        let Some(map) = self.node.as_map() else { return Vec::new() };
        let entries = map.iter().filter(|(_, value)| !value.is_null());
        entries.map(|(key, value)| (&**key, self.step(value, Step::Key(key)))).collect()
    }

    pub fn str(&self, key: &str) -> Option<&'t str> {
        self.node.get(key).and_then(Tree::as_str)
    }

    pub fn int(&self, key: &str) -> Option<i64> {
        self.node.get(key).and_then(Tree::as_i64)
    }

    pub fn bool(&self, key: &str) -> Option<bool> {
        self.node.get(key).and_then(Tree::as_bool)
    }

    /// The key under which it stands.
    pub fn key(&self) -> Option<&'t str> {
        self.path.iter().rev().find_map(|step| if let Step::Key(key) = step { Some(*key) } else { None })
    }

    pub fn text(&self) -> Option<&'t str> {
        self.node.as_str()
    }

    /// A string or a number as text: quantities and ports may be either.
    pub fn scalar(&self) -> Option<String> {
        match &self.node.kind {
            Kind::String(text) => Some(text.to_string()),
            Kind::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub fn path(&self) -> Vec<Part> {
        self.path.iter().map(|step| Part::from(*step)).collect()
    }

    /// The path of a key that may not be there.
    pub fn path_to(&self, key: &str) -> Vec<Part> {
        let mut path = self.path();
        path.push(Part::Key(key.to_owned()));
        path
    }

    pub fn found(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.path(), message)
    }

    /// Of a key of this map that may not be there.
    pub fn found_at(&self, key: &str, rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.path_to(key), message)
    }
}
