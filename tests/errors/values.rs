//! Values that break a rule of their kind: names, quantities, images, schedules.

use super::{fails, shop};

#[test]
fn a_project_name_with_a_blank() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: My Shop
        ",
        "
            error[bad-value]: `project`: may have only lower case letters, digits and `-`, but has `M`
              --> kgen.yaml:2:10
               |
            2 | project: My Shop
               |          ^^^^^^^
            hint: write `my-shop`
        ",
    );
}

#[test]
fn a_quantity_in_megabytes() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                resources: {limits: {memory: 256MB}}
        ",
        "
            error[bad-value]: `apps.api.resources.limits.memory`: has the unknown suffix `MB`; write `M` or `Mi`
              --> kgen.yaml:6:34
               |
            6 |     resources: {limits: {memory: 256MB}}
               |                                  ^^^^^
        ",
    );
}

#[test]
fn an_image_with_a_blank() {
    shop(
        "
            apps:
              api: {image: 'acme/API:1 2'}
        ",
        "
            error[bad-value]: `apps.api.image`: must not have ` `
              --> kgen.yaml:4:16
               |
            4 |   api: {image: 'acme/API:1 2'}
               |                ^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn an_hour_that_is_none() {
    shop(
        "
            jobs:
              n: {image: acme/api:1, schedule: '0 25 * * *'}
        ",
        "
            error[bad-value]: `jobs.n.schedule`: has the hour `25`, which is not from 0 to 23
              --> kgen.yaml:4:36
               |
            4 |   n: {image: acme/api:1, schedule: '0 25 * * *'}
               |                                    ^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_schedule_in_words() {
    shop(
        "
            jobs:
              n: {image: acme/api:1, schedule: 'every day'}
        ",
        "
            error[bad-value]: `jobs.n.schedule`: must have five fields (minute, hour, day of the month, month, day of the week), but has 2
              --> kgen.yaml:4:36
               |
            4 |   n: {image: acme/api:1, schedule: 'every day'}
               |                                    ^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_host_with_a_scheme() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
                ingress: {host: 'http://a.example.org'}
        ",
        "
            error[bad-value]: `apps.api.ingress.host`: may have only lower case letters, digits and `-`, but has `:`
              --> kgen.yaml:7:21
               |
            7 |     ingress: {host: 'http://a.example.org'}
               |                     ^^^^^^^^^^^^^^^^^^^^^^
            hint: write the host's name alone: `shop.example.com`
        ",
    );
}

#[test]
fn a_workload_in_the_wrong_case() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                workload: Statefulset
        ",
        "
            error[bad-value]: `apps.api.workload`: expected `Deployment`, `StatefulSet` or `DaemonSet`, found `Statefulset`
              --> kgen.yaml:6:15
               |
            6 |     workload: Statefulset
               |               ^^^^^^^^^^^
            hint: did you mean `StatefulSet`?
        ",
    );
}

#[test]
fn an_output_folder_outside() {
    shop(
        "
            output: ../x
        ",
        "
            error[bad-value]: `output`: expected a path below the project's folder, found `../x`
              --> kgen.yaml:3:9
               |
            3 | output: ../x
               |         ^^^^
        ",
    );
}

#[test]
fn a_version_that_is_none() {
    shop(
        "
            kubernetes: 1.3x
        ",
        "
            error[bad-value]: `kubernetes`: expected a version such as `1.33`, found `1.3x`
              --> kgen.yaml:3:13
               |
            3 | kubernetes: 1.3x
               |             ^^^^
        ",
    );
}

#[test]
fn more_than_all() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                disruptionBudget: {minAvailable: 101%}
        ",
        "
            error[bad-value]: `apps.api.disruptionBudget.minAvailable`: expected a count or a percentage such as `25%`, found `101%`
              --> kgen.yaml:6:38
               |
            6 |     disruptionBudget: {minAvailable: 101%}
               |                                      ^^^^
        ",
    );
}

#[test]
fn a_size_in_words() {
    shop(
        "
            redis:
              cache: {maxMemory: lots}
        ",
        "
            error[bad-value]: `redis.cache.maxMemory`: expected a size such as `512mb`, found `lots`
              --> kgen.yaml:4:22
               |
            4 |   cache: {maxMemory: lots}
               |                      ^^^^
        ",
    );
}

