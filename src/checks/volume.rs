//! Claims and who writes them.
//!
//! Owns: claims for one writer with several, volumes that a user cannot write, databases on what is lost with the pod.
//! Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes

use super::set::{Claim, Findings, Set, Workload};
use crate::resource::Part;
use crate::resource::pods::Role;
use crate::resource::walk::At;

crate::declare! {
    /// a database on storage that is lost with the pod
    ///
    /// A database keeps its data where it is lost with the pod: an emptyDir, or the container's own file system.
    /// Fix: `postgres:` or `redis:` with storage; in a manifest, a StatefulSet with a claim.
    /// How to allow: `allow: {emptydir-data: "a test database"}`.
    /// Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
    EMPTYDIR_DATA = "emptydir-data", Warning, allow;

    /// a rollout that waits for its own claim
    ///
    /// The new pod needs the claim that the old one still holds: on another node it waits forever, on the same node
    ///   both write the same files.
    /// Fix: `strategy: Recreate`, a StatefulSet, or `accessModes: [ReadWriteMany]`.
    /// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
    RWO_ROLLING_UPDATE = "rwo-rolling-update", Error, allow;

    /// several pods on a claim for one writer
    ///
    /// Several pods share one claim that one node (`ReadWriteOnce`) or one pod (`ReadWriteOncePod`) may write: those on
    ///   other nodes never start.
    /// Fix: `workload: StatefulSet` (a claim for each pod), `accessModes: [ReadWriteMany]`, or one replica.
    /// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
    RWO_MANY_REPLICAS = "rwo-many-replicas", Error, allow;

    /// a claim for one node where one pod is meant
    ///
    /// `ReadWriteOnce` is per node, not per pod: two pods on one node write one data directory at the same time.
    /// Fix: `ReadWriteOncePod`, which kgen writes by itself.
    /// How to allow: `allow: {rwo-not-rwop: "the storage driver has no other"}`.
    /// Source: measured: two Redis on one such volume lost 500 acknowledged writes without an error.
    RWO_NOT_RWOP = "rwo-not-rwop", Warning, allow;

    /// a claim that the container may not write
    ///
    /// The container does not run as root and writes a claim, and no `fsGroup` gives the volume's files to its group:
    ///   most volumes belong to root at first.
    /// Fix: `securityContext: {fsGroup: 1000}`.
    /// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
    FSGROUP_MISSING = "fsgroup-missing", Error, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    for workload in &set.workloads {
        let claims = set.claims(workload);
        shared(set, workload, &claims, out);
        node_wide(workload, &claims, out);
        group(workload, &claims, out);
        if !set.settings.is_dev() {
            forgotten(workload, &claims, out);
        }
    }
}

/// Several pods, or the old one and the new one, on a claim for one.
fn shared(set: &Set, workload: &Workload, claims: &[Claim], out: &mut Findings) {
    let Some(claim) = claims.iter().find(|claim| !claim.own && claim.is_for_one()) else { return };
    let Some(spec) = workload.root.get("spec") else { return };
    let name = &set.resources[claim.index].id.name;
    let many = workload.is(&["DaemonSet"]) || set.replicas(workload).is_some_and(|replicas| replicas > 1);
    if many {
        let message = format!("its pods share the claim `{name}`, which one pod at a time may write");
        let volumes = workload.pod.spec.items("volumes");
        let volume = || volumes.into_iter().find(|volume| volume.str("name") == Some(claim.name));
        // Where nodes or an autoscaler decide, no number is at fault.
        let place = spec.get("replicas").or_else(volume).unwrap_or_else(|| spec.clone());
        let hint = "use a StatefulSet with a claim for each pod, `ReadWriteMany`, or one replica";
        out.push(workload.index, place.found(RWO_MANY_REPLICAS, message).hint(hint));
    }
    if workload.surges() {
        let message = format!("the new pod cannot have the claim `{name}` while the old one holds it");
        let finding = spec.found_at("strategy", RWO_ROLLING_UPDATE, message);
        out.push(workload.index, finding.hint("write `strategy: {type: Recreate}`"));
    }
}

