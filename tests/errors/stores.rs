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
fn a_redis_that_rolls_over_its_volume() {
    shop(
        "
            profiles: {dev: {}}
            redis:
              queue: {workload: Deployment, strategy: RollingUpdate}
              cache: {persistence: none, strategy: RollingUpdate}
              other: {strategy: Recreate}
        ",
        "
            error[rwo-rolling-update]: `redis.queue` would be replaced by RollingUpdate while the old pod holds its volume (profile `dev`)
              --> kgen.yaml:5:43
               |
            5 |   queue: {workload: Deployment, strategy: RollingUpdate}
               |                                           ^^^^^^^^^^^^^
            hint: on another node the new pod waits forever; on the same one both write one data directory
            hint: remove `strategy`: kgen writes `Recreate`

            error[rwo-rolling-update]: `redis.cache` would be two caches behind one Service during a RollingUpdate (profile `dev`)
              --> kgen.yaml:6:40
               |
            6 |   cache: {persistence: none, strategy: RollingUpdate}
               |                                        ^^^^^^^^^^^^^
            hint: what is written to one is not in the other; remove `strategy`: kgen writes `Recreate`

            error[workload-field]: `redis.other` is a StatefulSet, which has no strategy `Recreate` (profile `dev`)
              --> kgen.yaml:7:21
               |
            7 |   other: {strategy: Recreate}
               |                     ^^^^^^^^
            hint: remove it: a StatefulSet stops the old pod first
        ",
    );
}

#[test]
fn a_password_that_sentinel_cannot_read_back() {
    shop(
        "
            profiles: {dev: {}}
            secrets: {queue: {password: 'two words'}, cache: {password: 'two words'}}
            redis:
              queue: {mode: sentinel, image: redis:8.2-alpine}
              cache: {mode: sentinel}
        ",
        "
            error[password-form]: `secrets.queue.password` holds a space, a quote, `#` or a backslash, which a Sentinel of Redis cannot read back
              --> kgen.yaml:4:29
               |
            4 | secrets: {queue: {password: ***}, cache: {password: ***}}
               |                             ^^^
            hint: use letters and digits, or a `valkey` image, whose Sentinel writes them in quotes
        ",
    );
}

#[test]
fn an_even_number_of_members() {
    shop(
        "
            profiles: {dev: {}, prod: {secretProvider: existing}}
            redis: {cache: {mode: sentinel, replicas: 2}}
        ",
        "
            error[sentinel-even]: `redis.cache` has 2 members: when one is lost, the other one is no majority and cannot take over (profiles `dev` and `prod`)
              --> kgen.yaml:4:43
               |
            4 | redis: {cache: {mode: sentinel, replicas: 2}}
               |                                           ^
            hint: use 3, or 5 to outlive the loss of two
        ",
    );
}

#[test]
fn four_members_and_one_member() {
    shop(
        "
            profiles: {dev: {}}
            redis:
              four: {mode: sentinel, replicas: 4}
              one: {mode: sentinel, replicas: 1}
        ",
        "
            error[sentinel-even]: `redis.four` has 4 members: 3 of them must agree, so no more may be lost than of 3 (profile `dev`)
              --> kgen.yaml:5:36
               |
            5 |   four: {mode: sentinel, replicas: 4}
               |                                    ^
            hint: use 3, or 5 to outlive the loss of two

            error[sentinel-even]: `redis.one` has 1 member: nobody is left to take over when it is lost (profile `dev`)
              --> kgen.yaml:6:35
               |
            6 |   one: {mode: sentinel, replicas: 1}
               |                                   ^
            hint: use 3, or 5 to outlive the loss of two
        ",
    );
}

