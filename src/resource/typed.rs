//! Every object of a kind that Kubernetes has itself is decoded into its k8s-openapi type and back.
//!
//! Owns: the table of kinds. A key that vanishes on the way is unknown, one that appears was required and missing.
//! Does not own: the decoding (`reader.rs`), the comparison (`beside.rs`), the rules that types do not carry (`values`),
//! custom resources (`schema.rs`).

use k8s_openapi::Resource;
use k8s_openapi::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, autoscaling::v1 as autoscaling1,
    autoscaling::v2 as autoscaling2, batch::v1 as batch, certificates::v1 as certificates,
    coordination::v1 as coordination, core::v1 as core, discovery::v1 as discovery, flowcontrol::v1 as flowcontrol,
    networking::v1 as networking, node::v1 as node, policy::v1 as policy, rbac::v1 as rbac,
    scheduling::v1 as scheduling, storage::v1 as storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1 as apiregistration;
use serde::{Deserialize, Serialize};

use super::beside;
use super::reader::read;
use super::{Body, Finding, Part};

type Check = fn(&Body) -> Vec<Finding>;

struct Entry {
    api_version: &'static str,
    kind: &'static str,
    check: Check,
}

/// One entry for each type: the type itself says its `apiVersion` and `kind`.
macro_rules! kinds {
    ($($group:ident: $($kind:ident)+;)+) => {
        &[$($(Entry {
            api_version: <$group::$kind as Resource>::API_VERSION,
            kind: <$group::$kind as Resource>::KIND,
            check: check_as::<$group::$kind>,
        },)+)+]
    };
}

static KINDS: &[Entry] = kinds! {
    core: ConfigMap Endpoints LimitRange Namespace PersistentVolume PersistentVolumeClaim Pod PodTemplate
        ReplicationController ResourceQuota Secret Service ServiceAccount;
    apps: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet;
    batch: CronJob Job;
    autoscaling1: HorizontalPodAutoscaler;
    autoscaling2: HorizontalPodAutoscaler;
    policy: PodDisruptionBudget;
    networking: Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR;
    rbac: ClusterRole ClusterRoleBinding Role RoleBinding;
    storage: CSIDriver CSIStorageCapacity StorageClass VolumeAttributesClass;
    scheduling: PriorityClass;
    apiextensions: CustomResourceDefinition;
    apiregistration: APIService;
    admission: MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration
        ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration;
    certificates: CertificateSigningRequest;
    coordination: Lease;
    discovery: EndpointSlice;
    flowcontrol: FlowSchema PriorityLevelConfiguration;
    node: RuntimeClass;
};

/// Checks an object by its type; `None` when Kubernetes has no such kind.
pub fn check(api_version: &str, kind: &str, body: &Body) -> Option<Vec<Finding>> {
    let entry = KINDS.iter().find(|entry| entry.kind == kind && entry.api_version == api_version)?;
    Some((entry.check)(body))
}

/// Whether a kind is Kubernetes' own.
pub fn knows(api_version: &str, kind: &str) -> bool {
    KINDS.iter().any(|entry| entry.kind == kind && entry.api_version == api_version)
}

/// `metadata` of a custom resource, which is the same for every kind.
pub fn check_metadata(body: &Body) -> Vec<Finding> {
    let Some(metadata) = body.get("metadata") else { return Vec::new() };
    let mut findings = check_as::<ObjectMeta>(metadata);
    findings.iter_mut().for_each(|finding| finding.path.insert(0, Part::Key("metadata".into())));
    findings
}

/// The `apiVersion`s under which a kind is known: the way out when another one is written.
pub fn versions_of(kind: &str) -> Vec<&'static str> {
    KINDS.iter().filter(|entry| entry.kind == kind).map(|entry| entry.api_version).collect()
}

/// The kinds of an `apiVersion`.
pub fn kinds_of(api_version: &str) -> impl Iterator<Item = &'static str> {
    KINDS.iter().filter(move |entry| entry.api_version == api_version).map(|entry| entry.kind)
}

