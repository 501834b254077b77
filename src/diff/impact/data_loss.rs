//! Changes after which data is gone, or can no longer be read.
//!
//! Owns: the rules about volumes and what lies on them. Measured with real servers: `docs/measured.md` (Redis 7.4 and 8
//! files do not load in Valkey, nor the other way round; PostgreSQL's files belong to one major and one user).

use super::{Case, Rule};
use crate::diff::Impact::{DataLoss, Restart};
use crate::diff::compare::quantity;
use crate::format::server::{self, Engine, Server};
use crate::resource::Body;
use crate::tree::Tree;

const PODS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

pub static RULES: &[Rule] = &[
    // Deleting the set leaves the claims of the old template behind; the pods start on new ones.
    // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
    Rule {
        id: "claim-template-removed",
        impact: DataLoss,
        text: "the pods start without the volumes of this claim template",
        kinds: &["StatefulSet"],
        at: &["spec.volumeClaimTemplates"],
        when: |case| case.found.new.is_none() && case.found.order.is_none() && case.at.len() <= 3,
    },
    // ValidatePersistentVolumeClaimUpdate: "field can not be less than previous value".
    Rule {
        id: "storage-shrinks",
        impact: DataLoss,
        text: "a volume never shrinks: only a new, empty one can be smaller",
        kinds: &["StatefulSet", "PersistentVolumeClaim"],
        at: &["spec.volumeClaimTemplates.*.spec.resources.requests.storage", "spec.resources.requests.storage"],
        when: shrinks,
    },
    // https://cloudnative-pg.io/documentation/current/storage/: "the operator does not support shrinking"; OpsTree's
    // operator makes claims from the template as a StatefulSet does.
    Rule {
        id: "storage-shrinks",
        impact: DataLoss,
        text: "a volume never shrinks: only a new, empty one can be smaller",
        kinds: &["Cluster.postgresql.cnpg.io", "RedisReplication.redis.redis.opstreelabs.in"],
        at: &["spec.storage", "spec.walStorage"],
        when: |case| (case.ends("size") || case.ends("storage")) && shrinks(case),
    },
    Rule {
        id: "storage-removed",
        impact: DataLoss,
        text: "persistence is turned off: what is on the volumes is not used any more",
        kinds: &["RedisReplication.redis.redis.opstreelabs.in"],
        at: &["spec.storage"],
        when: |case| case.at.len() <= 3 && case.found.new.is_none(),
    },
    // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    Rule {
        id: "claims-deleted-with-replicas",
        impact: DataLoss,
        text: "the claims of the replicas that go away are deleted (`whenScaled: Delete`)",
        kinds: &["StatefulSet"],
        at: &["spec.replicas"],
        when: |case| {
            let policy = case.new.at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]);
            let count = |node: Option<&Body>| node.and_then(Tree::as_i64).unwrap_or(1);
            policy.and_then(Tree::as_str) == Some("Delete") && count(case.found.new) < count(case.found.old)
        },
    },
    Rule {
        id: "claim-to-emptydir",
        impact: DataLoss,
        text: "a volume that outlived its pod becomes one that does not",
        kinds: PODS,
        at: &["spec.template.spec.volumes"],
        when: |case| volume_lost(case) && new_volume(case).is_some_and(|volume| volume.get("emptyDir").is_some()),
    },
    Rule {
        id: "claim-swapped",
        impact: DataLoss,
        text: "the pods start on another claim, without what is on this one",
        kinds: PODS,
        at: &["spec.template.spec.volumes"],
        when: |case| {
            let claim = new_volume(case).is_some_and(|volume| volume.get("persistentVolumeClaim").is_some());
            claim && case.ends("claimName")
        },
    },
    Rule {
        id: "claim-unused",
        impact: DataLoss,
        text: "the pods start without this claim and what is on it",
        kinds: PODS,
        at: &["spec.template.spec.volumes"],
        when: volume_lost,
    },
    Rule {
        id: "engine-change",
        impact: DataLoss,
        text: "the files of one engine do not load in the other: Redis and Valkey share a protocol, not a format",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.image"],
        when: |case| keeps_data(case.old) && servers(case).is_some_and(|(a, b)| a.engine != b.engine),
    },
    Rule {
        id: "postgres-major",
        impact: DataLoss,
        text: "PostgreSQL does not start on the files of another major version: dump and restore",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.image"],
        when: |case| {
            let majors = postgres(case).and_then(|(a, b)| a.major.zip(b.major));
            keeps_data(case.old) && majors.is_some_and(|(a, b)| a != b)
        },
    },
    Rule {
        id: "postgres-family",
        impact: DataLoss,
        text: "alpine and debian sort texts differently and run as other users: indexes on the volume are wrong",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.image"],
        when: |case| {
            let bases = postgres(case).and_then(|(a, b)| a.base.zip(b.base));
            keeps_data(case.old) && bases.is_some_and(|(a, b)| a != b)
        },
    },
    Rule {
        id: "pgdata-moved",
        impact: DataLoss,
        text: "PostgreSQL looks for its files elsewhere, and makes a new, empty database there",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.env"],
        when: |case| case.key("env") == Some("PGDATA") && keeps_data(case.old),
    },
    Rule {
        id: "mount-moved",
        impact: DataLoss,
        text: "the files on the volume are no longer where the program looks for them",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.volumeMounts.*"],
        when: mount_moved,
    },
    Rule {
        id: "persistence-off",
        impact: DataLoss,
        text: "what is written from now on is lost with the next restart",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.args"],
        when: persistence_off,
    },
    // `fsGroup` gives the group of the files to the pod, not their owner, and a server may insist on the owner: PostgreSQL
    // does ("data directory has wrong ownership").
    Rule {
        id: "uid-change",
        impact: Restart,
        text: "another user on an existing volume: the files may be denied to it",
        kinds: PODS,
        at: &["spec.template.spec"],
        when: |case| {
            let user = case.ends("runAsUser") || case.ends("runAsGroup") || case.ends("fsGroup");
            user && case.at.contains(&"securityContext") && keeps_data(case.old)
        },
    },
    // `pg_upgrade` in place, since CloudNativePG 1.26. https://cloudnative-pg.io/documentation/current/postgres_upgrades/
    Rule {
        id: "cnpg-downgrade",
        impact: DataLoss,
        text: "PostgreSQL does not start on the files of a later major version",
        kinds: &["Cluster.postgresql.cnpg.io"],
        at: &["spec.imageName"],
        when: |case| majors(case).is_some_and(|(a, b)| b < a),
    },
    Rule {
        id: "cnpg-major",
        impact: Restart,
        text: "the operator upgrades the files in place: the database is down meanwhile, and there is no way back",
        kinds: &["Cluster.postgresql.cnpg.io"],
        at: &["spec.imageName"],
        when: |case| majors(case).is_some_and(|(a, b)| b > a),
    },
];

