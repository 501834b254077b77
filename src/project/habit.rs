//! What people know from other tools, and what it is called here.
//!
//! Owns: the way out of a key or a form that Compose, Helm or Kubernetes has and the project file has not. Exact words
//! only: what is misspelt is `diag/suggest.rs`'s.
//! Does not own: finding the mistake (`schema.rs`). No hint quotes a value: it may be a secret.

use super::rule::{MOUNT_PATH, Rule};
use crate::tree::{Kind, Map, Tree};

/// Places, keys that people write there, and what to write instead.
type Row = (&'static [&'static str], &'static [&'static str], &'static str);

const CONTAINER: &[&str] = &["apps", "jobs", "initContainers.*", "sidecars.*"];
const WORKLOAD: &[&str] = &["apps", "jobs"];
const STORE: &[&str] = &["redis", "postgres"];
const ANY: &[&str] = &["apps", "jobs", "redis", "postgres"];
const SECURED: &[&str] = &["apps", "jobs", "redis", "postgres", "initContainers.*", "sidecars.*"];

#[rustfmt::skip]
const KEYS: &[Row] = &[
    (&[""], &["kind", "version", "networks"], "remove it: a project file has none"),
    (&[""], &["name", "metadata"], "write `project: NAME`"),
    (&[""], &["services", "deployments", "workloads"], "write `apps: {NAME: {image: registry/name:tag}}`"),
    (&[""], &["volumes"], "volumes are written where they are used: `apps: {NAME: {volumes: {/data: {size: 1Gi}}}}`"),
    (&[""], &["environments", "envs", "stages", "overlays"], "write `profiles: {dev: {}, prod: {}}`"),
    (&[""], &["cronjobs", "cronJobs", "crons"], "write them under `jobs`, with `schedule`"),
    (&[""], &["configMaps", "configmaps"], "write `configs: {NAME: {KEY: value}}`"),
    (&[""], &["database", "databases", "postgresql", "db"], "write `postgres: {NAME: {}}`"),
    (&[""], &["cache", "valkey"], "write `redis: {NAME: {}}`, with a Valkey image for Valkey"),
    (&["", "profile"], &["externalSecrets", "secretStore"], "write `secretProvider: {external: {store: NAME}}`"),
    (&[""], &["resources", "extraObjects", "objects"], "raw objects are written under `manifests`"),
    (&["", "profile"], &["ingress", "env", "image", "replicas"], "write it in a component: `apps: {NAME: {...}}`"),
    (&["", "profile"], &["domain", "domains", "host", "hosts", "hostname", "url"],
        "write it in a component: `apps: {NAME: {ingress: {host: shop.example.com}}}`"),
    (&["profile"], &["inherits", "inherit", "from", "base", "parent"], "write `extends: PROFILE`"),
    (CONTAINER, &["environment", "envs", "envVars", "variables"], "write `env: {NAME: value}`"),
    (CONTAINER, &["env_file", "envFile", "configMapRef", "secretRef"], "write `envFrom: [configs.NAME]`, or `secrets.NAME`"),
    (CONTAINER, &["entrypoint"], "write `command: [...]`, which replaces the image's entrypoint"),
    (CONTAINER, &["cmd"], "write `args: [...]`, which replaces the image's arguments"),
    (CONTAINER, &["tag", "repository"], "the tag is a part of the image: `image: registry/name:tag`"),
    (CONTAINER, &["volumeMounts", "mounts", "persistence", "storage"], "write `volumes: {/data: {size: 1Gi}}`, or `files` for texts"),
    (CONTAINER, &["containerPort", "expose", "targetPort", "listen"], "write `port: 8080`"),
    (CONTAINER, &["working_dir", "cwd", "workdir"], "write `workingDir: /path`"),
    (CONTAINER, &["healthcheck", "healthCheck", "health", "probe", "probes", "liveness", "readiness"],
        "write `readinessProbe: {httpGet: /path}`, and `livenessProbe` if a restart helps"),
    (WORKLOAD, &["depends_on", "dependsOn", "needs", "links", "dependencies"], "write `waitFor: [postgres.NAME]`"),
    (WORKLOAD, &["metrics", "prometheus", "monitoring"],
        "write `podAnnotations: {prometheus.io/scrape: \"true\", prometheus.io/port: \"8080\"}`, or a PodMonitor under `manifests`"),
    (WORKLOAD, &["migrate", "migration", "migrations", "hooks", "preDeploy", "preStart"],
        "what runs once is written under `jobs: {migrate: {...}}`, what runs before each pod under `initContainers`"),
    (WORKLOAD, &["configMaps", "configs", "config", "secrets", "secret"],
        "write `envFrom: [secrets.NAME]` for variables, `files: {/path: \"${configs.NAME.KEY}\"}` for files"),
    (&["apps"], &["domain", "domains", "host", "hosts", "hostname", "url", "route", "routes"],
        "write `ingress: {host: shop.example.com}`"),
    (&["apps"], &["tls", "certificate"], "write `ingress: {host: ..., tls: SECRET}`"),
    (&["apps"], &["scale", "instances", "count", "deploy"], "write `replicas: 2`"),
    (&["apps"], &["hpa", "autoscale", "scaling"], "write `autoscaling: {minReplicas: 2, maxReplicas: 5, cpu: 80}`"),
    (&["apps"], &["kind", "type"], "write `workload: Deployment`, `StatefulSet` or `DaemonSet`"),
    (&["apps"], &["schedule", "cron"], "a workload with a schedule is written under `jobs`"),
    (&["apps"], &["restart", "restartPolicy"], "remove it: an app is always restarted"),
    (&["apps"], &["pdb", "podDisruptionBudget"], "write `disruptionBudget: {minAvailable: 1}`"),
    (&["jobs"], &["cron", "cronSchedule"], "write `schedule: \"0 3 * * *\"`"),
    (&["jobs"], &["restart", "retries"], "write `backoffLimit: 3`"),
    (&["jobs"], &["replicas"], "write `parallelism: 2`"),
    (ANY, &["memory", "mem", "mem_limit", "cpu", "cpus", "limits", "requests", "mem_reservation"],
        "write `resources: {requests: {cpu: 100m}, limits: {memory: 512Mi}}`"),
    (ANY, &["spec", "template", "containers", "metadata"], "a component has Kubernetes' fields without that level"),
    (ANY, &["name", "container_name"], "the key above is the component's name"),
    (ANY, &["securityContexts", "runAsUser", "podSecurityContext"], "write `securityContext: {runAsUser: 1000}`"),
    (SECURED, &["readOnlyRootFilesystem", "runAsNonRoot", "runAsGroup", "allowPrivilegeEscalation", "capabilities", "privileged",
        "seccompProfile", "fsGroup"], "write it under `securityContext`"),
    (ANY, &["nodeAffinity", "podAffinity", "podAntiAffinity"], "write `affinity: {...}` as in Kubernetes, or `antiAffinity: preferred`"),
    (&["redis"], &["version", "tag"], "the version is a part of the image: `image: redis:8.2-alpine`"),
    (&["postgres"], &["version", "tag"], "the version is a part of the image: `image: postgres:17`"),
    (STORE, &["size", "volume", "volumes"], "write `storage: 10Gi` (postgres) or `persistence: {size: 10Gi}` (redis)"),
    (&["postgres"], &["persistence"], "write `storage: 10Gi`"),
    (&["redis"], &["storage"], "write `persistence: {size: 10Gi}`"),
    (&["postgres"], &["db", "dbname", "databaseName", "POSTGRES_DB"], "write `database: NAME`"),
    (&["postgres"], &["username", "owner", "POSTGRES_USER"], "write `user: NAME`"),
    (&["redis"], &["sentinel"], "write `mode: sentinel`"),
    (&["redis"], &["architecture", "cluster"], "write `mode: standalone` or `mode: sentinel`"),
    (&["redis"], &["maxmemory", "maxmemory-policy"], "write `maxMemory`, `evictionPolicy`"),
    (&["redis"], &["appendonly", "aof", "save"], "write `persistence: {aof: everysec, size: 1Gi}`"),
    (STORE, &["backups", "snapshot"], "write `backup: {schedule: \"0 3 * * *\", to: {volume: 20Gi}}` (postgres)"),
    (&["autoscaling"], &["min", "minimum"], "write `minReplicas`"),
    (&["autoscaling"], &["max", "maximum"], "write `maxReplicas`"),
    (&["autoscaling"], &["enabled"], "remove it: `autoscaling: null` switches it off"),
    (&["autoscaling"], &["targetCPUUtilizationPercentage", "targetCPU", "averageUtilization"], "write `cpu: 80`"),
    (&["autoscaling"], &["targetMemoryUtilizationPercentage", "targetMemory"], "write `memory: 80`"),
    (&["ingress"], &["enabled"], "remove it: `ingress: none` switches it off"),
    (&["ingress"], &["ingressClassName", "class"], "write `className`"),
    (&["ingress"], &["secretName", "certificate"], "write `tls: SECRET`"),
    (&["ingress"], &["domain", "hostname", "url"], "write `host: shop.example.com`"),
    (&["resources"], &["cpu", "memory"], "write `requests: {cpu: 100m}` or `limits: {memory: 512Mi}`"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["path", "http", "port", "url"], "write `httpGet: {path: /ready, port: 8080}`"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["command", "test", "cmd"], "write `exec: [pg_isready]`, a word each"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["interval"], "write `periodSeconds: 10`"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["timeout"], "write `timeoutSeconds: 3`"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["retries"], "write `failureThreshold: 3`"),
    (&["readinessProbe", "livenessProbe", "startupProbe"], &["start_period", "initialDelay"], "write `startupProbe`, or `initialDelaySeconds`"),
    (&["secretProvider"], &["vault", "aws", "gcp", "azure", "externalSecrets"], VAULT),
    (&["volumes.*"], &["mountPath", "path", "name"], "the key above is the path: `volumes: {/data: {size: 1Gi}}`"),
    (&["volumes.*"], &["storage", "capacity"], "write `size: 1Gi`"),
    (&["secrets.*.*"], &["generate", "random", "length"],
        "leave it out: `kgen secret set PROFILE SECRET KEY --generate` makes a value, `minLength` says how long"),
    (&["volumes.*"], &["pvc", "claimName"], "write `claim: NAME`"),
];

