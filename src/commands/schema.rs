//! `kgen schema`: the JSON Schema of the project file.

use anyhow::Result;

use super::Outcome;
use super::format;
use super::terminal;
use crate::schema;
use crate::settings::preset::Presets;
use crate::source::Sources;

/// Print the JSON Schema of the project file, for editors
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  kgen schema > kgen.schema.json
and as the first line of kgen.yaml, for editors with the YAML language server:
  # yaml-language-server: $schema=kgen.schema.json")]
pub struct Args {}

pub fn run(_: &Args) -> Result<Outcome> {
    terminal::print(&text()?)?;
    Ok(Outcome::Done)
}

/// The schema, as it is printed and as `kgen init` writes it.
pub fn text() -> Result<String> {
    let presets = Presets::load(&mut Sources::default())?;
    format::json(&schema::document(&presets))
}
