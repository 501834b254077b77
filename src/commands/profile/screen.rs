//! What stdout is: how wide, and whether it shows colours.
//!
//! Owns: shortening. Nothing is shortened where no terminal reads.

use std::io;

use unicode_width::UnicodeWidthStr;

use crate::cli::Global;
use crate::commands::terminal::{Terminal, columns};

#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// In characters; `None` where what reads is no terminal.
    pub width: Option<usize>,
    pub color: bool,
}

impl Screen {
    pub fn new(global: &Global) -> Self {
        let out = io::stdout();
        Self { width: columns(&out), color: Terminal::colors_stdout(global) }
    }

    pub fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Columns on a terminal: a Chinese character has two.
pub fn len(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// With blanks up to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(len(text))))
}

/// The beginning of a text, with `…` where something is left out.
pub fn cut(text: &str, limit: usize) -> String {
    if len(text) <= limit { text.to_owned() } else { format!("{}…", head(text, limit.saturating_sub(1))) }
}

/// The beginning and the end of a path, whose middle says least.
pub fn cut_middle(text: &str, limit: usize) -> String {
    if len(text) <= limit {
        return text.to_owned();
    }
    let first = head(text, limit.saturating_sub(1) / 3);
    let backwards: String = text.chars().rev().collect();
    let last = head(&backwards, limit.saturating_sub(1 + len(first)));
    format!("{first}…{}", last.chars().rev().collect::<String>())
}

/// As many characters as have room.
fn head(text: &str, limit: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| len(&text[..*end]) <= limit).last();
    &text[..end.unwrap_or_default()]
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
        assert_eq!(cut("漢字漢字", 6), "漢字…");
        assert_eq!(pad("漢", 4), "漢  ");
    }
}
