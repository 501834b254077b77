//! Redis and Valkey.
//!
//! Owns: arguments, memory, persistence and probes of a standalone server, as measured (`research/data.md` 1 to 4):
//! two-element arguments, `maxmemory` from the limit, probes that read the reply rather than the exit status.

use super::app::{meta, service_account};
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, merged, pairs, str_of, take, text};
use super::piece::Home;
use super::pod::{self, Claims, Pod};
use super::volume::Claim;
use super::{Planned, Planner, env, exporter, policy, probe, resources, secret, security};
use crate::diag::Diagnostic;
use crate::settings::From;
use crate::tree::Tree;

const MIB: u128 = 1 << 20;

pub fn plan(cx: &mut Planner, owner: &Owner, redis: &Node) -> Vec<Planned> {
    match str_of(redis, "mode") {
        Some("external") => return external(cx, owner, redis),
        Some(mode @ ("sentinel" | "operator")) => {
            let at = cx.span_in(&take(redis, "mode"));
            let message = format!("`{}` has `mode: {mode}`, which is not built yet", owner.id);
            cx.report.push(
                Diagnostic::error("not-yet", message)
                    .in_profile(&cx.settings.profile)
                    .at(at)
                    .hint("use `mode: standalone` or `mode: external` until it is"),
            );
            return Vec::new();
        }
        _ => {}
    }
    if let Some(replicas) = get(redis, "replicas").filter(|n| n.as_i64().is_some_and(|n| n > 1)) {
        let message = format!(
            "`{}` is standalone and has {replicas} replicas: each would be a store of its own behind one Service",
            owner.id
        );
        let d = Diagnostic::error("redis-replicas-standalone", message).at(cx.span_in(replicas));
        cx.report.push(d.hint("reads and writes would go to different data; use `mode: sentinel` for a primary with replicas, or remove `replicas`"));
    }
    standalone(cx, owner, redis)
}

/// Only the Secret of its URL, where something uses it.
fn external(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    if let Some(replicas) = get(store, "replicas") {
        let at = cx.span_in(replicas);
        cx.report.push(
            Diagnostic::error("external-replicas", format!("`{}` is external: kgen runs no pods of it", owner.id))
                .at(at)
                .hint("remove `replicas`"),
        );
    }
    Vec::new()
}

fn standalone(cx: &mut Planner, owner: &Owner, redis: &Node) -> Vec<Planned> {
    let persistence = get(redis, "persistence").filter(|node| node.as_map().is_some()).cloned();
    let stateful = match str_of(redis, "workload") {
        Some(workload) => workload == "StatefulSet",
        None => persistence.is_some(),
    };
    refused(cx, owner, persistence.as_ref(), stateful);
    let mut pod = Pod::default();
    data(cx, owner, persistence.as_ref(), &mut pod);
    let resources = resources::resources(cx, redis);
    let server = server(cx, owner, redis, persistence.as_ref(), &resources);
    let context =
        pod::context(cx, owner, &with_security(redis), &pod, if stateful { Claims::Templates } else { Claims::Named });
    let annotations = merged(take(&context, "annotations").or_empty(), &exporter::annotations(owner, redis, 6379));
    let context = merged(context, &map([("annotations", filled(annotations))]));
    let mut base = meta(cx, owner, redis);
    let service = cx.resolver.service("redis", &owner.name, redis).unwrap_or_else(|_| owner.name_node());
    base = merged(
        base,
        &map([
            ("selector", label::selector(cx, owner)),
            ("service", service),
            ("headless", text(format!("{}-headless", owner.name), &owner.from)),
            ("pod", context),
            ("server", server),
            ("claims", super::volume::claims(&pod)),
            ("retain", (persistence.is_some() && stateful).into()),
        ]),
    );
    policy::store(cx, owner, redis, &["redis"]);
    let beside = exporter::redis(cx, owner, redis, &take(&take(&base, "server"), "env"));
    base = merged(base, &map([("exporter", beside)]));
    let workload = merged(base.clone(), &map([("labels", label::versioned(take(&base, "labels"), redis))]));
    let mut out = Vec::new();
    let service_template = Planned::new("redis/service.yaml", base.clone());
    if stateful {
        out.push(Planned::new("redis/statefulset.yaml", workload));
        out.push(Planned::new("redis/service-headless.yaml", base.clone()));
    } else {
        out.push(Planned::new("redis/deployment.yaml", workload));
        for claim in &pod.claims {
            let more = map([("claim", claim.context()), ("name", claim.name.clone())]);
            out.push(Planned::new("redis/claim.yaml", merged(base.clone(), &more)));
        }
    }
    out.push(service_template);
    if pod::creates_account(redis) {
        out.push(service_account(redis, &base));
    }
    out
}

