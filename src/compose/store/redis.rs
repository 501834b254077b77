//! A Redis: the options of its server as the component's words.

use super::super::context::Context;
use super::super::service::{Service, resources};
use super::super::text::{Item, Value};
use super::super::volume::{self, Mount};
use super::super::{container, units, words};
use super::{Store, is_below, mounts_left, unused};
use crate::secret::Secret;

/// What the command says.
#[derive(Default)]
struct Said {
    /// When its log reaches the disk.
    aof: Option<String>,
    saves: Vec<String>,
    saves_nothing: bool,
    is_cache: bool,
    /// In bytes, and as it was written.
    max: Option<(u64, String)>,
    config: Vec<Item>,
}

pub fn redis(cx: &mut Context, service: &Service, store: &mut Store) {
    let mut said = said(cx, service, store);
    password(cx, service, store);
    let mounts = volume::mounts(cx, service);
    mounts_left(cx, service, &mounts, &["/data", "/bitnami"], "its directives");
    let mounts_data = |mount: &Mount| is_below(&mount.target, "/data") || is_below(&mount.target, "/bitnami");
    let keeps = persistence(store, &mut said, mounts.iter().any(mounts_data));
    memory(cx, service, store, said.max, keeps);
    if !said.config.is_empty() {
        store.items.push(Item::map("config", said.config));
    }
}

fn said(cx: &mut Context, service: &Service, store: &mut Store) -> Said {
    let mut out = Said::default();
    let at = service.value_at("command");
    let subject = format!("{}.command", service.name);
    for (name, values) in options(cx, service) {
        let value = values.join(" ");
        match name.as_str() {
            "requirepass" => store.password = Some(Secret::new(value)),
            "appendonly" if value == "yes" => drop(out.aof.get_or_insert("everysec".into())),
            "appendonly" => {}
            "appendfsync" if ["always", "everysec"].contains(&&*value) => out.aof = Some(value),
            "save" if value.trim().is_empty() => out.saves_nothing = true,
            "save" => out.saves.push(value),
            "maxmemory" if value == "0" => {}
            "maxmemory" => match units::memory(&value) {
                Some((bytes, _)) => out.max = Some((bytes, value)),
                None => cx.notes.decide(at, &subject, "`maxmemory` is no size: write `resources` that it follows from"),
            },
            "maxmemory-policy" => {
                out.is_cache = value.starts_with("allkeys");
                store.items.push(Item::text("evictionPolicy", value));
            }
            "" => cx.notes.decide(at, &subject, "a configuration file: write its directives under `config`"),
            _ if is_one_of(MANAGED, &name) => cx.notes.left(at, &subject, format!("`{name}`: kgen sets it")),
            _ if is_one_of(CARRIED, &name) => out.config.push(Item::text(&name, value)),
            _ => cx.notes.left(at, &subject, format!("`{name}`: write it under `config` if it is needed")),
        }
    }
    out
}

const MANAGED: &str = "port bind protected-mode dir daemonize supervised masterauth dbfilename appendfilename";
const CARRIED: &str = "loglevel databases timeout tcp-keepalive hz notify-keyspace-events io-threads";

fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

fn password(cx: &mut Context, service: &Service, store: &mut Store) {
    for (key, value, at) in service.environment(cx) {
        match (key.as_str(), value) {
            ("REDIS_PASSWORD" | "VALKEY_PASSWORD", Some(value)) if !value.is_empty() => {
                store.password = Some(Secret::new(value))
            }
            ("REDIS_PASSWORD" | "VALKEY_PASSWORD" | "ALLOW_EMPTY_PASSWORD", _) => {}
            _ => unused(cx, service, &key, at),
        }
    }
}

/// Whether the component keeps what it has, as it does unasked.
fn persistence(store: &mut Store, said: &mut Said, has_volume: bool) -> bool {
    let mut items: Vec<Item> = said.aof.take().map(|when| Item::text("aof", when)).into_iter().collect();
    if !said.saves.is_empty() {
        if items.is_empty() {
            items.push(Item::raw("aof", "\"no\""));
        }
        items.push(Item::new("snapshots", Value::List(std::mem::take(&mut said.saves))));
    }
    let keeps = has_volume || !items.is_empty() || !(said.is_cache || said.saves_nothing);
    if !keeps {
        store.items.push(Item::text("persistence", "none").beside("the compose file keeps nothing"));
        if !said.is_cache {
            store.items.push(Item::text("evictionPolicy", "noeviction"));
        }
    } else if !items.is_empty() {
        store.items.push(Item::map("persistence", items));
    }
    keeps
}

/// `maxmemory` follows from the memory limit, so the limit is what is written.
fn memory(cx: &mut Context, service: &Service, store: &mut Store, max: Option<(u64, String)>, keeps: bool) {
    let share = if keeps { 45 } else { 75 };
    let own = resources(cx, service, true);
    if let Some((bytes, said)) = max {
        if own.is_some() {
            let why = format!("its memory follows from the `maxmemory` of {said}; more is written under `resources`");
            cx.notes.left(service.value_at("command"), format!("{}.deploy.resources", service.name), why);
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
fn options(cx: &mut Context, service: &Service) -> Vec<(String, Vec<String>)> {
    let Some(value) = service.map.get("command") else { return Vec::new() };
    let Some(mut all) = container::words(cx, &service.name, "command", value) else { return Vec::new() };
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
