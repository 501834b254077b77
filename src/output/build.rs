//! A tree back to objects, as kustomize builds it: what is on the disk, whoever wrote it.
//!
//! Owns: reading a kustomization.yaml with the fields that kgen writes; any other field is an error, because an answer
//! that leaves it out would be wrong.
//! Does not own: what the fields do (`layer.rs`), reading the files (the caller's).

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::images::Image;
use super::labels::Labels;
use super::layer::{CORE, Layer};
use super::patch::Patch;
use crate::diag::failure::Told;
use crate::project::node::{self, Dialect};
use crate::resource::{Id, items};
use crate::source::{Sources, Span};
use crate::tree::{Map, Tree};

/// What the files of a folder build to.
#[derive(Debug, Default)]
pub struct Built {
    pub objects: Vec<Tree>,
    /// The component that a file's first line names, by the object as it stands in the file.
    pub components: BTreeMap<(String, String), Arc<str>>,
    /// Folders that were read so far; one that others name counts each time.
    folders: usize,
}

/// The text of a file by its path below the output folder.
pub type Read<'r> = &'r dyn Fn(&str) -> Result<String>;

pub fn build(folder: &str, read: Read) -> Result<Built> {
    let mut built = Built::default();
    built.objects = layer(folder, read, &mut built, 0)?;
    Ok(built)
}

/// kgen writes an overlay and its base.
const MOST: usize = 1000;

/// Deeper trees are circles.
const DEEPEST: usize = 16;

fn layer(folder: &str, read: Read, built: &mut Built, depth: usize) -> Result<Vec<Tree>> {
    ensure!(depth < DEEPEST, "`{folder}` contains itself");
    built.folders += 1;
    ensure!(built.folders <= MOST, "its folders name each other more than {MOST} times");
    let path = format!("{folder}/kustomization.yaml");
    let documents = documents(&path, read)?;
    let [file] = documents.as_slice() else { bail!("`{path}` has {} documents instead of one", documents.len()) };
    known(file, &path)?;
    let mut objects = Vec::new();
    for resource in texts(file, "resources") {
        let inner = join(folder, &resource)?;
        if resource.ends_with(".yaml") || resource.ends_with(".yml") {
            let text = read(&inner)?;
            for object in parse(&inner, &text)? {
                ensure!(Id::of(&object).is_some(), "`{inner}` holds what is no object: it has no kind or no name");
                note(&object, &text, &mut built.components);
                objects.push(object);
            }
        } else {
            objects.extend(layer(&inner, read, built, depth + 1)?);
        }
    }
    let mut layer = Layer {
        namespace: file.get("namespace").and_then(Tree::as_str).map(str::to_owned),
        labels: labels(file, &path)?,
        images: images(file, &path)?,
        ..Layer::default()
    };
    for entry in list(file, "patches") {
        layer.patches.extend(patches(entry, folder, &objects, read)?);
    }
    layer.build(objects).with_context(|| format!("`{path}` does not build"))
}

fn note(object: &Tree, text: &str, components: &mut BTreeMap<(String, String), Arc<str>>) {
    let said = text.strip_prefix("# kgen: ").and_then(|rest| rest.split_once(" from ")).map(|(name, _)| name);
    if let (Some(component), Some(id)) = (said, Id::of(object)) {
        components.insert((id.kind, id.name), component.into());
    }
}

/// What kgen writes, and what says nothing.
fn known(file: &Tree, path: &str) -> Result<()> {
    const KEYS: [&str; 7] = ["apiVersion", "kind", "namespace", "resources", "labels", "images", "patches"];
    let Some(map) = file.as_map() else { bail!("`{path}` is no map") };
    match map.keys().find(|key| !KEYS.contains(&&***key)) {
        Some(key) => Err(anyhow!("`{path}` says `{key}`, which kgen does not build")
            .hint("`kubectl kustomize DIR | kgen diff PROFILE --against -`")),
        None => Ok(()),
    }
}

fn list<'t>(file: &'t Tree, key: &str) -> &'t [Tree] {
    file.get(key).and_then(Tree::as_list).unwrap_or_default()
}

fn texts(file: &Tree, key: &str) -> Vec<String> {
    list(file, key).iter().filter_map(Tree::as_str).map(str::to_owned).collect()
}

fn only(entry: &Tree, keys: &[&str], path: &str, what: &str) -> Result<()> {
    let unknown = entry.as_map().into_iter().flat_map(Map::keys).find(|key| !keys.contains(&&***key));
    match unknown {
        Some(key) => bail!("`{path}`: `{what}` with `{key}` is not what kgen builds"),
        None => Ok(()),
    }
}

fn labels(file: &Tree, path: &str) -> Result<Labels> {
    let mut out = Labels::new();
    for entry in list(file, "labels") {
        only(entry, &["pairs"], path, "labels")?;
        let pairs = entry.get("pairs").and_then(Tree::as_map).into_iter().flat_map(Map::iter);
        out.extend(pairs.map(|(key, value)| (key.to_string(), value.to_string())));
    }
    Ok(out)
}

fn images(file: &Tree, path: &str) -> Result<Vec<Image>> {
    let mut out = Vec::new();
    for entry in list(file, "images") {
        only(entry, &["name", "newTag", "digest"], path, "images")?;
        let text = |key: &str| entry.get(key).map(Tree::to_string);
        out.push(Image { name: text("name").unwrap_or_default(), tag: text("newTag"), digest: text("digest") });
    }
    Ok(out)
}

