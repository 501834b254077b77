//! Coordinates: columns from left to right, each item as near to its neighbours as the others of its column allow.
//!
//! Owns: places in a column, where on a node's side each edge ends, the width of the gaps, the points of each edge.
//! Within a column the nearest places in a given order, each at its distance, are those of an isotonic regression, which
//! pooling adjacent violators solves exactly.

use super::rank::{Item, Ranked};
use super::{Frame, Layout, Link, Point, Route, Size};

const SWEEPS: usize = 24;
/// Edges end on a side this far from each other, where there is room.
const PORT: f64 = 14.0;
/// Round corners have no ends.
const CORNER: f64 = 10.0;
const LEAST_GAP: f64 = 26.0;
const MOST_GAP: f64 = 110.0;

/// Where a part of a chain ends on its two items, from their middles.
type Ports = (f64, f64);

struct Places<'r> {
    ranked: &'r Ranked,
    /// The middle of each item.
    y: Vec<f64>,
    /// By link, for each part of its chain.
    ports: Vec<Vec<Ports>>,
    /// By item: the other item, the difference of the two ports, the weight; before it and behind it.
    pulls: [Vec<Vec<(usize, f64, f64)>>; 2],
}

pub fn of(ranked: &Ranked, links: &[Link]) -> Layout {
    let ports = ports(ranked);
    let pulls = pulls(ranked, &ports);
    let mut places = Places { ranked, y: vec![0.0; ranked.items.len()], ports, pulls };
    places.stack();
    for sweep in 0..SWEEPS {
        places.sweep(sweep);
    }
    places.layout(links)
}

/// Ends on each side of a node, in the order of where they lead.
fn ports(ranked: &Ranked) -> Vec<Vec<Ports>> {
    let mut place = vec![0usize; ranked.items.len()];
    for rank in &ranked.ranks {
        rank.iter().enumerate().for_each(|(at, item)| place[*item] = at);
    }
    let mut out: Vec<Vec<Ports>> = ranked.chains.iter().map(|chain| vec![(0.0, 0.0); chain.len() - 1]).collect();
    // By node and side: the place of the other item, the link, the part.
    let mut ends: Vec<[Vec<(usize, usize, usize)>; 2]> = vec![[Vec::new(), Vec::new()]; ranked.items.len()];
    for (link, chain) in ranked.chains.iter().enumerate() {
        let last = chain.len() - 1;
        ends[chain[0]][1].push((place[chain[1]], link, 0));
        ends[chain[last]][0].push((place[chain[last - 1]], link, last - 1));
    }
    for (item, sides) in ends.iter_mut().enumerate() {
        for (side, ends) in sides.iter_mut().enumerate() {
            ends.sort_unstable();
            let room = (ranked.items[item].size.height - 2.0 * CORNER).max(0.0);
            let step = if ends.len() > 1 { (room / (ends.len() - 1) as f64).min(PORT) } else { 0.0 };
            let middle = (ends.len().max(1) - 1) as f64 / 2.0;
            for (at, (_, link, part)) in ends.iter().enumerate() {
                let offset = (at as f64 - middle) * step;
                let port = &mut out[*link][*part];
                *(if side == 1 { &mut port.0 } else { &mut port.1 }) = offset;
            }
        }
    }
    out
}

fn pulls(ranked: &Ranked, ports: &[Vec<Ports>]) -> [Vec<Vec<(usize, f64, f64)>>; 2] {
    let count = ranked.items.len();
    let (mut before, mut behind) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (chain, ports) in ranked.chains.iter().zip(ports) {
        for (pair, port) in chain.windows(2).zip(ports) {
            let (a, b) = (pair[0], pair[1]);
            // A long edge is to be straight before a short one.
            let bends = [a, b].iter().filter(|item| !ranked.items[**item].is_node).count();
            let weight = [1.0, 2.0, 8.0][bends];
            before[b].push((a, port.0 - port.1, weight));
            behind[a].push((b, port.1 - port.0, weight));
        }
    }
    [before, behind]
}

/// The least distance of two middles.
fn apart(above: &Item, below: &Item) -> f64 {
    let gap = match (above.is_node, below.is_node) {
        (true, true) => 18.0,
        (true, false) | (false, true) => 14.0,
        (false, false) => 9.0,
    };
    (above.size.height + below.size.height) / 2.0 + gap
}

