//! `--deny` and `--warn`: which warnings fail.
//!
//! As with compilers, `warnings` means all, and a name is stronger than that. An error stays one, whatever is said here: only
//! the project file allows it, with a reason.

use anyhow::anyhow;

use crate::diag::Level;
use crate::diag::failure::Told;
use crate::diag::{Report, Severity, suggest};
use crate::rules;

#[derive(Debug)]
pub struct Levels<'a> {
    deny: &'a [String],
    warn: &'a [String],
}

const ALL: &str = "warnings";

impl<'a> Levels<'a> {
    /// Names that are no checks, and those that can be no warnings, are slips.
    pub fn new(deny: &'a [String], warn: &'a [String]) -> anyhow::Result<Self> {
        for (option, ids) in [("deny", deny), ("warn", warn)] {
            for id in ids.iter().filter(|id| *id != ALL) {
                known(option, id)?;
            }
        }
        if let Some(id) = warn.iter().find(|id| deny.contains(id)) {
            return Err(anyhow!("`{id}` stands behind both --deny and --warn").hint("keep one of the two"));
        }
        Ok(Self { deny, warn })
    }

    /// The report with what is denied as errors.
    pub fn applied(&self, report: &Report) -> Report {
        let has = |list: &[String], id: &str| list.iter().any(|said| said == id);
        let mut out = Report::new();
        for diagnostic in report.sorted() {
            let mut diagnostic = diagnostic.clone();
            let denied =
                has(self.deny, diagnostic.rule.id) || (has(self.deny, ALL) && !has(self.warn, diagnostic.rule.id));
            if denied {
                diagnostic.severity = Severity::Error;
            }
            out.push(diagnostic);
        }
        out
    }
}

fn known(option: &str, id: &str) -> anyhow::Result<()> {
    let Some(check) = rules::find(id) else {
        let hint = suggest::did_you_mean(id, rules::mild().chain([ALL]));
        let hint = hint.unwrap_or_else(|| "the name of a check stands in brackets in its message".into());
        return Err(anyhow!("--{option}: there is no check `{id}`").hint(hint));
    };
    if option == "warn" && check.level == Level::Error {
        let way = match check.allow {
            true => format!("a component allows it with a reason: `allow: {{{id}: REASON}}`"),
            false => check.summary().to_owned(),
        };
        return Err(anyhow!("--warn: `{id}` is always an error").hint(way));
    }
    Ok(())
}
