//! Secrets that stand where a text belongs: in variables, configs, annotations, manifests and patches.
//!
//! Owns: which scalars are looked at, what their keys add to their look, and their places. Where the language has a place
//! for a secret (`secrets`, `password`), only what is worse than a literal counts.
//! Does not own: what looks secret (`leak`), comments that allow one (`allow.rs`), what is said (`checks/leaks.rs`).

use std::collections::BTreeSet;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::schema::{self, MapType, Object, Type};
use super::{allow, mask};
use crate::leak::{self, line, name, placeholder};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Entry, Kind, Map, Step, Tree, path_text};

/// A secret in a text.
#[derive(Clone, Debug)]
pub struct Leak {
    pub what: What,
    /// Where it is, in words: `apps.api.env.DATABASE_URL`, `config/app.toml`.
    pub subject: String,
    pub span: Span,
    /// What no message may show.
    pub hidden: Span,
    /// The scalars that settings know: the text itself, or the names of the file that holds it.
    pub leaves: Vec<Span>,
    pub counts: Counts,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Url,
    Token(&'static str),
    /// A literal whose name says that it is a secret; the name, where it stands inside a text.
    Named(Option<String>),
    /// A value of a Secret that everybody knows, and why.
    Known(&'static str),
    /// A comment allows it without saying why.
    Unexplained,
}

/// In which presets it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    Everywhere,
    /// In dev a Secret may be spelled out.
    OutsideDev,
    /// Outside dev it is refused as a literal already.
    InDev,
    /// A comment allows it, with a reason.
    Nowhere,
}

/// The leaks of one layer of the project file.
pub fn layer(sources: &Sources, root: &Tree<Span>, object: &'static Object) -> Vec<Leak> {
    let mut scanner = Scanner::new(sources, &[]);
    let profiles = root.get("profiles").and_then(Tree::as_map).into_iter().flat_map(Map::iter).map(|(_, tree)| tree);
    let secrets = std::iter::once(root).chain(profiles).filter_map(|layer| layer.get("secrets")?.as_map());
    scanner.secrets = secrets.flat_map(Map::keys).map(|name| &**name).collect();
    scanner.typed(root, &Type::Object(object));
    scanner.out
}

/// The leaks of one object of a manifest's file, which is named at these places.
pub fn manifest(sources: &Sources, object: &Tree<Span>, named_at: &[Span]) -> Vec<Leak> {
    let mut scanner = Scanner::new(sources, named_at);
    scanner.object(object, None);
    scanner.out
}

/// The leaks of a file of any language, which is named at these places.
pub fn file(sources: &Sources, file: FileId, named_at: &[Span]) -> Vec<Leak> {
    let source = sources.get(file);
    let mut scanner = Scanner::new(sources, named_at);
    let whole = Span { file, start: 0, end: source.text.len() as u32 };
    let whole = Tree::new(Kind::String(source.text.as_str().into()), whole);
    scanner.text(&whole, true, Counts::Everywhere);
    for leak in &mut scanner.out {
        leak.subject = source.path.clone();
    }
    scanner.out
}

/// Whether [`file`] would find something, without a place.
pub fn is_clean(text: &str) -> bool {
    leak::find(text).is_empty() && line::find(text).is_empty()
}

struct Scanner<'s> {
    sources: &'s Sources,
    /// Of a file: the places that name it.
    named_at: &'s [Span],
    /// Names of the project's Secrets.
    secrets: BTreeSet<&'s str>,
    path: Vec<Step<'s>>,
    key: Option<Span>,
    out: Vec<Leak>,
}

impl<'s> Scanner<'s> {
    fn new(sources: &'s Sources, named_at: &'s [Span]) -> Self {
        Self { sources, named_at, secrets: BTreeSet::new(), path: Vec::new(), key: None, out: Vec::new() }
    }

