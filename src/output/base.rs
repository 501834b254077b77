//! What the variants of an object share.
//!
//! Owns: choosing the base of an object, so that the patches are small and the base alone is a valid object.
//! Does not own: the patches (`patch.rs`).
//!
//! Leaf by leaf, the value that most variants have; where two are equally common, that of the first profile. A map whose
//! values are all scalars (labels, `data`) and a list with keys hold what more than half of the variants have. Any other map
//! takes the set of keys that is most common, as a whole: `value` and `valueFrom`, or two handlers of a probe, exclude each
//! other, and a mixture of two valid maps need not be valid.

use std::sync::Arc;

use super::lists::{Rule, Shape};
use crate::resource::normal;
use crate::tree::{Kind, Map, Tree};

/// The base of at least one variant.
pub fn common(variants: &[&Tree]) -> Tree {
    let shape = variants.first().map_or(Shape::Plain, |tree| Shape::of(tree));
    let mut base = value(variants, shape, Rule::Whole);
    normal::annotations(&mut base);
    base
}

fn value(variants: &[&Tree], shape: Shape, rule: Rule) -> Tree {
    if let [first, rest @ ..] = variants
        && rest.iter().all(|other| other == first)
    {
        return (*first).clone();
    }
    let most = || most_common(variants).map(|tree| (*tree).clone()).unwrap_or_default();
    let maps: Vec<_> = variants.iter().filter_map(|tree| tree.as_map()).collect();
    let lists: Vec<_> = variants.iter().filter_map(|tree| tree.as_list()).collect();
    if maps.len() == variants.len() {
        return map(&maps, shape).into();
    }
    match rule {
        Rule::Keyed(keys) if lists.len() == variants.len() => list(&lists, shape, keys).map_or_else(most, Tree::from),
        _ => most(),
    }
}

fn most_common<T: PartialEq>(items: &[T]) -> Option<&T> {
    let count = |item: &T| items.iter().filter(|other| *other == item).count();
    // `max_by_key` takes the last of several.
    items.iter().rev().max_by_key(|item| count(item))
}

fn map(variants: &[&Map], shape: Shape) -> Map {
    let mut out = Map::new();
    for key in keys(variants) {
        let values: Vec<_> = variants.iter().filter_map(|map| map.get(&key)).collect();
        let (shape, rule) = shape.field(&key);
        out.insert(key, value(&values, shape, rule));
    }
    out
}

fn keys(variants: &[&Map]) -> Vec<Arc<str>> {
    if let [first, rest @ ..] = variants
        && rest.iter().all(|other| other.keys().eq(first.keys()))
    {
        return first.keys().cloned().collect();
    }
    let scalars = variants.iter().all(|map| map.iter().all(|(_, value)| !value.is_container()));
    if scalars { frequent_keys(variants) } else { most_common_keys(variants) }
}

fn frequent_keys(variants: &[&Map]) -> Vec<Arc<str>> {
    let frequent = |key: &str| variants.iter().filter(|map| map.contains_key(key)).count() * 2 > variants.len();
    let mut keys: Vec<Arc<str>> = Vec::new();
    for key in variants.iter().flat_map(|map| map.keys()) {
        if frequent(key) && !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// The first map's order among those with the most common set of keys.
fn most_common_keys(variants: &[&Map]) -> Vec<Arc<str>> {
    let sorted = |map: &&Map| {
        let mut keys: Vec<_> = map.keys().cloned().collect();
        keys.sort();
        keys
    };
    let sets: Vec<_> = variants.iter().map(sorted).collect();
    let chosen = most_common(&sets).and_then(|set| sets.iter().position(|other| other == set));
    chosen.map(|at| variants[at].keys().cloned().collect()).unwrap_or_default()
}

/// None where an element has no key, or where nothing would be left of lists that all hold something.
fn list(variants: &[&[Tree]], shape: Shape, keys: &[&str]) -> Option<Vec<Tree>> {
    let keyed: Vec<Vec<(Vec<String>, &Map)>> =
        variants.iter().map(|list| elements(list, keys)).collect::<Option<_>>()?;
    let has = |list: &Vec<(Vec<String>, &Map)>, key: &Vec<String>| list.iter().any(|(other, _)| other == key);
    let frequent = |key: &Vec<String>| keyed.iter().filter(|list| has(list, key)).count() * 2 > keyed.len();
    let orders: Vec<Vec<&Vec<String>>> =
        keyed.iter().map(|list| list.iter().map(|(key, _)| key).filter(|key| frequent(key)).collect()).collect();
    let mut order = most_common(&orders)?.clone();
    for key in orders.iter().flatten() {
        if !order.contains(key) {
            order.push(key);
        }
    }
    if order.is_empty() && variants.iter().all(|list| !list.is_empty()) {
        return None;
    }
    let element = |key: &&Vec<String>| {
        let variants: Vec<_> =
            keyed.iter().filter_map(|list| list.iter().find(|(other, _)| other == *key)).map(|(_, map)| *map).collect();
        Tree::from(Kind::Map(map(&variants, shape)))
    };
    Some(order.iter().map(element).collect())
}

fn elements<'t>(list: &'t [Tree], keys: &[&str]) -> Option<Vec<(Vec<String>, &'t Map)>> {
    let element = |item: &'t Tree| {
        let map = item.as_map()?;
        // A missing protocol is a key of its own; the merge decides whether kustomize can live with it.
        let key: Vec<_> = keys.iter().map(|key| map.get(key).map(Tree::to_string).unwrap_or_default()).collect();
        key.first().is_some_and(|first| !first.is_empty()).then_some((key, map))
    };
    let out: Vec<_> = list.iter().map(element).collect::<Option<_>>()?;
    let unique = (1..out.len()).all(|at| !out[..at].iter().any(|(key, _)| *key == out[at].0));
    unique.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn base(specs: &[Value]) -> Value {
        let of = |spec: &Value| Tree::from_json(&json!({"apiVersion": "v1", "kind": "Pod", "spec": spec}));
        let trees: Vec<Tree> = specs.iter().map(of).collect();
        common(&trees.iter().collect::<Vec<_>>()).get("spec").unwrap().to_json()
    }

    #[test]
    fn the_most_common_value_wins_and_the_first_of_several() {
        let specs = [json!({"a": 1, "b": 1}), json!({"a": 2, "b": 2}), json!({"a": 2, "b": 3})];
        assert_eq!(base(&specs), json!({"a": 2, "b": 1}));
    }

    #[test]
    fn values_that_exclude_each_other_are_not_mixed() {
        let specs = [json!({"p": {"exec": {}}}), json!({"p": {"http": {}}}), json!({"p": {"tcp": {}}})];
        assert_eq!(base(&specs), json!({"p": {"exec": {}}}));
    }

    #[test]
    fn what_one_of_three_has_is_not_in_the_base() {
        let env = |names: &[&str]| {
            let env: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
            json!({"nodeSelector": {"all": "1", names[0]: "1"}, "containers": [{"name": "c", "env": env}]})
        };
        let result = base(&[env(&["X", "A", "B"]), env(&["Y", "B", "A"]), env(&["Z", "B", "A"])]);
        assert_eq!(result["containers"][0]["env"], json!([{"name": "B"}, {"name": "A"}]));
        assert_eq!(result["nodeSelector"], json!({"all": "1"}));
    }

    #[test]
    fn containers_without_a_common_name_are_those_of_the_first() {
        let result = base(&["a", "b", "c"].map(|name| json!({"containers": [{ "name": name }]})));
        assert_eq!(result, json!({"containers": [{"name": "a"}]}));
    }
}
