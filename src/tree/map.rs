//! The ordered map of a tree.
//!
//! Owns: pairs in the order in which they were written, and finding one by its key. Most maps have a handful of pairs, and
//! a large project has a million of them: they are a list and nothing else. Only a long one has an index, in a
//! B-tree, which no choice of keys makes slow.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, Tree};

/// Its order is part of what is written, not of what is equal. A copy shares its content until one of the two is changed:
/// the same labels stand in many objects.
#[derive(Debug)]
pub struct Map<O = ()>(Arc<Pairs<O>>);

#[derive(Clone, Debug)]
struct Pairs<O> {
    list: Vec<(Arc<str>, Entry<O>)>,
    /// Positions by key, of a list that is longer than [`FEW`].
    #[expect(clippy::box_collection, reason = "nearly no map has one, and every map would be larger by it")]
    index: Option<Box<BTreeMap<Arc<str>, usize>>>,
}

/// So many keys are compared one by one.
const FEW: usize = 16;

impl<O> Pairs<O> {
    fn with_capacity(capacity: usize) -> Self {
        Self { list: Vec::with_capacity(capacity), index: None }
    }

    fn find(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.list.iter().position(|(other, _)| **other == *key),
        }
    }

    fn insert(&mut self, key: Arc<str>, entry: Entry<O>) -> Option<Tree<O>> {
        if let Some(at) = self.find(&key) {
            return Some(std::mem::replace(&mut self.list[at].1, entry).value);
        }
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.list.len());
        }
        self.list.push((key, entry));
        if self.index.is_none() && self.list.len() > FEW {
            self.reindex();
        }
        None
    }

    fn reindex(&mut self) {
        let keys = self.list.iter().enumerate().map(|(at, (key, _))| (key.clone(), at));
        self.index = (self.list.len() > FEW).then(|| Box::new(keys.collect()));
    }
}

impl<O> Map<O> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Pairs::with_capacity(capacity)))
    }

    /// Of pairs of which the last of a key counts, at the place of the first.
    pub fn of(pairs: impl IntoIterator<Item = (Arc<str>, Entry<O>)>) -> Self {
        let pairs = pairs.into_iter();
        let mut out = Pairs::with_capacity(pairs.size_hint().0);
        for (key, entry) in pairs {
            out.insert(key, entry);
        }
        Self(Arc::new(out))
    }

    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Tree<O>> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry<O>> {
        self.0.find(key).map(|at| &self.0.list[at].1)
    }

    /// The position of a key, with what stands there.
    pub fn find(&self, key: &str) -> Option<(usize, &Arc<str>, &Entry<O>)> {
        let at = self.0.find(key)?;
        let (key, entry) = &self.0.list[at];
        Some((at, key, entry))
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.0.find(key).is_some()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Tree<O>)> + ExactSizeIterator {
        self.0.list.iter().map(|(key, entry)| (key, &entry.value))
    }

    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Entry<O>)> + ExactSizeIterator {
        self.0.list.iter().map(|(key, entry)| (key, entry))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator {
        self.0.list.iter().map(|(key, _)| key)
    }

    /// Whether two maps are one in memory, which then are equal.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<O: Clone> Map<O> {
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Tree<O>> {
        // Content that others share is copied only for a key that is there.
        let at = self.0.find(key)?;
        Some(&mut Arc::make_mut(&mut self.0).list[at].1.value)
    }

    /// Adds or replaces; a replaced key keeps its position.
    pub fn insert_from(&mut self, key: impl Into<Arc<str>>, key_from: O, value: Tree<O>) -> Option<Tree<O>> {
        Arc::make_mut(&mut self.0).insert(key.into(), Entry { key_from, value })
    }

    /// Removes and keeps the order of the rest.
    pub fn remove(&mut self, key: &str) -> Option<Tree<O>> {
        let at = self.0.find(key)?;
        let pairs = Arc::make_mut(&mut self.0);
        let (_, entry) = pairs.list.remove(at);
        pairs.reindex();
        Some(entry.value)
    }

    /// Takes the value and leaves `null` at its position, for one that is put back changed.
    pub fn remove_in_place(&mut self, key: &str) -> Option<Tree<O>>
    where
        O: Default,
    {
        self.get_mut(key).map(std::mem::take)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Tree<O>)> {
        Arc::make_mut(&mut self.0).list.iter_mut().map(|(key, entry)| (&*key, &mut entry.value))
    }

    pub fn sort_keys(&mut self) {
        let pairs = Arc::make_mut(&mut self.0);
        pairs.list.sort_by(|(a, _), (b, _)| a.cmp(b));
        pairs.reindex();
    }
}

impl<O: Clone + Default> Map<O> {
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Tree<O>>) -> Option<Tree<O>> {
        self.insert_from(key, O::default(), value.into())
    }
}

impl<O: Default, K: Into<Arc<str>>, V: Into<Tree<O>>> FromIterator<(K, V)> for Map<O> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let entry = |(key, value): (K, V)| (key.into(), Entry { key_from: O::default(), value: value.into() });
        Self::of(pairs.into_iter().map(entry))
    }
}

impl<O> Clone for Map<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<O> Default for Map<O> {
    fn default() -> Self {
        Self(Arc::new(Pairs::with_capacity(0)))
    }
}

impl<O> PartialEq for Map<O> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: i64) -> Map {
        (0..count).map(|n| (format!("k{n}"), n)).collect()
    }

    #[test]
    fn pairs_are_found_in_maps_of_any_length() {
        for count in [0, 1, 16, 17, 18, 100] {
            let map = numbered(count);
            assert_eq!(map.len(), count as usize);
            assert!((0..count).all(|n| map.get(&format!("k{n}")).and_then(Tree::as_i64) == Some(n)), "{count}");
            assert!(map.get("k").is_none() && !map.contains_key(&format!("k{count}")));
        }
    }

    #[test]
    fn a_replaced_key_keeps_its_position_and_a_removed_one_closes_the_gap() {
        for count in [3, 17, 18, 40] {
            let mut map = numbered(count);
            assert_eq!(map.insert("k1", "new").and_then(|old| old.as_i64()), Some(1));
            assert_eq!(map.remove("k0").and_then(|old| old.as_i64()), Some(0));
            assert!(map.remove("k0").is_none());
            assert_eq!(map.keys().next().map(|key| &**key), Some("k1"));
            assert!((2..count).all(|n| map.get(&format!("k{n}")).and_then(Tree::as_i64) == Some(n)), "{count}");
            map.insert("k0", 0);
            assert_eq!(map.keys().last().map(|key| &**key), Some("k0"));
            map.sort_keys();
            assert!(map.keys().is_sorted() && map.get("k0").and_then(Tree::as_i64) == Some(0));
        }
    }

    #[test]
    fn a_copy_is_its_own_once_it_is_changed() {
        let map = numbered(20);
        let mut copy = map.clone();
        assert!(copy.get_mut("none").is_none() && copy.is(&map));
        copy.insert("k1", 7);
        assert!(!copy.is(&map) && map.get("k1").and_then(Tree::as_i64) == Some(1));
    }

    #[test]
    fn order_is_not_part_of_equality() {
        let map = numbered(20);
        let back: Map = map.iter().rev().map(|(key, value)| (key.clone(), value.clone())).collect();
        assert_eq!(map, back);
        assert_ne!(map, numbered(21));
    }
}
