//! The law: what kustomize builds of the tree's files is what was rendered, whatever the objects, in both layouts.

use std::collections::BTreeMap;

use kgen::output::{self, Files, Layout, Profile, build};
use kgen::resource::Id;
use kgen::tree::Tree;

use super::bytes::Bytes;
use super::manifest::{changed, object, resources};

pub fn check(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let first: Vec<Tree> = (0..=bytes.below(4)).map(|_| object(&mut bytes)).collect();
    let namespaces = [None, Some("n"), Some("m")];
    let mut profiles = Vec::new();
    for name in ["dev", "staging", "prod"].into_iter().take(1 + bytes.below(3)) {
        let namespace = bytes.one(&namespaces).map(str::to_owned);
        let objects: Vec<Tree> = match profiles.is_empty() {
            true => first.clone(),
            false => first.iter().map(|object| changed(object, &mut bytes)).collect(),
        };
        let objects = objects.into_iter().filter(|_| !bytes.rarely(8)).map(|object| inside(object, &namespace));
        profiles.push(Profile {
            name: name.to_owned(),
            namespace: namespace.clone(),
            resources: resources(objects.collect::<Vec<_>>()),
        });
    }
    for layout in [Layout::Overlays, Layout::Flat] {
        // The outer error is kgen's own; the inner one says which object kustomize cannot build.
        let Ok(files) = output::tree(layout, profiles.clone(), "kgen.yaml")
            .unwrap_or_else(|error| panic!("{error:#}\n{profiles:?}"))
        else {
            continue;
        };
        for profile in &profiles {
            builds(layout, profile, &files);
        }
    }
}

fn inside(mut object: Tree, namespace: &Option<String>) -> Tree {
    if let (Some(namespace), Some(metadata)) =
        (namespace, object.as_map_mut().and_then(|map| map.get_mut("metadata")).and_then(Tree::as_map_mut))
    {
        metadata.insert("namespace", namespace.as_str());
    }
    object
}

fn builds(layout: Layout, profile: &Profile, files: &Files) {
    let folder = if layout == Layout::Overlays { format!("overlays/{}", profile.name) } else { profile.name.clone() };
    let read = |path: &str| {
        files.get(path).map(|file| file.text.clone()).ok_or_else(|| anyhow::anyhow!("there is no `{path}`"))
    };
    let built = build::build(&folder, &read).unwrap_or_else(|error| panic!("{error:#}\n{files:#?}"));
    let by_id = |objects: Vec<Tree>| -> BTreeMap<Option<Id>, Tree> {
        objects.into_iter().map(|object| (Id::of(&object), object)).collect()
    };
    let count = built.objects.len();
    let rendered = profile.resources.iter().map(|resource| resource.body.map_from(&mut |_| ())).collect();
    assert_eq!(count, profile.resources.len());
    assert_eq!(by_id(built.objects), by_id(rendered), "{files:#?}");
}
