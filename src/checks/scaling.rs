//! How many pods there are, may go, and may come.
//!
//! Owns: autoscalers, budgets, one pod behind an Ingress, rollouts that find no node.

use std::collections::BTreeSet;

use super::set::{Findings, Set, Workload};
use crate::resource::pods::Role;
use crate::resource::walk::At;
use crate::resource::{Resource, reference};

crate::declare! {
    /// autoscaling together with `replicas`
    ///
    /// Every apply sets the number of pods back to `replicas`, and the autoscaler changes it again.
    /// Fix: remove `replicas` (in a profile: `replicas: null`).
    /// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    HPA_AND_REPLICAS = "hpa-and-replicas", Error;

    /// a target in percent of no request
    ///
    /// A target in percent is a part of the request: without one, in every container of the pod, it is never computed.
    /// Fix: `resources.requests.cpu` (or `memory`), in sidecars too.
    /// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    HPA_WITHOUT_REQUEST = "hpa-without-request", Error;

    /// autoscaling of a DaemonSet
    ///
    /// A DaemonSet has one pod on each node and cannot be autoscaled.
    HPA_DAEMONSET = "hpa-daemonset", Error;

    /// a budget of a DaemonSet
    ///
    /// A budget of a DaemonSet cannot be computed, and a drain leaves its pods.
    /// Fix: `disruptionBudget: none`.
    PDB_DAEMONSET = "pdb-daemonset", Error;

    /// a budget that lets no pod go
    ///
    /// The budget lets no pod go, so that no node with one of them can ever be drained: upgrades of the cluster hang.
    /// Fix: `maxUnavailable: 1`, or a `minAvailable` below the number of replicas.
    /// How to allow: `allow: {pdb-blocks-drain: "moved by hand"}`.
    /// Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
    PDB_BLOCKS_DRAIN = "pdb-blocks-drain", Error, allow;

    /// a budget that keeps the only pod
    ///
    /// A budget that keeps the only pod there is: no node with it can be drained.
    /// Fix: two replicas, `maxUnavailable: 1`, or no budget.
    /// Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
    PDB_SINGLE = "pdb-single", Warning, allow;

    /// one pod serves an Ingress in prod
    ///
    /// One pod serves an Ingress or a route in prod: every drain of its node, and every crash, is an outage. An app
    ///   whose claim only one pod may write is not meant: it cannot have two.
    /// Fix: `replicas: 2` or more.
    /// How to allow: `allow: {single-replica: "an internal page"}`.
    /// Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
    SINGLE_REPLICA = "single-replica", Warning, allow;

    /// a rollout that may need one node more
    ///
    /// A rollout begins one pod more than there are (`maxSurge`), and required anti-affinity wants a node of its own
    ///   for it: with as many nodes as pods the rollout waits forever.
    /// Fix: `antiAffinity: preferred`, or `rollingUpdate: {maxSurge: 0, maxUnavailable: 1}`, which kgen writes for
    ///   `antiAffinity: required`.
    /// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
    ANTI_AFFINITY_ROLLOUT = "anti-affinity-rollout", Warning, allow;

    /// one pod that must be spread over zones
    ///
    /// One pod that must be spread over zones (`DoNotSchedule`): there is nothing to spread, but during a rollout the
    ///   new pod may not start in the zone of the old one; with a volume of that zone, or one zone full, it stays
    ///   pending.
    /// Fix: `ScheduleAnyway` (`topologySpread: zone`), or more replicas.
    /// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    ZONE_SPREAD_ONE = "zone-spread-one", Warning, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    set.kind("PodDisruptionBudget")
        .for_each(|(index, resource, spec)| budget(set, index, &resource.id.namespace, &spec, out));
    for workload in &set.workloads {
        if let Some((index, spec)) = set.autoscaler(workload) {
            autoscaled(workload, index, &spec, out);
        }
        crowded(workload, out);
        spread(set, workload, out);
    }
    if &*set.settings.preset == "prod" {
        alone(set, out);
    }
}

