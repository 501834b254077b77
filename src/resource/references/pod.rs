//! What pods name: configuration, secrets, claims, accounts, and their own ports.

use super::Scope;
use crate::diag::suggest;
use crate::plan::probe::PROBE_PORT;
use crate::resource::walk::At;
use crate::resource::{Body, pods};

pub fn check(body: &Body, scope: &mut Scope) {
    let Some(pod) = pods::of(body) else { return };
    scope.object(Some(&pod.spec), "serviceAccountName", "ServiceAccount");
    for secret in pod.spec.items("imagePullSecrets") {
        scope.object(Some(&secret), "name", "Secret");
    }
    pod.spec.items("volumes").iter().for_each(|volume| volume_source(volume, scope));
    for (_, container) in pod.containers() {
        environment(&container, scope);
        ports(&container, scope);
    }
}

fn volume_source(volume: &At, scope: &mut Scope) {
    scope.source(volume.get("configMap"), "ConfigMap", "name");
    scope.source(volume.get("secret"), "Secret", "secretName");
    scope.object(volume.get("persistentVolumeClaim").as_ref(), "claimName", "PersistentVolumeClaim");
    for source in volume.get("projected").iter().flat_map(|at| at.items("sources")) {
        scope.source(source.get("configMap"), "ConfigMap", "name");
        scope.source(source.get("secret"), "Secret", "name");
    }
}

fn environment(container: &At, scope: &mut Scope) {
    for from in container.items("env").iter().filter_map(|variable| variable.get("valueFrom")) {
        scope.key(from.get("configMapKeyRef"), "ConfigMap");
        scope.key(from.get("secretKeyRef"), "Secret");
    }
    for source in container.items("envFrom") {
        scope.source(source.get("configMapRef"), "ConfigMap", "name");
        scope.source(source.get("secretRef"), "Secret", "name");
    }
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
