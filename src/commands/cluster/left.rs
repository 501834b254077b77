//! What the cluster has of a project and profile that the project does not have any more.
//!
//! Owns: which kinds are looked for: all that kgen writes, and those that the profile has now; and whose an object is.

use super::{Cluster, failed, key};
use crate::commands::diff::stream::resources;
use crate::pipeline::Profile;
use crate::resource::{Resource, kinds};
use crate::tree::Tree;

impl Cluster {
    /// Objects with the labels of the project and the profile, in any namespace that may be listed, which are not rendered.
    pub fn left(&self, profile: &Profile) -> anyhow::Result<Vec<Resource>> {
        let mut names: Vec<&str> = kinds::WRITTEN
            .iter()
            .map(|(group, kind)| (*group, *kind))
            .chain(profile.resources.iter().map(|resource| (resource.id.group(), resource.id.kind.as_str())))
            .filter_map(|(group, kind)| self.kinds.get(&(group.to_owned(), kind.to_owned())).map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        let labels = labels(profile);
        let kinds = names.join(",");
        let words = ["get", &kinds, "-l", &labels, "-o", "yaml"];
        // Not everybody may list all namespaces.
        let own = profile.plan.namespace.as_deref();
        let mut said = self.kubectl(&[&words[..], &["-A"]].concat(), "")?;
        if !said.success {
            let within = own.map_or(Vec::new(), |namespace| vec!["-n", namespace]);
            said = self.kubectl(&[&words[..], &within].concat(), "")?;
        }
        if !said.success {
            return Err(failed("kubectl cannot get the objects of the project", &said.stderr));
        }
        let mut out = resources("kubectl get", &said.stdout, &profile.resources)?;
        out.retain(|resource| is_owned(resource, profile) && !is_rendered(resource, profile));
        Ok(out)
    }
}

/// As `kubectl -l` takes them.
pub fn labels(profile: &Profile) -> String {
    let project = profile.settings.root.get("project").and_then(Tree::as_str).unwrap_or_default();
    let name = &profile.settings.profile;
    format!("app.kubernetes.io/managed-by=kgen,app.kubernetes.io/part-of={project},kgen.dev/profile={name}")
}

/// Where the project names no namespace, an object of any is the rendered one.
fn is_rendered(resource: &Resource, profile: &Profile) -> bool {
    profile.resources.iter().any(|rendered| {
        let here = rendered.id.namespace.is_none() || rendered.id.namespace == resource.id.namespace;
        here && key(&rendered.id) == key(&resource.id)
    })
}

/// Not what a controller made of the project's own objects, and not what the project says is somebody else's.
fn is_owned(resource: &Resource, profile: &Profile) -> bool {
    let label = |key: &str| resource.body.at(&["metadata", "labels", key]).and_then(Tree::as_str).unwrap_or_default();
    let owners = resource.body.at(&["metadata", "ownerReferences"]).and_then(Tree::as_list).unwrap_or_default();
    owners.is_empty() && label("kgen.dev/profile") == &*profile.settings.profile
}
