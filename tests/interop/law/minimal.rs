//! Nothing can be left out of an overlay: each key of its patches, each operation, each line of its kustomization.yaml.
//!
//! Built with kgen's own merge, which `merges.rs` holds against kustomize's, on these very patches too.

use kgen::output::Files;
use kgen::output::images::Image;
use kgen::output::layer::{CORE, Layer};
use kgen::output::lists::{Rule, Shape};
use kgen::output::patch::Patch;
use kgen::resource::Id;
use kgen::tree::{Map, Tree};

use crate::kubectl;

/// An object of a base and a patch of it, which kustomize is asked about too.
pub struct Pair {
    pub base: Tree,
    pub patch: Tree,
}

#[derive(Default)]
pub struct Counts {
    pub dropped: usize,
    pub pairs: Vec<Pair>,
}

struct Overlay {
    layer: Layer,
    objects: Vec<Tree>,
}

/// Every operation of the overlay of `profile`; `keep`: which of the smaller patches are asked about again.
pub fn check(files: &Files, profile: &str, keep: &mut dyn FnMut() -> bool, counts: &mut Counts) -> Result<(), String> {
    let overlay = overlay(files, profile)?;
    let full = build(&overlay.layer, overlay.objects.clone())?;
    lines(&overlay, &full, counts)?;
    for at in 0..overlay.layer.patches.len() {
        patch(&overlay, at, &full, keep, counts)?;
    }
    Ok(())
}

fn build(layer: &Layer, objects: Vec<Tree>) -> Result<Vec<Tree>, String> {
    layer.build(objects).map_err(|error| format!("{error:#}"))
}

/// Namespace, labels and images.
fn lines(overlay: &Overlay, full: &[Tree], counts: &mut Counts) -> Result<(), String> {
    let whole = &overlay.layer;
    let copy = || Layer {
        resources: whole.resources.clone(),
        namespace: whole.namespace.clone(),
        labels: whole.labels.clone(),
        images: whole.images.clone(),
        patches: whole.patches.iter().map(|(id, path, patch)| (id.clone(), path.clone(), patch.clone())).collect(),
        twins: whole.twins.clone(),
    };
    let mut smaller: Vec<(String, Layer)> = Vec::new();
    if whole.namespace.is_some() {
        smaller.push(("namespace".into(), Layer { namespace: None, ..copy() }));
    }
    for key in whole.labels.keys() {
        let mut layer = copy();
        layer.labels.remove(key);
        smaller.push((format!("label {key}"), layer));
    }
    for at in 0..whole.images.len() {
        let mut layer = copy();
        let image = layer.images.remove(at);
        smaller.push((format!("image {}", image.name), layer));
    }
    for (what, layer) in smaller {
        counts.dropped += 1;
        if build(&layer, overlay.objects.clone()).is_ok_and(|built| built == full) {
            return Err(format!("{what} is not needed"));
        }
    }
    Ok(())
}

fn patch(
    overlay: &Overlay,
    at: usize,
    full: &[Tree],
    keep: &mut dyn FnMut() -> bool,
    counts: &mut Counts,
) -> Result<(), String> {
    let (id, path, patch) = &overlay.layer.patches[at];
    let index = overlay.objects.iter().position(|object| Id::of(object).as_ref() == Some(id));
    let index = index.ok_or_else(|| format!("{path} patches nothing"))?;
    let base = &overlay.objects[index];
    // Accounts decide about the namespaces of subjects.
    let accounts = || {
        overlay
            .objects
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != index)
            .map(|(_, object)| object)
            .filter(|object| object.get("kind").and_then(Tree::as_str) == Some("ServiceAccount"))
    };
    let smaller: Vec<Patch> = match patch {
        Patch::Strategic(tree) => {
            let all = smaller(tree);
            for tree in &all {
                if keep() {
                    counts.pairs.push(Pair { base: base.clone(), patch: tree.clone() });
                }
            }
            if keep() {
                counts.pairs.push(Pair { base: base.clone(), patch: tree.clone() });
            }
            all.into_iter().map(Patch::Strategic).collect()
        }
        Patch::Json(operations) => (0..operations.len())
            .map(|at| {
                let mut operations = operations.clone();
                operations.remove(at);
                Patch::Json(operations)
            })
            .collect(),
    };
    for smaller in smaller {
        counts.dropped += 1;
        let layer = Layer {
            resources: Vec::new(),
            namespace: overlay.layer.namespace.clone(),
            labels: overlay.layer.labels.clone(),
            images: overlay.layer.images.clone(),
            patches: vec![(id.clone(), path.clone(), smaller.clone())],
            ..Layer::default()
        };
        let objects = std::iter::once(base).chain(accounts()).cloned().collect();
        if build(&layer, objects).is_ok_and(|built| built.first() == Some(&full[index])) {
            return Err(format!("{path} need not say all that it says; this is enough: {smaller:?}"));
        }
    }
    Ok(())
}