fn shrinks(case: &Case) -> bool {
    let sizes = case.found.old.and_then(quantity).zip(case.found.new.and_then(quantity));
    sizes.is_some_and(|(old, new)| new < old)
}

fn majors(case: &Case) -> Option<(u32, u32)> {
    let of = |image: Option<&str>| server::postgres(image?).major;
    of(case.old_text()).zip(of(case.new_text()))
}

fn pod(object: &Body) -> Option<&Body> {
    object.at(&["spec", "template", "spec"])
}

fn volumes(object: &Body) -> &[Body] {
    pod(object).and_then(|pod| pod.get("volumes")).and_then(Tree::as_list).unwrap_or_default()
}

fn name(node: &Body) -> Option<&str> {
    node.get("name").and_then(Tree::as_str)
}

/// The names of the volumes that outlive a pod.
fn persistent(object: &Body) -> Vec<&str> {
    let templates = object.at(&["spec", "volumeClaimTemplates"]).and_then(Tree::as_list).unwrap_or_default();
    let claims = volumes(object).iter().filter(|volume| volume.get("persistentVolumeClaim").is_some());
    let templates = templates.iter().filter_map(|template| template.at(&["metadata", "name"])?.as_str());
    templates.chain(claims.filter_map(name)).collect()
}

fn keeps_data(object: &Body) -> bool {
    !persistent(object).is_empty()
}

