//! A project file that cannot be read: which words of it are keys, by the columns in which they begin.
//!
//! Owns: that a word is taken for a key only where the language has that key, or a name, and for a value only behind a key
//! that takes one word; whatever else is written is hidden.
//! Does not own: what is wrong with the text (`mistake.rs`).

use super::{cut, references, separates};
use crate::project::language;
use crate::project::schema::Type;

/// What is shown, as byte ranges.
pub fn known(text: &str) -> Vec<(usize, usize)> {
    let mut out = references(text);
    let mut open: Vec<(usize, Option<&'static Type>)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '-', '\u{a0}']).len();
        if !line[indent..].trim().is_empty() {
            open.retain(|(column, _)| *column < indent);
            let above = open.last().map_or(Some(&ROOT), |(_, ty)| *ty);
            let mut scan = Scan { line, at: indent, found: Vec::new() };
            open.push((indent, above.and_then(|ty| scan.entries(ty))));
            out.extend(scan.found.iter().map(|(from, to)| (start + from, start + to)));
        }
        start += line.len();
    }
    out
}

static ROOT: Type = Type::Object(&language::PROJECT);

/// One line, read as far as it is known.
struct Scan<'l> {
    line: &'l str,
    at: usize,
    found: Vec<(usize, usize)>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.line[self.at..]
    }

    fn skip(&mut self, wanted: &str) -> bool {
        let there = self.rest().starts_with(wanted);
        self.at += if there { wanted.len() } else { 0 };
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
        there
    }

    fn show(&mut self, length: usize) {
        self.found.push((self.at, self.at + length));
        self.at += length;
    }

    /// Keys of a map with their values; the answer is what stands below the line.
    fn entries(&mut self, ty: &'static Type) -> Option<&'static Type> {
        let below = self.key(ty)?;
        if !self.skip(": ") {
            return Some(below);
        }
        if self.skip("{") {
            self.entries(below);
            self.skip("}").then_some(())?;
        } else {
            self.word(below)?;
        }
        if self.skip(",") {
            self.entries(ty);
        }
        // What is indented below a word belongs beside it.
        Some(ty)
    }

    /// A key, and what it opens; none where there is no such key.
    fn key(&mut self, ty: &'static Type) -> Option<&'static Type> {
        let (key, behind) = self.rest().split_at(cut(self.rest(), ""));
        let below = match (ty.object(), ty) {
            (Some(object), _) => object.field(key).map(|field| &field.ty),
            (None, Type::Map(map_type)) => {
                let is_name = (behind.starts_with(':') || separates(behind))
                    && !key.starts_with(['"', '\''])
                    && (map_type.key.check)(key).is_ok();
                is_name.then_some(&map_type.value)
            }
            _ => None,
        }?;
        self.show(key.len());
        Some(below)
    }

    /// A value of one word, where that is no text of the user's own.
    fn word(&mut self, ty: &Type) -> Option<()> {
        let reference = references(self.rest()).first().filter(|(start, _)| *start == 0).map(|(_, end)| *end);
        let is_word = match ty {
            Type::String(_) | Type::Word(_) | Type::Bool | Type::Integer(..) | Type::Count | Type::Enum(_) => true,
            Type::OneOf(types) => types.iter().all(|ty| !ty.is_secret()),
            _ => false,
        };
        let word = || self.rest().find([' ', ',', ']', '}', '\t', '\r', '\n']).unwrap_or(self.rest().len());
        let length = reference.or_else(|| is_word.then(word))?;
        self.show(length);
        self.skip("");
        is_word.then_some(())
    }
}
