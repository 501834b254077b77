//! The objects of all profiles, side by side: each has a number, by which the profiles' variants of it are found.
//!
//! Owns: which object is which, which of them the base has, and what a kustomization.yaml takes out of all of them.
//! Does not own: the files (`kustomize.rs`), the paths (`names.rs`).

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use indexmap::IndexMap;

use super::labels;
use super::names::Names;
use super::{namespace, refuse};
use crate::diag::Report;
use crate::parallel::each;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// A profile as rendered.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub namespace: Option<String>,
    pub resources: Vec<Resource>,
}

pub struct Object {
    /// Its number, the same in every profile.
    pub at: usize,
    /// Without the profile's own namespace where that differs by profile.
    pub id: Id,
    pub component: Arc<str>,
    /// As kustomize must build it.
    pub body: Tree,
    /// As it is written: without what the overlay's kustomization.yaml gives it.
    pub stored: Tree,
    /// The overlay's kustomization.yaml must not touch it.
    pub pinned: bool,
    /// A value that can be read stays in the overlay of the profile that spells it out: the base is everybody's. So does
    /// ciphertext, which is one profile's.
    private: bool,
}

pub struct Split {
    pub names: Vec<String>,
    /// Where they differ.
    pub namespaces: Vec<Option<String>>,
    pub profiles: Vec<Vec<Object>>,
    pub paths: Names,
    /// Whether an object is in the base, by its number.
    pub shared: Vec<bool>,
    pub labels: Vec<labels::Labels>,
    /// Worth threads.
    pub large: bool,
}

/// With fewer objects than this in all profiles, a thread costs more than it saves.
const WORTH_A_THREAD: usize = 300;

impl Split {
    pub fn new(profiles: Vec<Profile>) -> Result<Self> {
        let distinct: BTreeSet<_> = profiles.iter().map(|profile| &profile.namespace).collect();
        let moving = distinct.len() > 1;
        let count = profiles.len();
        let names: Vec<_> = profiles.iter().map(|profile| profile.name.clone()).collect();
        let namespaces: Vec<_> = profiles.iter().map(|p| p.namespace.clone().filter(|_| moving)).collect();
        let large = profiles.iter().map(|profile| profile.resources.len()).sum::<usize>() >= WORTH_A_THREAD;
        let given = profiles.into_iter().zip(&namespaces).collect();
        let read =
            |_: &mut (), (profile, namespace): (Profile, &Option<String>)| objects(profile, namespace.as_deref());
        let mut profiles: Vec<_> = each(given, large, || (), read).into_iter().collect::<Result<_>>()?;
        let known = known(&profiles);
        let shared = number(&mut profiles, &known, &names)?;
        Ok(Self {
            names,
            namespaces,
            profiles,
            paths: Names::new(&known),
            shared,
            labels: vec![labels::Labels::new(); count],
            large,
        })
    }

    /// What kustomize cannot build.
    pub fn refused(&self) -> Report {
        let look = |_: &mut (), objects: &Vec<Object>| {
            let mut report = Report::new();
            objects.iter().for_each(|object| refuse::check(&object.id.to_string(), &object.body, &mut report));
            report
        };
        let mut report = Report::new();
        let found = each(self.profiles.iter().collect(), self.large, || (), look);
        found.into_iter().for_each(|found| report.extend(found));
        report
    }

    /// Takes out of the objects what a kustomization.yaml says for all of them.
    pub fn lift(&mut self) {
        let free: Vec<Vec<&Tree>> =
            (self.profiles.iter()).map(|list| list.iter().filter(|o| !o.pinned).map(|o| &o.stored).collect()).collect();
        self.labels = labels::plan(&free);
        let profiles = self.profiles.iter_mut().zip(&self.labels).collect();
        let strip = |_: &mut (), (objects, labels): (&mut Vec<Object>, &labels::Labels)| {
            for object in objects.iter_mut().filter(|object| !object.pinned) {
                labels::strip(&mut object.stored, labels);
            }
        };
        each(profiles, self.large, || (), strip);
    }

    /// The objects of the base, each as the profiles have it.
    pub fn variants(&self) -> Vec<Vec<&Object>> {
        let mut out = vec![Vec::new(); self.shared.len()];
        self.profiles.iter().flatten().for_each(|object| out[object.at].push(object));
        out.retain(|variants| variants.first().is_some_and(|object| self.shared[object.at]));
        out
    }
}

/// The objects of a profile that are in a tree at all. `namespace` where the overlay says it.
fn objects(profile: Profile, namespace: Option<&str>) -> Result<Vec<Object>> {
    let in_tree = profile.resources.into_iter().filter(|resource| !resource.stream_only);
    // Where a leaf came from is no part of a file; what knows it goes as soon as it was read.
    let plain = |resource: Resource| (resource.component, resource.body.map_from(&mut |_| ()));
    let (components, bodies): (Vec<Arc<str>>, Vec<Tree>) = in_tree.map(plain).unzip();
    let ours =
        |body: &&Tree| namespace.is_none() || body.at(&["metadata", "namespace"]).and_then(Tree::as_str) == namespace;
    let accounts = namespace::accounts(bodies.iter().filter(ours));
    let object = |(component, body): (Arc<str>, Tree)| {
        let stripped = match namespace {
            Some(namespace) => namespace::strip(&body, namespace, &accounts),
            None => Some(body.clone()),
        };
        let pinned = stripped.is_none();
        let stored = stripped.unwrap_or_else(|| body.clone());
        let id = Id::of(&stored).with_context(|| format!("an object of {component} has no identity"))?;
        let private = body.holds_secret() || is_ciphertext(&body);
        Ok(Object { at: 0, id, component, body, stored, pinned, private })
    };
    components.into_iter().zip(bodies).map(object).collect()
}

/// All objects, sorted, each with the component of the first profile that has it.
fn known(profiles: &[Vec<Object>]) -> IndexMap<Id, Arc<str>> {
    let mut out: IndexMap<Id, Arc<str>> = IndexMap::new();
    for object in profiles.iter().flatten() {
        if !out.contains_key(&object.id) {
            out.insert(object.id.clone(), object.component.clone());
        }
    }
    out.sort_unstable_keys();
    out
}

/// Numbers the objects; says of each number whether the base can have it.
fn number(profiles: &mut [Vec<Object>], known: &IndexMap<Id, Arc<str>>, names: &[String]) -> Result<Vec<bool>> {
    let all = profiles.len();
    let mut counts = vec![0; known.len()];
    for (name, objects) in names.iter().zip(profiles) {
        let mut seen = vec![false; known.len()];
        for object in objects {
            object.at = known.get_index_of(&object.id).with_context(|| object.id.to_string())?;
            if std::mem::replace(&mut seen[object.at], true) {
                bail!("profile {name} has two objects {}", object.id);
            }
            counts[object.at] += usize::from(!object.pinned && !object.private);
        }
    }
    Ok(counts.into_iter().map(|count| count == all).collect())
}

fn is_ciphertext(body: &Tree) -> bool {
    match body.get("kind").and_then(Tree::as_str) {
        Some("SealedSecret") => true,
        Some("Secret") => body.get("sops").is_some(),
        _ => false,
    }
}
