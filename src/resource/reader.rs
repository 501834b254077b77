//! Decoding a tree into a Kubernetes type without losing what the type does not say.
//!
//! Owns: a serde deserializer over a tree that knows the path of what it reads. k8s-openapi's types skip a key that
//! they do not know and stop at the first value of a wrong kind; but each hands its list of fields to
//! `deserialize_struct`, so this reader notes the unknown keys with the nearest known one, and after a wrong value it
//! reads again without that value until all are found.
//! Does not own: which type an object has, and what is missing (`typed.rs`).
//!
//! This is why k8s-openapi's `schemars` feature (schemas of every type in the binary) is not needed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Expected, MapAccess, SeqAccess, Unexpected, Visitor};

use super::{Body, Finding, Part};
use crate::diag::suggest;
use crate::project::schema::WRONG_TYPE;
use crate::tree::{Kind, Step};

crate::declare! {
    /// a field that the kind has not
    ///
    /// The kind has no such field: the server drops it without a word, or refuses the object.
    /// Fix: take the suggested name; a template of your own may have it in the wrong place.
    UNKNOWN_FIELD = "unknown-field", Error;

    /// data that is no base64
    ///
    /// `data` of a Secret must be base64; readable text belongs into `stringData`.
    INVALID_BASE64 = "invalid-base64", Error;
}

/// What a reading found so far.
#[derive(Default)]
struct Log {
    /// Values that have a finding already: reading goes on as if they were not there.
    skipped: BTreeSet<Vec<Part>>,
    unknown: RefCell<Vec<Finding>>,
}

/// More wrong values than this in one object are not worth a further reading.
const MOST: usize = 64;

/// The decoded value, what was found, and the places that were left out. Unknown keys are those that the type did not
/// ask for; a type that takes its keys through `serde_json::Value` asks for all.
pub fn read<T: for<'t> Deserialize<'t>>(body: &Body) -> (Option<T>, Vec<Finding>, BTreeSet<Vec<Part>>) {
    let mut log = Log::default();
    let mut wrong = Vec::new();
    loop {
        log.unknown.borrow_mut().clear();
        let result = T::deserialize(Reader { node: body, at: None, log: &log });
        let value = match result {
            Ok(value) => Some(value),
            Err(failure) => {
                let fresh = log.skipped.insert(failure.path.clone().unwrap_or_default());
                wrong.push(failure.finding());
                if fresh && wrong.len() < MOST {
                    continue;
                }
                None
            }
        };
        wrong.append(&mut log.unknown.take());
        return (value, wrong, log.skipped);
    }
}

/// The path is put together only where something is found: nearly all objects are right.
struct Reader<'t, 'l> {
    node: &'t Body,
    /// The parent and the step from it.
    at: Option<(&'l Reader<'t, 'l>, Step<'t>)>,
    log: &'l Log,
}

impl<'t> Reader<'t, '_> {
    fn any<V: Visitor<'t>>(&self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Kind::String(text) => visitor.visit_borrowed_str(text),
            // Its base64 form is a stand-in: see `Tree::to_json`.
            Kind::Secret(_) => visitor.visit_borrowed_str("b3BhcXVl"),
            Kind::List(list) => visitor.visit_seq(Items { reader: self, list, at: 0 }),
            Kind::Map(map) => visitor.visit_map(Entries { reader: self, entries: Box::new(map.iter()), value: None }),
        }
    }

    fn path(&self) -> Vec<Part> {
        let Some((parent, step)) = self.at else { return Vec::new() };
        let mut path = parent.path();
        path.push(step.into());
        path
    }

    /// The innermost reader that a failure passes knows its place best.
    fn placed<T>(&self, result: Result<T, Failure>) -> Result<T, Failure> {
        result.map_err(|mut failure| {
            failure.path.get_or_insert_with(|| self.path());
            failure
        })
    }

    fn child<'c>(&'c self, node: &'t Body, step: Step<'t>) -> Option<Reader<'t, 'c>> {
        let child = Reader { node, at: Some((self, step)), log: self.log };
        let skipped = !self.log.skipped.is_empty() && self.log.skipped.contains(&child.path());
        (!skipped).then_some(child)
    }

    fn note_unknown(&self, fields: &'static [&'static str]) {
        let Kind::Map(map) = &self.node.kind else { return };
        for key in map.keys().filter(|key| !fields.contains(&&***key)) {
            let mut path = self.path();
            path.push(Part::Key(key.to_string()));
            let finding = unknown(path, key, fields.iter().copied());
            self.log.unknown.borrow_mut().push(finding);
        }
    }
}

