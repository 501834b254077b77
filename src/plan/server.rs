//! What a Redis or Valkey server is told, alone or as a member of a set.
//!
//! Owns: arguments, memory, persistence, password and probes, as measured (`docs/measured.md`): two-element
//! arguments, `maxmemory` from the limit, probes that read the reply rather than the exit status.
//! Does not own: which servers there are and who is primary (`redis.rs`, `sentinel.rs`).

use super::facts::Facts;
use super::label::Owner;
use super::node::{Node, filled, get, list, map, merged, pairs, str_of, take, text};
use super::piece::Home;
use super::{Planner, env, need, probe, resources, security};
use crate::diag::Diagnostic;
use crate::format::server::{self, Engine};
use crate::settings::From;
use crate::tree::Tree;

crate::declare! {
    /// data takes too much of the memory limit
    ///
    /// Redis needs memory beside its data: buffers, fragmentation, and a copy while it writes the data out. Above 90 %
    ///   of the limit (error), 75 % without and 60 % with persistence (warning) the kernel kills it under load.
    /// Fix: leave `maxMemory` out: kgen takes 75 % of the limit, 45 % with persistence.
    /// Source: measured: 512mb in 512Mi was killed; 50 to 75 % were killed by an AOF rewrite under load, 45 % lived.
    MAXMEMORY_LIMIT = "maxmemory-limit", Either, allow;

    /// a directive that kgen writes itself
    ///
    /// The directive is one that kgen writes itself, from a setting with checks.
    /// Fix: use the named setting.
    REDIS_CONFIG = "redis-config", Error;
}

const MIB: u128 = 1 << 20;

