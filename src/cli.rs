//! The command line: what every command shares. Parsed arguments are inert; `commands` acts on them.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::commands::Command;

/// `0.1.0 (abc1234 2026-11-21)`: with the commit, in a release. For people; nothing that is rendered depends on it.
pub const VERSION: &str = env!("KGEN_VERSION");

/// One project file to a Kustomize-ready tree
#[derive(Debug, Parser)]
#[command(name = "kgen", version = VERSION, about, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Example:\n  kgen render                                  write the tree of all profiles\n  kgen render prod | kubectl apply --server-side -f -"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Global {
    /// The project file [default: kgen.yaml here or in the nearest parent folder]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read files below it only [default: that with .git]
    #[arg(long, global = true, value_name = "DIR", env = "KGEN_ROOT", hide_env = true)]
    pub root: Option<PathBuf>,
    /// The project is a stranger's: no links, no secrets
    #[arg(long, global = true, env = "KGEN_UNTRUSTED", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub untrusted: bool,
    /// When to colour messages
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
