//! Keys that the language does not have, or not together, and names that break a rule.

use super::shop;

#[test]
fn an_unknown_key_at_the_top_level() {
    shop(
        "
            app:
              api: {}
        ",
        "
            error[unknown-key]: unknown key `app` at the top level
              --> kgen.yaml:3:1
               |
            3 | app:
               | ^^^
            hint: did you mean `apps`?
        ",
    );
}

#[test]
fn an_unknown_key_of_an_app() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                replicsa: 3
        ",
        "
            error[unknown-key]: unknown key `replicsa` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     replicsa: 3
               |     ^^^^^^^^
            hint: did you mean `replicas`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_probe() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
                livenessProbe: {httpGet: /, periodSecond: 3}
        ",
        "
            error[unknown-key]: unknown key `periodSecond` in `apps.api.livenessProbe`
              --> kgen.yaml:7:33
               |
            7 |     livenessProbe: {httpGet: /, periodSecond: 3}
               |                                 ^^^^^^^^^^^^
            hint: did you mean `periodSeconds`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_variable() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env:
                  A: {fieldReff: metadata.name}
        ",
        "
            error[unknown-key]: unknown key `fieldReff` in `apps.api.env.A`
              --> kgen.yaml:7:11
               |
            7 |       A: {fieldReff: ***}
               |           ^^^^^^^^^
            hint: did you mean `fieldRef`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_profile() {
    shop(
        "
            profiles:
              dev:
                extend: x
        ",
        "
            error[unknown-key]: unknown key `extend` in `profiles.dev`
              --> kgen.yaml:5:5
               |
            5 |     extend: ***
               |     ^^^^^^
            hint: did you mean `extends`?
        ",
    );
}

#[test]
fn an_unknown_key_of_an_app_in_a_profile() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              dev:
                apps: {api: {replcas: 1}}
        ",
        "
            error[unknown-key]: unknown key `replcas` in `profiles.dev.apps.api`
              --> kgen.yaml:8:18
               |
            8 |     apps: {api: {replcas: 1}}
               |                  ^^^^^^^
            hint: did you mean `replicas`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_redis() {
    shop(
        "
            redis:
              cache: {persistance: none}
        ",
        "
            error[unknown-key]: unknown key `persistance` in `redis.cache`
              --> kgen.yaml:4:11
               |
            4 |   cache: {persistance: ***}
               |           ^^^^^^^^^^^
            hint: did you mean `persistence`?
        ",
    );
}

#[test]
fn an_unknown_key_that_resembles_none() {
    shop(
        "
            redis:
              cache: {foo: none}
        ",
        "
            error[unknown-key]: unknown key `foo` in `redis.cache`
              --> kgen.yaml:4:11
               |
            4 |   cache: {foo: ***}
               |           ^^^
        ",
    );
}

#[test]
fn an_unknown_key_of_an_ingress() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                ingress: {hots: a.b}
        ",
        "
            error[unknown-key]: unknown key `hots` in `apps.api.ingress`
              --> kgen.yaml:6:15
               |
            6 |     ingress: {hots: ***}
               |               ^^^^
            hint: did you mean `host`?
        ",
    );
}

#[test]
fn an_unknown_key_of_a_volume() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {siez: 1Gi}}
        ",
        "
            error[unknown-key]: unknown key `siez` in `apps.api.volumes./data`
              --> kgen.yaml:6:23
               |
            6 |     volumes: {/data: {siez: ***}}
               |                       ^^^^
            hint: did you mean `size`?
        ",
    );
}

#[test]
fn a_handler_for_the_probe_of_a_store() {
    shop(
        "
            redis:
              cache: {livenessProbe: {httpGet: /}}
        ",
        "
            error[unknown-key]: unknown key `httpGet` in `redis.cache.livenessProbe`
              --> kgen.yaml:4:27
               |
            4 |   cache: {livenessProbe: {httpGet: ***}}
               |                           ^^^^^^^
            hint: known keys are `initialDelaySeconds`, `periodSeconds`, `timeoutSeconds`, `successThreshold`, `failureThreshold` and `terminationGracePeriodSeconds`
        ",
    );
}
