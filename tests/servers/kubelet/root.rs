//! The root of a container, and as whom it runs.

use std::fs;
use std::path::Path;

use serde_yaml::Value;

use super::image::Image;
use super::pod::Pod;
use super::stream::{word, words};

/// Makes the root of a container and goes there.
pub const SCRIPT: &str = include_str!("root.sh");

/// No capability, no way to get one, the pod's user and groups.
pub fn identity(pod: &Pod, container: &Value) -> Vec<String> {
    let (user, group) = pod.user(container);
    assert!(user != 0, "runAsNonRoot: the container would run as root");
    let security = &container["securityContext"];
    assert_eq!(security["allowPrivilegeEscalation"].as_bool(), Some(false));
    assert_eq!(words(&security["capabilities"], "drop"), ["ALL"]);
    let groups = pod.security("fsGroup").map_or(group.to_string(), |fs| format!("{group},{fs}"));
    let all = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"].map(str::to_owned);
    let own = [format!("--reuid={user}"), format!("--regid={group}"), format!("--groups={groups}"), "--".to_owned()];
    all.into_iter().chain(own).collect()
}

/// What the script below reads.
pub fn write_root(place: &Path, pod: &Pod, container: &Value, image: Image) {
    let (user, group) = pod.user(container);
    let read_only = container["securityContext"]["readOnlyRootFilesystem"].as_bool() == Some(true);
    let alpine = word(container, "image").contains("alpine");
    let put = |name: &str, text: &str| fs::write(place.join(name), text).unwrap();
    put("mounts", &pod.mounts(container).concat());
    put("hosts", &hosts(pod));
    put("resolv.conf", &resolver(pod));
    put("passwd", &format!("root:x:0:0::/:/bin/sh\nserver:x:{user}:{group}::/:/bin/sh\n"));
    put("group", &format!("root:x:0:\nserver:x:{group}:\n"));
    put("entrypoint", image.entrypoint().unwrap_or_default());
    put("mode", if read_only { "ro" } else { "rw" });
    // The programs that the image has from busybox; the rest is Debian's.
    put("busybox", if alpine { BUSYBOX } else { "" });
    put("folder", if pod.mounts(container).is_empty() { "/" } else { image.folder() });
}

const BUSYBOX: &str = "sh awk cat cut date echo expr find grep head mkdir mv od printf rm sed seq sleep sort sync tail test timeout touch tr wc";

/// The kubelet says only who the pod itself is. Without a DNS every Service answers on loopback.
fn hosts(pod: &Pod) -> String {
    let all = if pod.network.resolver().is_none() { pod.stream.hosts() } else { "127.0.0.1 localhost\n".to_owned() };
    let (name, address) = (&pod.name, pod.network.address());
    let full = match word(&pod.object["spec"], "serviceName") {
        "" => String::new(),
        service => format!("{name}.{service}.default.svc.cluster.local "),
    };
    format!("{all}{address} {full}{name}\n")
}

/// As `dnsPolicy: ClusterFirst` writes it.
fn resolver(pod: &Pod) -> String {
    let resolver = pod.network.resolver().map(|address| {
        format!(
            "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver {address}\noptions ndots:5\n"
        )
    });
    resolver.unwrap_or_default()
}
