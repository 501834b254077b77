//! A body beside what its type writes of it.
//!
//! Owns: a serde serializer that writes nothing: it walks the body along with the value that was decoded from it, and notes
//! what the type did not keep and what it added. To write the value as JSON and compare the two would take twice as long
//! as all that is found.
//! Does not own: the decoding (`reader.rs`), which type an object has (`typed.rs`).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::{Body, Finding, Origin, Part, reader};
use crate::project::schema::WRONG_TYPE;
use crate::resource::schema::MISSING_FIELD;
use crate::tree::{Kind, Map, Step};

/// What differs. A changed leaf says nothing: quantities, times and base64 may be written another way. What was `skipped`
/// has its finding already, and so has what is in `findings`.
pub fn compare<T: Serialize>(body: &Body, value: &T, skipped: &BTreeSet<Vec<Part>>, findings: &mut Vec<Finding>) {
    let log = Log { skipped, findings: RefCell::new(std::mem::take(findings)) };
    let failure = value.serialize(Beside { node: body, at: None, log: &log }).err();
    *findings = log.findings.into_inner();
    findings.extend(failure.map(|failure| Finding::new(WRONG_TYPE, Vec::new(), failure.0)));
}

struct Log<'l> {
    skipped: &'l BTreeSet<Vec<Part>>,
    findings: RefCell<Vec<Finding>>,
}

/// The path is put together only where something is found: nearly all objects are right.
#[derive(Clone, Copy)]
struct Beside<'t, 'l> {
    node: &'t Body,
    /// The parent and the step from it.
    at: Option<(&'l Beside<'t, 'l>, Step<'t>)>,
    log: &'l Log<'l>,
}

impl<'t, 'l> Beside<'t, 'l> {
    fn path(&self) -> Vec<Part> {
        let Some((parent, step)) = self.at else { return Vec::new() };
        let mut path = parent.path();
        path.push(step.into());
        path
    }

    fn child_path(&self, key: &str) -> Vec<Part> {
        let mut path = self.path();
        path.push(Part::Key(key.to_owned()));
        path
    }

    fn child<'c>(&'c self, node: &'t Body, step: Step<'t>) -> Beside<'t, 'c> {
        Beside { node, at: Some((self, step)), log: self.log }
    }

    fn is_skipped(&self) -> bool {
        !self.log.skipped.is_empty() && self.log.skipped.contains(&self.path())
    }

    /// A field that the type wrote, of which the body has `node` or nothing.
    fn field<V: Serialize + ?Sized>(
        &self,
        key: &str,
        node: Option<(&'t str, &'t Body)>,
        value: &V,
    ) -> Result<(), Failure> {
        match node.filter(|(_, node)| !node.is_null()) {
            Some((key, node)) => {
                let child = self.child(node, Step::Key(key));
                if child.is_skipped() { Ok(()) } else { value.serialize(child) }
            }
            // k8s-openapi writes the header of an object inside another (a claim template), where the server asks for
            // none.
            None if self.at.is_some() && matches!(key, "apiVersion" | "kind") => Ok(()),
            None => {
                self.missing(key);
                Ok(())
            }
        }
    }

    fn missing(&self, key: &str) {
        let path = self.child_path(key);
        if !self.log.skipped.contains(&path) {
            let message = format!("the required field `{key}` is missing");
            self.log.findings.borrow_mut().push(Finding::new(MISSING_FIELD, path, message));
        }
    }

    /// A key that the type did not write. One without value is dropped by the server too; a list or map that the type
    /// writes only when it has content is known all the same. The reader has seen nearly all unknown keys before, with a
    /// better hint.
    fn vanished(&self, key: &str, value: &Body) {
        if is_empty(value) {
            return;
        }
        let path = self.child_path(key);
        let mut findings = self.log.findings.borrow_mut();
        if !self.log.skipped.contains(&path) && !findings.iter().any(|finding| finding.path == path) {
            findings.push(reader::unknown(path, key, std::iter::empty()));
        }
    }

    fn fields(self) -> Fields<'t, 'l> {
        let map = self.node.as_map();
        Fields { beside: self, map, seen: vec![false; map.map_or(0, Map::len)], key: String::new() }
    }

    fn items(self) -> Items<'t, 'l> {
        Items { beside: self, list: self.node.as_list().unwrap_or_default(), at: 0 }
    }
}

