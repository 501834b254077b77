//! Apps: which objects an app has and what their templates see.

use super::container::{self, Place};
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, maybe, merged, str_of, take, text};
use super::pod::{self, Claims, Pod};
use super::port::{self, Port};
use super::{Planned, Planner, config, policy, probe, rollout, wait};
use crate::diag::Diagnostic;
use crate::tree::{Kind, Map, Tree};

/// The objects of one app.
pub fn plan(cx: &mut Planner, owner: &Owner, app: &Node) -> Vec<Planned> {
    let workload = str_of(app, "workload").unwrap_or("Deployment").to_owned();
    let app = &fitting(cx, owner, app, &workload);
    let ports = port::ports(app);
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
    out.extend(services(cx, owner, app, &workload, &ports, &base));
    out.extend(routes(cx, owner, app, &ports, &base));
    out.extend(scaling(cx, owner, app, &workload, &base));
    out.extend(disruption(cx, owner, app, &workload, &base));
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
    cx.report.push(Diagnostic::error("workload-field", message).at(cx.span_in(node)).hint(hint));
}

/// Name, namespace, labels and annotations of an object.
pub fn meta(cx: &Planner, owner: &Owner, settings: &Node) -> Node {
    map([
        ("name", owner.name_node()),
        ("namespace", cx.namespace()),
        ("labels", label::labels(cx, owner, settings)),
        ("annotations", filled(label::annotations(cx, settings))),
    ])
}

