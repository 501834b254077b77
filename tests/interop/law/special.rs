//! What is special about a place: values that follow a rule of their own, Kubernetes' shapes, references.

use kgen::project::rule::{self, Rule};
use serde_json::{Value, json};

use crate::law::make::{At, Maker};
use crate::law::shapes;
use crate::law::words;
use crate::law::yaml::RAW;

pub enum Special {
    Is(Value),
    /// Not here.
    Skip,
    /// As the table says.
    Table,
}

use Special::{Is, Skip, Table};

fn or_skip(value: Option<Value>) -> Special {
    value.map_or(Skip, Is)
}

pub fn at(maker: &mut Maker, at: &At) -> Special {
    let steps: Vec<&str> = at.iter().map(String::as_str).collect();
    let [section, name, rest @ ..] = steps.as_slice() else { return Table };
    let pattern = maker.pattern(at);
    if let Some(found) = shapes::at(maker, &pattern, &steps) {
        return if found.is_null() { Skip } else { Is(found) };
    }
    match *section {
        "apps" | "jobs" => container(maker, section, name, rest),
        "redis" | "postgres" => store(maker, section, name, rest),
        _ => Table,
    }
}

/// A key of a map.
pub fn key(maker: &mut Maker, at: &At, rule: &'static Rule) -> String {
    let is = |other: &'static Rule| (rule.noun, rule.pattern) == (other.noun, other.pattern);
    let last = at.last().map(String::as_str).unwrap_or_default();
    let random = &mut maker.random;
    let words: &[&str] = match last {
        "nodeSelector" => &["disk", "topology.kubernetes.io/zone", "pool"],
        "allow" => &["unused", "pdb-single", "single-replica", "probe-timeout", "ingress-no-tls", "image-pull-always"],
        "files" => &["/etc/f/a.txt", "/etc/f/b", "/etc/g/c d.conf", "/etc/f/é"],
        "volumes" => &["/v/data", "/v/tmp", "/v/x/y", "/v-x", "/v/Ünï", "/var/cache"],
        "initContainers" => &["prepare", "fetch", "y", "007"],
        "sidecars" => &["proxy", "agent", "on", "1e3"],
        "ports" => &["http", "admin", "grpc", "metrics", "y"],
        "requests" | "limits" => &["cpu", "memory", "ephemeral-storage"],
        "config" if at.first().is_some_and(|section| section == "redis") => {
            &["timeout", "notify-keyspace-events", "hz", "tcp-keepalive"]
        }
        "config" => &["max_connections", "log_min_duration_statement", "work_mem", "random_page_cost"],
        _ if is(&rule::ENV_NAME_KEY) => &["A", "B", "C", "D", "LEVEL", "no", "file", "Y", "a.b-c"],
        _ if is(&rule::LABEL_KEY) => &["team", "tier", "example.org/cost", "y", "env", "on"],
        _ if is(&rule::ANNOTATION_KEY) => &["example.org/a", "example.org/owner", "y", "x.y/1.0"],
        _ => &["a", "b", "c"],
    };
    (*random.pick(words)).to_owned()
}

