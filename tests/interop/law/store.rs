//! A project in memory: its files, read and rendered as the commands do it.

use std::path::Path;

use kgen::access::Access;
pub use kgen::access::Memory;
use kgen::commands::load;
use kgen::diag::Report;
use kgen::output::{self, Files, Layout};
use kgen::pipeline::{self, Input, Loaded, Rendered};
use kgen::secret::Secret;
use kgen::source::Sources;

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
    let access = Access::new(Box::new(memory.clone()), Path::new(""), String::new(), false);
    let opened = load::open_in(access, "kgen.yaml", &[], &mut sources);
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
        Ok(Err(report)) => Err(report.sorted().iter().map(|d| format!("{}: {}\n", d.rule.id, d.message)).collect()),
        Err(error) => Err(format!("{error:#}")),
    }
}
