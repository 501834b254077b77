//! NetworkPolicies from the wiring: only what refers to a component may connect to it.
//!
//! Planned last, when every component has said what it refers to.

use std::collections::{BTreeMap, BTreeSet};

use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, str_of};
use super::object::meta;
use super::port::Port;
use super::store::usual_port;
use super::wire::Wire;
use super::{Planned, Planner};
use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

/// A component that may be reached only by its consumers, or may reach only what it refers to.
#[derive(Clone, Debug)]
pub struct Guarded {
    pub owner: Owner,
    settings: Node,
    ports: Vec<Node>,
    /// Pods of the component's own that connect to it, by their labels.
    own: Vec<Node>,
    /// Further doors, each with those who may use it and its ports.
    doors: Vec<Node>,
    /// Whether it says who may connect; with `egress: wiring` alone it does not.
    ingress: bool,
    /// Reached from outside the cluster, or by an ingress controller: `None` for no such door, `Some(null)` for anyone.
    door: Option<Node>,
}

/// Remembers an app with `networkPolicy: wiring` or `egress: wiring`.
pub fn open(cx: &mut Planner, owner: &Owner, app: &Node, ports: &[Port]) {
    let ingress = str_of(app, "networkPolicy") == Some("wiring");
    if !ingress && str_of(app, "egress") != Some("wiring") {
        return;
    }
    let ports =
        ports.iter().map(|port| map([("protocol", port.protocol.clone()), ("port", port.target.clone())])).collect();
    cx.guarded.push(Guarded {
        owner: owner.clone(),
        settings: app.clone(),
        ports,
        own: Vec::new(),
        doors: Vec::new(),
        ingress,
        door: door(app),
    });
}

/// Remembers a store with `networkPolicy: wiring`.
pub fn store(cx: &mut Planner, owner: &Owner, settings: &Node, ports: &[&str]) {
    let ports = ports.iter().map(|port| (*port).into()).collect();
    guard(cx, owner, settings, ports, Vec::new());
}

/// As [`store`], with pods that connect to each other. Where an operator makes them their ports have no known names.
pub fn guard(cx: &mut Planner, owner: &Owner, settings: &Node, ports: Vec<Node>, own: Vec<Node>) {
    if str_of(settings, "networkPolicy") != Some("wiring") {
        return;
    }
    let ports = ports.into_iter().map(tcp).collect();
    let (owner, settings, doors) = (owner.clone(), settings.clone(), Vec::new());
    cx.guarded.push(Guarded { owner, settings, ports, own, doors, ingress: true, door: None });
}

/// Lets further pods of a store in, where it is guarded at all.
pub fn admit(cx: &mut Planner, owner: &Owner, pods: &Node) {
    if let Some(guarded) = guarded(cx, owner) {
        guarded.own.push(pods.clone());
    }
}

/// Opens a port of a guarded store to every pod of the cluster: where Prometheus runs, nobody says.
pub fn open_to_all(cx: &mut Planner, owner: &Owner, port: Node) {
    let anyone = map([("namespaceSelector", Kind::Map(Map::new()).into())]).of(&port.from);
    let ports = list(vec![tcp(port.clone())]).of(&port.from);
    door_for(cx, owner, vec![anyone], ports);
}

/// A port of a policy, by name or number.
pub fn tcp(port: Node) -> Node {
    map([("protocol", "TCP".into()), ("port", port)])
}

/// Lets an operator's pods in, wherever it runs.
pub fn open_to_operator(cx: &mut Planner, owner: &Owner, labels: Node, ports: &[i64]) {
    let pods =
        map([("namespaceSelector", Kind::Map(Map::new()).into()), ("podSelector", map([("matchLabels", labels)]))]);
    let ports = ports.iter().map(|port| tcp((*port).into()));
    door_for(cx, owner, vec![pods], list(ports.collect()));
}

fn guarded<'g>(cx: &'g mut Planner, owner: &Owner) -> Option<&'g mut Guarded> {
    // Most often the last one: a component says all that it has to say before the next begins.
    cx.guarded.iter_mut().rev().find(|guarded| guarded.owner.id == owner.id && guarded.owner.name == owner.name)
}

/// One more door of a guarded store.
pub fn door_for(cx: &mut Planner, owner: &Owner, peers: Vec<Node>, ports: Node) {
    if let Some(guarded) = guarded(cx, owner) {
        guarded.doors.push(map([("from", list(peers)), ("ports", ports)]));
    }
}

