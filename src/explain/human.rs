//! One leaf, explained to a person.
//!
//! Owns: the columns. Does not own: what is said (`mod.rs`).

use std::fmt::Write;

use super::{Leaf, Setting, Written};
use crate::escape;

/// Longer values of a layer are cut.
const LONGEST: usize = 60;

/// So many settings are shown with all their layers; a hash is made from many more.
const MOST: usize = 5;

/// The value, the line that writes it, and its settings with their layers.
pub fn leaf(leaf: &Leaf) -> String {
    let mut out = match leaf.value.as_str() {
        Some(text) => format!("{}\n", escape::lines(text.trim_end_matches('\n'))),
        None => format!("{}\n", escape::line(&leaf.value.to_string())),
    };
    if let Some(at) = &leaf.template {
        let word = if leaf.is_written { "written in " } else { "rendered by" };
        let _ = writeln!(out, "  {word}  {}:{}", escape::line(&at.file), at.line);
    }
    if leaf.settings.is_empty() {
        let whose = if leaf.is_written { "manifest" } else { "template" };
        let _ = writeln!(out, "  no setting   the {whose}'s own text");
    }
    let (full, rest) = leaf.settings.split_at(leaf.settings.len().min(MOST));
    full.iter().for_each(|setting| self::setting(&mut out, setting));
    table(&mut out, "and", rest);
    table(&mut out, "decided by", &leaf.control);
    out
}

/// Settings on a line each, with the layer that wins.
fn table(out: &mut String, word: &str, settings: &[Setting]) {
    let winning = settings.iter().filter_map(|setting| Some((setting, setting.layers.first()?)));
    let rows: Vec<[String; 3]> = winning.map(|(s, w)| cells([s.setting.clone(), cut(&w.value), place(w)])).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let (path, value) = (width(0), width(1));
    for (index, [a, b, c]) in rows.iter().enumerate() {
        let word = if index == 0 { word } else { "" };
        let _ = writeln!(out, "  {word:11}  {a:path$}   {b:value$}   {c}");
    }
}

fn place(written: &Written) -> String {
    format!("{}:{}:{}", written.file, written.line, written.column)
}

fn setting(out: &mut String, setting: &Setting) {
    let _ = writeln!(out, "  {:11}  {}", "setting", escape::line(&setting.setting));
    let rows = setting.layers.iter().map(|w| cells([w.layer.clone(), cut(&w.value), place(w)]));
    let rows: Vec<[String; 3]> = rows.collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let (layer, value, at) = (width(0), width(1), width(2));
    for (index, ([a, b, c], written)) in rows.iter().zip(&setting.layers).enumerate() {
        let wins = if written.wins { "   <- wins" } else { "" };
        let line = format!("  {:<3}{a:layer$}   {b:value$}   {c:at$}{wins}", index + 1);
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn cells(cells: [String; 3]) -> [String; 3] {
    cells.map(|cell| escape::line(&cell))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
