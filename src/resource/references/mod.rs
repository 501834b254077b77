//! One object names another: every name must lead somewhere.
//!
//! Owns: the check over the whole rendered set of one profile. A name resolves to an object of the set in the same
//! namespace, or to one that is declared to exist outside.
//! Does not own: what one object says about itself (`values`). References out of the namespace, and to what belongs to
//! the cluster (storage and priority classes, gateways, secret stores, ClusterRoles), are not followed.

mod cnpg;
mod index;
pub mod network;
mod owner;
mod pod;

use super::{Finding, Resource};
use crate::diag::suggest;
use crate::resource::walk::At;
use index::Index;

crate::rules! {
    /// an object names one that is not there
    ///
    /// An object names another (a ConfigMap, Secret, claim, ServiceAccount, Service) that is not among the rendered
    ///   ones and is not declared to exist. The pod would wait for it forever.
    /// Fix: correct the name, or declare that it is made elsewhere.
    UNKNOWN_REFERENCE = "unknown-reference", Either;

    /// an object names a key that is not there
    ///
    /// An object names a key that the ConfigMap or Secret does not have. The container would not start.
    UNKNOWN_DATA_KEY = "unknown-data-key", Either;
}

/// Says whether the user declared an object of this kind and name to exist in the cluster.
pub type Existing<'e> = &'e dyn Fn(&str, &str) -> bool;

/// All references of a set. The number is the index of the object that makes the reference.
pub fn check(set: &[Resource], existing: Existing) -> Vec<(usize, Finding)> {
    let index = Index::new(set);
    let mut out = Vec::new();
    for (at, resource) in set.iter().enumerate() {
        let mut scope = Scope { index: &index, existing, namespace: resource.id.namespace.as_deref(), out: Vec::new() };
        let root = At::root(&resource.body);
        pod::check(&resource.body, &mut scope);
        network::check(&root, &resource.id.kind, &mut scope);
        owner::check(&root, &resource.id.kind, &mut scope);
        cnpg::check(&root, &resource.id.kind, resource.id.group(), &mut scope);
        out.extend(scope.out.into_iter().map(|finding| (at, finding)));
    }
    out
}

/// Where a reference is made from.
struct Scope<'s> {
    index: &'s Index<'s>,
    existing: Existing<'s>,
    namespace: Option<&'s str>,
    out: Vec<Finding>,
}

impl Scope<'_> {
    /// The name under a key leads to an object of the kind.
    fn object(&mut self, parent: Option<&At>, key: &'static str, kind: &str) {
        let Some(at) = parent.and_then(|parent| parent.get(key)) else { return };
        let Some(name) = at.text().filter(|name| !name.is_empty()) else { return };
        if self.index.has(kind, self.namespace, name) || (self.existing)(kind, name) {
            return;
        }
        self.missing(&at, kind, name);
    }

    fn missing(&mut self, at: &At, kind: &str, name: &str) {
        let near = suggest::did_you_mean(name, self.index.names(kind, self.namespace));
        let hint = near.unwrap_or_else(|| {
            format!("a {kind} that is made elsewhere can be named in the project file, not in a template or patch")
        });
        let message = format!("there is no {kind} `{name}` among the rendered objects");
        self.out.push(at.found(UNKNOWN_REFERENCE, message).hint(hint));
    }

    /// A `{name, key, optional}` leads to a ConfigMap or Secret that has the key.
    fn key(&mut self, reference: Option<At>, kind: &'static str) {
        let Some(at) = reference.filter(|at| at.bool("optional") != Some(true)) else { return };
        self.object(Some(&at), "name", kind);
        if let (Some(name), Some(key)) = (at.str("name"), at.get("key")) {
            self.has_key(&key, kind, name);
        }
    }

    /// A `{name, items: [{key}], optional}`, where the name of a Secret's volume is `secretName`.
    fn source(&mut self, source: Option<At>, kind: &'static str, name: &'static str) {
        let Some(at) = source.filter(|at| at.bool("optional") != Some(true)) else { return };
        self.object(Some(&at), name, kind);
        let Some(name) = at.str(name) else { return };
        for key in at.items("items").iter().filter_map(|item| item.get("key")) {
            self.has_key(&key, kind, name);
        }
    }

    fn has_key(&mut self, at: &At, kind: &str, name: &str) {
        if let Some(key) = at.text() {
            self.needs_key(at, kind, name, key);
        }
    }

    /// As [`has_key`](Self::has_key), for a key that whoever reads the object knows by itself.
    fn needs_key(&mut self, at: &At, kind: &str, name: &str, key: &str) {
        let Some(keys) = self.index.keys(kind, self.namespace, name) else { return };
        if keys.contains(key) || (self.existing)(kind, name) {
            return;
        }
        let known = || keys.iter().copied();
        let hint = suggest::did_you_mean(key, known())
            .or_else(|| (1..=8).contains(&keys.len()).then(|| format!("it has {}", list(known()))));
        let message = format!("the {kind} `{name}` has no key `{key}`");
        self.out.push(at.found(UNKNOWN_DATA_KEY, message).maybe_hint(hint));
    }
}

fn list<'k>(names: impl Iterator<Item = &'k str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
