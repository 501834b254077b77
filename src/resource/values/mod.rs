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
pub mod form;
pub mod metadata;
pub mod network;
mod pod;
pub mod quantities;
mod word;
pub mod workload;

use super::walk::At;
use super::{Body, Finding, Part, pods};
use crate::tree::{Step, Tree};
use form::{INVALID_VALUE, unique};

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

#[cfg(test)]
mod tests;
