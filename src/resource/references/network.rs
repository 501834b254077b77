//! Services, Ingresses, routes and policies: whom they reach, and on which port.

use std::collections::BTreeSet;

use super::{Scope, list};
use crate::diag::suggest;
use crate::plan::probe::PROBE_PORT;
use crate::plan::route::SERVICE_NO_PODS;
use crate::resource::pods::Pod;
use crate::resource::reference::Reference;
use crate::resource::references::index::Workload;
use crate::resource::walk::At;

crate::declare! {
    /// a Service over a primary and its replicas
    ///
    /// A Service over the primary and its replicas sends writes to replicas, which refuse them.
    /// Fix: refer to `host` or `url`: kgen puts HAProxy before the primary.
    SENTINEL_SERVICE = "sentinel-service", Error;

    /// a selector that selects no pods
    ///
    /// A NetworkPolicy or budget selects pods that nothing here makes: it protects nobody.
    SELECTOR_NO_PODS = "selector-no-pods", Either;
}

pub(super) fn check(root: &At, kind: &str, scope: &mut Scope) {
    let Some(spec) = root.get("spec") else { return };
    match kind {
        "Service" => service(&spec, scope),
        "NetworkPolicy" => policy(&spec, scope),
        "PodDisruptionBudget" => selector(&spec, "selector", scope),
        _ => {}
    }
}

/// A Service without selector has endpoints of its own.
fn service(spec: &At, scope: &mut Scope) {
    let wanted = spec.entries("selector");
    if wanted.is_empty() || spec.str("type") == Some("ExternalName") {
        return;
    }
    let labels: Vec<_> = wanted.iter().map(|(key, at)| (*key, at.text().unwrap_or_default())).collect();
    let test = |workload: &Workload| labels.iter().all(|(key, value)| workload.has_label(key, value));
    let found = scope.index.selected(scope.namespace, &labels, test);
    let components: BTreeSet<_> = found.iter().map(|workload| workload.component).collect();
    let names = found.iter().map(|workload| format!("{}/{}", workload.kind, workload.name)).collect::<Vec<_>>();
    if found.is_empty() {
        let message = "the selector matches the pods of no rendered workload";
        scope.out.push(spec.found_at("selector", SERVICE_NO_PODS, message));
        return;
    }
    if components.len() > 1 {
        let names = list(names.iter().map(String::as_str));
        let message = format!("the selector matches the pods of several components: {names}");
        scope.out.push(spec.found_at("selector", SERVICE_NO_PODS, message));
    }
    let ports = spec.items("ports");
    for workload in found {
        let Some(pod) = &workload.pod else { continue };
        let doors = Doors::of(pod);
        for target in ports.iter().filter_map(|port| port.get("targetPort")) {
            target_port(&target, &doors, workload, scope);
            spread_over_members(spec, &target, &doors, workload, scope);
        }
    }
}

/// The ports of a pod.
struct Doors<'p> {
    names: BTreeSet<&'p str>,
    /// Of Redis and its Sentinel, where both are in the pod: the first one's name.
    sentinel: Option<Option<&'p str>>,
}

impl<'p> Doors<'p> {
    fn of(pod: &Pod<'p>) -> Self {
        let ports = pod.ports();
        let number = |wanted| ports.iter().find(|(_, number)| *number == Some(wanted));
        let sentinel = number(6379).zip(number(26379)).map(|((redis, _), _)| *redis);
        Self { names: ports.iter().filter_map(|(name, _)| *name).collect(), sentinel }
    }
}

/// One address for the primary and its replicas: two of three writes would meet a replica, which refuses them.
fn spread_over_members(spec: &At, target: &At, doors: &Doors, workload: &Workload, scope: &mut Scope) {
    let Some(redis) = doors.sentinel else { return };
    let is_redis = target.node.as_i64() == Some(6379) || (target.text().is_some() && target.text() == redis);
    if is_redis && spec.str("clusterIP") != Some("None") {
        let message = format!(
            "it spreads clients over the primary and the replicas of {}/{}, and replicas refuse writes",
            workload.kind, workload.name
        );
        let hint = "a reference to `host` or `url` puts HAProxy before the primary; a client that knows Sentinel asks the \
                    Service whose name ends in `-sentinel`";
        scope.out.push(target.found(SENTINEL_SERVICE, message).hint(hint));
    }
}

fn target_port(target: &At, doors: &Doors, workload: &Workload, scope: &mut Scope) {
    let Some(name) = target.text() else { return };
    if !doors.names.contains(name) {
        let message = format!("no container of {}/{} has a port `{name}`", workload.kind, workload.name);
        let hint = suggest::did_you_mean(name, doors.names.iter().copied());
        scope.out.push(target.found(PROBE_PORT, message).maybe_hint(hint));
    }
}

/// The port of a backend: by name or number in an Ingress, a number in a route.
pub(super) fn ports(reference: &Reference, scope: &mut Scope) {
    let Some(port) = reference.within.get("port") else { return };
    let said = ["name", "number"].iter().filter_map(|key| port.get(key));
    said.chain(port.scalar().map(|_| port.clone())).for_each(|port| service_port(&port, reference.name, scope));
}

/// The port under which a Service is asked for, by name or number.
fn service_port(port: &At, name: &str, scope: &mut Scope) {
    let Some(service) = scope.index.service(scope.namespace, name) else { return };
    let ports = service.get("spec").map(|spec| spec.items("ports")).unwrap_or_default();
    let wanted = port.scalar().unwrap_or_default();
    let known: Vec<_> =
        ports.iter().filter_map(|at| at.get(if port.text().is_some() { "name" } else { "port" })?.scalar()).collect();
    if known.contains(&wanted) {
        return;
    }
    let names = || known.iter().map(String::as_str);
    let hint = suggest::did_you_mean(&wanted, names())
        .or_else(|| (!known.is_empty()).then(|| format!("it has {}", list(names()))));
    scope.out.push(port.found(PROBE_PORT, format!("the Service `{name}` has no port `{wanted}`")).maybe_hint(hint));
}

fn policy(spec: &At, scope: &mut Scope) {
    selector(spec, "podSelector", scope);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for peer in spec.items(rules).iter().flat_map(|rule| rule.items(peers)) {
            if peer.get("namespaceSelector").is_none() {
                selector(&peer, "podSelector", scope);
            }
        }
    }
}

/// A selector that finds some pods, if it is not the empty one, which finds all.
fn selector(parent: &At, key: &'static str, scope: &mut Scope) {
    let Some(at) = parent.get(key) else { return };
    let labels = at.entries("matchLabels");
    let labels: Vec<_> = labels.iter().map(|(key, at)| (*key, at.text().unwrap_or_default())).collect();
    let found = scope.index.selected(scope.namespace, &labels, |workload| matches(&at, workload));
    if found.is_empty() && !at.fields().is_empty() {
        scope.out.push(at.found(SELECTOR_NO_PODS, "the selector matches the pods of no rendered workload"));
    }
}

/// `LabelSelectorAsSelector` (apimachinery `meta/v1`).
fn matches(selector: &At, workload: &Workload) -> bool {
    let label = |key: &str| workload.labels.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    let equal = selector.entries("matchLabels").iter().all(|(key, at)| label(key) == at.text());
    equal
        && selector.items("matchExpressions").iter().all(|expression| {
            let value = label(expression.str("key").unwrap_or_default());
            let listed = expression.items("values").iter().any(|at| at.text() == value);
            match expression.str("operator").unwrap_or_default() {
                "In" => value.is_some() && listed,
                "NotIn" => value.is_none() || !listed,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}
