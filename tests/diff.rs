//! `kgen diff`: which sides it compares, its exit status, and that equal things are equal.
//!
//! Does not own: the equalities themselves (unit tests of `src/diff`), what is printed about real changes (golden cases).

mod formats;
mod modes;
mod mutation;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::support::{KGEN, Said, Temp, files, put, run};

/// A golden case to run in.
pub struct Room {
    pub temp: Temp,
    args: Vec<String>,
    env: BTreeMap<String, String>,
}

impl Room {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let temp = Temp::new();
        files.iter().for_each(|(path, text)| put(&temp.path().join(path), text));
        Self { temp, args: vec![], env: BTreeMap::new() }
    }

    /// A case of `golden/`, without what it expects.
    fn golden(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
        let all = files(&folder);
        let lines = |name: &str| all.get(name).map_or("", String::as_str).lines();
        let pairs = lines("env").filter_map(|line| line.split_once('='));
        let env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let args = lines("args").map(str::to_owned).collect();
        let inputs =
            all.iter().filter(|(path, _)| !["tree/", "stream/", "deploy/"].iter().any(|p| path.starts_with(p)));
        let temp = Temp::new();
        inputs.for_each(|(path, text)| put(&temp.path().join(path), text));
        Self { temp, args, env }
    }

    pub fn kgen(&self, args: &[&str]) -> Said {
        self.with(args, "")
    }

    pub fn with(&self, args: &[&str], stdin: &str) -> Said {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).chain(self.args.clone()).collect();
        run(Path::new(KGEN), self.temp.path(), &args, &self.env, stdin)
    }

    /// An answer without a word and with this status.
    #[track_caller]
    pub fn is_equal(&self, args: &[&str], stdin: &str) {
        let said = self.with(args, stdin);
        assert_eq!((said.stdout.as_str(), said.status), ("", Some(0)), "{args:?}\n{}", said.stderr);
    }
}

/// The cases that render, with their profiles.
pub fn cases() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut out: Vec<(String, Vec<String>)> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| !entry.path().join("status").exists())
        .map(|entry| {
            let streams = files(&entry.path().join("stream"));
            let profiles = streams.keys().filter_map(|name| name.strip_suffix(".yaml")).map(str::to_owned).collect();
            (entry.file_name().into_string().unwrap(), profiles)
        })
        .collect();
    out.sort();
    out
}

#[test]
fn nothing_differs_from_itself() {
    for (name, profiles) in cases() {
        let room = Room::golden(&name);
        let said = room.kgen(&["render", "--quiet"]);
        assert_eq!(said.status, Some(0), "{name}: {}", said.stderr);
        room.is_equal(&["diff", "--quiet"], "");
        for profile in profiles {
            room.is_equal(&["diff", "--quiet", &profile, &profile], "");
        }
    }
}

/// Another tool's formatting and order: JSON-like flow style, sorted keys, documents backwards, a List.
#[test]
fn the_form_of_a_stream_does_not_count() {
    for (name, profiles) in cases() {
        let room = Room::golden(&name);
        for profile in profiles {
            let said = room.kgen(&["render", &profile, "--quiet"]);
            if said.status != Some(0) {
                continue;
            }
            let mut objects = documents(&said.stdout);
            objects.reverse();
            let half = objects.split_off(objects.len() / 2);
            let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects});
            let mut text = format!("# Source: chart/templates/all.yaml\n---\n{}\n---\n\n", sorted(&list));
            half.iter().for_each(|object| text.push_str(&format!("---\n{}\n", sorted(object))));
            room.is_equal(&["diff", &profile, "--against", "-", "--quiet"], &text);
        }
    }
}

/// The documents of a stream, by another reader.
pub fn documents(stream: &str) -> Vec<serde_json::Value> {
    let documents = serde_yaml::Deserializer::from_str(stream);
    let value = |document| serde_yaml::Value::deserialize(document).unwrap();
    documents.map(value).map(|value| serde_json::to_value(value).unwrap()).collect()
}

/// With the keys of every map in alphabetical order.
fn sorted(value: &serde_json::Value) -> String {
    fn sort(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => {
                let sorted: BTreeMap<_, _> = map.iter().map(|(key, value)| (key.clone(), sort(value))).collect();
                serde_json::Value::Object(sorted.into_iter().collect())
            }
            serde_json::Value::Array(list) => list.iter().map(sort).collect(),
            other => other.clone(),
        }
    }
    sort(value).to_string()
}

/// A tag of the company's own says no version; the settings do.
#[test]
fn a_major_version_that_no_tag_says() {
    let project = "apiVersion: kgen.dev/v1\nproject: shop\npostgres:\n  db: {image: 'acme/pg:blue', major: 16, storage: 1Gi}\n\
                   profiles:\n  dev: {}\n  next: {extends: dev, postgres: {db: {image: 'acme/pg:green', major: 17}}}\n  \
                   same: {extends: dev, postgres: {db: {image: 'acme/pg:green'}}}\n";
    let room = Room::new(&[("kgen.yaml", project)]);
    let said = room.kgen(&["diff", "dev", "next", "--fail-on", "data-loss"]);
    assert_eq!(said.status, Some(1), "{}", said.stdout);
    assert!(said.stdout.contains("PostgreSQL does not start on the files of another major version"), "{}", said.stdout);
    assert_eq!(room.kgen(&["diff", "dev", "same", "--fail-on", "data-loss"]).status, Some(0));
}
