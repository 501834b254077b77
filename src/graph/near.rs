//! A part of the picture: some components with what they are wired to.

use std::collections::BTreeSet;

use super::scene::component;
use super::{Edge, Graph};

/// The nodes of these components, their neighbours, and the edges between a component and a neighbour.
pub fn of(graph: &Graph, wanted: &[String]) -> Graph {
    let is_wanted = |at: usize| {
        let id = &graph.nodes[at].id;
        wanted.iter().any(|name| name == id || name == component(id))
    };
    let edges: Vec<&Edge> = graph.edges.iter().filter(|edge| is_wanted(edge.from) || is_wanted(edge.to)).collect();
    let mut kept: BTreeSet<usize> = (0..graph.nodes.len()).filter(|at| is_wanted(*at)).collect();
    kept.extend(edges.iter().flat_map(|edge| [edge.from, edge.to]));
    let kept: Vec<usize> = kept.into_iter().collect();
    let new = |old: usize| kept.binary_search(&old).unwrap_or_default();
    Graph {
        title: graph.title.clone(),
        nodes: kept.iter().map(|at| graph.nodes[*at].clone()).collect(),
        edges: edges.iter().map(|edge| Edge { from: new(edge.from), to: new(edge.to), ..(*edge).clone() }).collect(),
    }
}
