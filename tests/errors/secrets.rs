//! Secrets where they may not stand, values that are not there, and providers.

use super::{project, refused, shop};

#[test]
fn a_secret_in_a_config() {
    shop(
        "
            profiles: {dev: {}}
            configs: {app: {A: '${redis.cache.password}'}}
            redis: {cache: {}}
        ",
        "
            error[secret-here]: `${redis.cache.password}` holds a secret, which may not stand here
              --> kgen.yaml:4:20
               |
            4 | configs: {app: {A: '${redis.cache.password}'}}
               |                    ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: secrets may stand in `env`, in `files` and in `secrets`
        ",
    );
}

#[test]
fn a_secret_in_an_argument() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                args: ['--pw=${redis.cache.password}']
            redis: {cache: {}}
        ",
        "
            error[secret-here]: `--pw=${redis.cache.password}` holds a secret, which may not stand here
              --> kgen.yaml:7:12
               |
            7 |     args: ['--pw=${redis.cache.password}']
               |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: secrets may stand in `env`, in `files` and in `secrets`
        ",
    );
}

#[test]
fn a_secret_in_a_label() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                labels: {a: '${redis.cache.password}'}
            redis: {cache: {}}
        ",
        "
            error[secret-here]: `${redis.cache.password}` holds a secret, which may not stand here
              --> kgen.yaml:7:17
               |
            7 |     labels: {a: '${redis.cache.password}'}
               |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: secrets may stand in `env`, in `files` and in `secrets`
        ",
    );
}

#[test]
fn a_secret_in_the_namespace() {
    shop(
        "
            profiles: {dev: {}}
            namespace: '${redis.cache.password}'
            redis: {cache: {}}
        ",
        "
            error[secret-here]: `${redis.cache.password}` holds a secret, which may not stand here
              --> kgen.yaml:4:12
               |
            4 | namespace: '${redis.cache.password}'
               |            ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: secrets may stand in `env`, in `files` and in `secrets`
        ",
    );
}

#[test]
fn a_secret_in_a_manifest() {
    shop(
        "
            profiles: {dev: {}}
            manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: '${redis.cache.password}'}}]
            redis: {cache: {}}
        ",
        "
            error[secret-here]: `${redis.cache.password}` holds a secret, which may not stand here
              --> kgen.yaml:4:78
               |
            4 | manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: '${redis.cache.password}'}}]
               |                                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: secrets may stand in `env`, in `files` and in `secrets`
        ",
    );
}

#[test]
fn a_literal_password() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {password: hunter2}}
        ",
        "
            error[password-literal]: `redis.cache.password` must name a secret
              --> kgen.yaml:4:27
               |
            4 | redis: {cache: {password: ***}}
               |                           ^^^
            hint: declare it under `secrets` and write `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_password_from_a_config() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {password: '${configs.a.b}'}}
            configs: {a: {b: c}}
        ",
        "
            error[password-literal]: `redis.cache.password` must name a secret
              --> kgen.yaml:4:27
               |
            4 | redis: {cache: {password: '${configs.a.b}'}}
               |                           ^^^^^^^^^^^^^^^^
            hint: declare it under `secrets` and write `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_composed_password_that_nobody_delivers() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            redis: {cache: {password: 'x${secrets.a.b}'}}
            secrets: {a: {b: {}}}
        ",
        "
            error[password-composed]: the password of `redis.cache` is composed, which `secretProvider: existing` cannot deliver to a server
              --> kgen.yaml:4:9
               |
            4 | redis: {cache: {password: ***${secrets.a.b}'}}
               |         ^^^^^
            hint: name one key: `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_composed_password_of_postgres() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            postgres: {db: {password: 'x${secrets.a.b}'}}
            secrets: {a: {b: {}}}
        ",
        "
            error[password-composed]: the password of `postgres.db` is composed, which `secretProvider: existing` cannot deliver to a server
              --> kgen.yaml:4:12
               |
            4 | postgres: {db: {password: ***${secrets.a.b}'}}
               |            ^^
            hint: name one key: `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_composed_file_that_nobody_delivers() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            apps:
              api:
                image: acme/api:1
                files: {/a: 'x${secrets.a.b}'}
            secrets: {a: {b: {}}}
        ",
        "
            error[file-composed]: file `/a` of `apps.api` is composed of secrets, which `secretProvider: existing` cannot deliver as a file
              --> kgen.yaml:7:17
               |
            7 |     files: {/a: 'x${secrets.a.b}'}
               |                 ^^^^^^^^^^^^^^^^^
            hint: declare the whole text as one key of a secret
        ",
    );
}

