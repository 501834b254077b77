//! One kustomization.yaml: what it says, and what kustomize makes of it.
//!
//! Owns: the order in which kustomize works: patches, namespace, labels, images.
//! Does not own: what is in a layer (`kustomize.rs`).

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow};
use indexmap::IndexMap;

use super::images::{Image, Images};
use super::labels::{self, Labels};
use super::namespace;
use super::patch::Patch;
use crate::resource::{DEFAULT, Id};
use crate::tree::{Map, Tree};

#[derive(Debug, Default)]
pub struct Layer {
    /// Files and folders, relative to this one.
    pub resources: Vec<String>,
    pub namespace: Option<String>,
    pub labels: Labels,
    pub images: Vec<Image>,
    /// By object, as it is before the patch.
    pub patches: Vec<(Id, String, Patch)>,
    /// The objects of the kind and name that a JSON patch is for: it must not meet the others.
    pub twins: BTreeSet<Id>,
}

impl Layer {
    pub fn tree(&self) -> Tree {
        let mut out = Map::new();
        out.insert("apiVersion", "kustomize.config.k8s.io/v1beta1");
        out.insert("kind", "Kustomization");
        if let Some(namespace) = &self.namespace {
            out.insert("namespace", namespace.as_str());
        }
        let mut resources = self.resources.clone();
        resources.sort();
        out.insert("resources", Tree::list(resources));
        if !self.labels.is_empty() {
            let pairs = Tree::map(self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            out.insert("labels", Tree::list([Tree::map([("pairs", pairs)])]));
        }
        if !self.patches.is_empty() {
            let mut patches: Vec<_> = self.patches.iter().collect();
            patches.sort_by_key(|(_, path, _)| path);
            let entry = |(id, path, patch): &(Id, String, Patch)| entry(id, path, patch, &self.twins);
            out.insert("patches", Tree::list(patches.into_iter().map(entry)));
        }
        out.into()
    }

    /// What kustomize builds of these objects.
    pub fn build(&self, mut objects: Vec<Tree>) -> Result<Vec<Tree>> {
        let places: IndexMap<_, _> = objects.iter().enumerate().map(|(at, object)| (Id::of(object), at)).collect();
        for (id, _, patch) in &self.patches {
            let at = places.get(&Some(id.clone())).with_context(|| format!("the patch of {id} matches nothing"))?;
            let object = &mut objects[*at];
            *object = patch.apply(object).map_err(|error| anyhow!("the patch of {id}: {error}"))?;
        }
        if let Some(namespace) = &self.namespace {
            let accounts = namespace::accounts(&objects);
            objects.iter_mut().for_each(|object| namespace::transform(object, namespace, &accounts));
        }
        let images = Images::of(&self.images);
        for object in &mut objects {
            labels::transform(object, &self.labels);
            images.transform(object);
        }
        Ok(objects)
    }
}

fn entry(id: &Id, path: &str, patch: &Patch, twins: &BTreeSet<Id>) -> Tree {
    let mut out = Map::new();
    out.insert("path", path);
    // A strategic patch says itself what it is for.
    if matches!(patch, Patch::Json(_)) {
        out.insert("target", target(id, twins));
    }
    out.into()
}

/// Names are regular expressions here, anchored at both ends. What is not said matches anything: the core group, which is
/// an empty text, is `^$`, and no namespace is `default` (measured with v5.5.0). Both are said where they tell twins apart.
fn target(id: &Id, twins: &BTreeSet<Id>) -> Map {
    let mut out = Map::new();
    let (group, version) = id.api_version.split_once('/').unwrap_or(("", &id.api_version));
    let others = || twins.iter().filter(|other| other.kind == id.kind && other.name == id.name);
    if !group.is_empty() {
        out.insert("group", group);
    } else if others().any(|other| !other.group().is_empty()) {
        out.insert("group", CORE);
    }
    out.insert("version", version);
    out.insert("kind", id.kind.as_str());
    out.insert("name", id.name.replace('.', "\\."));
    if let Some(namespace) = &id.namespace {
        out.insert("namespace", namespace.as_str());
    } else if others().any(|other| other.namespace.is_some()) {
        out.insert("namespace", DEFAULT);
    }
    out
}

/// The core group, as an expression.
pub const CORE: &str = "^$";
