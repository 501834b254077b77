//! A Compose file and what it names, as one tree of services: read, filled, `include`d, `extend`ed.
//!
//! Owns: which files belong to it; every scalar becomes a text, as it was written.
//! Does not own: how Compose merges two trees (`merge`), what no message may show (`hide`), what a service means
//! (`service`), the syntax of variables (`interpolate`).

mod hide;
mod merge;

pub use hide::hidden;
pub use merge::{by_name, join};

use super::context::{Context, Found, wrong};
use super::interpolate;
use super::keys;
use crate::compose::{COMPOSE_CYCLE, COMPOSE_ENV_FILE, COMPOSE_NO_SERVICES, COMPOSE_REFERENCE, COMPOSE_VARIABLE};
use crate::diag::Diagnostic;
use crate::dotenv::{self, Reading};
use crate::project::node::{self, Dialect};
use crate::secret::Secret;
use crate::source::{FileId, Span};
use crate::tree::{Kind, Map, Tree};

/// All that was read, merged.
#[derive(Default)]
pub struct Loaded {
    pub name: Option<String>,
    pub services: Map<Span>,
    pub volumes: Map<Span>,
    pub secrets: Map<Span>,
    pub configs: Map<Span>,
}

/// More files than these are a circle that nothing else has noticed.
const DEEPEST: usize = 16;