#[test]
fn a_set_that_keeps_nothing() {
    shop(
        "
            profiles: {dev: {}}
            redis:
              cache: {mode: sentinel, persistence: none}
              queue: {mode: sentinel, persistence: {aof: \"no\", snapshots: [900 1]}}
        ",
        "
            error[sentinel-persistence]: `redis.cache` has Sentinel and `persistence: none`: a primary that restarts without its data would empty its replicas (profile `dev`)
              --> kgen.yaml:5:40
               |
            5 |   cache: {mode: sentinel, persistence: none}
               |                                        ^^^^
            hint: use `persistence: {aof: everysec}`, or `mode: standalone` for a cache that may be lost

            error[sentinel-persistence]: `redis.queue` has Sentinel and `aof: \"no\"`: a primary that restarts without its data would empty its replicas (profile `dev`)
              --> kgen.yaml:6:46
               |
            6 |   queue: {mode: sentinel, persistence: {aof: \"no\", snapshots: [900 1]}}
               |                                              ^^^^
            hint: use `persistence: {aof: everysec}`, or `mode: standalone` for a cache that may be lost
        ",
    );
}

#[test]
fn a_directive_that_kgen_writes() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {config: {maxmemory: 100mb, timeout: 300, port: 6380}}}
        ",
        "
            error[redis-config]: `maxmemory` in `redis.cache.config` is a directive that kgen writes itself
              --> kgen.yaml:4:26
               |
            4 | redis: {cache: {config: {maxmemory: 100mb, timeout: 300, port: 6380}}}
               |                          ^^^^^^^^^
            hint: remove it: `maxMemory` sets it

            error[redis-config]: `port` in `redis.cache.config` is a directive that kgen writes itself
              --> kgen.yaml:4:58
               |
            4 | redis: {cache: {config: {maxmemory: 100mb, timeout: 300, port: 6380}}}
               |                                                          ^^^^
            hint: remove it: probes and Services use 6379
        ",
    );
}

#[test]
fn an_image_that_the_operator_cannot_start() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {mode: operator, image: redis:7-alpine}}
        ",
        "
            error[operator-image]: `redis.cache` is run by the operator, which cannot start the image `redis:7-alpine`
              --> kgen.yaml:4:40
               |
            4 | redis: {cache: {mode: operator, image: redis:7-alpine}}
               |                                        ^^^^^^^^^^^^^^
            hint: use one of `quay.io/opstree/redis`, or remove `image` (in a profile: `image: null`)
        ",
    );
}

