//! Volumes and files of an app.
//!
//! Owns: which claims are shared, and what `secrets` and `configs` of Compose are as files.
//! Does not own: what a mount is in a cluster (`volume`).

use std::collections::{BTreeMap, BTreeSet};

use super::super::app::App;
use super::super::context::Found;
use super::super::load::{Loaded, join};
use super::super::store::Store;
use super::super::text::{self, Item};
use super::super::volume::{Fate, Mount};
use super::super::{container, interpolate};
use super::{Head, Writer, prefixed};
use crate::compose::COMPOSE_REFERENCE;
use crate::diag::Diagnostic;
use crate::leak;
use crate::source::Span;
use crate::tree::Tree;

/// How often a named volume is mounted, by apps and jobs.
pub fn users(apps: &[App]) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for app in apps {
        let names: BTreeSet<&String> = app
            .mounts
            .iter()
            .filter_map(|(_, fate)| if let Fate::Claim(name) = fate { Some(name) } else { None })
            .collect();
        for name in names {
            *out.entry(name.clone()).or_default() += 1;
        }
    }
    out
}

impl Writer<'_, '_> {
    pub fn mounts(
        &mut self,
        loaded: &Loaded,
        index: usize,
        app: &App,
        volumes: &BTreeMap<String, usize>,
        head: &Head,
    ) -> (Vec<Item>, Vec<Item>) {
        let (mut files, mut claims) = (Vec::new(), Vec::new());
        for (mount, fate) in &app.mounts {
            match fate {
                Fate::Nothing => {}
                Fate::File(path) => files.push(Item::raw(&mount.target, file(head, path))),
                Fate::Scratch(None) => {
                    claims.push(Item::raw(&mount.target, "{emptyDir: {}}").beside("without a name: gone with its pod"))
                }
                Fate::Scratch(Some(size)) => {
                    let value = format!("{{emptyDir: {{medium: Memory, sizeLimit: {size}}}}}");
                    claims.push(Item::raw(&mount.target, value));
                }
                Fate::Claim(name) => {
                    let is_shared = volumes.get(name).is_some_and(|users| *users > 1);
                    claims.push(Item::raw(&mount.target, self.claim(app, mount, name, is_shared, head)));
                }
            }
        }
        self.secret_files(loaded, index, app, &mut files);
        self.config_files(loaded, app, head, &mut files);
        (files, claims)
    }

    /// A claim has a name of its own where it is mounted more than once; who mounts it first brings it.
    fn claim(&mut self, app: &App, mount: &Mount, name: &str, is_shared: bool, head: &Head) -> String {
        let read_only = if mount.read_only { ", readOnly: true" } else { "" };
        let of_it = app.mounts.iter().filter(|(_, fate)| matches!(fate, Fate::Claim(of) if of == name));
        if !is_shared && of_it.count() == 1 {
            return format!("{{size: 1Gi{read_only}}}");
        }
        let claim = prefixed(head.project, name);
        if !self.claims.insert(claim.clone()) {
            return format!("{{claim: {claim}{read_only}}}");
        }
        if !is_shared {
            return format!("{{size: 1Gi, claim: {claim}{read_only}}}");
        }
        let why = format!(
            "`{name}` is shared by several services: that needs a storage class that can be `ReadWriteMany`; add `storageClassName` to it"
        );
        self.cx.notes.decide(mount.at, format!("{}.volumes", app.service.name), why);
        format!("{{size: 1Gi, claim: {claim}, accessModes: [ReadWriteMany]{read_only}}}")
    }

    /// `secrets`, which Compose mounts below `/run/secrets`.
    fn secret_files(&mut self, loaded: &Loaded, index: usize, app: &App, files: &mut Vec<Item>) {
        let list = app.service.map.get("secrets").and_then(Tree::as_list).unwrap_or_default();
        for item in list {
            let word = |key: &str| item.get(key).and_then(Tree::as_str);
            let Some(source) = item.as_str().or_else(|| word("source")) else { continue };
            if !loaded.secrets.contains_key(source) {
                self.missing("secrets", source, item.from, app);
                continue;
            }
            let target = word("target").unwrap_or(source);
            let path = if target.starts_with('/') { target.to_owned() } else { format!("/run/secrets/{target}") };
            let reference = self.of_store(index, source).unwrap_or_else(|| {
                let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                let key: String = source.chars().map(|c| if fits(c) { c } else { '_' }).collect();
                self.secrets.reference(&key, None, &app.service.name)
            });
            files.push(Item::text(&path, format!("${{{reference}}}")));
        }
    }

    /// The password of a store that an app reaches, where a secret is that.
    fn of_store(&self, index: usize, source: &str) -> Option<String> {
        let mut stores = self.reached[index].stores.iter().map(|index| &self.net.stores[*index]);
        let is_its = |store: &&Store| store.password.as_ref().is_some_and(|own| *own.open() == file_mark(source));
        stores.find(is_its).map(|store| store.output("password"))
    }

    fn config_files(&mut self, loaded: &Loaded, app: &App, head: &Head, files: &mut Vec<Item>) {
        let list = app.service.map.get("configs").and_then(Tree::as_list).unwrap_or_default();
        for item in list {
            let word = |key: &str| item.get(key).and_then(Tree::as_str);
            let Some(source) = item.as_str().or_else(|| word("source")) else { continue };
            let Some(config) = loaded.configs.get(source) else {
                self.missing("configs", source, item.from, app);
                continue;
            };
            let path = word("target").map_or_else(|| format!("/{source}"), str::to_owned);
            let content = config.get("content").and_then(Tree::as_str);
            let file = config.get("file").and_then(Tree::as_str).map(|file| join("", file));
            match (content, file) {
                (Some(text), _) if !text.contains(interpolate::OPEN) && leak::find(text).is_empty() => {
                    files.push(Item::text(&path, container::literal(text)))
                }
                (_, Some(file)) if !file.starts_with('/') && matches!((self.cx.read)(&file), Found::Text(_)) => {
                    files.push(Item::raw(&path, self::file(head, &file)));
                }
                (Some(_), _) => {
                    let why = format!(
                        "`{source}`: it has a secret in its text: write it under `files` with `${{secrets.NAME.KEY}}`"
                    );
                    self.cx.notes.decide(item.from, format!("{}.configs", app.service.name), why);
                }
                _ => {
                    let why = format!("`{source}`: its content is not in a file here; write it under `files`");
                    self.cx.notes.decide(item.from, format!("{}.configs", app.service.name), why);
                }
            }
        }
    }

    fn missing(&mut self, section: &str, name: &str, at: Span, app: &App) {
        let message =
            format!("`{}.{section}` names `{name}`, which is not under `{section}` at the top", app.service.name);
        self.cx.report.push(Diagnostic::new(COMPOSE_REFERENCE, message).at(at));
    }
}

/// A file of the project, from the project file's folder.
fn file(head: &Head, path: &str) -> String {
    let path = if head.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", head.folder) };
    format!("{{file: {}}}", text::inline(&path))
}

/// What stands for the content of a secret's file, so that a store and its client can be seen to have the same.
pub fn file_mark(source: &str) -> String {
    format!("{}file {source}{}", interpolate::OPEN, interpolate::CLOSE)
}
