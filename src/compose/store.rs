//! Services that are a Redis or a PostgreSQL: components of kgen's own.
//!
//! Owns: which images are such servers, and what of a service kgen's component has a word for.
//! Does not own: who uses them (`wiring.rs`).

use super::load::Loader;
use super::service::{Service, resources};
use super::text::{Item, Value};
use super::volume::{self, Mount};
use super::{container, interpolate, units, words};
use crate::format;
use crate::secret::Secret;
use crate::source::Span;
use crate::tree::Tree;

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
        self::image(loader, service, engine, &image, &mut store);
    }
    match engine {
        Engine::Redis => redis(loader, service, &mut store),
        Engine::Postgres => postgres(loader, service, &mut store),
    }
    store
}

/// The image as it is, where it says its version and kgen knows how it is run.
fn image(loader: &mut Loader, service: &Service, engine: Engine, text: &str, store: &mut Store) {
    let subject = format!("{}.image", service.name);
    let at = service.value_at("image");
    let Ok(read) = format::image(text) else { return };
    let tag = read.tag.unwrap_or_default();
    let major = || {
        tag.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty()).and_then(|word| word.parse::<u32>().ok())
    };
    let default = if engine == Engine::Redis { "valkey/valkey:9.1-alpine" } else { "postgres:18-trixie" };
    match kind(text) {
        Kind::Bitnami(_) => {
            let by = match (engine, major()) {
                (Engine::Postgres, Some(major)) if (13..=18).contains(&major) => format!("postgres:{major}-trixie"),
                _ => default.to_owned(),
            };
            let why = format!(
                "Bitnami's images are laid out in another way, and their tags are going away: `{by}` takes its place, whose volume begins empty"
            );
            loader.notes.decide(at, subject, why);
            if by != default {
                store.items.push(Item::text("image", by));
            }
        }
        Kind::Extended(extension) => extended(loader, service, text, tag, extension, store),
        _ if !tag.contains(|c: char| c.is_ascii_digit()) && read.digest.is_none() => {
            let why = format!(
                "no version: kgen's default `{default}` takes its place; write the version that your data is of"
            );
            loader.notes.decide(at, subject, why);
        }
        _ => store.items.push(Item::text("image", text)),
    }
}

/// An image with an extension, whose tag kgen must be able to read the major version from.
fn extended(loader: &mut Loader, service: &Service, text: &str, tag: &str, extension: &str, store: &mut Store) {
    let at = service.value_at("image");
    let subject = format!("{}.image", service.name);
    // `0.8.0-pg17` begins with the extension's version.
    let numbers = |text: &str| text.split(|c: char| !c.is_ascii_digit()).find_map(|word| word.parse::<u32>().ok());
    let fits = |number: &u32| (9..100).contains(number);
    let first = numbers(tag).filter(fits);
    let behind = tag.split("pg").skip(1).filter_map(numbers).find(fits);
    let major = first.or(behind);
    let name = text.split(['@']).next().unwrap_or(text);
    let name = name.strip_suffix(&format!(":{tag}")).unwrap_or(name);
    let Some(major) = major else {
        loader.notes.decide(
            at,
            subject,
            "its tag does not say the major version of PostgreSQL: write an `image` whose tag does",
        );
        return;
    };
    let image = match extension {
        _ if numbers(tag) == Some(major) => text.to_owned(),
        "vector" => format!("{name}:pg{major}"),
        _ => format!("{name}:latest-pg{major}"),
    };
    store.items.push(Item::text("image", &image));
    if image != text {
        loader.notes.decide(
            at,
            &subject,
            format!("written as `{image}`: kgen reads the major version from the first number of the tag"),
        );
    }
    if extension == "timescaledb" {
        let user = Item::raw("securityContext", "{runAsUser: 70, runAsGroup: 70, fsGroup: 70}");
        store.items.push(user.beside("the image is Alpine's, whose user is 70"));
    }
    let why = format!(
        "the app's role is no superuser, so `CREATE EXTENSION {extension}` may fail for it: run it once, `kubectl exec -it {}-0 -c postgres -- psql -U postgres -d DATABASE` asks for the key `superuser-password` of the Secret `{}`",
        store.name, store.name
    );
    loader.notes.decide(at, subject, why);
}

