//! Objects about other objects: scaling, budgets, bindings, accounts, the Service of a StatefulSet.

use super::{Scope, network};
use crate::resource::walk::At;

pub fn check(root: &At, kind: &str, scope: &mut Scope) {
    let spec = root.get("spec");
    match (kind, spec) {
        ("StatefulSet", Some(spec)) => scope.object(Some(&spec), "serviceName", "Service"),
        ("HorizontalPodAutoscaler", Some(spec)) => target(&spec, scope),
        ("PodDisruptionBudget", Some(spec)) => network::selector(&spec, "selector", scope),
        ("RedisReplication", Some(spec)) => {
            let secret = spec.at(&["kubernetesConfig", "redisSecret"]);
            scope.object(secret.as_ref(), "name", "Secret");
            scope.object(spec.get("redisConfig").as_ref(), "additionalRedisConfig", "ConfigMap");
        }
        ("RoleBinding", _) => binding(root, scope),
        ("ServiceAccount", _) => {
            for secret in root.items("imagePullSecrets") {
                scope.object(Some(&secret), "name", "Secret");
            }
        }
        _ => {}
    }
}

fn target(spec: &At, scope: &mut Scope) {
    let Some(target) = spec.get("scaleTargetRef") else { return };
    if let Some(kind) = target.str("kind") {
        scope.object(Some(&target), "name", kind);
    }
}

fn binding(root: &At, scope: &mut Scope) {
    let role = root.get("roleRef").filter(|role| role.str("kind") == Some("Role"));
    scope.object(role.as_ref(), "name", "Role");
    for subject in root.items("subjects") {
        let here = subject.str("namespace").is_none_or(|other| Some(other) == scope.namespace);
        if subject.str("kind") == Some("ServiceAccount") && here {
            scope.object(Some(&subject), "name", "ServiceAccount");
        }
    }
}