fn container(maker: &mut Maker, section: &str, name: &str, rest: &[&str]) -> Special {
    let of_container = match rest {
        ["initContainers" | "sidecars", _, rest @ ..] => rest,
        rest => rest,
    };
    let random = &mut maker.random;
    match of_container {
        ["env", _, "value"] => return Is(variable(maker)),
        ["env", _, "ref"] => return or_skip(one_reference(maker)),
        ["env", _, "resourceFieldRef", "containerName"] => return Skip,
        ["env", .., "resourceFieldRef", "divisor"] => return Is(random.pick(&["1", "1Mi", "1k"]).to_string().into()),
        ["env", .., "resourceFieldRef", "containerName"] => return Skip,
        ["env", .., "fieldRef", "apiVersion"] => return Is("v1".into()),
        ["envFrom", _, "ref"] => {
            return or_skip(group(maker));
        }
        ["envFrom", _, "prefix"] => return Is(random.pick(&["X_", "P_", "y_"]).to_string().into()),
        ["envFrom", _, "configMapRef" | "secretRef", "name"] => return Is("team-values".into()),
        ["files", _, "value"] => return Is(file_text(maker)),
        ["files", _, "mode"] => return Is(random.pick(&[json!(420), json!(292), json!(format!("{RAW}0555"))]).clone()),
        ["volumes", _, "subPath"] => return Is("sub/a".into()),
        ["volumes", _, "mountPropagation"] => return Is("None".into()),
        ["volumes", _, "claim"] => {
            let number = maker.world.next();
            return Is(format!("claim-{number}{}", maker.world.tag).into());
        }
        ["volumes", _, "accessModes"] => {
            let mode = random.pick(&["ReadWriteOncePod", "ReadWriteMany", "ReadWriteMany"]);
            return Is(json!([mode]));
        }
        ["workingDir"] => return Is(random.pick(&["/srv", "/w d", "/"]).to_string().into()),
        ["ports", port, "containerPort"] => return Is(port_number(port).into()),
        ["ports", _, "hostPort"] => return Is((30_000 + random.below(50)).into()),
        ["ports", _, "appProtocol"] => return Is(random.pick(&["http", "kubernetes.io/h2c"]).to_string().into()),
        ["ports", _, "protocol"] => return Is(random.pick(&["TCP", "TCP", "UDP"]).to_string().into()),
        ["port"] => return Is(random.pick(&[8080, 8000, 80]).to_string().parse::<i64>().unwrap_or(80).into()),
        ["resources", kind, quantity] => return quantity_of(maker, kind, quantity),
        [probe, "successThreshold"] if probe.ends_with("Probe") => {
            return if *probe == "readinessProbe" { Table } else { Is(1.into()) };
        }
        [probe, "initialDelaySeconds"] if probe.ends_with("Probe") => return Table,
        ["readinessProbe", "terminationGracePeriodSeconds"] => return Skip,
        [_, "httpGet", "path"] => return Is(random.pick(&["/health", "/", "/a?b=c&d", "/é"]).to_string().into()),
        [_, "httpGet" | "tcpSocket", "host"] => return Is("127.0.0.1".into()),
        [_, "httpGet" | "tcpSocket", "port"] | [_, "grpc", "port"] | ["ingress" | "gateway", "port"] => {
            // `fit.rs` puts a port of the container here.
            return Is(8080.into());
        }
        [_, "grpc", "service"] => return Is("health".into()),
        _ => {}
    }
    match rest {
        ["waitFor"] => or_skip(waited(maker)),
        ["replicas"] => Is((1 + maker.random.below(4)).into()),
        ["service", rest @ ..] => service(maker, rest),
        ["ingress", "host"] => Is(hosts(maker, section, name)),
        ["ingress", "path"] => Is("/a".into()),
        ["ingress", "paths"] => Is(json!(["/v1", "/v2"])),
        ["ingress", "className"] => Is(maker.random.pick(&["nginx", "traefik", "haproxy"]).to_string().into()),
        ["ingress", "tls"] | ["priorityClassName" | "runtimeClassName"] => {
            Is(maker.random.pick(&["team-a", "team.b", "007"]).to_string().into())
        }
        ["schedulerName"] => Is("fast-scheduler".into()),
        ["gateway", "hostnames"] => Is(json!([format!("{name}.example.org")])),
        ["gateway", "path"] => Is(maker.random.pick(&["/", "/api"]).to_string().into()),
        ["imagePullSecrets", _, "name"] => Is(maker.random.pick(&["registry", "mirror", "y"]).to_string().into()),
        ["serviceAccount", "name"] => Is(format!("sa-{name}").into()),
        ["terminationGracePeriodSeconds"] => Is((20 + maker.random.below(90)).into()),
        ["progressDeadlineSeconds"] => Is((300 + maker.random.below(90)).into()),
        ["minReadySeconds"] => Is(maker.random.below(20).into()),
        ["autoscaling", "minReplicas"] => Is((2 + maker.random.below(2)).into()),
        ["autoscaling", "maxReplicas"] => Is((4 + maker.random.below(9)).into()),
        ["disruptionBudget", "minAvailable"] => Is(maker.random.pick(&[json!(1), json!("50%"), json!("10%")]).clone()),
        ["disruptionBudget", "maxUnavailable"] => Is(maker.random.pick(&[json!(1), json!("50%")]).clone()),
        ["strategy", "rollingUpdate", "maxSurge"] => Is(maker.random.pick(&[json!(1), json!("25%")]).clone()),
        ["strategy", "rollingUpdate", "maxUnavailable"] => Is(maker.random.pick(&[json!(1), json!("25%")]).clone()),
        ["timeZone"] => Is(maker.random.pick(&["Etc/UTC", "Europe/Berlin"]).to_string().into()),
        ["activeDeadlineSeconds"] => Is((600 + maker.random.below(900)).into()),
        ["podLabels" | "labels", _] => Is(words::label(&mut maker.random).into()),
        ["nodeSelector", _] => Is(words::label(&mut maker.random).into()),
        ["allow", _] => Is("because it is tested".into()),
        _ => Table,
    }
}

fn port_number(name: &str) -> i64 {
    let known = ["http", "admin", "grpc", "metrics", "y"];
    8000 + known.iter().position(|known| *known == name).unwrap_or(9) as i64 * 100
}

