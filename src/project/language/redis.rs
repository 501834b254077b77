//! Redis and Valkey.

use super::app::STRATEGY;
use super::modes::{EVERY, EXTERNAL, KEPT, ONE};
use super::pod::POD;
use super::store::STORE;
use super::types::{COUNT1, NONE, QUANTITY, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

#[rustfmt::skip]
pub static REDIS: Object = object!(&[
    &[
        field!("mode", Type::Enum(&["standalone", "sentinel", "operator", "external"]), "How it runs.", in EVERY, like "sentinel"),
        field!("image", Type::String(&rule::IMAGE), "With a tag or a digest.", in EVERY, like "redis:8.2-alpine"),
        field!("auth", Type::Enum(&["password", "none"]), "Whether clients need a password.", in EVERY),
        field!("persistence", Type::OneOf(&[NONE, Type::Object(&PERSISTENCE)]), "What survives a restart.", in KEPT, like "{aof: everysec, size: 5Gi}"),
        field!("workload", Type::Enum(&["StatefulSet", "Deployment"]), "StatefulSet with persistence, Deployment without, unless said.", in ONE),
        field!("strategy", Type::Object(&STRATEGY), "Of a Deployment, which must be `Recreate`: two servers never share a volume.", in ONE),
        field!("replicas", COUNT1, "Of `sentinel` and `operator`.", in KEPT),
        field!("maxMemory", Type::String(&rule::MEMORY), "From the memory limit unless said.", in KEPT),
        field!("evictionPolicy", Type::Enum(&["noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"]), "What is dropped when memory is full.", in KEPT),
        field!("config", Type::Map(&map!(&rule::DIRECTIVE, Type::Text)), "Further redis.conf directives.", in KEPT, like "{hz: '20'}"),
        field!("tls", Type::Bool, "Of an external one: `rediss://`.", in EXTERNAL),
        field!("username", Type::Text, "Of an external one; `default` unless said.", in EXTERNAL),
    ],
    STORE,
    POD,
]);

#[rustfmt::skip]
pub static PERSISTENCE: Object = object!(&[&[
    field!("aof", Type::Enum(&["everysec", "always", "no"]), "When writes reach the disk; `everysec` unless said."),
    field!("snapshots", Type::List(&Type::Text), "RDB save points, as `900 1`."),
    field!("size", QUANTITY, "Of the claim."),
    field!("storageClassName", SUBDOMAIN, "Of the claim."),
    field!("accessModes", Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce"])), "Of the claim; `ReadWriteOncePod` unless said."),
    field!("claim", SUBDOMAIN, "The claim's name, with `workload: Deployment`.", in ONE),
]]);