/// What an int-or-percent is of a number, rounded up as the disruption controller does.
/// Source: `GetScaledValueFromIntOrPercent(..., true)` (kubernetes/pkg/controller/disruption)
fn scaled(at: &At, whole: i64) -> Option<i64> {
    let text = at.scalar()?;
    match text.strip_suffix('%') {
        Some(percent) => {
            let parts = whole.saturating_mul(percent.parse().ok()?);
            Some(parts.div_euclid(100) + i64::from(parts.rem_euclid(100) != 0))
        }
        None => text.parse().ok(),
    }
}

/// A budget under which no pod may go.
fn budget(set: &Set, index: usize, namespace: &Option<String>, spec: &At, out: &mut Findings) {
    let labels = spec.get("selector").map(|at| at.entries("matchLabels")).unwrap_or_default();
    let selected = set.selected(namespace, &labels);
    if selected.iter().any(|workload| workload.is(&["DaemonSet"])) {
        let message = "the pods of a DaemonSet cannot be counted, and a drain leaves them where they are";
        out.push(index, spec.found(PDB_DAEMONSET, message).hint("write `disruptionBudget: none`"));
    }
    let counts: Option<Vec<i64>> = selected.iter().map(|workload| set.replicas(workload)).collect();
    let Some(pods) = counts.map(|counts| counts.into_iter().fold(0, i64::saturating_add)).filter(|pods| *pods > 0)
    else {
        return;
    };
    let least = spec.get("minAvailable").and_then(|at| Some((scaled(&at, pods)?, at)));
    let most = spec.get("maxUnavailable").and_then(|at| Some((scaled(&at, pods)?, at)));
    let Some((may_go, at)) = least.map(|(kept, at)| (pods.saturating_sub(kept), at)).or(most) else { return };
    if may_go > 0 {
        return;
    }
    let finding = if pods == 1 {
        at.found(PDB_SINGLE, "it keeps the only pod there is: its node cannot be drained")
            .hint("add a replica, write `maxUnavailable: 1`, or `disruptionBudget: none`")
    } else {
        at.found(PDB_BLOCKS_DRAIN, format!("none of the {pods} pods may ever go: no node with one can be drained"))
            .hint("write `maxUnavailable: 1`")
    };
    out.push(index, finding);
}

fn autoscaled(workload: &Workload, index: usize, spec: &At, out: &mut Findings) {
    if let Some(replicas) = workload.root.at(&["spec", "replicas"]) {
        let message = "it has an autoscaler too: every apply sets the number back";
        out.push(workload.index, replicas.found(HPA_AND_REPLICAS, message).hint("remove `replicas`"));
    }
    if workload.is(&["DaemonSet"]) {
        let target = spec.get("scaleTargetRef").unwrap_or_else(|| spec.clone());
        let message = "a DaemonSet has one pod a node and cannot be scaled";
        out.push(index, target.found_at("kind", HPA_DAEMONSET, message).hint("remove `autoscaling`"));
    }
    for resource in spec.items("metrics").iter().filter_map(|metric| metric.get("resource")) {
        let Some(name) = resource.str("name") else { continue };
        let Some(target) = resource.at(&["target", "averageUtilization"]) else { continue };
        if let Some(container) = without_request(workload, name) {
            let message = format!("the container `{container}` requests no {name}: the target is never computed");
            let hint = format!("add `resources.requests.{name}` to each container that runs beside the app");
            out.push(index, target.found(HPA_WITHOUT_REQUEST, message).hint(hint));
        }
    }
}

/// The first container that runs all the time and requests none of it. A limit is a request, where there is no other.
/// Source: `calculatePodRequests` (kubernetes/pkg/controller/podautoscaler/replica_calculator.go)
fn without_request<'s>(workload: &Workload<'s>, name: &'s str) -> Option<&'s str> {
    let whole = workload.pod.spec.get("resources");
    if whole.is_some_and(|at| at.at(&["requests", name]).is_some()) {
        return None;
    }
    let stays = |role: Role, at: &At| role == Role::Main || at.str("restartPolicy") == Some("Always");
    let all = workload.pod.containers().into_iter().filter(|(role, at)| stays(*role, at));
    let lacks = |at: &At| ["requests", "limits"].iter().all(|key| at.at(&["resources", key, name]).is_none());
    all.map(|(_, at)| at).find(lacks).and_then(|at| at.str("name"))
}

