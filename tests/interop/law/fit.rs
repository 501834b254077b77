//! What fields of a component ask of each other: mends a component that was made, or changed, field by field.
//!
//! Nothing here is a rule of kgen's that the test could hide: what is mended is refused with a message of its own, which
//! `tests/errors` has.

use serde_json::{Map, Value, json};

use crate::law::make::Maker;
use kgen::project::language::{postgres::POSTGRES, redis::REDIS};
use kgen::project::schema::Object;

type Fields = Map<String, Value>;

fn is(map: &Fields, key: &str, word: &str) -> bool {
    map.get(key).and_then(Value::as_str) == Some(word)
}

fn keep(map: &mut Fields, keys: &[&str]) {
    map.retain(|key, _| !keys.contains(&key.as_str()));
}

fn inner<'m>(map: &'m mut Fields, key: &str) -> Option<&'m mut Fields> {
    map.get_mut(key)?.as_object_mut()
}

pub fn component(maker: &mut Maker, section: &str, name: &str, value: &mut Value) {
    let mode = maker.world.stores.iter().find(|store| store.name == name).map(|store| store.mode);
    let Some(map) = value.as_object_mut() else { return };
    match section {
        "apps" => app(maker, map),
        "jobs" => job(map),
        _ => store(section, mode.unwrap_or("standalone"), map),
    }
    common(map);
}

fn common(map: &mut Fields) {
    once(map, "imagePullSecrets", |item| item.get("name").or(Some(item)).cloned());
    once(map, "hostAliases", |item| item.get("ip").cloned());
    once(map, "topologySpreadConstraints", |item| {
        Some(json!([item.get("topologyKey"), item.get("whenUnsatisfiable")]))
    });
    if is(map, "dnsPolicy", "None") && !map.contains_key("dnsConfig") {
        map.remove("dnsPolicy");
    }
    // Nobody else allows them.
    let risky = ["env-order", "host-network", "host-port", "host-path", "volume-type", "pod-security", "run-as-root"];
    let text = Value::from(map.clone()).to_string();
    let is_risky = ["$(", "hostNetwork", "hostPort", "hostPath", "\"nfs\"", "\"host\":", "capabilities"]
        .iter()
        .any(|word| text.contains(word));
    if is_risky {
        let allow = map.entry("allow").or_insert_with(|| json!({}));
        if let Some(allow) = allow.as_object_mut() {
            for id in risky {
                allow.entry(id).or_insert_with(|| "because it is tested".into());
            }
        }
    }
    if let Some(account) = inner(map, "serviceAccount")
        && account.get("create") == Some(&false.into())
    {
        keep(account, &["annotations"]);
    }
}

/// The elements of a list that are the first with their key.
fn once(map: &mut Fields, key: &str, of: impl Fn(&Value) -> Option<Value>) {
    let mut seen = Vec::new();
    let Some(list) = map.get_mut(key).and_then(Value::as_array_mut) else { return };
    list.retain(|item| {
        let key = of(item);
        let is_new = key.is_none() || !seen.contains(&key);
        seen.push(key);
        is_new
    });
}

/// The ports by name, as the component says them.
fn ports(map: &Fields) -> Vec<String> {
    let mut out = Vec::new();
    if map.get("port").is_some_and(|port| !port.is_null()) {
        out.push("http".to_owned());
    }
    out.extend(map.get("ports").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned());
    out
}

fn app(maker: &mut Maker, map: &mut Fields) {
    let text = Value::from(map.clone()).to_string();
    if text.contains("\"partition\"") || map.contains_key("podManagementPolicy") {
        map.insert("workload".into(), "StatefulSet".into());
    }
    let workload = map.get("workload").and_then(Value::as_str).unwrap_or("Deployment").to_owned();
    // `port` is short for one of them.
    if map.contains_key("port")
        && let Some(ports) = inner(map, "ports")
    {
        ports.remove("http");
    }
    if map.get("ports").and_then(Value::as_object).is_some_and(Map::is_empty) {
        map.remove("ports");
    }
    containers(map);
    scaling(map, &workload);
    if map.contains_key("autoscaling") {
        for sidecar in
            map.get_mut("sidecars").and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut())
        {
            sidecar["resources"] = json!({"requests": {"cpu": "10m", "memory": "32Mi"}});
        }
    }
    strategy(map, &workload);
    claims(map, &workload);
    let names = ports(map);
    probes(map, &names);
    served(maker, map, &names, &workload);
}

