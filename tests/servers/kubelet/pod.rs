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
    pub network: &'t Network,
    pub spec: &'t Value,
    pub name: String,
    pub folder: Temp,
}

impl<'t> Pod<'t> {
    pub fn new(stream: &'t Stream, network: &'t Network, workload: &str) -> Self {
        let object = stream.workload(workload);
        let spec = &object["spec"]["template"]["spec"];
        let pod = Self { stream, network, spec, name: format!("{workload}-0"), folder: Temp::new() };
        for claim in list(&object["spec"], "volumeClaimTemplates") {
            // A new file system, as the provisioner makes it: root's, with a `lost+found` that only root may read.
            let folder = pod.volume(word(&claim["metadata"], "name"));
            make(&folder, 0o755);
            make(&folder.join("lost+found"), 0o700);
        }
        for volume in list(spec, "volumes") {
            pod.fill(volume);
        }
        for entry in fs::read_dir(pod.folder.path().join("volumes")).into_iter().flatten() {
            pod.own(&entry.unwrap().path());
        }
        pod
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

    pub fn security(&self, key: &str) -> Option<u32> {
        self.spec["securityContext"].get(key)?.as_u64()?.try_into().ok()
    }

    /// Starts a container or an init container.
    #[track_caller]
    pub fn start(&'t self, container: &str) -> Container<'t> {
        Container::start(self, self.container(container), &Env::new(), false)
    }

    /// As `start`, with variables of the test over the pod's own, and with a `sleep` that only says so.
    #[track_caller]
    pub fn start_fast(&'t self, container: &str, env: &[(&str, &str)]) -> Container<'t> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Container::start(self, self.container(container), &env, true)
    }

    #[track_caller]
    fn container(&self, name: &str) -> &'t Value {
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
