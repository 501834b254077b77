//! Writes a template's values as JSON, which is YAML: no quoting, indentation or injection bug can exist.
//!
//! Owns: the one escape (ASCII only: a raw U+2028 is a line break to a YAML 1.1 reader) and, when origins are asked
//! for, the marks around every leaf. The marks are private-use characters that no value can hold, because values are
//! written in ASCII; `mark.rs` takes them out again.

use std::fmt::Write;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, Output, State};

use super::mark;
use super::view::{Items, Trace, View};

/// The name under which a render's trace is found.
pub const TRACE: &str = "__trace";

/// minijinja's formatter: called once for every `{{ ... }}`.
pub fn formatter(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    let trace = state.lookup(TRACE);
    let trace = trace.as_ref().and_then(|value| value.downcast_object_ref::<Trace>());
    let mut text = String::new();
    match (value.downcast_object_ref::<View>(), trace) {
        (Some(view), trace) => {
            trace.map(Trace::take);
            view_json(&mut text, view, trace.is_some());
        }
        (None, Some(trace)) => {
            let ids = trace.take();
            mark::leaf(&mut text, &ids, |text| value_json(text, value))?;
        }
        (None, None) => value_json(&mut text, value)?,
    }
    out.write_str(&text).map_err(Error::from)
}

fn view_json(out: &mut String, view: &View, marks: bool) {
    let child = |out: &mut String, child: &super::view::Child| match child.value.downcast_object_ref::<View>() {
        Some(view) => view_json(out, view, marks),
        // A leaf of the plan is a scalar: writing it cannot fail.
        None if marks => drop(mark::leaf(out, child.from.ids(), |out| value_json(out, &child.value))),
        None => drop(value_json(out, &child.value)),
    };
    match &view.items {
        Items::Map(map) if map.is_empty() && marks => drop(mark::leaf(out, view.from.ids(), |out| {
            out.push_str("{}");
            Ok(())
        })),
        Items::List(list) if list.is_empty() && marks => drop(mark::leaf(out, view.from.ids(), |out| {
            out.push_str("[]");
            Ok(())
        })),
        Items::Map(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                string(out, key);
                out.push_str(": ");
                child(out, item);
            }
            out.push('}');
        }
        Items::List(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                child(out, item);
            }
            out.push(']');
        }
    }
}

/// A value that a template computed.
fn value_json(out: &mut String, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool | ValueKind::Number => drop(write!(out, "{value}")),
        ValueKind::String => string(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            for (index, item) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                nested(out, &item)?;
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                string(out, &key.to_string());
                out.push_str(": ");
                nested(out, &value.get_item(&key)?)?;
            }
            out.push('}');
        }
        kind => return Err(Error::new(ErrorKind::InvalidOperation, format!("cannot write a {kind} into a manifest"))),
    }
    Ok(())
}

fn nested(out: &mut String, value: &Value) -> Result<(), Error> {
    match value.downcast_object_ref::<View>() {
        Some(view) => view_json(out, view, false),
        None => value_json(out, value)?,
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
