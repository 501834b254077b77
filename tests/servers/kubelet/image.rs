//! What is known of the images: their entrypoints, stop signals and variables.

use std::fs;
use std::path::PathBuf;

use serde_yaml::Value;

use super::expand::Env;
use super::machine::PATH;
use super::stream::word;

/// The newest PostgreSQL that Debian's packages put here.
fn postgres_folder() -> PathBuf {
    let majors = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path());
    let newest = majors.filter(|path| path.join("bin/postgres").exists()).max();
    newest.expect("no /usr/lib/postgresql/*/bin/postgres: apt-get install postgresql").join("bin")
}

/// What is known of an image.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Image {
    Redis,
    Postgres,
    Haproxy,
    PostgresExporter,
    RedisExporter,
    Other,
}

impl Image {
    pub fn of(container: &Value) -> Self {
        match word(container, "image").split(':').next() {
            Some("redis") => Self::Redis,
            Some("postgres") => Self::Postgres,
            Some("haproxy") => Self::Haproxy,
            Some("quay.io/prometheuscommunity/postgres-exporter") => Self::PostgresExporter,
            Some("oliver006/redis_exporter") => Self::RedisExporter,
            _ => Self::Other,
        }
    }

    pub fn stop_signal(self) -> &'static str {
        match self {
            Self::Postgres => "INT",
            Self::Haproxy => "USR1",
            _ => "TERM",
        }
    }

    pub fn entrypoint(self) -> Option<&'static str> {
        match self {
            Self::Redis => Some(include_str!("../entrypoint-redis.sh")),
            Self::Postgres => Some(include_str!("../entrypoint-postgres.sh")),
            Self::Haproxy => Some(include_str!("../entrypoint-haproxy.sh")),
            Self::PostgresExporter => Some("#!/bin/sh\nexec prometheus-postgres-exporter \"$@\"\n"),
            Self::RedisExporter => Some("#!/bin/sh\nexec prometheus-redis-exporter \"$@\"\n"),
            Self::Other => None,
        }
    }

    /// What the entrypoint is given where the pod says nothing.
    pub fn arguments(self) -> &'static [&'static str] {
        if self == Self::Haproxy { &["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"] } else { &[] }
    }

    pub fn folder(self) -> &'static str {
        match self {
            Self::Redis => "/data",
            Self::Haproxy => "/var/lib/haproxy",
            _ => "/",
        }
    }

    /// What the image sets; the pod's own variables go over it.
    pub fn environment(self, pod: &str) -> Env {
        let path = match self {
            Self::Postgres => format!("{}:{PATH}", postgres_folder().display()),
            _ => PATH.to_owned(),
        };
        [("PATH", path), ("HOME", "/".into()), ("HOSTNAME", pod.to_owned()), ("LANG", "C.UTF-8".into())]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}
