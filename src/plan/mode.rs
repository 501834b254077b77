//! Settings that only some modes of a store have.
//!
//! Owns: a table for each kind of store, and the refusal of what a mode would pass over.
//! A mode that a profile changes leaves what weaker layers say for the mode below: `storage` at the top level is for the
//! profiles that run a server. What stands beside the mode, or above it, is a slip.

use super::Planner;
use super::label::Owner;
use super::node::{Node, get, str_of, take};
use crate::diag::{Diagnostic, suggest};
use crate::settings::{From, Layer};
use crate::tree::{Kind, Tree};

crate::rules! {
    /// a setting for another mode of the store
    ///
    /// The setting is for another mode of the store, and would have no effect.
    /// Fix: remove it (in a profile: `null`), or change the mode.
    MODE_FIELD = "mode-field", Error;
}

/// A setting, the modes that have it, and what to do in the others.
pub struct Rule {
    pub path: &'static [&'static str],
    pub modes: &'static [&'static str],
    /// Instead of "remove it", by mode.
    pub hints: &'static [(&'static str, &'static str)],
    /// Refused whatever layer it stands in: to lose it without a word would harm.
    pub always: bool,
}

const fn only(path: &'static [&'static str], modes: &'static [&'static str]) -> Rule {
    Rule { path, modes, hints: &[], always: false }
}

const fn hinted(
    path: &'static [&'static str],
    modes: &'static [&'static str],
    hints: &'static [(&'static str, &'static str)],
) -> Rule {
    Rule { path, modes, hints, always: false }
}

const POD: &[&str] = &["standalone"];
const RUN: &[&str] = &["standalone", "cnpg"];
const CNPG: &[&str] = &["cnpg"];
const EXTERNAL: &[&str] = &["external"];

/// What is not here, every mode has.
pub const POSTGRES: &[Rule] = &[
    only(&["major"], POD),
    only(&["storage"], RUN),
    only(&["storage", "accessModes"], POD),
    only(&["walStorage"], CNPG),
    only(&["config"], RUN),
    only(&["initSql"], RUN),
    Rule {
        path: &["backup"],
        modes: RUN,
        hints: &[("external", "its provider makes them; write `backup: none` in this profile")],
        always: true,
    },
    hinted(
        &["instances"],
        CNPG,
        &[("standalone", "a standalone PostgreSQL is one server; use `mode: cnpg` for more, or remove it")],
    ),
    hinted(&["replicas"], POD, &[("cnpg", "write `instances`, which counts the primary too")]),
    only(&["sslmode"], EXTERNAL),
    only(&["url"], EXTERNAL),
    only(&["host"], EXTERNAL),
    only(&["port"], EXTERNAL),
    only(&["imagePullPolicy"], RUN),
    hinted(
        &["service"],
        POD,
        &[("cnpg", "the operator names the Services: `NAME-rw` is the primary, `NAME-ro` the replicas")],
    ),
    only(&["resources"], RUN),
    only(&["livenessProbe"], RUN),
    only(&["readinessProbe"], RUN),
    only(&["startupProbe"], RUN),
    only(&["env"], RUN),
    only(&["metrics"], RUN),
    hinted(
        &["disruptionBudget"],
        &[],
        &[
            ("standalone", "a budget on one pod blocks every node drain; use `mode: cnpg` for several, or remove it"),
            ("cnpg", "the operator makes its own; remove it, or write `disruptionBudget: none` to have none"),
            ("external", "remove it (in a profile: `null`)"),
        ],
    ),
    only(&["networkPolicy"], RUN),
    only(&["antiAffinity"], RUN),
    only(&["affinity"], RUN),
    only(&["topologySpread"], RUN),
    only(&["topologySpreadConstraints"], RUN),
    only(&["nodeSelector"], RUN),
    only(&["tolerations"], RUN),
    only(&["priorityClassName"], RUN),
    only(&["runtimeClassName"], POD),
    only(&["schedulerName"], RUN),
    only(&["imagePullSecrets"], RUN),
    only(&["hostAliases"], POD),
    only(&["dnsConfig"], POD),
    only(&["dnsPolicy"], POD),
    only(&["hostNetwork"], POD),
    only(&["shareProcessNamespace"], POD),
    only(&["terminationGracePeriodSeconds"], POD),
    only(&["serviceAccount"], RUN),
    only(&["serviceAccount", "create"], POD),
    only(&["serviceAccount", "name"], POD),
    only(&["serviceAccount", "automount"], POD),
    only(&["securityContext"], POD),
    hinted(&["podAnnotations"], POD, &[("cnpg", "the operator makes the pods; `annotations` are on the Cluster")]),
    hinted(&["podLabels"], POD, &[("cnpg", "the operator makes the pods; `labels` are on the Cluster")]),
    only(&["annotations"], RUN),
    only(&["labels"], RUN),
];

const ONE: &[&str] = &["standalone"];
const SET: &[&str] = &["sentinel", "operator"];
const OWN: &[&str] = &["standalone", "sentinel"];
const ALL: &[&str] = &["standalone", "sentinel", "operator"];

