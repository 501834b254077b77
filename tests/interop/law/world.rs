//! What a random project has, so that its parts can name each other.

use crate::random::Random;

/// A Redis or PostgreSQL.
#[derive(Clone, Debug)]
pub struct Store {
    pub section: &'static str,
    pub name: String,
    /// The project's own mode, and that of each profile which has another.
    pub mode: &'static str,
    pub modes: Vec<(usize, &'static str)>,
    pub password: bool,
    /// Of `external`: composed from a host, or delivered as a whole.
    pub composed: bool,
    /// There is a secret that can be its password.
    pub keyed: bool,
}

impl Store {
    pub fn mode_in(&self, profile: usize) -> &'static str {
        self.modes.iter().find(|(at, _)| *at == profile).map_or(self.mode, |(_, mode)| mode)
    }

    fn has(&self, mode: &str) -> bool {
        self.mode == mode || self.modes.iter().any(|(_, other)| *other == mode)
    }

    /// References that are right in every profile: those without secrets, and those with.
    pub fn outputs(&self, namespaced: bool) -> (Vec<&'static str>, Vec<&'static str>) {
        let known = !self.has("external") || self.composed;
        let mut plain = if known { vec!["host", "port"] } else { vec![] };
        if namespaced && known && !self.has("external") {
            plain.push("fqdn");
        }
        let only =
            |modes: &[&str]| self.modes.iter().all(|(_, mode)| modes.contains(mode)) && modes.contains(&self.mode);
        if self.section == "postgres" && known {
            plain.extend(["database", "user"]);
        }
        if self.section == "redis" && only(&["sentinel", "operator"]) {
            plain.extend(["sentinels", "masterName"]);
        }
        let mut secret = vec!["url"];
        if self.section == "redis" {
            secret.push("url/3");
        }
        if (self.password || self.section == "postgres") && known && (!self.has("external") || self.keyed) {
            secret.push("password");
        }
        if self.section == "redis" && !self.password && !self.has("external") {
            plain.append(&mut secret);
        }
        (plain, secret)
    }
}

#[derive(Clone, Debug, Default)]
pub struct World {
    /// Behind every name, so that many projects are built at once.
    pub tag: String,
    pub namespaced: bool,
    pub profiles: Vec<String>,
    pub apps: Vec<String>,
    /// With a port in every profile.
    pub served: Vec<String>,
    pub jobs: Vec<String>,
    pub stores: Vec<Store>,
    /// With the keys that stay in every profile.
    pub configs: Vec<(String, Vec<String>)>,
    pub secrets: Vec<(String, Vec<String>)>,
    /// For names that only one thing has.
    pub counter: usize,
}

impl World {
    pub fn next(&mut self) -> usize {
        self.counter += 1;
        self.counter
    }

    pub fn plain_reference(&self, random: &mut Random) -> Option<String> {
        let mut all: Vec<String> = Vec::new();
        for (name, keys) in &self.configs {
            all.extend(keys.iter().map(|key| format!("configs.{name}.{key}")));
        }
        for store in &self.stores {
            all.extend(
                store.outputs(self.namespaced).0.iter().map(|o| format!("{}.{}.{o}", store.section, store.name)),
            );
        }
        for app in &self.served {
            all.extend(["host", "port", "url"].map(|output| format!("apps.{app}.{output}")));
        }
        all.extend(["project".to_owned(), "profile".to_owned()]);
        Some(format!("${{{}}}", random.pick(&all)))
    }

    pub fn secret_reference(&self, random: &mut Random) -> Option<String> {
        let mut all: Vec<String> = Vec::new();
        for (name, keys) in &self.secrets {
            all.extend(keys.iter().map(|key| format!("secrets.{name}.{key}")));
        }
        for store in &self.stores {
            all.extend(
                store.outputs(self.namespaced).1.iter().map(|o| format!("{}.{}.{o}", store.section, store.name)),
            );
        }
        (!all.is_empty()).then(|| format!("${{{}}}", random.pick(&all)))
    }
}
