//! Values of variables that speak of other services: `redis://cache:6379/1`, `DB_HOST: db`, `http://api:3000`.
//!
//! Owns: finding them, and the reference that each becomes; parts of a store's address (its port, user, database,
//! password) in variables of their own; what of a value is a secret.
//! Does not own: which services are stores (`store.rs`), where secrets are kept (`secrets.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::interpolate::{self, CLOSE, OPEN};
use super::store::{Engine, Store};
use crate::leak::{self, What, name, placeholder};
use crate::secret::Secret;

/// A piece of a rewritten value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    Text(String),
    /// What stands between `${` and `}`.
    Reference(String),
    /// A key of the project's Secret, and its value where it is known.
    Secret(String, Option<Secret<String>>),
}

impl Out {
    /// The store whose password is in it: `postgres.db`.
    pub fn password_of(&self) -> Option<&str> {
        let Out::Reference(text) = self else { return None };
        let (store, output) = text.rsplit_once('.')?;
        let has = output == "password" || output == "url" || output.starts_with("url/");
        (has && !text.starts_with("apps.")).then_some(store)
    }

    pub fn is_secret(&self) -> bool {
        matches!(self, Out::Secret(..)) || self.password_of().is_some()
    }
}

/// What a name of the compose file's network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Store(usize),
    App(usize),
}

/// An app, as others reach it.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    pub name: String,
    /// TCP, in the order of its ports.
    pub ports: Vec<u16>,
}

#[derive(Default)]
pub struct Net {
    pub stores: Vec<Store>,
    pub apps: Vec<Peer>,
    pub names: BTreeMap<String, Target>,
    /// Values of secret variables, where they are known.
    pub secrets: BTreeMap<String, Secret<String>>,
}

/// What one value, or all values of a service, reach.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    pub stores: BTreeSet<usize>,
    /// Those that are reached by a whole URL, which has the password.
    pub by_url: BTreeSet<usize>,
    /// Apps and their ports.
    pub ports: BTreeSet<(usize, u16)>,
    /// What a person must know, once for each value: databases and users that kgen's store does not have.
    pub odd: Vec<String>,
}

/// Words of a name whose value is a host.
const HOSTS: &str = "host hosts hostname hostnames server servers addr address addresses endpoint endpoints upstream upstreams peer peers service broker brokers url uri";
const USERS: &str = "user username login role";
const PASSWORDS: &str = "password pass passwd pwd pgpassword";
const OTHER_USER: &str =
    "another user of `NAME` than its own: kgen's has one role, which is no superuser and is used instead";
const DATABASES: &str = "db database dbname name schema";

impl Net {
    /// A value with its references. `known`: the stores that its service speaks to, of which parts may stand in variables of
    /// their own.
    pub fn rewrite(&self, key: &str, value: &str, known: &BTreeSet<usize>, reached: &mut Reached) -> Vec<Out> {
        if let Some(part) = self.part(key, value, known, reached) {
            return vec![Out::Reference(part)];
        }
        let mut found = self.urls(key, value, reached);
        self.words(key, value, &mut found, reached);
        let mut out = Vec::new();
        let mut at = 0;
        for (start, end, pieces) in found {
            push_text(&mut out, &value[at..start], &self.secrets);
            out.extend(pieces);
            at = end;
        }
        push_text(&mut out, &value[at..], &self.secrets);
        self.secret(key, value, out)
    }