/// One entry may patch several objects.
fn patches(entry: &Tree, folder: &str, objects: &[Tree], read: Read) -> Result<Vec<(Id, String, Patch)>> {
    only(entry, &["path", "patch", "target"], folder, "patches")?;
    let named = entry.get("path").and_then(Tree::as_str);
    let (path, text) = match (named, entry.get("patch").and_then(Tree::as_str)) {
        (Some(name), _) => {
            let path = join(folder, name)?;
            let text = read(&path)?;
            (path, text)
        }
        (None, Some(text)) => (format!("{folder}/kustomization.yaml"), text.to_owned()),
        (None, None) => bail!("`{folder}/kustomization.yaml`: a patch has neither `path` nor `patch`"),
    };
    let mut out = Vec::new();
    for document in parse(&path, &text)? {
        let patch = match document.as_list() {
            Some(operations) => Patch::Json(operations.to_vec()),
            None => Patch::Strategic(document.clone()),
        };
        let targets = match entry.get("target") {
            Some(target) => objects.iter().filter_map(Id::of).filter(|id| matches(target, id)).collect(),
            None => Vec::from_iter(Id::of(&document)),
        };
        ensure!(!targets.is_empty(), "`{path}` patches no object of the tree");
        out.extend(targets.into_iter().map(|id| (id, path.clone(), patch.clone())));
    }
    Ok(out)
}

/// Names are regular expressions there; kgen writes only escaped dots, and `^$` for the core group.
fn matches(target: &Tree, id: &Id) -> bool {
    let version = id.api_version.rsplit('/').next().unwrap_or_default();
    let is = |key: &str, found: &str| {
        target.get(key).and_then(Tree::as_str).is_none_or(|wanted| wanted.replace("\\.", ".") == found)
    };
    is("group", if id.group().is_empty() { CORE } else { id.group() })
        && is("version", version)
        && is("kind", &id.kind)
        && is("name", &id.name)
        && is("namespace", id.namespace_or_default())
}

fn documents(path: &str, read: Read) -> Result<Vec<Tree>> {
    parse(path, &read(path)?)
}

/// The objects of a text. The message has a place and none of the text.
pub fn parse(path: &str, text: &str) -> Result<Vec<Tree>> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    match node::parse_all(&sources, file, Dialect::Manifest) {
        Ok(trees) => Ok(items::apart(trees.iter().map(|tree| tree.map_from(&mut |_: &Span| ())).collect())),
        Err(error) => {
            let place = error.span.map_or_else(|| path.to_owned(), |span| sources.describe(span));
            bail!("cannot read `{place}`: {}", crate::leak::redacted(&error.message))
        }
    }
}

/// A path below the output folder.
fn join(folder: &str, path: &str) -> Result<String> {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.pop().is_none() => bail!("`{folder}/{path}` is outside of the tree"),
            ".." => {}
            part => parts.push(part),
        }
    }
    ensure!(!parts.is_empty() && !path.starts_with('/'), "`{folder}/{path}` is outside of the tree");
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(files: &[(&str, &str)]) -> Result<Vec<Tree>> {
        let read = |path: &str| -> Result<String> {
            let found = files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned()).with_context(|| format!("there is no `{path}`"))
        };
        build("overlays/dev", &read).map(|built| built.objects)
    }

    const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [a.yaml]\n");
    const OBJECT: (&str, &str) = (
        "base/a.yaml",
        "# kgen: apps.a from kgen.yaml\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {x: \"1\"}\n",
    );

    #[test]
    fn an_overlay_is_its_base_with_patches_labels_and_namespace() {
        let overlay =
            "namespace: dev\nresources: [../../base]\nlabels: [{pairs: {p: dev}}]\npatches: [{path: p.yaml}]\n";
        let patch = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {x: \"2\"}\n";
        let objects =
            built(&[BASE, OBJECT, ("overlays/dev/kustomization.yaml", overlay), ("overlays/dev/p.yaml", patch)])
                .unwrap();
        let expected = serde_json::json!([{"kind": "ConfigMap", "apiVersion": "v1",
            "metadata": {"name": "a", "labels": {"p": "dev"}, "namespace": "dev"}, "data": {"x": "2"}}]);
        assert_eq!(Tree::<()>::list(objects), Tree::from_json(&expected));
    }

    #[track_caller]
    fn fails(overlay: &str, expected: &str) {
        let error = built(&[BASE, OBJECT, ("overlays/dev/kustomization.yaml", overlay)]).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn what_cannot_be_built_is_told() {
        fails("resources: [../../base]\nnamePrefix: x-\n", "says `namePrefix`");
        fails("resources: [../../bas]\n", "there is no `bas/kustomization.yaml`");
        fails("resources: [../../../base]\n", "outside of the tree");
        fails("resources: [../dev]\n", "contains itself");
        fails("resources: [}\n", "cannot read `overlays/dev/kustomization.yaml:1:12`");
        fails("resources: [../../base]\nlabels: [{pairs: {a: b}, includeSelectors: true}]\n", "`includeSelectors`");
        let patch = "{kind: ConfigMap, apiVersion: v1, metadata: {name: b}}";
        fails(&format!("resources: [../../base]\npatches: [{{patch: '{patch}'}}]\n"), "matches nothing");
        fails("resources: [../../base]\npatches: [{patch: '[]', target: {kind: X}}]\n", "patches no object");
    }
}
