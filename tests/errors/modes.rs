//! Settings that a mode of a PostgreSQL would pass over.

use super::shop;

#[test]
fn a_server_s_settings_on_an_external_database() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: external
                storage: 10Gi
                config: {max_connections: 200}
                nodeSelector: {disk: ssd}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: external`, which has no use for `storage` (profile `dev`)
              --> kgen.yaml:7:14
               |
            7 |     storage: 10Gi
               |              ^^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone` or `mode: cnpg`

            error[mode-field]: `postgres.db` has `mode: external`, which has no use for `config` (profile `dev`)
              --> kgen.yaml:8:31
               |
            8 |     config: {max_connections: 200}
               |                               ^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone` or `mode: cnpg`

            error[mode-field]: `postgres.db` has `mode: external`, which has no use for `nodeSelector` (profile `dev`)
              --> kgen.yaml:9:26
               |
            9 |     nodeSelector: {disk: ssd}
               |                          ^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone` or `mode: cnpg`
        ",
    );
}

#[test]
fn a_profile_that_changes_the_mode_and_says_more() {
    shop(
        "
            profiles:
              dev: {}
              prod:
                secretProvider: existing
                postgres: {db: {mode: external, resources: {limits: {memory: 1Gi}}}}
            postgres:
              db: {storage: 10Gi}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: external`, which has no use for `resources` (profile `prod`)
              --> kgen.yaml:7:66
               |
            7 |     postgres: {db: {mode: external, resources: {limits: {memory: 1Gi}}}}
               |                                                                  ^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone` or `mode: cnpg`
        ",
    );
}

#[test]
fn an_external_database_s_settings_on_a_server() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {host: db.example.net, port: 6432, sslmode: require, url: '${secrets.s.url}'}
            secrets: {s: {url: {}}}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `host` (profile `dev`)
              --> kgen.yaml:5:14
               |
            5 |   db: {host: db.example.net, port: 6432, sslmode: require, url: '${secrets.s.url}'}
               |              ^^^^^^^^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`

            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `port` (profile `dev`)
              --> kgen.yaml:5:36
               |
            5 |   db: {host: db.example.net, port: 6432, sslmode: require, url: '${secrets.s.url}'}
               |                                    ^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`

            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `sslmode` (profile `dev`)
              --> kgen.yaml:5:51
               |
            5 |   db: {host: db.example.net, port: 6432, sslmode: require, url: '${secrets.s.url}'}
               |                                                   ^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`

            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `url` (profile `dev`)
              --> kgen.yaml:5:65
               |
            5 |   db: {host: db.example.net, port: 6432, sslmode: require, url: '${secrets.s.url}'}
               |                                                                 ^^^^^^^^^^^^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`
        ",
    );
}

#[test]
fn a_budget_on_one_postgres() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db: {disruptionBudget: {maxUnavailable: 1}}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `disruptionBudget` (profile `dev`)
              --> kgen.yaml:5:43
               |
            5 |   db: {disruptionBudget: {maxUnavailable: 1}}
               |                                           ^
            hint: a budget on one pod blocks every node drain; use `mode: cnpg` for several, or remove it
        ",
    );
}

#[test]
fn a_standalone_postgres_with_instances() {
    shop(
        "
            profiles: {dev: {}}
            postgres: {db: {instances: 3}}
        ",
        "
            error[mode-field]: `postgres.db` has `mode: standalone`, which has no use for `instances` (profile `dev`)
              --> kgen.yaml:4:28
               |
            4 | postgres: {db: {instances: 3}}
               |                            ^
            hint: a standalone PostgreSQL is one server; use `mode: cnpg` for more, or remove it
        ",
    );
}

#[test]
fn a_server_s_settings_on_a_cluster() {
    shop(
        "
            profiles: {dev: {}}
            postgres:
              db:
                mode: cnpg
                replicas: 3
                service: database
                storage: {accessModes: [ReadWriteOnce]}
                disruptionBudget: {maxUnavailable: 1}
                podLabels: {team: data}
                terminationGracePeriodSeconds: 60
                serviceAccount: db
                sslmode: require
        ",
        "
            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `replicas` (profile `dev`)
              --> kgen.yaml:7:15
               |
            7 |     replicas: 3
               |               ^
            hint: write `instances`, which counts the primary too

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `service` (profile `dev`)
              --> kgen.yaml:8:14
               |
            8 |     service: database
               |              ^^^^^^^^
            hint: the operator names the Services: `NAME-rw` is the primary, `NAME-ro` the replicas

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `storage.accessModes` (profile `dev`)
              --> kgen.yaml:9:29
               |
            9 |     storage: {accessModes: [ReadWriteOnce]}
               |                             ^^^^^^^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `disruptionBudget` (profile `dev`)
               --> kgen.yaml:10:40
                |
            10 |     disruptionBudget: {maxUnavailable: 1}
                |                                        ^
            hint: the operator makes its own; remove it, or write `disruptionBudget: none` to have none

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `podLabels` (profile `dev`)
               --> kgen.yaml:11:23
                |
            11 |     podLabels: {team: data}
                |                       ^^^^
            hint: the operator makes the pods; `labels` are on the Cluster

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `terminationGracePeriodSeconds` (profile `dev`)
               --> kgen.yaml:12:36
                |
            12 |     terminationGracePeriodSeconds: 60
                |                                    ^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `serviceAccount.name` (profile `dev`)
               --> kgen.yaml:13:21
                |
            13 |     serviceAccount: db
                |                     ^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`

            error[mode-field]: `postgres.db` has `mode: cnpg`, which has no use for `sslmode` (profile `dev`)
               --> kgen.yaml:14:14
                |
            14 |     sslmode: require
                |              ^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`
        ",
    );
}
