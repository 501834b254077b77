//! SVG: a picture of its own, for a page light or dark.
//!
//! Owns: how texts become boxes, and the document: no script, no reference to anything outside, every text escaped.
//! Does not own: where a box stands (`layout`), its colours (`theme`).

mod groups;
mod legend;
mod metrics;
mod theme;

use std::fmt::Write;

use super::layout::{self, Frame, Layout, Link, Point, Route, Size};
use super::{Edge, Graph, Node, Style};
use crate::escape;
use crate::markup;
use metrics::{bold, width};

const MARGIN: f64 = 24.0;
/// Height of a page's title.
const HEAD: f64 = 44.0;
const TITLE: f64 = 13.0;
const CAPTION: f64 = 8.5;
const LINE: f64 = 10.5;
const LABEL: f64 = 9.5;
/// From one line to the next.
const LEADING: f64 = 1.3;
const PAD: f64 = 11.0;
/// A longer text loses its middle; the whole is in the title of its group.
const LONGEST: usize = 56;
/// Labels of one edge that are shown; the others are in its title.
const MOST: usize = 4;

pub fn write(graph: &Graph) -> String {
    let boxes: Vec<Size> = (0..graph.nodes.len()).map(|at| size(graph, at)).collect();
    let links: Vec<Link> =
        graph.edges.iter().map(|edge| Link { from: edge.from, to: edge.to, label: label_size(edge) }).collect();
    let layout = layout::of(&boxes, &links);
    let page = Size {
        width: layout.size.width.max(bold(&graph.title, 16.0)).max(220.0) + 2.0 * MARGIN,
        height: layout.size.height + 2.0 * MARGIN + HEAD,
    };
    let (legend, legend_height) = legend::write(graph, page.width, page.height);
    let page = Size { height: page.height + legend_height, ..page };
    let mut out = head(graph, page);
    out.push_str(&groups::write(graph, &layout, &links));
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        self::edge(&mut out, graph, edge, route);
    }
    nodes(&mut out, graph, &layout);
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        label(&mut out, graph, edge, route);
    }
    out.push_str("</g>\n");
    out.push_str(&legend);
    out.push_str("</svg>\n");
    out
}

fn head(graph: &Graph, page: Size) -> String {
    let mut out = String::new();
    let (width, height) = (page.width.ceil(), page.height.ceil());
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"kgen-title kgen-desc\">"
    );
    let _ = writeln!(out, "<title id=\"kgen-title\">{}</title>", escaped(&format!("The wiring of {}", graph.title)));
    let _ = writeln!(out, "<desc id=\"kgen-desc\">{}</desc>", escaped(&description(graph)));
    let _ = writeln!(out, "<style>\n{}</style>", theme::css());
    out.push_str("<defs>\n");
    for kind in theme::kinds(graph.nodes.iter().map(|node| node.kind)) {
        let noun = kind.noun();
        let _ = writeln!(
            out,
            "<marker id=\"kgen-to-{noun}\" class=\"{noun}\" viewBox=\"0 0 8 8\" refX=\"7.4\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0.5 0.8 7.5 4 0.5 7.2Z\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
    let _ = writeln!(out, "<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>");
    let _ =
        writeln!(out, "<text class=\"head\" x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + 14.0, escaped(&graph.title));
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {})\">", MARGIN + HEAD - 8.0);
    out
}

/// The picture in words: what there is, then a sentence for each edge.
fn description(graph: &Graph) -> String {
    let mut out = format!("{} nodes, {} edges.", graph.nodes.len(), graph.edges.len());
    for edge in &graph.edges {
        let _ = write!(out, "\n{}", sentence(graph, edge));
    }
    out
}

fn sentence(graph: &Graph, edge: &Edge) -> String {
    let name = |at: usize| format!("{} {}", graph.nodes[at].kind.noun(), graph.nodes[at].title);
    format!("{} to {}: {}", name(edge.from), name(edge.to), edge.labels.join(", "))
}

fn lines(node: &Node) -> Vec<String> {
    let place = node.namespace.as_ref().map(|name| format!("namespace {name}"));
    node.lines.iter().chain(place.as_ref()).map(|line| shortened(line)).collect()
}

/// A box for the texts of a node, high enough for the ends of its edges.
fn size(graph: &Graph, at: usize) -> Size {
    let node = &graph.nodes[at];
    let lines = lines(node);
    let widest = lines.iter().map(|line| width(line, LINE)).fold(0.0, f64::max);
    let caption = width(&node.kind.noun().to_uppercase(), CAPTION) * 1.2;
    let text = widest.max(bold(&shortened(&node.title), TITLE)).max(caption);
    let ends =
        |leaves: bool| graph.edges.iter().filter(|edge| (if leaves { edge.from } else { edge.to }) == at).count();
    let most = ends(true).max(ends(false));
    let height = CAPTION * LEADING + TITLE * LEADING + lines.len() as f64 * LINE * LEADING + 14.0;
    Size { width: (text + 2.0 * PAD).max(86.0).ceil(), height: height.max(most as f64 * 7.0 + 20.0).ceil() }
}

