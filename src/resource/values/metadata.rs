//! Kinds, names, namespaces, labels and annotations.

use super::{short, text};
use crate::format;
use crate::format::Checked;
use crate::resource::Finding;
use crate::resource::walk::At;

/// `TotalAnnotationSizeLimitB` of `apimachinery/pkg/api/validation/objectmeta.go`.
const ANNOTATIONS: usize = 256 << 10;

pub fn check(root: &At, kind: &str, out: &mut Vec<Finding>) {
    text(root.get("apiVersion"), "invalid-name", "the API version", format::api_version, out);
    text(root.get("kind"), "invalid-name", "the kind", format::kind, out);
    let Some(metadata) = root.get("metadata") else {
        out.push(root.error_at("metadata", "missing-field", "the required field `metadata` is missing"));
        return;
    };
    let name = metadata.get("name");
    if name.is_none() {
        out.push(metadata.error_at("name", "missing-field", "the required field `name` is missing"));
    }
    length(&metadata, kind, out);
    text(name, "invalid-name", "the name", |name| rule(kind)(name), out);
    text(metadata.get("namespace"), "invalid-name", "the namespace", format::dns_label, out);
    labels(&metadata, "labels", out);
    annotations(&metadata, out);
}

/// The rule of the name of each kind.
fn rule(kind: &str) -> fn(&str) -> Checked {
    match kind {
        // `ValidateNamespaceName`
        "Namespace" => format::dns_label,
        // `ValidateServiceName`
        "Service" => format::service_name,
        // `path.IsValidPathSegmentName`, through `ValidateRBACName`
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => path_segment,
        // `NameIsDNSSubdomain`, which all others have; custom resources too
        _ => format::dns_subdomain,
    }
}

fn path_segment(name: &str) -> Checked {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '%']) {
        return Err("must not be empty, `.` or `..`, nor have `/` or `%`".into());
    }
    Ok(())
}

/// Names from which the cluster makes longer ones.
fn length(metadata: &At, kind: &str, out: &mut Vec<Finding>) {
    let (limit, reason) = match kind {
        // `ValidateCronJobCreate`: 63 less `-` and the ten digits of a run
        "CronJob" => (52, "each run appends eleven characters"),
        // The label `controller-revision-hash` is the name, `-` and ten characters; above, no pod is ever made
        "StatefulSet" => (52, "the label `controller-revision-hash` of its pods appends eleven characters"),
        // The label `job-name` of its pods
        "Job" => (63, "its pods have it as the label `job-name`"),
        _ => return,
    };
    if let Some(name) = metadata.str("name").filter(|name| name.len() > limit) {
        let message =
            format!("the name `{}` has {} characters, {limit} are allowed: {reason}", short(name), name.len());
        out.push(
            metadata.error_at("name", "name-too-long", message).hint("shorten the component's or the project's name"),
        );
    }
}

/// `ValidateLabels`.
pub fn labels<'t>(parent: &At<'t>, key: &'t str, out: &mut Vec<Finding>) {
    for (key, value) in parent.entries(key) {
        if let Err(reason) = format::qualified_name(key) {
            out.push(value.error("invalid-label", format!("the label key `{}` {reason}", short(key))));
        }
        text(Some(value), "invalid-label", "the label value", format::label_value, out);
    }
}

/// `ValidateAnnotations`, `ValidateAnnotationsSize`.
pub fn annotations(metadata: &At, out: &mut Vec<Finding>) {
    let entries = metadata.entries("annotations");
    let mut total = 0;
    for (key, value) in &entries {
        total += key.len() + value.text().map_or(0, str::len);
        if let Err(reason) = format::annotation_key(key) {
            out.push(value.error("invalid-annotation", format!("the annotation key `{}` {reason}", short(key))));
        }
    }
    if total > ANNOTATIONS {
        let message = format!("annotations may have {ANNOTATIONS} bytes in all, but have {total}");
        out.push(metadata.error_at("annotations", "too-large", message));
    }
}
