//! Random Kubernetes objects and random changes of them. They need not make sense, but their shape is real.

use serde_json::{Map, Value, json};

use crate::random::Random;

pub const KINDS: [(&str, &str); 14] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ServiceAccount"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("example.com/v1", "Widget"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
];

pub const IMAGES: [&str; 4] = ["nginx", "r.io:5000/a/api", "ghcr.io/acme/web", "busybox"];

pub fn object(random: &mut Random, api_version: &str, kind: &str, name: &str) -> Value {
    let mut object = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"name": name, "labels": {"app": name}},
    });
    let map = object.as_object_mut().unwrap();
    match kind {
        "ConfigMap" => drop(map.insert("data".into(), strings(random, 4))),
        "ServiceAccount" => {
            map.insert("secrets".into(), named(random, 3, |_| json!({})));
            map.insert("imagePullSecrets".into(), named(random, 2, |_| json!({})));
        }
        _ => drop(map.insert("spec".into(), spec(random, kind))),
    }
    object
}

fn spec(random: &mut Random, kind: &str) -> Value {
    match kind {
        "Deployment" | "StatefulSet" | "Job" => {
            json!({"replicas": random.below(3), "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
                   "template": {"metadata": {"labels": strings(random, 2)}, "spec": pod(random)}})
        }
        "CronJob" => json!({"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": pod(random)}}}}),
        "Service" => json!({"selector": strings(random, 2), "ports": ports(random, "port")}),
        "PodDisruptionBudget" => json!({"minAvailable": 1, "selector": {"matchLabels": strings(random, 3)}}),
        "Widget" => {
            json!({"template": {"spec": pod(random)}, "list": named(random, 3, |_| json!({})), "map": strings(random, 3)})
        }
        _ => {
            json!({"rules": named(random, 3, |r| json!({"host": word(r)})), "limits": strings(random, 3), "n": random.below(9)})
        }
    }
}

