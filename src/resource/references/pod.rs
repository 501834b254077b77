//! Ports that the probes and hooks of a container name.

use super::Scope;
use crate::diag::suggest;
use crate::plan::probe::PROBE_PORT;
use crate::resource::walk::At;
use crate::resource::{Body, pods};

pub fn check(body: &Body, scope: &mut Scope) {
    let Some(pod) = pods::of(body) else { return };
    pod.containers().iter().for_each(|(_, container)| ports(container, scope));
}

/// The kubelet looks a port's name up in the container that has the probe or hook.
fn ports(container: &At, scope: &mut Scope) {
    let ports = container.items("ports");
    let names: Vec<_> = ports.iter().filter_map(|port| port.str("name")).collect();
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|key| container.get(key));
    let hooks = ["postStart", "preStop"].map(|key| container.at(&["lifecycle", key]));
    for handler in probes.iter().chain(&hooks).flatten() {
        for port in ["httpGet", "tcpSocket"].iter().filter_map(|key| handler.get(key)?.get("port")) {
            let Some(name) = port.text().filter(|name| !names.contains(name)) else { continue };
            let hint = suggest::did_you_mean(name, names.iter().copied());
            let message = format!("the container has no port `{name}`");
            scope.out.push(port.found(PROBE_PORT, message).maybe_hint(hint));
        }
    }
}
