//! What a template's `{{ ... }}` writes: a stand-in, for which the value itself is put in once the text is parsed.
//!
//! Owns: the stand-in, and a template's values as nodes with the settings that were read for them.
//! A value never passes through text, so no quoting, indentation or injection bug can exist, and texts of one template
//! are alike, so that they need to be parsed only once. A value inside a longer text (a block scalar) is written there as
//! JSON.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, Output, State};

use super::view::{DESK, Desk, Kept, View};
use crate::plan::node::Node;
use crate::settings::From;
use crate::tree::{Kind, Map};

/// Before the number of a value. A private-use character: no template holds it by accident.
pub const STAND_IN: char = '\u{f8f4}';

/// minijinja's formatter: called once for every `{{ ... }}`.
pub fn formatter(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    let desk = state.lookup(DESK);
    let Some(desk) = desk.as_ref().and_then(|value| value.downcast_object_ref::<Desk>()) else {
        return Err(Error::new(ErrorKind::InvalidOperation, "nothing can be written here"));
    };
    let reads = desk.reads();
    let from = match reads.ids.is_empty() {
        true => From::Nowhere,
        false => From::Many(reads.ids.into()),
    };
    let number = desk.keep(node(value, &from)?, reads.control);
    write!(out, "\"{STAND_IN}{number}\"").map_err(Error::from)
}

/// A value as a node: the plan's own as it is, one that a template computed with what was read for it.
fn node(value: &Value, from: &From) -> Result<Node, Error> {
    if let Some(view) = value.downcast_object_ref::<View>() {
        return Ok(view.node.clone());
    }
    let kind = match value.kind() {
        ValueKind::None => Kind::Null,
        ValueKind::Bool => Kind::Bool(value.is_true()),
        ValueKind::Number => Kind::Number(number(value)?),
        ValueKind::String => Kind::String(value.as_str().unwrap_or_default().into()),
        ValueKind::Seq | ValueKind::Iterable => {
            Kind::List(value.try_iter()?.map(|item| node(&item, from)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter()? {
                map.insert(key.to_string(), node(&value.get_item(&key)?, from)?);
            }
            Kind::Map(map)
        }
        kind => return Err(Error::new(ErrorKind::InvalidOperation, format!("cannot write a {kind} into a manifest"))),
    };
    Ok(Node::new(kind, from.clone()))
}

fn number(value: &Value) -> Result<serde_json::Number, Error> {
    let text = value.to_string();
    let integer = text.parse::<i64>().map(serde_json::Number::from).ok();
    let float = || text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    integer
        .or_else(float)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("cannot write the number {text}")))
}

/// The number of a stand-in that is a whole text.
pub fn number_of(text: &str) -> Option<usize> {
    text.strip_prefix(STAND_IN)?.parse().ok()
}

/// The numbers of the stand-ins in a longer text.
pub fn numbers(text: &str) -> Vec<usize> {
    let digits = |rest: &str| rest[..rest.bytes().take_while(u8::is_ascii_digit).count()].parse().ok();
    text.split(STAND_IN).skip(1).filter_map(digits).collect()
}

/// A longer text with its stand-ins written as JSON.
pub fn within(text: &str, kept: &[Kept]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(STAND_IN) {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let node = after[..digits].parse::<usize>().ok().and_then(|number| kept.get(number));
        out.push_str(before.strip_suffix('"').unwrap_or(before));
        out.push_str(&node.map(|kept| kept.node.to_json().to_string()).unwrap_or_default());
        rest = after[digits..].strip_prefix('"').unwrap_or(&after[digits..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_inside_a_text_is_written_as_json() {
        let kept = [Node::from("re\"dis"), Node::from(6379)].map(|node| Kept { node, control: Vec::new() });
        let text = format!("host = \"{STAND_IN}0\"\nport = \"{STAND_IN}1\"\n");
        assert_eq!(within(&text, &kept), "host = \"re\\\"dis\"\nport = 6379\n");
    }
}
