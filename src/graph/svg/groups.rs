//! Frames around the nodes of a namespace that is not the project's own.
//!
//! A frame is drawn where nothing else stands inside; a node says its namespace in words too, so that none is lost where the
//! layout has put them apart.

use std::fmt::Write;

use super::{LABEL, escaped, number};
use crate::graph::Graph;
use crate::graph::layout::{Frame, Layout, Link, Point, Size};

const PAD: f64 = 6.0;
/// Above the nodes, for the name.
const TOP: f64 = 16.0;

pub fn write(graph: &Graph, layout: &Layout, links: &[Link]) -> String {
    let mut out = String::new();
    for (name, members) in graph.groups() {
        let (Some(name), Some(frame)) = (name, around(&members, layout)) else { continue };
        let others = (0..layout.nodes.len()).filter(|at| !members.contains(at)).map(|at| layout.nodes[at]);
        let foreign = links
            .iter()
            .zip(&layout.routes)
            .filter(|(link, _)| !members.contains(&link.from) && !members.contains(&link.to));
        let labels = foreign.map(|(link, route)| Frame {
            at: Point { x: route.label.x - link.label.width / 2.0, y: route.label.y - link.label.height / 2.0 },
            size: link.label,
        });
        if others.chain(labels).any(|other| meet(&frame, &other)) {
            continue;
        }
        let Frame { at, size } = frame;
        let _ = writeln!(
            out,
            "<g class=\"group\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/><text x=\"{}\" y=\"{}\">namespace {}</text></g>",
            number(at.x),
            number(at.y),
            number(size.width),
            number(size.height),
            number(at.x + PAD),
            number(at.y + LABEL + 2.0),
            escaped(name)
        );
    }
    out
}

fn around(members: &[usize], layout: &Layout) -> Option<Frame> {
    let nodes = || members.iter().map(|at| layout.nodes[*at]);
    nodes().next()?;
    let left = nodes().map(|node| node.at.x).fold(f64::MAX, f64::min) - PAD;
    let top = nodes().map(|node| node.at.y).fold(f64::MAX, f64::min) - TOP;
    let right = nodes().map(|node| node.at.x + node.size.width).fold(f64::MIN, f64::max) + PAD;
    let bottom = nodes().map(|node| node.at.y + node.size.height).fold(f64::MIN, f64::max) + PAD;
    Some(Frame { at: Point { x: left, y: top }, size: Size { width: right - left, height: bottom - top } })
}

fn meet(a: &Frame, b: &Frame) -> bool {
    let beside = a.at.x + a.size.width <= b.at.x || b.at.x + b.size.width <= a.at.x;
    let below = a.at.y + a.size.height <= b.at.y || b.at.y + b.size.height <= a.at.y;
    !beside && !below
}
