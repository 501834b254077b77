//! Which object of one side is which of the other.
//!
//! Owns: pairs by group, kind, namespace and name, whatever the version; names that carry a hash of the content (`rollout:
//! hash`, Jobs); renamed objects where nothing else changed; a namespace that is the profile's own on either side.
//! Does not own: what differs in a pair (`compare.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Mode;
use crate::resource::{Body, Id, Resource};
use crate::tree::Kind;

/// What makes two objects one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The same name.
    Name,
    /// The name carries a hash of the content.
    Hash,
    /// Everything but the name.
    Content,
}

#[derive(Clone, Copy, Debug)]
pub struct Pair<'r> {
    pub old: Option<&'r Resource>,
    pub new: Option<&'r Resource>,
    pub how: How,
}

type Key = (String, String, Option<String>, String);

pub fn pairs<'r>(old: &[&'r Resource], new: &[&'r Resource], mode: &Mode) -> Vec<Pair<'r>> {
    let (before, after) = (&mode.namespaces.0, &mode.namespaces.1);
    let mut left: BTreeMap<Key, Vec<&'r Resource>> = BTreeMap::new();
    for resource in old {
        left.entry(key(resource, before, mode)).or_default().push(resource);
    }
    let mut out = Vec::new();
    let mut fresh = Vec::new();
    for resource in new {
        let found = left.get_mut(&key(resource, after, mode)).filter(|list| !list.is_empty());
        match found.map(|list| list.remove(0)) {
            Some(old) => out.push(Pair { old: Some(old), new: Some(resource), how: How::Name }),
            None => fresh.push(*resource),
        }
    }
    let mut gone: Vec<&Resource> = left.into_values().flatten().collect();
    hashed(&mut gone, &mut fresh, &mut out);
    renamed(&mut gone, &mut fresh, mode, &mut out);
    out.extend(gone.into_iter().map(|old| Pair { old: Some(old), new: None, how: How::Name }));
    out.extend(fresh.into_iter().map(|new| Pair { old: None, new: Some(new), how: How::Name }));
    out
}

fn key(resource: &Resource, own: &Option<String>, mode: &Mode) -> Key {
    let id = &resource.id;
    // Another tool's stream may leave the namespace to `kubectl -n`.
    let namespace = id.namespace.clone().filter(|namespace| Some(namespace) != own.as_ref());
    let moves = mode.namespaces.0 != mode.namespaces.1;
    let name = match id.kind.as_str() {
        "Namespace" if moves && Some(&id.name) == own.as_ref() => String::new(),
        _ => id.name.clone(),
    };
    (group(id).to_owned(), id.kind.clone(), namespace, name)
}

/// Kinds that moved to groups of their own are the same objects there.
/// Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16
fn group(id: &Id) -> &str {
    match (id.group(), id.kind.as_str()) {
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        (group, _) => group,
    }
}

/// ConfigMaps and Jobs whose names differ only in a hash at the end.
fn hashed<'r>(gone: &mut Vec<&'r Resource>, fresh: &mut Vec<&'r Resource>, out: &mut Vec<Pair<'r>>) {
    let base = |resource: &Resource| {
        let name = base(&resource.id.name).unwrap_or(&resource.id.name).to_owned();
        matches!(resource.id.kind.as_str(), "ConfigMap" | "Job").then(|| (resource.id.kind.clone(), name))
    };
    fresh.retain(|new| {
        let wanted = base(new);
        let same = |old: &&Resource| {
            let hashed = self::base(&old.id.name).is_some() || self::base(&new.id.name).is_some();
            hashed && wanted.is_some() && base(old) == wanted
        };
        let Some(at) = gone.iter().position(same) else { return true };
        out.push(Pair { old: Some(gone.remove(at)), new: Some(new), how: How::Hash });
        false
    });
}

/// The name before a hash of ten characters.
/// Source: `encode` of kustomize's `api/hasher/hasher.go` leaves out letters that could make words; Jobs have hexadecimal digits.
pub fn base(name: &str) -> Option<&str> {
    let (base, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    (is_hash && hash.bytes().any(|b| b.is_ascii_digit())).then_some(base)
}

/// Objects of one kind that differ in nothing but their name, where there is no other candidate.
fn renamed<'r>(gone: &mut Vec<&'r Resource>, fresh: &mut Vec<&'r Resource>, mode: &Mode, out: &mut Vec<Pair<'r>>) {
    if gone.is_empty() || fresh.is_empty() {
        return;
    }
    // By their looks: comparing each with each takes minutes where a thousand objects come and go.
    let looks = |list: &[&Resource], own: &Option<String>| {
        let mut out: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, resource) in list.iter().enumerate() {
            if let Some(look) = look(resource, own, mode) {
                out.entry(look).or_default().push(at);
            }
        }
        out
    };
    let (before, after) = (looks(gone, &mode.namespaces.0), looks(fresh, &mode.namespaces.1));
    let mut taken: (BTreeSet<usize>, BTreeSet<usize>) = Default::default();
    for (look, new) in &after {
        if let (Some([old]), [new]) = (before.get(look).map(Vec::as_slice), new.as_slice()) {
            out.push(Pair { old: Some(gone[*old]), new: Some(fresh[*new]), how: How::Content });
            taken.0.insert(*old);
            taken.1.insert(*new);
        }
    }
    without(gone, &taken.0);
    without(fresh, &taken.1);
}

