//! The one merge rule: maps merge by key, everything else replaces, `null` removes what was inherited.
//!
//! Two things follow from the language's types. A shorthand is the map it stands for, so a map in a higher layer
//! merges with it. A map that names another key of a union (an env value that becomes a field reference, a volume
//! that becomes a claim) replaces the one below, because the two together could never be right. And a map over
//! `none` merges with what `none` had switched off.
//!
//! All layers of one place are resolved together, so what is shadowed is known without further work.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::preset::Presets;
use super::{Entry, From, Layer, Settings};
use crate::diag::{Diagnostic, Report};
use crate::project::language;
use crate::project::schema::{MapType, Object, Switch, Type, join};
use crate::source::{Sources, Span};
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// `null` where nothing is inherited
    ///
    /// `null` removes what a weaker layer says, and no weaker layer says anything here.
    /// Fix: `""` is the empty text, `{}` the empty map; or remove the key.
    NOTHING_TO_REMOVE = "nothing-to-remove", Error;
}

type Stack<'p> = Vec<(Layer, &'p Tree<Span>)>;

/// Every `null` that was met, and whether it removed something in any profile.
#[derive(Default)]
pub struct Nulls(BTreeMap<Span, (bool, String)>);

impl Nulls {
    fn met(&mut self, span: Span, removed: bool, path: &str) {
        let entry = self.0.entry(span).or_insert_with(|| (false, path.to_owned()));
        entry.0 |= removed;
    }

    pub fn join(&mut self, other: Self) {
        for (span, (removed, path)) in other.0 {
            self.met(span, removed, &path);
        }
    }

    /// A `null` that removes nothing in any profile is a slip.
    pub fn report(&self, report: &mut Report) {
        for (span, (removed, path)) in &self.0 {
            if !removed {
                let message = format!("`{path}` is null, which removes an inherited value, but nothing is inherited");
                let d = Diagnostic::new(NOTHING_TO_REMOVE, message).at(*span);
                report.push(d.hint("write `\"\"` for an empty value, `{}` for an empty map, or remove the key"));
            }
        }
    }
}

/// Merges `layers` (strongest first) over the presets.
pub fn settings(
    profile: Arc<str>,
    preset: Arc<str>,
    layers: &[(Layer, &Tree<Span>)],
    presets: &Presets,
    texts: &Sources,
    nulls: &mut Nulls,
) -> Settings {
    let below = [(Layer::Preset(preset.clone()), presets.named(&preset)), (Layer::Default, presets.default())];
    let mut merger = Merger { texts, below: &below, entries: Vec::new(), known: BTreeMap::new(), nulls };
    let stack: Stack = layers.iter().cloned().chain(below.iter().cloned()).collect();
    let root = merger.object(&language::SETTINGS, &stack, &"".into());
    Settings { profile, preset, root, entries: merger.entries }
}

/// One preset over the defaults, with no project above them.
pub fn preset(name: Arc<str>, presets: &Presets, texts: &Sources) -> Settings {
    let below = [(Layer::Preset(name.clone()), presets.named(&name)), (Layer::Default, presets.default())];
    let mut merger =
        Merger { texts, below: &below, entries: Vec::new(), known: BTreeMap::new(), nulls: &mut Nulls::default() };
    let root = merger.object(&language::PRESET, &below.to_vec(), &"".into());
    Settings { profile: name.clone(), preset: name, root, entries: merger.entries }
}

struct Merger<'p, 'm> {
    texts: &'p Sources,
    below: &'m [(Layer, &'p Tree<Span>); 2],
    entries: Vec<Entry>,
    /// What presets say, by where it is written first.
    known: BTreeMap<Span, Arc<[(Layer, Span)]>>,
    nulls: &'m mut Nulls,
}

