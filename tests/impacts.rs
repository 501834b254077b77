//! What a change does to what runs: a file of `tests/impacts` for each rule, named after it, with the objects before and after
//! and what `kgen diff` prints. `KGEN_UPDATE=1 cargo test impacts` writes what is printed; read it.
//!
//! `namespaces`, `across` and `foreign` are those of `Mode`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use kgen::diff::between::{Side, between};
use kgen::diff::compare::Mode;
use kgen::diff::{Diff, Impact, human, impact};
use kgen::resource::{Body, Resource};
use serde_json::{Value, json};

use crate::diff::documents;
use crate::support::{files, inherited};

struct Case {
    path: PathBuf,
    rule: String,
    old: Vec<Value>,
    new: Vec<Value>,
    mode: Mode,
    text: String,
}

const TOLD: &str = "told: |\n";

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/impacts");
    let all = files(&folder).into_iter().map(|(name, text)| {
        let said: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let list = |key: &str| said[key].as_array().unwrap_or_else(|| panic!("{name}: no `{key}`")).clone();
        let space = |at: usize| said["namespaces"][at].as_str().map(str::to_owned);
        let flag = |key: &str| said[key].as_bool().unwrap_or_default();
        let mode = Mode { foreign: flag("foreign"), across: flag("across"), namespaces: (space(0), space(1)) };
        let stem = name.trim_end_matches(".yaml");
        let rule = stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-').to_owned();
        Case { path: folder.join(&name), rule, old: list("old"), new: list("new"), mode, text }
    });
    all.collect()
}

fn resources(objects: &[Value]) -> Vec<Resource> {
    objects.iter().map(|object| Resource::new("", Body::from_json(object)).unwrap()).collect()
}

fn compared(old: &[Value], new: &[Value], mode: &Mode) -> Diff {
    let (old, new) = (resources(old), resources(new));
    let side = |name: &str, list: &[Resource]| -> String {
        format!("{name}{}", if list.is_empty() { " (empty)" } else { "" })
    };
    let names = (side("old", &old), side("new", &new));
    let (before, after) = (
        Side { name: names.0, objects: old.iter().collect(), causes: None, told: Vec::new() },
        Side { name: names.1, objects: new.iter().collect(), causes: None, told: Vec::new() },
    );
    between(&before, &after, mode)
}

/// The rules that decided, with their impacts.
fn decided(diff: &Diff) -> BTreeSet<(String, Impact)> {
    let mut out = BTreeSet::new();
    for object in &diff.objects {
        let own = object.reason.iter().map(|reason| (reason, object.impact));
        let changes = object.changes.iter().filter_map(|change| Some((change.reason.as_ref()?, change.impact)));
        let effects = object.effects.iter().map(|effect| (&effect.reason, effect.impact));
        out.extend(own.chain(changes).chain(effects).map(|(reason, impact)| (reason.id.to_owned(), impact)));
    }
    out
}

