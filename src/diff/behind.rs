//! Two workloads behind one Service: the one that goes and the one that comes.
//!
//! Owns: the effect on a Service whose selector meets the pods of both. An apply makes the new one and leaves the old one
//! alone until somebody prunes: clients reach either, and of two stores each has a part of what was written.
//! Does not own: which object is which (`pairing.rs`).

use super::fold::Differing;
use super::impact::{kept, whole};
use super::{Effect, Impact, Reason};
use crate::format::server;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// Adds the effects to the workloads that go away. `after`: the objects of the new side.
pub fn told(all: &mut [Differing], after: &[&Resource]) {
    for one in all.iter_mut().filter(|one| one.goes()) {
        let Some(old) = one.pair.old.filter(|old| is_workload(&old.id)) else { continue };
        let services = after.iter().filter(|service| service.id.kind == "Service" && meets(service, old));
        let shared = services.filter(|service| {
            after.iter().any(|new| is_workload(&new.id) && !is_same(&new.id, &old.id) && meets(service, new))
        });
        one.effects.extend(shared.map(|service| effect(service, old)));
    }
}

fn effect(service: &Resource, old: &Resource) -> Effect {
    let namespace = old.id.namespace.as_ref().map_or(String::new(), |namespace| format!(" -n {namespace}"));
    let command = format!("kubectl delete {}/{}{namespace}", old.id.kind.to_lowercase(), old.id.name);
    let (impact, what) = match is_store(old) {
        true => (Impact::DataLoss, "each keeps a part of what is written"),
        false => (Impact::Restart, "each gets a part of the requests"),
    };
    let Reason { id, text } = whole::named("two-behind-one-service").reason();
    let text = format!("{text}, and {what}: `{command}`").into();
    Effect { id: service.id.clone(), impact, reason: Reason { id, text } }
}

fn is_workload(id: &Id) -> bool {
    matches!(id.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController")
}

fn is_same(a: &Id, b: &Id) -> bool {
    (&a.kind, &a.name, a.group()) == (&b.kind, &b.name, b.group())
}

/// Whether a Service sends to the pods of a workload.
fn meets(service: &Resource, workload: &Resource) -> bool {
    let labels = workload.body.at(&["spec", "template", "metadata", "labels"]).and_then(Tree::as_map);
    let selector = service.body.at(&["spec", "selector"]).and_then(Tree::as_map);
    let here = service.id.namespace.is_none()
        || workload.id.namespace.is_none()
        || service.id.namespace == workload.id.namespace;
    let (Some(labels), Some(selector)) = (labels, selector) else { return false };
    here && !selector.is_empty()
        && selector.iter().all(|(key, value)| labels.get(key).is_some_and(|label| label == value))
}

/// Whether a workload keeps what its clients write: as its plan says, as its images say, or because it has a claim.
fn is_store(workload: &Resource) -> bool {
    let containers = kept::pod(&workload.body).map(|pod| kept::list(pod, "containers")).unwrap_or_default();
    let images = containers.iter().filter_map(|container| container.get("image")?.as_str());
    let planned = workload.facts.as_ref().is_some_and(|facts| facts.server.is_some());
    planned || kept::keeps_data(&workload.body) || images.into_iter().any(|image| server::of(image).is_some())
}
