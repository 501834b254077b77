//! Small words for building what a template sees.
//!
//! Owns: nodes with origins. A template sees every key it names: what is absent is `null`, never undefined.

use std::sync::Arc;

use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

/// A value with the settings it was made from.
pub type Node = Tree<From>;

/// A string made from `from`.
pub fn text(value: impl Into<Arc<str>>, from: &From) -> Node {
    Tree::new(Kind::String(value.into()), from.clone())
}

/// `null` where there is nothing.
pub fn maybe(value: Option<Node>) -> Node {
    value.unwrap_or_default()
}

/// A map that keeps the order of its pairs.
pub fn map<const N: usize>(pairs: [(&str, Node); N]) -> Node {
    Kind::Map(pairs.into_iter().collect::<Map<From>>()).into()
}

/// As [`map`], without the pairs that are `null`.
pub fn compact<const N: usize>(pairs: [(&str, Node); N]) -> Node {
    Kind::Map(pairs.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<From>>()).into()
}

pub fn list(items: Vec<Node>) -> Node {
    Kind::List(items).into()
}

/// `null` in place of an empty map or list: the key is then left out.
pub fn filled(node: Node) -> Node {
    match &node.kind {
        Kind::Map(map) if map.is_empty() => Node::null(),
        Kind::List(list) if list.is_empty() => Node::null(),
        _ => node,
    }
}

/// `over` merged into `under`, key by key.
pub fn merged(under: Node, over: &Node) -> Node {
    match (under.kind, &over.kind) {
        (Kind::Map(mut under_map), Kind::Map(over_map)) => {
            for (key, entry) in over_map.entries() {
                let value = match under_map.remove_in_place(key) {
                    Some(below) => merged(below, &entry.value),
                    None => entry.value.clone(),
                };
                under_map.insert_from(key.clone(), entry.key_from.clone(), value);
            }
            Tree::new(Kind::Map(under_map), under.from.and(&over.from))
        }
        _ => over.clone(),
    }
}

/// A setting that is present and not `null`.
pub fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !value.is_null())
}

/// A setting's text.
pub fn str_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    get(node, key).and_then(Tree::as_str)
}

/// Takes one setting out as a new node, `null` where it is absent.
pub fn take(node: &Node, key: &str) -> Node {
    maybe(get(node, key).cloned())
}

/// The pairs of a map setting.
pub fn pairs<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = (&'n Arc<str>, &'n crate::tree::Entry<From>)> {
    get(node, key).and_then(Tree::as_map).into_iter().flat_map(Map::entries)
}

impl Node {
    /// An empty map in place of `null`.
    pub fn or_empty(self) -> Node {
        if self.is_null() { Kind::Map(Map::new()).into() } else { self }
    }

    /// An empty list in place of `null`.
    pub fn or_list(self) -> Node {
        if self.is_null() { list(Vec::new()) } else { self }
    }
}
