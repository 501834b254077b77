//! Which line of which template a part of the rendered text comes from.
//!
//! Owns: the marks, a template's text with a mark before every line, and taking them out again.
//! How it works: before each line of a template that is text stands a call that writes the line's number and what the
//! `{% if %}`s and loops around it had read; calls behind and before their tags tell where those begin and end. What was
//! read for a value travels with the value (`emit.rs`).

use std::fmt::Write;
use std::sync::Arc;

use crate::resource::{Origin, Place};
use crate::source::Span;

const LINE: char = '\u{f8f0}';
const END: char = '\u{f8f2}';

/// The function that templates call for each line when origins are asked for.
pub const CALL: &str = "__line";
/// Those that they call where a block or a round of a loop begins, where it ends, and behind one that wrote nothing perhaps.
pub const OPEN: &str = "__open";
pub const LOOP: &str = "__loop";
pub const CLOSE: &str = "__close";
pub const FORGET: &str = "__forget";

/// `{{ __line(template, line) }}` in front of the text of every line that is not a tag alone, and calls around the blocks
/// of tags that stand alone. Those are tags too, of which nothing is written and whose line break is taken out.
pub fn instrument(template: usize, text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        let is_tag = trimmed.starts_with("{%") || trimmed.starts_with("{#");
        if !inside && !is_tag && !trimmed.trim_end().is_empty() {
            let _ = write!(out, "{{{{ {CALL}({template}, {}) }}}}", index + 1);
        }
        let (before, after) = if inside { (None, None) } else { calls(line) };
        let tag = |name: Option<&str>| name.map(|name| format!("{{% if {name}() %}}{{% endif %}}")).unwrap_or_default();
        let content = line.trim_end_matches('\n');
        out.push_str(&content[..content.len() - trimmed.trim_end_matches('\n').len()]);
        out.push_str(&tag(before));
        out.push_str(trimmed.trim_end_matches('\n'));
        out.push_str(&tag(after));
        out.push_str(&line[content.len()..]);
        inside = still_inside(line, inside);
    }
    out
}

/// The calls before and behind a tag that stands alone on its line.
fn calls(line: &str) -> (Option<&'static str>, Option<&'static str>) {
    let line = line.trim();
    let tag = line.strip_prefix("{%").and_then(|tag| tag.strip_suffix("%}")).filter(|tag| !tag.contains("%}"));
    match tag.and_then(|tag| tag.split_whitespace().next()) {
        Some("if") => (None, Some(OPEN)),
        Some("for") => (None, Some(LOOP)),
        Some("elif" | "else") => (Some(CLOSE), Some(OPEN)),
        Some("endif" | "endfor") => (Some(CLOSE), Some(FORGET)),
        _ => (None, None),
    }
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
    let ids: Vec<_> = ids.iter().map(u32::to_string).collect();
    format!("{LINE}{template}:{line}:{}{END}", ids.join(","))
}

/// A text without its marks, and what they said.
#[derive(Default)]
pub struct Marks {
    pub text: String,
    lines: Vec<Line>,
}

/// From a byte offset on, a line of a template holds.
struct Line {
    at: u32,
    template: usize,
    number: u32,
    /// What was read before it.
    control: Vec<u32>,
}

impl Marks {
    /// A text that had none.
    pub fn none(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// Takes the marks out of a text.
    pub fn strip(marked: &str) -> Self {
        let mut marks = Self::default();
        let mut rest = marked;
        while let Some((before, after)) = rest.split_once(LINE) {
            marks.text.push_str(before);
            let (said, after) = after.split_once(END).unwrap_or((after, ""));
            marks.lines.push(read(marks.text.len() as u32, said));
            rest = after;
        }
        marks.text.push_str(rest);
        marks
    }

    /// Where the node at `span` came from.
    pub fn place(&self, span: Span, templates: &[Arc<str>]) -> Origin {
        let index = self.lines.partition_point(|line| line.at <= span.start).checked_sub(1)?;
        let line = &self.lines[index];
        let file = templates.get(line.template)?.clone();
        let control = line.control.clone();
        Some(Arc::new(Place { file, line: line.number, settings: Vec::new(), control }))
    }
}

fn read(at: u32, said: &str) -> Line {
    let mut words = said.splitn(3, ':');
    let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
    let (template, number) = (number(), number() as u32);
    let control = words.next().unwrap_or_default().split(',').filter_map(|word| word.parse().ok()).collect();
    Line { at, template, number, control }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_text_get_a_mark_and_tags_do_not() {
        let text = "a: 1\n  {% if x %}\n  b: {{ y }}\n{% endif %}\n";
        let marked = "{{ __line(3, 1) }}a: 1\n  {% if x %}{% if __open() %}{% endif %}\n{{ __line(3, 3) }}  b: {{ y }}\n{% if __close() %}{% endif %}{% endif %}{% if __forget() %}{% endif %}\n";
        assert_eq!(instrument(3, text), marked);
    }

    #[test]
    fn a_tag_over_several_lines_is_left_alone() {
        let text = "a: {{ x\n  ~ y }}\nb: 1\n";
        assert_eq!(instrument(0, text), "{{ __line(0, 1) }}a: {{ x\n  ~ y }}\n{{ __line(0, 3) }}b: 1\n");
    }

    #[test]
    fn marks_come_out_and_leave_their_places() {
        let marks = Marks::strip(&format!("{}a: 1\n{}b: 2\n", line(0, 1, &[]), line(0, 7, &[4, 5])));
        assert_eq!(marks.text, "a: 1\nb: 2\n");
        let place = marks.place(Span { start: 8, end: 9, ..Span::default() }, &["t.yaml".into()]).unwrap();
        assert_eq!((place.line, place.control.as_slice()), (7, &[4, 5][..]));
    }
}
