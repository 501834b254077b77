//! What kustomize cannot build.

use super::shop;

#[test]
fn a_control_character() {
    shop(
        r#"
            profiles: {dev: {}}
            configs: {app: {a: "x\x7f"}}
        "#,
        r#"
            error[kustomize]: ConfigMap/app `data.a`: kustomize cannot build the character U+007F (profile `dev`)
              --> kgen.yaml:4:20
               |
            4 | configs: {app: {a: "x\x7f"}}
               |                    ^^^^^^^
            hint: write the value as base64 in `binaryData`, or change it
        "#,
    );
}

#[test]
fn an_annotation_that_leaves_objects_out() {
    shop(
        "
            profiles: {dev: {}}
            configs: {app: {a: x}}
            annotations: {config.kubernetes.io/local-config: 'true'}
        ",
        r#"
            error[kustomize]: ConfigMap/app `metadata.annotations["config.kubernetes.io/local-config"]`: kustomize takes the annotation `config.kubernetes.io/local-config` for its own and does not keep it (profile `dev`)
              --> kgen.yaml:5:50
               |
            5 | annotations: {config.kubernetes.io/local-config: 'true'}
               |                                                  ^^^^^^
            hint: remove the annotation
        "#,
    );
}

#[test]
fn a_text_that_begins_with_a_tab() {
    shop(
        r#"
            profiles: {dev: {}}
            configs: {app: {a: "\tx\ny"}}
        "#,
        r#"
            error[kustomize]: ConfigMap/app `data.a`: kustomize cannot build a text of several lines that begins with a tab (profile `dev`)
              --> kgen.yaml:4:20
               |
            4 | configs: {app: {a: "\tx\ny"}}
               |                    ^^^^^^^^
            hint: write the value as base64 in `binaryData`, or change it
        "#,
    );
}
