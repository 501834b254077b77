//! What the colours and strokes mean.

use std::fmt::Write;

use super::metrics::width;
use super::{LINE, MARGIN, number, theme};
use crate::graph::{Graph, Style};

/// Its height when it has one row.
const HEIGHT: f64 = 24.0;
/// From row to row.
const ROW: f64 = 18.0;
/// From a mark to its text.
const INDENT: f64 = 20.0;

/// Of those that are there, in rows; and their height.
pub fn write(graph: &Graph, page: f64, top: f64) -> (String, f64) {
    let mut out = String::new();
    let (mut x, mut y) = (MARGIN, top - 8.0);
    for (mark, text) in entries(graph) {
        let wide = INDENT + width(text, LINE);
        if x + wide > page - MARGIN && x > MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        let at = format!("{} {}", number(x), number(y));
        let _ = writeln!(
            out,
            "<g transform=\"translate({at})\">{mark}<text class=\"line\" x=\"{INDENT}\" y=\"8.5\">{text}</text></g>"
        );
        x += wide + ROW;
    }
    (out, y - top + 8.0 + HEIGHT)
}

/// Marks and their texts.
fn entries(graph: &Graph) -> Vec<(String, &'static str)> {
    let swatch = |class: &str| format!("<g class=\"node {class}\"><rect width=\"14\" height=\"10\" rx=\"3\"/></g>");
    let kinds = theme::kinds(graph.nodes.iter().map(|node| node.kind));
    let mut out: Vec<_> = kinds.into_iter().map(|kind| (swatch(kind.noun()), kind.noun())).collect();
    if graph.edges.iter().any(|edge| edge.style == Style::Dashed) {
        out.push(("<path class=\"edge dashed\" d=\"M0 5h14\"/>".into(), "waits for"));
    }
    if graph.nodes.iter().any(|node| node.outside) {
        out.push((swatch("other outside"), "made elsewhere"));
    }
    out
}
