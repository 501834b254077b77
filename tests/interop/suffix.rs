//! The suffix of `rollout: hash`, against the names that kustomize's generators give.

use std::fs;

use base64::Engine;
use kgen::output::suffix;
use kgen::tree::Tree;
use serde_json::{Value, json};

use crate::kubectl;
use crate::random::Random;

const COUNT: usize = 2100;
const WORDS: [&str; 16] = [
    "a", "<b>&</b>", "\u{2028}", "\u{2029}", "\"", "\\", "\t", "\u{1}", "\u{b}", "日本", "😀", "\r", "yes", "0644",
    " ", "\u{85}",
];
const KEYS: [&str; 8] = ["A", "app.toml", "a-b", "_x", "Z", "a", "key.with.dots", "y"];

/// Bytes of a value: text, text of several lines, or no text at all.
fn content(random: &mut Random) -> Vec<u8> {
    if random.chance(20) {
        return (0..random.below(300)).map(|_| random.below(256) as u8).collect();
    }
    let mut out = String::new();
    for _ in 0..random.below(20) {
        let word = *random.pick(&WORDS);
        out.push_str(word);
        if random.chance(20) {
            out.push('\n');
        }
    }
    // What kustomize itself cannot read back: a first line that begins with a tab.
    out.trim_start_matches(['\t', '\n', ' ', '\r', '\u{b}', '\u{85}', '\u{2028}', '\u{2029}']).as_bytes().to_vec()
}

#[test]
fn the_suffix_is_kustomizes() {
    let folder = kubectl::folder("suffix");
    let mut random = Random::new(7);
    let (mut generators, mut wanted) = (Vec::new(), Vec::new());
    for number in 0..COUNT {
        let (mut data, mut binary) = (serde_json::Map::new(), serde_json::Map::new());
        let mut files = Vec::new();
        let mut keys = KEYS.to_vec();
        random.shuffle(&mut keys);
        for (index, key) in keys.iter().take(random.below(5)).enumerate() {
            let bytes = content(&mut random);
            let path = format!("{number}-{index}");
            fs::write(folder.join(&path), &bytes).unwrap();
            files.push(format!("{key}={path}"));
            match String::from_utf8(bytes) {
                Ok(text) => drop(data.insert((*key).into(), text.into())),
                Err(error) => {
                    let text = base64::engine::general_purpose::STANDARD.encode(error.as_bytes());
                    binary.insert((*key).into(), text.into());
                }
            }
        }
        generators.push(json!({"name": format!("n{number}"), "files": files}));
        let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "any"}});
        for (name, map) in [("data", data), ("binaryData", binary)] {
            if !map.is_empty() {
                object[name] = Value::Object(map);
            }
        }
        wanted.push(format!("n{number}-{}", suffix::of(&Tree::<()>::from_json(&object))));
    }
    let kustomization = json!({"configMapGenerator": generators}).to_string();
    fs::write(folder.join("kustomization.yaml"), kustomization).unwrap();
    let built = kubectl::run(&["kustomize", folder.to_str().unwrap()]).unwrap();
    let names = built.lines().filter_map(|line| line.strip_prefix("  name: ")).filter(|name| name.starts_with('n'));
    let mut found: Vec<String> = names.map(str::to_owned).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found.len(), COUNT);
    assert_eq!(found, wanted);
}
