//! The project file of the components.
//!
//! Owns: what needs all services at once: references between them, shared volumes and files of variables, secrets; and the
//! file's order and comments.

use std::collections::{BTreeMap, BTreeSet};

use super::app::App;
use super::load::{Loaded, Loader};
use super::secrets::Secrets;
use super::service::{self, Variable};
use super::text::{self, Item, Value};
use super::volume::Fate;
use super::wiring::{Net, Out, Peer, Reached, Target};
use super::{Engine, Parts, container, interpolate, label};
use crate::source::Span;
use crate::tree::{Map, Tree};

pub struct Head<'h> {
    pub project: &'h str,
    pub schema: &'h str,
    pub from: &'h str,
    pub folder: &'h str,
}

/// A file of variables that several services read, and what becomes of it.
struct Shared {
    /// The config's and the secret's name.
    name: String,
    variables: Vec<Variable>,
    plain: Vec<Item>,
    secret: Vec<Item>,
    /// What stands in each service's own variables: a store's password, or what one of them overrides.
    own: Vec<Variable>,
}

struct Writer<'w, 'l> {
    loader: &'w mut Loader<'l>,
    net: Net,
    secrets: Secrets,
    shared: BTreeMap<String, Shared>,
    /// By app: what it depends on and reaches.
    reached: Vec<Reached>,
    /// Shared claims that a component has brought.
    claims: BTreeSet<String>,
}

/// The text, and how many there are of each.
pub fn write(loader: &mut Loader, loaded: &Loaded, parts: &mut Parts, head: &Head) -> (String, String) {
    let variables: Vec<Vec<Variable>> = parts.apps.iter().map(|app| app.service.own(loader)).collect();
    let shared = shared_files(loader, &parts.apps, head.project);
    let all = all_variables(loader, &parts.apps, &variables, &shared);
    let mut net =
        Net { stores: std::mem::take(&mut parts.stores), secrets: loader.variables.secrets.clone(), ..Net::default() };
    net.apps = parts.apps.iter().map(|app| Peer { name: app.name.clone(), ports: Vec::new() }).collect();
    for (alias, name) in &parts.names {
        let store = net.stores.iter().position(|store| store.name == *name).map(Target::Store);
        let app = parts.apps.iter().position(|app| app.name == *name && !app.is_job).map(Target::App);
        net.names.extend(store.or(app).map(|target| (alias.clone(), target)));
    }
    let reached = reach(&mut net, &mut parts.apps, &all);
    let secrets = Secrets::new(free_name(&format!("{}-secrets", head.project), &parts.names));
    let mut writer = Writer { loader, net, secrets, shared, reached, claims: BTreeSet::new() };
    writer.open_stores();
    writer.shared_items(&parts.apps, &variables);
    let volumes = volumes(&parts.apps);
    let mut items = Vec::new();
    let mut jobs = Vec::new();
    for (index, app) in parts.apps.iter().enumerate() {
        let item = writer.app(loaded, index, app, &variables[index], &volumes, head);
        if app.is_job { jobs.push(item) } else { items.push(item) }
    }
    writer.unnamed_users(&parts.apps);
    writer.several(&parts.apps);
    writer.without_ports(&parts.apps);
    parts.values.extend(writer.net.stores.iter().filter_map(|store| store.password.clone()));
    let summary = writer.summary(items.len(), jobs.len());
    let text = writer.file(items, jobs, head);
    (text, summary)
}

fn free_name(wanted: &str, taken: &BTreeMap<String, String>) -> String {
    if taken.values().any(|name| name == wanted) { format!("{wanted}-1") } else { wanted.to_owned() }
}

