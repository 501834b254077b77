//! Kubernetes' own shapes, which the table names and does not describe.

use serde_json::{Value, json};

use crate::law::make::Maker;
use crate::random::Random;

pub fn at(maker: &mut Maker, pattern: &str, steps: &[&str]) -> Option<Value> {
    let random = &mut maker.random;
    let last = *steps.last()?;
    let volume = pattern.contains(".volumes.*.");
    Some(match last {
        "affinity" => random
            .pick(&[
                json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]}}}),
                json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 5, "preference": {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd", "no"]}]}}]}}),
                json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}}]}}),
            ])
            .clone(),
        "topologySpreadConstraints" => {
            let key = |key: &str, skew: usize| json!({"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"a": "b"}}});
            let mut all = vec![key("rack", 1 + random.below(2)), key("zone", 1), key("row", 2)];
            random.shuffle(&mut all);
            all.truncate(1 + random.below(3));
            all.into()
        }
        "tolerations" => random
            .pick(&[
                json!([{"operator": "Exists", "effect": "NoSchedule"}]),
                json!([{"key": "gpu", "operator": "Equal", "value": "true", "effect": "NoSchedule"}, {"key": "spot", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}]),
                json!([{"key": "spot", "operator": "Exists"}]),
            ])
            .clone(),
        "hostAliases" => {
            let alias = |ip: &str, random: &mut Random| json!({"ip": ip, "hostnames": [random.pick(&["old.example.org", "x.y"])]});
            let mut all = vec![alias("10.0.0.7", random), alias("10.0.0.8", random), alias("127.0.0.9", random)];
            random.shuffle(&mut all);
            all.truncate(1 + random.below(3));
            all.into()
        }
        "dnsConfig" => random
            .pick(&[
                json!({"nameservers": ["10.0.0.10"], "options": [{"name": "ndots", "value": "2"}]}),
                json!({"nameservers": ["10.0.0.10", "10.0.0.11"], "searches": ["example.org"], "options": [{"name": "edns0"}]}),
            ])
            .clone(),
        "securityContext" => security(random, steps),
        "lifecycle" if steps.contains(&"initContainers") => return Some(Value::Null),
        "lifecycle" => random
            .pick(&[
                json!({"preStop": {"sleep": {"seconds": 5}}}),
                json!({"preStop": {"exec": {"command": ["stop", "-q"]}}}),
                json!({"postStart": {"exec": {"command": ["start"]}}}),
            ])
            .clone(),
        "metrics" if pattern.ends_with("autoscaling.metrics") => {
            let value = random.pick(&["1k", "500", "100m"]).to_string();
            json!([{"type": "Pods", "pods": {"metric": {"name": "requests_per_second"}, "target": {"type": "AverageValue", "averageValue": value}}}])
        }
        "behavior" => random
            .pick(&[
                json!({"scaleDown": {"stabilizationWindowSeconds": 600}}),
                json!({"scaleUp": {"policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}], "selectPolicy": "Max"}}),
            ])
            .clone(),
        "parentRefs" => random
            .pick(&[
                json!([{"name": "public", "namespace": "gateways", "sectionName": "https"}]),
                json!([{"name": "public"}, {"name": "private"}]),
            ])
            .clone(),
        "httpHeaders" => json!([{"name": "X-Probe", "value": crate::law::words::label(random)}]),
        "claims" if pattern.ends_with("resources.claims") => return None,
        "secretKeyRef" => json!({"name": "team-secret", "key": random.pick(&["token", "y", "a.b"])}),
        "configMapKeyRef" => random.pick(&[json!({"name": "team-config", "key": "region", "optional": true}), json!({"name": "team-config", "key": "a"})]).clone(),
        "emptyDir" if volume => random.pick(&[json!({}), json!({"medium": "Memory", "sizeLimit": "64Mi"}), json!({"sizeLimit": "1024Mi"})]).clone(),
        "configMap" if volume => random.pick(&[json!({"name": "team-config"}), json!({"name": "team-config", "items": [{"key": "a", "path": "b"}]})]).clone(),
        "secret" if volume => json!({"secretName": "team-certs", "defaultMode": 288}),
        "projected" if volume => json!({"sources": [{"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}}, {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}]}),
        "persistentVolumeClaim" if volume => random.pick(&[json!({"claimName": "team-files"}), json!({"claimName": "team-files", "readOnly": true})]).clone(),
        "ephemeral" if volume => json!({"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}),
        "csi" if volume => json!({"driver": "secrets-store.csi.k8s.io", "readOnly": true, "volumeAttributes": {"secretProviderClass": random.pick(&["team", "on"])}}),
        "nfs" if volume => json!({"server": "nfs.example.org", "path": "/exports"}),
        "hostPath" if volume => random.pick(&[json!({"path": "/var/log"}), json!({"path": "/data", "type": "Directory"})]).clone(),
        "downwardAPI" if volume => json!({"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}),
        "image" if volume => json!({"reference": "ghcr.io/acme/data:1", "pullPolicy": random.pick(&["Always", "IfNotPresent"])}),
        _ => return None,
    })
}

fn security(random: &mut Random, steps: &[&str]) -> Value {
    let container = steps.contains(&"initContainers") || steps.contains(&"sidecars");
    let store = matches!(steps[0], "redis" | "postgres");
    match random.below(4) {
        _ if store => {
            random.pick(&[json!({"fsGroupChangePolicy": "Always"}), json!({"supplementalGroups": [4000]})]).clone()
        }
        0 if container => json!({"runAsUser": 1000 + random.below(9)}),
        0 => json!({"runAsUser": 1000 + random.below(9), "fsGroup": 2000}),
        1 => json!({"readOnlyRootFilesystem": random.chance(50)}),
        2 => json!({"capabilities": {"add": ["NET_BIND_SERVICE"]}}),
        _ if container => json!({"runAsGroup": 2000}),
        _ => json!({"runAsGroup": 2000, "supplementalGroups": [4000, 5000]}),
    }
}
