//! An answer for a person, or for a program.
//!
//! Does not own: the forms of `diff`, `check`, `graph` and `notes`, which have more than these.

use anyhow::Context;
use clap::ValueEnum;
use serde::Serialize;

use crate::escape;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

/// A document of its own: it ends with its last line.
pub fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", escape::json(&serde_json::to_string_pretty(value).context("cannot write JSON")?)))
}
