//! What a template sees: the plan's nodes, as objects that remember which settings were read.
//!
//! Owns: the view of a node and the log of reads. Without a trace a read costs nothing more than the look-up.

use std::fmt;
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use crate::plan::node::Node;
use crate::settings::From;
use crate::tree::Kind;

/// The settings that were read since the log was last emptied.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Vec<u32>>);

impl Trace {
    pub fn read(&self, from: &From) {
        if let Ok(mut log) = self.0.lock() {
            log.extend_from_slice(from.ids());
        }
    }

    /// Empties the log.
    pub fn take(&self) -> Vec<u32> {
        let mut ids = self.0.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl Object for Trace {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// A map or list of the plan.
pub struct View {
    pub items: Items,
    pub from: From,
    trace: Option<Arc<Trace>>,
}

pub enum Items {
    Map(IndexMap<Arc<str>, Child>),
    List(Vec<Child>),
}

pub struct Child {
    pub value: Value,
    /// Of a scalar.
    pub from: From,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a view of the plan")
    }
}

/// A node as a template's value.
pub fn value(node: &Node, trace: Option<&Arc<Trace>>) -> Value {
    let child = |node: &Node| Child { value: value(node, trace), from: node.from.clone() };
    let items = match &node.kind {
        Kind::Null => return Value::from(()),
        Kind::Bool(flag) => return Value::from(*flag),
        Kind::Number(number) => return self::number(number),
        Kind::String(text) => return Value::from(text.clone()),
        Kind::Secret(_) => return Value::from("***"),
        Kind::List(list) => Items::List(list.iter().map(child).collect()),
        Kind::Map(map) => Items::Map(map.iter().map(|(key, node)| (key.clone(), child(node))).collect()),
    };
    Value::from_object(View { items, from: node.from.clone(), trace: trace.cloned() })
}

fn number(number: &serde_json::Number) -> Value {
    if let Some(integer) = number.as_i64() {
        Value::from(integer)
    } else if let Some(integer) = number.as_u64() {
        Value::from(integer)
    } else {
        Value::from(number.as_f64().unwrap_or_default())
    }
}

impl View {
    fn read(&self, child: &Child) -> Value {
        if let Some(trace) = &self.trace {
            trace.read(&child.from);
        }
        child.value.clone()
    }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.items {
            Items::Map(_) => ObjectRepr::Map,
            Items::List(_) => ObjectRepr::Seq,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let child = match &self.items {
            Items::Map(map) => map.get(key.as_str()?)?,
            Items::List(list) => list.get(key.as_usize()?)?,
        };
        Some(self.read(child))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.items {
            Items::Map(map) => Enumerator::Values(map.keys().map(|key| Value::from(key.clone())).collect()),
            Items::List(list) => Enumerator::Seq(list.len()),
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(match &self.items {
            Items::Map(map) => map.len(),
            Items::List(list) => list.len(),
        })
    }
}
