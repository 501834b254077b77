//! `metrics` of a store: annotations by which Prometheus finds it, and the exporter beside the server.
//!
//! Owns: the two exporters' images, users, ports and how they log in.
//! The exporter has no readiness probe: a store whose exporter is slow still serves. (A container that does not run
//! makes its pod unready whatever its probes: only a pod of its own would not.) It gets the password as a variable
//! that its driver reads by itself, never as part of a URL: the PostgreSQL exporter splits that at spaces, and writes it
//! to its log.

use super::container::Helper;
use super::label::Owner;
use super::node::{Node, get, list, map, merged, str_of, take, text};
use super::piece::Home;
use super::{Planner, database, env, policy, security};
use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

/// Source: https://github.com/prometheus-community/postgres_exporter, whose image runs as `nobody`.
const POSTGRES: Exporter =
    Exporter { image: "quay.io/prometheuscommunity/postgres-exporter:v0.19.1", user: 65_534, port: 9187 };
/// Source: https://github.com/oliver006/redis_exporter, whose image has one user, by number.
pub const REDIS: Exporter = Exporter { image: "oliver006/redis_exporter:v1.74.0", user: 59_000, port: 9121 };

/// Where each instance of a CloudNativePG cluster serves its own.
pub const CNPG_PORT: i64 = 9187;

pub struct Exporter {
    image: &'static str,
    user: i64,
    pub port: i64,
}

/// The exporter of a Redis, as a list of one container; `null` where it has none. `env`: of its server, which has the
/// password.
pub fn redis(cx: &mut Planner, owner: &Owner, redis: &Node, env: &Node) -> Node {
    if !wanted(redis) {
        return Node::null();
    }
    let has_name = |variable: &&Node| str_of(variable, "name") == Some("REDIS_PASSWORD");
    let password = env.as_list().unwrap_or_default().iter().find(has_name).cloned();
    let address = map([("name", "REDIS_ADDR".into()), ("value", "redis://127.0.0.1:6379".into())]);
    container(cx, owner, redis, &REDIS, Some(address).into_iter().chain(password).collect())
}

/// The exporter of a PostgreSQL. As the app's role, which every data directory has; what only a superuser may see
/// (other roles' statements) is not in its metrics.
pub fn postgres(cx: &mut Planner, owner: &Owner, store: &Node, password: Option<&(Home, From)>) -> Node {
    if !wanted(store) {
        return Node::null();
    }
    let variables = [
        ("DATA_SOURCE_NAME", "host=127.0.0.1 port=5432 sslmode=disable".into()),
        ("PGUSER", database::as_written(store, "user")),
        ("PGDATABASE", database::as_written(store, "database")),
    ];
    let mut env: Vec<Node> = variables.map(|(name, value)| map([("name", name.into()), ("value", value)])).to_vec();
    env.extend(password.map(|(home, from)| env::secret_key(&"PGPASSWORD".into(), home, &Node::null(), from)));
    container(cx, owner, store, &POSTGRES, env)
}

fn wanted(store: &Node) -> bool {
    str_of(store, "metrics") == Some("exporter")
}

fn container(cx: &mut Planner, owner: &Owner, store: &Node, exporter: &Exporter, env: Vec<Node>) -> Node {
    let from = take(store, "metrics").from;
    cx.facts(owner).exporter = Some(exporter.port);
    policy::open_to_all(cx, owner, text("metrics", &from));
    let helper = Helper {
        name: "exporter",
        image: text(exporter.image, &from),
        command: Node::null(),
        args: Node::null(),
        env,
        resources: map([
            ("requests", map([("cpu", "10m".into()), ("memory", "32Mi".into())])),
            ("limits", map([("memory", "128Mi".into())])),
        ]),
        mounts: Vec::new(),
        security: merged(
            security::sealed(),
            &map([("runAsUser", exporter.user.into()), ("runAsGroup", exporter.user.into())]),
        ),
    };
    let port = [("name", "metrics".into()), ("containerPort", exporter.port.into()), ("hostPort", Node::null())];
    let [name, number, host] = port;
    let more = map([
        ("ports", list(vec![map([name, number, host, ("protocol", "TCP".into())])])),
        // Its first page asks the store for nothing.
        (
            "livenessProbe",
            map([
                ("httpGet", map([("path", "/".into()), ("port", "metrics".into())])),
                ("periodSeconds", 30.into()),
                ("timeoutSeconds", 5.into()),
                ("failureThreshold", 3.into()),
            ]),
        ),
    ]);
    list(vec![merged(helper.context(), &more)]).of(&from)
}

/// The pod's annotations for Prometheus; `server`: the port of the store itself.
pub fn annotations(owner: &Owner, store: &Node, server: i64) -> Node {
    let Some(metrics) = get(store, "metrics") else { return Kind::Map(Map::new()).into() };
    let scrape = |port: i64| {
        map([
            ("prometheus.io/scrape", text("true", &metrics.from)),
            ("prometheus.io/port", text(port.to_string(), &metrics.from)),
        ])
    };
    let exporter = if owner.section == "redis" { &REDIS } else { &POSTGRES };
    match metrics.as_str() {
        Some("annotations") => scrape(server),
        Some("exporter") => {
            merged(scrape(exporter.port), &map([("prometheus.io/path", text("/metrics", &metrics.from))]))
        }
        _ => Tree::new(Kind::Map(Map::new()), From::Nowhere),
    }
}
