//! The leaves of a profile's settings, as they may be shown.
//!
//! Owns: a leaf's path as `--set` takes it, its value with secrets as `***`, the places of all layers that have it.

use serde_json::Value;

use crate::escape::spelled;
use crate::leak;
use crate::output::yaml::{self, Reveal};
use crate::project::language;
use crate::project::schema::join;
use crate::settings::{From, Layer, Settings};
use crate::source::{Sources, Span};
use crate::tree::{Kind, Tree};

/// One step to a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
    Index(usize),
}

pub struct Leaf {
    pub steps: Vec<Step>,
    /// `apps.api.env.LEVEL`, `apps.api.args[0]`.
    pub path: String,
    pub json: Value,
    /// As YAML, on one line, with what is invisible spelled out.
    pub text: String,
    /// To tell whether two profiles differ; never shown.
    pub value: Tree<From>,
    /// From the strongest to the weakest.
    pub layers: Vec<Place>,
}

pub struct Place {
    pub layer: Layer,
    pub text: String,
    pub file: String,
    pub line: usize,
    pub column: usize,
}

pub fn leaves(settings: &Settings, sources: &Sources) -> Vec<Leaf> {
    let mut out = Vec::new();
    walk(&settings.root, &mut Vec::new(), String::new(), &mut |steps, path, tree| {
        out.push(leaf(settings, sources, steps, path, tree));
    });
    // As the language has them; below, as they are written.
    let order: Vec<&str> = language::SETTINGS.fields().map(|field| field.key).chain(["defaults"]).collect();
    out.sort_by_key(|leaf| match leaf.steps.first() {
        Some(Step::Key(first)) => order.iter().position(|key| key == first),
        _ => None,
    });
    out
}

fn walk(tree: &Tree<From>, steps: &mut Vec<Step>, path: String, found: &mut impl FnMut(&[Step], String, &Tree<From>)) {
    match &tree.kind {
        Kind::Map(map) if !map.is_empty() => {
            for (key, value) in map.iter() {
                steps.push(Step::Key(key.to_string()));
                walk(value, steps, join(&path, key), found);
                steps.pop();
            }
        }
        Kind::List(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                steps.push(Step::Index(index));
                walk(value, steps, format!("{path}[{index}]"), found);
                steps.pop();
            }
        }
        _ => found(steps, path, tree),
    }
}

fn leaf(settings: &Settings, sources: &Sources, steps: &[Step], path: String, tree: &Tree<From>) -> Leaf {
    let entry = tree.from.ids().first().and_then(|id| settings.entries.get(*id as usize));
    let layers = entry.map(|entry| &*entry.layers).unwrap_or_default();
    let hidden = layers.first().map(|(_, span)| sources.shown(*span)).filter(|(_, hides)| *hides);
    let hidden = hidden.map(|(text, _)| unquoted(&text).to_owned());
    let json = match (&hidden, &tree.kind) {
        (Some(text), _) => Value::String(text.clone()),
        (None, Kind::String(text)) => Value::String(leak::masked(text)),
        (None, _) => tree.to_json(),
    };
    let text = hidden.map_or_else(|| text_of(&json), |text| spelled(&text));
    let places = layers.iter().map(|(layer, span)| place(sources, layer, *span)).collect();
    Leaf { steps: steps.to_vec(), path, text, json, value: tree.clone(), layers: places }
}

fn unquoted(text: &str) -> &str {
    let quoted = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text)
}

fn place(sources: &Sources, layer: &Layer, span: Span) -> Place {
    let at = sources.place(span);
    let (text, _) = sources.shown(span);
    // A map or list that another layer replaces as a whole has no text of its own.
    let text = if text.trim().is_empty() { "...".into() } else { spelled(text.trim()) };
    let file = sources.get(span.file).path.clone();
    Place { layer: layer.clone(), text, file, line: at.line, column: at.column }
}

/// A value as YAML writes it, or as JSON where that would take several lines.
pub fn text_of(value: &Value) -> String {
    let yaml = yaml::document(&Tree::<()>::from_json(value), Reveal::No).map(|document| document.text);
    let text = yaml.unwrap_or_default().trim_end_matches('\n').to_owned();
    if text.is_empty() || text.contains('\n') || matches!(value, Value::String(text) if text.contains('\n')) {
        return spelled(&value.to_string());
    }
    spelled(&text)
}
