//! A diff as Markdown, for the comment of a pull request.
//!
//! Owns: GitHub's Markdown: escaping, and what is left out where a comment would be too long.
//! Does not own: what differs (`compare`), how bad it is (`impact`), spelled-out characters and lines (`plain.rs`).
//!
//! Everything from a value stands in a code span or a fenced block: there no Markdown, HTML, mention, issue number or
//! address has a meaning. In a table's row a pipe is written `\|`, which GitHub's tables take back before they read the
//! code span (https://github.github.com/gfm/#tables-extension-). A summary of `<details>` is HTML, and holds no value.

use std::collections::BTreeMap;

use super::plain::{self, Line, counts, plural, verb};
use super::{Cause, Change, Diff, Effect, Impact, Object, Reason, Shown, What};

/// What GitHub takes is 65 536 characters; the rest is for what a workflow puts around it.
pub const LIMIT: usize = 60_000;

/// Characters of one value in a table.
const VALUE: usize = 160;
/// Rows of one object where it is shortened.
const ROWS: usize = 10;

/// The comment, in at most `limit` bytes (or the few hundred without which nothing is said). What is least dangerous is
/// shortened first.
pub fn write(diffs: &[Diff], limit: usize) -> String {
    if diffs.iter().all(Diff::is_empty) {
        return same(diffs, limit);
    }
    let mut parts: Vec<Part> = diffs.iter().map(Part::new).collect();
    shorten(&mut parts, limit);
    let text: String = parts.iter().map(Part::text).collect::<Vec<_>>().join("\n");
    if text.len() <= limit { text } else { heads(diffs, limit) }
}

fn same(diffs: &[Diff], limit: usize) -> String {
    let all = format!("No difference: {}\n", diffs.iter().map(sides).collect::<Vec<_>>().join(", "));
    if diffs.is_empty() || all.len() > limit { "No difference.\n".into() } else { all }
}

/// How much of an object is shown, from all to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Full,
    /// The worst fields, without texts.
    Short,
    Line,
    Gone,
}

const SIZES: [Size; 4] = [Size::Full, Size::Short, Size::Line, Size::Gone];

/// One object in every size, and the one it has.
struct Item<'d> {
    object: &'d Object,
    texts: [String; 4],
    size: Size,
}

impl Item<'_> {
    fn text(&self) -> &str {
        &self.texts[self.size as usize]
    }
}

/// One diff with its objects, worst first.
struct Part<'d> {
    diff: &'d Diff,
    items: Vec<Item<'d>>,
}

impl<'d> Part<'d> {
    fn new(diff: &'d Diff) -> Self {
        let item = |object| Item { object, texts: SIZES.map(|size| of_size(object, diff, size)), size: Size::Full };
        Part { diff, items: plain::worst_first(diff).into_iter().map(item).collect() }
    }

    fn text(&self) -> String {
        let head = head(self.diff);
        if self.items.is_empty() {
            return head;
        }
        let open = if self.diff.impact() >= Impact::Recreate { " open" } else { "" };
        let differ = plural(self.diff.objects.len(), "object differs", "objects differ");
        let equal = match self.diff.equal {
            0 => String::new(),
            1 => ", 1 is the same".into(),
            count => format!(", {count} are the same"),
        };
        let objects: String = self.items.iter().map(Item::text).collect();
        let left_out = self.left_out();
        format!("{head}\n<details{open}><summary>{differ}{equal}</summary>\n\n{objects}{left_out}</details>\n")
    }

    fn left_out(&self) -> String {
        let of = |wanted: fn(Size) -> bool| self.items.iter().filter(move |item| wanted(item.size)).map(|i| i.object);
        let shorter = of(|size| matches!(size, Size::Short | Size::Line)).count();
        let gone = of(|size| size == Size::Gone);
        let mut said = Vec::new();
        if shorter > 0 {
            said.push(plural(shorter, "object is shortened", "objects are shortened"));
        }
        if gone.clone().next().is_some() {
            said.push(format!("{} left out ({})", gone.clone().count(), words(&counts(gone))));
        }
        if said.is_empty() { String::new() } else { format!("_Too long for a comment: {}._\n\n", said.join(", ")) }
    }
}

