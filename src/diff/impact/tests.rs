use serde_json::{Value, json};

use super::*;
use crate::diff::Diff;
use crate::diff::between::{Side, between};
use crate::resource::Resource;

fn side<'r>(objects: &'r [Resource]) -> Side<'r> {
    Side { name: "x".into(), objects: objects.iter().collect(), causes: None, told: Vec::new() }
}

fn resources(values: &[Value]) -> Vec<Resource> {
    let resource = |value: &Value| {
        let body = Body::from_json(value);
        Resource::new("x", body).unwrap()
    };
    values.iter().map(resource).collect()
}

fn diff(old: &[Value], new: &[Value], mode: &Mode) -> Diff {
    let (old, new) = (resources(old), resources(new));
    between(&side(&old), &side(&new), mode)
}

/// An object; `at` are pairs of a path and a value.
fn object(what: &str, at: &[(&str, Value)]) -> Value {
    let (api_version, kind) = what.split_once(' ').unwrap();
    let mut out = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    for (path, value) in at {
        let pointer = format!("/{}", path.replace('.', "/"));
        let mut node = &mut out;
        for key in pointer[1..].split('/') {
            node = node.as_object_mut().unwrap().entry(key).or_insert_with(|| json!({}));
        }
        *node = value.clone();
    }
    out
}

#[test]
fn one_id_is_one_sentence() {
    for rule in all() {
        let others = all().filter(|other| other.id == rule.id);
        assert!(others.into_iter().all(|other| other.text == rule.text && other.impact == rule.impact), "{}", rule.id);
        assert!(
            rule.text.chars().next().is_some_and(|c| !c.is_uppercase()
                || rule.text.starts_with("PostgreSQL")
                || rule.text.starts_with("CloudNativePG")),
            "{}",
            rule.text
        );
        assert!(!rule.text.ends_with('.'), "{}", rule.text);
    }
}

#[test]
fn a_namespace_that_changes_is_told_once() {
    let config = |namespace: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}});
    let mode = |across| Mode { across, namespaces: (Some("a".into()), Some("b".into())), ..Mode::default() };
    let one = diff(&[config("a")], &[config("b")], &mode(true));
    assert_eq!((one.objects.len(), one.impact(), one.equal), (1, Impact::None, 1));
    assert_eq!(one.objects[0].reason.as_ref().unwrap().id, "namespace-of-profile");
    let one = diff(&[config("a")], &[config("b")], &mode(false));
    assert_eq!((one.objects.len(), one.impact()), (1, Impact::Recreate));
    let claim = |namespace: &str| json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a", "namespace": namespace}});
    let one = diff(&[claim("a")], &[claim("b")], &mode(false));
    assert_eq!((one.objects.len(), one.impact()), (1, Impact::DataLoss));
    let space = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let one = diff(&[config("a"), space("a")], &[config("b"), space("b")], &mode(true));
    assert_eq!((one.objects.len(), one.objects[0].changes[0].place.as_str()), (1, "metadata.name"));
    assert_eq!(one.objects[0].changes[0].reason.as_ref().unwrap().id, "namespace-of-profile");
}

#[test]
fn a_checksum_is_told_at_its_cause() {
    let config =
        |data: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app"}, "data": {"k": data}});
    let pod = |sum: Option<&str>| {
        let annotations = sum.map_or(json!({}), |sum| json!({"checksum.kgen.dev/app": sum}));
        object("apps/v1 Deployment", &[("spec.template.metadata", json!({ "annotations": annotations }))])
    };
    for (old, new) in [(Some("1"), Some("2")), (None, Some("2")), (Some("1"), None)] {
        let diff = diff(&[config("1"), pod(old)], &[config("2"), pod(new)], &Mode::default());
        assert_eq!((diff.objects.len(), diff.impact()), (1, Impact::Restart), "{diff:#?}");
        assert_eq!(diff.objects[0].effects[0].id.to_string(), "Deployment/a");
    }
    let diff = diff(&[config("1"), pod(Some("1"))], &[config("1"), pod(Some("2"))], &Mode::default());
    assert_eq!(diff.objects[0].changes[0].reason.as_ref().unwrap().id, "checksum-unseen");
}

#[test]
fn names_with_a_hash_are_told_at_their_cause() {
    let config = |name: &str, data: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": data}});
    let job = |name: &str, config: &str| {
        let mut out = object(
            "batch/v1 Job",
            &[(
                "spec.template.spec.containers",
                json!([{"name": "c", "envFrom": [{"configMapRef": {"name": config}}]}]),
            )],
        );
        out["metadata"]["name"] = json!(name);
        out
    };
    let (a, b) = ("app-6ct58987ht", "app-md4tc82ctb");
    let diff = diff(
        &[config(a, "1"), job("run-13a7ec4fcf", a)],
        &[config(b, "2"), job("run-23a7ec4fcf", b)],
        &Mode::default(),
    );
    let told: Vec<_> = diff
        .objects
        .iter()
        .flat_map(|object| object.changes.iter().map(|c| (c.place.as_str(), c.reason.as_ref().unwrap().id)))
        .collect();
    assert_eq!(told, [("metadata.name", "name-by-content"), ("data.k", "config-data"), ("metadata.name", "job-anew")]);
    assert_eq!(diff.objects[0].effects[0].reason.id, "config-next-run");
}

#[test]
fn objects_are_told_apart() {
    let role = |name: &str, namespace: &str| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name, "namespace": namespace}});
    let mode = Mode { namespaces: (Some("shop".into()), Some("shop".into())), ..Mode::default() };
    let diff = diff(&[], &[role("x", "one"), role("x", "shop"), role("y", "one"), role("z", "shop")], &mode);
    let apart: Vec<_> = diff.objects.iter().map(|object| object.apart.as_deref()).collect();
    let twins = ["rbac.authorization.k8s.io/v1, one", "rbac.authorization.k8s.io/v1, shop"];
    assert_eq!(apart, [Some(twins[0]), Some("one"), Some(twins[1]), None]);
}
