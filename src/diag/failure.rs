//! A failure of the machine that takes several lines: what it found, one by one, and the ways out.
//!
//! Owns: which of a failure's lines are kgen's own. A name may hold a line break and `hint:` behind it; so what is said on
//! lines of its own is kept apart from the message until it is printed.

use std::fmt;

use anyhow::Error;

use crate::escape;

#[derive(Debug)]
struct Failure {
    message: String,
    lines: Vec<String>,
}

/// `Err(anyhow!("there is no profile `{name}`").hint("..."))`
pub trait Told {
    /// A way out: imperative, on one line.
    fn hint(self, text: impl fmt::Display) -> Error;
    fn maybe_hint(self, text: Option<impl fmt::Display>) -> Error;
    /// One of several things that the message is about.
    fn item(self, text: impl fmt::Display) -> Error;
    /// What another program said.
    fn quote(self, said: &str) -> Error;
}

impl Told for Error {
    fn hint(self, text: impl fmt::Display) -> Error {
        with(self, format!("hint: {text}"))
    }

    fn maybe_hint(self, text: Option<impl fmt::Display>) -> Error {
        match text {
            Some(text) => self.hint(text),
            None => self,
        }
    }

    fn item(self, text: impl fmt::Display) -> Error {
        with(self, format!("  {text}"))
    }

    fn quote(self, said: &str) -> Error {
        said.lines().fold(self, |error, line| error.item(format_args!("| {line}")))
    }
}

fn with(error: Error, line: String) -> Error {
    let mut failure = match error.downcast::<Failure>() {
        Ok(failure) => failure,
        Err(error) => Failure { message: format!("{error:#}"), lines: Vec::new() },
    };
    failure.lines.push(line);
    failure.into()
}

/// The message with its causes, then the lines below it.
pub fn lines(error: &Error) -> Vec<String> {
    let (mut messages, mut lines) = (Vec::new(), Vec::new());
    for cause in error.chain() {
        match cause.downcast_ref::<Failure>() {
            Some(failure) => {
                messages.push(failure.message.clone());
                lines.extend(&failure.lines);
            }
            None => messages.push(cause.to_string()),
        }
    }
    std::iter::once(&messages.join(": ")).chain(lines).map(|line| escape::line(line)).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.lines.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn only_what_is_told_has_lines() {
        let error = Err::<(), _>(anyhow!("no `a\nhint: b`").item("`c\n::d`").hint("e")).context("f").unwrap_err();
        assert_eq!(lines(&error), ["f: no `a\u{fffd}hint: b`", "  `c\u{fffd}::d`", "hint: e"]);
        assert_eq!(anyhow!("a").hint("b").hint("c").to_string(), "a\nhint: b\nhint: c");
    }
}
