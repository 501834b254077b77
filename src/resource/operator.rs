//! What operators make of their objects, which no tree has.
//!
//! Sources: https://cloudnative-pg.io/documentation/current/applications/,
//! https://github.com/OT-CONTAINER-KIT/redis-operator as of 0.26.

use super::Id;

fn named(id: &Id, suffixes: &[&str]) -> Vec<String> {
    suffixes.iter().map(|suffix| format!("{}{suffix}", id.name)).collect()
}

/// The Services.
pub fn services(id: &Id) -> Vec<String> {
    named(
        id,
        match (id.group(), &*id.kind) {
            ("postgresql.cnpg.io", "Cluster") => &["-rw", "-ro", "-r"],
            ("redis.redis.opstreelabs.in", "RedisReplication") => &["", "-master", "-replica", "-headless", "s-hl"],
            _ => &[],
        },
    )
}

/// The Secrets.
pub fn secrets(id: &Id) -> Vec<String> {
    named(
        id,
        match (id.group(), &*id.kind) {
            ("postgresql.cnpg.io", "Cluster") => &["-app", "-superuser", "-ca", "-server", "-replication"],
            _ => &[],
        },
    )
}
