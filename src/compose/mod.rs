//! A Compose file to a project file: what Compose and kgen both have words for, and a list of the rest.
//!
//! ```text
//! compose.yaml ──load──▶ services ──service, app, store──▶ components ──wiring──▶ references ──project──▶ kgen.yaml + notes
//!               (.env, include, extends, ${VAR})
//! ```
//!
//! Owns: the order of these steps. Nothing is dropped in silence: what is not carried over is a note with its place, the
//! reason and the way out. No value of a secret is in the text or in a note.
//! Does not own: reading and writing files (`commands/init`), the language that it writes (`project`).
//! Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md

mod app;
mod container;
pub mod context;
mod interpolate;
mod keys;
pub mod load;
pub mod note;
mod ports;
mod probe;
mod project;
mod secrets;
mod service;
mod store;
mod text;
mod units;
mod volume;
mod wiring;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Report};
use crate::leak;
use crate::secret::Secret;
use crate::source::{FileId, Sources, Span};
use crate::tree::{Map, Tree};
use app::App;
use context::{Context, Engine, Read};
use load::Loaded;
use note::{Note, Notes};
use service::Service;
use store::Store;

crate::declare! {
    /// a Compose file without services
    ///
    /// `kgen init --from` reads a Compose file, and what runs in it stands under `services`. Files of version 1 had the
    ///   services at the top.
    /// Fix: put `services:` above them.
    COMPOSE_NO_SERVICES = "compose-no-services", Error;

    /// a value of another type than Compose takes
    ///
    /// A key of a Compose file has a list where a map belongs, or the like. Compose refuses it too.
    /// Fix: write what the message expects.
    /// Before: `ports: 8080`. After: `ports: ["8080:8080"]`.
    COMPOSE_TYPE = "compose-type", Error;

    /// a value that Compose cannot read
    ///
    /// A port, a size, a length of time or a command of a Compose file that cannot be read. Compose refuses it too.
    /// Fix: write it as the message says. `docker compose config` shows what Compose makes of the file.
    COMPOSE_VALUE = "compose-value", Error;

    /// a `$` that begins no variable
    ///
    /// In a Compose file a `$` begins a variable, and this one does not.
    /// Fix: write `$$` for a `$` that is meant as such; in a `.env` file, put the value into single quotes.
    /// Before: `test: echo $(date)`. After: `test: echo $$(date)`.
    COMPOSE_VARIABLE = "compose-variable", Error;

    /// a file of variables that cannot be read
    ///
    /// A `.env` file has a line that is no `NAME=value`. What stands in it is not shown: it may be a secret.
    /// Fix: correct the line; a quote that opens must close, and comments begin with `#`.
    COMPOSE_ENV_FILE = "compose-env-file", Error;

    /// a Compose file names what is not there
    ///
    /// A Compose file includes or extends a file that is not there, or names a service, secret or config that no file
    ///   has.
    /// Fix: correct the name. Paths begin at the folder of the file that names them.
    COMPOSE_REFERENCE = "compose-reference", Error;

    /// Compose files or services lead back to themselves
    ///
    /// A Compose file includes a file that includes it, or a service extends one that extends it.
    /// Fix: remove one of the `include` or `extends`.
    COMPOSE_CYCLE = "compose-cycle", Error;

    /// a service's name that no object can have
    ///
    /// A component of kgen has the service's name, in lower-case letters, digits and `-`. This one has none that would
    ///   be left, or the same as another's.
    /// Fix: rename the service in the Compose file.
    COMPOSE_NAME = "compose-name", Error;
}

/// A project file that was made from a Compose file.
pub struct Converted {
    pub text: String,
    pub notes: Vec<Note>,
    /// `2 apps, 1 redis`.
    pub summary: String,
}

/// What the command knows.
pub struct Asked<'a> {
    pub read: Read<'a>,
    /// The project's name, where the Compose file has none; a DNS label.
    pub project: String,
    /// A name that was asked for, which the Compose file's does not replace.
    pub name: Option<String>,
    /// The first line of the file, and what it was made from.
    pub schema: &'a str,
    /// The folder of the Compose file as the project file sees it, empty where they are the same.
    pub folder: String,
}