/// Where requests from outside come from: the controller's namespace where its class is known, else anywhere.
fn door(app: &Node) -> Option<Node> {
    let outside = app.at(&["service", "type"]).and_then(Tree::as_str).is_some_and(|kind| kind != "ClusterIP");
    let ingress = get(app, "ingress").filter(|node| node.as_map().is_some());
    if outside || get(app, "gateway").is_some() {
        return Some(Node::null());
    }
    let class = str_of(ingress?, "className").unwrap_or_default();
    let namespaces =
        [("nginx", "ingress-nginx"), ("traefik", "traefik"), ("haproxy", "haproxy-controller"), ("kong", "kong")];
    let found = namespaces.iter().find(|(word, _)| class.contains(word));
    Some(match found {
        Some((_, namespace)) => map([("kubernetes.io/metadata.name", (*namespace).into())]),
        None => Kind::Map(Map::new()).into(),
    })
}

/// Who refers to whom, by ids: in which order the project lists them changes no policy.
#[derive(Default)]
struct Wiring<'w> {
    consumers: BTreeMap<&'w str, BTreeSet<&'w str>>,
    targets: BTreeMap<&'w str, BTreeSet<&'w str>>,
}

impl<'w> Wiring<'w> {
    fn of(wires: &'w BTreeSet<Wire>) -> Self {
        let mut out = Self::default();
        for wire in wires {
            out.targets.entry(&wire.consumer).or_default().insert(&wire.target);
            if wire.consumer != wire.target {
                out.consumers.entry(&wire.target).or_default().insert(&wire.consumer);
            }
        }
        out
    }
}

pub fn plan(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    let guarded = std::mem::take(&mut cx.guarded);
    let wiring = Wiring::of(&cx.wires);
    guarded.into_iter().map(|guarded| (guarded.owner.clone(), policy(cx, &wiring, &guarded))).collect()
}

fn policy(cx: &Planner, wiring: &Wiring, guarded: &Guarded) -> Planned {
    let owner = &guarded.owner;
    let consumers = wiring.consumers.get(&*owner.id).into_iter().flatten().filter_map(|id| cx.owners.get(*id));
    let mut peers: Vec<Node> = consumers.map(|consumer| label::selector(cx, consumer)).collect();
    peers.extend(guarded.own.iter().cloned());
    let door = guarded.door.clone().filter(|door| !door.is_null());
    let mut settings = guarded.settings.clone();
    let egress = str_of(&settings, "egress") == Some("wiring");
    if let Some(map) = settings.as_map_mut() {
        map.remove("image");
    }
    let kind = settings.at(&["service", "type"]).map(|kind| kind.from.clone()).unwrap_or_default();
    let base = meta(cx, owner, &settings);
    let more = map([
        ("selector", label::pods(cx, owner)),
        ("guarded", guarded.ingress.into()),
        ("peers", list(peers)),
        ("ports", filled(list(guarded.ports.clone()))),
        ("doors", list(guarded.doors.clone())),
        ("anyone", Node::from(guarded.door.as_ref().is_some_and(Tree::is_null)).of(&kind)),
        ("namespaces", filled(list(door.into_iter().collect()))),
        ("egress", if egress { filled(targets(cx, wiring, owner)).or_list() } else { Node::null() }),
    ]);
    let because = ["mode", "workload", "networkPolicy", "egress"].iter().fold(From::Nowhere, |from, key| {
        from.and(&guarded.settings.get(key).map(|said| said.from.clone()).unwrap_or_default())
    });
    Planned::new("partial/networkpolicy.yaml", merged(base, &more)).because(&because)
}

/// What a component with `egress: wiring` refers to: pods, or the port of a store outside the cluster.
fn targets(cx: &Planner, wiring: &Wiring, owner: &Owner) -> Node {
    let mut out = Vec::new();
    for id in wiring.targets.get(&*owner.id).into_iter().flatten() {
        let Some(other) = cx.owners.get(*id) else { continue };
        let port = outside(cx, other);
        if !port.is_null() {
            out.push(map([("pods", Node::null()), ("port", port)]));
            continue;
        }
        let pods = std::iter::once(label::pods(cx, other)).chain(cx.fronts.get(*id).cloned().unwrap_or_default());
        out.extend(pods.map(|pods| map([("pods", pods), ("port", Node::null())])));
    }
    list(out)
}

/// The port of a store outside the cluster, whose address no policy can name; `null` for what has pods.
fn outside(cx: &Planner, owner: &Owner) -> Node {
    let store = cx.settings.root.at(&[owner.section, &owner.name]).cloned().unwrap_or_default();
    if str_of(&store, "mode") != Some("external") {
        return Node::null();
    }
    // A mistake in it was reported when the settings were resolved.
    cx.resolver.setting(&store, "port").ok().flatten().unwrap_or_else(|| usual_port(owner.section).into())
}
