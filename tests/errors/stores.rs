//! What a store may not be, and cannot be yet.

use super::{project, said, shop};

#[test]
fn a_standalone_redis_with_replicas() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {replicas: 3}}
        ",
        "
            error[redis-replicas-standalone]: `redis.cache` is standalone and has 3 replicas: each would be a store of its own behind one Service
              --> kgen.yaml:4:27
               |
            4 | redis: {cache: {replicas: 3}}
               |                           ^
            hint: reads and writes would go to different data; use `mode: sentinel` for a primary with replicas, or remove `replicas`
        ",
    );
}

#[test]
fn a_standalone_postgres_with_replicas() {
    shop(
        "
            profiles: {dev: {}}
            postgres: {db: {replicas: 3}}
        ",
        "
            error[redis-replicas-standalone]: `postgres.db` is standalone and has 3 replicas: each would be a database of its own behind one Service
              --> kgen.yaml:4:27
               |
            4 | postgres: {db: {replicas: 3}}
               |                           ^
            hint: reads and writes would go to different data; use `mode: cnpg` for replication, or remove it
        ",
    );
}

#[test]
fn an_external_redis_with_replicas() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {mode: external, replicas: 3}}
        ",
        "
            error[external-replicas]: `redis.cache` is external: kgen runs no pods of it
              --> kgen.yaml:4:43
               |
            4 | redis: {cache: {mode: external, replicas: 3}}
               |                                           ^
            hint: remove `replicas`
        ",
    );
}

#[test]
fn a_redis_with_sentinel_is_not_built() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {mode: sentinel}}
        ",
        "
            error[not-yet]: `redis.cache` has `mode: sentinel`, which is not built yet (profile `dev`)
              --> kgen.yaml:4:23
               |
            4 | redis: {cache: {mode: sentinel}}
               |                       ^^^^^^^^
            hint: use `mode: standalone` or `mode: external` until it is
        ",
    );
}

#[test]
fn delivery_is_not_built() {
    shop(
        "
            profiles: {dev: {}}
            delivery: {argocd: {}}
        ",
        "
            error[not-yet]: `delivery` is not built yet (profile `dev`)
              --> kgen.yaml:4:20
               |
            4 | delivery: {argocd: {}}
               |                    ^
            hint: remove it until it is
        ",
    );
}

#[test]
fn a_postgres_image_without_version() {
    shop(
        "
            profiles: {dev: {}}
            postgres: {db: {image: 'postgres:alpine'}}
        ",
        "
            error[postgres-version]: `postgres.db`: image `postgres:alpine` does not say its major version
              --> kgen.yaml:4:24
               |
            4 | postgres: {db: {image: 'postgres:alpine'}}
               |                        ^^^^^^^^^^^^^^^^^
            hint: where the data lies depends on it; use a tag such as `18-trixie` or `17`
        ",
    );
}

#[test]
fn a_postgres_without_size() {
    shop(
        "
            profiles: {dev: {}}
            postgres: {db: {storage: {size: null}}}
        ",
        "
            error[missing-key]: `postgres.db.storage` has no `size`
              --> kgen.yaml:4:12
               |
            4 | postgres: {db: {storage: {size: null}}}
               |            ^^
            hint: add `storage: 10Gi`
        ",
    );
}

#[test]
fn a_persistent_redis_without_size() {
    shop(
        "
            profiles: {dev: {redis: {cache: {persistence: {size: null}}}}}
            redis: {cache: {persistence: {aof: always}}}
        ",
        "
            error[missing-key]: `redis.cache.persistence` has no `size`
              --> kgen.yaml:4:31
               |
            4 | redis: {cache: {persistence: {aof: always}}}
               |                               ^^^
            hint: add `size: 5Gi`
        ",
    );
}

#[test]
fn more_memory_than_the_limit() {
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
fn much_of_the_limit_is_a_warning() {
    let kgen = project(
        "
        profiles: {dev: {}}
        redis: {cache: {maxMemory: 800mb, resources: {limits: {memory: 1Gi}}}}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[maxmemory-limit]: `redis.cache.maxMemory` is 78 % of the memory limit: under load the server may be killed
              --> kgen.yaml:4:28
               |
            4 | redis: {cache: {maxMemory: 800mb, resources: {limits: {memory: 1Gi}}}}
               |                            ^^^^^
            hint: leave it out: kgen takes 45 % of the limit
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn two_components_of_one_name() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            redis: {api: {}}
        ",
        "
            error[duplicate-name]: `redis.api` and `apps.api` share a name: a Service of one would select the pods of the other
              --> kgen.yaml:5:3
               |
            5 |   api:
               |   ^^^
              ::: kgen.yaml:7:9
               |
            7 | redis: {api: {}}
               |         ^^^ the other one
            hint: rename one of the two
        ",
    );
}

#[test]
fn a_volume_without_kind() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                volumes: {/data: {readOnly: true}}
        ",
        "
            error[volume-kind]: volume `/data` of `apps.api` has no kind
              --> kgen.yaml:7:15
               |
            7 |     volumes: {/data: {readOnly: true}}
               |               ^^^^^
            hint: add `size: 1Gi` for a claim, or `emptyDir: {}`, `configMap: {name: ...}`, ...
        ",
    );
}

#[test]
fn a_variable_without_value() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
                env: {A: {}}
        ",
        "
            error[env-no-value]: `apps.api.env.A` has no value
              --> kgen.yaml:7:11
               |
            7 |     env: {A: {}}
               |           ^
            hint: give it a text, `ref`, `fieldRef`, `resourceFieldRef`, `secretKeyRef` or `configMapKeyRef`
        ",
    );
}
