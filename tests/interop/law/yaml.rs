//! A project as the text of a file: block style, every text in double quotes, so that only what the test says is read.

use std::fmt::Write;

use serde_json::Value;

/// Stands before the characters of a scalar that is written as it is: `1e3`, `0587`, `off`.
pub const RAW: char = '\u{e000}';

pub fn text(project: &Value) -> String {
    let mut out = String::new();
    block(project, 0, &mut out);
    out
}

fn block(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let _ = write!(out, "\n{:width$}{}:", "", quoted(key), width = depth * 2);
                block(value, depth + 1, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                let _ = write!(out, "\n{:width$}-", "", width = depth * 2);
                block(value, depth + 1, out);
            }
        }
        scalar => {
            out.push(' ');
            out.push_str(&self::scalar(scalar));
        }
    }
    if depth == 0 {
        out.push('\n');
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.strip_prefix(RAW).map_or_else(|| quoted(text), str::to_owned),
        other => other.to_string(),
    }
}

/// As JSON; what YAML takes for a line break is escaped too.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let breaks = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{7f}'];
    json.chars().map(|c| if breaks.contains(&c) { format!("\\u{:04x}", c as u32) } else { c.to_string() }).collect()
}
