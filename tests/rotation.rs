//! A changed `revision:` reaches exactly those who read the value, by whatever way and under every provider. Jobs stay as they
//! are: a run reads what is there when it starts, and one that is done does not run again for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diff::documents;
use crate::support::Kgen;

const PROJECT: &str = r#"apiVersion: kgen.dev/v1
project: demo
namespace: demo
apps:
  direct: {image: "a/a:1", env: {KEY: "${secrets.hook.key}"}}
  composed: {image: "a/a:1", env: {URL: "https://u:${secrets.hook.key}@h.example.org"}}
  nested: {image: "a/a:1", env: {URL: "${secrets.hook.url}"}}
  file: {image: "a/a:1", files: {/etc/a/key: "${secrets.hook.key}"}}
  whole: {image: "a/a:1", files: {/etc/a/conf: "${secrets.hook.url}"}}
  all: {image: "a/a:1", envFrom: [secrets.hook]}
  init: {image: "a/a:1", initContainers: {first: {image: "a/b:1", env: {KEY: "${secrets.hook.key}"}}}}
  beside: {image: "a/a:1", sidecars: {proxy: {image: "a/c:1", env: {KEY: "${secrets.hook.key}"}}}}
  cache-url: {image: "a/a:1", env: {CACHE: "${redis.cache.url}"}}
  cache-password: {image: "a/a:1", env: {CACHE: "${redis.cache.password}"}}
  database: {image: "a/a:1", env: {DATABASE: "${postgres.db.url}"}}
  none: {image: "a/a:1", env: {A: one}}
jobs:
  once: {image: "a/a:1", env: {KEY: "${secrets.hook.key}"}}
  nightly: {image: "a/a:1", schedule: "0 3 * * *", env: {DATABASE: "${postgres.db.url}"}}
redis: {cache: {password: "${secrets.cachepw.password}", persistence: none, evictionPolicy: allkeys-lru}}
postgres: {db: {password: "${secrets.dbpw.password}"}}
secrets:
  hook: {key: {revision: 1}, url: "https://u:${secrets.hook.key}@h.example.org/x"}
  cachepw: {password: {revision: 1}}
  dbpw: {password: {revision: 1}}
profiles:
  dev: {}
  existing: {preset: prod, secretProvider: existing, apps: {whole: null}}
  external: {preset: prod, secretProvider: {external: {store: vault, prefix: demo}}}
"#;

/// Pods by the name of their workload; a Job without the hash of its name.
fn pods(profile: &str, set: &str) -> BTreeMap<String, Value> {
    let said = Kgen::new().file("kgen.yaml", PROJECT).args(["render", profile, "--set", set, "--quiet"]).says();
    let mut out = BTreeMap::new();
    for object in documents(&said) {
        let kind = object["kind"].as_str().unwrap().to_owned();
        let name = object["metadata"]["name"].as_str().unwrap();
        let name = if kind == "Job" { name.rsplit_once('-').unwrap().0 } else { name };
        let template = match kind.as_str() {
            "Deployment" | "StatefulSet" | "Job" => &object["spec"]["template"],
            "CronJob" => &object["spec"]["jobTemplate"],
            "ExternalSecret" => &object["metadata"]["annotations"],
            _ => continue,
        };
        out.insert(format!("{kind}/{name}"), template.clone());
    }
    out
}

fn changed(profile: &str, secret: &str) -> BTreeSet<String> {
    let (old, new) = (pods(profile, &format!("{secret}.revision=1")), pods(profile, &format!("{secret}.revision=2")));
    assert_eq!(old.len(), new.len());
    old.into_iter().filter(|(name, pod)| new[name] != *pod).map(|(name, _)| name).collect()
}

#[test]
fn a_revision_reaches_exactly_its_readers() {
    let readers: [(&str, &[&str]); 3] = [
        ("secrets.hook.key", &["all", "beside", "composed", "direct", "file", "init", "nested", "whole"]),
        ("secrets.cachepw.password", &["cache", "cache-password", "cache-url"]),
        // PostgreSQL reads its password when it makes its files, and by `ALTER ROLE`: `kgen notes`.
        ("secrets.dbpw.password", &["database"]),
    ];
    for (secret, names) in readers {
        let full = |name: &&str| if name.contains('/') { (*name).to_owned() } else { format!("Deployment/{name}") };
        for profile in ["dev", "existing", "external"] {
            // Nobody composes a file of what exists already.
            let here = names.iter().filter(|name| profile != "existing" || **name != "whole");
            let wanted: BTreeSet<String> = here.map(full).collect();
            let mut found = changed(profile, secret);
            let fetched: Vec<String> =
                found.iter().filter(|name| name.starts_with("ExternalSecret/")).cloned().collect();
            found.retain(|name| !name.starts_with("ExternalSecret/"));
            assert_eq!(found, wanted, "{secret} under {profile}");
            assert_eq!(!fetched.is_empty(), profile == "external", "{secret} under {profile}: {fetched:?}");
        }
    }
}
