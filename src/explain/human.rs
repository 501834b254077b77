//! One leaf, explained to a person.
//!
//! Owns: the columns. Does not own: what is said (`mod.rs`).

use std::fmt::Write;

use super::{Leaf, Setting, Written};

/// Longer values of a layer are cut.
const LONGEST: usize = 60;

/// The value, the line that writes it, and its settings with their layers.
pub fn leaf(leaf: &Leaf) -> String {
    let mut out = match leaf.value.as_str() {
        Some(text) => format!("{}\n", text.trim_end_matches('\n')),
        None => format!("{}\n", leaf.value),
    };
    if let Some(at) = &leaf.template {
        let word = if leaf.is_written { "written in " } else { "rendered by" };
        let _ = writeln!(out, "  {word}  {}:{}", at.file, at.line);
    }
    if leaf.settings.is_empty() {
        let whose = if leaf.is_written { "manifest" } else { "template" };
        let _ = writeln!(out, "  no setting   the {whose}'s own text");
    }
    leaf.settings.iter().for_each(|setting| self::setting(&mut out, "setting", setting));
    leaf.control.iter().for_each(|setting| self::setting(&mut out, "decided by", setting));
    out
}

fn setting(out: &mut String, word: &str, setting: &Setting) {
    let _ = writeln!(out, "  {word:11}  {}", setting.setting);
    let columns: [fn(&Written) -> String; 3] =
        [|w| w.layer.clone(), |w| cut(&w.value), |w| format!("{}:{}:{}", w.file, w.line, w.column)];
    let [layer, value, place] =
        columns.map(|of| setting.layers.iter().map(|w| of(w).chars().count()).max().unwrap_or_default());
    for (index, written) in setting.layers.iter().enumerate() {
        let [a, b, c] = columns.map(|of| of(written));
        let wins = if written.wins { "   <- wins" } else { "" };
        let line = format!("  {:<3}{a:layer$}   {b:value$}   {c:place$}{wins}", index + 1);
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
