//! What is found in rendered objects, said in terms of the project file.
//!
//! Owns: which checks run over a profile's objects, and turning a finding's path into the setting or the line of a template
//! or manifest behind it. Each family of checks has a file: `volume`, `store`, `probe`, `scaling`, `container`, `env`,
//! `network`, `version`, `unused`; `allow.rs` is what a
//! component silences.
//! Does not own: the rules of one object (`resource`), the rules that planning sees (`plan`), secrets in texts (`leaks.rs`).

pub mod allow;
pub mod container;
pub mod env;
pub mod image;
pub mod leaks;
pub mod network;
pub mod probe;
pub mod rules;
pub mod scaling;
mod set;
pub mod store;
mod told;
pub mod twin;
pub mod unused;
pub mod version;
pub mod volume;

use std::collections::BTreeMap;

use crate::checks::network::NAMESPACE_MIXED;
use crate::diag::{Diagnostic, Report, Rule, Severity};
use crate::output::refuse;
use crate::plan::route::SERVICE_NO_PODS;
use crate::plan::{Plan, delivery};
use crate::render::Engine;
use crate::resource::reader::UNKNOWN_FIELD;
use crate::resource::references::network::SELECTOR_NO_PODS;
use crate::resource::references::{UNKNOWN_DATA_KEY, UNKNOWN_REFERENCE};
use crate::resource::security::{HOST_NETWORK, HOST_PATH, PRIVILEGED};
use crate::resource::{self, Finding, Part, Resource, references, security};
use crate::settings::Settings;
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// What was found, each with the index of its object.
pub type Found = Vec<(usize, Finding)>;

/// All findings of one profile as messages. `traced`: by their index, those of its objects that know their places, where
/// its own do not. What one setting breaks in several objects is said once.
pub fn report(
    found: &Found,
    profile: Profile,
    traced: Option<&BTreeMap<usize, Resource>>,
    places: &Places,
    report: &mut Report,
) {
    let Profile { settings, resources, .. } = profile;
    let mut said: Vec<(usize, &Finding, Diagnostic)> = Vec::new();
    for (index, finding) in found {
        let resource = &resources[*index];
        let known = traced.and_then(|traced| traced.get(index)).unwrap_or(resource);
        let span = places.span(known, finding, settings);
        let same = |(_, known, d): &&mut (usize, &Finding, Diagnostic)| {
            span.is_some() && d.span == span && known.rule == finding.rule && known.message == finding.message
        };
        match said.iter_mut().find(same) {
            Some((first, ..)) if first == index => {}
            Some((.., diagnostic)) => {
                diagnostic.shown.also.insert(resource.id.to_string());
            }
            None => {
                let diagnostic = message(resource, finding, &|text| places.hides(text, span)).at(span);
                // What delivers them all is no profile's.
                let diagnostic = match *settings.profile == *delivery::NAME {
                    true => diagnostic,
                    false => diagnostic.in_profile(&settings.profile),
                };
                said.push((*index, finding, diagnostic));
            }
        }
    }
    said.into_iter().for_each(|(.., diagnostic)| report.push(diagnostic));
}

/// Runs all checks over one profile's objects; what its components allow is left out, and noted.
pub fn findings(plan: &Plan, settings: &Settings, resources: &[Resource], used: &mut allow::Used) -> Found {
    let existing = |kind: &str, name: &str| {
        (kind == "Secret" && plan.foreign_secrets)
            || (kind == "ServiceAccount" && name == "default")
            || plan.existing.contains(&(kind.to_owned(), name.to_owned()))
    };
    let mut out = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        out.extend(resource::check::object(&resource.body).into_iter().map(|finding| (index, finding)));
        out.extend(security::check(&resource.body).into_iter().map(|finding| (index, pod_security(resource, finding))));
        out.extend(resource::probe::check(&resource.body).into_iter().map(|finding| (index, finding)));
        out.extend(allow::annotations(resource).into_iter().map(|finding| (index, finding)));
        out.extend(refuse::findings(&resource.body).into_iter().map(|finding| (index, finding)));
    }
    out.extend(references::check(resources, &existing));
    out.extend(twin::check(resources));
    lift(&mut out, settings, resources, used);
    // What objects say beside each other counts when each of them is right.
    if !out.iter().any(|(index, finding)| severity(&resources[*index], finding) == Severity::Error) {
        let mut beside = families(&set::Set::new(settings, plan, resources));
        lift(&mut beside, settings, resources, used);
        out.extend(beside);
    }
    out
}

