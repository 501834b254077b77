//! A project in memory: its files, read and rendered as the commands do it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use kgen::commands::load::{self, Store};
use kgen::diag::Report;
use kgen::output::{self, Files, Layout};
use kgen::pipeline::{self, Input, Loaded, Rendered};
use kgen::secret::Secret;
use kgen::source::Sources;

/// By path; `kgen.yaml` is the project file.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Store for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let name = path.to_string_lossy();
        self.0.get(&*name).cloned().with_context(|| format!("there is no `{name}`"))
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<(String, bool)>>> {
        let start = format!("{}/", folder.display());
        let mut out = BTreeMap::new();
        for rest in self.0.keys().filter_map(|name| name.strip_prefix(&start)) {
            let (name, is_folder) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            out.insert(name.to_owned(), is_folder);
        }
        Ok((!out.is_empty()).then(|| out.into_iter().collect()))
    }

    fn shown(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

pub struct Opened {
    pub sources: Sources,
    loaded: Loaded,
    input: Input,
}

/// What was said, with what shows it.
pub struct Refusal {
    pub report: Report,
    pub sources: Sources,
}

pub fn open(memory: &Memory) -> Result<Opened, Box<Refusal>> {
    let mut sources = Sources::default();
    let opened = load::open_in(memory, Path::new("kgen.yaml"), &[], &mut sources);
    match opened.unwrap_or_else(|error| panic!("{error:#}")) {
        Ok((_, loaded, input)) => Ok(Opened { sources, loaded, input }),
        Err(report) => Err(Box::new(Refusal { report, sources })),
    }
}

/// The value of every `env:` and `file:` secret.
pub const VALUE: &str = "a-value-of-more-than-thirty-two-characters";

impl Opened {
    pub fn render(mut self, values: bool, origins: bool) -> Result<Rendered, Box<Refusal>> {
        let value = |_: &str, _: &str| Ok(Secret::new(VALUE.to_owned()));
        let values: Option<kgen::plan::Values> = if values { Some(&value) } else { None };
        pipeline::render(&mut self.sources, &self.loaded, &self.input, values, origins)
            .map_err(|report| Box::new(Refusal { report, sources: self.sources }))
    }
}

/// What `kgen render` writes.
pub fn tree(rendered: &Rendered, layout: Layout) -> Result<Files, String> {
    let profile = |profile: &pipeline::Profile| output::Profile {
        name: profile.settings.profile.to_string(),
        namespace: profile.plan.namespace.clone(),
        resources: profile.resources.clone(),
    };
    let profiles: Vec<_> = rendered.profiles.iter().map(profile).collect();
    match output::tree(layout, profiles, "kgen.yaml") {
        Ok(Ok(files)) => Ok(files),
        Ok(Err(report)) => Err(report.sorted().iter().map(|d| format!("{}: {}\n", d.id, d.message)).collect()),
        Err(error) => Err(format!("{error:#}")),
    }
}
