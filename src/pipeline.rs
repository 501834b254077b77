//! The stages in order. Pure: what was read from the disk and the environment comes in as [`Input`].
//!
//! Owns: when each stage runs, and that nothing is said of a later stage while an earlier one has errors.
//! Does not own: any stage, nor reading and writing (`commands`).

mod delivery;
pub mod inputs;
mod profiles;
mod texts;
mod trace;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::checks::{self, Found, allow::Used};
use crate::diag::{Diagnostic, Report, Result};
use crate::files::Files;
use crate::output::{self, Layout, amend};
use crate::plan::delivery::ONE_OUTPUT;
use crate::plan::{self, Inputs, Plan, Values};
use crate::progress::Progress;
use crate::project::scan::Leak;
use crate::project::{self, Project, language};
use crate::render::templates::{self, Template};
use crate::render::{Engine, SECRET_ELSEWHERE, TEMPLATE_SIZE, TEMPLATE_YAML};
use crate::resource::Resource;
use crate::settings::{self, Settings, overrides, preset::Presets};
use crate::source::{FileId, Sources, Span};
use crate::tree::Tree;

crate::declare! {
    /// a template that nothing takes
    ///
    /// A file in `templates` takes the place of no built-in template, and none includes it: nothing would come of it.
    UNUSED_TEMPLATE = "unused-template", Error;
}

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
    /// Of these the one that is printed: the others are planned, so that their mistakes are found, and not rendered.
    pub printed: Option<Arc<str>>,
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
    /// As far as checks look at it.
    fn seen(&self) -> checks::Profile<'_> {
        checks::Profile { plan: &self.plan, settings: &self.settings, resources: &self.resources }
    }

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
        let settings = self.profiles.first().map(|profile| &profile.settings);
        let layout = settings.and_then(|settings| settings.root.get("layout")?.as_str());
        let layout = if layout == Some("flat") { Layout::Flat } else { Layout::Overlays };
        (settings.map_or_else(|| "deploy".to_owned(), inputs::output), layout)
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
    let mut report = Report::new();
    let Prepared { plans, ciphers, whole, large, mut used } = prepared(sources, loaded, input, values, &mut report)?;
    let delivers = whole && plans.iter().any(|(settings, _)| plan::delivery::is_wanted(settings));
    let engine = engine(sources, input, &plans, delivers, origins)?;
    let leaks = amend::add_files(&plans, &input.files, sources);
    checks::leaks::report(&leaks, plans.iter().map(|(settings, _)| settings), &mut report);
    let (checked, allowed) = profiles::rendered(&engine, plans, large, sources, &mut report);
    used.extend(allowed);
    let delivery = if delivers && !report.has_errors() {
        delivery::rendered(&engine, checked.iter().map(|(profile, _)| profile), sources, &mut report)
    } else {
        None
    };
    if !origins && report.sorted().iter().any(|d| [TEMPLATE_YAML, TEMPLATE_SIZE, SECRET_ELSEWHERE].contains(&d.rule)) {
        // For the line of the template.
        return render(sources, loaded, input, values, true);
    }
    if report.has_errors() {
        return Err(report);
    }
    let (delivery, about) = delivery.unzip();
    let inputs = Inputs { files: &input.files, values, ciphers: Some(&ciphers), printed: None };
    let again = |settings: &Settings| plan::plan(settings, &inputs).0.objects;
    report_found(&checked, &again, delivery.as_ref().zip(about.as_ref()), &engine, sources, input, &mut report)?;
    let profiles: Vec<Profile> = checked.into_iter().map(|(profile, _)| profile).collect();
    // What one profile has no use for, another may have; after an error some checks did not run.
    if whole && !report.has_errors() {
        checks::allow::unused(profiles.iter().map(|profile| &profile.settings), &used, &mut report);
    }
    if report.has_errors() { Err(report) } else { Ok(Rendered { profiles, delivery, warnings: report }) }
}