/// Required anti-affinity by node, and a rollout that begins a pod more.
fn crowded(workload: &Workload, out: &mut Findings) {
    const RULE: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let Some(rule) = workload.pod.spec.at(&["affinity", "podAntiAffinity", RULE]).filter(|_| workload.surges()) else {
        return;
    };
    let own = workload.pod.labels();
    let is_own = |term: &At| {
        let labels = term.get("labelSelector").map(|at| at.entries("matchLabels")).unwrap_or_default();
        let hits = labels.iter().all(|(key, at)| at.text().is_some_and(|value| own.contains(&(key, value))));
        term.str("topologyKey") == Some("kubernetes.io/hostname") && !labels.is_empty() && hits
    };
    if rule.children().iter().any(is_own) {
        let message =
            "a rollout begins one pod more, which needs a free node of its own: where there is none, it waits forever";
        let hint = "write `strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}`, or `antiAffinity: preferred`";
        out.push(workload.index, rule.found(ANTI_AFFINITY_ROLLOUT, message).hint(hint));
    }
}

/// How many zones there are nobody here knows; that one pod cannot be spread is sure.
fn spread(set: &Set, workload: &Workload, out: &mut Findings) {
    if set.replicas(workload) != Some(1) || !workload.surges() {
        return;
    }
    for rule in workload.pod.spec.items("topologySpreadConstraints") {
        let strict = rule.str("whenUnsatisfiable") == Some("DoNotSchedule");
        let by_zone = rule.str("topologyKey") == Some("topology.kubernetes.io/zone");
        if strict && by_zone && rule.get("matchLabelKeys").is_none() {
            let message = "one pod has nothing to be spread over; in a rollout the new one may not start in the zone of the old one";
            let finding = rule.found_at("whenUnsatisfiable", ZONE_SPREAD_ONE, message);
            out.push(workload.index, finding.hint("write `ScheduleAnyway` (`topologySpread: zone`), or more replicas"));
        }
    }
}

/// One pod behind an Ingress or a route. What writes a claim of its own cannot have two.
fn alone(set: &Set, out: &mut Findings) {
    let mut said = BTreeSet::new();
    for (resource, name) in backends(set) {
        let namespace = &resource.id.namespace;
        let service = set.object("Service", namespace, name).map(|(_, service)| At::root(&service.body));
        let labels = service.and_then(|root| Some(root.get("spec")?.entries("selector"))).unwrap_or_default();
        for workload in set.selected(namespace, &labels) {
            let fixed = set.claims(workload).iter().any(|claim| claim.is_for_one());
            let Some(spec) = workload.root.get("spec").filter(|_| set.replicas(workload) == Some(1) && !fixed) else {
                continue;
            };
            if said.insert(workload.index) {
                let message = format!("one pod serves {}: each drain of its node is an outage", resource.id);
                let finding = spec.found_at("replicas", SINGLE_REPLICA, message);
                out.push(workload.index, finding.hint("write `replicas: 2` or more"));
            }
        }
    }
}

/// The Services that Ingresses and routes send requests to.
fn backends<'s>(set: &Set<'s>) -> Vec<(&'s Resource, &'s str)> {
    let ways = ["Ingress", "HTTPRoute"].into_iter().flat_map(|kind| set.kind(kind));
    let of = |(_, resource, _): (usize, &'s Resource, At<'s>)| {
        let services = reference::of(resource).into_iter().filter(|reference| reference.kind == "Service");
        services.map(|reference| (resource, reference.name)).collect::<Vec<_>>()
    };
    ways.flat_map(of).collect()
}
