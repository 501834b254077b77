//! How many pods of an app there are: its autoscaler, and its disruption budget.

use super::label::Owner;
use super::node::{Node, compact, get, list, map, merged, take};
use super::probe;
use super::{Planned, Planner};
use crate::diag::Diagnostic;
use crate::project::MISSING_KEY;
use crate::tree::Tree;

crate::declare! {
    /// autoscaling by nothing
    ///
    /// Autoscaling has nothing to scale by.
    /// Fix: `cpu: 70`.
    HPA_NO_METRIC = "hpa-no-metric", Error;
}

pub fn scaling(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, base: &Node) -> Option<Planned> {
    let scaling = get(app, "autoscaling")?.clone();
    let place = |cx: &Planner, key: &str| get(&scaling, key).or(scaling.first_leaf()).and_then(|node| cx.span_in(node));
    if get(&scaling, "maxReplicas").is_none() {
        let at = place(cx, "maxReplicas");
        let d = Diagnostic::new(MISSING_KEY, format!("`{}.autoscaling` has no `maxReplicas`", owner.id));
        cx.report.push(d.at(at).hint("add `maxReplicas: 10`"));
    }
    let mut metrics = Vec::new();
    for resource in ["cpu", "memory"] {
        let Some(target) = get(&scaling, resource) else { continue };
        metrics.push(map([("name", resource.into()), ("utilization", target.clone())]));
    }
    let more = get(&scaling, "metrics").cloned().unwrap_or_default();
    if metrics.is_empty() && more.is_null() {
        let at = place(cx, "maxReplicas");
        let d = Diagnostic::new(HPA_NO_METRIC, format!("`{}.autoscaling` has nothing to scale by", owner.id)).at(at);
        cx.report.push(d.hint("add `cpu: 70`"));
    }
    let context = map([
        ("kind", workload.into()),
        ("minReplicas", least(app)),
        ("maxReplicas", take(&scaling, "maxReplicas")),
        ("metrics", list(metrics)),
        ("more", more.or_list()),
        ("behavior", take(&scaling, "behavior")),
    ]);
    Some(Planned::new("app/horizontalpodautoscaler.yaml", merged(base.clone(), &context)))
}

/// The least number of pods: autoscaling that does not say begins where the preset does.
fn least(app: &Node) -> Node {
    let scaling = take(app, "autoscaling");
    if let Some(said) = get(&scaling, "minReplicas") {
        return said.clone();
    }
    let count = |node: Option<&Node>| node.and_then(Tree::as_i64);
    let replicas = get(app, "replicas").cloned().unwrap_or_else(|| 1.into());
    match (count(get(&scaling, "maxReplicas")), count(Some(&replicas))) {
        (Some(max), Some(replicas)) if max < replicas => take(&scaling, "maxReplicas"),
        _ => replicas,
    }
}

/// A budget where at least two pods are meant to run: on one pod it would only block drains.
pub fn disruption(cx: &Planner, app: &Node, workload: &str, base: &Node) -> Option<Planned> {
    let budget = get(app, "disruptionBudget").filter(|node| node.as_map().is_some())?;
    let least = least(app);
    // A preset's is for what can have several pods.
    let is_possible =
        if workload == "DaemonSet" { probe::is_users(cx, budget) } else { least.as_i64().unwrap_or(1) > 1 };
    if !is_possible {
        return None;
    }
    let keys = ["minAvailable", "maxUnavailable", "unhealthyPodEvictionPolicy"];
    let more = map([("budget", compact(keys.map(|key| (key, take(budget, key)))))]);
    Some(Planned::new("app/poddisruptionbudget.yaml", merged(base.clone(), &more)).because(&least.from))
}