impl Context<'_> {
    pub fn load(&mut self, file: FileId) -> Loaded {
        self.dotenv();
        let mut out = Loaded::default();
        self.file(file, "", &mut Vec::new(), &mut out);
        let names: Vec<_> = out.services.keys().cloned().collect();
        for name in names {
            let extended = self.extended(&out.services, &name, &mut vec![name.to_string()]);
            if let Some(service) = extended {
                let from = out.services.entry(&name).map(|entry| entry.key_from).unwrap_or_default();
                out.services.insert_from(name, from, service);
            }
        }
        out
    }

    /// The values of `.env`, which Compose reads without being told.
    fn dotenv(&mut self) {
        let Found::Text(text) = (self.read)(".env") else { return };
        for (name, text) in self.env_file(".env", text).unwrap_or_default() {
            let filled = match self.variables.fill(&text.0) {
                Ok(filled) => filled,
                Err((_, reason)) => {
                    self.unfilled(&name, &reason, text.1);
                    continue;
                }
            };
            // A mark would hide that there is a value.
            let value = match filled.text.contains(super::interpolate::OPEN) {
                true => text.0,
                false => filled.text,
            };
            self.variables.known.insert(name, Secret::new(value));
        }
    }

    /// The entries of a `.env` file, not filled, each with its place. All of the file is masked from here on.
    pub fn env_file(&mut self, path: &str, text: String) -> Option<Vec<(String, (String, Span))>> {
        let parsed = dotenv::parse(&text, Reading::Template);
        let file = self.sources.find(path).unwrap_or_else(|| self.sources.add(path, text.as_str()));
        let lines = text.lines().count();
        for line in (1..=lines).map(|line| self.sources.line(file, line)).collect::<Vec<_>>() {
            self.sources.mask(line);
        }
        match parsed {
            Ok(entries) => {
                let place = |line| self.sources.line(file, line);
                Some(entries.into_iter().map(|e| (e.name, (e.value.open().clone(), place(e.line)))).collect::<Vec<_>>())
            }
            Err((line, reason)) => {
                let d = Diagnostic::new(COMPOSE_ENV_FILE, format!("line {line} of `{path}` {reason}"));
                let at = self.sources.line(file, line);
                self.report.push(d.at(at).hint("Compose reads such files in the same way; correct it there"));
                None
            }
        }
    }

    fn file(&mut self, file: FileId, folder: &str, stack: &mut Vec<String>, out: &mut Loaded) {
        let Some(tree) = self.tree(file, folder) else { return };
        let Some(top) = tree.as_map() else {
            let d = Diagnostic::new(COMPOSE_NO_SERVICES, "a Compose file is a map with `services`");
            self.report.push(d.at(Span { end: tree.from.start, ..tree.from }).hint(EXAMPLE));
            return;
        };
        let mut beside = top.clone();
        beside.remove("services");
        keys::tell(self, "", "", &beside, None);
        if stack.is_empty() {
            self.head(top, &tree);
            out.name = top.get("name").and_then(Tree::as_str).map(str::to_owned);
        }
        for (at, path) in includes(top) {
            self.include(&join(folder, &path), at, stack, out);
        }
        for (key, into) in [
            ("services", &mut out.services),
            ("volumes", &mut out.volumes),
            ("secrets", &mut out.secrets),
            ("configs", &mut out.configs),
        ] {
            let Some(entry) = top.entry(key).filter(|entry| !entry.value.is_null()) else { continue };
            match entry.value.as_map() {
                Some(map) => map.entries().for_each(|(name, entry)| {
                    let value = match into.get(name) {
                        Some(known) => merge::merged(known.clone(), entry.value.clone(), ""),
                        None => entry.value.clone(),
                    };
                    into.insert_from(name.clone(), entry.key_from, value);
                }),
                None => self.report.push(wrong(key, "a map by name", &entry.value)),
            }
        }
    }

    /// That the first file has services.
    fn head(&mut self, top: &Map<Span>, tree: &Tree<Span>) {
        let (services, includes) = (top.get("services"), top.get("include"));
        if services.is_none_or(Tree::is_null) && includes.is_none() {
            let at = top.entry("services").map_or(Span { end: tree.from.start, ..tree.from }, |entry| entry.key_from);
            let d = Diagnostic::new(COMPOSE_NO_SERVICES, "the Compose file has no `services`").at(at);
            // Version 1 had the services at the top.
            let old = top.iter().any(|(_, value)| value.get("image").is_some() || value.get("build").is_some());
            let hint =
                if old { "a file of version 1 has them at the top: put `services:` above them" } else { EXAMPLE };
            self.report.push(d.hint(hint));
        }
    }

    fn include(&mut self, path: &str, at: Span, stack: &mut Vec<String>, out: &mut Loaded) {
        let Some(file) = self.other(path, at, stack) else { return };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        stack.push(path.to_owned());
        self.file(file, &folder, stack, out);
        stack.pop();
    }

    /// Another compose file.
    fn other(&mut self, path: &str, at: Span, stack: &[String]) -> Option<FileId> {
        if stack.iter().any(|known| known == path) || stack.len() > DEEPEST {
            let d = Diagnostic::new(COMPOSE_CYCLE, format!("`{path}` leads back to itself")).at(at);
            self.report.push(d.hint("a file that is included or extended may not name the one that names it"));
            return None;
        }
        if let Some(known) = self.sources.find(path) {
            return Some(known);
        }
        match (self.read)(path) {
            Found::Text(text) => Some(self.sources.add(path, text)),
            _ => {
                let d = Diagnostic::new(COMPOSE_REFERENCE, format!("there is no Compose file `{path}`"));
                self.report.push(d.at(at).hint("paths begin at the folder of the file that names them"));
                None
            }
        }
    }

    /// The tree of one file, filled. Paths in it begin at its own folder.
    fn tree(&mut self, file: FileId, folder: &str) -> Option<Tree<Span>> {
        match node::parse(self.sources, file, Dialect::Project) {
            Ok(tree) => {
                hide::hide(self.sources, &tree);
                let tree = self.texts(&tree, &mut Vec::new());
                Some(if folder.is_empty() { tree } else { merge::moved(tree, folder) })
            }
            Err(diagnostic) => {
                super::mask_all(self.sources, file);
                self.report.push(diagnostic);
                None
            }
        }
    }

    /// Every scalar as the text that was written, with its variables put in.
    fn texts(&mut self, tree: &Tree<Span>, path: &mut Vec<String>) -> Tree<Span> {
        let kind = match &tree.kind {
            Kind::Null => Kind::Null,
            Kind::Map(map) => {
                let mut out = Map::new();
                for (key, entry) in map.entries() {
                    path.push(key.to_string());
                    let value = self.texts(&entry.value, path);
                    path.pop();
                    out.insert_from(key.clone(), entry.key_from, value);
                }
                Kind::Map(out)
            }
            Kind::List(list) => Kind::List(list.iter().map(|item| self.texts(item, path)).collect()),
            Kind::String(text) => Kind::String(self.filled(text, tree.from, path).into()),
            // A number or a boolean, as it was written.
            _ => Kind::String(self.sources.text(tree.from).into()),
        };
        Tree::new(kind, tree.from)
    }

    fn filled(&mut self, text: &str, at: Span, path: &[String]) -> String {
        // What nobody reads may say anything.
        if path.iter().any(|key| key.starts_with("x-")) || !text.contains('$') {
            return text.to_owned();
        }
        match self.variables.fill(text) {
            Ok(filled) => {
                for name in filled.missing {
                    let (subject, name) = (path.get(1..).unwrap_or_default().join("."), interpolate::shown(&name));
                    self.notes.decide(
                        at,
                        subject,
                        format!("`{name}` has no value here: put it into .env and run again, or write it in kgen.yaml"),
                    );
                }
                filled.text
            }
            Err((_, reason)) => {
                self.unfilled(&path.join("."), &reason, at);
                String::new()
            }
        }
    }

    fn unfilled(&mut self, what: &str, reason: &str, at: Span) {
        let d = Diagnostic::new(COMPOSE_VARIABLE, format!("`{what}`: {reason}")).at(at);
        self.report.push(d.hint("write `$$` for a `$` that is meant as such"));
    }

    /// A service with what it extends; `None` where it extends nothing.
    fn extended(&mut self, services: &Map<Span>, name: &str, stack: &mut Vec<String>) -> Option<Tree<Span>> {
        let service = services.get(name)?;
        let extends = service.as_map()?.entry("extends").filter(|entry| !entry.value.is_null())?;
        let (base, path) = match extends.value.as_str() {
            Some(base) => (base.to_owned(), None),
            None => {
                let word = |key: &str| extends.value.get(key).and_then(Tree::as_str).map(str::to_owned);
                let Some(base) = word("service") else {
                    self.report.push(wrong(
                        &format!("{name}.extends"),
                        "a name, or a map with `service`",
                        &extends.value,
                    ));
                    return None;
                };
                (base, word("file"))
            }
        };
        let key = format!("{}#{base}", path.as_deref().unwrap_or_default());
        if stack.contains(&key) || (path.is_none() && stack.contains(&base)) || stack.len() > DEEPEST {
            let d = Diagnostic::new(COMPOSE_CYCLE, format!("`{name}` extends itself, by way of `{base}`"));
            self.report.push(d.at(extends.value.from).hint("remove one of the `extends`"));
            return None;
        }
        stack.push(if path.is_some() { key } else { base.clone() });
        let found = match &path {
            None => services.get(&base).cloned().map(|found| self.extended(services, &base, stack).unwrap_or(found)),
            Some(path) => {
                let file = self.other(path, extends.value.from, &[])?;
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                let tree = self.tree(file, &folder)?;
                let others = tree.get("services").and_then(Tree::as_map).cloned().unwrap_or_default();
                others.get(&base).cloned().map(|found| self.extended(&others, &base, stack).unwrap_or(found))
            }
        };
        stack.pop();
        let Some(found) = found else {
            let place = path.map(|path| format!(" in `{path}`")).unwrap_or_default();
            let message = format!("`{name}` extends `{base}`, which is no service{place}");
            self.report.push(Diagnostic::new(COMPOSE_REFERENCE, message).at(extends.value.from));
            return None;
        };
        let mut all = merge::merged(found, service.clone(), "");
        if let Some(map) = all.as_map_mut() {
            map.remove("extends");
        }
        Some(all)
    }
}

const EXAMPLE: &str = "it looks like `services: {web: {image: registry/name:tag}}`";

/// `include: [a.yaml, {path: [b.yaml, c.yaml]}]`.
fn includes(top: &Map<Span>) -> Vec<(Span, String)> {
    let entries = top.get("include").and_then(Tree::as_list).unwrap_or_default();
    let mut out = Vec::new();
    for entry in entries {
        let paths = entry.get("path").unwrap_or(entry);
        let list = paths.as_list().unwrap_or(std::slice::from_ref(paths));
        out.extend(list.iter().filter_map(|path| Some((path.from, path.as_str()?.to_owned()))));
    }
    out
}
