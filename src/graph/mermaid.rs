//! Mermaid: a `flowchart LR`, for Markdown that shows one.
//!
//! Owns: ids that are no words of its language, and labels in which nothing is markup.
//! Source: https://mermaid.js.org/syntax/flowchart.html; its text is HTML, with `#35;` for entities of its own.

use std::fmt::Write;

use super::{Edge, Graph, Kind, Node, Style};

/// What Mermaid refuses unless `maxEdges` and `maxTextSize` say otherwise, which GitHub's do not.
/// Source: https://mermaid.js.org/config/schema-docs/config.html
pub fn is_too_large(graph: &Graph, text: &str) -> bool {
    graph.edges.len() > 500 || text.chars().count() > 50_000
}

pub fn write(graph: &Graph) -> String {
    let mut out = format!("---\ntitle: {}\n---\nflowchart LR\n", title(&graph.title));
    for (namespace, members) in graph.groups() {
        let Some(name) = namespace else {
            members.iter().for_each(|at| node(&mut out, *at, &graph.nodes[*at], "  "));
            continue;
        };
        let first = members.first().copied().unwrap_or_default();
        let _ = writeln!(out, "  subgraph g{first}[\"namespace {}\"]", text(name));
        members.iter().for_each(|at| node(&mut out, *at, &graph.nodes[*at], "    "));
        out.push_str("  end\n");
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "  n{} {}|\"{}\"| n{}", edge.from, arrow(edge), labels(edge), edge.to);
    }
    classes(&mut out, graph);
    out
}

fn node(out: &mut String, at: usize, node: &Node, indent: &str) {
    let (open, close) = shape(node.kind);
    let mut lines = vec![node.kind.noun().to_owned()];
    lines.extend(node.lines.iter().map(|line| text(line)));
    let _ = writeln!(out, "{indent}n{at}{open}\"<b>{}</b><br/>{}\"{close}", text(&node.title), lines.join("<br/>"));
}

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Route => ("([", "])"),
        Kind::Redis | Kind::Postgres | Kind::Volume => ("[(", ")]"),
        Kind::Job | Kind::Backup => ("[[", "]]"),
        Kind::Config | Kind::Secret => ("[/", "/]"),
        Kind::Proxy | Kind::Exporter => ("{{", "}}"),
        Kind::App | Kind::Other => ("[", "]"),
    }
}

fn arrow(edge: &Edge) -> &'static str {
    match edge.style {
        Style::Solid => "-->",
        Style::Dashed => "-.->",
    }
}

fn labels(edge: &Edge) -> String {
    let labels = edge.labels.iter().map(|label| text(label)).collect::<Vec<_>>().join("<br/>");
    // An empty one is no label to its parser.
    if labels.is_empty() { " ".into() } else { labels }
}

/// Everything but letters, digits and what is plain in a quoted label becomes an entity: `"`, `<`, `#`, backquotes, which
/// begin Markdown, and what would be a word of the language.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() => out.push(c),
            ' ' | '.' | ',' | ':' | '/' | '-' | '_' | '(' | ')' | '=' | '+' | '@' | '→' | '×' | '…' | '–' => {
                out.push(c)
            }
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    // `http://` would become a link.
    out.replace("://", "#58;//")
}

/// The title is YAML.
fn title(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A fill that can be read on white and on black.
fn classes(out: &mut String, graph: &Graph) {
    for (kind, fill, line) in super::dot::COLOURS {
        let of = |node: &Node| node.kind == kind;
        let members: Vec<String> =
            (0..graph.nodes.len()).filter(|at| of(&graph.nodes[*at])).map(|at| format!("n{at}")).collect();
        if !members.is_empty() {
            let noun = kind.noun();
            let _ = writeln!(out, "  classDef {noun}Node fill:{fill},stroke:{line},color:#1b1f24");
            let _ = writeln!(out, "  class {} {noun}Node", members.join(","));
        }
    }
    let outside: Vec<String> =
        (0..graph.nodes.len()).filter(|at| graph.nodes[*at].outside).map(|at| format!("n{at}")).collect();
    if !outside.is_empty() {
        let _ = writeln!(out, "  classDef outside stroke-dasharray:4 3");
        let _ = writeln!(out, "  class {} outside", outside.join(","));
    }
}
