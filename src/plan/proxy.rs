//! HAProxy before a Redis with Sentinel: plain clients, which know one address, always reach the primary.
//!
//! Owns: when there is one, and its objects. It follows a lost primary in 6.4 s and a planned change in 3.5 s (measured,
//! `docs/measured.md`).
//! Does not own: who is primary: it asks every member (`templates/scripts/proxy.sh`).

use std::collections::BTreeSet;

use super::gather::Pod;
use super::label::{self, Owner};
use super::node::{Node, compact, list, map, merged, take, text};
use super::object::meta;
use super::pod::{self, Claims};
use super::reference::{self, Part};
use super::{Planned, Planner, Role, member, policy, rollout, security, server};
use crate::project::schema;
use crate::tree::{Map, Tree};

const SCRIPT: &str = include_str!("../../templates/scripts/proxy.sh");
/// A long-term support line; its user is 99.
const IMAGE: &str = "haproxy:3.2-alpine";
const USER: i64 = 99;

/// The redis with Sentinel of which something uses the one address.
pub fn wanted(root: &Node) -> BTreeSet<String> {
    let stores = take(root, "redis");
    let is_watched = |store: &Node| store.get("mode").and_then(Tree::as_str) == Some("sentinel");
    let mut out = BTreeSet::new();
    if !stores.as_map().into_iter().flat_map(Map::iter).any(|(_, store)| is_watched(store)) {
        return out;
    }
    root.leaves(&mut |_, leaf| {
        let Some(text) = leaf.as_str().filter(|text| schema::has_reference(text)) else { return };
        for part in reference::parse(text).unwrap_or_default() {
            let Part::Reference(reference) = part else { continue };
            let ("redis", Some(name), Some(output)) = reference.words() else { continue };
            let is_address = matches!(output.split('/').next(), Some("host" | "fqdn" | "url"));
            if is_address && stores.get(name).is_some_and(is_watched) {
                out.insert(format!("redis.{name}"));
            }
        }
    });
    out
}

/// Its pods have a name of their own: the members' Services and the proxy's must not select each other's.
pub fn owner(owner: &Owner) -> Owner {
    Owner { name: format!("{}-proxy", owner.name), ..owner.clone() }
}

pub fn plan(cx: &mut Planner, store: &Owner, settings: &Node, count: i64) -> Vec<Planned> {
    let owner = owner(store);
    let mut pod = Pod::default();
    let scripts = member::scripts(cx, store, "proxy", &[("proxy.sh", SCRIPT)], &mut pod);
    // The configuration holds the password, as digits.
    pod.volume("conf", map([("emptyDir", map([("medium", "Memory".into()), ("sizeLimit", "1Mi".into())]))]));
    let mut env = Vec::new();
    server::password(cx, store, settings, &mut env);
    env.retain(|variable| variable.get("name").and_then(Tree::as_str) == Some("REDIS_PASSWORD"));
    env.extend(member::names(store, count, &take(settings, "replicas").from));
    rollout::note(&mut pod, &env);
    let service = cx.resolver.service("redis", &store.name, settings).unwrap_or_else(|_| store.name_node());
    let base = merged(
        meta(cx, &owner, settings),
        &map([
            ("selector", label::selector(cx, &owner)),
            ("service", service),
            ("pod", pod::context(cx, &owner, &placed(settings), &pod, Claims::Named)),
            ("proxy", container(env)),
            ("retain", false.into()),
            ("budget", map([("maxUnavailable", 1.into())])),
        ]),
    );
    policy::store(cx, &owner, settings, &["redis"]);
    let selector = label::selector(cx, &owner);
    cx.fronts.entry(store.id.clone()).or_default().push(selector);
    let image = map([("image", IMAGE.into())]);
    let workload = merged(base.clone(), &map([("labels", label::versioned(take(&base, "labels"), &image))]));
    vec![
        Planned::new("redis/proxy.yaml", workload).role(Role::Proxy),
        Planned::new("redis/service.yaml", base.clone()),
        Planned::new("app/poddisruptionbudget.yaml", base),
        scripts,
    ]
}

/// Where its pods run: apart from each other; not on the nodes that are the store's own.
fn placed(settings: &Node) -> Node {
    let user = || Node::from(USER);
    compact([
        ("antiAffinity", "preferred".into()),
        ("imagePullSecrets", take(settings, "imagePullSecrets")),
        ("priorityClassName", take(settings, "priorityClassName")),
        ("securityContext", map([("runAsUser", user()), ("runAsGroup", user())])),
        // `sleep 5` before it stops, and `hard-stop-after` 20 s.
        ("terminationGracePeriodSeconds", 30.into()),
    ])
}

fn container(env: Vec<Node>) -> Node {
    let none = crate::settings::From::Nowhere;
    map([("image", text(IMAGE, &none)), ("env", list(env)), ("securityContext", security::sealed())])
}
