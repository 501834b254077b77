//! Each rule once refused and once accepted.

mod pods;

use serde_json::{Value, json};

use super::check;
use crate::resource::Body;

fn lines(body: &Value) -> Vec<String> {
    let findings = check(&Body::from_json(body), true);
    findings.iter().map(|f| format!("{} {}: {}", f.rule.id, f.place(), f.message)).collect()
}

#[track_caller]
fn accepts(body: Value) {
    assert_eq!(lines(&body), Vec::<String>::new());
}

#[track_caller]
fn refuses(body: Value, expected: &[&str]) {
    assert_eq!(lines(&body), expected);
}

fn object(kind: &str, name: &str, rest: Value) -> Value {
    let mut body = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    body
}

/// The content of a workload, with a template where the test has none.
fn workload(kind: &str, name: &str, spec: Value) -> Value {
    let policy = if kind == "CronJob" { "Never" } else { "Always" };
    let template = json!({"spec": {"restartPolicy": policy, "containers": [{"name": "c", "image": "i"}]}});
    let mut whole = match kind {
        "CronJob" => json!({"jobTemplate": {"spec": {"template": template}}}),
        _ => json!({"template": template}),
    };
    whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    object(kind, name, json!({"spec": whole}))
}

/// A pod with one container that has these fields besides name and image.
fn container(fields: Value) -> Value {
    let mut container = json!({"name": "c", "image": "i:1"});
    container.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    pod(json!({"containers": [container]}))
}

fn pod(spec: Value) -> Value {
    object("Pod", "p", json!({"spec": spec}))
}

fn service(spec: Value) -> Value {
    object("Service", "s", json!({"spec": spec}))
}

#[test]
fn no_text_holds_a_nul() {
    let nul = "the text holds a NUL character";
    let fields = json!({"env": [{"name": "A", "value": "a\0"}], "args": ["\0"], "command": ["a", "\0"],
        "livenessProbe": {"exec": {"command": ["\0"]}}, "workingDir": "/\0"});
    let places = ["args[0]", "command[1]", "env[0].value", "livenessProbe.exec.command[0]", "workingDir"];
    let mut found = lines(&container(fields));
    found.sort();
    assert_eq!(found, places.map(|place| format!("invalid-value spec.containers[0].{place}: {nul}")));
    refuses(
        object("ConfigMap", "a", json!({"data": {"k": "\0"}})),
        &["invalid-value data.k: the text holds a NUL character"],
    );
    refuses(
        object("Secret", "a", json!({"stringData": {"k": "\0"}})),
        &["invalid-value stringData.k: the text holds a NUL character"],
    );
    // Bytes have a place.
    accepts(object("ConfigMap", "a", json!({"binaryData": {"k": "AA=="}})));
    accepts(object("Secret", "a", json!({"data": {"k": "AA=="}})));
}

#[test]
fn names_follow_the_rule_of_their_kind() {
    accepts(object("ConfigMap", "a.b", json!({})));
    accepts(object("Role", "system:reader", json!({})));
    refuses(
        object("Namespace", "a.b", json!({})),
        &["invalid-name metadata.name: the name `a.b` may have only lower case letters, digits and `-`, but has `.`"],
    );
    refuses(
        object("Service", "1a", json!({"spec": {"clusterIP": "None"}})),
        &["invalid-name metadata.name: the name `1a` must begin with a letter"],
    );
    refuses(
        object("Role", "a/b", json!({})),
        &["invalid-name metadata.name: the name `a/b` must not be empty, `.` or `..`, nor have `/` or `%`"],
    );
    refuses(
        json!({"kind": "ConfigMap", "metadata": {}}),
        &["missing-field metadata.name: the required field `name` is missing"],
    );
}

#[test]
fn a_cron_job_has_52_characters() {
    let spec = json!({"schedule": "@daily"});
    accepts(workload("CronJob", &"a".repeat(52), spec.clone()));
    let found = lines(&workload("CronJob", &"a".repeat(53), spec));
    assert!(
        found[0].starts_with("name-too-long metadata.name: ")
            && found[0].ends_with("has 53 characters, 52 are allowed: each run appends eleven characters")
    );
}