const VAULT: &str = "External Secrets Operator reads it: `{external: {store: NAME}}` names its SecretStore";

/// The keys that hold components by name, with an example of one.
const COMPONENTS: [(&str, &str); 6] = [
    ("apps", "{api: {image: registry/name:tag}}"),
    ("jobs", "{migrate: {image: registry/name:tag}}"),
    ("redis", "{cache: {}}"),
    ("postgres", "{db: {}}"),
    ("configs", "{NAME: {KEY: value}}"),
    ("secrets", "{NAME: {KEY: {}}}"),
];

/// What to write instead of a key that is not known at `path`. `root` is the layer that it stands in.
pub fn key<O>(key: &str, path: &str, root: &Tree<O>) -> Option<String> {
    if key.chars().any(|c| !c.is_ascii() && (c.is_whitespace() || c == '\u{200b}')) {
        return Some("it has a no-break space in it: YAML indents with spaces only".into());
    }
    let here = place(path);
    if let Some(row) = row(key, &here) {
        return Some(row.2.to_owned());
    }
    match &*here {
        "profile" => component(key, root),
        "" if matches!(key, "dev" | "staging" | "prod" | "production" | "test") => {
            Some(format!("write it under `profiles`: `profiles: {{{key}: {{}}}}`"))
        }
        _ => None,
    }
}