/// Requests are below every limit of a preset, limits above every request.
fn quantity_of(maker: &mut Maker, kind: &str, name: &str) -> Special {
    let words: &[&str] = match (kind, name) {
        ("requests", "cpu") => &["10m", "0.02", "50m"],
        ("limits", "cpu") => &["2", "2000m", "1.5"],
        ("requests", "memory") => &["32Mi", "64Mi", "65536Ki"],
        ("limits", "memory") => &["1Gi", "2048Mi", "1.5Gi"],
        ("requests", _) => &["1Gi", "1024Mi"],
        _ => &["4Gi"],
    };
    Is((*maker.random.pick(words)).into())
}

/// The text of a variable, with all that can stand in one.
fn variable(maker: &mut Maker) -> Value {
    let secret = maker.world.secret_reference(&mut maker.random);
    let plain = maker.world.plain_reference(&mut maker.random);
    match (maker.random.below(100), secret, plain) {
        (0..20, Some(secret), _) => secret.into(),
        (20..28, Some(secret), _) => format!("x-{secret}-y").into(),
        (28..50, _, Some(plain)) => plain.into(),
        (50..56, _, Some(plain)) => format!("http://{plain}/a").into(),
        // Before or behind what it names: `fit.rs` allows both.
        (56..66, ..) => maker.random.pick(&["$(A)/x", "$(B):$(A)", "$(LEVEL)", "$$(A)", "$(C"]).to_string().into(),
        _ => words::text(&mut maker.random).into(),
    }
}

fn one_reference(maker: &mut Maker) -> Option<Value> {
    let (name, keys) = maker.random.pick_or(&maker.world.secrets)?.clone();
    let key = maker.random.pick_or(&keys)?;
    Some(format!("${{secrets.{name}.{key}}}").into())
}

fn group(maker: &mut Maker) -> Option<Value> {
    let mut all: Vec<String> = maker.world.configs.iter().map(|(name, _)| format!("configs.{name}")).collect();
    all.extend(maker.world.secrets.iter().map(|(name, _)| format!("secrets.{name}")));
    Some(maker.random.pick_or(&all)?.as_str().into())
}

fn file_text(maker: &mut Maker) -> Value {
    let configs: Vec<String> = maker
        .world
        .configs
        .iter()
        .flat_map(|(name, keys)| keys.iter().map(move |key| format!("${{configs.{name}.{key}}}")))
        .collect();
    match maker.random.below(100) {
        0..30 if !configs.is_empty() => maker.random.pick(&configs).as_str().into(),
        30..45 => match one_reference(maker) {
            Some(value) => value,
            None => "text".into(),
        },
        _ => words::text(&mut maker.random).into(),
    }
}

fn waited(maker: &mut Maker) -> Option<Value> {
    let all: Vec<String> = maker.world.stores.iter().map(|store| format!("{}.{}", store.section, store.name)).collect();
    let first = maker.random.pick_or(&all)?.clone();
    let mut out = vec![first];
    if maker.random.chance(30) {
        out.extend(maker.random.pick_or(&all).cloned());
        out.dedup();
    }
    Some(out.into())
}

fn hosts(maker: &mut Maker, section: &str, name: &str) -> Value {
    let host = |prefix: &str| format!("{prefix}{name}.{section}.example.org");
    match maker.random.below(3) {
        0 => json!([host("a."), host("b.")]),
        1 => host("${profile}.").into(),
        _ => host("").into(),
    }
}

fn service(maker: &mut Maker, rest: &[&str]) -> Special {
    let random = &mut maker.random;
    match rest {
        ["port"] => Is((80 + random.below(3)).into()),
        ["ports"] => Is(json!({"http": 80, "grpc": 9000, "admin": 8100})),
        ["nodePort"] => Is((30_000 + random.below(2000)).into()),
        ["clusterIP"] => Is("None".into()),
        ["loadBalancerClass"] => Is("example.org/nlb".into()),
        ["loadBalancerSourceRanges"] => Is(json!(["203.0.113.0/24", "10.0.0.0/8"])),
        _ => Table,
    }
}

