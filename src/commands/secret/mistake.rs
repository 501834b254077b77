//! A user's mistake on its way out of work that may fail for other reasons too.

use std::fmt;

use crate::commands::Outcome;
use crate::commands::terminal::Terminal;
use crate::diag::Diagnostic;
use crate::source::{FileId, Sources, Span};

/// A message about the project file or a file beside it.
#[derive(Debug)]
pub struct Mistake(Box<Diagnostic>);

impl Mistake {
    pub fn because(diagnostic: Diagnostic) -> anyhow::Error {
        Self(Box::new(diagnostic)).into()
    }
}

/// Of a file that is not what it should be nothing is shown: it may be the Secret that should have been encrypted.
pub fn hidden(diagnostic: Diagnostic, sources: &mut Sources, file: FileId) -> anyhow::Error {
    let end = sources.get(file).text.len() as u32;
    sources.mask(Span { file, start: 0, end });
    Mistake::because(diagnostic)
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Mistake {}

/// Says a mistake with its place; any other failure is the caller's.
pub fn said(error: anyhow::Error, sources: &Sources, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let mistake: Mistake = error.downcast()?;
    terminal.report(&(*mistake.0).into(), sources);
    Ok(Outcome::Refused)
}