fn redis(loader: &mut Loader, service: &Service, store: &mut Store) {
    let mut persistence: Vec<Item> = Vec::new();
    let mut is_cache = false;
    let mut saves = Vec::new();
    let mut saves_nothing = false;
    let mut max = None;
    let mut config = Vec::new();
    for (name, values) in options(loader, service) {
        let value = values.join(" ");
        let at = service.value_at("command");
        let subject = format!("{}.command", service.name);
        match name.as_str() {
            "requirepass" => store.password = Some(Secret::new(value)),
            "appendonly" if value == "yes" => persistence.push(Item::text("aof", "everysec")),
            "appendonly" => {}
            "appendfsync" if ["always", "everysec"].contains(&&*value) => {
                persistence.retain(|item| item.key != "aof");
                persistence.push(Item::text("aof", value));
            }
            "save" if value.trim().is_empty() => saves_nothing = true,
            "save" => saves.push(value),
            "maxmemory" => max = units::memory(&value).map(|(bytes, _)| (bytes, value)),
            "maxmemory-policy" => {
                is_cache = value.starts_with("allkeys");
                store.items.push(Item::text("evictionPolicy", value));
            }
            "port" | "bind" | "protected-mode" | "dir" | "daemonize" | "supervised" | "masterauth" | "dbfilename"
            | "appendfilename" => {
                loader.notes.left(at, subject, format!("`{name}`: kgen sets it"));
            }
            "loglevel" | "databases" | "timeout" | "tcp-keepalive" | "hz" | "notify-keyspace-events" | "io-threads" => {
                config.push(Item::text(&name, value));
            }
            "" => {
                let why = "a configuration file: write its directives under `config`";
                loader.notes.decide(at, subject, why);
            }
            _ => loader.notes.left(at, subject, format!("`{name}`: write it under `config` if it is needed")),
        }
    }
    for (key, value, at) in service.environment(loader) {
        match (key.as_str(), value) {
            ("REDIS_PASSWORD" | "VALKEY_PASSWORD", Some(value)) if !value.is_empty() => {
                store.password = Some(Secret::new(value))
            }
            ("REDIS_PASSWORD" | "VALKEY_PASSWORD" | "ALLOW_EMPTY_PASSWORD", _) => {}
            _ => unused(loader, service, &key, at),
        }
    }
    let mounts = volume::mounts(loader, service);
    let keeps = mounts.iter().any(|mount| is_below(&mount.target, "/data") || is_below(&mount.target, "/bitnami"));
    mounts_left(loader, service, &mounts, &["/data", "/bitnami"], "its directives");
    if !saves.is_empty() && !persistence.iter().any(|item| item.key == "aof") {
        persistence.push(Item::raw("aof", "\"no\""));
    }
    if !saves.is_empty() {
        persistence.push(Item::new("snapshots", Value::List(saves)));
    }
    // Unasked kgen's component keeps what it has.
    let keeps = keeps || !persistence.is_empty() || !(is_cache || saves_nothing);
    if !keeps {
        store.items.push(Item::text("persistence", "none").beside("the compose file keeps nothing"));
        if !is_cache {
            store.items.push(Item::text("evictionPolicy", "noeviction"));
        }
    } else if !persistence.is_empty() {
        store.items.push(Item::map("persistence", persistence));
    }
    memory(loader, service, store, max, keeps);
    if !config.is_empty() {
        store.items.push(Item::map("config", config));
    }
}

/// A variable that no component needs. Of a file that other services read too nothing is said.
fn unused(loader: &mut Loader, service: &Service, key: &str, at: Span) {
    if at.file == service.value_at("environment").file {
        let why = "the server's image has no use for it, or kgen sets it up itself";
        loader.notes.left(at, format!("{}.environment.{key}", service.name), why);
    }
}

