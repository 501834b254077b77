//! Two objects, field by field, with Kubernetes' own equalities.
//!
//! Owns: what counts as a difference: the order of maps and of lists with keys does not, that of variables only where one
//! uses another, quantities are values, `null` is absent; and, against a cluster or another tool, what a server fills
//! in.
//! Does not own: what stands where (`schema.rs`), lists (`lists.rs`), which object is compared with which (`pairing.rs`),
//! what a difference does (`impact.rs`).

use std::sync::LazyLock;

use super::place::{self, Seg};
use super::schema::{self, Field, Type, Value};
use super::{data, server, shown};
use crate::quantity::Quantity;
use crate::resource::{Body, Id, Origin};
use crate::tree::{Kind, Map};

/// What of two sides is not worth a word.
#[derive(Clone, Debug, Default)]
pub struct Mode {
    /// The old side is a cluster's or another tool's: what a server fills in is no difference.
    pub foreign: bool,
    /// The two sides are two profiles: the label that names the profile differs by design.
    pub across: bool,
    /// The profile's own namespace on either side.
    pub namespaces: (Option<String>, Option<String>),
}

/// One difference, still with its nodes.
#[derive(Clone, Debug)]
pub struct Found<'t> {
    pub at: Vec<Seg<'t>>,
    pub old: Option<&'t Body>,
    pub new: Option<&'t Body>,
    /// The order of a list, in the words of either side.
    pub order: Option<(String, String)>,
    /// One side says what a server fills in anyway.
    pub filled: bool,
    /// What the server writes in place of what goes away, where that is another value.
    pub default: Option<String>,
    /// A value that may never be shown.
    pub secret: bool,
}

impl<'t> Found<'t> {
    pub fn at(at: Vec<Seg<'t>>) -> Self {
        Self { at, old: None, new: None, order: None, filled: false, default: None, secret: false }
    }
}

pub fn objects<'t>(old: &'t Body, new: &'t Body, id: &Id, mode: &Mode) -> Vec<Found<'t>> {
    let kind = schema::of(id.group(), &id.kind);
    let native = schema::is_native(id.group());
    let counted = mode.foreign && server::has_applied(old, "replicas");
    let mut walk = Walk { mode, kind: &id.kind, native, counted, at: Vec::new(), found: Vec::new() };
    if id.kind == "Secret" && id.group().is_empty() {
        walk.secret(old, new, kind);
    } else {
        walk.compare(old, new, Field::Object(kind));
    }
    if shown::is_secret(&id.kind) {
        let is_value = |found: &&mut Found| !matches!(found.at.first(), Some(Seg::Key(key)) if shown::is_open(key));
        walk.found.iter_mut().filter(is_value).for_each(|found| found.secret = true);
    }
    walk.found
}

pub(super) struct Walk<'t, 'm> {
    mode: &'m Mode,
    pub(super) kind: &'m str,
    native: bool,
    /// Whether the old side's number of pods was applied, and is not a server's or an autoscaler's.
    counted: bool,
    pub(super) at: Vec<Seg<'t>>,
    pub(super) found: Vec<Found<'t>>,
}

static EMPTY: LazyLock<Body> = LazyLock::new(|| Kind::Map(Map::new()).into());

/// Maps from names to texts, which are not there when they are empty.
const TEXTS: [&str; 11] = [
    "labels",
    "annotations",
    "nodeSelector",
    "matchLabels",
    "data",
    "stringData",
    "binaryData",
    "limits",
    "requests",
    "parameters",
    "volumeAttributes",
];

