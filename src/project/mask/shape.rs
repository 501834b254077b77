//! A project file that cannot be read: which words of it are keys, by the columns in which they begin.
//!
//! Owns: that a word is taken for a key only where the language has that key, or a name; whatever else is written is hidden.
//! Does not own: what is wrong with the text (`mistake.rs`).

use super::cut;
use crate::project::language;
use crate::project::schema::Type;

/// The keys, as byte ranges in order.
pub fn keys(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut open: Vec<(usize, Option<&'static Type>)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '-', '\u{a0}']).len();
        if !line[indent..].trim().is_empty() {
            open.retain(|(column, _)| *column < indent);
            let above = open.last().map_or(Some(&ROOT), |(_, ty)| *ty);
            open.push((indent, above.and_then(|ty| self::line(line, indent, start, ty, &mut out))));
        }
        start += line.len();
    }
    out
}

static ROOT: Type = Type::Object(&language::PROJECT);

/// The keys that stand at the beginning of a line, each in the map of the one before; the answer is what stands below.
fn line(line: &str, mut at: usize, start: usize, mut ty: &'static Type, out: &mut Vec<(usize, usize)>) -> Option<&'static Type> {
    loop {
        let key = &line[at..at + cut(&line[at..])];
        let behind = &line[at + key.len()..];
        let below = below(ty, key, behind)?;
        out.push((start + at, start + at + key.len()));
        let Some(flow) = behind.strip_prefix(": {") else { return Some(below) };
        (at, ty) = (line.len() - flow.len(), below);
    }
}

/// What a key opens; none where there is no such key.
fn below(ty: &'static Type, key: &str, behind: &str) -> Option<&'static Type> {
    if let Some(object) = ty.object() {
        return object.field(key).map(|field| &field.ty);
    }
    let Type::Map(map_type) = ty else { return None };
    let mut next = behind.chars();
    let is_key = match next.next() {
        Some(':') => true,
        // Base64 ends in `=` and `==`.
        Some('=') => next.next().is_some_and(|c| c != '=' && !c.is_whitespace()),
        _ => false,
    };
    (is_key && !key.starts_with(['"', '\'']) && (map_type.key.check)(key).is_ok()).then_some(&map_type.value)
}
