//! The smallest patch from one object to another.
//!
//! Owns: choosing between a strategic merge and a JSON patch; keeping the order of lists.
//! Does not own: what kustomize makes of a patch (`merge_patch.rs`, `json_patch.rs`): every patch found here is applied
//! there, and only one that gives exactly the object is returned.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::lists::{Rule, Shape};
use super::merge_patch::DIRECTIVE;
use super::{json_patch, merge_patch};
use crate::tree::{Kind, Map, Tree};

#[derive(Clone, Debug, PartialEq)]
pub enum Patch {
    /// With what identifies the object.
    Strategic(Tree),
    /// Needs a target.
    Json(Vec<Tree>),
}

impl Patch {
    pub fn apply(&self, object: &Tree) -> Result<Tree, String> {
        match self {
            Self::Strategic(patch) => {
                merge_patch::apply(object, patch)?.object.ok_or_else(|| "the patch deletes the object".into())
            }
            Self::Json(operations) => {
                let mut object = object.clone();
                json_patch::apply(&mut object, operations).map(|_| object)
            }
        }
    }
}

/// None where there is nothing to change.
pub fn between(base: &Tree, target: &Tree) -> Result<Option<Patch>> {
    if base == target {
        return Ok(None);
    }
    let exact = |patch: &Patch| patch.apply(base).as_ref() == Ok(target);
    let strategic = strategic(base, target).map(Patch::Strategic);
    if let Some(patch) = strategic.filter(exact) {
        return Ok(Some(patch));
    }
    let patch = Patch::Json(json_patch::difference(base, target));
    ensure!(exact(&patch), "no patch leads to the object");
    Ok(Some(patch))
}

/// None where strategic merge cannot say it.
fn strategic(base: &Tree, target: &Tree) -> Option<Tree> {
    let changes = maps(base.as_map()?, target.as_map()?, Shape::of(base)).ok()??;
    identified(base, changes).context("no identity").ok()
}

/// The changes below what identifies the object, in the order a person expects.
fn identified(base: &Tree, changes: Map) -> Result<Tree> {
    let mut metadata = Map::new();
    for key in ["name", "namespace"] {
        if let Some(value) = base.at(&["metadata", key]) {
            metadata.insert(key, value.clone());
        }
    }
    let mut out = Map::new();
    for key in ["apiVersion", "kind"] {
        out.insert(key, base.get(key).with_context(|| format!("no {key}"))?.clone());
    }
    let changed = changes.get("metadata").and_then(Tree::as_map);
    for (key, value) in changed.into_iter().flat_map(Map::iter) {
        metadata.insert(key.clone(), value.clone());
    }
    out.insert("metadata", metadata);
    for (key, value) in changes.iter().filter(|(key, _)| ***key != *"metadata") {
        out.insert(key.clone(), value.clone());
    }
    Ok(out.into())
}

/// Something that strategic merge cannot say.
struct Unsayable;

fn maps(base: &Map, target: &Map, shape: Shape) -> Result<Option<Map>, Unsayable> {
    if target.contains_key(DIRECTIVE) {
        return Err(Unsayable);
    }
    let mut out = Map::new();
    for (key, value) in target.iter() {
        let (shape, rule) = shape.field(key);
        if let Some(change) = change(base.get(key), value, shape, rule)? {
            out.insert(key.clone(), change);
        }
    }
    for key in base.keys().filter(|key| !target.contains_key(key)) {
        out.insert(key.clone(), Tree::null());
    }
    Ok((!out.is_empty()).then_some(out))
}

fn change(base: Option<&Tree>, target: &Tree, shape: Shape, rule: Rule) -> Result<Option<Tree>, Unsayable> {
    match (base.map(|tree| &tree.kind), &target.kind) {
        (Some(base), target) if base == target => Ok(None),
        // A patch's null removes.
        (_, Kind::Null) => Err(Unsayable),
        (Some(Kind::Map(base)), Kind::Map(target)) => Ok(maps(base, target, shape)?.map(Tree::from)),
        (Some(Kind::List(base)), Kind::List(target)) => list(base, target, shape, rule).map(Some),
        _ => Ok(Some(target.clone())),
    }
}

