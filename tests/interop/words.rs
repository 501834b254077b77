//! Hostile strings through a whole project file: env values, ConfigMap values and annotations come back unchanged from
//! the stream, from kustomize and from `kubectl annotate --local`.

use std::collections::BTreeMap;
use std::process::Command;

use kgen::diag::Report;
use kgen::output::refuse;
use kgen::tree::Tree;
use serde::Deserialize;
use serde_yaml::Value;

use crate::{hostile, kubectl};

/// As a double-quoted scalar of a project file.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.replace("${", "$${").chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c => out += &format!("\\U{:08x}", u32::from(c)),
        }
    }
    out + "\""
}

/// What kustomize itself breaks is refused by kgen, so it cannot be asked to survive.
fn survives(text: &str) -> bool {
    let object = Tree::map([
        ("apiVersion", Tree::from("v1")),
        ("kind", "ConfigMap".into()),
        ("metadata", Tree::map([("name", Tree::from("x")), ("annotations", Tree::map([("a", text)]))])),
        ("data", Tree::map([("k", text)])),
    ]);
    let mut report = Report::new();
    refuse::check("ConfigMap/x", &object, &mut report);
    !report.has_errors() && !text.contains('\0')
}

/// Values by their number, in the three places.
fn found(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let object = Value::deserialize(document).unwrap();
        let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut put = |prefix: &str, map: Option<&Value>| {
            for (key, value) in map.and_then(Value::as_mapping).into_iter().flatten() {
                out.insert(format!("{prefix} {}", key.as_str().unwrap()), value.as_str().expect("a string").to_owned());
            }
        };
        match word(&object, "kind").unwrap().as_str() {
            "ConfigMap" => put("data", object.get("data")),
            "Deployment" => {
                put("annotation", object["metadata"].get("annotations"));
                for variable in object["spec"]["template"]["spec"]["containers"][0]["env"].as_sequence().unwrap() {
                    // The server drops an empty value, so kgen does not write one.
                    let value = word(variable, "value").unwrap_or_default();
                    out.insert(format!("env {}", word(variable, "name").unwrap()), value);
                }
            }
            _ => {}
        }
    }
    out
}

#[test]
fn hostile_strings_of_a_project_come_back_unchanged() {
    let words: Vec<String> = hostile::strings().into_iter().filter(|text| survives(text)).collect();
    assert!(words.len() > 250, "only {} strings", words.len());
    let lines = |name: &str, indent: usize| -> String {
        words
            .iter()
            .enumerate()
            .map(|(n, text)| format!("{}{name}{n}: {}\n", " ".repeat(indent), quoted(text)))
            .collect()
    };
    let project = format!(
        "apiVersion: kgen.dev/v1\nproject: words\napps:\n  web:\n    image: a/b:1\n    allow: {{env-order: \"they are texts\"}}\n    annotations:\n{}    env:\n{}configs:\n  all:\n{}profiles: {{dev: {{}}}}\n",
        lines("x.y/a", 6),
        lines("V", 6),
        lines("k", 4)
    );
    let folder = kubectl::folder("words");
    kubectl::text(&folder.join("kgen.yaml"), &project);
    let kgen = |args: &[&str]| {
        let said = Command::new(env!("CARGO_BIN_EXE_kgen")).current_dir(&folder).args(args).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    };
    let stream = kgen(&["render", "dev"]);
    kgen(&["render"]);
    let stream_file = folder.join("stream.yaml");
    kubectl::text(&stream_file, &stream);
    let built = kubectl::run(&["kustomize", folder.join("deploy/overlays/dev").to_str().unwrap()]).unwrap();
    let through =
        kubectl::run(&["annotate", "--local", "-f", stream_file.to_str().unwrap(), "-o", "yaml", "z=z"]).unwrap();
    for (reader, text) in [("stream", &stream), ("kustomize", &built), ("kubectl", &through)] {
        let found = found(text);
        for (number, word) in words.iter().enumerate() {
            for place in [format!("env V{number}"), format!("data k{number}"), format!("annotation x.y/a{number}")] {
                assert_eq!(found.get(&place), Some(word), "{reader}: {place}");
            }
        }
    }
}

/// Names that YAML 1.1 reads as booleans, numbers or nothing.
#[test]
fn names_that_look_like_other_types_stay_names() {
    let names =
        ["n", "y", "on", "off", "yes", "no", "true", "false", "null", "1e3", "0x1f", "007", "1-2-3", "2024-01-01"];
    let apps: String = names.iter().map(|name| format!("  '{name}': {{image: 'a/b:1', port: 80}}\n")).collect();
    let folder = kubectl::folder("names");
    kubectl::text(
        &folder.join("kgen.yaml"),
        &format!("apiVersion: kgen.dev/v1\nproject: names\napps:\n{apps}profiles: {{dev: {{}}}}\n"),
    );
    let said = Command::new(env!("CARGO_BIN_EXE_kgen")).current_dir(&folder).arg("render").output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    // A Service's name begins with a letter; these four are refused, by name.
    let refused: Vec<&str> = names.into_iter().filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert!(!said.status.success() && refused.iter().all(|name| text.contains(&format!("Service/{name}"))), "{text}");
    let apps: String = names
        .iter()
        .filter(|n| !refused.contains(n))
        .map(|n| format!("  '{n}': {{image: 'a/b:1', port: 80}}\n"))
        .collect();
    kubectl::text(
        &folder.join("kgen.yaml"),
        &format!("apiVersion: kgen.dev/v1\nproject: names\napps:\n{apps}profiles: {{dev: {{}}}}\n"),
    );
    let said = Command::new(env!("CARGO_BIN_EXE_kgen")).current_dir(&folder).arg("render").output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let built = kubectl::build(&folder.join("deploy/overlays/dev")).unwrap();
    let found: Vec<_> = built.iter().filter(|o| o.get("kind").and_then(Tree::as_str) == Some("Deployment")).collect();
    for name in names.iter().filter(|name| !refused.contains(name)) {
        assert!(found.iter().any(|o| o.at(&["metadata", "name"]).and_then(Tree::as_str) == Some(*name)), "{name}");
    }
}