#[test]
fn a_label_value_with_a_blank_is_said_once() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            labels: {team: 'a b!'}
        ",
        "
            error[invalid-label]: Deployment/api `metadata.labels.team`: the label value `a b!` may have only letters, digits, `-`, `_` and `.`, but has ` ` (profiles `dev`, `staging` and `prod`)
              --> kgen.yaml:6:16
               |
            6 | labels: {team: 'a b!'}
               |                ^^^^^^
            also in: PodDisruptionBudget/api, ServiceAccount/api
        ",
    );
}

#[test]
fn an_unknown_provider() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: vault
        ",
        "
            error[bad-value]: `secretProvider`: expected `local`, `existing` or a map, found `vault`
              --> kgen.yaml:4:17
               |
            4 | secretProvider: vault
               |                 ^^^^^
            hint: External Secrets Operator reads it: `{external: {store: NAME}}` names its SecretStore
        ",
    );
}

#[test]
fn an_unknown_preset() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              qa: {preset: prd}
        ",
        "
            error[bad-value]: `profiles.qa.preset`: expected `dev`, `staging` or `prod`, found `prd`
              --> kgen.yaml:7:16
               |
            7 |   qa: {preset: prd}
               |                ^^^
            hint: did you mean `prod`?
        ",
    );
}

#[test]
fn a_namespace_that_becomes_no_name() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            namespace: '${project}_${profile}'
        ",
        "
            error[bad-value]: `namespace`: may have only lower case letters, digits and `-`, but has `_`
              --> kgen.yaml:6:12
               |
            6 | namespace: '${project}_${profile}'
               |            ^^^^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn an_unknown_field_of_the_pod() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: {fieldRef: metadata.nme}}
        ",
        "
            error[bad-value]: `apps.api.env.A.fieldRef`: no variable is made of `metadata.nme`; did you mean `metadata.name`?
              --> kgen.yaml:7:25
               |
            7 |     env: {A: {fieldRef: metadata.nme}}
               |                         ^^^^^^^^^^^^
        ",
    );
}

#[test]
fn an_unknown_resource() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: {resourceFieldRef: limits.memry}}
        ",
        "
            error[bad-value]: `apps.api.env.A.resourceFieldRef`: expected `limits` or `requests` of `cpu`, `memory` or `ephemeral-storage`, found `limits.memry`
              --> kgen.yaml:7:33
               |
            7 |     env: {A: {resourceFieldRef: limits.memry}}
               |                                 ^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_time_zone_with_a_blank() {
    shop(
        "
            profiles: {dev: {}}
            jobs: {n: {image: 'acme/api:1', schedule: '0 3 * * *', timeZone: 'Mars X'}}
        ",
        "
            error[invalid-value]: CronJob/n `spec.timeZone`: the time zone `Mars X` may have only letters, digits, `_`, `-`, `+` and `/` (profile `dev`)
              --> kgen.yaml:4:66
               |
            4 | jobs: {n: {image: 'acme/api:1', schedule: '0 3 * * *', timeZone: 'Mars X'}}
               |                                                                  ^^^^^^^^
        ",
    );
}

#[test]
fn a_job_name_that_is_too_long() {
    shop(
        "
            profiles: {dev: {}}
            jobs: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {image: 'acme/api:1'}}
        ",
        "
            error[name-too-long]: Job/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-04dceca52e `metadata.name`: the name `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-04dceca52e` has 71 characters, 63 are allowed: its pods have it as the label `job-name` (profile `dev`)
              --> kgen.yaml:4:8
               |
            4 | jobs: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {image: 'acme/api:1'}}
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: shorten the component's or the project's name
        ",
    );
}

#[test]
fn a_server_that_is_too_old() {
    shop(
        "
            kubernetes: 1.28
        ",
        "
            error[kubernetes-version]: kgen writes for Kubernetes 1.29 and later, not for 1.28
              --> kgen.yaml:3:13
               |
            3 | kubernetes: 1.28
               |             ^^^^
            hint: claims are `ReadWriteOncePod` and sidecars are init containers that restart
        ",
    );
}
