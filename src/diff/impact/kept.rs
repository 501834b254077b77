//! What outlives a pod, and where a container has it.
//!
//! Owns: claims and shares by what they are, whatever a volume is called; the mounts of a container; the container of the
//! other side. A volume that a node or a pod makes anew is none.
//! Does not own: the pairs of containers (`identity.rs`), what a change of them means (`data_loss.rs`).

use super::Case;
use crate::diff::identity::{self, Kin};
use crate::diff::place::Seg;
use crate::resource::Body;
use crate::tree::Tree;

/// Where a container has what it keeps: the claim or share, the path in the container, the path on the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount<'t> {
    pub source: String,
    pub path: &'t str,
    pub sub: &'t str,
}

pub fn pod(object: &Body) -> Option<&Body> {
    object.at(&["spec", "template", "spec"])
}

pub fn list<'t>(node: &'t Body, key: &str) -> &'t [Body] {
    node.get(key).and_then(Tree::as_list).unwrap_or_default()
}

pub fn name(node: &Body) -> Option<&str> {
    node.get("name").and_then(Tree::as_str)
}

/// What a volume of a pod keeps; nothing where it keeps nothing.
pub fn kept(volume: &Body) -> Option<String> {
    const SHARES: [&str; 11] = [
        "persistentVolumeClaim",
        "nfs",
        "csi",
        "iscsi",
        "cephfs",
        "rbd",
        "fc",
        "azureDisk",
        "azureFile",
        "awsElasticBlockStore",
        "gcePersistentDisk",
    ];
    if let Some(path) = volume.at(&["hostPath", "path"]).and_then(Tree::as_str) {
        return (!is_system(path)).then(|| format!("hostPath {}", path.trim_end_matches('/')));
    }
    let share = SHARES.into_iter().find(|kind| volume.get(kind).is_some())?;
    // An inline volume of a driver is made for its pod, as one of External Secrets' driver.
    let whole = || volume.get(share).filter(|_| share != "csi").map(|node| format!("{share} {node}"));
    identity::source(volume).or_else(whole)
}

/// Whether a path of a node is the system's own, which a pod looks at, and keeps nothing in.
fn is_system(path: &str) -> bool {
    const SYSTEM: [&str; 12] = [
        "/proc",
        "/sys",
        "/dev",
        "/run",
        "/var/run",
        "/var/log",
        "/etc",
        "/usr",
        "/lib",
        "/boot",
        "/var/lib/kubelet",
        "/var/lib/docker",
    ];
    let below = |root: &&str| path.strip_prefix(*root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path == "/" || path.ends_with(".sock") || path.contains("containerd") || SYSTEM.iter().any(below)
}

/// The claim templates of a StatefulSet; none of another.
pub fn claim_templates(object: &Body) -> &[Body] {
    object.at(&["spec", "volumeClaimTemplates"]).and_then(Tree::as_list).unwrap_or_default()
}

/// What its claims are called before the name of the set.
pub fn template_name(template: &Body) -> Option<&str> {
    template.at(&["metadata", "name"])?.as_str()
}

/// The names of the volumes that outlive a pod, each with what it is.
pub fn sources(object: &Body) -> Vec<(&str, String)> {
    let templates = claim_templates(object).iter().filter_map(template_name);
    let volumes = pod(object).map(|pod| list(pod, "volumes")).unwrap_or_default();
    let volumes = volumes.iter().filter_map(|volume| Some((name(volume)?, kept(volume)?)));
    templates.map(|name| (name, format!("template {name}"))).chain(volumes).collect()
}

pub fn keeps_data(object: &Body) -> bool {
    !sources(object).is_empty()
}

/// What a container of an object keeps, and where.
pub fn mounts<'t>(object: &'t Body, container: &'t Body) -> Vec<Mount<'t>> {
    let sources = sources(object);
    let word = |mount: &'t Body, key: &str| mount.get(key).and_then(Tree::as_str).unwrap_or_default();
    let one = |mount: &'t Body| {
        let (_, source) = sources.iter().find(|(volume, _)| Some(*volume) == name(mount))?;
        let sub = [word(mount, "subPath"), word(mount, "subPathExpr")].into_iter().max().unwrap_or_default();
        let path = word(mount, "mountPath").trim_end_matches('/');
        Some(Mount { source: source.clone(), path, sub: sub.trim_end_matches('/') })
    };
    list(container, "volumeMounts").iter().filter_map(one).collect()
}

impl<'t> Case<'_, 't> {
    /// The element of a list of the pod that the difference stands in, on either side.
    pub fn pair(&self, key: &str, kin: Kin) -> (Option<&'t Body>, Option<&'t Body>) {
        let lists = [self.old, self.new].map(|object| pod(object).map(|pod| list(pod, key)).unwrap_or_default());
        let names = lists.map(|list| list.iter().map(name).collect::<Vec<_>>());
        let at = self.found.at.iter().position(|seg| *seg == Seg::Key(key)).and_then(|at| self.found.at.get(at + 1));
        let Some(Seg::Item { index, key: Some(wanted) }) = at else { return (None, None) };
        let is_it = |names: &[Option<&str>]| names.get(*index).copied().flatten() == Some(wanted);
        let pairs = identity::pairs(kin, lists[0], lists[1], (&names[0], &names[1]));
        let new = pairs.iter().find(|(_, new)| *new == Some(*index) && is_it(&names[1]));
        let gone = pairs.iter().find(|(old, new)| *old == Some(*index) && new.is_none() && is_it(&names[0]));
        let (old, new) = new.or(gone).copied().unwrap_or_default();
        (old.and_then(|at| lists[0].get(at)), new.and_then(|at| lists[1].get(at)))
    }

    pub fn containers(&self) -> (Option<&'t Body>, Option<&'t Body>) {
        self.pair("containers", Kin::Containers)
    }

    /// Whether the container that the difference stands in had something that outlives it.
    pub fn had_data(&self) -> bool {
        self.containers().0.is_some_and(|container| !mounts(self.old, container).is_empty())
    }
}
