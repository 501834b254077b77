//! One pod of a workload, with its volumes.

use std::fs;
use std::path::PathBuf;

use serde_yaml::Value;

use super::container::Container;
use super::expand::Env;
use super::network::Network;
use super::stream::{Stream, list, word};
use super::volume::make;
use crate::support::Temp;

/// A pod on this machine: its claims outlive it, its `emptyDir`s live as long as it does.
pub struct Pod<'t> {
    pub stream: &'t Stream,
    /// Its sandbox; a pod that is made anew gets a new one.
    pub network: Network,
    /// The workload.
    pub object: &'t Value,
    pub spec: &'t Value,
    pub name: String,
    pub folder: Temp,
}

impl<'t> Pod<'t> {
    pub fn new(stream: &'t Stream, network: &Network, workload: &str) -> Self {
        Self::numbered(stream, network, workload, 0)
    }

    /// The pod of a workload with this ordinal.
    pub fn numbered(stream: &'t Stream, network: &Network, workload: &str, ordinal: usize) -> Self {
        let object = stream.workload(workload);
        let template = object["spec"].get("jobTemplate").map_or(&object["spec"], |job| &job["spec"]);
        let spec = &template["template"]["spec"];
        let name = format!("{workload}-{ordinal}");
        let pod = Self { stream, object, network: network.clone(), spec, name, folder: Temp::new() };
        for claim in list(&object["spec"], "volumeClaimTemplates") {
            pod.provision(word(&claim["metadata"], "name"));
        }
        for volume in list(spec, "volumes") {
            pod.fill(volume);
        }
        for entry in fs::read_dir(pod.folder.path().join("volumes")).into_iter().flatten() {
            pod.own(&entry.unwrap().path());
        }
        pod
    }

    /// A new file system, as the provisioner makes it: root's, with a `lost+found` that only root may read.
    fn provision(&self, claim: &str) {
        make(&self.volume(claim), 0o755);
        make(&self.volume(claim).join("lost+found"), 0o700);
    }

    /// The claim was lost with all that it held; a new one takes its place.
    pub fn lose(&self, claim: &str) {
        fs::remove_dir_all(self.volume(claim)).unwrap();
        self.provision(claim);
        self.own(&self.volume(claim));
    }

    /// Where a volume lies on this machine.
    pub fn volume(&self, name: &str) -> PathBuf {
        self.folder.path().join("volumes").join(name)
    }

    /// The pod is made anew: its empty folders are empty again, and `fsGroup` is applied to what is there.
    pub fn again(&self) {
        for volume in list(self.spec, "volumes").filter(|volume| volume.get("emptyDir").is_some()) {
            fs::remove_dir_all(self.volume(word(volume, "name"))).unwrap();
            self.fill(volume);
            self.own(&self.volume(word(volume, "name")));
        }
    }

    /// The end of what each of its containers printed.
    pub fn logs(&self) -> String {
        let mut runs: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        runs.sort_by_key(|run| fs::metadata(run.join("hosts")).and_then(|m| m.modified()).ok());
        let mut out = String::new();
        for run in runs {
            if let Ok(log) = fs::read(run.join("log")) {
                let log = String::from_utf8_lossy(&log).into_owned();
                let title = format!("== {} {}\n", self.name, run.file_name().unwrap().to_string_lossy());
                out.push_str(&format!("{title}{}\n", last_lines(&log, 40)));
            }
        }
        out
    }

    pub fn security(&self, key: &str) -> Option<u32> {
        self.spec["securityContext"].get(key)?.as_u64()?.try_into().ok()
    }

    /// Starts a container or an init container.
    #[track_caller]
    pub fn start(&self, container: &str) -> Container<'t> {
        Container::start(self, self.container(container), &Env::new(), false)
    }

    /// As `start`, with variables of the test over the pod's own, and with a `sleep` that only says so.
    #[track_caller]
    pub fn start_fast(&self, container: &str, env: &[(&str, &str)]) -> Container<'t> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Container::start(self, self.container(container), &env, true)
    }

    /// As `start`, with variables of the test over the pod's own.
    #[track_caller]
    pub fn start_with(&self, container: &str, env: &[(&str, &str)]) -> Container<'t> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Container::start(self, self.container(container), &env, false)
    }

    #[track_caller]
    pub fn container(&self, name: &str) -> &'t Value {
        let mut all = list(self.spec, "containers").chain(list(self.spec, "initContainers"));
        all.find(|c| word(c, "name") == name).unwrap_or_else(|| panic!("no container {name}"))
    }

    /// `uid` for the container, which the pod or the container says.
    pub fn user(&self, container: &Value) -> (u32, u32) {
        let own = |key: &str| container["securityContext"].get(key)?.as_u64()?.try_into().ok();
        let user = own("runAsUser").or(self.security("runAsUser")).expect("the image's own user is not known");
        // Without runAsGroup the image's user has its primary group there: the same number in these images.
        (user, own("runAsGroup").or(self.security("runAsGroup")).unwrap_or(user))
    }

    /// What the script of the container's root mounts: folder of the machine, path in the container, `ro` or `rw`.
    pub fn mounts(&self, container: &Value) -> Vec<String> {
        let mut out: Vec<(String, String)> = list(container, "volumeMounts")
            .map(|mount| {
                assert!(mount.get("subPath").is_none(), "the emulation has no subPath");
                let read_only = mount.get("readOnly").and_then(Value::as_bool) == Some(true);
                let mode = if read_only { "ro" } else { "rw" };
                let path = word(mount, "mountPath").trim_start_matches('/').to_owned();
                (path.clone(), format!("{} {path} {mode}\n", self.volume(word(mount, "name")).display()))
            })
            .collect();
        out.sort();
        out.into_iter().map(|(_, line)| line).collect()
    }
}

pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
