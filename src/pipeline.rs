//! The stages in order. Pure: what was read from the disk and the environment comes in as [`Input`].
//!
//! Owns: when each stage runs, and that nothing is said of a later stage while an earlier one has errors.
//! Does not own: any stage, nor reading and writing (`commands`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::checks;
use crate::diag::{Diagnostic, Report, Result};
use crate::files::{self, Files};
use crate::output::{self, Layout, amend, order, suffix};
use crate::parallel::each;
use crate::plan::{self, Inputs, Plan, Values};
use crate::progress::Progress;
use crate::project::node::{self, Dialect};
use crate::project::scan::{self, Leak};
use crate::project::{self, Project, language, mask};
use crate::render::templates::{self, Template};
use crate::render::{Engine, Parsed};
use crate::resource::{Resource, normal};
use crate::settings::{self, Settings, overrides, preset::Presets};
use crate::source::{FileId, Sources, Span};
use crate::tree::Tree;

/// What was read before the stages run.
#[derive(Default)]
pub struct Input {
    pub files: Files,
    /// Encrypted files: path and text.
    pub ciphers: Vec<(String, String)>,
    pub templates: Vec<Template>,
    /// Arguments of `--set`.
    pub set: Vec<String>,
    /// The profiles to render; all where there are none.
    pub only: Vec<Arc<str>>,
    /// How far it is, for who waits. Nothing depends on it.
    pub progress: Arc<Progress>,
}

/// One profile, rendered.
#[derive(Debug)]
pub struct Profile {
    pub settings: Settings,
    pub plan: Plan,
    pub resources: Vec<Resource>,
}

impl Profile {
    /// What a tree holds of it.
    pub fn into_tree(self) -> output::Profile {
        output::Profile {
            name: self.settings.profile.to_string(),
            namespace: self.plan.namespace,
            resources: self.resources,
        }
    }
}

/// A project, rendered.
#[derive(Debug)]
pub struct Rendered {
    pub profiles: Vec<Profile>,
    /// What delivers them: no profile, though it has objects and settings as one.
    pub delivery: Option<Profile>,
    pub warnings: Report,
}

impl Rendered {
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.profiles.iter().map(|profile| &profile.settings.profile)
    }

    /// The profiles, and what delivers them.
    pub fn all(&self) -> impl Iterator<Item = &Profile> + Clone {
        self.profiles.iter().chain(&self.delivery)
    }

    /// The names of [`Rendered::all`].
    pub fn all_names(&self) -> impl Iterator<Item = String> {
        self.all().map(|profile| profile.settings.profile.to_string())
    }

    /// The profile of this name, or what delivers them all.
    pub fn find(&self, name: &str) -> Option<&Profile> {
        self.all().find(|profile| *profile.settings.profile == *name)
    }

    /// Takes one of [`Rendered::all`] out.
    pub fn take(&mut self, name: &str) -> Option<Profile> {
        match self.profiles.iter().position(|profile| *profile.settings.profile == *name) {
            Some(at) => Some(self.profiles.remove(at)),
            None => self.delivery.take_if(|delivery| *delivery.settings.profile == *name),
        }
    }

    /// The folder to write and the layout, which no profile may say otherwise.
    pub fn output(&self) -> (String, Layout) {
        let text = |key| self.profiles.first().and_then(|p| p.settings.root.get(key)?.as_str());
        let layout = if text("layout") == Some("flat") { Layout::Flat } else { Layout::Overlays };
        (text("output").unwrap_or("deploy").to_owned(), layout)
    }
}

/// Reads and checks the project file and `--set`: what is known before any other file is read.
pub struct Loaded {
    pub project: Project,
    pub set: Vec<Tree<Span>>,
    /// Secrets where texts belong, of all layers.
    leaks: Vec<Leak>,
    presets: Presets,
}

pub fn load(sources: &mut Sources, file: FileId, set: &[String]) -> anyhow::Result<Result<Loaded>> {
    let presets = Presets::load(sources)?;
    Ok(load_over(sources, file, set, presets))
}

