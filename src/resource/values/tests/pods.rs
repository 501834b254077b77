//! The rules of pods and containers.

use serde_json::{Value, json};

use super::{accepts, container, lines, object, pod, refuses};
use crate::diag::Severity;
use crate::resource::Body;
use crate::resource::values::check;

#[test]
fn containers_have_a_name_and_an_image() {
    refuses(
        pod(json!({"containers": [{"name": "A", "image": "Redis"}, {"name": "b"}]})),
        &[
            "invalid-name spec.containers[0].name: the container name `A` may have only lower case letters, digits and `-`, but has `A`",
            "invalid-image spec.containers[0].image: the image `Redis` must have no upper case letters in its name",
            "missing-field spec.containers[1].image: the required field `image` is missing",
        ],
    );
    refuses(pod(json!({"containers": []})), &["missing-field spec.containers: a pod must have at least one container"]);
}

#[test]
fn container_names_are_unique_over_all_roles() {
    let named = |name: &str| json!({"name": name, "image": "i"});
    accepts(pod(json!({"initContainers": [named("a")], "containers": [named("b")]})));
    refuses(
        pod(json!({"initContainers": [named("a")], "containers": [named("a")]})),
        &["duplicate-name spec.containers[0].name: the container name `a` is there twice"],
    );
}

#[test]
fn ports_are_in_range_and_unique() {
    accepts(container(
        json!({"ports": [{"containerPort": 53, "name": "dns"}, {"containerPort": 53, "protocol": "UDP", "name": "dns-udp"}]}),
    ));
    refuses(
        container(
            json!({"ports": [{"containerPort": 0, "name": "a"}, {"containerPort": 80, "name": "a"}, {"containerPort": 80}, {"containerPort": 1, "name": "9"}]}),
        ),
        &[
            "duplicate-name spec.containers[0].ports[1].name: the port name `a` is there twice",
            "invalid-port spec.containers[0].ports[0].containerPort: `containerPort` 0 must be from 1 to 65535",
            "duplicate-name spec.containers[0].ports[2].containerPort: the port 80 is there twice",
            "invalid-port spec.containers[0].ports[3].name: the port name `9` must have at least one letter",
        ],
    );
}

#[test]
fn variables_are_unique_and_have_one_source() {
    let reference = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    accepts(container(
        json!({"env": [{"name": "A"}, {"name": "B", "valueFrom": reference}], "envFrom": [{"configMapRef": {"name": "c"}}]}),
    ));
    let env = json!([{"name": "A", "value": "x", "valueFrom": reference}, {"name": "A"}, {"name": "1B"}, {"name": "C", "valueFrom": {}},
        {"name": "D", "valueFrom": {"secretKeyRef": {"name": "S", "key": "a/b"}}}]);
    refuses(
        container(json!({"env": env})),
        &[
            "duplicate-name spec.containers[0].env[1].name: the variable `A` is there twice",
            "one-of spec.containers[0].env[0].valueFrom: a variable must have `value` or `valueFrom`, but has both",
            "invalid-env-name spec.containers[0].env[2].name: the variable `1B` must not begin with a digit",
            "one-of spec.containers[0].env[3].valueFrom: `valueFrom` must have exactly one of `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` or `secretKeyRef`, but has none",
            "invalid-name spec.containers[0].env[4].valueFrom.secretKeyRef.name: the name `S` may have only lower case letters, digits and `-`, but has `S`",
            "invalid-key spec.containers[0].env[4].valueFrom.secretKeyRef.key: the key `a/b` may have only letters, digits, `-`, `_` and `.`, but has `/`",
        ],
    );
}

#[test]
fn a_mount_is_absolute_unique_and_of_a_volume() {
    let mounted = |mounts: Value| {
        pod(
            json!({"volumes": [{"name": "data", "emptyDir": {}}], "containers": [{"name": "c", "image": "i", "volumeMounts": mounts}]}),
        )
    };
    accepts(mounted(json!([{"name": "data", "mountPath": "/data", "subPath": "a"}])));
    refuses(
        mounted(
            json!([{"name": "data", "mountPath": "data", "subPath": "/a"}, {"name": "data", "mountPath": "/d"}, {"name": "dta", "mountPath": "/d"}]),
        ),
        &[
            "duplicate-name spec.containers[0].volumeMounts[2].mountPath: the mount path `/d` is there twice",
            "invalid-path spec.containers[0].volumeMounts[0].mountPath: the mount path `data` must begin with `/`",
            "invalid-path spec.containers[0].volumeMounts[0].subPath: the sub-path `/a` must be relative",
            "unknown-volume spec.containers[0].volumeMounts[2].name: the pod has no volume `dta`",
        ],
    );
}

