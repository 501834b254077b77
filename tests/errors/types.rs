//! Values of the wrong type, and values that break a rule of their type.

use super::shop;

#[test]
fn a_word_for_a_number() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: many
        ",
        "
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found the string `many`
              --> kgen.yaml:6:15
               |
            6 |     replicas: many
               |               ^^^^
        ",
    );
}

#[test]
fn a_number_in_quotes() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                replicas: "3"
        "#,
        r#"
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found the string `3`
              --> kgen.yaml:6:15
               |
            6 |     replicas: "3"
               |               ^^^
            hint: write it without quotes
        "#,
    );
}

#[test]
fn a_fraction_for_a_count() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: 1.5
        ",
        "
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found `1.5`
              --> kgen.yaml:6:15
               |
            6 |     replicas: 1.5
               |               ^^^
        ",
    );
}

#[test]
fn a_number_for_a_string() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                workingDir: 5
        ",
        r#"
            error[wrong-type]: `apps.api.workingDir`: expected a string, found a number
              --> kgen.yaml:6:17
               |
            6 |     workingDir: 5
               |                 ^
            hint: quote it: "5"
        "#,
    );
}

#[test]
fn a_list_for_a_map() {
    shop(
        "
            apps:
              - api
        ",
        "
            error[wrong-type]: `apps`: expected a map, found a list
              --> kgen.yaml:4:3
               |
            4 |   - ***
               |   ^
            hint: write a map by name: `apps: {api: {image: registry/name:tag}}`
        ",
    );
}

#[test]
fn a_map_for_a_list() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                args: {a: b}
        ",
        "
            error[wrong-type]: `apps.api.args`: expected a list, found a map
              --> kgen.yaml:6:11
               |
            6 |     args: {***}
               |           ^
        ",
    );
}

#[test]
fn a_word_for_a_list() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                args: --verbose
        ",
        "
            error[wrong-type]: `apps.api.args`: expected a list, found a string
              --> kgen.yaml:6:11
               |
            6 |     args: --verbose
               |           ^^^^^^^^^
            hint: write a list, a word each: `[npm, run, worker]`, or `[sh, -c, \"...\"]` for a shell
        ",
    );
}

#[test]
fn a_map_for_a_number() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicas: {count: 3}
        ",
        "
            error[wrong-type]: `apps.api.replicas`: expected an integer from 0, found a map
              --> kgen.yaml:6:15
               |
            6 |     replicas: {***}
               |               ^
        ",
    );
}

#[test]
fn a_boolean_for_a_map() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                autoscaling: true
        ",
        "
            error[wrong-type]: `apps.api.autoscaling`: expected a map, found a boolean
              --> kgen.yaml:6:18
               |
            6 |     autoscaling: true
               |                  ^^^^
            hint: write `{minReplicas: 2, maxReplicas: 5, cpu: 80}`
        ",
    );
}

#[test]
fn a_list_for_an_ingress() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                ingress: [a.example.org]
        ",
        "
            error[wrong-type]: `apps.api.ingress`: expected `none` or a map, found a list
              --> kgen.yaml:6:14
               |
            6 |     ingress: [***]
               |              ^
            hint: write one map; `host` may be a list
        ",
    );
}

#[test]
fn an_image_for_an_app() {
    shop(
        "
            apps:
              api: acme/api:1
        ",
        "
            error[wrong-type]: `apps.api`: expected a map, found a string
              --> kgen.yaml:4:8
               |
            4 |   api: ***
               |        ^^^
        ",
    );
}

#[test]
fn a_null_in_a_list() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                args: [a, null]
        ",
        "
            error[wrong-type]: `apps.api.args[1]`: expected a value, found null
              --> kgen.yaml:6:15
               |
            6 |     args: [a, null]
               |               ^^^^
        ",
    );
}

#[test]
fn yes_for_true() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                ingress: {host: a.example.org, stickySessions: yes}
        ",
        "
            error[wrong-type]: `apps.api.ingress.stickySessions`: expected `true` or `false`, found the string `yes`
              --> kgen.yaml:6:52
               |
            6 |     ingress: {host: a.example.org, stickySessions: yes}
               |                                                    ^^^
            hint: did you mean `true`?
        ",
    );
}

#[test]
fn off_for_false() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                hostNetwork: off
        ",
        "
            error[wrong-type]: `apps.api.hostNetwork`: expected `true` or `false`, found the string `off`
              --> kgen.yaml:6:18
               |
            6 |     hostNetwork: off
               |                  ^^^
            hint: did you mean `false`?
        ",
    );
}

#[test]
fn a_boolean_in_quotes() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                tty: "true"
        "#,
        r#"
            error[wrong-type]: `apps.api.tty`: expected `true` or `false`, found the string `true`
              --> kgen.yaml:6:10
               |
            6 |     tty: "true"
               |          ^^^^^^
            hint: write it without quotes
        "#,
    );
}

#[test]
fn a_boolean_for_the_name_of_a_secret() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                ingress: {host: a.example.org, tls: true}
        ",
        "
            error[wrong-type]: `apps.api.ingress.tls`: expected the name of the Secret with the certificate, found a boolean
              --> kgen.yaml:6:41
               |
            6 |     ingress: {host: a.example.org, tls: true}
               |                                         ^^^^
            hint: write the name of a Secret: `tls: shop-tls`
        ",
    );
}
