//! What people bring from Compose, Helm and Kubernetes: each is told what it is called here.

use super::{fails, shop};

#[test]
fn env_as_a_list_of_kubernetes() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                env:
                  - name: PORT
                    value: "80"
        "#,
        "
            error[wrong-type]: `apps.api.env`: expected a map, found a list
              --> kgen.yaml:7:7
               |
            7 |       - ***
               |       ^
            hint: write a map: `env: {NAME: value}`
        ",
    );
}

#[test]
fn ports_as_compose_has_them() {
    shop(
        r#"
            apps:
              api:
                image: acme/api:1
                ports:
                  - "8080:80"
        "#,
        "
            error[wrong-type]: `apps.api.ports`: expected a map, found a list
              --> kgen.yaml:7:7
               |
            7 |       - ***
               |       ^
            hint: write `port: 8080`, or a map by name: `ports: {http: 8080}`
        ",
    );
}

#[test]
fn volumes_as_compose_has_them() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes:
                  - ./data:/data
        ",
        "
            error[wrong-type]: `apps.api.volumes`: expected a map, found a list
              --> kgen.yaml:7:7
               |
            7 |       - ***
               |       ^
            hint: write a map by path: `volumes: {/data: {size: 1Gi}}`
        ",
    );
}

#[test]
fn an_image_in_parts() {
    shop(
        "
            apps:
              api:
                image:
                  repository: acme/api
                  tag: v1
        ",
        "
            error[wrong-type]: `apps.api.image`: expected an image, found a map
              --> kgen.yaml:6:7
               |
            6 |       ***
               |       ^
            hint: write it in one text: `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_component_to_wait_for_as_a_word() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                waitFor: db
        ",
        "
            error[wrong-type]: `apps.api.waitFor`: expected a list, found a string
              --> kgen.yaml:6:14
               |
            6 |     waitFor: db
               |              ^^
            hint: write a list: `[postgres.NAME]`
        ",
    );
}

#[test]
fn an_ingress_as_a_word() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
                ingress: shop.example.com
        ",
        "
            error[bad-value]: `apps.api.ingress`: expected `none` or a map, found `shop.example.com`
              --> kgen.yaml:7:14
               |
            7 |     ingress: shop.example.com
               |              ^^^^^^^^^^^^^^^^
            hint: write `ingress: {host: shop.example.com}`
        ",
    );
}

#[test]
fn a_probe_as_a_path() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                port: 80
                readinessProbe: /ready
        ",
        "
            error[bad-value]: `apps.api.readinessProbe`: expected `none` or a map, found `/ready`
              --> kgen.yaml:7:21
               |
            7 |     readinessProbe: /ready
               |                     ^^^^^^
            hint: write `{httpGet: /path}`
        ",
    );
}

#[test]
fn a_list_of_stores() {
    shop(
        "
            redis: [cache]
        ",
        "
            error[wrong-type]: `redis`: expected a map, found a list
              --> kgen.yaml:3:8
               |
            3 | redis: [***]
               |        ^
            hint: write a map by name: `redis: {cache: {}}`
        ",
    );
}

#[test]
fn environment_and_depends_on() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                environment: {PORT: x}
                depends_on: [db]
        ",
        "
            error[unknown-key]: unknown key `environment` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     environment: {***}
               |     ^^^^^^^^^^^
            hint: write `env: {NAME: value}`

            error[unknown-key]: unknown key `depends_on` in `apps.api`
              --> kgen.yaml:7:5
               |
            7 |     depends_on: [***]
               |     ^^^^^^^^^^
            hint: write `waitFor: [postgres.NAME]`
        ",
    );
}

#[test]
fn memory_without_resources() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                memory: 512Mi
        ",
        "
            error[unknown-key]: unknown key `memory` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     memory: ***
               |     ^^^^^^
            hint: write `resources: {requests: {cpu: 100m}, limits: {memory: 512Mi}}`
        ",
    );
}

#[test]
fn a_healthcheck() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                healthcheck: /ready
        ",
        "
            error[unknown-key]: unknown key `healthcheck` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     healthcheck: ***
               |     ^^^^^^^^^^^
            hint: write `readinessProbe: {httpGet: /path}`, and `livenessProbe` if a restart helps
        ",
    );
}

#[test]
fn bounds_of_an_autoscaling() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                autoscaling: {min: 2, max: 5}
        ",
        "
            error[unknown-key]: unknown key `min` in `apps.api.autoscaling`
              --> kgen.yaml:6:19
               |
            6 |     autoscaling: {min: 2, max: 5}
               |                   ^^^
            hint: write `minReplicas`

            error[unknown-key]: unknown key `max` in `apps.api.autoscaling`
              --> kgen.yaml:6:27
               |
            6 |     autoscaling: {min: 2, max: 5}
               |                           ^^^
            hint: write `maxReplicas`
        ",
    );
}

#[test]
fn the_version_of_a_postgres() {
    shop(
        "
            postgres: {db: {version: 17}}
        ",
        "
            error[unknown-key]: unknown key `version` in `postgres.db`
              --> kgen.yaml:3:17
               |
            3 | postgres: {db: {version: 17}}
               |                 ^^^^^^^
            hint: the version is a part of the image: `image: postgres:17`
        ",
    );
}

#[test]
fn a_component_beside_the_components_of_a_profile() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              dev: {api: {replicas: 2}}
        ",
        "
            error[unknown-key]: unknown key `api` in `profiles.dev`
              --> kgen.yaml:7:9
               |
            7 |   dev: {api: {***}}
               |         ^^^
            hint: write `apps: {api: ...}`
        ",
    );
}

#[test]
fn a_misspelt_component_of_a_profile() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            profiles:
              dev: {apps: {apii: {replicas: 2}}}
        ",
        "
            error[missing-key]: `apps.apii` has no `image`
              --> kgen.yaml:7:16
               |
            7 |   dev: {apps: {apii: {replicas: 2}}}
               |                ^^^^
            hint: did you mean `api`? A new one needs `image: registry/name:tag`
        ",
    );
}

#[test]
fn a_profile_at_the_top() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
            prod: {}
        ",
        "
            error[unknown-key]: unknown key `prod` at the top level
              --> kgen.yaml:6:1
               |
            6 | prod: {}
               | ^^^^
            hint: write it under `profiles`: `profiles: {prod: {}}`
        ",
    );
}

#[test]
fn a_component_name_with_an_underscore() {
    shop(
        "
            apps:
              my_worker:
                image: acme/api:1
        ",
        "
            error[bad-name]: `my_worker` is no component name in `apps`: may have only lower case letters, digits and `-`, but has `_`
              --> kgen.yaml:4:3
               |
            4 |   my_worker:
               |   ^^^^^^^^^
            hint: write `my-worker`
        ",
    );
}

#[test]
fn a_variable_with_a_blank() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                env:
                  MY VAR: x
        ",
        "
            error[bad-name]: `MY VAR` is no environment variable name in `apps.api.env`: may have only letters, digits, `_`, `-` and `.`, but has ` `
              --> kgen.yaml:7:7
               |
            7 |       MY VAR: ***
               |       ^^^^^^
            hint: write `MY_VAR`
        ",
    );
}

#[test]
fn memory_in_bytes() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                resources: {limits: {memory: 512}}
        ",
        "
            error[invalid-quantity]: Deployment/api `spec.template.spec.containers[0].resources.limits.memory`: the quantity `512` of memory is less than a mebibyte (profiles `dev`, `staging` and `prod`)
              --> kgen.yaml:6:34
               |
            6 |     resources: {limits: {memory: 512}}
               |                                  ^^^
            hint: a number alone counts bytes; write `512Mi`
        ",
    );
}

#[test]
fn storage_in_bytes() {
    shop(
        "
            redis: {cache: {auth: none, persistence: {size: 10}}}
        ",
        "
            error[invalid-quantity]: StatefulSet/cache `spec.volumeClaimTemplates[0].spec.resources.requests.storage`: the quantity `10` of storage is less than a mebibyte (profiles `dev`, `staging` and `prod`)
              --> kgen.yaml:3:49
               |
            3 | redis: {cache: {auth: none, persistence: {size: 10}}}
               |                                                 ^^
            hint: a number alone counts bytes; write `10Gi`
        ",
    );
}

#[test]
fn a_quantity_with_a_blank() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                resources: {requests: {cpu: 100 m}}
        ",
        "
            error[bad-value]: `apps.api.resources.requests.cpu`: has a space in it; write number and suffix together, as `500m`
              --> kgen.yaml:6:33
               |
            6 |     resources: {requests: {cpu: 100 m}}
               |                                 ^^^^^
        ",
    );
}

#[test]
fn a_kubernetes_object() {
    fails(
        "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: api
        ",
        "
            error[other-file]: this is a Kubernetes object of kind `Deployment`, not a project file
              --> kgen.yaml:1:1
               |
            1 | apiVersion: apps/v1
               | ^
            hint: write a project file; objects as they are go into its list `manifests`: `- {file: PATH}`
        ",
    );
}

#[test]
fn a_compose_file() {
    fails(
        "
            services:
              api:
                image: acme/api:1
        ",
        "
            error[other-file]: this is a Compose file, not a project file
              --> kgen.yaml:1:1
               |
            1 | services:
               | ^
            hint: `kgen init --from FILE` converts it
        ",
    );
}

#[test]
fn a_path_as_a_manifest() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: demo
            manifests: [extra/objects.yaml]
        ",
        "
            error[wrong-type]: `manifests[0]`: expected a map (object), found a string
              --> kgen.yaml:3:13
               |
            3 | manifests: [***]
               |             ^^^
            hint: write `{file: PATH}`
        ",
    );
}

#[test]
fn patches_by_name() {
    fails(
        "
            apiVersion: kgen.dev/v1
            project: demo
            patches: {Deployment/api: {spec: {replicas: 2}}}
        ",
        "
            error[wrong-type]: `patches`: expected a list, found a map
              --> kgen.yaml:3:10
               |
            3 | patches: {***}
               |          ^
            hint: write a list: `[{target: {kind: Deployment, name: NAME}, patch: {...}}]`
        ",
    );
}

#[test]
fn volumes_as_texts() {
    shop(
        "
            apps: {api: {image: 'a/b:1', volumes: {/data: 10Gi, /tmp: /cache}}}
        ",
        "
            error[wrong-type]: `apps.api.volumes./data`: expected a map, found a string
              --> kgen.yaml:3:47
               |
            3 | apps: {api: {image: 'a/b:1', volumes: {/data: ***, /tmp: ***}}}
               |                                               ^^^
            hint: write `{size: 10Gi}`, or `{emptyDir: {}}`

            error[wrong-type]: `apps.api.volumes./tmp`: expected a map, found a string
              --> kgen.yaml:3:59
               |
            3 | apps: {api: {image: 'a/b:1', volumes: {/data: ***, /tmp: ***}}}
               |                                                          ^^^
            hint: the path stands before: `volumes: {/data: {size: 1Gi}}`
        ",
    );
}

#[test]
fn the_keys_of_a_secret_as_a_list() {
    shop(
        "
            apps: {api: {image: 'a/b:1'}}
            secrets: {stripe: [key]}
        ",
        "
            error[wrong-type]: `secrets.stripe`: expected a map, found a list
              --> kgen.yaml:4:19
               |
            4 | secrets: {stripe: [***]}
               |                   ^
            hint: write a map with a key for each value: `stripe: {KEY: {}}`
        ",
    );
}

#[test]
fn the_variables_of_another_app() {
    shop(
        "
            apps:
              api: {image: 'a/b:1', env: {A: b}}
              worker: {image: 'a/b:1', env: '${apps.api.env}'}
        ",
        "
            error[wrong-type]: `apps.worker.env`: expected a map, found a string
              --> kgen.yaml:5:33
               |
            5 |   worker: {image: 'a/b:1', env: '${apps.api.env}'}
               |                                 ^^^^^^^^^^^^^^^^^
            hint: what several apps read stands in `configs`: `envFrom: [configs.NAME]` in each of them
        ",
    );
}

#[test]
fn the_domain_of_a_profile() {
    shop(
        "
            apps: {api: {image: 'a/b:1'}}
            profiles: {dev: {}, prod: {domain: shop.example.com}}
        ",
        "
            error[unknown-key]: unknown key `domain` in `profiles.prod`
              --> kgen.yaml:4:28
               |
            4 | profiles: {dev: {}, prod: {domain: ***}}
               |                            ^^^^^^
            hint: write it in a component: `apps: {NAME: {ingress: {host: shop.example.com}}}`
        ",
    );
}

#[test]
fn a_field_of_the_security_context() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                readOnlyRootFilesystem: true
        ",
        "
            error[unknown-key]: unknown key `readOnlyRootFilesystem` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     readOnlyRootFilesystem: true
               |     ^^^^^^^^^^^^^^^^^^^^^^
            hint: write it under `securityContext`
        ",
    );
}

#[test]
fn the_persistence_of_a_redis_as_a_word() {
    shop(
        "
            redis:
              cache: {persistence: aof}
              queue: {persistence: {aof: true}}
        ",
        "
            error[bad-value]: `redis.cache.persistence`: expected `none` or a map, found `aof`
              --> kgen.yaml:4:24
               |
            4 |   cache: {persistence: aof}
               |                        ^^^
            hint: write `{aof: everysec, size: 1Gi}`

            error[wrong-type]: `redis.queue.persistence.aof`: expected `everysec`, `always` or `no`, found `true`
              --> kgen.yaml:5:30
               |
            5 |   queue: {persistence: {aof: true}}
               |                              ^^^^
            hint: write `aof: everysec`, or `no`
        ",
    );
}

#[test]
fn a_volume_of_a_config_map_by_its_name() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes: {/templates: {configMap: texts}, /keys: {secret: keys}}
        ",
        "
            error[wrong-type]: `apps.api.volumes./templates.configMap`: expected a map (ConfigMapVolumeSource), found a string
              --> kgen.yaml:6:39
               |
            6 |     volumes: {/templates: {configMap: ***}, /keys: {secret: ***}}
               |                                       ^^^
            hint: write `{configMap: {name: NAME}}`

            error[wrong-type]: `apps.api.volumes./keys.secret`: expected a map (SecretVolumeSource), found a string
              --> kgen.yaml:6:63
               |
            6 |     volumes: {/templates: {configMap: ***}, /keys: {secret: ***}}
               |                                                             ^^^
            hint: write `{secret: {secretName: NAME}}`
        ",
    );
}

#[test]
fn a_migration_in_an_app() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                migrate: {command: [alembic, upgrade, head]}
        ",
        "
            error[unknown-key]: unknown key `migrate` in `apps.api`
              --> kgen.yaml:6:5
               |
            6 |     migrate: {***}
               |     ^^^^^^^
            hint: what runs once is written under `jobs: {migrate: {...}}`, what runs before each pod under `initContainers`
        ",
    );
}

#[test]
fn a_claim_that_is_to_be_made() {
    shop(
        "
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {claim: {size: 1Gi}}}
        ",
        "
            error[wrong-type]: `apps.api.volumes./data.claim`: expected a name, found a map
              --> kgen.yaml:6:30
               |
            6 |     volumes: {/data: {claim: {***}}}
               |                              ^
            hint: `claim` names one that exists; a new one is written without it: `{size: 1Gi, accessModes: [ReadWriteOnce]}`
        ",
    );
}

#[test]
fn a_secret_that_is_to_be_made_up() {
    shop(
        "
            secrets: {rails: {key: {generate: true}}}
            apps: {api: {image: acme/api:1}}
        ",
        "
            error[unknown-key]: unknown key `generate` in `secrets.rails.key`
              --> kgen.yaml:3:25
               |
            3 | secrets: {rails: {key: {generate: true}}}
               |                         ^^^^^^^^
            hint: leave it out: `kgen secret set PROFILE SECRET KEY --generate` makes a value, `minLength` says how long
        ",
    );
}
