//! What the commands need to know of the objects: names, namespaces, containers, kinds as kubectl takes them.

use std::collections::BTreeSet;

use super::Place;
use crate::pipeline::Profile;
use crate::plan::keep;
use crate::plan::node::str_of;
use crate::resource::Resource;
use crate::settings::From;
use crate::tree::Tree;

pub struct View<'n> {
    pub project: String,
    pub profile: &'n str,
    pub place: &'n Place,
    pub of: &'n Profile,
    pub resources: &'n [Resource],
}

/// What kubectl takes for a workload.
pub const WORKLOADS: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];

impl<'n> View<'n> {
    pub fn new(of: &'n Profile, place: &'n Place) -> Self {
        let project = str_of(&of.settings.root, "project").unwrap_or_default().to_owned();
        Self { project, profile: &of.settings.profile, place, of, resources: &of.resources }
    }

    pub fn kind(&self, kind: &str) -> impl Iterator<Item = &'n Resource> {
        self.resources.iter().filter(move |resource| resource.id.kind == kind)
    }

    pub fn workloads(&self) -> impl Iterator<Item = &'n Resource> {
        self.resources.iter().filter(|resource| WORKLOADS.contains(&&*resource.id.kind))
    }

    /// The object of a component: by kind, where there are several by name.
    pub fn object(&self, component: &str, kind: &str, name: &str) -> Option<&'n Resource> {
        let mut all = self.resources.iter().filter(|resource| *resource.component == *component);
        all.find(|resource| resource.id.kind == kind && resource.id.name == name)
    }

    /// The components of a section, with their settings.
    pub fn components(&self, section: &'static str) -> impl Iterator<Item = (String, &'n Tree<From>)> {
        let all = self.of.settings.root.get(section).and_then(Tree::as_map);
        all.into_iter().flat_map(|all| all.iter()).map(|(name, settings)| (name.to_string(), settings))
    }

    /// The namespaces of what is in one, each once.
    pub fn namespaces(&self) -> BTreeSet<Option<&'n str>> {
        let namespaced = self.resources.iter().filter(|resource| !resource.id.is_of_cluster());
        namespaced.map(|resource| resource.id.namespace.as_deref()).collect()
    }

    /// The label selector of what kgen wrote for this profile.
    pub fn labels(&self) -> String {
        let Self { project, profile, .. } = self;
        format!("app.kubernetes.io/part-of={project},app.kubernetes.io/managed-by=kgen,kgen.dev/profile={profile}")
    }

    pub fn render(&self) -> String {
        format!("{} render {}", self.place.kgen, self.profile)
    }
}

/// ` -n shop`, or nothing where the project has no namespace: then it is the one that kubectl is in.
pub fn within(namespace: Option<&str>) -> String {
    namespace.map(|name| format!(" -n {name}")).unwrap_or_default()
}

pub fn of(resource: &Resource) -> String {
    within(resource.id.namespace.as_deref())
}

/// `deployment/api`; `externalsecret.external-secrets.io/db`, as other groups may have the kind too.
pub fn reference(resource: &Resource) -> String {
    format!("{}/{}", kind(resource), resource.id.name)
}

pub fn kind(resource: &Resource) -> String {
    let kind = resource.id.kind.to_ascii_lowercase();
    let group = resource.id.group();
    // Groups of Kubernetes itself have no dot, or end so.
    let is_own = !group.contains('.') || group.ends_with(".k8s.io") && kind != "httproute";
    if is_own { kind } else { format!("{kind}.{group}") }
}

pub fn is_kept(resource: &Resource) -> bool {
    resource.body.at(&["metadata", "labels", keep::LABEL]).is_some()
}

/// The containers of a workload's pods, without those that only start them.
pub fn containers(resource: &Resource) -> impl Iterator<Item = &Tree<crate::resource::Origin>> {
    let all = resource.body.at(&["spec", "template", "spec", "containers"]).and_then(Tree::as_list);
    all.into_iter().flatten()
}

pub fn name<O>(container: &Tree<O>) -> &str {
    container.get("name").and_then(Tree::as_str).unwrap_or_default()
}

pub fn has_container(resource: &Resource, wanted: &str) -> bool {
    containers(resource).any(|container| name(container) == wanted)
}
