//! What a mode of a store has no use for.
//!
//! Owns: the table, and when a key of it is a slip: where it is written as near as the mode, or nearer. A key of the
//! top level that only the other profiles' modes use is none.

use super::Planner;
use super::label::Owner;
use super::node::{Node, get, str_of, take};
use crate::diag::Diagnostic;
use crate::settings::{From, Layer};

/// What says where an external store is.
const ADDRESS: &[&str] = &["url", "host", "port", "tls", "username", "sslmode"];
/// What pods have.
const PODS: &[&str] = &[
    "affinity",
    "annotations",
    "antiAffinity",
    "disruptionBudget",
    "dnsConfig",
    "dnsPolicy",
    "env",
    "hostAliases",
    "hostNetwork",
    "imagePullPolicy",
    "imagePullSecrets",
    "labels",
    "livenessProbe",
    "metrics",
    "networkPolicy",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
    "priorityClassName",
    "readinessProbe",
    "replicas",
    "resources",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "service",
    "serviceAccount",
    "shareProcessNamespace",
    "startupProbe",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpread",
    "topologySpreadConstraints",
];
/// What the operator has no field for.
const OPERATED: &[&str] = &[
    "dnsConfig",
    "dnsPolicy",
    "env",
    "hostAliases",
    "hostNetwork",
    "livenessProbe",
    "metrics",
    "podAnnotations",
    "podLabels",
    "readinessProbe",
    "runtimeClassName",
    "schedulerName",
    "service",
    "shareProcessNamespace",
    "startupProbe",
    "workload",
];
const SERVER: &[&str] = &["config", "evictionPolicy", "maxMemory", "persistence", "workload"];

/// Section, mode, and the keys that it has no use for.
const UNUSED: &[(&str, &str, &[&[&str]])] = &[
    ("redis", "standalone", &[ADDRESS, &["disruptionBudget"]]),
    ("redis", "sentinel", &[ADDRESS, &["workload"]]),
    ("redis", "operator", &[ADDRESS, OPERATED]),
    ("redis", "external", &[PODS, SERVER]),
];

/// Reports what the user wrote for nothing.
pub fn check(cx: &mut Planner, owner: &Owner, store: &Node) {
    let mode = take(store, "mode");
    let name = mode.as_str().unwrap_or("standalone");
    let rows = UNUSED.iter().filter(|(section, mode, _)| *section == owner.section && *mode == name);
    for key in rows.flat_map(|(_, _, keys)| keys.iter().copied().flatten()) {
        let Some(said) = get(store, key).filter(|_| str_of(store, key) != Some("none")) else { continue };
        let mut slip = None;
        said.leaves(&mut |_, leaf| {
            if slip.is_none() && is_near(cx, &leaf.from, &mode.from) {
                slip = cx.span_in(leaf);
            }
        });
        let Some(slip) = slip else { continue };
        let message = format!("`{}` has `mode: {name}`, which has no use for `{key}`", owner.id);
        let d = Diagnostic::error("mode-field", message).at(slip).in_profile(&cx.settings.profile);
        cx.report.push(d.hint("remove it, or move it to the profile whose mode uses it"));
    }
}

/// Whether a setting was written in the layer that says the mode, or in a stronger one.
fn is_near(cx: &Planner, setting: &From, mode: &From) -> bool {
    let layer = |from: &From| {
        let entry = cx.settings.entries.get(*from.ids().first()? as usize)?;
        entry.layers.first().map(|(layer, _)| layer.clone())
    };
    match (layer(setting), layer(mode)) {
        (Some(Layer::Preset(_) | Layer::Default) | None, _) => false,
        (_, Some(Layer::Project | Layer::Preset(_) | Layer::Default) | None) => true,
        (Some(Layer::Set), _) => true,
        (Some(Layer::Profile(name)), _) if name == cx.settings.profile => true,
        (setting, mode) => setting == mode,
    }
}
