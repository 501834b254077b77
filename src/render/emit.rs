//! Writes a template's values as JSON, which is YAML: no quoting, indentation or injection bug can exist.
//!
//! Owns: the one escape (ASCII only: a raw U+2028 is a line break to a YAML 1.1 reader), the stand-in for a map or list
//! of the plan that is written whole, and, when origins are asked for, the marks around every scalar.
//! Marks and stand-ins begin with private-use characters, which no value can write: values are written in ASCII.

use std::fmt::Write;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, Output, State};

use super::mark;
use super::view::{DESK, Desk, View};
use crate::plan::node::Node;
use crate::tree::Kind;

/// Before the number of a map or list that is put in after parsing.
pub const STAND_IN: char = '\u{f8f4}';

/// minijinja's formatter: called once for every `{{ ... }}`.
pub fn formatter(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    let desk = state.lookup(DESK);
    let desk = desk.as_ref().and_then(|value| value.downcast_object_ref::<Desk>());
    let mut text = String::new();
    match (value.downcast_object_ref::<View>(), desk) {
        (Some(view), Some(desk)) => {
            desk.reads();
            stand_in(&mut text, desk.keep(view.node.clone()));
        }
        // A text that could be taken for a stand-in is put in like a map.
        (None, Some(desk)) if value.as_str().is_some_and(|text| text.contains(STAND_IN)) => {
            let node = Node::new(Kind::String(value.as_str().unwrap_or_default().into()), ids(desk.reads()));
            stand_in(&mut text, desk.keep(node));
        }
        (None, Some(desk)) if desk.traced => {
            mark::leaf(&mut text, &desk.reads(), |text| json(text, value))?;
        }
        _ => json(&mut text, value)?,
    }
    out.write_str(&text).map_err(Error::from)
}

fn ids(ids: Vec<u32>) -> crate::settings::From {
    if ids.is_empty() { crate::settings::From::Nowhere } else { crate::settings::From::Many(ids.into()) }
}

fn stand_in(out: &mut String, number: usize) {
    let _ = write!(out, "\"{STAND_IN}{number}\"");
}

/// The number of a stand-in.
pub fn number(text: &str) -> Option<usize> {
    text.strip_prefix(STAND_IN)?.parse().ok()
}

/// A value that a template computed.
fn json(out: &mut String, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool | ValueKind::Number => drop(write!(out, "{value}")),
        ValueKind::String => string(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            for (index, item) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                json(out, &item)?;
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                string(out, &key.to_string());
                out.push_str(": ");
                json(out, &value.get_item(&key)?)?;
            }
            out.push('}');
        }
        kind => return Err(Error::new(ErrorKind::InvalidOperation, format!("cannot write a {kind} into a manifest"))),
    }
    Ok(())
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(c),
            c if u32::from(c) <= 0xffff => drop(write!(out, "\\u{:04x}", u32::from(c))),
            // YAML's form: a pair of surrogates is JSON's alone.
            c => drop(write!(out, "\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_is_written() {
        let mut out = String::new();
        string(&mut out, "a\"\\\n\u{2028}é😀\u{7f}");
        assert_eq!(out, "\"a\\\"\\\\\\n\\u2028\\u00e9\\U0001f600\\u007f\"");
    }
}
