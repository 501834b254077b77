//! Where nodes, edges and their labels stand: a layered drawing from left to right.
//!
//! Owns: the whole computation, on numbers alone. The steps are Sugiyama's: cycles are cut and nodes get layers (`rank`),
//! each layer an order with few crossings (`order`), each node a place near its neighbours (`place`). Between two layers of
//! nodes is one of labels: a label has a place of its own as a node has, so nothing lies over anything; edges bend only in
//! the gaps between.
//! Parts that are not connected are laid out apart and packed on shelves.
//! Source: Gansner, Koutsofios, North, Vo: A Technique for Drawing Directed Graphs (1993).
//! Does not own: texts, colours (`svg`).

mod order;
mod place;
mod rank;
#[cfg(test)]
mod tests;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// An edge, with the size of its label.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Frame {
    pub at: Point,
    pub size: Size,
}

/// The way of an edge: from point to point, first a curve, then in turns a straight line through a layer and a curve.
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub points: Vec<Point>,
    /// The middle of the label.
    pub label: Point,
}

#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub size: Size,
    pub nodes: Vec<Frame>,
    pub routes: Vec<Route>,
}

/// Between two parts.
const GAP: f64 = 36.0;
/// Narrower than this, a page of shelves is hard to read.
const PAGE: f64 = 900.0;

pub fn of(nodes: &[Size], links: &[Link]) -> Layout {
    let mut out = Layout {
        size: Size::default(),
        nodes: vec![Frame::default(); nodes.len()],
        routes: vec![Route::default(); links.len()],
    };
    let parts = parts(nodes.len(), links);
    let laid: Vec<(Part, Layout)> = parts.into_iter().map(|part| one(part, nodes, links)).collect();
    let area: f64 = laid.iter().map(|(_, part)| (part.size.width + GAP) * (part.size.height + GAP)).sum();
    let widest = laid.iter().map(|(_, part)| part.size.width).fold(0.0, f64::max);
    let page = widest.max((area * 1.6).sqrt()).max(PAGE);
    let (mut x, mut y, mut shelf) = (0.0, 0.0, 0.0f64);
    for (part, layout) in laid {
        if x > 0.0 && x + layout.size.width > page {
            (x, y, shelf) = (0.0, y + shelf + GAP, 0.0);
        }
        put(&part, &layout, Point { x, y }, &mut out);
        out.size.width = out.size.width.max(x + layout.size.width);
        out.size.height = out.size.height.max(y + layout.size.height);
        shelf = shelf.max(layout.size.height);
        x += layout.size.width + GAP;
    }
    out
}

/// Nodes and links that are connected, by their indexes.
struct Part {
    nodes: Vec<usize>,
    links: Vec<usize>,
}

/// The largest first.
fn parts(count: usize, links: &[Link]) -> Vec<Part> {
    let mut root: Vec<usize> = (0..count).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    for link in links {
        let (a, b) = (find(&mut root, link.from), find(&mut root, link.to));
        root[a.max(b)] = a.min(b);
    }
    let mut out: Vec<Part> = Vec::new();
    let mut known = vec![usize::MAX; count];
    for node in 0..count {
        let of = find(&mut root, node);
        if known[of] == usize::MAX {
            known[of] = out.len();
            out.push(Part { nodes: Vec::new(), links: Vec::new() });
        }
        out[known[of]].nodes.push(node);
    }
    for (index, link) in links.iter().enumerate() {
        let of = find(&mut root, link.from);
        out[known[of]].links.push(index);
    }
    out.sort_by_key(|part| std::cmp::Reverse(part.nodes.len()));
    out
}

fn one(part: Part, nodes: &[Size], links: &[Link]) -> (Part, Layout) {
    let new = |old: usize| part.nodes.binary_search(&old).unwrap_or_default();
    let sizes: Vec<Size> = part.nodes.iter().map(|at| nodes[*at]).collect();
    let own: Vec<Link> = part
        .links
        .iter()
        .map(|at| Link { from: new(links[*at].from), to: new(links[*at].to), label: links[*at].label })
        .collect();
    let mut ranked = rank::of(&sizes, &own);
    order::untangle(&mut ranked);
    let layout = place::of(&ranked, &own);
    (part, layout)
}

fn put(part: &Part, layout: &Layout, by: Point, out: &mut Layout) {
    let moved = |point: Point| Point { x: point.x + by.x, y: point.y + by.y };
    for (new, old) in part.nodes.iter().enumerate() {
        out.nodes[*old] = Frame { at: moved(layout.nodes[new].at), size: layout.nodes[new].size };
    }
    for (new, old) in part.links.iter().enumerate() {
        let route = &layout.routes[new];
        let points = route.points.iter().map(|point| moved(*point)).collect();
        out.routes[*old] = Route { points, label: moved(route.label) };
    }
}
