//! Profiles to a tree for kustomize.
//!
//! Owns: which object lives where, in both layouts; the proof that kustomize builds of the files what was rendered.
//! Does not own: the patches (`patch.rs`), the paths (`names.rs`), the disk.
//!
//! `overlays`: an object of every profile lives in `base`, any other in the overlays that have it. Where the profiles'
//! namespaces differ, objects carry none and each overlay says its own; an object that cannot bear that (see
//! `namespace.rs`) is written whole beside a folder `namespaced`, which then holds the rest of the overlay.
//! `flat`: every profile by itself, an object a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};

use super::images;
use super::labels;
use super::layer::Layer;
use super::names::{INNER, Names};
use super::patch::{self, Patch};
use super::yaml::{self, Reveal};
use super::{base, json_patch, namespace, order, refuse};
use crate::diag::{self, Report};
use crate::parallel::each;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Overlays,
    Flat,
}

/// A profile as rendered.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub namespace: Option<String>,
    pub resources: Vec<Resource>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub text: String,
    /// A secret value can be read in it.
    pub readable: bool,
}

/// By path, relative to the output folder, with `/`.
pub type Files = BTreeMap<String, File>;

/// The outer error is kgen's own failure; the inner one is what the user has to change. `source` is the project file's
/// name, for the first line of each file.
pub fn tree(layout: Layout, profiles: Vec<Profile>, source: &str) -> Result<diag::Result<Files>> {
    let mut split = Split::new(profiles)?;
    let report = split.refused();
    if report.has_errors() {
        return Ok(Err(report));
    }
    let mut writer = Writer { source, files: Files::new() };
    match layout {
        Layout::Flat => split.flat(&mut writer)?,
        Layout::Overlays => {
            split.lift();
            split.overlays(&mut writer)?;
        }
    }
    Ok(Ok(writer.files))
}

struct Object {
    /// Without the profile's own namespace where that differs by profile.
    id: Id,
    component: Arc<str>,
    /// As kustomize must build it.
    body: Tree,
    /// As it is written: without what the overlay's kustomization.yaml gives it.
    stored: Tree,
    /// The overlay's kustomization.yaml must not touch it.
    pinned: bool,
    /// A value that can be read stays in the overlay of the profile that spells it out: the base is everybody's. So does
    /// ciphertext, which is one profile's.
    private: bool,
}

struct Split {
    names: Vec<String>,
    /// Where they differ.
    namespaces: Vec<Option<String>>,
    profiles: Vec<Vec<Object>>,
    paths: Names,
    labels: Vec<labels::Labels>,
    images: images::Plan,
    /// Worth threads.
    large: bool,
}

impl Split {
    fn new(profiles: Vec<Profile>) -> Result<Self> {
        let distinct: BTreeSet<_> = profiles.iter().map(|profile| &profile.namespace).collect();
        let moving = distinct.len() > 1;
        let count = profiles.len();
        let names: Vec<_> = profiles.iter().map(|profile| profile.name.clone()).collect();
        let namespaces: Vec<_> = profiles.iter().map(|p| p.namespace.clone().filter(|_| moving)).collect();
        let given: Vec<_> = profiles.into_iter().zip(&namespaces).collect();
        let large = is_large(given.iter().map(|(profile, _)| profile.resources.len()));
        let objects = each(given, large, || (), |(), (profile, namespace)| objects(profile, namespace.as_deref()));
        let objects: Vec<_> = objects.into_iter().collect::<Result<_>>()?;
        let mut components = BTreeMap::new();
        for object in objects.iter().flatten() {
            if !components.contains_key(&object.id) {
                components.insert(object.id.clone(), object.component.to_string());
            }
        }
        Ok(Self {
            names,
            namespaces,
            paths: Names::new(&components),
            labels: vec![labels::Labels::new(); count],
            images: images::Plan { base: vec![], profiles: vec![vec![]; count] },
            profiles: objects,
            large,
        })
    }

