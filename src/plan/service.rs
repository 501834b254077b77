//! The Services of an app.
//!
//! Owns: the one that clients use, and a StatefulSet's headless one.
//! Does not own: what its ports are called (`port.rs`), or what leads to it from outside (`route.rs`).

use super::label::{self, Owner};
use super::node::{Node, filled, get, map, merged, str_of, take, text};
use super::port::{self, Port};
use super::route;
use super::{Planned, Planner};
use crate::tree::{Kind, Map, Tree};

pub fn services(
    cx: &mut Planner,
    owner: &Owner,
    app: &Node,
    workload: &str,
    ports: &[Port],
    base: &Node,
) -> Vec<Planned> {
    let mut out = Vec::new();
    let none = str_of(app, "service") == Some("none");
    let service = if none { Node::null() } else { take(app, "service") };
    let seen = port::service(app, ports);
    if !none && !ports.is_empty() {
        out.push(service_object(cx, app, &service, &seen, base));
    }
    if workload == "StatefulSet" && headless_name(owner, app) != owner.name {
        let ports = filled(of_pods(seen));
        let name = map([("name", text(headless_name(owner, app), &owner.from)), ("ports", ports)]);
        out.push(Planned::new("app/service-headless.yaml", merged(base.clone(), &name)));
    }
    out
}

/// The ports of a headless Service, which has none on the nodes: the API refuses one.
fn of_pods(mut ports: Node) -> Node {
    for port in ports.as_list_mut().into_iter().flatten() {
        if let Some(port) = port.as_map_mut() {
            port.insert("nodePort", Node::null());
        }
    }
    ports
}

const SERVICE_FIELDS: [&str; 8] = [
    "clusterIP",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "sessionAffinity",
    "publishNotReadyAddresses",
    "healthCheckNodePort",
];

fn service_object(cx: &Planner, app: &Node, service: &Node, ports: &Node, base: &Node) -> Planned {
    let kind = get(service, "type").cloned().unwrap_or_else(|| "ClusterIP".into());
    let mut extra = Map::new();
    for key in SERVICE_FIELDS {
        if let Some(value) = get(service, key) {
            extra.insert(key, value.clone());
        }
    }
    let annotations = merged(label::annotations(cx, app), &route::sticky(app, &[("traefik", route::TRAEFIK_STICKY)]));
    let annotations = merged(annotations, &take(service, "annotations").or_empty());
    let more = map([
        ("type", kind),
        ("ports", ports.clone()),
        ("extra", Kind::Map(extra).into()),
        ("annotations", filled(annotations)),
    ]);
    Planned::new("app/service.yaml", merged(base.clone(), &more))
}

/// The Service that names the pods of a StatefulSet.
pub fn headless_name(owner: &Owner, app: &Node) -> String {
    if app.at(&["service", "clusterIP"]).and_then(Tree::as_str) == Some("None") {
        owner.name.clone()
    } else {
        format!("{}-headless", owner.name)
    }
}
