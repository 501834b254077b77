//! `kgen template list`: all templates, what each renders, and what the project has in its place.

use serde_json::json;

use super::Room;
use crate::cli::Global;
use crate::commands::format::{self, Format};
use crate::commands::terminal::{self, Terminal};
use crate::commands::{Outcome, load};
use crate::escape;
use crate::render::eject::{self, State};
use crate::render::templates::BUILT_IN;

/// List the built-in templates, what each renders, and what the project has in its place
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen template list            `*` marks those that the project replaces
  kgen template list --own      these alone
  kgen template list --format json")]
pub struct Args {
    /// Only those that the project has
    #[arg(long)]
    own: bool,
    /// For a person, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

struct Row {
    name: String,
    renders: String,
    /// The project's file.
    path: Option<String>,
    state: State,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    // The templates are there without a project.
    let file = if global.file.is_some() { Some(load::project_file(global)?) } else { load::find().ok() };
    let room = match file.map(|file| super::open(&file, global, terminal)).transpose()? {
        Some(None) => return Ok(Outcome::Refused),
        Some(Some(room)) => Some(room),
        None => None,
    };
    let mut rows = rows(room.as_ref());
    rows.retain(|row| !args.own || row.path.is_some());
    let text = match args.format {
        Format::Human => human(&rows),
        Format::Json => as_json(&rows)?,
    };
    terminal::show(&text, false)?;
    Ok(Outcome::Done)
}

fn rows(room: Option<&Room>) -> Vec<Row> {
    let own = || room.into_iter().flat_map(|room| &room.own);
    let row = |name: &str, text: &str| {
        let found = own().find(|template| *template.name == *name);
        Row {
            name: name.to_owned(),
            renders: renders(name, text),
            path: found.map(|template| template.path.to_string()),
            state: found.map_or(State::BuiltIn, |template| eject::state(name, &template.text)),
        }
    };
    let mut rows: Vec<Row> = BUILT_IN.iter().map(|(name, text)| row(name, text)).collect();
    let added = own().filter(|template| !BUILT_IN.iter().any(|(name, _)| *name == &*template.name));
    rows.extend(added.map(|template| row(&template.name, &template.text)));
    rows
}

/// `Deployment of an app`.
pub fn renders(name: &str, text: &str) -> String {
    let whose = match name.split_once('/').map_or("", |(folder, _)| folder) {
        "app" => " of an app",
        "job" => " of a job",
        "redis" => " of a redis",
        "postgres" => " of a postgres",
        "config" => " of a config",
        "secret" => " of a secret",
        "delivery" => " that delivers profiles",
        _ => "",
    };
    let kind = text.lines().find_map(|line| line.strip_prefix("kind: ")).map(str::trim);
    match kind {
        Some(kind) => format!("{kind}{whose}"),
        None => {
            let count = BUILT_IN.iter().filter(|(_, other)| other.contains(name)).count();
            match count {
                0 => "lines for others".to_owned(),
                1 => "part of 1 other".to_owned(),
                _ => format!("part of {count} others"),
            }
        }
    }
}

fn human(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (name, renders) = (width(|row| row.name.len()), width(|row| row.renders.len()));
    let line = |row: &Row| {
        let mark = if row.path.is_some() { '*' } else { ' ' };
        let place = row.path.as_ref().map(|path| format!("{path}: {}", row.state)).unwrap_or_default();
        let text = escape::line(&format!("{mark} {:name$}  {:renders$}  {place}", row.name, row.renders));
        format!("{}\n", text.trim_end())
    };
    rows.iter().map(line).collect()
}

fn as_json(rows: &[Row]) -> anyhow::Result<String> {
    let row = |row: &Row| {
        let (state, version) = match &row.state {
            State::BuiltIn => ("built-in", None),
            State::Same => ("same", None),
            State::Changed => ("changed", None),
            State::Older(version) => ("older", Some(version)),
            State::ChangedOlder(version) => ("changed-older", Some(version)),
            State::Own => ("own", None),
        };
        json!({"name": row.name, "renders": row.renders, "file": row.path, "state": state, "ejectedFrom": version})
    };
    format::json(&rows.iter().map(row).collect::<Vec<_>>())
}
