//! What an apply of a difference does to what runs.
//!
//! Owns: the order in which the tables are asked: data first (`data_loss.rs`), then what the API refuses
//! (`immutable.rs`), then what a controller makes of it (`effect.rs`). The first rule that fits decides.
//! Does not own: the difference itself (`compare.rs`), what follows in other objects (`fold.rs`).

pub mod data_loss;
pub mod definition;
pub mod effect;
pub mod immutable;
pub mod kept;
pub mod load;
pub mod whole;

use std::fmt;

use super::compare::{Found, Mode};
use super::pairing::How;
use super::place::{self, Seg, begins};
use super::{Impact, Reason};
use crate::format::server::Server;
use crate::resource::{Body, Id, Resource};
use crate::tree::Tree;

/// A difference with what it stands in.
pub struct Case<'c, 't> {
    pub id: &'c Id,
    pub old: &'t Body,
    pub new: &'t Body,
    /// What the servers before and after are, where a plan says it.
    pub servers: [Option<Server>; 2],
    pub found: &'c Found<'t>,
    pub how: How,
    pub mode: &'c Mode,
    pub at: Vec<&'c str>,
}

/// What one change does; `kgen explain ID` prints it, `docs/reference/impacts.md` has all.
pub struct Rule {
    pub id: &'static str,
    pub impact: Impact,
    pub text: &'static str,
    /// `Kind`, or `Kind.group` of a custom resource; none for all.
    pub kinds: &'static [&'static str],
    /// How the place begins; none for any.
    pub at: &'static [&'static str],
    pub when: fn(&Case) -> bool,
}

impl Rule {
    fn fits(&self, case: &Case) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| is_kind(case.id, kind));
        let place = self.at.is_empty() || self.at.iter().any(|start| begins(&case.at, start));
        kind && place && (self.when)(case)
    }

    pub fn reason(&self) -> Reason {
        Reason { id: self.id, text: self.text.into() }
    }

    /// With what it says of this very change.
    pub fn said(&self, case: &Case) -> Reason {
        match data_loss::detail(self.id, case) {
            Some(detail) => Reason { id: self.id, text: format!("{}; {detail}", self.text).into() },
            None => self.reason(),
        }
    }
}

/// Whether an object is of a kind; custom resources are told apart by their group.
pub fn is_kind(id: &Id, kind: &str) -> bool {
    match kind.split_once('.') {
        Some((kind, group)) => id.kind == kind && id.group() == group,
        None => id.kind == kind && super::schema::is_native(id.group()),
    }
}

/// The rule that decides about a difference.
pub fn of(case: &Case) -> &'static Rule {
    // What the server fills in anyway is no change to it.
    let first = case.found.filled.then_some(&effect::FILLED);
    let tables = [data_loss::RULES, definition::RULES, immutable::RULES, effect::RULES];
    first.or_else(|| tables.into_iter().flatten().find(|rule| rule.fits(case))).unwrap_or(&effect::OTHER)
}

/// Rules of little impact whose sentence a reader should see all the same.
pub const TOLD: [&str; 9] = [
    "job-anew",
    "secret-handed-over",
    "namespace-of-profile",
    "claim-class",
    "held-back",
    "definition-stricter",
    "service-keeps",
    "account-kept",
    "secret-keeps",
];

/// Every rule there is, for a page about each.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let tables = [data_loss::RULES, definition::RULES, immutable::RULES, effect::RULES, whole::RULES];
    tables.into_iter().flatten().chain([&effect::FILLED, &effect::OTHER])
}

/// The rule of an id; `None` where there is none.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Its page.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}.", self.id, self.impact.word(), self.text)?;
        let mut line = |what: &str, words: &[&str]| match words {
            [] => Ok(()),
            words => write!(f, "\n{what}: {}", words.join(", ")),
        };
        line("Kinds", self.kinds)?;
        line("Fields", self.at)
    }
}

impl<'c, 't> Case<'c, 't> {
    pub fn new(old: &'t Resource, new: &'t Resource, found: &'c Found<'t>, how: How, mode: &'c Mode) -> Self
    where
        't: 'c,
    {
        let servers = [old, new].map(|side| side.facts.as_ref()?.server);
        Self { id: &new.id, old: &old.body, new: &new.body, servers, found, how, mode, at: place::pattern(&found.at) }
    }

    /// The key of the element of a list on the way.
    fn key(&self, list: &str) -> Option<&str> {
        let at = self.found.at.iter().position(|seg| *seg == Seg::Key(list))?;
        match self.found.at.get(at + 1)? {
            Seg::Item { key, .. } => key.as_deref(),
            Seg::Key(_) => None,
        }
    }

    fn ends(&self, key: &str) -> bool {
        self.at.last() == Some(&key)
    }

    fn old_text(&self) -> Option<&str> {
        self.found.old.and_then(Tree::as_str)
    }

    fn new_text(&self) -> Option<&str> {
        self.found.new.and_then(Tree::as_str)
    }
}

pub fn always(_: &Case) -> bool {
    true
}

#[cfg(test)]
mod tests;
