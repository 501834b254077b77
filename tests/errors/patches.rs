//! Patches: what they match, change and may not do.

use super::{project, refused, shop};

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
            8 |   - patch: {spec: {***}}
               |                    ^^^
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

/// A project with one secret and a patch of its Secret.
fn of_secret(value: &str, patch: &str) -> crate::support::Kgen {
    let target = "target: {kind: Secret, name: app}";
    project(&format!(
        "\nprofiles: {{dev: {{}}}}\nsecrets: {{app: {{token: {value}}}}}\npatches:\n- {target}\n  patch: {patch}\n"
    ))
}

#[test]
fn a_patch_that_copies_a_value_into_an_annotation() {
    let patch = "[{op: copy, from: /data/token, path: /metadata/annotations/token}]";
    let said = "
        error[secret-elsewhere]: the patch of Secret/app puts a secret value at `metadata.annotations.token` (profile `dev`)
          --> kgen.yaml:7:16
           |
        7 |   patch: [{op: copy, from: /data/token, path: /metadata/annotations/token}]
           |                ^^^^
        hint: only `data` of a Secret holds secret values
    ";
    let kgen = |value: &str| {
        let annotated = project(&format!(
            "\nprofiles: {{dev: {{annotations: {{a: b}}}}}}\nsecrets: {{app: {{token: {value}}}}}\npatches:\n- target: {{kind: Secret, name: app}}\n  patch: {patch}\n"
        ));
        annotated.args(["render"])
    };
    refused(kgen("Zq7CanarY9x"), said);
    refused(kgen("{env: TOKEN}"), said);
}

#[test]
fn a_patch_that_moves_a_value_out_of_data() {
    refused(
        of_secret("Zq7CanarY9x", "[{op: add, path: /stringData, value: {}}, {op: move, from: /data/token, path: /stringData/token}]")
            .args(["render", "dev"]),
        "
            error[secret-elsewhere]: the patch of Secret/app puts a secret value at `stringData.token` (profile `dev`)
              --> kgen.yaml:7:16
               |
            7 |   patch: [{op: add, path: /stringData, value: {}}, {op: move, from: /data/token, path: /stringData/token}]
               |                ^^^
            hint: only `data` of a Secret holds secret values
        ",
    );
}

#[test]
fn a_patch_that_copies_the_whole_object_into_data() {
    refused(
        of_secret("Zq7CanarY9x", "[{op: copy, from: \"\", path: /data/all}]").args(["render", "dev"]),
        "
            error[secret-elsewhere]: the patch of Secret/app puts a secret value at `data.all.data.token` (profile `dev`)
              --> kgen.yaml:7:16
               |
            7 |   patch: [{op: copy, from: \"\", path: /data/all}]
               |                ^^^^
            hint: only `data` of a Secret holds secret values
        ",
    );
}

#[test]
fn a_patch_that_makes_another_kind_of_a_secret() {
    for patch in ["{kind: ConfigMap}", "[{op: replace, path: /kind, value: ConfigMap}]", "{apiVersion: example.com/v1}"]
    {
        let said = of_secret("Zq7CanarY9x", patch).args(["render", "dev"]).said();
        let head = "error[patch-identity]: the patch of Secret/app changes what the object is called\n";
        assert!(said.stderr.starts_with(head) && said.stdout.is_empty(), "{patch}: {}", said.stderr);
    }
}

/// Within `data` a value stays a secret.
#[test]
fn a_patch_that_gives_a_value_a_second_key() {
    let kgen = of_secret("Zq7CanarY9x", "[{op: copy, from: /data/token, path: /data/again}]");
    let said = kgen.args(["render", "dev"]).said();
    assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)));
    assert!(said.stdout.contains("again: WnE3Q2FuYXJZOXg="), "{}", said.stdout);
}