/// A sidecar's ports have numbers and names of their own.
/// The component's own, and those before and beside it.
fn containers(map: &mut Fields) {
    for (key, fit) in [("sidecars", side as fn(&mut Fields)), ("initContainers", container)] {
        let all = map.get_mut(key).and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut());
        all.filter_map(Value::as_object_mut).for_each(fit);
    }
    container(map);
}

fn side(map: &mut Fields) {
    map.remove("port");
    if let Some(ports) = inner(map, "ports") {
        let all: Vec<Value> = ports.values().cloned().collect();
        ports.clear();
        for (index, mut port) in all.into_iter().enumerate().take(2) {
            let number = 9900 + index as i64;
            match port.as_object_mut() {
                Some(port) => drop(port.insert("containerPort".into(), number.into())),
                None => port = number.into(),
            }
            if let Some(port) = port.as_object_mut() {
                keep(port, &["appProtocol"]);
            }
            ports.insert(format!("side{index}"), port);
        }
    }
    if map.get("ports").and_then(Value::as_object).is_some_and(Map::is_empty) {
        map.remove("ports");
    }
    container(map);
    let names = ports(map);
    probes(map, &names);
}

fn container(map: &mut Fields) {
    let env = map.get_mut("env").and_then(Value::as_object_mut);
    for variable in env.into_iter().flat_map(|map| map.values_mut()) {
        if let Some(variable) = variable.as_object_mut()
            && !variable.contains_key("ref")
        {
            variable.remove("optional");
        }
    }
    for source in map.get_mut("envFrom").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(source) = source.as_object_mut()
            && !source.contains_key("ref")
        {
            source.remove("optional");
        }
    }
    let volumes = map.get_mut("volumes").and_then(Value::as_object_mut);
    for volume in volumes.into_iter().flat_map(|map| map.values_mut()) {
        if let Some(volume) = volume.as_object_mut()
            && !volume.contains_key("size")
        {
            keep(volume, &["storageClassName", "accessModes"]);
            if volume.len() > 1
                && !volume
                    .keys()
                    .all(|key| matches!(key.as_str(), "claim" | "readOnly" | "subPath" | "mountPropagation"))
            {
                volume.remove("claim");
            }
        }
    }
    if map.get("tty") == Some(&true.into()) {
        map.insert("stdin".into(), true.into());
    }
}

fn scaling(map: &mut Fields, workload: &str) {
    if workload == "DaemonSet" {
        keep(map, &["replicas", "autoscaling", "disruptionBudget", "minAvailable"]);
    }
    if map.contains_key("autoscaling") {
        map.remove("replicas");
        if let Some(scaling) = inner(map, "autoscaling") {
            if !["cpu", "memory", "metrics"].iter().any(|key| scaling.contains_key(*key)) {
                scaling.insert("cpu".into(), 70.into());
            }
            scaling.entry("maxReplicas").or_insert_with(|| 9.into());
        }
        // A target in percent needs a request.
        map.insert("resources".into(), json!({"requests": {"cpu": "50m", "memory": "64Mi"}}));
    }
    if map.contains_key("disruptionBudget") && !is(map, "disruptionBudget", "none") && !map.contains_key("autoscaling")
    {
        map.insert("replicas".into(), 4.into());
    }
    if let Some(budget) = inner(map, "disruptionBudget")
        && !budget.contains_key("minAvailable")
        && !budget.contains_key("maxUnavailable")
    {
        budget.insert("maxUnavailable".into(), 1.into());
    }
}

