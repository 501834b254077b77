//! `allow: {ID: REASON}` of a component.
//!
//! Owns: what it silences, and that it names a check which finds something there.
//! Does not own: comments that allow a secret in a text (`project/allow.rs`).

use std::collections::BTreeSet;

use super::table;
use crate::diag::{Diagnostic, Report, suggest};
use crate::settings::Settings;
use crate::source::Span;
use crate::tree::{Map, Tree};

/// What was silenced, by component and id: in any profile.
pub type Used = BTreeSet<(String, String)>;

/// Whether a component allows a check.
pub fn allows(settings: &Settings, component: &str, id: &str) -> bool {
    let Some((section, name)) = component.split_once('.') else { return false };
    let said = settings.root.at(&[section, name, "allow", id]).is_some_and(|reason| !reason.is_null());
    said && table::page(id).is_some_and(|check| check.allow)
}

/// Takes out what is allowed.
pub fn lift(report: &mut Report, settings: &Settings, used: &mut Used) {
    report.retain(|diagnostic| {
        let Some(component) = &diagnostic.shown.component else { return true };
        let allowed = allows(settings, component, diagnostic.id);
        if allowed {
            used.insert((component.to_string(), diagnostic.id.to_owned()));
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

/// Ids that are none, or that nothing silences.
pub fn mistakes(settings: &Settings, report: &mut Report) {
    for (component, id, span) in entries(settings) {
        let d = match table::page(id) {
            Some(check) if check.allow => continue,
            Some(check) => Diagnostic::error("allow-refused", format!("`{component}` cannot allow `{id}`"))
                .hint(format!("whatever the reason, it stays wrong: {}", check.summary)),
            None => {
                let known = table::TABLE.iter().filter(|check| check.allow).map(|check| check.id);
                let hint = suggest::did_you_mean(id, known);
                let d = Diagnostic::error(
                    "allow-unknown",
                    format!("`{component}` allows `{id}`, which no check is called"),
                );
                d.hint(hint.unwrap_or_else(|| "the name of a check stands in brackets in its message".into()))
            }
        };
        report.push(d.at(span));
    }
}

/// What no profile has a use for.
pub fn unused<'s>(all: impl Iterator<Item = &'s Settings>, used: &Used, report: &mut Report) {
    for (component, id, span) in all.flat_map(entries) {
        if !used.contains(&(component.clone(), id.to_owned())) {
            let message = format!("`{component}` allows `{id}`, which finds nothing there");
            report.push(
                Diagnostic::warning("allow-unused", message).at(span).hint("remove it: it would hide the next finding"),
            );
        }
    }
}
