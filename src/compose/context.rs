//! What every part of a conversion has at hand: the files, the variables, and what is said of it.

use super::interpolate::Variables;
use super::note::Notes;
use crate::compose::COMPOSE_TYPE;
use crate::diag::{Diagnostic, Report};
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// What stands at a path.
pub enum Found {
    Nothing,
    Folder,
    Text(String),
    /// Not UTF-8, or too large to be a configuration.
    Other,
}

/// Reads a path, relative to the folder of the compose file.
pub type Read<'r> = &'r dyn Fn(&str) -> Found;

pub struct Context<'l> {
    pub sources: &'l mut Sources,
    pub read: Read<'l>,
    pub variables: Variables,
    pub notes: Notes,
    pub report: Report,
}

pub fn wrong(subject: &str, expected: &str, found: &Tree<Span>) -> Diagnostic {
    Diagnostic::new(COMPOSE_TYPE, format!("`{subject}` must be {expected}, found {}", found.noun())).at(found.from)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Redis,
    Postgres,
}

impl Engine {
    pub fn port(self) -> u16 {
        if self == Engine::Redis { 6379 } else { 5432 }
    }

    pub fn section(self) -> &'static str {
        if self == Engine::Redis { "redis" } else { "postgres" }
    }

    /// Whether the words of a variable's name speak of it.
    pub fn is_named_by(self, words: &[String]) -> bool {
        let own = match self {
            Engine::Redis => "redis valkey cache broker queue celery",
            Engine::Postgres => {
                "postgres postgresql pg db database sql jdbc datasource pgpassword pguser pghost pgport pgdatabase"
            }
        };
        words.iter().any(|word| own.split(' ').any(|known| known == word))
    }
}
