//! Redis and Valkey as they will be started, and stores without a startup probe.
//!
//! Owns: what the arguments say beside the claim: eviction, room for a rewrite.
//! Does not own: memory beside its limit (`plan/server.rs`), which modes have what (`plan/mode.rs`).

use super::set::{self, Findings, Set, Workload, is_users};
use crate::checks::volume::RWO_ROLLING_UPDATE;
use crate::plan::server;
use crate::resource::Finding;
use crate::resource::walk::At;

crate::declare! {
    /// several independent servers behind one Service
    ///
    /// Several replicas of a standalone Redis or PostgreSQL are independent servers behind one Service: what one
    ///   request writes the next does not find.
    /// Fix: `mode: sentinel` (Redis) or `mode: cnpg` (PostgreSQL) for a primary with replicas; or one replica.
    /// Source: measured; Kubernetes Services spread connections over all ready pods.
    REDIS_REPLICAS_STANDALONE = "redis-replicas-standalone", Error;

    /// what a full Redis does does not fit its use
    ///
    /// Either `allkeys-*` on a Redis that keeps its data: a full one throws away keys that were to be kept. Or a Redis
    ///   without persistence that does not say what it does when it is full: the preset's `noeviction` refuses all writes
    ///   then.
    /// Fix: `noeviction` or `volatile-*` for data, `allkeys-lru` for a cache; `noeviction`, written out, where a
    ///   refused write is better than a lost key.
    /// How to allow: `allow: {eviction-policy: "a cache that starts warm"}`.
    /// Source: https://redis.io/docs/latest/develop/reference/eviction/
    EVICTION_POLICY = "eviction-policy", Warning, allow;

    /// a claim without room for a rewrite of the AOF
    ///
    /// A rewrite of the AOF writes the new file beside the old one: the claim needs at least twice `maxmemory`. A full
    ///   disk stops all writes.
    /// Fix: a larger `persistence.size`, or less memory.
    /// Source: measured; https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
    CLAIM_TOO_SMALL = "claim-too-small", Warning, allow;

    /// a store with data and without startup probe
    ///
    /// A store with data on a volume and without a startup probe: liveness kills it while it loads or makes its data
    ///   directory, again and again; PostgreSQL killed during its first start comes back Ready without its init scripts.
    /// Fix: leave `startupProbe` to kgen, or write one with at least five minutes.
    /// Source: measured: 25 s of loading for 613 MB of AOF; PostgreSQL killed during initdb.
    NO_STARTUP_PROBE = "no-startup-probe", Error, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    for workload in set.workloads.iter().filter(|workload| matches!(workload.section(), "redis" | "postgres")) {
        if !workload.is(&["Deployment", "StatefulSet"]) {
            continue;
        }
        if workload.resource.facts.as_ref().is_some_and(|facts| facts.is_alone) {
            alone(set, workload, out);
        }
        let Some(server) = workload.pod.spec.items("containers").into_iter().next() else { continue };
        let claims = set.claims(workload);
        if !claims.is_empty() && server.get("startupProbe").is_none() {
            let message = "without a startup probe, liveness kills it while it loads or makes its data directory";
            let finding = Finding::new(NO_STARTUP_PROBE, Vec::new(), message);
            out.push(
                workload.index,
                finding.hint("remove what took it away: kgen writes one of five minutes and more"),
            );
        }
        if workload.section() == "redis" {
            eviction(set, workload, &server, claims.is_empty(), out);
            room(workload, &server, &claims, out);
        }
    }
}

/// Two servers behind one Service, for good or during a rollout. Over one claim that is said of the claim.
fn alone(set: &Set, workload: &Workload, out: &mut Findings) {
    let Some(spec) = workload.root.get("spec") else { return };
    if let Some(count) = set.replicas(workload).filter(|count| *count > 1) {
        let message = format!("each of the {count} would be a store of its own behind one Service");
        let mode = if workload.section() == "redis" { "sentinel" } else { "cnpg" };
        let hint = format!(
            "reads and writes would go to different data; use `mode: {mode}` for replicas, or remove `replicas`"
        );
        out.push(workload.index, spec.found_at("replicas", REDIS_REPLICAS_STANDALONE, message).hint(hint));
    }
    if workload.surges() && set.claims(workload).is_empty() {
        let message = "during a rollout there would be two caches behind one Service";
        let hint = "what is written to one is not in the other; remove `strategy`: kgen writes `Recreate`";
        out.push(workload.index, spec.found_at("strategy", RWO_ROLLING_UPDATE, message).hint(hint));
    }
}

/// The value behind `--NAME` among the arguments.
fn directive<'t>(server: &At<'t>, name: &str) -> Option<At<'t>> {
    let arguments = server.items("args");
    let at = arguments.iter().position(|word| word.text() == Some(name))?;
    arguments.get(at + 1).cloned()
}

/// A cache that does not say what it does when it is full, and data that may be thrown away.
fn eviction(set: &Set, workload: &Workload, server: &At, is_cache: bool, out: &mut Findings) {
    let Some(policy) = directive(server, "--maxmemory-policy") else { return };
    let word = policy.text().unwrap_or_default();
    let Some((section, name)) = workload.resource.component.split_once('.') else { return };
    let said = is_users(set.settings, &[section, name, "evictionPolicy"]);
    if word.starts_with("allkeys-") && !is_cache {
        let message = format!("`{word}` throws away keys that the volume is there to keep");
        let hint = "write `evictionPolicy: noeviction` or `volatile-lru`; for a cache, `persistence: none`";
        out.push(workload.index, policy.found(EVICTION_POLICY, message).hint(hint));
    }
    if word == "noeviction" && is_cache && !said {
        let message = "when it is full, it refuses all writes: a cache should make room";
        let hint = "write `evictionPolicy: allkeys-lru` for a cache, or `noeviction` where a refused write is better than a lost key";
        // What a preset says, the component is to say otherwise.
        out.push(workload.index, Finding::new(EVICTION_POLICY, Vec::new(), message).hint(hint));
    }
}

/// A rewrite of the AOF writes the new file beside the old one.
fn room(workload: &Workload, server: &At, claims: &[set::Claim], out: &mut Findings) {
    let writes = directive(server, "--appendonly").and_then(|at| at.text().map(|word| word == "yes")) == Some(true);
    let memory = directive(server, "--maxmemory").and_then(|at| server::bytes(at.text()?));
    let Some((claim, memory)) = claims.first().zip(memory).filter(|_| writes) else { return };
    let Some(size) = claim.spec.at(&["resources", "requests", "storage"]) else { return };
    let least = memory.saturating_mul(2);
    if set::bytes(&size).is_some_and(|bytes| bytes < least) {
        let message = format!("a rewrite of the AOF needs twice the {} MiB of data beside each other", memory >> 20);
        let index = if claim.own { workload.index } else { claim.index };
        let finding = size.found(CLAIM_TOO_SMALL, message);
        let hint = format!("write `persistence: {{size: {}Mi}}` or more", least.div_ceil(1 << 20));
        out.push(index, finding.hint(hint));
    }
}