fn strategy(map: &mut Fields, workload: &str) {
    if workload != "StatefulSet" {
        map.remove("podManagementPolicy");
    }
    if workload != "Deployment" {
        map.remove("progressDeadlineSeconds");
    }
    if let (Some(Value::String(kind)), false) = (map.get("strategy").cloned(), workload.is_empty()) {
        map.insert("strategy".into(), fitting(&kind, workload).into());
    }
    let Some(strategy) = inner(map, "strategy") else { return };
    if let Some(Value::String(kind)) = strategy.get("type").cloned() {
        strategy.insert("type".into(), fitting(&kind, workload).into());
    }
    if strategy.get("type").is_some_and(|kind| kind != "RollingUpdate") {
        strategy.remove("rollingUpdate");
    }
    if let Some(rolling) = inner(strategy, "rollingUpdate") {
        match workload {
            "Deployment" => keep(rolling, &["partition"]),
            "StatefulSet" => keep(rolling, &["maxSurge", "maxUnavailable"]),
            _ => {
                keep(rolling, &["partition", "maxSurge"]);
            }
        }
        if rolling.is_empty() {
            strategy.remove("rollingUpdate");
        }
    }
    if strategy.is_empty() {
        map.remove("strategy");
    }
}

fn fitting(kind: &str, workload: &str) -> &'static str {
    match (kind, workload) {
        ("Recreate", "Deployment") => "Recreate",
        ("OnDelete", "StatefulSet" | "DaemonSet") => "OnDelete",
        _ => "RollingUpdate",
    }
}

/// One pod writes a claim, and its rollout ends before the next begins.
fn claims(map: &mut Fields, workload: &str) {
    let mut single = false;
    for group in [Some(&*map)].into_iter().flatten().chain(others(map)) {
        let volumes = group.get("volumes").and_then(Value::as_object);
        single |= volumes.into_iter().flat_map(Map::values).any(|volume| {
            let modes = volume.get("accessModes").map(Value::to_string).unwrap_or_default();
            volume.get("size").is_some() && !modes.contains("ReadWriteMany")
        });
    }
    if single && workload == "Deployment" {
        keep(map, &["autoscaling", "strategy", "disruptionBudget"]);
        map.insert("replicas".into(), 1.into());
    }
    if single && workload == "DaemonSet" {
        map.remove("workload");
        keep(map, &["autoscaling", "strategy", "disruptionBudget"]);
        map.insert("replicas".into(), 1.into());
    }
    if single && let Some(context) = inner(map, "securityContext") {
        context.insert("fsGroup".into(), 2000.into());
    }
}

fn others(map: &Fields) -> impl Iterator<Item = &Fields> {
    let of = |key: &str| map.get(key).and_then(Value::as_object).into_iter().flat_map(Map::values);
    of("initContainers").chain(of("sidecars")).filter_map(Value::as_object)
}

/// A probe asks a port that there is.
fn probes(map: &mut Fields, names: &[String]) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let first = names.first().cloned();
        let Some(probe) = inner(map, key) else { continue };
        let handlers = ["httpGet", "tcpSocket", "exec", "grpc"];
        if !handlers.iter().any(|handler| probe.contains_key(*handler)) {
            probe.insert("exec".into(), json!({"command": ["alive"]}));
        }
        let handler = handlers.into_iter().find(|handler| probe.contains_key(*handler)).unwrap_or("exec");
        match (handler, first) {
            ("exec", _) => {}
            (_, None) => {
                keep(probe, &handlers);
                probe.insert("exec".into(), json!(["alive"]));
            }
            ("grpc", _) => {
                let number = 8080;
                match probe.get_mut("grpc").and_then(Value::as_object_mut) {
                    Some(grpc) => drop(grpc.insert("port".into(), number.into())),
                    None => drop(probe.insert("grpc".into(), number.into())),
                }
            }
            (handler, Some(name)) => match probe.get_mut(handler) {
                Some(Value::Object(socket)) if socket.contains_key("port") => {
                    socket.insert("port".into(), name.into());
                }
                Some(Value::Number(_)) => drop(probe.insert(handler.into(), name.into())),
                _ => {}
            },
        }
        if probe.get("exec").is_some_and(Value::is_object) {
            let exec = probe["exec"].as_object_mut();
            if let Some(exec) = exec {
                exec.entry("command").or_insert_with(|| json!(["alive"]));
            }
        }
    }
}

