//! The one tree that flows through all stages: a YAML value whose every node may know where it came from.
//!
//! `Tree<Span>` is a file as written, `Tree<From>` a merged setting, `Tree<Place>` a rendered object. Equality
//! ignores origins, so that stages compare meanings.
//! Does not own: reading or writing YAML (`project/node.rs`, `output/yaml.rs`).

mod map;

use std::fmt;
use std::sync::Arc;

use serde_json::Number;

pub use map::Map;

use crate::secret::Secret;

#[derive(Clone, Debug, Default)]
pub struct Tree<O = ()> {
    pub kind: Kind<O>,
    pub from: O,
}

#[derive(Clone, Debug, Default)]
pub enum Kind<O = ()> {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    /// A value that only the stream's writer may open. It stands in `data` of a Secret.
    Secret(Arc<Secret<String>>),
    List(Vec<Tree<O>>),
    Map(Map<O>),
}

#[derive(Clone, Debug)]
pub struct Entry<O = ()> {
    /// Where the key was written.
    pub key_from: O,
    pub value: Tree<O>,
}

impl<O> PartialEq for Tree<O> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl<O> PartialEq for Kind<O> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::Secret(a), Kind::Secret(b)) => a == b,
            (Kind::List(a), Kind::List(b)) => a == b,
            (Kind::Map(a), Kind::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl<O> Tree<O> {
    pub fn new(kind: Kind<O>, from: O) -> Self {
        Self { kind, from }
    }

    pub fn as_map(&self) -> Option<&Map<O>> {
        if let Kind::Map(map) = &self.kind { Some(map) } else { None }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut Map<O>> {
        if let Kind::Map(map) = &mut self.kind { Some(map) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Tree<O>]> {
        if let Kind::List(list) = &self.kind { Some(list) } else { None }
    }

    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Tree<O>>> {
        if let Kind::List(list) = &mut self.kind { Some(list) } else { None }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Kind::Bool(value) = self.kind { Some(value) } else { None }
    }

    pub fn as_i64(&self) -> Option<i64> {
        if let Kind::Number(number) = &self.kind { number.as_i64() } else { None }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    pub fn is_container(&self) -> bool {
        matches!(self.kind, Kind::List(_) | Kind::Map(_))
    }

    pub fn get(&self, key: &str) -> Option<&Tree<O>> {
        self.as_map()?.get(key)
    }

    /// Follows keys through nested maps.
    pub fn at(&self, path: &[&str]) -> Option<&Tree<O>> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    pub fn child(&self, step: Step) -> Option<&Tree<O>> {
        match step {
            Step::Key(key) => self.get(key),
            Step::Index(index) => self.as_list()?.get(index),
        }
    }

    /// What a person calls this kind of value: "a map", "a string", ...
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) | Kind::Secret(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The same tree with other origins.
    pub fn map_from<P>(&self, f: &mut impl FnMut(&O) -> P) -> Tree<P> {
        let from = f(&self.from);
        let kind = match &self.kind {
            Kind::Null => Kind::Null,
            Kind::Bool(value) => Kind::Bool(*value),
            Kind::Number(number) => Kind::Number(number.clone()),
            Kind::String(text) => Kind::String(text.clone()),
            Kind::Secret(secret) => Kind::Secret(secret.clone()),
            Kind::List(list) => Kind::List(list.iter().map(|item| item.map_from(f)).collect()),
            Kind::Map(map) => Kind::Map(Map::of(map.entries().map(|(key, entry)| {
                let key_from = f(&entry.key_from);
                (key.clone(), Entry { key_from, value: entry.value.map_from(f) })
            }))),
        };
        Tree { kind, from }
    }

    /// Calls `f` with the path and node of every scalar and every empty container.
    pub fn leaves<'t>(&'t self, f: &mut impl FnMut(&[Step<'t>], &'t Tree<O>)) {
        walk(self, &mut Vec::new(), f);
    }

    /// Whether a secret value stands anywhere in it.
    pub fn holds_secret(&self) -> bool {
        match &self.kind {
            Kind::Secret(_) => true,
            Kind::List(list) => list.iter().any(Tree::holds_secret),
            Kind::Map(map) => map.iter().any(|(_, value)| value.holds_secret()),
            _ => false,
        }
    }

    /// The first scalar or empty container: where a container was written, for a message.
    pub fn first_leaf(&self) -> Option<&Tree<O>> {
        match &self.kind {
            Kind::List(list) if !list.is_empty() => list.iter().find_map(Tree::first_leaf),
            Kind::Map(map) if !map.is_empty() => map.iter().find_map(|(_, value)| value.first_leaf()),
            _ => Some(self),
        }
    }

    /// As JSON, for the Kubernetes types. A secret value becomes `opaque`: its base64 is a stand-in.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Number(number) => serde_json::Value::Number(number.clone()),
            Kind::String(text) => serde_json::Value::String(text.to_string()),
            Kind::Secret(_) => "b3BhcXVl".into(),
            Kind::List(list) => list.iter().map(Tree::to_json).collect(),
            Kind::Map(map) => {
                serde_json::Value::Object(map.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
    }
}

fn walk<'t, O>(tree: &'t Tree<O>, path: &mut Vec<Step<'t>>, f: &mut impl FnMut(&[Step<'t>], &'t Tree<O>)) {
    match &tree.kind {
        Kind::List(list) if !list.is_empty() => {
            for (index, item) in list.iter().enumerate() {
                path.push(Step::Index(index));
                walk(item, path, f);
                path.pop();
            }
        }
        Kind::Map(map) if !map.is_empty() => {
            for (key, value) in map.iter() {
                path.push(Step::Key(key));
                walk(value, path, f);
                path.pop();
            }
        }
        _ => f(path, tree),
    }
}

/// One step of a path into a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

/// A path as `kgen explain` reads and writes it: `spec.containers[0].env`, and `data["app.toml"]` for a key with a dot.
pub fn path_text(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Index(index) => out.push_str(&format!("[{index}]")),
            Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                out.push_str(&format!("[{key:?}]"));
            }
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
        }
    }
    out
}