#[test]
fn a_claim_template_is_a_volume() {
    let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOncePod"], "resources": {"requests": {"storage": "1Gi"}}}});
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i", "volumeMounts": [{"name": "data", "mountPath": "/d"}]}]}});
    accepts(object(
        "StatefulSet",
        "s",
        json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "serviceName": "s", "template": template, "volumeClaimTemplates": [claim]}}),
    ));
}

#[test]
fn a_volume_has_one_source_and_a_name() {
    let volumes = |volumes: Value| pod(json!({"containers": [{"name": "c", "image": "i"}], "volumes": volumes}));
    accepts(volumes(
        json!([{"name": "a", "secret": {"secretName": "s", "defaultMode": 288, "items": [{"key": "k", "path": "a/b"}]}}, {"name": "b", "emptyDir": {"sizeLimit": "64Mi"}}]),
    ));
    refuses(
        volumes(
            json!([{"name": "a_b"}, {"name": "c", "emptyDir": {"sizeLimit": "64MB"}, "hostPath": {"path": "/"}}, {"name": "c", "configMap": {"name": "x", "defaultMode": 644, "items": [{"key": "k", "path": "../x"}]}}]),
        ),
        &[
            "duplicate-name spec.volumes[2].name: the volume `c` is there twice",
            "invalid-name spec.volumes[0].name: the volume name `a_b` may have only lower case letters, digits and `-`, but has `_`",
            "one-of spec.volumes[0]: a volume must have exactly one source, but has none",
            "one-of spec.volumes[1]: a volume must have exactly one source, but has 2",
            "invalid-quantity spec.volumes[1].emptyDir.sizeLimit: the quantity `64MB` has the unknown suffix `MB`; write `M` or `Mi`",
            "invalid-value spec.volumes[2].configMap.defaultMode: `defaultMode` must be from 0 to 0777, but is 644 (octal 1204)",
            "invalid-path spec.volumes[2].configMap.items[0].path: the path `../x` must not have `..`",
        ],
    );
}

#[test]
fn what_the_server_keeps_by_a_key_has_it_once() {
    let with = |key: &str, list: Value| pod(json!({"containers": [{"name": "c", "image": "i"}], (key): list}));
    let spread =
        |rule: &str| json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": rule, "labelSelector": {}});
    accepts(with("imagePullSecrets", json!([{"name": "a"}, {"name": "b"}])));
    accepts(with(
        "hostAliases",
        json!([{"ip": "10.0.0.1", "hostnames": ["a"]}, {"ip": "10.0.0.2", "hostnames": ["a"]}]),
    ));
    accepts(with("topologySpreadConstraints", json!([spread("DoNotSchedule"), spread("ScheduleAnyway")])));
    refuses(
        with("imagePullSecrets", json!([{"name": "a"}, {"name": "a"}])),
        &["duplicate-name spec.imagePullSecrets[1].name: the Secret `a` is there twice"],
    );
    refuses(
        with("hostAliases", json!([{"ip": "10.0.0.1", "hostnames": ["a"]}, {"ip": "10.0.0.1", "hostnames": ["b"]}])),
        &["duplicate-name spec.hostAliases[1].ip: the address `10.0.0.1` is there twice"],
    );
    refuses(
        with("topologySpreadConstraints", json!([spread("DoNotSchedule"), spread("DoNotSchedule")])),
        &[
            "duplicate-name spec.topologySpreadConstraints[1].topologyKey: the spread over `zone` with `DoNotSchedule` is there twice",
        ],
    );
    refuses(
        object("ServiceAccount", "s", json!({"secrets": [{"name": "a"}, {"name": "a"}]})),
        &["duplicate-name secrets[1].name: the Secret `a` is there twice"],
    );
}

