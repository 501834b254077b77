//! All checks of one object, in order: its type or schema, the rules of its values, Pod Security.
//!
//! Owns: which checks an object gets, and what is said about a kind that nobody knows.
//! Does not own: the checks, and what one object says about another (`references`).

use super::{Body, Finding, schema, security, typed, values};
use crate::diag::suggest;
use crate::resource::Part;
use crate::resource::schema::MISSING_FIELD;
use crate::tree::Tree;

crate::declare! {
    /// a kind without schema, or of a removed version
    ///
    /// No schema is known for this kind: only its metadata was checked. A version that Kubernetes removed is an error.
    /// Fix: `kubectl apply --dry-run=server` checks the rest.
    UNKNOWN_KIND = "unknown-kind", Either;
}

/// Type or schema, and values. Security is apart, for it may be excused: see [`security::check`].
pub fn object(body: &Body) -> Vec<Finding> {
    let text = |key| body.get(key).and_then(Tree::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    // Encrypted by SOPS: it becomes a Secret when Flux opens it.
    if kind == "Secret" && body.at(&["sops", "mac"]).is_some() {
        return typed::check_metadata(body);
    }
    let mut findings = match typed::check(api_version, kind, body) {
        Some(findings) => findings,
        None => match schema::check(api_version, kind, body) {
            Some(mut findings) => {
                findings.extend(typed::check_metadata(body));
                findings
            }
            None => unknown(api_version, kind, body),
        },
    };
    for finding in values::check(body, typed::knows(api_version, kind)) {
        // A missing field is known to both.
        if !findings.iter().any(|known| known.rule.id == finding.rule.id && known.path == finding.path) {
            findings.push(finding);
        }
    }
    findings
}

/// [`object`] and [`security::check`] together.
pub fn all(body: &Body) -> Vec<Finding> {
    let mut findings = object(body);
    findings.extend(security::check(body));
    findings
}

/// An object of a kind without schema passes with a warning; one of a version that Kubernetes removed does not.
fn unknown(api_version: &str, kind: &str, body: &Body) -> Vec<Finding> {
    if api_version.is_empty() || kind.is_empty() {
        let key = if kind.is_empty() { "kind" } else { "apiVersion" };
        let path = vec![Part::Key(key.into())];
        return vec![Finding::new(MISSING_FIELD, path, format!("the required field `{key}` is missing"))];
    }
    let path = vec![Part::Key("kind".into())];
    let group = |version: &'_ str| version.split_once('/').map_or(String::new(), |(group, _)| group.to_owned());
    let versions = [typed::versions_of(kind), schema::versions_of(kind)].concat();
    let message = format!("no schema is known for `{api_version}` `{kind}`");
    let mut findings = typed::check_metadata(body);
    // `extensions` held what is now in groups of its own.
    let same = |known: &&&str| group(known) == group(api_version) || group(api_version) == "extensions";
    findings.push(match versions.iter().find(same) {
        Some(known) => Finding::new(UNKNOWN_KIND, vec![Part::Key("apiVersion".into())], message)
            .hint(format!("write `apiVersion: {known}`")),
        None if near(api_version, kind).is_some() => {
            Finding::new(UNKNOWN_KIND, path, message).maybe_hint(near(api_version, kind))
        }
        None => Finding::new(UNKNOWN_KIND, path, message)
            .mild()
            .hint("only its metadata was checked; `kubectl apply --dry-run=server` checks the rest"),
    });
    findings
}

/// The kind that was meant, where only Kubernetes itself adds kinds: no custom resource is in a group without a dot.
fn near(api_version: &str, kind: &str) -> Option<String> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let is_closed = !group.contains('.') || group.ends_with(".k8s.io");
    suggest::did_you_mean(kind, typed::kinds_of(api_version)).filter(|_| is_closed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diag::Severity;

    fn found(body: Value) -> Vec<(Severity, &'static str, String)> {
        all(&Body::from_json(&body)).into_iter().map(|f| (f.severity, f.rule.id, f.place())).collect()
    }

    #[test]
    fn a_kind_without_schema_is_a_warning() {
        let body = |name: &str| json!({"apiVersion": "example.com/v1", "kind": "X", "metadata": {"name": name}, "spec": {"a": 1}});
        assert_eq!(found(body("x")), [(Severity::Warning, "unknown-kind", "kind".to_owned())]);
        assert_eq!(found(body("X")).len(), 2);
    }

    #[test]
    fn a_misspelt_kind_of_kubernetes_is_an_error() {
        let body = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}});
        for (version, kind) in [("v1", "Secert"), ("apps/v1", "Deploymen"), ("rbac.authorization.k8s.io/v1", "Rol")] {
            assert_eq!(found(body(version, kind)), [(Severity::Error, "unknown-kind", "kind".to_owned())]);
        }
        for (version, kind) in [("v1", "Node"), ("v1", "Event"), ("example.com/v1", "Secert")] {
            assert_eq!(found(body(version, kind)), [(Severity::Warning, "unknown-kind", "kind".to_owned())]);
        }
    }

    #[test]
    fn a_removed_version_is_an_error() {
        let body = json!({"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": {"name": "x"}});
        assert_eq!(found(body), [(Severity::Error, "unknown-kind", "apiVersion".to_owned())]);
    }

    #[test]
    fn the_metadata_of_a_custom_resource_is_typed() {
        let body = json!({"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "x", "lables": {"a": "b"}},
            "spec": {"encryptedData": {}}});
        assert_eq!(found(body), [(Severity::Error, "unknown-field", "metadata.lables".to_owned())]);
    }

    #[test]
    fn a_missing_field_is_said_once() {
        let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": {}});
        let places: Vec<_> = object(&Body::from_json(&body)).into_iter().map(|f| f.place()).collect();
        assert_eq!(places, ["metadata", "spec.containers"]);
    }

    #[test]
    fn an_object_without_header_is_refused() {
        assert_eq!(found(json!({"apiVersion": "v1"}))[0].2, "kind");
    }

    /// Every node of a whole set is replaced in turn by values that do not belong there.
    #[test]
    fn no_value_at_any_place_makes_a_check_panic() {
        let mut whole: Value = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "labels": {"a": "b"}, "annotations": {"a": "b"}},
            "spec": {"replicas": 1, "serviceName": "s", "selector": {"matchLabels": {"a": "b"}}, "updateStrategy": {"type": "OnDelete"},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"securityContext": {"runAsUser": 1, "sysctls": [{"name": "x"}]},
                "volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "s", "items": [{"key": "k", "path": "p"}]}}]}}],
                "containers": [{"name": "c", "image": "i", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                    "ports": [{"containerPort": 1, "name": "p"}], "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}},
                    "livenessProbe": {"httpGet": {"port": "p"}}, "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                    "securityContext": {"capabilities": {"drop": ["ALL"]}}}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}});
        let odd = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e300),
            json!(""),
            json!("é\u{0}"),
            json!([]),
            json!([null]),
            json!({}),
            json!({"": 0}),
        ];
        let mut places = Vec::new();
        pointers(&whole, String::new(), &mut places);
        for place in &places {
            for value in &odd {
                let before = std::mem::replace(whole.pointer_mut(place).unwrap(), value.clone());
                let mut body = Body::from_json(&whole);
                all(&body);
                crate::resource::normal::quantities(&mut body);
                if let Some(one) = crate::resource::Resource::new("x", body) {
                    crate::resource::references::check(&[one], &|_, _| false);
                }
                *whole.pointer_mut(place).unwrap() = before;
            }
        }
        assert!(places.len() > 70, "{}", places.len());
    }

    fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
        match value {
            Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| pointers(v, format!("{at}/{i}"), out)),
            Value::Object(map) => map.iter().for_each(|(k, v)| pointers(v, format!("{at}/{k}"), out)),
            _ => {}
        }
        out.push(at);
    }
}
