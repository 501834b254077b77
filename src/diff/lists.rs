//! Lists: which element of one side is which of the other, and when their order counts.
//!
//! Owns: pairing by key without losing an element, also where a key is there twice; the order of variables.
//! Source of the latter: `$(VAR)` is replaced by what stands *before* it (Kubernetes' `EnvVar.value`), else it stays text.

use std::collections::BTreeMap;

use super::compare::{Found, Walk, word};
use super::place::Seg;
use super::schema::{self, Field, Keys, VARIABLE};
use crate::resource::Body;
use crate::tree::Tree;

impl<'t> Walk<'t, '_> {
    pub(super) fn list(&mut self, old: &'t Body, new: &'t Body, a: &'t [Body], b: &'t [Body], field: Field) {
        let done = match field {
            Field::Keyed(kind, keys) => self.keyed(a, b, Field::Object(kind), keys, false),
            Field::Ordered(kind, keys) => self.keyed(a, b, Field::Object(kind), keys, true),
            Field::Env => self.variables(a, b),
            Field::Set => self.set(a, b),
            Field::Items(kind) => self.items(a, b, Field::Object(kind)),
            _ => self.items(a, b, Field::Plain),
        };
        // Elements without their key are compared as a whole.
        if !done && a != b {
            self.report(Some(old), Some(new));
        }
    }

    /// Without known keys: by names where all have one, else by position where the lists are of one length.
    fn items(&mut self, a: &'t [Body], b: &'t [Body], field: Field) -> bool {
        const NAMES: Keys = &[("name", "")];
        let unique = |list: &[Body]| match names(list, NAMES) {
            Some(names) => names.iter().all(|name| name.1 == 0),
            None => false,
        };
        if unique(a) && unique(b) && self.keyed(a, b, field, NAMES, true) {
            return true;
        }
        if a.len() != b.len() {
            return false;
        }
        for (index, (old, new)) in a.iter().zip(b).enumerate() {
            self.at.push(Seg::Item { index, key: None });
            self.value(Some(old), Some(new), field);
            self.at.pop();
        }
        true
    }

    /// False where an element has no key: nothing was reported.
    fn keyed(&mut self, a: &'t [Body], b: &'t [Body], field: Field, keys: Keys, ordered: bool) -> bool {
        let (Some(old), Some(new)) = (names(a, keys), names(b, keys)) else { return false };
        self.pairs(a, b, &old, &new, field);
        if ordered {
            let common = |of: &[Name], other: &[Name]| -> Vec<Name> {
                of.iter().filter(|name| other.contains(name)).cloned().collect()
            };
            let (old, new) = (common(&old, &new), common(&new, &old));
            if old != new {
                self.order(&old, &new);
            }
        }
        true
    }

    fn pairs(&mut self, a: &'t [Body], b: &'t [Body], old: &[Name], new: &[Name], field: Field) {
        let there: BTreeMap<&Name, usize> = new.iter().enumerate().map(|(index, name)| (name, index)).collect();
        let before: BTreeMap<&Name, usize> = old.iter().enumerate().map(|(index, name)| (name, index)).collect();
        for (index, name) in old.iter().enumerate() {
            let other = there.get(name).copied();
            self.element(name, other.unwrap_or(index), a.get(index), other.and_then(|at| b.get(at)), field);
        }
        for (index, name) in new.iter().enumerate().filter(|(_, name)| !before.contains_key(name)) {
            self.element(name, index, None, b.get(index), field);
        }
    }

    fn element(&mut self, name: &Name, index: usize, old: Option<&'t Body>, new: Option<&'t Body>, field: Field) {
        let key = if name.1 == 0 { name.0.clone() } else { format!("{}#{}", name.0, name.1 + 1) };
        self.at.push(Seg::Item { index, key: Some(key) });
        self.value(old, new, field);
        self.at.pop();
    }

    fn order(&mut self, old: &[Name], new: &[Name]) {
        let words = |names: &[Name]| names.iter().map(|name| &*name.0).collect::<Vec<_>>().join(", ");
        let order = Some((words(old), words(new)));
        self.found.push(Found { at: self.at.clone(), old: None, new: None, order, filled: false, secret: false });
    }

    fn set(&mut self, a: &'t [Body], b: &'t [Body]) -> bool {
        let counts = |list: &[Body]| {
            let mut out: BTreeMap<Option<String>, usize> = BTreeMap::new();
            list.iter().for_each(|item| *out.entry(word(item)).or_default() += 1);
            out
        };
        let scalars = a.iter().chain(b).all(|item| word(item).is_some());
        scalars && counts(a) == counts(b)
    }

    fn variables(&mut self, a: &'t [Body], b: &'t [Body]) -> bool {
        let keys: Keys = &[("name", "")];
        let (Some(old), Some(new)) = (names(a, keys), names(b, keys)) else { return false };
        self.pairs(a, b, &old, &new, Field::Object(&VARIABLE));
        let mut moved: Vec<&Name> = Vec::new();
        for (index, name) in old.iter().enumerate() {
            let Some(at) = new.iter().position(|other| other == name) else { continue };
            for used in uses(&a[index]).filter(|used| uses(&b[at]).any(|other| other == *used)) {
                let first = |names: &[Name]| names.iter().position(|name| name.0 == used);
                let (Some(before), Some(after)) = (first(&old), first(&new)) else { continue };
                if (before < index) != (after < at) {
                    moved.extend([name, &old[before]]);
                }
            }
        }
        if !moved.is_empty() {
            let of = |names: &[Name]| -> Vec<Name> { names.iter().filter(|n| moved.contains(n)).cloned().collect() };
            self.order(&of(&old), &of(&new));
        }
        true
    }
}

