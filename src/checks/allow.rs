//! `allow: {ID: REASON}` of a component, and the annotation `allow.kgen.dev/ID: REASON` of a manifest.
//!
//! Owns: what they silence, and that they name a check which finds something there.
//! Does not own: comments that allow a secret in a text (`project/allow.rs`).

use std::collections::BTreeSet;

use super::rules::{self, ALLOW_REFUSED, ALLOW_UNKNOWN, ALLOW_UNUSED};
use crate::diag::{Diagnostic, Report, Rule, suggest};
use crate::resource::{Finding, Part, Resource};
use crate::settings::Settings;
use crate::source::Span;
use crate::tree::{Map, Tree};

/// What was silenced, by component and id: in any profile.
pub type Used = BTreeSet<(String, &'static str)>;

/// Whether a component allows a check.
pub fn allows(settings: &Settings, component: &str, rule: &Rule) -> bool {
    let Some((section, name)) = component.split_once('.') else { return false };
    let said = settings.root.at(&[section, name, "allow", rule.id]).is_some_and(|reason| !reason.is_null());
    rule.allow && said
}

/// The beginning of the annotation by which a manifest, which has no settings, allows a check.
pub const ANNOTATION: &str = "allow.kgen.dev/";

/// Whether the component of an object allows a check, or a manifest itself.
pub fn permits(settings: &Settings, resource: &Resource, rule: &Rule) -> bool {
    if *resource.component != *"manifests" {
        return allows(settings, &resource.component, rule);
    }
    let key = format!("{ANNOTATION}{}", rule.id);
    let reason = resource.body.at(&["metadata", "annotations", &key]).and_then(Tree::as_str);
    rule.allow && reason.is_some_and(|reason| !reason.trim().is_empty())
}

/// Annotations of a manifest that name no check, or one that nothing silences.
pub fn annotations(resource: &Resource) -> Vec<Finding> {
    let map = resource.body.at(&["metadata", "annotations"]).and_then(Tree::as_map);
    let mut out = Vec::new();
    for key in map.into_iter().flat_map(Map::keys).filter(|_| *resource.component == *"manifests") {
        let Some(id) = key.strip_prefix(ANNOTATION) else { continue };
        let path = ["metadata", "annotations", key].map(|part| Part::Key(part.to_owned())).to_vec();
        out.extend(match rules::find(id) {
            Some(check) if check.allow => None,
            Some(check) => {
                Some(Finding::new(ALLOW_REFUSED, path, format!("a manifest cannot allow `{id}`")).hint(wrong(check)))
            }
            None => Some(Finding::new(ALLOW_UNKNOWN, path, format!("no check is called `{id}`")).hint(known(id))),
        });
    }
    out
}

fn wrong(check: &Rule) -> String {
    format!("whatever the reason, it stays wrong: {}", check.summary())
}

fn known(id: &str) -> String {
    suggest::did_you_mean(id, rules::allowable())
        .unwrap_or_else(|| "the name of a check stands in brackets in its message".into())
}

/// Takes out what is allowed.
pub fn lift(report: &mut Report, settings: &Settings, used: &mut Used) {
    report.retain(|diagnostic| {
        let Some(component) = &diagnostic.shown.component else { return true };
        let allowed = allows(settings, component, diagnostic.rule);
        if allowed {
            used.insert((component.to_string(), diagnostic.rule.id));
        }
        !allowed
    });
}

/// All entries of `allow` in one profile: component, id and place.
fn entries(settings: &Settings) -> Vec<(String, &str, Option<Span>)> {
    let mut out = Vec::new();
    for section in ["apps", "jobs", "redis", "postgres"] {
        for (name, component) in settings.root.get(section).and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
            let allow = component.get("allow").and_then(Tree::as_map);
            for (id, entry) in allow.into_iter().flat_map(Map::entries).filter(|(_, entry)| !entry.value.is_null()) {
                let span = settings.span(&entry.key_from).or_else(|| settings.span(&entry.value.from));
                out.push((format!("{section}.{name}"), &**id, span));
            }
        }
    }
    out
}

/// Ids that are none or that nothing silences, and reasons that say nothing.
pub fn mistakes(settings: &Settings, report: &mut Report) {
    for (component, id, span) in entries(settings) {
        let reason =
            component.split_once('.').and_then(|(section, name)| settings.root.at(&[section, name, "allow", id]));
        let d = match rules::find(id) {
            Some(check) if !check.allow => {
                Diagnostic::new(ALLOW_REFUSED, format!("`{component}` cannot allow `{id}`")).hint(wrong(check))
            }
            Some(_) if reason.is_some_and(|reason| reason.to_string().trim().is_empty()) => {
                Diagnostic::new(ALLOW_REFUSED, format!("`{component}` allows `{id}` without a reason"))
                    .hint("say why it is right here: the next reader has only that")
            }
            Some(_) => continue,
            None => {
                let message = format!("`{component}` allows `{id}`, which no check is called");
                Diagnostic::new(ALLOW_UNKNOWN, message).hint(known(id))
            }
        };
        report.push(d.at(span));
    }
}

/// What no profile has a use for.
pub fn unused<'s>(all: impl Iterator<Item = &'s Settings>, used: &Used, report: &mut Report) {
    for (component, id, span) in all.flat_map(entries) {
        if !used.contains(&(component.clone(), id)) {
            let message = format!("`{component}` allows `{id}`, which finds nothing there");
            report.push(
                Diagnostic::new(ALLOW_UNUSED, message).at(span).hint("remove it: it would hide the next finding"),
            );
        }
    }
}
