//! Which server an image runs, as its reference says it.
//!
//! Owns: the repositories that are known, and how their tags say a version and the system below.
//! What a reference does not say is unknown: a name that only holds the word `postgres` may be any program's.
//! Sources: https://github.com/docker-library/official-images (postgres, redis, valkey), the pages of the others' images.

use super::image::image;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Redis,
    Valkey,
    Postgres,
}

/// The system below, whose C library sorts texts, and whose packages number the server's user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Alpine,
    Debian,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    pub engine: Engine,
    /// `None` where the tag does not say it, as `latest`.
    pub major: Option<u32>,
    /// Of Redis and Valkey, whose files change with it: `None` for a floating tag, as `7`.
    pub minor: Option<u32>,
    pub base: Option<Base>,
    /// Of a distribution, as its code name: `None` where the tag leaves it to the day of the build.
    pub release: Option<&'static str>,
}

/// By the last part of the name, as mirrors keep it: the server, and what it is built on where the tag does not say.
const REPOSITORIES: [(&str, Engine, Base); 11] = [
    ("redis", Engine::Redis, Base::Debian),
    ("redis-stack-server", Engine::Redis, Base::Debian),
    ("valkey", Engine::Valkey, Base::Debian),
    ("postgres", Engine::Postgres, Base::Debian),
    ("postgresql", Engine::Postgres, Base::Debian),
    ("pgvector", Engine::Postgres, Base::Debian),
    ("postgis", Engine::Postgres, Base::Debian),
    ("timescaledb", Engine::Postgres, Base::Alpine),
    ("timescaledb-ha", Engine::Postgres, Base::Debian),
    ("vchord-postgres", Engine::Postgres, Base::Debian),
    ("pgvecto-rs", Engine::Postgres, Base::Debian),
];

/// Of any image: nothing where its name is not that of a server's image.
pub fn of(text: &str) -> Option<Server> {
    let image = image(text).ok()?;
    let last = image.name.rsplit('/').next()?;
    let (_, engine, base) = REPOSITORIES.iter().find(|(name, ..)| *name == last)?;
    let said = said(image.tag.unwrap_or_default(), *engine);
    Some(Server { base: said.base.or(Some(*base)), ..said })
}

/// Of an image that is a PostgreSQL, whatever it is called.
pub fn postgres(text: &str) -> Server {
    let tag = image(text).ok().and_then(|image| image.tag).unwrap_or_default();
    of(text).filter(|server| server.engine == Engine::Postgres).unwrap_or_else(|| said(tag, Engine::Postgres))
}

/// Of an image that is a Redis or a Valkey, whatever it is called.
pub fn cache(text: &str) -> Server {
    let name = image(text).map_or(text, |image| image.name);
    let engine = if name.contains("valkey") { Engine::Valkey } else { Engine::Redis };
    let unknown = Server { engine, major: None, minor: None, base: None, release: None };
    of(text).filter(|server| server.engine != Engine::Postgres).unwrap_or(unknown)
}

/// What a tag says of a server.
fn said(tag: &str, engine: Engine) -> Server {
    let (major, minor) = version(tag, engine);
    let release = release(tag);
    let is_alpine = tag.split(['-', '_']).any(|word| word.starts_with("alpine"));
    let base = if is_alpine { Some(Base::Alpine) } else { release.map(|_| Base::Debian) };
    Server { engine, major, minor, base, release: release.filter(|word| *word != "debian") }
}

/// `16`, `17.2-bookworm`, `v8.2.2`, `16-3.4` of PostGIS; of PostgreSQL also `pg16`, `0.8.0-pg17`, `pg16.4-ts2.15`.
fn version(tag: &str, engine: Engine) -> (Option<u32>, Option<u32>) {
    let numbers = |text: &str| {
        let word = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        let mut numbers = word.split('.').map(|number| number.parse::<u32>().ok());
        (numbers.next().flatten(), numbers.next().flatten())
    };
    let first = numbers(tag.strip_prefix('v').unwrap_or(tag));
    match engine {
        Engine::Postgres => {
            let behind = tag.split(['-', '_']).find_map(|word| numbers(word.strip_prefix("pg")?).0);
            // An extension's own version is smaller.
            (behind.or(first.0).filter(|major| (9..100).contains(major)), None)
        }
        Engine::Redis | Engine::Valkey => match first {
            (Some(major), minor) if (1..100).contains(&major) => (Some(major), minor),
            _ => (None, None),
        },
    }
}