fn is_empty(value: &Body) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Bool(value) => !value,
        Kind::String(text) => text.is_empty(),
        Kind::List(list) => list.is_empty(),
        Kind::Map(map) => map.is_empty(),
        Kind::Number(_) | Kind::Secret(_) => false,
    }
}

/// A struct or a map that is being written.
struct Fields<'t, 'l> {
    beside: Beside<'t, 'l>,
    /// `None` where the body has something else.
    map: Option<&'t Map<Origin>>,
    /// Of the body's keys.
    seen: Vec<bool>,
    /// The key whose value comes next.
    key: String,
}

impl Fields<'_, '_> {
    fn field<V: Serialize + ?Sized>(&mut self, key: &str, value: &V) -> Result<(), Failure> {
        let Some(map) = self.map else { return Ok(()) };
        let found = map.find(key);
        if let Some((at, ..)) = found {
            self.seen[at] = true;
        }
        self.beside.field(key, found.map(|(_, key, entry)| (&**key, &entry.value)), value)
    }

    fn finish(self) -> Result<(), Failure> {
        let pairs = self.map.into_iter().flat_map(Map::iter).zip(self.seen);
        pairs.filter(|(_, seen)| !seen).for_each(|((key, value), _)| self.beside.vanished(key, value));
        Ok(())
    }
}

impl ser::SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_field<V: Serialize + ?Sized>(&mut self, key: &'static str, value: &V) -> Result<(), Failure> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Failure> {
        self.finish()
    }
}

impl ser::SerializeMap for Fields<'_, '_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), Failure> {
        self.key = Text(key).to_string();
        Ok(())
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Failure> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Failure> {
        self.finish()
    }
}

/// A key as text: a formatter is a serializer of scalars.
struct Text<'k, K: ?Sized>(&'k K);

impl<K: Serialize + ?Sized> Display for Text<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

/// A list that is being written, of which the type has not kept what was skipped.
struct Items<'t, 'l> {
    beside: Beside<'t, 'l>,
    list: &'t [Body],
    at: usize,
}

impl ser::SerializeSeq for Items<'_, '_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_element<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Failure> {
        while let Some(node) = self.list.get(self.at) {
            let child = self.beside.child(node, Step::Index(self.at));
            self.at += 1;
            if !child.is_skipped() {
                return value.serialize(child);
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        Ok(())
    }
}

macro_rules! leaves {
    ($($method:ident $ty:ty,)+) => { $(fn $method(self, _: $ty) -> Result<(), Failure> { Ok(()) })+ };
}

impl<'t, 'l> Serializer for Beside<'t, 'l> {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Items<'t, 'l>;
    type SerializeTuple = Impossible<(), Failure>;
    type SerializeTupleStruct = Impossible<(), Failure>;
    type SerializeTupleVariant = Impossible<(), Failure>;
    type SerializeMap = Fields<'t, 'l>;
    type SerializeStruct = Fields<'t, 'l>;
    type SerializeStructVariant = Impossible<(), Failure>;

    leaves! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_f64 f64,
        serialize_char char, serialize_str &str, serialize_bytes &[u8], serialize_unit_struct &'static str,
    }

    fn serialize_unit(self) -> Result<(), Failure> {
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Failure> {
        Ok(())
    }

    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<(), Failure> {
        value.serialize(self)
    }

    fn collect_str<V: Display + ?Sized>(self, _: &V) -> Result<(), Failure> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Failure> {
        Ok(())
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, _: &'static str, value: &V) -> Result<(), Failure> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'t, 'l>, Failure> {
        Ok(self.items())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'t, 'l>, Failure> {
        Ok(self.fields())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'t, 'l>, Failure> {
        Ok(self.fields())
    }

    // Kubernetes' types have none of these.

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &V,
    ) -> Result<(), Failure> {
        Err(Failure::of(name))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Failure> {
        Err(Failure::of("a tuple"))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Failure> {
        Err(Failure::of(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Failure> {
        Err(Failure::of(name))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Failure> {
        Err(Failure::of(name))
    }
}

/// A type that no Kubernetes object has.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn of(name: &str) -> Self {
        Self(format!("cannot compare {name}"))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl ser::Error for Failure {
    fn custom<T: Display>(text: T) -> Self {
        Self(text.to_string())
    }
}
