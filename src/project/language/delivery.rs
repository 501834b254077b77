//! What delivers the tree: Argo CD and Flux.

use super::pod::LOCAL_REFERENCE;
use super::types::{ANNOTATIONS, COUNT0, COUNT1, INT_MAX, LABELS, NAME, NONE, STRING, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, Object, Switch, Type};

#[rustfmt::skip]
pub static DELIVERY: Object = object!(&[&[
    field!("argocd", Type::Object(&ARGOCD), "An ApplicationSet of Argo CD with an Application for each profile."),
    field!("flux", Type::Object(&FLUX), "A Kustomization of Flux for each profile."),
]]);

#[rustfmt::skip]
pub static ARGOCD: Object = object!(&[&[
    field!("repoURL", Type::String(&rule::REPOSITORY), "The repository that the tree is in."),
    field!("targetRevision", STRING, "The branch, tag or commit of it."),
    field!("path", Type::String(&rule::PATH), "The folder of the tree in the repository; `output` unless said."),
    field!("namespace", NAME, "Where the ApplicationSet and its Applications live."),
    field!("project", NAME, "The AppProject."),
    field!("destination", Type::Object(&DESTINATION), "The cluster."),
    field!("syncPolicy", Type::Object(&SYNC_POLICY), "When and how Argo CD applies what it finds."),
    field!("ignoreDifferences", Type::Kubernetes("ResourceIgnoreDifferences list"), "Fields that others may change, as in an Application."),
    field!("info", Type::Kubernetes("Info list"), "What Argo CD shows of the Applications: names with values."),
    field!("revisionHistoryLimit", COUNT0, "How many syncs an Application remembers; 10 unless said."),
    field!("preserveResourcesOnDeletion", Type::Bool, "Whether what an Application has applied outlives it; claims and namespaces always do."),
    field!("labels", LABELS, "Labels on the Applications."),
    field!("annotations", ANNOTATIONS, "Annotations on the Applications."),
]]);