#[test]
fn labels_and_annotations_are_checked_in_inner_objects_too() {
    let labelled = |key: &str, value: &str| {
        object(
            "Deployment",
            "d",
            json!({"spec": {"template": {"metadata": {"labels": {key: value}},
            "spec": {"containers": [{"name": "c", "image": "i"}]}}}}),
        )
    };
    accepts(labelled("app.kubernetes.io/version", ""));
    refuses(
        labelled("a b", "c d"),
        &[
            "invalid-label spec.template.metadata.labels.a b: the label key `a b` may have only letters, digits, `-`, `_` and `.`, but has ` `",
            "invalid-label spec.template.metadata.labels.a b: the label value `c d` may have only letters, digits, `-`, `_` and `.`, but has ` `",
        ],
    );
    refuses(
        json!({"kind": "ConfigMap", "metadata": {"name": "c", "annotations": {"a/b/c": "x"}}}),
        &[
            "invalid-annotation metadata.annotations.a/b/c: the annotation key `a/b/c` may have one `/`, between prefix and name",
        ],
    );
    refuses(
        service(json!({"clusterIP": "None", "selector": {"a": "b c"}})),
        &[
            "invalid-label spec.selector.a: the label value `b c` may have only letters, digits, `-`, `_` and `.`, but has ` `",
        ],
    );
}

#[test]
fn annotations_have_256_kib() {
    let sized = |n| json!({"kind": "ConfigMap", "metadata": {"name": "c", "annotations": {"a": "x".repeat(n)}}});
    accepts(sized((256 << 10) - 1));
    refuses(
        sized(256 << 10),
        &["too-large metadata.annotations: annotations may have 262144 bytes in all, but have 262145"],
    );
}

#[test]
fn words_are_from_a_closed_list() {
    accepts(container(json!({"imagePullPolicy": "Always"})));
    refuses(
        container(json!({"imagePullPolicy": "always"})),
        &[
            "invalid-value spec.containers[0].imagePullPolicy: `imagePullPolicy` must be `Always`, `IfNotPresent` or `Never`, but is `always`",
        ],
    );
}

#[test]
fn a_label_that_is_called_like_a_field_is_no_field() {
    accepts(service(json!({"clusterIP": "None", "selector": {"protocol": "http"}})));
    accepts(object("ConfigMap", "c", json!({"data": {"protocol": "http"}})));
}

#[test]
fn a_deployment_does_not_mix_strategies() {
    let with = |strategy: Value| workload("Deployment", "d", json!({"strategy": strategy}));
    accepts(with(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}})));
    refuses(
        with(json!({"type": "Recreate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}})),
        &[
            "invalid-value spec.strategy.rollingUpdate: `rollingUpdate` must not stand beside `type: Recreate`",
            "invalid-value spec.strategy.rollingUpdate: `maxSurge` and `maxUnavailable` must not both be 0",
        ],
    );
    refuses(
        with(json!({"type": "Rolling", "rollingUpdate": {"maxSurge": "half"}})),
        &[
            "invalid-value spec.strategy.type: `type` must be `RollingUpdate` or `Recreate`, but is `Rolling`",
            "invalid-value spec.strategy.rollingUpdate.maxSurge: `maxSurge` must be a whole number or a percentage as `25%`, but is `half`",
        ],
    );
}

#[test]
fn a_selector_finds_the_pods_of_its_template() {
    let with = |label: &str| {
        object(
            "Deployment",
            "d",
            json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": label}},
            "spec": {"containers": [{"name": "c", "image": "i"}]}}}}),
        )
    };
    accepts(with("b"));
    refuses(
        with("c"),
        &[
            "selector-mismatch spec.selector.matchLabels.a: the label `a: b` of the selector is not on the pods of the template",
        ],
    );
}