fn without(list: &mut Vec<&Resource>, taken: &BTreeSet<usize>) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !taken.contains(&(at - 1))
    });
}

/// An object without its name, its profile and its profile's namespace, as text. None where values hide what it is.
fn look(resource: &Resource, own: &Option<String>, mode: &Mode) -> Option<String> {
    if resource.body.holds_secret() {
        return None;
    }
    let id = &resource.id;
    let mut out = format!("{} {} ", id.group(), id.kind);
    let profile = mode.across.then_some("kgen.dev/profile");
    describe(&resource.body, (&id.name, own.as_deref(), profile), &mut out);
    Some(out)
}

fn describe(node: &Body, hidden: (&str, Option<&str>, Option<&str>), out: &mut String) {
    match &node.kind {
        Kind::Map(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            for (key, value) in sorted.into_iter().filter(|(key, _)| Some(&***key) != hidden.2) {
                out.push_str(&format!("{key:?}:"));
                describe(value, hidden, out);
            }
            out.push('}');
        }
        Kind::List(list) => {
            list.iter().for_each(|item| describe(item, hidden, out));
            out.push(']');
        }
        Kind::String(text) if **text == *hidden.0 => out.push_str("(name)"),
        Kind::String(text) if Some(&**text) == hidden.1 => out.push_str("(namespace)"),
        Kind::String(text) => out.push_str(&format!("{text:?},")),
        _ => out.push_str(&format!("{node},")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(value: Value) -> Resource {
        let body = Body::from_json(&value);
        Resource::new("x", body).unwrap()
    }

    fn config(name: &str, namespace: &str, data: &str) -> Resource {
        resource(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace},
            "data": {"a": data}}))
    }

    fn found(old: &[Resource], new: &[Resource], mode: &Mode) -> Vec<String> {
        let (old, new): (Vec<_>, Vec<_>) = (old.iter().collect(), new.iter().collect());
        let name = |resource: Option<&Resource>| resource.map_or("-".to_owned(), |r| r.id.name.clone());
        let line = |pair: &Pair| format!("{} {} {:?}", name(pair.old), name(pair.new), pair.how);
        pairs(&old, &new, mode).iter().map(line).collect()
    }

    #[test]
    fn a_version_is_no_part_of_the_identity() {
        let scaler = |version: &str| {
            resource(json!({"apiVersion": format!("autoscaling/{version}"), "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": "a"}}))
        };
        assert_eq!(found(&[scaler("v1")], &[scaler("v2")], &Mode::default()), ["a a Name"]);
    }

    #[test]
    fn a_profiles_own_namespace_is_no_part_of_it_either() {
        let mode = Mode { namespaces: (Some("dev".into()), Some("prod".into())), ..Mode::default() };
        let (a, b) = ([config("c", "dev", "1"), config("c", "tools", "1")], [config("c", "prod", "2")]);
        assert_eq!(found(&a, &b, &mode), ["c c Name", "c - Name"]);
        assert_eq!(found(&a, &b, &Mode::default()).len(), 3);
    }

    #[test]
    fn a_name_with_a_hash_is_the_same_name() {
        let (a, b) = ([config("c-6ct58987ht", "x", "1")], [config("c-md4tc82ctb", "x", "2")]);
        assert_eq!(found(&a, &b, &Mode::default()), ["c-6ct58987ht c-md4tc82ctb Hash"]);
        assert_eq!(found(&[config("c", "x", "1")], &b, &Mode::default()), ["c c-md4tc82ctb Hash"]);
    }

    #[test]
    fn a_renamed_object_is_one_that_is_the_same_but_for_its_name() {
        let (a, b) = ([config("c", "x", "1"), config("d", "x", "2")], [config("e", "x", "1"), config("f", "x", "3")]);
        assert_eq!(found(&a, &b, &Mode::default()), ["c e Content", "d - Name", "- f Name"]);
        let (a, b) = ([config("c", "x", "1"), config("d", "x", "1")], [config("e", "x", "1")]);
        assert_eq!(found(&a, &b, &Mode::default()).len(), 3, "two candidates are none");
    }
}