impl<O: Clone> Tree<O> {
    /// The tree at `path`; what others share is copied on the way.
    pub fn at_mut(&mut self, path: &[Step]) -> Option<&mut Tree<O>> {
        path.iter().try_fold(self, |tree, step| match step {
            Step::Key(key) => tree.as_map_mut()?.get_mut(key),
            Step::Index(index) => tree.as_list_mut()?.get_mut(*index),
        })
    }
}

impl<O: Clone + Default> Tree<O> {
    pub fn null() -> Self {
        Self::default()
    }

    pub fn map<K: Into<Arc<str>>, V: Into<Tree<O>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Kind::Map(pairs.into_iter().collect()).into()
    }

    pub fn list<V: Into<Tree<O>>>(items: impl IntoIterator<Item = V>) -> Self {
        Kind::List(items.into_iter().map(Into::into).collect()).into()
    }

    pub fn from_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::null(),
            serde_json::Value::Bool(value) => (*value).into(),
            serde_json::Value::Number(number) => Kind::Number(number.clone()).into(),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(items) => Self::list(items.iter().map(Self::from_json)),
            serde_json::Value::Object(pairs) => Self::map(pairs.iter().map(|(k, v)| (k.as_str(), Self::from_json(v)))),
        }
    }
}

impl<O: Default> From<Kind<O>> for Tree<O> {
    fn from(kind: Kind<O>) -> Self {
        Self { kind, from: O::default() }
    }
}

impl<O: Default> From<&str> for Tree<O> {
    fn from(text: &str) -> Self {
        Kind::String(text.into()).into()
    }
}

impl<O: Default> From<String> for Tree<O> {
    fn from(text: String) -> Self {
        Kind::String(text.into()).into()
    }
}

impl<O: Default> From<Arc<str>> for Tree<O> {
    fn from(text: Arc<str>) -> Self {
        Kind::String(text).into()
    }
}

impl<O: Default> From<bool> for Tree<O> {
    fn from(value: bool) -> Self {
        Kind::Bool(value).into()
    }
}

impl<O: Default> From<i64> for Tree<O> {
    fn from(value: i64) -> Self {
        Kind::Number(value.into()).into()
    }
}

impl<O: Default> From<Map<O>> for Tree<O> {
    fn from(map: Map<O>) -> Self {
        Kind::Map(map).into()
    }
}

impl<O: Default> From<Vec<Tree<O>>> for Tree<O> {
    fn from(list: Vec<Tree<O>>) -> Self {
        Kind::List(list).into()
    }
}

/// A scalar as a person would write it; for messages.
impl<O> fmt::Display for Tree<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => value.fmt(f),
            Kind::Number(number) => number.fmt(f),
            Kind::String(text) => f.write_str(text),
            Kind::Secret(secret) => secret.fmt(f),
            Kind::List(list) => write!(f, "a list of {}", list.len()),
            Kind::Map(map) => write!(f, "a map of {}", map.len()),
        }
    }
}
