//! A rule: one thing that kgen finds, as a value.
//!
//! Owns: what is known of it apart from the place where it is found, in one place, beside what finds it: `declare!` takes the
//! comment for its page, whose first line is the summary and whose lines begin anew unless they are set in.
//! Does not own: the list of all, which `checks` gathers from the rooms.

use std::fmt;

use super::Severity;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
    /// By profile, or by how far a value is off.
    Either,
}

impl Level {
    /// Where nothing says that it is a warning.
    pub fn severity(self) -> Severity {
        if self == Level::Warning { Severity::Warning } else { Severity::Error }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Either => "error or warning",
        })
    }
}

#[derive(Debug)]
pub struct Rule {
    /// Short, stable, kebab-case.
    pub id: &'static str,
    pub level: Level,
    /// Whether `allow: {ID: REASON}` of a component silences it. Never what the API refuses, nor what leaks a secret.
    pub allow: bool,
    /// The lines of its comment.
    pub page: &'static [&'static str],
}

impl Rule {
    pub fn summary(&self) -> &'static str {
        self.page.first().map_or("", |line| line.trim())
    }

    /// What it means, why, what to do, the source.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for line in self.page.iter().skip(1).skip_while(|line| line.is_empty()) {
            let is_more = line.starts_with("   ");
            out += if out.is_empty() {
                ""
            } else if is_more {
                " "
            } else {
                "\n"
            };
            out += if is_more { line.trim() } else { line.strip_prefix(' ').unwrap_or(line) };
        }
        out
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// What `kgen explain ID` prints.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allow = if self.allow { "; a component may allow it, with a reason" } else { "" };
        writeln!(f, "{}: {}\n{}{allow}\n\n{}", self.id, self.summary(), self.level, self.text())
    }
}

/// `NAME = "id", Error;` or `NAME = "id", Warning, allow;`, each below its page.
#[macro_export]
macro_rules! declare {
    (@allow) => { false };
    (@allow allow) => { true };
    ($($(#[doc = $line:literal])+ $name:ident = $id:literal, $level:ident $(, $allow:ident)?;)+) => {
        $(
            $(#[doc = $line])+
            pub const $name: &$crate::diag::rule::Rule = &$crate::diag::rule::Rule {
                id: $id,
                level: $crate::diag::rule::Level::$level,
                allow: $crate::declare!(@allow $($allow)?),
                page: &[$($line),+],
            };
        )+
        /// All rules of this module.
        pub const RULES: &[&$crate::diag::rule::Rule] = &[$($name),+];
    };
}
