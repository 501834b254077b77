//! Rendered objects: the place is the line of the project file.

use super::{project, refused, shop};

#[test]
fn an_unknown_field_of_affinity() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                affinity: {podAntiAffinityy: {}}
        ",
        "
            error[unknown-field]: Deployment/api `spec.template.spec.affinity.podAntiAffinityy`: unknown field `podAntiAffinityy` (profile `dev`)
              --> kgen.yaml:7:16
               |
            7 |     affinity: {podAntiAffinityy: {}}
               |                ^^^^^^^^^^^^^^^^
            hint: did you mean `podAntiAffinity`?
        ",
    );
}

#[test]
fn an_unknown_field_of_a_toleration() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                tolerations: [{kee: x}]
        ",
        "
            error[unknown-field]: Deployment/api `spec.template.spec.tolerations[0].kee`: unknown field `kee` (profile `dev`)
              --> kgen.yaml:7:20
               |
            7 |     tolerations: [{kee: x}]
               |                    ^^^
            hint: did you mean `key`?
        ",
    );
}

#[test]
fn an_unknown_field_of_a_security_context() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {runAsUserr: 1}
        ",
        "
            error[unknown-field]: Deployment/api `spec.template.spec.containers[0].securityContext.runAsUserr`: unknown field `runAsUserr` (profile `dev`)
              --> kgen.yaml:7:23
               |
            7 |     securityContext: {runAsUserr: 1}
               |                       ^^^^^^^^^^
            hint: did you mean `runAsUser`?
        ",
    );
}

#[test]
fn a_string_for_a_user_id() {
    shop(
        r#"
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                securityContext: {runAsUser: "1"}
        "#,
        r#"
            error[wrong-type]: Deployment/api `spec.template.spec.securityContext.runAsUser`: expected a whole number, found the string `1` (profile `dev`)
              --> kgen.yaml:7:34
               |
            7 |     securityContext: {runAsUser: "1"}
               |                                  ^^^
            hint: write it without quotes
        "#,
    );
}

#[test]
fn an_unknown_hook() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                lifecycle: {preStopp: {exec: {command: [a]}}}
        ",
        "
            error[unknown-field]: Deployment/api `spec.template.spec.containers[0].lifecycle.preStopp`: unknown field `preStopp` (profile `dev`)
              --> kgen.yaml:7:17
               |
            7 |     lifecycle: {preStopp: {exec: {command: [a]}}}
               |                 ^^^^^^^^
            hint: did you mean `preStop`?
        ",
    );
}

#[test]
fn an_unknown_field_of_a_volume() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {emptyDir: {sizeLimitt: 1Gi}}}
        ",
        "
            error[unknown-field]: Deployment/api `spec.template.spec.volumes[0].emptyDir.sizeLimitt`: unknown field `sizeLimitt` (profile `dev`)
              --> kgen.yaml:7:34
               |
            7 |     volumes: {/data: {emptyDir: {sizeLimitt: 1Gi}}}
               |                                  ^^^^^^^^^^
            hint: did you mean `sizeLimit`?
        ",
    );
}

#[test]
fn a_missing_field_of_a_constraint() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                topologySpreadConstraints: [{maxSkew: 1}]
        ",
        "
            error[missing-field]: Deployment/api `spec.template.spec.topologySpreadConstraints[0].topologyKey`: the required field `topologyKey` is missing (profile `dev`)
              --> kgen.yaml:7:43
               |
            7 |     topologySpreadConstraints: [{maxSkew: 1}]
               |                                           ^

            error[missing-field]: Deployment/api `spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable`: the required field `whenUnsatisfiable` is missing (profile `dev`)
              --> kgen.yaml:7:43
               |
            7 |     topologySpreadConstraints: [{maxSkew: 1}]
               |                                           ^
        ",
    );
}

#[test]
fn a_request_over_its_limit() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}
        ",
        "
            error[request-over-limit]: Deployment/api `spec.template.spec.containers[0].resources.requests.memory`: the memory request `2Gi` is above the limit `1Gi` (profile `dev`)
              --> kgen.yaml:7:36
               |
            7 |     resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}
               |                                    ^^^
        ",
    );
}