/// As [`load`], over presets that were read already.
pub fn load_over(sources: &mut Sources, file: FileId, set: &[String], presets: Presets) -> Result<Loaded> {
    let mut report = Report::new();
    let project = match project::read(sources, file) {
        Ok(project) => Some(project),
        Err(errors) => {
            report.extend(errors);
            None
        }
    };
    let mut layers = Vec::new();
    let mut leaks = Vec::new();
    for argument in set {
        if let Some(tree) = report.take(overrides::parse(sources, argument)) {
            leaks.extend(project::check_layer(sources, &tree, &language::SETTINGS, &mut report));
            layers.push(tree);
        }
    }
    match (project, report.has_errors()) {
        (Some(project), false) => {
            leaks.extend(project.leaks.iter().cloned());
            Ok(Loaded { project, set: layers, leaks, presets })
        }
        _ => Err(report),
    }
}

/// The settings of all profiles, as they were written: references are resolved later.
pub fn settings(sources: &Sources, loaded: &Loaded) -> Result<Vec<Settings>> {
    settings::resolve(&loaded.project, &loaded.presets, &loaded.set, sources)
}

/// All profiles of a loaded project. `values`: whether secret values may be asked for, and how.
pub fn render(
    sources: &mut Sources,
    loaded: &Loaded,
    input: &Input,
    values: Option<Values>,
    origins: bool,
) -> Result<Rendered> {
    let mut all = settings::resolve(&loaded.project, &loaded.presets, &loaded.set, sources)?;
    let mut report = Report::new();
    one_output(&all, &mut report);
    for (template, hint) in templates::unused(&input.templates) {
        let message =
            format!("`{}` takes the place of no built-in template, and no template includes it", template.path);
        let place = loaded.project.root.get("templates").map(|node| node.from);
        report.push(Diagnostic::error("unused-template", message).at(place).maybe_hint(hint));
    }
    checks::leaks::report(&loaded.leaks, all.iter(), &mut report);
    checks::leaks::report(&file_leaks(sources, loaded, &input.files), all.iter(), &mut report);
    let ciphers = ciphers(sources, input, &mut report);
    let inputs = Inputs { files: &input.files, values, ciphers: Some(&ciphers) };
    let count = all.len();
    all.retain(|settings| input.only.is_empty() || input.only.contains(&settings.profile));
    let whole = count == all.len();
    let mut used = checks::allow::Used::new();
    all.iter().for_each(|settings| checks::allow::mistakes(settings, &mut report));
    let large = is_large(&all);
    let plans = planned(all, &inputs, &mut used, &mut report);
    if report.has_errors() {
        return Err(report);
    }
    let delivers = whole && plans.iter().any(|(settings, _)| plan::delivery::is_wanted(settings));
    let named = plans.iter().flat_map(|(_, plan)| &plan.objects).map(|(_, planned)| planned.template);
    let named = named.chain(plan::delivery::TEMPLATES.into_iter().filter(|_| delivers));
    let mut engine = Engine::new(sources, &input.templates, named, origins)?;
    engine.progress = input.progress.clone();
    let leaks = amend::add_files(&plans, &input.files, sources);
    checks::leaks::report(&leaks, plans.iter().map(|(settings, _)| settings), &mut report);
    let texts: &Sources = sources;
    let count = plans.iter().map(|(_, plan)| plan.objects.len()).sum();
    input.progress.done.store(0, Ordering::Relaxed);
    input.progress.total.store(count, Ordering::Relaxed);
    let rendered = each(plans, large, Parsed::default, |parsed, (settings, mut plan)| {
        let mut report = Report::new();
        let resources = objects(&engine, &settings, &mut plan, texts, parsed, &mut report);
        let mut used = checks::allow::Used::new();
        let found = resources.as_ref().map(|resources| checks::findings(&plan, &settings, resources, &mut used));
        if let Some((resources, found)) = resources.as_ref().zip(found.as_ref()) {
            let profile = checks::Profile { plan: &plan, settings: &settings, resources };
            report.extend(checks::unused(&profile, found, &mut used));
        }
        let profile = resources.zip(found).map(|(resources, found)| (Profile { settings, plan, resources }, found));
        (profile.map(|profile| (profile, used)), report)
    });
    let (rendered, allowed): (Vec<_>, Vec<_>) = gather(rendered, &mut report).into_iter().unzip();
    let (profiles, found): (Vec<_>, Vec<_>) = rendered.into_iter().unzip();
    used.extend(allowed.into_iter().flatten());
    let delivery =
        if delivers && !report.has_errors() { delivery(&engine, &profiles, texts, &mut report) } else { None };
    if !origins && report.sorted().iter().any(|d| d.id == "template-yaml") {
        // For the line of the template.
        return render(sources, loaded, input, values, true);
    }
    if report.has_errors() {
        return Err(report);
    }
    let (delivery, about) = delivery.unzip();
    if !origins && found.iter().chain(&about).any(|found| !found.is_empty()) {
        // Messages need the places that only a traced run knows; what is written does not.
        return render(sources, loaded, input, values, true).map(|traced| Rendered { profiles, delivery, ..traced });
    }
    let places = checks::Places { engine: &engine, sources };
    for (profile, found) in profiles.iter().chain(&delivery).zip(found.into_iter().chain(about)) {
        checks::report(found, &profile.resources, &profile.settings, &places, &mut report);
    }
    // What one profile has no use for, another may have; after an error some checks did not run.
    if whole && !report.has_errors() {
        checks::allow::unused(profiles.iter().map(|profile| &profile.settings), &used, &mut report);
    }
    if report.has_errors() { Err(report) } else { Ok(Rendered { profiles, delivery, warnings: report }) }
}