fn row(key: &str, place: &str) -> Option<&'static Row> {
    KEYS.iter().find(|row| row.0.contains(&place) && row.1.contains(&key))
}

/// Whether people write this key at `path`.
pub fn knows(key: &str, path: &str) -> bool {
    row(key, &place(path)).is_some()
}

/// `dev: {api: ...}` for `dev: {apps: {api: ...}}`.
fn component<O>(key: &str, root: &Tree<O>) -> Option<String> {
    let holds = |kind: &str| root.get(kind).and_then(Tree::as_map).is_some_and(|map| map.entry(key).is_some());
    let (kind, _) = COMPONENTS.iter().find(|(kind, _)| holds(kind))?;
    Some(format!("write `{kind}: {{{key}: ...}}`"))
}

/// What to write instead of a value whose form does not fit.
pub fn form<O>(value: &Tree<O>, path: &str) -> Option<String> {
    let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
    let text = value.as_str();
    let is_list = matches!(value.kind, Kind::List(_));
    let is_top = matches!(&*place(parent), "" | "profile");
    if let Some((kind, example)) = COMPONENTS.iter().find(|(kind, _)| is_top && *kind == key) {
        return Some(format!("write a map by name: `{kind}: {example}`"));
    }
    if text.is_some() && key.starts_with("manifests[") {
        return Some("write `{file: PATH}`".into());
    }
    if let Some(hint) = child(value, &place(parent), parent, key) {
        return Some(hint);
    }
    let hint = match key {
        "patches" if value.as_map().is_some() => {
            "write a list: `[{target: {kind: Deployment, name: NAME}, patch: {...}}]`"
        }
        "env" if is_list => "write a map: `env: {NAME: value}`",
        "env" if text.is_some_and(|text| text.starts_with("${")) => {
            "what several apps read stands in `configs`: `envFrom: [configs.NAME]` in each of them"
        }
        "ports" if is_list => "write `port: 8080`, or a map by name: `ports: {http: 8080}`",
        "ports" if !value.is_container() => "write `port: 8080`",
        "volumes" if is_list => "write a map by path: `volumes: {/data: {size: 1Gi}}`",
        "files" if is_list => "write a map by path: `files: {/etc/app.toml: {file: app.toml}}`",
        "initContainers" | "sidecars" if is_list => "write a map by name: `{NAME: {image: registry/name:tag}}`",
        "image" if value.is_container() => "write it in one text: `image: registry/name:tag`",
        "command" | "args" | "exec" if text.is_some() => {
            "write a list, a word each: `[npm, run, worker]`, or `[sh, -c, \"...\"]` for a shell"
        }
        "waitFor" if text.is_some() => "write a list: `[postgres.NAME]`",
        "envFrom" if !is_list => "write a list: `[configs.NAME]`, `[secrets.NAME]`",
        "ingress" if text.is_some() => "write `ingress: {host: shop.example.com}`",
        "ingress" if is_list => "write one map; `host` may be a list",
        "tls" => "write the name of a Secret: `tls: shop-tls`",
        "readinessProbe" | "livenessProbe" | "startupProbe" if text.is_some() => "write `{httpGet: /path}`",
        "tolerations" | "topologySpreadConstraints" | "hostAliases" if value.as_map().is_some() => {
            "write a list: `[{...}]`"
        }
        "claim" if value.as_map().is_some() => {
            "`claim` names one that exists; a new one is written without it: `{size: 1Gi, accessModes: [ReadWriteOnce]}`"
        }
        "secretProvider" if text.is_some() => VAULT,
        "configMap" if text.is_some() => "write `{configMap: {name: NAME}}`",
        "secret" if text.is_some() => "write `{secret: {secretName: NAME}}`",
        "persistence" if !value.is_container() => "write `{aof: everysec, size: 1Gi}`",
        "aof" => "write `aof: everysec`, or `no`",
        "resources" => "write `{requests: {cpu: 100m}, limits: {memory: 512Mi}}`",
        "autoscaling" => "write `{minReplicas: 2, maxReplicas: 5, cpu: 80}`",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Of elements that have a name of the user's own.
fn child<O>(value: &Tree<O>, place: &str, parent: &str, key: &str) -> Option<String> {
    let is_list = matches!(value.kind, Kind::List(_));
    match place {
        "secrets" if parent.ends_with("secrets") && is_list => {
            Some(format!("write a map with a key for each value: `{key}: {{KEY: {{}}}}`"))
        }
        "env" if is_list => Some("a variable is one text: `a,b,c`".into()),
        "volumes" if value.as_str().is_some_and(|text| text.starts_with('/')) => {
            Some("the path stands before: `volumes: {/data: {size: 1Gi}}`".into())
        }
        "volumes" if value.as_str().is_some() => Some("write `{size: 10Gi}`, or `{emptyDir: {}}`".into()),
        _ => None,
    }
}

/// What a text that breaks the rule of its kind should be.
pub fn text(value: &str, path: &str) -> Option<String> {
    let key = path.rsplit_once('.').map_or(path, |(_, key)| key).trim_end_matches(|c| "0123456789[]".contains(c));
    match key {
        "host" | "hostnames" if value.contains("://") => Some("write the host's name alone: `shop.example.com`".into()),
        _ => None,
    }
}

/// A name that would do: `my_worker` is `my-worker`.
pub fn name(name: &str, rule: &Rule) -> Option<String> {
    if rule.noun == MOUNT_PATH.noun {
        return Some("write the path in the container: `{/data: {...}}`".into());
    }
    let instead = |taken: &str, by: &str| name.replace(|c| taken.contains(c), by);
    let candidates = match rule.noun {
        "environment variable name" => vec![instead(" ", "_")],
        "a name" | "component name" | "container name" | "port name" => {
            ["_ /", "_ /."].map(|taken| instead(taken, "-").to_lowercase().trim_matches('-').to_owned()).into()
        }
        _ => return None,
    };
    let found = candidates.into_iter().find(|found| (rule.check)(found).is_ok())?;
    Some(format!("write `{found}`"))
}

/// What the whole file is, where it is another tool's.
pub fn file<O>(map: &Map<O>) -> Option<(String, &'static str)> {
    let text = |key: &str| map.entry(key).and_then(|entry| entry.value.as_str());
    if text("apiVersion").is_some_and(|version| version.starts_with("kgen.")) || map.entry("project").is_some() {
        return None;
    }
    if let (Some(kind), Some(_)) = (text("kind"), text("apiVersion")) {
        let hint = "write a project file; objects as they are go into its list `manifests`: `- {file: PATH}`";
        return Some((format!("this is a Kubernetes object of kind `{kind}`, not a project file"), hint));
    }
    let services = map.entry("services").and_then(|entry| entry.value.as_map())?;
    let is_service = |key: &str| services.entries().any(|(_, entry)| entry.value.get(key).is_some());
    let hint = "`kgen init --from FILE` converts it";
    ["image", "build"].into_iter().any(is_service).then(|| ("this is a Compose file, not a project file".into(), hint))
}

/// What kind of place a path is: `` at the top, `profile`, `apps` for one of them, `volumes.*` for an element, else the
/// last key.
fn place(path: &str) -> String {
    let mut keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
    if keys.first() == Some(&"profiles") && keys.len() > 1 {
        keys.drain(..2);
        if keys.is_empty() {
            return "profile".into();
        }
    }
    match keys[..] {
        [] => String::new(),
        [kind, _] if COMPONENTS.iter().any(|(known, _)| *known == kind) => kind.into(),
        ["secrets", _, _] => "secrets.*.*".into(),
        [.., map @ ("initContainers" | "sidecars"), _] => format!("{map}.*"),
        _ if path.contains("volumes.") && !path.ends_with("volumes") => "volumes.*".into(),
        [.., last] => last.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::language;
    use crate::project::schema::Object;

    /// A hint for a key that is known would never be seen.
    #[test]
    fn no_habit_is_a_known_key() {
        let object = |place: &str| -> Option<&'static Object> {
            Some(match place {
                "" => &language::PROJECT,
                "apps" => language::APP_TYPE.object()?,
                "jobs" => language::JOB_TYPE.object()?,
                "redis" => language::REDIS_TYPE.object()?,
                "postgres" => language::POSTGRES_TYPE.object()?,
                _ => return None,
            })
        };
        for (places, keys, _) in KEYS {
            for (place, key) in places.iter().flat_map(|place| keys.iter().map(move |key| (place, key))) {
                let known = object(place).and_then(|object| object.field(key));
                assert!(known.is_none(), "{place}: {key}");
            }
        }
    }

    #[test]
    fn one_row_for_a_key_of_a_place() {
        let mut seen = std::collections::BTreeSet::new();
        for (places, keys, _) in KEYS {
            for pair in places.iter().flat_map(|place| keys.iter().map(move |key| (place, key))) {
                assert!(seen.insert(pair), "{pair:?}");
            }
        }
    }

    #[test]
    fn places() {
        for (path, wanted) in [
            ("", ""),
            ("profiles.dev", "profile"),
            ("apps.api", "apps"),
            ("profiles.dev.apps.api", "apps"),
            ("profiles.dev.apps.api.autoscaling", "autoscaling"),
            ("apps.api.initContainers.setup", "initContainers.*"),
            ("apps.api.volumes./var/lib", "volumes.*"),
            ("redis.cache", "redis"),
            ("secrets.stripe.key", "secrets.*.*"),
        ] {
            assert_eq!(place(path), wanted, "{path}");
        }
    }
}
