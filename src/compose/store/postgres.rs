//! A PostgreSQL: its database, role, parameters and the script that runs once.

use super::super::context::Context;
use super::super::service::{Service, resources};
use super::super::text::{self, Item};
use super::super::volume::{self, Mount};
use super::super::{container, project};
use super::{Store, is_below, mounts_left, unused};
use crate::secret::Secret;
use crate::source::Span;
use crate::tree::Tree;

pub fn postgres(cx: &mut Context, service: &Service, store: &mut Store) {
    names(cx, service, store);
    parameters(cx, service, store);
    let mounts = volume::mounts(cx, service);
    init_sql(cx, service, &mounts, store);
    let data = ["/var/lib/postgresql", "/bitnami", SCRIPTS];
    mounts_left(cx, service, &mounts, &data, "its parameters");
    secrets_left(cx, service, store);
    if let Some(item) = resources(cx, service, true) {
        store.items.push(item);
    }
}

/// Its database, its role and their password.
fn names(cx: &mut Context, service: &Service, store: &mut Store) {
    let (mut user, mut database) = (None, None);
    for (key, value, at) in service.environment(cx) {
        match (key.as_str(), value) {
            ("POSTGRES_USER" | "POSTGRESQL_USERNAME", Some(value)) => user = Some((value, at)),
            ("POSTGRES_DB" | "POSTGRESQL_DATABASE", Some(value)) => database = Some((value, at)),
            ("POSTGRES_PASSWORD" | "POSTGRESQL_PASSWORD", Some(value)) => store.password = Some(Secret::new(value)),
            ("POSTGRES_PASSWORD_FILE" | "POSTGRESQL_PASSWORD_FILE", Some(path)) => {
                let name = path.strip_prefix("/run/secrets/").unwrap_or(&path);
                store.password = Some(Secret::new(project::file_mark(name)));
            }
            ("POSTGRES_USER" | "POSTGRES_DB" | "POSTGRES_PASSWORD" | "PGDATA" | "POSTGRES_HOST_AUTH_METHOD", _) => {}
            _ => unused(cx, service, &key, at),
        }
    }
    // The image's own defaults.
    let said_user = user.as_ref().map_or("postgres", |(user, _)| user.as_str()).to_owned();
    let said_database = database.as_ref().map_or(said_user.as_str(), |(name, _)| name.as_str()).to_owned();
    let place = |said: Option<(String, Span)>| said.map_or(store.at, |(_, at)| at);
    let (user_at, database_at) = (place(user), place(database));
    name(cx, store, "database", &said_database, database_at);
    name(cx, store, "user", &said_user, user_at);
    (store.user, store.database) = (Some(said_user), Some(said_database));
}

/// Whether the component may make a database or role of this name.
pub fn is_free(name: &str) -> bool {
    let taken = ["postgres", "template0", "template1", "public", "none"].contains(&name) || name.starts_with("pg_");
    let is_word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    !taken && (1..64).contains(&name.len()) && is_word
}

/// A name as it is, where the component may have it.
fn name(cx: &mut Context, store: &mut Store, key: &str, said: &str, at: Span) {
    if said == "app" {
        return;
    }
    if is_free(said) {
        store.items.push(Item::text(key, said));
        return;
    }
    let what = if key == "user" { "role, which is no superuser," } else { "database" };
    let why = format!("the app gets a {what} of its own: `app`; variables that name it follow");
    cx.notes.left(at, format!("{}.{key}", store.service), why);
}

/// What kgen sets itself.
const MANAGED: &str = "listen_addresses port data_directory config_file hba_file ident_file unix_socket_directories shared_preload_libraries password_encryption";

/// `postgres -c max_connections=200`.
fn parameters(cx: &mut Context, service: &Service, store: &mut Store) {
    let Some(value) = service.map.get("command") else { return };
    let Some(all) = container::words(cx, &service.name, "command", value) else { return };
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
        cx.notes.left(
            value.from,
            format!("{}.command", service.name),
            "of it only parameters (`-c name=value`) that kgen does not set itself are carried over",
        );
    }
}

/// What the image runs when the data directory is made.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

/// The one script that runs when the data directory is made.
fn init_sql(cx: &mut Context, service: &Service, mounts: &[Mount], store: &mut Store) {
    let scripts = mounts.iter().filter(|mount| is_below(&mount.target, SCRIPTS));
    let mut taken = false;
    for mount in scripts {
        let subject = format!("{}.volumes", service.name);
        match &mount.file {
            Some(path) if path.ends_with(".sql") && !taken => {
                taken = true;
                store.items.push(
                    Item::raw("initSql", format!("{{file: {}}}", text::inline(path)))
                        .beside("runs once, as the app's role, which is no superuser"),
                );
            }
            _ => {
                let why = format!(
                    "`{}`: one file of SQL can be `initSql: {{file: ...}}`; put them together, without what needs a superuser or a shell",
                    mount.target
                );
                cx.notes.decide(mount.at, subject, why);
            }
        }
    }
}

/// Secrets of Compose that are not the password.
fn secrets_left(cx: &mut Context, service: &Service, store: &Store) {
    let list = service.map.get("secrets").and_then(Tree::as_list).unwrap_or_default();
    for item in list {
        let Some(source) = item.as_str().or_else(|| item.get("source")?.as_str()) else { continue };
        if store.password.as_ref().is_none_or(|password| *password.open() != project::file_mark(source)) {
            let why = format!("`{source}` is not its password, and the component mounts no other secret");
            cx.notes.left(item.from, format!("{}.secrets", service.name), why);
        }
    }
}