/// What some profiles need, and nothing rendered. `ciphers`: it must be there already.
pub fn plans(
    sources: &mut Sources,
    loaded: &Loaded,
    input: &Input,
    wanted: &[Arc<str>],
    ciphers: bool,
) -> Result<Vec<(Settings, Plan)>> {
    let mut all = settings::resolve(&loaded.project, &loaded.presets, &loaded.set, sources)?;
    all.retain(|settings| wanted.contains(&settings.profile));
    let mut report = Report::new();
    let there = if ciphers { Some(self::ciphers(sources, input, &mut report)) } else { None };
    let inputs = Inputs { files: &input.files, values: None, ciphers: there.as_ref() };
    let plans = planned(all, &inputs, &mut checks::allow::Used::new(), &mut report);
    if report.has_errors() { Err(report) } else { Ok(plans) }
}

/// The plans that there are. What their components allow is left out of the report, and noted.
fn planned(
    all: Vec<Settings>,
    inputs: &Inputs,
    used: &mut checks::allow::Used,
    report: &mut Report,
) -> Vec<(Settings, Plan)> {
    let large = is_large(&all);
    let planned = each(
        all,
        large,
        || (),
        |(), settings| {
            let mut report = Report::new();
            let mut used = checks::allow::Used::new();
            let settings = plan::resolve::top(settings, &mut report);
            let (plan, mut said) = plan::plan(&settings, inputs);
            checks::allow::lift(&mut said, &settings, &mut used);
            let plan = (!said.has_errors()).then_some((settings, plan));
            report.extend(said);
            (Some((plan, used)), report)
        },
    );
    let (plans, allowed): (Vec<_>, Vec<_>) = gather(planned, report).into_iter().unzip();
    used.extend(allowed.into_iter().flatten());
    plans.into_iter().flatten().collect()
}

/// Profiles do not know of each other. With fewer settings than this in all of them, a thread costs more than it saves: its heap, and texts that two threads
/// parse at once.
const WORTH_A_THREAD: usize = 3000;

fn is_large(all: &[Settings]) -> bool {
    all.iter().map(|settings| settings.entries.len()).sum::<usize>() >= WORTH_A_THREAD
}

/// The answers that there are; what each profile reported, in order.
fn gather<T>(answers: Vec<(Option<T>, Report)>, report: &mut Report) -> Vec<T> {
    let mut out = Vec::new();
    for (answer, messages) in answers {
        report.extend(messages);
        out.extend(answer);
    }
    out
}

