//! Comments that allow a secret in a text: `# kgen:allow-secret REASON`, and those of other scanners.
//!
//! Owns: finding such a comment on the line of a secret, or in the lines of comment above it. The parser keeps no comments:
//! they are looked up in the text when there is something to allow.

use crate::source::{FileId, Sources, Span};

pub const MARK: &str = "kgen:allow-secret";

/// Of gitleaks and detect-secrets, which ask for no reason.
const OTHERS: [&str; 2] = ["gitleaks:allow", "pragma: allowlist secret"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The line with the comment.
    pub line: Span,
    pub explained: bool,
}

/// The comment that allows what stands at one of these places.
pub fn near(sources: &Sources, places: impl Iterator<Item = Span>) -> Option<Allowed> {
    let mut seen = Vec::new();
    for place in places {
        let line = sources.place(place).line;
        if !seen.contains(&(place.file, line)) {
            seen.push((place.file, line));
            if let Some(allowed) = around(sources, place.file, line) {
                return Some(allowed);
            }
        }
    }
    None
}

fn around(sources: &Sources, file: FileId, line: usize) -> Option<Allowed> {
    let at = |line: usize| sources.line(file, line);
    let above = (1..line).rev().map(at).take_while(|span| is_comment(sources.text(*span)));
    std::iter::once(at(line)).chain(above).find_map(|span| {
        let explained = mark(sources.text(span))?;
        Some(Allowed { line: span, explained })
    })
}

fn is_comment(line: &str) -> bool {
    ["#", "//", ";", "--", "/*", "<!--"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a line allows a secret, and says why.
fn mark(line: &str) -> Option<bool> {
    let comment = |at: &usize| line[..*at].contains(['#', ';', '/', '-', '*']);
    if let Some(at) = line.find(MARK).filter(comment) {
        let reason = line[at + MARK.len()..].trim_start_matches(':').trim_end_matches("*/").trim_end_matches("-->");
        return Some(reason.chars().filter(|c| c.is_alphanumeric()).count() >= 3);
    }
    OTHERS.iter().any(|other| line.find(other).is_some_and(|at| comment(&at))).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the secret `x` of a text is allowed, with a reason.
    fn allowed(text: &str) -> Option<bool> {
        let mut sources = Sources::default();
        let file = sources.add("kgen.yaml", text);
        let at = text.find('x').unwrap_or_default() as u32;
        near(&sources, [Span { file, start: at, end: at + 1 }].into_iter()).map(|allowed| allowed.explained)
    }

    #[test]
    fn on_the_line_or_above() {
        for text in [
            "a: x # kgen:allow-secret public\n",
            "# kgen:allow-secret public\na: x\n",
            "b: 1\n  # kgen:allow-secret public,\n  # as everybody knows\r\n  a: x\n",
            "a: x # gitleaks:allow\n",
            "# pragma: allowlist secret\na: x\n",
            "a: x // kgen:allow-secret: public\n",
        ] {
            assert_eq!(allowed(text), Some(true), "{text}");
        }
    }

    #[test]
    fn not_of_another_value() {
        for text in [
            "b: y # kgen:allow-secret public\na: x\n",
            "# kgen:allow-secret public\n\na: x\n",
            "a: x\n# kgen:allow-secret public\n",
            "a: x kgen:allow-secret public\n",
            "a: x\n",
        ] {
            assert_eq!(allowed(text), None, "{text}");
        }
    }

    #[test]
    fn with_a_reason() {
        assert_eq!(allowed("a: x # kgen:allow-secret\n"), Some(false));
        assert_eq!(allowed("a: x # kgen:allow-secret -\n"), Some(false));
    }
}
