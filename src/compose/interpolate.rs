//! `${VAR}` in a compose file.
//!
//! Owns: the syntax, and what a variable becomes: the value of `.env` or the default that is written; for a variable whose
//! name says that it is secret a mark, which is a key of a Secret in the end. The environment of kgen is not asked: what is
//! written would depend on who runs it, and it may hold secrets.
//! Source: https://docs.docker.com/reference/compose-file/interpolation/

use std::collections::BTreeMap;

use crate::leak::name;
use crate::secret::Secret;

/// What stands round the name of a secret variable in a text. Both are of Unicode's private use.
pub const OPEN: char = '\u{e000}';
pub const CLOSE: char = '\u{e001}';

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable { name: String, form: Form },
}

#[derive(Debug, PartialEq, Eq)]
enum Form {
    Plain,
    /// `:-` and `-`: whether an empty value counts as none, and the word.
    Default(bool, String),
    /// `:?` and `?`.
    Required(bool),
    /// `:+` and `+`.
    Instead(bool, String),
}

/// What is known of the variables, and what was asked of them.
#[derive(Default)]
pub struct Variables {
    /// Of `.env`.
    pub known: BTreeMap<String, Secret<String>>,
    /// Of the secret ones, where it is known: a value or the default.
    pub secrets: BTreeMap<String, Secret<String>>,
}

/// As much as a file of the project may have.
const LONGEST: usize = 1 << 20;

/// The text with its variables put in, and the names of those that have no value.
pub struct Filled {
    pub text: String,
    pub missing: Vec<String>,
}

impl Variables {
    pub fn fill(&mut self, text: &str) -> Result<Filled, (usize, String)> {
        let mut filled = Filled { text: String::new(), missing: Vec::new() };
        self.fill_into(text, &mut filled)?;
        Ok(filled)
    }

    fn fill_into(&mut self, text: &str, out: &mut Filled) -> Result<(), (usize, String)> {
        for piece in pieces(text)? {
            if out.text.len() > LONGEST {
                return Err((0, "its variables make it longer than 1 MiB".to_owned()));
            }
            match piece {
                Piece::Text(text) => out.text.push_str(&text),
                Piece::Variable { name, form } => self.variable(&name, form, out).map_err(|reason| (0, reason))?,
            }
        }
        Ok(())
    }

    fn variable(&mut self, name: &str, form: Form, out: &mut Filled) -> Result<(), String> {
        let empty_is_none = matches!(form, Form::Default(true, _) | Form::Required(true) | Form::Instead(true, _));
        let value = self.known.get(name).filter(|value| !(empty_is_none && value.open().is_empty())).cloned();
        let is_secret = name::says_secret(name);
        match (form, value) {
            (Form::Instead(_, word), Some(_)) => return self.fill_into(&word, out).map_err(|(_, reason)| reason),
            (Form::Instead(..), None) => {}
            // An empty one is no secret: it says that there is none.
            (_, Some(value)) if is_secret && !value.open().is_empty() => self.secret(name, Some(value), out),
            (_, Some(value)) => out.text.push_str(value.open()),
            (Form::Default(_, word), None) if is_secret => {
                let mut default = Filled { text: String::new(), missing: Vec::new() };
                self.fill_into(&word, &mut default).map_err(|(_, reason)| reason)?;
                match default.text.is_empty() {
                    true => {}
                    false => self.secret(name, Some(Secret::new(default.text)), out),
                }
            }
            (Form::Default(_, word), None) => return self.fill_into(&word, out).map_err(|(_, reason)| reason),
            (_, None) if is_secret => self.secret(name, None, out),
            (_, None) => out.missing.push(name.to_owned()),
        }
        Ok(())
    }

    fn secret(&mut self, name: &str, value: Option<Secret<String>>, out: &mut Filled) {
        if let Some(value) = value.filter(|value| !value.open().contains(OPEN)) {
            self.secrets.entry(name.to_owned()).or_insert(value);
        }
        out.text.extend([OPEN]);
        out.text.push_str(name);
        out.text.extend([CLOSE]);
    }
}

/// A name as messages show it: one with small letters may be a password with a `$`, or a value that lost its `=`.
pub fn shown(name: &str) -> &str {
    if name.contains(|c: char| c.is_ascii_lowercase()) { "***" } else { name }
}

/// The names of the secret variables in a text.
pub fn marks(text: &str) -> Vec<&str> {
    text.split(OPEN).skip(1).filter_map(|rest| rest.split_once(CLOSE)).map(|(name, _)| name).collect()
}

