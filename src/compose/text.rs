//! A project file as a person would write it: block maps, short lists in a line, comments.
//!
//! Owns: quoting for the place where a text stands, and where comments go.
//! Does not own: what is written (`project.rs`).

use crate::escape;

/// A value of the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Quoted where it must be.
    Text(String),
    /// A number, a word of the language, a flow map; as it is.
    Raw(String),
    List(Vec<String>),
    Map(Vec<Item>),
}

/// A key with its value and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Lines above it.
    pub above: Vec<String>,
    pub key: String,
    pub value: Value,
    /// Behind it, in its line.
    pub beside: String,
}

impl Item {
    pub fn new(key: impl Into<String>, value: Value) -> Self {
        Self { above: Vec::new(), key: key.into(), value, beside: String::new() }
    }

    pub fn text(key: &str, text: impl Into<String>) -> Self {
        Self::new(key, Value::Text(text.into()))
    }

    pub fn raw(key: &str, text: impl Into<String>) -> Self {
        Self::new(key, Value::Raw(text.into()))
    }

    pub fn map(key: impl Into<String>, items: Vec<Item>) -> Self {
        Self::new(key, Value::Map(items))
    }

    pub fn beside(mut self, comment: impl Into<String>) -> Self {
        self.beside = comment.into();
        self
    }

    pub fn above(mut self, comment: impl Into<String>) -> Self {
        self.above.push(comment.into());
        self
    }
}

/// Longer lists have a line for each.
const LINE: usize = 100;

pub fn write(items: &[Item], indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    for item in items {
        for line in &item.above {
            out.push_str(&format!("{pad}# {}\n", escape::line(line)));
        }
        out.push_str(&format!("{pad}{}:", plain(&item.key, true)));
        let beside = if item.beside.is_empty() { String::new() } else { format!(" # {}", escape::line(&item.beside)) };
        match &item.value {
            Value::Text(text) if text.contains('\n') && is_block(text) => block(text, indent + 2, &beside, out),
            Value::Text(text) => out.push_str(&format!(" {}{beside}\n", plain(text, false))),
            Value::Raw(text) => out.push_str(&format!(" {text}{beside}\n")),
            Value::List(list) => write_list(list, indent, &beside, out),
            Value::Map(map) if map.is_empty() => out.push_str(&format!(" {{}}{beside}\n")),
            Value::Map(map) => {
                out.push_str(&format!("{beside}\n"));
                write(map, indent + 2, out);
            }
        }
    }
}

fn write_list(list: &[String], indent: usize, beside: &str, out: &mut String) {
    let flow = format!("[{}]", list.iter().map(|text| plain(text, true)).collect::<Vec<_>>().join(", "));
    if flow.len() + indent <= LINE && !list.iter().any(|text| text.contains('\n')) {
        out.push_str(&format!(" {flow}{beside}\n"));
        return;
    }
    out.push_str(&format!("{beside}\n"));
    for text in list {
        let pad = " ".repeat(indent + 2);
        out.push_str(&format!("{pad}-"));
        if text.contains('\n') && is_block(text) {
            block(text, indent + 4, "", out);
        } else {
            out.push_str(&format!(" {}\n", plain(text, false)));
        }
    }
}

/// Whether a block scalar keeps every character.
fn is_block(text: &str) -> bool {
    let odd = |c: char| (c.is_control() && c != '\n') || !(' '..='~').contains(&c) && c != '\n' && !c.is_alphanumeric();
    !text.contains(odd) && !text.starts_with([' ', '\n']) && !text.lines().any(|line| line.ends_with(' '))
}

fn block(text: &str, indent: usize, beside: &str, out: &mut String) {
    let end = match text.len() - text.trim_end_matches('\n').len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    out.push_str(&format!(" {end}{beside}\n"));
    let pad = " ".repeat(indent);
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") });
    }
}

/// A text inside `{}` or `[]`.
pub fn inline(text: &str) -> String {
    plain(text, true)
}

