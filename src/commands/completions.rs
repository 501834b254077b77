//! `kgen completions`: what makes a shell ask kgen for the rest of a word.
//!
//! Owns: the scripts, and the answer when a shell asks ([`answer`]), which is before any argument is parsed.
//! Does not own: what the words of a project are (`complete.rs`).

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};
use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Fish, Powershell, Zsh};

use super::Outcome;
use super::terminal;
use crate::cli::Cli;

/// Print what makes a shell complete commands, profiles, settings, ...
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples, each for the file that the shell reads at its start:
  source <(kgen completions bash)                                  ~/.bashrc
  source <(kgen completions zsh)                                   ~/.zshrc, after compinit
  kgen completions fish | source                                   ~/.config/fish/config.fish
  kgen completions powershell | Out-String | Invoke-Expression     $PROFILE

The script asks kgen at each Tab, which reads the project file and writes nothing.")]
pub struct Args {
    /// The shell
    pub shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// The variable by which the scripts say which shell asks.
const ASKS: &str = "KGEN_COMPLETE";
/// Bash splits words at `=` and `:`, which settings and selectors have: its script puts them together again.
const BASH: &str = include_str!("completions.bash");

pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    let other: &dyn EnvCompleter = match args.shell {
        Shell::Bash => {
            terminal::print(BASH)?;
            return Ok(Outcome::Done);
        }
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
        Shell::Powershell => &Powershell,
    };
    let mut script = Vec::new();
    other.write_registration(ASKS, "kgen", "kgen", "kgen", &mut script)?;
    terminal::print(&String::from_utf8(script)?)?;
    Ok(Outcome::Done)
}

/// Whether a shell asked, and was answered. A question that has no answer is none: the shell offers nothing.
pub fn answer(args: impl IntoIterator<Item = OsString>) -> bool {
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(Cli::command).var(ASKS).try_complete(args, here.as_deref());
    asked.unwrap_or(true)
}