/// The name of the secret variable that a text is.
pub fn whole_mark(text: &str) -> Option<&str> {
    let name = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    (!name.contains([OPEN, CLOSE])).then_some(name)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Splits a text. The error is the byte offset and what is wrong.
fn pieces(text: &str) -> Result<Vec<Piece>, (usize, String)> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('$') {
        let start = at + found;
        literal.push_str(&text[at..start]);
        let rest = &text[start + 1..];
        if rest.starts_with('$') {
            literal.push('$');
            at = start + 2;
            continue;
        }
        let (name, form, length) = match rest.strip_prefix('{') {
            Some(inner) => {
                let end = closing(inner).ok_or_else(|| (start, "`${` is not closed".to_owned()))?;
                let (name, form) = braced(&inner[..end]).map_err(|reason| (start, reason))?;
                (name, form, end + 2)
            }
            None => {
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                (rest[..length].to_owned(), Form::Plain, length)
            }
        };
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err((start, "there is no variable behind this `$`".to_owned()));
        }
        if !literal.is_empty() {
            out.push(Piece::Text(std::mem::take(&mut literal)));
        }
        out.push(Piece::Variable { name, form });
        at = start + 1 + length;
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() {
        out.push(Piece::Text(literal));
    }
    Ok(out)
}

/// Where the brace closes that was opened before a text; those of variables inside are theirs.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if last == '$' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        last = c;
    }
    None
}

fn braced(inner: &str) -> Result<(String, Form), String> {
    let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let (colon, rest) = rest.strip_prefix(':').map_or((false, rest), |rest| (true, rest));
    let form = match rest.chars().next() {
        None if !colon => Form::Plain,
        Some('-') => Form::Default(colon, rest[1..].to_owned()),
        Some('?') => Form::Required(colon),
        Some('+') => Form::Instead(colon, rest[1..].to_owned()),
        _ => return Err(format!("`${{{name}...}}` has neither `-`, `?` nor `+` behind its name")),
    };
    Ok((name.to_owned(), form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<(String, Vec<String>), (usize, String)> {
        let known = [("A", "a"), ("EMPTY", ""), ("TOKEN", "s3cret-value"), ("NO_PASSWORD", "")];
        let known = known.map(|(name, value)| (name.to_owned(), Secret::new(value.to_owned()))).into();
        let mut variables = Variables { known, ..Variables::default() };
        variables.fill(text).map(|filled| (filled.text.replace(OPEN, "<").replace(CLOSE, ">"), filled.missing))
    }

    #[test]
    fn every_form_is_filled_as_compose_fills_it() {
        for (text, filled) in [
            ("x", "x"),
            ("$A-${A}", "a-a"),
            ("$$A $${A}", "$A ${A}"),
            ("${A:-b}", "a"),
            ("${B:-b}", "b"),
            ("${B-b}", "b"),
            ("${EMPTY:-b}", "b"),
            ("${EMPTY-b}", ""),
            ("${EMPTY:+b}", ""),
            ("${EMPTY+b}", "b"),
            ("${A:+b}", "b"),
            ("${B:-${C:-c}}/x", "c/x"),
            ("${B:-${A}}", "a"),
            ("${A:?no}", "a"),
            ("${B:-}", ""),
        ] {
            assert_eq!(fill(text), Ok((filled.to_owned(), vec![])), "{text}");
        }
    }

    #[test]
    fn a_secret_is_a_mark_whatever_its_form() {
        for text in ["$TOKEN", "${TOKEN}", "${TOKEN:-x}", "${TOKEN:?must be set}", "${TOKEN?}"] {
            assert_eq!(fill(text), Ok(("<TOKEN>".to_owned(), vec![])), "{text}");
        }
        assert_eq!(fill("u:${DB_PASSWORD}@db"), Ok(("u:<DB_PASSWORD>@db".to_owned(), vec![])));
        assert_eq!(fill("${DB_PASSWORD:-postgres}"), Ok(("<DB_PASSWORD>".to_owned(), vec![])));
        assert_eq!(fill("${DB_PASSWORD:-}${NO_PASSWORD}"), Ok((String::new(), vec![])));
    }

    #[test]
    fn what_has_no_value_is_named() {
        for text in ["$B", "${B}", "${B:?set it}", "${B?}"] {
            assert_eq!(fill(text), Ok((String::new(), vec!["B".to_owned()])), "{text}");
        }
    }

    #[test]
    fn what_is_no_variable_is_an_error() {
        for (text, at) in [("a$1", 1), ("a ${A", 2), ("${}", 0), ("$", 0), ("${A!b}", 0), ("${A:b}", 0), ("$(date)", 0)]
        {
            assert_eq!(fill(text).unwrap_err().0, at, "{text}");
        }
    }
}
