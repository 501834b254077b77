//! Keys of a service that becomes a store, where their fate is another than an app's.

use super::super::context::Engine;
use super::Fate::{self, Kept, Left, Quiet, Unless};

const OWN: Fate = Left("the component has probes, ports, restarts and shared memory of its own");
const ONE: &str =
    "a server has one pod: more are `mode: sentinel` or `mode: operator` of a redis, `mode: cnpg` of a postgres";

/// Below `services.*`.
#[rustfmt::skip]
const KEYS: &[(&str, Fate)] = &[
    ("cap_add", OWN), ("configs", OWN), ("entrypoint", OWN), ("group_add", OWN), ("init", OWN), ("network_mode", OWN),
    ("privileged", OWN), ("read_only", OWN), ("shm_size", OWN), ("stdin_open", OWN), ("stop_signal", OWN), ("tmpfs", OWN),
    ("tty", OWN), ("user", OWN), ("working_dir", OWN),
    ("depends_on", Left("a store waits for nobody")),
    ("links", Left("a store waits for nobody")),
    ("deploy.mode", Unless("replicated", ONE)),
    ("deploy.replicas", Unless("1", ONE)),
    ("scale", Unless("1", ONE)),
    ("deploy.labels", Left("labels of containers are for tools of Docker; write `podLabels` or `podAnnotations` where something reads them")),
    ("labels", Left("labels of containers are for tools of Docker; write `podLabels` or `podAnnotations` where something reads them")),
    ("deploy.endpoint_mode", Quiet("the Service of a store has one pod behind it")),
    ("deploy.restart_policy", Quiet("a store is always restarted")),
    ("deploy.update_config", Left("the old pod goes before the new one comes: they never share a volume")),
    ("expose", Quiet("a store has its port")),
    ("extra_hosts", Left("write `hostAliases`")),
    ("healthcheck", Quiet("a store has probes that ask its server")),
    ("hostname", Quiet("the pod of a store has the same host name each time")),
    ("ports", Left("it is reached inside the cluster only; from your machine: `kubectl port-forward`")),
    ("pull_policy", Left("write `imagePullPolicy`")),
    ("restart", Quiet("a store is always restarted")),
    ("stop_grace_period", Left("it has time to save what it has; write `terminationGracePeriodSeconds` for more")),
    ("ulimits", Left("the nodes' container runtime sets them")),
];

pub fn fate(engine: Engine, path: &str) -> Option<Fate> {
    let key = path.strip_prefix("services.*.")?;
    if key == "secrets" {
        return Some(if engine == Engine::Postgres { Kept } else { OWN });
    }
    if key.starts_with("volumes.") && key != "volumes.target" {
        return Some(Quiet("a mount is told of as a whole, but for the data, which are in the component's volume"));
    }
    if engine == Engine::Postgres && ["target", "uid", "gid", "mode"].iter().any(|own| key == format!("secrets.{own}"))
    {
        return Some(Quiet("the component reads its password from its own Secret"));
    }
    // What is below one of those is told of with it.
    KEYS.iter().find(|(known, _)| *known == key).map(|(_, fate)| *fate)
}