/// `maxmemory` follows from the memory limit, so the limit is what is written.
fn memory(loader: &mut Loader, service: &Service, store: &mut Store, max: Option<(u64, String)>, keeps: bool) {
    let share = if keeps { 45 } else { 75 };
    let own = resources(loader, service, true);
    if let Some((bytes, said)) = max {
        if own.is_some() {
            let why = format!("its memory follows from the `maxmemory` of {said}; more is written under `resources`");
            loader.notes.left(service.value_at("command"), format!("{}.deploy.resources", service.name), why);
        }
        let limit = (bytes * 100).div_ceil(share).div_ceil(1 << 20);
        let both = format!("{{requests: {{memory: {limit}Mi}}, limits: {{memory: {limit}Mi}}}}");
        store.items.push(Item::raw("resources", both).beside(format!("{share} % of it is the maxmemory of {said}")));
        let needed = (2 * bytes).div_ceil(1 << 30);
        if keeps && needed > 1 {
            match store.items.iter_mut().find(|item| item.key == "persistence") {
                Some(Item { value: Value::Map(items), .. }) => items.push(Item::text("size", format!("{needed}Gi"))),
                _ => store.items.push(Item::raw("persistence", format!("{{size: {needed}Gi}}"))),
            }
        }
    } else if let Some(item) = own {
        store.items.push(item);
    }
}

/// The options of `redis-server`, each with its values.
fn options(loader: &mut Loader, service: &Service) -> Vec<(String, Vec<String>)> {
    let Some(value) = service.map.get("command") else { return Vec::new() };
    let Some(mut all) = container::words(loader, &service.name, "command", value) else { return Vec::new() };
    // `sh -c "redis-server --requirepass $PASSWORD"`.
    if let [shell, "-c", text, ..] = &all.iter().map(String::as_str).collect::<Vec<_>>()[..]
        && shell.ends_with("sh")
    {
        let text = text.trim_start_matches("exec ");
        all = words::split(text).unwrap_or_default();
    }
    let server = |word: &str| word.ends_with("redis-server") || word.ends_with("valkey-server");
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for word in all.into_iter().skip_while(|word| server(word)) {
        match word.strip_prefix("--") {
            Some(name) => match name.split_once('=') {
                Some((name, value)) => out.push((name.to_lowercase(), vec![value.to_owned()])),
                None => out.push((name.to_lowercase(), Vec::new())),
            },
            None => match out.last_mut() {
                Some((_, values)) => values.push(word),
                None => out.push((String::new(), vec![word])),
            },
        }
    }
    out
}

fn postgres(loader: &mut Loader, service: &Service, store: &mut Store) {
    let (mut user, mut database) = (None, None);
    for (key, value, at) in service.environment(loader) {
        match (key.as_str(), value) {
            ("POSTGRES_USER" | "POSTGRESQL_USERNAME", Some(value)) => user = Some((value, at)),
            ("POSTGRES_DB" | "POSTGRESQL_DATABASE", Some(value)) => database = Some((value, at)),
            ("POSTGRES_PASSWORD" | "POSTGRESQL_PASSWORD", Some(value)) => store.password = Some(Secret::new(value)),
            ("POSTGRES_PASSWORD_FILE" | "POSTGRESQL_PASSWORD_FILE", Some(path)) => {
                let name = path.strip_prefix("/run/secrets/").unwrap_or(&path);
                store.password = Some(Secret::new(super::project::file_mark(name)));
            }
            ("POSTGRES_USER" | "POSTGRES_DB" | "POSTGRES_PASSWORD" | "PGDATA" | "POSTGRES_HOST_AUTH_METHOD", _) => {}
            _ => unused(loader, service, &key, at),
        }
    }
    // The image's own defaults.
    let said_user = user.as_ref().map_or("postgres", |(user, _)| user.as_str()).to_owned();
    let said_database = database.as_ref().map_or(said_user.as_str(), |(name, _)| name.as_str()).to_owned();
    for (key, said, entry) in [("database", &said_database, &database), ("user", &said_user, &user)] {
        let taken = ["postgres", "template0", "template1", "public", "none"].contains(&said.as_str())
            || said.starts_with("pg_");
        let fits = !said.is_empty()
            && said.len() < 64
            && said.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && !said.contains(interpolate::OPEN);
        if !taken && fits && said != "app" {
            store.items.push(Item::text(key, said));
        } else if said != "app" {
            let at = entry.as_ref().map_or(store.at, |(_, at)| *at);
            let what = if key == "user" { "role, which is no superuser," } else { "database" };
            loader.notes.left(
                at,
                format!("{}.{key}", service.name),
                format!("the app gets a {what} of its own: `app`; variables that name it follow"),
            );
        }
    }
    (store.user, store.database) = (Some(said_user), Some(said_database));
    parameters(loader, service, store);
    let mounts = volume::mounts(loader, service);
    init_sql(loader, service, &mounts, store);
    let data = ["/var/lib/postgresql", "/bitnami", SCRIPTS];
    mounts_left(loader, service, &mounts, &data, "its parameters");
    secrets_left(loader, service, store);
    if let Some(item) = resources(loader, service, true) {
        store.items.push(item);
    }
}

