//! What of a value may be shown.
//!
//! Owns: masking, before a value becomes a text: every value of a Secret, what stands behind a name that says it is
//! secret, and what looks like a secret. No format sees anything else.
//! Does not own: telling a secret by its look (`leak`).

use super::compare::Found;
use super::place::Seg;
use super::{Shown, server};
use crate::diag::suggest;
use crate::leak::{self, name};
use crate::output::yaml::{self, Reveal};
use crate::project::mask;
use crate::resource::Body;
use crate::tree::{Kind, Tree};

/// Behind what the server writes.
pub const DEFAULT: &str = " (default)";
const HIDDEN: &str = "***";
const CHANGED: &str = "*** (changed)";

/// Both sides of a difference. What differs only in what is hidden says that it differs.
pub fn both(found: &Found) -> (Option<Shown>, Option<Shown>) {
    if let Some((old, new)) = &found.order {
        return (Some(Shown::Scalar(format!("order {old}"))), Some(Shown::Scalar(format!("order {new}"))));
    }
    let changed = found.old.is_some();
    if found.secret {
        let new = Shown::Masked(if changed { CHANGED } else { HIDDEN });
        return (found.old.map(|_| Shown::Masked(HIDDEN)), found.new.map(|_| new));
    }
    let name = context(&found.at);
    let (old, new) = (found.old.map(|node| one(node, name)), found.new.map(|node| one(node, name)));
    match (old, new) {
        (old, None) => (old, found.default.as_ref().map(|text| Shown::Default(format!("{text}{DEFAULT}")))),
        (Some(old), Some(new)) if old == new => (Some(Shown::Masked(HIDDEN)), Some(Shown::Masked(CHANGED))),
        both => both,
    }
}

/// The name that says what a value is: a variable's, or a key's of a ConfigMap.
fn context<'a>(at: &'a [Seg]) -> Option<&'a str> {
    match at {
        [.., Seg::Item { key: Some(name), .. }, Seg::Key("value")] => Some(name),
        [.., Seg::Key("data" | "annotations"), Seg::Key(name)] => Some(name),
        _ => None,
    }
}

fn one(node: &Body, name: Option<&str>) -> Shown {
    match &node.kind {
        Kind::Secret(_) => Shown::Masked(HIDDEN),
        Kind::String(text) => {
            let text = masked(text, name);
            match text.trim_end_matches('\n').contains('\n') {
                _ if text == HIDDEN => Shown::Masked(HIDDEN),
                true => Shown::Text(text),
                false => Shown::Scalar(scalar(&Tree::from(text))),
            }
        }
        Kind::List(list) if !list.is_empty() => Shown::Block(block(node, "")),
        Kind::Map(map) if !map.is_empty() => Shown::Block(block(node, "")),
        _ => Shown::Scalar(scalar(node)),
    }
}

/// As YAML writes it on one line.
fn scalar(node: &Body) -> String {
    let text = yaml::document(node, Reveal::No).map(|document| document.text).unwrap_or_default();
    let text = text.trim_end_matches('\n');
    if text.contains('\n') { serde_json::to_string(&node.to_string()).unwrap_or_default() } else { text.to_owned() }
}

/// A whole object, or a part of one, as YAML without secrets.
pub fn block(node: &Body, kind: &str) -> String {
    let mut copy = node.clone();
    if is_secret(kind) {
        hide_values(&mut copy, is_open);
    }
    hide(&mut copy, "");
    yaml::document(&copy, Reveal::No).map(|document| document.text).unwrap_or_default()
}

/// Whether objects of a kind hold secrets, or were meant to: `Secert`.
pub fn is_secret(kind: &str) -> bool {
    suggest::nearest(kind, ["Secret"]).is_some()
}

/// Whether a part of a Secret holds no value.
pub fn is_open(part: &str) -> bool {
    matches!(part, "apiVersion" | "kind" | "metadata" | "type" | "immutable")
}

