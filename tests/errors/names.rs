//! Keys that exclude each other, names that break a rule, and values left empty.

use super::shop;

#[test]
fn a_variable_with_value_and_reference() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env: {A: {value: x, ref: '${project}'}}
        ",
        "
            error[exclusive-keys]: `value` and `ref` exclude each other in `apps.api.env.A`
              --> kgen.yaml:6:25
               |
            6 |     env: {A: {value: x, ref: '${project}'}}
               |                         ^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn a_volume_of_two_kinds() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {size: 1Gi, emptyDir: {}}}
        ",
        "
            error[exclusive-keys]: `size` and `emptyDir` exclude each other in `apps.api.volumes./data`
              --> kgen.yaml:6:34
               |
            6 |     volumes: {/data: {size: 1Gi, emptyDir: {}}}
               |                                  ^^^^^^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn a_probe_with_two_handlers() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {httpGet: /, tcpSocket: 80}
        ",
        "
            error[exclusive-keys]: `httpGet` and `tcpSocket` exclude each other in `apps.api.livenessProbe`
              --> kgen.yaml:7:33
               |
            7 |     livenessProbe: {httpGet: /, tcpSocket: 80}
               |                                 ^^^^^^^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn two_providers() {
    shop(
        "
            secretProvider: {external: {store: a}, sealed: {}}
        ",
        "
            error[exclusive-keys]: `external` and `sealed` exclude each other in `secretProvider`
              --> kgen.yaml:3:40
               |
            3 | secretProvider: {external: {store: a}, sealed: {}}
               |                                        ^^^^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn a_disruption_budget_with_both_bounds() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                disruptionBudget: {minAvailable: 1, maxUnavailable: 1}
        ",
        "
            error[exclusive-keys]: `minAvailable` and `maxUnavailable` exclude each other in `apps.api.disruptionBudget`
              --> kgen.yaml:6:41
               |
            6 |     disruptionBudget: {minAvailable: 1, maxUnavailable: 1}
               |                                         ^^^^^^^^^^^^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn port_and_the_port_it_is_short_for() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                port: 80
                ports: {http: 81}
        ",
        "
            error[exclusive-keys]: `apps.api` has `port`, which is short for `ports: {http: ...}`, and `ports.http`
              --> kgen.yaml:8:13
               |
            8 |     ports: {http: 81}
               |             ^^^^
            hint: keep one of the two
        ",
    );
}

#[test]
fn a_component_name_in_capitals() {
    shop(
        "
            apps:
              API_1: {image: acme/api:1}
        ",
        "
            error[bad-name]: `API_1` is no component name in `apps`: may have only lower case letters, digits and `-`, but has `A`
              --> kgen.yaml:4:3
               |
            4 |   API_1: {image: acme/api:1}
               |   ^^^^^
            hint: write `api-1`
        ",
    );
}

#[test]
fn an_environment_variable_name_with_an_equals_sign() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env: {1A=: x}
        ",
        "
            error[bad-name]: `1A***` is no environment variable name in `apps.api.env`: may have only letters, digits, `_`, `-` and `.`, but has `=`
              --> kgen.yaml:6:11
               |
            6 |     env: {1A***: ***}
               |           ^^^^^
        ",
    );
}

#[test]
fn a_label_key_with_a_blank() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            labels: {'a b': x}
        ",
        "
            error[bad-name]: `a b` is no label key in `labels`: may have only letters, digits, `-`, `_` and `.`, but has ` `
              --> kgen.yaml:6:10
               |
            6 | labels: {'a b': ***}
               |          ^^^^^
        ",
    );
}

#[test]
fn a_mount_path_that_is_relative() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes: {data: {emptyDir: {}}}
        ",
        "
            error[bad-name]: `data` is no path in `apps.api.volumes`: must begin with `/`
              --> kgen.yaml:6:15
               |
            6 |     volumes: {data: {emptyDir: {}}}
               |               ^^^^
            hint: write the path in the container: `{/data: {...}}`
        ",
    );
}

#[test]
fn a_config_key_with_a_blank() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                envFrom: [configs.app]
            configs: {app: {a b: x}}
        ",
        "
            error[bad-name]: `a b` is no key in `configs.app`: may have only letters, digits, `-`, `_` and `.`, but has ` `
              --> kgen.yaml:8:17
               |
            8 | configs: {app: {a b: ***}}
               |                 ^^^
        ",
    );
}

#[test]
fn two_mistakes_in_file_order() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: many
                prot: 80
        ",
        "
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found the string `many`
              --> kgen.yaml:6:15
               |
            6 |     replicas: many
               |               ^^^^

            error[unknown-key]: unknown key `prot` in `apps.api`
              --> kgen.yaml:7:5
               |
            7 |     prot: 80
               |     ^^^^
            hint: did you mean `port`?
        ",
    );
}

#[test]
fn a_null_that_removes_nothing() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                args: null
        ",
        r#"
            error[nothing-to-remove]: `apps.api.args` is null, which removes an inherited value, but nothing is inherited
              --> kgen.yaml:6:11
               |
            6 |     args: null
               |           ^^^^
            hint: write `""` for an empty value, `{}` for an empty map, or remove the key
        "#,
    );
}

#[test]
fn a_null_in_a_profile_that_removes_nothing() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              dev:
                apps: {api: {port: null}}
        ",
        r#"
            error[nothing-to-remove]: `apps.api.port` is null, which removes an inherited value, but nothing is inherited
              --> kgen.yaml:8:24
               |
            8 |     apps: {api: {port: null}}
               |                        ^^^^
            hint: write `""` for an empty value, `{}` for an empty map, or remove the key
        "#,
    );
}

#[test]
fn an_app_left_empty() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
              web:
        ",
        "
            error[missing-key]: `apps.web` has no `image`
              --> kgen.yaml:6:3
               |
            6 |   web:
               |   ^^^
            hint: add `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_variable_left_empty() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env:
                  A:
        ",
        r#"
            error[nothing-to-remove]: `apps.api.env.A` is null, which removes an inherited value, but nothing is inherited
              --> kgen.yaml:8:8
               |
            8 |       A:
               |        ^
            hint: write `""` for an empty value, `{}` for an empty map, or remove the key
        "#,
    );
}
