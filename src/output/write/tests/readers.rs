//! Someone who builds the tree while a run writes: after every step, each build is the old one, the new one, or fails.
//!
//! Built by `output/build.rs`, which fails where kubectl does (`tests/interop/readers.rs` asks kubectl itself).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::faults::{Fault, Faulty};
use super::{File, Files, Temp, apply, apply_on};
use crate::output::build::build;
use crate::output::{self, Layout};
use crate::resource::Resource;
use crate::tree::Tree;

/// Of each profile, the objects that it has, with what is in them.
type Project<'p> = &'p [(&'p str, &'p [(&'p str, &'p str)])];

fn tree(layout: Layout, project: Project) -> Files {
    let profiles = project.iter().map(|(name, objects)| output::Profile {
        name: (*name).to_owned(),
        namespace: Some(format!("shop-{name}")),
        resources: objects.iter().map(|(object, value)| resource(object, value, &format!("shop-{name}"))).collect(),
    });
    let files = output::tree(layout, profiles.collect(), "kgen.yaml").unwrap().unwrap();
    files.into_iter().map(|(path, file)| (path, File { text: file.text, secret: false })).collect()
}

/// A name that begins with `all` is of the whole cluster: its overlay has a folder `namespaced` then.
fn resource(name: &str, value: &str, namespace: &str) -> Resource {
    let object: Value = match name.starts_with("all") {
        true => json!({"apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer", "metadata": {"name": name},
                       "spec": {"value": value}}),
        false => json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace},
                        "data": {"value": value, "same": "x"}}),
    };
    let body = Tree::from_json(&object);
    let component = if name.starts_with("all") { "manifests".into() } else { format!("apps.{name}") };
    Resource::new(component, body).unwrap()
}

/// What a folder builds to; `None` where it does not.
fn built(output: &Path, folder: &str) -> Option<Vec<Tree>> {
    let read = |path: &str| fs::read_to_string(output.join(path)).context("not there");
    build(folder, &read).ok().map(|built| built.objects)
}

/// The folders that someone may build.
fn folders<'f>(old: &'f Files, new: &'f Files) -> BTreeSet<&'f str> {
    let all = old.keys().chain(new.keys());
    all.filter_map(|path| path.strip_suffix("/kustomization.yaml")).filter(|folder| *folder != "base").collect()
}

/// A folder whose files change and none comes or goes, more than one of them: such a build is not promised.
fn is_promised(folder: &str, old: &Files, new: &Files) -> bool {
    let takes = |path: &&String| path.starts_with(&format!("{folder}/")) || path.starts_with("base/");
    let all: BTreeSet<&String> = old.keys().chain(new.keys()).filter(takes).collect();
    let changed = all.iter().filter(|path| old.get(**path) != new.get(**path));
    all.iter().any(|path| old.contains_key(*path) != new.contains_key(*path)) || changed.count() <= 1
}

/// What each folder built to after each step: `o`ld, `n`ew, the `s`ame in both, `-` where it fails, `m`ixed.
fn seen(old: &Files, new: &Files) -> BTreeMap<String, String> {
    let temp = Temp::new();
    let output = temp.output();
    let before = |files: &Files| {
        apply(&output, files, false).unwrap();
        folders(old, new).into_iter().map(|folder| (folder, built(&output, folder))).collect::<BTreeMap<_, _>>()
    };
    let (new_builds, old_builds) = (before(new), before(old));
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for at in 1.. {
        apply(&output, old, false).unwrap();
        let mut disk = Faulty::new(at, Fault::Kill);
        let done = apply_on(&mut disk, &output, new, false).is_ok();
        for folder in folders(old, new) {
            let found = built(&output, folder);
            let state = match found {
                None => '-',
                found if found == old_builds[folder] && found == new_builds[folder] => 's',
                found if found == old_builds[folder] => 'o',
                found if found == new_builds[folder] => 'n',
                _ => 'm',
            };
            seen.entry(folder.to_owned()).or_default().push(state);
        }
        if done {
            break;
        }
    }
    seen
}

/// Every build is old, then fails, then is new; where there is none, it fails.
#[track_caller]
fn is_never_mixed(old: &Files, new: &Files) {
    for (folder, states) in seen(old, new) {
        let mut order: Vec<char> = states.chars().collect();
        order.dedup();
        let order: String = order.into_iter().collect();
        let known = ["s", "s-s", "-", "on", "o-n", "o-", "-n"].contains(&order.as_str());
        let what = format!("`{folder}` is seen as {states}, from {:?} to {:?}", old.keys(), new.keys());
        assert!(known || !is_promised(&folder, old, new), "{what}");
    }
}

