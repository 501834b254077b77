//! DOT, for Graphviz.
//!
//! Source: https://graphviz.org/doc/info/lang.html: in a quoted string only `"` and `\` are more than themselves, and labels
//! are texts, never HTML.

use std::fmt::Write;

use super::{Graph, Kind, Node, Style};

/// Fill and line of each kind, calm on white; the picture of kgen's own has darker ones for a dark page.
pub const COLOURS: [(Kind, &str, &str); 12] = [
    (Kind::Route, "#e7ecf3", "#5b6b82"),
    (Kind::App, "#dbe9fb", "#2f6db5"),
    (Kind::Job, "#e4e1f7", "#6a5bb0"),
    (Kind::Proxy, "#e6eef0", "#4d7a85"),
    (Kind::Redis, "#fbe0dd", "#b8483c"),
    (Kind::Postgres, "#dcefe9", "#2d7f6c"),
    (Kind::Exporter, "#f3e6f2", "#93578e"),
    (Kind::Backup, "#f7ead3", "#a1701c"),
    (Kind::Config, "#eef3d9", "#6f8424"),
    (Kind::Secret, "#fbf1c9", "#9a7d0a"),
    (Kind::Volume, "#ece7e1", "#7b6a55"),
    (Kind::Other, "#eeeeee", "#6e6e6e"),
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
        let (from, to) = (quoted(&graph.nodes[edge.from].id), quoted(&graph.nodes[edge.to].id));
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
    let _ = writeln!(out, "{indent}{} [label={label} fillcolor=\"{fill}\" color=\"{line}\"{style}]", quoted(&node.id));
}

/// Graphviz reads entities of HTML in every label: an `&` is one too. What XML has no word for would break the picture that
/// it makes.
fn quoted(text: &str) -> String {
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;").replace('\n', "\\n");
    format!("\"{text}\"")
}