#[test]
fn every_rule_decides_its_cases_and_says_so() {
    let mut wrong = Vec::new();
    for case in cases() {
        let diff = compared(&case.old, &case.new, &case.mode);
        let found = decided(&diff);
        if !found.iter().any(|(id, _)| *id == case.rule) {
            wrong.push(format!("{}: {found:?}", case.path.display()));
        }
        let printed = human::write(&[diff], false);
        let inputs = case.text.split(TOLD).next().unwrap();
        let lines = printed.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") });
        let text = format!("{inputs}{TOLD}{}", lines.collect::<String>());
        match text == case.text {
            true => {}
            false if inherited("KGEN_UPDATE").is_some() => fs::write(&case.path, text).unwrap(),
            false => wrong.push(format!("{} is told another way:\n{printed}", case.path.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case() {
    let tried: BTreeSet<String> = cases().into_iter().map(|case| case.rule).collect();
    // What a server says: `diff/modes.rs`.
    let tried = |id: &str| tried.contains(id) || id == "refused";
    let missing: Vec<&str> = impact::all().map(|rule| rule.id).filter(|id| !tried(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Ways to write the same objects that hide nothing from the server.
type Disguise = (&'static str, fn(&mut Value));

const DISGUISES: [Disguise; 4] = [
    ("containers of other names", |object| rename(object, "containers", None)),
    ("volumes of other names", |object| rename(object, "volumes", Some("volumeMounts"))),
    ("lists in another order", |object| reverse(object)),
    ("another namespace", |object| object["metadata"]["namespace"] = json!("elsewhere")),
];

fn disguised(objects: &[Value], how: fn(&mut Value)) -> Vec<Value> {
    let mut out = objects.to_vec();
    out.iter_mut().for_each(how);
    out
}

/// The mode of a comparison with objects that may have been moved.
fn mode_of(mode: &Mode, name: &str) -> Mode {
    match name {
        "another namespace" => {
            Mode { across: true, namespaces: (mode.namespaces.0.clone(), Some("elsewhere".into())), ..mode.clone() }
        }
        _ => mode.clone(),
    }
}

fn pod(object: &mut Value) -> Option<&mut serde_json::Map<String, Value>> {
    object.pointer_mut("/spec/template/spec")?.as_object_mut()
}

/// Gives the elements of a list of a pod other names, also where mounts name them.
fn rename(object: &mut Value, list: &str, by: Option<&str>) {
    let Some(pod) = pod(object) else { return };
    let mut names = Vec::new();
    for item in pod.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(name) = item["name"].as_str().map(str::to_owned) {
            item["name"] = json!(format!("{name}-x"));
            names.push(name);
        }
    }
    let Some(by) = by else { return };
    for list in ["containers", "initContainers"] {
        for container in pod.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            for mount in container.get_mut(by).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(name) = mount["name"].as_str().filter(|name| names.iter().any(|known| known == name)) {
                    mount["name"] = json!(format!("{name}-x"));
                }
            }
        }
    }
}

fn reverse(object: &mut Value) {
    let Some(pod) = pod(object) else { return };
    for key in ["containers", "volumes", "imagePullSecrets"] {
        pod.get_mut(key).and_then(Value::as_array_mut).into_iter().for_each(|list| list.reverse());
    }
    for container in pod.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        for key in ["env", "volumeMounts", "ports"] {
            container.get_mut(key).and_then(Value::as_array_mut).into_iter().for_each(|list| list.reverse());
        }
    }
}

#[test]
fn no_disguise_hides_a_loss() {
    let mut tried = 0;
    for case in cases() {
        let plain = decided(&compared(&case.old, &case.new, &case.mode));
        let losses: BTreeSet<_> =
            plain.iter().filter(|(id, impact)| *impact == Impact::DataLoss && *id == case.rule).collect();
        for (name, how) in DISGUISES.iter().filter(|_| !losses.is_empty() && case.rule != "namespace-moved") {
            let new = disguised(&case.new, *how);
            let found = decided(&compared(&case.old, &new, &mode_of(&case.mode, name)));
            // A claim whose volume nothing tells from others is one that the pods start without.
            let is_there = |loss: &(String, Impact)| {
                found.contains(loss)
                    || (loss.0.starts_with("claim-") && found.contains(&("claim-unused".into(), loss.1)))
            };
            assert!(losses.iter().all(|loss| is_there(loss)), "{} under {name}: {found:?}", case.path.display());
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried}");
}

#[test]
fn no_disguise_is_a_loss() {
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let streams = files(&golden).into_iter().filter(|(path, _)| path.contains("/stream/") && path.ends_with(".yaml"));
    let mut tried = 0;
    for (path, text) in streams {
        let objects = documents(&text);
        let own = objects.iter().find_map(|object| object["metadata"]["namespace"].as_str()).map(str::to_owned);
        let mode = Mode { namespaces: (own.clone(), own), ..Mode::default() };
        for (name, how) in DISGUISES {
            let moved = name == "another namespace";
            let own = mode.namespaces.0.as_deref();
            let mut new = objects.clone();
            for object in &mut new {
                // Objects in namespaces of their own stay there.
                if !moved || (own.is_some() && object["metadata"]["namespace"].as_str() == own) {
                    how(object);
                } else if object["kind"] == "Namespace" && object["metadata"]["name"].as_str() == own {
                    object["metadata"]["name"] = json!("elsewhere");
                }
            }
            let found = compared(&objects, &new, &mode_of(&mode, name)).impact();
            assert!(found <= Impact::Recreate, "{path} under {name}: {found:?}");
            tried += 1;
        }
    }
    assert!(tried > 400, "only {tried}");
}

/// Maps whose keys are names that their author chose.
const NAMED: [&str; 11] = [
    "labels",
    "annotations",
    "matchLabels",
    "nodeSelector",
    "data",
    "stringData",
    "binaryData",
    "limits",
    "requests",
    "selector",
    "parameters",
];

/// The place of a leaf or a part as `removals.txt` writes it, with its kind.
fn removal(kind: &str, steps: &[String]) -> (String, String) {
    let mut words: Vec<&str> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let parent = at.checked_sub(1).map_or("", |at| steps[at].as_str());
        let chosen = NAMED.contains(&parent) && !(parent == "selector" && step.starts_with("match"));
        words.push(if chosen || step.parse::<usize>().is_ok() { "*" } else { step });
    }
    let place = words.join(".");
    let place = ["spec.jobTemplate.spec.template.spec", "spec.template.spec"]
        .iter()
        .find_map(|start| place.strip_prefix(start))
        .map_or(place.clone(), |rest| format!("pod{}", rest.replacen(".initContainers.", ".containers.", 1)));
    let of_all = place.starts_with("pod") || place.starts_with("metadata");
    (if of_all { "*".to_owned() } else { kind.to_owned() }, place)
}

fn parts(value: &Value, at: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        at.push(step);
        out.push(at.clone());
        parts(child, at, out);
        at.pop();
    }
}

fn without(object: &Value, steps: &[String]) -> Value {
    let mut out = object.clone();
    let (last, parents) = steps.split_last().unwrap();
    let node = parents.iter().fold(&mut out, |node, step| match node {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        node => &mut node[step.as_str()],
    });
    match node {
        Value::Array(list) => drop(list.remove(last.parse().unwrap())),
        node => drop(node.as_object_mut().unwrap().shift_remove(last)),
    }
    out
}

/// An apply over an older one ends where it would end alone, or the diff says that it does not. A new place is tried on a
/// server first: CONTRIBUTING says how.
#[test]
fn what_an_apply_leaves_out_is_known() {
    const KINDS: [&str; 17] = [
        "ConfigMap",
        "CronJob",
        "DaemonSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Ingress",
        "Job",
        "LimitRange",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
        "Secret",
    ];
    const SAID: [&str; 3] = ["cluster-ip", "service-keeps", "account-kept"];
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("tests/removals.txt")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect::<Vec<_>>());
    let known: BTreeMap<(&str, &str), &str> = rows.map(|row| ((row[0], row[1]), row[2])).collect();
    let (mut wrong, mut tried) = (BTreeSet::new(), BTreeSet::new());
    let streams = files(&root.join("golden"))
        .into_iter()
        .filter(|(path, _)| path.contains("/stream/") && path.ends_with(".yaml"));
    for object in streams.flat_map(|(_, text)| documents(&text)) {
        let kind = object["kind"].as_str().unwrap_or_default().to_owned();
        let native =
            object["apiVersion"].as_str().is_some_and(|version| !version.contains('.') || version.contains(".k8s.io/"));
        let mut all = Vec::new();
        parts(&object, &mut Vec::new(), &mut all);
        let identity = |steps: &[String]| {
            matches!(steps[0].as_str(), "apiVersion" | "kind" | "sops")
                || steps == ["metadata"]
                || matches!(steps.get(1), Some(key) if steps[0] == "metadata" && (key == "name" || key == "namespace"))
        };
        for steps in all.iter().filter(|steps| native && KINDS.contains(&kind.as_str()) && !identity(steps)) {
            let (of, place) = removal(&kind, steps);
            if !tried.insert((of.clone(), place.clone())) {
                continue;
            }
            let found = || compared(std::slice::from_ref(&object), &[without(&object, steps)], &Mode::default());
            let fits = match known.get(&(of.as_str(), place.as_str())) {
                None => false,
                Some(&"keeps") => decided(&found()).iter().any(|(id, _)| SAID.contains(&id.as_str())),
                Some(&"refused") => found().impact() >= Impact::Recreate,
                Some(word) => ["converges", "needed"].contains(word),
            };
            if !fits {
                wrong.insert(format!("{of} {place}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not in tests/removals.txt, or told otherwise:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
    assert!(tried.len() > 350, "only {}", tried.len());
}
