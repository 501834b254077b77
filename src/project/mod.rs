//! What the user wrote: the project file as a checked tree with spans. Defaults are not applied here.
//!
//! Owns: reading one file into a tree and checking it against the language, all mistakes at once.
//! Does not own: layers (`settings`) or meaning (`plan`).

pub mod language;
pub mod node;
pub mod schema;

use crate::diag::{Diagnostic, Report, suggest};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Map, Tree};
use node::Dialect;
use schema::{Object, Type};

/// A project file that follows the language.
#[derive(Debug)]
pub struct Project {
    pub file: FileId,
    pub root: Tree<Span>,
}

/// Reads and checks a project file whose text is in `sources`. Literal secrets are masked from here on.
pub fn read(sources: &mut Sources, file: FileId) -> Result<Project, Report> {
    let root = match node::parse(sources, file, Dialect::Project) {
        Ok(root) => root,
        Err(diagnostic) => {
            mask_by_shape(sources, file);
            return Err(diagnostic.into());
        }
    };
    mask_passwords(sources, &root, &Type::Object(&language::PROJECT));
    let mut report = Report::new();
    head(sources, &root, &mut report);
    schema::check(sources, &root, &Type::Object(&language::PROJECT), &mut report);
    report.finish(Project { file, root }).map(|(project, _)| project)
}

/// `apiVersion` and `project`, without which nothing else can be judged.
fn head(sources: &Sources, root: &Tree<Span>, report: &mut Report) {
    let Some(map) = root.as_map() else {
        let what = if root.is_null() {
            "the project file is empty".into()
        } else {
            format!("the project file must be a map, found {}", root.noun())
        };
        let d = Diagnostic::error("empty-project", what).at(root.from);
        report.push(d.hint("begin with `apiVersion: kgen.dev/v1` and `project: NAME`, or run `kgen init`"));
        return;
    };
    for (key, example) in [("apiVersion", "kgen.dev/v1"), ("project", "shop")] {
        if map.get(key).is_none_or(Tree::is_null) {
            report.push(missing(sources, map, root.from, key, example));
        }
    }
}

fn missing(sources: &Sources, map: &Map<Span>, span: Span, key: &str, example: &str) -> Diagnostic {
    let near = suggest::nearest(key, map.keys().map(|k| &**k));
    let d = Diagnostic::error("missing-key", format!("the project file has no `{key}`"));
    match near.and_then(|near| map.entry(near)) {
        Some(entry) => d.at(entry.key_from).hint(format!("did you mean `{key}`?")),
        None => d.at(Span { end: span.start, ..span }).hint(format!("add `{key}: {example}`")),
    }
    .at_start(sources)
}

impl Diagnostic {
    /// A place at the very end of a file is shown at its start.
    fn at_start(mut self, sources: &Sources) -> Self {
        if let Some(span) = &mut self.span
            && span.start as usize >= sources.get(span.file).text.len()
        {
            (span.start, span.end) = (0, 0);
        }
        self
    }
}

/// Checks another layer of the same language: a preset or `--set`.
pub fn check_layer(sources: &mut Sources, root: &Tree<Span>, object: &'static Object, report: &mut Report) {
    let ty = Type::Object(object);
    mask_passwords(sources, root, &ty);
    schema::check(sources, root, &ty, report);
}

/// Masks every literal that stands where a secret value belongs, wherever it is.
fn mask_passwords(sources: &mut Sources, root: &Tree<Span>, ty: &Type) {
    let mut spans = Vec::new();
    passwords(root, ty, &mut spans);
    spans.into_iter().for_each(|span| sources.mask(span));
}

fn passwords(tree: &Tree<Span>, ty: &Type, spans: &mut Vec<Span>) {
    match ty {
        Type::OneOf(_) => {
            let chosen = ty.choose(tree);
            if !matches!(chosen, Type::OneOf(_)) {
                passwords(tree, chosen, spans);
            }
        }
        Type::Password if tree.as_str().is_none_or(|text| !schema::has_reference(text)) => {
            tree.leaves(&mut |_, leaf| spans.push(leaf.from));
        }
        Type::Object(object) => match tree.as_map() {
            Some(map) => {
                for (key, value) in map.iter() {
                    match object.field(key) {
                        Some(field) => passwords(value, &field.ty, spans),
                        None if holds_password(object) => value.leaves(&mut |_, leaf| spans.push(leaf.from)),
                        None => {}
                    }
                }
            }
            None => {
                let field = object.shorthand.and_then(|key| object.field(key));
                if let Some(field) = field {
                    passwords(tree, &field.ty, spans);
                }
            }
        },
        Type::Map(map_type) => {
            for (_, value) in tree.as_map().into_iter().flat_map(Map::iter) {
                passwords(value, &map_type.value, spans);
            }
        }
        _ => {}
    }
}

/// Below a secret even an unknown key's value may be the secret.
fn holds_password(object: &Object) -> bool {
    object.fields().any(|field| matches!(field.ty, Type::Password))
}

/// For a text that cannot be read: hides what stands behind a `:` inside a `secrets:` block, and behind a key that
/// sounds like a password. It may hide too much; it must not show a secret.
fn mask_by_shape(sources: &mut Sources, file: FileId) {
    let text = sources.get(file).text.clone();
    let mut block: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let content = line.trim_end();
        if block.is_some_and(|outer| indent <= outer && !content.trim().is_empty()) {
            block = None;
        }
        let key_end = content.find(':').map_or(content.len(), |colon| colon + 1);
        let key = content[..key_end].trim().trim_matches([':', '"', '\'']).to_lowercase();
        if block.is_none() && key == "secrets" {
            block = Some(indent);
        }
        let sensitive =
            block.is_some() || ["password", "secret", "token", "key", "url"].iter().any(|word| key.contains(word));
        if sensitive && key_end <= content.len() {
            let start = if content.contains(':') { key_end } else { indent };
            let from = start + (content[start..].len() - content[start..].trim_start().len());
            if from < content.len() {
                sources.mask(Span { file, start: (at + from) as u32, end: (at + content.len()) as u32 });
            }
        }
        at += line.len();
    }
}
