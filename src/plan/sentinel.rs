//! `mode: sentinel`: a Redis that outlives one of its servers.
//!
//! Owns: the set of members, each a server with a Sentinel beside it, their names, their scripts and their budget; as
//! measured (`docs/measured.md`).
//! Does not own: what one server is told (`server.rs`), the one address for plain clients (`proxy.rs`).

use super::gather::Pod;
use super::label::{self, Owner};
use super::member;
use super::node::{Node, compact, filled, get, list, map, merged, take, text};
use super::object::{meta, service_account};
use super::pod::{self, Claims};
use super::server::{self, Role};
use super::{Keeps, Planned, Planner, exporter, policy, proxy, redis, resources, rollout, security};
use crate::diag::Diagnostic;

crate::declare! {
    /// Sentinel over a primary that forgets
    ///
    /// A primary that restarts without its data is followed by its replicas: they empty themselves.
    /// Fix: `persistence: {aof: everysec}`, or `mode: standalone` for a cache.
    /// Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
    SENTINEL_PERSISTENCE = "sentinel-persistence", Error;
}

const START: &str = include_str!("../../templates/scripts/start-member.sh");
const STOP: &str = include_str!("../../templates/scripts/stop-member.sh");
const READY: &str = include_str!("../../templates/scripts/ready-member.sh");

pub fn plan(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    let count = member::members(cx, owner, store);
    let persistence = persistence(cx, owner, store);
    let mut pod = Pod::default();
    redis::claim_name(cx, owner, persistence.as_ref());
    redis::data(cx, owner, persistence.as_ref(), &mut pod);
    let scripts =
        member::scripts(cx, owner, "scripts", &[("start.sh", START), ("stop.sh", STOP), ("ready.sh", READY)], &mut pod);
    let env = environment(owner, store, count);
    let resources = resources::resources(cx, store);
    let server = server::server(cx, owner, store, persistence.as_ref(), &resources, role(&env));
    let sentinel = watcher(cx, owner, store, env);
    rollout::note(&mut pod, server.get("env").and_then(Node::as_list).unwrap_or_default());
    let context = pod::context(cx, owner, &redis::as_user(store), &pod, Claims::Templates);
    let context = redis::scraped(owner, store, context);
    server::facts(cx, owner, store);
    let is_proxied = cx.proxied.contains(&owner.id);
    let mut peers = vec![label::selector(cx, owner)];
    peers.extend(is_proxied.then(|| label::selector(cx, &proxy::owner(owner))));
    policy::guard(cx, owner, store, vec!["redis".into(), "sentinel".into()], peers);
    let exporter = exporter::redis(cx, owner, store, &take(&server, "env"));
    let base = merged(
        meta(cx, owner, store),
        &map([
            ("selector", label::selector(cx, owner)),
            ("headless", text(format!("{}-headless", owner.name), &owner.from)),
            ("replicas", take(store, "replicas")),
            ("pod", context),
            ("server", server),
            ("sentinel", sentinel),
            ("exporter", exporter),
            ("scripts", true.into()),
            ("claims", super::volume::claims(&pod)),
            ("retain", true.into()),
        ]),
    );
    let workload = merged(base.clone(), &map([("labels", label::versioned(take(&base, "labels"), store))]));
    let mut out = vec![
        Planned::new("redis/sentinel.yaml", workload).keeping(Keeps::Store),
        Planned::new("redis/service-members.yaml", base.clone()),
        Planned::new("redis/service-sentinel.yaml", base.clone()),
        scripts,
    ];
    out.extend(budget(store, &base));
    if pod::creates_account(store) {
        out.push(service_account(store, &base));
    }
    if is_proxied {
        out.extend(proxy::plan(cx, owner, store, count));
    }
    out
}

/// A set without an append-only file loses its data to the first member that restarts fast enough.
fn persistence(cx: &mut Planner, owner: &Owner, store: &Node) -> Option<Node> {
    let persistence = get(store, "persistence").filter(|node| node.as_map().is_some()).cloned();
    let aof = persistence.as_ref().map(|node| take(node, "aof"));
    if aof.as_ref().is_some_and(|aof| aof.as_str() != Some("no")) {
        return persistence;
    }
    let what = if persistence.is_some() { "`aof: \"no\"`" } else { "`persistence: none`" };
    let message = format!(
        "`{}` has Sentinel and {what}: a primary that restarts without its data would empty its replicas",
        owner.id
    );
    let place = aof.unwrap_or_else(|| take(store, "persistence"));
    let d = Diagnostic::new(SENTINEL_PERSISTENCE, message).at(cx.span_in(&place));
    cx.report.push(
        d.hint("use `persistence: {aof: everysec}`, or `mode: standalone` for a cache that may be lost")
            .in_profile(&cx.settings.profile),
    );
    persistence
}

fn environment(owner: &Owner, store: &Node, count: i64) -> Vec<Node> {
    let from = take(store, "replicas").from;
    let mut out = vec![member::field("POD_NAME", "metadata.name")];
    out.extend(member::names(owner, count, &from));
    out.push(member::variable("QUORUM", text((count / 2 + 1).to_string(), &from)));
    out
}

/// A member asks who is primary whenever its container starts, and accepts writes only while a replica has them too: what
/// an isolated primary acknowledges is lost.
fn role(env: &[Node]) -> Role {
    let words = |words: &[&str]| list(words.iter().map(|word| (*word).into()).collect());
    Role {
        command: words(&["sh", "/scripts/start.sh", "redis"]),
        env: env.to_vec(),
        directives: vec![
            ("min-replicas-to-write", "1".into()),
            ("min-replicas-max-lag", "10".into()),
            // A replica that is to take over at once needs its data at once.
            ("repl-diskless-sync-delay", "0".into()),
            ("repl-backlog-size", "16mb".into()),
        ],
        stop: words(&["timeout", "30", "sh", "/scripts/stop.sh"]),
        member: true,
    }
}

/// The Sentinel beside each server.
fn watcher(cx: &mut Planner, owner: &Owner, store: &Node, env: Vec<Node>) -> Node {
    let mut all = Vec::new();
    // A mistake in the password is reported with the server's.
    server::password(cx, owner, store, &mut all);
    all.extend(env);
    merged(
        map([
            ("image", take(store, "image")),
            ("imagePullPolicy", take(store, "imagePullPolicy")),
            ("env", list(all)),
            ("securityContext", security::store(store)),
        ]),
        &server::probes(store, "-p 26379 ", |_| Node::null()),
    )
}

/// A drain takes one member at a time.
fn budget(store: &Node, base: &Node) -> Option<Planned> {
    let budget = get(store, "disruptionBudget").filter(|node| node.as_map().is_some())?;
    let keys = ["minAvailable", "maxUnavailable", "unhealthyPodEvictionPolicy"];
    let more = map([("budget", filled(compact(keys.map(|key| (key, take(budget, key))))))]);
    Some(Planned::new("app/poddisruptionbudget.yaml", merged(base.clone(), &more)))
}
