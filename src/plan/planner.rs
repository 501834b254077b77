//! What every part of planning asks of the profile it plans, and notes about it: places, files, wires, and what is expected
//! outside the project.

use std::sync::Arc;

use super::Planner;
use super::facts::Facts;
use super::label::Owner;
use super::node::{self, Node, str_of, take};
use super::wire::{Via, Wire};
use crate::project::schema::has_reference;
use crate::settings::From;
use crate::source::Span;
use crate::tree::{Kind, Map, Step, Tree, path_text};

impl Planner<'_> {
    /// What later stages are to know of a component.
    pub fn facts(&mut self, owner: &Owner) -> &mut Facts {
        self.facts.entry(owner.id.as_str().into()).or_default()
    }

    pub fn project(&self) -> Node {
        take(&self.settings.root, "project")
    }

    pub fn namespace(&self) -> Node {
        node::maybe(self.resolver.namespace())
    }

    /// Where a value was written; of a map or list, its first leaf.
    pub fn span_in(&self, node: &Node) -> Option<Span> {
        self.settings.span(&node.from).or_else(|| self.settings.span(&node.first_leaf()?.from))
    }

    pub fn span_in_from(&self, from: &From) -> Option<Span> {
        self.settings.span(from)
    }

    /// A file's text; a missing one was reported when the project was loaded.
    pub fn file(&self, path: &Node) -> Option<Arc<str>> {
        self.inputs.files.text(path.as_str()?)
    }

    /// Wires a consumer to what is resolved by `resolve`, and to nothing that others resolved before.
    pub fn wired<T>(&mut self, owner: &Owner, via: Via, resolve: impl FnOnce(&mut Self) -> T) -> T {
        self.resolver.reached();
        let out = resolve(self);
        for reached in self.resolver.reached() {
            self.wires.insert(Wire::new(owner, reached, via.clone()));
        }
        out
    }

    /// Wires a consumer to what a config or secret refers to; `via` says how it takes a key, `None` where it does not.
    pub fn wire_through(&mut self, owner: &Owner, section: &str, name: &str, via: impl Fn(&str) -> Option<Via>) {
        for (key, reached) in self.through.get(&format!("{section}.{name}")).into_iter().flatten() {
            self.wires.extend(via(key).map(|via| Wire::new(owner, reached.clone(), via)));
        }
    }

    /// References in settings other than env and files (an argument, an annotation) wire too.
    pub fn wire_settings(&mut self, owner: &Owner) {
        let original = self.settings.root.at(&[owner.section, &owner.name]).cloned().unwrap_or_default();
        let mut texts = Vec::new();
        original.leaves(&mut |path, leaf| {
            let wired = path.iter().any(|step| matches!(step, Step::Key("env" | "files")));
            if let Some(text) = leaf.as_str().filter(|text| !wired && has_reference(text)) {
                texts.push((Tree::new(Kind::String(text.into()), leaf.from.clone()), path_text(path)));
            }
        });
        for (text, path) in texts {
            // Mistakes were reported when the settings were resolved.
            let _ = self.wired(owner, Via::Setting(path), |cx| cx.resolver.value(&text).is_ok());
        }
    }

    /// Notes that an object of this name is expected outside the project.
    pub fn exists(&mut self, kind: &str, node: &Node) {
        let name =
            node.as_str().or_else(|| ["name", "claimName", "secretName"].into_iter().find_map(|key| str_of(node, key)));
        let kind = match kind {
            "configMap" | "configMapKeyRef" => "ConfigMap",
            "secret" | "secretKeyRef" => "Secret",
            "claim" | "persistentVolumeClaim" => "PersistentVolumeClaim",
            "serviceAccount" => "ServiceAccount",
            _ => return,
        };
        if let Some(name) = name {
            self.existing.insert((kind.to_owned(), name.to_owned()));
        }
    }

    /// `redis.cache`, `postgres.db`, ...: for suggestions.
    pub fn names(&self, sections: &[&str]) -> Vec<String> {
        let of = |section: &&str| {
            let map = self.settings.root.get(section).and_then(Tree::as_map);
            let section = (*section).to_owned();
            map.into_iter().flat_map(Map::keys).map(move |name| format!("{section}.{name}")).collect::<Vec<_>>()
        };
        sections.iter().flat_map(of).collect()
    }
}
