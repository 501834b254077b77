//! What kgen says about a user's mistake: one struct for the whole program.
//!
//! Owns: the shape of a message and how several are gathered. `print.rs` is the only place that turns one into text,
//! `suggest.rs` finds the nearest known name.
//! Does not own: failures of the machine (files, processes), which are `anyhow` errors.

pub mod failure;
pub mod print;
pub mod rule;
pub mod suggest;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::source::Span;
pub use rule::{Level, Rule};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub rule: &'static Rule,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    pub span: Option<Span>,
    /// Other places that take part, each with what it has to do with it.
    pub notes: Vec<(Span, String)>,
    /// The ways out.
    pub hints: Vec<String>,
    /// Boxed: messages are returned as errors, and most have none.
    pub shown: Box<Shown>,
    /// Found from several places (a circle, from each of its members), but said once.
    pub once: bool,
}

impl Diagnostic {
    /// As grave as the rule is.
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            severity: rule.level.severity(),
            rule,
            message: message.into(),
            span: None,
            notes: vec![],
            hints: vec![],
            shown: Box::default(),
            once: false,
        }
    }

    /// A warning, of a rule that may be one.
    pub fn mild(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    pub fn note(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push((span, text.into()));
        self
    }

    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// The component that is at fault, whose `allow` may silence it.
    pub fn of(mut self, component: &str) -> Self {
        self.shown.component = Some(component.into());
        self
    }

    pub fn in_profile(mut self, name: &Arc<str>) -> Self {
        self.shown.profiles.push(name.clone());
        self
    }

    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// The same mistake, whatever profile and object show it.
    fn is(&self, other: &Self) -> bool {
        let place = self.once || (self.span == other.span && self.notes == other.notes);
        place
            && self.severity == other.severity
            && self.rule == other.rule
            && self.message == other.message
            && self.hints == other.hints
    }

    /// Of what is said wherever it is found, and of what is said at its place.
    fn marks(&self) -> (u64, u64) {
        let mut hasher = DefaultHasher::new();
        (self.rule.id, &self.message).hash(&mut hasher);
        let everywhere = hasher.finish();
        self.span.hash(&mut hasher);
        (everywhere, hasher.finish())
    }

    /// Adds a hint where there is one.
    pub fn maybe_hint(mut self, text: Option<String>) -> Self {
        self.hints.extend(text);
        self
    }
}

/// Who shows a mistake. The same mistake is said once, whoever shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub profiles: Vec<Arc<str>>,
    pub component: Option<Arc<str>>,
    /// Further objects than the one of the message.
    pub also: BTreeSet<String>,
}

/// All messages of a stage. A stage goes on past a mistake and returns every one.
#[derive(Clone, Debug, Default)]
pub struct Report {
    list: Vec<Diagnostic>,
    /// Where in the list a mistake may be already, by what tells it apart: a file may have a hundred thousand.
    known: BTreeMap<u64, Vec<usize>>,
}

/// A stage's answer: the report says why there is none.
pub type Result<T> = std::result::Result<T, Report>;

impl Report {
    pub fn new() -> Self {
        Self::default()
    }

    /// The same mistake at the same place is said once, however many profiles show it.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let (everywhere, here) = diagnostic.marks();
        let near = [everywhere, here].into_iter().filter_map(|mark| self.known.get(&mark)).flatten();
        match near.copied().find(|at| self.list[*at].is(&diagnostic)) {
            Some(at) => {
                let known = &mut self.list[at].shown;
                let new = diagnostic.shown.profiles.into_iter().filter(|name| !known.profiles.contains(name));
                let new: Vec<_> = new.collect();
                known.profiles.extend(new);
                known.also.extend(diagnostic.shown.also);
            }
            None => {
                self.known.entry(if diagnostic.once { everywhere } else { here }).or_default().push(self.list.len());
                self.list.push(diagnostic);
            }
        }
    }

    /// Of a list that some have left.
    fn of(list: Vec<Diagnostic>) -> Self {
        let mut out = Self::new();
        list.into_iter().for_each(|d| out.push(d));
        out
    }

    pub fn extend(&mut self, other: Report) {
        other.list.into_iter().for_each(|d| self.push(d));
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In file order; what has no place comes last.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<_> = self.list.iter().collect();
        list.sort_by_key(|d| (d.span.is_none(), d.span));
        list
    }

    /// Takes the value of a step, or its mistakes.
    pub fn take<T>(&mut self, result: std::result::Result<T, Diagnostic>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(diagnostic) => {
                self.push(diagnostic);
                None
            }
        }
    }

    /// What these profiles show, and what no profile shows.
    pub fn only(mut self, profiles: &[Arc<str>]) -> Self {
        self.list.retain_mut(|d| {
            let of_none = d.shown.profiles.is_empty();
            d.shown.profiles.retain(|name| profiles.contains(name));
            of_none || !d.shown.profiles.is_empty()
        });
        Self::of(self.list)
    }

    /// Leaves out what does not pass.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        let mut list = std::mem::take(&mut self.list);
        list.retain(keep);
        *self = Self::of(list);
    }

    /// `Ok` unless an error was reported.
    pub fn finish<T>(self, value: T) -> Result<(T, Report)> {
        if self.has_errors() { Err(self) } else { Ok((value, self)) }
    }
}

impl From<Diagnostic> for Report {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::of(vec![diagnostic])
    }
}
