//! Origins without a second language: marks in the rendered text that say which template line and which settings a
//! leaf came from.
//!
//! Owns: the marks, a template's text with a mark before every line, and taking them out again.
//! How it works: before each line of a template that is text stands a call that writes the line's number and what an
//! `{% if %}` had read; around each leaf that is written stand the settings that were read for it.

use std::fmt::Write;
use std::sync::Arc;

use minijinja::Error;

use crate::resource::{Origin, Place};
use crate::source::Span;

const LINE: char = '\u{f8f0}';
const LEAF: char = '\u{f8f1}';
const END: char = '\u{f8f2}';
const CLOSE: char = '\u{f8f3}';

/// The function that templates call for each line when origins are asked for.
pub const CALL: &str = "__line";

/// `{{ __line(template, line) }}` in front of the text of every line that is not a tag alone.
pub fn instrument(template: usize, text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        let is_text =
            !inside && !trimmed.starts_with("{%") && !trimmed.starts_with("{#") && !trimmed.trim_end().is_empty();
        if is_text {
            let _ = write!(out, "{{{{ {CALL}({template}, {}) }}}}", index + 1);
        }
        out.push_str(line);
        inside = still_inside(line, inside);
    }
    out
}

/// Whether a tag that began on this line or before goes on in the next one.
fn still_inside(line: &str, inside: bool) -> bool {
    let last = |words: [&str; 3]| words.iter().filter_map(|word| line.rfind(word)).max();
    match (last(["{{", "{%", "{#"]), last(["}}", "%}", "#}"])) {
        (Some(open), Some(close)) => open > close,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => inside,
    }
}

/// The mark of a line, with what was read before it.
pub fn line(template: usize, line: usize, ids: &[u32]) -> String {
    format!("{LINE}{template}:{line}:{}{END}", join(ids))
}

/// Writes a leaf between its marks.
pub fn leaf(out: &mut String, ids: &[u32], write: impl FnOnce(&mut String) -> Result<(), Error>) -> Result<(), Error> {
    let _ = write!(out, "{LEAF}{}{END}", join(ids));
    write(out)?;
    out.push(CLOSE);
    Ok(())
}

fn join(ids: &[u32]) -> String {
    ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// A text without its marks, and what they said.
#[derive(Default)]
pub struct Marks {
    pub text: String,
    /// Byte offset from which a line of a template holds, with what was read before it.
    lines: Vec<(u32, usize, u32, Vec<u32>)>,
    /// Byte ranges of leaves.
    leaves: Vec<(u32, u32, Vec<u32>)>,
}

/// Takes the marks out.
pub fn strip(marked: &str) -> Marks {
    let mut marks = Marks::default();
    let mut open: Vec<(u32, Vec<u32>)> = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find([LINE, LEAF, CLOSE]) {
        marks.text.push_str(&rest[..at]);
        let here = marks.text.len() as u32;
        let tail = &rest[at..];
        let width = LINE.len_utf8();
        if tail.starts_with(CLOSE) {
            if let Some((start, ids)) = open.pop() {
                marks.leaves.push((start, here, ids));
            }
            rest = &tail[width..];
            continue;
        }
        let end = tail.find(END).unwrap_or(tail.len());
        let said = &tail[width..end];
        if tail.starts_with(LEAF) {
            open.push((here, ids(said)));
        } else {
            let mut words = said.splitn(3, ':');
            let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
            let (template, line) = (number(), number());
            marks.lines.push((here, template, line as u32, ids(words.next().unwrap_or_default())));
        }
        rest = tail.get(end + END.len_utf8()..).unwrap_or_default();
    }
    marks.text.push_str(rest);
    marks.leaves.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    marks
}

fn ids(text: &str) -> Vec<u32> {
    text.split(',').filter_map(|word| word.parse().ok()).collect()
}

impl Marks {
    /// A text that had none.
    pub fn none(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// Where the node at `span` came from.
    pub fn place(&self, span: Span, templates: &[Arc<str>]) -> Origin {
        let line = self.lines.partition_point(|(at, ..)| *at <= span.start).checked_sub(1)?;
        let (_, template, number, control) = &self.lines[line];
        let settings = match self.leaf_at(span.start) {
            Some(ids) if !ids.is_empty() => ids.to_vec(),
            // A template's own text, or a loop's variable, which was read where the loop began.
            _ => control.clone(),
        };
        Some(Arc::new(Place { file: templates.get(*template)?.clone(), line: *number, settings }))
    }

    fn leaf_at(&self, at: u32) -> Option<&[u32]> {
        let next = self.leaves.partition_point(|(start, ..)| *start <= at);
        self.leaves[..next].iter().rev().take(8).find(|(_, end, _)| at < *end).map(|(.., ids)| &ids[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_text_get_a_mark_and_tags_do_not() {
        let text = "a: 1\n  {% if x %}\n  b: {{ y }}\n{% endif %}\n";
        assert_eq!(
            instrument(3, text),
            "{{ __line(3, 1) }}a: 1\n  {% if x %}\n{{ __line(3, 3) }}  b: {{ y }}\n{% endif %}\n"
        );
    }

    #[test]
    fn a_tag_over_several_lines_is_left_alone() {
        let text = "a: {{ x\n  ~ y }}\nb: 1\n";
        assert_eq!(instrument(0, text), "{{ __line(0, 1) }}a: {{ x\n  ~ y }}\n{{ __line(0, 3) }}b: 1\n");
    }

    #[test]
    fn marks_come_out_and_leave_their_places() {
        let mut marked = format!("{}a: ", line(0, 1, &[]));
        leaf(&mut marked, &[7, 8], |out| {
            out.push_str("\"x\"");
            Ok(())
        })
        .unwrap();
        let marks = strip(&marked);
        assert_eq!(marks.text, "a: \"x\"");
        let place = marks.place(Span { start: 3, end: 6, ..Span::default() }, &["t.yaml".into()]).unwrap();
        assert_eq!((place.line, place.settings.as_slice()), (1, &[7, 8][..]));
    }
}