/// The finding for a key that does not exist in Kubernetes.
pub fn unknown<'k>(path: Vec<Part>, key: &str, known: impl Iterator<Item = &'k str> + Clone) -> Finding {
    let near = suggest::did_you_mean(key, known.clone());
    let few = || (known.clone().count() <= 8 && known.clone().next().is_some()).then(|| suggest::one_of(known));
    let hint = near.or_else(|| few().map(|names| format!("expected {names}")));
    Finding::new(UNKNOWN_FIELD, path, format!("unknown field `{key}`")).maybe_hint(hint)
}

impl<'t> de::Deserializer<'t> for Reader<'t, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.placed(self.any(visitor))
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.note_unknown(fields);
        self.placed(self.any(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier
    }
}

struct Items<'t, 'l> {
    reader: &'l Reader<'t, 'l>,
    list: &'t [Body],
    at: usize,
}

impl<'t> SeqAccess<'t> for Items<'t, '_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        while let Some(item) = self.list.get(self.at) {
            let child = self.reader.child(item, Step::Index(self.at));
            self.at += 1;
            if let Some(child) = child {
                return seed.deserialize(child).map(Some);
            }
        }
        Ok(None)
    }
}

type Pairs<'t> = Box<dyn Iterator<Item = (&'t std::sync::Arc<str>, &'t Body)> + 't>;

struct Entries<'t, 'l> {
    reader: &'l Reader<'t, 'l>,
    entries: Pairs<'t>,
    value: Option<Reader<'t, 'l>>,
}

impl<'t> MapAccess<'t> for Entries<'t, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        for (key, node) in self.entries.by_ref() {
            if let Some(child) = self.reader.child(node, Step::Key(key)) {
                self.value = Some(child);
                return seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => seed.deserialize(StrDeserializer::new("")),
        }
    }
}

/// Why a value does not fit its type.
#[derive(Debug)]
struct Failure {
    path: Option<Vec<Part>>,
    message: String,
    hint: Option<String>,
}

impl Failure {
    fn finding(self) -> Finding {
        let path = self.path.unwrap_or_default();
        // What `k8s_openapi::ByteString` hands on from the base64 crate.
        let base64 = ["Invalid symbol", "Invalid input length", "Invalid last symbol", "Invalid padding"];
        if base64.iter().any(|start| self.message.starts_with(start)) {
            let message = format!("expected base64, found an {}", self.message.to_lowercase());
            return Finding::new(INVALID_BASE64, path, message);
        }
        Finding::new(WRONG_TYPE, path, self.message).maybe_hint(self.hint)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(text: T) -> Self {
        let message = text.to_string().trim_end_matches('.').to_owned();
        Self { path: None, message, hint: None }
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        let expected = noun(&expected.to_string());
        let mut failure = Self::custom(format_args!("expected {expected}, found {}", shown(found)));
        let quoted = expected == "a string"
            && matches!(
                found,
                Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) | Unexpected::Bool(_)
            );
        failure.hint = match found {
            _ if quoted => Some("write it in quotes".into()),
            Unexpected::Str(text) if expected == "a whole number" && text.parse::<i64>().is_ok() => {
                Some("write it without quotes".into())
            }
            _ => None,
        };
        failure
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", noun(&expected.to_string()), shown(found)))
    }
}

fn shown(found: Unexpected) -> String {
    match found {
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Str(text) if text.chars().count() <= 64 => format!("the string `{text}`"),
        Unexpected::Str(_) => "a string".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a map".into(),
        Unexpected::Unit | Unexpected::Option => "null".into(),
        other => other.to_string(),
    }
}

/// What a person calls a type that serde or k8s-openapi expects.
fn noun(expected: &str) -> String {
    match expected {
        "i32" | "i64" | "i16" | "u32" | "u64" | "a 32-bit integer" => "a whole number".into(),
        "f64" | "f32" => "a number".into(),
        "a sequence" => "a list".into(),
        "IntOrString" => "a whole number or a string".into(),
        "Quantity" => "a quantity".into(),
        "Time" | "MicroTime" => "a time".into(),
        "JSONSchemaPropsOrBool" => "a schema or a boolean".into(),
        _ if expected.starts_with("a ") || expected.starts_with("an ") => expected.to_owned(),
        // The name of a struct.
        _ if expected.starts_with(|c: char| c.is_ascii_uppercase()) => format!("a map ({expected})"),
        _ => expected.to_owned(),
    }
}
