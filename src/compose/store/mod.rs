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

use super::context::{Context, Engine};
use super::interpolate;
use super::service::Service;
use super::text::Item;
use super::volume::Mount;
use crate::secret::Secret;
use crate::source::Span;

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

pub fn store(cx: &mut Context, service: &Service, engine: Engine, name: String) -> Store {
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
        image::image(cx, service, engine, &image, &mut store);
    }
    match engine {
        Engine::Redis => redis::redis(cx, service, &mut store),
        Engine::Postgres => postgres::postgres(cx, service, &mut store),
    }
    store
}

/// A variable that no component needs. Of a file that other services read too nothing is said.
fn unused(cx: &mut Context, service: &Service, key: &str, at: Span) {
    if at.file == service.value_at("environment").file {
        let why = "the server's image has no use for it, or kgen sets it up itself";
        cx.notes.left(at, format!("{}.environment.{}", service.name, interpolate::shown(key)), why);
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is mounted into a store, but for its data.
fn mounts_left(cx: &mut Context, service: &Service, mounts: &[Mount], data: &[&str], config: &str) {
    for mount in mounts.iter().filter(|mount| !data.iter().any(|folder| is_below(&mount.target, folder))) {
        let is_config = mount.target.rsplit('/').next().is_some_and(|name| name.contains(".conf"));
        let why = match is_config {
            true => format!("`{}`: write {config} under `config`", mount.target),
            false => format!("`{}`: the component mounts its data, and nothing else", mount.target),
        };
        cx.notes.left(mount.at, format!("{}.volumes", service.name), why);
    }
}
