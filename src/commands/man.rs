//! `kgen man`: the manual pages, made from what the commands say of themselves.
//!
//! Owns: which pages there are, and the form of their examples. No date: the same program writes the same pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Outcome;
use super::terminal::{self, Terminal};
use crate::cli::Cli;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::output::write;

/// Print a manual page, or write all of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen man | man -l -                              the page of kgen
  kgen man secret set | man -l -                   of one command
  kgen man --out ~/.local/share/man/man1           all pages; then `man kgen-secret-set`")]
pub struct Args {
    /// The command [default: kgen itself]
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    pub command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub fn run(args: &Args, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let mut root = Cli::command();
    root.build();
    match &args.out {
        None => terminal::print(&page(find(&root, &args.command)?)?)?,
        Some(folder) => {
            let count = write(&root, folder)?;
            terminal.say(&format!("{count} written"));
        }
    }
    Ok(Outcome::Done)
}

fn find<'c>(root: &'c Command, words: &[String]) -> anyhow::Result<&'c Command> {
    let mut found = root;
    for word in words {
        let known: Vec<&str> = found.get_subcommands().map(Command::get_name).collect();
        let Some(next) = found.find_subcommand(word) else {
            let hint = suggest::did_you_mean(word, known.iter().copied());
            let hint = hint.unwrap_or_else(|| format!("its commands are {}", suggest::all_of(known)));
            return Err(anyhow!("`{}` has no command `{word}`", found.get_bin_name().unwrap_or("kgen")).hint(hint));
        };
        found = next;
    }
    Ok(found)
}

/// How many.
fn write(command: &Command, folder: &Path) -> anyhow::Result<usize> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut pages = BTreeMap::new();
    add(command, &mut pages)?;
    write::replace(folder, &pages)?;
    Ok(pages.len())
}

/// The pages of a command and those below it, by the names of their files.
fn add(command: &Command, pages: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    pages.insert(format!("{}.1", name(command)), page(command)?);
    command.get_subcommands().try_for_each(|command| add(command, pages))
}

/// `kgen-secret-set`
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(command: &Command) -> anyhow::Result<String> {
    let man = Man::new(command.clone()).manual("kgen").source(concat!("kgen ", env!("CARGO_PKG_VERSION")));
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    if let Some(after) = command.get_after_help() {
        notes(&after.to_string()).to_writer(&mut out)?;
    }
    status().to_writer(&mut out)?;
    // An empty line between two breaks is one that readers warn about; a date that is empty needs its quotes.
    let text = String::from_utf8(out)?.replace(".br\n\n.br\n", ".sp\n");
    Ok(text.replacen(" 1  \"kgen ", " 1 \"\" \"kgen ", 1))
}

/// What stands behind the options, line by line as it was written.
fn notes(text: &str) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["NOTES AND EXAMPLES"]).control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

fn status() -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in [
        ("0", "done, or no difference"),
        ("1", "the answer is no: a difference, a failed check, a stale tree"),
        ("2", "kgen could not answer, and says why; nothing was written"),
    ] {
        roff.control("TP", []).text([roman(status)]).text([roman(meaning)]);
    }
    roff
}