#[test]
fn a_schedule_is_one_that_kubernetes_reads() {
    let at = |schedule: &str, zone: &str| workload("CronJob", "c", json!({"schedule": schedule, "timeZone": zone}));
    accepts(at("*/5 * * * mon", "Europe/Berlin"));
    refuses(
        at("TZ=UTC 0 3 * * *", "Local"),
        &[
            "invalid-schedule spec.schedule: the schedule `TZ=UTC 0 3 * * *` must not name a time zone; use `timeZone`",
            "invalid-value spec.timeZone: the time zone `Local` must be the name of a zone, as `Europe/Berlin`",
        ],
    );
}

#[test]
fn an_autoscaler_and_a_budget_have_sane_bounds() {
    let target = json!([{"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1.5GB"}}}]);
    accepts(object("HorizontalPodAutoscaler", "h", json!({"spec": {"minReplicas": 2, "maxReplicas": 2}})));
    refuses(
        object(
            "HorizontalPodAutoscaler",
            "h",
            json!({"spec": {"minReplicas": 3, "maxReplicas": 2, "metrics": target}}),
        ),
        &[
            "hpa-min-max spec.maxReplicas: `maxReplicas` 2 is below `minReplicas` 3",
            "invalid-quantity spec.metrics[0].resource.target.averageValue: the quantity `1.5GB` has the unknown suffix `GB`; write `G` or `Gi`",
        ],
    );
    accepts(object("PodDisruptionBudget", "p", json!({"spec": {"maxUnavailable": 1}})));
    refuses(
        object("PodDisruptionBudget", "p", json!({"spec": {"minAvailable": 1, "maxUnavailable": 1}})),
        &[
            "one-of spec: a disruption budget must have exactly one of `minAvailable` or `maxUnavailable`, but has `minAvailable` and `maxUnavailable`",
        ],
    );
}

#[test]
fn a_claim_asks_for_storage_and_one_mode() {
    let claim = |modes: Value, size: &str| {
        object(
            "PersistentVolumeClaim",
            "p",
            json!({"spec": {"accessModes": modes, "resources": {"requests": {"storage": size}}}}),
        )
    };
    accepts(claim(json!(["ReadWriteOncePod"]), "1Gi"));
    refuses(
        claim(json!(["ReadWriteOncePod", "ReadWriteOnce"]), "0"),
        &[
            "invalid-value spec.accessModes: `ReadWriteOncePod` must be the only access mode",
            "invalid-quantity spec.resources.requests.storage: the storage of a claim must be above 0",
        ],
    );
    refuses(
        object("PersistentVolumeClaim", "p", json!({"spec": {}})),
        &[
            "missing-field spec.accessModes: at least one access mode is required",
            "missing-field spec.resources: a claim must request `storage`",
        ],
    );
}

#[test]
fn a_service_has_only_what_its_type_has() {
    accepts(service(
        json!({"type": "NodePort", "externalTrafficPolicy": "Local", "ports": [{"port": 80, "nodePort": 30_080}]}),
    ));
    refuses(
        service(
            json!({"externalTrafficPolicy": "Local", "loadBalancerClass": "a", "ports": [{"port": 80, "nodePort": 30_080}]}),
        ),
        &[
            "service-type spec.loadBalancerClass: `loadBalancerClass` needs `type` to be `LoadBalancer`, but it is `ClusterIP`",
            "service-type spec.externalTrafficPolicy: `externalTrafficPolicy` needs `type` to be `NodePort` or `LoadBalancer`, but it is `ClusterIP`",
            "service-type spec.ports[0].nodePort: `nodePort` needs `type` to be `NodePort` or `LoadBalancer`, but it is `ClusterIP`",
        ],
    );
    refuses(
        service(json!({"type": "LoadBalancer", "clusterIP": "None", "ports": [{"port": 80}]})),
        &["service-type spec.clusterIP: a LoadBalancer Service cannot be headless"],
    );
}

