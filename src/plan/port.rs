//! Ports of a container and of the Service before it.

use super::Planner;
use super::label::Owner;
use super::node::{Node, get, list, map, maybe, pairs, str_of, take, text};
use crate::diag::{Diagnostic, suggest};
use crate::plan::reference::DANGLING_REFERENCE;
use crate::project::schema::EXCLUSIVE_KEYS;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a Service without a port
    ///
    /// A Service without a port cannot be made.
    /// Fix: add `port:`.
    SERVICE_NO_PORT = "service-no-port", Error;
}

#[derive(Clone, Debug)]
pub struct Port {
    pub name: Node,
    pub number: Node,
    /// What a Service or a policy aims at: the name, which follows the container. A sidecar's number: a Service finds names
    /// there since 1.32 only (kubernetes/kubernetes#127958 and #128850), Calico's policies did not (projectcalico/calico#8881).
    pub target: Node,
    pub protocol: Node,
    pub host_port: Node,
    pub app_protocol: Node,
}

/// The ports in the order they are written; `port: 8000` is the first one, named `http`.
pub fn ports(settings: &Node) -> Vec<Port> {
    let short =
        get(settings, "port").map(|number| Port::new(text("http", &number.from), number.clone(), &Node::null()));
    let named =
        pairs(settings, "ports").filter(|(name, _)| short.is_none() || &***name != "http").map(|(name, entry)| {
            Port::new(text(name.clone(), &entry.key_from), take(&entry.value, "containerPort"), &entry.value)
        });
    short.clone().into_iter().chain(named).collect()
}

/// What the app's Service has: the container's ports, and those of sidecars that `service.ports` names.
pub fn served(app: &Node) -> Vec<Port> {
    let (mut out, service) = (ports(app), take(app, "service"));
    for (name, entry) in pairs(&service, "ports") {
        if out.iter().any(|port| port.is(name)) {
            continue;
        }
        let found = of_sidecars(app).find(|port| port.is(name));
        out.extend(found.map(|port| Port {
            name: text(name.clone(), &entry.key_from.and(&port.name.from)),
            target: port.number.clone(),
            ..port
        }));
    }
    out
}

fn of_sidecars(app: &Node) -> impl Iterator<Item = Port> {
    pairs(app, "sidecars").flat_map(|(_, sidecar)| ports(&sidecar.value))
}

/// Ports that are named elsewhere than where they are declared. `served`: what the Service has.
pub fn check(cx: &mut Planner, owner: &Owner, app: &Node, served: &[Port]) {
    if let (Some(_), Some(entry)) = (get(app, "port"), pairs(app, "ports").find(|(name, _)| &***name == "http")) {
        let message = format!("`{}` has `port`, which is short for `ports: {{http: ...}}`, and `ports.http`", owner.id);
        let d = Diagnostic::new(EXCLUSIVE_KEYS, message).at(cx.span_in_from(&entry.1.key_from));
        cx.report.push(d.hint("keep one of the two"));
    }
    let service = take(app, "service");
    if let Some(leaf) = service.as_map().and_then(|_| service.first_leaf()).filter(|_| served.is_empty()) {
        let message = format!("`{}` has `service` but no port to serve", owner.id);
        cx.report.push(Diagnostic::new(SERVICE_NO_PORT, message).at(cx.span_in(leaf)).hint(missing(app)));
        return;
    }
    for (path, said) in named(app) {
        if let Some(d) = dangling(owner, app, served, &path, &said) {
            cx.report.push(d.at(cx.span_in(&said)));
        }
    }
}

/// The way out for an app whose Service would have no port.
pub fn missing(app: &Node) -> String {
    let sidecar = of_sidecars(app).next();
    let named = sidecar
        .map(|port| format!(", or name the sidecar's: `service: {{ports: {{{}: {}}}}}`", port.name, port.number));
    format!("add `port:`{}", named.unwrap_or_default())
}

/// All places where the app names a port, with what is said there.
fn named(app: &Node) -> Vec<(String, Node)> {
    let service = take(app, "service");
    let mut out: Vec<(String, Node)> = pairs(&service, "ports")
        .map(|(name, entry)| ("service.ports".to_owned(), text(name.clone(), &entry.key_from)))
        .collect();
    for (path, keys) in NAMED {
        let said = keys.iter().try_fold(app, |node, key| get(node, key)).filter(|said| said.as_str().is_some());
        out.extend(said.map(|said| ((*path).to_owned(), said.clone())));
    }
    out
}

