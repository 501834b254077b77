//! YAML text to a tree with spans; the only file that knows the YAML parser.
//!
//! Owns: reader options, spans of keys and values.
//! Does not own: what keys mean (`project/language.rs`), the words for a text that is no YAML (`mistake.rs`).
//!
//! Options as measured in the project's YAML study: the project file reads only `true`/`false` as booleans (the
//! words `on`, `yes` stay text); rendered manifests are read as kubectl reads them. Budgets are raised, because
//! rendered trees are larger than the parser's defaults; alias bombs still end in an error within a second.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_saphyr::options::{DuplicateKeyPolicy, Options};
use serde_saphyr::{Error, Location, Spanned};

use super::mistake;
use crate::diag::Diagnostic;
use crate::source::{FileId, Sources, Span};
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// the file is no YAML
    ///
    /// The file cannot be read as YAML. kgen reads YAML 1.2: no tabs for indentation, a quote that opens must close,
    ///   and a value that begins with `*`, `&`, `!`, `%`, `@` or a backtick needs quotes.
    /// Fix: look at the place of the caret and at the line above it.
    /// Before: `greeting: "hello`. After: `greeting: "hello"`.
    YAML = "yaml", Error;

    /// the file is not UTF-8
    ///
    /// The file has a byte that is not UTF-8, so what it says depends on who reads it.
    /// Fix: save it as UTF-8.
    NOT_UTF8 = "not-utf8", Error;

    /// a map has one key twice
    ///
    /// A map has one key twice. YAML readers disagree which of the two wins, so neither does here.
    /// Fix: keep one of them.
    DUPLICATE_KEY = "duplicate-key", Error;
}

/// How plain words are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// kgen.yaml and presets: only `true` and `false` are booleans.
    Project,
    /// Manifests: YAML 1.1 words such as `yes` and `on` are booleans, as for kubectl.
    Manifest,
}

/// Reads a text of one document.
pub fn parse(sources: &Sources, file: FileId, dialect: Dialect) -> Result<Tree<Span>, Diagnostic> {
    let text = &sources.get(file).text;
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options(dialect)) {
        Ok(node) => Ok(node_tree(node, sources, file)),
        Err(error) => Err(explain(&error, sources, file)),
    }
}

/// Reads a text of any number of documents; empty ones are left out.
pub fn parse_all(sources: &Sources, file: FileId, dialect: Dialect) -> Result<Vec<Tree<Span>>, Diagnostic> {
    let text = &sources.get(file).text;
    match serde_saphyr::from_multiple_with_options::<Spanned<Node>>(text, options(dialect)) {
        Ok(nodes) => {
            Ok(nodes.into_iter().map(|node| node_tree(node, sources, file)).filter(|tree| !tree.is_null()).collect())
        }
        Err(error) => Err(explain(&error, sources, file)),
    }
}

/// Reads a text of one document of kgen's own making, whose places nobody will ask for: a third of the work of
/// [`parse`]. `None`: it cannot be read, and [`parse`] says why.
pub fn parse_bare(text: &str, dialect: Dialect) -> Option<Tree<Span>> {
    serde_saphyr::from_str_with_options::<Bare>(text, options(dialect)).ok().map(|bare| bare.0)
}

/// As [`parse`], where a key may be there twice: the last one counts.
pub fn parse_any(sources: &Sources, file: FileId, dialect: Dialect) -> Option<Tree<Span>> {
    let text = &sources.get(file).text;
    let mut options = options(dialect);
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    let node = serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options).ok()?;
    Some(node_tree(node, sources, file))
}

fn options(dialect: Dialect) -> Options {
    serde_saphyr::options! {
        with_snippet: false,
        legacy_octal_numbers: true,
        ignore_binary_tag_for_string: true,
        strict_booleans: dialect == Dialect::Project,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough,
        budget: serde_saphyr::budget! {
            max_nodes: 20_000_000,
            max_events: 50_000_000,
            max_documents: 100_000,
            max_depth: 128,
        },
    }
}

/// What the parser hands over; spans are added by `Spanned`.
enum Node {
    Null,
    Bool(bool),
    Number(Number),
    /// A number JSON has no form for (`.inf`, `.nan`); kept as written.
    Odd,
    String(String),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

fn node_tree(node: Spanned<Node>, sources: &Sources, file: FileId) -> Tree<Span> {
    let span = span_of(node.defined, file);
    let kind = match node.value {
        Node::Null => Kind::Null,
        Node::Odd => Kind::String(sources.text(span).into()),
        Node::Bool(value) => Kind::Bool(value),
        Node::Number(number) => Kind::Number(number),
        Node::String(text) => Kind::String(text.into()),
        Node::List(items) => Kind::List(items.into_iter().map(|item| node_tree(item, sources, file)).collect()),
        Node::Map(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                let key_from = span_of(key.defined, file);
                map.insert_from(Arc::<str>::from(key.value), key_from, node_tree(value, sources, file));
            }
            Kind::Map(map)
        }
    };
    Tree::new(kind, span)
}

