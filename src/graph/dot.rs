//! DOT, for Graphviz.
//!
//! Source: https://graphviz.org/doc/info/lang.html: in a quoted string only `"` and `\` are more than themselves, and labels
//! are texts, never HTML.

use std::fmt::Write;

use super::{Graph, Kind, Node, Style};
use crate::escape;

/// Fill and line of each kind, calm on white; the picture of kgen's own has darker ones for a dark page.
pub const COLOURS: [(Kind, &str, &str); 12] = [
    (Kind::Route, "#e7ecf3", "#59687f"),
    (Kind::App, "#dbe9fb", "#2c66aa"),
    (Kind::Job, "#e4e1f7", "#6557a8"),
    (Kind::Proxy, "#e6eef0", "#456d77"),
    (Kind::Redis, "#fbe0dd", "#ab4237"),
    (Kind::Postgres, "#dcefe9", "#287362"),
    (Kind::Exporter, "#f3e6f2", "#8b5286"),
    (Kind::Backup, "#f7ead3", "#885f17"),
    (Kind::Config, "#eef3d9", "#60721f"),
    (Kind::Secret, "#fbf1c9", "#816808"),
    (Kind::Volume, "#ece7e1", "#73634f"),
    (Kind::Other, "#eeeeee", "#696969"),
];

pub fn write(graph: &Graph) -> String {
    let mut out = format!("digraph kgen {{\n  label={}\n  labelloc=t\n  rankdir=LR\n", quoted(&graph.title));
    out.push_str(
        "  node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=11 margin=\"0.15,0.08\"]\n",
    );
    out.push_str("  edge [fontname=\"Helvetica\" fontsize=9 color=\"#6b7280\" fontcolor=\"#4b5563\"]\n");
    for (namespace, members) in graph.groups() {
        let Some(name) = namespace else {
            members.iter().for_each(|at| node(&mut out, &graph.nodes[*at], "  "));
            continue;
        };
        let title = quoted(&format!("namespace {name}"));
        let _ = writeln!(out, "  subgraph {} {{\n    label={title}", quoted(&format!("cluster {name}")));
        members.iter().for_each(|at| node(&mut out, &graph.nodes[*at], "    "));
        out.push_str("  }\n");
    }
    for edge in &graph.edges {
        let (from, to) = (id(&graph.nodes[edge.from]), id(&graph.nodes[edge.to]));
        let style = if edge.style == Style::Dashed { " style=dashed" } else { "" };
        let _ = writeln!(out, "  {from} -> {to} [label={}{style}]", quoted(&edge.labels.join("\n")));
    }
    out.push_str("}\n");
    out
}

fn node(out: &mut String, node: &Node, indent: &str) {
    let mut lines = vec![node.title.as_str(), node.kind.noun()];
    lines.extend(node.lines.iter().map(String::as_str));
    let colours = COLOURS.iter().find(|(kind, _, _)| *kind == node.kind);
    let (fill, line) = colours.map_or(("white", "black"), |(_, fill, line)| (fill, line));
    let style = if node.outside { " style=\"rounded,filled,dashed\"" } else { "" };
    let label = quoted(&lines.join("\n"));
    let _ = writeln!(out, "{indent}{} [label={label} fillcolor=\"{fill}\" color=\"{line}\"{style}]", id(node));
}

/// Ids stay apart, whatever is hidden in them.
fn id(node: &Node) -> String {
    quoted(&escape::spelled(&node.id))
}

/// Graphviz reads entities of HTML in every label: an `&` is one too.
fn quoted(text: &str) -> String {
    let text =
        escape::lines(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;").replace('\n', "\\n");
    format!("\"{}\"", escape::unmarked(&text, "&#35;"))
}
