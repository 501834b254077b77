//! Every key of a Compose file: which are carried over, which are not and why, which say nothing.
//!
//! ```text
//! file.rs     the top, `include`, volumes, networks, secrets, configs, models
//! service.rs  a service and all below it
//! store.rs    what is otherwise for a service that becomes a store
//! ```
//!
//! Owns: the tables, the one place that says so, and what a person is told because of them.
//! Does not own: how a key is carried over (`app`, `store` and what they use).
//! Source: the Compose Specification, `schema/compose-spec.json`, with the keys of versions 2 and 3 that it dropped.

mod file;
mod service;
mod store;
#[cfg(test)]
mod tests;

use super::context::{Context, Engine};
use crate::diag::suggest;
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

/// What becomes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Carried over, or told of where its value is looked at.
    Kept,
    /// Not carried over, and the app would not run as it did.
    Decide(&'static str),
    /// Not carried over: why, and what to do where it is missed.
    Left(&'static str),
    /// Not carried over but for this value, which is the one that Compose takes unasked.
    Unless(&'static str, &'static str),
    /// Nobody needs to be told, for this reason.
    Quiet(&'static str),
}

/// A map of a Compose file with a meaning for each key. In its path `*` is any name; lists do not count.
struct Place {
    path: &'static str,
    keys: &'static [(&'static str, Fate)],
}

fn place(path: &str) -> Option<&'static Place> {
    file::PLACES.iter().chain(service::PLACES).find(|place| place.path == path)
}

/// The fate of a key of a place; `None` where Compose has no such key. `x-` is anybody's own.
fn fate(place: &Place, key: &str, engine: Option<Engine>) -> Option<Fate> {
    if key.starts_with("x-") {
        return Some(Fate::Quiet("anybody's own"));
    }
    let known = || place.keys.iter().find(|(known, _)| *known == key).map(|(_, fate)| *fate);
    of_store(place, key, engine).or_else(known)
}

fn of_store(place: &Place, key: &str, engine: Option<Engine>) -> Option<Fate> {
    store::fate(engine?, &format!("{}.{key}", place.path))
}

/// Whether what is below a key is told of by itself: not where the key is one that a store has no use for at all.
fn goes_on(place: &Place, key: &str, engine: Option<Engine>) -> bool {
    let silent = matches!(fate(place, key, engine), Some(Fate::Quiet(_)));
    !silent && of_store(place, key, engine).is_none_or(|fate| fate == Fate::Kept)
}

/// Tells of the keys of a map, and of those below it. `engine`: of a service that becomes a store.
pub fn tell(cx: &mut Context, path: &str, subject: &str, map: &Map<Span>, engine: Option<Engine>) {
    let Some(place) = place(path) else { return };
    for (key, entry) in map.entries().filter(|(_, entry)| !says_nothing(&entry.value)) {
        let subject = if subject.is_empty() { key.to_string() } else { format!("{subject}.{key}") };
        match fate(place, key, engine) {
            Some(Fate::Quiet(_) | Fate::Kept) => {}
            Some(Fate::Decide(why)) => cx.notes.decide(entry.key_from, &subject, why),
            Some(Fate::Left(why)) => cx.notes.left(entry.key_from, &subject, why),
            Some(Fate::Unless(usual, _)) if entry.value.as_str() == Some(usual) => {}
            Some(Fate::Unless(_, why)) => cx.notes.left(entry.key_from, &subject, why),
            None => cx.notes.left(entry.key_from, &subject, unknown(place, key)),
        }
        if goes_on(place, key, engine) {
            below(cx, &joined(path, key), &subject, &entry.value, engine);
        }
    }
}

fn below(cx: &mut Context, path: &str, subject: &str, value: &Tree<Span>, engine: Option<Engine>) {
    match &value.kind {
        Kind::Map(map) if place(path).is_some() => tell(cx, path, subject, map, engine),
        Kind::Map(map) => named(cx, path, subject, map, engine),
        Kind::List(list) => list.iter().for_each(|item| below(cx, path, subject, item, engine)),
        _ => {}
    }
}

/// A map by names, each of which is a place: `networks`, `depends_on`.
fn named(cx: &mut Context, path: &str, subject: &str, map: &Map<Span>, engine: Option<Engine>) {
    for (name, value) in map.iter() {
        if let Some(map) = value.as_map() {
            tell(cx, &format!("{path}.*"), &format!("{subject}.{name}"), map, engine);
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// `external: false`, `ulimits: {}`: as if it were not there.
fn says_nothing(value: &Tree<Span>) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Map(map) => map.is_empty(),
        Kind::List(list) => list.is_empty(),
        _ => value.as_str() == Some("false"),
    }
}

fn unknown(place: &Place, key: &str) -> String {
    let near = suggest::nearest(key, place.keys.iter().map(|(known, _)| *known));
    let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    let at = if place.path.is_empty() { " at the top" } else { "" };
    format!("Compose has no such key{at}{near}")
}
