//! What is said to a person: messages on stderr, in colour where that is wanted.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anyhow::Context;

use super::progress::Bar;
use crate::cli::{Color, Global};
use crate::diag::failure;
use crate::diag::print::{self, Style};
use crate::diag::{Diagnostic, Report, Severity};
use crate::escape;
use crate::progress::Progress;
use crate::source::Sources;

/// Nobody reads more at once; `kgen check --format json` has them all.
const MOST: usize = 200;

pub struct Terminal {
    style: Style,
    quiet: bool,
}

impl Terminal {
    pub fn new(global: &Global) -> Self {
        Self { style: Style { color: color(global.color, &io::stderr()) }, quiet: global.quiet }
    }

    /// All messages, errors and warnings, in file order.
    pub fn report(&self, report: &Report, sources: &Sources) {
        let wanted: Vec<_> =
            report.sorted().into_iter().filter(|d| !self.quiet || d.severity == Severity::Error).collect();
        for (index, diagnostic) in wanted.iter().take(MOST).enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            self.write(&format!("{gap}{}", print::diagnostic(diagnostic, sources, self.style)));
        }
        if wanted.len() > MOST {
            self.write(&format!("\nand {} more messages\n", wanted.len() - MOST));
        }
        if let Some(hint) = explained(&wanted).filter(|_| io::stderr().is_terminal()) {
            let word = if self.style.color { "\x1b[36mhint\x1b[0m" } else { "hint" };
            self.write(&format!("\n{word}: {hint}\n"));
        }
    }

    /// A failure of the machine, with its causes.
    pub fn failure(&self, error: &anyhow::Error) {
        let word = if self.style.color { "\x1b[31merror\x1b[0m" } else { "error" };
        self.write(&format!("{word}: {}\n", failure::lines(error).join("\n")));
    }

    /// Whether results on stdout are coloured, which may be another terminal, or none.
    pub fn colors_stdout(global: &Global) -> bool {
        color(global.color, &io::stdout())
    }

    /// Of stderr, where that is a terminal.
    pub fn width(&self) -> Option<usize> {
        columns(&io::stderr())
    }

    /// One line of news, unless only errors are wanted. What it quotes begins no other.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.write(&format!("{}\n", escape::line(line)));
        }
    }

    /// A bar, while the work goes on that it lives beside.
    pub fn bar(&self, what: &'static str, progress: Arc<Progress>) -> Bar {
        Bar::start(self.quiet, what, progress)
    }

    /// Nobody is left to tell when stderr is closed.
    fn write(&self, text: &str) {
        let _ = io::stderr().write_all(escape::page(text, self.style.color).as_bytes());
    }
}

/// Where a person reads the errors, the command that tells more of them. A log keeps the messages alone.
fn explained(shown: &[&Diagnostic]) -> Option<String> {
    let errors = shown.iter().filter(|d| d.severity == Severity::Error);
    let ids: BTreeSet<&str> = errors.map(|d| d.rule.id).collect();
    match ids.first()? {
        id if ids.len() == 1 => Some(format!("`kgen explain {id}` tells more")),
        id => Some(format!("`kgen explain ID` tells more of each, say `kgen explain {id}`")),
    }
}

/// How wide a stream is that a terminal shows, 80 where it does not say so.
#[cfg(unix)]
pub fn columns(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    let columns = || rustix::termios::tcgetwinsize(stream).map(|size| usize::from(size.ws_col));
    stream.is_terminal().then(|| columns().ok().filter(|columns| *columns > 0).unwrap_or(80))
}

#[cfg(not(unix))]
pub fn columns(stream: &impl IsTerminal) -> Option<usize> {
    stream.is_terminal().then_some(80)
}

/// `NO_COLOR` (https://no-color.org) and terminals that cannot are respected.
#[expect(clippy::disallowed_methods, reason = "how messages look, not what is rendered")]
pub fn color(when: Color, to: &impl IsTerminal) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            to.is_terminal() && !set("NO_COLOR") && !dumb
        }
    }
}

/// Writes an answer for a person to stdout.
pub fn show(text: &str, color: bool) -> anyhow::Result<()> {
    print(&escape::page(text, color))
}

/// Writes an answer for a program to stdout, as it is: all of it, or an error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to stdout")
}
