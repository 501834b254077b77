//! Where CloudNativePG runs its pods.
//!
//! Owns: the project's words for it (`antiAffinity`, `affinity`, `nodeSelector`, `tolerations`, `topologySpread`) in the
//! fields of a Cluster.

use super::label::Owner;
use super::node::{Node, compact, get, list, map, maybe, merged, str_of, take, text};

/// The operator's own words for where its pods run.
pub fn affinity(store: &Node) -> Node {
    let host = |from| text("kubernetes.io/hostname", from);
    let pods = match (get(store, "affinity"), get(store, "antiAffinity")) {
        (Some(said), _) => compact([
            ("enablePodAntiAffinity", Node::from(false).of(&said.from)),
            ("nodeAffinity", take(said, "nodeAffinity")),
            ("additionalPodAffinity", take(said, "podAffinity")),
            ("additionalPodAntiAffinity", take(said, "podAntiAffinity")),
        ]),
        (None, Some(word)) if word.as_str() != Some("none") => map([
            ("enablePodAntiAffinity", Node::from(true).of(&word.from)),
            ("topologyKey", host(&word.from)),
            ("podAntiAffinityType", word.clone()),
        ]),
        (None, word) => map([("enablePodAntiAffinity", Node::from(false).of(&maybe(word.cloned()).from))]),
    };
    merged(pods, &compact([("nodeSelector", take(store, "nodeSelector")), ("tolerations", take(store, "tolerations"))]))
}

/// As for any pod, with the labels that the operator gives its own.
pub fn spread(owner: &Owner, store: &Node) -> Node {
    if let Some(said) = get(store, "topologySpreadConstraints") {
        return said.clone();
    }
    let key = match str_of(store, "topologySpread") {
        Some("zone") => "topology.kubernetes.io/zone",
        Some("host") => "kubernetes.io/hostname",
        _ => return Node::null(),
    };
    let from = take(store, "topologySpread").from;
    list(vec![map([
        ("maxSkew", Node::from(1).of(&from)),
        ("topologyKey", text(key, &from)),
        ("whenUnsatisfiable", text("ScheduleAnyway", &from)),
        ("labelSelector", map([("matchLabels", map([("cnpg.io/cluster", owner.name_node())]))])),
    ])])
    .of(&from)
}
