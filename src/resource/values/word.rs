//! Fields that mean the same wherever they stand in Kubernetes' own kinds: closed lists of words, labels and
//! selectors of inner objects.
//!
//! The words are the constants of `k8s.io/api/*/types.go`. A key is listed only if it has one meaning in all kinds.

use super::metadata;
use crate::diag::suggest;
use crate::resource::Finding;
use crate::resource::values::form::INVALID_VALUE;
use crate::resource::walk::At;

const WORDS: &[(&str, &[&str])] = &[
    ("accessModes", &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]),
    ("completionMode", &["NonIndexed", "Indexed"]),
    ("concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]),
    ("externalTrafficPolicy", &["Cluster", "Local"]),
    ("fsGroupChangePolicy", &["OnRootMismatch", "Always"]),
    ("imagePullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("internalTrafficPolicy", &["Cluster", "Local"]),
    ("ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    ("pathType", &["Exact", "Prefix", "ImplementationSpecific"]),
    ("persistentVolumeReclaimPolicy", &["Retain", "Delete", "Recycle"]),
    ("podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("podReplacementPolicy", &["TerminatingOrFailed", "Failed"]),
    ("policyTypes", &["Ingress", "Egress"]),
    ("protocol", &["TCP", "UDP", "SCTP"]),
    ("restartPolicy", &["Always", "OnFailure", "Never"]),
    ("sessionAffinity", &["ClientIP", "None"]),
    ("terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    ("unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    ("volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
    ("volumeMode", &["Filesystem", "Block"]),
    ("whenScaled", &["Retain", "Delete"]),
    ("whenDeleted", &["Retain", "Delete"]),
    ("whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
];

/// Maps whose keys are the user's, not Kubernetes'.
#[rustfmt::skip]
const FREE: &[&str] = &[
    "data", "stringData", "binaryData", "annotations", "labels", "matchLabels", "nodeSelector", "parameters", "limits",
    "requests", "openAPIV3Schema", "managedFields",
];

pub fn check(root: &At, out: &mut Vec<Finding>) {
    for (key, child) in root.fields() {
        // The object's own metadata is checked by its kind.
        if key != "metadata" {
            field(key, &child, out);
        }
    }
}

fn field(key: &str, at: &At, out: &mut Vec<Finding>) {
    if let Some((key, words)) = WORDS.iter().find(|(known, _)| *known == key) {
        one_of(key, at, words, out);
    }
    // The selector of a Service is a map of labels; others have `matchLabels`.
    if FREE.contains(&key) || (key == "selector" && at.fields().iter().any(|(_, value)| value.text().is_some())) {
        return;
    }
    if key == "metadata" {
        metadata::labels(at, "labels", out);
        metadata::annotations(at, out);
    }
    metadata::labels(at, "matchLabels", out);
    metadata::labels(at, "nodeSelector", out);
    at.fields().iter().for_each(|(key, child)| field(key, child, out));
    for item in at.children() {
        item.fields().iter().for_each(|(key, child)| field(key, child, out));
        metadata::labels(&item, "matchLabels", out);
    }
}

fn one_of(key: &str, at: &At, words: &[&str], out: &mut Vec<Finding>) {
    at.children().iter().for_each(|item| one_of(key, item, words, out));
    let Some(text) = at.text().filter(|text| !words.contains(text)) else { return };
    let expected = suggest::one_of(words.iter().copied());
    let message = format!("`{key}` must be {expected}, but is `{}`", super::form::short(text));
    out.push(at.found(INVALID_VALUE, message).maybe_hint(suggest::did_you_mean(text, words.iter().copied())));
}
