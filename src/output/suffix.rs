//! `rollout: hash`: ConfigMaps named by what they hold, as kustomize's generators name them. A changed one is another
//! object, and what reads it is rolled out; the old one stays for the pods that still read it.
//!
//! Owns: the suffix, and every name that leads to a ConfigMap.
//! Source: `api/hasher/hasher.go` of kustomize. The `name` that is hashed is always empty there, whatever its comment says.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::amend;
use crate::resource::reference::{self, Reference};
use crate::resource::{Body, Id, Part, Resource, cited};
use crate::tree::{Kind, Tree};

/// Namespace and name, and the name with its suffix, which is made from all settings of the content.
type Renamed = BTreeMap<(Option<String>, String), (String, Vec<u32>)>;

/// Renames all ConfigMaps of components, and whatever names them, because the settings `chosen` say so.
pub fn configs(resources: &mut [Resource], chosen: &[u32]) {
    let mut renamed = Renamed::new();
    for resource in resources.iter_mut().filter(|r| r.id.kind == "ConfigMap" && *r.component != *"manifests") {
        let name = format!("{}-{}", resource.id.name, of(&resource.body));
        let data = ["data", "binaryData"].iter().filter_map(|key| resource.body.get(key));
        let made_from: Vec<u32> = chosen.iter().copied().chain(data.flat_map(cited)).collect();
        let new = (name.clone(), made_from.clone());
        renamed.insert((resource.id.namespace.clone(), resource.id.name.clone()), new);
        let metadata = resource.body.as_map_mut().and_then(|map| map.get_mut("metadata")).and_then(Tree::as_map_mut);
        if let Some(node) = metadata.and_then(|metadata| metadata.get_mut("name")) {
            set(node, &name, &made_from);
        }
        update(resource);
    }
    for resource in resources.iter_mut().filter(|resource| resource.id.kind != "ConfigMap") {
        let named = reference::of(resource).into_iter().filter(|reference| reference.kind == "ConfigMap");
        let new = |at: Reference| {
            let key = (resource.id.namespace.clone(), at.name.to_owned());
            Some((at.at.path(), renamed.get(&key)?))
        };
        let found: Vec<_> = named.filter_map(new).collect();
        for (path, (name, made_from)) in &found {
            let steps: Vec<_> = path.iter().map(Part::step).collect();
            resource.body.at_mut(&steps).into_iter().for_each(|node| set(node, name, made_from));
        }
        if !found.is_empty() {
            amend::rehash(resource);
            update(resource);
        }
    }
}

fn set(node: &mut Body, name: &str, made_from: &[u32]) {
    node.kind = Kind::String(name.into());
    node.from = node.from.as_ref().map(|place| Arc::new(place.and(made_from)));
}

fn update(resource: &mut Resource) {
    if let Some(id) = Id::of(&resource.body) {
        resource.id = id;
    }
}

/// Ten characters for the content of a ConfigMap: its labels and its name do not count.
pub fn of<O>(body: &Tree<O>) -> String {
    let mut hashed = serde_json::Map::new();
    if let Some(binary) = body.get("binaryData") {
        let broken = |text: &str| if text.len() < 70 { text.to_owned() } else { lines(text) };
        let pairs = binary.as_map().into_iter().flat_map(|map| map.iter());
        let pairs = pairs.map(|(key, value)| (key.to_string(), broken(value.as_str().unwrap_or_default()).into()));
        hashed.insert("binaryData".into(), Value::Object(sorted(pairs.collect())));
    }
    let data = body.get("data").and_then(Tree::as_map);
    let pairs = data.map(|map| map.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect());
    hashed.insert("data".into(), pairs.map_or_else(|| "".into(), |pairs| Value::Object(sorted(pairs))));
    hashed.insert("kind".into(), "ConfigMap".into());
    hashed.insert("name".into(), "".into());
    let digest = Sha256::digest(go(&Value::Object(hashed).to_string()));
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(10);
    digits.map(letter).collect()
}

/// By the bytes of the keys, as Go writes a map.
fn sorted(mut pairs: Vec<(String, Value)>) -> serde_json::Map<String, Value> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.into_iter().collect()
}

/// kustomize breaks base64 after 70 characters, and hashes the line breaks.
fn lines(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        if index > 0 && index % 70 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out + "\n"
}

/// What Go's encoder escapes besides.
fn go(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A hexadecimal digit without what could make a word.
fn letter(digit: u8) -> char {
    match digit {
        0 => 'g',
        1 => 'h',
        3 => 'k',
        10 => 'm',
        14 => 't',
        digit => char::from_digit(digit.into(), 16).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Of a ConfigMap without data: what `kubectl kustomize` 5.5 gave.
    #[test]
    fn an_empty_map_has_the_known_suffix() {
        assert_eq!(of(&Body::from_json(&json!({"kind": "ConfigMap", "metadata": {"name": "any"}}))), "6ct58987ht");
    }
}
