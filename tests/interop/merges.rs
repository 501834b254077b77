//! Patches applied by kgen, against the same patches applied by kustomize.

use kgen::output::patch::{Patch, between};
use kgen::output::{Reveal, document, json_patch, merge_patch};
use kgen::resource::Id;
use kgen::tree::Tree;
use serde_json::{Value, json};

use crate::kubectl;
use crate::objects::{KINDS, mutate, object};
use crate::random::Random;

struct Case {
    base: Tree,
    patch: String,
    json: bool,
    expected: Option<Tree>,
}

fn text(tree: &Tree) -> String {
    document(tree, Reveal::No).unwrap().text
}

/// A patch that nobody would have computed: another object, with directives and nulls strewn in.
fn wild(random: &mut Random, base: &Value) -> Value {
    let mut patch = base.clone();
    for _ in 0..random.below(5) + 1 {
        mutate(random, &mut patch);
    }
    strew(random, &mut patch, 0);
    patch
}

fn strew(random: &mut Random, value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let identity = matches!(key.as_str(), "apiVersion" | "kind" | "metadata" | "name");
                match random.below(100) {
                    _ if identity => {}
                    0..8 => *value = Value::Null,
                    8..12 if value.is_object() && depth > 0 => {
                        value
                            .as_object_mut()
                            .unwrap()
                            .insert("$patch".into(), random.pick(&["replace", "delete", "merge"]).to_string().into());
                    }
                    _ => strew(random, value, depth + 1),
                }
            }
            if depth > 1 && random.chance(30) {
                let keys: Vec<_> =
                    map.keys().filter(|key| !key.contains("ame") && !key.contains("ort")).cloned().collect();
                if !keys.is_empty() {
                    map.remove(random.pick(&keys));
                }
            }
        }
        Value::Array(list) => {
            for item in list.iter_mut() {
                let keyed =
                    item.get("name").or(item.get("ip")).or(item.get("mountPath")).or(item.get("topologyKey")).is_some();
                if keyed && random.chance(10) {
                    item["$patch"] = "delete".into();
                } else {
                    strew(random, item, depth + 1);
                }
            }
            if random.chance(3) && list.iter().all(Value::is_object) {
                list.insert(0, json!({"$patch": "replace"}));
            }
        }
        _ => {}
    }
}

fn cases(random: &mut Random, count: usize) -> Vec<Case> {
    let mut out = Vec::new();
    while out.len() < count {
        let (api_version, kind) = *random.pick(&KINDS);
        let base = object(random, api_version, kind, &format!("o{}", out.len()));
        let tree = Tree::from_json(&base);
        if random.chance(50) {
            let patch = Tree::from_json(&wild(random, &base));
            // What kgen refuses would stop the whole build.
            let Ok(merged) = merge_patch::apply(&tree, &patch) else { continue };
            out.push(Case { base: tree, patch: text(&patch), json: false, expected: merged.object });
            continue;
        }
        let mut target = base.clone();
        (0..random.below(6)).for_each(|_| mutate(random, &mut target));
        let target = Tree::from_json(&target);
        let patch = match between(&tree, &target).unwrap() {
            Some(_) if random.chance(25) => Patch::Json(json_patch::difference(&tree, &target)),
            Some(patch) => patch,
            None => continue,
        };
        let (patch, json) = match &patch {
            Patch::Strategic(tree) => (text(tree), false),
            Patch::Json(operations) => (text(&operations.clone().into()), true),
        };
        out.push(Case { base: tree, patch, json, expected: Some(target) });
    }
    out
}

fn check(seed: u64, count: usize) {
    let cases = cases(&mut Random::new(seed), count);
    let folder = kubectl::folder(&format!("merges-{seed}"));
    let mut kustomization = "resources:\n- all.yaml\npatches:\n".to_owned();
    let mut all = String::new();
    for (index, case) in cases.iter().enumerate() {
        all += &format!("---\n{}", text(&case.base));
        kubectl::text(&folder.join(format!("{index}.yaml")), &format!("# a comment\n{}", case.patch));
        kustomization += &format!("- path: {index}.yaml\n");
        if case.json {
            kustomization += &format!("  target: {{name: o{index}}}\n");
        }
    }
    kubectl::text(&folder.join("all.yaml"), &all);
    kubectl::text(&folder.join("kustomization.yaml"), &kustomization);
    let built = kubectl::build(&folder).unwrap();
    let mut wrong = 0;
    for case in &cases {
        let id = Id::of(&case.base);
        let found = built.iter().find(|object| Id::of(*object) == id);
        if found != case.expected.as_ref() {
            wrong += 1;
            let show = |tree: Option<&Tree>| tree.map(text).unwrap_or_default();
            println!(
                "--- base\n{}--- patch\n{}--- kgen\n{}--- kustomize\n{}",
                text(&case.base),
                case.patch,
                show(case.expected.as_ref()),
                show(found)
            );
        }
    }
    assert_eq!(wrong, 0, "of {count}");
}

#[test]
fn kgen_applies_patches_as_kustomize_does() {
    (1..=6).for_each(|seed| check(seed, 400));
}

/// Every operation of a patch that kgen finds is needed.
#[test]
fn nothing_can_be_left_out_of_a_patch() {
    let mut random = Random::new(77);
    for _ in 0..2000 {
        let (api_version, kind) = *random.pick(&KINDS);
        let base = object(&mut random, api_version, kind, "o");
        let mut target = base.clone();
        (0..random.below(4)).for_each(|_| mutate(&mut random, &mut target));
        let (base, target) = (Tree::from_json(&base), Tree::from_json(&target));
        let Some(Patch::Strategic(patch)) = between(&base, &target).unwrap() else { continue };
        let full = patch.to_json();
        for smaller in smaller(&full) {
            let result = merge_patch::apply(&base, &Tree::from_json(&smaller));
            assert_ne!(result.ok().and_then(|merged| merged.object).as_ref(), Some(&target), "{full}\n{smaller}");
        }
    }
}

/// The patch without any one of its leaves, elements or maps.
fn smaller(patch: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    match patch {
        Value::Object(map) => {
            for (key, value) in map {
                if matches!(
                    key.as_str(),
                    "apiVersion"
                        | "kind"
                        | "name"
                        | "ip"
                        | "mountPath"
                        | "topologyKey"
                        | "whenUnsatisfiable"
                        | "port"
                        | "containerPort"
                        | "protocol"
                ) {
                    continue;
                }
                let with = |value: Option<Value>| {
                    let mut map = map.clone();
                    match value {
                        Some(value) => drop(map.insert(key.clone(), value)),
                        None => drop(map.remove(key)),
                    }
                    Value::from(map)
                };
                if key != "metadata" {
                    out.push(with(None));
                }
                // Lists without keys are values: only elements of keyed lists are operations.
                let keyed = value.as_array().is_some_and(|list| list.iter().any(|item| item.get("$patch").is_some()));
                if value.is_object() || keyed {
                    out.extend(smaller(value).into_iter().map(|value| with(Some(value))));
                }
            }
        }
        Value::Array(list) => {
            for at in 0..list.len() {
                let mut list = list.clone();
                list.remove(at);
                out.push(list.into());
            }
        }
        _ => {}
    }
    out
}