fn list(base: &[Tree], target: &[Tree], shape: Shape, rule: Rule) -> Result<Tree, Unsayable> {
    match rule {
        Rule::Whole => Ok(target.to_vec().into()),
        // A set only grows, and its order is that of its history.
        Rule::Set => Err(Unsayable),
        Rule::Keyed(keys) => keyed(base, target, shape, keys),
    }
}

fn keyed(base: &[Tree], target: &[Tree], shape: Shape, keys: &[&'static str]) -> Result<Tree, Unsayable> {
    let secondary = |item: &Tree| keys.iter().skip(1).all(|key| item.get(key).is_some());
    let keys = if base.iter().chain(target).all(secondary) { keys } else { &keys[..1] };
    let (base, target) = (elements(base, keys)?, elements(target, keys)?);
    let mut changes = Vec::new();
    for (key, map) in &target {
        let old = base.iter().find(|(other, _)| other == key);
        let change = match old {
            Some((_, old)) => maps(old, map, shape)?.map(|change| with_keys(map, keys, change)),
            None => Some((*map).clone().into()),
        };
        changes.push((old.is_some(), change));
    }
    let gone = base.iter().filter(|(key, _)| !target.iter().any(|(other, _)| other == key));
    let gone = gone.map(|(_, map)| deletion(map, keys));
    if keys.len() > 1 {
        return Ok(in_place(&base, &target, changes, gone));
    }
    let named = front(&base, &target, &changes);
    let front = target.iter().zip(changes).take(named);
    let front = front.map(|((_, map), (_, change))| change.unwrap_or_else(|| with_keys(map, keys, Map::new())));
    Ok(front.chain(gone).collect::<Vec<_>>().into())
}

type Keyed<'t> = (Vec<String>, &'t Map);

fn elements<'t>(list: &'t [Tree], keys: &[&str]) -> Result<Vec<Keyed<'t>>, Unsayable> {
    let mut out: Vec<Keyed> = Vec::new();
    for item in list {
        let map = item.as_map().ok_or(Unsayable)?;
        let key: Option<Vec<_>> =
            keys.iter().map(|key| map.get(key).filter(|value| !value.is_null()).map(Tree::to_string)).collect();
        let key = key.filter(|key| !out.iter().any(|(other, _)| other == key)).ok_or(Unsayable)?;
        out.push((key, map));
    }
    Ok(out)
}

/// How many of the target's first elements the patch must name: every changed one, and so many that the rest stands
/// in the base's order, because what a patch names comes first. Unchanged ones are named by their key alone.
fn front(base: &[Keyed], target: &[Keyed], changes: &[(bool, Option<Tree>)]) -> usize {
    let place = |key: &[String]| base.iter().position(|(other, _)| other == key);
    let changed = changes.iter().rposition(|(_, change)| change.is_some()).map_or(0, |at| at + 1);
    let places: Vec<_> = target.iter().map(|(key, _)| place(key)).collect();
    let disorder = places.windows(2).rposition(|pair| pair[0] > pair[1]).map_or(0, |at| at + 1);
    changed.max(disorder)
}

