//! Which server loads whose files.
//!
//! Owns: the table, as it was measured on real servers (`docs/measured.md`). What was not measured is not known to load: no
//! guess stands between a user and the data.

use crate::format::server::{Engine, Server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    Yes,
    No,
    Unknown,
}

type Version = (Engine, u32, u32);

const R70: Version = (Engine::Redis, 7, 0);
const R74: Version = (Engine::Redis, 7, 4);
const R80: Version = (Engine::Redis, 8, 0);
const R82: Version = (Engine::Redis, 8, 2);
const V81: Version = (Engine::Valkey, 8, 1);
const V91: Version = (Engine::Valkey, 9, 1);

/// The files of one version, and what loads them. A refusal is `Can't handle RDB format version` and the end of the process.
const LOADS: [(Version, &[Version]); 6] = [
    (R70, &[R70, R74, R80, R82, V81, V91]),
    (R74, &[R74, R80, R82]),
    (R80, &[R74, R80, R82]),
    (R82, &[R74, R80, R82]),
    (V81, &[R74, R80, R82, V81, V91]),
    (V91, &[V91]),
];

/// Whether a Redis or Valkey starts on the files of another.
pub fn loads(from: Server, to: Server) -> Load {
    let said = |server: Server| (server.engine, server.major, server.minor);
    if said(from) == said(to) && from.major.is_some() {
        return Load::Yes;
    }
    let (Some(files), Some(server)) = (row(from), row(to)) else { return Load::Unknown };
    if LOADS[files].1.contains(&LOADS[server].0) { Load::Yes } else { Load::No }
}

fn row(server: Server) -> Option<usize> {
    let version = (server.engine, server.major?, server.minor?);
    LOADS.iter().position(|(of, _)| *of == version)
}

/// `Valkey 8.1 and 9.1, Redis 7.4, 8.0 and 8.2`: what is known to load the files of a version; nothing of one that was not
/// measured.
pub fn known(from: Server) -> Option<String> {
    let (_, loads) = LOADS[row(from)?];
    let of = |engine: Engine, name: &str| {
        let versions: Vec<String> =
            loads.iter().filter(|of| of.0 == engine).map(|(_, major, minor)| format!("{major}.{minor}")).collect();
        let (last, first) = versions.split_last()?;
        Some(if first.is_empty() {
            format!("{name} {last}")
        } else {
            format!("{name} {} and {last}", first.join(", "))
        })
    };
    let both: Vec<String> = [of(Engine::Redis, "Redis"), of(Engine::Valkey, "Valkey")].into_iter().flatten().collect();
    Some(both.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::server;

    fn load(from: &str, to: &str) -> Load {
        loads(server::cache(from), server::cache(to))
    }

    #[test]
    fn what_was_measured_is_carried() {
        assert_eq!(load("redis:7.0.15", "valkey/valkey:9.1.2"), Load::Yes);
        assert_eq!(load("redis:7.4", "valkey/valkey:8.1"), Load::No);
        assert_eq!(load("valkey/valkey:9.1", "valkey/valkey:8.1"), Load::No);
        assert_eq!(load("valkey/valkey:8.1", "redis:8.2-alpine"), Load::Yes);
        assert_eq!(load("redis:8.2", "redis:7.0"), Load::No);
        assert_eq!(load("redis:8.2", "redis:7.4"), Load::Yes);
    }

    #[test]
    fn what_was_not_measured_is_unknown() {
        assert_eq!(load("redis:8.2", "redis:7.2"), Load::Unknown);
        assert_eq!(load("redis:7.4", "redis:7"), Load::Unknown);
        assert_eq!(load("redis", "redis:alpine"), Load::Unknown);
        assert_eq!(load("redis:7.2.1", "redis:7.2.9-alpine"), Load::Yes, "one version");
        assert_eq!(load("redis:7", "redis:7-alpine"), Load::Yes, "one version, whatever it is");
    }

    #[test]
    fn the_way_is_named() {
        let known = |image: &str| known(server::cache(image));
        assert_eq!(known("valkey/valkey:8.1").unwrap(), "Redis 7.4, 8.0 and 8.2; Valkey 8.1 and 9.1");
        assert_eq!(known("valkey/valkey:9.1").unwrap(), "Valkey 9.1");
        assert_eq!(known("redis:7.2"), None);
    }
}
