//! What leads from outside to an app's Service: an Ingress, or an HTTPRoute of a Gateway.
//!
//! Owns: hosts, paths, certificates, and the annotations for sticky sessions of the controllers that it knows.

use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, str_of, take, text};
use super::port::{self, Port};
use super::{Planned, Planner};
use crate::diag::Diagnostic;
use crate::project::MISSING_KEY;
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// a Service that selects no pods, or others'
    ///
    /// A Service whose selector matches no pods has no addresses; one that matches several components sends requests to
    ///   the wrong one.
    /// Fix: the selector is `name` and `instance` of one component.
    SERVICE_NO_PODS = "service-no-pods", Either;

    /// sticky sessions of an unknown controller
    ///
    /// kgen knows the annotations for sticky sessions of nginx, haproxy and traefik only.
    /// Fix: write the controller's own under `ingress.annotations`.
    STICKY_UNKNOWN = "sticky-unknown", Error;
}

const NGINX_STICKY: &[(&str, &str)] = &[
    ("nginx.ingress.kubernetes.io/affinity", "cookie"),
    ("nginx.ingress.kubernetes.io/session-cookie-name", "route"),
    ("nginx.ingress.kubernetes.io/session-cookie-max-age", "172800"),
];
const HAPROXY_STICKY: &[(&str, &str)] =
    &[("haproxy-ingress.github.io/affinity", "cookie"), ("haproxy-ingress.github.io/session-cookie-name", "route")];
/// Traefik reads it on the Service.
pub const TRAEFIK_STICKY: &[(&str, &str)] = &[("traefik.ingress.kubernetes.io/service.sticky.cookie", "true")];

pub type Words = &'static [(&'static str, &'static str)];

/// The annotations of `stickySessions` for the controller whose class name has one of these words.
pub fn sticky(app: &Node, known: &[(&str, Words)]) -> Node {
    let asked = app.at(&["ingress", "stickySessions"]).filter(|node| node.as_bool() == Some(true));
    let class = app.at(&["ingress", "className"]).and_then(Tree::as_str).unwrap_or("nginx");
    let words = known.iter().find(|(word, _)| class.contains(word)).map(|(_, words)| *words).unwrap_or_default();
    let mut out = Map::new();
    for (key, value) in words.iter().filter(|_| asked.is_some()) {
        out.insert(*key, text(*value, &asked.map(|node| node.from.clone()).unwrap_or_default()));
    }
    Kind::Map(out).into()
}

pub fn routes(cx: &mut Planner, owner: &Owner, app: &Node, ports: &[Port], base: &Node) -> Vec<Planned> {
    let ingress = get(app, "ingress").filter(|node| node.as_map().is_some()).cloned();
    let gateway = get(app, "gateway").cloned();
    let mut out = Vec::new();
    for (node, what) in [(&ingress, "ingress"), (&gateway, "gateway")] {
        let unreachable = ports.is_empty() || str_of(app, "service") == Some("none");
        if let Some(node) = node.as_ref().filter(|_| unreachable) {
            let message = format!("`{}` has `{what}` but no Service to send requests to", owner.id);
            let place = node.first_leaf().and_then(|leaf| cx.span_in(leaf));
            let hint = if ports.is_empty() { port::missing(app) } else { "remove `service: none`".into() };
            cx.report.push(Diagnostic::new(SERVICE_NO_PODS, message).at(place).hint(hint));
        } else if let Some(node) = node {
            out.push(if what == "ingress" {
                self::ingress(cx, owner, app, node, ports, base)
            } else {
                self::route(cx, app, node, ports, base)
            });
        }
    }
    out
}

fn ingress(cx: &mut Planner, owner: &Owner, app: &Node, ingress: &Node, ports: &[Port], base: &Node) -> Planned {
    let class = str_of(ingress, "className").unwrap_or("nginx");
    let is_known = ["nginx", "haproxy", "traefik"].iter().any(|word| class.contains(word));
    if let Some(said) = get(ingress, "stickySessions").filter(|said| said.as_bool() == Some(true) && !is_known) {
        let message =
            format!("`{}` wants sticky sessions, but kgen does not know the annotations of class `{class}`", owner.id);
        let d = Diagnostic::new(STICKY_UNKNOWN, message).at(cx.span_in(said));
        cx.report.push(d.hint("write the controller's own under `ingress.annotations`, without `stickySessions`"));
    }
    let hosts = match get(ingress, "host") {
        Some(host) if host.as_list().is_some() => host.as_list().unwrap_or_default().to_vec(),
        Some(host) => vec![host.clone()],
        None => Vec::new(),
    };
    let sticky = sticky(app, &[("nginx", NGINX_STICKY), ("haproxy", HAPROXY_STICKY)]);
    let annotations = merged(label::annotations(cx, app), &merged(sticky, &take(ingress, "annotations").or_empty()));
    let backend =
        map([("name", take(base, "name")), ("port", port::backend(&port::or_first(get(ingress, "port"), ports)))]);
    let path_type = get(ingress, "pathType").cloned().unwrap_or_else(|| "Prefix".into());
    let said = get(ingress, "paths").and_then(Tree::as_list).map(<[Node]>::to_vec);
    let paths = said.unwrap_or_else(|| vec![get(ingress, "path").cloned().unwrap_or_else(|| "/".into())]);
    let rules = if hosts.is_empty() { vec![Node::null()] } else { hosts.clone() };
    let more = map([
        ("annotations", filled(annotations)),
        ("className", take(ingress, "className")),
        ("hosts", list(hosts)),
        ("tls", take(ingress, "tls")),
        ("rules", list(rules)),
        ("paths", list(paths)),
        ("pathType", path_type),
        ("backend", backend),
    ]);
    if let Some(tls) = get(ingress, "tls") {
        cx.exists("secret", tls);
    }
    Planned::new("app/ingress.yaml", merged(base.clone(), &more))
}

fn route(cx: &mut Planner, app: &Node, gateway: &Node, ports: &[Port], base: &Node) -> Planned {
    let annotations = merged(label::annotations(cx, app), &take(gateway, "annotations").or_empty());
    let defaults = map([("group", "gateway.networking.k8s.io".into()), ("kind", "Gateway".into())]);
    let parents = get(gateway, "parentRefs").and_then(Tree::as_list).unwrap_or_default();
    if parents.is_empty() {
        let place = gateway.first_leaf().and_then(|leaf| cx.span_in(leaf));
        cx.report.push(
            Diagnostic::new(MISSING_KEY, "`gateway` has no `parentRefs`")
                .at(place)
                .hint("name the Gateway: `parentRefs: [{name: public}]`"),
        );
    }
    let parents = parents.iter().map(|parent| merged(defaults.clone(), parent)).collect();
    let more = map([
        ("annotations", filled(annotations)),
        ("parentRefs", list(parents)),
        ("hostnames", filled(take(gateway, "hostnames").or_list())),
        ("path", get(gateway, "path").cloned().unwrap_or_else(|| "/".into())),
        ("port", port::number_of(app, ports, get(gateway, "port"))),
    ]);
    Planned::new("app/httproute.yaml", merged(base.clone(), &more))
}