/// What kgen sets itself.
const MANAGED: &str = "listen_addresses port data_directory config_file hba_file ident_file unix_socket_directories shared_preload_libraries password_encryption";

/// `postgres -c max_connections=200`.
fn parameters(loader: &mut Loader, service: &Service, store: &mut Store) {
    let Some(value) = service.map.get("command") else { return };
    let Some(all) = container::words(loader, &service.name, "command", value) else { return };
    let mut items = Vec::new();
    let mut left = false;
    let mut words = all.iter().map(String::as_str).filter(|word| *word != "postgres");
    while let Some(word) = words.next() {
        let pair = match word {
            "-c" => words.next(),
            _ => word.strip_prefix("-c").or_else(|| word.strip_prefix("--")),
        };
        match pair.and_then(|pair| pair.split_once('=')) {
            Some((name, _))
                if MANAGED.split(' ').any(|managed| managed == name) && name != "shared_preload_libraries" =>
            {
                left = true
            }
            Some((name, value)) => {
                items.push(Item::text(&name.replace('-', "_"), container::literal(value.trim_matches('\''))))
            }
            None => left = true,
        }
    }
    if !items.is_empty() {
        store.items.push(Item::map("config", items));
    }
    if left {
        loader.notes.left(
            value.from,
            format!("{}.command", service.name),
            "of it only parameters (`-c name=value`) that kgen does not set itself are carried over",
        );
    }
}

/// The one script that runs when the data directory is made.
fn init_sql(loader: &mut Loader, service: &Service, mounts: &[Mount], store: &mut Store) {
    let scripts = mounts.iter().filter(|mount| is_below(&mount.target, SCRIPTS));
    let mut taken = false;
    for mount in scripts {
        let subject = format!("{}.volumes", service.name);
        match &mount.file {
            Some(path) if path.ends_with(".sql") && !taken => {
                taken = true;
                store.items.push(
                    Item::raw("initSql", format!("{{file: {}}}", super::text::inline(path)))
                        .beside("runs once, as the app's role, which is no superuser"),
                );
            }
            _ => {
                let why = format!(
                    "`{}`: one file of SQL can be `initSql: {{file: ...}}`; put them together, without what needs a superuser or a shell",
                    mount.target
                );
                loader.notes.decide(mount.at, subject, why);
            }
        }
    }
}

/// What the image runs when the data directory is made.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

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

/// Secrets of Compose that are not the password.
fn secrets_left(loader: &mut Loader, service: &Service, store: &Store) {
    let list = service.map.get("secrets").and_then(Tree::as_list).unwrap_or_default();
    for item in list {
        let Some(source) = item.as_str().or_else(|| item.get("source")?.as_str()) else { continue };
        if store.password.as_ref().is_none_or(|password| *password.open() != super::project::file_mark(source)) {
            let why = format!("`{source}` is not its password, and the component mounts no other secret");
            loader.notes.left(item.from, format!("{}.secrets", service.name), why);
        }
    }
}
