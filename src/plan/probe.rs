//! Probes of apps: the handler with its port filled in, then the timings in Kubernetes' order.

use super::Planner;
use super::node::{Node, compact, get, map, merged, str_of, take};
use super::port::{Port, or_first};
use crate::diag::Diagnostic;

crate::declare! {
    /// a probe that asks nothing
    ///
    /// A probe has timings and nothing that it asks.
    /// Fix: `httpGet`, `tcpSocket`, `exec` or `grpc`.
    PROBE_HANDLER = "probe-handler", Error;

    /// a port that no container has
    ///
    /// A probe, Service, Ingress or route names a port that no container has.
    /// Fix: take the suggested name, or add the port.
    PROBE_PORT = "probe-port", Error;
}

const TIMINGS: [&str; 6] = [
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "successThreshold",
    "failureThreshold",
    "terminationGracePeriodSeconds",
];

/// `livenessProbe`, `readinessProbe` or `startupProbe` of a container; `null` for none.
pub fn probe(cx: &mut Planner, path: &str, settings: &Node, key: &str, ports: &[Port]) -> Node {
    let Some(probe) = get(settings, key).filter(|_| str_of(settings, key) != Some("none")) else {
        return Node::null();
    };
    let handler = match handler(probe, ports) {
        Ok(handler) => handler,
        Err(kind) => {
            if let Some(node) = probe.get(kind).filter(|_| is_users(cx, probe)) {
                let message = format!("`{path}.{key}` has no port, and `{path}` has none");
                cx.report.push(
                    Diagnostic::new(PROBE_PORT, message)
                        .at(cx.span_in(node))
                        .hint("add `port:` to the app or to the probe"),
                );
            }
            return Node::null();
        }
    };
    if handler.is_null() {
        let message = format!("`{path}.{key}` has no handler");
        let hint = "add `httpGet: /path`, `tcpSocket: PORT`, `exec` or `grpc`";
        cx.report.push(Diagnostic::new(PROBE_HANDLER, message).at(cx.span_in(probe)).hint(hint));
        return Node::null();
    }
    merged(handler, &timings(probe))
}

/// Whether the user said any of it: a probe that only a preset asks for is left out where it has no port.
pub fn is_users(cx: &Planner, probe: &Node) -> bool {
    let mut users = false;
    probe.leaves(&mut |_, leaf| users |= cx.settings.is_users(&leaf.from));
    users
}

/// The map with the handler only; the name of the handler whose port is missing.
fn handler(probe: &Node, ports: &[Port]) -> Result<Node, &'static str> {
    if let Some(http) = get(probe, "httpGet") {
        let port = or_first(get(http, "port"), ports);
        if port.is_null() {
            return Err("httpGet");
        }
        let rest = ["path", "scheme", "host", "httpHeaders"].map(|key| (key, take(http, key)));
        let [path, scheme, host, headers] = rest;
        return Ok(map([("httpGet", compact([path, ("port", port), scheme, host, headers]))]));
    }
    if let Some(tcp) = get(probe, "tcpSocket") {
        let port = or_first(get(tcp, "port"), ports);
        if port.is_null() {
            return Err("tcpSocket");
        }
        return Ok(map([("tcpSocket", compact([("port", port), ("host", take(tcp, "host"))]))]));
    }
    if let Some(command) = get(probe, "exec").filter(|exec| exec.as_list().is_some()) {
        return Ok(map([("exec", map([("command", command.clone())]))]));
    }
    let other = ["exec", "grpc"].into_iter().find_map(|key| get(probe, key).map(|node| (key, node.clone())));
    Ok(other.map_or_else(Node::null, |pair| map([pair])))
}

/// The timings that are set.
pub fn timings(probe: &Node) -> Node {
    compact(TIMINGS.map(|key| (key, take(probe, key))))
}
