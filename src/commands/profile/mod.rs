//! `kgen profile`: the project's profiles and the built-in presets, resolved.
//!
//! Owns: the verbs, and where there is no project: the presets are there without one.
//! Does not own: the merge (`settings`), what a setting does (`plan`). References are shown as they are written.

mod leaf;
mod list;
mod matrix;
mod one;
pub mod screen;
mod show;

use anyhow::Result;
use clap::Subcommand;

use super::Outcome;
use super::load;
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::Report;
use crate::pipeline;
use crate::settings::preset::{NAMES, Presets};
use crate::settings::{Settings, merge};
use crate::source::{Sources, Span};
use crate::tree::Tree;
use screen::Screen;

/// Show the profiles and presets, and where each setting comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen profile list
  kgen profile show prod
  kgen profile show --all --diff")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Args),
    Show(show::Args),
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    match &args.verb {
        Verb::List(args) => list::run(args, global, terminal),
        Verb::Show(args) => show::run(args, global, terminal),
    }
}

/// All profiles and presets. Without a project there are no profiles.
#[derive(Default)]
struct Room {
    sources: Sources,
    /// As written; null without a project.
    project: Tree<Span>,
    profiles: Vec<Settings>,
    presets: Vec<Settings>,
}

/// `None`: the project file is wrong, which was said.
fn open(global: &Global, set: &[String], terminal: &Terminal) -> Result<Option<Room>> {
    let mut room = Room::default();
    if global.file.is_some() || load::find().is_ok() {
        if let Err(report) = read(&mut room, global, set)? {
            terminal.report(&report, &room.sources);
            return Ok(None);
        }
    } else if !set.is_empty() {
        load::find()?;
    }
    let presets = Presets::load(&mut room.sources)?;
    room.presets = NAMES.iter().map(|name| merge::preset((*name).into(), &presets, &room.sources)).collect();
    Ok(Some(room))
}

fn read(room: &mut Room, global: &Global, set: &[String]) -> Result<Result<(), Report>> {
    let loaded = match load::open(global, set, &mut room.sources)? {
        Ok((_, loaded, _)) => loaded,
        Err(report) => return Ok(Err(report)),
    };
    Ok(pipeline::settings(&room.sources, &loaded).map(|profiles| {
        room.profiles = profiles;
        room.project = loaded.project.root;
    }))
}

fn show(text: &str, screen: Screen) -> Result<Outcome> {
    terminal::show(text, screen.color)?;
    Ok(Outcome::Done)
}
