//! Backups of a standalone PostgreSQL: a CronJob that dumps to a claim, or to a bucket of S3.
//!
//! Owns: what `backup` must say, and the pod that dumps: the server's own image, as the app's role, over the Service.
//! Its pods have a name of their own, `<component>-backup`: the Service must never find them, and the policy must.
//! Does not own: the scripts (`templates/scripts/backup-*.sh`), the container that uploads (`upload.rs`), backups by an
//! operator (`barman.rs`).

use super::container::Helper;
use super::gather::{Claim, Pod};
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, merged, take, text};
use super::object::meta;
use super::piece::Home;
use super::pod::{self, Claims};
use super::{Keeps, Planned, Planner, Role, database, env, policy, resources, s3, security, upload};
use crate::diag::Diagnostic;
use crate::project::MISSING_KEY;
use crate::settings::From;
use crate::tree::{Kind, Map};

const DUMP: &str = include_str!("../../templates/scripts/backup-dump.sh");
/// A week of nights.
const RETAIN: i64 = 7;

/// The database to dump.
pub struct Database<'d> {
    pub settings: &'d Node,
    pub service: &'d Node,
    /// Where the password of the app's role is.
    pub password: Option<&'d (Home, From)>,
    pub user: i64,
}

/// `backup` of a store, with what every backup needs.
pub fn settings(cx: &mut Planner, owner: &Owner, store: &Node) -> Option<Node> {
    let backup = get(store, "backup").filter(|node| node.as_map().is_some())?;
    let at = backup.as_map().and_then(|map| map.entries().next().map(|(_, entry)| entry.key_from.clone()));
    let to = get(backup, "to").filter(|to| get(to, "volume").or_else(|| get(to, "s3")).is_some());
    let ways = [
        ("schedule", get(backup, "schedule"), "add `schedule: \"0 2 * * *\"`"),
        ("to", to, "add `to: {volume: 20Gi}` or `to: {s3: {bucket: NAME}}`"),
    ];
    let mut whole = true;
    for (key, _, way) in ways.into_iter().filter(|(_, said, _)| said.is_none()) {
        let place = at.as_ref().and_then(|at| cx.span_in_from(at)).or_else(|| cx.span_in_from(&owner.from));
        let d = Diagnostic::new(MISSING_KEY, format!("`{}.backup` has no `{key}`", owner.id));
        cx.report.push(d.at(place).hint(way));
        whole = false;
    }
    whole.then(|| merged(map([("retain", RETAIN.into())]), backup))
}

pub fn owner(owner: &Owner) -> Owner {
    Owner { name: format!("{}-backup", owner.name), ..owner.clone() }
}

struct Containers {
    init: Option<Node>,
    main: Node,
}

pub fn plan(cx: &mut Planner, store: &Owner, database: &Database) -> Vec<Planned> {
    let Some(backup) = settings(cx, store, database.settings) else { return Vec::new() };
    let schedule = take(&backup, "schedule");
    if let Err(reason) = crate::format::cron(schedule.as_str().unwrap_or_default()) {
        let d = crate::project::schema::bad_value(&format!("{}.backup.schedule", store.id), &reason);
        cx.report.push(d.at(cx.span_in(&schedule)).hint("a CronJob counts no seconds; only `mode: cnpg` does"));
    }
    let owner = owner(store);
    let mut pod = Pod::default();
    let base = meta(cx, &owner, database.settings);
    let to = take(&backup, "to");
    let retain = take(&backup, "retain");
    let (containers, claims) = match get(&to, "volume") {
        Some(volume) => {
            let claims = claim(cx, store, &owner, volume, &mut pod, &base);
            (Containers { init: None, main: dump(database, store, retain) }, claims)
        }
        None => (upload(cx, store, database, &take(&to, "s3"), retain, &mut pod), Vec::new()),
    };
    pod.volume("tmp", map([("emptyDir", map([("sizeLimit", "64Mi".into())]))]));
    let context = pod::context(cx, &owner, &of_pod(database), &pod, Claims::Named);
    let more = map([
        ("initContainers", filled(list(containers.init.into_iter().collect()))),
        ("containers", list(vec![containers.main])),
        // Each try keeps its own pod and log.
        ("restartPolicy", "Never".into()),
    ]);
    let labels = label::versioned(take(&base, "labels"), database.settings);
    let cron = merged(cron(schedule), &map([("labels", labels), ("pod", merged(context, &more))]));
    policy::admit(cx, store, &label::selector(cx, &owner));
    let mut out = vec![Planned::new("job/cronjob.yaml", merged(base, &cron)).role(Role::Backup)];
    out.extend(claims);
    out
}

/// Bounded in every direction: a dump that hangs must not keep the next ones away.
fn cron(schedule: Node) -> Node {
    map([
        ("schedule", schedule),
        ("timeZone", "Etc/UTC".into()),
        ("concurrencyPolicy", "Forbid".into()),
        // After an outage of the cluster, up to an hour late rather than not at all.
        ("startingDeadlineSeconds", 3600.into()),
        ("suspend", Node::null()),
        ("successfulJobsHistoryLimit", 1.into()),
        ("failedJobsHistoryLimit", 3.into()),
        ("completions", Node::null()),
        ("parallelism", Node::null()),
        ("backoffLimit", 2.into()),
        // Six hours.
        ("activeDeadlineSeconds", 21_600.into()),
        ("ttlSecondsAfterFinished", Node::null()),
    ])
}