/// A list with two keys keeps its places and takes what is new in front; another order needs the whole list.
fn in_place(
    base: &[Keyed],
    target: &[Keyed],
    changes: Vec<(bool, Option<Tree>)>,
    gone: impl Iterator<Item = Tree>,
) -> Tree {
    let fresh = changes.iter().take_while(|(old, _)| !old).count();
    let kept = |list: &[Keyed], other: &[Keyed]| -> Vec<Vec<String>> {
        list.iter().map(|(key, _)| key.clone()).filter(|key| other.iter().any(|(o, _)| o == key)).collect()
    };
    let in_order = changes[fresh..].iter().all(|(old, _)| *old) && kept(base, target) == kept(target, base);
    if in_order {
        return changes.into_iter().filter_map(|(_, change)| change).chain(gone).collect::<Vec<_>>().into();
    }
    let replace = Tree::map([(DIRECTIVE, "replace")]);
    let whole = target.iter().map(|(_, map)| Tree::from((*map).clone()));
    std::iter::once(replace).chain(whole).collect::<Vec<_>>().into()
}

fn with_keys(element: &Map, keys: &[&str], change: Map) -> Tree {
    let mut out = Map::new();
    for key in keys {
        if let Some(value) = element.get(key) {
            out.insert(Arc::<str>::from(*key), value.clone());
        }
    }
    for (key, value) in change.iter() {
        out.insert(key.clone(), value.clone());
    }
    out.into()
}

fn deletion(element: &Map, keys: &[&str]) -> Tree {
    with_keys(element, keys, [(DIRECTIVE, "delete")].into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(spec: &Value) -> Tree {
        Tree::from_json(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}))
    }

    fn found(base: Value, target: Value) -> Patch {
        between(&pod(&base), &pod(&target)).unwrap().unwrap()
    }

    fn spec(base: Value, target: Value) -> Value {
        let Patch::Strategic(patch) = found(base, target) else { panic!("a JSON patch") };
        patch.get("spec").unwrap().to_json()
    }

    fn env(base: &[&str], target: &[&str]) -> Value {
        let of = |list: &[&str]| -> Value {
            let entry = |text: &&str| {
                let (name, value) = text.split_once('=').unwrap();
                json!({"name": name, "value": value})
            };
            json!({"containers": [{"name": "c", "env": list.iter().map(entry).collect::<Vec<_>>()}]})
        };
        spec(of(base), of(target))["containers"][0]["env"].clone()
    }

    #[test]
    fn a_changed_variable_names_those_in_front_of_it() {
        let patch = env(&["A=1", "B=1", "C=1"], &["A=1", "B=2", "C=1"]);
        assert_eq!(patch, json!([{"name": "A"}, {"name": "B", "value": "2"}]));
    }

    #[test]
    fn the_first_variable_needs_no_other() {
        assert_eq!(env(&["A=1", "B=1"], &["A=2", "B=1"]), json!([{"name": "A", "value": "2"}]));
    }

    #[test]
    fn a_removed_variable_is_deleted() {
        assert_eq!(env(&["A=1", "B=1"], &["B=1"]), json!([{"name": "A", "$patch": "delete"}]));
    }

    #[test]
    fn another_order_is_made_by_names() {
        assert_eq!(env(&["A=1", "B=1", "C=1"], &["C=1", "A=1", "B=1"]), json!([{"name": "C"}]));
    }

    #[test]
    fn a_value_in_place_of_a_reference_removes_the_reference() {
        let of = |entry: Value| json!({"containers": [{"name": "c", "env": [entry]}]});
        let base = of(json!({"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}));
        let patch = spec(base, of(json!({"name": "A", "value": "1"})));
        assert_eq!(patch["containers"][0]["env"], json!([{"name": "A", "value": "1", "valueFrom": null}]));
    }

    #[test]
    fn another_kind_of_value_needs_a_json_patch() {
        let patch = found(json!({"x": {"a": 1}}), json!({"x": "s"}));
        let Patch::Json(operations) = patch else { panic!("a strategic patch") };
        assert_eq!(operations[0].to_json(), json!({"op": "replace", "path": "/spec/x", "value": "s"}));
    }

    #[test]
    fn a_map_that_becomes_empty_is_emptied() {
        assert_eq!(spec(json!({"x": {"a": 1}}), json!({"x": {}})), json!({"x": {"a": null}}));
    }
}
