//! Variables of an app, their references put in.
//!
//! Owns: which variables an app has, of which files and in which order; the text of a value.
//! Does not own: what a value speaks of (`wiring`), files that several services read (`shared`).

use std::collections::{BTreeMap, BTreeSet};

use super::super::app::App;
use super::super::context::Context;
use super::super::service::{self, Variable};
use super::super::text::Item;
use super::super::wiring::{Out, Reached};
use super::super::{container, interpolate};
use super::Writer;
use super::shared::Shared;

/// All variables of each app, for what they reach.
pub fn all(
    cx: &mut Context,
    apps: &[App],
    own: &[Vec<Variable>],
    shared: &BTreeMap<String, Shared>,
) -> Vec<Vec<Variable>> {
    let mut out = Vec::new();
    for (app, own) in apps.iter().zip(own) {
        let mut all = Vec::new();
        for file in app.service.env_files(cx) {
            match shared.get(&file.path) {
                Some(shared) => all.extend(shared.variables.clone()),
                None => all.extend(service::read(cx, &file, &app.service.name).unwrap_or_default()),
            }
        }
        all.extend(own.clone());
        out.push(all);
    }
    out
}

impl Writer<'_, '_> {
    /// `env` and `envFrom`.
    pub fn variables(&mut self, index: usize, app: &App, own: &[Variable]) -> (Vec<Item>, Vec<String>) {
        let (said, from) = self.said(app, own);
        let known = self.reached[index].stores.clone();
        let mut reached = Reached::default();
        let mut items = Vec::new();
        let mut has_password = BTreeSet::new();
        for (key, value, at) in said {
            let Some(value) = value else { continue };
            let pieces = self.net.rewrite(&key, &value, &known, &mut reached);
            for odd in std::mem::take(&mut reached.odd) {
                self.cx.notes.decide(at, format!("{}.environment.{key}", app.service.name), odd);
            }
            has_password.extend(pieces.iter().filter_map(Out::password_of).map(str::to_owned));
            items.push(Item::text(&key, self.value(&app.service.name, &pieces, true)));
        }
        self.passwords(index, &has_password);
        (items, from)
    }

    /// The variables that stand in the app itself, the last of each name; and what it takes whole.
    fn said(&mut self, app: &App, own: &[Variable]) -> (Vec<Variable>, Vec<String>) {
        let mut all: Vec<Variable> = Vec::new();
        let mut from = Vec::new();
        for file in app.service.env_files(self.cx) {
            match self.shared.get(&file.path) {
                Some(shared) => {
                    from.extend((!shared.plain.is_empty()).then(|| format!("configs.{}", shared.name)));
                    from.extend((!shared.secret.is_empty()).then(|| format!("secrets.{}", shared.name)));
                    all.extend(shared.own.clone());
                }
                None => all.extend(service::read(self.cx, &file, &app.service.name).unwrap_or_default()),
            }
        }
        all.extend(own.iter().cloned());
        for name in &app.asked {
            let mark = format!("{}{name}{}", interpolate::OPEN, interpolate::CLOSE);
            if !all.iter().any(|(key, ..)| key == name) {
                all.push((name.clone(), Some(mark), app.service.at));
            }
        }
        let mut last: Vec<Variable> = Vec::new();
        for variable in all {
            match last.iter_mut().find(|known| known.0 == variable.0) {
                Some(known) => *known = variable,
                None => last.push(variable),
            }
        }
        (last, from)
    }

    /// A client that knows a database's host and not its password: kgen's always has one.
    fn passwords(&mut self, index: usize, known: &BTreeSet<String>) {
        for store in self.reached[index].stores.iter().map(|index| &self.net.stores[*index]) {
            let id = format!("{}.{}", store.engine.section(), store.name);
            if store.has_password() && !known.contains(&id) {
                self.untold.entry(id).or_default().push(index);
            }
        }
    }

    /// The text of a rewritten value. `expands`: Kubernetes reads it, as a variable of a container.
    pub fn value(&mut self, service: &str, pieces: &[Out], expands: bool) -> String {
        // What is composed with a secret kgen escapes itself.
        let is_secret = pieces.iter().any(Out::is_secret);
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Out::Text(text) if is_secret || !expands => out.push_str(&container::literal(text)),
                Out::Text(text) => out.push_str(&container::escaped(text)),
                Out::Reference(text) => out.push_str(&format!("${{{text}}}")),
                Out::Secret(key, value) => {
                    let reference = self.secrets.reference(key, value.as_ref(), service);
                    out.push_str(&format!("${{{reference}}}"));
                }
            }
        }
        out
    }
}