/// As [`POSTGRES`]. More than one of `replicas` on a standalone Redis has a message of its own.
pub const REDIS: &[Rule] = &[
    only(&["workload"], ONE),
    only(&["strategy"], ONE),
    only(&["persistence"], ALL),
    only(&["persistence", "claim"], ONE),
    only(&["maxMemory"], ALL),
    only(&["evictionPolicy"], ALL),
    only(&["config"], ALL),
    only(&["replicas"], ALL),
    only(&["url"], EXTERNAL),
    only(&["host"], EXTERNAL),
    only(&["port"], EXTERNAL),
    only(&["tls"], EXTERNAL),
    only(&["username"], EXTERNAL),
    only(&["imagePullPolicy"], ALL),
    hinted(&["service"], OWN, &[("operator", "the operator names the Services: `NAME-master` is the primary")]),
    only(&["resources"], ALL),
    only(&["livenessProbe"], OWN),
    only(&["readinessProbe"], OWN),
    only(&["startupProbe"], OWN),
    only(&["env"], OWN),
    only(&["metrics"], ALL),
    hinted(
        &["disruptionBudget"],
        SET,
        &[(
            "standalone",
            "a budget on one pod blocks every node drain; use `mode: sentinel` for several, or remove it",
        )],
    ),
    only(&["networkPolicy"], ALL),
    only(&["antiAffinity"], ALL),
    only(&["affinity"], ALL),
    only(&["topologySpread"], ALL),
    only(&["topologySpreadConstraints"], ALL),
    only(&["nodeSelector"], ALL),
    only(&["tolerations"], ALL),
    only(&["priorityClassName"], ALL),
    only(&["runtimeClassName"], OWN),
    only(&["schedulerName"], OWN),
    only(&["imagePullSecrets"], ALL),
    only(&["hostAliases"], OWN),
    only(&["dnsConfig"], OWN),
    only(&["dnsPolicy"], OWN),
    only(&["hostNetwork"], OWN),
    only(&["shareProcessNamespace"], OWN),
    only(&["terminationGracePeriodSeconds"], ALL),
    only(&["serviceAccount"], ALL),
    only(&["serviceAccount", "create"], OWN),
    only(&["serviceAccount", "automount"], OWN),
    only(&["securityContext"], ALL),
    hinted(&["podAnnotations"], OWN, &[("operator", "the operator makes the pods; it gives them the `annotations`")]),
    hinted(&["podLabels"], OWN, &[("operator", "the operator makes the pods; it gives them the `labels`")]),
    only(&["annotations"], ALL),
    only(&["labels"], ALL),
];

/// The settings of a single pod: without what a preset says for several, which have each other to avoid.
pub fn alone(cx: &Planner, store: &Node) -> Node {
    let mut store = store.clone();
    for key in ["antiAffinity", "topologySpread"] {
        let is_presets = get(&store, key).is_some_and(|said| !cx.settings.is_users(&said.from));
        if let (Some(map), true) = (store.as_map_mut(), is_presets) {
            map.remove(key);
        }
    }
    store
}

/// Refuses what the user wrote for another mode.
pub fn check(cx: &mut Planner, owner: &Owner, store: &Node, rules: &[Rule]) {
    let mode = str_of(store, "mode").unwrap_or("standalone").to_owned();
    let chosen = rank(cx, &take(store, "mode").from);
    // Of a setting that is refused whole, no part is named again.
    let mut refused: Vec<&[&str]> = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.modes.contains(&&*mode)) {
        let Some(said) = rule.path.iter().try_fold(store, |node, key| get(node, key)) else { continue };
        if said.as_str() == Some("none") || refused.iter().any(|path| rule.path.starts_with(path)) {
            continue;
        }
        let Some(leaf) = slip(cx, said, if rule.always { usize::MAX } else { chosen }) else { continue };
        let message = format!("`{}` has `mode: {mode}`, which has no use for `{}`", owner.id, rule.path.join("."));
        let modes = || suggest::or(rule.modes.iter().map(|mode| format!("`mode: {mode}`")));
        let hint = rule.hints.iter().find(|(of, _)| *of == mode).map(|(_, hint)| (*hint).to_owned());
        let hint = hint.unwrap_or_else(|| format!("remove it (in a profile: `null`); it is for {}", modes()));
        let d = Diagnostic::new(MODE_FIELD, message).in_profile(&cx.settings.profile).at(cx.span_in(&leaf));
        cx.report.push(d.hint(hint));
        refused.push(rule.path);
    }
}

/// The first part that the user wrote, in no weaker layer than the mode.
fn slip(cx: &Planner, said: &Node, chosen: usize) -> Option<Node> {
    let mut found = None;
    said.leaves(&mut |_, leaf| {
        let leaf: &Tree<From> = leaf;
        if found.is_none() && cx.settings.is_users(&leaf.from) && rank(cx, &leaf.from) <= chosen {
            found = Some(leaf.clone());
        }
    });
    found.filter(|leaf: &Node| !matches!(leaf.kind, Kind::Null))
}

/// The layer of the winning value, from the strongest. Of two profiles that a third extends neither is weaker here.
fn rank(cx: &Planner, from: &From) -> usize {
    let entry = from.ids().first().and_then(|id| cx.settings.entries.get(*id as usize));
    match entry.and_then(|entry| entry.layers.first()).map(|(layer, _)| layer) {
        Some(Layer::Set) => 0,
        Some(Layer::Profile(name)) if *name == cx.settings.profile => 1,
        Some(Layer::Profile(_)) => 2,
        Some(Layer::Project) => 3,
        _ => usize::MAX,
    }
}
