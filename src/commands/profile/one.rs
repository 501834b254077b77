//! One profile or preset: every setting with its value, its layer, its file and line.
//!
//! Owns: the text that reads like YAML, with the places beside it, and the same as JSON.

use serde_json::{Map, Value, json};

use super::Room;
use super::leaf::{Leaf, Place, Step, leaves, text_of};
use super::screen::{Screen, cut, len};
use super::show::Subject;
use crate::escape;
use crate::settings::preset::Presets;
use crate::settings::{Layer, Settings};
use crate::tree::Tree;

/// One line, and what is said beside it: of a leaf, where it comes from.
struct Line {
    text: String,
    notes: Vec<Note>,
}

/// A place, and what may be shortened behind it.
struct Note {
    place: String,
    reason: String,
}

impl Subject<'_> {
    fn settings(&self) -> &Settings {
        match self {
            Subject::Profile(settings) | Subject::Preset(settings) => settings,
        }
    }
}

pub fn human(room: &Room, subject: &Subject, all_layers: bool, screen: Screen) -> String {
    let head = match subject {
        Subject::Profile(settings) => {
            let parents = parents(room, settings);
            let parents: String = parents.iter().map(|name| format!("extends {name}, ")).collect();
            format!("# profile {}: {parents}preset {}", settings.profile, settings.preset)
        }
        Subject::Preset(settings) => format!("# preset {}: {}", settings.preset, Presets::purpose(&settings.preset)),
    };
    let note = |leaf: &Leaf| match subject {
        Subject::Profile(_) => notes(leaf, all_layers),
        Subject::Preset(_) => because(leaf),
    };
    let head = escape::line(&head);
    let head = screen.width.map_or(head.clone(), |width| cut(&head, width));
    format!("{}\n{}", screen.paint("2", &head), text(&lines(&leaves(subject.settings(), &room.sources), note), screen))
}

/// What a profile extends, the nearest first.
fn parents(room: &Room, settings: &Settings) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut name = settings.profile.to_string();
    let extends = |name: &str| room.project.at(&["profiles", name, "extends"]).and_then(Tree::as_str);
    while let Some(parent) = extends(&name).filter(|parent| !out.iter().any(|known| known == parent)) {
        name = parent.to_owned();
        out.push(name.clone());
    }
    out
}

fn notes(leaf: &Leaf, all_layers: bool) -> Vec<Note> {
    let note = |place: String| Note { place: escape::line(&place), reason: String::new() };
    let mut places = leaf.layers.iter();
    let mut out: Vec<Note> = places.next().map(|place| note(format!("# {}", said(place)))).into_iter().collect();
    if all_layers {
        out.extend(places.map(|place| note(format!("#   over {}: {}", cut(&place.text, 20), said(place)))));
    }
    out
}

fn said(place: &Place) -> String {
    match place.layer {
        Layer::Set => "--set".into(),
        _ => format!("{}, {}:{}", place.layer, place.file, place.line),
    }
}

/// Where a preset says it, and why.
fn because(leaf: &Leaf) -> Vec<Note> {
    let note = |place: &Place| Note {
        place: format!("# {}:{}", place.file.trim_start_matches("profiles/"), place.line),
        reason: Presets::reason(&place.file, place.line).map(|reason| format!(": {reason}")).unwrap_or_default(),
    };
    leaf.layers.first().map(note).into_iter().collect()
}

/// A line for each key and each leaf.
fn lines(leaves: &[Leaf], note: impl Fn(&Leaf) -> Vec<Note>) -> Vec<Line> {
    let mut out = Vec::new();
    let mut before: &[Step] = &[];
    for leaf in leaves {
        let known = before.iter().zip(&leaf.steps).take_while(|(a, b)| a == b).count();
        let mut text = "  ".repeat(known);
        for (depth, step) in leaf.steps.iter().enumerate().skip(known) {
            let is_last = depth + 1 == leaf.steps.len();
            match step {
                Step::Index(_) if is_last => text.push_str(&format!("- {}", leaf.text)),
                Step::Index(_) => text.push_str("- "),
                Step::Key(key) if is_last => text.push_str(&format!("{}: {}", name(key), leaf.text)),
                Step::Key(key) => {
                    out.push(Line { text: format!("{text}{}:", name(key)), notes: Vec::new() });
                    text = "  ".repeat(depth + 1);
                }
            }
        }
        out.push(Line { text, notes: note(leaf) });
        before = &leaf.steps;
    }
    out
}

