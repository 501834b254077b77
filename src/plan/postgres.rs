//! PostgreSQL: a single server.
//!
//! Owns: its pod, the init script that makes the app's role, passwords and probes; as measured (`docs/measured.md`).
//! Does not own: images and where each has its data (`layout.rs`), an operator's (`cnpg.rs`), dumps (`backup.rs`).

use super::app::{meta, service_account};
use super::backup::{self, Database};
use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, pairs, str_of, take, text};
use super::piece::{Home, Secretive};
use super::pod::{self, Claims, Pod};
use super::volume::Claim;
use super::{
    Keeps, Planned, Planner, cnpg, config, env, exporter, layout, mode, need, policy, probe, resources, security,
};
use crate::diag::Diagnostic;
use crate::plan::server::PASSWORD_COMPOSED;
use crate::project::MISSING_KEY;
use crate::project::language::postgres::POSTGRES;
use crate::settings::From;
use crate::tree::{Kind, Tree};

crate::rules! {
    /// a name that is PostgreSQL's own
    ///
    /// The name is PostgreSQL's own, so that the init script would fail on a half-made data directory.
    /// Fix: another name, or none for `app`.
    POSTGRES_RESERVED = "postgres-reserved", Error;
}

const INIT: &str = include_str!("../../templates/scripts/init-postgres.sh");

pub fn plan(cx: &mut Planner, owner: &Owner, postgres: &Node) -> Vec<Planned> {
    mode::check(cx, owner, postgres, &POSTGRES);
    match str_of(postgres, "mode") {
        Some("external") => return Vec::new(),
        Some("cnpg") => return cnpg::plan(cx, owner, postgres),
        _ => {}
    }
    standalone(cx, owner, &mode::alone(cx, postgres))
}

fn standalone(cx: &mut Planner, owner: &Owner, postgres: &Node) -> Vec<Planned> {
    reserved(cx, owner, postgres);
    let image = take(postgres, "image");
    let layout = layout::of(cx, owner, postgres, &image);
    let mut pod = Pod::default();
    claim(cx, owner, postgres, layout.mount, &mut pod);
    let init = init_config(cx, owner, postgres);
    let uid = layout::user(postgres);
    let superuser = Secretive::at(superuser(owner), owner.from.clone());
    need::require(cx, &Secretive { from: superuser.from.and(&take(postgres, "mode").from), ..superuser });
    let password = password(cx, owner, postgres);
    let server = server(cx, owner, postgres, &image, &layout, password.as_ref());
    let context = pod::context(cx, owner, &with_security(postgres, uid, &image.from), &pod, Claims::Templates);
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

/// The init script makes the role and the database: with names that are there already it fails, and the next start comes
/// up on a half-made data directory.
pub fn reserved(cx: &mut Planner, owner: &Owner, postgres: &Node) {
    let is_cnpg = str_of(postgres, "mode") == Some("cnpg");
    let is_taken = |key: &str, name: &str| match key {
        "user" if is_cnpg && name == "streaming_replica" => true,
        "user" => ["postgres", "public", "none"].contains(&name) || name.starts_with("pg_"),
        _ => ["postgres", "template0", "template1"].contains(&name),
    };
    for (key, what) in [("user", "role"), ("database", "database")] {
        if let Some(said) = get(postgres, key).filter(|said| said.as_str().is_some_and(|name| is_taken(key, name))) {
            let whose = if said.as_str() == Some("streaming_replica") { "CloudNativePG" } else { "PostgreSQL" };
            let message = format!("`{}` cannot have the {what} `{said}`, which is {whose}'s own", owner.id);
            let d = Diagnostic::new(POSTGRES_RESERVED, message).at(cx.span_in(said));
            cx.report.push(d.hint("the app gets a role and a database of its own; leave it out for `app`"));
        }
    }
}

pub fn with_security(postgres: &Node, uid: i64, from: &From) -> Node {
    let id = || Node::from(uid).of(from);
    let own = map([(
        "securityContext",
        map([
            ("runAsUser", id()),
            ("runAsGroup", id()),
            ("fsGroup", id()),
            ("fsGroupChangePolicy", "OnRootMismatch".into()),
        ]),
    )]);
    merged(own, postgres)
}

/// A claim needs a size.
pub fn sized(cx: &mut Planner, owner: &Owner, postgres: &Node) {
    if get(&take(postgres, "storage"), "size").is_none() {
        let d = Diagnostic::new(MISSING_KEY, format!("`{}.storage` has no `size`", owner.id))
            .at(cx.span_in_from(&owner.from));
        cx.report.push(d.hint("add `storage: 10Gi`"));
    }
}

fn claim(cx: &mut Planner, owner: &Owner, postgres: &Node, mount: &str, pod: &mut Pod) {
    sized(cx, owner, postgres);
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
    let sql = init_sql(cx, postgres).map(|sql| ("app.sql.once".to_owned(), sql));
    std::iter::once(script).chain(sql).collect()
}

/// What `initSql` says, or the file that it names.
pub fn init_sql(cx: &Planner, postgres: &Node) -> Option<Node> {
    let init = get(postgres, "initSql")?;
    match get(init, "file") {
        Some(file) => cx.file(file).map(|sql| Tree::new(Kind::String(sql), file.from.clone())),
        None => get(init, "value").cloned(),
    }
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
        ("APP_USER", as_written(postgres, "user")),
        ("APP_DATABASE", as_written(postgres, "database")),
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

/// A name, of which nothing is Kubernetes': the URL has it as it stands in the project file.
pub fn as_written(postgres: &Node, key: &str) -> Node {
    let said = take(postgres, key);
    match said.as_str() {
        Some(name) if name.contains('$') => text(env::escaped(name), &said.from),
        _ => said,
    }
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
    let mut items = vec![source(&superuser(owner), "superuser-password", &owner.from)];
    items.extend(password.map(|(home, from)| source(home, "password", from)));
    list(items)
}

fn superuser(owner: &Owner) -> Home {
    Home::new(owner.name.as_str(), "superuser-password")
}

/// Where the password of the app's role is; `None` where there is none, which is reported.
fn password(cx: &mut Planner, owner: &Owner, postgres: &Node) -> Option<(Home, From)> {
    let password = match cx.resolver.password("postgres", &owner.name, postgres) {
        Ok(password) => password?,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return None;
        }
    };
    need::require_password(cx, &password);
    if let Some(home) = password.home.clone().filter(|_| need::lives_at_home(cx, &password)) {
        return Some((home, password.from));
    }
    let message = format!(
        "the password of `{}` is composed, which `secretProvider: existing` cannot deliver to a server",
        owner.id
    );
    cx.report.push(
        Diagnostic::new(PASSWORD_COMPOSED, message)
            .at(cx.span_in_from(&owner.from))
            .hint("name one key: `${secrets.NAME.KEY}`"),
    );
    None
}

fn source(home: &Home, path: &str, from: &From) -> Node {
    map([("secret", text(home.secret.as_str(), from)), ("key", text(home.key.as_str(), from)), ("path", path.into())])
}
