//! `kgen template`: the built-in templates, and the project's own in their place.
//!
//! Owns: the verbs, and finding the project's folder of templates.
//! Does not own: what a project's template may say (`render`), how an ejected one is known again (`render/eject.rs`).

mod eject;
mod list;
mod show;

pub use list::renders;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Subcommand;

use super::Outcome;
use super::load;
use super::terminal::Terminal;
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::pipeline;
use crate::render::templates::{BUILT_IN, Template};
use crate::source::Sources;
use crate::tree::Tree;

/// List the built-in templates, or copy one into the project
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen template list                    what there is, and what the project has in its place
  kgen template eject app/deployment    copy one, to change it")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Args),
    Show(show::Args),
    Eject(eject::Args),
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    match &args.verb {
        Verb::List(args) => list::run(args, global, terminal),
        Verb::Show(args) => show::run(args),
        Verb::Eject(args) => eject::run(args, global, terminal),
    }
}

/// The project's folder of templates.
struct Room {
    root: PathBuf,
    /// The project file's name.
    file: String,
    /// What `templates:` says.
    folder: Option<String>,
    own: Vec<Template>,
}

/// The inner `None`: the project is wrong, which was said. Templates are not tried: a broken one is to be listed too.
fn open(file: &Path, global: &Global, terminal: &Terminal) -> Result<Option<Room>> {
    let mut sources = Sources::default();
    let access = load::access_to(file, global)?;
    let (Ok(text) | Err(text)) = load::project_text(file, &access)?;
    let id = sources.add(file.display().to_string(), text);
    let loaded = match pipeline::load(&mut sources, id, &[])? {
        Ok(loaded) => loaded,
        Err(report) => {
            terminal.report(&report, &sources);
            return Ok(None);
        }
    };
    let root = file.parent().unwrap_or(Path::new("")).to_owned();
    let folder = loaded.project.root.get("templates").and_then(Tree::as_str).map(str::to_owned);
    let own = match &folder {
        Some(name) if access.is_folder(name) => load::own_templates(&access, &loaded.project.root, &mut sources)?,
        _ => Ok(Vec::new()),
    };
    match own {
        Ok(own) => {
            let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Some(Room { root, file, folder, own }))
        }
        Err(report) => {
            terminal.report(&report, &sources);
            Ok(None)
        }
    }
}

/// The template of this name, which may be written without its ending.
fn find(name: &str) -> Result<(&'static str, &'static str)> {
    let short = name.strip_prefix("templates/").unwrap_or(name);
    let found = BUILT_IN.iter().find(|(known, _)| *known == short || known.strip_suffix(".yaml") == Some(short));
    if let Some(found) = found {
        return Ok(*found);
    }
    let whole = if short.ends_with(".yaml") { short.to_owned() } else { format!("{short}.yaml") };
    let near = suggest::did_you_mean(&whole, BUILT_IN.iter().map(|(known, _)| *known));
    let hint = near.unwrap_or_else(|| "`kgen template list` names them".into());
    Err(anyhow!("there is no template `{name}`").hint(hint))
}
