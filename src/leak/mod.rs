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

/// The parts of a text that are secret, whatever the text is for, in order and apart.
pub fn find(text: &str) -> Vec<(What, Range<usize>)> {
    let mut out: Vec<(What, Range<usize>)> = Vec::new();
    if text.len() < 8 {
        return out;
    }
    out.extend(url::passwords(text).into_iter().map(|range| (What::Url, range)));
    out.extend(token::find(text).into_iter().map(|(noun, range)| (What::Token(noun), range)));
    out.sort_by_key(|(_, range)| range.start);
    out.dedup_by(|(_, next), (_, last)| {
        let inside = next.start < last.end;
        last.end = if inside { last.end.max(next.end) } else { last.end };
        inside
    });
    out
}

/// The text with `***` for every part that is secret: the last resort of whatever is shown.
pub fn redacted(text: &str) -> String {
    let found = find(text);
    let mut out = String::new();
    let mut at = 0;
    for (_, range) in found {
        out.push_str(&text[at..range.start]);
        out.push_str("***");
        at = range.end;
    }
    out + &text[at..]
}

/// As [`redacted`], without what the lines of a text spell out by name: of a text that is a value or a file.
pub fn masked(text: &str) -> String {
    let mut out = text.to_owned();
    let named: Vec<_> = line::find(text).into_iter().map(|(_, range)| range).collect();
    named.into_iter().rev().for_each(|range| out.replace_range(range, "***"));
    redacted(&out)
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

    /// Pieces in any order, cut anywhere: an answer, never a panic, and nothing of it twice.
    #[test]
    fn any_text_has_an_answer() {
        let pieces = [
            "-----BEGIN PRIVATE KEY-----",
            "-----END -é",
            "é://ü:ä@ö",
            "eyJ",
            ".",
            "\n",
            "password=",
            "\": \"",
            "'",
            "ghp_",
            "a1B2",
            ";",
            "?",
            " ",
            "host=",
        ];
        let mut state = 1_u32;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            redacted(&text.repeat(4));
            line::find(&text);
            name::says_secret(&text);
            placeholder::reason(&text, &text, "x", &[]);
            name::is_secret_value(&text);
        }
    }

    #[test]
    fn a_long_text_takes_no_longer_than_its_length() {
        for piece in [
            "password=",
            "eyJ-",
            "SG.",
            "glpat-",
            "x://",
            "-----BEGIN PRIVATE KEY----- ",
            "\":\"",
            "a=",
            "password: x\n",
        ] {
            let text = piece.repeat(200_000 / piece.len());
            redacted(&text);
            line::find(&text);
        }
    }
}
