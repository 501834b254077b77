//! `kgen render`: the tree of all profiles, or one profile as a stream.
//!
//! Does not own: the tree in memory (`tree.rs`), where it may go and whose it is (`target.rs`).

pub mod target;
pub mod tree;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::Outcome;
use super::complete;
use super::load::Workspace;
use super::project::{self, Project, With};
use super::select::Select;
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::output::write::{self as disk, Changes, Target};
use crate::output::{self, Reveal};
use crate::pipeline::{Profile, Rendered};
use tree::Tree;

/// Write the tree of all profiles, or print one profile
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen render                 write the tree to `output` (deploy)
  kgen render --check         is the tree on disk what would be written?
  kgen render prod | kubectl apply --server-side -f -
  kgen render prod --out dir  one profile, a file per object
  kgen render delivery        what delivers the profiles (`delivery:`), for Argo CD and Flux

A mistake in the project file stops it, whatever profile it is in. What only the
objects of another profile show, `kgen render` and `kgen check` say.")]
pub struct Args {
    /// The profile to print; without one, the whole tree is written
    #[arg(add = complete::profile())]
    pub profile: Option<String>,
    /// Write nothing; exit with 1 when the tree on disk is not what would be written
    #[arg(long, conflicts_with_all = ["profile", "force"])]
    pub check: bool,
    /// Write the profile into this folder: a file per object and a kustomization.yaml
    #[arg(long, value_name = "DIR", requires = "profile")]
    pub out: Option<PathBuf>,
    /// Overwrite and remove what kgen did not write, what was edited since, and another's tree
    #[arg(long)]
    pub force: bool,
    /// Print readable secret values to a terminal
    #[arg(long, requires = "profile")]
    pub reveal: bool,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
    #[command(flatten)]
    pub select: Select,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    if args.profile.is_none() && !args.select.is_empty() {
        return Err(anyhow!(
            "--only and --skip go with a profile: a tree without some of its objects would remove them"
        )
        .hint("`kgen render PROFILE --only ...`"));
    }
    let values = args.profile.is_some() && args.out.is_none();
    let with = With { values, printed: args.profile.as_deref(), ..With::default() };
    let Some(project) = project::open(global, &args.set, with, terminal)? else { return Ok(Outcome::Refused) };
    let select = |rendered: &Rendered| args.select.check(rendered.all().flat_map(|profile| &profile.resources));
    if select(&project.rendered).is_err() {
        // Another profile may have what this one has not.
        let all = project::open(global, &args.set, With { printed: None, ..with }, terminal)?;
        let Some(all) = all else { return Ok(Outcome::Refused) };
        select(&all.rendered)?;
    }
    let Project { workspace, rendered } = project;
    terminal.report(&rendered.warnings, &workspace.sources);
    let outcome = match &args.profile {
        Some(name) => one(args, name, &workspace, rendered, terminal),
        None => all(args, &workspace, rendered, terminal),
    };
    // The process ends here; taking a thousand apps' settings apart would only delay that.
    std::mem::forget(workspace);
    outcome
}

fn one(
    args: &Args,
    name: &str,
    workspace: &Workspace,
    mut rendered: Rendered,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let profile = project::find(&rendered, name)?;
    let outcome = match &args.out {
        None => stream(args, profile),
        Some(folder) => match rendered.take(name) {
            Some(profile) => flat(args, workspace, profile, folder, terminal),
            None => Ok(Outcome::Refused),
        },
    };
    std::mem::forget(rendered);
    outcome
}

/// Everything is in memory before the first byte is printed.
fn stream(args: &Args, profile: &Profile) -> anyhow::Result<Outcome> {
    let selected = args.select.apply(&profile.resources);
    let document = output::stream(selected, Reveal::Yes)?;
    if document.readable && io::stdout().is_terminal() && !args.reveal {
        let name = &profile.settings.profile;
        return Err(anyhow!("the stream of `{name}` has readable secret values, and stdout is a terminal")
            .hint("pipe it, or add --reveal (or `--skip Secret`)"));
    }
    terminal::print(&document.text)?;
    Ok(Outcome::Done)
}

fn all(args: &Args, workspace: &Workspace, rendered: Rendered, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let left_out = left_out(&rendered);
    let Some(Tree { target, files }) = tree::whole(workspace, rendered, terminal)? else { return Ok(Outcome::Refused) };
    if args.check {
        return check(&disk::plan(&target, &files)?, terminal);
    }
    write(&target, &files, args.force, terminal)?;
    left_out.iter().for_each(|line| terminal.say(line));
    Ok(Outcome::Done)
}

fn check(changes: &Changes, terminal: &Terminal) -> anyhow::Result<Outcome> {
    if changes.is_empty() {
        return Ok(Outcome::Done);
    }
    changes.lines().iter().for_each(|line| terminal.say(line));
    terminal.say(&format!("hint: {}", way_out(changes)));
    Ok(Outcome::No)
}

/// What makes the tree on the disk what it should be.
pub fn way_out(changes: &Changes) -> &str {
    match &changes.dispute {
        Some(dispute) => dispute.hint(),
        None if changes.conflicts.is_empty() => "run `kgen render` and commit what it writes",
        None => "say in the project file what was edited here, then `kgen render --force` and commit what it writes",
    }
}

fn write(target: &Target, files: &tree::Files, force: bool, terminal: &Terminal) -> anyhow::Result<()> {
    let bar = terminal.bar("writing", Default::default());
    let summary = disk::apply(target, files, force);
    drop(bar);
    let summary = summary?;
    terminal.say(&summary.to_string());
    Ok(())
}

/// Secrets with values from the environment or files are in the stream only: which, and how they get to the cluster.
fn left_out(rendered: &Rendered) -> Vec<String> {
    let mut out = Vec::new();
    for profile in &rendered.profiles {
        let names: Vec<String> = profile.resources.iter().filter(|r| r.stream_only).map(|r| r.id.to_string()).collect();
        if !names.is_empty() {
            let name = &profile.settings.profile;
            let listed = names.join(", ");
            out.push(format!("not in the tree of `{name}`: {listed} (values from the environment or files)"));
            let only = names.join(",");
            out.push(format!("  kgen render {name} --only {only} | kubectl apply --server-side -f -"));
        }
    }
    out
}

fn flat(
    args: &Args,
    workspace: &Workspace,
    profile: Profile,
    folder: &Path,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let target = target::one(workspace, &profile.settings.profile, &args.select, folder)?;
    let Some(files) = tree::one(workspace, profile, &args.select, terminal)? else { return Ok(Outcome::Refused) };
    write(&target, &files, args.force, terminal)?;
    Ok(Outcome::Done)
}
