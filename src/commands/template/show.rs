//! `kgen template show`: the text of a built-in template.

use crate::commands::terminal::print;
use crate::commands::{Outcome, complete};

/// Print a built-in template, whatever the project has in its place
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  kgen template show app/deployment | diff - templates/app/deployment.yaml")]
pub struct Args {
    /// As `app/deployment.yaml`, or without `.yaml`
    #[arg(add = complete::template())]
    name: String,
}

pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    let (_, text) = super::find(&args.name)?;
    print(text)?;
    Ok(Outcome::Done)
}
