//! The table of the language, walked along a project: which fields it sets, overrides in a profile, and removes there.

use std::collections::{BTreeMap, BTreeSet};

use kgen::project::language;
use kgen::project::schema::{Object, Type};
use kgen::tree::Tree;
use serde_json::{Map, Value};

/// `apps.*.env.*.fieldRef`: a field, under the first path that leads to its object.
pub type Name = String;

/// What was met.
#[derive(Default)]
pub struct Seen {
    pub set: BTreeMap<Name, usize>,
    pub overridden: BTreeMap<Name, usize>,
    pub removed: BTreeMap<Name, usize>,
}

pub struct Table {
    /// The first path of each object.
    objects: BTreeMap<usize, String>,
    pub fields: BTreeSet<Name>,
    /// Fields that hold an object with the name of another.
    aliases: BTreeSet<(Name, String)>,
}

fn address(object: &'static Object) -> usize {
    std::ptr::from_ref(object) as usize
}

impl Table {
    pub fn new() -> Self {
        let mut table = Self { objects: BTreeMap::new(), fields: BTreeSet::new(), aliases: BTreeSet::new() };
        table.object(&language::PROJECT, "");
        table
    }

    /// The name of an object: the first path that leads to it.
    pub fn path(&self, object: &'static Object) -> Option<&str> {
        self.objects.get(&address(object)).map(String::as_str)
    }

    /// Whether the object of `focus` is reached through this field, though its name is another's.
    pub fn leads(&self, name: &str, focus: &str) -> bool {
        let Some((object, _)) = focus.rsplit_once('.') else { return false };
        self.aliases.iter().any(|(from, to)| from == name && *to == object)
    }

    fn object(&mut self, object: &'static Object, path: &str) {
        if let Some(first) = self.objects.get(&address(object)) {
            self.aliases.insert((path.trim_end_matches(".*").to_owned(), first.clone()));
            return;
        }
        self.objects.insert(address(object), path.to_owned());
        for field in object.fields() {
            let child = join(path, field.key);
            self.fields.insert(child.clone());
            self.ty(&field.ty, &child);
        }
    }

    fn ty(&mut self, ty: &'static Type, path: &str) {
        match ty {
            Type::Object(object) => self.object(object, path),
            Type::Map(map) => self.ty(&map.value, &join(path, "*")),
            Type::List(item) => self.ty(item, &join(path, "*")),
            Type::OneOf(types) => types.iter().for_each(|ty| self.ty(ty, path)),
            _ => {}
        }
    }

    pub fn note(&self, project: &Value, seen: &mut Seen) {
        let whole = Type::Object(&language::PROJECT);
        self.walk(&whole, project, None, seen);
        let mut base = project.clone();
        let profiles = base.as_object_mut().and_then(|map| map.remove("profiles"));
        for layer in profiles.iter().filter_map(Value::as_object).flat_map(|map| map.values()) {
            self.walk(&whole, layer, Some(&base), seen);
        }
    }

    /// `below`: what the layer stands over; none for the project's own.
    fn walk(&self, ty: &Type, value: &Value, below: Option<&Value>, seen: &mut Seen) {
        let tree = Tree::<()>::from_json(value);
        let is_layer = below.is_some();
        match ty.choose(&tree) {
            Type::Object(object) => {
                let Some(path) = self.objects.get(&(std::ptr::from_ref(*object) as usize)) else { return };
                let own = fields(value, object);
                let under = below.map(|below| fields(below, object));
                for (key, value) in &own {
                    let Some(field) = object.field(key) else { continue };
                    let name = join(path, key);
                    let before = under.as_ref().and_then(|under| under.get(key));
                    let count = match (value.is_null(), before) {
                        (true, _) => &mut seen.removed,
                        (false, Some(before)) if before != value => &mut seen.overridden,
                        _ => &mut seen.set,
                    };
                    *count.entry(name).or_default() += 1;
                    if key != "profiles" {
                        let nothing = Value::Null;
                        let before = is_layer.then(|| before.unwrap_or(&nothing));
                        self.walk(&field.ty, value, before, seen);
                    }
                }
            }
            Type::Map(map) => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let before = below.map(|below| below.get(key).unwrap_or(&Value::Null));
                    self.walk(&map.value, value, before, seen);
                }
            }
            Type::List(item) => value.as_array().into_iter().flatten().enumerate().for_each(|(at, value)| {
                // A profile's list takes the place of the project's: the element there is the one that it overrides.
                let before = below.map(|below| below.get(at).unwrap_or(&Value::Null));
                let gone = before.and_then(Value::as_object).into_iter().flat_map(Map::keys);
                if let (Some(path), Some(now)) = (self.element(item), value.as_object()) {
                    for key in gone.filter(|key| !now.contains_key(*key)) {
                        *seen.removed.entry(join(&path, key)).or_default() += 1;
                    }
                }
                self.walk(item, value, before, seen);
            }),
            _ => {}
        }
    }

    fn element(&self, item: &Type) -> Option<String> {
        let object = item.object()?;
        self.objects.get(&(std::ptr::from_ref(object) as usize)).cloned()
    }
}

/// The keys of a map, or the one that a scalar stands for.
fn fields(value: &Value, object: &Object) -> Map<String, Value> {
    match (value, object.shorthand) {
        (Value::Object(map), _) => map.clone(),
        (Value::Null | Value::Array(_), _) | (_, None) => Map::new(),
        (scalar, Some(key)) => Map::from_iter([(key.to_owned(), scalar.clone())]),
    }
}

pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
