//! Arguments that kgen does not take, and the way out: what other tools call it, and an example of the command.
//!
//! Owns: the hint behind clap's message, and `kgen help COMMAND`.
//! Does not own: the message itself, which is clap's.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use super::terminal;
use crate::cli::{Cli, Color};
use crate::escape;

/// Commands of other tools, and what is typed here.
const COMMANDS: [(&[&str], &str); 9] = [
    (
        &["apply", "deploy", "install", "upgrade", "up", "sync"],
        "kgen applies nothing: `kgen render prod | kubectl apply --server-side -f -`; `kgen notes prod` tells all of it",
    ),
    (&["build", "generate", "gen", "kustomize", "manifests", "show", "write"], "`kgen render` writes the tree"),
    (&["validate", "lint", "test"], "`kgen check` looks for mistakes"),
    (
        &["delete", "destroy", "uninstall", "down", "status", "logs", "scale", "restart", "rollback"],
        "kubectl does: `kgen notes prod` prints the commands",
    ),
    (&["version"], "`kgen --version` prints it"),
    (&["new", "create", "start"], "`kgen init` writes a first project file"),
    (&["convert", "import"], "`kgen init --from compose.yaml` converts a Compose file"),
    (&["plan", "preview"], "`kgen diff` shows what would change"),
    (&["dev", "staging", "prod"], "say what to do with the profile, for instance `kgen render PROFILE`"),
];

/// Options of other tools, and what is typed here.
const OPTIONS: [(&[&str], &str); 4] = [
    (
        &["--profile", "-p", "--env", "-e", "--environment", "--overlay"],
        "a profile stands without an option: `kgen render prod`",
    ),
    (&["--namespace", "-n"], "the project file says it: `namespace: NAME`, at the top level or in a profile"),
    (&["--dry-run"], "`kgen diff` shows what would be written, `kgen render --check` says whether anything would"),
    (&["--values", "--config"], "`-f FILE` names the project file, `--set PATH=VALUE` overrides a setting"),
];

/// The command line; the status of the program where it is none.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let args = help(args.collect());
    Cli::try_parse_from(&args).map_err(|error| {
        // The same mistake, told of words that can be shown.
        let shown = args.iter().map(|word| escape::line(&word.to_string_lossy()));
        let mut error = Cli::try_parse_from(shown).err().unwrap_or(error);
        let words: Vec<String> = args.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        let hint = hint(&error, &words);
        if hint.is_some() {
            // `a similar subcommand exists: 'profile'` for `prod` leads astray.
            error.remove(ContextKind::Suggested);
            error.remove(ContextKind::SuggestedSubcommand);
        }
        if words.iter().any(|word| word == "secret") && error.get(ContextKind::SuggestedArg).is_none() {
            // It may be a value of a secret.
            let quoted = [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::Suggested];
            quoted.into_iter().for_each(|kind| drop(error.remove(kind)));
        }
        let hint = hint.map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
        print(&error, &hint);
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// Help goes to stdout, as clap has it.
fn print(error: &clap::Error, hint: &str) {
    if !error.use_stderr() {
        let _ = error.print();
        return;
    }
    let color = terminal::color(Color::Auto, &io::stderr());
    let text = if color { error.render().ansi().to_string() } else { error.render().to_string() };
    let _ = io::stderr().write_all(escape::page(&format!("{text}{hint}"), color).as_bytes());
}

/// `kgen help secret set` is `kgen secret set --help`.
fn help(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.get(1).is_some_and(|word| word == "help") {
        args.remove(1);
        args.push("--help".into());
    }
    args
}

fn hint(error: &clap::Error, words: &[String]) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.split(['=', ' ']).next().unwrap_or(word).to_owned()),
        _ => None,
    };
    let row = |rows: &[(&[&str], &str)], word: &str| {
        rows.iter().find(|(words, _)| words.contains(&word)).map(|(_, hint)| (*hint).to_owned())
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => row(&COMMANDS, &word(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => row(&OPTIONS, &word(ContextKind::InvalidArg)?),
        ErrorKind::MissingRequiredArgument => example(words).map(|example| format!("for instance `{example}`")),
        _ => None,
    }
}

/// The first example of the command that was typed.
fn example(words: &[String]) -> Option<String> {
    let root = Cli::command();
    let asked = words.iter().fold(&root, |command: &Command, word| command.find_subcommand(word).unwrap_or(command));
    let help = asked.get_after_help()?.to_string();
    let line = help.lines().map(str::trim).find(|line| line.starts_with("kgen "))?;
    line.split("  ").next().map(str::to_owned)
}
