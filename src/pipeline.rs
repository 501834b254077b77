//! The stages in order. Pure: what was read from the disk and the environment comes in as [`Input`].
//!
//! Owns: when each stage runs, and that nothing is said of a later stage while an earlier one has errors.
//! Does not own: any stage, nor reading and writing (`commands`).

use std::sync::Arc;

use crate::checks;
use crate::diag::{Diagnostic, Report, Result};
use crate::files::Files;
use crate::output::{Layout, amend};
use crate::plan::{self, Inputs, Plan, Values};
use crate::project::{self, Project, language};
use crate::render::Engine;
use crate::render::templates::{self, Template};
use crate::resource::{Resource, normal};
use crate::settings::{self, Settings, overrides, preset::Presets};
use crate::source::{FileId, Sources, Span};
use crate::tree::Tree;

/// What was read before the stages run.
#[derive(Default)]
pub struct Input {
    pub files: Files,
    pub templates: Vec<Template>,
    /// Arguments of `--set`.
    pub set: Vec<String>,
}

/// One profile, rendered.
#[derive(Debug)]
pub struct Profile {
    pub settings: Settings,
    pub plan: Plan,
    pub resources: Vec<Resource>,
}

/// A project, rendered.
#[derive(Debug)]
pub struct Rendered {
    pub profiles: Vec<Profile>,
    pub warnings: Report,
}

impl Rendered {
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.profiles.iter().map(|profile| &profile.settings.profile)
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
    presets: Presets,
}

pub fn load(sources: &mut Sources, file: FileId, set: &[String]) -> anyhow::Result<Result<Loaded>> {
    let presets = Presets::load(sources)?;
    let mut report = Report::new();
    let project = match project::read(sources, file) {
        Ok(project) => Some(project),
        Err(errors) => {
            report.extend(errors);
            None
        }
    };
    let mut layers = Vec::new();
    for argument in set {
        if let Some(tree) = report.take(overrides::parse(sources, argument)) {
            project::check_layer(sources, &tree, &language::SETTINGS, &mut report);
            layers.push(tree);
        }
    }
    Ok(match (project, report.has_errors()) {
        (Some(project), false) => Ok(Loaded { project, set: layers, presets }),
        _ => Err(report),
    })
}

/// All profiles of a loaded project. `values`: whether secret values may be asked for, and how.
pub fn render(
    sources: &mut Sources,
    loaded: &Loaded,
    input: &Input,
    values: Option<Values>,
    origins: bool,
) -> Result<Rendered> {
    let all = settings::resolve(&loaded.project, &loaded.presets, &loaded.set, sources)?;
    let mut report = Report::new();
    one_output(&all, &mut report);
    for (template, hint) in templates::unused(&input.templates) {
        let message =
            format!("`{}` takes the place of no built-in template, and no template includes it", template.path);
        let place = loaded.project.root.get("templates").map(|node| node.from);
        report.push(Diagnostic::error("unused-template", message).at(place).maybe_hint(hint));
    }
    let engine = Engine::new(sources, &input.templates, origins)?;
    let inputs = Inputs { files: &input.files, values };
    let mut plans = Vec::new();
    for settings in all {
        let settings = plan::resolve::top(settings, &mut report);
        match plan::plan(&settings, &inputs) {
            Ok((plan, warnings)) => {
                report.extend(warnings);
                plans.push((settings, plan));
            }
            Err(errors) => report.extend(errors),
        }
    }
    if report.has_errors() {
        return Err(report);
    }
    plans.iter().for_each(|(_, plan)| amend::add_files(plan, &input.files, sources));
    let mut profiles = Vec::new();
    for (settings, plan) in plans {
        match objects(&engine, &settings, &plan, sources, &mut report) {
            Some(resources) => profiles.push(Profile { settings, plan, resources }),
            None => continue,
        }
    }
    if report.has_errors() {
        return Err(report);
    }
    let found: Vec<_> = profiles.iter().map(|p| checks::findings(&p.plan, &p.resources)).collect();
    if !origins && found.iter().any(|found| !found.is_empty()) {
        // Messages need the places that only a traced run knows; what is written does not.
        return render(sources, loaded, input, values, true).map(|traced| Rendered { profiles, ..traced });
    }
    let places = checks::Places { engine: &engine, sources };
    for (profile, found) in profiles.iter().zip(found) {
        checks::report(found, &profile.resources, &profile.settings, &places, &mut report);
    }
    if report.has_errors() { Err(report) } else { Ok(Rendered { profiles, warnings: report }) }
}

fn objects(
    engine: &Engine,
    settings: &Settings,
    plan: &Plan,
    sources: &Sources,
    report: &mut Report,
) -> Option<Vec<Resource>> {
    let mut resources = match engine.render(plan, sources) {
        Ok(resources) => resources,
        Err(errors) => {
            report.extend(errors);
            return None;
        }
    };
    resources.extend(amend::manifests(plan, settings, sources, report));
    amend::patches(plan, settings, &mut resources, report);
    resources.iter_mut().for_each(|resource| normal::quantities(&mut resource.body));
    Some(resources)
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