    /// What kustomize cannot build.
    fn refused(&self) -> Report {
        let found = each(
            self.profiles.iter().collect(),
            self.large,
            || (),
            |(), objects: &Vec<Object>| {
                let mut report = Report::new();
                objects.iter().for_each(|object| refuse::check(&object.id.to_string(), &object.body, &mut report));
                report
            },
        );
        let mut report = Report::new();
        found.into_iter().for_each(|found| report.extend(found));
        report
    }

    /// Takes out of the objects what a kustomization.yaml says for all of them.
    fn lift(&mut self) {
        let free: Vec<Vec<&Tree>> =
            self.profiles.iter().map(|list| list.iter().filter(|o| !o.pinned).map(|o| &o.stored).collect()).collect();
        self.labels = labels::plan(&free);
        let shared: BTreeSet<Id> = self.shared().into_iter().collect();
        let seen: Vec<Vec<images::Seen>> = (self.profiles.iter())
            .map(|list| list.iter().filter(|o| !o.pinned).map(|o| (&o.stored, shared.contains(&o.id))).collect())
            .collect();
        self.images = images::plan(&seen, self.large);
        let images = images::Images::of(&self.images.base);
        let profiles = self.profiles.iter_mut().zip(&self.labels).collect();
        let strip = |_: &mut (), (objects, labels): (&mut Vec<Object>, &labels::Labels)| {
            for object in objects.iter_mut().filter(|object| !object.pinned) {
                labels::strip(&mut object.stored, labels);
                images.transform(&mut object.stored);
            }
        };
        each(profiles, self.large, || (), strip);
    }

    /// The objects of the base, in kustomize's order.
    fn shared(&self) -> Vec<Id> {
        let mut counts: BTreeMap<&Id, usize> = BTreeMap::new();
        for object in self.profiles.iter().flatten().filter(|object| !object.pinned && !object.private) {
            *counts.entry(&object.id).or_default() += 1;
        }
        let everywhere = counts.into_iter().filter(|(_, count)| *count == self.profiles.len());
        let mut out: Vec<Id> = everywhere.map(|(id, _)| id.clone()).collect();
        out.sort_by_cached_key(order::key);
        out
    }

    fn overlays(mut self, writer: &mut Writer) -> Result<()> {
        let bases = self.base(writer)?;
        // Each thread takes its profile apart when it is done with it.
        let profiles = std::mem::take(&mut self.profiles).into_iter().enumerate().collect();
        let build = |_: &mut (), (at, objects): (_, Vec<_>)| self.overlay(at, &objects, &bases, writer.source);
        let overlays = each(profiles, self.large, || (), build);
        overlays.into_iter().try_for_each(|files| writer.add(files?))
    }

    /// Writes what the profiles have in common, and returns it.
    fn base(&self, writer: &mut Writer) -> Result<BTreeMap<Id, Tree>> {
        let mut variants: BTreeMap<&Id, Vec<&Object>> = BTreeMap::new();
        for object in self.profiles.iter().flatten() {
            variants.entry(&object.id).or_default().push(object);
        }
        let (shared, source) = (self.shared(), writer.source);
        let parts = shared.chunks(PART).collect();
        let written = each(parts, shared.len() > PART, || (), |(), ids| self.common(ids, &variants, source));
        let mut bases = BTreeMap::new();
        for part in written {
            let (objects, files) = part?;
            writer.add(files)?;
            bases.extend(objects);
        }
        let resources = shared.iter().map(|id| self.paths.file(id).to_owned()).collect();
        if !bases.is_empty() {
            writer.write("base/kustomization.yaml", "base", &Layer { resources, ..Layer::default() }.tree())?;
        }
        Ok(bases)
    }

