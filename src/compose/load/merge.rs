//! How Compose merges two trees, and what a path means in a file of another folder.

use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

pub fn join(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    if folder.is_empty() || path.starts_with(['/', '~']) { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The relative paths of another folder's services: `env_file`, bind mounts, `build`.
pub fn moved(mut tree: Tree<Span>, folder: &str) -> Tree<Span> {
    let Some(services) = tree.as_map_mut().and_then(|top| top.get_mut("services")).and_then(Tree::as_map_mut) else {
        return tree;
    };
    for (_, service) in services.iter_mut() {
        let Some(service) = service.as_map_mut() else { continue };
        for key in ["env_file", "volumes"] {
            if let Some(value) = service.get_mut(key) {
                move_paths(value, folder, key);
            }
        }
    }
    tree
}

fn move_paths(tree: &mut Tree<Span>, folder: &str, key: &str) {
    match &mut tree.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| move_paths(item, folder, key)),
        Kind::String(text) if key == "env_file" || text.starts_with('.') => *text = join(folder, text).into(),
        Kind::Map(map) => {
            for inner in ["path", "source"] {
                if let Some(value) = map.get_mut(inner) {
                    move_paths(value, folder, key);
                }
            }
        }
        _ => {}
    }
}

/// As Compose merges: maps by key, lists one behind the other, commands and scalars by the later one.
pub fn merged(base: Tree<Span>, over: Tree<Span>, key: &str) -> Tree<Span> {
    let (base, over) = match key {
        "environment" | "labels" | "extra_hosts" | "depends_on" => (by_name(base), by_name(over)),
        _ => (base, over),
    };
    let from = over.from;
    match (base.kind, over.kind) {
        (Kind::Map(mut base), Kind::Map(over)) => {
            for (key, entry) in over.entries() {
                let value = match base.get(key) {
                    Some(known) => merged(known.clone(), entry.value.clone(), key),
                    None => entry.value.clone(),
                };
                base.insert_from(key.clone(), entry.key_from, value);
            }
            Tree::new(Kind::Map(base), from)
        }
        (Kind::List(mut base), Kind::List(more)) if !matches!(key, "command" | "entrypoint" | "test") => {
            base.extend(more);
            Tree::new(Kind::List(base), from)
        }
        (_, kind) => Tree::new(kind, from),
    }
}

/// `[A=1, B]` as a map; what has no value is null.
pub fn by_name(tree: Tree<Span>) -> Tree<Span> {
    let Kind::List(items) = &tree.kind else { return tree };
    let mut out = Map::new();
    for item in items {
        let Some(text) = item.as_str() else { return tree };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Tree::new(Kind::String(value.into()), item.from)),
            None => (text, Tree::new(Kind::Null, item.from)),
        };
        out.insert_from(name, item.from, value);
    }
    Tree::new(Kind::Map(out), tree.from)
}