fn name(key: &str) -> String {
    text_of(&Value::String(key.into()))
}

/// Where notes begin at the latest, if no line is longer.
const COLUMN: usize = 44;

/// Of a reason, so much has room in any case.
const REASON: usize = 30;

fn text(lines: &[Line], screen: Screen) -> String {
    let noted = || lines.iter().filter(|line| !line.notes.is_empty());
    let widest = noted().map(|line| len(&line.text)).max().unwrap_or_default();
    let places = noted()
        .flat_map(|line| &line.notes)
        .map(|note| len(&note.place) + len(&note.reason).min(REASON))
        .max()
        .unwrap_or_default();
    let room = screen.width.map_or(COLUMN, |width| width.saturating_sub(places).max(width / 3));
    let column = (widest + 2).min(COLUMN).min(room);
    lines.iter().map(|line| shown(line, column, screen)).collect()
}

/// A note that has no room beside its line stands below it.
fn shown(line: &Line, column: usize, screen: Screen) -> String {
    let width = screen.width.unwrap_or(usize::MAX);
    let mut out = cut(&line.text, width);
    for (index, note) in line.notes.iter().enumerate() {
        let mut at = len(&out);
        let mut start = column.max(at + 2);
        if index > 0 || start + len(&note.place) > width {
            out.push('\n');
            at = 0;
            start = column.min(width.saturating_sub(len(&note.place)));
        }
        let text = cut(&format!("{}{}", note.place, note.reason), width.saturating_sub(start));
        out.push_str(&format!("{}{}", " ".repeat(start - at), screen.paint("2", &text)));
    }
    out.push('\n');
    out
}

pub fn json(room: &Room, subject: &Subject) -> Value {
    let settings = subject.settings();
    let mut out = Map::new();
    match subject {
        Subject::Profile(_) => {
            out.insert("profile".into(), settings.profile.to_string().into());
            out.insert("preset".into(), settings.preset.to_string().into());
            out.insert("extends".into(), parents(room, settings).into());
        }
        Subject::Preset(_) => {
            out.insert("preset".into(), settings.preset.to_string().into());
            out.insert("purpose".into(), Presets::purpose(&settings.preset).into());
        }
    }
    let rows = leaves(settings, &room.sources).into_iter().map(|leaf| row(leaf, subject)).collect();
    out.insert("settings".into(), Value::Array(rows));
    Value::Object(out)
}

fn row(leaf: Leaf, subject: &Subject) -> Value {
    let mut out = Map::new();
    out.insert("path".into(), leaf.path.into());
    out.insert("value".into(), leaf.json);
    let mut places = leaf.layers.iter();
    if let Some(place) = places.next() {
        at(&mut out, place);
        if let (Subject::Preset(_), Some(reason)) = (subject, Presets::reason(&place.file, place.line)) {
            out.insert("reason".into(), reason.into());
        }
    }
    let shadowed = places.map(|place| {
        let mut out = Map::new();
        out.insert("text".into(), place.text.clone().into());
        at(&mut out, place);
        Value::Object(out)
    });
    out.insert("shadows".into(), shadowed.collect());
    Value::Object(out)
}

fn at(out: &mut Map<String, Value>, place: &Place) {
    let pairs =
        json!({"layer": place.layer.to_string(), "file": place.file, "line": place.line, "column": place.column});
    if let Value::Object(pairs) = pairs {
        out.extend(pairs);
    }
}