/// How a member of a set differs from a server that is alone.
#[derive(Default)]
pub struct Role {
    /// In place of the image's entrypoint.
    pub command: Node,
    /// Variables that its scripts read.
    pub env: Vec<Node>,
    /// Directives before the user's own, which take their place.
    pub directives: Vec<(&'static str, Node)>,
    /// Its hook before it is stopped.
    pub stop: Node,
    /// Clients of another member are asked for the password too.
    pub member: bool,
}

/// What the container's template sees.
pub fn server(
    cx: &mut Planner,
    owner: &Owner,
    redis: &Node,
    persistence: Option<&Node>,
    resources: &Node,
    role: Role,
) -> Node {
    let image = take(redis, "image");
    let mut env = env::env(cx, owner, redis);
    let password = password(cx, owner, redis, &mut env);
    env.extend(role.env);
    let mut args = args(directives(cx, owner, redis, persistence, resources, role.directives));
    if role.command.is_null() {
        args.insert(0, text(if is_valkey(redis) { "valkey-server" } else { "redis-server" }, &image.from));
    }
    let passwords: &[&str] = if role.member { &["--requirepass", "--masterauth"] } else { &["--requirepass"] };
    for directive in passwords.iter().filter(|_| password) {
        args.extend([*directive, "$(REDIS_PASSWORD)"].map(|word| text(word, &take(redis, "auth").from)));
    }
    let mut probes = probes(redis, "", |probe| take(redis, probe));
    if role.member {
        probes = merged(probes, &map([("ready", joined(redis))]));
    }
    merged(
        map([
            ("image", image),
            ("imagePullPolicy", take(redis, "imagePullPolicy")),
            ("command", role.command),
            ("args", list(args)),
            ("env", filled(list(env))),
            ("stop", role.stop),
            ("resources", resources.clone()),
            ("startupProbe", probe::timings(&take(redis, "startupProbe"))),
            ("readinessProbe", probe::timings(&take(redis, "readinessProbe"))),
            ("livenessProbe", probe::timings(&take(redis, "livenessProbe"))),
            ("securityContext", security::store(redis)),
        ]),
        &probes,
    )
}

fn is_watched(redis: &Node) -> bool {
    redis.get("mode").and_then(Tree::as_str) == Some("sentinel")
}

fn is_valkey(redis: &Node) -> bool {
    server::cache(str_of(redis, "image").unwrap_or_default()).engine == Engine::Valkey
}

/// The commands that ask whether a server is ready and whether it is alive; `port` is the client's option for another.
/// The client gives up before the kubelet does, so that a hung server leaves no clients behind.
pub fn probes(redis: &Node, port: &str, timings: impl Fn(&str) -> Node) -> Node {
    let client = if is_valkey(redis) { "valkey-cli" } else { "redis-cli" };
    let image = take(redis, "image").from;
    let shell = |words: &str, from: &From| list(vec!["sh".into(), "-c".into(), text(words, &image.and(from))]);
    let ready = |probe: &str| {
        let (seconds, from) = patience(&timings(probe), 3);
        shell(&format!("timeout {seconds} {client} {port}ping 2>/dev/null | grep -qx PONG"), &from)
    };
    let (seconds, from) = patience(&timings("livenessProbe"), 5);
    let alive = format!("timeout {seconds} {client} {port}ping 2>&1 | grep -qv \"^Could not connect\"");
    map([("started", ready("startupProbe")), ("ready", ready("readinessProbe")), ("alive", shell(&alive, &from))])
}

/// How many seconds a probe's client waits: the kubelet's own time is longer.
fn patience(timings: &Node, most: i64) -> (i64, From) {
    let said = take(timings, "timeoutSeconds");
    (said.as_i64().map_or(most, |seconds| (seconds - 1).clamp(1, most)), said.from)
}

/// A member of a set is ready when it answers and has had its primary's data.
fn joined(redis: &Node) -> Node {
    let (seconds, from) = patience(&take(redis, "readinessProbe"), 3);
    list(vec!["sh".into(), "/scripts/ready.sh".into(), text(seconds.to_string(), &from)])
}

/// A directive of redis.conf: its name, which may be the user's own key, and its value.
pub type Directive = (Node, Node);

/// Two elements a directive: the only form that is right for every value.
fn args(directives: Vec<Directive>) -> Vec<Node> {
    let name = |name: Node| text(format!("--{name}"), &name.from);
    directives.into_iter().flat_map(|(key, value)| [name(key), value]).collect()
}

/// All directives but the passwords. `more` yields to what the user says of the same names.
pub fn directives(
    cx: &mut Planner,
    owner: &Owner,
    redis: &Node,
    persistence: Option<&Node>,
    resources: &Node,
    more: Vec<(&'static str, Node)>,
) -> Vec<Directive> {
    let mut out = of_persistence(persistence);
    out.extend(of_memory(cx, owner, redis, persistence.is_some(), resources));
    let said = take(redis, "config");
    out.extend(more.into_iter().filter(|(key, _)| get(&said, key).is_none()).map(|(key, value)| (key.into(), value)));
    for (key, entry) in pairs(redis, "config") {
        reserved(cx, owner, key, &entry.key_from);
        out.push((text(key.clone(), &entry.key_from), entry.value.clone()));
    }
    out
}

/// Directives that kgen writes itself, and why.
const RESERVED: [(&str, &str); 13] = [
    ("requirepass", "`password` sets it"),
    ("masterauth", "`password` sets it"),
    ("masteruser", "`password` sets it"),
    ("maxmemory", "`maxMemory` sets it"),
    ("maxmemory-policy", "`evictionPolicy` sets it"),
    ("save", "`persistence.snapshots` sets it"),
    ("appendonly", "`persistence.aof` sets it"),
    ("appendfsync", "`persistence.aof` sets it"),
    ("dir", "the volume is mounted at `/data`"),
    ("port", "probes and Services use 6379"),
    ("replicaof", "`mode: sentinel` sets it"),
    ("replica-announce-ip", "`mode: sentinel` sets it"),
    ("replica-announce-port", "`mode: sentinel` sets it"),
];

fn reserved(cx: &mut Planner, owner: &Owner, key: &str, from: &From) {
    if let Some((_, why)) = RESERVED.iter().find(|(known, _)| *known == key) {
        let message = format!("`{key}` in `{}.config` is a directive that kgen writes itself", owner.id);
        let d = Diagnostic::new(REDIS_CONFIG, message).at(cx.span_in_from(from));
        cx.report.push(d.hint(format!("remove it: {why}")));
    }
}

/// The password for the server and, under the name that its client reads, for the probes.
pub fn password(cx: &mut Planner, owner: &Owner, redis: &Node, env: &mut Vec<Node>) -> bool {
    let Some((home, password)) = need::password(cx, owner, redis) else { return false };
    if is_watched(redis) && !is_valkey(redis) {
        need::require_plain(cx, &password);
    }
    password_variables(env, &home, &password.home_from, &take(redis, "auth").from);
    true
}

fn password_variables(env: &mut Vec<Node>, home: &Home, from: &From, auth: &From) {
    for name in ["REDIS_PASSWORD", "REDISCLI_AUTH"] {
        env.push(env::secret_key(&name.into(), home, &Node::null(), from).of(auth));
    }
}

fn of_persistence(persistence: Option<&Node>) -> Vec<Directive> {
    let Some(persistence) = persistence else {
        return vec![("save".into(), "".into()), ("appendonly".into(), "no".into())];
    };
    let snapshots = get(persistence, "snapshots").and_then(Tree::as_list).unwrap_or_default();
    let points: Vec<String> = snapshots.iter().map(Tree::to_string).collect();
    let from = snapshots.iter().fold(From::Nowhere, |from, node| from.and(&node.from));
    let mut out = vec![("save".into(), text(points.join(" "), &from))];
    let aof = get(persistence, "aof").cloned().unwrap_or_else(|| "everysec".into());
    let is_on = aof.as_str() != Some("no");
    out.push(("appendonly".into(), text(if is_on { "yes" } else { "no" }, &aof.from)));
    if is_on {
        out.push((text("appendfsync", &aof.from), aof));
    }
    out
}

/// `maxmemory` leaves room in the limit: 75 % for a cache, 45 % where a fork writes the data out (measured: 50 % was
/// killed under load, 45 % lived).
fn of_memory(cx: &mut Planner, owner: &Owner, redis: &Node, persistent: bool, resources: &Node) -> Vec<Directive> {
    let limit = resources::memory_limit(resources);
    let memory = match (get(redis, "maxMemory"), &limit) {
        (Some(said), limit) => {
            check_memory(cx, owner, said, limit.as_ref().map(|(bytes, _)| *bytes), persistent);
            Some(said.clone())
        }
        (None, Some((bytes, from))) => Some(text(format!("{}mb", bytes * share(persistent) / 100 / MIB), from)),
        (None, None) => None,
    };
    let policy = get(redis, "evictionPolicy").cloned();
    let pairs = [("maxmemory", memory), ("maxmemory-policy", policy)];
    pairs.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

/// How much of the memory limit is for data, in percent.
pub fn share(persistent: bool) -> u128 {
    if persistent { 45 } else { 75 }
}

fn check_memory(cx: &mut Planner, owner: &Owner, said: &Node, limit: Option<u128>, persistent: bool) {
    let (Some(limit), Some(memory)) = (limit, bytes(said.as_str().unwrap_or_default())) else { return };
    let percent = memory.saturating_mul(100) / limit.max(1);
    let bound = if persistent { 60 } else { 75 };
    let message = format!("`{}.maxMemory` is {percent} % of the memory limit of {}Mi", owner.id, limit / MIB);
    let hint =
        format!("leave it out: kgen takes {} % of the limit; or raise `resources.limits.memory`", share(persistent));
    let d = if percent > 90 {
        Diagnostic::new(MAXMEMORY_LIMIT, format!("{message}: the kernel kills the server before it is reached"))
    } else if percent > bound {
        Diagnostic::new(MAXMEMORY_LIMIT, format!("{message}: under load the server may be killed")).mild()
    } else {
        return;
    };
    cx.report.push(d.of(&owner.id).in_profile(&cx.settings.profile).at(cx.span_in(said)).hint(hint));
}

/// Redis' own units: `512mb` is MiB, `512m` is a million.
pub fn bytes(text: &str) -> Option<u128> {
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

/// What a Redis or a Valkey is, by its image.
pub fn facts<'c>(cx: &'c mut Planner, owner: &Owner, redis: &Node) -> &'c mut Facts {
    let facts = cx.facts(owner);
    facts.server = Some(server::cache(str_of(redis, "image").unwrap_or_default()));
    facts
}
