//! Texts in HTML and XML.

use crate::escape;

/// For text and for attributes in quotes of either kind. A runner's command does not survive.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    escape::unmarked(&out, "&#35;")
}
