//! The JSON Schema of the project file, for editors and other people's tools.
//!
//! Owns: the tables of the language as JSON Schema 2020-12, with descriptions, defaults and examples.
//! Does not own: the tables (`project/language.rs`), which also decode the file. What needs two places of a file to be
//! judged (a reference, a removal of nothing) a schema lets pass.
//! Source: https://json-schema.org/draft/2020-12/json-schema-core, `json-schema-validation`.

mod defaults;

use serde_json::{Map, Value, json};

use crate::project::language;
use crate::project::node::{self, Dialect};
use crate::project::rule::Rule;
use crate::project::schema::{Field, MapType, Object, Type};
use crate::settings::preset::Presets;
use defaults::Default;

/// The schema of a whole project file.
pub fn document(presets: &Presets) -> Value {
    let mut writer = Writer { presets, defs: Map::new(), names: Vec::new() };
    let root = writer.body(&language::PROJECT, "project", None);
    let mut out = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:kgen:project:v1",
        "title": "kgen project file",
        "description": "One system with its profiles: apps, jobs, Redis, PostgreSQL, configs, secrets and what is wired to what.",
    });
    merge(&mut out, root);
    merge(&mut out, json!({"required": ["apiVersion", "project"]}));
    writer.defs.insert("reference".into(), reference());
    writer.defs.sort_keys();
    merge(&mut out, json!({"$defs": writer.defs}));
    out
}

/// A value that is known when the profile is rendered.
fn reference() -> Value {
    json!({
        "type": "string",
        "pattern": REFERENCE,
        "description": "A reference to a setting, or to an output of a component.",
        "examples": ["${redis.cache.url}", "${secrets.app.API_KEY}", "${profile}"],
    })
}

const REFERENCE: &str = r"\$\{";

struct Writer<'p> {
    presets: &'p Presets,
    defs: Map<String, Value>,
    /// Objects that have a name in `defs`: each is written once.
    names: Vec<(&'static Object, String)>,
}

impl Writer<'_> {
    /// `place` is where the type stands first: its last words name it.
    fn value(&mut self, ty: &'static Type, place: &str) -> Value {
        match ty {
            Type::Text | Type::Wired | Type::Password => json!({"type": ["string", "number", "boolean"]}),
            Type::Word(rule) => text(&["string", "number"], rule),
            Type::String(rule) => text(&["string"], rule),
            Type::Bool => or_reference(json!({"type": "boolean"})),
            Type::Integer(min, max) => or_reference(integer(*min, *max)),
            Type::Count => or_reference(any_of([integer(0, i64::from(i32::MAX)), percentage()])),
            Type::Enum(words) => or_reference(json!({"enum": words})),
            Type::Kubernetes("patch") => json!({"type": ["object", "array"]}),
            Type::Kubernetes(name) if name.ends_with(" list") => json!({"type": "array", "items": {"type": "object"}}),
            Type::Kubernetes(_) => json!({"type": "object"}),
            Type::List(item) => json!({"type": "array", "items": not_null(self.value(item, place))}),
            Type::Map(map) => self.map(map, place),
            Type::Object(object) => self.object(object, place, None),
            Type::OneOf(types) => any_of(types.iter().map(|ty| self.value(ty, place)).collect::<Vec<_>>()),
        }
    }

    fn map(&mut self, map: &'static MapType, place: &str) -> Value {
        let value = match &map.value {
            Type::Object(object) => self.object(object, place, map.defaults),
            other => self.value(other, place),
        };
        let mut out = json!({"type": "object", "additionalProperties": or_null(value)});
        if !map.key.pattern.is_empty() {
            merge(&mut out, json!({"propertyNames": {"pattern": map.key.pattern}}));
        }
        out
    }

    /// A reference to the object's definition, which is written when it is met first.
    fn object(&mut self, object: &'static Object, place: &str, defaults: Option<&str>) -> Value {
        let known = self.names.iter().find(|(known, _)| std::ptr::eq(*known, object));
        let name = match known {
            Some((_, name)) => name.clone(),
            None => self.define(object, place, defaults),
        };
        json!({"$ref": format!("#/$defs/{name}")})
    }

    fn define(&mut self, object: &'static Object, place: &str, defaults: Option<&str>) -> String {
        let is_free = |name: &String| self.names.iter().all(|(_, known)| known != name);
        let words: Vec<&str> = place.split('.').collect();
        let mut names = (1..=words.len()).map(|count| words[words.len() - count..].join("."));
        let name = names.find(is_free).unwrap_or_else(|| place.to_owned());
        self.names.push((object, name.clone()));
        let body = self.body(object, &name, defaults);
        let value = match object.shorthand.and_then(|key| object.field(key)) {
            Some(field) => {
                let short = self.value(&field.ty, &format!("{name}.{}", field.key));
                or_null(any_of([short, body]))
            }
            None => or_null(body),
        };
        self.defs.insert(name.clone(), value);
        name
    }

    fn body(&mut self, object: &'static Object, place: &str, defaults: Option<&str>) -> Value {
        let mut properties = Map::new();
        for field in object.fields() {
            properties.insert(field.key.into(), self.field(field, place, defaults));
        }
        let mut out = json!({"type": "object", "properties": properties, "additionalProperties": false});
        let pairs = exclusive(object.union);
        if !pairs.is_empty() {
            merge(&mut out, json!({"not": {"anyOf": pairs}}));
        }
        out
    }

    fn field(&mut self, field: &'static Field, place: &str, defaults: Option<&str>) -> Value {
        let mut doc = field.doc.to_owned();
        let mut out = Map::new();
        match defaults.map(|section| defaults::of(self.presets, section, field.key)) {
            Some(Default::One(value)) => drop(out.insert("default".into(), value)),
            Some(Default::Several(words)) => doc.push_str(&format!(" {words}")),
            None | Some(Default::None) => {}
        }
        let example = field.example.and_then(|text| node::parse_bare(text, Dialect::Project));
        out.extend(example.map(|example| ("examples".into(), json!([example.to_json()]))));
        let mut value = self.value(&field.ty, &format!("{place}.{}", field.key));
        if field.key == "mode" && place == "files" {
            // Half of all readers of YAML take `0644` for a text.
            value = any_of([value, json!({"type": "string", "pattern": "^0[0-7]+$"})]);
        }
        let mut all = json!({"description": doc});
        merge(&mut all, if is_head(field) { value } else { or_null(value) });
        merge(&mut all, Value::Object(out));
        all
    }
}