#[test]
fn the_ports_of_a_service_are_named_and_unique() {
    accepts(service(json!({"ports": [{"port": 80, "targetPort": "http"}]})));
    accepts(service(json!({"clusterIP": "None"})));
    accepts(service(json!({"type": "ExternalName", "externalName": "db.example.com."})));
    refuses(
        service(
            json!({"type": "Cluster", "ports": [{"port": 80, "name": "a"}, {"port": 80}, {"port": 70_000, "name": "a", "targetPort": "UP"}]}),
        ),
        &[
            "invalid-value spec.type: `type` must be `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`, but is `Cluster`",
            "duplicate-name spec.ports[2].name: the port name `a` is there twice",
            "missing-field spec.ports[1].name: each port of a Service with several must have a name",
            "duplicate-name spec.ports[1].port: the port 80 is there twice",
            "invalid-port spec.ports[2].port: `port` 70000 must be from 1 to 65535",
            "invalid-port spec.ports[2].targetPort: the port name `UP` may have only lower case letters, digits and `-`, but has `U`",
        ],
    );
    refuses(object("Service", "s", json!({})), &["missing-field spec: the required field `spec` is missing"]);
    refuses(service(json!({})), &["missing-field spec.ports: a Service must have at least one port"]);
}

#[test]
fn an_ingress_has_hosts_paths_and_one_port() {
    let ingress = |host: &str, path: &str, port: Value| {
        let path = json!({"path": path, "pathType": "Prefix", "backend": {"service": {"name": "s", "port": port}}});
        object("Ingress", "i", json!({"spec": {"rules": [{"host": host, "http": {"paths": [path]}}]}}))
    };
    accepts(ingress("*.example.com", "/", json!({"name": "http"})));
    refuses(
        ingress("10.0.0.1", "a//b", json!({})),
        &[
            "invalid-name spec.rules[0].host: the host `10.0.0.1` must be a DNS name, not an address",
            "invalid-path spec.rules[0].http.paths[0].path: the path `a//b` must begin with `/`",
            "invalid-path spec.rules[0].http.paths[0].path: the path `a//b` must not have `//`",
            "one-of spec.rules[0].http.paths[0].backend.service.port: the port of a backend must have exactly one of `name` or `number`, but has none",
        ],
    );
}

#[test]
fn data_has_good_keys_and_one_mib() {
    let map = |data: Value| object("ConfigMap", "c", json!({"data": data}));
    accepts(map(json!({"app.toml": "x", "big": "x".repeat((1 << 20) - 1)})));
    refuses(
        map(json!({"a/b": ""})),
        &["invalid-key data.a/b: the key `a/b` may have only letters, digits, `-`, `_` and `.`, but has `/`"],
    );
    refuses(
        map(json!({"big": "x".repeat((1 << 20) + 1)})),
        &["too-large : a ConfigMap may have 1048576 bytes, but has 1048577"],
    );
    refuses(
        object("ConfigMap", "c", json!({"data": {"a": ""}, "binaryData": {"a": ""}})),
        &["duplicate-name binaryData.a: the key `a` is in `data` too"],
    );
}

#[test]
fn a_secret_has_the_keys_of_its_type() {
    accepts(object("Secret", "s", json!({"type": "kubernetes.io/tls", "data": {"tls.crt": "", "tls.key": ""}})));
    refuses(
        object("Secret", "s", json!({"type": "kubernetes.io/tls", "data": {"tls.crt": ""}})),
        &["missing-field data: a Secret of type `kubernetes.io/tls` must have the key `tls.key`"],
    );
    let of =
        |kind: &str, data: Value| object("Secret", "s", json!({"type": format!("kubernetes.io/{kind}"), "data": data}));
    accepts(of("basic-auth", json!({"password": ""})));
    accepts(of("ssh-auth", json!({"ssh-privatekey": ""})));
    accepts(of("dockerconfigjson", json!({".dockerconfigjson": "eyJhdXRocyI6e319"})));
    let missing = |kind: &str, key: &str| {
        refuses(
            of(kind, json!({})),
            &[&format!("missing-field data: a Secret of type `kubernetes.io/{kind}` must have the key `{key}`")],
        );
    };
    missing("basic-auth", "username");
    missing("ssh-auth", "ssh-privatekey");
    missing("dockerconfigjson", ".dockerconfigjson");
    refuses(
        of("dockerconfigjson", json!({".dockerconfigjson": "aHVudGVyMg=="})),
        &["invalid-json data[\".dockerconfigjson\"]: `.dockerconfigjson` must be a JSON object"],
    );
    refuses(
        of("service-account-token", json!({})),
        &[
            "missing-field metadata: a Secret of type `kubernetes.io/service-account-token` must have the annotation `kubernetes.io/service-account.name`",
        ],
    );
}

