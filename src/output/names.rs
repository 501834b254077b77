//! The files of a tree: one readable path for each object, the same in every profile and layout.
//!
//! Owns: that no two objects share a path, on a disk that ignores case either.
//! Does not own: what is in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::resource::Id;

/// Folders of an overlay that are no component's.
const RESERVED: [&str; 2] = ["patches", INNER];
/// The part of an overlay that gets the profile's namespace, where other parts must not.
pub const INNER: &str = "namespaced";
const LONGEST: usize = 200;

/// By the numbers of the objects.
#[derive(Debug, Default)]
pub struct Names {
    files: Vec<String>,
    patches: Vec<String>,
}

impl Names {
    /// From every object of every profile, sorted, with its component.
    pub fn new(objects: &IndexMap<Id, Arc<str>>) -> Self {
        let folders = folders(objects.values());
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (id, component) in objects {
            *counts.entry((&**component, &id.kind)).or_default() += 1;
        }
        let mut used = BTreeSet::new();
        let mut out = Self::default();
        for (id, component) in objects {
            let folder = &folders[&**component];
            let alone = counts.get(&(&**component, id.kind.as_str())) == Some(&1);
            let stems = stems(id, short(component), alone);
            let path = unique(&mut used, stems.into_iter().map(|stem| format!("{folder}/{stem}")));
            out.files.push(format!("{path}.yaml"));
            let names = [vec![&*id.name, &*id.kind], vec![&*id.name, &*id.kind, id.group()]];
            let path = unique(&mut used, names.iter().map(|parts| format!("patches/{}", clean(&parts.join("-")))));
            out.patches.push(format!("{path}.yaml"));
        }
        out
    }

    /// `api/deployment.yaml`
    pub fn file(&self, at: usize) -> &str {
        &self.files[at]
    }

    /// `patches/api-deployment.yaml`
    pub fn patch(&self, at: usize) -> &str {
        &self.patches[at]
    }
}

/// `apps.api` is `api`, unless `redis.api` is there too.
fn folders<'c>(components: impl Iterator<Item = &'c Arc<str>>) -> BTreeMap<&'c str, String> {
    let components: BTreeSet<&str> = components.map(|component| &**component).collect();
    let simple = |component: &str| clean(short(component));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    components.iter().for_each(|component| *counts.entry(simple(component)).or_default() += 1);
    let clashes = |component: &str| {
        let folder = simple(component);
        counts.get(&folder).is_some_and(|count| *count > 1) || RESERVED.contains(&&*folder)
    };
    let mut used = BTreeSet::new();
    let (double, single): (Vec<&str>, Vec<&str>) = components.iter().partition(|component| clashes(component));
    let mut out = BTreeMap::new();
    for component in single {
        out.insert(component, unique(&mut used, [simple(component)].into_iter()));
    }
    for component in double {
        out.insert(component, unique(&mut used, [clean(component).replace('.', "-")].into_iter()));
    }
    out
}

fn short(component: &str) -> &str {
    component.split_once('.').map_or(component, |(_, name)| name)
}

/// `service`, `service-headless`, `service-cache-headless`, ...: the first that is free is taken.
fn stems(id: &Id, component: &str, alone: bool) -> Vec<String> {
    let rest = id.name.strip_prefix(component).and_then(|rest| rest.strip_prefix('-'));
    let mut out = Vec::new();
    // A resource file of this name would look like one of kustomize's own.
    if (alone || id.name == component) && !id.kind.eq_ignore_ascii_case("kustomization") {
        out.push(id.kind.clone());
    }
    out.extend(rest.map(|rest| format!("{}-{rest}", id.kind)));
    out.push(format!("{}-{}", id.kind, id.name));
    out.push(format!("{}-{}-{}", id.kind, id.name, id.group()));
    out.extend(id.namespace.iter().map(|namespace| format!("{}-{}-{namespace}", id.kind, id.name)));
    out.iter().map(|stem| clean(stem)).collect()
}

fn clean(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c.to_ascii_lowercase() } else { '-' };
    let text: String = text.chars().take(LONGEST).map(plain).collect();
    text.trim_matches(['.', '-']).to_owned()
}

fn unique(used: &mut BTreeSet<String>, candidates: impl Iterator<Item = String> + Clone) -> String {
    let numbered = (2..).flat_map(|n: u32| candidates.clone().last().map(|last| format!("{last}-{n}")));
    let chosen = candidates.clone().chain(numbered).find(|name| !used.contains(name)).unwrap_or_default();
    used.insert(chosen.clone());
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(objects: &[(&str, &str, &str)]) -> Vec<String> {
        let id = |kind: &str, name: &str| {
            let (api_version, kind) = kind.split_once(' ').unwrap_or(("v1", kind));
            Id { api_version: api_version.into(), kind: kind.into(), namespace: None, name: name.into() }
        };
        let all = objects.iter().map(|(kind, name, component)| (id(kind, name), Arc::from(*component)));
        let mut all: IndexMap<Id, Arc<str>> = all.collect();
        all.sort_unstable_keys();
        let names = Names::new(&all);
        let at = |kind, name| all.get_index_of(&id(kind, name)).unwrap();
        objects.iter().map(|(kind, name, _)| names.file(at(kind, name)).to_owned()).collect()
    }

    #[test]
    fn two_objects_of_a_kind_are_told_apart_by_the_rest_of_their_names() {
        let objects = [("Service", "cache", "redis.cache"), ("Service", "cache-headless", "redis.cache")];
        assert_eq!(files(&objects), ["cache/service.yaml", "cache/service-headless.yaml"]);
    }

    #[test]
    fn components_of_one_name_are_told_apart_by_their_sections() {
        let objects = [("Service", "db", "apps.db"), ("Secret", "db", "postgres.DB"), ("Service", "x", "apps.patches")];
        assert_eq!(files(&objects), ["apps-db/service.yaml", "postgres-db/secret.yaml", "apps-patches/service.yaml"]);
    }

    #[test]
    fn no_two_paths_are_equal_even_without_case() {
        let objects = [
            ("Role", "a:b", "manifests"),
            ("Role", "a-b", "manifests"),
            ("x.io/v1 Role", "A-B", "manifests"),
            ("y.io/v1 kustomization", "k", "manifests"),
        ];
        let files = files(&objects);
        let distinct: BTreeSet<_> = files.iter().collect();
        assert_eq!(distinct.len(), 4, "{files:?}");
        assert_eq!(files[3], "manifests/kustomization-k.yaml");
    }
}
