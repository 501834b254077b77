//! Objects that come, go or change their name.
//!
//! Owns: what goes away with an object.

use super::kept::claim_templates;
use super::{Case, Rule, is_kind};
use crate::diff::Impact::{DataLoss, Live, None as Nothing, Recreate, Restart};
use crate::resource::Resource;
use crate::tree::Tree;

/// Never asked through `fits`: see [`gone`] and [`comes`].
fn never(_: &Case) -> bool {
    false
}

macro_rules! rule {
    ($id:literal, $impact:expr, $text:literal, $kinds:expr) => {
        Rule { id: $id, impact: $impact, text: $text, kinds: $kinds, at: &[], when: never }
    };
}

pub static RULES: &[Rule] = &[
    // Their finalizers hold them only as long as a pod uses them; the reclaim policy of dynamic volumes is `Delete`.
    // https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
    rule!(
        "claim-removed",
        DataLoss,
        "the volume and what is on it go away",
        &["PersistentVolumeClaim", "PersistentVolume"]
    ),
    rule!(
        "set-removed",
        DataLoss,
        "nothing uses its volumes any more; they go with `whenDeleted: Delete`",
        &["StatefulSet"]
    ),
    rule!("secret-removed", DataLoss, "its values may be nowhere else", &["Secret"]),
    rule!("namespace-removed", DataLoss, "everything in it goes away", &["Namespace"]),
    rule!(
        "database-removed",
        DataLoss,
        "the operator deletes the database and its volumes",
        &["Cluster.postgresql.cnpg.io", "RedisReplication.redis.redis.opstreelabs.in"]
    ),
    rule!("definition-removed", DataLoss, "all objects of its kind go away with it", &["CustomResourceDefinition"]),
    rule!(
        "workload-removed",
        Restart,
        "its pods end",
        &["Deployment", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "StatefulSet"]
    ),
    // Asked for by hand below.
    rule!("secret-handed-over", Live, "another object makes the Secret of this name from now on", &[]),
    rule!("service-removed", Live, "its name no longer answers", &["Service"]),
    rule!("removed", Live, "goes away; nothing is lost with it", &[]),
    rule!("added", Live, "is made", &[]),
    // Told of other objects than the one that differs.
    rule!("config-restarts", Restart, "its pods are replaced to read it", &[]),
    rule!("config-next-run", Live, "its pods read it from the next run on", &[]),
    rule!(
        "two-behind-one-service",
        DataLoss,
        "the old and the new workload both answer it until the old one is deleted",
        &[]
    ),
    rule!("renamed", Recreate, "a name never changes: the old object goes away and a new one is made", &[]),
    rule!("refused", Recreate, "the server refuses it", &[]),
    rule!("namespace-of-profile", Nothing, "the profiles live in different namespaces", &[]),
    rule!(
        "namespace-moved",
        DataLoss,
        "no object moves to another namespace: all are made anew there, and data stays behind",
        &[]
    ),
];

pub fn named(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or(&super::effect::OTHER)
}

/// What goes away with an object. `after`: the objects of the new side.
pub fn gone(old: &Resource, after: &[&Resource]) -> &'static Rule {
    let id = &old.id;
    if is_kind(id, "Secret") && after.iter().any(|new| makes_secret(new, &id.name)) {
        return named("secret-handed-over");
    }
    let claims = claim_templates(&old.body);
    let has = |part: &str| old.body.get(part).and_then(Tree::as_map).is_some_and(|map| !map.is_empty());
    let is_empty = |rule: &Rule| match rule.id {
        "set-removed" => claims.is_empty(),
        "secret-removed" => !has("data") && !has("stringData"),
        _ => false,
    };
    let mut rules = RULES.iter().filter(|rule| !is_empty(rule));
    let found = rules.find(|rule| rule.kinds.iter().any(|kind| is_kind(id, kind)));
    found.unwrap_or(named("removed"))
}

pub fn comes() -> &'static Rule {
    named("added")
}

/// A renamed object goes away under its old name.
pub fn renamed(old: &Resource, after: &[&Resource]) -> &'static Rule {
    let gone = gone(old, after);
    if gone.impact > Recreate { gone } else { named("renamed") }
}

pub fn moved(across: bool) -> &'static Rule {
    named(if across { "namespace-of-profile" } else { "namespace-moved" })
}

/// External Secrets and Sealed Secrets make Secrets of a name.
fn makes_secret(resource: &Resource, name: &str) -> bool {
    let target = match resource.id.kind.as_str() {
        "ExternalSecret" => resource.body.at(&["spec", "target", "name"]),
        "SealedSecret" => resource.body.at(&["spec", "template", "metadata", "name"]),
        _ => return false,
    };
    target.and_then(Tree::as_str).unwrap_or(&resource.id.name) == name
}