impl Places<'_> {
    /// Each column from its top.
    fn stack(&mut self) {
        for rank in &self.ranked.ranks {
            let mut at = 0.0;
            for (index, item) in rank.iter().enumerate() {
                if index > 0 {
                    at += apart(&self.ranked.items[rank[index - 1]], &self.ranked.items[*item]);
                }
                self.y[*item] = at;
            }
        }
    }

    /// From left to right by what is before, and back; at last by both sides.
    fn sweep(&mut self, number: usize) {
        let count = self.ranked.ranks.len();
        for step in 0..count {
            let forward = number.is_multiple_of(2);
            let rank = if forward { step } else { count - 1 - step };
            let sides: &[usize] = match () {
                () if number + 6 >= SWEEPS => &[0, 1],
                () if forward => &[0],
                () => &[1],
            };
            self.settle(rank, sides);
        }
    }

    /// The best places of one column.
    fn settle(&mut self, rank: usize, sides: &[usize]) {
        let items = &self.ranked.ranks[rank];
        let mut shift = 0.0;
        let mut shifts = Vec::with_capacity(items.len());
        // Blocks of items that touch: sum of weighted places, weight, how many.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                shift += apart(&self.ranked.items[items[index - 1]], &self.ranked.items[*item]);
            }
            shifts.push(shift);
            let (wanted, weight) = self.wanted(*item, sides);
            blocks.push(((wanted - shift) * weight, weight, 1));
            while let [.., above, below] = blocks[..] {
                if above.0 / above.1 <= below.0 / below.1 {
                    break;
                }
                blocks.truncate(blocks.len() - 2);
                blocks.push((above.0 + below.0, above.1 + below.1, above.2 + below.2));
            }
        }
        let mut at = 0;
        for (sum, weight, count) in blocks {
            for index in at..at + count {
                self.y[items[index]] = sum / weight + shifts[index];
            }
            at += count;
        }
    }

    /// Where an item would stand if it were alone, and how much that matters.
    fn wanted(&self, item: usize, sides: &[usize]) -> (f64, f64) {
        let (mut sum, mut weight) = (0.0, 0.0);
        for side in sides {
            for (other, port, much) in &self.pulls[*side][item] {
                sum += (self.y[*other] + port) * much;
                weight += much;
            }
        }
        if weight == 0.0 { (self.y[item], 0.05) } else { (sum / weight, weight) }
    }

    fn layout(&self, links: &[Link]) -> Layout {
        let items = &self.ranked.items;
        let top = (0..items.len()).map(|item| self.y[item] - items[item].size.height / 2.0).fold(f64::MAX, f64::min);
        let bottom = (0..items.len()).map(|item| self.y[item] + items[item].size.height / 2.0).fold(f64::MIN, f64::max);
        let columns = self.columns();
        let mut nodes = vec![Frame::default(); items.iter().filter(|item| item.is_node).count()];
        for (rank, (x, width)) in self.ranked.ranks.iter().zip(&columns) {
            for item in rank.iter().filter(|item| items[**item].is_node) {
                let height = items[*item].size.height;
                let at = Point { x: *x, y: self.y[*item] - height / 2.0 - top };
                // All of a column are as wide as the widest.
                nodes[*item] = Frame { at, size: Size { width: *width, height } };
            }
        }
        let mut column = vec![(0.0, 0.0); items.len()];
        for (rank, place) in self.ranked.ranks.iter().zip(&columns) {
            rank.iter().for_each(|item| column[*item] = *place);
        }
        let routes = (0..links.len()).map(|link| self.route(link, &column, top)).collect();
        let width = columns.last().map_or(0.0, |(x, width)| x + width);
        Layout { size: Size { width, height: bottom - top }, nodes, routes }
    }

    /// Left side and width of each rank. The steeper the edges of a gap, the wider it is.
    fn columns(&self) -> Vec<(f64, f64)> {
        let mut out = Vec::new();
        let mut x = 0.0;
        for (index, rank) in self.ranked.ranks.iter().enumerate() {
            let width = rank.iter().map(|item| self.ranked.items[*item].size.width).fold(0.0, f64::max);
            if index > 0 {
                let most = rank
                    .iter()
                    .flat_map(|item| {
                        self.pulls[0][*item].iter().map(|(other, port, _)| self.y[*other] + port - self.y[*item])
                    })
                    .map(f64::abs)
                    .fold(0.0, f64::max);
                x += (LEAST_GAP + most * 0.22).min(MOST_GAP);
            }
            out.push((x, width));
            x += width;
        }
        out
    }

    fn route(&self, link: usize, column: &[(f64, f64)], top: f64) -> Route {
        let (chain, ports) = (&self.ranked.chains[link], &self.ports[link]);
        let last = chain.len() - 1;
        let start = (column[chain[0]].0 + column[chain[0]].1, self.y[chain[0]] + ports[0].0);
        let end = (column[chain[last]].0, self.y[chain[last]] + ports[last - 1].1);
        let mut points = vec![start];
        let mut label = None;
        for item in &chain[1..last] {
            let ((x, width), y) = (column[*item], self.y[*item]);
            points.extend([(x, y), (x + width, y)]);
            if self.ranked.items[*item].size.width > 0.0 {
                label = Some((x + width / 2.0, y));
            }
        }
        points.push(end);
        let point = |(x, y): (f64, f64)| Point { x, y: y - top };
        let label = point(label.unwrap_or(start));
        let mut points: Vec<Point> = points.into_iter().map(point).collect();
        if self.ranked.turned[link] {
            points.reverse();
        }
        Route { points, label }
    }
}