/// What the language has words for and a single server of kgen's has not.
fn refused(cx: &mut Planner, owner: &Owner, persistence: Option<&Node>, stateful: bool) {
    if let Some(claim) = persistence.and_then(|persistence| get(persistence, "claim")).filter(|_| stateful) {
        let message = format!("`{}` is a StatefulSet, which names its claim itself", owner.id);
        let d = Diagnostic::error("claim-name", message).at(cx.span_in(claim));
        cx.report.push(d.hint("add `workload: Deployment` to use this claim, or remove `claim`"));
    }
}

/// The store's own numeric user: 999 in the redis and the valkey images.
fn with_security(redis: &Node) -> Node {
    let own = map([(
        "securityContext",
        map([
            ("runAsUser", 999.into()),
            ("runAsGroup", 999.into()),
            ("fsGroup", 999.into()),
            ("fsGroupChangePolicy", "OnRootMismatch".into()),
        ]),
    )]);
    merged(own, redis)
}

/// The volume at `/data`: a claim, or scratch space so that the working directory can be written.
fn data(cx: &mut Planner, owner: &Owner, persistence: Option<&Node>, pod: &mut Pod) {
    let Some(persistence) = persistence else {
        pod.volume("data", map([("emptyDir", map([("sizeLimit", "64Mi".into())]))]));
        return;
    };
    if get(persistence, "size").is_none() {
        let at =
            persistence.as_map().and_then(|m| m.entries().next().map(|(_, e)| e.key_from.clone())).unwrap_or_default();
        let d = Diagnostic::error("missing-key", format!("`{}.persistence` has no `size`", owner.id))
            .at(cx.span_in_from(&at));
        cx.report.push(d.hint("add `size: 5Gi`"));
    }
    let modes = take(persistence, "accessModes");
    pod.claims.push(Claim {
        volume: "data".into(),
        name: get(persistence, "claim").cloned().unwrap_or_else(|| text(format!("{}-data", owner.name), &owner.from)),
        size: resources::size(persistence),
        storage_class: take(persistence, "storageClassName"),
        access_modes: if modes.is_null() { list(vec!["ReadWriteOncePod".into()]) } else { modes },
        path: "/data".into(),
    });
}

/// What the container's template sees.
fn server(cx: &mut Planner, owner: &Owner, redis: &Node, persistence: Option<&Node>, resources: &Node) -> Node {
    let valkey = label::image_is(redis, "valkey");
    let (program, client) = if valkey { ("valkey-server", "valkey-cli") } else { ("redis-server", "redis-cli") };
    let image = take(redis, "image");
    let mut env = env::env(cx, owner, redis);
    let password = password(cx, owner, redis, &mut env);
    let mut args: Vec<Node> = vec![text(program, &image.from)];
    args.extend(persistence_args(persistence));
    args.extend(memory_args(cx, owner, redis, persistence.is_some(), resources));
    for (key, entry) in pairs(redis, "config") {
        args.push(text(format!("--{key}"), &entry.key_from));
        args.push(entry.value.clone());
    }
    if password {
        args.push("--requirepass".into());
        args.push("$(REDIS_PASSWORD)".into());
    }
    let shell = |script: String| list(vec!["sh".into(), "-c".into(), text(script, &image.from)]);
    let ready = shell(format!("timeout 3 {client} ping 2>/dev/null | grep -qx PONG"));
    let alive = shell(format!("timeout 5 {client} ping 2>&1 | grep -qv \"^Could not connect\""));
    map([
        ("image", image.clone()),
        ("imagePullPolicy", take(redis, "imagePullPolicy")),
        ("args", list(args)),
        ("env", filled(list(env))),
        ("resources", resources.clone()),
        ("ready", ready),
        ("alive", alive),
        ("startupProbe", probe::timings(&take(redis, "startupProbe"))),
        ("readinessProbe", probe::timings(&take(redis, "readinessProbe"))),
        ("livenessProbe", probe::timings(&take(redis, "livenessProbe"))),
        ("securityContext", merged(security::sealed(), &own_context(redis))),
    ])
}