#[test]
fn a_request_is_not_above_its_limit() {
    let sized = |request: Value, limit: Value| container(json!({"resources": {"requests": request, "limits": limit}}));
    accepts(sized(json!({"cpu": "1000m", "memory": "1Gi"}), json!({"cpu": 1, "memory": "1024Mi"})));
    refuses(
        sized(json!({"cpu": 2, "memory": "512m"}), json!({"cpu": "1500m", "memory": "-1"})),
        &[
            "invalid-quantity spec.containers[0].resources.limits.memory: the quantity `-1` must not be negative",
            "invalid-quantity spec.containers[0].resources.requests.memory: the quantity `512m` of memory is not a whole number",
            "request-over-limit spec.containers[0].resources.requests.cpu: the cpu request `2` is above the limit `1500m`",
            "request-over-limit spec.containers[0].resources.requests.memory: the memory request `512m` is above the limit `-1`",
        ],
    );
}

#[test]
fn a_probe_has_one_handler_and_sane_times() {
    accepts(container(json!({"readinessProbe": {"httpGet": {"port": "http", "path": "/"}, "successThreshold": 2}})));
    let probe = json!({"httpGet": {"port": 0, "path": "/x", "scheme": "https"}, "exec": {}, "periodSeconds": 0, "successThreshold": 2});
    refuses(
        container(json!({"livenessProbe": probe})),
        &[
            "one-of spec.containers[0].livenessProbe: a probe must have exactly one of `exec`, `grpc`, `httpGet` or `tcpSocket`, but has `exec` and `httpGet`",
            "missing-field spec.containers[0].livenessProbe.exec.command: the required field `command` is missing",
            "invalid-port spec.containers[0].livenessProbe.httpGet.port: `port` 0 must be from 1 to 65535",
            "invalid-value spec.containers[0].livenessProbe.httpGet.scheme: the scheme `https` must be `HTTP` or `HTTPS`",
            "invalid-value spec.containers[0].livenessProbe.periodSeconds: `periodSeconds` must be at least 1, but is 0",
            "invalid-value spec.containers[0].livenessProbe.successThreshold: `successThreshold` of a livenessProbe must be 1, but is 2",
        ],
    );
}

#[test]
fn only_a_sidecar_among_init_containers_has_probes() {
    let init = |policy: Value| {
        let probe = json!({"exec": {"command": ["true"]}});
        pod(
            json!({"initContainers": [{"name": "a", "image": "i", "restartPolicy": policy, "startupProbe": probe}], "containers": [{"name": "b", "image": "i"}]}),
        )
    };
    accepts(init(json!("Always")));
    refuses(
        init(Value::Null),
        &["invalid-value spec.initContainers[0].startupProbe: an init container must not have `startupProbe`"],
    );
}

#[test]
fn what_ends_does_not_restart_always() {
    let run = |kind: &str, policy: &str| {
        object(
            kind,
            "j",
            json!({"spec": {"template": {"spec": {"restartPolicy": policy, "containers": [{"name": "c", "image": "i"}]}}}}),
        )
    };
    accepts(run("Job", "Never"));
    accepts(run("Deployment", "Always"));
    refuses(
        run("Job", "Always"),
        &[
            "invalid-value spec.template.spec.restartPolicy: `restartPolicy` of a Job must be `OnFailure` or `Never`, but is `Always`",
        ],
    );
    refuses(
        run("Deployment", "Never"),
        &[
            "invalid-value spec.template.spec.restartPolicy: `restartPolicy` of a Deployment must be `Always`, but is `Never`",
        ],
    );
}

#[test]
fn a_workload_has_a_pod() {
    let body =
        object("CronJob", "c", json!({"spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": {}}}}}));
    refuses(body, &["missing-field spec.jobTemplate.spec.template.spec: the required field `spec` is missing"]);
}

#[test]
fn a_fraction_of_a_byte_is_a_warning() {
    let with =
        |memory: &str| check(&Body::from_json(&container(json!({"resources": {"limits": {"memory": memory}}}))), true);
    assert_eq!(with("1.5Gi"), vec![]);
    assert_eq!(with("1.1Gi")[0].severity, Severity::Warning);
    assert_eq!(with("512m")[0].hint.as_deref(), Some("`m` is a thousandth; write `512Mi`"));
    assert_eq!(
        lines(&container(json!({"resources": {"limits": {"nvidia.com/gpu": "0.5"}}}))),
        [
            "invalid-quantity spec.containers[0].resources.limits[\"nvidia.com/gpu\"]: the quantity `0.5` of nvidia.com/gpu is not a whole number",
        ]
    );
}