/// The code name of a release of Debian or Ubuntu; `debian` of a tag that says no more.
fn release(tag: &str) -> Option<&'static str> {
    const RELEASES: [&str; 9] =
        ["trixie", "bookworm", "bullseye", "buster", "stretch", "noble", "jammy", "focal", "debian"];
    tag.split(['-', '_']).find_map(|word| RELEASES.into_iter().find(|release| word == *release))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_the_major_version_in_many_ways() {
        for (image, wanted) in [
            ("postgres:16", Some(16)),
            ("postgres:17.2-bookworm", Some(17)),
            ("postgres:18beta1-alpine3.22", Some(18)),
            (
                "registry.example.com:5000/mirror/postgres:17-alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                Some(17),
            ),
            ("pgvector/pgvector:pg16", Some(16)),
            ("pgvector/pgvector:0.8.0-pg17", Some(17)),
            ("pgvector/pgvector:0.8.0-pg17-trixie", Some(17)),
            ("timescale/timescaledb:2.17.2-pg16", Some(16)),
            ("timescale/timescaledb-ha:pg16.4-ts2.15", Some(16)),
            ("postgis/postgis:16-3.4", Some(16)),
            ("ghcr.io/immich-app/postgres:14-vectorchord0.4.3-pgvectors0.2.0", Some(14)),
            ("ghcr.io/cloudnative-pg/postgresql:17.2-3-bookworm", Some(17)),
            ("tensorchord/pgvecto-rs:pg16-v0.2.0", Some(16)),
            ("bitnami/postgresql:15.4.0-debian-11-r45", Some(15)),
            ("redis:7.4-alpine", Some(7)),
            ("redis:v8.2.2", Some(8)),
            ("valkey/valkey:9.1-alpine", Some(9)),
            ("postgres:alpine", None),
            ("postgres", None),
            ("redis:latest", None),
            ("pgvector/pgvector:0.8.0", None),
            ("timescale/timescaledb:latest", None),
        ] {
            assert_eq!(of(image).unwrap().major, wanted, "{image}");
        }
    }

    #[test]
    fn a_name_that_holds_a_server_s_is_none() {
        for image in
            ["acme/postgres-report:1.9.0", "acme/redis-feed:1", "acme/valkeyish:2", "oliver006/redis_exporter:v1.6"]
        {
            assert_eq!(of(image), None, "{image}");
        }
        assert_eq!((postgres("acme/shop-db:0.3-pg17").major, postgres("acme/shop-db:0.3-pg17").base), (Some(17), None));
        assert_eq!(
            (cache("acme/valkey-tuned:1").engine, cache("acme/cache:1").engine),
            (Engine::Valkey, Engine::Redis)
        );
    }

    #[test]
    fn a_tag_says_what_it_is_built_on() {
        for (image, wanted) in [
            ("postgres:17-alpine3.21", Base::Alpine),
            ("postgres:17", Base::Debian),
            ("postgres:17-bullseye", Base::Debian),
            ("timescale/timescaledb:2.17.2-pg16", Base::Alpine),
            ("pgvector/pgvector:pg17", Base::Debian),
        ] {
            assert_eq!(of(image).unwrap().base, Some(wanted), "{image}");
        }
    }

    #[test]
    fn a_tag_says_the_minor_version_and_the_release() {
        for (image, wanted) in [
            ("redis:7.4.2-bookworm", (Some(4), Some("bookworm"))),
            ("redis:7-alpine", (None, None)),
            ("valkey/valkey:9.1", (Some(1), None)),
            ("postgres:17.2-trixie", (None, Some("trixie"))),
            ("ghcr.io/cloudnative-pg/postgresql:17-standard-bookworm", (None, Some("bookworm"))),
            ("bitnami/postgresql:15.4.0-debian-11-r45", (None, None)),
        ] {
            let said = of(image).unwrap();
            assert_eq!((said.minor, said.release), wanted, "{image}");
        }
    }
}
