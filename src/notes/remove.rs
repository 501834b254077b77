//! The way back: workloads alone, or everything.
//!
//! Owns: the two commands and what each leaves. What holds data carries `kgen.dev/keep` (`plan/keep.rs`).

use std::collections::BTreeSet;

use super::Section;
use super::view::{View, is_kept, kind, within};
use crate::resource::{Resource, kinds};

pub fn section(view: &View) -> Section {
    let mut out = Section::new("Remove");
    workloads(view, &mut out);
    everything(view, &mut out);
    out
}

/// The kinds of some objects, and those that only an older tree may have had: every cluster has Kubernetes' own.
fn kinds<'r>(resources: impl Iterator<Item = &'r Resource>, older: impl Fn(&str) -> bool) -> String {
    let native = kinds::WRITTEN.iter().filter(|(group, _)| !group.contains('.') || *group == "networking.k8s.io");
    let native =
        native.filter(|(_, kind)| *kind != "Namespace" && older(kind)).map(|(_, kind)| kind.to_ascii_lowercase());
    let kinds: BTreeSet<String> = resources.map(kind).chain(native).collect();
    kinds.into_iter().collect::<Vec<_>>().join(",")
}

fn workloads(view: &View, out: &mut Section) {
    let goes = || view.resources.iter().filter(|resource| !is_kept(resource));
    if goes().next().is_none() {
        return;
    }
    out.say("The workloads; claims, Secrets, databases of an operator and the namespace stay, as they carry the label `kgen.dev/keep` or none of these. The next apply brings the workloads back to their data.");
    let commands = view.namespaces().into_iter().filter_map(|namespace| {
        let here = goes().filter(|resource| resource.id.namespace.as_deref() == namespace);
        let kinds = kinds(here, |kind| !matches!(kind, "PersistentVolumeClaim" | "Secret"));
        let labels = view.labels();
        (!kinds.is_empty()).then(|| format!("kubectl delete {kinds}{} -l '{labels},!kgen.dev/keep'", within(namespace)))
    });
    out.run(commands.collect::<Vec<_>>());
}

/// Where the Namespace is the project's own, it takes all with it; else kind by kind, and the claims of StatefulSets,
/// which have the labels of the selector only.
fn everything(view: &View, out: &mut Section) {
    out.say("Everything, with its data. Nothing brings it back but a backup; look first at what goes:");
    let claims = |verb: &str, namespace| {
        format!("kubectl {verb} pvc{} -l app.kubernetes.io/instance={}", within(namespace), view.project)
    };
    let namespaces = view.namespaces();
    let own: BTreeSet<&str> = view.kind("Namespace").map(|namespace| &*namespace.id.name).collect();
    let labels = view.labels();
    let mut look = Vec::new();
    let mut remove = Vec::new();
    for namespace in namespaces {
        let of_it = || {
            view.resources
                .iter()
                .filter(|resource| resource.id.namespace.as_deref() == namespace && resource.id.kind != "Namespace")
        };
        let (all, within) = (kinds(of_it(), |_| true), within(namespace));
        look.extend([format!("kubectl get {all}{within} -l '{labels}'"), claims("get", namespace)]);
        match namespace.filter(|name| own.contains(name)) {
            Some(name) => remove.push(format!("kubectl delete namespace {name}")),
            None => {
                remove.extend([format!("kubectl delete {all}{within} -l '{labels}'"), claims("delete", namespace)]);
            }
        }
    }
    out.run(look);
    out.run(remove);
    out.say("Volumes whose class says `Retain` are still there afterwards: `kubectl get pv` shows them as `Released`.");
}
