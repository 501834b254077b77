//! Every key of a Compose file: which are carried over, which are not and why, which say nothing.
//!
//! Owns: the tables, the one place that says so; the README's list and the notes of a conversion are of it.
//! Does not own: how a key is carried over (`service.rs` and what it uses).
//! Source: the Compose Specification, `schema/compose-spec.json`, with the keys of versions 2 and 3 that it dropped.

/// What becomes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Carried over, in whole or with notes of its own.
    Kept,
    /// Not carried over: why, and what to do where it is missed.
    Left(&'static str),
    /// Kubernetes does the same by itself, or the key says nothing about what runs.
    Quiet,
}

use Fate::{Kept, Left, Quiet};

pub const TOP: &[(&str, Fate)] = &[
    ("version", Quiet),
    ("name", Kept),
    ("services", Kept),
    ("include", Kept),
    ("volumes", Kept),
    ("secrets", Kept),
    ("configs", Kept),
    (
        "networks",
        Left(
            "all pods of a namespace reach each other; where that is too much, write `networkPolicy: wiring` in an app",
        ),
    ),
    ("models", Left("kgen runs no models; write the server that has it as an app")),
];

#[rustfmt::skip]
pub const SERVICE: &[(&str, Fate)] = &[
    ("image", Kept), ("build", Kept), ("command", Kept), ("entrypoint", Kept), ("environment", Kept), ("env_file", Kept),
    ("ports", Kept), ("expose", Kept), ("volumes", Kept), ("tmpfs", Kept), ("shm_size", Kept), ("healthcheck", Kept),
    ("depends_on", Kept), ("links", Kept), ("deploy", Kept), ("scale", Kept), ("mem_limit", Kept), ("mem_reservation", Kept),
    ("cpus", Kept), ("user", Kept), ("working_dir", Kept), ("read_only", Kept), ("cap_add", Kept),
    ("stop_grace_period", Kept), ("stop_signal", Kept), ("secrets", Kept), ("configs", Kept), ("profiles", Kept),
    ("extends", Kept), ("labels", Kept), ("restart", Kept), ("stdin_open", Kept), ("tty", Kept), ("group_add", Kept),
    ("pull_policy", Kept), ("container_name", Kept), ("hostname", Kept), ("networks", Kept), ("network_mode", Kept),
    ("extra_hosts", Kept), ("privileged", Kept), ("cap_drop", Kept), ("init", Kept),
    ("annotations", Left("write the ones that pods need as `podAnnotations`")),
    ("attach", Quiet), ("develop", Quiet), ("mem_swappiness", Quiet), ("memswap_limit", Quiet), ("uts", Quiet),
    ("blkio_config", Left("Kubernetes has no such limit")),
    ("cgroup", Left("Kubernetes makes the cgroups")),
    ("cgroup_parent", Left("Kubernetes makes the cgroups")),
    ("cpu_count", Left("write `resources: {limits: {cpu: 2}}`")),
    ("cpu_percent", Left("write `resources: {limits: {cpu: 500m}}`")),
    ("cpu_period", Left("write `resources: {limits: {cpu: 500m}}`")),
    ("cpu_quota", Left("write `resources: {limits: {cpu: 500m}}`")),
    ("cpu_rt_period", Left("Kubernetes has no realtime cpu")),
    ("cpu_rt_runtime", Left("Kubernetes has no realtime cpu")),
    ("cpu_shares", Left("write what it needs as `resources: {requests: {cpu: 100m}}`")),
    ("cpuset", Left("the kubelet's CPU manager gives whole cpus to pods that ask for them")),
    ("credential_spec", Left("for Windows; write `securityContext: {windowsOptions: ...}`")),
    ("device_cgroup_rules", Left("a device plugin of the cluster gives devices to pods")),
    ("devices", Left("a device plugin of the cluster gives devices to pods: `resources: {limits: {VENDOR/DEVICE: 1}}`")),
    ("dns", Left("write `dnsConfig: {nameservers: [...]}`")),
    ("dns_opt", Left("write `dnsConfig: {options: [...]}`")),
    ("dns_search", Left("write `dnsConfig: {searches: [...]}`")),
    ("domainname", Left("a pod's domain is its namespace's")),
    ("external_links", Left("write the other project's Service as `NAME.NAMESPACE`")),
    ("gpus", Left("write `resources: {limits: {nvidia.com/gpu: 1}}`")),
    ("ipc", Left("pods share no memory with others; containers that must are sidecars of one app")),
    ("isolation", Left("for Windows; write `runtimeClassName`")),
    ("label_file", Left("labels of containers are for tools of Docker; write `podLabels` or `podAnnotations`")),
    ("logging", Left("containers write to stdout, and the cluster collects it")),
    ("mac_address", Left("a pod has none of its own")),
    ("models", Left("write the model's server as an app, and its URL as a variable")),
    ("oom_kill_disable", Left("the kernel must be able to stop a container; raise `resources: {limits: {memory: ...}}`")),
    ("oom_score_adj", Left("it follows from the requests of memory")),
    ("pid", Left("containers that must see each other's processes are sidecars, with `shareProcessNamespace: true`")),
    ("pids_limit", Left("the kubelet has one limit for all pods of a node")),
    ("platform", Left("write `nodeSelector: {kubernetes.io/arch: amd64}` where the cluster has several")),
    ("post_start", Left("write `lifecycle: {postStart: {exec: {command: [...]}}}`")),
    ("pre_stop", Left("write `lifecycle: {preStop: {exec: {command: [...]}}}`")),
    ("provider", Left("kgen does not call it; write what it makes as an external store, or as variables")),
    ("pull_refresh_after", Left("write `imagePullPolicy: Always`")),
    ("runtime", Left("write `runtimeClassName`")),
    ("security_opt", Left("pods run under `restricted`; more is written as `securityContext`")),
    ("storage_opt", Left("write `resources: {limits: {ephemeral-storage: 1Gi}}`")),
    ("sysctls", Left("write `securityContext: {sysctls: [...]}`; what is not safe must be allowed on the nodes")),
    ("ulimits", Left("the nodes' container runtime sets them")),
    ("use_api_socket", Left("pods have no container engine")),
    ("userns_mode", Left("pods run as a user that is not root")),
    ("volume_driver", Left("write `storageClassName` in the volume")),
    ("volumes_from", Left("write the volume in both apps; two that share one need `accessModes: [ReadWriteMany]`")),
];