fn workload(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, pod: &Pod, base: &Node) -> Planned {
    let autoscaled = get(app, "autoscaling").is_some();
    if autoscaled && get(app, "replicas").is_some_and(|replicas| cx.settings.is_users(&replicas.from)) {
        let message =
            format!("`{}` has both `replicas` and `autoscaling`: every apply would undo the autoscaler", owner.id);
        let d = Diagnostic::error("hpa-and-replicas", message).at(cx.span_in(&take(app, "replicas")));
        cx.report.push(d.hint("remove `replicas` (in a profile: `replicas: null`)"));
    }
    let replicas = if autoscaled { Node::null() } else { take(app, "replicas") };
    single_writer(cx, owner, app, workload, pod, &replicas);
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
            ("serviceName", text(headless_name(owner, app), &owner.from)),
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

/// A claim that one pod at a time may write: a second pod of a Deployment never starts, or writes the same files.
fn single_writer(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, pod: &Pod, replicas: &Node) {
    let Some(claim) = pod.claims.iter().find(|claim| !claim.is_shared()) else { return };
    if workload == "StatefulSet" {
        return;
    }
    let place = cx.span_in_from(&claim.path.from);
    let hint = "use `workload: StatefulSet` (a claim for each pod), or `accessModes: [ReadWriteMany]`";
    let many = replicas.as_i64().is_some_and(|n| n > 1) || get(app, "autoscaling").is_some() || workload == "DaemonSet";
    if many {
        // Several pods because the preset says so are as wrong as several because the user says so, but the way out differs.
        let message =
            format!("the pods of `{}` share one claim at `{}` that one pod at a time may write", owner.id, claim.path);
        let d = Diagnostic::error("rwo-many-replicas", message)
            .of(&owner.id)
            .in_profile(&cx.settings.profile)
            .at(place)
            .hint(hint);
        cx.report.push(d.hint("or `replicas: 1`"));
    }
    // Without a pod more than there are, the old one goes first.
    let surge = app.at(&["strategy", "rollingUpdate", "maxSurge"]).map(Tree::to_string);
    let surges = !matches!(surge.as_deref(), Some("0" | "0%"));
    if surges && app.at(&["strategy", "type"]).and_then(Tree::as_str) == Some("RollingUpdate") {
        let message = format!(
            "`{}` replaces its pods with RollingUpdate, but the new pod cannot have the claim at `{}` while the old one holds it",
            owner.id, claim.path
        );
        let place = cx.span_in(&app.at(&["strategy", "type"]).cloned().unwrap_or_default());
        cx.report.push(
            Diagnostic::error("rwo-rolling-update", message)
                .of(&owner.id)
                .at(place)
                .hint("write `strategy: Recreate`")
                .hint(hint),
        );
    }
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
    let planned = |claim: &super::volume::Claim| {
        let context = merged(base.clone(), &map([("claim", claim.context())]));
        Planned::new("app/claim.yaml", merged(context, &map([("name", claim.name.clone())])))
    };
    pod.claims.iter().map(planned).collect()
}

fn headless_name(owner: &Owner, app: &Node) -> String {
    if app.at(&["service", "clusterIP"]).and_then(Tree::as_str) == Some("None") {
        owner.name.clone()
    } else {
        format!("{}-headless", owner.name)
    }
}

/// Settings that nothing would come of.
fn unused(cx: &mut Planner, owner: &Owner, app: &Node) {
    let strategy = take(app, "strategy");
    let kind = str_of(&strategy, "type").filter(|kind| *kind != "RollingUpdate");
    if let (Some(kind), Some(rolling)) = (kind, get(&strategy, "rollingUpdate")) {
        let message = format!("`{}.strategy` has `rollingUpdate` beside `type: {kind}`", owner.id);
        let d = Diagnostic::error("exclusive-keys", message).at(cx.span_in(rolling));
        cx.report.push(d.hint("remove `rollingUpdate`, or `type`"));
    }
}

fn services(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, ports: &[Port], base: &Node) -> Vec<Planned> {
    let mut out = Vec::new();
    let none = str_of(app, "service") == Some("none");
    let service = if none { Node::null() } else { take(app, "service") };
    let seen = port::service(app, ports);
    if !none && !ports.is_empty() {
        out.push(service_object(cx, app, &service, &seen, base));
    }
    if workload == "StatefulSet" && headless_name(owner, app) != owner.name {
        let ports = filled(of_pods(seen));
        let name = map([("name", text(headless_name(owner, app), &owner.from)), ("ports", ports)]);
        out.push(Planned::new("app/service-headless.yaml", merged(base.clone(), &name)));
    }
    out
}

/// The ports of a headless Service, which has none on the nodes: the API refuses one.
fn of_pods(mut ports: Node) -> Node {
    for port in ports.as_list_mut().into_iter().flatten() {
        if let Some(port) = port.as_map_mut() {
            port.insert("nodePort", Node::null());
        }
    }
    ports
}

const SERVICE_FIELDS: [&str; 8] = [
    "clusterIP",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "sessionAffinity",
    "publishNotReadyAddresses",
    "healthCheckNodePort",
];

fn service_object(cx: &Planner, app: &Node, service: &Node, ports: &Node, base: &Node) -> Planned {
    let kind = get(service, "type").cloned().unwrap_or_else(|| "ClusterIP".into());
    let mut extra = Map::new();
    for key in SERVICE_FIELDS {
        if let Some(value) = get(service, key) {
            extra.insert(key, value.clone());
        }
    }
    let annotations = merged(label::annotations(cx, app), &sticky(app, &[("traefik", TRAEFIK_STICKY)]));
    let annotations = merged(annotations, &take(service, "annotations").or_empty());
    let more = map([
        ("type", kind),
        ("ports", ports.clone()),
        ("extra", Kind::Map(extra).into()),
        ("annotations", filled(annotations)),
    ]);
    Planned::new("app/service.yaml", merged(base.clone(), &more))
}

const NGINX_STICKY: &[(&str, &str)] = &[
    ("nginx.ingress.kubernetes.io/affinity", "cookie"),
    ("nginx.ingress.kubernetes.io/session-cookie-name", "route"),
    ("nginx.ingress.kubernetes.io/session-cookie-max-age", "172800"),
];
const HAPROXY_STICKY: &[(&str, &str)] =
    &[("haproxy-ingress.github.io/affinity", "cookie"), ("haproxy-ingress.github.io/session-cookie-name", "route")];
/// Traefik reads it on the Service.
const TRAEFIK_STICKY: &[(&str, &str)] = &[("traefik.ingress.kubernetes.io/service.sticky.cookie", "true")];

type Words = &'static [(&'static str, &'static str)];

/// The annotations of `stickySessions` for the controller whose class name has one of these words.
fn sticky(app: &Node, known: &[(&str, Words)]) -> Node {
    let asked = app.at(&["ingress", "stickySessions"]).filter(|node| node.as_bool() == Some(true));
    let class = app.at(&["ingress", "className"]).and_then(Tree::as_str).unwrap_or("nginx");
    let words = known.iter().find(|(word, _)| class.contains(word)).map(|(_, words)| *words).unwrap_or_default();
    let mut out = Map::new();
    for (key, value) in words.iter().filter(|_| asked.is_some()) {
        out.insert(*key, text(*value, &asked.map(|node| node.from.clone()).unwrap_or_default()));
    }
    Kind::Map(out).into()
}

fn routes(cx: &mut Planner, owner: &Owner, app: &Node, ports: &[Port], base: &Node) -> Vec<Planned> {
    let ingress = get(app, "ingress").filter(|node| node.as_map().is_some()).cloned();
    let gateway = get(app, "gateway").cloned();
    let mut out = Vec::new();
    for (node, what) in [(&ingress, "ingress"), (&gateway, "gateway")] {
        let unreachable = ports.is_empty() || str_of(app, "service") == Some("none");
        if let Some(node) = node.as_ref().filter(|_| unreachable) {
            let message = format!("`{}` has `{what}` but no Service to send requests to", owner.id);
            let place = node.first_leaf().and_then(|leaf| cx.span_in(leaf));
            let hint = if ports.is_empty() { "add `port:`" } else { "remove `service: none`" };
            cx.report.push(Diagnostic::error("service-no-pods", message).at(place).hint(hint));
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
        let d = Diagnostic::error("sticky-unknown", message).at(cx.span_in(said));
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
            Diagnostic::error("missing-key", "`gateway` has no `parentRefs`")
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

impl Node {
    /// An empty list in place of `null`.
    fn or_list(self) -> Node {
        if self.is_null() { list(Vec::new()) } else { self }
    }
}

fn scaling(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, base: &Node) -> Option<Planned> {
    let scaling = get(app, "autoscaling")?.clone();
    let place = |cx: &Planner, key: &str| get(&scaling, key).or(scaling.first_leaf()).and_then(|node| cx.span_in(node));
    if workload == "DaemonSet" {
        let d = Diagnostic::error(
            "hpa-daemonset",
            format!("`{}` is a DaemonSet, which has one pod a node and cannot be autoscaled", owner.id),
        );
        let at = place(cx, "maxReplicas");
        cx.report.push(d.at(at).hint("remove `autoscaling`"));
    }
    let number = |key: &str| scaling.get(key).and_then(Tree::as_i64);
    if number("maxReplicas").is_none() {
        let at = place(cx, "maxReplicas");
        let d = Diagnostic::error("missing-key", format!("`{}.autoscaling` has no `maxReplicas`", owner.id));
        cx.report.push(d.at(at).hint("add `maxReplicas: 10`"));
    }
    if let (Some(min), Some(max)) = (number("minReplicas"), number("maxReplicas"))
        && min > max
    {
        let at = place(cx, "minReplicas");
        cx.report.push(
            Diagnostic::error("hpa-min-max", format!("`{}` has minReplicas {min} above maxReplicas {max}", owner.id))
                .at(at),
        );
    }
    let mut metrics = Vec::new();
    for resource in ["cpu", "memory"] {
        let Some(target) = get(&scaling, resource) else { continue };
        let has_request = app.at(&["resources", "requests", resource]).is_some_and(|node| !node.is_null());
        if !has_request {
            let message =
                format!("`{}` is scaled by {resource}, but requests none: the target is never computed", owner.id);
            let at = place(cx, resource);
            cx.report.push(
                Diagnostic::error("hpa-without-request", message)
                    .at(at)
                    .hint(format!("add `resources.requests.{resource}`")),
            );
        }
        metrics.push(map([("name", resource.into()), ("utilization", target.clone())]));
    }
    let more = get(&scaling, "metrics").cloned().unwrap_or_default();
    if metrics.is_empty() && more.is_null() {
        let at = place(cx, "maxReplicas");
        let d =
            Diagnostic::error("hpa-no-metric", format!("`{}.autoscaling` has nothing to scale by", owner.id)).at(at);
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
fn disruption(cx: &mut Planner, owner: &Owner, app: &Node, workload: &str, base: &Node) -> Option<Planned> {
    let budget = get(app, "disruptionBudget").filter(|node| node.as_map().is_some())?;
    if workload == "DaemonSet" {
        if probe::is_users(cx, budget) {
            let place = budget.first_leaf().and_then(|leaf| cx.span_in(leaf));
            let message =
                format!("`{}` is a DaemonSet: its budget cannot be computed, and a drain leaves its pods", owner.id);
            cx.report
                .push(Diagnostic::error("pdb-daemonset", message).at(place).hint("write `disruptionBudget: none`"));
        }
        return None;
    }
    let least = least(app);
    if least.as_i64().unwrap_or(1) < 2 {
        return None;
    }
    let keys = ["minAvailable", "maxUnavailable", "unhealthyPodEvictionPolicy"];
    let more = map([("budget", compact(keys.map(|key| (key, take(budget, key)))))]);
    Some(Planned::new("app/poddisruptionbudget.yaml", merged(base.clone(), &more)).because(&least.from))
}

/// The component's own identity.
pub fn service_account(app: &Node, base: &Node) -> Planned {
    let account = take(app, "serviceAccount");
    let annotations = merged(take(base, "annotations").or_empty(), &take(&account, "annotations").or_empty());
    let name = maybe(get(&account, "name").cloned().or_else(|| get(base, "name").cloned()));
    let more = map([("name", name), ("annotations", filled(annotations))]);
    let create = take(&account, "create").from;
    Planned::new("app/serviceaccount.yaml", merged(base.clone(), &more)).because(&create)
}
