//! A person is told of every key that is not carried over: tried with each, in an app, a redis and a postgres.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Found;
use super::super::{Asked, Converted, convert};
use super::*;
use crate::source::Sources;

/// The properties of `schema/compose-spec.json`, by the place that has them.
const SPECIFIED: &str = include_str!("specified.txt");
const SAMPLES: &str = include_str!("samples.txt");

/// A place, its template, its keys with a value for each.
type Sample = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

/// Places with their template, and a value for each key.
fn samples() -> Vec<Sample> {
    let mut out: Vec<Sample> = Vec::new();
    for line in SAMPLES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.strip_prefix("  ") {
            Some(line) => out.last_mut().unwrap().2.push(line.split_once(": ").unwrap()),
            None => {
                let (place, template) = line.split_once(" = ").unwrap();
                out.push((place.trim(), template, Vec::new()));
            }
        }
    }
    out
}

const OF: [(Option<Engine>, &str, &str); 3] = [
    (None, "web", "a/b:1"),
    (Some(Engine::Redis), "cache", "redis:8.2-alpine"),
    (Some(Engine::Postgres), "db", "postgres:18-trixie"),
];

fn read(path: &str) -> Found {
    match path {
        "more.yaml" => Found::Text("services: {more: {image: 'e/f:1'}}".into()),
        "less.yaml" => Found::Text("services: {less: {image: 'e/f:1'}}".into()),
        "here.env" => Found::Text("HERE=1".into()),
        _ => Found::Nothing,
    }
}

/// The project file and what is said, each with its subject.
fn converted(text: &str) -> (String, BTreeSet<(String, String)>) {
    let mut sources = Sources::default();
    let file = sources.add("compose.yaml", text);
    let asked = Asked { read: &read, project: "p".into(), name: None, schema: "s", folder: String::new() };
    let Converted { text: project, notes, .. } = match convert(&mut sources, file, &asked) {
        Ok(converted) => converted,
        Err(report) => panic!("{text}\n{report:?}"),
    };
    (project, notes.into_iter().map(|note| (note.subject, note.text)).collect())
}

/// The file without the key, and with it.
fn pair(template: &str, name: &str, image: &str, key: &str, value: &str) -> (String, String) {
    let whole = format!("{{{}}}", template.replace("NAME", name).replace("IMAGE", &format!("{image:?}")));
    let own = |text: &str| text.replace(", HERE", "").replace("HERE", "");
    // The key's own value takes the place of the one that stands there.
    let there = whole.find("HERE").unwrap();
    let open = whole[..there].char_indices().rev().scan(0_i32, |depth, (at, c)| {
        *depth += match c {
            '}' | ']' => 1,
            '{' | '[' => -1,
            _ => 0,
        };
        Some((at, *depth))
    });
    let open = open.take_while(|(_, depth)| *depth >= 0).last().map_or(0, |(at, _)| at);
    let known = whole[open..there].find(&format!("{key}: ")).filter(|_| !key.is_empty()).map(|at| at + open);
    let with = match known {
        Some(at) if key != "services" => {
            let start = at + key.len() + 2;
            let end = start + whole[start..].find([',', '}']).unwrap();
            own(&format!("{}{value}{}", &whole[..start], &whole[end..]))
        }
        Some(_) => format!("{{services: {value}}}"),
        None => whole.replace("HERE", &format!("{key}: {value}")),
    };
    (own(&whole), with)
}

/// The keys that lead to a place, each with its own.
fn above(path: &str) -> Vec<(&'static Place, String)> {
    let parts: Vec<&str> = path.split('.').collect();
    (0..parts.len()).filter_map(|count| Some((place(&parts[..count].join("."))?, parts[count].to_owned()))).collect()
}

