//! Commands that are one text: words as a POSIX shell splits them, which is what Compose does; no shell runs.
//!
//! Source: `github.com/mattn/go-shellwords`, which compose-go uses.

/// The words. The error is what is wrong.
pub fn split(text: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or("has a `'` that is never closed")? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or("has a `\"` that is never closed")? {
                        '"' => break,
                        '\\' => match chars.next().ok_or("ends in a `\\`")? {
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            '\n' => {}
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => match chars.next().ok_or("ends in a `\\`")? {
                '\n' => {}
                c => word.get_or_insert_default().push(c),
            },
            c if c.is_whitespace() => out.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        for (text, words) in [
            ("a  b\n c", &["a", "b", "c"][..]),
            ("sh -c 'a \"b\" \\'", &["sh", "-c", "a \"b\" \\"]),
            ("a\"b c\"d \"\" ''", &["ab cd", "", ""]),
            ("a\\ b \"\\\"\\x\"", &["a b", "\"\\x"]),
            ("a \\\n b", &["a", "b"]),
            ("", &[]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_open_is_an_error() {
        for text in ["a 'b", "a \"b", "a\\"] {
            assert!(split(text).is_err(), "{text}");
        }
    }
}
