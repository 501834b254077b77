//! A diff for a person at a terminal: what it does first, one line a change, its cause behind it.
//!
//! Owns: the layout and its colours. Does not own: what is shown of a value (`shown.rs`), whether colours are wanted, hidden
//! characters (`escape`): they are spelled out, as U+FFFD on both sides would not show what differs.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::many::Group;
use super::{Change, Diff, Impact, Object, Reason, Shown, What, impact, many, plain};
use crate::escape::{spelled, spelled_lines};

/// Longer values are cut: the other formats have them whole.
const WIDEST: usize = 100;

/// Lines of context around a change of a text.
const CONTEXT: usize = 2;

pub fn write(diffs: &[Diff], color: bool) -> String {
    let mut out = Out { text: String::new(), color };
    for diff in diffs.iter().filter(|diff| !diff.is_empty()) {
        if !out.text.is_empty() {
            out.text.push('\n');
        }
        out.line(0, &[(BOLD, &summary(diff))]);
        let folded = many::of(diff);
        folded.groups.iter().for_each(|group| out.group(group));
        folded.objects.iter().for_each(|object| out.object(object));
    }
    out.text
}

/// `dev -> prod: 1 data-loss, 4 restart, 2 live; 31 equal`.
pub fn summary(diff: &Diff) -> String {
    let count = |impact: Impact| diff.objects.iter().filter(|object| object.impact == impact).count();
    let counts = Impact::ALL.iter().rev().map(|impact| (count(*impact), impact.word())).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() { "no difference".to_owned() } else { counts.join(", ") };
    format!("{} -> {}: {counts}; {} equal", diff.old, diff.new, diff.equal)
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const PLAIN: &str = "";

fn hue(impact: Impact) -> &'static str {
    match impact {
        Impact::DataLoss => "1;31",
        Impact::Recreate => "31",
        Impact::Restart => "33",
        Impact::Live => "36",
        Impact::None => DIM,
    }
}

struct Out {
    text: String,
    color: bool,
}

impl Out {
    fn line(&mut self, indent: usize, parts: &[(&str, &str)]) {
        let parts: Vec<(&str, String)> = parts.iter().map(|(hue, text)| (*hue, spelled(text))).collect();
        self.painted(indent, &parts);
    }

    fn painted(&mut self, indent: usize, parts: &[(&str, String)]) {
        self.text.push_str(&" ".repeat(indent));
        for (hue, text) in parts {
            let painted = self.color && !hue.is_empty() && !text.is_empty();
            let _ = if painted { write!(self.text, "\x1b[{hue}m{text}\x1b[0m") } else { write!(self.text, "{text}") };
        }
        self.text.push('\n');
    }

    fn group(&mut self, group: &Group) {
        let mut change = group.change.clone();
        change.place = format!("{}: {}", plain::plural(group.objects.len(), "object", "objects"), change.place);
        let fresh = change
            .reason
            .as_ref()
            .filter(|reason| telling(change.impact, reason))
            .map(|reason| reason.text.to_string());
        self.change(0, &change, fresh.as_deref());
        let mut line = String::new();
        for (at, name) in group.objects.iter().enumerate() {
            let name = if at + 1 < group.objects.len() { format!("{name}, ") } else { name.clone() };
            if !line.is_empty() && line.chars().count() + name.chars().count() > WIDEST {
                self.line(13, &[(DIM, line.trim_end())]);
                line.clear();
            }
            line.push_str(&name);
        }
        self.line(13, &[(DIM, &line)]);
    }

