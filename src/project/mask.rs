//! Which characters of a text may be shown, so that no message shows a secret.
//!
//! Owns: along the language's types, what holds no secret; all else is hidden: what stands under a key that is not known, a
//! value of the wrong form, a comment.
//! Does not own: a text that cannot be read (`shape.rs`), objects of Kubernetes (`raw.rs`), what looks secret (`scan.rs`),
//! how a text is shown (`source.rs`).

mod raw;
mod shape;

pub use raw::{KEYS, holds_secrets};

use super::node::{self, Dialect};
use super::schema::{MapType, Object, Type, join};
use super::{allow, habit, language};
use crate::diag::suggest;
use crate::leak::{line, name};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Entry, Kind, Map, Tree};

/// Hides what may be a secret of a layer of the project file. Only its own texts: presets have none.
pub fn layer(sources: &mut Sources, root: &Tree<Span>, object: &'static Object) {
    let mut parts = Parts::new(sources);
    parts.typed(root, &Type::Object(object), "", false);
    let (shown, hidden) = (parts.shown, parts.hidden);
    apply(sources, root.from.file, shown, hidden);
}

/// Hides what may be a secret of a file of objects.
pub fn objects(sources: &mut Sources, file: FileId, objects: &[Tree<Span>]) {
    let mut parts = Parts::new(sources);
    objects.iter().for_each(|object| parts.object(object));
    let (shown, hidden) = (parts.shown, parts.hidden);
    apply(sources, file, shown, hidden);
}

/// Of a project file that cannot be read, the keys where the language has them are shown. One with a key twice could be.
pub fn broken(sources: &mut Sources, file: FileId) {
    if let Some(root) = node::parse_any(sources, file, Dialect::Project) {
        return layer(sources, &root, &language::PROJECT);
    }
    let known = shape::known(&sources.get(file).text);
    sources.show_only(file, known.into_iter().map(|(start, end)| span(file, start, end)).collect());
}

/// Hides what a template of the project's own may spell out; the answer is whether it makes a Secret, or may. Only what it
/// fills in is shown then, and what every Secret has.
pub fn template(sources: &mut Sources, file: FileId) -> bool {
    let text = &sources.get(file).text;
    let mut kinds = text.lines().filter_map(|line| line.trim_start().strip_prefix("kind:"));
    let holds = kinds.any(|kind| {
        let kind = kind.trim().trim_matches(['"', '\'']);
        kind.contains('{') || (kind.starts_with(char::is_alphabetic) && holds_secrets(kind))
    });
    if holds {
        let shown = raw::outline(text).into_iter().map(|(start, end)| span(file, start, end)).collect();
        sources.show_only(file, shown);
    }
    holds
}

/// Of a text that may hold secrets anywhere, nothing is shown.
pub fn all(sources: &mut Sources, file: FileId) {
    sources.show_only(file, Vec::new());
}

fn apply(sources: &mut Sources, file: FileId, mut shown: Vec<Span>, hidden: Vec<Span>) {
    let text = &sources.get(file).text;
    shown.extend(text.match_indices(allow::MARK).map(|(at, mark)| span(file, at, at + mark.len())));
    sources.show_only(file, shown);
    hidden.into_iter().for_each(|span| sources.mask(span));
}

fn span(file: FileId, start: usize, end: usize) -> Span {
    Span { file, start: start as u32, end: end as u32 }
}

/// What a text is made of: parts that are shown, and values that are not.
struct Parts<'s> {
    sources: &'s Sources,
    shown: Vec<Span>,
    hidden: Vec<Span>,
    /// Inside of what is called a secret.
    secret: bool,
}