impl<'t> Walk<'t, '_> {
    /// Values of one place, either of which may be missing.
    pub(super) fn value(&mut self, old: Option<&'t Body>, new: Option<&'t Body>, field: Field) {
        let (old, new) = (self.there(old), self.there(new));
        match (old, new) {
            (Some(old), Some(new)) => self.compare(old, new, field),
            (None, None) => {}
            // Texts by name read best one by one; and some of them may be the server's.
            (Some(old), None) if self.is_texts() => self.compare(old, &EMPTY, field),
            (None, Some(new)) if self.is_texts() => self.compare(&EMPTY, new, field),
            _ => self.report(old, new),
        }
    }

    /// None for what a server drops: `null`, an empty list, an empty map of texts.
    fn there(&self, node: Option<&'t Body>) -> Option<&'t Body> {
        let texts = self.is_texts();
        node.filter(|node| match &node.kind {
            Kind::Null => false,
            Kind::List(list) => !(self.native && list.is_empty()),
            Kind::Map(map) => !(texts && map.is_empty()),
            _ => true,
        })
    }

    fn is_texts(&self) -> bool {
        match &self.at[..] {
            // The name of a field that a definition describes.
            [.., Seg::Key("properties"), _] => false,
            [.., Seg::Key(key)] => TEXTS.contains(key),
            _ => false,
        }
    }

    pub(super) fn compare(&mut self, old: &'t Body, new: &'t Body, field: Field) {
        match (&old.kind, &new.kind) {
            (Kind::Map(a), Kind::Map(b)) => match field {
                Field::Object(kind) => self.map(a, b, kind),
                Field::Objects(kind) => self.keys(a, b, |_| Field::Object(kind)),
                Field::Quantities => self.keys(a, b, |_| Field::Quantity),
                _ => self.map(a, b, &schema::PLAIN),
            },
            (Kind::List(a), Kind::List(b)) => self.list(old, new, a, b, field),
            _ if self.is_equal(old, new, field) => {}
            _ => self.report(Some(old), Some(new)),
        }
    }

    fn is_equal(&self, old: &Body, new: &Body, field: Field) -> bool {
        let same = match field {
            Field::Quantity => quantity(old).zip(quantity(new)).is_some_and(|(a, b)| a == b),
            Field::IntOrString => word(old).is_some() && word(old) == word(new),
            _ => false,
        };
        same || old == new || self.is_own_namespace(old, new)
    }

    /// Both sides name the namespace of their own profile.
    fn is_own_namespace(&self, old: &Body, new: &Body) -> bool {
        let (a, b) = &self.mode.namespaces;
        let here = matches!(self.at.last(), Some(Seg::Key("namespace" | "kubernetes.io/metadata.name")));
        here && a.is_some() && b.is_some() && old.as_str() == a.as_deref() && new.as_str() == b.as_deref()
    }

    fn map(&mut self, old: &'t Map<Origin>, new: &'t Map<Origin>, kind: &'static Type) {
        let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(key)));
        for key in keys {
            self.at.push(Seg::Key(key));
            if !self.is_passed(old.get(key).is_some(), new.get(key).is_some()) {
                self.entry(key, old, new, kind);
            }
            self.at.pop();
        }
    }

    fn entry(&mut self, key: &str, a: &'t Map<Origin>, b: &'t Map<Origin>, kind: &'static Type) {
        let (old, new) = (self.there(a.get(key)), self.there(b.get(key)));
        let field = kind.field(key);
        let filled = match (old, new, kind.default(key)) {
            (Some(said), None, Some(value)) => is_filled(said, value, b, field),
            (None, Some(said), Some(value)) => is_filled(said, value, a, field),
            _ => false,
        };
        let default = match (old, new, kind.default(key)) {
            (Some(_), None, Some(value)) if !filled => written(value, b),
            _ => None,
        };
        let before = self.found.len();
        // A port's protocol is part of its key: it is always there.
        if filled && (self.mode.foreign || key == "protocol") {
            return;
        }
        self.value(old, new, field);
        for found in &mut self.found[before..] {
            found.filled |= filled;
            found.default = found.default.take().or_else(|| default.clone());
        }
    }

    /// Whether this place is not compared at all.
    fn is_passed(&self, in_old: bool, in_new: bool) -> bool {
        let at = place::pattern(&self.at);
        let profile = self.mode.across && at == ["metadata", "labels", "kgen.dev/profile"];
        // Paired objects are in the same namespace, or in that of their profile.
        let moves = self.mode.namespaces.0 != self.mode.namespaces.1;
        let namespace = at == ["metadata", "namespace"] && (self.mode.foreign || moves);
        let said = self.counted && at == ["spec", "replicas"];
        let servers = self.mode.foreign
            && (server::always(self.kind, &at) || (in_old && !in_new && !said && server::unsaid(self.kind, &at)));
        profile || namespace || servers
    }

    pub(super) fn keys(&mut self, old: &'t Map<Origin>, new: &'t Map<Origin>, field: impl Fn(&str) -> Field) {
        let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(key)));
        for key in keys {
            self.at.push(Seg::Key(key));
            self.value(old.get(key), new.get(key), field(key));
            self.at.pop();
        }
    }

    pub(super) fn report(&mut self, old: Option<&'t Body>, new: Option<&'t Body>) {
        self.found.push(Found { old, new, ..Found::at(self.at.clone()) });
    }

    /// `data` and `stringData` are one map of bytes to the server.
    fn secret(&mut self, old: &'t Body, new: &'t Body, kind: &'static Type) {
        let (Some(a), Some(b)) = (old.as_map(), new.as_map()) else { return };
        for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(key))) {
            self.at.push(Seg::Key(key));
            if !matches!(&**key, "data" | "stringData") && !self.is_passed(a.contains_key(key), b.contains_key(key)) {
                self.entry(key, a, b, kind);
            }
            self.at.pop();
        }
        for (part, key, old, new) in data::differences(old, new) {
            self.at.extend([Seg::Key(part), Seg::Key(key)]);
            self.report(old, new);
            self.at.truncate(self.at.len() - 2);
        }
    }
}