type Field = (&'static str, fn(&mut Random) -> Value);

fn pod(random: &mut Random) -> Value {
    let mut pod = json!({
        "containers": named(random, 3, container),
        "volumes": named(random, 4, |r| r.pick(&[json!({"emptyDir": {}}), json!({"configMap": {"name": "x"}})]).clone()),
    });
    let map = pod.as_object_mut().unwrap();
    let extra: [Field; 7] = [
        ("initContainers", |r| named(r, 2, container)),
        ("imagePullSecrets", |r| named(r, 3, |_| json!({}))),
        ("nodeSelector", |r| strings(r, 3)),
        ("tolerations", |r| named(r, 3, |_| json!({"operator": "Exists"}))),
        ("hostAliases", |r| {
            Value::from(distinct(r, 3).into_iter().map(|ip| json!({"ip": ip, "hostnames": ["h"]})).collect::<Vec<_>>())
        }),
        ("topologySpreadConstraints", |r| {
            let keys = distinct(r, 3).into_iter();
            Value::from(
                keys.map(|key| json!({"topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}))
                    .collect::<Vec<_>>(),
            )
        }),
        ("securityContext", |r| json!({"runAsUser": r.below(3), "seccompProfile": {"type": word(r)}})),
    ];
    for (key, make) in extra {
        if random.chance(40) {
            map.insert(key.into(), make(random));
        }
    }
    pod
}

fn container(random: &mut Random) -> Value {
    let image = format!("{}:{}", random.pick(&IMAGES), random.below(3));
    let mut container = json!({"image": image, "env": named(random, 6, variable)});
    let map = container.as_object_mut().unwrap();
    let extra: [Field; 5] = [
        ("args", |r| Value::from(distinct(r, 3))),
        ("ports", |r| ports(r, "containerPort")),
        ("resources", |r| json!({"limits": strings(r, 2), "requests": strings(r, 2)})),
        ("volumeMounts", |r| {
            Value::from(
                distinct(r, 4).into_iter().map(|path| json!({"mountPath": path, "name": "v"})).collect::<Vec<_>>(),
            )
        }),
        ("readinessProbe", |r| {
            r.pick(&[
                json!({"httpGet": {"path": "/", "port": 80}}),
                json!({"exec": {"command": ["x"]}, "periodSeconds": 3}),
            ])
            .clone()
        }),
    ];
    for (key, make) in extra {
        if random.chance(50) {
            map.insert(key.into(), make(random));
        }
    }
    container
}

fn variable(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({"valueFrom": {"secretKeyRef": {"name": word(random), "key": "k"}}}),
        _ => json!({"value": word(random)}),
    }
}

fn ports(random: &mut Random, key: &str) -> Value {
    let protocol = random.chance(50);
    let mixed = random.chance(10);
    let port = |random: &mut Random, name: String| {
        let number = 80 + name.len() + usize::from(name.as_bytes()[0]);
        let mut port = json!({key: number, "name": name});
        if protocol && !(mixed && random.chance(50)) {
            port["protocol"] = random.pick(&["TCP", "TCP", "UDP"]).to_string().into();
        }
        port
    };
    let names = distinct(random, 3);
    names.into_iter().map(|name| port(random, name)).collect()
}

const WORDS: [&str; 12] = ["a", "b", "c", "dd", "y", "no", "1", "true", "x y", "$(A)/b", "0.5", "é\nz\n"];

pub fn word(random: &mut Random) -> String {
    random.pick(&WORDS).to_string()
}

/// Up to so many names, none twice.
fn distinct(random: &mut Random, most: usize) -> Vec<String> {
    let mut names: Vec<String> = ["a", "bb", "ccc", "dddd", "e", "ff"].map(Into::into).into();
    random.shuffle(&mut names);
    names.truncate(random.below(most) + 1);
    names
}

fn named(random: &mut Random, most: usize, make: impl Fn(&mut Random) -> Value) -> Value {
    let names = distinct(random, most);
    let element = |name: String| {
        let mut map = Map::from_iter([("name".to_owned(), Value::from(name))]);
        map.extend(make(random).as_object().cloned().unwrap_or_default());
        Value::from(map)
    };
    names.into_iter().map(element).collect()
}

fn strings(random: &mut Random, most: usize) -> Value {
    let names = distinct(random, most);
    Value::from(names.into_iter().map(|name| (name, word(random).into())).collect::<Map<_, _>>())
}

/// Changes something anywhere below `metadata` (not the identity) or beside it.
pub fn mutate(random: &mut Random, object: &mut Value) {
    let map = object.as_object_mut().unwrap();
    let mut keys: Vec<_> =
        map.keys().filter(|key| !matches!(key.as_str(), "apiVersion" | "kind" | "metadata")).cloned().collect();
    if random.chance(15) {
        let metadata = map["metadata"].as_object_mut().unwrap();
        let key = *random.pick(&["labels", "annotations"]);
        let entry = metadata.entry(key).or_insert_with(|| json!({}));
        entry.as_object_mut().unwrap().insert(random.pick(&["l", "m"]).to_string(), word(random).into());
        return;
    }
    random.shuffle(&mut keys);
    if let Some(value) = keys.first().and_then(|key| map.get_mut(key)) {
        change(random, value);
    }
}

fn change(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(map) => change_map(random, map),
        Value::Array(list) => change_list(random, list),
        Value::String(text) => *text = word(random),
        Value::Number(_) => *value = random.below(9).into(),
        Value::Bool(old) => *value = (!*old).into(),
        Value::Null => *value = word(random).into(),
    }
}

fn change_map(random: &mut Random, map: &mut Map<String, Value>) {
    let keys: Vec<_> = map.keys().filter(|key| *key != "name" || random.chance(5)).cloned().collect();
    let Some(key) = (!keys.is_empty()).then(|| random.pick(&keys).clone()) else { return };
    match random.below(100) {
        0..12 => drop(map.remove(&key)),
        12..16 => drop(map.insert(
            "extra".into(),
            random.pick(&[json!({}), json!([]), json!({"a": {"b": null}}), json!([1])]).clone(),
        )),
        // kustomize's own transformers stop at a `template` or `containers` that is a string; the typed checks do too.
        16..18 if matches!(key.as_str(), "securityContext" | "limits" | "map" | "args" | "value" | "extra") => {
            drop(map.insert(key, random.pick(&[json!({}), json!([]), json!(null), json!("s"), json!(1.5)]).clone()))
        }
        18..26 if map.contains_key("value") || map.contains_key("valueFrom") => {
            let new = variable(random);
            map.retain(|key, _| key == "name");
            map.extend(new.as_object().cloned().unwrap());
        }
        _ => change(random, &mut map[&key]),
    }
}

fn change_list(random: &mut Random, list: &mut Vec<Value>) {
    if list.is_empty() {
        list.push(json!({"name": "new"}));
        return;
    }
    let at = random.below(list.len());
    match random.below(100) {
        0..15 => drop(list.remove(at)),
        15..30 => random.shuffle(list),
        30..45 => {
            let mut new = list[at].clone();
            let key = ["containerPort", "port", "mountPath", "ip", "topologyKey", "name"]
                .into_iter()
                .find(|key| new.get(key).is_some());
            match key {
                Some(key @ ("port" | "containerPort")) => new[key] = random.below(99).into(),
                Some(key) if !random.chance(5) => new[key] = format!("n{}", random.below(99)).into(),
                _ => {}
            }
            list.insert(random.below(list.len() + 1), new);
        }
        _ => change(random, &mut list[at]),
    }
}
