//! What the presets say of a component's key.

use serde_json::Value;

use crate::settings::preset::{self, Presets};

pub enum Default {
    None,
    /// All presets agree.
    One(Value),
    /// A sentence with each preset's.
    Several(String),
}

/// `section` is a key of the presets' `defaults`: `app`, `redis`.
pub fn of(presets: &Presets, section: &str, key: &str) -> Default {
    let path = ["defaults", section, key];
    let below = presets.default().at(&path).map(|tree| tree.to_json());
    let each = preset::NAMES.map(|name| {
        let said = presets.named(name).at(&path).map(|tree| tree.to_json());
        match (below.clone(), said) {
            (Some(below), Some(said)) => Some(over(below, said)),
            (below, said) => said.or(below),
        }
    });
    match each {
        [None, None, None] => Default::None,
        [Some(a), Some(b), Some(c)] if a == b && b == c => Default::One(a),
        each if each.iter().flatten().any(|value| value.is_object() || value.is_array()) => {
            Default::Several("The presets differ.".into())
        }
        each => {
            let words = preset::NAMES.iter().zip(each).filter_map(|(name, value)| Some((name, value?)));
            let words: Vec<String> = words.map(|(name, value)| format!("{name} {}", plain(&value))).collect();
            Default::Several(format!("By preset: {}.", words.join(", ")))
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Maps key by key, all else as a whole.
fn over(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (key, value) in above {
                let merged = match below.remove(&key) {
                    Some(known) => over(known, value),
                    None => value,
                };
                below.insert(key, merged);
            }
            Value::Object(below)
        }
        (_, above) => above,
    }
}