fn new_volume<'t>(case: &Case<'_, 't>) -> Option<&'t Body> {
    let wanted = case.key("volumes")?;
    volumes(case.new).iter().find(|volume| name(volume) == Some(wanted))
}

/// A claim that the pods had and have no longer, said where it goes away.
fn volume_lost(case: &Case) -> bool {
    let after = persistent(case.new);
    let lost = |volume: &str| !after.contains(&volume);
    let claims: Vec<&str> = volumes(case.old)
        .iter()
        .filter(|volume| volume.get("persistentVolumeClaim").is_some())
        .filter_map(name)
        .collect();
    match case.key("volumes") {
        Some(volume) => case.found.new.is_none() && claims.contains(&volume) && lost(volume),
        None => claims.into_iter().any(lost),
    }
}

fn mount_moved(case: &Case) -> bool {
    let (Some(container), Some(mount)) = (case.key("containers"), case.key("volumeMounts")) else { return false };
    let goes = case.found.new.is_none() || case.ends("subPath") || case.ends("name");
    let containers = pod(case.old).and_then(|pod| pod.get("containers")).and_then(Tree::as_list).unwrap_or_default();
    let mounts = containers.iter().filter(|node| name(node) == Some(container)).filter_map(|node| {
        let list = node.get("volumeMounts").and_then(Tree::as_list)?;
        list.iter().find(|node| node.get("mountPath").and_then(Tree::as_str) == Some(mount))
    });
    let before = persistent(case.old);
    goes && mounts.filter_map(name).any(|volume| before.contains(&volume))
}

/// `--appendonly yes` becomes `no`: said once, where it stands.
fn persistence_off(case: &Case) -> bool {
    let on = |list: &[Body]| list.windows(2).any(|pair| pair[0].as_str() == Some("--appendonly") && is_yes(&pair[1]));
    let arguments = |object: &Body| -> bool {
        let containers = pod(object).and_then(|pod| pod.get("containers")).and_then(Tree::as_list).unwrap_or_default();
        let mut same = containers.iter().filter(|node| name(node) == case.key("containers"));
        same.any(|node| node.get("args").and_then(Tree::as_list).is_some_and(on))
    };
    let here = case.at.last() == Some(&"args") || case.found.old.is_some_and(is_yes);
    here && keeps_data(case.old) && arguments(case.old) && !arguments(case.new)
}

fn is_yes(node: &Body) -> bool {
    node.as_str() == Some("yes")
}

/// What the images before and after run, where both say it, or their plans where the images do not; of one with a name of its
/// own, how it was run says the engine.
fn servers(case: &Case) -> Option<(Server, Server)> {
    let of = |text: &str, planned: Option<Server>| {
        let said = server::of(text).or(planned).or_else(|| run_as(case, text))?;
        Some(Server { major: said.major.or(planned.and_then(|server| server.major)), ..said })
    };
    of(case.old_text()?, case.servers[0]).zip(of(case.new_text()?, case.servers[1]))
}

/// Of a container that says where PostgreSQL has its files, or whether Redis appends to one.
fn run_as(case: &Case, image: &str) -> Option<Server> {
    let containers = pod(case.old)?.get("containers")?.as_list()?;
    let container = containers.iter().find(|node| name(node) == case.key("containers"))?;
    let list = |key: &str| container.get(key).and_then(Tree::as_list).unwrap_or_default();
    if list("env").iter().any(|variable| name(variable) == Some("PGDATA")) {
        return Some(server::postgres(image));
    }
    let appends = list("args").iter().any(|argument| argument.as_str() == Some("--appendonly"));
    appends.then(|| server::cache(image))
}

fn postgres(case: &Case) -> Option<(Server, Server)> {
    servers(case).filter(|(a, b)| a.engine == Engine::Postgres && b.engine == Engine::Postgres)
}