impl<'p> Merger<'p, '_> {
    /// Resolves one place. `None`: no layer has it, or it was removed.
    fn value(&mut self, ty: &Type, stack: &Stack<'p>, path: &Arc<str>) -> Option<Tree<From>> {
        let (layer, top) = stack.first()?;
        if top.is_null() {
            self.nulls.met(top.from, stack[1..].iter().any(|(_, tree)| !tree.is_null()), path);
            return None;
        }
        let mut tree = match (ty.choose(top), &top.kind) {
            (Type::Kubernetes("object" | "patch"), _) => return Some(self.raw(layer, top, path)),
            (Type::Object(object), Kind::Map(_)) => self.object(object, &maps(stack, Some(object)), path),
            (Type::Object(object), _) => self.shorthand(object, stack, path),
            (Type::Map(map_type), Kind::Map(_)) => self.map(map_type, &maps(stack, None), path),
            (_, Kind::Map(_)) => self.open(&maps(stack, None), path),
            (Type::List(item), Kind::List(list)) => self.list(item, layer, list, path),
            (_, Kind::List(list)) => self.list(&Type::Kubernetes("value"), layer, list, path),
            (scalar, _) => self.leaf(scalar, stack, path),
        };
        if tree.from == From::Nowhere && is_empty(&tree) {
            tree.from = self.record(path, places(stack));
        }
        Some(tree)
    }

    /// An empty value (`cache:`) of the project's own layer, where there is nothing that it could remove.
    fn empty(
        &mut self,
        map_type: &'static MapType,
        own: &Stack<'p>,
        stack: &Stack<'p>,
        path: &Arc<str>,
    ) -> Option<Tree<From>> {
        let (layer, top) = own.first()?;
        let removes = own[1..].iter().any(|(_, tree)| !tree.is_null());
        if !map_type.null_is_empty || !top.is_null() || !matches!(layer, Layer::Project) || removes {
            return None;
        }
        let below: Stack = stack.iter().filter(|(_, tree)| !tree.is_null()).cloned().collect();
        Some(match map_type.value.object() {
            Some(object) => self.object(object, &maps(&below, Some(object)), path),
            None => Kind::Map(Map::new()).into(),
        })
    }

    fn object(&mut self, object: &'static Object, maps: &Stack<'p>, path: &Arc<str>) -> Tree<From> {
        let keys = keys(maps, object.shorthand);
        let mut out = Map::with_capacity(keys.len());
        let arm = maps.iter().find_map(|(_, tree)| arm(object, tree.as_map()?));
        for key in keys {
            let Some(field) = object.field(&key) else { continue };
            if object.union.contains(&&*key) && arm.is_some_and(|arm| arm != &*key) {
                continue;
            }
            let mut stack = children(maps, &key, object.shorthand);
            if std::ptr::eq(object, &language::delivery::DELIVERY) && !stack.is_empty() {
                stack.extend(self.defaults(field.key));
            }
            self.entry(&mut out, key, &field.ty, &stack, maps, path);
        }
        Kind::Map(out).into()
    }

    fn map(&mut self, map_type: &'static MapType, maps: &Stack<'p>, path: &Arc<str>) -> Tree<From> {
        let keys = keys(maps, None);
        let mut out = Map::with_capacity(keys.len());
        for key in keys {
            let own = children(maps, &key, None);
            let stack = self.with_defaults(map_type, own.clone());
            let child = below(path, &key);
            let empty = self.empty(map_type, &own, &stack, &child);
            if let Some(value) = empty.or_else(|| self.value(&map_type.value, &stack, &child)) {
                let key_from = self.key_origin(maps, &key, &child);
                out.insert_from(key, key_from, value);
            }
        }
        Kind::Map(out).into()
    }

    /// A component inherits the presets' settings for its kind, and over them those for its mode.
    fn with_defaults(&self, map_type: &MapType, mut stack: Stack<'p>) -> Stack<'p> {
        let Some(kind) = map_type.defaults else { return stack };
        let mode = stack.iter().find_map(|(_, tree)| tree.get("mode")).and_then(Tree::as_str);
        for key in [mode.filter(|mode| *mode != kind), Some(kind)].into_iter().flatten() {
            stack.extend(self.defaults(key));
        }
        stack
    }

    /// What the presets say for all of a kind.
    fn defaults(&self, key: &str) -> Stack<'p> {
        let of = |(layer, root): &(Layer, &'p Tree<Span>)| Some((layer.clone(), root.at(&["defaults", key])?));
        self.below.iter().filter_map(of).collect()
    }

    /// A Kubernetes shape: merged by key, its keys are not known here.
    fn open(&mut self, maps: &Stack<'p>, path: &Arc<str>) -> Tree<From> {
        let keys = keys(maps, None);
        let mut out = Map::with_capacity(keys.len());
        for key in keys {
            let stack = children(maps, &key, None);
            self.entry(&mut out, key, &Type::Kubernetes("value"), &stack, maps, path);
        }
        Kind::Map(out).into()
    }

    /// An object or a patch as it is written. It inherits nothing: a `null` in it is the API's (`creationTimestamp: null`) or
    /// kustomize's, for which it removes what the object has.
    fn raw(&mut self, layer: &Layer, tree: &'p Tree<Span>, path: &Arc<str>) -> Tree<From> {
        let kind = match &tree.kind {
            Kind::Map(map) if !map.is_empty() => Kind::Map(Map::of(map.entries().map(|(key, entry)| {
                let path = below(path, key);
                let key_from = self.record(&path, vec![(layer.clone(), entry.key_from)]);
                (key.clone(), crate::tree::Entry { key_from, value: self.raw(layer, &entry.value, &path) })
            }))),
            Kind::List(list) if !list.is_empty() => {
                let items = list.iter().enumerate();
                Kind::List(items.map(|(at, item)| self.raw(layer, item, &format!("{path}[{at}]").into())).collect())
            }
            Kind::Map(_) => Kind::Map(Map::new()),
            Kind::List(_) => Kind::List(Vec::new()),
            _ => return self.leaf(&Type::Kubernetes("value"), &vec![(layer.clone(), tree)], path),
        };
        let from =
            if kind_is_empty(&kind) { self.record(path, vec![(layer.clone(), tree.from)]) } else { From::Nowhere };
        Tree::new(kind, from)
    }

    fn entry(
        &mut self,
        out: &mut Map<From>,
        key: Arc<str>,
        ty: &Type,
        stack: &Stack<'p>,
        maps: &Stack<'p>,
        path: &Arc<str>,
    ) {
        let child = below(path, &key);
        if let Some(value) = self.value(ty, stack, &child) {
            let key_from = self.key_origin(maps, &key, &child);
            out.insert_from(key, key_from, value);
        }
    }

    /// A key points to where its strongest layer wrote it.
    fn key_origin(&mut self, maps: &Stack<'p>, key: &str, path: &Arc<str>) -> From {
        let places = maps.iter().filter_map(|(layer, tree)| Some((layer.clone(), tree.as_map()?.entry(key)?.key_from)));
        let layers = places.collect();
        self.record(path, layers)
    }

    /// A scalar that stands for a map: it replaces the whole, and shadows the same key of what is below.
    fn shorthand(&mut self, object: &'static Object, stack: &Stack<'p>, path: &Arc<str>) -> Tree<From> {
        let field = object.shorthand.and_then(|key| object.field(key));
        let Some(field) = field else { return Tree::null() };
        let mut out = Map::new();
        let leaf = self.leaf(&field.ty, &children(stack, field.key, object.shorthand), path);
        out.insert_from(field.key, leaf.from.clone(), leaf);
        Kind::Map(out).into()
    }

    fn list(&mut self, item: &Type, layer: &Layer, list: &'p [Tree<Span>], path: &Arc<str>) -> Tree<From> {
        let mut out = Vec::new();
        for (index, element) in list.iter().enumerate() {
            let stack = vec![(layer.clone(), element)];
            let path = format!("{path}[{index}]").into();
            out.push(if element.is_null() {
                Tree::null()
            } else {
                self.value(item, &stack, &path).unwrap_or_default()
            });
        }
        Kind::List(out).into()
    }

    fn leaf(&mut self, ty: &Type, stack: &Stack<'p>, path: &Arc<str>) -> Tree<From> {
        let top = stack[0].1;
        let kind = match &top.kind {
            Kind::Bool(_) | Kind::Number(_) if ty.is_lexeme() => Kind::String(self.texts.text(top.from).into()),
            Kind::Bool(value) => Kind::Bool(*value),
            Kind::Number(number) => Kind::Number(number.clone()),
            Kind::String(text) => Kind::String(text.clone()),
            _ => Kind::Null,
        };
        Tree::new(kind, self.record(path, places(stack)))
    }

    fn record(&mut self, path: &Arc<str>, layers: Vec<(Layer, Span)>) -> From {
        let layers = match layers.first() {
            Some((Layer::Preset(_) | Layer::Default, span)) => {
                let known = self.known.entry(*span).or_insert_with(|| layers.as_slice().into());
                if **known == *layers { known.clone() } else { layers.into() }
            }
            _ => layers.into(),
        };
        self.entries.push(Entry { path: path.clone(), layers });
        From::One(self.entries.len() as u32 - 1)
    }
}

