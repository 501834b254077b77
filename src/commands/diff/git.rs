//! The project at a git revision against the working copy. Secret values are not asked for: those of a revision are not
//! known.
//!
//! Does not own: reading the files of a revision (`commands/revision.rs`).

use std::path::Path;

use anyhow::Context;

use super::project::{self, Project, owned};
use super::{Answer, Args};
use crate::cli::Global;
use crate::commands::terminal::Terminal;
use crate::commands::{load, revision};
use crate::diff::between::{Side, between};
use crate::diff::compare::Mode;
use crate::pipeline::Profile;
use crate::source::Sources;

/// `kgen diff --rev REV [PROFILE...]`.
pub fn compare(args: &Args, global: &Global, terminal: &Terminal, rev: &str) -> anyhow::Result<Option<Answer>> {
    let file = load::project_file(global)?;
    let access = revision::at(file.parent().unwrap_or(Path::new("")), rev, global)?;
    let name = file.file_name().and_then(|name| name.to_str()).context("the project file has no name")?;
    let mut sources = Sources::default();
    let opened = load::open_in(access, name, &args.set, &mut sources)?;
    let Some(old) = project::rendered(opened, sources, project::WITH, terminal) else {
        terminal.say(&format!("this is the project at `{rev}`, not the working copy"));
        return Ok(None);
    };
    let Some(new) = project::open(global, &args.set, project::WITH, terminal)? else { return Ok(None) };
    let all = || old.rendered.all().chain(new.rendered.all());
    args.select.check(all().flat_map(|profile| &profile.resources))?;
    let mut answer = Answer { diffs: Vec::new(), objects: Vec::new() };
    for name in names(args, &old, &new)? {
        one(args, rev, (&old, &new), &name, &mut answer);
    }
    std::mem::forget((old, new));
    Ok(Some(answer))
}

/// Those that were named; else those of the working copy, then those that are gone.
fn names(args: &Args, old: &Project, new: &Project) -> anyhow::Result<Vec<String>> {
    for name in args.profiles.iter().filter(|name| profile(old, name).is_none()) {
        new.find(name)?;
    }
    if !args.profiles.is_empty() {
        return Ok(args.profiles.clone());
    }
    let mut out: Vec<String> = new.rendered.all_names().collect();
    let gone: Vec<String> = old.rendered.all_names().filter(|name| !out.contains(name)).collect();
    out.extend(gone);
    Ok(out)
}

fn one(args: &Args, rev: &str, (old, new): (&Project, &Project), name: &str, answer: &mut Answer) {
    let (before, after) = (profile(old, name), profile(new, name));
    let namespace = |profile: Option<&Profile>| profile.and_then(|profile| profile.plan.namespace.clone());
    let mode = Mode { namespaces: (namespace(before), namespace(after)), ..Mode::default() };
    let before = Side { name: format!("{rev}:{name}"), ..sided(old, before, args) };
    let after = Side { name: name.to_owned(), ..sided(new, after, args) };
    answer.diffs.push(between(&before, &after, &mode));
    answer.objects.push((owned(&before), owned(&after)));
}

fn profile<'p>(project: &'p Project, name: &str) -> Option<&'p Profile> {
    project.rendered.find(name)
}

fn sided<'p>(project: &'p Project, profile: Option<&'p Profile>, args: &Args) -> Side<'p> {
    match profile {
        Some(profile) => project.side(profile, &args.select),
        None => Side { name: String::new(), objects: Vec::new(), causes: None, told: Vec::new() },
    }
}
