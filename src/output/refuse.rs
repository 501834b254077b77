//! Objects that kustomize cannot build.
//!
//! Owns: the list of them, measured with `kubectl kustomize` v5.5.0, and their messages.
//! Does not own: what Kubernetes refuses (`checks`).
//!
//! - Characters: DEL, U+0080 to U+009F, U+FFFE and U+FFFF end in "control characters are not allowed"; U+0085 becomes a blank
//!   in silence.
//! - A key `<<` vanishes in silence; an empty key panics or ends in "wrong node kind".
//! - Annotation keys that YAML 1.1 reads as a number, boolean, date or null end in "unsupported type". Keys of `data` with
//!   such names are fine, as long as no generator makes them (kgen writes none).
//! - A text of several lines that begins with a tab ends in "found a tab character": in annotations always, elsewhere where
//!   a patch holds it. Which objects need a patch changes with every profile, so it is refused everywhere.
//! - A key of more than 1024 bytes ends in "did not find expected ',' or '}'".
//! - Objects with `config.kubernetes.io/local-config` are left out of the build.
//!
//! Values `=` and `<<` are written plain by kustomize: kubectl reads them back, PyYAML does not.

use crate::diag::{Diagnostic, Report};
use crate::resource::{Finding, Part};
use crate::tree::{Kind, Step, Tree};

/// Adds an error for each thing in the object that kustomize cannot build.
pub fn check(name: &str, object: &Tree, report: &mut Report) {
    for finding in findings(object) {
        let message = format!("`{name}`: {} at `{}`", finding.message, finding.place().escape_default());
        report.push(Diagnostic::error(finding.id, message).maybe_hint(finding.hint));
    }
}

/// Each thing in the object that kustomize cannot build.
pub fn findings<O>(object: &Tree<O>) -> Vec<Finding> {
    let mut out = Vec::new();
    walk(object, &mut Vec::new(), &mut |path, problem| {
        let parts = path.iter().map(|step| Part::from(*step)).collect();
        out.push(Finding::error("kustomize", parts, format!("kustomize cannot build {problem}")).hint("change it"));
    });
    if object.at(&LOCAL_CONFIG).is_some() {
        let path = LOCAL_CONFIG.map(|key| Part::Key(key.to_owned())).to_vec();
        let message = "kustomize leaves out objects with this annotation";
        out.push(Finding::error("kustomize", path, message).hint("remove the annotation"));
    }
    out
}

const LONGEST_KEY: usize = 1000;
const LOCAL_CONFIG: [&str; 3] = ["metadata", "annotations", "config.kubernetes.io/local-config"];

fn walk<'t, O>(tree: &'t Tree<O>, path: &mut Vec<Step<'t>>, found: &mut impl FnMut(&[Step], String)) {
    match &tree.kind {
        Kind::String(text) => {
            if let Some(bad) = text.chars().find(|c| is_bad(*c)) {
                found(path, format!("the character {}", code(bad)));
            } else if tab_first(text) {
                found(path, "a text of several lines that begins with a tab".into());
            }
        }
        Kind::List(list) => {
            for (index, item) in list.iter().enumerate() {
                path.push(Step::Index(index));
                walk(item, path, found);
                path.pop();
            }
        }
        Kind::Map(map) => {
            let annotations = path.last() == Some(&Step::Key("annotations"));
            for (key, value) in map.iter() {
                path.push(Step::Key(key));
                if let Some(problem) = bad_key(key, annotations) {
                    found(path, problem);
                }
                walk(value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn is_bad(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

fn bad_key(key: &str, annotation: bool) -> Option<String> {
    if key.is_empty() {
        return Some("an empty key".into());
    }
    if key == "<<" {
        return Some("the key `<<`".into());
    }
    if let Some(bad) = key.chars().find(|c| is_bad(*c)) {
        return Some(format!("the character {} in a key", code(bad)));
    }
    if key.len() > LONGEST_KEY {
        return Some(format!("a key of more than {LONGEST_KEY} bytes"));
    }
    if tab_first(key) {
        return Some("a key of several lines that begins with a tab".into());
    }
    match annotation && reads_as_other(key) {
        true => Some("an annotation whose key is no plain word".into()),
        false => None,
    }
}

fn tab_first(text: &str) -> bool {
    text.trim_start_matches(['\n', '\r', ' ']).starts_with('\t') && text.contains('\n')
}

/// Whether go-yaml v2 reads the plain word as something else than a string. Too many is harmless: no annotation that
/// anybody uses looks like these.
fn reads_as_other(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let words = ["~", "null", "true", "false", ".inf", "+.inf", "-.inf", ".nan"];
    let digits = lower.trim_start_matches(['+', '-', '.']);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit())
        && lower.chars().all(|c| c.is_ascii_hexdigit() || "+-._:xobtz ".contains(c));
    words.contains(&&*lower) || numeric
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn messages(object: Value) -> Vec<String> {
        let mut report = Report::new();
        check("ConfigMap/a", &Tree::from_json(&object), &mut report);
        report.sorted().iter().map(|diagnostic| diagnostic.message.clone()).collect()
    }

    #[test]
    fn a_control_character_is_named_with_its_place() {
        let said = "`ConfigMap/a`: kustomize cannot build the character U+007F at `data.k`";
        assert_eq!(messages(json!({"data": {"k": "a\u{7f}"}})), [said]);
    }

    #[test]
    fn annotations_with_keys_that_are_no_words_are_refused() {
        for key in ["true", "1", "1e3", "0x1", "2023-01-01", "~", "", "<<", ".inf", "0o7", "2023-01-01T00:00:00Z"] {
            assert_eq!(messages(json!({"metadata": {"annotations": {key: "x"}}})).len(), 1, "{key}");
        }
        for key in ["a", "y", "off", "example.com/1", "-", "+"] {
            assert!(messages(json!({"metadata": {"annotations": {key: "x"}}, "data": {"1": "x"}})).is_empty(), "{key}");
        }
    }
}
