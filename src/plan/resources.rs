//! Requests and limits of a container.
//!
//! Owns: what follows from setting only one of the two. A preset's number yields to the user's: a limit below the
//! preset's request lowers the request, a request above the preset's limit raises the limit, so that a project file
//! with one number is never refused for a number it did not write.

use std::cmp::Ordering;

use super::Planner;
use super::node::{Node, get, take, text};
use crate::quantity::Quantity;
use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

pub fn resources(cx: &Planner, settings: &Node) -> Node {
    let Some(resources) = get(settings, "resources") else { return Node::null() };
    let mut requests = canonical(resources.get("requests"));
    let mut limits = canonical(resources.get("limits"));
    let names: Vec<_> = limits.keys().cloned().collect();
    for name in names {
        let (Some(request), Some(limit)) = (requests.get(&name), limits.get(&name)) else { continue };
        if compare(request, limit) != Some(Ordering::Greater) {
            continue;
        }
        match (cx.settings.is_users(&request.from), cx.settings.is_users(&limit.from)) {
            (false, true) => drop(requests.insert(name, limit.clone())),
            (true, false) => drop(limits.insert(name, request.clone())),
            _ => {}
        }
    }
    let mut out = Map::new();
    for (key, map) in [("requests", requests), ("limits", limits)] {
        if !map.is_empty() {
            out.insert(key, map);
        }
    }
    if let Some(claims) = get(resources, "claims") {
        out.insert("claims", claims.clone());
    }
    super::node::filled(Kind::Map(out).into())
}

/// Quantities as the server writes them back.
fn canonical(map: Option<&Node>) -> Map<From> {
    let mut out = Map::new();
    for (key, entry) in map.and_then(Tree::as_map).into_iter().flat_map(Map::entries) {
        out.insert_from(key.clone(), entry.key_from.clone(), quantity(&entry.value));
    }
    out
}

/// One quantity in canonical form; one that cannot be read was reported before.
pub fn quantity(node: &Node) -> Node {
    match node.as_str().map(Quantity::parse) {
        Some(Ok(quantity)) => text(quantity.to_string(), &node.from),
        _ => node.clone(),
    }
}

fn compare(a: &Node, b: &Node) -> Option<Ordering> {
    Some(Quantity::parse(a.as_str()?).ok()?.cmp(&Quantity::parse(b.as_str()?).ok()?))
}

/// The memory limit in bytes, and the setting it comes from.
pub fn memory_limit(resources: &Node) -> Option<(u128, From)> {
    let limit = resources.at(&["limits", "memory"])?;
    Some((Quantity::parse(limit.as_str()?).ok()?.bytes()?, limit.from.clone()))
}

/// A claim's size in canonical form.
pub fn size(settings: &Node) -> Node {
    quantity(&take(settings, "size"))
}
