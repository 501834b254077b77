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
    put("hosts", &pod.stream.hosts());
    put("passwd", &format!("root:x:0:0::/:/bin/sh\nserver:x:{user}:{group}::/:/bin/sh\n"));
    put("group", &format!("root:x:0:\nserver:x:{group}:\n"));
    put("entrypoint", image.entrypoint().unwrap_or_default());
    put("mode", if read_only { "ro" } else { "rw" });
    // The programs that the image has from busybox; the rest is Debian's.
    put("busybox", if alpine { "sh cat grep seq sleep timeout" } else { "" });
    let working_folder = if image == Image::Redis && !pod.mounts(container).is_empty() { "/data" } else { "/" };
    put("folder", working_folder);
}
