//! What is in the picture of some profiles: every component, what it reads and reaches, and how requests come in.
//!
//! Owns: which node stands for an object, and which edge for a wire, a read or a name of a Service.
//! The wiring is the plan's; what a pod reads is taken from the objects, where patches, templates of the user's and raw
//! manifests have had their say.
//! Does not own: the lines of a store, its volumes and backups (`stores`), Secrets (`secrets`).

use std::collections::{BTreeMap, BTreeSet};

use super::pods::{self, Read, What};
use super::sketch::{Fact, Sketch};
use super::{Graph, Kind, Style, routes, stores};
use crate::pipeline::Profile;
use crate::plan::Role;
use crate::plan::need::Needed;
use crate::plan::wire::{Via, Wire};
use crate::resource::{Resource, operator};
use crate::tree::{Map, Tree};

/// The picture of these profiles together.
pub fn of(title: String, profiles: &[&Profile]) -> Graph {
    let mut sketch = Sketch::default();
    for profile in profiles {
        sketch.begin(&profile.settings.profile);
        Scene::new(profile, &mut sketch).draw();
    }
    sketch.finish(title)
}

pub struct Scene<'p> {
    pub profile: &'p Profile,
    pub sketch: &'p mut Sketch,
    /// Objects that pods read, by what they are read as, namespace and name.
    pub objects: BTreeMap<(What, Option<&'p str>, &'p str), &'p Resource>,
    /// The node behind a Service, by namespace and name.
    services: BTreeMap<(Option<&'p str>, String), String>,
    pub needed: BTreeMap<&'p str, Vec<&'p Needed>>,
    /// Who names the members of a set rather than its one address: consumer, target, and whether it only waits.
    pub direct: BTreeSet<(&'p str, &'p str, bool)>,
}

/// Sections with nodes of their own, and the kind of node.
const SECTIONS: [(&str, Kind); 5] = [
    ("apps", Kind::App),
    ("jobs", Kind::Job),
    ("redis", Kind::Redis),
    ("postgres", Kind::Postgres),
    ("configs", Kind::Config),
];

impl<'p> Scene<'p> {
    fn new(profile: &'p Profile, sketch: &'p mut Sketch) -> Self {
        let mut needed: BTreeMap<&str, Vec<&Needed>> = BTreeMap::new();
        for need in &profile.plan.secrets {
            needed.entry(&need.home.secret).or_default().push(need);
        }
        let direct = profile.plan.wires.iter().filter(|wire| wire.is_member());
        let direct = direct.map(|wire| (&*wire.consumer, &*wire.target, wire.via == Via::Wait)).collect();
        let (objects, services) = (BTreeMap::new(), BTreeMap::new());
        Self { profile, sketch, objects, services, needed, direct }
    }

    fn draw(&mut self) {
        self.index();
        self.components();
        let resources = &self.profile.resources;
        for resource in resources {
            self.raw(resource);
            stores::parts(resource, &node_of(resource), self.sketch);
        }
        for (component, facts) in &self.profile.plan.facts {
            stores::facts(component, facts, self.sketch);
        }
        self.wires();
        for resource in resources {
            self.routes(resource);
            self.reads(resource);
            self.literals(resource);
        }
        self.secrets();
    }

    fn index(&mut self) {
        let resources = &self.profile.resources;
        for resource in resources {
            let namespace = resource.id.namespace.as_deref();
            let what = match resource.id.kind.as_str() {
                "ConfigMap" => What::Config,
                "Secret" | "ExternalSecret" | "SealedSecret" => What::Secret,
                "PersistentVolumeClaim" => What::Claim,
                _ => continue,
            };
            self.objects.insert((what, namespace, &resource.id.name), resource);
        }
        for ((namespace, name), index) in routes::services(resources) {
            self.services.insert((namespace, name.to_owned()), node_of(&resources[index]));
        }
        for resource in resources {
            for name in operator::services(&resource.id) {
                self.services.insert((resource.id.namespace.as_deref(), name), node_of(resource));
            }
        }
    }

