//! `kgen render`: the tree of all profiles, or one profile as a stream.

use std::collections::BTreeMap;
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
use crate::output::write::{self as disk, File};
use crate::output::{self, Layout, Reveal};
use crate::pipeline::{Profile, Rendered};

/// Write the tree of all profiles, or print one profile as a YAML stream
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen render                 write the tree to `output` (deploy)
  kgen render --check         is the tree on disk what would be written?
  kgen render prod | kubectl apply --server-side -f -
  kgen render prod --out dir  one profile, a file per object
  kgen render delivery        what delivers the profiles (`delivery:`), for Argo CD and Flux")]
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
    /// Overwrite and remove files that kgen did not write, or that were edited since
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
    let with = With { values: args.profile.is_some() && args.out.is_none(), origins: false };
    let Some(project) = project::open(global, &args.set, with, terminal)? else { return Ok(Outcome::Refused) };
    let Project { workspace, rendered } = project;
    terminal.report(&rendered.warnings, &workspace.sources);
    let outcome = match &args.profile {
        Some(name) => one(args, name, &workspace, rendered, terminal),
        None => tree(args, &workspace, rendered, terminal),
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
    args.select.check(rendered.all().flat_map(|profile| &profile.resources))?;
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

fn tree(args: &Args, workspace: &Workspace, rendered: Rendered, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let (folder, layout) = rendered.output();
    let left_out = left_out(&rendered);
    let delivery = rendered.delivery.as_ref();
    let delivery =
        delivery.map(|delivery| output::delivery::files(&delivery.resources, &workspace.name)).transpose()?;
    let profiles = rendered.profiles.into_iter().map(Profile::into_tree).collect();
    let Some(mut files) = files(layout, profiles, workspace, terminal)? else { return Ok(Outcome::Refused) };
    files.extend(written(delivery.into_iter().flatten()));
    let folder = workspace.root.join(folder);
    if args.check {
        return check(&folder, &files, terminal);
    }
    write_to(&folder, &files, args.force, terminal)?;
    left_out.iter().for_each(|line| terminal.say(line));
    Ok(Outcome::Done)
}

/// The tree in memory, or `None` when the user must change something, which is said.
fn files(
    layout: Layout,
    profiles: Vec<output::Profile>,
    workspace: &Workspace,
    terminal: &Terminal,
) -> anyhow::Result<Option<BTreeMap<String, File>>> {
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

fn check(folder: &Path, files: &BTreeMap<String, File>, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let changes = disk::plan(folder, files)?;
    if changes.is_empty() {
        return Ok(Outcome::Done);
    }
    changes.lines().iter().for_each(|line| terminal.say(line));
    terminal.say(match changes.conflicts.is_empty() {
        true => "hint: run `kgen render` and commit what it writes",
        false => {
            "hint: say in the project file what was edited here, then `kgen render --force` and commit what it writes"
        }
    });
    Ok(Outcome::No)
}

fn write_to(folder: &Path, files: &BTreeMap<String, File>, force: bool, terminal: &Terminal) -> anyhow::Result<()> {
    let bar = terminal.bar("writing", Default::default());
    let summary = disk::apply(folder, files, force);
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
    mut profile: Profile,
    folder: &Path,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    profile.resources = args.select.apply(&profile.resources).into_iter().cloned().collect();
    let prefix = format!("{}/", profile.settings.profile);
    let files = files(Layout::Flat, vec![profile.into_tree()], workspace, terminal)?;
    let Some(files) = files else { return Ok(Outcome::Refused) };
    let files =
        files.into_iter().map(|(path, file)| (path.strip_prefix(&prefix).unwrap_or(&path).to_owned(), file)).collect();
    write_to(folder, &files, args.force, terminal)?;
    Ok(Outcome::Done)
}
