//! What the cluster has of a project and profile that the project does not have any more.
//!
//! Owns: which kinds are looked for: every one that the cluster lets be listed and deleted, so that what a manifest brought is
//! found too; and whose an object is.

use std::collections::BTreeSet;

use super::apply::is_same;
use super::{Cluster, Said, failed};
use crate::commands::diff::stream::resources;
use crate::pipeline::Profile;
use crate::resource::{Resource, kinds};
use crate::tree::Tree;

impl Cluster {
    /// Objects with the labels of the project and the profile, in any namespace that may be listed, which are not rendered.
    pub fn left(&self, profile: &Profile) -> anyhow::Result<Vec<Resource>> {
        let labels = labels(profile);
        let own = profile.plan.namespace.as_deref();
        let within = own.map_or(Vec::new(), |namespace| vec!["-n", namespace]);
        // Not everybody may list all kinds, or all namespaces.
        let tries = [(self.listed()?, vec!["-A"]), (self.usual(profile), vec!["-A"]), (self.usual(profile), within)];
        let mut said = Said::default();
        for (kinds, scope) in tries {
            let words = ["get", &kinds, "-l", &labels, "-o", "yaml"];
            said = self.kubectl(&[&words[..], &scope].concat(), "")?;
            if said.success {
                break;
            }
        }
        if !said.success {
            return Err(failed("kubectl cannot get the objects of the project", &said.stderr));
        }
        let mut out = resources("kubectl get", &said.stdout, &profile.resources)?;
        out.retain(|resource| is_owned(resource, profile) && !is_rendered(resource, profile));
        Ok(out)
    }
}

impl Cluster {
    /// What kubectl calls every kind whose objects can be deleted; not what controllers copy labels to.
    fn listed(&self) -> anyhow::Result<String> {
        const COPIED: [&str; 3] = ["endpoints", "endpointslices.discovery.k8s.io", "events"];
        let said = self.kubectl(&["api-resources", "--verbs=list,delete", "-o", "name"], "")?;
        let names = said.stdout.lines().filter(|name| !name.starts_with("events") && !COPIED.contains(name));
        Ok(names.collect::<Vec<_>>().join(","))
    }

    /// The kinds that kgen writes, and those that the profile has now.
    fn usual(&self, profile: &Profile) -> String {
        let now = profile.resources.iter().map(|resource| (resource.id.group(), resource.id.kind.as_str()));
        let names = kinds::WRITTEN.iter().map(|(group, kind)| (*group, *kind)).chain(now);
        let names = names.filter(|(_, kind)| *kind != "Endpoints");
        let known = |(group, kind): (&str, &str)| self.kinds.get(&(group.to_owned(), kind.to_owned()));
        let names: BTreeSet<&str> = names.filter_map(known).map(String::as_str).collect();
        names.into_iter().collect::<Vec<_>>().join(",")
    }
}

/// As `kubectl -l` takes them.
fn labels(profile: &Profile) -> String {
    let project = profile.settings.root.get("project").and_then(Tree::as_str).unwrap_or_default();
    let name = &profile.settings.profile;
    format!("app.kubernetes.io/managed-by=kgen,app.kubernetes.io/part-of={project},kgen.dev/profile={name}")
}

/// Where the project names no namespace, an object of any is the rendered one; and one of the whole cluster has none, whatever
/// kgen knows of its kind.
fn is_rendered(resource: &Resource, profile: &Profile) -> bool {
    profile.resources.iter().any(|rendered| is_same(&rendered.id, &resource.id))
}

/// Not what a controller made of the project's own objects, and not what the project says is somebody else's.
fn is_owned(resource: &Resource, profile: &Profile) -> bool {
    let label = |key: &str| resource.body.at(&["metadata", "labels", key]).and_then(Tree::as_str).unwrap_or_default();
    let owners = resource.body.at(&["metadata", "ownerReferences"]).and_then(Tree::as_list).unwrap_or_default();
    owners.is_empty() && label("kgen.dev/profile") == &*profile.settings.profile
}
