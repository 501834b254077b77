//! What a Redis and a PostgreSQL offer to others, in each mode.
//!
//! Owns: their outputs and how a URL is put together, in the cluster and outside.
//! Does not own: how a reference is found (`output.rs`).

use super::cluster;
use super::node::Node;
use super::output::{Answer, Output, Resolver};
use super::piece::{Home, Piece, Secretive, encoded, percent, push_text};
use crate::diag::Diagnostic;
use crate::settings::From;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a store's password is spelled out
    ///
    /// A password or URL of a store is spelled out.
    /// Fix: declare it under `secrets` and write `${secrets.NAME.KEY}`.
    PASSWORD_LITERAL = "password-literal", Error;
}

impl Resolver<'_> {
    pub fn redis(&self, name: &str, redis: &Node, output: &str) -> Answer<Option<Output>> {
        let mode = redis.get("mode").and_then(Tree::as_str).unwrap_or("standalone");
        if mode == "external" {
            return self.external("redis", name, redis, output);
        }
        let service = self.redis_service(name, redis, mode)?;
        let (base, database) = output.split_once('/').unwrap_or((output, "0"));
        Ok(Some(match base {
            "host" => Output::Plain(service),
            "fqdn" => Output::Plain(self.fqdn(&service)?),
            "port" => Output::Plain(6379.into()),
            "masterName" if mode != "standalone" => Output::Plain("mymaster".into()),
            "sentinels" if mode != "standalone" => {
                // The operator's name for its Sentinels' headless Service.
                let suffix = if mode == "operator" { "s-hl" } else { "sentinel" };
                Output::Plain(Tree::new(Kind::String(format!("{name}-{suffix}:26379").into()), service.from))
            }
            "password" => match self.password("redis", name, redis)? {
                Some(password) => Output::Secret(password),
                None => return Ok(None),
            },
            "url" if database.parse::<u16>().is_ok() => {
                let key = if output == "url" { "url".to_owned() } else { format!("url-{database}") };
                let mut pieces = vec![Piece::Text("redis://".into())];
                let mut from = service.from.and(&setting_from(redis, "auth"));
                if let Some(password) = self.password("redis", name, redis)? {
                    from = from.and(&password.from);
                    push_text(&mut pieces, "default:");
                    pieces.extend(password.pieces.into_iter().map(|piece| encoded(piece, true)));
                    push_text(&mut pieces, "@");
                }
                push_text(&mut pieces, &format!("{service}:6379/{database}"));
                let named = self.key_from("redis", name);
                Output::Secret(Secretive::of(Home::new(name, key), pieces, from, named))
            }
            _ => return Ok(None),
        }))
    }

    /// The Service of the primary: the operator names it itself.
    fn redis_service(&self, name: &str, redis: &Node, mode: &str) -> Answer<Node> {
        match mode {
            "operator" => Ok(Tree::new(Kind::String(format!("{name}-master").into()), self.key_from("redis", name))),
            _ => self.service("redis", name, redis),
        }
    }

    /// The password of a store; `None` where it has none.
    pub fn password(&self, section: &str, name: &str, store: &Node) -> Answer<Option<Secretive>> {
        if section == "redis" && store.get("auth").and_then(Tree::as_str) == Some("none") {
            return Ok(None);
        }
        let from = self.key_from(section, name);
        let Some(said) = store.get("password") else {
            let password = Secretive::at(Home::new(name, "password"), from);
            let from = password.from.and(&setting_from(store, "auth")).and(&setting_from(store, "mode"));
            return Ok(Some(Secretive { from, ..password }));
        };
        match self.value(said)? {
            Output::Secret(secret) => Ok(Some(secret)),
            Output::Plain(_) => Err(Box::new(
                Diagnostic::new(PASSWORD_LITERAL, format!("`{section}.{name}.password` must name a secret"))
                    .at(self.settings.span(&said.from))
                    .hint("declare it under `secrets` and write `${secrets.NAME.KEY}`"),
            )),
        }
    }

    pub fn postgres(&self, name: &str, postgres: &Node, output: &str) -> Answer<Option<Output>> {
        let mode = postgres.get("mode").and_then(Tree::as_str).unwrap_or("standalone");
        if mode == "external" {
            return self.external("postgres", name, postgres, output);
        }
        let is_cnpg = mode == "cnpg";
        let service =
            if is_cnpg { cluster::service(name, "rw", self) } else { self.service("postgres", name, postgres)? };
        // What the operator makes up, it writes into a Secret of its own.
        let own = is_cnpg && postgres.get("password").is_none_or(Tree::is_null);
        if let ("password" | "url", true) = (output, own) {
            let key = if output == "url" { "uri" } else { output };
            let home = Home::of_operator(cluster::secret(name), key);
            return Ok(Some(Output::Secret(Secretive::at(home, self.key_from("postgres", name)))));
        }
        let setting = |key: &str| self.setting(postgres, key).map(Option::unwrap_or_default);
        Ok(Some(match output {
            // The Service of the replicas has no address where there is one instance.
            "readHost" if is_cnpg && cluster::instances(postgres) > 1 => {
                Output::Plain(cluster::service(name, "ro", self).of(&setting_from(postgres, "instances")))
            }
            "readHost" if is_cnpg => Output::Plain(service.of(&setting_from(postgres, "instances"))),
            "host" | "readHost" => Output::Plain(service),
            "fqdn" => Output::Plain(self.fqdn(&service)?),
            "port" => Output::Plain(5432.into()),
            "database" | "user" => Output::Plain(setting(output)?),
            "password" => match self.password("postgres", name, postgres)? {
                Some(password) => Output::Secret(password),
                None => return Ok(None),
            },
            "url" => {
                let (user, database) = (setting("user")?, setting("database")?);
                let mut pieces = vec![Piece::Text(format!("postgresql://{}:", percent(&user.to_string())))];
                let password = self.password("postgres", name, postgres)?;
                let secret = password.as_ref().map(|password| password.from.clone()).unwrap_or_default();
                pieces.extend(password.into_iter().flat_map(|p| p.pieces).map(|piece| encoded(piece, true)));
                push_text(&mut pieces, &format!("@{service}:5432/{}", percent(&database.to_string())));
                let from = service.from.and(&user.from).and(&database.from).and(&secret);
                Output::Secret(Secretive::of(Home::new(name, "url"), pieces, from, self.key_from("postgres", name)))
            }
            _ => return Ok(None),
        }))
    }

    /// A store outside the cluster: its URL is a secret that is delivered, or made of the parts that are given.
    fn external(&self, section: &str, name: &str, store: &Node, output: &str) -> Answer<Option<Output>> {
        let (base, database) = output.split_once('/').unwrap_or((output, ""));
        match base {
            "url" => {
                let mut url = self.external_url(section, name, store)?;
                // Database 0 is what a URL without a path means; whatever path a delivered one has is its owner's choice.
                if !matches!(database, "" | "0") && section == "redis" {
                    push_text(&mut url.pieces, &format!("/{database}"));
                    url.home = Some(Home::new(name, format!("url-{database}")));
                }
                Ok(Some(Output::Secret(url)))
            }
            // Where the host is said, its URL is composed of this password, declared or not.
            "password" if ["password", "host"].iter().any(|key| store.get(key).is_some_and(|said| !said.is_null())) => {
                Ok(self.password(section, name, store)?.map(Output::Secret))
            }
            // Where the host is said, the port is the usual one unless that is said too, as in the URL.
            "port" if store.get("host").is_some_and(|host| !host.is_null()) => {
                let port = self.setting(store, "port")?;
                Ok(Some(Output::Plain(port.unwrap_or_else(|| usual_port(section).into()))))
            }
            "host" | "port" | "database" | "user" => {
                let given = store.get(base).filter(|_| self.is_users(store, base) || store.get("host").is_some());
                given.map(|node| self.plain(node).map(Output::Plain)).transpose()
            }
            _ => Ok(None),
        }
    }

    fn is_users(&self, store: &Node, key: &str) -> bool {
        store.get(key).is_some_and(|node| self.settings.is_users(&node.from))
    }

    fn external_url(&self, section: &str, name: &str, store: &Node) -> Answer<Secretive> {
        let from = self.key_from(section, name);
        if let Some(url) = store.get("url") {
            return match self.value(url)? {
                Output::Secret(secret) => Ok(secret),
                Output::Plain(text) if text.to_string().contains('@') && !self.settings.is_dev() => {
                    let message = format!("`{section}.{name}.url` is spelled out with its credentials");
                    let d = Diagnostic::new(PASSWORD_LITERAL, message).at(self.settings.span(&url.from));
                    Err(Box::new(d.hint("declare it under `secrets` and write `${secrets.NAME.KEY}`")))
                }
                Output::Plain(text) => {
                    let pieces = vec![Piece::Text(text.to_string())];
                    Ok(Secretive::of(Home::new(name, "url"), pieces, from.and(&text.from), from))
                }
            };
        }
        let Some(host) = self.setting(store, "host")? else {
            // What kgen makes up in dev has the scheme.
            let url = Secretive::at(Home::new(name, "url"), from);
            return Ok(Secretive { made: url.made.and(&setting_from(store, "tls")), ..url });
        };
        let setting = |key: &str| self.setting(store, key).map(|v| v.map(|v| v.to_string()));
        let port = |default: u16| setting("port").map(|p| p.unwrap_or_else(|| default.to_string()));
        let tls = store.get("tls").and_then(Tree::as_bool) == Some(true);
        let (scheme, user) = match section {
            "redis" => (if tls { "rediss" } else { "redis" }, setting("username")?.unwrap_or_else(|| "default".into())),
            _ => ("postgresql", setting("user")?.unwrap_or_else(|| "app".into())),
        };
        let mut pieces = vec![Piece::Text(format!("{scheme}://"))];
        let parts = ["host", "port", "tls", "username", "user", "sslmode", "database", "auth"];
        let mut made = parts.iter().fold(from.clone(), |from, key| from.and(&setting_from(store, key)));
        if let Some(password) = self.password(section, name, store)? {
            made = made.and(&password.from);
            push_text(&mut pieces, &format!("{}:", percent(&user)));
            pieces.extend(password.pieces.into_iter().map(|piece| encoded(piece, true)));
            push_text(&mut pieces, "@");
        }
        push_text(
            &mut pieces,
            &match section {
                "redis" => format!("{host}:{}", port(6379)?),
                _ => {
                    let query = setting("sslmode")?.map(|mode| format!("?sslmode={mode}")).unwrap_or_default();
                    format!("{host}:{}/{}{query}", port(5432)?, percent(&setting("database")?.unwrap_or_default()))
                }
            },
        );
        Ok(Secretive::of(Home::new(name, "url"), pieces, made, from))
    }
}

fn setting_from(store: &Node, key: &str) -> From {
    store.get(key).map(|node| node.from.clone()).unwrap_or_default()
}

/// The port of a store that does not say another.
pub fn usual_port(section: &str) -> i64 {
    if section == "redis" { 6379 } else { 5432 }
}
