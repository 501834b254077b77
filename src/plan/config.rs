//! ConfigMaps.
//!
//! Owns: their data (text as `data`, other bytes as `binaryData`) and the checksum that restarts readers.

use std::collections::BTreeSet;

use base64::Engine;
use sha2::{Digest, Sha256};

use super::label::{self, Owner};
use super::node::{Node, filled, get, map, text};
use super::{Planned, Planner};
use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

/// Resolves all declared configs first: everything else may refer to them.
pub fn plan(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    let configs = super::node::take(&cx.settings.root, "configs");
    let mut out = Vec::new();
    for (name, entry) in configs.as_map().into_iter().flat_map(Map::entries) {
        let owner = Owner {
            id: format!("configs.{name}"),
            section: "configs",
            name: name.to_string(),
            from: entry.key_from.clone(),
        };
        let mut items = Vec::new();
        let mut through = BTreeSet::new();
        for (key, content) in entry.value.as_map().into_iter().flat_map(Map::entries) {
            cx.resolver.reached();
            if let Some(value) = content_of(cx, &content.value) {
                items.push((key.to_string(), value));
            }
            through.extend(cx.resolver.reached().into_iter().map(|reached| (key.to_string(), reached)));
        }
        cx.through.insert(owner.id.clone(), through);
        let from = items.iter().fold(From::Nowhere, |from, (_, node): &(String, Node)| from.and(&node.from));
        cx.checksums.insert(name.to_string(), (checksum(&items), from));
        let planned = config_map(cx, &owner, &items);
        out.push((owner, planned));
    }
    out
}

fn content_of(cx: &mut Planner, content: &Node) -> Option<Node> {
    if let Some(file) = get(content, "file") {
        return cx.file(file).map(|text| Tree::new(Kind::String(text), file.from.clone()));
    }
    match cx.resolver.plain(&super::node::take(content, "value")) {
        Ok(value) => Some(text(value.to_string(), &value.from)),
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            None
        }
    }
}

/// The object for the files that a component writes itself.
pub fn files(cx: &Planner, owner: &Owner, files: &[(String, Node)]) -> Option<Planned> {
    let because = files.iter().map(|(_, text)| text.from.clone()).reduce(|from, more| from.and(&more))?;
    let owner = Owner { name: format!("{}-files", owner.name), ..owner.clone() };
    Some(config_map(cx, &owner, files).because(&because))
}

/// The object for these contents.
pub fn config_map(cx: &Planner, owner: &Owner, items: &[(String, Node)]) -> Planned {
    let mut data = Map::new();
    let mut binary = Map::new();
    for (key, value) in items {
        match value.as_str().and_then(|text| cx.inputs.files.binary(text)) {
            Some(bytes) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
                binary.insert_from(key.as_str(), value.from.clone(), text(encoded, &value.from));
            }
            None => drop(data.insert_from(key.as_str(), value.from.clone(), value.clone())),
        }
    }
    let context = map([
        ("name", owner.name_node()),
        ("namespace", cx.namespace()),
        ("labels", label::labels(cx, owner, &Node::null())),
        ("annotations", filled(label::annotations(cx, &Node::null()))),
        ("data", filled(Kind::Map(data).into())),
        ("binaryData", filled(Kind::Map(binary).into())),
    ]);
    Planned::new("config/configmap.yaml", context)
}

/// SHA-256 over keys and values, 32 hexadecimal digits: long enough that two contents never share one.
pub fn checksum(items: &[(String, Node)]) -> String {
    let mut hash = Sha256::new();
    let mut sorted: Vec<_> = items.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, value) in sorted {
        for part in [key.as_str(), value.as_str().unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())[..32].to_owned()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
