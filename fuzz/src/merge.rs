//! Layers of settings. A layer that says what is there already changes nothing; the same lines in a profile, in the
//! profile that it extends and in `--set` come to the same; an open map is merged by the one rule of the language.

use kgen::pipeline;
use kgen::settings::Settings;
use kgen::tree::Tree;
use serde_json::{Map, Value, json};

use super::bytes::Bytes;
use super::project::{PRESETS, shown};

pub fn check(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let below = app(&mut bytes);
    let above = app(&mut bytes);
    let project = |base: &Value, profiles: Value| json!({"apiVersion": "kgen.dev/v1", "project": "shop", "apps": {"a": base}, "profiles": profiles});
    let of = |layer: &Value| json!({"preset": "dev", "apps": {"a": layer}});
    let direct = settings(&project(&below, json!({"q": of(&above)})), &[]);
    // The order of what is said makes no difference to what comes out.
    let reversed: Map<String, Value> =
        above.as_object().unwrap().iter().rev().map(|(k, v)| (k.clone(), v.clone())).collect();
    same(&direct, &settings(&project(&below, json!({"q": of(&reversed.into())})), &[]), "reversed");
    let extended = project(&below, json!({"p": of(&above), "q": {"extends": "p"}}));
    same(&direct, &settings(&extended, &[]), "extended");
    let set = settings(&project(&below, json!({"q": {"preset": "dev"}})), &[format!("apps.a={above}")]);
    same(&direct, &set, "--set");
    if !below.to_string().contains("null") {
        let plain = settings(&project(&below, json!({"q": {"preset": "dev"}})), &[]);
        same(&plain, &settings(&project(&below, json!({"q": of(&below)})), &[]), "the same again");
    }
    if let Ok(settings) = &direct {
        open(&below, &above, settings);
    }
}

fn same(one: &Result<Settings, String>, other: &Result<Settings, String>, what: &str) {
    match (one, other) {
        (Ok(one), Ok(other)) => assert_eq!(one.root.get("apps"), other.root.get("apps"), "{what}"),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(said)) | (Err(said), Ok(_)) => panic!("{what}: {said}"),
    }
}

/// The settings of the profile `q`.
fn settings(project: &Value, set: &[String]) -> Result<Settings, String> {
    let (mut sources, presets) = PRESETS.clone();
    let file = sources.add("kgen.yaml", project.to_string());
    let loaded = pipeline::load_over(&mut sources, file, set, presets).map_err(|report| shown(&report, &sources))?;
    let all = pipeline::settings(&sources, &loaded).map_err(|report| shown(&report, &sources))?;
    Ok(all.into_iter().find(|settings| &*settings.profile == "q").unwrap())
}

/// The naive rule, on maps whose keys the language does not know.
fn open(below: &Value, above: &Value, settings: &Settings) {
    for key in ["affinity", "dnsConfig", "annotations"] {
        let mut expected = below.get(key).cloned().unwrap_or(Value::Null);
        if let Some(above) = above.get(key) {
            merge(&mut expected, above);
        }
        let found = settings.root.at(&["apps", "a", key]).map_or(Value::Null, Tree::to_json);
        assert_eq!(without_null(&found), without_null(&expected), "{key}: {below} and {above}");
    }
}

fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                match (value, below.get_mut(key)) {
                    (Value::Null, _) => drop(below.shift_remove(key)),
                    (value, Some(old)) => merge(old, value),
                    (value, None) => drop(below.insert(key.clone(), value.clone())),
                }
            }
        }
        (below, above) => *below = above.clone(),
    }
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_null(value)))
            .collect(),
        other => other.clone(),
    }
}

