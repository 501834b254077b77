//! PostgreSQL: a single server.
//!
//! Owns: its pod, the init script that makes the app's role, passwords and probes; as measured (`docs/measured.md`).
//! Does not own: images and where each has its data (`layout.rs`), an operator's (`cnpg.rs`), dumps (`backup.rs`).

use super::backup::{self, Database};
use super::database;
use super::gather::{Claim, Pod};
use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, pairs, take, text};
use super::object::{meta, service_account};
use super::piece::{Home, Secretive};
use super::pod::{self, Claims};
use super::{Keeps, Planned, Planner, config, env, exporter, layout, need, policy, probe, resources, security};
use crate::settings::From;

const INIT: &str = include_str!("../../templates/scripts/init-postgres.sh");

pub fn plan(cx: &mut Planner, owner: &Owner, postgres: &Node) -> Vec<Planned> {
    database::reserved(cx, owner, postgres);
    let image = take(postgres, "image");
    let layout = layout::of(cx, owner, postgres, &image);
    let mut pod = Pod::default();
    claim(cx, owner, postgres, layout.mount, &mut pod);
    let init = init_config(cx, owner, postgres);
    let uid = layout::user(postgres);
    let superuser = Secretive::at(database::superuser(owner), owner.from.clone());
    need::require(cx, &Secretive { from: superuser.from.and(&take(postgres, "mode").from), ..superuser });
    let password = need::password(cx, owner, postgres).map(|(home, password)| (home, password.from));
    let server = server(cx, owner, postgres, &image, &layout, password.as_ref());
    let context = pod::context(cx, owner, &security::as_user(postgres, uid, &image.from), &pod, Claims::Templates);
    // No checksum of the init script: it runs once, and a change of it must not restart the database.
    let annotations = merged(take(&context, "annotations").or_empty(), &exporter::annotations(owner, postgres, 5432));
    let context = merged(context, &map([("annotations", filled(annotations))]));
    let service = cx.resolver.service("postgres", &owner.name, postgres).unwrap_or_else(|_| owner.name_node());
    let facts = cx.facts(owner);
    (facts.is_alone, facts.server) = (true, Some(layout.server));
    policy::store(cx, owner, postgres, &["postgres"]);
    let base = merged(
        meta(cx, owner, postgres),
        &map([
            ("selector", label::selector(cx, owner)),
            ("service", service.clone()),
            ("headless", text(format!("{}-headless", owner.name), &owner.from)),
            ("init", text(format!("{}-init", owner.name), &owner.from)),
            ("replicas", get(postgres, "replicas").cloned().unwrap_or_else(|| 1.into())),
            ("pod", context),
            ("server", server),
            ("exporter", exporter::postgres(cx, owner, postgres, password.as_ref())),
            ("claims", super::volume::claims(&pod)),
            ("retain", true.into()),
        ]),
    );
    let config_owner = Owner { name: format!("{}-init", owner.name), ..owner.clone() };
    let workload = merged(base.clone(), &map([("labels", label::versioned(take(&base, "labels"), postgres))]));
    let account = pod::creates_account(postgres).then(|| service_account(postgres, &base));
    let mut out = vec![
        Planned::new("postgres/statefulset.yaml", workload).keeping(Keeps::Store),
        Planned::new("postgres/service-headless.yaml", base.clone()),
        Planned::new("postgres/service.yaml", base),
        config::config_map(cx, &config_owner, &init),
    ];
    out.extend(account);
    let database = Database { settings: postgres, service: &service, password: password.as_ref(), user: uid };
    out.extend(backup::plan(cx, owner, &database));
    out
}

fn claim(cx: &mut Planner, owner: &Owner, postgres: &Node, mount: &str, pod: &mut Pod) {
    database::sized(cx, owner, postgres);
    let storage = take(postgres, "storage");
    let modes = take(&storage, "accessModes");
    pod.claims.push(Claim {
        volume: "data".into(),
        name: text(format!("{}-data", owner.name), &owner.from),
        size: resources::size(&storage),
        storage_class: take(&storage, "storageClassName"),
        access_modes: if modes.is_null() { list(vec!["ReadWriteOncePod".into()]) } else { modes },
        path: mount.into(),
    });
}

/// The scripts that run once, when the data directory is made.
fn init_config(cx: &mut Planner, owner: &Owner, postgres: &Node) -> Vec<(String, Node)> {
    let script = ("10-app.sh".to_owned(), Node::from(INIT).of(&owner.from));
    let sql = database::init_sql(cx, postgres).map(|sql| ("app.sql.once".to_owned(), sql));
    std::iter::once(script).chain(sql).collect()
}

fn server(
    cx: &mut Planner,
    owner: &Owner,
    postgres: &Node,
    image: &Node,
    layout: &layout::Layout,
    password: Option<&(Home, From)>,
) -> Node {
    let mut args = Vec::new();
    for (key, entry) in pairs(postgres, "config") {
        args.push("-c".into());
        args.push(text(format!("{key}={}", entry.value), &entry.value.from));
    }
    let mut env = env::env(cx, owner, postgres);
    let variables = [
        ("PGDATA", text(layout.pgdata.as_str(), &layout.from)),
        ("POSTGRES_USER", "postgres".into()),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/postgres/superuser-password".into()),
        ("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --data-checksums".into()),
        ("APP_USER", database::as_written(postgres, "user")),
        ("APP_DATABASE", database::as_written(postgres, "database")),
        ("APP_PASSWORD_FILE", "/run/secrets/postgres/password".into()),
    ];
    let mut all: Vec<Node> = variables.map(|(name, value)| map([("name", name.into()), ("value", value)])).to_vec();
    all.append(&mut env);
    let secrets = secrets(owner, password);
    let resources = resources::resources(cx, postgres);
    map([
        ("image", image.clone()),
        ("imagePullPolicy", take(postgres, "imagePullPolicy")),
        ("args", filled(list(args))),
        ("env", list(all)),
        ("shm", shm(&resources)),
        ("resources", resources),
        ("mount", text(layout.mount, &layout.from)),
        ("startupProbe", probe::timings(&take(postgres, "startupProbe"))),
        ("readinessProbe", probe::timings(&take(postgres, "readinessProbe"))),
        ("livenessProbe", probe::timings(&take(postgres, "livenessProbe"))),
        ("securityContext", security::store(postgres)),
        ("secrets", secrets),
    ])
}

/// A quarter of the memory limit for shared memory, against which it counts; parallel joins fail with the runtime's 64 MiB.
fn shm(resources: &Node) -> Node {
    match resources::memory_limit(resources) {
        Some((bytes, from)) => text(format!("{}Mi", (bytes / 4 / (1 << 20)).max(64)), &from),
        None => "256Mi".into(),
    }
}

/// The two passwords as files, from one or two Secrets.
fn secrets(owner: &Owner, password: Option<&(Home, From)>) -> Node {
    let mut items = vec![source(&database::superuser(owner), "superuser-password", &owner.from)];
    items.extend(password.map(|(home, from)| source(home, "password", from)));
    list(items)
}

fn source(home: &Home, path: &str, from: &From) -> Node {
    map([("secret", text(home.secret.as_str(), from)), ("key", text(home.key.as_str(), from)), ("path", path.into())])
}
