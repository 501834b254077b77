//! Where the pods are in an object.
//!
//! Owns: finding the pod of each workload kind, and its containers.
//! Does not own: any rule about them.

use super::Body;
use super::walk::At;
use crate::tree::Tree;

pub struct Pod<'t> {
    /// `metadata` of the pod or its template, which a workload may lack.
    pub metadata: Option<At<'t>>,
    pub spec: At<'t>,
    /// The names of claim templates: a StatefulSet gives its pods a volume of each.
    pub claims: Vec<&'t str>,
}

/// The pod that an object is or makes.
pub fn of<'t>(body: &'t Body) -> Option<Pod<'t>> {
    let root = At::root(body);
    let claims = root.get("spec").map(|spec| spec.items("volumeClaimTemplates")).unwrap_or_default();
    let claims = claims.iter().filter_map(|at| at.get("metadata")?.str("name")).collect();
    let template = match body.get("kind").and_then(Tree::as_str)? {
        "Pod" => root,
        "PodTemplate" => root.get("template")?,
        "CronJob" => root.at(&["spec", "jobTemplate", "spec", "template"])?,
        kind if is_workload(kind) => root.at(&["spec", "template"])?,
        _ => return None,
    };
    Some(Pod { metadata: template.get("metadata"), spec: template.get("spec")?, claims })
}

/// Kinds that make pods from `spec.template`.
fn is_workload(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Init,
    Main,
    Ephemeral,
}

impl<'t> Pod<'t> {
    pub fn containers(&self) -> Vec<(Role, At<'t>)> {
        let roles =
            [("initContainers", Role::Init), ("containers", Role::Main), ("ephemeralContainers", Role::Ephemeral)];
        roles.iter().flat_map(|(key, role)| self.spec.items(key).into_iter().map(|at| (*role, at))).collect()
    }

    /// The labels of the pods, which selectors look at.
    pub fn labels(&self) -> Vec<(&'t str, &'t str)> {
        let entries = self.metadata.as_ref().map(|at| at.entries("labels")).unwrap_or_default();
        entries.into_iter().filter_map(|(key, at)| Some((key, at.text()?))).collect()
    }

    /// The names of container ports, with their numbers.
    pub fn ports(&self) -> Vec<(Option<&'t str>, Option<i64>)> {
        let ports = self.containers().into_iter().flat_map(|(_, at)| at.items("ports"));
        ports.map(|port| (port.str("name"), port.int("containerPort"))).collect()
    }
}