fn span_of(location: Location, file: FileId) -> Span {
    let start = location.span().byte_offset().unwrap_or_default() as u32;
    Span { file, start, end: start + location.span().byte_len().unwrap_or_default() as u32 }
}

/// A tree without places.
struct Bare(Tree<Span>);

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareVisitor).map(|kind| Bare(kind.into()))
    }
}

struct BareVisitor;

impl<'de> Visitor<'de> for BareVisitor {
    type Value = Kind<Span>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Kind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Kind::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Kind::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        // What JSON has no form for is kept as written, which needs its place.
        Number::from_f64(value).map(Kind::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Kind::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Bare(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Kind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Bare(value))) = access.next_entry::<String, Bare>()? {
            map.insert(key, value);
        }
        Ok(Kind::Map(map))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Odd, Node::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = access.next_entry()? {
            pairs.push(pair);
        }
        Ok(Node::Map(pairs))
    }
}

/// A parser's error in the user's words, with what to do where the mistake is a common one.
fn explain(error: &Error, sources: &Sources, file: FileId) -> Diagnostic {
    let text = &sources.get(file).text;
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let start = byte_at(text, location.line() as usize, location.column() as usize);
    let span =
        Span { file, start: start as u32, end: (start + location.span().byte_len().unwrap_or(1) as usize) as u32 };
    let said = message_of(error);
    if said.starts_with("duplicate mapping key") {
        return Diagnostic::new(DUPLICATE_KEY, "a key is written twice")
            .at(span)
            .hint("remove one of the two, or put what stands below both under one");
    }
    let found = mistake::explain(&said, text, start, (span.end - span.start) as usize);
    let span = Span { file, start: found.start as u32, end: found.end as u32 };
    Diagnostic::new(YAML, found.message).at(span).maybe_hint(found.hint)
}

/// The parser's text without its ` at line 2, column 5`: the excerpt shows that.
fn message_of(error: &Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Byte offset of a line and column (both from 1, in characters); the parser gives no byte offset for syntax errors.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = &text[start..];
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Tree<Span>, Sources), Diagnostic> {
        let mut sources = Sources::default();
        let file = sources.add("kgen.yaml", text);
        parse(&sources, file, Dialect::Project).map(|tree| (tree, sources))
    }

    #[test]
    fn the_characters_of_a_scalar_are_kept() {
        let (tree, sources) = read("a: {b: 0587, c: 1.10, d: off, e: 1e6}\n").unwrap();
        let map = tree.get("a").unwrap().as_map().unwrap();
        let texts: Vec<_> = map.iter().map(|(_, value)| sources.text(value.from)).collect();
        assert_eq!(texts, ["0587", "1.10", "off", "1e6"]);
    }

    #[test]
    fn a_merged_value_points_to_where_it_is_defined() {
        let (tree, sources) = read("x: &x {n: 3}\ny: {<<: *x}\n").unwrap();
        assert_eq!(sources.describe(tree.at(&["y", "n"]).unwrap().from), "kgen.yaml:1:11");
    }

    #[test]
    fn a_duplicate_key_is_an_error() {
        let error = read("a: 1\na: 2\n").unwrap_err();
        assert_eq!((error.rule.id, error.message.as_str()), ("duplicate-key", "a key is written twice"));
    }

    #[test]
    fn a_missing_space_is_named() {
        let error = read("key:value\nb: 1\n").unwrap_err();
        assert_eq!(error.message, "a space is missing behind the `:`");
    }

    #[test]
    fn an_unquoted_reference_in_a_flow_map_is_named() {
        let error = read("b: {c: ${x.y}}\n").unwrap_err();
        assert_eq!(error.hints, ["write it in quotes: \"${...}\""]);
    }

    #[test]
    fn a_bare_tree_is_the_same_tree() {
        let text = "a: [1, -2, 1.5, true, ~, x, 'y', \"z\"]\nb: {c: |\n  t\n}\n".replace("|\n  t\n", "{}");
        let (tree, _) = read(&text).unwrap();
        assert_eq!(parse_bare(&text, Dialect::Project).unwrap(), tree);
        assert!(parse_bare("a: 1\na: 2\n", Dialect::Project).is_none());
        assert!(parse_bare("a: .inf\n", Dialect::Project).is_none());
    }

    #[test]
    fn an_alias_bomb_ends_in_an_error() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            text += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
        }
        assert_eq!(read(&text).unwrap_err().rule.id, "yaml");
    }

    #[test]
    fn deep_nesting_ends_in_an_error() {
        // As in `main.rs`: the reader recurses, and a test thread has 2 MiB.
        let run = || ["[", "- "].map(|open| read(&open.repeat(20_000)).unwrap_err().rule.id);
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap();
        assert_eq!(thread.join().unwrap(), ["yaml", "yaml"]);
    }
}
