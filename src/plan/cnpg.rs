//! PostgreSQL by CloudNativePG: a primary with replicas, which the operator fails over.
//!
//! Owns: what of the project's settings becomes which field of a Cluster (1.30), and what the operator adds by itself:
//! names of Services and of its Secret, its pods' labels and ports.
//! Source: https://cloudnative-pg.io/documentation/1.30/cloudnative-pg.v1/
//! Does not own: backups (`barman.rs`), where its pods run (`placement.rs`), what the operator would refuse
//! (`admission.rs`, `parameter.rs`).

use super::cluster;
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, maybe, merged, pairs, str_of, take, text};
use super::object::meta;
use super::piece::{Home, Piece, Secretive};
use super::{
    Keeps, Planned, Planner, admission, barman, config, database, env, exporter, need, parameter, placement, policy,
    probe, resources,
};
use crate::diag::Diagnostic;
use crate::tree::{Kind, Map};

crate::declare! {
    /// an owner's Secret that nobody creates
    ///
    /// CloudNativePG reads the owner from one Secret with `username` and `password`, which nobody creates here.
    /// Fix: declare both keys, and name the password.
    CNPG_OWNER = "cnpg-owner", Error;
}

pub fn plan(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    database::reserved(cx, owner, store);
    database::sized(cx, owner, store);
    admission::check(cx, owner, store);
    guard(cx, owner, store);
    let backup = barman::plan(cx, owner, store);
    let init = init(cx, owner, store);
    let base = meta(cx, owner, store);
    let image = cluster::image(store);
    let labels = label::versioned(take(&base, "labels"), &map([("image", image.clone())]));
    let more = map([
        ("labels", labels),
        ("image", image),
        ("init", maybe(init.as_ref().map(|_| init_name(owner).name_node()))),
        ("store", if backup.is_empty() { Node::null() } else { super::backup::owner(owner).name_node() }),
    ]);
    let context = merged(context(cx, owner, store), &bootstrap(cx, owner, store));
    let mut out =
        vec![Planned::new("postgres/cluster.yaml", merged(merged(base, &context), &more)).keeping(Keeps::Store)];
    out.extend(init);
    out.extend(backup);
    out
}

/// What the Cluster's template sees of the settings.
fn context(cx: &mut Planner, owner: &Owner, store: &Node) -> Node {
    for secret in get(store, "imagePullSecrets").and_then(Node::as_list).unwrap_or_default() {
        cx.exists("secret", secret);
    }
    let as_written = ["imagePullPolicy", "imagePullSecrets", "schedulerName", "priorityClassName"];
    let [policy, secrets, scheduler, priority] = as_written.map(|key| (key, take(store, key)));
    let env = env::env(cx, owner, store);
    let annotations = store.at(&["serviceAccount", "annotations"]).cloned().unwrap_or_default();
    map([
        ("retain", true.into()),
        ("inherited", filled(scraped(owner, store))),
        ("instances", get(store, "instances").cloned().unwrap_or_else(|| 1.into())),
        policy,
        secrets,
        scheduler,
        priority,
        ("postgresql", filled(merged(parameter::postgresql(cx, owner, store), &synchronous(store)))),
        ("storage", storage(&take(store, "storage"))),
        ("walStorage", storage(&take(store, "walStorage"))),
        ("resources", resources::resources(cx, store)),
        ("affinity", placement::affinity(store)),
        ("topologySpreadConstraints", placement::spread(owner, store)),
        ("enablePDB", budget(cx, store)),
        ("probes", filled(probes(cx, store))),
        ("env", filled(list(env))),
        ("accountAnnotations", filled(annotations)),
    ])
}

/// The app's database and its owner; where the project names a password, the Secret with both.
fn bootstrap(cx: &mut Planner, owner: &Owner, store: &Node) -> Node {
    let secret = get(store, "password").and_then(|_| owner_secret(cx, owner, store));
    map([("database", take(store, "database")), ("user", take(store, "user")), ("secret", maybe(secret))])
}

/// The operator takes name and password from one Secret. The project's own serves where it has both keys; else kgen
/// writes one, unless Secrets are someone else's.
fn owner_secret(cx: &mut Planner, owner: &Owner, store: &Node) -> Option<Node> {
    let password = match cx.resolver.password("postgres", &owner.name, store) {
        Ok(password) => password?,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return None;
        }
    };
    need::require_password(cx, &password);
    if let Some(home) = password.home.clone().filter(|home| password.is_raw() && home.key == "password")
        && cx.settings.root.at(&["secrets", &home.secret, "username"]).is_some()
    {
        return Some(text(home.secret, &password.from));
    }
    if !need::can_be_joined(cx, &password) {
        let message = format!(
            "CloudNativePG takes the owner of `{}` from one Secret with the keys `username` and `password`, which nobody creates here",
            owner.id
        );
        let at = get(store, "password").and_then(|said| cx.span_in(said));
        let d = Diagnostic::new(CNPG_OWNER, message).in_profile(&cx.settings.profile).at(at);
        let hint = "declare both, `secrets: {NAME: {username: {}, password: {}}}`, and write `password: ${secrets.NAME.password}`";
        cx.report.push(
            d.hint(hint).hint("or remove `password`: the operator makes one, and `url` is taken from its Secret"),
        );
        return None;
    }
    let name = format!("{}-owner", owner.name);
    let user = take(store, "user");
    let part = |key: &str, pieces: Vec<Piece>, from| {
        Secretive::of(Home::new(name.as_str(), key), pieces, from, owner.from.clone())
    };
    need::require(cx, &part("username", vec![Piece::Text(user.to_string())], user.from.clone()));
    need::require(cx, &part("password", password.pieces, password.from.clone()));
    cx.secrets.basic_auth(&name);
    Some(text(name, &password.from))
}