impl<'s> Parts<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self { sources, shown: Vec::new(), hidden: Vec::new(), secret: false }
    }

    fn show(&mut self, span: Span) {
        self.shown.push(span);
    }

    /// A text, but for what its lines spell out by name.
    fn show_text(&mut self, span: Span) {
        self.show(span);
        let named = line::find(self.sources.text(span)).into_iter().map(|(_, range)| range);
        self.hidden.extend(named.map(|range| part(span, range.start, range.end)));
    }

    /// The literals of a place; what refers to another place is shown, and what no secret is.
    fn hide(&mut self, tree: &Tree<Span>) {
        self.hide_but(tree, is_plain);
    }

    /// A place for a secret: a number is one too.
    fn hide_secret(&mut self, tree: &Tree<Span>) {
        self.hide_but(tree, |leaf| is_plain(leaf) && !matches!(leaf.kind, Kind::Number(_)));
    }

    fn hide_but(&mut self, tree: &Tree<Span>, is_plain: fn(&Tree<Span>) -> bool) {
        tree.leaves(&mut |_, leaf| {
            let text = self.sources.text(leaf.from);
            let mut at = 0;
            for (start, end) in references(text).into_iter().chain([(text.len(), text.len())]) {
                // Quotes hide nothing.
                let literal = text[at..start].contains(char::is_alphanumeric) || (at == 0 && start == text.len());
                let list = if literal && !is_plain(leaf) { &mut self.hidden } else { &mut self.shown };
                list.push(part(leaf.from, at, start));
                self.shown.push(part(leaf.from, start, end));
                at = end;
            }
        });
    }

    /// All of a place, keys too: nobody knows what it is.
    fn hide_all(&mut self, tree: &Tree<Span>) {
        if !tree.is_container() {
            return self.hide(tree);
        }
        let mut all = Vec::new();
        keys(tree, &mut all);
        tree.leaves(&mut |_, leaf| all.extend((!leaf.is_null() && !leaf.is_container()).then_some(leaf.from)));
        let ends = all.iter().map(|span| span.start).min().zip(all.iter().map(|span| span.end).max());
        let Some((start, end)) = ends else { return self.show(tree.from) };
        let hidden = Span { start, end, ..tree.from };
        self.hidden.push(Span { end: end + self.closing(hidden) as u32, ..hidden });
    }

    /// How many characters close behind a part what it opens.
    fn closing(&self, span: Span) -> usize {
        let count = |marks: [char; 2]| self.sources.text(span).matches(marks).count();
        let open = count(['[', '{']).saturating_sub(count([']', '}']));
        let behind = self.sources.get(span.file).text.get(span.end as usize..).unwrap_or_default();
        behind.chars().take_while(|c| [']', '}'].contains(c)).take(open).count()
    }

    /// `named`: a known key stands before it, so that a word in the place of a list is a slip, and no secret.
    fn typed(&mut self, tree: &Tree<Span>, ty: &Type, path: &str, named: bool) {
        match (ty.choose(tree), &tree.kind) {
            (Type::Password, _) => self.hide_secret(tree),
            (Type::Object(object), Kind::Map(map)) => self.fields(tree, map, object, path),
            (Type::Object(object), _) if !tree.is_container() && object.shorthand().is_some() => {
                object.shorthand().into_iter().for_each(|field| self.typed(tree, &field.ty, path, named));
            }
            (Type::Map(map_type), Kind::Map(map)) => self.entries(map, map_type, path),
            (Type::List(item), Kind::List(list)) => list.iter().for_each(|tree| self.typed(tree, item, path, named)),
            (Type::Kubernetes("object"), _) => self.object(tree),
            (Type::Kubernetes(_), _) if tree.is_container() => self.open(tree),
            (Type::Map(_) | Type::Object(_) | Type::Kubernetes(_), _) => self.hide_all(tree),
            (Type::List(_) | Type::OneOf(_), _) if !named || tree.is_container() => self.hide_all(tree),
            (_, Kind::List(_) | Kind::Map(_)) => self.hide_all(tree),
            (Type::Text | Type::Wired, _) if self.secret => self.hide(tree),
            _ => self.show_text(tree.from),
        }
    }

    /// Names of the user's own with what they name.
    fn entries(&mut self, map: &Map<Span>, map_type: &'static MapType, path: &str) {
        let secrets = map_type.value.is_secret();
        // Below `secrets` the types say which words are values, and a component may be called as it likes.
        let says = map_type.defaults.is_none() && !secrets && !matches!(map_type.value, Type::Map(_));
        for (key, entry) in map.entries() {
            let bare = self.is_bare(entry);
            let is_name = |_: &str, behind: &str| !secrets || (behind.is_empty() && !bare) || separates(behind);
            self.key(entry, is_name, if secrets { "" } else { " " });
            let outer = self.secret;
            self.secret |= (says && name::resembles_secret(key)) || (map_type.key.check)(key).is_err();
            self.typed(&entry.value, &map_type.value, &join(path, key), false);
            self.secret = outer;
        }
    }

    fn fields(&mut self, tree: &Tree<Span>, map: &Map<Span>, object: &'static Object, path: &str) {
        for (key, entry) in map.entries() {
            match object.field(key) {
                Some(field) if matches!(field.ty, Type::Kubernetes("patch")) => {
                    self.show(entry.key_from);
                    self.patch(tree, &entry.value);
                }
                Some(field) => {
                    self.show(entry.key_from);
                    self.typed(&entry.value, &field.ty, &join(path, key), true);
                }
                None => {
                    // Where one value may stand alone, a key may be a part of it.
                    let open = object.shorthand().is_none() && !self.is_bare(entry);
                    let near = |key: &str| suggest::nearest(key, object.fields().map(|field| field.key)).is_some();
                    self.key(entry, |key, _| open || near(key) || habit::knows(key, path), "");
                    self.hide_all(&entry.value);
                }
            }
        }
    }

    /// A key, up to the first character that no key has and is not among `more`.
    fn key(&mut self, entry: &Entry<Span>, is_key: impl Fn(&str, &str) -> bool, more: &str) {
        let written = self.sources.text(entry.key_from);
        let more = if self.is_bare(entry) { "" } else { more };
        let end = cut(written, more);
        let (start, behind) = written.split_at(end);
        let end = if is_key(start.trim_start_matches(['"', '\'']), behind) { end } else { 0 };
        self.shown.extend((end > 0).then(|| part(entry.key_from, 0, end)));
        self.hidden.extend((end < written.len()).then(|| part(entry.key_from, end, written.len())));
    }

    fn is_bare(&self, entry: &Entry<Span>) -> bool {
        is_bare(self.sources, entry)
    }
}