/// Says what was found in the objects, each at its place.
fn report_found(
    checked: &[profiles::Checked],
    again: trace::Again,
    delivery: Option<(&Profile, &Found)>,
    engine: &Engine,
    sources: &mut Sources,
    input: &Input,
    report: &mut Report,
) -> Result<()> {
    let all = || checked.iter().map(|(profile, found)| (profile, found)).chain(delivery);
    if all().all(|(_, found)| found.is_empty()) {
        return Ok(());
    }
    let again = if engine.is_traced() {
        None
    } else {
        Some(trace::all(sources, input, checked, again, delivery.map(|(_, found)| found))?)
    };
    let (engine, traced) = again.as_ref().map_or((engine, &[][..]), |(engine, traced)| (engine, traced));
    let places = checks::Places { engine, sources };
    for (at, (profile, found)) in all().enumerate() {
        checks::report(found, profile.seen(), traced.get(at), &places, report);
    }
    Ok(())
}

/// The profiles that are asked for, planned.
struct Prepared {
    plans: Vec<(Settings, Plan)>,
    ciphers: plan::Ciphers,
    /// These are all that the project has.
    whole: bool,
    large: bool,
    used: Used,
}

fn prepared(
    sources: &mut Sources,
    loaded: &Loaded,
    input: &Input,
    values: Option<Values>,
    report: &mut Report,
) -> Result<Prepared> {
    let mut all = settings::resolve(&loaded.project, &loaded.presets, &loaded.set, sources)?;
    one_output(&all, report);
    inputs::check(&all, sources, loaded, input, report);
    unused_templates(loaded, input, report);
    checks::leaks::report(&loaded.leaks, all.iter(), report);
    checks::leaks::report(&texts::leaks(sources, loaded, &input.files), all.iter(), report);
    let ciphers = texts::ciphers(sources, input, report);
    let count = all.len();
    all.retain(|settings| input.only.is_empty() || input.only.contains(&settings.profile));
    let whole = count == all.len();
    all.iter().for_each(|settings| checks::allow::mistakes(settings, report));
    let (large, mut used) = (profiles::is_large(&all), Used::new());
    // Not what delivers them, which says what is in all of them.
    let printed = input.printed.as_ref().filter(|name| all.iter().any(|settings| settings.profile == **name));
    let whole = whole && printed.is_none();
    let printed = printed.map(|name| &**name);
    let inputs = Inputs { files: &input.files, values, ciphers: Some(&ciphers), printed };
    let plans = profiles::planned(all, &inputs, &mut used, report);
    if report.has_errors() { Err(std::mem::take(report)) } else { Ok(Prepared { plans, ciphers, whole, large, used }) }
}

fn unused_templates(loaded: &Loaded, input: &Input, report: &mut Report) {
    for (template, hint) in templates::unused(&input.templates) {
        let message =
            format!("`{}` takes the place of no built-in template, and no template includes it", template.path);
        let place = loaded.project.root.get("templates").map(|node| node.from);
        report.push(Diagnostic::new(UNUSED_TEMPLATE, message).at(place).maybe_hint(hint));
    }
}

/// The templates that the plans name.
fn engine(
    sources: &mut Sources,
    input: &Input,
    plans: &[(Settings, Plan)],
    delivers: bool,
    origins: bool,
) -> Result<Engine> {
    let named = plans.iter().flat_map(|(_, plan)| &plan.objects).map(|(_, planned)| planned.template);
    let named = named.chain(plan::delivery::TEMPLATES.into_iter().filter(|_| delivers));
    let mut engine = Engine::new(sources, &input.templates, named, origins)?;
    engine.progress = input.progress.clone();
    input.progress.done.store(0, Ordering::Relaxed);
    input.progress.total.store(plans.iter().map(|(_, plan)| plan.objects.len()).sum(), Ordering::Relaxed);
    Ok(engine)
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
    let there = if ciphers { Some(texts::ciphers(sources, input, &mut report)) } else { None };
    let inputs = Inputs { files: &input.files, values: None, ciphers: there.as_ref(), printed: None };
    let plans = profiles::planned(all, &inputs, &mut Used::new(), &mut report);
    if report.has_errors() { Err(report) } else { Ok(plans) }
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
            report.push(Diagnostic::new(ONE_OUTPUT, message).at(place).hint("write it at the top level only"));
        }
    }
}
