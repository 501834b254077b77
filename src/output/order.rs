//! The order of a stream: kustomize's default ("legacy") order.
//!
//! Owns: the comparison of two identities. Measured against kubectl kustomize v5.5.0 with 51 kinds times 9 names times
//! 3 namespaces: the kind decides first, whatever its group (a Knative Service stands with the Services); kinds
//! that kustomize does not rank stand between PodDisruptionBudget and the webhooks, by group, version and kind;
//! the core group sorts as `~G`, an object without namespace as `~X`, both behind ordinary letters.
//! Does not own: what is in the stream.

use std::cmp::Ordering;

use crate::resource::Id;

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Which of two objects is applied first.
pub fn compare(a: &Id, b: &Id) -> Ordering {
    key(a).cmp(&key(b))
}

/// An object's place, for a sort that makes each key once.
pub fn key(id: &Id) -> (usize, String, String) {
    let name = format!("{}|{}", id.namespace.as_deref().unwrap_or("~X"), id.name);
    (rank(&id.kind), kind_text(id), name)
}

fn rank(kind: &str) -> usize {
    let first = FIRST.iter().position(|k| *k == kind);
    let last = || LAST.iter().position(|k| *k == kind).map(|at| FIRST.len() + 1 + at);
    first.or_else(last).unwrap_or(FIRST.len())
}

fn kind_text(id: &Id) -> String {
    let (group, version) = id.api_version.split_once('/').unwrap_or(("~G", &id.api_version));
    format!("{group}_{version}_{}", id.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        let [api_version, kind, namespace, name] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let namespace = (namespace != "-").then(|| namespace.to_owned());
        Id { api_version: api_version.to_owned(), kind: kind.to_owned(), namespace, name: name.to_owned() }
    }

    /// As `kubectl kustomize` v5.5.0 printed it.
    #[test]
    fn the_order_is_kustomizes() {
        let expected = [
            "v1 Namespace - z",
            "apiextensions.k8s.io/v1 CustomResourceDefinition - a",
            "foo.example.com/v1 ConfigMap n a",
            "v1 ConfigMap n a",
            "serving.knative.dev/v1 Service n a",
            "v1 Service n a",
            "apps/v1 Deployment n a",
            "batch/v1 CronJob n a",
            "policy/v1 PodDisruptionBudget n a",
            "apps/v1 DaemonSet n a",
            "autoscaling/v2 HorizontalPodAutoscaler n a",
            "batch/v1 Job n a",
            "bitnami.com/v1alpha1 SealedSecret n a",
            "external-secrets.io/v1 ExternalSecret n a",
            "networking.k8s.io/v1 Ingress n B",
            "networking.k8s.io/v1 Ingress n a",
            "networking.k8s.io/v1 Ingress n a-b",
            "networking.k8s.io/v1 Ingress n a.b",
            "networking.k8s.io/v1 Ingress n a1",
            "networking.k8s.io/v1 Ingress z a",
            "networking.k8s.io/v1 Ingress - a",
            "networking.k8s.io/v1 NetworkPolicy n a",
            "v1 Pod n a",
            "v1beta1 Foo n a",
            "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration - a",
        ]
        .map(id);
        let mut sorted = expected.clone();
        sorted.reverse();
        sorted.sort_by(compare);
        assert_eq!(sorted, expected);
    }
}