#[test]
fn what_a_mode_has_no_use_for() {
    shop(
        "
            profiles: {dev: {}}
            redis:
              alone: {host: redis.example.org}
              watched: {mode: sentinel, workload: Deployment}
              operated: {mode: operator, service: redis-service, replicas: 4}
              outside: {mode: external, replicas: 3, persistence: {size: 1Gi}, tolerations: [{operator: Exists}]}
        ",
        "
            error[mode-field]: `redis.alone` has `mode: standalone`, which has no use for `host` (profile `dev`)
              --> kgen.yaml:5:17
               |
            5 |   alone: {host: redis.example.org}
               |                 ^^^^^^^^^^^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: external`

            error[mode-field]: `redis.watched` has `mode: sentinel`, which has no use for `workload` (profile `dev`)
              --> kgen.yaml:6:39
               |
            6 |   watched: {mode: sentinel, workload: Deployment}
               |                                       ^^^^^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`

            error[mode-field]: `redis.operated` has `mode: operator`, which has no use for `service` (profile `dev`)
              --> kgen.yaml:7:39
               |
            7 |   operated: {mode: operator, service: redis-service, replicas: 4}
               |                                       ^^^^^^^^^^^^^
            hint: the operator names the Services: `NAME-master` is the primary

            error[sentinel-even]: `redis.operated` has 4 members: 3 of them must agree, so no more may be lost than of 3 (profile `dev`)
              --> kgen.yaml:7:64
               |
            7 |   operated: {mode: operator, service: redis-service, replicas: 4}
               |                                                                ^
            hint: use 3, or 5 to outlive the loss of two

            error[mode-field]: `redis.outside` has `mode: external`, which has no use for `replicas` (profile `dev`)
              --> kgen.yaml:8:39
               |
            8 |   outside: {mode: external, replicas: 3, persistence: {size: 1Gi}, tolerations: [{operator: Exists}]}
               |                                       ^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`, `mode: sentinel` or `mode: operator`

            error[mode-field]: `redis.outside` has `mode: external`, which has no use for `persistence` (profile `dev`)
              --> kgen.yaml:8:62
               |
            8 |   outside: {mode: external, replicas: 3, persistence: {size: 1Gi}, tolerations: [{operator: Exists}]}
               |                                                              ^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`, `mode: sentinel` or `mode: operator`

            error[mode-field]: `redis.outside` has `mode: external`, which has no use for `tolerations` (profile `dev`)
              --> kgen.yaml:8:93
               |
            8 |   outside: {mode: external, replicas: 3, persistence: {size: 1Gi}, tolerations: [{operator: Exists}]}
               |                                                                                             ^^^^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`, `mode: sentinel` or `mode: operator`
        ",
    );
}

/// What the other profiles use is no slip; what stands beside the mode is.
#[test]
fn what_a_mode_has_no_use_for_in_one_profile() {
    shop(
        "
            redis: {cache: {persistence: {size: 1Gi}, workload: StatefulSet}}
            profiles:
              dev: {}
              test: {preset: dev, redis: {cache: {mode: external, config: {timeout: 300}}}}
              more: {extends: test, redis: {cache: {maxMemory: 10mb}}}
        ",
        "
            error[mode-field]: `redis.cache` has `mode: external`, which has no use for `config` (profiles `test` and `more`)
              --> kgen.yaml:6:73
               |
            6 |   test: {preset: dev, redis: {cache: {mode: external, config: {timeout: 300}}}}
               |                                                                         ^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`, `mode: sentinel` or `mode: operator`

            error[mode-field]: `redis.cache` has `mode: external`, which has no use for `maxMemory` (profile `more`)
              --> kgen.yaml:7:52
               |
            7 |   more: {extends: test, redis: {cache: {maxMemory: 10mb}}}
               |                                                    ^^^^
            hint: remove it (in a profile: `null`); it is for `mode: standalone`, `mode: sentinel` or `mode: operator`
        ",
    );
}

#[test]
fn a_service_over_all_members() {
    shop(
        "
            profiles: {dev: {}}
            redis: {cache: {mode: sentinel}}
            manifests:
              - apiVersion: v1
                kind: Service
                metadata: {name: everyone}
                spec:
                  selector: {app.kubernetes.io/name: cache, app.kubernetes.io/instance: shop}
                  ports: [{name: redis, port: 6379, targetPort: redis, protocol: TCP}]
        ",
        "
            error[sentinel-service]: Service/everyone `spec.ports[0].targetPort`: it spreads clients over the primary and the replicas of StatefulSet/cache, and replicas refuse writes (profile `dev`)
               --> kgen.yaml:11:53
                |
            11 |       ports: [{name: redis, port: 6379, targetPort: redis, protocol: TCP}]
                |                                                     ^^^^^
            hint: a reference to `host` or `url` puts HAProxy before the primary; a client that knows Sentinel asks the Service whose name ends in `-sentinel`
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
        redis: {cache: {maxMemory: 800mb, resources: {limits: {memory: 1Gi}}, persistence: {size: 4Gi}}}
    ",
    );
    said(
        kgen.args(["render"]),
        "
            warning[maxmemory-limit]: `redis.cache.maxMemory` is 78 % of the memory limit of 1024Mi: under load the server may be killed (profile `dev`)
              --> kgen.yaml:4:28
               |
            4 | redis: {cache: {maxMemory: 800mb, resources: {limits: {memory: 1Gi}}, persistence: {size: 4Gi}}}
               |                            ^^^^^
            hint: leave it out: kgen takes 45 % of the limit; or raise `resources.limits.memory`
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
              ==> kgen.yaml:7:9
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
