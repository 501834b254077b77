//! What a cell says: values old and new, why, and where from.

use std::fmt::Write;

use crate::diff::plain::{self, Line, plural, verb};
use crate::diff::{Cause, Change, Effect, Impact, Object, Reason, Shown, What};
use crate::escape::spelled;
use crate::markup::escaped;

/// Texts of more lines are folded.
const FOLDED: usize = 40;

/// What happens to the object as a whole, and to others because of it.
pub fn whole(object: &Object) -> String {
    let what = match &object.what {
        What::Renamed { from } => format!("renamed, it was <code>{}</code>", escaped(&spelled(&from.to_string()))),
        what => verb(what).to_owned(),
    };
    let mut out = format!("<p class=\"what\">{what}</p>{}", meta(object.impact, object.reason.as_ref(), None));
    if !object.effects.is_empty() {
        out.push_str("<ul class=\"effects\">");
        for Effect { id, impact, reason } in &object.effects {
            let _ = write!(
                out,
                "<li><span class=\"badge {0}\">{0}</span> <code>{1}</code> <span class=\"reason\">{2}</span></li>",
                impact.word(),
                escaped(&spelled(&id.to_string())),
                prose(&reason.text)
            );
        }
        out.push_str("</ul>");
    }
    out
}

pub fn change(change: &Change) -> String {
    let values = if plain::is_long(change) {
        lines(change)
    } else {
        format!(
            "<p class=\"values\">{} <span class=\"arrow\" aria-hidden=\"true\">→</span> {}</p>",
            value("del", "was ", &change.old),
            value("ins", "now ", &change.new)
        )
    };
    values + &meta(change.impact, change.reason.as_ref(), change.cause.as_ref())
}

fn meta(impact: Impact, reason: Option<&Reason>, cause: Option<&Cause>) -> String {
    let reason =
        reason.map(|reason| format!(" <span class=\"reason\">{}</span>", prose(&reason.text))).unwrap_or_default();
    let from = from(cause);
    format!("<div class=\"meta\"><p><span class=\"badge {0}\">{0}</span>{reason}</p>{from}</div>", impact.word())
}

fn value(tag: &str, heard: &str, shown: &Option<Shown>) -> String {
    match shown {
        None => format!("<span class=\"nothing\"><span class=\"heard\">{heard}</span>nothing</span>"),
        Some(shown) => {
            let text = escaped(&spelled(plain::content(shown)));
            format!("<{tag}><span class=\"heard\">{heard}</span><code>{text}</code></{tag}>")
        }
    }
}

fn lines(change: &Change) -> String {
    let all = plain::lines(change);
    let mut text = String::new();
    for line in &all {
        let _ = match line {
            Line::Same(line) => write!(text, "<span>  {}\n</span>", escaped(line)),
            Line::Old(line) => write!(text, "<del>- {}\n</del>", escaped(line)),
            Line::New(line) => write!(text, "<ins>+ {}\n</ins>", escaped(line)),
            Line::Gap(count) => write!(text, "<i>{}\n</i>", plural(*count, "equal line", "equal lines")),
        };
    }
    let pre = format!("<pre tabindex=\"0\"><code>{text}</code></pre>");
    match all.len() {
        count if count > FOLDED => format!("<details><summary>{count} lines</summary>{pre}</details>"),
        _ => pre,
    }
}

fn from(cause: Option<&Cause>) -> String {
    let Some(Cause { setting, layer, file, line }) = cause else { return String::new() };
    let words = [setting, layer].into_iter().filter(|text| !text.is_empty()).map(|text| escaped(&spelled(text)));
    let place = escaped(&spelled(&format!("{file}:{line}")));
    let all: Vec<String> = words.chain([place]).map(|text| format!("<span>{}</span>", breakable(&text))).collect();
    format!("<p class=\"from\"><span class=\"heard\">from </span>{}</p>", all.join(" "))
}

/// A path that may break behind its dots, with its last word in front of the eye.
pub fn place(place: &str) -> String {
    let mut depth = 0_usize;
    let last = place.char_indices().filter(|(_, c)| {
        depth = match c {
            '[' => depth + 1,
            ']' => depth.saturating_sub(1),
            _ => depth,
        };
        *c == '.' && depth == 0
    });
    let at = last.last().map_or(0, |(at, _)| at + 1);
    let [before, after] = [&place[..at], &place[at..]].map(|part| breakable(&escaped(&spelled(part))));
    format!("<code>{before}<strong>{after}</strong></code>")
}

fn breakable(escaped: &str) -> String {
    escaped.replace('.', ".<wbr>").replace('/', "/<wbr>").replace('[', "<wbr>[")
}

/// A sentence of kgen's own, with its backticks.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        })
        .collect()
}
