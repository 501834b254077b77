//! What stdout is: how wide, and whether it shows colours.
//!
//! Owns: shortening. Nothing is shortened where no terminal reads.

use std::io::{self, IsTerminal};

use crate::cli::Global;
use crate::commands::terminal::Terminal;

#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// In characters; `None` where what reads is no terminal.
    pub width: Option<usize>,
    pub color: bool,
}

impl Screen {
    pub fn new(global: &Global) -> Self {
        let out = io::stdout();
        Self { width: out.is_terminal().then(width), color: Terminal::colors_stdout(global) }
    }

    pub fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(unix)]
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(io::stdout()).map(|size| usize::from(size.ws_col));
    columns.ok().filter(|columns| *columns > 0).unwrap_or(80)
}

#[cfg(not(unix))]
fn width() -> usize {
    80
}

pub fn len(text: &str) -> usize {
    text.chars().count()
}

/// The beginning of a text, with `…` where something is left out.
pub fn cut(text: &str, limit: usize) -> String {
    if len(text) <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// The beginning and the end of a path, whose middle says least.
pub fn cut_middle(text: &str, limit: usize) -> String {
    let length = len(text);
    if length <= limit {
        return text.to_owned();
    }
    let head = limit.saturating_sub(1) / 3;
    let tail = limit.saturating_sub(1) - head;
    text.chars().take(head).chain(['…']).chain(text.chars().skip(length - tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shortened_keeps_its_ends() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(cut_middle("apps.api.resources.limits.memory", 20), "apps.a…limits.memory");
        assert_eq!(len(&cut_middle("ééééééééé", 4)), 4);
    }
}