/// What the user says of the container's context, over the sealed default.
pub fn own_context(redis: &Node) -> Node {
    let keys = ["allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "privileged", "procMount"];
    let said = take(redis, "securityContext");
    compact(keys.map(|key| (key, take(&said, key))))
}

/// The password for the server and, under the name that its client reads, for the probes.
fn password(cx: &mut Planner, owner: &Owner, redis: &Node, env: &mut Vec<Node>) -> bool {
    let password = match cx.resolver.password("redis", &owner.name, redis) {
        Ok(Some(password)) => password,
        Ok(None) => return false,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return false;
        }
    };
    secret::require_password(cx, &password);
    let Some(home) = password.home.clone().filter(|_| secret::lives_at_home(cx, &password)) else {
        let message = format!(
            "the password of `{}` is composed, which `secretProvider: existing` cannot deliver to a server",
            owner.id
        );
        cx.report.push(
            Diagnostic::error("password-composed", message)
                .at(cx.span_in_from(&owner.from))
                .hint("name one key: `${secrets.NAME.KEY}`"),
        );
        return false;
    };
    password_variables(env, &home, &password.from);
    true
}

fn password_variables(env: &mut Vec<Node>, home: &Home, from: &From) {
    for name in ["REDIS_PASSWORD", "REDISCLI_AUTH"] {
        env.push(env::secret_key(&name.into(), home, &Node::null(), from));
    }
}

/// Two elements a directive: the only form that is right for every value.
fn persistence_args(persistence: Option<&Node>) -> Vec<Node> {
    let Some(persistence) = persistence else {
        return ["--save", "", "--appendonly", "no"].map(Node::from).to_vec();
    };
    let mut out = Vec::new();
    let snapshots = get(persistence, "snapshots").and_then(Tree::as_list).unwrap_or_default();
    let points: Vec<String> = snapshots.iter().map(Tree::to_string).collect();
    let from = snapshots.iter().fold(From::Nowhere, |from, node| from.and(&node.from));
    out.push("--save".into());
    out.push(text(points.join(" "), &from));
    let aof = get(persistence, "aof").cloned().unwrap_or_else(|| "everysec".into());
    out.push("--appendonly".into());
    if aof.as_str() == Some("no") {
        out.push(text("no", &aof.from));
        return out;
    }
    out.push(text("yes", &aof.from));
    out.push("--appendfsync".into());
    out.push(aof);
    out
}

/// `maxmemory` leaves room in the limit: 75 % for a cache, 45 % where a fork writes the data out (measured: 50 % was
/// killed under load, 45 % lived).
fn memory_args(cx: &mut Planner, owner: &Owner, redis: &Node, persistent: bool, resources: &Node) -> Vec<Node> {
    let mut out = Vec::new();
    let limit = resources::memory_limit(resources);
    let share = if persistent { 45 } else { 75 };
    let memory = match (get(redis, "maxMemory"), &limit) {
        (Some(said), limit) => {
            check_memory(cx, owner, said, limit.as_ref().map(|(bytes, _)| *bytes), persistent);
            Some(said.clone())
        }
        (None, Some((bytes, from))) => Some(text(format!("{}mb", bytes * share / 100 / MIB), from)),
        (None, None) => None,
    };
    if let Some(memory) = memory {
        out.push("--maxmemory".into());
        out.push(memory);
    }
    if let Some(policy) = get(redis, "evictionPolicy") {
        out.push("--maxmemory-policy".into());
        out.push(policy.clone());
    }
    out
}

fn check_memory(cx: &mut Planner, owner: &Owner, said: &Node, limit: Option<u128>, persistent: bool) {
    let (Some(limit), Some(memory)) = (limit, bytes(said.as_str().unwrap_or_default())) else { return };
    let percent = memory * 100 / limit.max(1);
    let bound = if persistent { 60 } else { 75 };
    let message = format!("`{}.maxMemory` is {percent} % of the memory limit", owner.id);
    let hint = format!("leave it out: kgen takes {} % of the limit", if persistent { 45 } else { 75 });
    let d = if percent > 90 {
        Diagnostic::error("maxmemory-limit", format!("{message}: the kernel kills the server before it is reached"))
    } else if percent > bound {
        Diagnostic::warning("maxmemory-limit", format!("{message}: under load the server may be killed"))
    } else {
        return;
    };
    cx.report.push(d.at(cx.span_in(said)).hint(hint));
}

/// Redis' own units: `512mb` is MiB, `512m` is a million.
fn bytes(text: &str) -> Option<u128> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &lower[digits.len()..] {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1024,
        "m" => 1_000_000,
        "mb" => MIB,
        "g" => 1_000_000_000,
        "gb" => 1024 * MIB,
        _ => return None,
    };
    digits.parse::<u128>().ok()?.checked_mul(factor)
}
