//! Turns diagnostics into text; the only file that does.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::{Diagnostic, Report, Severity, suggest};
use crate::escape;
use crate::leak;
use crate::source::{Sources, Span};

/// How messages are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
}

/// All messages, in file order, a blank line between them.
pub fn report(report: &Report, sources: &Sources, style: Style) -> String {
    let texts: Vec<_> = report.sorted().iter().map(|d| diagnostic(d, sources, style)).collect();
    texts.join("\n")
}

pub fn diagnostic(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let (word, color) = match diagnostic.severity {
        Severity::Error => ("error", "31"),
        Severity::Warning => ("warning", "33"),
    };
    let head = paint(style, color, &format!("{word}[{}]", diagnostic.rule.id));
    let message = format!("{}{}", diagnostic.message, of_profiles(diagnostic));
    let mut out = format!("{head}: {}\n", paint(style, "1", &clean(&message)));
    if let Some(span) = diagnostic.span {
        excerpt(&mut out, sources, span, None, style);
    }
    for (span, text) in &diagnostic.notes {
        excerpt(&mut out, sources, *span, Some(text), style);
    }
    if !diagnostic.shown.also.is_empty() {
        let _ = writeln!(out, "{}: {}", paint(style, "36", "also in"), clean(&others(diagnostic)));
    }
    for hint in &diagnostic.hints {
        let _ = writeln!(out, "{}: {}", paint(style, "36", "hint"), clean(hint));
    }
    out
}

/// ` (profiles `staging` and `prod`)`.
fn of_profiles(diagnostic: &Diagnostic) -> String {
    match diagnostic.shown.profiles.len() {
        0 => String::new(),
        _ => format!(" ({})", profiles(diagnostic.shown.profiles.iter().map(|name| &**name))),
    }
}

/// `profiles `staging` and `prod``.
pub fn profiles<'n>(names: impl ExactSizeIterator<Item = &'n str> + Clone) -> String {
    let word = if names.len() == 1 { "profile" } else { "profiles" };
    format!("{word} {}", suggest::all_of(names))
}

/// A part of a message for machines: without control characters and passwords, too. What else is hidden stays, which
/// JSON escapes.
pub fn plain(text: &str) -> String {
    quoted(text).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The first of the objects that show the mistake too, and how many more there are.
fn others(diagnostic: &Diagnostic) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = diagnostic.shown.also.iter().take(SHOWN).map(String::as_str).collect();
    match diagnostic.shown.also.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `  --> path:line:column`, the source line and a caret under the part that is meant.
fn excerpt(out: &mut String, sources: &Sources, span: Span, label: Option<&str>, style: Style) {
    let excerpt = sources.excerpt(span);
    let number = excerpt.number.to_string();
    let pad = " ".repeat(number.len());
    let bar = paint(style, "34", "|");
    let arrow = paint(style, "34", if label.is_some() { "==>" } else { "-->" });
    let _ = writeln!(out, "{pad} {arrow} {}", sources.describe(span));
    if sources.get(span.file).text.is_empty() {
        return;
    }
    let (text, column) = window(&excerpt.text, excerpt.column);
    let cells = |c: char| c.width().unwrap_or_default();
    let width: usize = text.chars().skip(column).take(excerpt.width).map(cells).sum();
    let carets = paint(style, "31", &"^".repeat(width.max(1)));
    // A terminal shows some characters in two cells, and a tab as it likes.
    let before = text.chars().take(column).map(|c| if c == '\t' { c.into() } else { " ".repeat(cells(c)) });
    let before: String = before.collect();
    let label = label.map(|text| format!(" {}", clean(text))).unwrap_or_default();
    let _ = writeln!(out, "{pad}  {bar}");
    let _ = writeln!(out, "{} {bar} {}", paint(style, "34", &number), text.trim_end());
    let _ = writeln!(out, "{pad}  {bar} {before}{carets}{label}");
}

/// Lines of any length are shown as the 160 characters around the caret.
fn window(text: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 160;
    if text.chars().count() <= WIDTH {
        return (text.to_owned(), column);
    }
    let skip = column.saturating_sub(WIDTH / 2);
    (text.chars().skip(skip).take(WIDTH).collect(), column - skip)
}

/// A part of a message for people, on one line: a message may quote what a stranger wrote.
pub fn clean(text: &str) -> String {
    escape::line(&quoted(text))
}

/// No password in a URL may reach anybody.
fn quoted(text: &str) -> String {
    cut(leak::redacted(text))
}

/// What the user wrote has any length; its beginning and its end tell which it is.
fn cut(text: String) -> String {
    const HEAD: usize = 1500;
    const TAIL: usize = 300;
    if text.len() <= HEAD + TAIL {
        return text;
    }
    let boundary = |at: &usize| text.is_char_boundary(*at);
    let head = (0..=HEAD).rev().find(boundary).unwrap_or_default();
    let tail = (text.len() - TAIL..=text.len()).find(boundary).unwrap_or(text.len());
    format!("{} ... {}", &text[..head], &text[tail..])
}

fn paint(style: Style, code: &str, text: &str) -> String {
    if style.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::schema::{BAD_NAME, UNKNOWN_KEY};

    #[test]
    fn a_message_has_place_line_caret_and_way_out() {
        let mut sources = Sources::default();
        let file = sources.add("kgen.yaml", "apps:\n  api:\n    replicsa: 3\n");
        let span = Span { file, start: 17, end: 25 };
        let d = Diagnostic::new(UNKNOWN_KEY, "unknown key `replicsa` in `apps.api`")
            .at(span)
            .hint("did you mean `replicas`?");
        assert_eq!(
            diagnostic(&d, &sources, Style::default()),
            "error[unknown-key]: unknown key `replicsa` in `apps.api`\n  --> kgen.yaml:3:5\n   |\n3 |     replicsa: 3\n   |     ^^^^^^^^\nhint: did you mean `replicas`?\n"
        );
    }

    #[test]
    fn a_message_of_any_length_is_cut() {
        let d = Diagnostic::new(BAD_NAME, format!("`{}` is no name", "ü".repeat(100_000)));
        let text = diagnostic(&d, &Sources::default(), Style::default());
        assert!(text.len() < 2000 && text.ends_with("üü` is no name\n"), "{text}");
    }

    #[test]
    fn control_characters_are_not_printed() {
        let d = Diagnostic::new(BAD_NAME, "bad \u{1b}[31m name");
        assert_eq!(diagnostic(&d, &Sources::default(), Style::default()), "error[bad-name]: bad \u{fffd}[31m name\n");
    }
}
