//! One leaf of a rendered object is changed or taken out: exactly that leaf differs, in either direction.
//!
//! The golden streams are the objects; the choice of leaves is the same in every run.

use std::path::Path;

use kgen::diff::compare::{Mode, objects};
use kgen::diff::place;
use kgen::resource::{Body, Id};
use kgen::tree::{Kind, Step, Tree, path_text};
use serde_json::Value;

use super::documents;
use crate::support::files;

/// Words of which some are keys of lists: another value of one is another element.
const KEYS: [&str; 12] = [
    "name",
    "containerPort",
    "port",
    "protocol",
    "mountPath",
    "devicePath",
    "ip",
    "topologyKey",
    "whenUnsatisfiable",
    "uid",
    "kind",
    "apiVersion",
];

#[test]
fn one_leaf_is_one_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let streams = files(&root).into_iter().filter(|(path, _)| path.contains("/stream/") && path.ends_with(".yaml"));
    let (mut seed, mut tried) = (1_u32, 0);
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for (path, text) in streams {
        for object in documents(&text) {
            let leaves = leaves(&object);
            for _ in 0..6 {
                let (steps, leaf) = &leaves[next(leaves.len())];
                let mut other = object.clone();
                let taken = next(3) == 0 && steps.last().is_some_and(|step| step.parse::<usize>().is_err());
                if taken {
                    remove(&mut other, steps)
                } else {
                    *node(&mut other, steps) = mutated(leaf)
                };
                tried += usize::from(check(&path, &object, &other, steps, taken));
            }
        }
    }
    assert!(tried > 3000, "only {tried}");
}

/// False where the leaf says what the object, or an element of a list, is.
fn check(path: &str, object: &Value, other: &Value, steps: &[String], taken: bool) -> bool {
    let last = steps.last().unwrap().as_str();
    if KEYS.contains(&last) || (taken && (last == "value" || object["kind"] == "Secret")) {
        return false;
    }
    let (old, new) = (Body::from_json(object), Body::from_json(other));
    let id = Id::of(&old).unwrap();
    let mode = Mode::default();
    for (a, b) in [(&old, &new), (&new, &old)] {
        let found = objects(a, b, &id, &mode);
        let places: Vec<String> = found.iter().map(|found| place::text(&found.at)).collect();
        assert_eq!(found.len(), 1, "{path}: {id}: {steps:?} {places:?}");
        let parts = place::parts(&found[0].at);
        let shown = path_text(&parts.iter().map(|part| part.step()).collect::<Vec<_>>());
        assert_eq!(shown, text(object, steps), "{path}: {id}");
        let sides = (found[0].old.is_some(), found[0].new.is_some());
        let expected = if taken { (std::ptr::eq(a, &old), std::ptr::eq(b, &old)) } else { (true, true) };
        assert_eq!(sides, expected, "{path}: {id}: {steps:?}");
    }
    true
}

fn leaves(object: &Value) -> Vec<(Vec<String>, Value)> {
    let tree: Tree<()> = Tree::from_json(object);
    let mut out = Vec::new();
    tree.leaves(&mut |steps, leaf| {
        if !matches!(leaf.kind, Kind::Map(_) | Kind::List(_) | Kind::Null) {
            let step = |step: &Step| match step {
                Step::Key(key) => (*key).to_owned(),
                Step::Index(index) => index.to_string(),
            };
            out.push((steps.iter().map(step).collect(), leaf.to_json()));
        }
    });
    out
}

fn mutated(leaf: &Value) -> Value {
    match leaf {
        Value::String(text) => format!("{text}x").into(),
        Value::Bool(value) => (!value).into(),
        Value::Number(number) => (number.as_i64().unwrap_or_default() + 1).into(),
        other => other.clone(),
    }
}

fn node<'v>(value: &'v mut Value, steps: &[String]) -> &'v mut Value {
    steps.iter().fold(value, |value, step| match value {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        value => &mut value[step.as_str()],
    })
}

fn remove(value: &mut Value, steps: &[String]) {
    let (last, parents) = steps.split_last().unwrap();
    node(value, parents).as_object_mut().unwrap().shift_remove(last);
}

/// The path as kgen writes it.
fn text(object: &Value, steps: &[String]) -> String {
    let mut out = Vec::new();
    let mut value = object;
    for step in steps {
        value = match value {
            Value::Array(list) => {
                out.push(Step::Index(step.parse().unwrap()));
                &list[step.parse::<usize>().unwrap()]
            }
            value => {
                out.push(Step::Key(step));
                &value[step.as_str()]
            }
        };
    }
    path_text(&out)
}
