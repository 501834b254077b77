//! The rendered stores, with real servers: Debian's redis-server, haproxy and postgresql, started as the kubelet would
//! start the rendered pods. Needs root (or `sudo -E`), for namespaces: `cargo test --test servers`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backup; // dumps restore, old ones go, a failure harms none
mod client; // not tests: speaks to Redis
mod exporter; // exporters log in with every password, and leak none
mod hostile; // not tests: passwords
mod kubelet; // not tests: runs a rendered pod
mod load; // not tests: writes and watches while something breaks
mod notes; // what `kgen notes` says to type, typed
mod postgres; // roles, passwords, probes and recovery of PostgreSQL
mod proxy; // HAProxy before a Redis with Sentinel
mod redis; // probes, passwords, memory and persistence of Redis
mod scripts; // shells and shellcheck read the scripts
mod sentinel; // Redis with Sentinel: failover, partitions, HAProxy
mod set; // not tests: such a set
#[allow(dead_code, reason = "shared with the other test binary")]
#[path = "../support/mod.rs"]
mod support; // not tests: runs the binary in a folder of its own
mod wait; // `waitFor` waits, and gives up