    /// Some objects of the base, with their files.
    fn common(
        &self,
        ids: &[Id],
        variants: &BTreeMap<&Id, Vec<&Object>>,
        source: &str,
    ) -> Result<(Vec<(Id, Tree)>, Files)> {
        let (mut writer, mut out) = (Writer { source, files: Files::new() }, Vec::new());
        for id in ids {
            let variants = variants.get(id).map(Vec::as_slice).unwrap_or_default();
            let base = base::common(&variants.iter().map(|object| &object.stored).collect::<Vec<_>>());
            let component = variants.first().map_or("", |object| &object.component);
            writer.write(&format!("base/{}", self.paths.file(id)), component, &base)?;
            out.push((id.clone(), base));
        }
        Ok((out, writer.files))
    }

    /// The files of one overlay, proved to build to its profile.
    fn overlay(&self, profile: usize, objects: &[Object], bases: &BTreeMap<Id, Tree>, source: &str) -> Result<Files> {
        let writer = &mut Writer { source, files: Files::new() };
        let name = self.names[profile].as_str();
        let outer = format!("overlays/{name}");
        let nested = objects.iter().any(|object| object.pinned);
        let inner = if nested { format!("{outer}/{INNER}") } else { outer.clone() };
        let mut layer = Layer {
            namespace: self.namespaces[profile].clone(),
            labels: self.labels[profile].clone(),
            images: self.images.profiles[profile].clone(),
            ..Layer::default()
        };
        if !bases.is_empty() {
            layer.resources.push(if nested { "../../../base" } else { "../../base" }.to_owned());
        }
        let mut built: Vec<Tree> = bases.values().cloned().collect();
        let mut pinned = Layer { resources: vec![INNER.to_owned()], ..Layer::default() };
        for object in objects {
            let file = self.paths.file(&object.id);
            if let Some(base) = bases.get(&object.id) {
                self.patch(object, base, &inner, &mut layer, writer)?;
            } else if object.pinned {
                writer.write(&format!("{outer}/{file}"), &object.component, &object.body)?;
                pinned.resources.push(file.to_owned());
            } else {
                writer.write(&format!("{inner}/{file}"), &object.component, &object.stored)?;
                layer.resources.push(file.to_owned());
                built.push(object.stored.clone());
            }
        }
        let ids = bases.keys().chain(objects.iter().filter(|object| !object.pinned).map(|object| &object.id));
        layer.twins = twins(&layer.patches, ids);
        writer.write(&format!("{inner}/kustomization.yaml"), name, &layer.tree())?;
        if nested {
            writer.write(&format!("{outer}/kustomization.yaml"), name, &pinned.tree())?;
        }
        let built = layer.build(built).with_context(|| format!("profile {name}"))?;
        verify(name, objects.iter().filter(|object| !object.pinned), &built)?;
        Ok(std::mem::take(&mut writer.files))
    }

    fn patch(&self, object: &Object, base: &Tree, folder: &str, layer: &mut Layer, writer: &mut Writer) -> Result<()> {
        let found = patch::between(base, &object.stored).with_context(|| object.id.to_string())?;
        let Some(patch) = found else { return Ok(()) };
        let path = self.paths.patch(&object.id);
        let tree = match &patch {
            Patch::Strategic(tree) => tree.clone(),
            Patch::Json(operations) => operations.clone().into(),
        };
        writer.write(&format!("{folder}/{path}"), &object.component, &tree)?;
        let id = Id::of(base).with_context(|| format!("the base of {} has no identity", object.id))?;
        layer.patches.push((id, path.to_owned(), patch));
        Ok(())
    }

    fn flat(&self, writer: &mut Writer) -> Result<()> {
        let source = writer.source;
        let profiles = self.names.iter().zip(&self.profiles).collect();
        let trees = each(profiles, self.large, || (), |(), (name, objects)| self.folder(name, objects, source));
        trees.into_iter().try_for_each(|files| writer.add(files?))
    }