/// The names that a variable's value uses.
fn uses(variable: &Body) -> impl Iterator<Item = &str> {
    let text = variable.get("value").and_then(Tree::as_str).unwrap_or_default();
    text.split("$(").skip(1).filter_map(|rest| rest.split_once(')').map(|(name, _)| name))
}

/// The key of an element, and how many of the same stand before it.
type Name = (String, usize);

fn names(list: &[Body], keys: Keys) -> Option<Vec<Name>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut name = |item: &Body| {
        let mut words = Vec::new();
        for (index, (key, default)) in keys.iter().enumerate() {
            let path: Vec<&str> = key.split('.').collect();
            let word = item.at(&path).and_then(word);
            match word {
                None if index == 0 || default.is_empty() => return None,
                Some(word) if index == 0 || word != *default => words.push(word),
                _ => {}
            }
        }
        let text = words.join("/");
        let count = seen.entry(text.clone()).or_default();
        *count += 1;
        Some((text, *count - 1))
    };
    list.iter().map(&mut name).collect()
}

/// The node of `body` at the same place: lists by key, wherever the elements stand there.
pub fn find<'b>(body: &'b Body, at: &[Seg], group: &str, kind: &str) -> Option<&'b Body> {
    let mut field = Field::Object(schema::of(group, kind));
    let mut node = body;
    for seg in at {
        match seg {
            Seg::Key(key) => {
                node = node.get(key)?;
                field = if let Field::Object(kind) = field { kind.field(key) } else { Field::Plain };
            }
            Seg::Item { index, key } => {
                let list = node.as_list()?;
                let (kind, keys): (_, Keys) = match field {
                    Field::Keyed(kind, keys) | Field::Ordered(kind, keys) => (kind, keys),
                    Field::Env => (&VARIABLE, &[("name", "")]),
                    Field::Items(kind) => (kind, &[("name", "")]),
                    _ => (&schema::PLAIN, &[("name", "")]),
                };
                let named = names(list, keys).filter(|_| key.is_some());
                let same = |name: &Name| name.1 == 0 && Some(&name.0) == key.as_ref();
                let found = named.and_then(|names| names.iter().position(same));
                node = list.get(if key.is_some() { found? } else { *index })?;
                field = Field::Object(kind);
            }
        }
    }
    Some(node)
}
