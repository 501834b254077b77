//! Arguments to exit status.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    kgen::commands::run(kgen::cli::Cli::parse())
}
