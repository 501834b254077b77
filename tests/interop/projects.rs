//! Random projects of three profiles: the tree that kgen writes, built by kustomize, is what was rendered.

use std::collections::BTreeMap;
use std::path::Path;

use kgen::output::{Files, Layout, Profile, tree};
use kgen::resource::{Id, Resource};
use kgen::tree::Tree;
use serde_json::{Value, json};

use crate::kubectl;
use crate::objects::{KINDS, mutate, object};
use crate::random::Random;

const PROFILES: [&str; 3] = ["dev", "staging", "prod"];

fn resource(body: &Value, component: &str) -> Resource {
    let body = Tree::from_json(body);
    Resource::new(component, body).unwrap()
}

/// Objects have names of their own in every project, so that many projects are built at once.
fn project(seed: u64) -> Vec<Profile> {
    let mut random = Random::new(seed);
    let random = &mut random;
    let prefix = format!("p{seed}");
    let namespaces: [Option<String>; 3] = match random.below(4) {
        0 => [None, None, None],
        1 => [1, 2, 3].map(|_| Some(format!("{prefix}-shop"))),
        2 => PROFILES.map(|profile| Some(format!("{prefix}-{profile}"))),
        _ => [Some(format!("{prefix}-a")), Some(format!("{prefix}-b")), Some(format!("{prefix}-a"))],
    };
    let count = random.below(7) + 1;
    let objects: Vec<(String, Value)> = (0..count)
        .map(|index| {
            let (api_version, kind) = *random.pick(&KINDS);
            let component = format!("{}.{}", random.pick(&["apps", "redis"]), random.pick(&["api", "web", "cache"]));
            let name = format!("{prefix}-{}", component.split('.').nth(1).unwrap());
            (component, object(random, api_version, kind, &format!("{name}-{index}")))
        })
        .collect();
    let (labelled, tagged, cluster) = (random.chance(70), random.chance(60), random.chance(30));
    let steps = random.below(5);
    PROFILES
        .iter()
        .zip(namespaces)
        .map(|(profile, namespace)| {
            let mut resources = Vec::new();
            for (component, object) in &objects {
                if random.chance(10) {
                    continue;
                }
                let mut object = object.clone();
                (0..random.below(steps + 1)).for_each(|_| mutate(random, &mut object));
                if tagged {
                    tag(&mut object, profile);
                }
                resources.push((component.clone(), place(object, namespace.as_deref())));
            }
            if let Some(namespace) = namespace.as_ref().filter(|_| cluster) {
                resources.extend(cluster_objects(random, &prefix, namespace));
            }
            if labelled {
                resources.iter_mut().for_each(|(_, object)| {
                    object["metadata"]["labels"]["kgen.dev/profile"] = profile.to_string().into()
                });
            }
            let resources = resources.iter().map(|(component, object)| resource(object, component)).collect();
            Profile { name: profile.to_string(), namespace, resources }
        })
        .collect()
}

fn place(mut object: Value, namespace: Option<&str>) -> Value {
    if let Some(namespace) = namespace {
        object["metadata"]["namespace"] = namespace.into();
    }
    object
}

/// What a namespace transformer could get wrong; some of it in some profiles only.
fn cluster_objects(random: &mut Random, prefix: &str, namespace: &str) -> Vec<(String, Value)> {
    let object = |api_version: &str, kind: &str, name: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    let rbac = "rbac.authorization.k8s.io/v1";
    let mut binding = object(rbac, "ClusterRoleBinding", &format!("{prefix}-binding"));
    let subject = |name: &str, namespace: &str| json!({"kind": "ServiceAccount", "name": name, "namespace": namespace});
    binding["subjects"] = json!([
        subject(&format!("{prefix}-sa"), namespace),
        subject("default", namespace),
        subject("other", "elsewhere"),
        subject("gone", namespace)
    ]);
    let mut role_binding = place(binding.clone(), Some(namespace));
    role_binding["kind"] = "RoleBinding".into();
    let all = [
        object("v1", "Namespace", namespace),
        place(object("v1", "ServiceAccount", &format!("{prefix}-sa")), Some(namespace)),
        object(rbac, "ClusterRole", &format!("{prefix}-role")),
        binding,
        role_binding,
        object("cert-manager.io/v1", "ClusterIssuer", &format!("{prefix}-issuer")),
        place(object("monitoring.coreos.com/v1", "ServiceMonitor", &format!("{prefix}-monitor")), Some("monitoring")),
        object("scheduling.k8s.io/v1", "PriorityClass", &format!("{prefix}-class")),
    ];
    let kept = all.into_iter().filter(|_| random.chance(70));
    kept.map(|mut object| {
        object["metadata"]["labels"] = json!({"app": "x"});
        ("manifests".to_owned(), object)
    })
    .collect()
}

