//! Services that are a Redis or a PostgreSQL: components of kgen's own.
//!
//! Owns: what a store is, and what both kinds have in common.
//! Does not own: which images are such servers (`image`), what a component has a word for (`redis`, `postgres`), who uses
//! them (`wiring`).

mod image;
mod postgres;
mod redis;

pub use image::{Kind, kind};
pub use postgres::is_free;

use super::interpolate;
use super::load::Loader;
use super::service::Service;
use super::text::Item;
use super::volume::Mount;
use crate::secret::Secret;
use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Redis,
    Postgres,
}

impl Engine {
    pub fn port(self) -> u16 {
        if self == Engine::Redis { 6379 } else { 5432 }
    }

    pub fn section(self) -> &'static str {
        if self == Engine::Redis { "redis" } else { "postgres" }
    }

    /// Whether the words of a variable's name speak of it.
    pub fn is_named_by(self, words: &[String]) -> bool {
        let own = match self {
            Engine::Redis => "redis valkey cache broker queue celery",
            Engine::Postgres => {
                "postgres postgresql pg db database sql jdbc datasource pgpassword pguser pghost pgport pgdatabase"
            }
        };
        words.iter().any(|word| own.split(' ').any(|known| known == word))
    }
}

#[derive(Clone, Debug)]
pub struct Store {
    pub engine: Engine,
    /// The component's.
    pub name: String,
    pub service: String,
    pub at: Span,
    pub items: Vec<Item>,
    /// As the compose file has them, to know them again in the variables of others.
    pub user: Option<String>,
    pub database: Option<String>,
    pub password: Option<Secret<String>>,
    /// Whether kgen's has one. A Redis whose clients are not told a password has none.
    pub open: bool,
}

impl Store {
    pub fn output(&self, output: &str) -> String {
        format!("{}.{}.{output}", self.engine.section(), self.name)
    }

    pub fn has_password(&self) -> bool {
        !self.open
    }
}

pub fn store(loader: &mut Loader, service: &Service, engine: Engine, name: String) -> Store {
    let mut store = Store {
        engine,
        name,
        service: service.name.clone(),
        at: service.at,
        items: Vec::new(),
        user: None,
        database: None,
        password: None,
        open: false,
    };
    if let Some(image) = service.text("image") {
        image::image(loader, service, engine, &image, &mut store);
    }
    match engine {
        Engine::Redis => redis::redis(loader, service, &mut store),
        Engine::Postgres => postgres::postgres(loader, service, &mut store),
    }
    store
}

/// A variable that no component needs. Of a file that other services read too nothing is said.
fn unused(loader: &mut Loader, service: &Service, key: &str, at: Span) {
    if at.file == service.value_at("environment").file {
        let why = "the server's image has no use for it, or kgen sets it up itself";
        loader.notes.left(at, format!("{}.environment.{}", service.name, interpolate::shown(key)), why);
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is mounted into a store, but for its data.
fn mounts_left(loader: &mut Loader, service: &Service, mounts: &[Mount], data: &[&str], config: &str) {
    for mount in mounts.iter().filter(|mount| !data.iter().any(|folder| is_below(&mount.target, folder))) {
        let is_config = mount.target.rsplit('/').next().is_some_and(|name| name.contains(".conf"));
        let why = match is_config {
            true => format!("`{}`: write {config} under `config`", mount.target),
            false => format!("`{}`: the component mounts its data, and nothing else", mount.target),
        };
        loader.notes.left(mount.at, format!("{}.volumes", service.name), why);
    }
}
