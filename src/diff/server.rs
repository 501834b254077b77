//! What the API server and its controllers write into objects: no difference to what a project says.
//!
//! Owns: the table of fields that are theirs. Used only where one side is a cluster's, or another tool's, stream.
//! Does not own: values that are filled in where nothing is written (`schema.rs`).
//!
//! Sources: `ObjectMeta` of `k8s.io/apimachinery/pkg/apis/meta/v1/types.go` ("Populated by the system"), `PrepareForCreate`
//! and the allocators of `pkg/registry/core/service`, `pkg/controller/volume/persistentvolume`,
//! `pkg/controller/deployment/util`, `pkg/registry/batch/job` (generated selector and labels).

use super::place::begins;
use crate::resource::Body;
use crate::tree::Tree;

/// Where `kubectl apply` without `--server-side` keeps what it applied.
pub const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether nobody but the server writes it: never compared.
pub fn always(kind: &str, at: &[&str]) -> bool {
    const METADATA: [&str; 9] = [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
        "generateName",
    ];
    match at {
        ["status"] => true,
        ["metadata", key] => METADATA.contains(key),
        ["metadata", "annotations", key] => annotation(key),
        ["spec", "volumeClaimTemplates", "*", "status"] => kind == "StatefulSet",
        [.., "metadata", "creationTimestamp"] => true,
        _ => false,
    }
}

fn annotation(key: &str) -> bool {
    const KEYS: [&str; 4] = [
        APPLIED,
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
        "batch.kubernetes.io/job-tracking",
    ];
    const STARTS: [&str; 5] = [
        "pv.kubernetes.io/",
        "volume.kubernetes.io/",
        "volume.beta.kubernetes.io/",
        "autoscaling.alpha.kubernetes.io/",
        "control-plane.alpha.kubernetes.io/",
    ];
    KEYS.contains(&key) || STARTS.iter().any(|start| key.starts_with(start))
}

/// Whether a key of the `spec` is what the last apply said: it goes away with the next that does not say it. What kgen rendered
/// is applied as it is; an object of a cluster has what `kubectl apply` said in an annotation.
pub fn has_applied(object: &Body, key: &str) -> bool {
    let text = |path: &[&str]| object.at(path).and_then(Tree::as_str);
    match text(&["metadata", "annotations", APPLIED]) {
        Some(applied) => {
            let applied = serde_json::from_str::<serde_json::Value>(applied).unwrap_or_default();
            applied.pointer(&format!("/spec/{key}")).is_some()
        }
        None => {
            let own = text(&["metadata", "labels", "app.kubernetes.io/managed-by"]) == Some("kgen");
            own && text(&["metadata", "uid"]).is_none()
        }
    }
}

/// Whether the server or a controller may have set what the project does not say.
pub fn unsaid(kind: &str, at: &[&str]) -> bool {
    let of = |kinds: &[&str], starts: &[&str]| kinds.contains(&kind) && starts.iter().any(|start| begins(at, start));
    of(
        &["Service"],
        &[
            "spec.clusterIP",
            "spec.clusterIPs",
            "spec.ipFamilies",
            "spec.ipFamilyPolicy",
            "spec.healthCheckNodePort",
            "spec.ports.*.nodePort",
        ],
    ) || of(&["PersistentVolumeClaim"], &["spec.volumeName", "spec.storageClassName"])
        || of(&["StatefulSet"], &["spec.volumeClaimTemplates.*.spec.storageClassName"])
        // What a HorizontalPodAutoscaler owns is not said by the project.
        || of(&["Deployment", "StatefulSet"], &["spec.replicas"])
        || of(&["Namespace"], &["spec"])
        || of(&["Job"], &["spec.selector", "spec.template.metadata"])
        || of(&["ServiceAccount"], &["secrets"])
        || of(&["Ingress"], &["spec.ingressClassName"])
        || of(&["PersistentVolume"], &["spec.claimRef"])
        || begins(at, "metadata.finalizers")
        || begins(at, "metadata.ownerReferences")
        || matches!(at, ["metadata", "labels", "kubernetes.io/metadata.name" | "applyset.kubernetes.io/part-of"])
        || matches!(at, [.., "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"])
        || matches!(at, ["spec", "priority" | "preemptionPolicy" | "nodeName"] if kind == "Pod")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_owns_is_known() {
        assert!(always("Service", &["status"]) && always("Pod", &["metadata", "uid"]));
        assert!(always("Deployment", &["metadata", "annotations", "deployment.kubernetes.io/revision"]));
        assert!(!always("Deployment", &["metadata", "annotations", "team"]));
        assert!(unsaid("Service", &["spec", "clusterIP"]) && !unsaid("Pod", &["spec", "clusterIP"]));
        assert!(unsaid("Deployment", &["spec", "replicas"]) && !unsaid("Deployment", &["spec", "paused"]));
    }

    #[test]
    fn what_was_applied_is_known() {
        let object = |metadata: serde_json::Value| Body::from_json(&serde_json::json!({ "metadata": metadata }));
        let applied = |text: &str| {
            object(serde_json::json!({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": text}}))
        };
        assert!(has_applied(&applied("{\"spec\":{\"replicas\":3}}"), "replicas"));
        assert!(!has_applied(&applied("{\"spec\":{}}"), "replicas") && !has_applied(&applied("{"), "replicas"));
        let labels = serde_json::json!({"app.kubernetes.io/managed-by": "kgen"});
        assert!(has_applied(&object(serde_json::json!({ "labels": labels })), "replicas"));
        assert!(!has_applied(&object(serde_json::json!({ "labels": labels, "uid": "u" })), "replicas"));
        assert!(!has_applied(&object(serde_json::json!({})), "replicas"), "of another tool");
    }
}