/// A strategic patch without any one of its keys, elements, or leaves. What identifies the object, or an element of a list
/// with keys, says nothing by itself.
pub fn smaller(patch: &Tree) -> Vec<Tree> {
    let Some(map) = patch.as_map() else { return Vec::new() };
    let mut out = Vec::new();
    for (key, value) in map.iter() {
        let shape = Shape::of(patch);
        match &**key {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let (shape, _) = shape.field(key);
                let inner = in_map(value, shape, &["name", "namespace"]);
                out.extend(inner.into_iter().map(|value| with(map, key, Some(value))));
            }
            _ => out.extend(entry(map, key, value, shape)),
        }
    }
    out
}

fn with(map: &Map, key: &str, value: Option<Tree>) -> Tree {
    let mut map = map.clone();
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(key)),
    }
    map.into()
}

fn entry(map: &Map, key: &str, value: &Tree, shape: Shape) -> Vec<Tree> {
    let (shape, rule) = shape.field(key);
    let mut out = vec![with(map, key, None)];
    let inner = match (value.as_list(), rule) {
        (Some(list), Rule::Keyed(keys)) => in_list(list, shape, keys),
        (Some(_), _) => Vec::new(),
        (None, _) => in_map(value, shape, &[]),
    };
    out.extend(inner.into_iter().map(|value| with(map, key, Some(value))));
    out
}

fn in_map(value: &Tree, shape: Shape, keys: &[&str]) -> Vec<Tree> {
    let Some(map) = value.as_map() else { return Vec::new() };
    let all = map.iter().filter(|(key, _)| !keys.contains(&&***key));
    all.flat_map(|(key, value)| entry(map, key, value, shape)).collect()
}

fn in_list(list: &[Tree], shape: Shape, keys: &[&str]) -> Vec<Tree> {
    let mut out = Vec::new();
    // A list that replaces is a value.
    let replaces = list.iter().any(|item| item.get("$patch").and_then(Tree::as_str) == Some("replace"));
    for (at, item) in list.iter().enumerate() {
        let mut less = list.to_vec();
        less.remove(at);
        out.push(Tree::from(less));
        if !replaces {
            for inner in in_map(item, shape, keys) {
                let mut other = list.to_vec();
                other[at] = inner;
                out.push(Tree::from(other));
            }
        }
    }
    out
}

fn document(files: &Files, path: &str) -> Result<Tree, String> {
    let file = files.get(path).ok_or_else(|| format!("there is no {path}"))?;
    kubectl::read(&file.text).into_iter().next().ok_or_else(|| format!("{path} is empty"))
}

/// What an overlay says, read from its files: the inner one, where it has two.
fn overlay(files: &Files, profile: &str) -> Result<Overlay, String> {
    let outer = format!("overlays/{profile}");
    let inner = format!("{outer}/namespaced");
    let folder = if files.contains_key(&format!("{inner}/kustomization.yaml")) { inner } else { outer };
    let file = document(files, &format!("{folder}/kustomization.yaml"))?;
    let list = |key: &str| file.get(key).and_then(Tree::as_list).unwrap_or_default().to_vec();
    let text = |tree: &Tree, key: &str| tree.get(key).map(Tree::to_string);
    let mut objects = Vec::new();
    for resource in list("resources") {
        let resource = resource.to_string();
        if resource.ends_with("base") {
            let base = document(files, "base/kustomization.yaml")?;
            for name in base.get("resources").and_then(Tree::as_list).unwrap_or_default() {
                objects.push(document(files, &format!("base/{name}"))?);
            }
        } else {
            objects.push(document(files, &format!("{folder}/{resource}"))?);
        }
    }
    let mut layer = Layer { namespace: text(&file, "namespace"), ..Layer::default() };
    for pairs in list("labels") {
        let pairs = pairs.get("pairs").and_then(Tree::as_map).cloned().unwrap_or_default();
        layer.labels.extend(pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())));
    }
    for image in list("images") {
        let name = text(&image, "name").unwrap_or_default();
        layer.images.push(Image { name, tag: text(&image, "newTag"), digest: text(&image, "digest") });
    }
    for entry in list("patches") {
        let path = text(&entry, "path").unwrap_or_default();
        let tree = document(files, &format!("{folder}/{path}"))?;
        let patch = match tree.as_list() {
            Some(operations) => Patch::Json(operations.to_vec()),
            None => Patch::Strategic(tree.clone()),
        };
        let id = match entry.get("target") {
            Some(target) => objects.iter().filter_map(Id::of).find(|id| is_meant(target, id)),
            None => Id::of(&tree),
        };
        layer.patches.push((id.ok_or_else(|| format!("{path} has no target"))?, path, patch));
    }
    Ok(Overlay { layer, objects })
}

fn is_meant(target: &Tree, id: &Id) -> bool {
    let said = |key: &str| target.get(key).map(|text| text.to_string().replace("\\.", "."));
    said("kind").as_deref() == Some(&id.kind)
        && said("name").as_deref() == Some(&id.name)
        && said("group").is_none_or(|group| (if group == CORE { "" } else { &group }) == id.group())
        && said("namespace").is_none_or(|namespace| namespace == id.namespace_or_default())
}
