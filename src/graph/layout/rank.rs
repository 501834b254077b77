//! Layers: every edge leads from left to right, none is longer than it needs to be.
//!
//! Owns: which edges are turned round to cut cycles, the layer of each node, and the chain of items that an edge becomes:
//! nodes stand on even ranks, labels on odd ones, bends on all that a longer edge crosses.
//!
//! Where hundreds of nodes refer to each other all over, the layers are as many, and each edge bends at each of them. Such
//! a picture is folded to a few layers, and more edges lead back; so its work grows with its edges, not with their square.

use std::collections::BTreeSet;

use super::{Link, Size};

/// Something with a place in a rank.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub size: Size,
    /// A node, or a part of an edge.
    pub is_node: bool,
}

#[derive(Debug)]
pub struct Ranked {
    /// First the nodes, in their order.
    pub items: Vec<Item>,
    /// Items of each rank, in the order from top to bottom.
    pub ranks: Vec<Vec<usize>>,
    /// The items of each link, from left to right.
    pub chains: Vec<Vec<usize>>,
    /// Links that lead from right to left.
    pub turned: Vec<bool>,
    /// By item: those before and behind it, one for each part of a chain.
    pub before: Vec<Vec<usize>>,
    pub behind: Vec<Vec<usize>>,
}

/// More items than this are no picture that anybody reads whole.
const FOLDED: usize = 10_000;
/// The layers of a folded picture, unless more nodes than these refer to each other.
const LAYERS: usize = 8;
/// Where even a folded picture has more, long edges bend at their labels only, and run over what is between.
const MOST: usize = 150_000;

pub fn of(nodes: &[Size], links: &[Link]) -> Ranked {
    let ends: Vec<(usize, usize)> = ends(links, &turned(nodes.len(), links));
    let (mut layers, order) = layers(nodes.len(), &ends);
    if items(&ends, &layers) > FOLDED {
        layers = folded(&ends, &order);
    }
    let turned: Vec<bool> = links.iter().map(|link| layers[link.from] > layers[link.to]).collect();
    let ends = self::ends(links, &turned);
    let short = items(&ends, &layers) > MOST;
    let items = nodes.iter().map(|size| Item { size: *size, is_node: true }).collect();
    let count = layers.iter().max().map_or(0, |most| 2 * most + 1);
    let mut ranked = Ranked {
        items,
        ranks: vec![Vec::new(); count],
        chains: Vec::new(),
        turned,
        before: Vec::new(),
        behind: Vec::new(),
    };
    for (node, layer) in layers.iter().enumerate() {
        ranked.ranks[2 * layer].push(node);
    }
    for (link, (from, to)) in links.iter().zip(&ends) {
        let chain = chain(&mut ranked, link, (*from, 2 * layers[*from]), (*to, 2 * layers[*to]), short);
        ranked.chains.push(chain);
    }
    ranked.before = vec![Vec::new(); ranked.items.len()];
    ranked.behind = vec![Vec::new(); ranked.items.len()];
    // Of an edge without bends nothing is in the next rank.
    let whole = ranked
        .chains
        .iter()
        .zip(&ends)
        .filter(|(chain, (from, to))| chain.len() == 2 * (layers[*to] - layers[*from]) + 1);
    for pair in whole.flat_map(|(chain, _)| chain.windows(2)) {
        ranked.behind[pair[0]].push(pair[1]);
        ranked.before[pair[1]].push(pair[0]);
    }
    ranked
}

fn ends(links: &[Link], turned: &[bool]) -> Vec<(usize, usize)> {
    let one = |(link, turned): (&Link, &bool)| if *turned { (link.to, link.from) } else { (link.from, link.to) };
    links.iter().zip(turned).map(one).collect()
}

/// How many parts of edges there will be.
fn items(ends: &[(usize, usize)], layers: &[usize]) -> usize {
    ends.iter().map(|(from, to)| 2 * (layers[*to] - layers[*from]) - 1).sum()
}

