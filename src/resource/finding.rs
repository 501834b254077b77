//! What a check found in a rendered object.
//!
//! Owns: the shape of a finding and its place as a path into the object. A caller that knows the template turns it
//! into a `Diagnostic` with the line and the setting.
//! Does not own: the checks.

use crate::diag::{Rule, Severity};
use crate::tree::{Step, path_text};

/// One step of a path that outlives its object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Key(String),
    Index(usize),
}

impl Part {
    pub fn step(&self) -> Step<'_> {
        match self {
            Part::Key(key) => Step::Key(key),
            Part::Index(index) => Step::Index(*index),
        }
    }
}

impl From<Step<'_>> for Part {
    fn from(step: Step) -> Self {
        match step {
            Step::Key(key) => Part::Key(key.to_owned()),
            Step::Index(index) => Part::Index(index),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub rule: &'static Rule,
    /// From the root of the object; of what is missing, the place where it should stand.
    pub path: Vec<Part>,
    /// Names the last part of the path where that helps, never the object: the caller does.
    pub message: String,
    pub hint: Option<String>,
}

impl Finding {
    /// As grave as the rule is.
    pub fn new(rule: &'static Rule, path: Vec<Part>, message: impl Into<String>) -> Self {
        Self { severity: rule.level.severity(), rule, path, message: message.into(), hint: None }
    }

    /// A warning, of a rule that may be one.
    pub fn mild(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    pub fn maybe_hint(mut self, text: Option<String>) -> Self {
        self.hint = text.or(self.hint);
        self
    }

    /// `spec.containers[0].image`.
    pub fn place(&self) -> String {
        let steps: Vec<_> = self.path.iter().map(Part::step).collect();
        path_text(&steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_path() {
        let path = vec![Part::Key("data".into()), Part::Key("app.toml".into()), Part::Index(1)];
        assert_eq!(Finding::new(crate::resource::check::UNKNOWN_KIND, path, "y").place(), "data[\"app.toml\"][1]");
    }
}
