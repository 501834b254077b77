//! Values along the table of the language: a field that is added there is made here without a further word.
//!
//! Owns: how often a field is set, changed, and removed. What is special about a place is in `special.rs`, what fields ask
//! of each other in `fit.rs`.

use kgen::project::schema::{Object, Switch, Type};
use kgen::tree::Tree;
use serde_json::{Map, Value, json};

use crate::law::special::{self, Special};
use crate::law::table::{Name, Table, join};
use crate::law::words;
use crate::law::world::World;
use crate::random::Random;

pub struct Maker {
    pub random: Random,
    pub world: World,
    pub table: &'static Table,
    /// Of a hundred fields of a component, so many are set.
    pub density: usize,
    /// Fields, as the table calls them, that this project has, and that a profile changes or removes.
    pub focus: Vec<Name>,
}

/// Fields without which their object is not valid: the end of the path of the object, and the keys.
pub const NEEDED: [(&str, &[&str]); 25] = [
    ("apps.*", &["image"]),
    ("jobs.*", &["image"]),
    ("redis.*", &["image", "mode", "auth"]),
    ("postgres.*", &["image", "storage", "instances", "mode"]),
    ("storage", &["size"]),
    ("walStorage", &["size"]),
    ("persistence", &["size"]),
    ("initContainers.*", &["image"]),
    ("sidecars.*", &["image"]),
    ("ports.*", &["containerPort"]),
    ("fieldRef", &["fieldPath"]),
    ("resourceFieldRef", &["resource"]),
    ("configMapRef", &["name"]),
    ("secretRef", &["name"]),
    ("exec", &["command"]),
    ("grpc", &["port"]),
    ("imagePullSecrets.*", &["name"]),
    ("autoscaling", &["maxReplicas"]),
    ("gateway", &["parentRefs"]),
    ("backup", &["schedule", "to"]),
    ("s3", &["bucket"]),
    ("external", &["store"]),
    ("patches.*", &["target", "patch"]),
    ("target", &["kind", "name"]),
    ("namespace", &["name"]),
];

pub fn is_needed(path: &str, key: &str) -> bool {
    NEEDED.iter().any(|(end, keys)| {
        let matches = path == *end || path.ends_with(&format!(".{end}"));
        matches && keys.contains(&key)
    })
}

/// Maps with a union of which one arm must be there.
const FULL: [&str; 8] =
    ["env.*", "envFrom.*", "files.*", "volumes.*", "valueFrom", "to", "configs.*.*", "secretProvider"];

/// The path with `*` for the names of maps and the numbers of lists.
pub type At = Vec<String>;

fn is_at(at: &At, ends: &[&str]) -> bool {
    let pattern = |end: &&str| {
        let end: Vec<&str> = end.split('.').collect();
        at.len() >= end.len() && at[at.len() - end.len()..].iter().zip(&end).all(|(a, b)| *b == "*" || a == b)
    };
    ends.iter().any(pattern)
}

impl Maker {
    pub fn value(&mut self, ty: &'static Type, at: &mut At) -> Option<Value> {
        match special::at(self, at) {
            Special::Is(value) => return Some(value),
            Special::Skip => return None,
            Special::Table => {}
        }
        let random = &mut self.random;
        Some(match ty {
            Type::Text | Type::Wired => words::text(random).into(),
            Type::Password => return None,
            Type::Word(rule) | Type::String(rule) => words::of_rule(random, rule).into(),
            Type::Bool => random.chance(50).into(),
            Type::Integer(min, max) => (min + random.below((max - min).min(20) as usize + 1) as i64).into(),
            Type::Count if random.chance(40) => format!("{}%", 10 + random.below(80)).into(),
            Type::Count => (1 + random.below(2)).into(),
            Type::Enum(words) => (*random.pick(words)).into(),
            Type::Kubernetes(_) => return None,
            Type::List(item) => return self.list(item, at),
            Type::Map(map) => {
                let mut out = Map::new();
                for _ in 0..1 + self.random.below(3) {
                    self.entry(&mut out, map, at);
                }
                out.into()
            }
            Type::Object(object) => return self.object(object, at),
            Type::OneOf(types) => {
                let leading = types.iter().find(|ty| ty.object().is_some_and(|object| self.leads_into(object)));
                let ty = match leading {
                    Some(ty) => ty,
                    None => self.random.pick(types),
                };
                return self.value(ty, at);
            }
        })
    }

