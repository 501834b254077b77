//! What a text gives away: passwords in URLs, tokens, private keys, values whose names say that they are secret, and
//! values that everybody knows.
//!
//! Owns: telling a secret from a text by its look, cheaply: every scalar of a project is looked at.
//! Does not own: which texts are looked at (`project/scan.rs`), nor what is said about them (`checks/leaks.rs`).

pub mod line;
pub mod name;
pub mod placeholder;
pub mod token;
pub mod url;

use std::ops::Range;

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The password of a URL or of a connection string.
    Url,
    /// A token or a key of a kind that its look tells, with its noun: `a GitHub token`.
    Token(&'static str),
}

/// The parts of a text that are secret, whatever the text is for; none is inside another.
pub fn find(text: &str) -> Vec<(What, Range<usize>)> {
    let mut out: Vec<(What, Range<usize>)> = Vec::new();
    if text.len() < 8 {
        return out;
    }
    out.extend(url::passwords(text).into_iter().map(|range| (What::Url, range)));
    let apart = |range: &Range<usize>, out: &[(What, Range<usize>)]| {
        out.iter().all(|(_, other)| range.end <= other.start || other.end <= range.start)
    };
    for (noun, range) in token::find(text) {
        if apart(&range, &out) {
            out.push((What::Token(noun), range));
        }
    }
    out
}

/// The text with `***` for every part that is secret: the last resort of whatever is shown.
pub fn redacted(text: &str) -> String {
    let mut found = find(text);
    found.sort_by_key(|(_, range)| range.start);
    let mut out = String::new();
    let mut at = 0;
    for (_, range) in found {
        out.push_str(&text[at..range.start]);
        out.push_str("***");
        at = range.end;
    }
    out + &text[at..]
}

/// Whether a value is spelled out: not empty, not put in by something else later (`${...}`, `$(VAR)`, `{{ }}`, `<...>`), and
/// not blotted out (`***`, `xxxx`).
pub fn is_literal(value: &str) -> bool {
    let put_in = ["${", "$(", "{{", "{%", "%(", "<%"].iter().any(|mark| value.contains(mark));
    let braced = [('{', '}'), ('<', '>'), ('%', '%'), ('[', ']')];
    let whole = braced.iter().any(|(open, close)| value.starts_with(*open) && value.ends_with(*close));
    let blotted = value.bytes().all(|b| b"*.xX-_ ".contains(&b));
    !blotted && !put_in && !whole && !value.starts_with('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_no_secret() {
        let text = "expected a port, found `redis://app:hunter2@cache:6379` or `glpat-a1B2c3D4e5F6g7H8i9J0`";
        assert_eq!(redacted(text), "expected a port, found `redis://app:***@cache:6379` or `***`");
    }

    #[test]
    fn a_token_in_a_url_is_one_secret() {
        let text = "https://x:ghp_a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8@github.com";
        assert_eq!(find(text), [(What::Url, 10..50)]);
    }

    #[test]
    fn what_is_put_in_later_is_no_literal() {
        for text in [
            "",
            "${secrets.a.b}",
            "x-$(PASSWORD)",
            "$PASSWORD",
            "{{ .Values.x }}",
            "{password}",
            "<password>",
            "***",
            "xxxx",
        ] {
            assert!(!is_literal(text), "{text}");
        }
        for text in ["hunter2", "a$b", "x{y"] {
            assert!(is_literal(text), "{text}");
        }
    }
}
