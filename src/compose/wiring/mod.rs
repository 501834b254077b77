//! Values of variables that speak of other services: `redis://cache:6379/1`, `DB_HOST: db`, `http://api:3000`.
//!
//! Owns: what is known of the services, the order in which a value is looked at, and what of it is a secret.
//! Does not own: URLs (`url`, `address`), hosts (`host`), a store's user or password in a variable of its own (`part`); which
//! services are stores (`store`), where secrets are kept (`secrets`).

mod address;
mod host;
mod part;
mod url;

use std::collections::{BTreeMap, BTreeSet};

use super::interpolate::{self, CLOSE, OPEN};
use super::store::Store;
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
    /// Databases that a store was not told to make.
    pub databases: BTreeSet<(usize, String)>,
    /// What a person must know, once for each value: databases and users that kgen's store does not have.
    pub odd: Vec<String>,
}

const OTHER_USER: &str =
    "another user of `NAME` than its own: kgen's has one role, which is no superuser and is used instead";

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

/// `dbhost` is `db`, `host`.
fn apart(word: &str) -> Vec<String> {
    const OF: &str = "host server port name user username pass password passwd pwd";
    for store in ["db", "pg", "redis", "postgres"] {
        if let Some(rest) = word.strip_prefix(store).filter(|rest| is_one_of(OF, rest)) {
            return vec![store.to_owned(), rest.to_owned()];
        }
    }
    vec![word.to_owned()]
}

/// `DB_HOST`, `dbHost` and `DBHOST` are `db`, `host`.
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
    out.iter().filter(|word| !word.is_empty()).flat_map(|word| apart(word)).collect()
}

/// Whether everybody knows a value, so that it says nothing to hide it.
pub fn is_known(value: &str) -> bool {
    placeholder::is_known(value)
}