/// Of the project's own only: what a manifest says, its author may have had no choice about.
fn node_wide(workload: &Workload, claims: &[Claim], out: &mut Findings) {
    let is_store = matches!(workload.section(), "redis" | "postgres");
    let is_one = workload.is(&["Deployment"]) && workload.section() == "apps";
    for claim in claims.iter().filter(|claim| claim.is_for_a_node() && (is_store || is_one)) {
        let message = "it is for one node, not for one pod: two pods there write one data directory";
        let finding = claim.spec.found_at("accessModes", RWO_NOT_RWOP, message);
        let hint = "leave `accessModes` out: kgen writes `ReadWriteOncePod`; drivers without CSI have only this one";
        out.push(claim.index, finding.hint(hint));
    }
}

/// A volume is root's at first, unless the kubelet gives it to a group.
fn group(workload: &Workload, claims: &[Claim], out: &mut Findings) {
    let context = workload.pod.spec.get("securityContext");
    if context.as_ref().is_some_and(|context| context.int("fsGroup").is_some()) {
        return;
    }
    let said = |at: Option<&At>, container: &At, get: &dyn Fn(&At) -> Option<bool>| {
        container.get("securityContext").and_then(|own| get(&own)).or_else(|| at.and_then(get))
    };
    for (_, container) in workload.pod.containers() {
        let mounts = container.items("volumeMounts");
        let writes = |claim: &&Claim| {
            let mounted = |mount: &&At| mount.str("name") == Some(claim.name) && mount.bool("readOnly") != Some(true);
            mounts.iter().any(|mount| mounted(&mount))
        };
        let Some(claim) = claims.iter().find(writes) else { continue };
        let user = said(context.as_ref(), &container, &|at| at.int("runAsUser").map(|user| user != 0));
        let other = said(context.as_ref(), &container, &|at| at.bool("runAsNonRoot"));
        if user.or(other) == Some(true) {
            let name = container.str("name").unwrap_or_default();
            let message = format!("the container `{name}` is not root and may not write the volume `{}`", claim.name);
            let finding = workload.pod.spec.found_at("securityContext", FSGROUP_MISSING, message);
            out.push(workload.index, finding.hint("set `fsGroup`: the kubelet gives the volume to that group"));
            return;
        }
    }
}

/// Images of databases, and where each keeps its data.
const DATABASES: [(&str, &str); 7] = [
    ("postgres", "/var/lib/postgresql"),
    ("postgresql", "/var/lib/postgresql"),
    ("pgvector", "/var/lib/postgresql"),
    ("postgis", "/var/lib/postgresql"),
    ("mysql", "/var/lib/mysql"),
    ("mariadb", "/var/lib/mysql"),
    ("mongo", "/data/db"),
];

fn forgotten(workload: &Workload, claims: &[Claim], out: &mut Findings) {
    // A job's container is a client.
    if !workload.is(&["Deployment", "StatefulSet", "DaemonSet", "Pod"]) {
        return;
    }
    for (_, container) in workload.pod.containers().into_iter().filter(|(role, _)| *role == Role::Main) {
        // Another program than the server.
        if container.get("command").is_some() {
            continue;
        }
        let Some(image) = container.str("image").and_then(|text| crate::format::image(text).ok()) else { continue };
        let short = image.name.rsplit('/').next().unwrap_or_default();
        let Some((_, folder)) = DATABASES.iter().find(|(name, _)| *name == short) else { continue };
        let mounts = container.items("volumeMounts");
        let mount = mounts.iter().find(|mount| mount.str("mountPath").is_some_and(|path| path.starts_with(folder)));
        let volume = mount.and_then(|mount| mount.str("name"));
        let is_claim = |name: &str| claims.iter().any(|claim| claim.name == name) || lasts(workload, name);
        if volume.is_some_and(is_claim) {
            continue;
        }
        let place = mount.cloned().unwrap_or_else(|| container.clone());
        let what = if volume.is_some() { "an emptyDir" } else { "no volume" };
        let mut finding = place.found(EMPTYDIR_DATA, format!("`{folder}` is on {what}: the data is lost with the pod"));
        if mount.is_none() {
            finding.path.push(Part::Key("image".into()));
        }
        out.push(workload.index, finding.hint("declare the database under `postgres`, or mount a claim there"));
    }
}

/// A volume that is no scratch space: a claim from elsewhere, the node's, a driver's.
fn lasts(workload: &Workload, name: &str) -> bool {
    let volumes = workload.pod.spec.items("volumes");
    volumes.iter().any(|volume| volume.str("name") == Some(name) && volume.get("emptyDir").is_none())
}