    /// A node for each component, with what its workload is.
    fn components(&mut self) {
        let root = &self.profile.settings.root;
        for (section, kind) in SECTIONS {
            let all = root.get(section).and_then(Tree::as_map);
            for (name, settings) in all.into_iter().flat_map(Map::iter).filter(|(_, node)| !node.is_null()) {
                let id = format!("{section}.{name}");
                let lines = stores::lines(section, settings, &id, &self.profile.resources);
                let outside = settings.get("mode").and_then(Tree::as_str) == Some("external");
                self.sketch.node(&id, kind, Fact { title: name.to_string(), lines, outside, namespace: None });
            }
        }
    }

    /// A raw object that runs something.
    fn raw(&mut self, resource: &Resource) {
        if &*resource.component == "manifests" && crate::resource::pods::of(&resource.body).is_some() {
            let fact = Fact { lines: stores::workload(resource, None), ..self.fact(resource) };
            self.sketch.node(&node_of(resource), Kind::Other, fact);
        }
    }

    pub fn fact(&self, resource: &Resource) -> Fact {
        let namespace = self.elsewhere(resource.id.namespace.as_deref()).map(str::to_owned);
        Fact { title: resource.id.name.clone(), namespace, ..Fact::default() }
    }

    /// A namespace that is not the project's own.
    fn elsewhere<'n>(&self, namespace: Option<&'n str>) -> Option<&'n str> {
        let own = self.profile.plan.namespace.as_deref();
        namespace.filter(|name| own.is_some_and(|own| own != *name))
    }

    /// The id of what has a name in a namespace: `secrets.db`, `secrets.db/tools` in another one.
    pub fn id(&self, section: &str, namespace: Option<&str>, name: &str) -> String {
        let place = self.elsewhere(namespace).map(|place| format!("/{place}")).unwrap_or_default();
        format!("{section}.{name}{place}")
    }

    /// What the plan knows of who refers to what.
    fn wires(&mut self) {
        for wire in self.profile.plan.wires.iter().filter(|wire| wire.consumer != wire.target) {
            let to = self.address(wire);
            match &wire.via {
                Via::Wait => self.sketch.edge(&wire.consumer, &to, Style::Dashed, "waitFor"),
                Via::Env(label) | Via::File(label) | Via::Setting(label) => {
                    self.sketch.edge(&wire.consumer, &to, Style::Solid, label);
                }
            }
        }
    }

    /// HAProxy, where it stands before the target and the consumer does not ask Sentinel itself.
    fn address(&self, wire: &Wire) -> String {
        let waits = wire.via == Via::Wait;
        let direct = !wire.is_address() && self.direct.contains(&(&*wire.consumer, &*wire.target, waits));
        self.front(&wire.target, direct)
    }

    pub fn front(&self, target: &str, direct: bool) -> String {
        let proxy = format!("{target}/proxy");
        if !direct && self.sketch.has(&proxy) { proxy } else { target.to_owned() }
    }

    fn routes(&mut self, resource: &'p Resource) {
        let Some(route) = routes::of(resource) else { return };
        let namespace = resource.id.namespace.as_deref();
        let fact = Fact { namespace: self.fact(resource).namespace, ..route.fact };
        let place = self.elsewhere(namespace).map(|place| format!("{place}/")).unwrap_or_default();
        let id = format!("{}/{place}{}", route.kind, resource.id.name);
        self.sketch.node(&id, Kind::Route, fact);
        for (service, label) in route.to {
            if let Some(to) = self.services.get(&(namespace, service)) {
                self.sketch.edge(&id, to, Style::Solid, &label);
            }
        }
        for secret in route.tls {
            let to = self.secret(namespace, &secret);
            self.sketch.edge(&id, &to, Style::Solid, "tls");
        }
    }

    fn reads(&mut self, resource: &'p Resource) {
        let from = node_of(resource);
        for read in pods::of(resource) {
            match read.what {
                What::Secret => self.reads_secret(resource, &from, &read),
                What::Config => self.reads_config(resource, &from, &read),
                What::Claim => self.reads_claim(resource, &from, &read),
                What::Account => self.has_account(&from, &read),
            }
        }
    }

    fn reads_config(&mut self, resource: &'p Resource, from: &str, read: &Read) {
        let namespace = resource.id.namespace.as_deref();
        let known = self.objects.get(&(What::Config, namespace, &*read.name)).copied();
        // Scripts and files of its own are a part of it.
        if known.is_some_and(|config| config.component == resource.component && &*config.component != "manifests") {
            return;
        }
        let id = match known {
            Some(config) if config.component.starts_with("configs.") => config.component.to_string(),
            _ => self.id("configs", namespace, &read.name),
        };
        let fact = match known {
            Some(config) => Fact { lines: vec!["manifest".into()], ..self.fact(config) },
            None => outside(&read.name, "exists already"),
        };
        if !self.sketch.has(&id) {
            self.sketch.node(&id, Kind::Config, fact);
        }
        self.sketch.edge(from, &id, Style::Solid, &read.label);
        if let Some(config) = known.filter(|_| read.whole) {
            for (key, value) in config.body.get("data").and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
                self.reaches(resource, from, key, value.as_str().unwrap_or_default());
            }
        }
    }

    fn reads_claim(&mut self, resource: &'p Resource, from: &str, read: &Read) {
        let namespace = resource.id.namespace.as_deref();
        let (id, fact) = match stores::template(resource, &read.name) {
            Some((id, fact)) => (id, Fact { namespace: self.fact(resource).namespace, ..fact }),
            None => {
                let known = self.objects.get(&(What::Claim, namespace, &*read.name));
                let fact = match known {
                    Some(claim) => Fact { lines: stores::claim(&claim.body), ..self.fact(claim) },
                    None => outside(&read.name, "exists already"),
                };
                (self.id("claims", namespace, &read.name), fact)
            }
        };
        self.sketch.node(&id, Kind::Volume, fact);
        self.sketch.edge(from, &id, Style::Solid, &read.label);
    }

    /// An identity that is made elsewhere; one of the project's own is a part of its component.
    fn has_account(&mut self, from: &str, read: &Read) {
        if self.profile.plan.existing.contains(&("ServiceAccount".to_owned(), read.name.clone())) {
            let id = format!("accounts.{}", read.name);
            self.sketch.node(&id, Kind::Other, outside(&read.name, "ServiceAccount"));
            self.sketch.edge(from, &id, Style::Solid, &read.label);
        }
    }

    /// Names of Services in variables that are spelled out.
    fn literals(&mut self, resource: &'p Resource) {
        let from = node_of(resource);
        for literal in pods::literals(&resource.body).iter().filter(|literal| !literal.waits) {
            self.reaches(resource, &from, literal.name, literal.value);
        }
    }

    fn reaches(&mut self, resource: &'p Resource, from: &str, label: &str, value: &str) {
        for host in routes::hosts(label, value) {
            let mut words = host.split('.');
            let service = words.next().unwrap_or_default().to_owned();
            let here = resource.id.namespace.as_deref();
            let namespace = words.next().or(here);
            let Some(to) = self.services.get(&(namespace, service)) else { continue };
            if component(to) != component(from) {
                self.sketch.edge(from, to, Style::Solid, label);
            }
        }
    }
}

pub fn outside(name: &str, line: &str) -> Fact {
    Fact { title: name.to_owned(), lines: vec![line.to_owned()], outside: true, namespace: None }
}

/// `redis.cache` of `redis.cache/proxy`.
pub fn component(id: &str) -> &str {
    match id.split_once('/') {
        Some((whole, _)) if whole.contains('.') => whole,
        _ => id,
    }
}

/// The node that an object is a part of.
pub fn node_of(resource: &Resource) -> String {
    let (id, component) = (&resource.id, &*resource.component);
    if !component.contains('.') {
        let place = id.namespace.as_ref().map(|place| format!("{place}/")).unwrap_or_default();
        return format!("{}/{place}{}", id.kind, id.name);
    }
    match resource.role {
        Role::Proxy => format!("{component}/proxy"),
        Role::Backup => format!("{component}/backup"),
        Role::Own => component.to_owned(),
    }
}
