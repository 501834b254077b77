//! URLs that lead to a service, and the references that each becomes.

use super::super::context::Engine;
use super::super::interpolate::OPEN;
use super::super::store::Store;
use super::url::Url;
use super::{Net, OTHER_USER, Out, Reached, Target, push_text};
use crate::leak;
use crate::secret::Secret;

impl Net {
    /// URLs to a service, with the pieces that take their place.
    pub fn urls(&self, key: &str, value: &str, reached: &mut Reached) -> Vec<(usize, usize, Vec<Out>)> {
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
                Some(self.postgres_url(index, url, family, reached))
            }
            // Of another scheme: the host alone is carried over.
            _ => Some(address(store, url)),
        }
    }

    fn postgres_url(&self, index: usize, url: &Url, family: &str, reached: &mut Reached) -> Vec<Out> {
        let store = &self.stores[index];
        let database = url.path.trim_matches('/');
        let own_database = database.is_empty() || store.database.as_deref() == Some(database);
        if !own_database {
            reached.databases.insert((index, database.to_owned()));
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
