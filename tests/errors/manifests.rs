//! Objects that the project writes itself.

use super::{project, said, shop};

#[test]
fn an_unknown_field_of_a_manifest() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {portss: []}
        ",
        "
            error[unknown-field]: Service/a `spec.portss`: unknown field `portss` (profile `dev`)
              --> kgen.yaml:8:12
               |
            8 |     spec: {portss: []}
               |            ^^^^^^
            hint: did you mean `ports`?

            error[missing-field]: Service/a `spec.ports`: a Service must have at least one port (profile `dev`)
              --> kgen.yaml:8:20
               |
            8 |     spec: {portss: []}
               |                    ^
        ",
    );
}

#[test]
fn a_manifest_without_name() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Service
        ",
        "
            error[nameless-object]: a manifest needs `apiVersion`, `kind` and `metadata.name`
              --> kgen.yaml:5:17
               |
            5 |   - apiVersion: v1
               |                 ^^
        ",
    );
}

#[test]
fn a_manifest_that_is_no_map() {
    shop(
        "
            profiles: {dev: {}}
            manifests: [a]
        ",
        "
            error[wrong-type]: `manifests[0]`: expected a map (object), found a string
              --> kgen.yaml:4:13
               |
            4 | manifests: [***]
               |             ^^^
            hint: write `{file: PATH}`
        ",
    );
}

#[test]
fn a_kind_without_schema_is_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {}}
        manifests:
          - apiVersion: example.com/v1
            kind: Thing
            metadata: {name: a}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[unknown-kind]: Thing/a `kind`: no schema is known for `example.com/v1` `Thing` (profile `dev`)
              --> kgen.yaml:6:11
               |
            6 |     kind: Thing
               |           ^^^^^
            hint: only its metadata was checked; `kubectl apply --dry-run=server` checks the rest
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_service_without_pods() {
    let kgen = project(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {selector: {app: x}, ports: [{port: 80}]}
        ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[service-no-pods]: Service/a `spec.selector`: the selector matches the pods of no rendered workload (profile `dev`)
              --> kgen.yaml:8:28
               |
            8 |     spec: {selector: {app: x}, ports: [{port: 80}]}
               |                            ^
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_version_that_kubernetes_removed() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: extensions/v1beta1
                kind: Deployment
                metadata: {name: a}
        ",
        "
            error[unknown-kind]: Deployment/a `apiVersion`: no schema is known for `extensions/v1beta1` `Deployment` (profile `dev`)
              --> kgen.yaml:5:17
               |
            5 |   - apiVersion: extensions/v1beta1
               |                 ^^^^^^^^^^^^^^^^^^
            hint: write `apiVersion: apps/v1`
        ",
    );
}

/// `kgen notes` writes it into a command.
#[test]
fn a_kind_that_is_no_word() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - {apiVersion: x.io/v1, kind: Th $(id), metadata: {name: a}}
        ",
        "
            warning[unknown-kind]: Th $(id)/a `kind`: no schema is known for `x.io/v1` `Th $(id)` (profile `dev`)
              --> kgen.yaml:5:33
               |
            5 |   - {apiVersion: x.io/v1, kind: Th $(id), metadata: {name: a}}
               |                                 ^^^^^^^^
            hint: only its metadata was checked; `kubectl apply --dry-run=server` checks the rest

            error[invalid-name]: Th $(id)/a `kind`: the kind `Th $(id)` may have only letters, digits and `-`, but has ` ` (profile `dev`)
              --> kgen.yaml:5:33
               |
            5 |   - {apiVersion: x.io/v1, kind: Th $(id), metadata: {name: a}}
               |                                 ^^^^^^^^
        ",
    );
}

#[test]
fn a_nul_in_a_variable() {
    shop(
        "
            profiles: {dev: {}}
            apps: {web: {image: 'a/b:1', env: {A: \"a\\0b\"}}}
        ",
        "
            error[invalid-value]: Deployment/web `spec.template.spec.containers[0].env[0].value`: the text holds a NUL character (profile `dev`)
              --> kgen.yaml:4:39
               |
            4 | apps: {web: {image: 'a/b:1', env: {A: \"a\\0b\"}}}
               |                                       ^^^^^^
            hint: remove it, or encode the value and let the app decode it
        ",
    );
}

#[test]
fn a_name_with_a_blank() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: a b}
        ",
        "
            error[invalid-name]: ConfigMap/a b `metadata.name`: the name `a b` may have only lower case letters, digits and `-`, but has ` ` (profile `dev`)
              --> kgen.yaml:7:22
               |
            7 |     metadata: {name: a b}
               |                      ^^^
        ",
    );
}

#[test]
fn a_key_with_a_blank() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: a}
                data: {a b: x}
        ",
        "
            error[invalid-key]: ConfigMap/a `data.a b`: the key `a b` may have only letters, digits, `-`, `_` and `.`, but has ` ` (profile `dev`)
              --> kgen.yaml:8:17
               |
            8 |     data: {a b: x}
               |                 ^
        ",
    );
}

#[test]
fn a_label_with_a_blank() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, labels: {team: a b}}
        ",
        "
            error[invalid-label]: ConfigMap/a `metadata.labels.team`: the label value `a b` may have only letters, digits, `-`, `_` and `.`, but has ` ` (profile `dev`)
              --> kgen.yaml:7:40
               |
            7 |     metadata: {name: a, labels: {team: a b}}
               |                                        ^^^
        ",
    );
}

#[test]
fn a_number_in_a_config_map() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: a}
                data: {PORT: 8080}
        ",
        "
            error[wrong-type]: ConfigMap/a `data.PORT`: expected a string, found the number `8080` (profile `dev`)
              --> kgen.yaml:8:18
               |
            8 |     data: {PORT: 8080}
               |                  ^^^^
            hint: write it in quotes
        ",
    );
}

#[test]
fn a_custom_resource_with_wrong_values() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: a}
                spec: {refreshInterval: soon, secretStoreRef: {name: v, kind: Store}, data: []}
        ",
        "
            error[invalid-duration]: ExternalSecret/a `spec.refreshInterval`: the interval `soon` has `soon` where a number with a unit should stand, as in `90s` (profile `dev`)
              --> kgen.yaml:8:29
               |
            8 |     spec: {refreshInterval: soon, secretStoreRef: {name: v, kind: Store}, data: []}
               |                             ^^^^

            error[wrong-value]: ExternalSecret/a `spec.secretStoreRef.kind`: expected `SecretStore` or `ClusterSecretStore`, found `Store` (profile `dev`)
              --> kgen.yaml:8:67
               |
            8 |     spec: {refreshInterval: soon, secretStoreRef: {name: v, kind: Store}, data: []}
               |                                                                   ^^^^^
        ",
    );
}

#[test]
fn a_policy_without_pods() {
    let kgen = project(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: a}
                spec: {podSelector: {matchLabels: {app: x}}}
        ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[selector-no-pods]: NetworkPolicy/a `spec.podSelector`: the selector matches the pods of no rendered workload (profile `dev`)
              --> kgen.yaml:8:45
               |
            8 |     spec: {podSelector: {matchLabels: {app: x}}}
               |                                             ^
            3 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_schedule_in_one_word() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: batch/v1
                kind: CronJob
                metadata: {name: a}
                spec:
                  schedule: daily
                  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: 'a:1', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}}
        ",
        "
            error[invalid-schedule]: CronJob/a `spec.schedule`: the schedule `daily` must have five fields (minute, hour, day of the month, month, day of the week), but has 1 (profile `dev`)
              --> kgen.yaml:9:17
               |
            9 |       schedule: daily
               |                 ^^^^^
        ",
    );
}
