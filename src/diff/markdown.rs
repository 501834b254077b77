//! A diff as Markdown, for the comment of a pull request.
//!
//! Owns: GitHub's Markdown, what stands where.
//! Does not own: what differs (`compare`), how bad it is (`impact`), spelled-out characters and lines (`plain.rs`), code
//! spans (`markdown/code.rs`), what is left out where a comment would be too long (`markdown/fit.rs`).
//!
//! Everything from a value stands in a code span or a fenced block: there no Markdown, HTML, mention, issue number or
//! address has a meaning. In a table's row a pipe is written `\|`, which GitHub's tables take back before they read the
//! code span (https://github.github.com/gfm/#tables-extension-). A summary of `<details>` is HTML, and holds no value.

mod code;
mod fit;

use std::collections::BTreeMap;

use code::{code, longest_run, prose};
use fit::{Part, Size};

use super::many::{self, Folded, Group};
use super::plain::{self, Line, counts, plural, verb};
use super::{Cause, Change, Diff, Effect, Impact, Object, Reason, Shown, What};

/// What GitHub takes is 65 536 characters; the rest is for what a workflow puts around it.
pub const LIMIT: usize = 60_000;

/// Characters of one value in a table.
const VALUE: usize = 160;
/// Characters of the names of objects that one change is on, and how many such changes are shown.
const NAMES: usize = 600;
const GROUPS: usize = 30;
/// Rows of one object where it is shortened.
const ROWS: usize = 10;

/// The comment, in at most `limit` bytes (or the few hundred without which nothing is said). What is least dangerous is
/// shortened first.
pub fn write(diffs: &[Diff], limit: usize) -> String {
    if diffs.iter().all(Diff::is_empty) {
        return same(diffs, limit);
    }
    let folded: Vec<Folded> = diffs.iter().map(many::of).collect();
    let mut parts: Vec<Part> = diffs.iter().zip(&folded).map(|(diff, folded)| Part::new(diff, folded)).collect();
    fit::shorten(&mut parts, limit);
    let text: String = parts.iter().map(Part::text).collect::<Vec<_>>().join("\n");
    if text.len() <= limit { text } else { fit::heads(diffs, limit) }
}

fn same(diffs: &[Diff], limit: usize) -> String {
    let all = format!("No difference: {}\n", diffs.iter().map(sides).collect::<Vec<_>>().join(", "));
    if diffs.is_empty() || all.len() > limit { "No difference.\n".into() } else { all }
}

fn head(diff: &Diff) -> String {
    let said = if diff.is_empty() { "no difference".into() } else { words(&counts(diff.objects.iter())) };
    format!("### {}: {said}\n", sides(diff))
}

fn sides(diff: &Diff) -> String {
    format!("{} → {}", side(&diff.old), side(&diff.new))
}

/// A name of one side; the cluster has none.
fn side(name: &str) -> String {
    if name == "the cluster" { name.to_owned() } else { code(&plain::short(name, 80)) }
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

fn of_size(object: &Object, size: Size) -> String {
    let fields = if object.changes.is_empty() {
        String::new()
    } else {
        format!(" ({})", plural(object.changes.len(), "field", "fields"))
    };
    match size {
        Size::Full => {
            let changes: Vec<&Change> = object.changes.iter().collect();
            let texts: String = object.changes.iter().filter(|change| plain::is_long(change)).map(block).collect();
            format!("#### {}\n\n{}{texts}", title(object), body(object, &changes, ""))
        }
        Size::Short => {
            let mut changes: Vec<&Change> = object.changes.iter().collect();
            changes.sort_by_key(|change| std::cmp::Reverse(change.impact));
            let more = changes.len().saturating_sub(ROWS);
            changes.truncate(ROWS);
            let more =
                if more > 0 { format!("And {} more.\n\n", plural(more, "field", "fields")) } else { String::new() };
            format!("#### {}\n\n{}", title(object), body(object, &changes, &more))
        }
        Size::Line => format!("- {}{fields}\n\n", title(object)),
        Size::Gone => String::new(),
    }
}

/// `🟡 restart · `Deployment/api` changed (`apps.api`)`.
fn title(object: &Object) -> String {
    let apart = object.apart.as_ref().map(|text| format!(" ({})", code(&plain::short(text, VALUE))));
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
        all.entry((std::cmp::Reverse(impact), &reason.text)).or_insert(reason);
    }
    let line = |((impact, _), reason): (&(std::cmp::Reverse<Impact>, &str), &&Reason)| {
        format!("- {}: {}\n", badge(impact.0), prose(&reason.text))
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
        |effect: &Effect| format!("- {} of {}: {}\n", badge(effect.impact), id(&effect.id), prose(&effect.reason.text));
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

/// Changes that many objects have, with the objects.
fn groups(groups: &[Group]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let row = |group: &Group| {
        let names = code(&plain::short(&group.objects.join(", "), NAMES));
        row(&group.change).replacen(" |\n", &format!(" | {} |\n", names.replace('|', "\\|")), 1)
    };
    let rows: String = groups.iter().take(GROUPS).map(row).collect();
    let more = groups.len().saturating_sub(GROUPS);
    let more = if more > 0 { format!("\nAnd {more} more.\n") } else { String::new() };
    let reasons =
        said(groups.iter().take(GROUPS).filter_map(|one| Some((one.change.impact, one.change.reason.as_ref()?))));
    format!(
        "#### One change on several objects\n\n| impact | field | old | new | from | objects |\n| --- | --- | --- | --- | --- | --- |\n{rows}{more}\n{reasons}"
    )
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

#[cfg(test)]
mod tests;