    /// The files of one profile without a base.
    fn folder(&self, name: &str, objects: &[Object], source: &str) -> Result<Files> {
        let (mut writer, mut layer) = (Writer { source, files: Files::new() }, Layer::default());
        for object in objects {
            let file = self.paths.file(&object.id);
            writer.write(&format!("{name}/{file}"), &object.component, &object.body)?;
            layer.resources.push(file.to_owned());
        }
        writer.write(&format!("{name}/kustomization.yaml"), name, &layer.tree())?;
        Ok(writer.files)
    }
}

/// The objects of the kind and name that a JSON patch is for.
fn twins<'i>(patches: &[(Id, String, Patch)], ids: impl Iterator<Item = &'i Id>) -> BTreeSet<Id> {
    let name = |id: &Id| (id.kind.clone(), id.name.clone());
    let patched = patches.iter().filter(|(_, _, patch)| matches!(patch, Patch::Json(_)));
    let aimed: BTreeSet<_> = patched.map(|(id, ..)| name(id)).collect();
    if aimed.is_empty() {
        return BTreeSet::new();
    }
    ids.filter(|id| aimed.contains(&name(id))).cloned().collect()
}

/// So many objects of the base are worth a thread.
const PART: usize = 1000;

/// With fewer objects than this in all profiles, a thread costs more than it saves.
const WORTH_A_THREAD: usize = 300;

fn is_large(counts: impl Iterator<Item = usize>) -> bool {
    counts.sum::<usize>() >= WORTH_A_THREAD
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
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (component, body) in components.into_iter().zip(bodies) {
        let stripped = match namespace {
            Some(namespace) => namespace::strip(&body, namespace, &accounts),
            None => Some(body.clone()),
        };
        let pinned = stripped.is_none();
        let stored = stripped.unwrap_or_else(|| body.clone());
        let id = Id::of(&stored).with_context(|| format!("an object of {component} has no identity"))?;
        if !seen.insert(id.clone()) {
            bail!("profile {} has two objects {id}", profile.name);
        }
        let private = body.holds_secret() || is_ciphertext(&body);
        out.push(Object { id, component, body, stored, pinned, private });
    }
    Ok(out)
}

/// What kustomize builds must be what was rendered.
fn verify<'o>(profile: &str, objects: impl Iterator<Item = &'o Object>, built: &[Tree]) -> Result<()> {
    let mut built: BTreeMap<_, _> = built.iter().map(|object| (Id::of(object), object)).collect();
    for object in objects {
        let id = &object.id;
        let result = built.remove(&Id::of(&object.body));
        let result = result.with_context(|| format!("profile {profile}: the tree would not build {id}"))?;
        if *result != object.body {
            let first = json_patch::difference(result, &object.body);
            let path = first.first().and_then(|operation| operation.get("path")).map(Tree::to_string);
            bail!("profile {profile}: the tree would build another {id} at {}", path.unwrap_or_default());
        }
    }
    ensure!(built.is_empty(), "profile {profile}: the tree would build {} objects too many", built.len());
    Ok(())
}

pub(super) struct Writer<'s> {
    pub(super) source: &'s str,
    pub(super) files: Files,
}

fn is_ciphertext(body: &Tree) -> bool {
    match body.get("kind").and_then(Tree::as_str) {
        Some("SealedSecret") => true,
        Some("Secret") => body.get("sops").is_some(),
        _ => false,
    }
}

impl Writer<'_> {
    pub(super) fn write(&mut self, path: &str, component: &str, tree: &Tree) -> Result<()> {
        let document = yaml::document(tree, Reveal::Yes).with_context(|| path.to_owned())?;
        let text = format!("# kgen: {component} from {}; do not edit\n{}", self.source, document.text);
        self.add([(path.to_owned(), File { text, readable: document.readable })])
    }

    fn add(&mut self, files: impl IntoIterator<Item = (String, File)>) -> Result<()> {
        for (path, file) in files {
            ensure!(!self.files.contains_key(&path), "{path} would be written twice");
            self.files.insert(path, file);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
