//! Apps: which objects an app has and what their templates see.
//!
//! Owns: the workload, its claims and its account.
//! Does not own: Services (`service.rs`), ways in (`route.rs`), how many pods there are (`scaling.rs`).

use super::container::{self, Place};
use super::gather::Pod;
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, maybe, merged, str_of, take, text};
use super::object::{meta, service_account};
use super::pod::{self, Claims};
use super::port;
use super::{Keeps, Planned, Planner, config, policy, rollout, route, scaling, service, wait};
use crate::diag::Diagnostic;
use crate::project::schema::EXCLUSIVE_KEYS;
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// a field that this kind of workload has not
    ///
    /// The kind of workload has no such field, and the API would refuse it.
    /// Fix: remove it, or use the kind that the hint names.
    WORKLOAD_FIELD = "workload-field", Error;
}

/// The objects of one app.
pub fn plan(cx: &mut Planner, owner: &Owner, app: &Node) -> Vec<Planned> {
    let workload = str_of(app, "workload").unwrap_or("Deployment").to_owned();
    let app = &fitting(cx, owner, app, &workload);
    let ports = port::served(app);
    port::check(cx, owner, app, &ports);
    let mut pod = Pod::default();
    let main = container::container(cx, owner, &owner.id, &owner.name_node(), app, &mut pod, Place::Main);
    let mut init = wait::containers(cx, owner, app);
    init.extend(container::others(cx, owner, app, "sidecars", &mut pod));
    init.extend(container::others(cx, owner, app, "initContainers", &mut pod));
    let claims = if workload == "StatefulSet" { Claims::Templates } else { Claims::Named };
    let pod_context = pod::context(cx, owner, app, &pod, claims);
    let pod_context =
        merged(pod_context, &map([("initContainers", filled(list(init))), ("containers", list(vec![main]))]));
    let mut base = meta(cx, owner, app);
    base = merged(base, &map([("selector", label::selector(cx, owner)), ("pod", pod_context)]));
    let mut out = vec![self::workload(cx, owner, app, &workload, &pod, &base)];
    out.extend(claims_of(&workload, &pod, &base));
    out.extend(service::services(cx, owner, app, &workload, &ports, &base));
    out.extend(route::routes(cx, owner, app, &ports, &base));
    out.extend(scaling::scaling(cx, owner, app, &workload, &base));
    out.extend(scaling::disruption(cx, app, &workload, &base));
    if pod::creates_account(app) {
        out.push(service_account(app, &base));
    }
    out.extend(config::files(cx, owner, &pod.files));
    policy::open(cx, owner, app, &ports);
    out
}

/// What only some kinds of workload have, and which.
const ONLY_ON: [(&[&str], &[&str]); 5] = [
    (&["replicas"], &["Deployment", "StatefulSet"]),
    (&["podManagementPolicy"], &["StatefulSet"]),
    (&["progressDeadlineSeconds"], &["Deployment"]),
    (&["strategy", "rollingUpdate", "partition"], &["StatefulSet"]),
    (&["strategy", "rollingUpdate", "maxSurge"], &["Deployment", "DaemonSet"]),
];
/// What a preset says for the pods of a Deployment, and a DaemonSet's one pod a node has no use for.
const NOT_ON_EVERY_NODE: [&str; 3] = ["replicas", "antiAffinity", "topologySpread"];

/// An app without the presets' words that its kind of workload has no use for; the user's own are an error rather than
/// ignored.
fn fitting(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str) -> Node {
    let mut app = app.clone();
    if let (Some(map), "DaemonSet") = (app.as_map_mut(), workload) {
        for key in NOT_ON_EVERY_NODE {
            if map.get(key).is_some_and(|node| !cx.settings.is_users(&node.from)) {
                map.remove(key);
            }
        }
    }
    for (path, kinds) in ONLY_ON.iter().filter(|(_, kinds)| !kinds.contains(&workload)) {
        if let Some(node) = app.at(path).filter(|node| !node.is_null()) {
            misplaced(cx, owner, node, &format!("`{}`", path.join(".")), workload, kinds);
        }
    }
    let kinds: &[&str] = match app.at(&["strategy", "type"]).and_then(Tree::as_str) {
        Some("Recreate") => &["Deployment"],
        Some("OnDelete") => &["StatefulSet", "DaemonSet"],
        _ => &[],
    };
    if let Some(node) = app.at(&["strategy", "type"]).filter(|_| !kinds.is_empty() && !kinds.contains(&workload)) {
        misplaced(cx, owner, node, &format!("strategy `{node}`"), workload, kinds);
    }
    app
}

