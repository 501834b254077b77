//! Who else set fields of an object that an apply is about to write, or to leave alone.
//!
//! Owns: reading `metadata.managedFields` against what is rendered: what another manager set to another value (an apply needs
//! `--force-conflicts`), and what it added (an apply keeps it).
//! Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management, `fieldpath/serialize.go` of
//! structured-merge-diff: `f:NAME` is a field, `k:{...}` an element by its keys, `.` the node itself.

use crate::resource::{Body, Id, Resource};
use crate::tree::Tree;

/// A field that another manager set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    pub id: Id,
    pub manager: String,
    /// `spec.template.spec.containers[web].image`.
    pub place: String,
    /// Whether the project says the field too, with another value.
    pub conflicts: bool,
}

/// The part of an object that is looked at, on both sides.
struct Sides<'b> {
    live: &'b Body,
    rendered: &'b Body,
}

pub fn foreign(live: &Resource, rendered: &Resource) -> Vec<Foreign> {
    let managers = live.body.at(&["metadata", "managedFields"]).and_then(Tree::as_list).unwrap_or_default();
    let word = |entry: &Body, key: &str| entry.get(key).and_then(Tree::as_str).unwrap_or_default().to_owned();
    let mut out = Vec::new();
    for entry in managers {
        let manager = word(entry, "manager");
        if is_own(&manager, &word(entry, "operation"))
            || word(entry, "subresource") == "status"
            || is_controller(&manager)
        {
            continue;
        }
        let Some(fields) = entry.get("fieldsV1") else { continue };
        let mut places = Vec::new();
        walk(fields, &Sides { live: &live.body, rendered: &rendered.body }, "", &mut places);
        out.extend(places.into_iter().map(|(place, conflicts)| Foreign {
            id: rendered.id.clone(),
            manager: manager.clone(),
            place,
            conflicts,
        }));
    }
    out
}

/// `kubectl apply`, of either kind: the client's is taken over by the server's.
fn is_own(manager: &str, operation: &str) -> bool {
    manager == "kubectl-client-side-apply" || (manager == "kubectl" && operation == "Apply")
}

/// Programs that fill in what is theirs.
fn is_controller(manager: &str) -> bool {
    ["controller", "kubelet", "scheduler", "operator", "injector", "kcm", "k3s", "webhook"]
        .iter()
        .any(|word| manager.contains(word))
}

fn walk(fields: &Body, sides: &Sides, at: &str, out: &mut Vec<(String, bool)>) {
    for (key, below) in fields.as_map().into_iter().flat_map(|map| map.iter()) {
        let Some((place, live, rendered)) = step(key, sides, at) else { continue };
        match (live, rendered) {
            (None, _) => {}
            (Some(_), None) => out.push((place, false)),
            (Some(live), Some(rendered)) if is_leaf(below) => {
                if live.to_json() != rendered.to_json() {
                    out.push((place, true));
                }
            }
            (Some(live), Some(rendered)) => walk(below, &Sides { live, rendered }, &place, out),
        }
    }
}

fn is_leaf(below: &Body) -> bool {
    below.as_map().is_none_or(|map| map.keys().all(|key| &**key == "."))
}

type Step<'b> = (String, Option<&'b Body>, Option<&'b Body>);

/// What a key of the set of fields leads to; nothing for the node itself, and for what a server or `kubectl rollout` writes.
fn step<'b>(key: &str, sides: &Sides<'b>, at: &str) -> Option<Step<'b>> {
    const PASSED: [&str; 3] = ["metadata", "status", "kubectl.kubernetes.io/restartedAt"];
    if let Some(name) = key.strip_prefix("f:").filter(|name| !PASSED.contains(name) || !at.is_empty()) {
        if name == PASSED[2] {
            return None;
        }
        let place = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        return Some((place, sides.live.get(name), sides.rendered.get(name)));
    }
    let keys: serde_json::Value = serde_json::from_str(key.strip_prefix("k:")?).ok()?;
    let keys = keys.as_object()?;
    let is_it = |item: &&Body| {
        keys.iter().all(|(key, value)| match item.get(key) {
            Some(found) => found.to_json() == *value,
            // The key of a port is its protocol too, which may be left to its default.
            None => key == "protocol" && value == "TCP",
        })
    };
    let find = |list: &'b Body| list.as_list().and_then(|list| list.iter().find(is_it));
    let first = keys.values().next().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
    Some((format!("{at}[{first}]"), find(sides.live), find(sides.rendered)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(image: &str, env: serde_json::Value, managed: serde_json::Value) -> Resource {
        let containers = json!([{"name": "web", "image": image, "env": env}]);
        let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "managedFields": managed},
            "spec": {"template": {"spec": {"containers": containers}}}});
        Resource::new("", Body::from_json(&body)).unwrap()
    }

    #[test]
    fn what_others_set_is_told_with_their_name() {
        let fields = json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {},
            "f:env": {"k:{\"name\":\"HOT\"}": {".": {}, "f:name": {}, "f:value": {}}}, "f:image": {}}}}}}});
        let entry =
            |manager: &str, operation: &str| json!({"manager": manager, "operation": operation, "fieldsV1": fields});
        let managed =
            json!([entry("kubectl-set", "Update"), entry("kubectl", "Apply"), entry("vpa-controller", "Update")]);
        let live = resource("a:2", json!([{"name": "A", "value": "1"}, {"name": "HOT", "value": "1"}]), managed);
        let rendered = resource("a:1", json!([{"name": "A", "value": "1"}]), json!([]));
        let found: Vec<_> =
            foreign(&live, &rendered).into_iter().map(|one| (one.manager, one.place, one.conflicts)).collect();
        let start = "spec.template.spec.containers[web]";
        let one = |place: &str, conflicts| ("kubectl-set".to_owned(), format!("{start}.{place}"), conflicts);
        assert_eq!(found, [one("env[HOT]", false), one("image", true)]);
        assert_eq!(foreign(&live, &live), []);
    }
}
