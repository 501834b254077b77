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
//!   a strategic patch holds it, and anywhere in an object with a JSON patch. Which objects need which patch changes
//!   with every profile, so it is refused everywhere. (A line break or a blank in front of the tab makes it harmless.)
//! - A key of more than 1024 bytes ends in "did not find expected ',' or '}'".
//! - Objects with the annotation `config.kubernetes.io/local-config` are left out; some other annotations vanish.
//!
//! Values `=` and `<<` are written plain by kustomize: kubectl reads them back, PyYAML does not.

use crate::diag::{Diagnostic, Report};
use crate::resource::{Finding, Part};
use crate::tree::{Kind, Map, Step, Tree};

crate::declare! {
    /// what kustomize cannot build
    ///
    /// kustomize takes this for its own, or cannot build it: the tree would not be what the stream is.
    KUSTOMIZE = "kustomize", Error;
}

/// Adds an error for each thing in the object that kustomize cannot build.
pub fn check(name: &str, object: &Tree, report: &mut Report) {
    for finding in findings(object) {
        let message = format!("`{name}`: {} at `{}`", finding.message, finding.place().escape_default());
        report.push(Diagnostic::new(finding.rule, message).maybe_hint(finding.hint));
    }
}

/// Each thing in the object that kustomize cannot build.
pub fn findings<O>(object: &Tree<O>) -> Vec<Finding> {
    let mut out = Vec::new();
    walk(object, &mut Vec::new(), &mut |path, problem| {
        let parts = path.iter().map(|step| Part::from(*step)).collect();
        out.push(Finding::new(KUSTOMIZE, parts, format!("kustomize cannot build {problem}")).hint(hint(path)));
    });
    let annotations = object.at(&["metadata", "annotations"]).and_then(Tree::as_map);
    for key in annotations.into_iter().flat_map(Map::keys).filter(|key| is_kustomizes(key)) {
        let path = ["metadata", "annotations", key].map(|key| Part::Key(key.to_owned())).to_vec();
        let message = format!("kustomize takes the annotation `{key}` for its own and does not keep it");
        out.push(Finding::new(KUSTOMIZE, path, message).hint("remove the annotation"));
    }
    out
}

const LONGEST_KEY: usize = 1000;

fn is_kustomizes(annotation: &str) -> bool {
    let of_files = ["local-config", "index", "path", "origin"];
    annotation == "config.k8s.io/id"
        || annotation.starts_with("internal.config.kubernetes.io/")
        || annotation.strip_prefix("config.kubernetes.io/").is_some_and(|rest| of_files.contains(&rest))
}

fn hint(path: &[Step]) -> &'static str {
    match path.first() {
        Some(Step::Key("data")) => "write the value as base64 in `binaryData`, or change it",
        _ => "change it",
    }
}

fn walk<'t, O>(tree: &'t Tree<O>, path: &mut Vec<Step<'t>>, found: &mut impl FnMut(&[Step], String)) {
    match &tree.kind {
        Kind::String(text) => {
            if let Some(bad) = bad(text) {
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

fn bad(text: &str) -> Option<char> {
    // Nearly every text is of characters below all of these, which is seen without reading them one by one.
    if text.bytes().all(|byte| byte < 0x7f) {
        return None;
    }
    text.chars().find(|c| is_bad(*c))
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
    if let Some(bad) = bad(key) {
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
    text.starts_with('\t') && text.contains('\n')
}

/// Whether go-yaml v2 reads the plain word as something else than a string; a few words too many are in it, which no
/// annotation in use looks like.
fn reads_as_other(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let words = ["~", "null", "true", "false", ".inf", "+.inf", "-.inf", ".nan"];
    let all = |more: &str| lower.chars().all(|c| c.is_ascii_hexdigit() || more.contains(c));
    let numeric = lower.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    let year = lower.chars().take_while(char::is_ascii_digit).count() == 4 && lower[4..].starts_with('-');
    words.contains(&&*lower) || numeric && all("+-._xo") || year && all("-:.tz+ ")
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

    #[test]
    fn a_first_tab_is_refused_where_a_second_line_follows() {
        assert_eq!(messages(json!({"data": {"k": "\ta\nb"}})).len(), 1);
        assert!(messages(json!({"data": {"a": "\ta", "b": "a\n\tb", "c": "\n\ta\n"}})).is_empty());
    }

    #[test]
    fn annotations_that_kustomize_eats_are_refused() {
        let said = "`ConfigMap/a`: kustomize takes the annotation `config.kubernetes.io/local-config` for its own and does not keep it \
                    at `metadata.annotations[\\\"config.kubernetes.io/local-config\\\"]`";
        let annotations = json!({"config.kubernetes.io/local-config": "true", "config.kubernetes.io/depends-on": "x"});
        assert_eq!(messages(json!({"metadata": {"annotations": annotations}})), [said]);
    }
}
