//! Texts in Markdown that no reader takes for anything else.
//!
//! Owns: code spans, whatever is in them, and kgen's own sentences.

/// Of backticks.
pub fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A code span that holds exactly this text (https://spec.commonmark.org/0.31.2/#code-spans): a blank at each end is taken
/// away by the reader, where there is one.
pub fn code(text: &str) -> String {
    if text.is_empty() {
        return "`\"\"`".into();
    }
    let marks = "`".repeat(longest_run(text) + 1);
    let edge = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    // A text of blanks alone keeps them all.
    let pad = if text.trim_matches(' ').is_empty() { "" } else { pad };
    format!("{marks}{pad}{text}{pad}{marks}")
}

/// A sentence of kgen's own: only its code spans have a meaning.
pub fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            part.chars().for_each(|c| {
                if c.is_ascii_punctuation() && !matches!(c, ',' | '.' | ':' | ';' | '(' | ')' | '-' | '\'' | '/' | '%')
                {
                    out.push('\\');
                }
                out.push(c);
            });
        }
    }
    out
}