pub fn convert(sources: &mut Sources, file: FileId, asked: &Asked) -> Result<Converted, Report> {
    let path = sources.get(file).path.clone();
    let mut cx = Context {
        sources,
        read: asked.read,
        variables: interpolate::Variables::default(),
        notes: Notes::default(),
        report: Report::new(),
    };
    let loaded = cx.load(file);
    if cx.report.has_errors() {
        return Err(cx.report);
    }
    let said = loaded.name.as_deref().and_then(label);
    let project = asked.name.clone().or(said).unwrap_or_else(|| asked.project.clone());
    let mut parts = components(&mut cx, &loaded, &project);
    let head = project::Head { project: &project, schema: asked.schema, from: &path, folder: &asked.folder };
    let (text, summary) = project::write(&mut cx, &loaded, &mut parts, &head);
    if cx.report.has_errors() {
        return Err(cx.report);
    }
    let hidden = load::hidden(&cx.variables);
    let public = public(&loaded, &parts, &project);
    let is_public = |secret: &&Secret<String>| public.contains(secret.open());
    let hidden = hidden.into_values().chain(&parts.values).filter(|secret| !is_public(secret));
    let hidden: Vec<Secret<String>> = hidden.cloned().collect();
    let notes = cx.notes.sorted().into_iter();
    let notes =
        notes.map(|note| Note { text: clean(&note.text, &hidden), subject: clean(&note.subject, &hidden), ..note });
    Ok(Converted { text: clean(&text, &hidden), notes: notes.collect(), summary })
}

/// Words that everybody reads in the file, which somebody may have taken for a password too: `paperless`, for all three of
/// a database's name, role and password.
fn public(loaded: &Loaded, parts: &Parts, project: &str) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = parts.names.iter().flat_map(|(name, of)| [name.clone(), of.clone()]).collect();
    out.insert(project.to_owned());
    out.extend(parts.public.iter().cloned());
    let images = loaded.services.iter().filter_map(|(_, service)| service.get("image")?.as_str());
    let words = images.flat_map(|image| image.split(['/', ':', '-', '.', '_']));
    out.extend(words.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())).map(str::to_owned));
    out
}

/// The last resort of what is written and said: what a mistake of kgen's would let through.
fn clean(text: &str, hidden: &[Secret<String>]) -> String {
    let mut out = leak::redacted(text);
    for secret in hidden.iter().map(Secret::open) {
        // A short or well-known one would blot out words that are none.
        if secret.len() >= 8 && !wiring::is_known(secret) && out.contains(secret.as_str()) {
            out = out.replace(secret.as_str(), "***");
        }
    }
    out
}

pub struct Parts {
    pub apps: Vec<App>,
    pub stores: Vec<Store>,
    /// Each name of the Compose file's network, and the component's.
    pub names: BTreeMap<String, String>,
    /// Literal values of secrets, for [`clean`].
    pub values: Vec<Secret<String>>,
    /// Names of databases and their roles, which [`clean`] leaves.
    pub public: Vec<String>,
}

fn components(cx: &mut Context, loaded: &Loaded, project: &str) -> Parts {
    let mut parts =
        Parts { apps: Vec::new(), stores: Vec::new(), names: BTreeMap::new(), values: Vec::new(), public: Vec::new() };
    let jobs = jobs(loaded);
    let shared = shared_volumes(loaded);
    let mut taken: Vec<String> = Vec::new();
    for (key, entry) in loaded.services.entries() {
        let Some(map) = entry.value.as_map() else {
            cx.report.push(context::wrong(&format!("services.{key}"), "a map", &entry.value));
            continue;
        };
        let service = Service { name: key.to_string(), at: entry.key_from, map: map.clone() };
        if let Some(profiles) =
            map.entry("profiles").filter(|entry| entry.value.as_list().is_some_and(|l| !l.is_empty()))
        {
            let why = "it runs only with one of its Compose profiles: remove `profiles` there and run this again, to carry it over";
            cx.notes.left(profiles.key_from, format!("{key}.profiles"), why);
            continue;
        }
        let Some(name) = label(key).filter(|name| !taken.contains(name)) else {
            let d = Diagnostic::new(
                COMPOSE_NAME,
                format!("the service `{key}` has a name that no object of Kubernetes can have, or the same as another"),
            );
            cx.report
                .push(d.at(entry.key_from).hint("rename it in the Compose file: lower-case letters, digits and `-`"));
            continue;
        };
        taken.push(name.clone());
        for alias in aliases(&service) {
            parts.names.insert(alias, name.clone());
        }
        for (other, alias) in links(&service) {
            parts.names.extend(label(&other).map(|other| (alias, other)));
        }
        let engine = engine(cx, &service);
        keys::tell(cx, "services.*", key, map, engine);
        match engine {
            Some(engine) => {
                let store = store::store(cx, &service, engine, name);
                parts.values.extend(store.password.clone().filter(|value| interpolate::marks(value.open()).is_empty()));
                parts.public.extend(store.user.clone().into_iter().chain(store.database.clone()));
                parts.stores.push(store);
            }
            None => {
                let is_job = jobs.contains(&key.to_string());
                parts.apps.push(app::app(cx, service, name, is_job, project, &shared));
            }
        }
    }
    parts
}

