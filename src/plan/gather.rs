//! What the containers of a pod bring to it: volumes, claims, and what they read.

use std::collections::BTreeMap;

use super::node::{Node, map};
use super::piece::Home;
use crate::settings::From;

/// Filled by the containers of a pod.
#[derive(Debug, Default)]
pub struct Pod {
    pub volumes: Vec<(String, Node)>,
    pub claims: Vec<Claim>,
    /// ConfigMaps whose content the pod reads: a change restarts it.
    pub configs: BTreeMap<String, From>,
    /// Secret values that the pod reads.
    pub secrets: BTreeMap<Home, From>,
    /// Contents of `files`, by key of the component's own ConfigMap.
    pub files: Vec<(String, Node)>,
}

impl Pod {
    /// Notes that the text at `from` reads a ConfigMap.
    pub fn reads(&mut self, config: &str, from: &From) {
        let known = self.configs.entry(config.to_owned()).or_default();
        *known = known.and(from);
    }

    /// Adds a volume, once for the same source, under a free name.
    pub fn volume(&mut self, name: &str, source: Node) -> String {
        for free in numbered(name) {
            match self.volumes.iter().find(|(known, _)| *known == free) {
                Some((_, known)) if *known == source => return free,
                None if !self.claims.iter().any(|claim| claim.volume == free) => {
                    self.volumes.push((free.clone(), source));
                    return free;
                }
                _ => {}
            }
        }
        name.to_owned()
    }

    /// The name of the volume for a claim that is mounted at `path`; the one of that path where there is one.
    pub fn claim_name(&self, name: &str, path: &Node) -> String {
        let is_free = |free: &String| {
            let taken = self.claims.iter().find(|claim| claim.volume == *free);
            taken.is_none_or(|claim| claim.path == *path) && !self.volumes.iter().any(|(known, _)| known == free)
        };
        numbered(name).find(is_free).unwrap_or_else(|| name.to_owned())
    }
}

/// `data`, `data-2`, `data-3`, ...
fn numbered(name: &str) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain((2u32..).map(move |number| format!("{name}-{number}")))
}

/// A claim that the component brings.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The volume's name.
    pub volume: String,
    /// The claim's name, for a claim of its own.
    pub name: Node,
    pub size: Node,
    pub storage_class: Node,
    pub access_modes: Node,
    pub path: Node,
}

impl Claim {
    /// What a template sees.
    pub fn context(&self) -> Node {
        map([
            ("volume", self.volume.as_str().into()),
            ("claim", self.name.clone()),
            ("size", self.size.clone()),
            ("storageClassName", self.storage_class.clone()),
            ("accessModes", self.access_modes.clone()),
        ])
    }

    /// Whether several pods may write it.
    pub fn is_shared(&self) -> bool {
        let modes = self.access_modes.as_list().unwrap_or_default();
        modes.iter().any(|mode| matches!(mode.as_str(), Some("ReadWriteMany" | "ReadOnlyMany")))
    }
}
