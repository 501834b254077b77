//! Which lists of the built-in kinds kustomize merges by key.
//!
//! Owns: Kubernetes' patchMergeKey of each list, as far as kustomize v5.5.0 knows it: its schema is that of Kubernetes
//! 1.21, so the younger `resourceClaims` and `schedulingGates` are replaced whole. Each row was measured with
//! `kubectl kustomize`. A kind it has no schema for (every custom resource, `apps/v1beta1`) has no keyed list at all.
//! Does not own: how lists are merged (`merge_patch.rs`).

use crate::tree::Tree;

/// What a patch does to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The patch's list takes its place.
    Whole,
    /// Elements with equal keys are merged.
    Keyed(&'static [&'static str]),
    /// Scalars that are not in the list yet are added.
    Set,
}

/// A place in an object, as far as lists with keys can still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing below has keys.
    Plain,
    /// A built-in kind with nothing but `metadata`.
    Object,
    Metadata,
    PodObject,
    WorkloadObject,
    Workload,
    CronObject,
    Cron,
    JobTemplate,
    TemplateObject,
    Template,
    Pod,
    Container,
    ServiceObject,
    Service,
    AccountObject,
    WebhookObject,
}

use Rule::{Keyed, Set, Whole};

const NAME: Rule = Keyed(&["name"]);

impl Shape {
    pub fn of<O>(object: &Tree<O>) -> Self {
        let text = |key| object.get(key).and_then(Tree::as_str).unwrap_or_default();
        match (text("apiVersion"), text("kind")) {
            ("v1", "Pod") => Self::PodObject,
            ("v1", "PodTemplate") => Self::TemplateObject,
            ("v1", "Service") => Self::ServiceObject,
            ("v1", "ServiceAccount") => Self::AccountObject,
            ("apps/v1", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch/v1", "Job")
            | ("v1", "ReplicationController") => Self::WorkloadObject,
            ("batch/v1" | "batch/v1beta1", "CronJob") => Self::CronObject,
            ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
                Self::WebhookObject
            }
            (api_version, kind) if is_plain_builtin(api_version, kind) => Self::Object,
            _ => Self::Plain,
        }
    }

    /// Where `key` leads, and what a patch does when a list stands there (the shape is then that of its elements).
    pub fn field(self, key: &str) -> (Self, Rule) {
        match (self, key) {
            (Self::Plain, _) => (Self::Plain, Whole),
            (Self::Metadata, "ownerReferences") => (Self::Plain, Keyed(&["uid"])),
            (Self::Metadata, "finalizers") => (Self::Plain, Set),
            (Self::JobTemplate | Self::Template, "metadata") => (Self::Metadata, Whole),
            (Self::PodObject | Self::Template, "spec") => (Self::Pod, Whole),
            (Self::WorkloadObject | Self::JobTemplate, "spec") => (Self::Workload, Whole),
            (Self::Workload | Self::TemplateObject, "template") => (Self::Template, Whole),
            (Self::CronObject, "spec") => (Self::Cron, Whole),
            (Self::Cron, "jobTemplate") => (Self::JobTemplate, Whole),
            (Self::ServiceObject, "spec") => (Self::Service, Whole),
            (Self::Service, "ports") => (Self::Plain, Keyed(&["port", "protocol"])),
            (Self::AccountObject, "secrets") => (Self::Plain, NAME),
            (Self::WebhookObject, "webhooks") => (Self::Plain, NAME),
            (Self::Pod, _) => in_pod(key),
            (Self::Container, _) => (Self::Plain, in_container(key)),
            (shape, "metadata") if shape.is_object() => (Self::Metadata, Whole),
            _ => (Self::Plain, Whole),
        }
    }

    fn is_object(self) -> bool {
        matches!(
            self,
            Self::Object
                | Self::PodObject
                | Self::WorkloadObject
                | Self::CronObject
                | Self::TemplateObject
                | Self::ServiceObject
                | Self::AccountObject
                | Self::WebhookObject
        )
    }
}

fn in_pod(key: &str) -> (Shape, Rule) {
    match key {
        "containers" | "initContainers" | "ephemeralContainers" => (Shape::Container, NAME),
        "volumes" | "imagePullSecrets" => (Shape::Plain, NAME),
        "hostAliases" => (Shape::Plain, Keyed(&["ip"])),
        "topologySpreadConstraints" => (Shape::Plain, Keyed(&["topologyKey", "whenUnsatisfiable"])),
        _ => (Shape::Plain, Whole),
    }
}

fn in_container(key: &str) -> Rule {
    match key {
        "env" => NAME,
        "ports" => Keyed(&["containerPort", "protocol"]),
        "volumeMounts" => Keyed(&["mountPath"]),
        "volumeDevices" => Keyed(&["devicePath"]),
        _ => Whole,
    }
}

fn is_plain_builtin(api_version: &str, kind: &str) -> bool {
    let kinds: &[&str] = match api_version {
        "v1" => &[
            "ConfigMap",
            "Endpoints",
            "LimitRange",
            "Namespace",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "ResourceQuota",
            "Secret",
        ],
        "rbac.authorization.k8s.io/v1" => &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        "networking.k8s.io/v1" => &["Ingress", "IngressClass", "NetworkPolicy"],
        "policy/v1" | "policy/v1beta1" => &["PodDisruptionBudget"],
        "autoscaling/v1" => &["HorizontalPodAutoscaler"],
        "storage.k8s.io/v1" => &["StorageClass"],
        "scheduling.k8s.io/v1" => &["PriorityClass"],
        "apiextensions.k8s.io/v1" => &["CustomResourceDefinition"],
        _ => &[],
    };
    kinds.contains(&kind)
}
