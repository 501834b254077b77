//! The times of probes and hooks beside each other.
//!
//! Owns: probes that fail on a busy node, liveness that gives up before the app is ready, hooks as long as the grace period.
//! Does not own: what commands ask and see (`resource/probe.rs`).
//! Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/

use super::set::{Findings, Set, Workload};
use crate::resource::walk::At;

crate::declare! {
    /// a probe that fails on a busy node
    ///
    /// An exec probe on Kubernetes' default of one second fails when the node is busy, since starting a process takes
    ///   long then; and one whose own timeout is not below `timeoutSeconds` never reaches its own answer.
    /// Fix: `timeoutSeconds: 5`, and `timeout 3 COMMAND` inside.
    /// Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
    PROBE_TIMEOUT = "probe-timeout", Warning, allow;

    /// liveness gives up before the app is expected to be ready
    ///
    /// Without a startup probe, liveness gives up before the app is expected to be ready: the app restarts in a loop as
    ///   soon as its start is slow.
    /// Fix: a `startupProbe` with the time that the start may take.
    /// Before: `readinessProbe: {initialDelaySeconds: 60}, livenessProbe: {periodSeconds: 10}`. After: with
    ///   `startupProbe: {httpGet: /health, periodSeconds: 5, failureThreshold: 24}`.
    /// Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    LIVENESS_TOO_EARLY = "liveness-too-early", Warning, allow;

    /// a preStop hook as long as the grace period
    ///
    /// The `preStop` hook sleeps as long as the whole `terminationGracePeriodSeconds`, or longer: the process is killed
    ///   without having been asked to stop.
    /// Fix: a longer grace period, or a shorter sleep.
    /// Source: https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
    GRACE_TOO_SHORT = "grace-too-short", Warning, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    for workload in &set.workloads {
        for (_, container) in workload.pod.containers() {
            for key in ["startupProbe", "livenessProbe", "readinessProbe"] {
                container.get(key).iter().for_each(|probe| timeout(workload, probe, out));
            }
            early(workload, &container, out);
            grace(workload, &container, out);
        }
    }
}

/// A process takes longer to start on a busy node than the second that Kubernetes gives it.
fn timeout(workload: &Workload, probe: &At, out: &mut Findings) {
    let Some(command) = probe.at(&["exec", "command"]) else { return };
    let Some(outer) = probe.int("timeoutSeconds") else {
        let message = "a command has one second unless said, which a busy node takes to start it";
        out.push(workload.index, command.found(PROBE_TIMEOUT, message).hint("add `timeoutSeconds: 5`"));
        return;
    };
    let Some(inner) = inner(&command).filter(|inner| *inner >= outer) else { return };
    let message = format!("the command waits {inner} s, but is killed after {outer} s: its own answer never comes");
    let finding = probe.found_at("timeoutSeconds", PROBE_TIMEOUT, message);
    out.push(workload.index, finding.hint(format!("write `timeoutSeconds: {}`", inner.saturating_add(2))));
}

/// The seconds of `timeout 3 ...`, `timeout -s KILL 3`, or a client's own `-t 3`.
fn inner(command: &At) -> Option<i64> {
    let texts: Vec<&str> = command.children().iter().filter_map(At::text).collect();
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let seconds = |word: &&str| word.trim_end_matches('s').parse::<i64>().ok();
    let after = |name: &str| words.iter().position(|word| *word == name).map(|at| &words[at + 1..]);
    match after("timeout") {
        Some(rest) => rest.iter().take(3).find_map(seconds),
        None => after("pg_isready").and_then(|rest| {
            let at = rest.iter().position(|word| *word == "-t")?;
            rest.get(at + 1).and_then(seconds)
        }),
    }
}

/// Liveness may kill what readiness does not expect to be there yet.
fn early(workload: &Workload, container: &At, out: &mut Findings) {
    let (Some(liveness), Some(readiness)) = (container.get("livenessProbe"), container.get("readinessProbe")) else {
        return;
    };
    if container.get("startupProbe").is_some() {
        return;
    }
    let number = |probe: &At, key: &str, default: i64| probe.int(key).unwrap_or(default);
    let start = number(&readiness, "initialDelaySeconds", 0);
    let tries = number(&liveness, "periodSeconds", 10).saturating_mul(number(&liveness, "failureThreshold", 3));
    let given = number(&liveness, "initialDelaySeconds", 0).saturating_add(tries);
    if given < start {
        let message =
            format!("it restarts the container after {given} s, but readiness expects it after {start} s only");
        let hint = "add a `startupProbe` with the time that the start may take: liveness begins after it";
        out.push(workload.index, liveness.found(LIVENESS_TOO_EARLY, message).hint(hint));
    }
}

fn grace(workload: &Workload, container: &At, out: &mut Findings) {
    let Some(hook) = container.at(&["lifecycle", "preStop"]) else { return };
    let grace = workload.pod.spec.int("terminationGracePeriodSeconds").unwrap_or(30);
    let Some(sleep) = slept(&hook).filter(|sleep| *sleep >= grace) else { return };
    let message =
        format!("it sleeps {sleep} s of the {grace} s that the pod has to end: the process is killed unasked");
    let hint = format!("write `terminationGracePeriodSeconds: {}`, or sleep less", sleep.saturating_add(30));
    out.push(workload.index, hook.found(GRACE_TOO_SHORT, message).hint(hint));
}

fn slept(hook: &At) -> Option<i64> {
    if let Some(sleep) = hook.get("sleep") {
        return sleep.int("seconds");
    }
    let command = hook.at(&["exec", "command"])?;
    let texts: Vec<&str> = command.children().iter().filter_map(At::text).collect();
    let words: Vec<&str> =
        texts.iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || ";&|".contains(c))).collect();
    let sleeps = words.windows(2).filter(|pair| pair[0].rsplit('/').next() == Some("sleep"));
    sleeps.filter_map(|pair| pair[1].trim_end_matches('s').parse::<i64>().ok()).reduce(i64::saturating_add)
}
