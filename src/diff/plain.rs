//! What Markdown and HTML have in common before either's own signs: texts without what is invisible, counts, lines.
//!
//! Owns: which characters are spelled out, how long a shown value may be, the lines of two texts side by side.
//! Does not own: escaping (`markdown.rs`, `html.rs`).

use std::collections::BTreeSet;

use similar::{ChangeTag, TextDiff};

use super::{Change, Diff, Impact, Object, Shown, What};

/// A text on one line: what would not be seen, or would turn the direction of what follows, is spelled out.
pub fn line(text: &str) -> String {
    spelled(text, |c| matches!(c, '\n' | '\t' | '\r'))
}

/// As [`line`], of at most `limit` characters.
pub fn short(text: &str, limit: usize) -> String {
    let whole = line(text);
    if whole.chars().count() <= limit {
        return whole;
    }
    whole.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

fn spelled(text: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' if also(c) => out.push_str("\\n"),
            '\r' if also(c) => out.push_str("\\r"),
            '\t' if also(c) => out.push_str("\\t"),
            '\n' | '\t' => out.push(c),
            c if is_invisible(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// Control characters, line breaks that are none to an editor, and what Unicode calls format characters: with them a
/// text can look like another one (https://trojansource.codes).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Same(String),
    Old(String),
    New(String),
    /// So many equal lines are left out here.
    Gap(usize),
}

/// Texts of more lines are shown one after the other: to compare texts that have nothing in common takes the square of
/// their length.
const COMPARED: usize = 20_000;

/// Whether a change is shown line by line.
pub fn is_long(change: &Change) -> bool {
    let long = |shown: &Option<Shown>| matches!(shown, Some(Shown::Text(_) | Shown::Block(_)));
    long(&change.old) || long(&change.new)
}

/// The lines that differ, each with three equal ones around it.
pub fn lines(change: &Change) -> Vec<Line> {
    const AROUND: usize = 3;
    let text = |shown: &Option<Shown>| shown.as_ref().map(|shown| spelled(content(shown), |c| c == '\r'));
    let (old, new) = (text(&change.old).unwrap_or_default(), text(&change.new).unwrap_or_default());
    let (old, new) = marked(old, new);
    if old.lines().count() + new.lines().count() > COMPARED {
        let old = old.lines().map(|line| Line::Old(line.to_owned()));
        return old.chain(new.lines().map(|line| Line::New(line.to_owned()))).collect();
    }
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let mut out = Vec::new();
    let mut at = 0;
    for group in diff.grouped_ops(AROUND) {
        let start = group.first().map(|op| op.old_range().start).unwrap_or_default();
        if start > at {
            out.push(Line::Gap(start - at));
        }
        at = group.last().map(|op| op.old_range().end).unwrap_or_default();
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches('\n').to_owned();
            out.push(match change.tag() {
                ChangeTag::Equal => Line::Same(text),
                ChangeTag::Delete => Line::Old(text),
                ChangeTag::Insert => Line::New(text),
            });
        }
    }
    if diff.old_len() > at {
        out.push(Line::Gap(diff.old_len() - at));
    }
    out
}

/// Where only one of two texts ends with a line break, the other says so.
fn marked(mut old: String, mut new: String) -> (String, String) {
    if !old.is_empty() && !new.is_empty() && old.ends_with('\n') != new.ends_with('\n') {
        let text = if old.ends_with('\n') { &mut new } else { &mut old };
        text.push_str(" (no line break at the end)\n");
    }
    (old, new)
}

pub fn content(shown: &Shown) -> &str {
    match shown {
        Shown::Scalar(text) | Shown::Text(text) | Shown::Block(text) => text,
        Shown::Masked(text) => text,
    }
}

/// What is said in place of a text of several lines.
pub fn summary(shown: &Shown) -> String {
    match content(shown).lines().count() {
        1 => "1 line".into(),
        count => format!("{count} lines"),
    }
}

/// How many objects have each impact, worst first; impacts that none has are left out.
pub fn counts<'o>(objects: impl Iterator<Item = &'o Object> + Clone) -> Vec<(Impact, usize)> {
    let of = |impact| objects.clone().filter(|object| object.impact == impact).count();
    Impact::ALL.into_iter().rev().map(|impact| (impact, of(impact))).filter(|(_, count)| *count > 0).collect()
}

/// What happens to an object, in a word.
pub fn verb(what: &What) -> &'static str {
    match what {
        What::Added => "added",
        What::Removed => "removed",
        What::Changed => "changed",
        What::Renamed { .. } => "renamed",
    }
}

/// The kinds and names that more than one object of a diff has.
pub struct Twins<'d>(BTreeSet<(&'d str, &'d str)>);

impl<'d> Twins<'d> {
    pub fn of(diff: &'d Diff) -> Self {
        let mut seen = BTreeSet::new();
        Self(diff.objects.iter().map(name).filter(|name| !seen.insert(*name)).collect())
    }

    /// What tells an object from its twins.
    pub fn apart(&self, object: &Object) -> Option<String> {
        let namespace = object.id.namespace.as_deref().unwrap_or("no namespace");
        self.0.contains(&name(object)).then(|| format!("{}, {namespace}", object.id.api_version))
    }
}

fn name(object: &Object) -> (&str, &str) {
    (&object.id.kind, &object.id.name)
}

pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The objects, worst first; of one impact as they come.
pub fn worst_first(diff: &Diff) -> Vec<&Object> {
    let mut objects: Vec<&Object> = diff.objects.iter().collect();
    objects.sort_by_key(|object| std::cmp::Reverse(object.impact));
    objects
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: &str, new: &str) -> Change {
        Change {
            path: Vec::new(),
            place: "data[\"a\"]".into(),
            old: Some(Shown::Text(old.into())),
            new: Some(Shown::Text(new.into())),
            impact: Impact::Live,
            reason: None,
            cause: None,
        }
    }

    #[test]
    fn what_is_invisible_is_spelled_out() {
        assert_eq!(line("a\u{202e}b\u{0}\n\u{200b}é"), "a\\u{202e}b\\u{0}\\n\\u{200b}é");
        assert_eq!(short("ééééé", 3), "éé…");
    }

    #[test]
    fn equal_lines_far_from_a_change_are_left_out() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let found = lines(&change(old, &old.replace('5', "five")));
        let same = |text: &str| Line::Same(text.into());
        let (old, new) = (Line::Old("5".into()), Line::New("five".into()));
        let expected =
            [Line::Gap(1), same("2"), same("3"), same("4"), old, new, same("6"), same("7"), same("8"), Line::Gap(1)];
        assert_eq!(found, expected);
    }

    #[test]
    fn texts_of_any_length_end_in_time() {
        let text = |word: &str| (0..200_000).map(|n| format!("{word}{n}\n")).collect::<String>();
        assert_eq!(lines(&change(&text("a"), &text("b"))).len(), 400_000);
    }

    #[test]
    fn a_missing_line_break_at_the_end_is_seen() {
        let expected = [Line::Old("a".into()), Line::New("a (no line break at the end)".into())];
        assert_eq!(lines(&change("a\n", "a")), expected);
    }
}
