//! What a template sees: the plan's nodes, as objects that remember which settings were read.
//!
//! Owns: the view of a node, the log of reads (those of `{% if %}` and loops apart), and the maps and lists that a template wrote whole. Those are kept as
//! they are and put in when the rendered text was parsed: writing them out only to read them back would be most of the
//! work, and they know their own origins.

use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use crate::plan::node::Node;
use crate::settings::From;
use crate::tree::Kind;

/// What one rendering leaves behind.
#[derive(Debug, Default)]
pub struct Desk {
    /// Whether origins are wanted.
    pub traced: bool,
    reads: Mutex<Reads>,
    /// What the blocks that stand open had read.
    blocks: Mutex<Vec<Block>>,
    written: Mutex<Vec<Kept>>,
}

/// A value that was written, and what decided that there is one, apart from the blocks around it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub node: Node,
    pub control: Vec<u32>,
}

#[derive(Debug, Default)]
pub struct Reads {
    /// Of scalars.
    pub ids: Vec<u32>,
    /// Why the maps and lists on the way are there.
    pub control: Vec<u32>,
    /// Whether anything was read, known to come from a setting or not.
    any: bool,
}

#[derive(Debug)]
struct Block {
    is_loop: bool,
    ids: Vec<u32>,
    control: Vec<u32>,
}

/// Sorted, each once.
fn sorted(mut ids: Vec<u32>) -> Vec<u32> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Desk {
    pub fn new(traced: bool) -> Arc<Self> {
        Arc::new(Self { traced, ..Self::default() })
    }

    fn read(&self, container: Option<&From>, child: &Node) {
        if self.traced
            && let Ok(mut log) = self.reads.lock()
        {
            log.control.extend_from_slice(container.map(From::ids).unwrap_or_default());
            let reads = if child.is_container() { &mut log.control } else { &mut log.ids };
            reads.extend_from_slice(child.from.ids());
            log.any = true;
        }
    }

    fn take(&self) -> Reads {
        self.reads.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default()
    }

    /// What was read since the last call. A value for which nothing was read is a loop's variable: what the loop had read
    /// for it.
    pub fn reads(&self) -> Reads {
        match self.take() {
            Reads { any: true, ids, control } => Reads { any: true, ids: sorted(ids), control: sorted(control) },
            _ => {
                let of_loop = |blocks: &Vec<Block>| Some(blocks.iter().rfind(|block| block.is_loop)?.ids.clone());
                let ids = self.blocks.lock().ok().and_then(|blocks| of_loop(&blocks)).unwrap_or_default();
                Reads { ids, ..Reads::default() }
            }
        }
    }

    /// A block begins: what its tag read decides about all that stands in it.
    pub fn open(&self, is_loop: bool) {
        let Reads { ids, control, .. } = self.take();
        if let Ok(mut blocks) = self.blocks.lock() {
            blocks.push(Block { is_loop, ids: sorted(ids), control });
        }
    }

    /// A block ends.
    pub fn close(&self) {
        if let Ok(mut blocks) = self.blocks.lock() {
            blocks.pop();
        }
    }

    /// What a tag read that opened nothing.
    pub fn forget(&self) {
        self.take();
    }

    /// What decided that the next line is there.
    pub fn control(&self) -> Vec<u32> {
        let Reads { mut ids, control, .. } = self.take();
        ids.extend(control);
        if let Ok(blocks) = self.blocks.lock() {
            ids.extend(blocks.iter().flat_map(|block| block.ids.iter().chain(&block.control)));
        }
        sorted(ids)
    }

    /// Keeps a value; the number stands for it in the text.
    pub fn keep(&self, node: Node, control: Vec<u32>) -> usize {
        let Ok(mut written) = self.written.lock() else { return 0 };
        written.push(Kept { node, control });
        written.len() - 1
    }

    /// What was kept, by number.
    pub fn kept(&self) -> Vec<Kept> {
        self.written.lock().map(|mut written| std::mem::take(&mut *written)).unwrap_or_default()
    }
}

/// The name under which a template's functions find the desk.
pub const DESK: &str = "__desk";

impl Object for Desk {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// A map or list of the plan. `root`: the desk is found in it.
pub struct View {
    pub node: Node,
    desk: Arc<Desk>,
    root: bool,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a view of the plan")
    }
}

/// The whole of what a template sees.
pub fn root(node: &Node, desk: &Arc<Desk>) -> Value {
    Value::from_object(View { node: node.clone(), desk: desk.clone(), root: true })
}

/// A node as a template's value.
fn value(node: &Node, desk: &Arc<Desk>) -> Value {
    match &node.kind {
        Kind::Null => Value::from(()),
        Kind::Bool(flag) => Value::from(*flag),
        Kind::Number(number) => self::number(number),
        Kind::String(text) => Value::from(text.clone()),
        Kind::Secret(_) => Value::from("***"),
        Kind::List(_) | Kind::Map(_) => {
            Value::from_object(View { node: node.clone(), desk: desk.clone(), root: false })
        }
    }
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

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.node.as_map().is_some() { ObjectRepr::Map } else { ObjectRepr::Seq }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let child = match &self.node.kind {
            Kind::Map(map) => match map.get(key.as_str()?) {
                Some(child) => child,
                None if self.root && key.as_str() == Some(DESK) => {
                    return Some(Value::from_dyn_object(self.desk.clone()));
                }
                None => return None,
            },
            _ => self.node.as_list()?.get(key.as_usize()?)?,
        };
        // Why the whole object is there, the engine knows.
        self.desk.read((!self.root).then_some(&self.node.from), child);
        Some(value(child, &self.desk))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.node.kind {
            Kind::Map(map) => Enumerator::Values(map.keys().map(|key| Value::from(key.clone())).collect()),
            _ => Enumerator::Seq(self.node.as_list().unwrap_or_default().len()),
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(match &self.node.kind {
            Kind::Map(map) => map.len(),
            _ => self.node.as_list().unwrap_or_default().len(),
        })
    }
}
