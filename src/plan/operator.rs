//! `mode: operator`: a Redis that the OpsTree operator runs.
//!
//! Owns: its RedisReplication with Sentinel, and the directives that the operator has no field for.
//! Source: https://github.com/OT-CONTAINER-KIT/redis-operator, API `redis.redis.opstreelabs.in/v1beta2` as of 0.26.

use super::gather::Pod;
use super::label::{self, Owner};
use super::node::{Node, compact, get, map, merged, take, text};
use super::object::meta;
use super::pod::{self, Claims};
use super::{Keeps, Planned, Planner, config, exporter, member, policy, redis, resources, server};
use crate::diag::Diagnostic;
use crate::format;
use crate::plan::mode::MODE_FIELD;
use crate::settings::From;

crate::declare! {
    /// an image that the operator cannot start
    ///
    /// The operator starts scripts of its own image, which other images do not have.
    /// Fix: an image of `quay.io/opstree/redis`, or none.
    OPERATOR_IMAGE = "operator-image", Error;
}

/// Sentinel's image, of the same release as the preset's of the servers.
const SENTINEL: &str = "quay.io/opstree/redis-sentinel:v8.2.2";
/// The exporter in the operator's own build.
const EXPORTER: &str = "quay.io/opstree/redis-exporter:v1.76.0";
/// The user of the operator's images.
const USER: i64 = 1000;

pub fn plan(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    image(cx, owner, store);
    member::members(cx, owner, store);
    let persistence = get(store, "persistence").filter(|node| node.as_map().is_some()).cloned();
    let mut pod = Pod::default();
    if persistence.is_some() {
        redis::claim_name(cx, owner, persistence.as_ref());
        redis::data(cx, owner, persistence.as_ref(), &mut pod);
    }
    let password = password(cx, owner, store);
    let resources = resources::resources(cx, store);
    let lines = lines(cx, owner, store, persistence.as_ref());
    let config_owner = Owner { name: format!("{}-config", owner.name), ..owner.clone() };
    let config = config::config_map(cx, &config_owner, &[("redis-additional.conf".to_owned(), lines)]);
    let settings = merged(user(), store);
    let context = pod::context(cx, owner, &settings, &pod, Claims::Templates);
    let base = merged(
        meta(cx, owner, store),
        &map([
            ("replicas", take(store, "replicas")),
            ("image", take(store, "image")),
            ("imagePullPolicy", take(store, "imagePullPolicy")),
            ("password", password),
            ("resources", resources),
            ("percent", percent(store, persistence.is_some())),
            ("config", config_owner.name_node()),
            ("claims", super::volume::claims(&pod)),
            ("pod", context),
            ("servers", pod::scheduling(&pods(owner, "", "replication"), store)),
            ("sentinels", pod::scheduling(&pods(owner, "-s", "sentinel"), store)),
            (
                "budget",
                get(store, "disruptionBudget").filter(|node| node.as_map().is_some()).cloned().unwrap_or_default(),
            ),
            ("sentinel", SENTINEL.into()),
            ("retain", persistence.is_some().into()),
        ]),
    );
    let ports = [6379, 26379];
    let members = vec![label::selector(cx, owner)];
    policy::guard(cx, owner, store, ports.map(Node::from).to_vec(), members);
    policy::open_to_operator(cx, owner, map([("name", "redis-operator".into())]), &ports);
    let exporter = exporter(cx, owner, store);
    let base = merged(base, &map([("exporter", exporter)]));
    vec![Planned::new("redis/operator.yaml", base).keeping(Keeps::Store), config]
}

/// The operator's images bring the scripts that it starts.
fn image(cx: &mut Planner, owner: &Owner, store: &Node) {
    let image = take(store, "image");
    let name = image.as_str().and_then(|text| format::image(text).ok()).map(|image| image.name).unwrap_or_default();
    if !name.contains("opstree/") && cx.settings.is_users(&image.from) {
        let message = format!("`{}` is run by the operator, which cannot start the image `{image}`", owner.id);
        let d = Diagnostic::new(OPERATOR_IMAGE, message).at(cx.span_in(&image));
        cx.report.push(d.hint("use one of `quay.io/opstree/redis`, or remove `image` (in a profile: `image: null`)"));
    }
}

/// Its exporter, for which the operator makes the Service's annotations.
fn exporter(cx: &mut Planner, owner: &Owner, store: &Node) -> Node {
    let said = take(store, "metrics");
    match said.as_str() {
        Some("exporter") => {
            cx.facts(owner).exporter = Some(exporter::REDIS.port);
            policy::open_to_all(cx, owner, Node::from(exporter::REDIS.port).of(&said.from));
        }
        Some("annotations") => {
            let message = format!("`{}` is run by the operator, which annotates its Services itself", owner.id);
            let d = Diagnostic::new(MODE_FIELD, message).at(cx.span_in(&said));
            cx.report.push(d.hint("use `metrics: exporter`, whose port they name, or remove `metrics`"));
            return Node::null();
        }
        _ => return Node::null(),
    }
    text(EXPORTER, &said.from)
}

/// The operator's own labels: those of the resource are on servers and Sentinels alike, which need not avoid each other.
fn pods(owner: &Owner, suffix: &str, kind: &str) -> Node {
    let name = text(format!("{}{suffix}", owner.name), &owner.from);
    map([("app", name), ("redis_setup_type", kind.into())])
}

fn user() -> Node {
    let id = || Node::from(USER);
    map([("securityContext", map([("runAsUser", id()), ("runAsGroup", id()), ("fsGroup", id())]))])
}

/// The Secret's name and key.
fn password(cx: &mut Planner, owner: &Owner, store: &Node) -> Node {
    let mut env = Vec::new();
    if !server::password(cx, owner, store, &mut env) {
        return Node::null();
    }
    let key = env.first().and_then(|variable| variable.at(&["valueFrom", "secretKeyRef"])).cloned().unwrap_or_default();
    compact([("name", take(&key, "name")), ("key", take(&key, "key"))])
}

/// `maxmemory` as a share of the limit; none where the user says a size.
fn percent(store: &Node, persistent: bool) -> Node {
    if get(store, "maxMemory").is_some() {
        return Node::null();
    }
    let from = take(store, "resources").at(&["limits", "memory"]).map(|limit| limit.from.clone()).unwrap_or_default();
    Node::from(server::share(persistent) as i64).of(&from)
}

/// Lines of redis.conf, for what the operator has no field for.
fn lines(cx: &mut Planner, owner: &Owner, store: &Node, persistence: Option<&Node>) -> Node {
    let mut out = String::new();
    let mut all = From::Nowhere;
    for (name, value) in server::directives(cx, owner, store, persistence, &Node::null(), Vec::new()) {
        let word = if value.to_string().is_empty() { "\"\"".to_owned() } else { value.to_string() };
        out.push_str(&format!("{name} {word}\n"));
        all = all.and(&name.from).and(&value.from);
    }
    text(out, &all.and(&owner.from))
}
