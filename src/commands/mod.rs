//! The commands: one file each, with its arguments, its help text and what it does.
//!
//! Owns: the list, and how an outcome becomes an exit status: 0 done, 1 the answer is no, 2 kgen could not answer.
//! A reader that closed its pipe has what it wanted: 0.

pub mod check;
pub mod cluster;
pub mod complete;
pub mod completions;
pub mod diff;
pub mod explain;
pub mod format;
pub mod function;
pub mod graph;
pub mod images;
pub mod init;
pub mod limits;
pub mod load;
pub mod man;
pub mod notes;
pub mod profile;
pub mod program;
pub mod progress;
pub mod project;
pub mod prune;
pub mod render;
pub mod revision;
pub mod schema;
pub mod secret;
pub mod select;
pub mod template;
pub mod terminal;
pub mod usage;
pub mod verify;

use std::io;
use std::process::ExitCode;

use clap::Subcommand;

use crate::cli::Cli;
use terminal::Terminal;

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Args),
    Render(render::Args),
    Diff(diff::Args),
    Check(check::Args),
    Verify(verify::Args),
    Explain(explain::Args),
    Graph(graph::Args),
    Images(images::Args),
    Notes(notes::Args),
    Prune(prune::Args),
    Profile(profile::Args),
    Secret(secret::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
    Template(template::Args),
    Fn(function::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// A difference, a failed check, a stale tree.
    No,
    /// The project file is wrong; it was said where.
    Refused,
}

/// Runs one command.
pub fn run(cli: Cli) -> ExitCode {
    let terminal = Terminal::new(&cli.global);
    if cli.global.untrusted {
        limits::begin();
    }
    let result = match cli.command {
        Command::Init(args) => init::run(&args, &cli.global, &terminal),
        Command::Render(args) => render::run(&args, &cli.global, &terminal),
        Command::Diff(args) => diff::run(&args, &cli.global, &terminal),
        Command::Check(args) => check::run(&args, &cli.global, &terminal),
        Command::Verify(args) => verify::run(&args, &cli.global, &terminal),
        Command::Explain(args) => explain::run(&args, &cli.global, &terminal),
        Command::Graph(args) => graph::run(&args, &cli.global, &terminal),
        Command::Images(args) => images::run(&args, &cli.global, &terminal),
        Command::Notes(args) => notes::run(&args, &cli.global, &terminal),
        Command::Prune(args) => prune::run(&args, &cli.global, &terminal),
        Command::Profile(args) => profile::run(&args, &cli.global, &terminal),
        Command::Secret(args) => secret::run(&args, &cli.global, &terminal),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args, &terminal),
        Command::Fn(args) => function::run(&args, &cli.global, &terminal),
        Command::Template(args) => template::run(&args, &cli.global, &terminal),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Ok(Outcome::Refused) => ExitCode::from(2),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.failure(&error);
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
