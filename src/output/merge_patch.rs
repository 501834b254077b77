//! Strategic merge, exactly as kustomize v5.5.0 does it.
//!
//! Owns: applying a patch. What was measured with `kubectl kustomize`, where it differs from what one expects:
//! - Elements of a list with one key come first, in the patch's order, then the rest in the old order. In a list with two
//!   keys (ports with a protocol), new elements come first and the others keep their places. Where no element has a
//!   protocol, the port alone is the key. Where some have, patches get lost silently: that is an error here.
//! - Any patch also rewrites lists it does not name: elements with equal keys collapse. That is an error here too.
//! - `null` removes and leaves an emptied map as `{}`, but for the object's annotations, which go; so does deleting the last element of a list (`[]`).
//!   An empty list in a patch changes nothing where the list has keys, and replaces a list without.
//! - `$patch: replace` works in a map and as an element of its own in a list; in an element it does nothing
//!   of use. `retainKeys` and `replace` strategies of the schema (volumes, Deployment strategy, PDB selector) are ignored.
//! - A map is never replaced by a scalar or a list: kustomize stops with "wrong node kind".
//!
//! Does not own: finding the patch (`patch.rs`), nor which lists have keys (`lists.rs`).

use super::lists::{Rule, Shape};
use crate::resource::normal;
use crate::tree::{Kind, Map, Tree};

/// An object after a patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged<O> {
    /// None where the patch deletes the object.
    pub object: Option<Tree<O>>,
    pub changed: bool,
}

pub const DIRECTIVE: &str = "$patch";

/// The error says what kustomize would refuse or do wrong.
pub fn apply<O: Clone + Default>(object: &Tree<O>, patch: &Tree<O>) -> Result<Merged<O>, String> {
    let mut merged = merge(Some(object), patch, Shape::of(object), Rule::Whole)?;
    merged.as_mut().map(normal::annotations);
    Ok(Merged { changed: merged.as_ref() != Some(object), object: merged })
}

fn merge<O: Clone + Default>(
    old: Option<&Tree<O>>,
    patch: &Tree<O>,
    shape: Shape,
    rule: Rule,
) -> Result<Option<Tree<O>>, String> {
    let old = old.filter(|tree| !tree.is_null());
    let kind = match (old.map(|tree| &tree.kind), &patch.kind) {
        (None, Kind::Map(new)) => merge_map(&Map::new(), new, shape)?.map(Kind::Map),
        (Some(Kind::Map(old)), Kind::Map(new)) => merge_map(old, new, shape)?.map(Kind::Map),
        (None, Kind::List(new)) => Some(Kind::List(merge_list(&[], new, shape, rule)?)),
        (Some(Kind::List(old)), Kind::List(new)) => Some(Kind::List(merge_list(old, new, shape, rule)?)),
        (None, scalar) => Some(scalar.clone()),
        (Some(old), scalar) if !is_container(old) && !is_container(scalar) => Some(scalar.clone()),
        _ => return Err(format!("{} cannot be merged into {}", patch.noun(), old.map_or("nothing", Tree::noun))),
    };
    Ok(kind.map(|kind| Tree::new(kind, patch.from.clone())))
}

fn is_container<O>(kind: &Kind<O>) -> bool {
    matches!(kind, Kind::List(_) | Kind::Map(_))
}