#[test]
fn a_value_that_is_not_shown_counts_too() {
    let mut secret = Body::from_json(&object("Secret", "s", json!({"data": {"a": ""}})));
    let value = crate::secret::Secret::new("x".repeat((1 << 20) + 1));
    let data = secret.as_map_mut().and_then(|map| map.get_mut("data")).and_then(|data| data.as_map_mut()).unwrap();
    data.insert("a", crate::tree::Kind::Secret(value.into()));
    let found: Vec<_> = check(&secret, true).into_iter().map(|finding| finding.message).collect();
    assert_eq!(found, ["a Secret may have 1048576 bytes, but has 1048577"]);
}

#[test]
fn of_a_custom_resource_only_the_metadata_is_checked() {
    let body = json!({"kind": "X", "metadata": {"name": "A"}, "spec": {"protocol": "smoke", "replicas": -1}});
    let findings = check(&Body::from_json(&body), false);
    assert_eq!(findings.iter().map(|f| f.place()).collect::<Vec<_>>(), ["metadata.name"]);
}

#[test]
fn an_external_secret_has_good_keys_and_a_duration() {
    let body = |key: &str, interval: &str| {
        json!({"kind": "ExternalSecret", "metadata": {"name": "e"}, "spec": {"refreshInterval": interval, "data": [{"secretKey": key}],
            "target": {"template": {"data": {"url": ""}}}}})
    };
    assert_eq!(custom(body("a", "1h")), Vec::<String>::new());
    assert_eq!(
        custom(body("a/b", "1d")),
        [
            "invalid-duration spec.refreshInterval: the interval `1d` has the unknown unit `d`; the units are h, m, s, ms, us and ns",
            "invalid-key spec.data[0].secretKey: the key `a/b` may have only letters, digits, `-`, `_` and `.`, but has `/`",
        ]
    );
}

#[test]
fn a_sealed_secret_has_good_keys() {
    let body =
        |key: &str| json!({"kind": "SealedSecret", "metadata": {"name": "e"}, "spec": {"encryptedData": {key: "x"}}});
    assert_eq!(custom(body("a")), Vec::<String>::new());
    assert_eq!(
        custom(body("..a")),
        ["invalid-key spec.encryptedData[\"..a\"]: the key `..a` must not be `.` nor begin with `..`"]
    );
}

#[test]
fn a_route_has_good_hosts_and_ports() {
    let body = |host: &str, path: &str, port: i64| {
        json!({"kind": "HTTPRoute", "metadata": {"name": "r"}, "spec": {"hostnames": [host], "rules": [
            {"matches": [{"path": {"value": path}}], "backendRefs": [{"name": "api", "port": port}]}]}})
    };
    assert_eq!(custom(body("*.example.com", "/", 80)), Vec::<String>::new());
    assert_eq!(
        custom(body("10.0.0.1", "a", 0)),
        [
            "invalid-name spec.hostnames[0]: the host `10.0.0.1` must be a DNS name, not an address",
            "invalid-path spec.rules[0].matches[0].path.value: the path `a` must begin with `/`",
            "invalid-port spec.rules[0].backendRefs[0].port: `port` 0 must be from 1 to 65535",
        ]
    );
}

fn custom(body: Value) -> Vec<String> {
    let findings = check(&Body::from_json(&body), false);
    findings.iter().map(|f| format!("{} {}: {}", f.rule.id, f.place(), f.message)).collect()
}