#[track_caller]
fn both_ways(one: Project, other: Project) {
    for layout in [Layout::Overlays, Layout::Flat] {
        let (one, other) = (tree(layout, one), tree(layout, other));
        is_never_mixed(&one, &other);
        is_never_mixed(&other, &one);
    }
}

#[test]
fn a_component_that_comes_or_goes() {
    both_ways(
        &[("dev", &[("a", "1")]), ("prod", &[("a", "1")])],
        &[("dev", &[("a", "1"), ("b", "1")]), ("prod", &[("a", "1"), ("b", "1")])],
    );
}

#[test]
fn a_component_that_comes_or_goes_while_others_change() {
    both_ways(
        &[("dev", &[("a", "1"), ("c", "1"), ("d", "1")]), ("prod", &[("a", "1"), ("c", "2"), ("d", "1")])],
        &[("dev", &[("a", "2"), ("b", "1"), ("d", "2")]), ("prod", &[("a", "3"), ("b", "2"), ("d", "2")])],
    );
    both_ways(
        &[("dev", &[("a", "1"), ("d", "1")]), ("prod", &[("a", "1"), ("d", "1")])],
        &[("dev", &[("a", "2"), ("b", "1"), ("d", "2")]), ("prod", &[("a", "2"), ("d", "2")])],
    );
}

#[test]
fn one_object_that_changes() {
    let project = |dev, prod| {
        let (dev, prod): (&[_], &[_]) = (&[("a", dev), ("b", "1")], &[("a", prod), ("b", "1")]);
        tree(Layout::Overlays, &[("dev", dev), ("prod", prod)])
    };
    is_never_mixed(&project("1", "1"), &project("2", "2"));
    is_never_mixed(&project("1", "2"), &project("1", "3"));
    is_never_mixed(&project("1", "1"), &project("1", "2"));
}

#[test]
fn a_profile_that_comes_or_goes() {
    both_ways(
        &[("dev", &[("a", "1")]), ("prod", &[("a", "2")])],
        &[("dev", &[("a", "1")]), ("prod", &[("a", "2")]), ("qa", &[("a", "3"), ("b", "1")])],
    );
}

#[test]
fn an_object_that_all_profiles_come_to_share() {
    both_ways(&[("dev", &[("a", "1")]), ("prod", &[("b", "1")])], &[("dev", &[("b", "1")]), ("prod", &[("b", "1")])]);
}

#[test]
fn an_overlay_that_becomes_two_folders() {
    both_ways(
        &[("dev", &[("a", "1")]), ("prod", &[("a", "2")])],
        &[("dev", &[("a", "2"), ("all", "1")]), ("prod", &[("a", "1")])],
    );
}

/// From any of 729 projects to any other, some of them.
#[test]
fn projects_of_three_objects() {
    let objects = |number: usize, profile: usize| -> Vec<(&str, &str)> {
        let digit = |at: u32| number / 3_usize.pow(2 * at + profile as u32) % 3;
        let value = |(at, name): (usize, &'static str)| Some((name, [None, Some("1"), Some("2")][digit(at as u32)]?));
        ["a", "all", "b"].into_iter().enumerate().filter_map(value).collect()
    };
    let tree = |number, layout| {
        let (dev, prod) = (objects(number, 0), objects(number, 1));
        tree(layout, &[("dev", &dev), ("prod", &prod)])
    };
    let mut promised = 0;
    for round in 0..60 {
        let layout = if round % 3 == 0 { Layout::Flat } else { Layout::Overlays };
        let (old, new) = (tree(round * 331 % 729, layout), tree(round * 487 % 729, layout));
        is_never_mixed(&old, &new);
        promised += folders(&old, &new).into_iter().filter(|folder| is_promised(folder, &old, &new)).count();
    }
    assert!(promised > 100, "{promised}");
}

/// What the page of the tree says that is not promised.
#[test]
fn several_files_that_change_are_seen_one_by_one() {
    let project = |value| {
        let objects: &[_] = &[("a", value), ("b", value)];
        tree(Layout::Overlays, &[("dev", objects), ("prod", objects)])
    };
    let seen = seen(&project("1"), &project("2"));
    assert!(seen["overlays/dev"].contains("om") && seen["overlays/dev"].contains("mn"), "{seen:?}");
}