/// Takes from what is least dangerous, one object after the other, until all fits.
fn shorten(parts: &mut [Part], limit: usize) {
    let mut total = parts.iter().map(|part| part.text().len() + 1).sum::<usize>() - 1;
    let mut steps = Vec::new();
    for (part, items) in parts.iter().enumerate() {
        for (item, Item { object, .. }) in items.items.iter().enumerate().rev() {
            let rank = |size| 2 * object.impact as usize + cost(size);
            steps.extend(SIZES[1..].iter().map(|size| (rank(*size), object.impact, part, item, *size)));
        }
    }
    steps.sort_by_key(|(rank, impact, ..)| (*rank, *impact));
    // What is said about the rest.
    const NOTE: usize = 300;
    let room = limit.saturating_sub(if total > limit { NOTE * parts.len() } else { 0 });
    for (_, _, part, item, size) in steps {
        if total <= room {
            return;
        }
        let item = &mut parts[part].items[item];
        let before = item.text().len();
        if item.texts[size as usize].len() <= before {
            item.size = size;
            total -= before - item.text().len();
        }
    }
}

/// What a size takes away, in half impacts: a line is little, and says what there is.
fn cost(size: Size) -> usize {
    match size {
        Size::Full => 0,
        Size::Short => 1,
        Size::Line => 2,
        Size::Gone => 6,
    }
}

/// The heads alone, and how many of them there is no room for.
fn heads(diffs: &[Diff], limit: usize) -> String {
    const REST: usize = 120;
    let mut by_impact: Vec<&Diff> = diffs.iter().collect();
    by_impact.sort_by_key(|diff| std::cmp::Reverse(diff.impact()));
    let mut out = String::new();
    let mut left = 0;
    for diff in by_impact {
        let head = head(diff);
        if left == 0 && out.len() + head.len() + REST <= limit {
            out.push_str(&head);
            out.push('\n');
        } else {
            left += 1;
        }
    }
    out.push_str("Too long for a comment: no object is shown");
    if left > 0 {
        out.push_str(&format!(", and {} {} left out", plural(left, "profile", "profiles"), is(left)));
    }
    out + ".\n"
}

fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn head(diff: &Diff) -> String {
    let said = if diff.is_empty() { "no difference".into() } else { words(&counts(diff.objects.iter())) };
    format!("### {}: {said}\n", sides(diff))
}

fn sides(diff: &Diff) -> String {
    format!("{} → {}", side(&diff.old), side(&diff.new))
}

/// A name of one side; words such as `the cluster` are no name.
fn side(name: &str) -> String {
    let is_words = name.contains(' ') && name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    if is_words { name.trim().to_owned() } else { code(&plain::short(name, 80)) }
}

fn words(counts: &[(Impact, usize)]) -> String {
    counts
        .iter()
        .map(|(impact, count)| format!("{} {count} {}", dot(*impact), impact.word()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The one colour that a comment can have.
fn dot(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "⚪",
        Impact::Live => "🔵",
        Impact::Restart => "🟡",
        Impact::Recreate => "🟠",
        Impact::DataLoss => "🔴",
    }
}

fn badge(impact: Impact) -> String {
    format!("{} {}", dot(impact), impact.word())
}

fn of_size(object: &Object, diff: &Diff, size: Size) -> String {
    let fields = if object.changes.is_empty() {
        String::new()
    } else {
        format!(" ({})", plural(object.changes.len(), "field", "fields"))
    };
    match size {
        Size::Full => {
            let changes: Vec<&Change> = object.changes.iter().collect();
            let texts: String = object.changes.iter().filter(|change| plain::is_long(change)).map(block).collect();
            format!("#### {}\n\n{}{texts}", title(object, diff), body(object, &changes, ""))
        }
        Size::Short => {
            let mut changes: Vec<&Change> = object.changes.iter().collect();
            changes.sort_by_key(|change| std::cmp::Reverse(change.impact));
            let more = changes.len().saturating_sub(ROWS);
            changes.truncate(ROWS);
            let more =
                if more > 0 { format!("And {} more.\n\n", plural(more, "field", "fields")) } else { String::new() };
            format!("#### {}\n\n{}", title(object, diff), body(object, &changes, &more))
        }
        Size::Line => format!("- {}{fields}\n\n", title(object, diff)),
        Size::Gone => String::new(),
    }
}

/// `🟡 restart · `Deployment/api` changed (`apps.api`)`.
fn title(object: &Object, diff: &Diff) -> String {
    let apart = plain::apart(object, diff).map(|text| format!(" ({})", code(&plain::short(&text, VALUE))));
    let apart = apart.unwrap_or_default();
    let mut out = format!("{} · {}{apart} {}", badge(object.impact), id(&object.id), verb(&object.what));
    if let What::Renamed { from } = &object.what {
        out.push_str(&format!(", it was {}", id(from)));
    }
    if !object.component.is_empty() {
        out.push_str(&format!(" ({})", code(&plain::short(&object.component, VALUE))));
    }
    out
}

fn id(id: &crate::resource::Id) -> String {
    code(&plain::short(&id.to_string(), VALUE))
}

fn body(object: &Object, changes: &[&Change], more: &str) -> String {
    let mut out = String::new();
    if !changes.is_empty() {
        out.push_str("| impact | field | old | new | from |\n| --- | --- | --- | --- | --- |\n");
        out.extend(changes.iter().map(|change| row(change)));
        out.push('\n');
    }
    out.push_str(more);
    let own = object.reason.iter().map(|reason| (object.impact, reason));
    let reasons = own.chain(changes.iter().filter_map(|change| Some((change.impact, change.reason.as_ref()?))));
    out + &said(reasons) + &effects(&object.effects)
}

/// Each reason once, worst first.
fn said<'d>(reasons: impl Iterator<Item = (Impact, &'d Reason)>) -> String {
    let mut all: BTreeMap<(std::cmp::Reverse<Impact>, &str), &Reason> = BTreeMap::new();
    for (impact, reason) in reasons {
        all.entry((std::cmp::Reverse(impact), reason.id)).or_insert(reason);
    }
    let line = |((impact, _), reason): (&(std::cmp::Reverse<Impact>, &str), &&Reason)| {
        format!("- {}: {}\n", badge(impact.0), prose(reason.text))
    };
    let lines: String = all.iter().map(line).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

fn effects(effects: &[Effect]) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<&Effect> = effects.iter().collect();
    sorted.sort_by_key(|effect| std::cmp::Reverse(effect.impact));
    let line =
        |effect: &Effect| format!("- {} of {}: {}\n", badge(effect.impact), id(&effect.id), prose(effect.reason.text));
    format!("Which means:\n\n{}\n", sorted.into_iter().map(line).collect::<String>())
}

