//! What the user wrote: the project file as a checked tree with spans. Defaults are not applied here.
//!
//! Owns: reading one file into a tree and checking it against the language, all mistakes at once.
//! Does not own: layers (`settings`) or meaning (`plan`), which values are secret (`mask.rs`, `scan.rs`).

pub mod allow;
mod habit;
pub mod language;
pub mod mask;
mod mistake;
pub mod node;
pub mod rule;
pub mod scan;
pub mod schema;

use crate::diag::{Diagnostic, Report, suggest};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Map, Tree};
use node::Dialect;
use scan::Leak;
use schema::{Object, Type};

crate::declare! {
    /// the file holds no project
    ///
    /// The file holds no project: it is empty, or is no map.
    /// Fix: begin with `apiVersion: kgen.dev/v1` and `project: NAME`.
    EMPTY_PROJECT = "empty-project", Error;

    /// the file is another tool's
    ///
    /// The file is another tool's: a compose file, a values file of Helm, a Kubernetes object. kgen reads one file in
    ///   its own language.
    /// Fix: name the project file with `-f`; a Kubernetes object belongs under `manifests`.
    OTHER_FILE = "other-file", Error;

    /// a key is needed and not there
    ///
    /// Something cannot be written without this key, and no preset has a value for it.
    /// Fix: add it, as the hint shows.
    MISSING_KEY = "missing-key", Error;
}

/// A project file that follows the language.
#[derive(Debug)]
pub struct Project {
    pub file: FileId,
    pub root: Tree<Span>,
    /// Secrets where texts belong.
    pub leaks: Vec<Leak>,
}

/// Reads and checks a project file whose text is in `sources`. Literal secrets are masked from here on.
pub fn read(sources: &mut Sources, file: FileId) -> Result<Project, Report> {
    let root = match node::parse(sources, file, Dialect::Project) {
        Ok(root) => root,
        Err(diagnostic) => {
            mask::broken(sources, file);
            return Err(named(diagnostic, sources).into());
        }
    };
    let leaks = secrets(sources, &root, &language::PROJECT);
    let Some(map) = root.as_map() else { return Err(no_map(&root).into()) };
    if let Some((message, hint)) = habit::file(map) {
        let d = Diagnostic::new(OTHER_FILE, message).at(Span { end: root.from.start, ..root.from });
        return Err(d.hint(hint).into());
    }
    let mut report = Report::new();
    head(map, root.from, &mut report);
    schema::check(sources, &root, &Type::Object(&language::PROJECT), &mut report);
    report.finish(Project { file, root, leaks }).map(|(project, _)| project)
}

/// With the name of a key that is there twice, where it is known to be a key.
fn named(mut diagnostic: Diagnostic, sources: &Sources) -> Diagnostic {
    let place = diagnostic.span.filter(|_| diagnostic.rule == node::DUPLICATE_KEY);
    if let Some((key, false)) = place.map(|span| sources.shown(span)) {
        diagnostic.message = format!("key `{}` is written twice", key.trim_matches(['"', '\'']));
    }
    diagnostic
}

fn no_map(root: &Tree<Span>) -> Diagnostic {
    let d = match root.is_null() {
        // A file of comments ends where its value should be.
        true => Diagnostic::new(EMPTY_PROJECT, "the project file is empty")
            .at(Span { file: root.from.file, ..Span::default() }),
        false => {
            let message = format!("the project file must be a map, found {}", root.noun());
            Diagnostic::new(EMPTY_PROJECT, message).at(root.from)
        }
    };
    d.hint("begin with `apiVersion: kgen.dev/v1` and `project: NAME`")
}

/// `apiVersion` and `project`, without which nothing else can be judged.
fn head(map: &Map<Span>, root: Span, report: &mut Report) {
    for (key, example) in [("apiVersion", "kgen.dev/v1"), ("project", "shop")] {
        let misspelt = || map.keys().any(|found| suggest::nearest(found, known()) == Some(key) && **found != *key);
        let d = match map.entry(key) {
            Some(entry) if !entry.value.is_null() => continue,
            Some(entry) => Diagnostic::new(MISSING_KEY, format!("`{key}` has no value")).at(entry.key_from),
            // The unknown key is reported, with its right name.
            None if misspelt() => continue,
            None => Diagnostic::new(MISSING_KEY, format!("the project file has no `{key}`"))
                .at(Span { end: root.start, ..root }),
        };
        report.push(d.hint(format!("add `{key}: {example}`")));
    }
}

fn known() -> impl Iterator<Item = &'static str> {
    language::PROJECT.fields().map(|field| field.key)
}

/// Checks another layer of the same language: a preset or `--set`. The answer is its secrets where texts belong.
pub fn check_layer(
    sources: &mut Sources,
    root: &Tree<Span>,
    object: &'static Object,
    report: &mut Report,
) -> Vec<Leak> {
    let leaks = secrets(sources, root, object);
    schema::check(sources, root, &Type::Object(object), report);
    leaks
}

/// Masks every secret of a layer, before anything is said about it.
fn secrets(sources: &mut Sources, root: &Tree<Span>, object: &'static Object) -> Vec<Leak> {
    mask::layer(sources, root, object);
    let leaks = scan::layer(sources, root, object);
    leaks.iter().for_each(|leak| sources.mask(leak.hidden));
    leaks
}