fn objects(
    engine: &Engine,
    settings: &Settings,
    plan: &mut Plan,
    sources: &Sources,
    parsed: &mut Parsed,
    report: &mut Report,
) -> Option<Vec<Resource>> {
    let planned = std::mem::take(&mut plan.objects);
    let mut resources = match engine.render(planned, sources, parsed) {
        Ok(resources) => resources,
        Err(errors) => {
            report.extend(errors);
            return None;
        }
    };
    resources.extend(amend::manifests(plan, settings, sources, report));
    amend::patches(plan, settings, sources, &mut resources, report);
    if let Some(rollout) = settings.root.get("rollout").filter(|rollout| rollout.as_str() == Some("hash")) {
        suffix::configs(&mut resources, rollout.from.ids());
    }
    for resource in &mut resources {
        normal::annotations(&mut resource.body);
        normal::quantities(&mut resource.body);
    }
    Some(resources)
}

/// What delivers the profiles, and what is found in it.
fn delivery(
    engine: &Engine,
    profiles: &[Profile],
    sources: &Sources,
    report: &mut Report,
) -> Option<(Profile, checks::Found)> {
    let has_namespace = |profile: &Profile| {
        let name = profile.plan.namespace.as_deref().unwrap_or_default();
        profile.resources.iter().any(|resource| resource.id.kind == "Namespace" && resource.id.name == name)
    };
    let is_encrypted = |resource: &Resource| resource.id.kind == "Secret" && resource.body.get("sops").is_some();
    let each = profiles.iter().map(|profile| plan::delivery::Profile {
        settings: &profile.settings,
        has_namespace: has_namespace(profile),
        is_sops: profile.resources.iter().any(is_encrypted),
    });
    let (settings, mut plan, said) = plan::delivery::plan(&each.collect::<Vec<_>>());
    let wrong = said.has_errors();
    report.extend(said);
    if wrong {
        return None;
    }
    let mut resources = match engine.render(std::mem::take(&mut plan.objects), sources, &mut Parsed::default()) {
        Ok(resources) => resources,
        Err(errors) => {
            report.extend(errors);
            return None;
        }
    };
    resources.sort_by(|a, b| order::compare(&a.id, &b.id));
    let found = checks::delivery(&resources);
    Some((Profile { settings, plan, resources }, found))
}

/// Secrets in the files that configs and containers take; only a file that has some becomes known to messages.
fn file_leaks(sources: &mut Sources, loaded: &Loaded, files: &Files) -> Vec<Leak> {
    let mut named: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for layer in std::iter::once(&loaded.project.root).chain(&loaded.set) {
        for (name, place) in files::texts(layer) {
            named.entry(name).or_default().push(place);
        }
    }
    let mut out = Vec::new();
    for (name, places) in named {
        let Some(text) = files.plain(&name).filter(|text| !scan::is_clean(text)) else { continue };
        let file = sources.find(&name).unwrap_or_else(|| sources.add(name.as_str(), &*text));
        let leaks = scan::file(sources, file, &places);
        leaks.iter().for_each(|leak| sources.mask(leak.hidden));
        out.extend(leaks);
    }
    out
}

/// The encrypted files, read. Nothing of them is secret, but for what someone forgot to encrypt.
fn ciphers(sources: &mut Sources, input: &Input, report: &mut Report) -> plan::Ciphers {
    let mut out = plan::Ciphers::new();
    for (path, text) in &input.ciphers {
        let file = sources.add(path.as_str(), text.as_str());
        mask::by_shape(sources, file);
        let tree = node::parse(sources, file, Dialect::Manifest);
        if tree.is_err() {
            // What it holds nobody knows: perhaps a value that was never encrypted.
            sources.mask(Span { file, start: 0, end: text.len() as u32 });
        }
        out.extend(report.take(tree).map(|tree| (path.clone(), tree)));
    }
    out
}

/// `output`, `layout` and `templates` belong to the project: one tree holds all profiles.
fn one_output(all: &[Settings], report: &mut Report) {
    for key in ["output", "layout", "templates"] {
        let mut values = all.iter().map(|settings| settings.root.get(key));
        let first = values.next().flatten();
        if let Some(other) = values.find(|value| *value != first) {
            let span = all
                .iter()
                .find_map(|settings| settings.root.get(key).filter(|v| Some(*v) == other))
                .map(|node| &node.from);
            let place = span.and_then(|from| all.iter().find_map(|settings| settings.span(from)));
            let message = format!("`{key}` differs between profiles, but one tree holds them all");
            report.push(Diagnostic::error("one-output", message).at(place).hint("write it at the top level only"));
        }
    }
}