fn served(maker: &mut Maker, map: &mut Fields, names: &[String], workload: &str) {
    if is(map, "service", "none") && workload == "StatefulSet" {
        map.remove("service");
    }
    if names.is_empty() && ["service", "ingress", "gateway"].iter().any(|key| map.contains_key(*key)) {
        map.insert("port".into(), 8080.into());
        return served(maker, map, &["http".to_owned()], workload);
    }
    if names.is_empty() || is(map, "service", "none") {
        keep(map, &["ingress", "gateway"]);
    }
    if names.is_empty() {
        keep(map, &["service"]);
        return;
    }
    let port = names[0].clone();
    for key in ["ingress", "gateway"] {
        if let Some(route) = inner(map, key) {
            if route.contains_key("port") {
                route.insert("port".into(), port.clone().into());
            }
            if route.contains_key("paths") {
                route.remove("path");
            }
            if route.contains_key("stickySessions") {
                route.entry("className").or_insert_with(|| "nginx".into());
            }
            if key == "ingress" && !route.contains_key("host") {
                let number = maker.world.next();
                route.insert("host".into(), format!("h{number}.example.org").into());
            }
        }
    }
    let sidecars = map.get("sidecars").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let has_side = sidecars.filter_map(|sidecar| sidecar.get("ports")?.get("side0")).next().is_some();
    if let Some(service) = inner(map, "service") {
        if ["loadBalancerClass", "loadBalancerSourceRanges"].iter().any(|key| service.contains_key(*key)) {
            service.insert("type".into(), "LoadBalancer".into());
        } else if ["nodePort", "externalTrafficPolicy"].iter().any(|key| service.contains_key(*key))
            && !is(service, "type", "LoadBalancer")
        {
            service.insert("type".into(), "NodePort".into());
        }
        let kind = service.get("type").and_then(Value::as_str).unwrap_or("ClusterIP").to_owned();
        if kind == "ClusterIP" {
            keep(service, &["nodePort", "externalTrafficPolicy"]);
        } else {
            keep(service, &["clusterIP"]);
        }
        if kind != "LoadBalancer" {
            keep(service, &["loadBalancerClass", "loadBalancerSourceRanges"]);
        }
        if service.contains_key("clusterIP") {
            keep(service, &["sessionAffinity", "internalTrafficPolicy"]);
        }
        if service.contains_key("port") {
            service.remove("ports");
        }
        if let Some(ports) = inner(service, "ports") {
            ports.retain(|name, _| names.contains(name));
            if ports.is_empty() {
                service.remove("ports");
            }
        }
        if has_side && !service.contains_key("port") {
            service.entry("ports").or_insert_with(|| json!({}))["side0"] = 9990.into();
        }
    }
}

fn job(map: &mut Fields) {
    map.entry("restartPolicy").or_insert_with(|| "Never".into());
    containers(map);
    if !map.contains_key("schedule") {
        keep(
            map,
            &[
                "timeZone",
                "concurrencyPolicy",
                "startingDeadlineSeconds",
                "successfulJobsHistoryLimit",
                "failedJobsHistoryLimit",
            ],
        );
    }
}

