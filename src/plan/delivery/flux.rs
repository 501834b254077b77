//! A Kustomization of Flux for each profile, in a folder of its own: a cluster takes the one that is its own.
//!
//! Owns: its fields, and what they say about each other.
//! Source: https://fluxcd.io/flux/components/kustomize/kustomizations/

use super::super::Planned;
use super::super::label::Owner;
use super::super::node::{Node, filled, get, map, merged, take, text};
use super::Member;
use crate::diag::{Diagnostic, Report};
use crate::plan::delivery::DELIVERY_IGNORED;
use crate::settings::Settings;
use crate::tree::{Kind, Map, Tree};

pub const TEMPLATE: &str = "delivery/kustomization.yaml";

/// In the order of the object.
const MORE: [&str; 8] = [
    "wait",
    "force",
    "suspend",
    "deletionPolicy",
    "serviceAccountName",
    "healthChecks",
    "healthCheckExprs",
    "dependsOn",
];

pub fn plan(settings: &Settings, members: &[Member], report: &mut Report) -> Vec<(Owner, Planned)> {
    members.iter().for_each(|member| mistakes(settings, member, report));
    // Without one it is Flux's own cluster, of which each profile may have one.
    let cluster = |member: &Member| get(&member.said, "kubeConfig").map(|node| node.to_json().to_string());
    super::same_target(members, cluster, report);
    members.iter().map(kustomization).collect()
}

fn mistakes(settings: &Settings, member: &Member, report: &mut Report) {
    let waits = get(&member.said, "wait").and_then(Tree::as_bool) == Some(true);
    if let Some(checks) = get(&member.said, "healthChecks").filter(|_| waits) {
        let at = checks.first_leaf().and_then(|leaf| settings.span(&leaf.from));
        let message = "Flux takes no notice of `healthChecks` with `wait: true`, which waits for all objects";
        let d = Diagnostic::new(DELIVERY_IGNORED, message).at(at).in_profile(&member.name);
        report.push(d.hint("remove them, or write `wait: false`"));
    }
    if let Some(decryption) = get(&member.said, "decryption").filter(|_| !member.is_sops) {
        let at = decryption.first_leaf().and_then(|leaf| settings.span(&leaf.from));
        let message = "there is nothing to decrypt: no secret has `secretProvider: sops`";
        let d = Diagnostic::new(DELIVERY_IGNORED, message).at(at).in_profile(&member.name);
        report.push(d.hint("move `decryption` to the profiles that use SOPS"));
    }
}

fn kustomization(member: &Member) -> (Owner, Planned) {
    let project = member.project();
    let own = merged(member.labels.clone(), &map([("kgen.dev/profile", member.name_node())]));
    let said = |key: &str| take(&member.said, key);
    let path = member.path();
    let mut more = Map::new();
    for (key, entry) in MORE.iter().filter_map(|key| Some((*key, member.said.as_map()?.entry(key)?))) {
        if !entry.value.is_null() {
            more.insert_from(key, entry.key_from.clone(), entry.value.clone());
        }
    }
    for (key, value) in [("kubeConfig", said("kubeConfig")), ("decryption", decryption(member))] {
        if !value.is_null() {
            more.insert(key, value);
        }
    }
    let context = map([
        ("name", text(format!("{project}-{}", member.name), &project.from)),
        ("namespace", said("namespace")),
        ("labels", merged(super::labels(&project, &own), &said("labels").or_empty())),
        ("annotations", filled(merged(member.annotations.clone(), &said("annotations").or_empty()))),
        ("interval", said("interval")),
        ("retryInterval", said("retryInterval")),
        ("timeout", said("timeout")),
        ("sourceRef", merged(map([("kind", "GitRepository".into())]), &said("sourceRef"))),
        ("path", text(format!("./{path}"), &path.from)),
        ("prune", said("prune")),
        ("more", filled(Kind::Map(more).into())),
    ]);
    (member.owner(format!("delivery.flux.{}", member.name)), Planned::new(TEMPLATE, context))
}

/// The Secret is the one of Flux's own guide. Source: https://fluxcd.io/flux/guides/mozilla-sops/
fn decryption(member: &Member) -> Node {
    if !member.is_sops {
        return Node::null();
    }
    let because = member.root.get("secretProvider").and_then(Tree::first_leaf).map(|leaf| leaf.from.clone());
    let because = because.unwrap_or_default();
    let said = take(&member.said, "decryption").or_empty();
    let provider = map([("provider", text("sops", &because))]);
    let has_keys = said.get("secretRef").is_some() || said.get("serviceAccountName").is_some();
    let keys = map([("secretRef", map([("name", text("sops-age", &because))]))]);
    merged(if has_keys { provider } else { merged(provider, &keys) }, &said)
}