/// As it is where YAML 1.1 and 1.2 read it as the same text, else in quotes.
fn plain(text: &str, flow: bool) -> String {
    let first = |c: char| c.is_ascii_alphanumeric() || "/._$".contains(c);
    let inside =
        |c: char| c.is_ascii_alphanumeric() || "/._-$+=@:%~^!?()*;&|<> ".contains(c) || (!flow && "{},[]".contains(c));
    let option = text.trim_start_matches('-');
    let is_option =
        (1..=2).contains(&(text.len() - option.len())) && option.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_plain = (text.starts_with(first) || is_option)
        && text.chars().all(inside)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !is_odd_word(text);
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// What a reader may take for something else than a text. Decimal numbers are the characters that were written to kgen.
fn is_odd_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = ["null", "~", "y", "n", "yes", "no", "on", "off", ".inf", ".nan", "="];
    // Sexagesimal, octal, hexadecimal, exponents, dates.
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '+')
        && !text.bytes().all(|b| b.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_hexdigit() || "xXoO.:_-+tTzZ ".contains(c));
    words.contains(&&*lower)
        || number
        || (text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()))
}

/// JSON's quotes are YAML's, but for what is hidden, or a line break to a reader of YAML 1.1.
fn quoted(text: &str) -> String {
    if !text.contains(|c: char| c == '\'' || c.is_control() || !c.is_ascii()) && text.contains(['"', '\\']) {
        return format!("'{text}'");
    }
    let shown = |c: char| match u32::from(c) {
        _ if !escape::is_hidden(c) => c.to_string(),
        code @ ..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    };
    serde_json::Value::from(text).to_string().chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both readers of the tests give every text back, wherever it stands.
    #[test]
    fn every_text_is_read_back() {
        let texts = [
            "a",
            "a b",
            "a: b",
            "a #b",
            "-a",
            "- a",
            "{a}",
            "[a",
            "a, b",
            "${redis.cache.url}",
            "no",
            "on",
            "null",
            "~",
            "0644",
            "1e6",
            "0x1F",
            "12:30:45",
            "2026-11-21",
            "'",
            "\"",
            "a'b\"c\\",
            "a\nb",
            "a\nb\n",
            "a\n\n\nb\n\n",
            " a",
            "a ",
            "\ta",
            "a\n  b\n",
            "  a\nb",
            "a \nb",
            "ü\u{2028}x",
            "\u{7f}",
            "%a",
            "@a",
            "`a",
            "&a",
            "*a",
            "!a",
            "?",
            ":",
            "a:",
            "#",
            "|",
            ">",
            "",
            "true",
            "80",
            "1.10",
            "sh -c 'x'",
            "Host(`a`)",
            "a{b}c",
            "<<",
            "=",
            "a\r\nb",
            "key=\"v\"",
        ];
        for text in texts {
            let mut out = String::new();
            let items = [
                Item::text("x", text),
                Item::new("l", Value::List(vec![text.to_owned(), "b".to_owned()])),
                Item::new("long", Value::List(vec![text.to_owned(), "b".repeat(LINE)])),
                Item::map("m", vec![Item::text("y", text).beside("said")]),
                Item::map("k", vec![Item::text(text, "v")]),
            ];
            write(&items, 0, &mut out);
            let read: serde_yaml::Value = serde_yaml::from_str(&out).unwrap_or_else(|error| panic!("{error}\n{out}"));
            let found = [&read["x"], &read["l"][0], &read["long"][0], &read["m"]["y"]].map(|value| match value {
                // What is written as a number or boolean is the same characters to kgen.
                serde_yaml::Value::String(text) => text.clone(),
                other => serde_yaml::to_string(other).unwrap().trim_end().to_owned(),
            });
            let number = text == "1.10";
            assert!(number || found.iter().all(|found| found == text), "{text:?} {found:?}\n{out}");
            let mut sources = crate::source::Sources::default();
            let file = sources.add("kgen.yaml", out.as_str());
            let tree = crate::project::node::parse(&sources, file, crate::project::node::Dialect::Project).unwrap();
            let value = tree.get("x").unwrap();
            let said = value.as_str().map_or_else(|| sources.text(value.from).to_owned(), str::to_owned);
            assert_eq!(said, text, "{out}");
        }
    }
}
