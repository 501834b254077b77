//! Files of variables that several services read: a config and a secret of the file's name, which each takes whole.
//!
//! Owns: which files these are, and which of their variables stand in each service's own after all.

use std::collections::{BTreeMap, BTreeSet};

use super::super::app::App;
use super::super::context::Context;
use super::super::service::{self, Variable};
use super::super::text::Item;
use super::super::wiring::{Out, Reached};
use super::{Writer, prefixed};

/// A file of variables that several services read, and what becomes of it.
pub struct Shared {
    /// The config's and the secret's name.
    pub name: String,
    pub variables: Vec<Variable>,
    pub plain: Vec<Item>,
    pub secret: Vec<Item>,
    /// What stands in each service's own variables: a store's password, or what one of them overrides.
    pub own: Vec<Variable>,
}

/// The files that more than one service reads.
pub fn files(cx: &mut Context, apps: &[App], project: &str) -> BTreeMap<String, Shared> {
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (index, app) in apps.iter().enumerate() {
        for (number, file) in app.service.env_files(cx).into_iter().enumerate() {
            *users.entry(file.path.clone()).or_default() += 1;
            first.entry(file.path).or_insert((index, number));
        }
    }
    let mut out: BTreeMap<String, Shared> = BTreeMap::new();
    for (path, _) in users.into_iter().filter(|(_, count)| *count > 1) {
        let (index, number) = first[&path];
        let service = &apps[index].service;
        let Some(file) = service.env_files(cx).into_iter().nth(number) else { continue };
        let Some(variables) = service::read(cx, &file, &service.name) else { continue };
        let mut all: Vec<Variable> = Vec::new();
        for variable in variables {
            all.retain(|known| known.0 != variable.0);
            all.push(variable);
        }
        let base = path.rsplit('/').next().unwrap_or(&path);
        let mut name = prefixed(project, base);
        while out.values().any(|known| known.name == name) {
            name.push_str("-1");
        }
        out.insert(path, Shared { name, variables: all, plain: vec![], secret: vec![], own: vec![] });
    }
    out
}

/// What becomes of one variable of a shared file.
enum Place {
    /// The config, with its text.
    Plain(String),
    /// A key of the file's secret.
    Secret,
    /// Each service's own.
    Own,
}

impl Writer<'_, '_> {
    /// The variables of shared files: plain ones in a config, secret ones in a secret of the file's name.
    pub fn shared_items(&mut self, apps: &[App], own: &[Vec<Variable>]) {
        for (path, mut shared) in std::mem::take(&mut self.shared) {
            let mut users = Vec::new();
            for (index, app) in apps.iter().enumerate() {
                if app.service.env_files(self.cx).iter().any(|file| file.path == path) {
                    users.push(index);
                }
            }
            let known: BTreeSet<usize> = users.iter().flat_map(|index| self.reached[*index].stores.clone()).collect();
            // Kubernetes lets `env` win over `envFrom`, and kgen warns where both have a name.
            let overridden: BTreeSet<&String> =
                users.iter().flat_map(|index| &own[*index]).map(|variable| &variable.0).collect();
            for variable in shared.variables.clone() {
                match self.place(&shared.name, &variable, &known, overridden.contains(&variable.0)) {
                    Some(Place::Plain(text)) => shared.plain.push(Item::text(&variable.0, text)),
                    Some(Place::Secret) => shared.secret.push(Item::raw(&variable.0, "{}")),
                    Some(Place::Own) => shared.own.push(variable),
                    None => {}
                }
            }
            self.shared.insert(path, shared);
        }
    }

    fn place(&mut self, file: &str, variable: &Variable, known: &BTreeSet<usize>, overridden: bool) -> Option<Place> {
        let (key, value, _) = variable;
        let pieces = self.net.rewrite(key, value.as_ref()?, known, &mut Reached::default());
        let composed = pieces.len() > 1 || pieces.iter().any(|piece| matches!(piece, Out::Reference(_)));
        if overridden || (composed && pieces.iter().any(Out::is_secret)) {
            return Some(Place::Own);
        }
        let [Out::Secret(_, value)] = &pieces[..] else { return Some(Place::Plain(self.value("", &pieces, false))) };
        if value.as_ref().is_some_and(|value| self.secrets.known(value).is_some()) {
            return Some(Place::Own);
        }
        let reference = format!("secrets.{file}.{key}");
        value.iter().for_each(|value| self.secrets.note(value, &reference));
        Some(Place::Secret)
    }
}
