//! Kinds, names, namespaces, labels and annotations.

use super::form::{short, text};
use crate::access::fault::TOO_LARGE;
use crate::format;
use crate::format::Checked;
use crate::resource::Finding;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::INVALID_NAME;
use crate::resource::walk::At;

crate::declare! {
    /// a label that Kubernetes refuses
    ///
    /// A label that Kubernetes refuses: at most 63 of letters, digits, `-`, `_`, `.`.
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    INVALID_LABEL = "invalid-label", Error;

    /// an annotation that Kubernetes refuses
    ///
    /// The key of an annotation that Kubernetes refuses.
    INVALID_ANNOTATION = "invalid-annotation", Error;

    /// a name that is too long
    ///
    /// The name is too long for its kind, or for the names that are made of it: 63 for most, 52 for a CronJob, whose
    ///   Jobs get eleven characters more.
    /// Fix: a shorter name for the component.
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    NAME_TOO_LONG = "name-too-long", Error;
}

/// `TotalAnnotationSizeLimitB` of `apimachinery/pkg/api/validation/objectmeta.go`.
const ANNOTATIONS: usize = 256 << 10;

pub fn check(root: &At, kind: &str, out: &mut Vec<Finding>) {
    text(root.get("apiVersion"), INVALID_NAME, "the API version", format::api_version, out);
    text(root.get("kind"), INVALID_NAME, "the kind", format::kind, out);
    let Some(metadata) = root.get("metadata") else {
        out.push(root.found_at("metadata", MISSING_FIELD, "the required field `metadata` is missing"));
        return;
    };
    let name = metadata.get("name");
    if name.is_none() {
        out.push(metadata.found_at("name", MISSING_FIELD, "the required field `name` is missing"));
    }
    length(&metadata, kind, out);
    text(name, INVALID_NAME, "the name", |name| rule(kind)(name), out);
    text(metadata.get("namespace"), INVALID_NAME, "the namespace", format::dns_label, out);
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
            metadata.found_at("name", NAME_TOO_LONG, message).hint("shorten the component's or the project's name"),
        );
    }
}

/// `ValidateLabels`.
pub fn labels<'t>(parent: &At<'t>, key: &'t str, out: &mut Vec<Finding>) {
    for (key, value) in parent.entries(key) {
        if let Err(reason) = format::qualified_name(key) {
            out.push(value.found(INVALID_LABEL, format!("the label key `{}` {reason}", short(key))));
        }
        text(Some(value), INVALID_LABEL, "the label value", format::label_value, out);
    }
}

/// `ValidateAnnotations`, `ValidateAnnotationsSize`.
pub fn annotations(metadata: &At, out: &mut Vec<Finding>) {
    let entries = metadata.entries("annotations");
    let mut total = 0;
    for (key, value) in &entries {
        total += key.len() + value.text().map_or(0, str::len);
        if let Err(reason) = format::annotation_key(key) {
            out.push(value.found(INVALID_ANNOTATION, format!("the annotation key `{}` {reason}", short(key))));
        }
    }
    if total > ANNOTATIONS {
        let message = format!("annotations may have {ANNOTATIONS} bytes in all, but have {total}");
        out.push(metadata.found_at("annotations", TOO_LARGE, message));
    }
}
