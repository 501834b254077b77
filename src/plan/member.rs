//! The members of a Redis with replicas: how many, their names, the scripts that they run.

use super::gather::Pod;
use super::label::Owner;
use super::node::{Node, map, take, text};
use super::{Planned, Planner, config};
use crate::diag::Diagnostic;
use crate::settings::From;

crate::declare! {
    /// Sentinels without a majority
    ///
    /// Sentinel needs a majority: of two, none is left when one is lost; of four, no more than of three.
    /// Fix: three or five.
    /// Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
    SENTINEL_EVEN = "sentinel-even", Error;
}

/// A ConfigMap with scripts, mounted as the volume `scripts`; a change of them restarts the pod.
pub fn scripts(cx: &mut Planner, owner: &Owner, suffix: &str, files: &[(&str, &str)], pod: &mut Pod) -> Planned {
    let name = format!("{}-{suffix}", owner.name);
    let of = |(name, text): &(&str, &str)| ((*name).to_owned(), Node::from(*text).of(&owner.from));
    let items: Vec<(String, Node)> = files.iter().map(of).collect();
    cx.checksums.insert(name.clone(), (config::checksum(&items), owner.from.clone()));
    pod.reads(&name, &owner.from);
    let source = map([("name", text(name.as_str(), &owner.from)), ("defaultMode", 0o555.into())]);
    pod.volume("scripts", map([("configMap", source)]));
    config::config_map(cx, &Owner { name, ..owner.clone() }, &items)
}

/// What all scripts of a set read: who is in it and where.
pub fn names(owner: &Owner, count: i64, from: &From) -> Vec<Node> {
    let names: Vec<String> = (0..count).map(|number| format!("{}-{number}", owner.name)).collect();
    let domain = format!("{}-headless.$(POD_NAMESPACE).svc.cluster.local", owner.name);
    vec![
        field("POD_NAMESPACE", "metadata.namespace"),
        variable("HEADLESS", text(domain, &owner.from)),
        variable("MEMBERS", text(names.join(" "), &owner.from.and(from))),
    ]
}

pub fn variable(name: &str, value: Node) -> Node {
    map([("name", name.into()), ("value", value)])
}

/// A field of the pod.
pub fn field(name: &str, path: &str) -> Node {
    let source = map([("fieldPath", path.into())]);
    map([("name", name.into()), ("valueFrom", map([("fieldRef", source)]))])
}

/// How many there are: odd, and at least three. A majority has to agree before a replica becomes the primary.
pub fn members(cx: &mut Planner, owner: &Owner, store: &Node) -> i64 {
    let said = take(store, "replicas");
    let count = said.as_i64().unwrap_or(3);
    if count < 3 || count % 2 == 0 {
        let why = match count {
            1 => "nobody is left to take over when it is lost".to_owned(),
            2 => "when one is lost, the other one is no majority and cannot take over".to_owned(),
            _ => format!("{} of them must agree, so no more may be lost than of {}", count / 2 + 1, count - 1),
        };
        let message = format!("`{}` has {count} member{}: {why}", owner.id, if count == 1 { "" } else { "s" });
        let d = Diagnostic::new(SENTINEL_EVEN, message).at(cx.span_in(&said));
        cx.report.push(d.hint("use 3, or 5 to outlive the loss of two").in_profile(&cx.settings.profile));
    }
    count
}