    fn object(&mut self, object: &Object) {
        let impact = format!("{:<9}  ", object.impact.word());
        let (sign, tail) = match &object.what {
            What::Added => ("+ ", String::new()),
            What::Removed => ("- ", String::new()),
            What::Changed => ("  ", String::new()),
            What::Renamed { from } => ("> ", format!(" (was {})", from.name)),
        };
        let apart = object.apart.as_ref().map_or(String::new(), |apart| format!(" ({apart})"));
        let reason = object.reason.as_ref().filter(|reason| telling(object.impact, reason));
        let reason = reason.map_or(String::new(), |reason| format!("  {}", reason.text));
        let name = format!("{sign}{}{apart}{tail}", object.id);
        self.line(0, &[(hue(object.impact), &impact), (BOLD, &name), (DIM, &reason)]);
        let mut said: Vec<&str> = Vec::new();
        for change in &object.changes {
            let fresh = change.reason.as_ref().filter(|reason| telling(change.impact, reason));
            let fresh = fresh.map(|reason| &*reason.text).filter(|text| !said.contains(text));
            said.extend(fresh);
            self.change(2, change, fresh);
        }
        for effect in &object.effects {
            let (word, what) = (format!("{:<9}  ", effect.impact.word()), format!("=> {}", effect.id));
            self.line(2, &[(hue(effect.impact), &word), (PLAIN, &what), (DIM, &format!("  {}", effect.reason.text))]);
        }
    }

    fn change(&mut self, indent: usize, change: &Change, reason: Option<&str>) {
        let impact = format!("{:<9}  ", change.impact.word());
        let place = format!("{}: ", change.place);
        let cause = change.cause.as_ref().map_or(String::new(), |cause| {
            let setting = if cause.setting.is_empty() { String::new() } else { format!(" {}", cause.setting) };
            format!("  # {}:{}{setting}", cause.file, cause.line)
        });
        let mut parts = vec![(hue(change.impact), impact.as_str()), (PLAIN, &place)];
        let (old, new) = (short(&change.old), short(&change.new));
        match (&old, &new) {
            (Some(old), Some(new)) => parts.extend([(RED, old.as_str()), (DIM, " -> "), (GREEN, new)]),
            (Some(old), None) => parts.extend([(PLAIN, "- "), (RED, old.as_str())]),
            (None, Some(new)) => parts.extend([(PLAIN, "+ "), (GREEN, new.as_str())]),
            (None, None) => parts[1].1 = place.trim_end_matches(": "),
        }
        let long = [&change.old, &change.new].into_iter().any(|side| side.as_ref().is_some_and(is_long));
        if long {
            parts.truncate(2);
            parts[1].1 = place.trim_end();
        }
        parts.push((DIM, &cause));
        self.line(indent, &parts);
        if long {
            self.lines(lines(&change.old), lines(&change.new));
        }
        if let Some(reason) = reason {
            self.line(13, &[(DIM, reason)]);
        }
    }

    /// What differs line by line, with what stands around it.
    fn lines(&mut self, old: String, new: String) {
        let [old, new] = [old, new].map(|text| spelled_lines(&text));
        let diff = TextDiff::from_lines(&old, &new);
        for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
            if index > 0 {
                self.line(13, &[(DIM, "...")]);
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let (hue, sign) = match change.tag() {
                    ChangeTag::Delete => (RED, "- "),
                    ChangeTag::Insert => (GREEN, "+ "),
                    ChangeTag::Equal => (PLAIN, "  "),
                };
                let text = format!("{sign}{}", change.value().trim_end_matches('\n'));
                self.painted(13, &[(hue, text.trim_end().to_owned())]);
            }
        }
    }
}

/// Whether a reason says more than the word before it.
fn telling(impact: Impact, reason: &Reason) -> bool {
    match impact {
        Impact::DataLoss | Impact::Recreate => true,
        Impact::Restart => !matches!(reason.id, "pod-template" | "operator-restarts" | "added" | "removed"),
        _ => impact::TOLD.contains(&reason.id),
    }
}

fn is_long(shown: &Shown) -> bool {
    matches!(shown, Shown::Text(_) | Shown::Block(_))
}

/// On one line.
fn short(shown: &Option<Shown>) -> Option<String> {
    let text = plain::content(shown.as_ref()?);
    Some(match text.chars().count() > WIDEST {
        true => text.chars().take(WIDEST - 3).chain("...".chars()).collect(),
        false => text.to_owned(),
    })
}

fn lines(shown: &Option<Shown>) -> String {
    match shown.as_ref().map(plain::content) {
        Some(text) if text.ends_with('\n') => text.to_owned(),
        Some(text) => format!("{text}\n"),
        None => String::new(),
    }
}
