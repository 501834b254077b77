//! A project that was read and rendered, as most commands begin.
//!
//! Owns: saying what is wrong with it, and finding a profile in it.
//! Does not own: reading its files (`load.rs`).

use std::sync::Arc;

use anyhow::anyhow;

use super::load::{self, Workspace};
use super::terminal::Terminal;
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::pipeline::{Profile, Rendered};
use crate::source::Sources;

pub struct Project {
    pub workspace: Workspace,
    pub rendered: Rendered,
}

/// What is asked of a rendering beside the objects.
#[derive(Clone, Copy, Default)]
pub struct With<'w> {
    /// The values of `env:` and `file:`.
    pub values: bool,
    /// Where each leaf came from.
    pub origins: bool,
    /// The only profile whose objects are needed.
    pub printed: Option<&'w str>,
}

/// `None` where the user has to change something, which was said.
pub fn open(global: &Global, set: &[String], with: With, terminal: &Terminal) -> anyhow::Result<Option<Project>> {
    let mut sources = Sources::default();
    let opened = load::open(global, set, &mut sources)?;
    Ok(rendered(opened, sources, with, terminal))
}

/// The project with all its profiles.
pub fn rendered(opened: load::Opened, sources: Sources, with: With, terminal: &Terminal) -> Option<Project> {
    let (access, loaded, input) = match opened {
        Ok(opened) => opened,
        Err(report) => {
            terminal.report(&report, &sources);
            return None;
        }
    };
    let mut workspace = Workspace::new(access, sources, loaded, input);
    let bar = terminal.bar("rendering", workspace.progress());
    let rendered = workspace.render(with);
    drop(bar);
    match rendered {
        Ok(rendered) => Some(Project { workspace, rendered }),
        Err(report) => {
            terminal.report(&report, &workspace.sources);
            None
        }
    }
}

impl Project {
    /// The profile of this name.
    pub fn find(&self, name: &str) -> anyhow::Result<&Profile> {
        find(&self.rendered, name)
    }
}

pub fn find<'r>(rendered: &'r Rendered, name: &str) -> anyhow::Result<&'r Profile> {
    if let Some(profile) = rendered.find(name) {
        return Ok(profile);
    }
    Err(no_profile(name, rendered.names().map(|name| &**name)))
}

/// Those of all profiles that are named, in the project's order; all where none is.
pub fn named(all: Vec<Arc<str>>, names: &[String]) -> anyhow::Result<Vec<Arc<str>>> {
    let known = || all.iter().map(|name| &**name);
    if let Some(name) = names.iter().find(|name| !known().any(|known| known == **name)) {
        return Err(no_profile(name, known()));
    }
    let is_wanted = |known: &Arc<str>| names.is_empty() || names.iter().any(|name| **name == **known);
    Ok(all.iter().filter(|known| is_wanted(known)).cloned().collect())
}

fn no_profile<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> anyhow::Error {
    let known: Vec<&str> = known.collect();
    let hint = suggest::did_you_mean(name, known.iter().copied());
    let hint = hint.unwrap_or_else(|| format!("the profiles are {}", suggest::all_of(known)));
    anyhow!("there is no profile `{name}`").hint(hint)
}
