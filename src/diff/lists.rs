//! Lists: which element of one side is which of the other, and when their order counts.
//!
//! Owns: pairing by key without losing an element, also where a key is there twice; the order of what runs in an order, and
//! of every list in a pod template.

use std::collections::BTreeMap;

use super::compare::{Found, Walk, word};
use super::identity::{self, Kin, Pair};
use super::place::Seg;
use super::schema::{self, Field, Keys};
use crate::resource::Body;

impl<'t> Walk<'t, '_> {
    pub(super) fn list(&mut self, old: &'t Body, new: &'t Body, a: &'t [Body], b: &'t [Body], field: Field) {
        let done = match field {
            Field::Keyed(kind, keys) => self.keyed(a, b, Field::Object(kind), (keys, Kin::Named), false),
            Field::Known(kind, kin) => self.keyed(a, b, Field::Object(kind), (kin.keys(), kin), kin.is_ordered()),
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
        if unique(a) && unique(b) && self.keyed(a, b, field, (NAMES, Kin::Named), true) {
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
    fn keyed(&mut self, a: &'t [Body], b: &'t [Body], field: Field, by: (Keys, Kin), ordered: bool) -> bool {
        let (Some(old), Some(new)) = (names(a, by.0), names(b, by.0)) else { return false };
        let pairs = identity::pairs(by.1, a, b, (&old, &new));
        self.pairs((a, &old), (b, &new), &pairs, field);
        if ordered || self.is_template() {
            self.order(&old, &new, &pairs);
        }
        true
    }

    /// Whether the pods of a template are replaced because a list in it has another order, as a controller compares
    /// templates by their bytes.
    /// Source: `EqualIgnoreHash` of `pkg/controller/deployment/util`, `getPatch` of the controllers of sets.
    fn is_template(&self) -> bool {
        self.at.contains(&Seg::Key("template")) || self.kind == "Pod"
    }

    fn pairs(&mut self, a: (&'t [Body], &[Name]), b: (&'t [Body], &[Name]), pairs: &[Pair], field: Field) {
        for (old, new) in pairs {
            let name = new.map_or_else(|| old.and_then(|at| a.1.get(at)), |at| b.1.get(at));
            let (Some(name), Some(index)) = (name, new.or(*old)) else { continue };
            self.element(name, index, old.and_then(|at| a.0.get(at)), new.and_then(|at| b.0.get(at)), field);
        }
    }

    fn element(&mut self, name: &Name, index: usize, old: Option<&'t Body>, new: Option<&'t Body>, field: Field) {
        let key = if name.1 == 0 { name.0.clone() } else { format!("{}#{}", name.0, name.1 + 1) };
        self.at.push(Seg::Item { index, key: Some(key) });
        self.value(old, new, field);
        self.at.pop();
    }

    /// Says so where the elements of both sides stand in another order.
    fn order(&mut self, old: &[Name], new: &[Name], pairs: &[Pair]) {
        let both: Vec<(usize, usize)> = pairs.iter().filter_map(|(old, new)| old.zip(*new)).collect();
        if both.is_sorted_by_key(|pair| pair.1) {
            return;
        }
        let mut after: Vec<usize> = both.iter().map(|pair| pair.1).collect();
        after.sort_unstable();
        let words = |names: &[Name], at: &mut dyn Iterator<Item = usize>| {
            at.filter_map(|at| names.get(at)).map(|name| &*name.0).collect::<Vec<_>>().join(", ")
        };
        let order = (words(old, &mut both.iter().map(|pair| pair.0)), words(new, &mut after.into_iter()));
        self.found.push(Found { order: Some(order), ..Found::at(self.at.clone()) });
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
                    Field::Keyed(kind, keys) => (kind, keys),
                    Field::Known(kind, kin) => (kind, kin.keys()),
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
