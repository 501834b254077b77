//! Security contexts: Pod Security `restricted` unless the project file says otherwise.
//!
//! Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted; a read-only root and the
//! file system group are kgen's own additions.

use super::node::{Node, get, list, map, merged, take};
use crate::settings::From;
use crate::tree::{Kind, Map};

/// Fields of `securityContext` that only a pod has.
const POD_ONLY: [&str; 5] =
    ["fsGroup", "fsGroupChangePolicy", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"];
/// Fields that both have; an app's are written on the pod, where they hold for helpers too.
const SHARED: [&str; 8] = [
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "seccompProfile",
    "seLinuxOptions",
    "windowsOptions",
    "appArmorProfile",
    "seLinuxChangePolicy",
];

/// A store's settings with the numeric user of its image, unless they say another.
pub fn as_user(store: &Node, uid: i64, from: &From) -> Node {
    let id = || Node::from(uid).of(from);
    let own = map([
        ("runAsUser", id()),
        ("runAsGroup", id()),
        ("fsGroup", id()),
        ("fsGroupChangePolicy", "OnRootMismatch".into()),
    ]);
    merged(map([("securityContext", own)]), store)
}

/// The pod's context. `claims`: whether a claim is mounted, which a non-root user can only write with a group.
pub fn pod(settings: &Node, claims: bool) -> Node {
    let said = take(settings, "securityContext");
    let mut base = map([("runAsNonRoot", true.into()), ("seccompProfile", map([("type", "RuntimeDefault".into())]))]);
    if claims && get(&said, "fsGroup").is_none() {
        let group = ["runAsGroup", "runAsUser"].into_iter().find_map(|key| get(&said, key).cloned());
        let fs =
            map([("fsGroup", group.unwrap_or_else(|| 1000.into())), ("fsGroupChangePolicy", "OnRootMismatch".into())]);
        base = merged(base, &fs);
    }
    merged(base, &only(&said, |key| POD_ONLY.contains(&key) || SHARED.contains(&key)))
}

/// A container's context: what is not written on the pod.
pub fn container(settings: &Node) -> Node {
    let said = take(settings, "securityContext");
    merged(restricted(), &only(&said, |key| !POD_ONLY.contains(&key) && !SHARED.contains(&key)))
}

/// A further container's context: all of its own.
pub fn helper(settings: &Node) -> Node {
    merged(restricted(), &only(&take(settings, "securityContext"), |_| true))
}

/// What every container has.
fn restricted() -> Node {
    map([("allowPrivilegeEscalation", false.into()), ("capabilities", map([("drop", list(vec!["ALL".into()]))]))])
}

/// The context of a store or of a helper of kgen's own.
pub fn sealed() -> Node {
    merged(restricted(), &map([("readOnlyRootFilesystem", true.into())]))
}

/// The context of a store's own container: what the user says of it, over the sealed default.
pub fn store(settings: &Node) -> Node {
    let keys = ["allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "privileged", "procMount"];
    merged(sealed(), &only(&take(settings, "securityContext"), |key| keys.contains(&key)))
}

fn only(said: &Node, wanted: impl Fn(&str) -> bool) -> Node {
    let mut out = Map::new();
    for (key, entry) in said.as_map().into_iter().flat_map(Map::entries).filter(|(key, _)| wanted(key)) {
        out.insert_from(key.clone(), entry.key_from.clone(), entry.value.clone());
    }
    Kind::Map(out).into()
}