/// Of the objects that deliver the profiles: what is found in each by itself. They live beside the profiles, in
/// namespaces of their tools.
pub fn delivery(resources: &[Resource]) -> Found {
    let mut out = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        out.extend(resource::check::object(&resource.body).into_iter().map(|finding| (index, finding)));
        out.extend(refuse::findings(&resource.body).into_iter().map(|finding| (index, finding)));
    }
    out
}

/// Takes out what is allowed.
fn lift(found: &mut Found, settings: &Settings, resources: &[Resource], used: &mut allow::Used) {
    found.retain(|(index, finding)| {
        let resource = &resources[*index];
        let allowed = allow::permits(settings, resource, finding.rule);
        if allowed {
            used.insert((resource.component.to_string(), finding.rule.id));
        }
        !allowed
    });
}

/// What several settings or objects say beside each other.
fn families(set: &set::Set) -> Found {
    let mut out = set::Findings::default();
    for family in [
        volume::check,
        store::check,
        probe::check,
        scaling::check,
        container::check,
        image::check,
        env::check,
        network::check,
        version::check,
    ] {
        family(set, &mut out);
    }
    out.0
}

/// What no object shows: said of the settings alone, when the objects are right.
pub fn unused(profile: &Profile, found: &Found, used: &mut allow::Used) -> Report {
    let Profile { plan, settings, resources } = profile;
    let mut report = Report::new();
    if found.iter().all(|(index, finding)| severity(&resources[*index], finding) == Severity::Warning) {
        unused::check(&set::Set::new(settings, plan, resources), &mut report);
    }
    allow::lift(&mut report, settings, used);
    report
}

/// A rendered profile, as far as checks look at it.
pub struct Profile<'p> {
    pub plan: &'p Plan,
    pub settings: &'p Settings,
    pub resources: &'p [Resource],
}

/// Who asks for it, and how a component goes without.
fn pod_security(resource: &Resource, finding: Finding) -> Finding {
    let way = finding.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
    let allow = match resource.component.split_once('.') {
        Some(_) => format!("; `allow: {{{}: REASON}}` in `{}` lifts it", finding.rule.id, resource.component),
        None if *resource.component == *"manifests" => {
            format!("; the annotation `{}{}: REASON` lifts it", allow::ANNOTATION, finding.rule.id)
        }
        None => String::new(),
    };
    finding.hint(format!("{way}a rule of Pod Security `restricted`{allow}"))
}

fn message(resource: &Resource, finding: &Finding, hides: &dyn Fn(&str) -> bool) -> Diagnostic {
    let place = told::place(resource, finding);
    let place = if place.is_empty() { String::new() } else { format!(" `{place}`") };
    let text = format!("{}{place}: {}", resource.id, told::message(resource, finding, hides));
    let d = Diagnostic { severity: severity(resource, finding), ..Diagnostic::new(finding.rule, text) };
    // The way out of what is not the manifest's own mistake is not in the project.
    let hint = finding.hint.clone().filter(|_| d.severity == finding.severity);
    d.maybe_hint(hint)
}

/// A raw object may use what exists only in the cluster, and may need rights that kgen would not give.
fn severity(resource: &Resource, finding: &Finding) -> Severity {
    match *resource.component == *"manifests" && !is_own_mistake(finding.rule) {
        true => Severity::Warning,
        false => finding.severity,
    }
}

/// What is wrong with an object whatever else there is in the cluster, or gives a pod the node: that wants a reason anywhere.
fn is_own_mistake(rule: &'static Rule) -> bool {
    const NODE: [&Rule; 3] = [HOST_PATH, PRIVILEGED, HOST_NETWORK];
    const OUTSIDE: [&Rule; 5] =
        [UNKNOWN_REFERENCE, UNKNOWN_DATA_KEY, SERVICE_NO_PODS, SELECTOR_NO_PODS, NAMESPACE_MIXED];
    NODE.contains(&rule) || (!OUTSIDE.contains(&rule) && !security::RULES.contains(&rule))
}

