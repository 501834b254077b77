//! One object names another: every name must lead somewhere.
//!
//! Owns: the check over the whole rendered set of one profile. A name resolves to an object of the set in the same
//! namespace, or to one that is declared to exist outside.
//! Does not own: what one object says about itself (`values`), which fields name another (`reference`).

mod index;
pub mod network;
mod pod;

use super::reference::{self, Reference};
use super::{Finding, Resource};
use crate::diag::suggest;
use crate::resource::walk::At;
use crate::tree::{Map, Tree};
use index::Index;

crate::declare! {
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
        let made = is_made_elsewhere(resource);
        for reference in reference::of(resource).iter().filter(|reference| !made || reference.kind != "Secret") {
            scope.follow(reference);
        }
        pod::check(&resource.body, &mut scope);
        network::check(&At::root(&resource.body), &resource.id.kind, &mut scope);
        out.extend(scope.out.into_iter().map(|finding| (at, finding)));
    }
    out
}

/// cert-manager makes the Secrets of an Ingress that asks for it.
fn is_made_elsewhere(resource: &Resource) -> bool {
    let annotations = resource.body.at(&["metadata", "annotations"]).and_then(Tree::as_map);
    let asks = |map: &Map<_>| map.keys().any(|key| key.starts_with("cert-manager.io/"));
    resource.id.kind == "Ingress" && annotations.is_some_and(asks)
}

/// Where a reference is made from.
struct Scope<'s> {
    index: &'s Index<'s>,
    existing: Existing<'s>,
    namespace: Option<&'s str>,
    out: Vec<Finding>,
}

impl Scope<'_> {
    /// The name leads to an object of the kind, with the keys or the port that are asked for. Of a kind that nobody knows
    /// that is not sure.
    fn follow(&mut self, reference: &Reference) {
        let Reference { kind, name, at, field, .. } = reference;
        let Some(field) = field.filter(|_| !reference.is_optional()) else { return };
        if !self.index.has(kind, self.namespace, name) && !(self.existing)(kind, name) {
            self.missing(at, kind, name);
        }
        match *kind {
            "Service" => network::ports(reference, self),
            // CloudNativePG wants these two, by these names.
            "Secret" if field == "spec.bootstrap.initdb.secret.name" => {
                ["username", "password"].iter().for_each(|key| self.needs_key(at, kind, name, key));
            }
            _ => reference.keys().iter().for_each(|key| self.has_key(key, kind, name)),
        }
    }

    fn missing(&mut self, at: &At, kind: &str, name: &str) {
        let near = suggest::did_you_mean(name, self.index.names(kind, self.namespace));
        let hint = near.unwrap_or_else(|| {
            format!("a {kind} that is made elsewhere can be named in the project file, not in a template or patch")
        });
        let message = format!("there is no {kind} `{name}` among the rendered objects");
        self.out.push(at.found(UNKNOWN_REFERENCE, message).hint(hint));
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
