//! A part of a store's address in a variable of its own: `DB_PASSWORD`, `POSTGRES_USER`, `REDIS_PORT`.

use std::collections::BTreeSet;

use super::super::context::Engine;
use super::super::interpolate;
use super::super::store::Store;
use super::{Net, OTHER_USER, Out, Reached, is_one_of, words_of};
use crate::secret::Secret;

const USERS: &str = "user username login role";

const PASSWORDS: &str = "password pass passwd pwd pgpassword";

const DATABASES: &str = "db database dbname name schema";

impl Net {
    /// A part of a store that stands alone: `DB_PASSWORD`, `POSTGRES_USER`, `REDIS_PORT`.
    pub fn part(&self, key: &str, value: &str, known: &BTreeSet<usize>, reached: &mut Reached) -> Option<String> {
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
    pub fn same_password(&self, value: &Secret<String>) -> Option<Out> {
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
}
