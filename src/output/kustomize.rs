//! Profiles to a tree for kustomize.
//!
//! Owns: which object lives where, in both layouts; the proof that kustomize builds of the files what was rendered.
//! Does not own: which objects the profiles share (`split.rs`), the patches (`patch.rs`), the paths (`names.rs`), the disk.
//!
//! `overlays`: an object of every profile lives in `base`, any other in the overlays that have it. Where the profiles'
//! namespaces differ, objects carry none and each overlay says its own; an object that cannot bear that (see
//! `namespace.rs`) is written whole beside a folder `namespaced`, which then holds the rest of the overlay.
//! `flat`: every profile by itself, an object a file.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use indexmap::IndexMap;

use super::layer::Layer;
use super::names::INNER;
use super::patch::{self, Patch};
pub use super::split::Profile;
use super::split::{Object, Split};
use super::yaml::{self, Reveal};
use super::{base, json_patch};
use crate::diag;
use crate::parallel::each;
use crate::resource::Id;
use crate::tree::Tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Overlays,
    Flat,
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

/// The objects of the base, by their numbers.
type Bases = Vec<Option<Tree>>;

impl Split {
    fn overlays(mut self, writer: &mut Writer) -> Result<()> {
        let bases = self.base(writer)?;
        // Each thread takes its profile apart when it is done with it.
        let profiles = std::mem::take(&mut self.profiles).into_iter().enumerate().collect();
        let build = |_: &mut (), (at, objects): (_, Vec<_>)| self.overlay(at, &objects, &bases, writer.source);
        let overlays = each(profiles, self.large, || (), build);
        overlays.into_iter().try_for_each(|files| writer.add(files?))
    }

    /// Writes what the profiles have in common, and returns it by the objects' numbers.
    fn base(&self, writer: &mut Writer) -> Result<Bases> {
        let (variants, source) = (self.variants(), writer.source);
        let parts = variants.chunks(PART).collect();
        let written = each(parts, variants.len() > PART, || (), |(), part| self.common(part, source));
        let (mut layer, mut bases) = (Layer::default(), vec![None; self.shared.len()]);
        for part in written {
            let (objects, files) = part?;
            writer.add(files)?;
            for (at, base) in objects {
                layer.resources.push(self.paths.file(at).to_owned());
                bases[at] = Some(base);
            }
        }
        if !variants.is_empty() {
            writer.write("base/kustomization.yaml", "base", &layer.tree())?;
        }
        Ok(bases)
    }

    /// Some objects of the base, with their files.
    fn common(&self, part: &[Vec<&Object>], source: &str) -> Result<(Vec<(usize, Tree)>, Files)> {
        let (mut writer, mut out) = (Writer { source, files: Files::new() }, Vec::new());
        for variants in part {
            let Some(first) = variants.first() else { continue };
            let base = base::common(&variants.iter().map(|object| &object.stored).collect::<Vec<_>>());
            writer.write(&format!("base/{}", self.paths.file(first.at)), &first.component, &base)?;
            out.push((first.at, base));
        }
        Ok((out, writer.files))
    }

    /// The files of one overlay, proved to build to its profile.
    fn overlay(&self, profile: usize, objects: &[Object], bases: &Bases, source: &str) -> Result<Files> {
        let writer = &mut Writer { source, files: Files::new() };
        let name = self.names[profile].as_str();
        let outer = format!("overlays/{name}");
        let nested = objects.iter().any(|object| object.pinned);
        let inner = if nested { format!("{outer}/{INNER}") } else { outer.clone() };
        let mut layer = Layer {
            namespace: self.namespaces[profile].clone(),
            labels: self.labels[profile].clone(),
            ..Layer::default()
        };
        if self.shared.contains(&true) {
            layer.resources.push(if nested { "../../../base" } else { "../../base" }.to_owned());
        }
        let mut built: Vec<Tree> = bases.iter().flatten().cloned().collect();
        let mut pinned = Layer { resources: vec![INNER.to_owned()], ..Layer::default() };
        for object in objects {
            let file = self.paths.file(object.at);
            if let Some(base) = &bases[object.at] {
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
        layer.twins = twins(&layer.patches, &built);
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
        let path = self.paths.patch(object.at);
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
            let file = self.paths.file(object.at);
            writer.write(&format!("{name}/{file}"), &object.component, &object.body)?;
            layer.resources.push(file.to_owned());
        }
        writer.write(&format!("{name}/kustomization.yaml"), name, &layer.tree())?;
        Ok(writer.files)
    }
}

/// The objects of the kind and name that a JSON patch is for.
fn twins(patches: &[(Id, String, Patch)], built: &[Tree]) -> BTreeSet<Id> {
    let patched = patches.iter().filter(|(_, _, patch)| matches!(patch, Patch::Json(_)));
    let aimed: BTreeSet<_> = patched.map(|(id, ..)| (&id.kind, &id.name)).collect();
    if aimed.is_empty() {
        return BTreeSet::new();
    }
    built.iter().filter_map(Id::of).filter(|id| aimed.contains(&(&id.kind, &id.name))).collect()
}

/// So many objects of the base are worth a thread.
const PART: usize = 1000;

/// What kustomize builds must be what was rendered.
fn verify<'o>(profile: &str, objects: impl Iterator<Item = &'o Object>, built: &[Tree]) -> Result<()> {
    let mut built: IndexMap<_, _> = built.iter().map(|object| (Id::of(object), object)).collect();
    for object in objects {
        let id = &object.id;
        let result = built.swap_remove(&Id::of(&object.body));
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