/// All but what stands under the keys that are `open`; a word that is no key, or has no value, may itself be one.
fn hide_values(node: &mut Body, open: fn(&str) -> bool) {
    match &mut node.kind {
        Kind::Map(map) => {
            let hidden = map.iter().map(|(key, value)| match open(key) {
                true => (key.clone(), value.clone()),
                false => {
                    let mut copy = value.clone();
                    hide_values(&mut copy, |_| false);
                    (if mask::is_key(key) && !value.is_null() { key.clone() } else { HIDDEN.into() }, copy)
                }
            });
            node.kind = Tree::map(hidden).kind;
        }
        Kind::List(list) => list.iter_mut().for_each(|item| hide_values(item, open)),
        _ => *node = Tree::from(HIDDEN),
    }
}

/// The way to a difference, without a word that may be a value.
pub fn way<'t>(found: &Found<'t>) -> Vec<Seg<'t>> {
    let shown = |seg: &Seg<'t>| match seg {
        Seg::Key(key) if found.secret && !mask::is_key(key) => Seg::Key(HIDDEN),
        seg => seg.clone(),
    };
    found.at.iter().map(shown).collect()
}

fn hide(node: &mut Body, parent: &str) {
    match &mut node.kind {
        Kind::Map(map) => {
            let variable = map.get("name").and_then(Tree::as_str).map(str::to_owned);
            for (key, value) in map.iter_mut() {
                let name = match &**key {
                    // All of an object once more, as `kubectl apply` leaves it.
                    server::APPLIED => {
                        *value = Tree::from(HIDDEN);
                        continue;
                    }
                    "value" => variable.as_deref(),
                    key if matches!(parent, "data" | "annotations") => Some(key),
                    _ => None,
                };
                match &value.kind {
                    Kind::String(text) => {
                        let hidden = masked(text, name);
                        if *hidden != **text {
                            *value = Tree::from(hidden);
                        }
                    }
                    _ => hide(value, key),
                }
            }
        }
        Kind::List(list) => list.iter_mut().for_each(|item| hide(item, parent)),
        Kind::String(text) => {
            let hidden = masked(text, None);
            if *hidden != **text {
                *node = Tree::from(hidden);
            }
        }
        Kind::Secret(_) => *node = Tree::from(HIDDEN),
        _ => {}
    }
}

/// A text without what is secret in it.
pub fn masked(text: &str, name: Option<&str>) -> String {
    if name.is_some_and(name::resembles_secret) && name::is_secret_value(text) {
        return HIDDEN.to_owned();
    }
    leak::masked(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_block_has_no_secret() {
        let body = Body::from_json(&json!({"kind": "Secret", "data": {"a": "aHVudGVyMg=="}, "x": [{"name":
            "DB_PASSWORD", "value": "hunter2!x"}, "redis://a:hunter2@h"]}));
        let text = block(&body, "Secret");
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
    }

    #[test]
    fn a_variable_whose_name_says_secret_is_hidden() {
        let (old, new) = (Body::from("hunter2!x"), Body::from("hunter3!x"));
        let item = Seg::Item { index: 0, key: Some("DB_PASSWORD".into()) };
        let at = vec![Seg::Key("env"), item, Seg::Key("value")];
        let found = Found { old: Some(&old), new: Some(&new), ..Found::at(at) };
        assert_eq!(both(&found), (Some(Shown::Masked(HIDDEN)), Some(Shown::Masked(CHANGED))));
    }

    #[test]
    fn texts_of_several_lines_are_texts() {
        assert_eq!(one(&Body::from("a\nb\n"), None), Shown::Text("a\nb\n".into()));
        assert_eq!(one(&Body::from("a\n"), None), Shown::Scalar("\"a\\n\"".into()));
        assert_eq!(one(&Body::from("yes"), None), Shown::Scalar("\"yes\"".into()));
        assert_eq!(one(&Body::from_json(&json!({})), None), Shown::Scalar("{}".into()));
        assert_eq!(one(&Body::from_json(&json!(["a"])), None), Shown::Block("- a\n".into()));
    }
}