/// The named volumes that more than one service mounts.
fn shared_volumes(loaded: &Loaded) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, service) in loaded.services.iter().filter(|(_, service)| service.get("profiles").is_none()) {
        let names: BTreeSet<String> = volume::sources(service).collect();
        names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

/// What others wait for until it has done its work.
fn jobs(loaded: &Loaded) -> Vec<String> {
    let mut out = Vec::new();
    for (_, service) in loaded.services.iter() {
        for (name, how) in service.get("depends_on").and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
            if how.get("condition").and_then(Tree::as_str) == Some("service_completed_successfully") {
                out.push(name.to_string());
            }
        }
    }
    for (name, service) in loaded.services.iter() {
        if service.at(&["deploy", "mode"]).and_then(Tree::as_str).is_some_and(|mode| mode.ends_with("-job")) {
            out.push(name.to_string());
        }
    }
    out
}

/// Whether a service is a store.
fn engine(cx: &mut Context, service: &Service) -> Option<Engine> {
    let image = service.text("image").filter(|_| service.map.get("build").is_none_or(Tree::is_null))?;
    match store::kind(image.trim_end_matches(':')) {
        store::Kind::Store(engine) | store::Kind::Bitnami(engine) => Some(engine),
        store::Kind::Extended(_) => Some(Engine::Postgres),
        store::Kind::Alike(why) => {
            cx.notes.left(service.value_at("image"), format!("{}.image", service.name), why);
            None
        }
        store::Kind::Other => None,
    }
}

/// The names by which Compose's network knows a service.
fn aliases(service: &Service) -> Vec<String> {
    let mut out = vec![service.name.clone()];
    out.extend(["container_name", "hostname"].iter().filter_map(|key| service.text(key)));
    for (_, network) in service.map.get("networks").and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
        let names = network.get("aliases").and_then(Tree::as_list).unwrap_or_default();
        out.extend(names.iter().filter_map(Tree::as_str).map(str::to_owned));
    }
    out
}

/// Names that a service has for others: `links: [mariadb:mysql]`.
fn links(service: &Service) -> Vec<(String, String)> {
    let links = service.map.get("links").and_then(Tree::as_list).unwrap_or_default();
    let pairs = links.iter().filter_map(|link| link.as_str()?.split_once(':'));
    pairs.map(|(other, alias)| (other.to_owned(), alias.to_owned())).collect()
}

/// A name of Compose as a DNS label: `my_db` is `my-db`.
pub fn label(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let word: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let joined = word.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    // A Service's name begins with a letter, and suffixes need room.
    let name = joined.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let name = name[..name.len().min(40)].trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// Hides a whole file: what cannot be read may have a secret anywhere behind a `:` or `=`, and in a line without one.
pub fn mask_all(sources: &mut Sources, file: FileId) {
    let text = sources.get(file).text.clone();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let from = content.find([':', '=']).map_or(content.len() - content.trim_start().len(), |from| from + 1);
        if !content[from..].trim().is_empty() {
            sources.mask(Span { file, start: (at + from) as u32, end: (at + content.len()) as u32 });
        }
        at += line.len();
    }
}