/// Nothing can be inherited for these.
fn is_head(field: &Field) -> bool {
    matches!(field.key, "apiVersion" | "project")
}

/// No two keys of a union, unless one is null and thereby removed.
fn exclusive(union: &[&str]) -> Vec<Value> {
    let something = || json!({"not": {"type": "null"}});
    let both = |a: &str, b: &str| json!({"type": "object", "required": [a, b], "properties": {a: something(), b: something()}});
    let pairs = union.iter().enumerate().flat_map(|(index, a)| union[index + 1..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| both(a, b)).collect()
}

fn text(types: &[&str], rule: &Rule) -> Value {
    let ty = if let [one] = types { json!(one) } else { json!(types) };
    match rule.pattern {
        "" => json!({"type": ty}),
        pattern => json!({"type": ty, "pattern": format!("(?:{pattern})|{REFERENCE}")}),
    }
}

fn integer(min: i64, max: i64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

fn percentage() -> Value {
    json!({"type": "string", "pattern": "^(100|[0-9]{1,2})%$"})
}

fn or_reference(value: Value) -> Value {
    any_of([value, json!({"$ref": "#/$defs/reference"})])
}

/// A null removes what a lower layer says. Definitions take it already: one alternative less to read in an editor.
fn or_null(value: Value) -> Value {
    let Value::Object(mut map) = value else { return value };
    let is_defined = map.contains_key("$ref");
    match map.get_mut("type") {
        Some(Value::Array(types)) => types.push(json!("null")),
        Some(ty) => *ty = json!([ty.clone(), "null"]),
        None if is_defined => {}
        None => return any_of([Value::Object(map), json!({"type": "null"})]),
    }
    Value::Object(map)
}

fn not_null(value: Value) -> Value {
    let mut out = value;
    merge(&mut out, json!({"not": {"type": "null"}}));
    out
}

/// One level of alternatives, each once.
fn any_of(values: impl IntoIterator<Item = Value>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for value in values {
        let inner =
            value.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("anyOf")?.as_array().cloned());
        for one in inner.unwrap_or_else(|| vec![value]) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    json!({"anyOf": all})
}

fn merge(out: &mut Value, more: Value) {
    if let (Value::Object(out), Value::Object(more)) = (out, more) {
        out.extend(more);
    }
}
