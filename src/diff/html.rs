//! Diffs as one page that needs nothing else: to send, to attach, to read on a phone.
//!
//! Owns: the page: what stands where, escaping, and the policy that lets a browser load and run nothing but what is in it.
//! Does not own: what differs (`compare`), how bad it is (`impact`), its looks (`html/page.css`), the filter
//! (`html/page.js`), which only hides: without it all is visible; which cells stand side by side (`html/row.rs`), what
//! they say (`html/cell.rs`).

mod cell;
mod row;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use cell::{change, place, whole};
use row::{Row, objects};

use super::plain::{self, counts, plural};
use super::{Diff, Impact, Object, What};
use crate::escape::spelled;
use crate::markup::escaped;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page. The same diffs give the same bytes.
pub fn write(diffs: &[Diff]) -> String {
    let rows = objects(diffs);
    let fields: usize = rows.iter().map(|row| row.fields.len()).sum();
    let mut out = head(diffs);
    out.push_str(&summary(diffs));
    if !rows.is_empty() {
        out.push_str(&filter(&rows, fields));
    }
    let _ = writeln!(
        out,
        "<main id=\"changes\" tabindex=\"-1\" class=\"{}\">",
        if diffs.len() > 1 { "many" } else { "one" }
    );
    rows.iter().for_each(|row| out.push_str(&section(row, diffs)));
    if rows.is_empty() {
        out.push_str("<p class=\"empty\">No difference.</p>\n");
    } else {
        out.push_str("<p class=\"empty\" id=\"nothing\" hidden>Nothing matches the filter.</p>\n");
    }
    let _ = write!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn head(diffs: &[Diff]) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let title = match diffs {
        [diff] => format!("{} to {}", plain::short(&diff.old, 60), plain::short(&diff.new, 60)),
        _ => plural(diffs.len(), "comparison", "comparisons"),
    };
    let worst = diffs.iter().map(Diff::impact).max().unwrap_or_default();
    let said = if diffs.iter().all(Diff::is_empty) { "no difference" } else { worst.word() };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>{}: {said}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#changes\">Skip to the changes</a>\n",
        escaped(&title)
    )
}

/// Each diff with its counts, worst first.
fn summary(diffs: &[Diff]) -> String {
    let mut out = "<header>\n<h1>What an apply would change</h1>\n<ul class=\"sides\">\n".to_owned();
    for diff in diffs {
        let _ = write!(out, "<li>\n<p class=\"pair\">{}</p>\n", sides(diff));
        let differ = plural(diff.objects.len(), "object differs", "objects differ");
        let equal = match diff.equal {
            0 => String::new(),
            count => format!(", {}", plural(count, "is the same", "are the same")),
        };
        let _ = write!(out, "<p class=\"counts\">{differ}{equal}</p>\n<p class=\"badges\">");
        for (impact, count) in counts(diff.objects.iter()) {
            let _ = write!(out, "<span class=\"badge {0}\">{count} {0}</span> ", impact.word());
        }
        out.push_str("</p>\n</li>\n");
    }
    out + "</ul>\n</header>\n"
}

fn sides(diff: &Diff) -> String {
    let [old, new] = [&diff.old, &diff.new].map(|side| escaped(&plain::short(side, 200)));
    format!(
        "<bdi>{old}</bdi> <span class=\"arrow\" aria-hidden=\"true\">→</span><span class=\"heard\"> to </span> <bdi>{new}</bdi>"
    )
}

/// Hidden until the script shows it: without one it could do nothing.
fn filter(rows: &[Row], fields: usize) -> String {
    let mut out = "<form id=\"filter\" role=\"search\" hidden>\n<label class=\"text\"><span>Filter</span> <input type=\"search\" name=\"text\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"object, field or value\"></label>\n<fieldset><legend class=\"heard\">Impact</legend>\n".to_owned();
    for impact in Impact::ALL.into_iter().rev() {
        let has = |row: &Row| {
            let whole = row.cells.iter().flatten().any(|object| object.impact == impact);
            whole || row.fields.iter().any(|field| field.impacts().contains(&impact))
        };
        if rows.iter().any(has) {
            let _ = writeln!(
                out,
                "<label class=\"badge {0}\"><input type=\"checkbox\" name=\"impact\" value=\"{0}\" checked> {0}</label>",
                impact.word()
            );
        }
    }
    let objects = plural(rows.len(), "object", "objects");
    out + &format!(
        "</fieldset>\n<output aria-live=\"polite\">{objects}, {}</output>\n</form>\n",
        plural(fields, "field", "fields")
    )
}

fn section(row: &Row, diffs: &[Diff]) -> String {
    let component = match row.component {
        "" => String::new(),
        component => format!(" <span class=\"component\">{}</span>", escaped(&spelled(component))),
    };
    let apart = row.apart.map(|text| format!(" <span class=\"id\">({})</span>", escaped(&spelled(text))));
    let component = apart.unwrap_or_default() + &component;
    let mut out = format!(
        "<section class=\"{0}\">\n<h2><span class=\"badge {0}\">{0}</span> <span class=\"id\">{1}/<wbr><strong>{2}</strong></span>{component}</h2>\n<table role=\"table\">\n",
        row.impact.word(),
        escaped(&spelled(&row.id.kind)),
        escaped(&spelled(&row.id.name)),
    );
    let heard = if diffs.len() > 1 { "" } else { " heard" };
    let _ = write!(
        out,
        "<thead role=\"rowgroup\"><tr class=\"row head{heard}\" role=\"row\"><th role=\"columnheader\" scope=\"col\">Field</th>"
    );
    for (diff, object) in diffs.iter().zip(&row.cells) {
        let badge = object.map(|object| format!(" <span class=\"badge {0}\">{0}</span>", object.impact.word()));
        let _ =
            write!(out, "<th role=\"columnheader\" scope=\"col\">{}{}</th>", sides(diff), badge.unwrap_or_default());
    }
    out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    let plain_change = |o: &&Object| matches!(o.what, What::Changed) && o.reason.is_none() && o.effects.is_empty();
    if row.fields.is_empty() || !row.cells.iter().flatten().all(plain_change) {
        let impacts: Vec<Impact> = row.cells.iter().flatten().map(|object| object.impact).collect();
        line(&mut out, "whole", "the object", &impacts, diffs, |at| row.cells[at].map(whole));
    }
    for field in &row.fields {
        line(&mut out, "field", &place(field.place), &field.impacts(), diffs, |at| field.cells[at].map(change));
    }
    out + "</tbody>\n</table>\n</section>\n"
}

/// One row: its name, and a cell for each diff.
fn line(
    out: &mut String,
    class: &str,
    name: &str,
    impacts: &[Impact],
    diffs: &[Diff],
    cell: impl Fn(usize) -> Option<String>,
) {
    let impacts: Vec<&str> = impacts.iter().map(|impact| impact.word()).collect();
    let _ = write!(
        out,
        "<tr class=\"row {class}\" role=\"row\" data-impact=\"{}\"><th class=\"name\" role=\"rowheader\" scope=\"row\">{name}</th>",
        impacts.join(" ")
    );
    for (at, diff) in diffs.iter().enumerate() {
        let pair = if diffs.len() > 1 { format!("<p class=\"pair\">{}</p>", sides(diff)) } else { String::new() };
        let _ = match cell(at) {
            Some(text) => write!(out, "<td class=\"cell\" role=\"cell\">{pair}{text}</td>"),
            None => write!(out, "<td class=\"cell same\" role=\"cell\">{pair}<p>no difference</p></td>"),
        };
    }
    out.push_str("</tr>\n");
}

#[cfg(test)]
mod tests;
