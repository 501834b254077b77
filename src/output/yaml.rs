//! Trees to YAML text: the only writer.
//!
//! Owns: quoting and block style, so that readers of YAML 1.1 (kubectl, PyYAML) and of 1.2 get every string back
//! unchanged; how a secret value is written.
//! Does not own: which documents stand in which file (`stream.rs`, `kustomize.rs`).

use std::cell::Cell;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Error, Serialize, SerializeMap, Serializer};

use crate::secret::Secret;
use crate::tree::{Kind, Tree};

/// Whether secret values may be read in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// As base64, the form that `data` of a Secret wants.
    Yes,
    /// As `***`.
    No,
}

/// A text, and whether a secret value can be read in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub text: String,
    pub readable: bool,
}

/// One document, without a `---`, ending in a line break.
pub fn document<O>(tree: &Tree<O>, reveal: Reveal) -> Result<Document> {
    let readable = Cell::new(false);
    let canon = Canon { tree, reveal, readable: &readable };
    let mut text = serde_saphyr::to_string_with_options(&canon, options()).context("cannot write YAML")?;
    // A block scalar that keeps its line breaks ends in them already.
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Document { text, readable: readable.get() })
}

fn options() -> serde_saphyr::SerializerOptions {
    serde_saphyr::ser_options! {
        // Long lines stay whole: a folded block makes every change of a word a change of many lines.
        folded_wrap_chars: 1 << 30,
        // `- ` stands under its key, as kubectl and kustomize write it.
        compact_list_indent: true,
    }
}

struct Canon<'t, O> {
    tree: &'t Tree<O>,
    reveal: Reveal,
    readable: &'t Cell<bool>,
}

impl<'t, O> Canon<'t, O> {
    fn of(&self, tree: &'t Tree<O>) -> Self {
        Canon { tree, reveal: self.reveal, readable: self.readable }
    }

    fn secret(&self, secret: &Secret<String>) -> String {
        match self.reveal {
            Reveal::No => "***".to_owned(),
            Reveal::Yes => {
                self.readable.set(true);
                STANDARD.encode(secret.open())
            }
        }
    }
}

impl<O> Serialize for Canon<'_, O> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.tree.kind {
            Kind::Null => to.serialize_unit(),
            Kind::Bool(value) => to.serialize_bool(*value),
            Kind::Number(number) => number.serialize(to),
            Kind::String(text) => string(text, to),
            Kind::Secret(secret) => string(&self.secret(secret), to),
            Kind::List(list) => to.collect_seq(list.iter().map(|item| self.of(item))),
            Kind::Map(map) => {
                let mut out = to.serialize_map(Some(map.len()))?;
                for (key, value) in map.iter() {
                    out.serialize_entry(&**key, &self.of(value)).map_err(S::Error::custom)?;
                }
                out.end()
            }
        }
    }
}

/// A block scalar whose first line begins with a tab is legal YAML that libyaml and go-yaml refuse.
fn string<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    if text.trim_start_matches(['\n', '\r', ' ']).starts_with('\t') {
        return serde_saphyr::DoubleQuoted(text).serialize(to);
    }
    to.serialize_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(value: serde_json::Value) -> String {
        document(&Tree::<()>::from_json(&value), Reveal::No).unwrap().text
    }

    #[test]
    fn an_object_reads_as_an_expert_writes_it() {
        let text = written(json!({
            "apiVersion": "v1", "kind": "Pod",
            "spec": {"containers": [{"name": "a", "args": ["-c", "echo\nhi\n"], "env": [{"name": "A", "value": "1"}]}],
                     "volumes": [{"name": "v", "emptyDir": {}}], "tolerations": []}
        }));
        let expected = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    args:\n    - -c\n    - |\n      echo\n      hi\n    env:\n    - name: A\n      value: \"1\"\n  volumes:\n  - name: v\n    emptyDir: {}\n  tolerations: []\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn words_of_yaml_1_1_are_quoted() {
        for word in ["y", "no", "On", "~", "null", "1_000", "0644", "1:30", "2023-01-01", "=", "<<", "0x1f", ".inf", ""]
        {
            let text = written(json!({ "k": word }));
            assert!(text.contains('"') || text.contains('\''), "{text}");
        }
    }

    #[test]
    fn a_first_tab_is_double_quoted() {
        assert_eq!(written(json!({"k": "\ta\nb"})), "k: \"\\ta\\nb\"\n");
    }

    #[test]
    fn a_secret_is_base64_or_stars() {
        let secret = Kind::Secret(Secret::new("hunter2".to_owned()).into());
        let tree: Tree<()> = Tree::map([("password", Tree::from(secret))]);
        let shown = document(&tree, Reveal::Yes).unwrap();
        assert_eq!((shown.text.as_str(), shown.readable), ("password: aHVudGVyMg==\n", true));
        let hidden = document(&tree, Reveal::No).unwrap();
        assert_eq!((hidden.text.as_str(), hidden.readable), ("password: \"***\"\n", false));
    }
}
