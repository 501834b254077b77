//! Changes after which data is gone, or can no longer be read.
//!
//! Owns: the rules about volumes and what lies on them. Volumes and containers are compared by what they are (`kept.rs`),
//! servers by what loads whose files (`load.rs`).

use super::kept::{Mount, claim_templates, keeps_data, kept, list, mounts, name, pod, sources};
use super::load::{self, Load};
use super::{Case, Rule};
use crate::diff::Impact::{DataLoss, Restart};
use crate::diff::compare::quantity;
use crate::diff::identity::Kin;
use crate::format;
use crate::format::server::{self, Engine, Server};
use crate::resource::Body;
use crate::tree::Tree;

const PODS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
const SERVERS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "RedisReplication.redis.redis.opstreelabs.in"];
const IMAGES: &[&str] = &["spec.template.spec.containers.*.image", "spec.kubernetesConfig.image"];

pub static RULES: &[Rule] = &[
    // Deleting the set leaves the claims of the old template behind; the pods start on new ones.
    // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
    Rule {
        id: "claim-template-removed",
        impact: DataLoss,
        text: "the pods start without the volumes of this claim template",
        kinds: &["StatefulSet"],
        at: &["spec.volumeClaimTemplates"],
        when: |case| {
            let gone = case.found.new.is_none() && case.found.order.is_none() && case.at.len() <= 3;
            // A template of another name makes claims of another name.
            gone || case.at.ends_with(&["metadata", "name"])
        },
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
        text: "the pods start on another claim or share, without what is on this one",
        kinds: PODS,
        at: &["spec.template.spec.volumes"],
        when: |case| {
            let (old, new) = case.pair("volumes", Kin::Volumes);
            let (Some(before), Some(after)) = (old.and_then(kept), new.and_then(kept)) else { return false };
            let here = case.found.old.is_some() && case.found.new.is_some();
            here && before != after && sources(case.new).iter().all(|(_, source)| *source != before)
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
        text: "the files of one engine do not load in the other",
        kinds: SERVERS,
        at: IMAGES,
        when: |case| {
            servers(case).is_some_and(|(a, b)| {
                let caches = a.engine != Engine::Postgres && b.engine != Engine::Postgres;
                a.engine != b.engine && !(caches && load::loads(a, b) != Load::No)
            })
        },
    },
    Rule {
        id: "files-refused",
        impact: DataLoss,
        text: "the server does not start on the files of the other version",
        kinds: SERVERS,
        at: IMAGES,
        when: |case| caches(case) == Some(Load::No),
    },
    Rule {
        id: "files-unknown",
        impact: DataLoss,
        text: "the files are not known to load: this pair of versions was not measured",
        kinds: SERVERS,
        at: IMAGES,
        when: |case| caches(case) == Some(Load::Unknown),
    },
    Rule {
        id: "server-unknown",
        impact: DataLoss,
        text: "which server the other image has is not known, and whether it reads the files on the volume",
        kinds: SERVERS,
        at: IMAGES,
        when: |case| {
            let known = |text: Option<&str>, planned: Option<Server>| text.and_then(server::of).or(planned).is_some();
            let repository = |text: &str| format::image(text).map_or(text.to_owned(), |image| image.name.to_owned());
            let other = case.old_text().map(repository) != case.new_text().map(repository);
            had_data(case) && other && servers(case).is_none() && known(case.old_text(), case.servers[0])
        },
    },
    Rule {
        id: "postgres-major",
        impact: DataLoss,
        text: "PostgreSQL does not start on the files of another major version: dump and restore",
        kinds: PODS,
        at: IMAGES,
        when: |case| postgres(case).and_then(|(a, b)| a.major.zip(b.major)).is_some_and(|(a, b)| a != b),
    },
    Rule {
        id: "postgres-unknown",
        impact: DataLoss,
        text: "which PostgreSQL is in the image is not known, and it starts on the files of one major version only",
        kinds: PODS,
        at: IMAGES,
        when: |case| postgres(case).is_some_and(|(a, b)| a.major.is_some() != b.major.is_some()),
    },
    Rule {
        id: "postgres-family",
        impact: DataLoss,
        text: "alpine and debian sort texts differently and run as other users: indexes on the volume are wrong",
        kinds: PODS,
        at: IMAGES,
        when: |case| postgres(case).and_then(|(a, b)| a.base.zip(b.base)).is_some_and(|(a, b)| a != b),
    },
    // https://www.postgresql.org/docs/current/sql-altercollation.html: indexes over texts must be rebuilt when the collations
    // of the C library change. A tag that names no release may be of either.
    Rule {
        id: "postgres-collation",
        impact: DataLoss,
        text: "another release of the system sorts texts differently, and indexes over texts miss rows: after the change run \
               `REINDEX DATABASE` and `ALTER DATABASE ... REFRESH COLLATION VERSION` in each database",
        kinds: &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Cluster.postgresql.cnpg.io"],
        at: &["spec.template.spec.containers.*.image", "spec.imageName"],
        when: |case| postgres(case).is_some_and(|(a, b)| a.release != b.release),
    },
    Rule {
        id: "pgdata-moved",
        impact: DataLoss,
        text: "PostgreSQL looks for its files elsewhere, and makes a new, empty database there",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.env"],
        when: |case| case.key("env") == Some("PGDATA") && case.had_data(),
    },
    // The pods of other numbers have claims of their own: `data-db-0` belongs to the pod `db-0`.
    Rule {
        id: "ordinals-moved",
        impact: DataLoss,
        text: "pods of other numbers start on claims of their own, empty ones, without what is on the old ones",
        kinds: &["StatefulSet"],
        at: &["spec.ordinals"],
        when: |case| !claim_templates(case.old).is_empty(),
    },
    Rule {
        id: "data-folder-moved",
        impact: DataLoss,
        text: "the program looks for its files in another folder, and makes new, empty ones there",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.args", "spec.template.spec.containers.*.command"],
        when: |case| {
            let (Some(old), Some(new)) = case.containers() else { return false };
            let (before, after) = (folders(old), folders(new));
            let here = case.found.old.is_none_or(|node| {
                node.as_list().is_some() || before.iter().any(|path| node.to_string().ends_with(path))
            });
            case.had_data() && !before.is_empty() && before != after && here
        },
    },
    Rule {
        id: "sub-path-moved",
        impact: DataLoss,
        text: "the path on the volume is made of this variable: the program finds an empty folder there",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.env"],
        when: |case| {
            let Some(name) = case.key("env") else { return false };
            let used = format!("$({name})");
            case.containers().0.is_some_and(|old| mounts(case.old, old).iter().any(|mount| mount.sub.contains(&used)))
        },
    },
    Rule {
        id: "mount-hides",
        impact: DataLoss,
        text: "what is on the volume below this path is hidden by another one",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.volumeMounts.*"],
        when: |case| {
            let (Some(old), Some(path)) = (case.containers().0, case.key("volumeMounts")) else { return false };
            let above = |mount: &Mount| path.strip_prefix(mount.path).is_some_and(|rest| rest.starts_with('/'));
            case.found.old.is_none() && mounts(case.old, old).iter().any(above)
        },
    },
    Rule {
        id: "database-older",
        impact: DataLoss,
        text: "a database does not start on the files of a later version, nor of another program",
        kinds: PODS,
        at: &["spec.template.spec.containers.*.image"],
        when: |case| {
            let images = case.old_text().zip(case.new_text());
            case.had_data()
                && images
                    .and_then(|(old, new)| Some((database(old)?, new)))
                    .is_some_and(|(old, new)| database(new).is_none_or(|new| new.0 != old.0 || new.1 < old.1))
        },
    },
    Rule {
        id: "mount-moved",
        impact: DataLoss,
        text: "the files on the volume are no longer where the program looks for them",
        kinds: PODS,
        at: &["spec.template.spec.containers.*"],
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

fn new_volume<'t>(case: &Case<'_, 't>) -> Option<&'t Body> {
    case.pair("volumes", Kin::Volumes).1
}

/// A claim that the pods had and have no longer, said where it goes away.
fn volume_lost(case: &Case) -> bool {
    let after = sources(case.new);
    let lost = |volume: &Body| kept(volume).is_some_and(|source| after.iter().all(|(_, other)| *other != source));
    match case.key("volumes") {
        Some(_) => case.found.new.is_none() && case.pair("volumes", Kin::Volumes).0.is_some_and(lost),
        None => pod(case.old).map(|pod| list(pod, "volumes")).unwrap_or_default().iter().any(lost),
    }
}

/// What a container had at a path, and has there no longer: said at the mount, or at the container that goes away.
fn mount_moved(case: &Case) -> bool {
    let (Some(old), new) = case.containers() else { return false };
    let path = case.key("volumeMounts").map(|path| path.trim_end_matches('/'));
    let here = case.at.get(5) == Some(&"volumeMounts") || (case.at.len() == 5 && case.found.new.is_none());
    let gone = |mount: &Mount| match new {
        Some(new) => !mounts(case.new, new).contains(mount),
        // Another container may have it where this one had it.
        None => all(case.new).into_iter().all(|other| other.source != mount.source),
    };
    here && mounts(case.old, old).iter().any(|mount| path.is_none_or(|path| mount.path == path) && gone(mount))
}

/// Where a program is told to have its files, by the words that servers know.
fn folders(container: &Body) -> Vec<String> {
    const FLAGS: [&str; 8] =
        ["-D", "--dir", "--datadir", "--data-dir", "--dbpath", "--data", "--path.data", "--storage.tsdb.path"];
    let words: Vec<&str> =
        ["command", "args"].iter().flat_map(|key| list(container, key)).filter_map(Tree::as_str).collect();
    let after = words.windows(2).filter(|pair| FLAGS.contains(&pair[0])).map(|pair| pair[1]);
    let inside = words.iter().filter_map(|word| word.split_once('=')).filter(|(flag, _)| FLAGS.contains(flag));
    after.chain(inside.map(|(_, path)| path)).filter(|path| path.starts_with('/')).map(str::to_owned).collect()
}

/// Another database by its image, with the numbers of its tag.
fn database(image: &str) -> Option<(String, Vec<u32>)> {
    const DATABASES: [&str; 12] = [
        "mysql",
        "mariadb",
        "mongo",
        "mongodb",
        "elasticsearch",
        "opensearch",
        "cassandra",
        "clickhouse-server",
        "influxdb",
        "neo4j",
        "rabbitmq",
        "cockroach",
    ];
    let image = format::image(image).ok()?;
    let name = image.name.rsplit('/').next().filter(|name| DATABASES.contains(name))?;
    let tag = image.tag?.trim_start_matches('v');
    let numbers =
        tag.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.split('.').map_while(|part| part.parse().ok());
    Some((name.to_owned(), numbers.collect())).filter(|(_, numbers): &(String, Vec<u32>)| !numbers.is_empty())
}

/// What all containers of an object keep.
fn all(object: &Body) -> Vec<Mount<'_>> {
    let containers = pod(object).map(|pod| list(pod, "containers")).unwrap_or_default();
    containers.iter().flat_map(|container| mounts(object, container)).collect()
}

/// `--appendonly yes` becomes `no`: said once, where it stands.
fn persistence_off(case: &Case) -> bool {
    let on = |list: &[Body]| list.windows(2).any(|pair| pair[0].as_str() == Some("--appendonly") && is_yes(&pair[1]));
    let (old, new) = case.containers();
    let arguments = |container: Option<&Body>| container.is_some_and(|container| on(list(container, "args")));
    let here = case.at.last() == Some(&"args") || case.found.old.is_some_and(is_yes);
    here && case.had_data() && arguments(old) && !arguments(new)
}

fn is_yes(node: &Body) -> bool {
    node.as_str() == Some("yes")
}

/// Whether what stands here has files that outlive it.
fn had_data(case: &Case) -> bool {
    match case.id.kind.as_str() {
        "RedisReplication" => case.old.at(&["spec", "storage"]).is_some(),
        "Cluster" => true,
        _ => case.had_data(),
    }
}

/// What the images before and after run on files that outlive them, where both say it, or their plans where the images do
/// not; of one with a name of its own, how it is run says the engine.
fn servers(case: &Case) -> Option<(Server, Server)> {
    if !had_data(case) {
        return None;
    }
    let containers = case.containers();
    let of = |text: &str, planned: Option<Server>, container: Option<&Body>| {
        let operated = || match case.id.kind.as_str() {
            "Cluster" => Some(server::postgres(text)),
            "RedisReplication" => Some(server::cache(text)),
            _ => None,
        };
        let said = server::of(text).or(planned).or_else(operated).or_else(|| run_as(container?, text))?;
        Some(Server { major: said.major.or(planned.and_then(|server| server.major)), ..said })
    };
    let old = of(case.old_text()?, case.servers[0], containers.0)?;
    Some((old, of(case.new_text()?, case.servers[1], containers.1)?))
}

/// Of a container that says where PostgreSQL has its files, or whether Redis appends to one.
fn run_as(container: &Body, image: &str) -> Option<Server> {
    if list(container, "env").iter().any(|variable| name(variable) == Some("PGDATA")) {
        return Some(server::postgres(image));
    }
    let appends = list(container, "args").iter().any(|argument| argument.as_str() == Some("--appendonly"));
    appends.then(|| server::cache(image))
}

fn postgres(case: &Case) -> Option<(Server, Server)> {
    servers(case).filter(|(a, b)| a.engine == Engine::Postgres && b.engine == Engine::Postgres)
}

fn caches(case: &Case) -> Option<Load> {
    let (a, b) = servers(case).filter(|(a, b)| a.engine != Engine::Postgres && b.engine != Engine::Postgres)?;
    Some(load::loads(a, b))
}

/// What a rule adds about this very change.
pub fn detail(id: &str, case: &Case) -> Option<String> {
    match id {
        "engine-change" | "files-refused" | "files-unknown" => {
            let (old, _) = servers(case).filter(|(old, _)| old.engine != Engine::Postgres)?;
            Some(match load::known(old) {
                Some(known) => format!("what was written is known to load in {known}"),
                None => "name a version that was measured in both images, as `7.4`, or dump and restore".into(),
            })
        }
        _ => None,
    }
}