fn merge_map<O: Clone + Default>(old: &Map<O>, patch: &Map<O>, shape: Shape) -> Result<Option<Map<O>>, String> {
    let mut out = match directive(patch)? {
        Some(Directive::Delete) => return Ok(None),
        Some(Directive::Replace) => Map::new(),
        Some(Directive::Merge) | None => old.clone(),
    };
    for (key, value) in out.iter().filter(|(key, _)| !patch.contains_key(key)) {
        regular(value, shape.field(key)).map_err(|error| format!("{key}: {error}"))?;
    }
    for (key, entry) in patch.entries().filter(|(key, _)| ***key != *DIRECTIVE) {
        let (shape, rule) = shape.field(key);
        let merged = match &entry.value.kind {
            Kind::Null => None,
            _ => merge(out.get(key), &entry.value, shape, rule).map_err(|error| format!("{key}: {error}"))?,
        };
        match merged {
            Some(value) => drop(out.insert_from(key.clone(), entry.key_from.clone(), value)),
            None => drop(out.remove(key)),
        }
    }
    Ok(Some(out))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

fn directive<O>(patch: &Map<O>) -> Result<Option<Directive>, String> {
    match patch.get(DIRECTIVE).map(|value| value.as_str().unwrap_or_default()) {
        None => Ok(None),
        Some("merge") => Ok(Some(Directive::Merge)),
        Some("replace") => Ok(Some(Directive::Replace)),
        Some("delete") => Ok(Some(Directive::Delete)),
        Some(other) => Err(format!("unknown patch strategy `{other}`")),
    }
}

fn merge_list<O: Clone + Default>(
    old: &[Tree<O>],
    patch: &[Tree<O>],
    shape: Shape,
    rule: Rule,
) -> Result<Vec<Tree<O>>, String> {
    match rule {
        Rule::Whole => Ok(patch.to_vec()),
        Rule::Set => Ok(patch.iter().chain(old.iter().filter(|item| !patch.contains(item))).cloned().collect()),
        Rule::Keyed(keys) => {
            let replaces = |item: &Tree<O>| item.as_map().is_some_and(is_replacement);
            if !patch.iter().any(replaces) {
                return merge_keyed(old, patch, shape, keys);
            }
            let rest: Vec<_> = patch.iter().filter(|item| !replaces(item)).cloned().collect();
            merge_keyed(&[], &rest, shape, keys)
        }
    }
}

/// `- $patch: replace`, alone in an element: the other elements of the patch are the new list.
fn is_replacement<O>(element: &Map<O>) -> bool {
    element.len() == 1 && element.get(DIRECTIVE).and_then(Tree::as_str) == Some("replace")
}

fn merge_keyed<O: Clone + Default>(
    old: &[Tree<O>],
    patch: &[Tree<O>],
    shape: Shape,
    keys: &[&str],
) -> Result<Vec<Tree<O>>, String> {
    let old = Elements::of(old)?;
    let patch = Elements::of(patch)?;
    let keys = common_keys(&old, &patch, keys)?;
    let (old, patch) = (old.by(keys)?, patch.by(keys)?);
    let mut fresh = Vec::new();
    let mut merged = Vec::new();
    for (key, element) in &patch {
        if directive(element)? == Some(Directive::Replace) {
            return Err("`$patch: replace` in an element of a list does not replace it".into());
        }
        let before = old.iter().find(|(other, _)| other == key).map(|(_, map)| *map);
        let result = merge_map(before.unwrap_or(&Map::new()), element, shape)?.map(tree);
        // With one key, what the patch names moves to the front; with two, only what is new.
        match (before.is_some() && keys.len() > 1, result) {
            (true, result) => merged.push((key, result)),
            (false, Some(result)) => fresh.push(result),
            (false, None) => {}
        }
    }
    for (key, element) in &old {
        match merged.iter().find(|(other, _)| *other == key) {
            Some((_, result)) => fresh.extend(result.clone()),
            None if patch.iter().any(|(other, _)| other == key) => {}
            None => {
                regular_map(element, shape)?;
                fresh.push(tree((*element).clone()));
            }
        }
    }
    Ok(fresh)
}

fn tree<O: Default>(map: Map<O>) -> Tree<O> {
    Kind::Map(map).into()
}

/// The elements of a list with keys: maps.
struct Elements<'t, O>(Vec<&'t Map<O>>);

type Keyed<'t, O> = (Vec<String>, &'t Map<O>);

impl<'t, O> Elements<'t, O> {
    fn of(list: &'t [Tree<O>]) -> Result<Self, String> {
        let map = |item: &'t Tree<O>| item.as_map().ok_or_else(|| format!("an element is {}", item.noun()));
        list.iter().map(map).collect::<Result<_, _>>().map(Self)
    }

    fn by(&self, keys: &[&str]) -> Result<Vec<Keyed<'t, O>>, String> {
        let mut out: Vec<Keyed<'t, O>> = Vec::new();
        for map in &self.0 {
            let key: Option<Vec<_>> =
                keys.iter().map(|key| map.get(key).filter(|value| !value.is_null()).map(Tree::to_string)).collect();
            let key = key.ok_or_else(|| format!("an element has no `{}`", keys.join("` and `")))?;
            if out.iter().any(|(other, _)| *other == key) {
                return Err(format!("two elements have the {} `{}`", keys.join(" and "), key.join("/")));
            }
            out.push((key, map));
        }
        Ok(out)
    }
}

