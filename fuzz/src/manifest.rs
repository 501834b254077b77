//! Kubernetes objects of a row of choices: kinds and keys that merges and diffs treat in their own ways.

use std::collections::BTreeMap;

use kgen::resource::{Id, Resource};
use kgen::tree::{Kind, Map, Tree};

use super::bytes::Bytes;

const KINDS: [(&str, &str); 12] = [
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Pod"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("v1", "ServiceAccount"),
    ("networking.k8s.io/v1", "Ingress"),
    ("example.org/v1", "Thing"),
    ("v1", "PersistentVolumeClaim"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
];

const NAMES: [&str; 6] = ["a", "b", "c", "web", "n", "1"];

pub fn object(bytes: &mut Bytes) -> Tree {
    let (api_version, kind) = *bytes.one(&KINDS);
    let mut metadata = Map::new();
    metadata.insert("name", *bytes.one(&NAMES));
    for _ in 0..bytes.below(3) {
        match bytes.below(5) {
            0 => drop(metadata.insert("labels", texts(bytes))),
            1 => drop(metadata.insert("annotations", texts(bytes))),
            2 => drop(metadata.insert("namespace", *bytes.one(&NAMES))),
            3 => drop(metadata.insert("finalizers", words(bytes))),
            _ => drop(metadata.insert("ownerReferences", keyed(bytes, &["uid"], &["kind", "name"], 0))),
        }
    }
    let mut out = Map::new();
    out.insert("apiVersion", api_version);
    out.insert("kind", kind);
    out.insert("metadata", metadata);
    match kind {
        "ConfigMap" => drop(out.insert("data", texts(bytes))),
        "Secret" => drop(out.insert(*bytes.one(&["data", "stringData"]), texts(bytes))),
        "Service" => drop(out.insert("spec", service(bytes))),
        "ServiceAccount" => drop(out.insert("secrets", keyed(bytes, &["name"], &["namespace"], 0))),
        "Pod" => drop(out.insert("spec", pod(bytes))),
        "CronJob" => {
            let job: Tree = Tree::map([("template", Tree::map([("spec", pod(bytes))]))]);
            let spec = Tree::map([("schedule", bytes.text().into()), ("jobTemplate", Tree::map([("spec", job)]))]);
            drop(out.insert("spec", spec));
        }
        "Deployment" | "StatefulSet" => {
            let template: Tree = Tree::map([("metadata", Tree::map([("labels", texts(bytes))])), ("spec", pod(bytes))]);
            let spec = Tree::map([("replicas", Tree::from(bytes.below(9) as i64)), ("template", template)]);
            drop(out.insert("spec", spec));
        }
        _ => drop(out.insert("spec", bytes.value(4))),
    }
    if bytes.rarely(8) {
        out.insert(bytes.text(), bytes.value::<()>(3));
    }
    out.into()
}

fn texts(bytes: &mut Bytes) -> Tree {
    let keys = ["a", "b", "app.toml", "x/y", "k~"];
    Tree::map((0..bytes.below(4)).map(|_| (*bytes.one(&keys), Tree::from(bytes.text()))).collect::<Vec<_>>())
}

fn words(bytes: &mut Bytes) -> Tree {
    Tree::list((0..bytes.below(4)).map(|_| Tree::from(*bytes.one(&NAMES))).collect::<Vec<_>>())
}

/// A list with keys; now and then an element lacks one.
fn keyed(bytes: &mut Bytes, keys: &[&str], fields: &[&str], depth: usize) -> Tree {
    let element = |bytes: &mut Bytes| {
        let mut map = Map::new();
        for (at, key) in keys.iter().enumerate() {
            if !bytes.rarely(if at == 0 { 40 } else { 3 }) {
                let value = match key.to_lowercase().ends_with("port") {
                    true => Tree::from(80 + bytes.below(4) as i64),
                    false => Tree::from(*bytes.one(&NAMES)),
                };
                map.insert(*key, value);
            }
        }
        for _ in 0..bytes.below(3) {
            map.insert(*bytes.one(fields), bytes.value::<()>(depth));
        }
        Tree::from(map)
    };
    Tree::list((0..bytes.below(5)).map(|_| element(bytes)).collect::<Vec<_>>())
}

fn service(bytes: &mut Bytes) -> Tree {
    let mut out = Map::new();
    out.insert("ports", keyed(bytes, &["port", "protocol"], &["name", "targetPort", "nodePort"], 0));
    out.insert("selector", texts(bytes));
    out.into()
}

fn container(bytes: &mut Bytes) -> Tree {
    let mut out = Map::new();
    out.insert("name", *bytes.one(&NAMES));
    out.insert("image", *bytes.one(&["a:1", "a:2", "b/c@sha256:00", "x.y:5000/z", "", "a"]));
    for _ in 0..bytes.below(6) {
        let (key, value) = match bytes.below(6) {
            0 => ("env", keyed(bytes, &["name"], &["value", "valueFrom"], 1)),
            1 => ("ports", keyed(bytes, &["containerPort", "protocol"], &["name", "hostPort"], 0)),
            2 => ("volumeMounts", keyed(bytes, &["mountPath"], &["name", "subPath"], 0)),
            3 => ("args", words(bytes)),
            4 => {
                ("resources", Tree::map([("limits", Tree::map([("memory", *bytes.one(&["1Gi", "1024Mi", "1", ""]))]))]))
            }
            _ => ("securityContext", bytes.value(2)),
        };
        out.insert(key, value);
    }
    out.into()
}

fn pod(bytes: &mut Bytes) -> Tree {
    let mut out = Map::new();
    let containers = |bytes: &mut Bytes| Tree::list((0..bytes.below(4)).map(|_| container(bytes)).collect::<Vec<_>>());
    out.insert("containers", containers(bytes));
    for _ in 0..bytes.below(4) {
        let (key, value) = match bytes.below(6) {
            0 => ("initContainers", containers(bytes)),
            1 => ("volumes", keyed(bytes, &["name"], &["emptyDir", "secret", "configMap"], 2)),
            2 => ("hostAliases", keyed(bytes, &["ip"], &["hostnames"], 1)),
            3 => (
                "topologySpreadConstraints",
                keyed(bytes, &["topologyKey", "whenUnsatisfiable"], &["maxSkew", "labelSelector"], 1),
            ),
            4 => ("tolerations", keyed(bytes, &["key"], &["operator", "value"], 0)),
            _ => ("imagePullSecrets", keyed(bytes, &["name"], &["x"], 0)),
        };
        out.insert(key, value);
    }
    out.into()
}

/// The same tree, changed here and there.
pub fn changed(tree: &Tree, bytes: &mut Bytes) -> Tree {
    match &tree.kind {
        _ if bytes.is_empty() => tree.clone(),
        Kind::Map(map) => {
            let mut out = Map::new();
            for (key, value) in map.iter() {
                match bytes.below(8) {
                    6 if !matches!(&**key, "apiVersion" | "kind" | "metadata" | "name") => {}
                    5 => drop(out.insert(key.clone(), changed(value, bytes))),
                    7 if !matches!(&**key, "apiVersion" | "kind" | "metadata" | "name") => {
                        out.insert(key.clone(), bytes.value::<()>(2));
                    }
                    0..=4 if value.is_container() => drop(out.insert(key.clone(), changed(value, bytes))),
                    _ => drop(out.insert(key.clone(), value.clone())),
                }
            }
            if bytes.rarely(6) {
                out.insert(bytes.text(), bytes.value::<()>(2));
            }
            out.into()
        }
        Kind::List(list) => {
            let mut out: Vec<Tree> = list.iter().map(|item| changed(item, bytes)).collect();
            match bytes.below(6) {
                1 if !out.is_empty() => drop(out.remove(bytes.below(list.len()))),
                2 => out.reverse(),
                3 if !out.is_empty() => out.rotate_left(1),
                4 if !out.is_empty() => out.insert(bytes.below(list.len()), out[0].clone()),
                5 => out.push(bytes.value(2)),
                _ => {}
            }
            Tree::list(out)
        }
        _ => bytes.scalar(),
    }
}

/// Objects of different identity, whose names are names of Kubernetes, as checks see to it before.
pub fn resources(objects: impl IntoIterator<Item = Tree>) -> Vec<Resource> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_name = |id: &Id| {
        id.name.starts_with(is_word)
            && id.name.ends_with(is_word)
            && id.name.chars().all(|c| is_word(c) || "-.".contains(c))
    };
    let mut out: BTreeMap<Id, Resource> = BTreeMap::new();
    for object in objects {
        let Some(id) = Id::of(&object).filter(is_name) else {
            continue;
        };
        let made = Resource::new(format!("apps.{}", id.name), object.map_from(&mut |()| None));
        if let Some(resource) = made {
            out.entry(id).or_insert(resource);
        }
    }
    out.into_values().collect()
}
