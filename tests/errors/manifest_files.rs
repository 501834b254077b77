//! Manifests in files: the place is a line of the file.

use super::{project, refused, shop, text};

#[test]
fn a_secret_in_a_manifest_file() {
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
        kind: Secret
        metadata: {name: a}
        data: {token: hunter2canary!}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[invalid-base64]: Secret/a `data.token`: expected base64, found an invalid symbol 33, offset 13 (profile `dev`)
              --> a.yaml:4:1
               |
            4 | data: {token: ***}
               | ^^^^^^^^^^^^^^^^^^
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
            1 | ***
               | ^^^
              ==> kgen.yaml:4:20
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
