//! Why a field of a rendered object has its value: the line that writes it, the settings it is made from with all their
//! layers, and the settings that decided that it is there.
//!
//! Owns: the answer as data, without a secret in it. `object` and `path` find what is asked for, `human` and `lines` write.
//! Does not own: how origins come about (`settings`, `render`), the pages about checks.

pub mod human;
pub mod lines;
pub mod object;
pub mod path;

use serde::Serialize;
use serde_json::Value;

use crate::leak;
use crate::resource::{Origin, Part, Place, Resource};
use crate::settings::{Entry, Settings};
use crate::source::Sources;
use crate::tree::{Kind, Map, Step, Tree, path_text};

/// What is asked: a part of an object.
pub struct Question<'q> {
    pub resource: &'q Resource,
    pub path: Vec<Part>,
    pub node: &'q Tree<Origin>,
}

/// What is known of one leaf.
#[derive(Debug, Serialize)]
pub struct Leaf {
    pub path: String,
    pub value: Value,
    pub template: Option<At>,
    /// What it was made from; none for the template's own text.
    pub settings: Vec<Setting>,
    /// What decided that it is there.
    pub control: Vec<Setting>,
    /// Whether the project spells it out, in a manifest or a patch: nothing renders it.
    #[serde(skip)]
    pub is_written: bool,
}

/// A line of a template, a manifest or a patch.
#[derive(Debug, Serialize)]
pub struct At {
    pub file: String,
    pub line: u32,
}

/// A setting and everywhere it is written.
#[derive(Debug, Serialize)]
pub struct Setting {
    pub setting: String,
    pub layers: Vec<Written>,
}

#[derive(Debug, Serialize)]
pub struct Written {
    pub layer: String,
    /// As it is written.
    pub value: String,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub wins: bool,
}

/// Takes the knowledge of one profile together.
pub struct Explainer<'e> {
    pub settings: &'e Settings,
    pub sources: &'e Sources,
}

impl Explainer<'_> {
    /// What may be shown of a part: secrets masked, origins kept.
    pub fn shown(&self, question: &Question) -> Tree<Origin> {
        let mut path: Vec<Step> = question.path.iter().map(Part::step).collect();
        self.masked(question.resource, question.node, &mut path)
    }

    fn masked<'t>(&self, resource: &Resource, node: &'t Tree<Origin>, path: &mut Vec<Step<'t>>) -> Tree<Origin> {
        let kind = match &node.kind {
            Kind::List(list) => Kind::List(
                list.iter()
                    .enumerate()
                    .map(|(index, item)| self.below(resource, item, path, Step::Index(index)))
                    .collect(),
            ),
            Kind::Map(map) => {
                let mut out = Map::new();
                for (key, entry) in map.entries() {
                    let value = self.below(resource, &entry.value, path, Step::Key(key));
                    out.insert_from(key.clone(), entry.key_from.clone(), value);
                }
                Kind::Map(out)
            }
            Kind::Null => Kind::Null,
            _ if self.is_secret(resource, node, path) => Kind::String("***".into()),
            Kind::String(text) => Kind::String(leak::masked(text).into()),
            scalar => scalar.clone(),
        };
        Tree::new(kind, node.from.clone())
    }

    fn below<'t>(
        &self,
        resource: &Resource,
        node: &'t Tree<Origin>,
        path: &mut Vec<Step<'t>>,
        step: Step<'t>,
    ) -> Tree<Origin> {
        path.push(step);
        let out = self.masked(resource, node, path);
        path.pop();
        out
    }

    /// A value of a Secret, or one that stands where messages show nothing.
    fn is_secret(&self, resource: &Resource, node: &Tree<Origin>, path: &[Step]) -> bool {
        let in_data = matches!(path, [Step::Key("data" | "stringData"), ..]) && resource.id.kind == "Secret";
        let Some(place) = &node.from else { return in_data || matches!(node.kind, Kind::Secret(_)) };
        let spans = place.settings.iter().filter_map(|id| self.settings.entries.get(*id as usize)?.layers.first());
        let in_file = self.sources.find(&place.file).map(|file| self.sources.line(file, place.line as usize));
        let here = in_file.filter(|_| place.settings.is_empty());
        in_data
            || matches!(node.kind, Kind::Secret(_))
            || spans.map(|(_, span)| *span).chain(here).any(|span| self.sources.is_masked(span))
    }

    /// One leaf of a tree that may be shown.
    pub fn leaf(&self, resource: &Resource, path: &[Step], node: &Tree<Origin>) -> Leaf {
        let place = node.from.as_deref();
        let ids = |of: fn(&Place) -> &Vec<u32>| place.map(|place| of(place).as_slice()).unwrap_or_default();
        let settings = self.entries(ids(|place| &place.settings));
        let control = self.entries(ids(|place| &place.control));
        let control = control.into_iter().filter(|entry| settings.iter().all(|other| other.path != entry.path));
        let own = |place: &Place| {
            let written = settings.iter().filter_map(|entry| Some(entry.layers.first()?.1.file));
            written.map(|file| &self.sources.get(file).path).any(|path| **path == *place.file)
        };
        Leaf {
            is_written: *resource.component == *"manifests" || place.is_some_and(own),
            path: path_text(path),
            value: node.to_json(),
            template: place.map(|place| At { file: place.file.to_string(), line: place.line }),
            control: control.map(|entry| self.setting(entry)).collect(),
            settings: settings.iter().map(|entry| self.setting(entry)).collect(),
        }
    }

    /// The entries of these numbers, one for each path: a key and its value are two entries, the value first.
    pub fn entries(&self, ids: &[u32]) -> Vec<&Entry> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let mut out: Vec<&Entry> = Vec::new();
        for entry in ids.iter().filter_map(|id| self.settings.entries.get(*id as usize)) {
            if out.iter().all(|other| other.path != entry.path) {
                out.push(entry);
            }
        }
        // What the user wrote says more than a preset.
        out.sort_by_key(|entry| !entry.is_users());
        out
    }

    fn setting(&self, entry: &Entry) -> Setting {
        let layers = entry.layers.iter().enumerate().map(|(index, (layer, span))| {
            let place = self.sources.place(*span);
            Written {
                layer: layer.to_string(),
                value: leak::masked(&self.sources.first_line(*span)),
                file: self.sources.get(span.file).path.clone(),
                line: place.line,
                column: place.column,
                wins: index == 0,
            }
        });
        Setting { setting: entry.path.to_string(), layers: layers.collect() }
    }
}