/// The label stands in the middle of a long edge. `short`: without its bends.
fn chain(ranked: &mut Ranked, link: &Link, from: (usize, usize), to: (usize, usize), short: bool) -> Vec<usize> {
    let mut out = vec![from.0];
    let middle = (from.1 + to.1) / 2;
    let middle = if middle.is_multiple_of(2) { middle + 1 } else { middle };
    for rank in (from.1 + 1..to.1).filter(|rank| !short || *rank == middle) {
        let size = if rank == middle { link.label } else { Size::default() };
        ranked.ranks[rank].push(ranked.items.len());
        out.push(ranked.items.len());
        ranked.items.push(Item { size, is_node: false });
    }
    out.push(to.0);
    out
}

/// The links that close a cycle, found by going along all of them from the nodes that nothing leads to.
fn turned(count: usize, links: &[Link]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut behind = vec![Vec::new(); count];
    let mut entered = vec![0usize; count];
    for (index, link) in links.iter().enumerate() {
        behind[link.from].push(index);
        entered[link.to] += 1;
    }
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|node| entered[*node] > 0);
    let mut state = vec![State::New; count];
    let mut out = vec![false; links.len()];
    for start in starts {
        // Each entry: a node, and how many of its links were followed.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        if state[start] == State::New {
            state[start] = State::Open;
            stack.push((start, 0));
        }
        while let Some((node, next)) = stack.last_mut() {
            let Some(link) = behind[*node].get(*next).copied() else {
                state[*node] = State::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = links[link].to;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    stack.push((to, 0));
                }
                State::Open => out[link] = true,
                State::Done => {}
            }
        }
    }
    out
}

/// The longest path to each node, then each node as near to its neighbours as these allow; and the nodes from left to right.
fn layers(count: usize, ends: &[(usize, usize)]) -> (Vec<usize>, Vec<usize>) {
    let mut before = vec![Vec::new(); count];
    let mut behind = vec![Vec::new(); count];
    for (from, to) in ends {
        behind[*from].push(*to);
        before[*to].push(*from);
    }
    let mut layer = vec![0usize; count];
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..count).filter(|node| missing[*node] == 0).collect();
    let mut at = 0;
    while let Some(node) = ready.get(at).copied() {
        at += 1;
        for next in &behind[node] {
            layer[*next] = layer[*next].max(layer[node] + 1);
            missing[*next] -= 1;
            if missing[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    for _ in 0..count.min(60) {
        let mut moved = false;
        for node in ready.iter().rev() {
            let least = before[*node].iter().map(|other| layer[*other] + 1).max().unwrap_or(0);
            let most = behind[*node].iter().map(|other| layer[*other] - 1).min().unwrap_or(layer[*node]);
            let best = match behind[*node].len().cmp(&before[*node].len()) {
                std::cmp::Ordering::Greater => most,
                std::cmp::Ordering::Less => least,
                std::cmp::Ordering::Equal => layer[*node],
            };
            moved |= best != layer[*node];
            layer[*node] = best;
        }
        if !moved {
            break;
        }
    }
    let first = layer.iter().min().copied().unwrap_or(0);
    (layer.iter().map(|layer| layer - first).collect(), ready)
}

/// Each node behind those before it while there are layers left, else in the first layer that has none of its neighbours.
fn folded(ends: &[(usize, usize)], order: &[usize]) -> Vec<usize> {
    let mut before = vec![Vec::new(); order.len()];
    ends.iter().for_each(|(from, to)| before[*to].push(*from));
    let mut layer = vec![0usize; order.len()];
    for node in order {
        let near: BTreeSet<usize> = before[*node].iter().map(|other| layer[*other]).collect();
        let next = near.last().map_or(0, |last| last + 1);
        layer[*node] = if next < LAYERS { next } else { (0..).find(|layer| !near.contains(layer)).unwrap_or(next) };
    }
    layer
}