/// Whether no `:` stands behind a key, as in `{a, b}`: it may be a value.
pub fn is_bare(sources: &Sources, entry: &Entry<Span>) -> bool {
    let text = &sources.get(entry.key_from.file).text;
    let behind = text.get(entry.key_from.end as usize..).unwrap_or_default().trim_start();
    entry.value.is_null() && !behind.starts_with([':', '='])
}

/// Whether what stands behind a word makes it a name: `TOKEN:x`, `TOKEN=x`; base64 ends in `=` and `==`.
fn separates(behind: &str) -> bool {
    let mut next = behind.chars();
    let separator = next.next().is_some_and(|c| [':', '='].contains(&c));
    separator && next.next().is_some_and(|c| c != '=' && !c.is_whitespace())
}

fn keys(tree: &Tree<Span>, out: &mut Vec<Span>) {
    for (_, entry) in tree.as_map().into_iter().flat_map(Map::entries) {
        out.push(entry.key_from);
        keys(&entry.value, out);
    }
    tree.as_list().into_iter().flatten().for_each(|item| keys(item, out));
}

/// Whether a value is no secret, whatever it is for.
fn is_plain(leaf: &Tree<Span>) -> bool {
    match &leaf.kind {
        Kind::Number(number) => number.as_u64().is_some_and(|number| number < 1000),
        Kind::String(_) | Kind::Secret(_) => false,
        _ => true,
    }
}

fn part(of: Span, start: usize, end: usize) -> Span {
    Span { start: of.start + start as u32, end: of.start + end as u32, ..of }
}

/// Where the first character stands that no key has, quotes around it apart; `more`: further ones that it may have.
fn cut(written: &str, more: &str) -> usize {
    let blank = written.len() - written.trim_start_matches(|c: char| !c.is_ascii() && c.is_whitespace()).len();
    let quote = blank + usize::from(written[blank..].starts_with(['"', '\'']));
    let inside = &written[quote..];
    let end = inside.len() - inside.trim_start_matches(|c| is_of_key(c) || more.contains(c)).len();
    if quote > blank && inside[end..].len() == 1 { written.len() } else { quote + end }
}

/// Whether a text has only characters that keys have.
pub fn is_key(text: &str) -> bool {
    text.chars().all(is_of_key)
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./".contains(c)
}

/// The `${...}` of a text.
fn references(text: &str) -> Vec<(usize, usize)> {
    let of = |(at, _): (usize, &str)| {
        let path = text[at + 2..].split_once('}')?.0;
        // A path, not what someone forgot to close it before; nor one word, but for those that are known.
        let is_path = path.chars().all(|c| is_of_key(c) || c == '"');
        let is_known = path.contains('.') || ["project", "profile", "namespace"].contains(&path);
        (is_path && is_known).then_some((at, at + path.len() + 3))
    };
    text.match_indices("${").filter_map(of).collect()
}
