//! The sides that are profiles of the project.

use super::{Answer, Args};
use crate::cli::Global;
pub use crate::commands::project::{Project, With, open, rendered};
use crate::commands::select::Select;
use crate::commands::terminal::Terminal;
use crate::diff::between::{Side, between};
use crate::diff::cause::Causes;
use crate::diff::compare::Mode;
use crate::pipeline::Profile;
use crate::resource::Resource;

/// As every side of a diff is made.
pub const WITH: With<'static> = With { values: false, origins: true, printed: None };

impl Project {
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
    let Some(project) = open(global, &args.set, WITH, terminal)? else { return Ok(None) };
    let (old, new) = (project.find(a)?, project.find(b)?);
    args.select.check(project.rendered.all().flat_map(|profile| &profile.resources))?;
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
