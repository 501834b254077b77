//! Arguments to exit status.

use std::process::ExitCode;

use clap::Parser;

/// Project files may nest as deep as the reader allows; each level takes some stack.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let cli = kgen::cli::Cli::parse();
    let work = std::thread::Builder::new().stack_size(STACK).spawn(move || kgen::commands::run(cli));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => status,
        Ok(Err(_)) => {
            eprintln!("error: kgen failed; this is a bug in kgen, please report it with your project file");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: cannot start a thread: {error}");
            ExitCode::from(2)
        }
    }
}
