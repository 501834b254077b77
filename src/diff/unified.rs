//! A diff as text for tools that read `diff -u`: one file an object, one hunk a change.
//!
//! Owns: the headers. The lines themselves are made by `similar`, of texts whose hidden characters are spelled out.

use std::fmt::Write;

use similar::TextDiff;

use super::{Change, Diff, Object, Shown, What};
use crate::escape::{spelled, spelled_lines};
use crate::resource::Id;

/// The whole text of an object that comes or goes; `true` for the old side.
pub type Whole<'w> = &'w dyn Fn(usize, &Id, bool) -> Option<String>;

pub fn write(diffs: &[Diff], whole: Whole) -> String {
    let mut out = String::new();
    for (index, diff) in diffs.iter().enumerate() {
        for object in &diff.objects {
            one(&mut out, diff, object, &|id, old| whole(index, id, old));
        }
    }
    out
}

fn one(out: &mut String, diff: &Diff, object: &Object, whole: &dyn Fn(&Id, bool) -> Option<String>) {
    let name = |side: &str, id: &Id| spelled(&format!("{side}/{}", path(id)));
    let (old, new) = match &object.what {
        What::Added => ("/dev/null".to_owned(), name(&diff.new, &object.id)),
        What::Removed => (name(&diff.old, &object.id), "/dev/null".to_owned()),
        What::Renamed { from } => (name(&diff.old, from), name(&diff.new, &object.id)),
        What::Changed => (name(&diff.old, &object.id), name(&diff.new, &object.id)),
    };
    let reason = object.reason.as_ref().map_or(String::new(), |reason| format!(": {}", reason.text));
    let _ = writeln!(out, "# {}{reason}", object.impact.word());
    for effect in &object.effects {
        let id = spelled(&effect.id.to_string());
        let _ = writeln!(out, "# {} {id}: {}", effect.impact.word(), effect.reason.text);
    }
    let _ = writeln!(out, "--- {old}\n+++ {new}");
    match &object.what {
        What::Added => hunk(out, "", &whole(&object.id, false).unwrap_or_default(), ""),
        What::Removed => hunk(out, &whole(&object.id, true).unwrap_or_default(), "", ""),
        What::Renamed { .. } => {}
        What::Changed => object.changes.iter().for_each(|change| field(out, change)),
    }
}

fn path(id: &Id) -> String {
    match &id.namespace {
        Some(namespace) => format!("{namespace}/{id}"),
        None => id.to_string(),
    }
}

/// The place stands behind the numbers, where `diff -p` puts the function.
fn field(out: &mut String, change: &Change) {
    let cause = change.cause.as_ref().map_or(String::new(), |cause| format!(" {}:{}", cause.file, cause.line));
    let tail = spelled(&format!(" {} ({}{cause})", change.place, change.impact.word()));
    hunk(out, &text(&change.old), &text(&change.new), &tail);
}

fn hunk(out: &mut String, old: &str, new: &str, tail: &str) {
    let [old, new] = [old, new].map(spelled_lines);
    let diff = TextDiff::from_lines(&old, &new);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let shown = hunk.to_string();
        let (head, rest) = shown.split_once('\n').unwrap_or((&shown, ""));
        let _ = write!(out, "{head}{tail}\n{rest}");
    }
}

fn text(shown: &Option<Shown>) -> String {
    let Some(text) = shown.as_ref().map(super::plain::content) else { return String::new() };
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
