//! What Markdown and HTML have in common before either's own signs: texts without what is hidden, counts, lines.
//!
//! Owns: how long a shown value may be, the lines of two texts side by side.
//! Does not own: hidden characters (`escape`), the signs of Markdown and HTML (`markdown.rs`, `html.rs`).

use similar::{ChangeTag, TextDiff};

use super::{Change, Impact, Object, Shown, What};
use crate::escape::{spelled, spelled_lines};

/// On one line, of at most `limit` characters.
pub fn short(text: &str, limit: usize) -> String {
    let whole = spelled(text);
    if whole.chars().count() <= limit {
        return whole;
    }
    whole.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
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
    let text = |shown: &Option<Shown>| shown.as_ref().map(|shown| spelled_lines(content(shown)));
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
        Shown::Scalar(text) | Shown::Default(text) | Shown::Text(text) | Shown::Block(text) => text,
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

pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The objects, worst first; of one impact as they come.
pub fn worst_first(objects: &[Object]) -> Vec<&Object> {
    let mut objects: Vec<&Object> = objects.iter().collect();
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
    fn a_longer_text_is_cut() {
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
