//! What the containers of an object read: by which variable or file, from which ConfigMap, Secret or claim.
//!
//! Owns: the walk through a pod, and the custom resources of operators, which name Secrets in their own words.
//! Does not own: what is behind a name (`scene`).

use std::collections::BTreeMap;

use crate::resource::pods;
use crate::resource::walk::At;
use crate::resource::{Body, Resource};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Config,
    Secret,
    Claim,
    Account,
}

/// One object that a pod reads.
#[derive(Clone, Debug)]
pub struct Read {
    pub what: What,
    pub name: String,
    /// The variable or the path.
    pub label: String,
    /// By what waits before the pod starts.
    pub waits: bool,
    /// Every key becomes a variable.
    pub whole: bool,
}

/// A variable whose value is spelled out.
#[derive(Clone, Debug)]
pub struct Literal<'r> {
    pub name: &'r str,
    pub value: &'r str,
    pub waits: bool,
}

pub fn of(resource: &Resource) -> Vec<Read> {
    let mut out = Vec::new();
    match (resource.id.group(), resource.id.kind.as_str()) {
        ("postgresql.cnpg.io", "Cluster") => cluster(&resource.body, &mut out),
        ("redis.redis.opstreelabs.in", _) => replication(&resource.body, &mut out),
        ("barmancloud.cnpg.io", "ObjectStore") => bucket(&resource.body, &mut out),
        _ => pod(&resource.body, &mut out),
    }
    out
}

/// Every variable with a value of its own.
pub fn literals(body: &Body) -> Vec<Literal<'_>> {
    let mut out = Vec::new();
    for (_, container) in pods::of(body).map(|pod| pod.containers()).unwrap_or_default() {
        for variable in container.items("env") {
            if let (Some(name), Some(value)) = (variable.str("name"), variable.str("value")) {
                out.push(Literal { name, value, waits: waits(&container) });
            }
        }
    }
    out
}

/// kgen's own init containers wait for one store each.
fn waits(container: &At) -> bool {
    container.str("name").is_some_and(|name| name.starts_with("wait-for-"))
}

fn read(what: What, name: Option<&str>, label: impl Into<String>) -> Option<Read> {
    let name = name.filter(|name| !name.is_empty())?.to_owned();
    Some(Read { what, name, label: label.into(), waits: false, whole: false })
}

fn pod(body: &Body, out: &mut Vec<Read>) {
    let Some(pod) = pods::of(body) else { return };
    let containers = pod.containers();
    for (_, container) in &containers {
        let from = out.len();
        variables(container, out);
        let waits = waits(container);
        out[from..].iter_mut().for_each(|read| read.waits = waits);
    }
    let mut paths: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for mount in containers.iter().flat_map(|(_, container)| container.items("volumeMounts")) {
        if let (Some(name), Some(path)) = (mount.str("name"), mount.str("mountPath")) {
            let known = paths.entry(name).or_default();
            if !known.iter().any(|known| known == path) {
                known.push(path.to_owned());
            }
        }
    }
    for volume in pod.spec.items("volumes") {
        let name = volume.str("name").unwrap_or_default();
        let unmounted = || vec![format!("volume {name}")];
        for path in paths.get(name).cloned().unwrap_or_else(unmounted) {
            out.extend(sources(&volume, &path));
        }
    }
    for claim in &pod.claims {
        for path in paths.get(claim).into_iter().flatten() {
            out.extend(read(What::Claim, Some(claim), path.as_str()));
        }
    }
    pulls(&pod.spec, out);
    out.extend(read(What::Account, pod.spec.str("serviceAccountName"), "identity"));
}

fn pulls(spec: &At, out: &mut Vec<Read>) {
    out.extend(spec.items("imagePullSecrets").iter().filter_map(|at| read(What::Secret, at.str("name"), "image pull")));
}

fn variables(container: &At, out: &mut Vec<Read>) {
    for variable in container.items("env") {
        let Some(from) = variable.get("valueFrom") else { continue };
        let label = variable.str("name").unwrap_or_default();
        for (key, what) in [("configMapKeyRef", What::Config), ("secretKeyRef", What::Secret)] {
            out.extend(from.get(key).and_then(|at| read(what, at.str("name"), label)));
        }
    }
    for item in container.items("envFrom") {
        let prefix = item.str("prefix").map(|prefix| format!("{prefix}*"));
        let label = prefix.unwrap_or_else(|| "envFrom".into());
        for (key, what) in [("configMapRef", What::Config), ("secretRef", What::Secret)] {
            let found = item.get(key).and_then(|at| read(what, at.str("name"), label.as_str()));
            out.extend(found.map(|read| Read { whole: true, ..read }));
        }
    }
}

fn sources(volume: &At, path: &str) -> Vec<Read> {
    let kinds = [("configMap", What::Config, "name"), ("secret", What::Secret, "secretName")];
    let mut out: Vec<Read> =
        kinds.iter().filter_map(|(key, what, name)| read(*what, volume.get(key)?.str(name), path)).collect();
    let claim = volume.get("persistentVolumeClaim");
    out.extend(claim.and_then(|at| read(What::Claim, at.str("claimName"), path)));
    for source in volume.get("projected").iter().flat_map(|at| at.items("sources")) {
        let kinds = [("configMap", What::Config), ("secret", What::Secret)];
        out.extend(kinds.iter().filter_map(|(key, what)| read(*what, source.get(key)?.str("name"), path)));
    }
    out
}

/// CloudNativePG: variables, the Secret with its owner, the ConfigMap that makes its tables.
fn cluster(body: &Body, out: &mut Vec<Read>) {
    let Some(spec) = At::root(body).get("spec") else { return };
    variables(&spec, out);
    pulls(&spec, out);
    let Some(initdb) = spec.at(&["bootstrap", "initdb"]) else { return };
    out.extend(initdb.get("secret").and_then(|at| read(What::Secret, at.str("name"), "username, password")));
    for refs in ["postInitSQLRefs", "postInitTemplateSQLRefs", "postInitApplicationSQLRefs"] {
        let Some(refs) = initdb.get(refs) else { continue };
        for (key, what) in [("secretRefs", What::Secret), ("configMapRefs", What::Config)] {
            out.extend(refs.items(key).iter().filter_map(|at| read(what, at.str("name"), at.str("key")?)));
        }
    }
}

fn replication(body: &Body, out: &mut Vec<Read>) {
    let Some(spec) = At::root(body).get("spec") else { return };
    if let Some(kubernetes) = spec.get("kubernetesConfig") {
        out.extend(kubernetes.get("redisSecret").and_then(|at| read(What::Secret, at.str("name"), at.str("key")?)));
        pulls(&kubernetes, out);
    }
    let config = spec.get("redisConfig").and_then(|at| at.str("additionalRedisConfig"));
    out.extend(read(What::Config, config, "redis.conf"));
}

fn bucket(body: &Body, out: &mut Vec<Read>) {
    let Some(spec) = At::root(body).at(&["spec", "configuration"]) else { return };
    for (word, at) in spec.entries("s3Credentials") {
        out.extend(read(What::Secret, at.str("name"), word));
    }
}