    fn list(&mut self, item: &'static Type, at: &mut At) -> Option<Value> {
        let mut out: Vec<Value> = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            at.push("*".into());
            let value = self.value(item, at);
            at.pop();
            out.extend(value.filter(|value| !out.contains(value)));
        }
        (!out.is_empty()).then(|| out.into())
    }

    fn entry(&mut self, out: &mut Map<String, Value>, map: &'static kgen::project::schema::MapType, at: &mut At) {
        let key = special::key(self, at, map.key);
        at.push(key.clone());
        let value = self.value(&map.value, at);
        at.pop();
        if let Some(value) = value {
            out.insert(key, value);
        }
    }

    pub fn object(&mut self, object: &'static Object, at: &mut At) -> Option<Value> {
        let leads = object.fields().any(|field| self.leads(object, field.key));
        if let Some(key) = object.shorthand.filter(|_| !leads && self.random.chance(35)) {
            let field = object.field(key)?;
            at.push(key.into());
            let value = self.value(&field.ty, at);
            at.pop();
            // A list or a map is no shorthand.
            return value.filter(|value| !value.is_array() && !value.is_object());
        }
        let mut out = Map::new();
        let arm = self.arm(object, at);
        for field in object.fields() {
            let path = self.pattern(at);
            let wanted = match object.union.contains(&field.key) {
                true => arm == Some(field.key),
                false => {
                    is_needed(&path, field.key)
                        || self.leads(object, field.key)
                        || self.random.chance(self.chance_of(at))
                }
            };
            if wanted {
                at.push(field.key.into());
                let value = self.value(&field.ty, at);
                at.pop();
                if let Some(value) = value {
                    out.insert(field.key.into(), value);
                }
            }
        }
        // What it needs cannot be made here.
        if arm.is_some_and(|key| is_at(at, &FULL) && !out.contains_key(key)) {
            return None;
        }
        Some(out.into())
    }

    /// Whether a field is one of those that this project is about, or on the way to it.
    fn leads(&self, object: &'static Object, key: &str) -> bool {
        let Some(path) = self.table.path(object) else { return false };
        let name = join(path, key);
        let below = |focus: &Name| {
            focus.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.focus.iter().any(|focus| below(focus) || self.table.leads(&name, focus))
    }

    fn leads_into(&self, object: &'static Object) -> bool {
        object.fields().any(|field| self.leads(object, field.key))
    }

    fn chance_of(&self, at: &At) -> usize {
        match at.len() {
            0..=2 => self.density,
            3 | 4 => 35,
            _ => 40,
        }
    }

    /// One key of the union; none where none is needed.
    fn arm(&mut self, object: &'static Object, at: &At) -> Option<&'static str> {
        if let Some(key) = object.union.iter().find(|key| self.leads(object, key)) {
            return Some(key);
        }
        let full = is_at(at, &FULL) || at.last().is_some_and(|key| key.ends_with("Probe"));
        if object.union.is_empty() || (!full && self.random.chance(40)) {
            return None;
        }
        Some(*self.random.pick(object.union))
    }

    /// The path as the table says it.
    pub fn pattern(&self, at: &At) -> String {
        let named = |index: usize| {
            let before = index.checked_sub(1).map(|before| at[before].as_str()).unwrap_or_default();
            let maps = [
                "apps",
                "jobs",
                "redis",
                "postgres",
                "configs",
                "secrets",
                "env",
                "files",
                "volumes",
                "ports",
                "initContainers",
                "sidecars",
                "requests",
                "limits",
            ];
            let two = index >= 2 && matches!(at[index - 2].as_str(), "configs" | "secrets") && index == 2;
            maps.contains(&before) || two
        };
        let words: Vec<&str> =
            at.iter().enumerate().map(|(index, key)| if named(index) { "*" } else { key.as_str() }).collect();
        words.join(".")
    }

    /// A change of a value: of the same type, with some parts other, gone, or new.
    pub fn vary(&mut self, ty: &'static Type, value: &Value, at: &mut At) -> Option<Value> {
        let chosen: &'static Type = chosen(ty, value);
        if matches!(special::at(self, at), Special::Is(_)) && !value.is_object() {
            return self.value(ty, at);
        }
        match (chosen, value) {
            (Type::Object(object), Value::Object(map)) => self.vary_object(object, map, at),
            (Type::Map(map_type), Value::Object(map)) => {
                let mut out = map.clone();
                for (key, value) in map {
                    match self.random.below(100) {
                        0..12 if map.len() > 1 || self.random.chance(30) => drop(out.remove(key)),
                        12..60 => {
                            at.push(key.clone());
                            let new = self.vary(&map_type.value, value, at);
                            at.pop();
                            out.extend(new.map(|new| (key.clone(), new)));
                        }
                        _ => {}
                    }
                }
                if self.random.chance(25) {
                    self.entry(&mut out, map_type, at);
                }
                Some(out.into())
            }
            _ => self.value(ty, at).or_else(|| Some(value.clone())),
        }
    }

    /// How often a field is removed.
    fn gone(&self, object: &'static Object, key: &str, shallow: bool) -> usize {
        let name = self.table.path(object).map(|path| join(path, key)).unwrap_or_default();
        match self.leads(object, key) {
            true if self.focus.contains(&name) => 45,
            // What is on the way stays.
            true => 4,
            false if shallow => 10,
            false => 15,
        }
    }

    fn vary_object(&mut self, object: &'static Object, map: &Map<String, Value>, at: &mut At) -> Option<Value> {
        let mut out = map.clone();
        let shallow = at.len() <= 2;
        let path = self.pattern(at);
        for field in object.fields() {
            let in_union = object.union.contains(&field.key);
            at.push(field.key.into());
            match map.get(field.key) {
                Some(_)
                    if !is_needed(&path, field.key) && self.random.chance(self.gone(object, field.key, shallow)) =>
                {
                    out.remove(field.key);
                    at.pop();
                    if in_union {
                        let arm = *self.random.pick(object.union);
                        at.push(arm.into());
                        let new = object.field(arm).and_then(|field| self.value(&field.ty, at));
                        let new = new.map_or((field.key, map[field.key].clone()), |new| (arm, new));
                        out.insert(new.0.into(), new.1);
                    } else {
                        at.push(field.key.into());
                    }
                }
                Some(value) if self.leads(object, field.key) || self.random.chance(if shallow { 25 } else { 40 }) => {
                    if let Some(new) = self.vary(&field.ty, value, at) {
                        out.insert(field.key.into(), new);
                    }
                }
                None if !in_union && self.random.chance(5) => {
                    if let Some(new) = self.value(&field.ty, at) {
                        out.insert(field.key.into(), new);
                    }
                }
                _ => {}
            }
            at.pop();
        }
        Some(out.into())
    }
}

fn chosen(ty: &'static Type, value: &Value) -> &'static Type {
    match ty {
        Type::OneOf(types) => {
            let fits = |ty: &&'static Type| match ty {
                Type::Object(_) | Type::Map(_) => value.is_object(),
                Type::List(_) => value.is_array(),
                _ => !value.is_object() && !value.is_array(),
            };
            types.iter().find(fits).map_or(ty, |ty| chosen(ty, value))
        }
        ty => ty,
    }
}

/// What a profile has to say so that `new` stands where `old` stood: what changed, and `null` for what is gone.
pub fn difference(ty: &Type, old: &Value, new: &Value) -> Option<Value> {
    if old == new {
        return None;
    }
    let object = match ty.choose(&Tree::<()>::from_json(new)) {
        Type::Object(object) => Some(*object),
        _ => None,
    };
    let short = object.and_then(|object| object.shorthand).filter(|_| !old.is_object() && !old.is_null());
    let before = match short {
        Some(key) => json!({ key: old }),
        None => old.clone(),
    };
    let (Value::Object(before), Value::Object(after)) = (&before, new) else { return Some(new.clone()) };
    let switches = object.is_some_and(|object| {
        let arm = |map: &Map<String, Value>| object.union.iter().copied().find(|key| map.contains_key(*key));
        object.switch == Switch::Replace && arm(before) != arm(after)
    });
    if switches {
        return Some(new.clone());
    }
    let mut out = Map::new();
    let map = match ty.choose(&Tree::<()>::from_json(new)) {
        Type::Map(map) => Some(*map),
        _ => None,
    };
    for (key, value) in after {
        let ty = map.map(|map| &map.value).or_else(|| Some(&object?.field(key)?.ty)).unwrap_or(&OPEN);
        let change = match before.get(key) {
            Some(old) => difference(ty, old, value),
            None => Some(value.clone()),
        };
        out.extend(change.map(|change| (key.clone(), change)));
    }
    out.extend(before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), Value::Null)));
    Some(out.into())
}

static OPEN: Type = Type::Kubernetes("value");
