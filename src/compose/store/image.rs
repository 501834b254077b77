//! Images of stores.
//!
//! Owns: which images are a Redis or a PostgreSQL, and which image the component gets.

use super::super::context::{Context, Engine};
use super::super::service::Service;
use super::super::text::Item;
use super::Store;
use crate::format::{self, server};

/// What an image is.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    Store(Engine),
    /// Of Bitnami: another layout, whose tags are removed.
    Bitnami(Engine),
    /// PostgreSQL with an extension.
    Extended(&'static str),
    /// Speaks like one, and is run in another way.
    Alike(&'static str),
    Other,
}

const ALIKE_REDIS: &str =
    "speaks like Redis, but kgen's component was tried with Redis and Valkey only: it stays an app";

const ALIKE_POSTGRES: &str =
    "is a PostgreSQL with an entrypoint of its own, which kgen's component was not tried with: it stays an app";

pub fn kind(image: &str) -> Kind {
    let Ok(image) = format::image(image) else { return Kind::Other };
    let name = image.name.strip_prefix("library/").unwrap_or(image.name);
    let name = name.strip_prefix("docker/library/").unwrap_or(name);
    match name {
        "redis" | "valkey/valkey" => Kind::Store(Engine::Redis),
        "postgres" => Kind::Store(Engine::Postgres),
        "bitnami/redis" | "bitnamilegacy/redis" | "bitnami/valkey" | "bitnamilegacy/valkey" => {
            Kind::Bitnami(Engine::Redis)
        }
        "bitnami/postgresql" | "bitnamilegacy/postgresql" => Kind::Bitnami(Engine::Postgres),
        "pgvector/pgvector" | "ankane/pgvector" => Kind::Extended("vector"),
        "postgis/postgis" | "imresamu/postgis" => Kind::Extended("postgis"),
        "timescale/timescaledb" => Kind::Extended("timescaledb"),
        "immich-app/postgres" | "tensorchord/vchord-postgres" => Kind::Extended("vchord"),
        "tensorchord/pgvecto-rs" => Kind::Extended("vectors"),
        _ if name.ends_with("/keydb") || name.ends_with("/dragonfly") || name.starts_with("redis/redis-stack") => {
            Kind::Alike(ALIKE_REDIS)
        }
        "timescale/timescaledb-ha" | "supabase/postgres" | "citusdata/citus" | "spilo" => Kind::Alike(ALIKE_POSTGRES),
        _ => Kind::Other,
    }
}

/// The image as it is, where it says its version and kgen knows how it is run.
pub fn image(cx: &mut Context, service: &Service, engine: Engine, text: &str, store: &mut Store) {
    let subject = format!("{}.image", service.name);
    let at = service.value_at("image");
    let Ok(read) = format::image(text) else { return };
    let tag = read.tag.unwrap_or_default();
    let major = server::postgres(text).major;
    let default = if engine == Engine::Redis { "valkey/valkey:9.1-alpine" } else { "postgres:18-trixie" };
    match kind(text) {
        Kind::Bitnami(_) => {
            let by = match (engine, major) {
                (Engine::Postgres, Some(major)) if (13..=18).contains(&major) => format!("postgres:{major}-trixie"),
                _ => default.to_owned(),
            };
            let why = format!(
                "Bitnami's images are laid out in another way, and their tags are going away: `{by}` takes its place, whose volume begins empty"
            );
            cx.notes.decide(at, subject, why);
            if by != default {
                store.items.push(Item::text("image", by));
            }
        }
        Kind::Extended(extension) => extended(cx, service, text, extension, store),
        _ if !tag.contains(|c: char| c.is_ascii_digit()) && read.digest.is_none() => {
            let why = format!(
                "no version: kgen's default `{default}` takes its place; write the version that your data is of"
            );
            cx.notes.decide(at, subject, why);
        }
        _ => store.items.push(Item::text("image", text)),
    }
}

/// An image with an extension, whose tag must say the major version of PostgreSQL.
fn extended(cx: &mut Context, service: &Service, text: &str, extension: &str, store: &mut Store) {
    let at = service.value_at("image");
    let subject = format!("{}.image", service.name);
    if server::postgres(text).major.is_none() {
        let why =
            "its tag does not say the major version of PostgreSQL: write `image`, and `major` where no tag says it";
        cx.notes.decide(at, subject, why);
        return;
    }
    store.items.push(Item::text("image", text));
    let why = format!(
        "the app's role is no superuser, so `CREATE EXTENSION {extension}` may fail for it: a new database takes `initSql: \"RESET ROLE; CREATE EXTENSION {extension};\"`; for one that is there run it once, `kubectl exec -it {}-0 -c postgres -- psql -U postgres -d DATABASE` asks for the key `superuser-password` of the Secret `{}`",
        store.name, store.name
    );
    cx.notes.decide(at, subject, why);
}