fn init_name(owner: &Owner) -> Owner {
    Owner { name: format!("{}-init", owner.name), ..owner.clone() }
}

/// `initSql` as the app's role: the operator runs it as the superuser, all statements at once.
fn init(cx: &mut Planner, owner: &Owner, store: &Node) -> Option<Planned> {
    let sql = database::init_sql(cx, store)?;
    let user = take(store, "user");
    let role = user.to_string().replace('"', "\"\"");
    let whole = format!("SET ROLE \"{role}\";\n{}\n;\nRESET ROLE;\n", sql.to_string().trim_end());
    let item = text(whole, &sql.from.and(&user.from));
    Some(config::config_map(cx, &init_name(owner), &[("app.sql".to_owned(), item)]))
}

/// One of the replicas has each commit before it is confirmed: with three instances one can be lost, whichever it is,
/// and writes go on. With two, the loss of the replica would stop them.
fn synchronous(store: &Node) -> Node {
    let Some(count) = get(store, "instances").filter(|count| count.as_i64().is_some_and(|count| count > 2)) else {
        return Kind::Map(Map::new()).into();
    };
    let from = &count.from;
    let number = Node::from(1).of(from);
    let rule = [("method", text("any", from)), ("number", number), ("dataDurability", text("required", from))];
    map([("synchronous", map(rule))])
}

fn storage(said: &Node) -> Node {
    if said.as_map().is_none() {
        return Node::null();
    }
    compact([("size", resources::size(said)), ("storageClass", take(said, "storageClassName"))])
}

/// Whether the operator keeps its budgets: on a single instance one would block every node drain.
fn budget(cx: &Planner, store: &Node) -> Node {
    let none = get(store, "disruptionBudget").filter(|said| said.as_str() == Some("none"));
    match none.filter(|none| cx.settings.is_users(&none.from)) {
        Some(none) => Node::from(false).of(&none.from),
        None => Node::from(cluster::instances(store) > 1).of(&take(store, "instances").from),
    }
}

/// The user's timings; the presets' are for `pg_isready`, which the operator's probes are not.
fn probes(cx: &Planner, store: &Node) -> Node {
    let all = [("startup", "startupProbe"), ("liveness", "livenessProbe"), ("readiness", "readinessProbe")];
    let timings = all.map(|(name, key)| {
        let mut own = Map::new();
        for (key, entry) in pairs(store, key).filter(|(_, entry)| cx.settings.is_users(&entry.value.from)) {
            own.insert_from(key.clone(), entry.key_from.clone(), entry.value.clone());
        }
        (name, filled(probe::timings(&Kind::Map(own).into())))
    });
    compact(timings)
}

/// Each instance has its metrics on a port of its own already; `exporter` and `annotations` both say where.
fn scraped(owner: &Owner, store: &Node) -> Node {
    match get(store, "metrics").filter(|metrics| metrics.as_str() != Some("none")) {
        Some(metrics) => {
            exporter::annotations(owner, &map([("metrics", text("exporter", &metrics.from))]), exporter::CNPG_PORT)
        }
        None => Kind::Map(Map::new()).into(),
    }
}

/// Beside the app's consumers: the members, and the operator, which asks each instance how it is. Its pods are known by
/// their name, wherever it is installed.
/// Source: https://cloudnative-pg.io/documentation/current/networking/
fn guard(cx: &mut Planner, owner: &Owner, store: &Node) {
    policy::guard(cx, owner, store, vec![5432.into()], Vec::new());
    let members = map([("podSelector", map([("matchLabels", label::pods(cx, owner))]))]);
    let ports = list(vec![policy::tcp(5432.into()), policy::tcp(8000.into())]);
    policy::door_for(cx, owner, vec![members], ports);
    policy::open_to_operator(cx, owner, map([("app.kubernetes.io/name", "cloudnative-pg".into())]), &[5432, 8000]);
    if str_of(store, "metrics").is_some_and(|metrics| metrics != "none") {
        policy::open_to_all(cx, owner, Node::from(exporter::CNPG_PORT).of(&take(store, "metrics").from));
    }
}