#[rustfmt::skip]
pub static DESTINATION: Object = Object {
    groups: &[&[
        field!("name", STRING, "The name under which Argo CD knows the cluster."),
        field!("server", Type::String(&rule::REPOSITORY), "The URL of its API server."),
    ]],
    shorthand: Some("name"),
    union: &["name", "server"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static SYNC_POLICY: Object = object!(&[&[
    field!("automated", Type::OneOf(&[NONE, Type::Object(&AUTOMATED)]), "`none`: a person syncs."),
    field!("syncOptions", Type::Object(&SYNC_OPTIONS), "By name; Argo CD's list of `NAME=value` is made of them."),
    field!("retry", Type::Object(&RETRY), "What happens after a sync that failed."),
    field!("managedNamespaceMetadata", Type::Object(&NAMESPACE_METADATA), "Of a namespace that Argo CD creates, because the tree has none."),
]]);

#[rustfmt::skip]
pub static AUTOMATED: Object = object!(&[&[
    field!("prune", Type::Bool, "Whether what has left the tree is deleted; claims and namespaces never are."),
    field!("selfHeal", Type::Bool, "Whether changes made in the cluster are undone."),
    field!("allowEmpty", Type::Bool, "Whether everything may be deleted at once."),
]]);

#[rustfmt::skip]
pub static SYNC_OPTIONS: Object = object!(&[&[
    field!("ServerSideApply", Type::Bool, "`kubectl apply --server-side`."),
    field!("CreateNamespace", Type::Bool, "Whether Argo CD creates the namespace; where the tree has none unless said."),
    field!("PruneLast", Type::Bool, "Whether what has left the tree is deleted after all else is healthy."),
    field!("PrunePropagationPolicy", Type::Enum(&["background", "foreground", "orphan"]), "As in Kubernetes."),
    field!("ApplyOutOfSyncOnly", Type::Bool, "Whether only what differs is applied."),
    field!("RespectIgnoreDifferences", Type::Bool, "Whether `ignoreDifferences` counts for a sync too."),
    field!("FailOnSharedResource", Type::Bool, "Whether an object of two Applications is an error."),
    field!("SkipDryRunOnMissingResource", Type::Bool, "Whether kinds may come in the same sync as their objects."),
    field!("Validate", Type::Bool, "`kubectl apply --validate`."),
    field!("Replace", Type::Bool, "`kubectl replace` in place of an apply."),
    field!("ClientSideApplyMigration", Type::Bool, "Whether fields of a client-side apply are taken over."),
]]);

#[rustfmt::skip]
pub static RETRY: Object = object!(&[&[
    field!("limit", Type::Integer(-1, INT_MAX), "How often; -1 is for ever."),
    field!("backoff", Type::Object(&BACKOFF), "How long between two tries."),
]]);

#[rustfmt::skip]
pub static BACKOFF: Object = object!(&[&[
    field!("duration", Type::String(&rule::INTERVAL), "Before the second try."),
    field!("factor", COUNT1, "By which it grows."),
    field!("maxDuration", Type::String(&rule::INTERVAL), "At most."),
]]);

#[rustfmt::skip]
pub static NAMESPACE_METADATA: Object =
    object!(&[&[field!("labels", LABELS, "Its labels."), field!("annotations", ANNOTATIONS, "Its annotations."),]]);

#[rustfmt::skip]
pub static FLUX: Object = object!(&[&[
    field!("sourceRef", Type::Object(&SOURCE_REF), "Where the tree comes from."),
    field!("path", Type::String(&rule::PATH), "The folder of the tree in the source; `output` unless said."),
    field!("namespace", NAME, "Where the Kustomizations live."),
    field!("interval", Type::String(&rule::INTERVAL), "How often the tree is applied."),
    field!("retryInterval", Type::String(&rule::INTERVAL), "How soon after a failure."),
    field!("timeout", Type::String(&rule::INTERVAL), "How long an apply may take until all is healthy."),
    field!("prune", Type::Bool, "Whether what has left the tree is deleted; claims and namespaces never are."),
    field!("wait", Type::Bool, "Whether a Kustomization is ready when all that it applied is healthy."),
    field!("healthChecks", Type::Kubernetes("NamespacedObjectKindReference list"), "The objects that must be healthy, with `wait: false`."),
    field!("healthCheckExprs", Type::Kubernetes("CustomHealthCheck list"), "When custom resources are healthy."),
    field!("dependsOn", Type::List(&Type::Object(&DEPENDS_ON)), "Kustomizations that must be ready before: operators."),
    field!("serviceAccountName", SUBDOMAIN, "The account that Flux applies with."),
    field!("kubeConfig", Type::Object(&KUBE_CONFIG), "Another cluster than Flux's own."),
    field!("decryption", Type::Object(&DECRYPTION), "Keys for `secretProvider: sops`; Secret `sops-age` unless said."),
    field!("deletionPolicy", Type::Enum(&["MirrorPrune", "Delete", "WaitForTermination", "Orphan"]), "What becomes of the objects when the Kustomization goes; claims and namespaces always stay."),
    field!("force", Type::Bool, "Whether an object whose immutable field changes is made anew."),
    field!("suspend", Type::Bool, "Whether Flux does nothing for now."),
    field!("labels", LABELS, "Labels on the Kustomizations."),
    field!("annotations", ANNOTATIONS, "Annotations on the Kustomizations."),
]]);

#[rustfmt::skip]
pub static SOURCE_REF: Object = short!(
    &[&[
        field!("kind", Type::Enum(&["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"]), "Its kind; `GitRepository` unless said."),
        field!("name", SUBDOMAIN, "Its name."),
        field!("namespace", NAME, "Its namespace; the Kustomization's unless said."),
    ]],
    "name",
);

#[rustfmt::skip]
pub static DEPENDS_ON: Object = short!(
    &[&[
        field!("name", SUBDOMAIN, "The Kustomization."),
        field!("namespace", NAME, "Its namespace; the same unless said."),
        field!("readyExpr", STRING, "When it counts as ready, in CEL."),
    ]],
    "name",
);

#[rustfmt::skip]
pub static KUBE_CONFIG: Object = Object {
    groups: &[&[
        field!("secretRef", Type::Object(&SECRET_KEY_REF), "A Secret with a kubeconfig."),
        field!("configMapRef", Type::Object(&CONFIG_MAP_REF), "A ConfigMap with the cluster and its provider."),
    ]],
    shorthand: None,
    union: &["secretRef", "configMapRef"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static CONFIG_MAP_REF: Object = short!(&[&[field!("name", SUBDOMAIN, "The ConfigMap's name.")]], "name");

#[rustfmt::skip]
pub static SECRET_KEY_REF: Object = short!(
    &[&[field!("name", SUBDOMAIN, "The Secret."), field!("key", STRING, "The key; `value` unless said.")]],
    "name",
);

#[rustfmt::skip]
pub static DECRYPTION: Object = object!(&[&[
    field!("provider", Type::Enum(&["sops"]), "What encrypted the files."),
    field!("secretRef", Type::Object(&LOCAL_REFERENCE), "The Secret with the keys."),
    field!("serviceAccountName", SUBDOMAIN, "The account that a cloud's key service knows."),
]]);
