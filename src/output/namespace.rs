//! A namespace that differs by profile, as kustomize's `namespace:`.
//!
//! Owns: what kustomize makes of it, and which objects can bear it. Measured with v5.5.0: it writes `metadata.namespace` of
//! every object, also over another namespace, also of cluster-scoped custom resources, and of built-in kinds younger than
//! Kubernetes 1.21 (only the kinds below are spared); it renames every Namespace; it gives every subject named `default` of
//! a role binding its namespace, and those subjects without one whose ServiceAccount is in the build; it writes into
//! the `service` of an APIService and of a CustomResourceDefinition's conversion.
//! Does not own: where an object that cannot bear it is put (`kustomize.rs`).

use std::collections::BTreeSet;

use super::labels::child;
use crate::tree::Tree;

/// Names of the ServiceAccounts of a build.
pub type Accounts = BTreeSet<String>;

pub fn accounts<'t>(objects: impl IntoIterator<Item = &'t Tree>) -> Accounts {
    let account = |object: &'t Tree| {
        let kind = object.get("kind").and_then(Tree::as_str)?;
        let name = object.at(&["metadata", "name"]).and_then(Tree::as_str)?;
        (kind == "ServiceAccount").then(|| name.to_owned())
    };
    objects.into_iter().filter_map(account).collect()
}

/// As kustomize does it.
pub fn transform(object: &mut Tree, namespace: &str, accounts: &Accounts) {
    match Scope::of(object) {
        Scope::Namespace => drop(metadata(object, "name", namespace)),
        Scope::Cluster => {}
        Scope::Namespaced => drop(metadata(object, "namespace", namespace)),
    }
    for subject in subjects(object) {
        let named = subject.get("name").and_then(Tree::as_str).unwrap_or_default();
        let unset = subject.get("namespace").is_none() && is_account(subject) && accounts.contains(named);
        if let Some(map) = (named == "default" || unset).then(|| subject.as_map_mut()).flatten() {
            map.insert("namespace", namespace);
        }
    }
}

/// The object without what `transform` writes; None where `transform` would not give the object back.
pub fn strip(object: &Tree, namespace: &str, accounts: &Accounts) -> Option<Tree> {
    if is_delicate(object) {
        return None;
    }
    let mut out = object.clone();
    let is_ours = |tree: Option<&Tree>| tree.and_then(Tree::as_str) == Some(namespace);
    if is_ours(object.at(&["metadata", "namespace"])) {
        child(out.as_map_mut()?, "metadata")?.remove("namespace");
    }
    for subject in subjects(&mut out) {
        let named = subject.get("name").and_then(Tree::as_str).unwrap_or_default();
        let comes_back = named == "default" || is_account(subject) && accounts.contains(named);
        if comes_back && is_ours(subject.get("namespace")) {
            subject.as_map_mut()?.remove("namespace");
        }
    }
    let mut back = out.clone();
    transform(&mut back, namespace, accounts);
    (back == *object).then_some(out)
}

fn metadata(object: &mut Tree, key: &str, value: &str) -> Option<Tree> {
    child(object.as_map_mut()?, "metadata")?.insert(key, value)
}

fn is_account(subject: &Tree) -> bool {
    subject.get("kind").and_then(Tree::as_str) == Some("ServiceAccount")
}

fn subjects(object: &mut Tree) -> impl Iterator<Item = &mut Tree> {
    let binding = matches!(object.get("kind").and_then(Tree::as_str), Some("RoleBinding" | "ClusterRoleBinding"));
    let map = object.as_map_mut().filter(|_| binding);
    map.and_then(|map| map.get_mut("subjects")).and_then(Tree::as_list_mut).into_iter().flatten()
}

/// Objects that name the namespace of another object: they are kept out of kustomize's reach.
fn is_delicate(object: &Tree) -> bool {
    match object.get("kind").and_then(Tree::as_str).unwrap_or_default() {
        "APIService" | "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => true,
        "CustomResourceDefinition" => object.at(&["spec", "conversion", "webhook"]).is_some(),
        "PersistentVolume" => object.at(&["spec", "claimRef"]).is_some(),
        _ => false,
    }
}

enum Scope {
    Namespace,
    Cluster,
    Namespaced,
}

impl Scope {
    fn of(object: &Tree) -> Self {
        let text = |key| object.get(key).and_then(Tree::as_str).unwrap_or_default();
        match (text("apiVersion"), text("kind")) {
            ("v1", "Namespace") => Self::Namespace,
            ("v1", "Node" | "PersistentVolume" | "ComponentStatus")
            | ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration")
            | ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
            | ("apiregistration.k8s.io/v1", "APIService")
            | ("certificates.k8s.io/v1", "CertificateSigningRequest")
            | ("networking.k8s.io/v1", "IngressClass")
            | ("node.k8s.io/v1", "RuntimeClass")
            | ("policy/v1beta1", "PodSecurityPolicy")
            | ("rbac.authorization.k8s.io/v1", "ClusterRole" | "ClusterRoleBinding")
            | ("scheduling.k8s.io/v1", "PriorityClass")
            | ("storage.k8s.io/v1", "StorageClass" | "VolumeAttachment" | "CSIDriver" | "CSINode") => Self::Cluster,
            _ => Self::Namespaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn stripped(object: Value) -> Option<Value> {
        let accounts = ["api".to_owned()].into();
        strip(&Tree::from_json(&object), "prod", &accounts).map(|tree| tree.to_json())
    }

    #[test]
    fn a_namespaced_object_bears_it() {
        let of = |metadata: Value| json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata});
        let result = stripped(of(json!({"name": "a", "namespace": "prod"})));
        assert_eq!(result, Some(of(json!({"name": "a"}))));
        assert_eq!(stripped(of(json!({"name": "a", "namespace": "monitoring"}))), None);
    }

    #[test]
    fn a_cluster_scoped_custom_resource_cannot_bear_it() {
        let of = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": "a"}});
        assert_eq!(stripped(of("cert-manager.io/v1", "ClusterIssuer")), None);
        assert_eq!(stripped(of("v1", "Namespace")), None);
        let role = of("rbac.authorization.k8s.io/v1", "ClusterRole");
        assert_eq!(stripped(role.clone()), Some(role));
    }

    #[test]
    fn a_subject_loses_the_namespace_that_comes_back() {
        let of = |subjects: Value| {
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "a"},
                   "subjects": subjects})
        };
        let subject = |name: &str| json!({"kind": "ServiceAccount", "name": name, "namespace": "prod"});
        let result = stripped(of(json!([subject("api"), subject("other")])));
        assert_eq!(result, Some(of(json!([{"kind": "ServiceAccount", "name": "api"}, subject("other")]))));
        assert_eq!(stripped(of(json!([{"kind": "ServiceAccount", "name": "default", "namespace": "x"}]))), None);
    }
}
