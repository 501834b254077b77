//! Where a value comes from: the setting that decided it, with its file and line.
//!
//! Owns: choosing one setting where a place of a template read several: the one that is not the same on the other side.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::Cause;
use crate::resource::{Body, Place};
use crate::settings::{Entry, Settings};
use crate::source::Sources;
use crate::tree::Tree;

/// What one side knows of origins.
pub struct Causes<'s> {
    settings: &'s Settings,
    sources: &'s Sources,
    by_path: OnceCell<BTreeMap<&'s str, &'s Entry>>,
}

impl<'s> Causes<'s> {
    pub fn new(settings: &'s Settings, sources: &'s Sources) -> Self {
        Self { settings, sources, by_path: OnceCell::new() }
    }

    /// The cause of a node; `other` is the side that it is compared with.
    pub fn of(&self, node: &Body, other: Option<&Causes>) -> Option<Cause> {
        let mut places = Vec::new();
        gather(node, &mut places);
        let known = |ids: &[u32]| -> Vec<&Entry> {
            ids.iter().filter_map(|id| self.settings.entries.get(*id as usize)).collect()
        };
        let entries: Vec<&Entry> = places.iter().flat_map(|place| known(&place.settings)).collect();
        // What decided that it is there, where it was made from nothing that differs.
        let deciding: Vec<&Entry> = places.iter().flat_map(|place| known(&place.control)).collect();
        let differs = |entry: &&&Entry| other.is_some_and(|other| other.text(&entry.path) != self.text(&entry.path));
        let changed = entries.iter().find(differs).or_else(|| deciding.iter().find(differs));
        let chosen = changed.or_else(|| entries.iter().find(|entry| entry.is_users()));
        match chosen.or(entries.first()) {
            Some(entry) => self.told(entry),
            None => places.first().map(|place| template(place)),
        }
    }

    fn told(&self, entry: &Entry) -> Option<Cause> {
        let (layer, span) = entry.layers.first()?;
        let file = self.sources.get(span.file).path.clone();
        let line = self.sources.place(*span).line as u32;
        Some(Cause { setting: entry.path.to_string(), layer: layer.to_string(), file, line })
    }

    /// What the winning layer says, as written.
    fn text(&self, path: &str) -> Option<&str> {
        // Of a key and its value, which have one path, the value is noted first.
        let all = || self.settings.entries.iter().rev().map(|entry| (&*entry.path, entry)).collect();
        let (_, span) = self.by_path.get_or_init(all).get(path)?.layers.first()?;
        Some(self.sources.text(*span))
    }
}

fn template(place: &Place) -> Cause {
    Cause { setting: String::new(), layer: String::new(), file: place.file.to_string(), line: place.line }
}

/// The places of a node: its own, or those of what is in it.
fn gather<'b>(node: &'b Body, out: &mut Vec<&'b Place>) {
    match &node.kind {
        _ if node.from.is_some() && !node.is_container() => out.extend(node.from.as_deref()),
        crate::tree::Kind::List(list) => list.iter().for_each(|item| gather(item, out)),
        crate::tree::Kind::Map(map) => map.iter().for_each(|(_, value)| gather(value, out)),
        _ => out.extend(node.from.as_deref()),
    }
    if out.is_empty() {
        out.extend(node.first_leaf().and_then(|leaf: &Tree<_>| leaf.from.as_deref()));
    }
}