fn shown(edge: &Edge) -> Vec<String> {
    let mut out: Vec<String> = edge.labels.iter().take(MOST).map(|label| shortened(label)).collect();
    if edge.labels.len() == MOST + 1 {
        out.extend(edge.labels.last().map(|label| shortened(label)));
    } else if edge.labels.len() > MOST {
        out.push(format!("and {} more", edge.labels.len() - MOST));
    }
    out
}

fn label_size(edge: &Edge) -> Size {
    let lines = shown(edge);
    let widest = lines.iter().map(|line| width(line, LABEL)).fold(0.0, f64::max);
    Size { width: (widest + 8.0).ceil(), height: (lines.len() as f64 * LABEL * LEADING + 4.0).ceil() }
}

/// A long text without its middle.
fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    let half = LONGEST / 2;
    let first: String = text.chars().take(half).collect();
    let last: String = text.chars().skip(count - half + 1).collect();
    format!("{first}…{last}")
}

fn edge(out: &mut String, graph: &Graph, edge: &Edge, route: &Route) {
    let noun = graph.nodes[edge.to].kind.noun();
    let dashed = if edge.style == Style::Dashed { " dashed" } else { "" };
    let _ = writeln!(
        out,
        "<path class=\"edge {noun}{dashed}\" marker-end=\"url(#kgen-to-{noun})\" d=\"{}\"><title>{}</title></path>",
        path(route),
        escaped(&sentence(graph, edge))
    );
}

/// Curves through the gaps, straight through the columns.
fn path(route: &Route) -> String {
    let mut out = String::new();
    let points = &route.points;
    if let Some(first) = points.first() {
        let _ = write!(out, "M{} {}", number(first.x), number(first.y));
    }
    for (index, pair) in points.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        if index % 2 == 1 {
            if a.x != b.x {
                let _ = write!(out, "H{}", number(b.x));
            }
            continue;
        }
        let half = (a.x + b.x) / 2.0;
        let points = [Point { x: half, y: a.y }, Point { x: half, y: b.y }, b];
        let texts = points.map(|point| format!("{} {}", number(point.x), number(point.y)));
        let _ = write!(out, "C{}", texts.join(" "));
    }
    out
}

fn label(out: &mut String, graph: &Graph, edge: &Edge, route: &Route) {
    let size = label_size(edge);
    let lines = shown(edge);
    let (x, y) = (route.label.x, route.label.y);
    let noun = graph.nodes[edge.to].kind.noun();
    let _ = write!(
        out,
        "<g class=\"label {noun}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>",
        escaped(&sentence(graph, edge)),
        number(x - size.width / 2.0),
        number(y - size.height / 2.0),
        number(size.width),
        number(size.height)
    );
    let first = y - (lines.len() as f64 - 1.0) / 2.0 * LABEL * LEADING + LABEL * 0.35;
    for (at, line) in lines.iter().enumerate() {
        let y = first + at as f64 * LABEL * LEADING;
        let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", number(x), number(y), escaped(line));
    }
    out.push_str("</g>\n");
}

fn nodes(out: &mut String, graph: &Graph, layout: &Layout) {
    for (node, frame) in graph.nodes.iter().zip(&layout.nodes) {
        self::node(out, node, frame);
    }
}

fn node(out: &mut String, node: &Node, frame: &Frame) {
    let Frame { at, size } = frame;
    let outside = if node.outside { " outside" } else { "" };
    let id = escape::line(&node.id);
    let all: Vec<&str> = [&id].into_iter().chain(&node.lines).map(String::as_str).collect();
    let _ = write!(
        out,
        "<g class=\"node {}{outside}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"7\"/>",
        node.kind.noun(),
        escaped(&all.join("\n")),
        number(at.x),
        number(at.y),
        number(size.width),
        number(size.height)
    );
    let lines = lines(node);
    let text = CAPTION * LEADING + TITLE * LEADING + lines.len() as f64 * LINE * LEADING;
    let x = number(at.x + PAD);
    let mut y = at.y + (size.height - text) / 2.0 + CAPTION;
    let _ =
        write!(out, "<text class=\"kind\" x=\"{x}\" y=\"{}\">{}</text>", number(y), node.kind.noun().to_uppercase());
    y += TITLE * LEADING;
    let _ =
        write!(out, "<text class=\"name\" x=\"{x}\" y=\"{}\">{}</text>", number(y), escaped(&shortened(&node.title)));
    for line in lines {
        y += LINE * LEADING;
        let _ = write!(out, "<text class=\"line\" x=\"{x}\" y=\"{}\">{}</text>", number(y), escaped(&line));
    }
    out.push_str("</g>\n");
}

/// One decimal is finer than any screen.
fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { "0".into() } else { rounded.to_string() }
}

/// A graph may come from elsewhere than a sketch: no character that XML 1.0 has no word for.
fn escaped(text: &str) -> String {
    markup::escaped(&escape::lines(text))
}