fn row(change: &Change) -> String {
    let cells = [
        badge(change.impact),
        code(&plain::short(&change.place, VALUE)),
        value(&change.old),
        value(&change.new),
        from(change),
    ];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn value(shown: &Option<Shown>) -> String {
    match shown {
        None => "—".into(),
        Some(shown @ (Shown::Text(_) | Shown::Block(_))) => format!("_{}_", plain::summary(shown)),
        Some(shown) => code(&plain::short(plain::content(shown), VALUE)),
    }
}

fn from(change: &Change) -> String {
    let Some(Cause { setting, layer, file, line }) = &change.cause else { return String::new() };
    let place = code(&plain::short(&format!("{file}:{line}"), VALUE));
    let words = [setting, layer].map(|text| plain::short(text, VALUE));
    words.iter().filter(|text| !text.is_empty()).map(|text| code(text)).chain([place]).collect::<Vec<_>>().join("<br>")
}

/// The lines that differ, in a fence that is longer than any in them.
fn block(change: &Change) -> String {
    let mut text = String::new();
    for line in plain::lines(change) {
        match line {
            Line::Same(line) => text.push_str(&format!(" {line}\n")),
            Line::Old(line) => text.push_str(&format!("-{line}\n")),
            Line::New(line) => text.push_str(&format!("+{line}\n")),
            Line::Gap(count) => text.push_str(&format!("@@ {} @@\n", plural(count, "equal line", "equal lines"))),
        }
    }
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{}:\n\n{fence}diff\n{text}{fence}\n\n", code(&plain::short(&change.place, VALUE)))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A code span that holds exactly this text (https://spec.commonmark.org/0.31.2/#code-spans): a blank at each end is taken
/// away by the reader, where there is one.
fn code(text: &str) -> String {
    if text.is_empty() {
        return "`\"\"`".into();
    }
    let marks = "`".repeat(longest_run(text) + 1);
    let edge = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    // A text of blanks alone keeps them all.
    let pad = if text.trim_matches(' ').is_empty() { "" } else { pad };
    format!("{marks}{pad}{text}{pad}{marks}")
}

/// A sentence of kgen's own: only its code spans have a meaning.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            part.chars().for_each(|c| {
                if c.is_ascii_punctuation() && !matches!(c, ',' | '.' | ':' | ';' | '(' | ')' | '-' | '\'' | '/' | '%')
                {
                    out.push('\\');
                }
                out.push(c);
            });
        }
    }
    out
}

#[cfg(test)]
mod tests;
