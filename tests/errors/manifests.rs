//! Objects that the project writes itself.

use super::{project, refused, said, shop, text};

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
            4 | manifests: [a]
               |             ^
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
fn a_pod_that_is_not_restricted() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec: {containers: [{name: a, image: 'b:1'}]}
        ",
        "
            error[run-as-root]: Pod/a `spec.containers[0].securityContext.runAsNonRoot`: the container `a` may run as root (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1'}]}
               |                                ^
            hint: set `runAsNonRoot: true`

            error[seccomp]: Pod/a `spec.containers[0].securityContext.seccompProfile`: the container `a` has no seccomp profile (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1'}]}
               |                                ^
            hint: set `seccompProfile: {type: RuntimeDefault}`

            error[privilege-escalation]: Pod/a `spec.containers[0].securityContext.allowPrivilegeEscalation`: the container `a` may gain privileges (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1'}]}
               |                                ^
            hint: set `allowPrivilegeEscalation: false`

            error[capabilities]: Pod/a `spec.containers[0].securityContext.capabilities`: the container `a` keeps capabilities (profile `dev`)
              --> kgen.yaml:8:32
               |
            8 |     spec: {containers: [{name: a, image: 'b:1'}]}
               |                                ^
            hint: set `capabilities: {drop: [ALL]}`
        ",
    );
}

#[test]
fn a_service_without_pods() {
    shop(
        "
            profiles: {dev: {}}
            manifests:
              - apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {selector: {app: x}, ports: [{port: 80}]}
        ",
        "
            error[service-no-pods]: Service/a `spec.selector`: the selector matches the pods of no rendered workload (profile `dev`)
              --> kgen.yaml:8:28
               |
            8 |     spec: {selector: {app: x}, ports: [{port: 80}]}
               |                            ^
        ",
    );
}

#[test]
fn a_missing_manifest_file() {
    shop(
        "
            profiles: {dev: {}}
            manifests: [{file: a.yaml}]
        ",
        "
            error[file-missing]: cannot read `a.yaml`: No such file or directory (os error 2)
              --> kgen.yaml:4:20
               |
            4 | manifests: [{file: a.yaml}]
               |                    ^^^^^^
        ",
    );
}

#[test]
fn a_manifest_file_that_is_no_yaml() {
    let kgen = project(
        "
        profiles: {dev: {}}
        manifests: [{file: a.yaml}]
    ",
    );
    let kgen = kgen.file(
        "a.yaml",
        &text(
            "
        a: [
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[manifest-yaml]: `[` is not closed
              --> a.yaml:1:4
               |
            1 | a: [
               |    ^
              ::: kgen.yaml:4:20
               |
            4 | manifests: [{file: a.yaml}]
               |                    ^^^^^^ named here
        ",
    );
}

#[test]
fn an_unknown_field_in_a_manifest_file() {
    let kgen = project(
        "
        profiles: {dev: {}}
        manifests: [{file: a.yaml}]
    ",
    );
    let kgen = kgen.file(
        "a.yaml",
        &text(
            "
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        spec:
          portss: []
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[unknown-field]: Service/a `spec.portss`: unknown field `portss` (profile `dev`)
              --> a.yaml:5:3
               |
            5 |   portss: []
               |   ^^^^^^^^^^
            hint: did you mean `ports`?

            error[missing-field]: Service/a `spec.ports`: a Service must have at least one port (profile `dev`)
              --> a.yaml:5:3
               |
            5 |   portss: []
               |   ^^^^^^^^^^
        ",
    );
}

#[test]
fn a_manifest_file_without_name() {
    let kgen = project(
        "
        profiles: {dev: {}}
        manifests: [{file: a.yaml}]
    ",
    );
    let kgen = kgen.file(
        "a.yaml",
        &text(
            "
        apiVersion: v1
        kind: Service
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[nameless-object]: a manifest needs `apiVersion`, `kind` and `metadata.name`
              --> kgen.yaml:4:20
               |
            4 | manifests: [{file: a.yaml}]
               |                    ^^^^^^
        ",
    );
}