#[test]
fn a_literal_secret_in_prod() {
    shop(
        "
            profiles: {prod: {}}
            secretProvider: existing
            secrets: {app: {token: s3cr3t}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${secrets.app.token}'}
        ",
        "
            error[secret-literal]: `secrets.app.token` is spelled out, which is for dev only (profile `prod`)
              --> kgen.yaml:5:24
               |
            5 | secrets: {app: {token: ***}}
               |                        ^^^
            hint: move the value to `profiles.dev`; in the other profiles `secretProvider` delivers it
        ",
    );
}

#[test]
fn an_external_url_spelled_out() {
    shop(
        "
            profiles: {prod: {secretProvider: existing}}
            apps:
              api:
                image: acme/api:1
                env: {A: '${redis.cache.url}'}
            redis: {cache: {mode: external, url: 'redis://:hunter2canary@cache.example.org'}}
        ",
        "
            error[password-literal]: `redis.cache.url` is spelled out with its credentials
              --> kgen.yaml:8:38
               |
            8 | redis: {cache: {mode: external, url: ***}}
               |                                      ^^^
            hint: declare it under `secrets` and write `${secrets.NAME.KEY}`
        ",
    );
}

#[test]
fn a_secret_of_more_than_a_mebibyte() {
    let kgen = project(
        "
        profiles: {prod: {}}
        secrets: {app: {a: {file: a.bin}, b: {file: b.bin}}}
    ",
    );
    let half = "a line of a long text\n".repeat(25_000);
    refused(
        kgen.file("a.bin", &half).file("b.bin", &half).args(["render", "prod"]),
        "
            error[too-large]: Secret/app: a Secret may have 1048576 bytes, but has 1099998 (profile `prod`)
              --> kgen.yaml:4:11
               |
            4 | secrets: {app: {a: {file: a.bin}, b: {file: b.bin}}}
               |           ^^^
            hint: mount it from a volume or an image
        ",
    );
}

#[test]
fn credentials_of_a_registry_that_are_no_json() {
    shop(
        "
            profiles: {dev: {}}
            manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: aHVudGVyMg==}}]
        ",
        "
            error[invalid-json]: Secret/a `data[\".dockerconfigjson\"]`: `.dockerconfigjson` must be a JSON object (profile `dev`)
              --> kgen.yaml:4:129
               |
            4 | manifests: [{apiVersion: v1, kind: Secret, metadata: {name: a}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: ***}}]
               |                                                                                                                                 ^^^
        ",
    );
}

#[test]
fn a_value_that_is_no_credentials_of_a_registry() {
    let kgen = project(
        "
        profiles: {dev: {}}
        secrets: {registry: {.dockerconfigjson: {env: REGISTRY}}}
        apps: {api: {image: 'acme/api:1', imagePullSecrets: [{name: registry}]}}
    ",
    );
    refused(
        kgen.env("REGISTRY", "hunter2").args(["render", "dev"]),
        "
            error[invalid-json]: the key `.dockerconfigjson` of `secrets.registry` is no JSON object, as credentials of registries are (profile `dev`)
              --> kgen.yaml:4:47
               |
            4 | secrets: {registry: {.dockerconfigjson: {env: REGISTRY}}}
               |                                               ^^^^^^^^
            hint: it is the text of Docker's `config.json`: `{\"auths\": {\"ghcr.io\": {\"auth\": \"...\"}}}`
        ",
    );
}