/// What is needed to tell where a finding was written.
pub struct Places<'p> {
    pub engine: &'p Engine,
    pub sources: &'p Sources,
}

impl Places<'_> {
    /// The setting behind a place, or the line of a template or a manifest; the nearest that is known from the leaf
    /// upwards.
    fn span(&self, resource: &Resource, finding: &Finding, settings: &Settings) -> Option<Span> {
        let nodes = nodes(resource, finding);
        let node = nodes.last()?;
        let made = |tree: &&Tree<resource::Origin>| user_span(&tree.from.as_ref()?.settings, settings);
        let decided = |tree: &&Tree<resource::Origin>| {
            let place = tree.from.as_ref().filter(|place| self.engine.is_built_in(place))?;
            user_span(&place.control, settings)
        };
        let leaf = node.first_leaf();
        if let (true, Some(Part::Key(key)), Some(leaf)) = (finding.rule == UNKNOWN_FIELD, finding.path.last(), leaf)
            && let Some(span) = key_span(leaf, key, settings)
        {
            return Some(span);
        }
        let near = || leaf.iter().chain(nodes.iter().rev());
        let users = near().find_map(made).or_else(|| near().find_map(decided));
        // What only a preset says is said of the component.
        let is_presets = |span: &Span| self.sources.get(span.file).path.starts_with("profiles/");
        let users = match users {
            Some(span) if is_presets(&span) => component_span(resource, settings).or(Some(span)),
            other => other,
        };
        let whole = || finding.path.is_empty().then(|| component_span(resource, settings)).flatten();
        let line = || nodes.iter().rev().copied().chain(leaf).find_map(|tree| self.line(tree.from.as_ref()?));
        whole().or(users).or_else(line)
    }

    /// Whether a text may be a part of what no message shows of a place. What YAML makes of a text is not found in it.
    fn hides(&self, text: &str, place: Option<Span>) -> bool {
        let shown = |span: Span| self.sources.is_masked(span).then(|| self.sources.shown(span).0);
        place.and_then(shown).is_some_and(|shown| !shown.contains(text))
    }

    fn line(&self, place: &resource::Place) -> Option<Span> {
        let written = || self.sources.find(&place.file).map(|file| self.sources.line(file, place.line as usize));
        self.engine.template_span(place).or_else(written)
    }
}

/// The nodes on the way to a place, as far as they are there.
fn nodes<'r>(resource: &'r Resource, finding: &Finding) -> Vec<&'r Tree<resource::Origin>> {
    let mut nodes = vec![&resource.body];
    for part in &finding.path {
        let Some(next) = nodes.last().and_then(|node| node.child(part.step())) else { break };
        nodes.push(next);
    }
    nodes
}

/// Where the user wrote a key of a Kubernetes shape: the setting above `leaf` that ends in it. Key and value are
/// entries of one path; the key stands first.
fn key_span(leaf: &Tree<resource::Origin>, key: &str, settings: &Settings) -> Option<Span> {
    let ids = leaf.from.as_ref()?.settings.iter();
    let leaf = ids.filter_map(|id| settings.entries.get(*id as usize)).find(|entry| entry.is_users())?;
    let above = settings.entries.iter().filter(|entry| {
        let rest = leaf.path.strip_prefix(&*entry.path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            && entry.path.ends_with(&crate::project::schema::join("", key))
    });
    above.filter_map(|entry| entry.layers.first().map(|(_, span)| *span)).min()
}

/// The name of the component that an object belongs to.
fn component_span(resource: &Resource, settings: &Settings) -> Option<Span> {
    let (section, name) = resource.component.split_once('.')?;
    let entry = settings.root.get(section)?.as_map()?.entry(name)?;
    settings.span(&entry.key_from)
}

/// Where the user wrote one of these settings; a preset's line if nobody did.
fn user_span(ids: &[u32], settings: &Settings) -> Option<Span> {
    let spans = || ids.iter().map(|id| crate::settings::From::One(*id));
    let users = spans().find(|from| settings.is_users(from));
    users.or_else(|| spans().next()).and_then(|from| settings.span(&from))
}
