//! Templates that were copied into a project: how one is known again.
//!
//! Owns: the first line of the copy, which names the version and the text it was made from, and what follows of it.
//! Does not own: writing the file (`commands/template`).

use sha2::{Digest, Sha256};

use super::templates::BUILT_IN;
use crate::plan::config::hex;

/// What a project has in the place of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    BuiltIn,
    /// The built-in text.
    Same,
    /// Another text.
    Changed,
    /// The text that the built-in one had in this version, and has no more.
    Older(String),
    /// Another text, made from the one that the built-in one had in this version, and has no more.
    ChangedOlder(String),
    /// No built-in template has this name.
    Own,
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            State::BuiltIn => f.write_str("built-in"),
            State::Same => f.write_str("same as built-in"),
            State::Changed => f.write_str("changed"),
            State::Older(version) => write!(f, "as in kgen {version}; the built-in one has changed since"),
            State::ChangedOlder(version) => {
                write!(f, "changed from kgen {version}; the built-in one has changed since")
            }
            State::Own => f.write_str("the project's own"),
        }
    }
}

const START: &str = "# kgen: ";
const MIDDLE: &str = " as built into kgen ";

/// A copy, with where it comes from.
pub fn ejected(name: &str, text: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let hash = hash(text);
    format!("{START}{name}{MIDDLE}{version} ({hash}); `kgen template list` tells whether either has changed\n{text}")
}

/// What a project's file is, next to the built-in template of its name.
pub fn state(name: &str, own: &str) -> State {
    let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) else { return State::Own };
    against(text, own)
}

fn against(text: &str, own: &str) -> State {
    let (head, body) = match own.split_once('\n') {
        Some((head, body)) if head.starts_with(START) => (head, body),
        _ => ("", own),
    };
    if body == text {
        return State::Same;
    }
    let said = head.split_once(MIDDLE).and_then(|(_, rest)| rest.split_once(" ("));
    let said = said.and_then(|(version, rest)| Some((version, rest.split_once(')')?.0)));
    match said {
        Some((version, made_from)) if made_from != hash(text) && made_from == hash(body) => {
            State::Older(version.into())
        }
        Some((version, made_from)) if made_from != hash(text) => State::ChangedOlder(version.into()),
        _ => State::Changed,
    }
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ejected_template_is_known_again() {
        let (name, text) = BUILT_IN[0];
        let copy = ejected(name, text);
        assert_eq!(state(name, &copy), State::Same);
        assert_eq!(state(name, text), State::Same);
        assert_eq!(state(name, &format!("{copy}# mine\n")), State::Changed);
        assert_eq!(state(name, "mine\n"), State::Changed);
        assert_eq!(state("app/mine.yaml", "x"), State::Own);
    }

    #[test]
    fn one_of_an_older_kgen_is_told() {
        let copy = ejected("x.yaml", "old\n").replace(env!("CARGO_PKG_VERSION"), "0.0.9");
        assert_eq!(against("new\n", &copy), State::Older("0.0.9".into()));
        assert_eq!(against("new\n", &format!("{copy}mine\n")), State::ChangedOlder("0.0.9".into()));
        let copy = copy.replace("\nold", "\nnew");
        assert_eq!(against("new\n", &copy), State::Same);
    }
}