    /// A value that is secret by its name or look, where nothing else is known of it.
    fn secret(&self, key: &str, value: &str, out: Vec<Out>) -> Vec<Out> {
        let is_text = matches!(&out[..], [Out::Text(_)]);
        if is_text && name::says_secret(key) && name::is_secret_value(value) {
            let own = Secret::new(value.to_owned());
            return vec![self.same_password(&own).unwrap_or_else(|| Out::Secret(key.to_owned(), Some(own)))];
        }
        let mut all = Vec::new();
        // The same variable as a store's own password, wherever it is put in.
        let of_store = |name: &str| {
            let is_its = |store: &&Store| {
                store.password.as_ref().is_some_and(|own| interpolate::whole_mark(own.open()) == Some(name))
            };
            self.stores.iter().find(is_its).map(|store| Out::Reference(store.output("password")))
        };
        for piece in out {
            if let Out::Secret(name, value) = &piece
                && let Some(reference) = of_store(name).or_else(|| self.same_password(value.as_ref()?))
            {
                all.push(reference);
                continue;
            }
            let Out::Text(text) = piece else {
                all.push(piece);
                continue;
            };
            let mut at = 0;
            for (what, range) in leak::find(&text) {
                if range.start > at {
                    all.push(Out::Text(text[at..range.start].to_owned()));
                }
                let name = if what == What::Url { format!("{key}_PASSWORD") } else { key.to_owned() };
                all.push(Out::Secret(name, Some(Secret::new(text[range.clone()].to_owned()))));
                at = range.end;
            }
            if at < text.len() || text.is_empty() {
                all.push(Out::Text(text[at..].to_owned()));
            }
        }
        all
    }

    /// A part of a store that stands alone: `DB_PASSWORD`, `POSTGRES_USER`, `REDIS_PORT`.
    fn part(&self, key: &str, value: &str, known: &BTreeSet<usize>, reached: &mut Reached) -> Option<String> {
        let words = words_of(key);
        let last = words.last()?.as_str();
        let mut candidates: Vec<usize> = known.iter().copied().collect();
        // The one that the name speaks of comes first.
        candidates.sort_by_key(|index| !self.stores[*index].engine.is_named_by(&words));
        let only = |engine: Engine| known.iter().filter(|index| self.stores[**index].engine == engine).count() == 1;
        candidates.into_iter().find_map(|index| {
            let store = &self.stores[index];
            let named = store.engine.is_named_by(&words);
            let alone = only(store.engine);
            let of_it = named && alone;
            let output = match last {
                // kgen's store has one password, whatever the compose file's own has beside it.
                last if is_one_of(PASSWORDS, last) && store.has_password() => {
                    let is_own = self.is_password(store, value);
                    if of_it && !is_own && self.differs(store, value) {
                        reached.odd.push(OTHER_USER.replace("NAME", &store.name));
                    }
                    (of_it && (!value.is_empty() || store.engine == Engine::Postgres) || is_own && alone)
                        .then_some("password")
                }
                "port" => {
                    (value == store.engine.port().to_string() && (of_it || alone && known.len() == 1)).then_some("port")
                }
                last if store.engine == Engine::Postgres && is_one_of(USERS, last) => {
                    let is_own = store.user.as_deref() == Some(value);
                    if of_it && !is_own {
                        reached.odd.push(OTHER_USER.replace("NAME", &store.name));
                    }
                    (of_it && !value.is_empty() || is_own && alone).then_some("user")
                }
                last if store.engine == Engine::Postgres && is_one_of(DATABASES, last) => {
                    (named && store.database.as_deref() == Some(value)).then_some("database")
                }
                _ => None,
            }?;
            Some(store.output(output))
        })
    }

    /// The store that has this value for its password.
    fn same_password(&self, value: &Secret<String>) -> Option<Out> {
        let store = self.stores.iter().find(|store| store.has_password() && self.is_password(store, value.open()))?;
        Some(Out::Reference(store.output("password")))
    }

    /// Whether it is known to be another one.
    fn differs(&self, store: &Store, value: &str) -> bool {
        match (interpolate::whole_mark(value), &store.password) {
            (Some(name), Some(_)) => self.secrets.contains_key(name),
            (None, Some(_)) => !value.is_empty(),
            _ => false,
        }
    }

