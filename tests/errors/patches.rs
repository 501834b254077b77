//! Patches: what they match, change and may not do.

use super::shop;

#[test]
fn a_patch_that_matches_nothing() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: apy}
                patch: {spec: {replicas: 2}}
        ",
        "
            error[patch-matches-nothing]: the patch of Deployment/apy matches no object (profile `dev`)
              --> kgen.yaml:8:20
               |
            8 |   - target: {kind: Deployment, name: apy}
               |                    ^^^^^^^^^^
            hint: did you mean `Deployment/api`?
        ",
    );
}

#[test]
fn a_patch_that_changes_nothing() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: api}
                patch: {spec: {replicas: 1}}
        ",
        "
            error[patch-changes-nothing]: the patch of Deployment/api changes nothing (profile `dev`)
              --> kgen.yaml:8:20
               |
            8 |   - target: {kind: Deployment, name: api}
               |                    ^^^^^^^^^^
            hint: the object is so already; remove the patch
        ",
    );
}

/// What one patch fails on is there for the next.
#[test]
fn a_patch_after_one_that_fails() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                imagePullSecrets: [registry, {name: registry}]
            patches:
              - target: {kind: Deployment, name: api}
                patch: {metadata: {annotations: {a: b}}}
              - target: {kind: Deployment, name: api}
                patch: [{op: add, path: /spec/paused, value: true}]
        ",
        "
            error[patch-fails]: the patch of Deployment/api: spec: two elements have the name `registry` (profile `dev`)
               --> kgen.yaml:10:41
                |
            10 |     patch: {metadata: {annotations: {a: b}}}
                |                                         ^
        ",
    );
}

#[test]
fn an_operation_that_fails() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: api}
                patch: [{op: remove, path: /spec/nothing}]
        ",
        "
            error[patch-fails]: the patch of Deployment/api: operation 0: /spec/nothing does not exist (profile `dev`)
              --> kgen.yaml:9:18
               |
            9 |     patch: [{op: remove, path: /spec/nothing}]
               |                  ^^^^^^
        ",
    );
}

#[test]
fn an_unknown_operation() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: api}
                patch: [{op: delete, path: /spec/replicas}]
        ",
        "
            error[patch-fails]: the patch of Deployment/api: operation 0: `delete` is not an operation (profile `dev`)
              --> kgen.yaml:9:18
               |
            9 |     patch: [{op: delete, path: /spec/replicas}]
               |                  ^^^^^^
        ",
    );
}

#[test]
fn a_patch_that_renames() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: api}
                patch: {metadata: {name: web}}
        ",
        "
            error[patch-identity]: the patch of Deployment/api changes what the object is called
              --> kgen.yaml:8:20
               |
            8 |   - target: {kind: Deployment, name: api}
               |                    ^^^^^^^^^^
            hint: leave out `apiVersion`, `kind`, `metadata.name` and `metadata.namespace`
        ",
    );
}

#[test]
fn a_patch_without_target() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - patch: {spec: {replicas: 2}}
        ",
        "
            error[missing-key]: a patch has no `target` with a `kind` or a `name`
              --> kgen.yaml:8:30
               |
            8 |   - patch: {spec: {replicas: 2}}
               |                              ^
            hint: add `target: {kind: Deployment, name: NAME}`
        ",
    );
}

#[test]
fn a_patch_without_patch() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment}
        ",
        "
            error[missing-key]: a patch has no `patch`
              --> kgen.yaml:8:20
               |
            8 |   - target: {kind: Deployment}
               |                    ^^^^^^^^^^
            hint: add `patch:`, a map or a list of operations
        ",
    );
}

#[test]
fn a_patch_that_is_a_word() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment}
                patch: x
        ",
        "
            error[wrong-type]: `patches[0].patch`: expected a map or a list of operations, found a string
              --> kgen.yaml:9:12
               |
            9 |     patch: x
               |            ^
        ",
    );
}

#[test]
fn a_patch_with_an_unknown_field() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            patches:
              - target: {kind: Deployment, name: api}
                patch: {spec: {replica: 2}}
        ",
        "
            error[unknown-field]: Deployment/api `spec.replica`: unknown field `replica` (profile `dev`)
              --> kgen.yaml:9:20
               |
            9 |     patch: {spec: {replica: 2}}
               |                    ^^^^^^^
            hint: did you mean `replicas`?
        ",
    );
}
