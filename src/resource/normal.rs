//! Quantities as the API server writes them, and no annotations where there are none.
//!
//! Owns: where quantities stand in Kubernetes' own kinds. `0.5` comes back from the server as `500m`: written like
//! that from the start, a second `kubectl apply` says `unchanged`. Places and origins are kept.
//! Does not own: whether a quantity is right (`values`): one that cannot be read is left as it is.

use super::{Body, typed};
use crate::quantity::Quantity;
use crate::tree::{Kind, Map, Tree};

/// Maps from the name of a resource to a quantity.
const MAPS: [&str; 8] = ["requests", "limits", "hard", "capacity", "default", "defaultRequest", "max", "min"];

/// Single quantities. `value` is one only in the target of a metric.
const SINGLE: [&str; 4] = ["sizeLimit", "averageValue", "divisor", "value"];

/// Maps with the user's keys, where a key that reads like one above means something else.
const FREE: [&str; 6] = ["data", "stringData", "annotations", "labels", "matchLabels", "nodeSelector"];

/// Rewrites every quantity of the object in place. A custom resource is left alone: its server keeps what is written.
pub fn quantities(body: &mut Body) {
    let text = |key| body.get(key).and_then(Tree::as_str).unwrap_or_default();
    if typed::knows(text("apiVersion"), text("kind")) && text("kind") != "CustomResourceDefinition" {
        walk(body, "");
    }
}

/// kustomize 5.5.0 writes no `annotations: {}` of an object, but `labels: {}`; the server keeps neither.
pub fn annotations<O: Clone>(object: &mut Tree<O>) {
    if object.at(&["metadata", "annotations"]).and_then(Tree::as_map).is_some_and(Map::is_empty)
        && let Some(metadata) = object.as_map_mut().and_then(|map| map.get_mut("metadata")).and_then(Tree::as_map_mut)
    {
        metadata.remove("annotations");
    }
}

fn walk(node: &mut Body, parent: &str) {
    match &mut node.kind {
        Kind::Map(map) => {
            for (key, child) in map.iter_mut() {
                let single = SINGLE.contains(&&**key) && (&**key != "value" || parent == "target");
                match () {
                    () if FREE.contains(&&**key) => {}
                    () if single => canonical(child),
                    () if MAPS.contains(&&**key) && child.as_map().is_some() => each(child),
                    () => walk(child, key),
                }
            }
        }
        Kind::List(list) => list.iter_mut().for_each(|item| walk(item, parent)),
        _ => {}
    }
}

fn each(node: &mut Body) {
    for (_, child) in node.as_map_mut().into_iter().flat_map(|map| map.iter_mut()) {
        canonical(child);
    }
}

fn canonical(node: &mut Body) {
    let text = match &node.kind {
        Kind::String(text) => text.to_string(),
        Kind::Number(number) => number.to_string(),
        _ => return,
    };
    if let Ok(value) = Quantity::parse(&text) {
        node.kind = Kind::String(value.to_string().into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::resource::Place;

    fn normal(body: Value) -> Value {
        let mut body = Body::from_json(&body);
        quantities(&mut body);
        body.to_json()
    }

    #[test]
    fn every_quantity_of_a_stateful_set_is_canonical() {
        let with = |cpu: Value, memory: &str, size: &str, divisor: Value| {
            json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {
                "template": {"metadata": {"labels": {"limits": "0.5"}}, "spec": {
                    "containers": [{"resources": {"requests": {"cpu": cpu}, "limits": {"memory": memory}},
                        "env": [{"name": "value", "value": "0.5"}, {"valueFrom": {"resourceFieldRef": {"divisor": divisor}}}]}],
                    "volumes": [{"emptyDir": {"sizeLimit": size}}]}},
                "volumeClaimTemplates": [{"spec": {"resources": {"requests": {"storage": size}}}}]}})
        };
        let before = with(json!(0.5), "1024Mi", "1.5Gi", json!(1));
        assert_eq!(normal(before), with(json!("500m"), "1Gi", "1536Mi", json!("1")));
    }

    #[test]
    fn quotas_and_metrics_are_canonical() {
        let quota =
            |text: &str| json!({"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"requests.cpu": text}}});
        assert_eq!(normal(quota("1000m")), quota("1"));
        let metric = |text: &str| {
            json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": {"metrics": [
            {"resource": {"target": {"averageValue": text}}}, {"external": {"target": {"value": text}}}]}})
        };
        assert_eq!(normal(metric("2000")), metric("2k"));
    }

    #[test]
    fn what_is_no_quantity_is_left_alone() {
        let pod = |memory: &str| json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"resources": {"limits": {"memory": memory}}}]}});
        assert_eq!(normal(pod("512MB")), pod("512MB"));
        let custom =
            json!({"apiVersion": "example.com/v1", "kind": "X", "spec": {"resources": {"limits": {"cpu": "0.5"}}}});
        assert_eq!(normal(custom.clone()), custom);
    }

    #[test]
    fn origins_are_kept() {
        let place = Arc::new(Place { file: "t".into(), line: 7, settings: vec![], control: vec![] });
        let value =
            json!({"apiVersion": "v1", "kind": "Pod", "spec": {"volumes": [{"emptyDir": {"sizeLimit": "1024Ki"}}]}});
        let mut body = Body::from_json(&value).map_from(&mut |_: &Option<Arc<Place>>| Some(place.clone()));
        quantities(&mut body);
        let list = body.at(&["spec", "volumes"]).and_then(Tree::as_list).unwrap();
        let size = list[0].at(&["emptyDir", "sizeLimit"]).unwrap();
        assert_eq!((size.as_str(), &size.from), (Some("1Mi"), &Some(place)));
    }
}