    fn is_password(&self, store: &Store, value: &str) -> bool {
        let Some(password) = &store.password else { return false };
        let resolve = |text: &str| match interpolate::whole_mark(text) {
            Some(name) => self.secrets.get(name).map(|value| value.open().clone()),
            None => Some(text.to_owned()),
        };
        value == password.open()
            || resolve(value).is_some_and(|value| !value.is_empty() && Some(value) == resolve(password.open()))
    }

    /// URLs to a service, with the pieces that take their place.
    fn urls(&self, key: &str, value: &str, reached: &mut Reached) -> Vec<(usize, usize, Vec<Out>)> {
        let mut out: Vec<(usize, usize, Vec<Out>)> = Vec::new();
        for (at, _) in value.match_indices("://") {
            if out.last().is_some_and(|(_, end, _)| at < *end) {
                continue;
            }
            let Some(url) = Url::at(value, at) else { continue };
            let Some(target) = self.names.get(url.host) else { continue };
            let pieces = match target {
                Target::Store(index) => self.store_url(*index, &url, reached),
                Target::App(index) => self.app_url(key, *index, &url, reached),
            };
            if let Some(pieces) = pieces {
                out.push((url.start, url.end, pieces));
            }
        }
        out
    }

    fn store_url(&self, index: usize, url: &Url, reached: &mut Reached) -> Option<Vec<Out>> {
        let store = &self.stores[index];
        let plain = url.scheme.strip_prefix("jdbc:").unwrap_or(url.scheme);
        let family = plain.split('+').next().unwrap_or(plain);
        reached.stores.insert(index);
        match store.engine {
            Engine::Redis if ["redis", "valkey", "redis-socket"].contains(&plain) => {
                let database = url.path.trim_matches('/');
                let output = match database.parse::<u16>() {
                    Ok(0) => "url".to_owned(),
                    Ok(number) => format!("url/{number}"),
                    Err(_) if database.is_empty() => "url".to_owned(),
                    Err(_) => return None,
                };
                reached.by_url.insert(index);
                let mut out = vec![Out::Reference(store.output(&output))];
                out.extend((!url.query.is_empty()).then(|| Out::Text(url.query.to_owned())));
                Some(out)
            }
            Engine::Postgres
                if [
                    "postgres",
                    "postgresql",
                    "postgis",
                    "pgsql",
                    "psql",
                    "ecto",
                    "timescale",
                    "timescalegis",
                    "pg",
                ]
                .contains(&family) =>
            {
                reached.by_url.insert(index);
                Some(self.postgres_url(store, url, family, reached))
            }
            // Of another scheme: the host alone is carried over.
            _ => Some(address(store, url)),
        }
    }

    fn postgres_url(&self, store: &Store, url: &Url, family: &str, reached: &mut Reached) -> Vec<Out> {
        let database = url.path.trim_matches('/');
        let own_database = database.is_empty() || store.database.as_deref() == Some(database);
        if !own_database {
            reached.odd.push(format!("the database `{database}` of `{}` is not the one it makes: write a `postgres` of its own for it, or create it", store.name));
        }
        let user = url.userinfo.map(|info| info.split_once(':').map_or(info, |(user, _)| user));
        if user.is_some_and(|user| store.user.as_deref() != Some(user)) {
            reached.odd.push(OTHER_USER.replace("NAME", &store.name));
        }
        let is_jdbc = url.scheme.starts_with("jdbc:");
        if own_database && ["postgres", "postgresql"].contains(&url.scheme) && family == url.scheme {
            let mut out = vec![Out::Reference(store.output("url"))];
            push_text(&mut out, url.query, &self.secrets);
            return out;
        }
        let output = |name: &str| Out::Reference(store.output(name));
        let text = |text: &str| Out::Text(text.to_owned());
        let mut out = vec![text(&format!("{}://", url.scheme))];
        if !is_jdbc {
            out.extend([output("user"), text(":"), output("password"), text("@")]);
        }
        out.extend([output("host"), text(":"), output("port"), text("/")]);
        out.push(if own_database { output("database") } else { text(database) });
        if is_jdbc {
            out.extend(self.jdbc_query(store, url.query));
        } else {
            push_text(&mut out, url.query, &self.secrets);
        }
        out
    }

