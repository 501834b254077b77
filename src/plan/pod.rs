//! What the pods of a component share: volumes, scheduling, identity, checksums.
//!
//! Owns: the pod's own fields as its template sees them.
//! Does not own: what containers bring to it (`gather.rs`), volumes' shapes (`volume.rs`).

use super::gather::Pod;
use super::label::{self, Owner};
use super::node::{Node, compact, filled, get, list, map, merged, str_of, take, text};
use super::volume;
use super::{Planner, rollout, security};
use crate::settings::From;
use crate::tree::{Kind, Map};

/// How claims become volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// Claims of their own, mounted by name.
    Named,
    /// Templates of a StatefulSet.
    Templates,
}

/// Fields that are written as they stand, in Kubernetes' order.
const AS_WRITTEN: [&str; 10] = [
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "imagePullSecrets",
    "hostAliases",
    "hostNetwork",
    "shareProcessNamespace",
    "dnsPolicy",
    "dnsConfig",
    "nodeSelector",
];

/// What a pod's template sees.
pub fn context(cx: &mut Planner, owner: &Owner, settings: &Node, pod: &Pod, claims: Claims) -> Node {
    for secret in get(settings, "imagePullSecrets").and_then(Node::as_list).unwrap_or_default() {
        cx.exists("secret", secret);
    }
    if let Some(name) = settings.at(&["serviceAccount", "name"]).filter(|_| !creates_account(settings)) {
        cx.exists("serviceAccount", name);
    }
    let mut extra = Map::new();
    for key in AS_WRITTEN {
        if let Some(value) = get(settings, key) {
            extra.insert(key, value.clone());
        }
    }
    let scheduling = scheduling(&label::selector(cx, owner), settings);
    for (key, entry) in scheduling.as_map().into_iter().flat_map(Map::entries) {
        extra.insert(key.clone(), entry.value.clone());
    }
    if let Some(tolerations) = get(settings, "tolerations") {
        extra.insert("tolerations", tolerations.clone());
    }
    map([
        ("labels", label::pod_labels(cx, owner, settings)),
        ("annotations", filled(annotations(cx, owner, settings, pod))),
        ("serviceAccountName", account(owner, settings)),
        ("automount", automount(settings)),
        ("securityContext", security::pod(settings, !pod.claims.is_empty())),
        ("gracePeriod", take(settings, "terminationGracePeriodSeconds")),
        ("extra", Kind::Map(extra).into()),
        ("volumes", filled(volumes(pod, claims))),
    ])
}

/// The user's, then a checksum of each ConfigMap that the pod reads.
fn annotations(cx: &Planner, owner: &Owner, settings: &Node, pod: &Pod) -> Node {
    let mut out = take(settings, "podAnnotations").or_empty();
    let mut add = |name: &str, checksum: &str, from: &From| {
        if let Some(map) = out.as_map_mut() {
            map.insert(format!("checksum.kgen.dev/{name}"), text(checksum, from));
        }
    };
    // A name by hash is a change of the pod already.
    let rollout = take(&cx.settings.root, "rollout");
    let by_name = rollout.as_str() == Some("hash");
    for (name, asked) in pod.configs.iter().filter(|_| !by_name) {
        if let Some((checksum, from)) = cx.checksums.get(name) {
            add(name, checksum, &from.and(asked).and(&rollout.from));
        }
    }
    if !pod.files.is_empty() && !by_name {
        let from = pod.files.iter().fold(rollout.from.clone(), |from, (_, node)| from.and(&node.from));
        add(&format!("{}-files", owner.name), &super::config::checksum(&pod.files), &from);
    }
    if let Some((checksum, from)) = rollout::checksum(cx, &pod.secrets) {
        add("secrets", &checksum, &from);
    }
    out
}

/// The account of the pods: always named. An apply that only leaves it out leaves the old one in place, which the server
/// keeps in a deprecated second field, and pruning then deletes the account that the next pod asks for.
fn account(owner: &Owner, settings: &Node) -> Node {
    let said = take(settings, "serviceAccount");
    match get(&said, "name") {
        Some(name) => name.clone(),
        None if creates_account(settings) => {
            let create = settings.at(&["serviceAccount", "create"]).map(|create| create.from.clone());
            owner.name_node().of(&create.unwrap_or_default())
        }
        None => text("default", &settings.at(&["serviceAccount", "create"]).unwrap_or(&said).from),
    }
}

pub fn creates_account(settings: &Node) -> bool {
    settings.at(&["serviceAccount", "create"]).and_then(Node::as_bool) == Some(true)
}

fn automount(settings: &Node) -> Node {
    settings.at(&["serviceAccount", "automount"]).cloned().unwrap_or_else(|| false.into())
}

fn volumes(pod: &Pod, claims: Claims) -> Node {
    let mut out: Vec<Node> = Vec::new();
    if claims == Claims::Named {
        for claim in &pod.claims {
            out.push(merged(map([("name", claim.volume.as_str().into())]), &volume::claim_volume(claim)));
        }
    }
    for (name, source) in &pod.volumes {
        out.push(merged(map([("name", name.as_str().into())]), source));
    }
    list(out)
}

/// `affinity` and `topologySpreadConstraints`: the user's own, or what the short words mean for the selected pods.
pub fn scheduling(selector: &Node, settings: &Node) -> Node {
    compact([("affinity", affinity(selector, settings)), ("topologySpreadConstraints", spread(selector, settings))])
}

fn affinity(selector: &Node, settings: &Node) -> Node {
    if let Some(said) = get(settings, "affinity") {
        return said.clone();
    }
    let Some(word) = get(settings, "antiAffinity") else { return Node::null() };
    let term = map([
        ("labelSelector", map([("matchLabels", selector.clone())])),
        ("topologyKey", text("kubernetes.io/hostname", &word.from)),
    ]);
    let rule = match word.as_str() {
        Some("required") => ("requiredDuringSchedulingIgnoredDuringExecution", list(vec![term])),
        Some("preferred") => {
            let weighted = map([("weight", Node::from(100).of(&word.from)), ("podAffinityTerm", term)]);
            ("preferredDuringSchedulingIgnoredDuringExecution", list(vec![weighted]))
        }
        _ => return Node::null(),
    };
    map([("podAntiAffinity", map([rule]))]).of(&word.from)
}

/// `ScheduleAnyway`: a cluster with fewer zones than replicas must still run them.
fn spread(selector: &Node, settings: &Node) -> Node {
    if let Some(said) = get(settings, "topologySpreadConstraints") {
        return said.clone();
    }
    let key = match str_of(settings, "topologySpread") {
        Some("zone") => "topology.kubernetes.io/zone",
        Some("host") => "kubernetes.io/hostname",
        _ => return Node::null(),
    };
    let from = take(settings, "topologySpread").from;
    list(vec![map([
        ("maxSkew", Node::from(1).of(&from)),
        ("topologyKey", text(key, &from)),
        ("whenUnsatisfiable", text("ScheduleAnyway", &from)),
        ("labelSelector", map([("matchLabels", selector.clone())])),
    ])])
    .of(&from)
}