/// The settings of a store, and parts of them, that only some modes have.
pub fn modes(section: &str) -> Vec<(Vec<&'static str>, &'static [&'static str])> {
    let store: &'static Object = if section == "redis" { &REDIS } else { &POSTGRES };
    let mut out = Vec::new();
    for field in store.fields() {
        out.extend(field.modes.as_ref().map(|modes| (vec![field.key], modes.names)));
        for part in field.ty.object().into_iter().flat_map(Object::fields) {
            out.extend(part.modes.as_ref().map(|modes| (vec![field.key, part.key], modes.names)));
        }
    }
    out
}

/// Only what its mode has.
pub fn store(section: &str, mode: &str, map: &mut Fields) {
    for (path, _) in modes(section).iter().filter(|(_, modes)| !modes.contains(&mode)) {
        match &path[..] {
            [key] => drop(map.remove(*key)),
            [outer, key] => {
                if let Some(inner) = inner(map, outer) {
                    inner.remove(*key);
                    if inner.is_empty() {
                        map.remove(*outer);
                    }
                } else if *outer == "serviceAccount" {
                    // The scalar is its name.
                    map.remove(*outer);
                }
            }
            _ => {}
        }
    }
    if mode == "external" {
        keep(map, &["image", "imagePullPolicy"]);
    }
    if mode == "operator" {
        map.entry("replicas").or_insert_with(|| 3.into());
        if let Some(budget) = inner(map, "disruptionBudget") {
            budget.remove("unhealthyPodEvictionPolicy");
        }
    }
    let memory_only = is(map, "persistence", "none") || (section == "redis" && !map.contains_key("persistence"));
    if section == "redis" && mode == "sentinel" && memory_only {
        map.remove("persistence");
    }
    if section == "redis" && mode == "standalone" {
        let text = Value::from(map.clone()).to_string();
        if map.contains_key("strategy") || text.contains("\"claim\"") {
            map.insert("workload".into(), "Deployment".into());
        }
        let deployment = is(map, "workload", "Deployment");
        if !deployment {
            map.remove("strategy");
            if let Some(persistence) = inner(map, "persistence") {
                persistence.remove("claim");
            }
        }
    }
    if let Some(persistence) = inner(map, "persistence") {
        if mode == "sentinel" && is(persistence, "aof", "no") {
            persistence.remove("aof");
        }
        if mode != "standalone" {
            keep(persistence, &["accessModes"]);
        }
    }
    if let Some(resources) = inner(map, "resources") {
        // The memory of a store is asked for whole.
        if resources.contains_key("limits") && !resources["limits"].get("memory").is_some_and(Value::is_string) {
            resources["limits"]["memory"] = "1Gi".into();
        }
    }
    backup(mode, map);
    if let Some(budget) = inner(map, "disruptionBudget")
        && !budget.contains_key("minAvailable")
        && !budget.contains_key("maxUnavailable")
    {
        budget.insert("maxUnavailable".into(), 1.into());
    }
    if map.contains_key("disruptionBudget") && mode != "standalone" && section == "redis" {
        map.insert("replicas".into(), 3.into());
    }
}

fn backup(mode: &str, map: &mut Fields) {
    let Some(backup) = inner(map, "backup") else { return };
    if !backup.contains_key("schedule") {
        backup.insert("schedule".into(), "0 3 * * *".into());
    }
    let target = backup.get("to").cloned().unwrap_or_default();
    if mode == "cnpg" && target.get("s3").is_none() || !target.is_object() {
        backup.insert("to".into(), json!({"s3": {"bucket": "demo-dumps"}}));
    }
    let volume = backup.get_mut("to").and_then(Value::as_object_mut).and_then(|to| inner(to, "volume"));
    if let Some(volume) = volume
        && !volume.contains_key("size")
    {
        keep(volume, &["storageClassName", "accessModes"]);
        volume.entry("claim").or_insert_with(|| "dumps".into());
    }
    let s3 = backup.get_mut("to").and_then(Value::as_object_mut).and_then(|to| inner(to, "s3"));
    if let Some(s3) = s3
        && s3.contains_key("accessKeyId") != s3.contains_key("secretAccessKey")
    {
        keep(s3, &["accessKeyId", "secretAccessKey"]);
    }
}
