//! Kubernetes' own validation, which its types do not carry: what the API server would answer with `Invalid`.
//!
//! Owns: which rule of `format` holds at which field, and the rules between fields of one object.
//! Does not own: the rules of text (`format`), other objects (`references.rs`), advice (`checks`).
//!
//! Sources are functions of kubernetes 1.37: `k8s.io/apimachinery/pkg/api/validation` and `pkg/apis/*/validation`.

mod claim;
pub mod container;
pub mod custom;
mod data;
pub mod metadata;
pub mod network;
mod pod;
pub mod quantities;
mod word;
pub mod workload;

use super::walk::At;
use super::{Body, Finding, Part, pods};
use crate::diag::Rule;
use crate::format::Checked;
use crate::plan::DUPLICATE_NAME;
use crate::tree::{Step, Tree};

crate::rules! {
    /// not exactly one of several fields
    ///
    /// Exactly one of several fields must be there.
    ONE_OF = "one-of", Error;

    /// a name that Kubernetes refuses
    ///
    /// A name that Kubernetes refuses.
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    INVALID_NAME = "invalid-name", Error;

    /// a key that Kubernetes refuses
    ///
    /// A key of a ConfigMap, Secret or selector that Kubernetes refuses.
    INVALID_KEY = "invalid-key", Error;

    /// a port that is none
    ///
    /// A port is 1 to 65535, or a name of at most 15 small letters, digits and `-`.
    INVALID_PORT = "invalid-port", Error;

    /// a path that the field does not take
    ///
    /// A path that the field does not take: relative, with `..`, or used twice.
    INVALID_PATH = "invalid-path", Error;

    /// a quantity that is none
    ///
    /// A quantity such as `500m`, `1Gi`; not negative here.
    /// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    INVALID_QUANTITY = "invalid-quantity", Error;

    /// a value that Kubernetes refuses
    ///
    /// A value that Kubernetes' own validation refuses.
    INVALID_VALUE = "invalid-value", Error;
}

/// All findings of one object. `native` says whether the kind is Kubernetes' own: of a custom resource
/// only the metadata is looked at, and what kgen emits itself.
pub fn check(body: &Body, native: bool) -> Vec<Finding> {
    let mut out = Vec::new();
    let root = At::root(body);
    let kind = body.get("kind").and_then(Tree::as_str).unwrap_or_default();
    metadata::check(&root, kind, &mut out);
    nul(body, kind, &mut out);
    if !native {
        custom::check(&root, kind, &mut out);
        return out;
    }
    word::check(&root, &mut out);
    workload::required(&root, kind, &mut out);
    match kind {
        "ConfigMap" | "Secret" => data::check(&root, kind, &mut out),
        "Service" => network::service(&root, &mut out),
        "Ingress" => network::ingress(&root, &mut out),
        "PersistentVolumeClaim" => claim::check(&root, &mut out),
        "ServiceAccount" => unique(root.items("secrets"), "name", "the Secret", &mut out),
        _ => workload::check(&root, kind, &mut out),
    }
    if let Some(pod) = pods::of(body) {
        pod::check(&pod, kind, &mut out);
    }
    out
}

/// No variable, argument or path of a process holds a NUL: a container with one never starts. Bytes have places of their
/// own.
fn nul(body: &Body, kind: &str, out: &mut Vec<Finding>) {
    body.leaves(&mut |path, leaf| {
        if leaf.as_str().is_some_and(|text| text.contains('\0')) {
            let parts = path.iter().map(|step| Part::from(*step)).collect();
            let finding = Finding::new(INVALID_VALUE, parts, "the text holds a NUL character");
            out.push(finding.hint(match (kind, path.first()) {
                ("ConfigMap", Some(Step::Key("data"))) => "write the bytes as base64 in `binaryData`, or name a file",
                ("Secret", Some(Step::Key("stringData"))) => "write the bytes as base64 in `data`",
                _ => "remove it, or encode the value and let the app decode it",
            }));
        }
    });
}

/// Applies a rule to a text. A value of another type has its finding already.
fn text(at: Option<At>, found: &'static Rule, what: &str, rule: impl Fn(&str) -> Checked, out: &mut Vec<Finding>) {
    let Some(at) = at else { return };
    let Some(text) = at.text() else { return };
    if let Err(reason) = rule(text) {
        out.push(at.found(found, format!("{what} `{}` {reason}", short(text))));
    }
}

/// A rule for a field that may be the empty text.
fn or_empty(rule: fn(&str) -> Checked) -> impl Fn(&str) -> Checked {
    move |text| if text.is_empty() { Ok(()) } else { rule(text) }
}

/// A number that must not be below a bound.
fn at_least(parent: &At, key: &str, bound: i64, out: &mut Vec<Finding>) {
    if let Some(value) = parent.int(key).filter(|value| *value < bound) {
        out.push(parent.found_at(key, INVALID_VALUE, format!("`{key}` must be at least {bound}, but is {value}")));
    }
}

/// Exactly one of some keys; each is an alternative of the others.
fn exactly_one(parent: &At, keys: &[&str], what: &str, out: &mut Vec<Finding>) {
    let there: Vec<_> = keys.iter().copied().filter(|key| parent.node.get(key).is_some_and(|v| !v.is_null())).collect();
    if there.len() != 1 {
        let found = if there.is_empty() { "none".to_owned() } else { format!("`{}`", there.join("` and `")) };
        let expected = crate::diag::suggest::one_of(keys.iter().copied());
        out.push(parent.found(ONE_OF, format!("{what} must have exactly one of {expected}, but has {found}")));
    }
}

/// Items of a list whose key must be unique. The first of two is right, the second gets the finding.
fn unique<'t>(items: impl IntoIterator<Item = At<'t>>, key: &str, what: &str, out: &mut Vec<Finding>) {
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        if let Some(name) = item.str(key)
            && !seen.insert(name)
        {
            out.push(item.found_at(key, DUPLICATE_NAME, format!("{what} `{}` is there twice", short(name))));
        }
    }
}

/// A value for a message.
fn short(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(77).chain("...".chars()).collect() }
}

#[cfg(test)]
mod tests;
