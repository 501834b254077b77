//! Lists of objects, taken apart as `kubectl` and Kustomize do: `List`, and those of one kind, as `RoleList`.

use crate::tree::Tree;

/// The objects, those in lists one by one and in their order.
pub fn apart<O: Clone + Default>(objects: Vec<Tree<O>>) -> Vec<Tree<O>> {
    let mut out = Vec::new();
    let mut left = objects;
    left.reverse();
    while let Some(object) = left.pop() {
        match items(&object) {
            Some(items) => left.extend(items.into_iter().rev()),
            None => out.push(object),
        }
    }
    out
}

/// The items of a list; those of one kind need not say what they are.
fn items<O: Clone + Default>(object: &Tree<O>) -> Option<Vec<Tree<O>>> {
    let kind = object.get("kind")?.as_str()?.strip_suffix("List")?;
    // What kustomize gives to a function is no list of a cluster.
    if kind == "Resource" || !kind.is_empty() && object.at(&["metadata", "name"]).is_some() {
        return None;
    }
    let items = object.get("items")?.as_list()?;
    let version = object.get("apiVersion")?;
    let whole = |item: &Tree<O>| {
        let mut item = item.clone();
        if let Some(map) = item.as_map_mut().filter(|map| !kind.is_empty() && map.get("kind").is_none()) {
            map.insert("apiVersion", version.clone());
            map.insert("kind", Tree::new(crate::tree::Kind::String(kind.into()), version.from.clone()));
        }
        item
    };
    Some(items.iter().map(whole).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn kinds(objects: &[Value]) -> Vec<String> {
        let objects: Vec<Tree<()>> = objects.iter().map(Tree::from_json).collect();
        let name = |object: Tree<()>| object.to_json();
        apart(objects).into_iter().map(name).map(|one| format!("{} {}", one["apiVersion"], one["kind"])).collect()
    }

    #[test]
    fn lists_are_taken_apart() {
        let one = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
        let roles = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleList", "items": [{"metadata": {"name": "r"}}]});
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [one, roles]});
        let role = "\"rbac.authorization.k8s.io/v1\" \"Role\"";
        assert_eq!(kinds(&[list, one.clone()]), ["\"v1\" \"ConfigMap\"", role, "\"v1\" \"ConfigMap\""]);
        let own = json!({"apiVersion": "a.example/v1", "kind": "AllowList", "metadata": {"name": "a"}, "items": [1]});
        assert_eq!(kinds(&[own]), ["\"a.example/v1\" \"AllowList\""], "an object of its own");
    }
}