#[test]
fn two_objects_of_one_name() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            configs: {a: {x: y}}
            manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]
        ",
        "
            error[duplicate-object]: ConfigMap/a `metadata.name`: `configs.a` and `manifests` both have an object of this kind and name (profile `dev`)
              --> kgen.yaml:8:64
               |
            8 | manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]
               |                                                                ^
            hint: rename one of the two
        ",
    );
}

#[test]
fn two_objects_of_one_name_in_no_namespace_and_in_default() {
    shop(
        "
            profiles: {dev: {}}
            configs: {a: {x: y}}
            manifests:
              - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}}
              - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: other}}
        ",
        "
            error[duplicate-object]: ConfigMap/a `metadata.name`: `configs.a` and `manifests` both have an object of this kind and name, one in the namespace `default`, where kustomize takes the one without a namespace to be (profile `dev`)
              --> kgen.yaml:6:56
               |
            6 |   - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}}
               |                                                        ^
            hint: give the project a `namespace`, or rename one of the two
        ",
    );
}

#[test]
fn two_services_of_one_name() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
            redis: {cache: {service: api}}
        ",
        "
            error[duplicate-object]: Service/api `metadata.name`: `redis.cache` and `apps.api` both have an object of this kind and name (profile `dev`)
              --> kgen.yaml:5:3
               |
            5 |   api:
               |   ^^^
            hint: rename one of the two
        ",
    );
}

#[test]
fn a_port_number_twice() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                ports: {a: 80, b: 80}
        ",
        "
            error[duplicate-name]: Deployment/api `spec.template.spec.containers[0].ports[1].containerPort`: the port 80 is there twice (profile `dev`)
              --> kgen.yaml:7:23
               |
            7 |     ports: {a: 80, b: 80}
               |                       ^^
            also in: Service/api
            hint: the API server merges ports by number and protocol, and keeps one of the two
        ",
    );
}

#[test]
fn a_config_map_that_is_too_large() {
    let kgen = project(
        "
        profiles: {dev: {}}
        configs: {app: {a: {file: b.txt}, c: {file: d.txt}}}
    ",
    );
    let kgen = kgen.file("b.txt", &"x".repeat(550_000)).file("d.txt", &"x".repeat(550_000));
    refused(
        kgen.args(["render"]),
        "
            error[too-large]: ConfigMap/app: a ConfigMap may have 1048576 bytes, but has 1100000 (profile `dev`)
              --> kgen.yaml:4:11
               |
            4 | configs: {app: {a: {file: b.txt}, c: {file: d.txt}}}
               |           ^^^
            hint: mount it from a volume or an image
        ",
    );
}

#[test]
fn a_file_that_no_config_map_can_hold() {
    let kgen = project(
        "
        profiles: {dev: {}}
        configs: {app: {a: {file: b.txt}}}
    ",
    );
    let kgen = kgen.file("b.txt", &"x".repeat(1_100_000));
    refused(
        kgen.args(["render"]),
        "
            error[too-large]: `b.txt` has more than 1 MiB, the most that a ConfigMap or Secret can hold
              --> kgen.yaml:4:27
               |
            4 | configs: {app: {a: {file: b.txt}}}
               |                           ^^^^^
            hint: mount it from a volume or an image
        ",
    );
}

#[test]
fn a_label_that_takes_pods_from_the_selector() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                podLabels: {app.kubernetes.io/name: other}
        ",
        r#"
            error[selector-mismatch]: Deployment/api `spec.selector.matchLabels["app.kubernetes.io/name"]`: the label `app.kubernetes.io/name: api` of the selector is not on the pods of the template (profile `dev`)
              --> kgen.yaml:5:3
               |
            5 |   api:
               |   ^^^
        "#,
    );
}

#[test]
fn a_file_where_a_volume_is() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {emptyDir: {}}}
                files: {/data: x}
        ",
        "
            error[duplicate-name]: Deployment/api `spec.template.spec.containers[0].volumeMounts[1].mountPath`: the mount path `/data` is there twice (profile `dev`)
              --> kgen.yaml:8:13
               |
            8 |     files: {/data: x}
               |             ^^^^^
        ",
    );
}