fn check_as<T: Serialize + for<'t> Deserialize<'t>>(body: &Body) -> Vec<Finding> {
    let (value, mut findings, skipped) = read::<T>(body);
    let Some(value) = value else { return findings };
    beside::compare(body, &value, &skipped, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn found(body: Value) -> Vec<String> {
        let body = Body::from_json(&body);
        let text = |key| body.get(key).and_then(Body::as_str).unwrap();
        let findings = check(text("apiVersion"), text("kind"), &body).unwrap();
        let line = |f: &Finding| {
            let hint = f.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{} {}: {}{hint}", f.rule.id, f.place(), f.message)
        };
        findings.iter().map(line).collect()
    }

    fn deployment(container: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}},
        }})
    }

    #[test]
    fn a_whole_deployment_passes() {
        let container = json!({"name": "c", "image": "i", "args": [], "tty": false, "workingDir": "",
            "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "0.5", "memory": 1024}},
            "env": [{"name": "A", "value": ""}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
            "livenessProbe": {"httpGet": {"port": "http", "path": "/"}}, "volumeMounts": null});
        assert_eq!(found(deployment(container)), Vec::<String>::new());
    }

    #[test]
    fn an_unknown_field_is_found_with_the_nearest_known_one() {
        assert_eq!(
            found(deployment(json!({"name": "c", "imagePullPolice": "Always"}))),
            [
                "unknown-field spec.template.spec.containers[0].imagePullPolice: unknown field `imagePullPolice` (did you mean `imagePullPolicy`?)"
            ]
        );
    }

    #[test]
    fn a_missing_required_field_is_found() {
        let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": {
            "template": {"spec": {"containers": [{"image": "i"}]}}}});
        assert_eq!(
            found(body),
            [
                "missing-field spec.selector: the required field `selector` is missing",
                "missing-field spec.template.spec.containers[0].name: the required field `name` is missing",
            ]
        );
    }

    #[test]
    fn every_wrong_value_of_an_object_is_found() {
        let container = json!({"name": "c", "args": ["a", 1, "b", true], "ports": [{"containerPort": "80"}],
            "env": [{"name": "A", "value": 8080}, {"name": "B", "valeu": "x"}], "stdin": "yes"});
        assert_eq!(
            found(deployment(container)),
            [
                "wrong-type spec.template.spec.containers[0].args[1]: expected a string, found the number `1` (write it in quotes)",
                "wrong-type spec.template.spec.containers[0].args[3]: expected a string, found the boolean `true` (write it in quotes)",
                "wrong-type spec.template.spec.containers[0].ports[0].containerPort: expected a whole number, found the string `80` (write it without quotes)",
                "wrong-type spec.template.spec.containers[0].env[0].value: expected a string, found the number `8080` (write it in quotes)",
                "wrong-type spec.template.spec.containers[0].stdin: expected a boolean, found the string `yes`",
                "unknown-field spec.template.spec.containers[0].env[1].valeu: unknown field `valeu` (did you mean `value`?)",
            ]
        );
    }

    #[test]
    fn a_map_where_a_list_stands_is_found() {
        assert_eq!(
            found(deployment(json!({"name": "c", "env": {"A": "b"}}))),
            ["wrong-type spec.template.spec.containers[0].env: expected a list, found a map"]
        );
    }

    #[test]
    fn base64_times_and_quantities_may_be_written_another_way() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "aGk="},
            "metadata": {"name": "s", "creationTimestamp": "2024-01-01T00:00:00+00:00"}});
        assert_eq!(found(secret), Vec::<String>::new());
    }

    #[test]
    fn a_claim_template_needs_no_header() {
        let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}});
        let body = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"}, "spec": {
            "serviceName": "s", "selector": {}, "template": {}, "volumeClaimTemplates": [claim]}});
        assert_eq!(found(body), Vec::<String>::new());
    }

    #[test]
    fn a_number_in_a_config_map_is_found() {
        assert_eq!(
            found(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"PORT": 8080}})),
            ["wrong-type data.PORT: expected a string, found the number `8080` (write it in quotes)"]
        );
    }

    #[test]
    fn broken_base64_is_found() {
        assert_eq!(
            found(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": {"a": "not base64!"}})),
            ["invalid-base64 data.a: expected base64, found an invalid symbol 32, offset 3"]
        );
    }

    #[test]
    fn a_schema_inside_a_custom_resource_definition_is_read_through() {
        let schema = json!({"type": "object", "additionalProperties": {"type": "string", "maxLenght": 3}, "default": {"any": [1]}});
        let body = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "xs.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
            "names": {"kind": "X", "plural": "xs"}, "versions": [{"name": "v1", "served": true, "storage": true,
            "schema": {"openAPIV3Schema": schema}}]}});
        let lines = found(body);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("additionalProperties.maxLenght: unknown field"), "{lines:?}");
    }

    #[test]
    fn a_kind_that_kubernetes_does_not_have_is_not_answered() {
        assert_eq!(check("apps/v1beta1", "Deployment", &Body::null()), None);
        assert_eq!(versions_of("Deployment"), ["apps/v1"]);
    }

    #[test]
    fn every_kind_of_the_table_reads_its_own_header() {
        for entry in KINDS {
            let body = Body::from_json(
                &json!({"apiVersion": entry.api_version, "kind": entry.kind, "metadata": {"name": "n"}}),
            );
            let findings = (entry.check)(&body);
            assert!(findings.iter().all(|f| f.rule.id == "missing-field"), "{} {findings:?}", entry.kind);
        }
    }
}