fn tag(value: &mut Value, profile: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(image)) = map.get_mut("image") {
                let name = image.rsplit_once(':').map_or(image.as_str(), |(name, _)| name);
                *image = match (name, profile) {
                    ("nginx", _) => format!("nginx:{profile}"),
                    ("busybox", "prod") => "busybox@sha256:abcdef".to_owned(),
                    ("busybox", "dev") => "busybox:1@sha256:ab".to_owned(),
                    ("ghcr.io/acme/web", "dev") => "ghcr.io/acme/web".to_owned(),
                    _ => image.clone(),
                };
            }
            map.iter_mut().for_each(|(_, value)| tag(value, profile));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| tag(value, profile)),
        _ => {}
    }
}

fn rendered(profiles: &[Profile], layout: Layout) -> Files {
    tree(layout, profiles.to_vec(), "kgen.yaml")
        .unwrap_or_else(|error| panic!("{error:#}"))
        .unwrap_or_else(|report| panic!("{report:?}"))
}

fn by_id(objects: impl IntoIterator<Item = Tree>) -> BTreeMap<Id, Tree> {
    objects.into_iter().map(|object| (Id::of(&object).unwrap(), object)).collect()
}

fn compare(what: &str, expected: &BTreeMap<Id, Tree>, built: &BTreeMap<Id, Tree>) {
    for (id, object) in expected {
        let found = built.get(id).unwrap_or_else(|| panic!("{what}: {id} is missing"));
        assert_eq!(found.to_json(), object.to_json(), "{what}: {id}");
        assert_eq!(found, object, "{what}: {id}");
    }
    let more: Vec<_> = built.keys().filter(|id| !expected.contains_key(id)).collect();
    assert!(more.is_empty(), "{what}: {more:?}");
}

fn bodies(profile: &Profile) -> impl Iterator<Item = Tree> {
    profile.resources.iter().map(|resource| resource.body.map_from(&mut |_| ()))
}

/// Builds one folder of many projects, and what it must give.
fn together(folder: &Path, place: &str, members: &[(u64, Vec<Profile>)], at: usize, below: &str) {
    let expected = by_id(
        members
            .iter()
            .flat_map(|(_, profiles)| bodies(&profiles[at]))
            .filter(|object| object.at(&["metadata", "name"]).is_some()),
    );
    let list: String = members.iter().map(|(seed, _)| format!("- ../../{seed}/{below}{}\n", PROFILES[at])).collect();
    let root = folder.join("all").join(place);
    kubectl::text(&root.join("kustomization.yaml"), &format!("resources:\n{list}"));
    let built = kubectl::build(&root).unwrap_or_else(|error| panic!("{place}: {error}"));
    compare(place, &expected, &by_id(built));
}

#[test]
fn every_layout_builds_to_what_was_rendered() {
    let folder = kubectl::folder("projects");
    for chunk in (1..=400).collect::<Vec<u64>>().chunks(25) {
        let members: Vec<_> = chunk.iter().map(|seed| (*seed, project(*seed))).collect();
        for (layout, below) in [(Layout::Overlays, "tree/overlays/"), (Layout::Flat, "flat/")] {
            for (seed, profiles) in &members {
                kubectl::write(
                    &folder.join(format!("{seed}")).join(below.split('/').next().unwrap()),
                    &rendered(profiles, layout),
                );
            }
            for (at, name) in PROFILES.iter().enumerate() {
                together(&folder, &format!("{}-{name}-{layout:?}", chunk[0]), &members, at, below);
            }
        }
    }
}

#[test]
fn a_project_alone_and_its_base_build() {
    let folder = kubectl::folder("alone");
    for seed in 1001..=1030 {
        let profiles = project(seed);
        let root = folder.join(seed.to_string());
        let files = rendered(&profiles, Layout::Overlays);
        kubectl::write(&root, &files);
        for profile in &profiles {
            let built = kubectl::build(&root.join("overlays").join(&profile.name)).unwrap();
            compare(&format!("{seed} {}", profile.name), &by_id(bodies(profile)), &by_id(built));
        }
        if files.contains_key("base/kustomization.yaml") {
            kubectl::build(&root.join("base")).unwrap();
        }
    }
}