/// Both keys where every element has both, the first where none has the second.
fn common_keys<'k, O>(old: &Elements<O>, patch: &Elements<O>, keys: &'k [&'k str]) -> Result<&'k [&'k str], String> {
    let [first, second] = keys else { return Ok(keys) };
    let mut all = old.0.iter().chain(&patch.0);
    let with = all.clone().filter(|map| map.contains_key(second)).count();
    if all.all(|map| map.contains_key(second)) {
        Ok(keys)
    } else if with == 0 {
        Ok(&keys[..1])
    } else {
        Err(format!("some elements have a `{second}` and some have the `{first}` only"))
    }
}

/// kustomize walks everything when it patches anything; this is what it would change on its way.
fn regular<O>(tree: &Tree<O>, (shape, rule): (Shape, Rule)) -> Result<(), String> {
    match (&tree.kind, rule) {
        (Kind::Map(map), _) => regular_map(map, shape),
        (Kind::List(list), Rule::Keyed(keys)) => {
            let elements = Elements::of(list)?;
            elements.0.iter().try_for_each(|map| regular_map(map, shape))?;
            let mixed = keys.len() > 1 && !elements.0.iter().all(|map| map.contains_key(keys[1]));
            elements.by(if mixed { &keys[..1] } else { keys }).map(drop)
        }
        _ => Ok(()),
    }
}

fn regular_map<O>(map: &Map<O>, shape: Shape) -> Result<(), String> {
    map.iter().try_for_each(|(key, value)| regular(value, shape.field(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(spec: Value) -> Tree {
        Tree::from_json(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}))
    }

    fn patched(base: Value, patch: Value) -> Result<Value, String> {
        let merged = apply(&pod(base), &pod(patch))?;
        Ok(merged.object.unwrap().get("spec").unwrap().to_json())
    }

    fn env(base: Value, patch: Value) -> Value {
        let of = |env| json!({"containers": [{"name": "c", "env": env}]});
        patched(of(base), of(patch)).unwrap()["containers"][0]["env"].clone()
    }

    /// As `kubectl kustomize` does it, also where the patch alone has them.
    #[test]
    fn annotations_that_are_empty_go_and_labels_stay() {
        let applied = |base: Value, patch: Value| {
            let [base, patch] = [base, patch]
                .map(|metadata| Tree::<()>::from_json(&json!({"kind": "ConfigMap", "metadata": metadata})));
            apply(&base, &patch).unwrap().object.unwrap().to_json()["metadata"].clone()
        };
        assert_eq!(applied(json!({"name": "a"}), json!({"annotations": {}})), json!({"name": "a"}));
        assert_eq!(applied(json!({"annotations": {"x": "y"}}), json!({"annotations": {"x": null}})), json!({}));
        assert_eq!(applied(json!({"labels": {"x": "y"}}), json!({"labels": {"x": null}})), json!({"labels": {}}));
    }

    #[test]
    fn a_named_element_moves_to_the_front() {
        let base = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
        let result = env(base, json!([{"name": "B", "value": "3"}]));
        assert_eq!(result, json!([{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]));
    }

    #[test]
    fn a_name_only_element_keeps_its_content_and_fixes_the_order() {
        let base = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
        let result = env(base, json!([{"name": "A"}, {"name": "B", "value": "3"}]));
        assert_eq!(result, json!([{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]));
    }

    #[test]
    fn deleting_the_last_element_leaves_an_empty_list() {
        assert_eq!(env(json!([{"name": "A"}]), json!([{"name": "A", "$patch": "delete"}])), json!([]));
    }

    #[test]
    fn a_list_can_be_replaced() {
        let result = env(json!([{"name": "A"}]), json!([{"$patch": "replace"}, {"name": "Z"}]));
        assert_eq!(result, json!([{"name": "Z"}]));
    }

    fn ports(base: Value, patch: Value) -> Result<Value, String> {
        let of = |ports| json!({"containers": [{"name": "c", "ports": ports}]});
        patched(of(base), of(patch)).map(|spec| spec["containers"][0]["ports"].clone())
    }

    #[test]
    fn ports_with_a_protocol_keep_their_places() {
        let [one, two] = [1, 2].map(|n| json!({"containerPort": n, "protocol": "TCP"}));
        let named = json!({"containerPort": 2, "protocol": "TCP", "name": "z"});
        assert_eq!(ports(json!([one, two]), json!([named])).unwrap(), json!([one, named]));
        assert_eq!(ports(json!([one]), json!([two])).unwrap(), json!([two, one]));
    }

    #[test]
    fn ports_of_which_some_have_a_protocol_are_refused() {
        let error = ports(json!([{"containerPort": 1}]), json!([{"containerPort": 1, "protocol": "TCP"}]));
        let said = "spec: containers: ports: some elements have a `protocol` and some have the `containerPort` only";
        assert_eq!(error.unwrap_err(), said);
    }

    #[test]
    fn equal_keys_that_kustomize_would_collapse_are_refused() {
        let base = json!({"containers": [{"name": "c", "env": [{"name": "A"}, {"name": "A"}]}]});
        let error = patched(base, json!({"hostname": "h"})).unwrap_err();
        assert_eq!(error, "spec: containers: two elements have the name `A`");
    }

    #[test]
    fn null_removes_and_leaves_an_empty_map() {
        let result = patched(json!({"nodeSelector": {"a": "b"}}), json!({"nodeSelector": {"a": null}}));
        assert_eq!(result.unwrap(), json!({"nodeSelector": {}}));
    }

    #[test]
    fn lists_of_a_custom_resource_are_replaced_whole() {
        let of = |l: Value| {
            Tree::<()>::from_json(&json!({"apiVersion": "x.io/v1", "kind": "Foo", "spec": {"containers": l}}))
        };
        let merged = apply(&of(json!([{"name": "a"}])), &of(json!([{"name": "b"}]))).unwrap();
        assert_eq!(merged.object, Some(of(json!([{"name": "b"}]))));
    }

    #[test]
    fn another_kind_of_value_is_refused() {
        assert_eq!(
            patched(json!({"x": {"a": 1}}), json!({"x": "s"})).unwrap_err(),
            "spec: x: a string cannot be merged into a map"
        );
    }

    #[test]
    fn a_patch_that_changes_nothing_says_so() {
        let object = pod(json!({"hostname": "h"}));
        assert!(!apply(&object, &object).unwrap().changed);
    }
}