fn misplaced(cx: &mut Planner, owner: &Owner, node: &Node, what: &str, workload: &str, kinds: &[&str]) {
    let message = format!("`{}` is a {workload}, which has no {what}", owner.id);
    let hint = format!("only a {} has it; remove it (in a profile: `null`)", kinds.join(" or a "));
    cx.report.push(Diagnostic::new(WORKLOAD_FIELD, message).at(cx.span_in(node)).hint(hint));
}

fn workload(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, pod: &Pod, base: &Node) -> Planned {
    // What a preset says is for what is not autoscaled.
    let is_said = |replicas: &Node| get(app, "autoscaling").is_none() || cx.settings.is_users(&replicas.from);
    let replicas = maybe(get(app, "replicas").filter(|replicas| is_said(replicas)).cloned());
    unused(cx, owner, app);
    let context = merged(
        base.clone(),
        &map([
            ("labels", label::versioned(take(base, "labels"), app)),
            (
                "annotations",
                filled(merged(take(base, "annotations").or_empty(), &rollout::reloader(cx, pod).or_empty())),
            ),
            ("replicas", replicas),
            ("strategy", strategy(app, workload, pod)),
            ("minReadySeconds", take(app, "minReadySeconds")),
            ("revisionHistoryLimit", take(app, "revisionHistoryLimit")),
            ("progressDeadlineSeconds", take(app, "progressDeadlineSeconds")),
            ("podManagementPolicy", take(app, "podManagementPolicy")),
            ("serviceName", text(service::headless_name(owner, app), &owner.from)),
            ("claims", if workload == "StatefulSet" { super::volume::claims(pod) } else { Node::null() }),
        ]),
    );
    Planned::new(
        match workload {
            "StatefulSet" => "app/statefulset.yaml",
            "DaemonSet" => "app/daemonset.yaml",
            _ => "app/deployment.yaml",
        },
        context,
    )
}

/// A rollout that keeps all pods, unless that cannot work: with a claim the old pod goes first, and with required
/// anti-affinity there may be no free node for one more.
fn strategy(app: &Node, workload: &str, pod: &Pod) -> Node {
    let said = take(app, "strategy").or_empty();
    let claimed = workload == "Deployment" && pod.claims.iter().any(|claim| !claim.is_shared());
    let default = match workload {
        "Deployment" if claimed => "Recreate",
        _ => "RollingUpdate",
    };
    let kind = get(&said, "type").cloned().unwrap_or_else(|| default.into());
    if kind.as_str() != Some("RollingUpdate") {
        return map([("type", kind)]);
    }
    let chosen = kind.from.clone();
    let rolling = match workload {
        "Deployment" => {
            let required = str_of(app, "antiAffinity") == Some("required");
            let from = take(app, "antiAffinity").from;
            let (surge, unavailable) = if required { (0, 1) } else { (1, 0) };
            map([("maxSurge", Node::from(surge).of(&from)), ("maxUnavailable", Node::from(unavailable).of(&from))])
        }
        _ => Kind::Map(Map::new()).into(),
    };
    let rolling = merged(rolling, &take(&said, "rollingUpdate").or_empty());
    compact([("type", kind), ("rollingUpdate", filled(rolling).of(&chosen))])
}

fn claims_of(workload: &str, pod: &Pod, base: &Node) -> Vec<Planned> {
    if workload == "StatefulSet" {
        return Vec::new();
    }
    let planned = |claim: &super::gather::Claim| {
        let context = merged(base.clone(), &map([("claim", claim.context())]));
        Planned::new("app/claim.yaml", merged(context, &map([("name", claim.name.clone())]))).keeping(Keeps::Data)
    };
    pod.claims.iter().map(planned).collect()
}

/// Settings that nothing would come of.
fn unused(cx: &mut Planner, owner: &Owner, app: &Node) {
    let strategy = take(app, "strategy");
    let kind = str_of(&strategy, "type").filter(|kind| *kind != "RollingUpdate");
    if let (Some(kind), Some(rolling)) = (kind, get(&strategy, "rollingUpdate")) {
        let message = format!("`{}.strategy` has `rollingUpdate` beside `type: {kind}`", owner.id);
        let d = Diagnostic::new(EXCLUSIVE_KEYS, message).at(cx.span_in(rolling));
        cx.report.push(d.hint("remove `rollingUpdate`, or `type`"));
    }
}
