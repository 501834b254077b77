//! Which characters of a text may be shown, so that no message shows a secret.
//!
//! Owns: along the language's types, what holds no secret; all else is hidden: what stands under a key that is not known, a
//! value of the wrong form, a comment.
//! Does not own: a text that cannot be read (`shape.rs`), objects of Kubernetes (`raw.rs`), what looks secret (`scan.rs`),
//! how a text is shown (`source.rs`).

mod raw;
mod shape;

use super::habit;
use super::schema::{Object, Type, has_reference, join};
use crate::diag::suggest;
use crate::leak::name;
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

/// Of a project file that cannot be read, the keys where the language has them are shown.
pub fn broken(sources: &mut Sources, file: FileId) {
    let keys = shape::keys(&sources.get(file).text);
    sources.show_only(file, keys.into_iter().map(|(start, end)| span(file, start, end)).collect());
}

/// Of a text that may hold secrets anywhere, nothing is shown.
pub fn all(sources: &mut Sources, file: FileId) {
    sources.show_only(file, Vec::new());
}

fn apply(sources: &mut Sources, file: FileId, shown: Vec<Span>, hidden: Vec<Span>) {
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
}

impl<'s> Parts<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self { sources, shown: Vec::new(), hidden: Vec::new() }
    }

    fn show(&mut self, span: Span) {
        self.shown.push(span);
    }

    /// Everything that is written in a place, but for references to other places.
    fn hide(&mut self, tree: &Tree<Span>) {
        tree.leaves(&mut |_, leaf| {
            let text = self.sources.text(leaf.from);
            let mut at = 0;
            for (start, end) in references(text) {
                self.hidden.extend((at < start).then(|| part(leaf.from, at, start)));
                self.shown.push(part(leaf.from, start, end));
                at = end;
            }
            self.hidden.extend((at < text.len()).then(|| part(leaf.from, at, text.len())));
        });
    }

    /// `named`: a known key stands before it, so that a word in the place of a list is a slip, and no secret.
    fn typed(&mut self, tree: &Tree<Span>, ty: &Type, path: &str, named: bool) {
        match (ty.choose(tree), &tree.kind) {
            (Type::Password, _) => self.hide(tree),
            (Type::Object(object), Kind::Map(map)) => self.fields(tree, map, object, path),
            (Type::Object(object), _) if !tree.is_container() && object.shorthand().is_some() => {
                object.shorthand().into_iter().for_each(|field| self.typed(tree, &field.ty, path, named));
            }
            (Type::Map(map_type), Kind::Map(map)) => {
                for (key, entry) in map.entries() {
                    let is_name = (map_type.key.check)(key).is_ok() && !(map_type.value.is_secret() && self.is_bare(entry));
                    self.key(key, entry, is_name);
                    // `env: {DB_PASSWORD: ...}`; below `secrets` the types say which words are values.
                    let open = map_type.defaults.is_none() && !map_type.value.is_secret() && !matches!(map_type.value, Type::Map(_));
                    match open && name::resembles_secret(key) {
                        true => self.hide(&entry.value),
                        false => self.typed(&entry.value, &map_type.value, &join(path, key), false),
                    }
                }
            }
            (Type::List(item), Kind::List(list)) => list.iter().for_each(|tree| self.typed(tree, item, path, named)),
            (Type::Kubernetes("object"), _) => self.object(tree),
            (Type::Kubernetes(_), _) if tree.is_container() => self.open(tree),
            (Type::Map(_) | Type::Object(_) | Type::Kubernetes(_), _) => self.hide(tree),
            (Type::List(_) | Type::OneOf(_), _) if !named || tree.is_container() => self.hide(tree),
            (_, Kind::List(_) | Kind::Map(_)) => self.hide(tree),
            _ => self.show(tree.from),
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
                    let is_key = object.shorthand().is_none() && !self.is_bare(entry);
                    let is_slip = || suggest::nearest(key, object.fields().map(|field| field.key)).is_some();
                    self.key(key, entry, is_key || is_slip() || habit::knows(key, path));
                    self.hide(&entry.value);
                }
            }
        }
    }

    /// A key up to the first character that no key has. One that is not meant as a key is shown only where something
    /// stands behind that, which then is not.
    fn key(&mut self, key: &str, entry: &Entry<Span>, is_key: bool) {
        let written = self.sources.text(entry.key_from);
        let end = cut(written);
        if end < written.len() {
            self.show(part(entry.key_from, 0, end));
        } else if is_key || key.is_empty() {
            self.show(entry.key_from);
        }
    }

    /// Whether no `:` stands behind a key, as in `{a, b}`: it may be a value.
    fn is_bare(&self, entry: &Entry<Span>) -> bool {
        is_bare(self.sources, entry)
    }
}

pub fn is_bare(sources: &Sources, entry: &Entry<Span>) -> bool {
    let text = &sources.get(entry.key_from.file).text;
    let behind = text.get(entry.key_from.end as usize..).unwrap_or_default().trim_start();
    entry.value.is_null() && !behind.starts_with([':', '='])
}

fn part(of: Span, start: usize, end: usize) -> Span {
    Span { start: of.start + start as u32, end: of.start + end as u32, ..of }
}

/// Where the first character stands that no key has, quotes around it apart.
fn cut(written: &str) -> usize {
    let quote = usize::from(written.starts_with(['"', '\'']));
    let inside = &written[quote..];
    let end = inside.len() - inside.trim_start_matches(is_of_key).len();
    if quote == 1 && inside[end..].len() == 1 { written.len() } else { quote + end }
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./".contains(c)
}

/// The `${...}` of a text.
fn references(text: &str) -> Vec<(usize, usize)> {
    if !has_reference(text) {
        return Vec::new();
    }
    let of = |(at, _): (usize, &str)| {
        let length = text[at..].find('}')? + 1;
        // What stands in it is a path, not what someone forgot to close it behind.
        let is_path = text[at + 2..at + length - 1].chars().all(|c| is_of_key(c) || c == '"');
        is_path.then_some((at, at + length))
    };
    text.match_indices("${").filter_map(of).collect()
}
