//! Stores as they will be started.

use super::{project, said, shop};

#[test]
fn a_cache_that_refuses_writes() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {cache: {persistence: none}}
            ",
        )
        .args(["render"]),
        "
            warning[eviction-policy]: Deployment/cache: when it is full, it refuses all writes: a cache should make room (profile `dev`)
              --> kgen.yaml:4:9
               |
            4 | redis: {cache: {persistence: none}}
               |         ^^^^^
            hint: write `evictionPolicy: allkeys-lru` for a cache, or `noeviction` where a refused write is better than a lost key
            5 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn data_that_may_be_thrown_away() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {queue: {evictionPolicy: allkeys-lfu}}
            ",
        )
        .args(["render"]),
        "
            warning[eviction-policy]: StatefulSet/queue `spec.template.spec.containers[0].args[10]`: `allkeys-lfu` throws away keys that the volume is there to keep (profile `dev`)
              --> kgen.yaml:4:33
               |
            4 | redis: {queue: {evictionPolicy: allkeys-lfu}}
               |                                 ^^^^^^^^^^^
            hint: write `evictionPolicy: noeviction` or `volatile-lru`; for a cache, `persistence: none`
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_store_that_says_what_it_does_when_it_is_full() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis:
                  cache: {persistence: none, evictionPolicy: allkeys-lru}
                  broker: {persistence: none, evictionPolicy: noeviction}
                  queue: {evictionPolicy: volatile-lru}
            ",
        )
        .args(["render"]),
        "
            12 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_claim_without_room_for_a_rewrite() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {queue: {persistence: {size: 100Mi}, resources: {limits: {memory: 128Mi}}}}
            ",
        )
        .args(["render"]),
        "
            warning[claim-too-small]: StatefulSet/queue `spec.volumeClaimTemplates[0].spec.resources.requests.storage`: a rewrite of the AOF needs twice the 57 MiB of data beside each other (profile `dev`)
              --> kgen.yaml:4:37
               |
            4 | redis: {queue: {persistence: {size: 100Mi}, resources: {limits: {memory: 128Mi}}}}
               |                                     ^^^^^
            hint: write `persistence: {size: 114Mi}` or more
            6 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_claim_with_room_or_nothing_to_rewrite() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis:
                  queue: {persistence: {size: 114Mi}, resources: {limits: {memory: 128Mi}}}
                  snapshots: {persistence: {aof: \"no\", size: 100Mi}, resources: {limits: {memory: 128Mi}}}
            ",
        )
        .args(["render"]),
        "
            10 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_store_without_startup_probe() {
    shop(
        "
            profiles: {dev: {}}
            redis: {queue: {}}
            patches:
              - target: {kind: StatefulSet, name: queue}
                patch: [{op: remove, path: /spec/template/spec/containers/0/startupProbe}]
        ",
        "
            error[no-startup-probe]: StatefulSet/queue: without a startup probe, liveness kills it while it loads or makes its data directory (profile `dev`)
              --> kgen.yaml:4:9
               |
            4 | redis: {queue: {}}
               |         ^^^^^
            hint: remove what took it away: kgen writes one of five minutes and more
        ",
    );
}

#[test]
fn what_nothing_refers_to() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", env: {HOST: \"db:5432\"}}}
                configs: {app: {A: \"1\"}}
                secrets: {keys: {A: {}}}
                redis: {cache: {}}
                postgres: {db: {}}
            ",
        )
        .args(["render"]),
        "
            warning[unused]: nothing refers to `configs.app` (profile `dev`)
              --> kgen.yaml:5:11
               |
            5 | configs: {app: {A: \"1\"}}
               |           ^^^
            hint: read it (`envFrom: [configs.app]`), or remove it

            warning[unused]: nothing refers to `secrets.keys` (profile `dev`)
              --> kgen.yaml:6:11
               |
            6 | secrets: {keys: {A: {}}}
               |           ^^^^
            hint: read a key of it (`${secrets.keys.KEY}`), or remove it

            warning[unused]: nothing refers to `redis.cache` (profile `dev`)
              --> kgen.yaml:7:9
               |
            7 | redis: {cache: {}}
               |         ^^^^^
            hint: give its address to an app (`${redis.cache.url}`), or remove it
            15 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn what_something_refers_to() {
    said(
        project(
            "
                profiles: {dev: {}}
                apps: {api: {image: \"acme/api:1\", envFrom: [configs.app, secrets.keys], waitFor: [postgres.db], args: [--cache, \"${redis.cache.host}\"]}}
                configs: {app: {A: \"1\"}}
                secrets: {keys: {B: {}}}
                redis: {cache: {}}
                postgres: {db: {}}
            ",
        )
        .args(["render"]),
        "
            15 written, 0 removed, 0 unchanged
        ",
    );
}

#[test]
fn a_project_of_stores() {
    said(
        project(
            "
                profiles: {dev: {}}
                redis: {cache: {}}
            ",
        )
        .args(["render"]),
        "
            6 written, 0 removed, 0 unchanged
        ",
    );
}
