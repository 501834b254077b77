//! Layers: every edge leads from left to right, none is longer than it needs to be.
//!
//! Owns: which edges are turned round to cut cycles, the layer of each node, and the chain of items that an edge becomes:
//! nodes stand on even ranks, labels on odd ones, bends on all that a longer edge crosses.

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

pub fn of(nodes: &[Size], links: &[Link]) -> Ranked {
    let turned = turned(nodes.len(), links);
    let ends: Vec<(usize, usize)> = links
        .iter()
        .zip(&turned)
        .map(|(link, turned)| if *turned { (link.to, link.from) } else { (link.from, link.to) })
        .collect();
    let layers = layers(nodes.len(), &ends);
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
        let chain = chain(&mut ranked, link, (*from, 2 * layers[*from]), (*to, 2 * layers[*to]));
        ranked.chains.push(chain);
    }
    ranked.before = vec![Vec::new(); ranked.items.len()];
    ranked.behind = vec![Vec::new(); ranked.items.len()];
    for pair in ranked.chains.iter().flat_map(|chain| chain.windows(2)) {
        ranked.behind[pair[0]].push(pair[1]);
        ranked.before[pair[1]].push(pair[0]);
    }
    ranked
}

/// The label stands in the middle of a long edge.
fn chain(ranked: &mut Ranked, link: &Link, from: (usize, usize), to: (usize, usize)) -> Vec<usize> {
    let mut out = vec![from.0];
    let middle = (from.1 + to.1) / 2;
    let middle = if middle.is_multiple_of(2) { middle + 1 } else { middle };
    for rank in from.1 + 1..to.1 {
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

/// The longest path to each node, then each node as near to its neighbours as these allow.
fn layers(count: usize, ends: &[(usize, usize)]) -> Vec<usize> {
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
    layer.iter().map(|layer| layer - first).collect()
}
