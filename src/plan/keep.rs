//! What stays when the workloads go: the label `kgen.dev/keep`.
//!
//! Owns: which objects hold data or values that nothing makes again. `kubectl delete -l '...,!kgen.dev/keep'` leaves
//! them, over any list of kinds. It stands in metadata alone: selectors, claim templates and Job names never change.
//! Does not own: claims of StatefulSets. Their labels are the selector's, by the StatefulSet controller
//! (`getPersistentVolumeClaims`), so they lack `app.kubernetes.io/managed-by`, which the commands of `kgen notes` ask for.

use super::label::Owner;
use super::node::{map, merged, str_of, take};
use super::{Keeps, Planned, Planner};
use crate::tree::Tree;

pub const LABEL: &str = "kgen.dev/keep";

/// Marks what is to stay: with a Namespace all goes that is in it; with a SealedSecret or an ExternalSecret its Secret, which
/// may hold the password of a database that stays.
pub fn mark(cx: &Planner, owner: &Owner, planned: &mut Planned) {
    if matches!(planned.keeps, Keeps::Data | Keeps::Values) || of_cluster(cx, owner) {
        let labels = merged(take(&planned.context, "labels"), &map([(LABEL, "true".into())]));
        planned.context = merged(planned.context.clone(), &map([("labels", labels)]));
    }
}

/// CloudNativePG removes the claims with their Cluster. As that stays, so do its backups, and the policy before it.
fn of_cluster(cx: &Planner, owner: &Owner) -> bool {
    let Some(name) = owner.id.strip_prefix("postgres.") else { return false };
    let store = cx.settings.root.at(&["postgres", name]);
    store.and_then(|store| str_of(store, "mode")) == Some("cnpg")
}

/// Whether an object that the project writes itself may go with the workloads.
pub fn may_go<O>(kind: &str, body: &Tree<O>) -> bool {
    let when = body.at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]).and_then(Tree::as_str);
    goes(kind) && when != Some("Delete")
}

/// Kinds without data of their own. What kgen does not know may have some.
fn goes(kind: &str) -> bool {
    const KINDS: &[&str] = &[
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Pod",
        "Job",
        "CronJob",
        "Service",
        "Ingress",
        "HTTPRoute",
        "ConfigMap",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
    ];
    KINDS.contains(&kind)
}
