//! Where a change stands: as a path into the object, as a person reads it, and as the rules of impact look at it.

use crate::resource::Part;
use crate::tree::{Step, path_text};

/// One step of the way to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seg<'t> {
    Key(&'t str),
    /// Of a list: the index, and the key by which the element is known.
    Item {
        index: usize,
        key: Option<String>,
    },
}

pub fn parts(at: &[Seg]) -> Vec<Part> {
    let part = |seg: &Seg| match seg {
        Seg::Key(key) => Part::Key((*key).to_owned()),
        Seg::Item { index, .. } => Part::Index(*index),
    };
    at.iter().map(part).collect()
}

/// `spec.template.spec.containers[api].env[PORT].value`.
pub fn text(at: &[Seg]) -> String {
    let mut out = String::new();
    for seg in at {
        match seg {
            Seg::Key(key) => {
                let step = path_text(&[Step::Key(key)]);
                if !out.is_empty() && !step.starts_with('[') {
                    out.push('.');
                }
                out.push_str(&step);
            }
            Seg::Item { key: Some(key), .. } => out.push_str(&format!("[{key}]")),
            Seg::Item { index, .. } => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

/// The keys alone, `*` for an element of a list.
pub fn pattern<'a>(at: &'a [Seg]) -> Vec<&'a str> {
    let word = |seg: &'a Seg| match seg {
        Seg::Key(key) => *key,
        Seg::Item { .. } => "*",
    };
    at.iter().map(word).collect()
}

/// Whether a pattern begins with the words of `start`, written with dots. A key with a dot never stands in a rule.
pub fn begins(pattern: &[&str], start: &str) -> bool {
    let mut words = pattern.iter();
    start.is_empty() || start.split('.').all(|word| words.next() == Some(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_the_keys_of_lists() {
        let item = |index, key: Option<&str>| Seg::Item { index, key: key.map(Into::into) };
        let at = [Seg::Key("spec"), Seg::Key("containers"), item(1, Some("api")), Seg::Key("args"), item(0, None)];
        assert_eq!(text(&at), "spec.containers[api].args[0]");
        assert_eq!(pattern(&at), ["spec", "containers", "*", "args", "*"]);
        assert!(begins(&pattern(&at), "spec.containers.*") && !begins(&pattern(&at), "spec.container"));
        assert_eq!(text(&[Seg::Key("data"), Seg::Key("app.toml")]), "data[\"app.toml\"]");
    }
}
