//! What the containers of an object read: by which variable or file, from which ConfigMap, Secret or claim.
//!
//! Owns: what stands on the edge to what is read.
//! Does not own: where a name stands (`resource::reference`), what is behind it (`scene`).

use std::collections::BTreeMap;

use crate::resource::pods::{self, Pod};
use crate::resource::reference::{self, Reference};
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
    let pod = pods::of(&resource.body);
    let paths = pod.as_ref().map(paths).unwrap_or_default();
    let mut out = Vec::new();
    // The certificates of an Ingress are drawn with it.
    let is_drawn = |at: &Reference| at.field.is_some() && !at.is_in("spec.tls[]");
    for reference in reference::of(resource).into_iter().filter(is_drawn) {
        let Some(what) = what(reference.kind) else { continue };
        let waits = reference.container.as_ref().is_some_and(waits);
        let whole = reference.is_in("envFrom[]");
        let labels = labels(&reference, &paths).into_iter();
        out.extend(labels.map(|label| Read { what, name: reference.name.to_owned(), label, waits, whole }));
    }
    for claim in pod.iter().flat_map(|pod| &pod.claims) {
        let labels = paths.get(claim).into_iter().flatten().cloned();
        let read = |label| Read { what: What::Claim, name: (*claim).to_owned(), label, waits: false, whole: false };
        out.extend(labels.map(read));
    }
    out
}

fn what(kind: &str) -> Option<What> {
    match kind {
        "ConfigMap" => Some(What::Config),
        "Secret" => Some(What::Secret),
        "PersistentVolumeClaim" => Some(What::Claim),
        "ServiceAccount" => Some(What::Account),
        _ => None,
    }
}

/// Where the volumes of a pod are mounted, by their names.
fn paths<'t>(pod: &Pod<'t>) -> BTreeMap<&'t str, Vec<String>> {
    let mut out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for mount in pod.containers().iter().flat_map(|(_, container)| container.items("volumeMounts")) {
        if let (Some(name), Some(path)) = (mount.str("name"), mount.str("mountPath")) {
            let known = out.entry(name).or_default();
            if !known.iter().any(|known| known == path) {
                known.push(path.to_owned());
            }
        }
    }
    out
}

/// The variable, the paths, or the words of an operator.
fn labels(reference: &Reference, paths: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    let name = |item: Option<&At>| item.and_then(|item| item.str("name")).unwrap_or_default().to_owned();
    let field = reference.field.unwrap_or_default();
    if reference.is_in("volumes[]") {
        let volume = name(reference.items.first());
        return paths.get(&*volume).cloned().unwrap_or_else(|| vec![format!("volume {volume}")]);
    }
    let prefix = || reference.items.last()?.str("prefix").map(|prefix| format!("{prefix}*"));
    vec![match field {
        _ if field.contains("env[]") => name(reference.items.first()),
        _ if reference.is_in("envFrom[]") => prefix().unwrap_or_else(|| "envFrom".into()),
        _ if field.ends_with("imagePullSecrets[].name") => "image pull".into(),
        "serviceAccountName" => "identity".into(),
        "spec.bootstrap.initdb.secret.name" => "username, password".into(),
        "spec.redisConfig.additionalRedisConfig" => "redis.conf".into(),
        _ if field.contains(".*.") => reference.within.key().unwrap_or_default().to_owned(),
        _ => reference.within.str("key").unwrap_or(reference.at.key().unwrap_or_default()).to_owned(),
    }]
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