/// First the whole dump on a scratch volume, which is read back there; then its upload. No server's image has a client
/// for S3, and none of a client has the server's tools.
fn upload(cx: &mut Planner, store: &Owner, database: &Database, s3: &Node, retain: Node, pod: &mut Pod) -> Containers {
    // A dump is smaller than its database.
    let size = resources::size(&take(database.settings, "storage"));
    pod.volume("backup", map([("emptyDir", compact([("sizeLimit", size)]))]));
    let dump = dump(database, store, 1.into());
    let main = match s3::read(cx, store, s3) {
        Some(s3) => {
            cx.facts(store).bucket = Some(s3.bucket(&format!("s3://{}", upload::folder(store, &s3)).into()));
            upload::container(store, &s3, retain)
        }
        // Reported; nothing is rendered.
        None => Node::null(),
    };
    Containers { init: Some(dump), main }
}

/// What the store says about where and as whom its pods run; a dump needs no more of it.
fn of_pod(database: &Database) -> Node {
    const KEYS: [&str; 11] = [
        "nodeSelector",
        "tolerations",
        "priorityClassName",
        "runtimeClassName",
        "schedulerName",
        "imagePullSecrets",
        "hostAliases",
        "dnsConfig",
        "dnsPolicy",
        "hostNetwork",
        "securityContext",
    ];
    let mut out = Map::new();
    for key in KEYS {
        if let Some(said) = get(database.settings, key) {
            out.insert(key, said.clone());
        }
    }
    let image = take(database.settings, "image");
    security::as_user(&Kind::Map(out).into(), database.user, &image.from)
}

/// The claim of a volume; or the one that exists.
fn claim(cx: &mut Planner, store: &Owner, owner: &Owner, volume: &Node, pod: &mut Pod, base: &Node) -> Vec<Planned> {
    let said = get(volume, "claim").cloned();
    if get(volume, "size").is_none() {
        let Some(claim) = said else {
            let message = format!("`{}.backup.to.volume` has no `size`", store.id);
            let place = cx.span_in(volume).or_else(|| cx.span_in_from(&store.from));
            cx.report.push(
                Diagnostic::new(MISSING_KEY, message)
                    .at(place)
                    .hint("add `size: 20Gi`, or `claim: NAME` for one that exists"),
            );
            return Vec::new();
        };
        cx.exists("claim", &claim);
        pod.volume("backup", map([("persistentVolumeClaim", map([("claimName", claim)]))]));
        return Vec::new();
    }
    let modes = take(volume, "accessModes");
    let claim = Claim {
        volume: "backup".into(),
        name: said.unwrap_or_else(|| owner.name_node()),
        size: resources::size(volume),
        storage_class: take(volume, "storageClassName"),
        access_modes: if modes.is_null() { list(vec!["ReadWriteOncePod".into()]) } else { modes },
        path: "/backup".into(),
    };
    let more = map([("claim", claim.context()), ("name", claim.name.clone())]);
    pod.claims.push(claim);
    vec![Planned::new("app/claim.yaml", merged(base.clone(), &more)).keeping(Keeps::Data)]
}

/// The container that dumps. Names and password reach it as variables that libpq reads, never as arguments.
fn dump(database: &Database, store: &Owner, retain: Node) -> Node {
    let settings = database.settings;
    let retain = text(retain.to_string(), &retain.from);
    let variables = [
        ("NAME", store.name_node()),
        ("FOLDER", "/backup".into()),
        ("RETAIN", retain),
        ("PGHOST", database.service.clone()),
        ("PGPORT", "5432".into()),
        ("PGUSER", database::as_written(settings, "user")),
        ("PGDATABASE", database::as_written(settings, "database")),
        ("PGCONNECT_TIMEOUT", "30".into()),
    ];
    let mut env: Vec<Node> = variables.map(|(name, value)| map([("name", name.into()), ("value", value)])).to_vec();
    env.extend(database.password.map(|(home, from)| env::secret_key(&"PGPASSWORD".into(), home, &Node::null(), from)));
    let mounts = [("backup", "/backup"), ("tmp", "/tmp")];
    let container = Helper {
        name: "dump",
        image: take(settings, "image"),
        command: list(vec!["sh".into(), "-c".into(), DUMP.into()]),
        args: Node::null(),
        env,
        resources: map([
            ("requests", map([("cpu", "100m".into()), ("memory", "128Mi".into())])),
            ("limits", map([("memory", "512Mi".into())])),
        ]),
        mounts: mounts.map(|(name, path)| map([("name", name.into()), ("mountPath", path.into())])).to_vec(),
        security: security::sealed(),
    };
    merged(container.context(), &compact([("imagePullPolicy", take(settings, "imagePullPolicy"))]))
}
