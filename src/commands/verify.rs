//! `kgen verify`: whether the tree is what the project gives, and of which files.
//!
//! Owns: the answer for a person and for a program. Sorted, without a date or a path of the machine: the same project and
//! the same kgen give the same answer everywhere.
//! Does not own: the comparison (`output/write`), and what may be told of an input (`pipeline/inputs.rs`).

use serde::Serialize;

use super::format::{self, Format};
use super::project::{self, Project, With};
use super::render::{tree, way_out};
use super::terminal::{self, Terminal};
use super::{Outcome, complete};
use crate::cli::{Global, VERSION};
use crate::output::write::manifest::{self, Content, Manifest};
use crate::output::write::{self, Changes};

/// Check the tree against the project, and print hashes of inputs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen verify                              is the tree what the project gives?
  kgen verify --format json > deploy.json  with the hash of every file, to be signed

The comparison is that of `kgen render --check`. A file that may hold a secret value
is named and not hashed: a short value is guessed from its hash.
Exit status: 0 it is, 1 it is not, 2 kgen could not answer.")]
pub struct Args {
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Override a setting, as it was for `kgen render`; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

/// Of this form is version 1; fields may be added without a new one.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    kgen: &'a str,
    project: &'a str,
    file: &'a str,
    /// The settings that `--set` gave; their values are not told, as any may be a secret.
    set: Vec<&'a str>,
    inputs: Vec<Hashed>,
    /// What the project gives, also where something else is there.
    tree: Tree,
    same: bool,
    differences: Vec<String>,
}

#[derive(Serialize)]
struct Tree {
    folder: String,
    /// Of the `.kgen.json` that goes with the tree.
    sha256: String,
    files: Vec<Hashed>,
}

#[derive(Serialize)]
struct Hashed {
    path: String,
    /// Missing where a secret value may be in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(Project { workspace, rendered }) = project::open(global, &args.set, With::default(), terminal)? else {
        return Ok(Outcome::Refused);
    };
    terminal.report(&rendered.warnings, &workspace.sources);
    let Some(tree) = tree::whole(&workspace, rendered, terminal)? else { return Ok(Outcome::Refused) };
    let changes = write::plan(&tree.target, &tree.files)?;
    let input =
        |read: crate::pipeline::inputs::Read| Hashed { path: read.path, sha256: read.bytes.map(manifest::hash) };
    let answer = Answer {
        version: 1,
        kgen: VERSION,
        project: &tree.target.owner.project,
        file: &workspace.name,
        set: args.set.iter().filter_map(|set| set.split('=').next()).collect(),
        inputs: workspace.read().into_iter().map(input).collect(),
        tree: given(&tree)?,
        same: changes.is_empty(),
        differences: changes.lines(),
    };
    terminal::print(&match args.format {
        Format::Human => human(&answer),
        Format::Json => format::json(&answer)?,
    })?;
    Ok(said(&changes, terminal))
}

fn said(changes: &Changes, terminal: &Terminal) -> Outcome {
    if changes.is_empty() {
        return Outcome::Done;
    }
    terminal.say(&format!("hint: {}", way_out(changes)));
    Outcome::No
}

/// What the project gives.
fn given(tree: &tree::Tree) -> anyhow::Result<Tree> {
    let manifest = Manifest::of(&tree.files, &tree.target.owner);
    let sha256 = manifest::hash(manifest.text()?.as_bytes());
    let hash = |content| match content {
        Content::Hash(hash) => Some(hash),
        Content::Secret => None,
    };
    let files = manifest.files.into_iter().map(|(path, content)| Hashed { path, sha256: hash(content) }).collect();
    Ok(Tree { folder: tree.target.folder.clone(), sha256, files })
}

/// The hash of `.kgen.json` stands for those of all files, which it names.
fn human(answer: &Answer) -> String {
    let Answer { kgen, project, file, set, inputs, tree, .. } = answer;
    let set = if set.is_empty() { String::new() } else { format!(", with --set {}", set.join(" ")) };
    let own = Hashed { path: manifest::NAME.to_owned(), sha256: Some(tree.sha256.clone()) };
    let width = inputs.iter().chain([&own]).map(|hashed| hashed.path.chars().count()).max().unwrap_or_default();
    let line = |Hashed { path, sha256 }: &Hashed| match sha256 {
        Some(hash) => format!("  {path:width$}  sha256:{hash}\n"),
        None => format!("  {path:width$}  not hashed: it may hold a secret value\n"),
    };
    let inputs: String = inputs.iter().map(line).collect();
    let head = format!("kgen {kgen}\nproject {project} in {file}{set}\n{inputs}");
    if answer.same {
        let files = tree.files.len();
        return format!(
            "{head}tree in {}, {files} files\n{}the tree is what the project gives\n",
            tree.folder,
            line(&own)
        );
    }
    let differences: String = answer.differences.iter().map(|line| format!("  {line}\n")).collect();
    format!("{head}tree in {}\n{differences}the tree is not what the project gives\n", tree.folder)
}
