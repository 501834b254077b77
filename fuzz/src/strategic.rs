//! Patches: the one that is found leads from base to target, and any other does not panic.

use kgen::output::patch::{self, Patch};
use kgen::output::{Reveal, document, json_patch, merge_patch};
use kgen::project::node::{self, Dialect};
use kgen::tree::Tree;

use super::bytes::Bytes;
use super::manifest::{changed, object};

pub fn check(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let base = object(&mut bytes);
    let target = changed(&base, &mut bytes);
    found(&base, &target);
    found(&target, &base);
    any(&base, &directed(&target, &mut bytes));
    operations(&base, &mut bytes);
}

fn found(base: &Tree, target: &Tree) {
    let patch = patch::between(base, target).unwrap_or_else(|error| panic!("{error:#}\n{base:?}\n{target:?}"));
    assert_eq!(patch.is_none(), base == target);
    let Some(patch) = patch else { return };
    assert_eq!(patch.apply(base).as_ref(), Ok(target), "{patch:?}");
    // As kustomize gets it: from a file.
    let tree = match &patch {
        Patch::Strategic(tree) => tree.clone(),
        Patch::Json(operations) => operations.clone().into(),
    };
    let text = document(&tree, Reveal::No).unwrap().text;
    let read = node::parse_bare(&text, Dialect::Manifest).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(read.map_from(&mut |_| ()), tree, "{text}");
    let mut object = base.clone();
    json_patch::apply(&mut object, &json_patch::difference(base, target)).unwrap();
    assert_eq!(object, *target);
}

/// A patch that somebody wrote: the same identity, `null` and directives.
fn directed(tree: &Tree, bytes: &mut Bytes) -> Tree {
    let mut out = changed(tree, bytes);
    insert(&mut out, bytes);
    out
}

fn insert(tree: &mut Tree, bytes: &mut Bytes) {
    if let Some(list) = tree.as_list_mut() {
        list.iter_mut().for_each(|item| insert(item, bytes));
        if bytes.rarely(6) {
            list.push(Tree::map([("$patch", *bytes.one(&["replace", "delete", "merge"]))]));
        }
    } else if let Some(map) = tree.as_map_mut() {
        map.iter_mut().for_each(|(_, value)| insert(value, bytes));
        match bytes.below(16) {
            13 => drop(map.insert("$patch", *bytes.one(&["delete", "replace", "merge", "x"]))),
            14 => drop(map.insert("$patch", bytes.scalar::<()>())),
            15 => drop(map.insert(*bytes.one(&["spec", "env", "labels", "ports"]), Tree::<()>::null())),
            _ => {}
        }
    }
}

/// A patch that is taken says whether it changed something, and changes nothing when it is applied again.
fn any(base: &Tree, patch: &Tree) {
    let Ok(merged) = merge_patch::apply(base, patch) else { return };
    assert_eq!(merged.changed, merged.object.as_ref() != Some(base));
    let Some(once) = merged.object else { return };
    // What it makes another kind of object of is merged by the rules of that kind.
    let kind = |tree: &Tree| ["apiVersion", "kind"].map(|key| tree.get(key).cloned());
    if kind(&once) != kind(base) || has_odd_key(patch) {
        return;
    }
    if let Ok(twice) = merge_patch::apply(&once, patch) {
        assert_eq!(twice.object.as_ref(), Some(&once), "{base:?}\n{patch:?}");
    }
}

/// A list's element whose key is a map or a list, which no merge can find again: the map's `null`s are gone.
fn has_odd_key(tree: &Tree) -> bool {
    const KEYS: [&str; 10] = [
        "name",
        "ip",
        "mountPath",
        "devicePath",
        "containerPort",
        "port",
        "protocol",
        "topologyKey",
        "whenUnsatisfiable",
        "uid",
    ];
    let is_odd = |item: &Tree| KEYS.iter().any(|key| item.get(key).is_some_and(Tree::is_container));
    match (tree.as_list(), tree.as_map()) {
        (Some(list), _) => list.iter().any(|item| is_odd(item) || has_odd_key(item)),
        (None, Some(map)) => map.iter().any(|(_, value)| has_odd_key(value)),
        _ => false,
    }
}

fn operations(base: &Tree, bytes: &mut Bytes) {
    const OPS: [&str; 7] = ["add", "remove", "replace", "move", "copy", "test", "x"];
    const STEPS: [&str; 14] = [
        "/spec",
        "/template",
        "/containers",
        "/0",
        "/1",
        "/-",
        "/metadata",
        "/labels",
        "/a",
        "/~",
        "/~01",
        "/99999999999999999999",
        "/",
        "",
    ];
    let path = |bytes: &mut Bytes| (0..bytes.below(6)).map(|_| *bytes.one(&STEPS)).collect::<String>();
    let mut list = Vec::new();
    while !bytes.is_empty() && list.len() < 8 {
        list.push(Tree::map([
            ("op", Tree::from(*bytes.one(&OPS))),
            ("path", path(bytes).into()),
            ("from", path(bytes).into()),
            ("value", bytes.value(2)),
        ]));
    }
    let mut object = base.clone();
    if let Ok(said) = json_patch::apply(&mut object, &list) {
        assert_eq!(said, object != *base);
    }
}
