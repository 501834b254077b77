//! The sides that are profiles of the project.

use std::path::PathBuf;

use anyhow::bail;

use super::{Answer, Args};
use crate::cli::Global;
use crate::commands::load::{self, Workspace};
use crate::commands::select::Select;
use crate::commands::terminal::Terminal;
use crate::diag::suggest;
use crate::diff::between::{Side, between};
use crate::diff::cause::Causes;
use crate::diff::compare::Mode;
use crate::pipeline::{Input, Loaded, Profile, Rendered};
use crate::resource::Resource;
use crate::source::Sources;

/// A project that was read and rendered, every value with its origin.
pub struct Project {
    pub workspace: Workspace,
    pub rendered: Rendered,
}

/// `None` where the user has to change something, which was said.
pub fn open(global: &Global, set: &[String], values: bool, terminal: &Terminal) -> anyhow::Result<Option<Project>> {
    let mut sources = Sources::default();
    let opened = load::open(global, set, &mut sources)?;
    Ok(rendered(opened, sources, values, terminal))
}

pub type Opened = crate::diag::Result<(PathBuf, Loaded, Input)>;

/// The project with all its profiles.
pub fn rendered(opened: Opened, sources: Sources, values: bool, terminal: &Terminal) -> Option<Project> {
    let (root, loaded, input) = match opened {
        Ok(opened) => opened,
        Err(report) => {
            terminal.report(&report, &sources);
            return None;
        }
    };
    let mut workspace = Workspace::new(root, sources, loaded, input);
    match workspace.render(values, true) {
        Ok(rendered) => Some(Project { workspace, rendered }),
        Err(report) => {
            terminal.report(&report, &workspace.sources);
            None
        }
    }
}

impl Project {
    pub fn find(&self, name: &str) -> anyhow::Result<&Profile> {
        let all = &self.rendered.profiles;
        if let Some(profile) = all.iter().find(|profile| *profile.settings.profile == *name) {
            return Ok(profile);
        }
        let names: Vec<&str> = self.rendered.names().map(|name| &**name).collect();
        let hint = suggest::did_you_mean(name, names.iter().copied());
        let hint = hint.unwrap_or_else(|| format!("the profiles are {}", suggest::all_of(names.iter().copied())));
        bail!("there is no profile `{name}`\nhint: {hint}");
    }

    pub fn causes<'p>(&'p self, profile: &'p Profile) -> Causes<'p> {
        Causes::new(&profile.settings, &self.workspace.sources)
    }

    pub fn side<'p>(&'p self, profile: &'p Profile, select: &Select) -> Side<'p> {
        Side {
            name: profile.settings.profile.to_string(),
            objects: select.apply(&profile.resources),
            causes: Some(self.causes(profile)),
            told: Vec::new(),
        }
    }
}

pub fn owned(side: &Side) -> Vec<Resource> {
    side.objects.iter().map(|resource| (*resource).clone()).collect()
}

/// `kgen diff A B`.
pub fn profiles(args: &Args, global: &Global, terminal: &Terminal, a: &str, b: &str) -> anyhow::Result<Option<Answer>> {
    let Some(project) = open(global, &args.set, false, terminal)? else { return Ok(None) };
    let (old, new) = (project.find(a)?, project.find(b)?);
    args.select.check(project.rendered.profiles.iter().flat_map(|profile| &profile.resources))?;
    let (before, after) = (project.side(old, &args.select), project.side(new, &args.select));
    let mode = Mode {
        foreign: false,
        across: old.settings.profile != new.settings.profile,
        namespaces: (old.plan.namespace.clone(), new.plan.namespace.clone()),
    };
    let diff = between(&before, &after, &mode);
    let objects = vec![(owned(&before), owned(&after))];
    drop((before, after));
    std::mem::forget(project);
    Ok(Some(Answer { diffs: vec![diff], objects }))
}