    /// `?user=shop&password=...` of a JDBC URL.
    fn jdbc_query(&self, store: &Store, query: &str) -> Vec<Out> {
        let mut out = Vec::new();
        for (number, parameter) in query.trim_start_matches('?').split('&').filter(|p| !p.is_empty()).enumerate() {
            let mark = if number == 0 { '?' } else { '&' };
            match parameter.split_once('=') {
                Some((key @ ("user" | "password"), _)) => {
                    out.extend([Out::Text(format!("{mark}{key}=")), Out::Reference(store.output(key))]);
                }
                _ => out.push(Out::Text(format!("{mark}{parameter}"))),
            }
        }
        out
    }

    fn app_url(&self, key: &str, index: usize, url: &Url, reached: &mut Reached) -> Option<Vec<Out>> {
        let app = &self.apps[index];
        let default = match url.scheme {
            "https" | "wss" => Some(443),
            "http" | "ws" => Some(80),
            _ => None,
        };
        let port = url.port.or(default)?;
        reached.ports.insert((index, port));
        let rest = format!("{}{}", url.path, url.query);
        let mut out = Vec::new();
        if url.scheme == "http" && url.userinfo.is_none() && app.ports.first() == Some(&port) {
            out.push(Out::Reference(format!("apps.{}.url", app.name)));
        } else {
            out.push(Out::Text(format!("{}://", url.scheme)));
            if let Some(info) = url.userinfo {
                // The password is a secret of this value, whatever it is for.
                match info.split_once(':') {
                    Some((user, password)) if !password.contains(OPEN) && leak::is_literal(password) => out.extend([
                        Out::Text(format!("{user}:")),
                        Out::Secret(format!("{key}_PASSWORD"), Some(Secret::new(password.to_owned()))),
                    ]),
                    _ => push_text(&mut out, info, &self.secrets),
                }
                out.push(Out::Text("@".into()));
            }
            out.push(Out::Reference(format!("apps.{}.host", app.name)));
            if let Some(port) = url.port {
                out.push(Out::Text(format!(":{port}")));
            }
        }
        push_text(&mut out, &rest, &self.secrets);
        Some(out)
    }

    /// `db`, `db:5432`, and several with commas between.
    fn words(&self, key: &str, value: &str, found: &mut Vec<(usize, usize, Vec<Out>)>, reached: &mut Reached) {
        let words = words_of(key);
        let is_host = words.last().is_some_and(|last| is_one_of(HOSTS, last));
        let mut at = 0;
        for word in value.split_inclusive([',', ';', ' ', '\t', '\n']) {
            let start = at;
            at += word.len();
            let word = word.trim_end_matches([',', ';', ' ', '\t', '\n']);
            let (host, port) = match word.rsplit_once(':') {
                Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse::<u16>().ok()),
                Some(_) => continue,
                None => (word, None),
            };
            let Some(target) = self.names.get(host) else { continue };
            let covered = found.iter().any(|(from, to, _)| start < *to && at > *from);
            if covered || (port.is_none() && !is_host) {
                continue;
            }
            let mut pieces = match target {
                Target::Store(index) => {
                    reached.stores.insert(*index);
                    vec![Out::Reference(self.stores[*index].output("host"))]
                }
                Target::App(index) => {
                    let app = &self.apps[*index];
                    reached.ports.extend(port.map(|port| (*index, port)));
                    // Without a port nothing says that it has a Service.
                    if app.ports.is_empty() && port.is_none() {
                        continue;
                    }
                    vec![Out::Reference(format!("apps.{}.host", app.name))]
                }
            };
            if let Some(port) = port {
                pieces.push(Out::Text(":".into()));
                pieces.push(match target {
                    Target::Store(index) if self.stores[*index].engine.port() == port => {
                        Out::Reference(self.stores[*index].output("port"))
                    }
                    _ => Out::Text(port.to_string()),
                });
            }
            found.push((start, start + word.len(), pieces));
        }
        found.sort_by_key(|(start, ..)| *start);
    }
}

