//! The bytes of a Secret: `data` in base64 and `stringData` as text are one map.
//!
//! Owns: whether two values are the same, without anyone seeing them.
//! Source: the `Secret` strategy of the API server: `stringData` overwrites `data` key by key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::plan::secret::LATER;
use crate::resource::Body;
use crate::tree::{Kind, Map, Tree};

/// Part, key, and the node of either side.
type Entry<'t> = (&'static str, &'t str, Option<&'t Body>, Option<&'t Body>);

/// The keys whose values differ; the part is where the new side has it, or the old one where it goes away.
pub fn differences<'t>(old: &'t Body, new: &'t Body) -> Vec<Entry<'t>> {
    let (a, b) = (keys(old), keys(new));
    let both = a.iter().chain(b.iter().filter(|key| a.binary_search(key).is_err()));
    let mut out = Vec::new();
    for key in both {
        let (left, right) = (value(old, key), value(new, key));
        let same = match (&left, &right) {
            (Some(a), Some(b)) => is_later(a.0) || is_later(b.0) || bytes(*a) == bytes(*b),
            _ => false,
        };
        if !same {
            let encoded = right.or(left).is_some_and(|found| found.1);
            let part = if encoded { "data" } else { "stringData" };
            out.push((part, *key, left.map(|found| found.0), right.map(|found| found.0)));
        }
    }
    out
}

/// All values of a Secret, as text and in base64: for hiding them in what others say.
pub fn texts(secret: &Body) -> Vec<String> {
    let mut out = Vec::new();
    for found in keys(secret).into_iter().filter_map(|key| value(secret, key)) {
        let bytes = bytes(found);
        out.extend(String::from_utf8(bytes.to_vec()));
        out.push(STANDARD.encode(&*bytes));
    }
    out
}

fn keys(secret: &Body) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for part in ["data", "stringData"] {
        let keys = secret.get(part).and_then(Tree::as_map).into_iter().flat_map(Map::iter);
        out.extend(keys.filter(|(_, value)| !value.is_null()).map(|(key, _)| &**key));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The node, and whether it is base64.
fn value<'t>(secret: &'t Body, key: &str) -> Option<(&'t Body, bool)> {
    let at = |part: &str| secret.get(part).and_then(|map| map.get(key)).filter(|node| !node.is_null());
    at("stringData").map(|node| (node, false)).or_else(|| at("data").map(|node| (node, true)))
}

fn is_later(node: &Body) -> bool {
    node.as_str() == Some(LATER)
}

fn bytes((node, encoded): (&Body, bool)) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match &node.kind {
        Kind::Secret(secret) => secret.open().clone().into_bytes(),
        Kind::String(text) if encoded => {
            let packed = Zeroizing::new(text.split_whitespace().collect::<String>());
            // What is no base64 (ciphertext of SOPS) is compared as it is.
            STANDARD.decode(&*packed).unwrap_or_else(|_| text.as_bytes().to_vec())
        }
        _ => node.to_string().into_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_its_base64() {
        let secret = |value| Body::from_json(&value);
        let a = secret(json!({"stringData": {"a": "hunter2"}}));
        let b = secret(json!({"data": {"a": "aHVud\nGVyMg=="}}));
        assert!(differences(&a, &b).is_empty());
        let c = secret(json!({"data": {"a": "eA=="}, "stringData": {"a": "hunter2"}}));
        assert!(differences(&a, &c).is_empty(), "stringData wins");
        let d = secret(json!({"data": {"a": "eA==", "b": ""}}));
        assert_eq!(differences(&a, &d).iter().map(|entry| entry.1).collect::<Vec<_>>(), ["a", "b"]);
    }
}