#[test]
fn every_key_is_carried_over_or_told_of_or_has_a_reason_to_be_silent() {
    let mut problems = Vec::new();
    let mut tried = 0;
    for (path, template, keys) in samples() {
        for (engine, name, image) in OF {
            // What is above services is the same whatever they are.
            if engine.is_some() && !path.starts_with("services")
                || above(path).iter().any(|(place, key)| !goes_on(place, key, engine))
            {
                continue;
            }
            for (key, value) in &keys {
                let fate = fate(place(path).unwrap(), key, engine).unwrap();
                let (without, with) = pair(template, name, image, key, value);
                let ((old, before), (new, after)) = (converted(&without), converted(&with));
                let said: Vec<_> = after.difference(&before).collect();
                let named = said.iter().any(|(subject, _)| subject.ends_with(key));
                let fits = match fate {
                    Fate::Quiet(_) => old == new && before == after,
                    Fate::Kept => old != new || before != after,
                    Fate::Decide(_) | Fate::Left(_) | Fate::Unless(..) => named,
                };
                tried += 1;
                if !fits {
                    problems.push(format!("{path}.{key} of {name}: {fate:?}, but {said:?}\n{with}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} of {tried}\n{}", problems.len(), problems.join("\n\n"));
    assert!(tried > 350, "{tried}");
}

/// What the specification has is in a table, or told of with what is above it.
#[test]
fn every_key_of_the_specification_has_a_fate() {
    let mut open = Vec::new();
    for (path, keys) in SPECIFIED.lines().filter_map(|line| line.split_once(" = ")) {
        let path = path.trim();
        for key in keys.split_whitespace() {
            let told = |(place, key): &(&Place, String)| fate(place, key, None).is_some_and(|fate| fate != Fate::Kept);
            let own = place(path).and_then(|place| fate(place, key, None));
            if own.is_none() && !above(path).iter().any(told) {
                open.push(joined(path, key));
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_key_stands_once_and_has_a_sample() {
    let samples: BTreeMap<&str, BTreeSet<&str>> =
        samples().into_iter().map(|(path, _, keys)| (path, keys.into_iter().map(|(key, _)| key).collect())).collect();
    for place in file::PLACES.iter().chain(service::PLACES) {
        let keys: BTreeSet<&str> = place.keys.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys.len(), place.keys.len(), "{}", place.path);
        assert_eq!(samples.get(place.path), Some(&keys), "{}", place.path);
    }
}

#[test]
fn what_compose_does_not_know_is_told_with_what_is_near() {
    let text = "services: {web: {image: 'a/b:1', enviroment: {A: b}, deploy: {replica: 2}}}";
    let (_, said) = converted(text);
    for (subject, near) in [("web.enviroment", "environment"), ("web.deploy.replica", "replicas")] {
        let text = format!("Compose has no such key: did you mean `{near}`?");
        assert!(said.contains(&(subject.to_owned(), text)), "{said:?}");
    }
}

/// What stands in a mount, a secret or a check beside the usual.
#[test]
fn what_a_store_has_no_use_for_is_told() {
    let web = "services: {web: {image: 'a/b:1', healthcheck: {interval: 5s}}}";
    assert!(converted(web).1.iter().any(|(subject, _)| subject == "web.healthcheck"));
    let db = "services: {db: {image: 'postgres:18', deploy: {resources: {limits: {memory: 2G}, reservations: {memory: 1G}}}, secrets: [a, b], environment: {POSTGRES_PASSWORD_FILE: /run/secrets/a},
        volumes: ['pg:/var/lib/postgresql', './x.conf:/etc/x.conf', './dumps:/dumps', {type: tmpfs, target: /t}]}}, secrets: {a: {file: a}, b: {file: b}}";
    let (_, said) = converted(&format!("{{{db}}}"));
    let of = |key: &str| {
        said.iter().filter(|(subject, _)| subject == key).map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(
        of("db.volumes"),
        [
            "`/dumps`: the component mounts its data, and nothing else",
            "`/etc/x.conf`: write its parameters under `config`",
            "`/t`: the component mounts its data, and nothing else",
        ]
    );
    assert_eq!(of("db.deploy.resources").len(), 1);
    assert_eq!(of("db.secrets"), ["`b` is not its password, and the component mounts no other secret"]);
}

#[test]
fn a_redis_with_a_maxmemory_says_that_its_limit_follows() {
    let service = "image: 'redis:8', command: redis-server --maxmemory 100mb, mem_limit: 1g";
    let (text, said) = converted(&format!("services: {{cache: {{{service}}}}}"));
    assert!(text.contains("limits: {memory: 223Mi}} # 45 %"), "it keeps what it has: {text}");
    assert!(said.iter().any(|(key, _)| key == "cache.deploy.resources"), "{said:?}");
}

/// One volume in two places of a service is one claim.
#[test]
fn a_volume_that_is_mounted_twice_is_one_claim() {
    let (text, _) = converted("services: {web: {image: 'a/b:1', volumes: ['d:/x', 'd:/y', 'e:/z']}}");
    assert!(text.contains("/x: {size: 1Gi, claim: p-d}\n      /y: {claim: p-d}\n      /z: {size: 1Gi}"), "{text}");
}

/// A database of a client's URL, which the server was not told of; its name may be the password too.
#[test]
fn a_database_that_only_clients_name_is_the_stores() {
    let (text, said) = converted(
        "services: {db: {image: 'postgres:18', environment: {POSTGRES_PASSWORD: shop_of_all}},
          web: {image: 'a/b:1', environment: {DATABASE_URL: 'postgres://postgres:shop_of_all@db/shop_of_all'}}}",
    );
    assert!(text.contains("database: shop_of_all # as its clients name it") && !text.contains("***"), "{text}");
    assert!(text.contains("DATABASE_URL: ${postgres.db.url}"), "{text}");
    assert!(!said.iter().any(|(subject, _)| subject == "db.database"), "{said:?}");
}
