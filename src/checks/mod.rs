//! What is found in rendered objects, said in terms of the project file.
//!
//! Owns: which checks run over a profile's objects, `allow:`, and turning a finding's path into the setting or the
//! template line behind it.
//! Does not own: the rules of one object (`resource`), the rules that planning sees (`plan`).

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Report, Severity};
use crate::plan::Plan;
use crate::render::Engine;
use crate::resource::{self, Finding, Part, Resource, references, security};
use crate::settings::Settings;
use crate::source::Span;
use crate::tree::{Step, Tree};

/// What was found, each with the index of its object.
pub type Found = Vec<(usize, Finding)>;

/// All findings of one profile as messages. The resources should have origins. What one setting breaks in several
/// objects is said once.
pub fn report(found: Found, resources: &[Resource], settings: &Settings, engine: &Engine, report: &mut Report) {
    let mut said: Vec<(Finding, Diagnostic)> = Vec::new();
    for (index, finding) in found {
        let resource = &resources[index];
        if allowed(resource, &finding, settings) {
            continue;
        }
        let span = span(resource, &finding, settings, engine);
        let same = |(known, d): &&mut (Finding, Diagnostic)| {
            span.is_some() && d.span == span && known.id == finding.id && known.message == finding.message
        };
        match said.iter_mut().find(same) {
            Some((_, diagnostic)) => {
                diagnostic.also.insert(resource.id.to_string());
            }
            None => {
                let diagnostic = message(resource, &finding).at(span).in_profile(&settings.profile);
                said.push((finding, diagnostic));
            }
        }
    }
    said.into_iter().for_each(|(_, diagnostic)| report.push(diagnostic));
}

/// Runs all checks over one profile's objects.
pub fn findings(plan: &Plan, resources: &[Resource]) -> Found {
    let existing = |kind: &str, name: &str| {
        (kind == "Secret" && plan.foreign_secrets)
            || (kind == "ServiceAccount" && name == "default")
            || plan.existing.contains(&(kind.to_owned(), name.to_owned()))
    };
    let mut out = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        out.extend(resource::check::object(&resource.body).into_iter().map(|finding| (index, finding)));
        out.extend(security::check(&resource.body).into_iter().map(|finding| (index, finding)));
    }
    out.extend(references::check(resources, &existing));
    out.extend(duplicates(resources));
    out
}

/// Two objects of one identity: the second would overwrite the first.
fn duplicates(resources: &[Resource]) -> Found {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        let id = &resource.id;
        if !seen.insert((id.group().to_owned(), &id.kind, &id.namespace, &id.name)) {
            let path = vec![Part::Key("metadata".into()), Part::Key("name".into())];
            let message = "another object of this kind has the same name";
            out.push((
                index,
                Finding::error("duplicate-object", path, message).hint("rename one of the two components"),
            ));
        }
    }
    out
}

fn message(resource: &Resource, finding: &Finding) -> Diagnostic {
    let place = finding.place();
    let place = if place.is_empty() { String::new() } else { format!(" `{place}`") };
    let text = format!("{}{place}: {}", resource.id, finding.message);
    let diagnostic = match finding.severity {
        Severity::Error => Diagnostic::error(finding.id, text),
        Severity::Warning => Diagnostic::warning(finding.id, text),
    };
    diagnostic.maybe_hint(finding.hint.clone())
}

/// `allow: {host-path: "reason"}` of the component.
fn allowed(resource: &Resource, finding: &Finding, settings: &Settings) -> bool {
    let Some((section, name)) = resource.component.split_once('.') else { return false };
    settings.root.at(&[section, name, "allow", finding.id]).is_some()
}

/// The setting behind a place, or the template's line; the nearest that is known from the leaf upwards.
fn span(resource: &Resource, finding: &Finding, settings: &Settings, engine: &Engine) -> Option<Span> {
    let mut node = &resource.body;
    let mut nodes = vec![node];
    for part in &finding.path {
        let next = match part.step() {
            Step::Key(key) => node.get(key),
            Step::Index(index) => node.as_list().and_then(|list| list.get(index)),
        };
        let Some(next) = next else { break };
        node = next;
        nodes.push(node);
    }
    let reached = nodes.len() > finding.path.len();
    let written = |tree: &&Tree<resource::Origin>| user_span(tree, settings);
    let inside = reached.then(|| node.first_leaf()).flatten();
    let leaf = inside.iter().find_map(written).or_else(|| nodes.iter().rev().find_map(written));
    leaf.or_else(|| nodes.iter().rev().chain(inside.iter()).find_map(|tree| engine.template_span(tree.from.as_ref()?)))
}

/// Where the user wrote what stands here; a preset's line if nobody did.
fn user_span(tree: &Tree<resource::Origin>, settings: &Settings) -> Option<Span> {
    let place = tree.from.as_ref()?;
    let spans = || place.settings.iter().map(|id| crate::settings::From::One(*id));
    let users = spans().find(|from| settings.is_users(from));
    users.or_else(|| spans().next()).and_then(|from| settings.span(&from))
}
