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
    Other,
}

impl Image {
    pub fn of(container: &Value) -> Self {
        match word(container, "image").split(':').next() {
            Some("redis") => Self::Redis,
            Some("postgres") => Self::Postgres,
            _ => Self::Other,
        }
    }

    pub fn stop_signal(self) -> &'static str {
        if self == Self::Postgres { "INT" } else { "TERM" }
    }

    pub fn entrypoint(self) -> Option<&'static str> {
        match self {
            Self::Redis => Some(include_str!("../entrypoint-redis.sh")),
            Self::Postgres => Some(include_str!("../entrypoint-postgres.sh")),
            Self::Other => None,
        }
    }

    /// What the image sets; the pod's own variables go over it.
    pub fn environment(self) -> Env {
        let path = match self {
            Self::Postgres => format!("{}:{PATH}", postgres_folder().display()),
            _ => PATH.to_owned(),
        };
        [("PATH", path), ("HOME", "/".into()), ("HOSTNAME", "pod".into()), ("LANG", "C.UTF-8".into())]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}