fn is_empty(tree: &Tree<From>) -> bool {
    kind_is_empty(&tree.kind)
}

fn kind_is_empty(kind: &Kind<From>) -> bool {
    match kind {
        Kind::Map(map) => map.is_empty(),
        Kind::List(list) => list.is_empty(),
        _ => false,
    }
}

fn below(path: &str, key: &str) -> Arc<str> {
    join(path, key).into()
}

fn places(stack: &Stack) -> Vec<(Layer, Span)> {
    stack.iter().map(|(layer, tree)| (layer.clone(), tree.from)).collect()
}

/// The maps that take part at one place, strongest first: down to a value that replaces them. The last one may be a
/// scalar that stands for a map.
fn maps<'p>(stack: &Stack<'p>, object: Option<&'static Object>) -> Stack<'p> {
    let shorthand = object.and_then(|object| object.shorthand);
    let mut out: Stack<'p> = Vec::new();
    for (layer, tree) in stack {
        match &tree.kind {
            Kind::Map(map) => {
                if object.is_some_and(|object| object.switch == Switch::Replace && switches(object, &out, map)) {
                    break;
                }
                out.push((layer.clone(), tree));
            }
            Kind::String(text) if &**text == "none" && shorthand.is_none() => {}
            _ => {
                let replaced = object.is_none_or(|object| !object.union.is_empty() && named(object, &out).is_some());
                if shorthand.is_some() && !tree.is_container() && !tree.is_null() && !replaced {
                    out.push((layer.clone(), tree));
                }
                break;
            }
        }
    }
    out
}

