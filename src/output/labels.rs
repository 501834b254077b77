//! Labels that differ by profile on all objects, as kustomize's `labels:`.
//!
//! Owns: which labels stand in the overlay's kustomization.yaml; what kustomize makes of them. Measured: it sets
//! `metadata.labels` of every object, of custom resources too, and touches neither selectors nor templates.
//! Does not own: labels that some objects lack: those are patches.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{Map, Tree};

pub type Labels = BTreeMap<String, String>;

/// For each profile, the labels that all of its objects have, where the profiles do not agree.
pub fn plan(profiles: &[Vec<&Tree>]) -> Vec<Labels> {
    let shared: Vec<Labels> = profiles.iter().map(|objects| of_all(objects)).collect();
    let keys: BTreeSet<&String> = shared.iter().flat_map(Labels::keys).collect();
    let differs = |key: &&&String| {
        let mut values = shared.iter().map(|labels| labels.get(**key));
        let first = shared.first().and_then(|labels| labels.get(**key));
        shared.iter().all(|labels| labels.contains_key(**key)) && values.any(|value| value != first)
    };
    let keys: BTreeSet<&String> = keys.iter().filter(differs).copied().collect();
    let chosen = |labels: &Labels| {
        labels.iter().filter(|(key, _)| keys.contains(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    shared.iter().map(chosen).collect()
}

fn of_all(objects: &[&Tree]) -> Labels {
    fn label<'t>(object: &'t Tree, key: &str) -> Option<&'t str> {
        object.at(&["metadata", "labels", key])?.as_str()
    }
    let Some((first, rest)) = objects.split_first() else { return Labels::new() };
    let map = first.at(&["metadata", "labels"]).and_then(Tree::as_map);
    let pairs = map.into_iter().flat_map(Map::iter).filter_map(|(key, value)| Some((&**key, value.as_str()?)));
    let shared = pairs.filter(|(key, value)| rest.iter().all(|object| label(object, key) == Some(*value)));
    shared.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The object without these labels. kustomize makes the map again where it was left empty.
pub fn strip(object: &mut Tree, labels: &Labels) {
    let Some(metadata) = object.as_map_mut().and_then(|map| map.get_mut("metadata")).and_then(Tree::as_map_mut) else {
        return;
    };
    let Some(map) = metadata.get_mut("labels").and_then(Tree::as_map_mut).filter(|map| !map.is_empty()) else { return };
    labels.keys().for_each(|key| drop(map.remove(key)));
    if map.is_empty() {
        metadata.remove("labels");
    }
}

/// As kustomize does it.
pub fn transform(object: &mut Tree, labels: &Labels) {
    if labels.is_empty() {
        return;
    }
    let metadata = object.as_map_mut().and_then(|map| child(map, "metadata"));
    if let Some(map) = metadata.and_then(|map| child(map, "labels")) {
        labels.iter().for_each(|(key, value)| drop(map.insert(key.as_str(), value.as_str())));
    }
}

/// The map at `key`, made where there is nothing.
pub fn child<'m>(map: &'m mut Map, key: &str) -> Option<&'m mut Map> {
    if map.get(key).is_none_or(Tree::is_null) {
        map.insert(key, Map::new());
    }
    map.get_mut(key)?.as_map_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(profile: &str, name: &str) -> Tree {
        Tree::from_json(&json!({"metadata": {"labels": {"profile": profile, "name": name, "all": "1"}}}))
    }

    #[test]
    fn only_a_label_of_all_objects_that_differs_by_profile_is_chosen() {
        let objects = ["dev", "prod"].map(|profile| ["a", "b"].map(|name| object(profile, name)));
        let plan = plan(&objects.iter().map(|list| list.iter().collect()).collect::<Vec<_>>());
        assert_eq!(plan[1], [("profile".to_owned(), "prod".to_owned())].into());
    }

    #[test]
    fn labels_that_were_empty_stay() {
        let before = Tree::from_json(&json!({"metadata": {"labels": {}}}));
        let mut after = before.clone();
        strip(&mut after, &Labels::new());
        assert_eq!(after, before);
    }

    #[test]
    fn what_was_stripped_comes_back() {
        let labels: Labels = [("profile".to_owned(), "prod".to_owned())].into();
        for before in [object("prod", "a"), Tree::from_json(&json!({"metadata": {"labels": {"profile": "prod"}}}))] {
            let mut after = before.clone();
            strip(&mut after, &labels);
            assert_ne!(after, before);
            transform(&mut after, &labels);
            assert_eq!(after, before);
        }
    }
}
