//! What the commands say about a project file, without a process.

use kgen::commands::check::{self, Format};
use kgen::commands::diff::stream;
use kgen::diag::Report;
use kgen::diag::print::{self, Style};
use kgen::diff::between::{Side, between};
use kgen::diff::cause::Causes;
use kgen::diff::compare::Mode;
use kgen::diff::{Diff, html, human, json, markdown, shown, unified};
use kgen::explain::{Explainer, Question, lines};
use kgen::output::{self, Reveal};
use kgen::pipeline::{self, Input, Profile, Rendered};
use kgen::resource::Resource;
use kgen::settings::preset::Presets;
use kgen::source::{Sources, Span};
use kgen::tree::{Step, Tree};

/// What of a project a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Project,
    /// A file of objects that the project names.
    Manifest,
    /// What is compared with the project.
    Stream,
}

impl Part {
    /// The project file, and the name of the text.
    pub fn project(self, text: &str) -> (&str, &'static str) {
        const MANIFEST: &str = "{apiVersion: kgen.dev/v1, project: shop, profiles: {dev: {}, test: {preset: dev}}, manifests: [{file: m.yaml}]}";
        const STREAM: &str = "{apiVersion: kgen.dev/v1, project: shop, profiles: {dev: {}, test: {preset: dev}}, secrets: {m: {p: {}, q: {}}}}";
        match self {
            Self::Project => (text, "kgen.yaml"),
            Self::Manifest => (MANIFEST, "m.yaml"),
            Self::Stream => (STREAM, "live.yaml"),
        }
    }
}

/// What is the same for every text.
pub struct Bench {
    part: Part,
    sources: Sources,
    presets: Presets,
}

impl Bench {
    pub fn new(part: Part) -> Self {
        let mut sources = Sources::default();
        let presets = Presets::load(&mut sources).unwrap();
        Self { part, sources, presets }
    }

    pub fn renders(&self, text: &str) -> bool {
        let mut renders = false;
        self.said(text, &|_| true, &mut |by, _| renders |= by == "render");
        renders
    }

    /// Calls `look` with all that is said, and by what. What is rendered is looked at where `is_new` says so of the text.
    pub fn said(&self, text: &str, is_new: &dyn Fn(&Tree<Span>) -> bool, look: &mut dyn FnMut(&str, &str)) {
        let mut sources = self.sources.clone();
        let (project, name) = self.part.project(text);
        let file = sources.add("kgen.yaml", project);
        let loaded = match pipeline::load_over(&mut sources, file, &[], self.presets.clone()) {
            Ok(loaded) => loaded,
            Err(report) => return reported(&report, &sources, look),
        };
        let mut input = Input::default();
        if self.part == Part::Manifest {
            input.files.insert(name, text.as_bytes().to_vec());
        }
        if self.part == Part::Project && !is_new(&loaded.project.root) {
            return;
        }
        match pipeline::render(&mut sources, &loaded, &input, None, true) {
            Ok(rendered) if self.part == Part::Stream => against(&rendered, text, look),
            Ok(rendered) => all(rendered, &sources, look),
            Err(report) => reported(&report, &sources, look),
        }
    }
}

fn against(rendered: &Rendered, text: &str, look: &mut dyn FnMut(&str, &str)) {
    let profile = &rendered.profiles[0];
    let old = match stream::resources("live.yaml", text, &profile.resources) {
        Ok(old) => old,
        Err(error) => return look("message", &format!("{error:#}")),
    };
    let side = |objects| Side { name: "live.yaml".into(), objects, causes: None, told: vec![] };
    let (before, after) = (side(old.iter().collect()), side(profile.resources.iter().collect()));
    let mode = Mode { foreign: true, ..Mode::default() };
    written(&[between(&before, &after, &mode)], &[&old[..], &profile.resources].concat(), look);
    look("render", "");
}

fn reported(report: &Report, sources: &Sources, look: &mut dyn FnMut(&str, &str)) {
    look("messages", &print::report(report, sources, Style::default()));
    look("check --format json", &check::text(Format::Json, report, sources, None).unwrap());
}

fn all(rendered: Rendered, sources: &Sources, look: &mut dyn FnMut(&str, &str)) {
    reported(&rendered.warnings, sources, look);
    // The last one has the layers of the project and its own.
    rendered.profiles.last().into_iter().for_each(|profile| explained(profile, sources, look));
    for profile in &rendered.profiles {
        let objects = profile.resources.iter().filter(|resource| resource.id.kind != "Secret");
        look("render", &output::stream(objects, Reveal::Yes).unwrap().text);
    }
    if let [old, .., new] = &rendered.profiles[..] {
        differences(old, new, sources, look);
    }
}

fn differences(old: &Profile, new: &Profile, sources: &Sources, look: &mut dyn FnMut(&str, &str)) {
    let before = Side {
        name: "old".into(),
        objects: old.resources.iter().collect(),
        causes: Some(Causes::new(&old.settings, sources)),
        told: vec![],
    };
    let after = Side {
        name: "new".into(),
        objects: new.resources.iter().collect(),
        causes: Some(Causes::new(&new.settings, sources)),
        told: vec![],
    };
    let nothing = Side { name: "none".into(), objects: vec![], causes: None, told: vec![] };
    let diffs = [between(&before, &after, &Mode::default()), between(&nothing, &before, &Mode::default())];
    written(&diffs, &[&old.resources[..], &new.resources].concat(), look);
}

/// In each format; of an object that comes or goes, all that is shown.
fn written(diffs: &[Diff], objects: &[Resource], look: &mut dyn FnMut(&str, &str)) {
    look("diff", &human::write(diffs, false));
    look("diff --format json", &json::write(diffs));
    look("diff --format markdown", &markdown::write(diffs, markdown::LIMIT));
    look("diff --format html", &html::write(diffs));
    let whole = |_: usize, id: &kgen::resource::Id, _: bool| {
        let found = objects.iter().find(|resource| resource.id == *id)?;
        Some(shown::block(&found.body, &id.kind))
    };
    look("diff --format unified", &unified::write(diffs, &whole));
}

fn explained(profile: &Profile, sources: &Sources, look: &mut dyn FnMut(&str, &str)) {
    let explainer = Explainer { settings: &profile.settings, sources };
    for resource in &profile.resources {
        let question = Question { resource, path: vec![], node: &resource.body };
        let shown = explainer.shown(&question);
        look("explain", &lines::annotated(&explainer, &shown).unwrap());
        shown.leaves(&mut |path: &[Step], leaf| {
            let leaf = explainer.leaf(resource, path, leaf);
            look("explain --format json", &serde_json::to_string(&leaf).unwrap());
        });
    }
}