/// The key of the union that a map names.
fn arm(object: &Object, map: &Map<Span>) -> Option<&'static str> {
    object.union.iter().find(|key| map.get(key).is_some_and(|value| !value.is_null())).copied()
}

fn named(object: &Object, maps: &Stack) -> Option<&'static str> {
    maps.iter().find_map(|(_, tree)| arm(object, tree.as_map()?))
}

/// Whether a lower map names another key of the union than a higher one.
fn switches(object: &Object, higher: &Stack, lower: &Map<Span>) -> bool {
    matches!((named(object, higher), arm(object, lower)), (Some(a), Some(b)) if a != b)
}

/// All keys, in the order of the weakest layer that has them: a profile adds at the end.
fn keys(maps: &Stack, shorthand: Option<&'static str>) -> Vec<Arc<str>> {
    let mut out: indexmap::IndexSet<Arc<str>> = indexmap::IndexSet::new();
    for (_, tree) in maps.iter().rev() {
        match tree.as_map() {
            Some(map) => out.extend(map.keys().cloned()),
            None => out.extend(shorthand.map(Arc::from)),
        }
    }
    out.into_iter().collect()
}

/// What the layers have at one key; a scalar that stands for a map has itself there.
fn children<'p>(maps: &Stack<'p>, key: &str, shorthand: Option<&'static str>) -> Stack<'p> {
    let child = |tree: &'p Tree<Span>| match tree.kind {
        Kind::Map(_) => tree.get(key),
        Kind::Null | Kind::List(_) => None,
        _ => (shorthand == Some(key)).then_some(tree),
    };
    maps.iter().filter_map(|(layer, tree)| Some((layer.clone(), child(tree)?))).collect()
}