/// Whether a value is what a server writes into `other`, which does not say it.
fn is_filled(said: &Body, value: Value, other: &Map<Origin>, field: Field) -> bool {
    match value {
        Value::Int(number) => said.as_i64() == Some(number),
        Value::Text(text) => word(said).as_deref() == Some(text),
        Value::Bool(value) => said.as_bool() == Some(value),
        Value::Like(key) => other.get(key).is_some_and(|like| match word(said) {
            Some(said) => word(like) == Some(said),
            None => like.to_json() == said.to_json(),
        }),
        Value::Whole(json) => is_json(said, json),
        Value::Shaped(make) => make(other).is_some_and(|json| is_json(said, json)),
        Value::Made(make) => make(other).is_some_and(|text| said.as_str() == Some(text)),
        Value::Empty => {
            let kind = if let Field::Object(kind) = field { kind } else { &schema::PLAIN };
            let nothing = Map::new();
            let default = |key: &str, value: &Body| {
                kind.default(key).is_some_and(|default| is_filled(value, default, &nothing, kind.field(key)))
            };
            said.as_map().is_some_and(|map| map.iter().all(|(key, value)| value.is_null() || default(key, value)))
        }
    }
}

fn is_json(said: &Body, json: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(json).is_ok_and(|whole| whole == said.to_json())
}

/// What a server writes where nothing is said; nothing of what has parts.
fn written(value: Value, other: &Map<Origin>) -> Option<String> {
    match value {
        Value::Int(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Like(key) => other.get(key).and_then(word),
        Value::Made(make) => make(other).map(str::to_owned),
        Value::Empty | Value::Whole(_) | Value::Shaped(_) => None,
    }
}

/// A number or a text, as text.
pub(super) fn word(node: &Body) -> Option<String> {
    match &node.kind {
        Kind::String(text) => Some(text.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub fn quantity(node: &Body) -> Option<Quantity> {
    Quantity::parse(&word(node)?).ok()
}

#[cfg(test)]
mod tests;