/// The files that more than one service reads.
fn shared_files(loader: &mut Loader, apps: &[App], project: &str) -> BTreeMap<String, Shared> {
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (index, app) in apps.iter().enumerate() {
        for (number, file) in app.service.env_files(loader).into_iter().enumerate() {
            *users.entry(file.path.clone()).or_default() += 1;
            first.entry(file.path).or_insert((index, number));
        }
    }
    let mut out: BTreeMap<String, Shared> = BTreeMap::new();
    for (path, _) in users.into_iter().filter(|(_, count)| *count > 1) {
        let (index, number) = first[&path];
        let service = &apps[index].service;
        let Some(file) = service.env_files(loader).into_iter().nth(number) else { continue };
        let Some(variables) = service::read(loader, &file, &service.name) else { continue };
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

/// All variables of each app, for what they reach.
fn all_variables(
    loader: &mut Loader,
    apps: &[App],
    own: &[Vec<Variable>],
    shared: &BTreeMap<String, Shared>,
) -> Vec<Vec<Variable>> {
    let mut out = Vec::new();
    for (app, own) in apps.iter().zip(own) {
        let mut all = Vec::new();
        for file in app.service.env_files(loader) {
            match shared.get(&file.path) {
                Some(shared) => all.extend(shared.variables.clone()),
                None => all.extend(service::read(loader, &file, &app.service.name).unwrap_or_default()),
            }
        }
        all.extend(own.clone());
        out.push(all);
    }
    out
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
        for (name, _) in dependencies(app) {
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

/// Names of `depends_on` and `links`, with their places.
fn dependencies(app: &App) -> Vec<(String, Span)> {
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

/// How often a named volume is mounted, by apps and jobs.
fn volumes(apps: &[App]) -> BTreeMap<String, usize> {
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
    /// A Redis without a password stays so where a client is told its host and nothing else.
    fn open_stores(&mut self) {
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
            self.loader.notes.decide(at, service, why);
        }
    }

    /// The text of a rewritten value, and whether it needs a secret.
    fn value(&mut self, service: &str, pieces: &[Out], expands: bool) -> (String, bool) {
        let of_store = |text: &str| text.ends_with(".password") || text.ends_with(".url") || text.contains(".url/");
        let is_secret = pieces.iter().any(|piece| match piece {
            Out::Text(_) => false,
            Out::Reference(text) => of_store(text) && !text.starts_with("apps."),
            Out::Secret(..) => true,
        });
        let mut out = String::new();
        for piece in pieces {
            match piece {
                // What is composed with a secret kgen escapes itself.
                Out::Text(text) if is_secret || !expands => out.push_str(&container::literal(text)),
                Out::Text(text) => out.push_str(&container::escaped(text)),
                Out::Reference(text) => out.push_str(&format!("${{{text}}}")),
                Out::Secret(key, value) => {
                    let reference = self.secrets.reference(key, value.as_ref(), service);
                    out.push_str(&format!("${{{reference}}}"));
                }
            }
        }
        (out, is_secret)
    }

    /// The variables of shared files: plain ones in a config, secret ones in a secret of the file's name.
    fn shared_items(&mut self, apps: &[App], own: &[Vec<Variable>]) {
        let paths: Vec<String> = self.shared.keys().cloned().collect();
        for path in paths {
            let mut users = Vec::new();
            for (index, app) in apps.iter().enumerate() {
                if app.service.env_files(self.loader).iter().any(|file| file.path == path) {
                    users.push(index);
                }
            }
            let known: BTreeSet<usize> = users.iter().flat_map(|index| self.reached[*index].stores.clone()).collect();
            // Kubernetes lets `env` win over `envFrom`, and kgen warns where both have a name.
            let overridden: BTreeSet<&String> =
                users.iter().flat_map(|index| &own[*index]).map(|variable| &variable.0).collect();
            let Some(shared) = self.shared.get(&path) else { continue };
            let (variables, name) = (shared.variables.clone(), shared.name.clone());
            let (mut plain, mut secret, mut rest) = (Vec::new(), Vec::new(), Vec::new());
            for variable in variables {
                let Some(value) = &variable.1 else { continue };
                let pieces = self.net.rewrite(&variable.0, value, &known, &mut Reached::default());
                let has = |secret: fn(&Out) -> bool| pieces.iter().any(secret);
                let composed = pieces.len() > 1 || has(|piece| matches!(piece, Out::Reference(_)));
                let is_secret = self.needs_secret(&pieces);
                if overridden.contains(&variable.0) || (is_secret && composed) {
                    rest.push(variable);
                } else if let [Out::Secret(_, value)] = &pieces[..] {
                    match value.as_ref().and_then(|value| self.secrets.known(value)) {
                        Some(_) => rest.push(variable),
                        None => {
                            let reference = format!("secrets.{name}.{}", variable.0);
                            value.iter().for_each(|value| self.secrets.note(value, &reference));
                            secret.push(Item::raw(&variable.0, "{}"));
                        }
                    }
                } else {
                    let (text, _) = self.value("", &pieces, false);
                    plain.push(Item::text(&variable.0, text));
                }
            }
            if let Some(shared) = self.shared.get_mut(&path) {
                (shared.plain, shared.secret, shared.own) = (plain, secret, rest);
            }
        }
    }

    fn needs_secret(&self, pieces: &[Out]) -> bool {
        pieces.iter().any(|piece| match piece {
            Out::Text(_) => false,
            Out::Secret(..) => true,
            Out::Reference(text) => {
                !text.starts_with("apps.")
                    && (text.ends_with(".password") || text.ends_with(".url") || text.contains(".url/"))
            }
        })
    }

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
            self.loader.notes.left(at, format!("{}.ports", app.service.name), why);
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

    fn variables(&mut self, index: usize, app: &App, own: &[Variable]) -> (Vec<Item>, Vec<String>) {
        let mut all: Vec<Variable> = Vec::new();
        let mut from = Vec::new();
        for file in app.service.env_files(self.loader) {
            match self.shared.get(&file.path) {
                Some(shared) => {
                    from.extend((!shared.plain.is_empty()).then(|| format!("configs.{}", shared.name)));
                    from.extend((!shared.secret.is_empty()).then(|| format!("secrets.{}", shared.name)));
                    all.extend(shared.own.clone());
                }
                None => all.extend(service::read(self.loader, &file, &app.service.name).unwrap_or_default()),
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
        let known = self.reached[index].stores.clone();
        let mut reached = Reached::default();
        let mut items = Vec::new();
        let mut has_password = BTreeSet::new();
        for (key, value, at) in last {
            let Some(value) = value else { continue };
            let pieces = self.net.rewrite(&key, &value, &known, &mut reached);
            for odd in std::mem::take(&mut reached.odd) {
                self.loader.notes.decide(at, format!("{}.environment.{key}", app.service.name), odd);
            }
            for piece in &pieces {
                if let Out::Reference(text) = piece
                    && (text.ends_with(".password") || text.ends_with(".url") || text.contains(".url/"))
                {
                    has_password.insert(text.rsplit_once('.').map_or(String::new(), |(store, _)| store.to_owned()));
                }
            }
            let (text, _) = self.value(&app.service.name, &pieces, true);
            items.push(Item::text(&key, text));
        }
        self.passwords(index, app, &has_password);
        (items, from)
    }

    /// A client that knows a database's host and not its password: kgen's always has one.
    fn passwords(&mut self, index: usize, app: &App, known: &BTreeSet<String>) {
        for store in self.reached[index].stores.iter().map(|index| &self.net.stores[*index]) {
            let id = format!("{}.{}", store.engine.section(), store.name);
            if store.has_password() && !known.contains(&id) {
                let why = format!(
                    "no variable here has the password of `{id}`: where the app reads it from elsewhere, give it `${{{id}.password}}` or `${{{id}.url}}`"
                );
                self.loader.notes.decide(app.service.at, app.service.name.clone(), why);
            }
        }
    }

    fn mounts(
        &mut self,
        loaded: &Loaded,
        index: usize,
        app: &App,
        volumes: &BTreeMap<String, usize>,
        head: &Head,
    ) -> (Vec<Item>, Vec<Item>) {
        let (mut files, mut claims) = (Vec::new(), Vec::new());
        let is_shared = |name: &String| volumes.get(name).is_some_and(|users| *users > 1);
        let of =
            |name: &String| app.mounts.iter().filter(|(_, fate)| matches!(fate, Fate::Claim(of) if of == name)).count();
        let is_twice = |name: &String| of(name) > 1;
        for (mount, fate) in &app.mounts {
            let read_only = if mount.read_only { ", readOnly: true" } else { "" };
            match fate {
                Fate::Nothing => {}
                Fate::File(path) => {
                    let path = if head.folder.is_empty() { path.clone() } else { format!("{}/{path}", head.folder) };
                    files.push(Item::raw(&mount.target, format!("{{file: {}}}", text::inline(&path))));
                }
                Fate::Scratch(None) => {
                    claims.push(Item::raw(&mount.target, "{emptyDir: {}}").beside("without a name: gone with its pod"))
                }
                Fate::Scratch(Some(size)) => {
                    claims
                        .push(Item::raw(&mount.target, format!("{{emptyDir: {{medium: Memory, sizeLimit: {size}}}}}")));
                }
                Fate::Claim(name) if is_shared(name) || is_twice(name) => {
                    let claim = prefixed(head.project, name);
                    let first = self.first_claim(&claim);
                    let modes = if is_shared(name) { ", accessModes: [ReadWriteMany]" } else { "" };
                    let value = match first {
                        true => format!("{{size: 1Gi, claim: {claim}{modes}{read_only}}}"),
                        false => format!("{{claim: {claim}{read_only}}}"),
                    };
                    claims.push(Item::raw(&mount.target, value));
                    if first && is_shared(name) {
                        let why = format!(
                            "`{name}` is shared by several services: that needs a storage class that can be `ReadWriteMany`; add `storageClassName` to it"
                        );
                        self.loader.notes.decide(mount.at, format!("{}.volumes", app.service.name), why);
                    }
                }
                Fate::Claim(_) => claims.push(Item::raw(&mount.target, format!("{{size: 1Gi{read_only}}}"))),
            }
        }
        self.secret_files(loaded, index, app, &mut files);
        self.config_files(loaded, app, head, &mut files);
        (files, claims)
    }

    /// Whether a shared claim is mounted for the first time.
    fn first_claim(&mut self, claim: &str) -> bool {
        self.claims.insert(claim.to_owned())
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
            let of_store = self.reached[index].stores.iter().map(|index| &self.net.stores[*index]);
            let of_store = of_store
                .clone()
                .find(|store| store.password.as_ref().is_some_and(|password| *password.open() == file_mark(source)));
            let value = match of_store {
                Some(store) => format!("${{{}}}", store.output("password")),
                None => {
                    let key: String = source
                        .chars()
                        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
                        .collect();
                    format!("${{{}}}", self.secrets.reference(&key, None, &app.service.name))
                }
            };
            files.push(Item::text(&path, value));
        }
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
            let file = config.get("file").and_then(Tree::as_str).map(|file| super::load::join("", file));
            match (content, file) {
                (Some(text), _) if !text.contains(interpolate::OPEN) => {
                    files.push(Item::text(&path, container::literal(text)))
                }
                (_, Some(file))
                    if !file.starts_with('/') && matches!((self.loader.read)(&file), super::load::Found::Text(_)) =>
                {
                    let file = if head.folder.is_empty() { file } else { format!("{}/{file}", head.folder) };
                    files.push(Item::raw(&path, format!("{{file: {}}}", text::inline(&file))));
                }
                _ => {
                    let why = format!("`{source}`: its content is not in a file here; write it under `files`");
                    self.loader.notes.decide(item.from, format!("{}.configs", app.service.name), why);
                }
            }
        }
    }

    fn missing(&mut self, section: &str, name: &str, at: Span, app: &App) {
        use crate::diag::Diagnostic;
        let message =
            format!("`{}.{section}` names `{name}`, which is not under `{section}` at the top", app.service.name);
        self.loader.report.push(Diagnostic::error("compose-reference", message).at(at));
    }

    fn waits(&mut self, app: &App) -> Vec<String> {
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
                    self.loader.notes.left(at, format!("{}.depends_on", app.service.name), why);
                }
                None => {
                    let why = format!(
                        "`{name}` is a job, or not carried over: pods do not wait for it; where the app must not start before it, write its command under `initContainers` of the app"
                    );
                    self.loader.notes.decide(at, format!("{}.depends_on", app.service.name), why);
                }
            }
        }
        out
    }

    /// One decision for all of these apps, told where the first stands.
    fn ask(&mut self, key: &str, open: &[&App], why: impl FnOnce(String) -> String) {
        let Some(first) = open.first() else { return };
        let names: Vec<String> = open.iter().map(|app| format!("`{}`", app.name)).collect();
        self.loader.notes.decide(first.service.at, key, why(names.join(", ")));
    }

    /// Images whose user nobody has said.
    fn unnamed_users(&mut self, apps: &[App]) {
        let open: Vec<&App> = apps.iter().filter(|app| !app.service.map.contains_key("user")).collect();
        self.ask("user", &open, |names| {
            format!(
                "pods do not run as root: an image of {} whose user is root or a name needs `securityContext: {{runAsUser: 1000}}`, its number",
                names
            )
        });
    }

    /// Compose runs one container of each, staging and prod several.
    fn several(&mut self, apps: &[App]) {
        let open = apps
            .iter()
            .filter(|app| !app.is_job && !app.head.iter().any(|item| item.key == "replicas" || item.key == "workload"));
        let open: Vec<&App> = open.collect();
        self.ask("replicas", &open, |names| {
            format!("staging runs 2 and prod 3 pods of {}: write `replicas: 1` for what must be alone", names)
        });
    }

    /// In Compose's network every port is reached; in a cluster those of a Service.
    fn without_ports(&mut self, apps: &[App]) {
        let open: Vec<&App> = apps.iter().filter(|app| !app.is_job && app.ports.all.is_empty()).collect();
        self.ask("port", &open, |names| {
            format!("no port is named for {}, so nothing can connect: write `port: 8080` where something should", names)
        });
    }

    fn summary(&self, apps: usize, jobs: usize) -> String {
        let count = |engine: Engine| self.net.stores.iter().filter(|store| store.engine == engine).count();
        let keys = self.secrets.count() + self.shared.values().map(|shared| shared.secret.len()).sum::<usize>();
        let plural =
            |count: usize, noun: &str| if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") };
        let mut out = vec![plural(apps, "app")];
        out.extend((jobs > 0).then(|| plural(jobs, "job")));
        out.extend(
            [(Engine::Redis, "redis"), (Engine::Postgres, "postgres")]
                .into_iter()
                .filter(|(engine, _)| count(*engine) > 0)
                .map(|(engine, noun)| format!("{} {noun}", count(engine))),
        );
        out.extend((keys > 0).then(|| plural(keys, "secret value")));
        out.join(", ")
    }

    fn file(&self, apps: Vec<Item>, jobs: Vec<Item>, head: &Head) -> String {
        let from = head.from.rsplit('/').next().unwrap_or(head.from);
        let mut out = format!(
            "# yaml-language-server: $schema={}
# Made from {from} by `kgen init`, which printed what it could not carry over.
# `kgen check` reads it, `kgen render` writes deploy/, `kgen profile show prod` prints every value and where it comes from.
apiVersion: kgen.dev/v1
project: {}
namespace: {}
",
            head.schema, head.project, head.project
        );
        let store = |engine: Engine| -> Vec<Item> {
            let of = self.net.stores.iter().filter(|store| store.engine == engine);
            of.map(|store| Item::map(&*store.name, store.items.clone())).collect()
        };
        let configs: Vec<Item> = self
            .shared
            .values()
            .filter(|shared| !shared.plain.is_empty())
            .map(|shared| Item::map(&*shared.name, shared.plain.clone()))
            .collect();
        let mut secrets: Vec<Item> = self.secrets.item().into_iter().collect();
        secrets.extend(
            self.shared
                .values()
                .filter(|shared| !shared.secret.is_empty())
                .map(|shared| Item::map(&*shared.name, shared.secret.clone())),
        );
        let has_secrets = !secrets.is_empty() || self.net.stores.iter().any(|store| store.has_password());
        let sections = [
            ("apps", apps, None),
            ("jobs", jobs, None),
            ("redis", store(Engine::Redis), None),
            (
                "postgres",
                store(Engine::Postgres),
                Some("each app's role is no superuser; its password is made or delivered, never written here"),
            ),
            ("configs", configs, None),
            (
                "secrets",
                secrets,
                Some("names only: dev gets values that kgen makes up, staging and prod what the provider delivers"),
            ),
        ];
        for (key, mut items, comment) in sections {
            if items.is_empty() {
                continue;
            }
            out.push('\n');
            if key == "apps" || key == "jobs" {
                // A line between components, which are long.
                let mut text = String::new();
                for item in std::mem::take(&mut items) {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text::write(&[item], 2, &mut text);
                }
                out.push_str(&format!("{key}:\n{text}"));
                continue;
            }
            let section = Item::map(key, items);
            text::write(&[comment.map_or(section.clone(), |comment| section.beside(comment))], 0, &mut out);
        }
        out.push_str(&profiles(has_secrets));
        out
    }
}

/// `media` of `shop` is `shop-media`, `shop_media` too.
fn prefixed(project: &str, name: &str) -> String {
    let name = label(name).unwrap_or_else(|| "data".into());
    if name.starts_with(&format!("{project}-")) { name } else { format!("{project}-{name}") }
}

/// What stands for the content of a secret's file, so that a store and its client can be seen to have the same.
pub fn file_mark(source: &str) -> String {
    format!("{}file {source}{}", interpolate::OPEN, interpolate::CLOSE)
}

fn profiles(has_secrets: bool) -> String {
    let provider = match has_secrets {
        true => {
            "
    secretProvider: existing # by hand or by another tool; or {sealed: ...}, {sops: {}}, {external: {store: NAME}}"
        }
        false => " {}",
    };
    let prod = if has_secrets { "\n    secretProvider: existing" } else { " {}" };
    format!(
        "
# What differs; the presets of these names decide the rest: replicas, memory, storage, spread.
profiles:
  dev: {{}}
  staging:{provider}
  prod:{prod}
"
    )
}
