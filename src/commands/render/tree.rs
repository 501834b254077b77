//! The tree in memory: of all profiles, or of one.

use std::collections::BTreeMap;

use super::target;
use crate::commands::load::Workspace;
use crate::commands::select::Select;
use crate::commands::terminal::Terminal;
use crate::output::write::{File, Target};
use crate::output::{self, Layout};
use crate::pipeline::{Profile, Rendered};

pub type Files = BTreeMap<String, File>;

/// The files of all profiles and of what delivers them, and where they go.
pub struct Tree {
    pub target: Target,
    pub files: Files,
}

/// `None` when the user must change something, which is said.
pub fn whole(workspace: &Workspace, rendered: Rendered, terminal: &Terminal) -> anyhow::Result<Option<Tree>> {
    let target = match target::whole(workspace, &rendered) {
        Ok(target) => target,
        Err(mistake) => {
            terminal.report(&mistake.into(), &workspace.sources);
            return Ok(None);
        }
    };
    let (_, layout) = rendered.output();
    let delivery = rendered.delivery.as_ref();
    let delivery =
        delivery.map(|delivery| output::delivery::files(&delivery.resources, &workspace.name)).transpose()?;
    let profiles = rendered.profiles.into_iter().map(Profile::into_tree).collect();
    let Some(mut files) = files(layout, profiles, workspace, terminal)? else { return Ok(None) };
    files.extend(written(delivery.into_iter().flatten()));
    Ok(Some(Tree { target, files }))
}

/// One profile or a part of it, a file per object.
pub fn one(
    workspace: &Workspace,
    mut profile: Profile,
    select: &Select,
    terminal: &Terminal,
) -> anyhow::Result<Option<Files>> {
    profile.resources = select.apply(&profile.resources).into_iter().cloned().collect();
    let prefix = format!("{}/", profile.settings.profile);
    let files = files(Layout::Flat, vec![profile.into_tree()], workspace, terminal)?;
    let inside = |(path, file): (String, File)| (path.strip_prefix(&prefix).unwrap_or(&path).to_owned(), file);
    Ok(files.map(|files| files.into_iter().map(inside).collect()))
}

fn files(
    layout: Layout,
    profiles: Vec<output::Profile>,
    workspace: &Workspace,
    terminal: &Terminal,
) -> anyhow::Result<Option<Files>> {
    match output::tree(layout, profiles, &workspace.name)? {
        Ok(files) => Ok(Some(written(files.into_iter()).collect())),
        Err(report) => {
            terminal.report(&report, &workspace.sources);
            Ok(None)
        }
    }
}

fn written(files: impl Iterator<Item = (String, output::File)>) -> impl Iterator<Item = (String, File)> {
    files.map(|(path, file)| (path, File { text: file.text, secret: file.readable }))
}