fn store(maker: &mut Maker, section: &str, name: &str, rest: &[&str]) -> Special {
    let mode = maker.world.stores.iter().find(|store| store.name == name).map_or("standalone", |store| store.mode);
    let secret = one_reference(maker);
    let random = &mut maker.random;
    let pick = |random: &mut crate::random::Random, words: &[&str]| Is((*random.pick(words)).into());
    match rest {
        ["serviceAccount", "create"] if section == "redis" => Is(true.into()),
        // Decided for the whole project, before anything names it.
        ["mode" | "auth" | "url" | "host"] => Skip,
        // The owner's Secret has two keys.
        ["password"] if mode == "cnpg" => Skip,
        ["metrics"] if mode == "operator" => pick(random, &["none", "exporter"]),
        ["service"] => Is(format!("svc-{name}").into()),
        ["port"] => Is((6400 + random.below(9)).into()),
        ["password"] | ["backup", .., "accessKeyId" | "secretAccessKey"] => or_skip(secret),
        ["image"] => match (section, mode) {
            ("redis", "operator") => pick(random, &["quay.io/opstree/redis:v8.2.2", "quay.io/opstree/redis:v7.4.5"]),
            ("redis", _) => pick(random, &["redis:7-alpine", "redis:8.2-alpine", "valkey/valkey:9.0-alpine"]),
            (_, "cnpg") => pick(random, &["ghcr.io/cloudnative-pg/postgresql:17.5-minimal-bookworm"]),
            _ => pick(
                random,
                &["postgres:17.5-alpine", "postgres:16-bookworm", "registry.example.org/postgres:18.1-trixie"],
            ),
        },
        ["persistence" | "storage" | "walStorage", "size"] => pick(random, &["10Gi", "20480Mi", "30Gi"]),
        ["persistence" | "storage", "accessModes"] => Is(json!(["ReadWriteOncePod"])),
        ["persistence", "snapshots"] => Is(random.pick(&[json!(["900 1"]), json!(["900 1", "300 10"])]).clone()),
        ["persistence", "claim"] => Is(format!("claim-{name}").into()),
        ["replicas"] if section == "redis" && mode != "standalone" => {
            Is(random.pick(&[3, 5]).to_string().parse::<i64>().unwrap_or(3).into())
        }
        ["replicas"] => Is(1.into()),
        // It is for tags that do not say it, and those here do.
        ["major"] => Skip,
        ["instances"] => Is(random.pick(&[json!(1), json!(3), json!(4)]).clone()),
        ["config", key] => Is(match *key {
            "notify-keyspace-events" => "Ex".into(),
            "work_mem" => "8MB".into(),
            _ => json!(20 + random.below(80)),
        }),
        ["strategy"] => Is(random.pick(&[json!("Recreate"), json!({"type": "Recreate"})]).clone()),
        ["initSql"] => Is(random
            .pick(&[json!("CREATE TABLE t (n int)"), json!({"file": "files/a.sql"}), json!({"value": "SELECT 1;\n"})])
            .clone()),
        ["username"] => pick(random, &["app", "app user"]),
        ["resources", "requests", "memory"] => pick(random, &["64Mi", "128Mi"]),
        ["resources", kind, quantity] => {
            let (kind, quantity) = ((*kind).to_owned(), (*quantity).to_owned());
            quantity_of(maker, &kind, &quantity)
        }
        [probe, "successThreshold"] if probe.ends_with("Probe") => {
            if *probe == "readinessProbe" {
                Table
            } else {
                Is(1.into())
            }
        }
        ["readinessProbe", "terminationGracePeriodSeconds"] => Skip,
        [probe, "timeoutSeconds"] if probe.ends_with("Probe") => Is((6 + random.below(5)).into()),
        ["startupProbe", "failureThreshold"] => Is((60 + random.below(60)).into()),
        ["env", _, "value"] => Is(words::text(random).into()),
        ["env", _, "ref"] => Skip,
        ["env", .., "resourceFieldRef", "containerName"] => Skip,
        ["env", .., "resourceFieldRef", "divisor"] => pick(random, &["1", "1Mi"]),
        ["env", .., "fieldRef", "apiVersion"] => Is("v1".into()),
        ["disruptionBudget"] if section == "postgres" => Is("none".into()),
        ["disruptionBudget", "minAvailable"] => Is(random.pick(&[json!(1), json!(2)]).clone()),
        ["disruptionBudget", "maxUnavailable"] => Is(1.into()),
        ["backup", "retain"] => Is((3 + random.below(20)).into()),
        ["backup", "schedule"] => pick(random, &["0 3 * * *", "15 */6 * * *"]),
        ["backup", "to", "volume", "claim"] => Is(format!("dumps-{name}").into()),
        ["backup", "to", "volume", "size"] => pick(random, &["20Gi", "30Gi"]),
        ["backup", "to", "volume", "accessModes"] => {
            Is(random.pick(&[json!(["ReadWriteMany"]), json!(["ReadWriteOncePod"])]).clone())
        }
        ["priorityClassName" | "runtimeClassName"] => pick(random, &["team-a", "team.b", "007"]),
        ["schedulerName"] => pick(random, &["fast-scheduler"]),
        ["imagePullSecrets", _, "name"] => pick(random, &["registry", "mirror", "y"]),
        ["serviceAccount", "name"] => Is(format!("sa-{name}").into()),
        ["terminationGracePeriodSeconds"] => Is((100 + random.below(90)).into()),
        ["podLabels" | "labels", _] | ["nodeSelector", _] => Is(words::label(random).into()),
        ["allow", _] => Is("because it is tested".into()),
        _ => Table,
    }
}
