//! The project file of the components.
//!
//! Owns: the order in which what needs all services at once is found, and an app's keys in their order.
//! Does not own: each of these things: files of variables that several read (`shared`), variables (`variables`), volumes and
//! files (`mounts`), what a person is asked (`questions`), the text (`file`).

mod file;
mod mounts;
mod questions;
mod shared;
mod variables;

pub use file::Head;
pub use mounts::file_mark;

use std::collections::{BTreeMap, BTreeSet};

use super::app::App;
use super::context::Context;
use super::load::Loaded;
use super::secrets::Secrets;
use super::service::Variable;
use super::text::{Item, Value};
use super::wiring::{Net, Peer, Reached, Target};
use super::{Parts, label, store};
use shared::Shared;

pub struct Writer<'w, 'l> {
    cx: &'w mut Context<'l>,
    net: Net,
    secrets: Secrets,
    shared: BTreeMap<String, Shared>,
    /// By app: what it depends on and reaches.
    reached: Vec<Reached>,
    /// Shared claims that a component has brought.
    claims: BTreeSet<String>,
    /// By store: the apps that know its host and not its password.
    untold: BTreeMap<String, Vec<usize>>,
}

/// The text, and how many there are of each.
pub fn write(cx: &mut Context, loaded: &Loaded, parts: &mut Parts, head: &Head) -> (String, String) {
    let variables: Vec<Vec<Variable>> = parts.apps.iter().map(|app| app.service.own(cx)).collect();
    let shared = shared::files(cx, &parts.apps, head.project);
    let all = variables::all(cx, &parts.apps, &variables, &shared);
    let mut net =
        Net { stores: std::mem::take(&mut parts.stores), secrets: cx.variables.secrets.clone(), ..Net::default() };
    net.apps = parts.apps.iter().map(|app| Peer { name: app.name.clone(), ports: Vec::new() }).collect();
    for (alias, name) in &parts.names {
        let store = net.stores.iter().position(|store| store.name == *name).map(Target::Store);
        let app = parts.apps.iter().position(|app| app.name == *name && !app.is_job).map(Target::App);
        net.names.extend(store.or(app).map(|target| (alias.clone(), target)));
    }
    let reached = reach(&mut net, &mut parts.apps, &all);
    named_by_clients(cx, &mut net, &reached);
    parts.public.extend(net.stores.iter().filter_map(|store| store.database.clone()));
    let secrets = Secrets::new(free_name(&format!("{}-secrets", head.project), &parts.names));
    let mut writer = Writer { cx, net, secrets, shared, reached, claims: BTreeSet::new(), untold: BTreeMap::new() };
    writer.open_stores();
    writer.shared_items(&parts.apps, &variables);
    let volumes = mounts::users(&parts.apps);
    let mut items = Vec::new();
    let mut jobs = Vec::new();
    for (index, app) in parts.apps.iter().enumerate() {
        let item = writer.app(loaded, index, app, &variables[index], &volumes, head);
        if app.is_job { jobs.push(item) } else { items.push(item) }
    }
    writer.without_password(&parts.apps);
    writer.unnamed_users(&parts.apps);
    writer.several(&parts.apps);
    writer.without_ports(&parts.apps);
    parts.values.extend(writer.net.stores.iter().filter_map(|store| store.password.clone()));
    let summary = writer.summary(items.len(), jobs.len());
    let text = writer.file(items, jobs, head);
    (text, summary)
}

/// A server that is told of no database, and whose clients all name one, as an app does that makes its own: it is that.
fn named_by_clients(cx: &mut Context, net: &mut Net, reached: &[Reached]) {
    for (index, store) in net.stores.iter_mut().enumerate() {
        let all = reached.iter().flat_map(|reached| &reached.databases);
        let named: BTreeSet<&String> = all.filter(|(of, _)| *of == index).map(|(_, name)| name).collect();
        let is_open = store.database.as_deref() == Some("postgres");
        if let (true, [name]) = (is_open, &named.into_iter().collect::<Vec<_>>()[..])
            && store::is_free(name)
        {
            cx.notes.withdraw(&format!("{}.database", store.service));
            store.items.push(Item::text("database", *name).beside("as its clients name it"));
            store.database = Some((*name).clone());
        }
    }
}

fn free_name(wanted: &str, taken: &BTreeMap<String, String>) -> String {
    if taken.values().any(|name| name == wanted) { format!("{wanted}-1") } else { wanted.to_owned() }
}

/// What each app speaks to; a port that only others name is one of an app too.
fn reach(net: &mut Net, apps: &mut [App], all: &[Vec<Variable>]) -> Vec<Reached> {
    let mut out = Vec::new();
    for (app, variables) in apps.iter().zip(all) {
        let mut reached = Reached::default();
        for (key, value, _) in variables {
            if let Some(value) = value {
                net.rewrite(key, value, &BTreeSet::new(), &mut reached);
            }
        }
        for (name, _) in questions::dependencies(app) {
            if let Some(Target::Store(index)) = net.names.get(&name) {
                reached.stores.insert(*index);
            }
        }
        out.push(reached);
    }
    for (index, port) in out.iter().flat_map(|reached| reached.ports.clone()) {
        apps[index].ports.add(port, "TCP");
    }
    for (peer, app) in net.apps.iter_mut().zip(apps.iter()) {
        peer.ports = app.ports.tcp();
    }
    out
}

impl Writer<'_, '_> {
    fn app(
        &mut self,
        loaded: &Loaded,
        index: usize,
        app: &App,
        own: &[Variable],
        volumes: &BTreeMap<String, usize>,
        head: &Head,
    ) -> Item {
        let mut items = app.head.clone();
        if app.is_job {
            items.retain(|item| item.key != "replicas" && item.key != "strategy");
        } else if let Some(item) = app.ports.item() {
            items.push(item);
        }
        if let Some(at) = app.ports.published.filter(|_| !app.is_job) {
            let why = format!(
                "reached inside the cluster as `{}`; from outside write `ingress: {{host: {}.example.org, tls: {}-tls}}`",
                app.name, app.name, app.name
            );
            self.cx.notes.left(at, format!("{}.ports", app.service.name), why);
        }
        let (variables, from) = self.variables(index, app, own);
        if !variables.is_empty() {
            items.push(Item::map("env", variables));
        }
        if !from.is_empty() {
            items.push(Item::new("envFrom", Value::List(from)));
        }
        let (files, mounts) = self.mounts(loaded, index, app, volumes, head);
        items.extend((!files.is_empty()).then(|| Item::map("files", files)));
        items.extend((!mounts.is_empty()).then(|| Item::map("volumes", mounts)));
        items.extend(app.tail.iter().filter(|item| !(app.is_job && item.key == "readinessProbe")).cloned());
        let waits = self.waits(app);
        items.extend((!waits.is_empty()).then(|| Item::new("waitFor", Value::List(waits))));
        Item::map(&*app.name, items)
    }
}

/// `media` of `shop` is `shop-media`, `shop_media` too.
fn prefixed(project: &str, name: &str) -> String {
    let name = label(name).unwrap_or_else(|| "data".into());
    if name.starts_with(&format!("{project}-")) { name } else { format!("{project}-{name}") }
}
