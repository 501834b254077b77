//! Secrets in the picture: whose each is, who reads it, who delivers its values.
//!
//! Owns: that whoever reads a Secret which a store brings is wired to the store, and that the store has the Secret.
//! Does not own: who needs which value (`plan::need`).

use std::collections::BTreeSet;

use super::pods::{Read, What};
use super::scene::{Scene, node_of, outside};
use super::sketch::Fact;
use super::{Kind, Style};
use crate::plan::need::Needed;
use crate::plan::provider::Provider;
use crate::plan::wire::Via;
use crate::resource::{Resource, operator};
use crate::tree::Tree;

impl<'p> Scene<'p> {
    pub fn reads_secret(&mut self, resource: &'p Resource, from: &str, read: &Read) {
        let namespace = resource.id.namespace.as_deref();
        let owner = self.owner(namespace, &read.name);
        let component = &*resource.component;
        // A component's helpers read what it reads itself.
        let helper = from != component && component.rsplit('.').next() == Some(&read.name);
        if owner == component && helper {
            return;
        }
        if owner != component && self.sketch.has(&owner) && !owner.starts_with("secrets.") {
            return self.connects(from, &owner, read);
        }
        let to = self.secret(namespace, &read.name);
        let style = if read.waits { Style::Dashed } else { Style::Solid };
        self.sketch.edge(from, &to, style, &read.label);
    }

    /// The Secret is another component's own: whoever reads it connects to that component. kgen's own variables are parts
    /// of one that is on the edge already.
    fn connects(&mut self, from: &str, owner: &str, read: &Read) {
        let direct = self.direct.contains(&(from, owner, false));
        let to = self.front(owner, direct);
        let known =
            read.waits
                || self.profile.plan.wires.iter().any(|wire| {
                    wire.consumer == from && wire.target == owner && wire.via == Via::Env(read.label.clone())
                });
        let part = read.label.starts_with("KGEN_") || read.whole;
        if known || (part && self.sketch.has_edge(from, &to)) {
            return;
        }
        self.sketch.edge(from, &to, Style::Solid, &read.label);
    }

    /// Every Secret that the profile needs; a component's own hangs on it.
    pub fn secrets(&mut self) {
        let own = self.profile.plan.namespace.as_deref();
        for (name, needed) in self.needed.clone() {
            let id = self.secret(own, name);
            let owner = self.owner(own, name);
            if owner != id && self.sketch.has(&owner) && !self.sketch.has_edge(&owner, &id) {
                let helper = format!("{owner}/backup");
                if self.sketch.has_edge(&helper, &id) {
                    continue;
                }
                for need in needed {
                    self.sketch.edge(&owner, &id, Style::Solid, &need.home.key);
                }
            }
        }
    }

    /// The component that brings a Secret, or the Secret itself.
    fn owner(&self, namespace: Option<&str>, name: &str) -> String {
        let alone = || format!("secrets.{name}");
        let local = self.profile.plan.namespace.as_deref() == namespace;
        if let Some(needed) = self.needed.get(name).and_then(|needed| needed.first()).filter(|_| local) {
            return needed.owner.clone();
        }
        let made = self
            .profile
            .resources
            .iter()
            .find(|resource| operator::secrets(&resource.id).iter().any(|made| made == name));
        made.filter(|made| made.id.namespace.as_deref() == namespace).map_or_else(alone, node_of)
    }

    /// The node of a Secret.
    pub fn secret(&mut self, namespace: Option<&str>, name: &str) -> String {
        let id = self.id("secrets", namespace, name);
        if self.sketch.has(&id) {
            return id;
        }
        let needed = self.needed.get(name).filter(|_| namespace == self.profile.plan.namespace.as_deref());
        let known = self.objects.get(&(What::Secret, namespace, name)).copied();
        let fact = match (needed, known) {
            (Some(needed), _) => provided(name, needed),
            (None, Some(object)) => Fact { lines: vec!["manifest".into()], ..self.fact(object) },
            (None, None) => outside(name, "exists already"),
        };
        self.sketch.node(&id, Kind::Secret, fact);
        id
    }
}

/// Who delivers the values of a Secret.
fn provided(name: &str, needed: &[&Needed]) -> Fact {
    let own = || needed.iter().filter(|need| need.pieces.is_empty());
    let mut lines: Vec<String> = own().map(|need| provider(need)).collect();
    if lines.is_empty() {
        lines.extend(needed.first().map(|need| provider(&Needed { source: None, ..(*need).clone() })));
    }
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    let outside = needed.iter().all(|need| need.source.is_none() && need.provider == Provider::Existing);
    Fact { title: name.to_owned(), lines, outside, namespace: None }
}

fn provider(need: &Needed) -> String {
    match (need.source, &need.provider) {
        (Some(source), _) => format!("from {}", if source == "value" { "the project file" } else { source }),
        (None, Provider::External(settings)) => {
            let store = settings.get("store").map(Tree::to_string).unwrap_or_default();
            format!("external {store}")
        }
        (None, provider) => provider.name().to_owned(),
    }
}
