//! What is asked of a person once for all apps, and what is said of the order in which they start.

use super::super::app::App;
use super::super::context::Engine;
use super::super::text::Item;
use super::super::wiring::Target;
use super::Writer;
use crate::source::Span;
use crate::tree::Map;

/// Names of `depends_on` and `links`, with their places.
pub fn dependencies(app: &App) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    for key in ["depends_on", "links"] {
        let Some(value) = app.service.map.get(key) else { continue };
        for (name, entry) in value.as_map().into_iter().flat_map(Map::entries) {
            out.push((name.to_string(), entry.key_from));
        }
        for item in value.as_list().unwrap_or_default() {
            let name = item.as_str().unwrap_or_default();
            out.push((name.split(':').next().unwrap_or(name).to_owned(), item.from));
        }
    }
    out
}

impl Writer<'_, '_> {
    /// A Redis without a password stays so where a client is told its host and nothing else.
    pub fn open_stores(&mut self) {
        for index in 0..self.net.stores.len() {
            let store = &self.net.stores[index];
            if store.engine != Engine::Redis || store.password.is_some() {
                continue;
            }
            let users = self.reached.iter().filter(|reached| reached.stores.contains(&index));
            let told: Vec<bool> = users.map(|reached| reached.by_url.contains(&index)).collect();
            if told.is_empty() || told.iter().all(|told| *told) {
                continue;
            }
            let (at, service, name) = (store.at, store.service.clone(), store.name.clone());
            self.net.stores[index].open = true;
            self.net.stores[index]
                .items
                .insert(0, Item::text("auth", "none").beside("as in Compose: a client is told the host alone"));
            let why = format!(
                "it has no password, because clients are told its host alone: give them `${{redis.{name}.password}}` and remove `auth: none`"
            );
            self.cx.notes.decide(at, service, why);
        }
    }

    pub fn waits(&mut self, app: &App) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (name, at) in dependencies(app) {
            match self.net.names.get(&name) {
                Some(Target::Store(index)) => {
                    let store = &self.net.stores[*index];
                    let id = format!("{}.{}", store.engine.section(), store.name);
                    if !out.contains(&id) {
                        out.push(id);
                    }
                }
                Some(Target::App(_)) => {
                    let why = format!(
                        "pods start in any order: `{name}` is not waited for, a client tries again until it answers"
                    );
                    self.cx.notes.left(at, format!("{}.depends_on", app.service.name), why);
                }
                None => {
                    let why = format!(
                        "`{name}` is a job, or not carried over: pods do not wait for it; where the app must not start before it, write its command under `initContainers` of the app"
                    );
                    self.cx.notes.decide(at, format!("{}.depends_on", app.service.name), why);
                }
            }
        }
        out
    }

    /// One decision for all of these apps, told where the first stands.
    fn ask(&mut self, key: &str, open: &[&App], why: impl FnOnce(String) -> String) {
        let Some(first) = open.first() else { return };
        let names: Vec<String> = open.iter().map(|app| format!("`{}`", app.name)).collect();
        self.cx.notes.decide(first.service.at, key, why(names.join(", ")));
    }

    /// Clients that may have the password from elsewhere: a file of their own.
    pub fn without_password(&mut self, apps: &[App]) {
        for (id, open) in std::mem::take(&mut self.untold) {
            let open: Vec<&App> = open.iter().map(|index| &apps[*index]).collect();
            let names: Vec<&str> = open.iter().map(|app| app.service.name.as_str()).collect();
            self.ask(&names.join(", "), &open, |_| {
                format!("no variable here has the password of `{id}`: where the app reads it from elsewhere, give it `${{{id}.password}}` or `${{{id}.url}}`")
            });
        }
    }

    /// Images whose user nobody has said.
    pub fn unnamed_users(&mut self, apps: &[App]) {
        let open: Vec<&App> = apps.iter().filter(|app| !app.service.map.contains_key("user")).collect();
        self.ask("user", &open, |names| {
            format!(
                "pods do not run as root: an image of {} whose user is root or a name needs `securityContext: {{runAsUser: 1000}}`, its number",
                names
            )
        });
    }

    /// Compose runs one container of each, staging and prod several.
    pub fn several(&mut self, apps: &[App]) {
        let open = apps
            .iter()
            .filter(|app| !app.is_job && !app.head.iter().any(|item| item.key == "replicas" || item.key == "workload"));
        let open: Vec<&App> = open.collect();
        self.ask("replicas", &open, |names| {
            format!("staging runs 2 and prod 3 pods of {}: write `replicas: 1` for what must be alone", names)
        });
    }

    /// In Compose's network every port is reached; in a cluster those of a Service.
    pub fn without_ports(&mut self, apps: &[App]) {
        let open: Vec<&App> = apps.iter().filter(|app| !app.is_job && app.ports.all.is_empty()).collect();
        self.ask("port", &open, |names| {
            format!("no port is named for {}, so nothing can connect: write `port: 8080` where something should", names)
        });
    }
}
