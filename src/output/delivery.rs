//! What delivers the profiles, as files beside theirs: `delivery/argocd`, and `delivery/flux/<profile>`.
//!
//! Owns: the paths, and a kustomization.yaml in each folder, so that a cluster takes what is its own.
//! Does not own: the objects (`plan/delivery`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::kustomize::{Files, Writer};
use super::layer::Layer;
use crate::resource::Resource;
use crate::tree::Tree;

/// The files of `delivery`; `source` is the project file's name.
pub fn files(resources: &[Resource], source: &str) -> Result<Files> {
    let mut writer = Writer { source, files: Files::new() };
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for resource in resources {
        let folder = resource.component.replace('.', "/");
        let name = match &*resource.id.kind {
            // kustomize would take it for one of its own.
            "Kustomization" => "flux-kustomization.yaml".to_owned(),
            kind => format!("{}.yaml", kind.to_ascii_lowercase()),
        };
        let body: Tree = resource.body.map_from(&mut |_| ());
        writer.write(&format!("{folder}/{name}"), &resource.component, &body)?;
        folders.entry(folder.clone()).or_default().insert(name);
        let mut inner = folder.as_str();
        while let Some((above, name)) = inner.rsplit_once('/') {
            folders.entry(above.to_owned()).or_default().insert(name.to_owned());
            inner = above;
        }
    }
    for (folder, resources) in folders {
        let layer = Layer { resources: resources.into_iter().collect(), ..Layer::default() };
        writer.write(&format!("{folder}/kustomization.yaml"), &folder.replace('/', "."), &layer.tree())?;
    }
    Ok(writer.files)
}