/// Some keys of an app, each with one of the forms that the language takes, or one that it does not.
fn app(bytes: &mut Bytes) -> Value {
    let mut out = Map::new();
    for _ in 0..bytes.below(8) {
        let (key, value) = match bytes.below(18) {
            0 => ("image", bytes.one(&["a/b:1", "a/b:2"]).to_string().into()),
            1 => ("replicas", json!(bytes.below(4))),
            2 => ("port", bytes.one(&[json!(80), json!("80"), json!("${profile}"), Value::Null]).clone()),
            3 => ("ports", json!({(*bytes.one(&["http", "x"])): bytes.below(100) + 1})),
            4 => (
                "service",
                bytes.one(&[json!("none"), json!({"type": "NodePort"}), json!({"port": 81}), Value::Null]).clone(),
            ),
            5 => ("env", env(bytes)),
            6 => ("volumes", volumes(bytes)),
            7 => ("affinity", kubernetes(bytes, 3)),
            8 => ("dnsConfig", kubernetes(bytes, 3)),
            9 => ("annotations", json!({(*bytes.one(&["a", "b"])): bytes.text()})),
            10 => ("livenessProbe", probe(bytes)),
            11 => ("resources", json!({(*bytes.one(&["limits", "requests"])): {"memory": bytes.one(&["1Gi", "2Gi"])}})),
            12 => (
                "strategy",
                bytes.one(&[json!("Recreate"), json!("RollingUpdate"), json!({"type": "Recreate"})]).clone(),
            ),
            13 => (
                "autoscaling",
                bytes
                    .one(&[json!({"minReplicas": 1, "maxReplicas": 3, "cpu": 70}), json!("none"), Value::Null])
                    .clone(),
            ),
            14 => (
                "disruptionBudget",
                bytes.one(&[json!({"minAvailable": 1}), json!({"maxUnavailable": 1}), json!("none")]).clone(),
            ),
            15 => ("securityContext", kubernetes(bytes, 2)),
            16 => ("antiAffinity", bytes.one(&[json!("none"), json!("required"), Value::Null]).clone()),
            _ => ("tolerations", bytes.one(&[json!([]), json!([{"key": "a"}]), Value::Null]).clone()),
        };
        out.insert(key.to_owned(), value);
    }
    out.into()
}

fn env(bytes: &mut Bytes) -> Value {
    let value = match bytes.below(8) {
        0 => Value::Null,
        1 => json!({"fieldRef": "metadata.name"}),
        2 => json!({"ref": "${project}", "optional": true}),
        3 => json!({"value": bytes.text()}),
        4 => json!({"resourceFieldRef": "limits.memory"}),
        5 => json!(bytes.below(9)),
        _ => json!(bytes.text()),
    };
    json!({(*bytes.one(&["A", "B"])): value})
}

fn volumes(bytes: &mut Bytes) -> Value {
    let value = match bytes.below(6) {
        0 => Value::Null,
        1 => json!({"size": "1Gi"}),
        2 => json!({"storageClassName": "fast"}),
        3 => json!({"emptyDir": {"medium": "Memory"}}),
        4 => json!({"emptyDir": {}}),
        _ => json!({"claim": "x"}),
    };
    json!({(*bytes.one(&["/a", "/b"])): value})
}

fn probe(bytes: &mut Bytes) -> Value {
    match bytes.below(6) {
        0 => Value::Null,
        1 => json!("none"),
        2 => json!({"httpGet": "/a"}),
        3 => json!({"httpGet": {"path": "/b", "port": 80}}),
        4 => json!({"tcpSocket": 80}),
        _ => json!({"periodSeconds": bytes.below(9) + 1}),
    }
}

/// A map whose keys the language does not know.
fn kubernetes(bytes: &mut Bytes, depth: usize) -> Value {
    let mut out = Map::new();
    for _ in 0..bytes.below(4) {
        let value = match bytes.below(5) {
            0 if depth > 0 => kubernetes(bytes, depth - 1),
            1 if depth > 0 => kubernetes(bytes, depth - 1),
            2 => Value::Null,
            3 => json!([bytes.below(3)]),
            _ => json!(bytes.below(3)),
        };
        out.insert((*bytes.one(&["a", "b", "c"])).to_owned(), value);
    }
    out.into()
}