pub const DEPLOY: &[(&str, Fate)] = &[
    ("replicas", Kept),
    ("resources", Kept),
    ("mode", Kept),
    ("labels", Quiet),
    ("endpoint_mode", Quiet),
    ("placement", Left("write `nodeSelector`, `topologySpread` or `antiAffinity`")),
    ("restart_policy", Left("pods are always restarted; a job tries `backoffLimit` times")),
    ("rollback_config", Left("a rollout that fails stops by itself; `kubectl rollout undo` goes back")),
    ("update_config", Left("write `strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}`")),
];

/// The fate of a key; `None` where Compose has no such key. `x-` is anybody's own.
pub fn fate(table: &[(&str, Fate)], key: &str) -> Option<Fate> {
    if key.starts_with("x-") {
        return Some(Quiet);
    }
    table.iter().find(|(known, _)| *known == key).map(|(_, fate)| *fate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The properties of `service` in `schema/compose-spec.json`.
    const SPECIFIED: &str = "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs \
        container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset \
        credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname \
        entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname \
        image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness \
        memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports \
        post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale \
        secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits \
        use_api_socket user userns_mode uts volumes volumes_from working_dir";

    #[test]
    fn every_key_of_the_specification_has_a_fate() {
        let open: Vec<_> = SPECIFIED.split_whitespace().filter(|key| fate(SERVICE, key).is_none()).collect();
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn a_key_stands_once() {
        for table in [TOP, SERVICE, DEPLOY] {
            let keys: std::collections::BTreeSet<_> = table.iter().map(|(key, _)| key).collect();
            assert_eq!(keys.len(), table.len());
        }
    }
}