/// A probe asks its own container, a route the Service.
fn dangling(owner: &Owner, app: &Node, served: &[Port], path: &str, said: &Node) -> Option<Diagnostic> {
    let (own, wanted) = (ports(app), said.as_str().unwrap_or_default());
    let is_route = matches!(path, "ingress.port" | "gateway.port");
    let ports: Vec<Port> = match path {
        "service.ports" => own.into_iter().chain(of_sidecars(app)).collect(),
        _ if is_route => served.to_vec(),
        _ => own,
    };
    if ports.iter().any(|port| port.is(wanted)) {
        return None;
    }
    let known = || ports.iter().filter_map(|port| port.name.as_str());
    let sidecar = of_sidecars(app).find(|port| is_route && port.is(wanted));
    let add = sidecar.map(|port| format!("add the sidecar's: `service: {{ports: {{{wanted}: {}}}}}`", port.number));
    let near = || suggest::did_you_mean(wanted, known());
    let all = || (known().count() > 0).then(|| format!("`{}` has {}", owner.id, suggest::all_of(known())));
    let d = Diagnostic::new(DANGLING_REFERENCE, format!("`{}.{path}` names no port: `{said}`", owner.id));
    Some(d.maybe_hint(add.or_else(near).or_else(all)))
}

/// Where an app may name one of its ports.
const NAMED: &[(&str, &[&str])] = &[
    ("ingress.port", &["ingress", "port"]),
    ("gateway.port", &["gateway", "port"]),
    ("livenessProbe.httpGet.port", &["livenessProbe", "httpGet", "port"]),
    ("livenessProbe.tcpSocket.port", &["livenessProbe", "tcpSocket", "port"]),
    ("readinessProbe.httpGet.port", &["readinessProbe", "httpGet", "port"]),
    ("readinessProbe.tcpSocket.port", &["readinessProbe", "tcpSocket", "port"]),
    ("startupProbe.httpGet.port", &["startupProbe", "httpGet", "port"]),
    ("startupProbe.tcpSocket.port", &["startupProbe", "tcpSocket", "port"]),
];

impl Port {
    fn is(&self, name: &str) -> bool {
        self.name.as_str() == Some(name)
    }

    fn new(name: Node, number: Node, settings: &Node) -> Self {
        let protocol = take(settings, "protocol");
        Self {
            target: name.clone(),
            name,
            number,
            protocol: if protocol.is_null() { "TCP".into() } else { protocol },
            host_port: take(settings, "hostPort"),
            app_protocol: take(settings, "appProtocol"),
        }
    }
}

/// What a container's template sees.
pub fn container(ports: &[Port]) -> Node {
    let port = |port: &Port| {
        map([
            ("name", port.name.clone()),
            ("containerPort", port.number.clone()),
            ("hostPort", port.host_port.clone()),
            ("protocol", port.protocol.clone()),
        ])
    };
    list(ports.iter().map(port).collect())
}

/// What a Service's template sees.
pub fn service(settings: &Node, ports: &[Port]) -> Node {
    let service = take(settings, "service");
    let items = ports.iter().enumerate().map(|(index, port)| {
        map([
            ("name", port.name.clone()),
            ("port", exposed(&service, port, index)),
            ("targetPort", port.target.clone()),
            ("protocol", port.protocol.clone()),
            ("appProtocol", port.app_protocol.clone()),
            ("nodePort", if index == 0 { take(&service, "nodePort") } else { Node::null() }),
        ])
    });
    list(items.collect())
}

/// The Service's number for a port: `service.ports.NAME`, for the first one `service.port`, else the container's.
fn exposed(service: &Node, port: &Port, index: usize) -> Node {
    let named = port.name.as_str().and_then(|name| service.at(&["ports", name]));
    let first = get(service, "port").filter(|_| index == 0);
    named.or(first).unwrap_or(&port.number).clone()
}

/// The number under which an app is reached by others, as it is written; `None` when it has no Service.
pub fn service_port(app: &Node) -> Option<Node> {
    if str_of(app, "service") == Some("none") {
        return None;
    }
    let service = take(app, "service");
    served(app).first().map(|port| exposed(&service, port, 0))
}

/// A port of a probe, Ingress or route: as written, or the name of the first one.
pub fn or_first(said: Option<&Node>, ports: &[Port]) -> Node {
    maybe(said.cloned().or_else(|| ports.first().map(|port| port.name.clone())))
}

/// `{name: ...}` or `{number: ...}`, as an Ingress wants it.
pub fn backend(port: &Node) -> Node {
    let key = if matches!(port.kind, Kind::Number(_)) { "number" } else { "name" };
    map([(key, port.clone())])
}

/// A port by number for what takes no names (HTTPRoute): the Service's number of the named port.
pub fn number_of(settings: &Node, ports: &[Port], said: Option<&Node>) -> Node {
    let service = take(settings, "service");
    let name = match said {
        Some(node) if node.as_i64().is_some() => return node.clone(),
        said => said.and_then(Tree::as_str),
    };
    let found = ports.iter().enumerate().find(|(_, port)| name.is_none_or(|name| port.is(name)));
    maybe(found.map(|(index, port)| exposed(&service, port, index)))
}