    fn entries(&mut self, map: &'s Map<Span>, mut visit: impl FnMut(&mut Self, &'s str, &'s Entry<Span>)) {
        let outer = self.key;
        for (key, entry) in map.entries() {
            // It may be a value that lost its `:`.
            let is_name = mask::is_key(key) && !mask::is_bare(self.sources, entry);
            let shown = if !is_name && self.sources.shown(entry.key_from).1 { "***" } else { key };
            self.path.push(Step::Key(shown));
            self.key = Some(entry.key_from);
            visit(self, key, entry);
            self.path.pop();
        }
        self.key = outer;
    }

    fn items(&mut self, list: &'s [Tree<Span>], mut visit: impl FnMut(&mut Self, &'s Tree<Span>)) {
        let mut flag = None;
        for (index, item) in list.iter().enumerate() {
            self.path.push(Step::Index(index));
            let before = self.out.len();
            visit(self, item);
            if let (Some(name), Some(value)) = (flag, item.as_str())
                && self.out.len() == before
                && !line::find(&format!("{name}={value}")).is_empty()
            {
                self.push(What::Named(Some(String::from(name))), Place::whole(item.from), Counts::Everywhere);
            }
            // `--password`, `x`
            flag = item.as_str().and_then(|text| text.strip_prefix("--")).filter(|name| name::says_secret(name));
            self.path.pop();
        }
    }

    /// Along the language's types.
    fn typed(&mut self, tree: &'s Tree<Span>, ty: &Type) {
        match (ty.choose(tree), &tree.kind) {
            (Type::Object(object), Kind::Map(map)) => {
                self.entries(map, |scanner, key, entry| match object.field(key) {
                    Some(field) if matches!(field.ty, Type::Kubernetes("patch")) => scanner.patch(tree, &entry.value),
                    Some(field) => scanner.typed(&entry.value, &field.ty),
                    None => scanner.open(&entry.value),
                })
            }
            (Type::Object(object), _) if !tree.is_container() => {
                match object.shorthand.and_then(|key| object.field(key)) {
                    Some(field) => self.typed(tree, &field.ty),
                    None => self.open(tree),
                }
            }
            (Type::Map(map_type), Kind::Map(map)) => match settings(map_type) {
                Some((named, lines)) => self.settings(map, named, lines),
                None => self.entries(map, |scanner, _, entry| scanner.typed(&entry.value, &map_type.value)),
            },
            (Type::List(item), Kind::List(list)) => self.items(list, |scanner, tree| scanner.typed(tree, item)),
            (Type::Kubernetes("object"), _) => self.object(tree, None),
            (Type::Password, _) => self.secret(tree),
            _ => self.open(tree),
        }
    }

    /// Names with texts: variables, keys of a config, files of a container.
    fn settings(&mut self, map: &'s Map<Span>, named: bool, lines: bool) {
        self.entries(map, |scanner, key, entry| {
            let name = named.then_some(key);
            match &entry.value.kind {
                Kind::Map(fields) => scanner.entries(fields, |scanner, field, entry| match field {
                    "value" => scanner.setting(name, &entry.value, lines),
                    _ => scanner.open(&entry.value),
                }),
                _ => scanner.setting(name, &entry.value, lines),
            }
        });
    }

    fn setting(&mut self, name: Option<&str>, value: &'s Tree<Span>, lines: bool) {
        let before = self.out.len();
        self.text(value, lines, Counts::Everywhere);
        if self.out.len() == before && name.is_some_and(name::says_secret) && self.is_spelled_out(value) {
            self.push(What::Named(None), Place::whole(value.from), Counts::Everywhere);
        }
    }

    /// A place for a secret: a literal is dev's, where a real token is no matter for a repository either.
    fn secret(&mut self, tree: &'s Tree<Span>) {
        tree.leaves(&mut |_, leaf| {
            let Some(text) = leaf.as_str() else { return };
            let composed = schema::has_reference(text);
            for (what, _) in leak::find(text) {
                let counts = match (what, composed) {
                    (leak::What::Url, true) => Counts::OutsideDev,
                    (leak::What::Url, false) => continue,
                    (leak::What::Token(_), true) => Counts::Everywhere,
                    (leak::What::Token(_), false) => Counts::InDev,
                };
                self.push(what_of(what), Place::whole(leaf.from), counts);
            }
        });
    }

    /// A Kubernetes shape.
    fn open(&mut self, tree: &'s Tree<Span>) {
        match &tree.kind {
            Kind::Map(map) => {
                self.variable(map);
                self.entries(map, |scanner, _, entry| scanner.open(&entry.value));
            }
            Kind::List(list) => self.items(list, Self::open),
            Kind::String(_) => self.text(tree, false, Counts::Everywhere),
            _ => {}
        }
    }

    /// `{name: DB_PASSWORD, value: x}`: a variable, or a header.
    fn variable(&mut self, map: &'s Map<Span>) {
        let (Some(name), Some(entry)) = (map.get("name").and_then(Tree::as_str), map.entry("value")) else { return };
        if name::says_secret(name)
            && self.is_spelled_out(&entry.value)
            && leak::find(&entry.value.to_string()).is_empty()
        {
            let outer = self.key.replace(entry.key_from);
            self.push(What::Named(Some(name.to_owned())), Place::whole(entry.value.from), Counts::Everywhere);
            self.key = outer;
        }
    }

    /// A raw object, or a part of one of this kind.
    fn object(&mut self, tree: &'s Tree<Span>, kind: Option<&str>) {
        let kind = kind.or_else(|| tree.get("kind").and_then(Tree::as_str));
        let Some(map) = tree.as_map() else { return self.open(tree) };
        self.entries(map, |scanner, key, entry| match (kind, key, &entry.value.kind) {
            (Some("ConfigMap"), "data", Kind::Map(data)) => scanner.settings(data, true, true),
            (Some("Secret"), "data" | "stringData", Kind::Map(data)) => {
                scanner.entries(data, |scanner, name, entry| scanner.value(name, &entry.value, key == "data"));
            }
            (Some("List"), "items", Kind::List(items)) => {
                scanner.items(items, |scanner, item| scanner.object(item, None))
            }
            _ => scanner.open(&entry.value),
        });
    }

    fn patch(&mut self, patch: &'s Tree<Span>, change: &'s Tree<Span>) {
        let kind = patch.at(&["target", "kind"]).and_then(Tree::as_str);
        let Some(operations) = change.as_list() else { return self.object(change, kind) };
        self.items(operations, |scanner, operation| {
            let path = operation.get("path").and_then(Tree::as_str).unwrap_or_default();
            let entry = operation.as_map().and_then(|map| map.entry("value"));
            let (Some(key), Some(entry)) = (path.strip_prefix("/data/"), entry) else { return scanner.open(operation) };
            let outer = scanner.key.replace(entry.key_from);
            scanner.path.push(Step::Key(key));
            match kind {
                Some("Secret") => scanner.value(key, &entry.value, true),
                _ => scanner.setting(Some(key), &entry.value, true),
            }
            scanner.path.pop();
            scanner.key = outer;
        });
    }

    /// One value of a Secret as Kubernetes writes it.
    fn value(&mut self, name: &str, value: &'s Tree<Span>, encoded: bool) {
        let written = value.to_string();
        let decoded = || STANDARD.decode(written.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = if encoded { decoded() } else { Some(written.clone()) };
        let Some(text) = text else { return };
        let found = leak::find(&text);
        for (what, _) in &found {
            let counts = if *what == leak::What::Url { Counts::OutsideDev } else { Counts::Everywhere };
            self.push(what_of(*what), Place::whole(value.from), counts);
        }
        let named = found.is_empty() && name::says_secret(name) && name::is_secret_value(&text);
        if named {
            self.push(What::Named(None), Place::whole(value.from), Counts::OutsideDev);
        }
        let reason = placeholder::reason(&text, "", name, &[]).filter(|_| !text.is_empty() && leak::is_literal(&text));
        if let Some(reason) = reason {
            let counts = if named || !found.is_empty() { Counts::InDev } else { Counts::Everywhere };
            self.push(What::Known(reason), Place::whole(value.from), counts);
        }
    }

    /// A text; `lines`: of a file that an app reads.
    fn text(&mut self, tree: &Tree<Span>, lines: bool, counts: Counts) {
        let Some(text) = tree.as_str() else { return };
        let mut found: Vec<_> = leak::find(text).into_iter().map(|(what, range)| (what_of(what), range)).collect();
        let known = found.len();
        let apart = |range: &Range<usize>, other: &Range<usize>| range.end <= other.start || other.end <= range.start;
        let lines = lines || text.starts_with("--");
        for (name, range) in if lines && known <= MOST { line::find(text) } else { Vec::new() } {
            if found[..known].iter().all(|(_, other)| apart(&range, other)) {
                found.push((What::Named(Some(name.to_owned())), range));
            }
        }
        for (what, range) in found.iter().take(MOST) {
            let place = self.place(tree.from, text, range);
            self.push(what.clone(), place, counts);
        }
        if let (Some(last), true) = (self.out.last_mut(), found.len() > MOST) {
            last.hidden = tree.from;
        }
    }

    /// A literal that is no name of one of the project's Secrets.
    fn is_spelled_out(&self, value: &Tree<Span>) -> bool {
        let text = || value.to_string();
        matches!(value.kind, Kind::String(_) | Kind::Number(_))
            && name::is_secret_value(&text())
            && !self.secrets.contains(text().as_str())
    }

    /// Where a part of a value was written; the whole where it was written otherwise.
    fn place(&self, leaf: Span, text: &str, range: &Range<usize>) -> Place {
        let raw = self.sources.text(leaf);
        let line = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let at = match text[range.clone()].contains('\n') {
            _ if raw == text => Some(range.start),
            true => None,
            // With what stands before it on its line: a user may be called like his password.
            false => raw.find(&text[line..range.end]).map(|at| at + range.start - line),
        };
        let part =
            |at: usize| Span { start: leaf.start + at as u32, end: leaf.start + (at + range.len()) as u32, ..leaf };
        Place { leaf, span: at.map_or(leaf, part) }
    }

    fn push(&mut self, what: What, place: Place, counts: Counts) {
        let leaves = if self.named_at.is_empty() { vec![place.leaf] } else { self.named_at.to_vec() };
        let leak = Leak { what, subject: path_text(&self.path), span: place.span, hidden: place.span, leaves, counts };
        let lines = [Some(place.span), Some(place.leaf), self.key];
        self.out.push(match allow::near(self.sources, lines.into_iter().flatten()) {
            Some(allowed) if allowed.explained => Leak { counts: Counts::Nowhere, ..leak },
            Some(allowed) => Leak { what: What::Unexplained, span: allowed.line, ..leak },
            None => leak,
        });
    }
}

/// A part of a scalar.
struct Place {
    leaf: Span,
    span: Span,
}

impl Place {
    fn whole(leaf: Span) -> Self {
        Self { leaf, span: leaf }
    }
}

/// So many of one text are told; then it is hidden whole.
const MOST: usize = 100;

/// Of a map of names with texts: whether a name tells what the text is, and whether the text is a file's. `None` for any
/// other map.
fn settings(map_type: &MapType) -> Option<(bool, bool)> {
    let Type::Object(object) = map_type.value else { return None };
    let value = object.field("value").filter(|_| object.shorthand == Some("value"))?;
    match (&value.ty, map_type.key.noun) {
        (Type::Password, _) => None,
        (_, "environment variable name") => Some((true, false)),
        (_, noun) => Some((noun != "path", true)),
    }
}

fn what_of(what: leak::What) -> What {
    match what {
        leak::What::Url => What::Url,
        leak::What::Token(noun) => What::Token(noun),
    }
}
