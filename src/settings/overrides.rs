//! `--set path=value`: the strongest layer, in the same language as the project file.
//!
//! Owns: the syntax of a path (`apps.api.replicas`, `configs.app."app.toml"`) and of its value (a YAML flow value).
//! Does not own: types: what comes out is checked as any other layer.

use crate::diag::Diagnostic;
use crate::project::node::{self, Dialect};
use crate::source::{Sources, Span};
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// an argument of `--set` that cannot be read
    ///
    /// An argument of `--set` is not `path=value`, or its path leads nowhere.
    /// Before: `--set apps.api.replicas`. After: `--set apps.api.replicas=3`.
    BAD_SET = "bad-set", Error;
}

/// Reads one argument of `--set` into a layer.
pub fn parse(sources: &mut Sources, argument: &str) -> Result<Tree<Span>, Diagnostic> {
    let file = sources.embed("--set", argument);
    let whole = Span { file, start: 0, end: argument.len() as u32 };
    let (path, at) = path(argument).map_err(|reason| bad(reason).at(whole))?;
    let value = value(sources, argument, at, whole)?;
    let nest = |tree: Tree<Span>, (key, start, end): &(String, usize, usize)| {
        let mut map = Map::new();
        map.insert_from(key.as_str(), Span { file, start: *start as u32, end: *end as u32 }, tree);
        Tree::new(Kind::Map(map), whole)
    };
    Ok(path.iter().rev().fold(value, nest))
}

fn bad(reason: &str) -> Diagnostic {
    Diagnostic::new(BAD_SET, format!("--set wants `path=value`: {reason}"))
        .hint("for instance `--set apps.api.replicas=3`")
}

type Word = (String, usize, usize);

/// The words of a path with their places, and where the value begins.
fn path(argument: &str) -> Result<(Vec<Word>, usize), &'static str> {
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    loop {
        let rest = &argument[at..];
        let (word, used) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').ok_or("a quote is not closed")?;
                (quoted[..end].to_owned(), end + 2)
            }
            None => {
                let end = rest.find(['.', '=']).ok_or("there is no `=`")?;
                (rest[..end].to_owned(), end)
            }
        };
        if word.is_empty() {
            return Err("a word of the path is empty");
        }
        words.push((word, at, at + used));
        at += used;
        match argument.as_bytes().get(at) {
            Some(b'.') => at += 1,
            Some(b'=') => return Ok((words, at + 1)),
            _ => return Err("there is no `=`"),
        }
    }
}

/// The value, read as YAML with its place kept: the path before it is blanked out.
fn value(sources: &mut Sources, argument: &str, at: usize, whole: Span) -> Result<Tree<Span>, Diagnostic> {
    if argument[at..].is_empty() {
        let start = Span { start: at as u32, ..whole };
        return Ok(Tree::new(Kind::String("".into()), start));
    }
    let padded = format!("{}{}", " ".repeat(at), &argument[at..]);
    let file = sources.embed("--set", padded);
    let tree = node::parse(sources, file, Dialect::Project).map_err(|error| {
        // What cannot be read may hold a secret.
        sources.mask(Span { start: at as u32, ..whole });
        Diagnostic { span: error.span.map(|span| Span { file: whole.file, ..span }), ..error }
    })?;
    Ok(tree.map_from(&mut |span| Span { file: whole.file, ..*span }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_may_hold_dots() {
        let mut sources = Sources::default();
        let tree = parse(&mut sources, "configs.app.\"app.toml\"=x = 1").unwrap();
        let value = tree.at(&["configs", "app", "app.toml"]).unwrap();
        assert_eq!(value.as_str(), Some("x = 1"));
        assert_eq!(sources.text(value.from), "x = 1");
    }

    #[test]
    fn a_missing_equals_sign_is_an_error() {
        assert_eq!(
            parse(&mut Sources::default(), "apps.api").unwrap_err().message,
            "--set wants `path=value`: there is no `=`"
        );
    }
}