/// A store's host and port in a URL of a scheme that nothing is known of.
fn address(store: &Store, url: &Url) -> Vec<Out> {
    let mut out = vec![Out::Text(format!("{}://", url.scheme))];
    if url.userinfo.is_some() {
        out.extend([Out::Text(if store.engine == Engine::Redis { "default:".into() } else { "${user}:".into() })]);
        if store.engine == Engine::Postgres {
            out.pop();
            out.extend([Out::Reference(store.output("user")), Out::Text(":".into())]);
        }
        out.extend([Out::Reference(store.output("password")), Out::Text("@".into())]);
    }
    out.push(Out::Reference(store.output("host")));
    out.extend(url.port.map(|port| Out::Text(format!(":{port}"))));
    out.push(Out::Text(format!("{}{}", url.path, url.query)));
    out
}

/// A text whose marks become keys of the Secret.
fn push_text(out: &mut Vec<Out>, text: &str, secrets: &BTreeMap<String, Secret<String>>) {
    let mut at = 0;
    while let Some((start, end)) =
        text[at..].find(OPEN).and_then(|open| Some((at + open, at + text[at..].find(CLOSE)?)))
    {
        if start > at {
            out.push(Out::Text(text[at..start].to_owned()));
        }
        let name = &text[start + OPEN.len_utf8()..end];
        out.push(Out::Secret(name.to_owned(), secrets.get(name).cloned()));
        at = end + CLOSE.len_utf8();
    }
    if at < text.len() || (text.is_empty() && out.is_empty()) {
        out.push(Out::Text(text[at..].to_owned()));
    }
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// `DB_HOST` and `dbHost` are `db`, `host`.
fn words_of(key: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut last_lower = false;
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && last_lower) {
            out.push(String::new());
        }
        if c.is_ascii_alphanumeric() {
            out.last_mut().into_iter().for_each(|word| word.push(c.to_ascii_lowercase()));
        }
        last_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    out.retain(|word| !word.is_empty());
    out
}

struct Url<'t> {
    start: usize,
    end: usize,
    scheme: &'t str,
    userinfo: Option<&'t str>,
    host: &'t str,
    port: Option<u16>,
    path: &'t str,
    query: &'t str,
}

impl<'t> Url<'t> {
    /// Of the `://` at `at`.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.:".contains(c);
        let start = text[..at].char_indices().rev().take_while(|(_, c)| is_scheme(*c)).last().map(|(at, _)| at)?;
        let scheme = &text[start..at];
        // `x:http` is none; `jdbc:postgresql` is one.
        let own = scheme.rfind(':').filter(|_| !scheme.starts_with("jdbc:")).map_or(0, |colon| colon + 1);
        let (start, scheme) = (start + own, &scheme[own..]);
        let rest = &text[at + 3..];
        let stops = |c: char| c.is_whitespace() || "\"'`<>,;|)]}".contains(c);
        let whole = rest.find(stops).unwrap_or(rest.len());
        let rest = &rest[..whole];
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        let (userinfo, address) = match authority.rsplit_once('@') {
            Some((info, address)) => (Some(info), address),
            None => (None, authority),
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (address, None),
        };
        let query_at = tail.find(['?', '#']).unwrap_or(tail.len());
        let (path, query) = tail.split_at(query_at);
        Some(Self { start, end: at + 3 + whole, scheme, userinfo, host, port, path, query })
    }
}

/// Whether everybody knows a value, so that it says nothing to hide it.
pub fn is_known(value: &str) -> bool {
    placeholder::is_known(value)
}
