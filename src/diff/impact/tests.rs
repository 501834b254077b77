use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::diff::between::{Side, between};
use crate::diff::{Change, Diff};
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

fn pods(what: &str, spec: Value) -> Value {
    object(what, &[("spec.template.spec", spec)])
}

/// A set with data whose container has these fields.
fn set(container: Value) -> Value {
    let mut whole = json!({"name": "c", "image": "a", "volumeMounts": [{"name": "data", "mountPath": "/data"}]});
    whole.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
    let claim = json!([{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "2Gi"}}}}]);
    let spec = json!({ "containers": [whole] });
    object("apps/v1 StatefulSet", &[("spec.template.spec", spec), ("spec.volumeClaimTemplates", claim)])
}

fn claims(list: Value) -> Value {
    object("apps/v1 StatefulSet", &[("spec.volumeClaimTemplates", list)])
}

fn volume(volume: Value) -> Value {
    let mut whole = json!({"name": "v"});
    whole.as_object_mut().unwrap().extend(volume.as_object().unwrap().clone());
    pods("apps/v1 Deployment", json!({"volumes": [whole, {"name": "w", "emptyDir": {}}]}))
}

fn at(what: &str, path: &str, old: Value, new: Value) -> (Value, Value) {
    // A null is no value, in a parent that is there.
    let one = |value: Value| object(what, &[(path, value)]);
    (one(old), one(new))
}

const CRD: &str = "apiextensions.k8s.io/v1 CustomResourceDefinition";
const CNPG: &str = "postgresql.cnpg.io/v1 Cluster";
const REDIS: &str = "redis.redis.opstreelabs.in/v1beta2 RedisReplication";

/// Each rule with a change that it decides.
fn cases() -> Vec<(&'static str, (Value, Value))> {
    let claim =
        |size: &str| json!([{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}]);
    let pvc = |claim: &str| json!({"persistentVolumeClaim": {"claimName": claim}});
    let image = |old: &str, new: &str| (set(json!({ "image": old })), set(json!({ "image": new })));
    let database = |image: &str| set(json!({"image": image, "env": [{"name": "PGDATA", "value": "/a"}]}));
    let cache = |image: &str| set(json!({"image": image, "args": ["--appendonly", "yes"]}));
    let args = |args: &[&str]| set(json!({ "args": args }));
    let env = |value: &str| set(json!({"env": [{"name": "PGDATA", "value": value}]}));
    let scaled = |replicas: i64| {
        object(
            "apps/v1 StatefulSet",
            &[
                ("spec.replicas", json!(replicas)),
                ("spec.persistentVolumeClaimRetentionPolicy.whenScaled", json!("Delete")),
            ],
        )
    };
    let on_delete = |image: &str| {
        object(
            "apps/v1 DaemonSet",
            &[("spec.updateStrategy.type", json!("OnDelete")), ("spec.template.spec.x", json!(image))],
        )
    };
    let frozen = |value: &str| object("v1 ConfigMap", &[("immutable", json!(true)), ("data.a", json!(value))]);
    let balanced = |class: &str| {
        object("v1 Service", &[("spec.type", json!("LoadBalancer")), ("spec.loadBalancerClass", json!(class))])
    };
    let checksum = |value: &str| {
        let mut out = pods("apps/v1 Deployment", json!({}));
        out["spec"]["template"]["metadata"] = json!({"annotations": {"checksum.kgen.dev/secrets": value}});
        out
    };
    let paused = |image: &str| {
        object("apps/v1 Deployment", &[("spec.paused", json!(true)), ("spec.template.spec.x", json!(image))])
    };
    let ordered = |names: Value| {
        let volumes: Vec<Value> =
            names.as_array().unwrap().iter().map(|name| json!({"name": name, "emptyDir": {}})).collect();
        pods("apps/v1 Deployment", json!({ "volumes": volumes }))
    };
    let versions = |list: Value| object(CRD, &[("spec.versions", list)]);
    let shapes = |old: Value, new: Value| {
        let one = |shape: Value| {
            versions(json!([{"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": shape}}}]))
        };
        (one(old), one(new))
    };
    vec![
        ("claim-template-removed", (claims(claim("1Gi")), claims(json!([])))),
        ("claim-template-removed", (claims(claim("1Gi")), claims(json!([{"metadata": {"name": "other"}}])))),
        ("storage-shrinks", (claims(claim("1025Mi")), claims(claim("1Gi")))),
        (
            "storage-shrinks",
            at("v1 PersistentVolumeClaim", "spec.resources.requests.storage", json!("2Gi"), json!("1Gi")),
        ),
        ("storage-shrinks", at(CNPG, "spec.storage.size", json!("10Gi"), json!("9Gi"))),
        (
            "storage-shrinks",
            at(REDIS, "spec.storage.volumeClaimTemplate.spec.resources.requests.storage", json!("2Gi"), json!("1Gi")),
        ),
        ("storage-removed", at(REDIS, "spec.storage", json!({"volumeClaimTemplate": {}}), Value::Null)),
        ("claims-deleted-with-replicas", (scaled(3), scaled(2))),
        ("claim-to-emptydir", (volume(pvc("x")), volume(json!({"emptyDir": {}})))),
        ("claim-swapped", (volume(pvc("x")), volume(pvc("y")))),
        (
            "claim-unused",
            (volume(pvc("x")), pods("apps/v1 Deployment", json!({"volumes": [{"name": "w", "emptyDir": {}}]}))),
        ),
        ("claim-unused", (volume(pvc("x")), pods("apps/v1 Deployment", json!({})))),
        ("engine-change", image("redis:7.4-alpine", "valkey/valkey:9.1-alpine")),
        ("engine-change", image("postgres:17", "redis:8.2")),
        ("engine-change", image("valkey/valkey:9.1-alpine", "docker.io/library/redis:8.0")),
        ("files-refused", image("redis:8.2.1", "redis:7.0")),
        ("files-refused", image("valkey/valkey:9.1", "valkey/valkey:8.1-alpine")),
        ("files-unknown", image("redis:7.4", "redis:7")),
        ("files-unknown", image("redis:7.2", "valkey/valkey:9.1")),
        ("files-unknown", image("redis:7.4", "redis:8.6")),
        ("server-unknown", image("redis:7.4", "acme/cache:3")),
        ("postgres-unknown", image("postgres:17", "postgres:latest")),
        ("postgres-collation", image("postgres:17-bookworm", "postgres:17-trixie")),
        ("postgres-collation", image("postgres:17-bookworm", "postgres:17")),
        (
            "postgres-collation",
            at(
                CNPG,
                "spec.imageName",
                json!("ghcr.io/p/postgresql:17-standard-bookworm"),
                json!("ghcr.io/p/postgresql:17-standard-trixie"),
            ),
        ),
        ("pod-template", image("redis:7.0", "valkey/valkey:9.1")),
        ("pod-template", image("postgres:17.2", "postgres:17.5")),
        ("postgres-major", image("postgres:17-trixie", "postgres:18-trixie")),
        ("postgres-major", image("pgvector/pgvector:pg16", "pgvector/pgvector:0.8.0-pg17")),
        // With names of their own: how they are run says what they are.
        ("postgres-major", (database("acme/shop-db:16"), database("acme/shop-db:17"))),
        ("postgres-family", (database("acme/shop-db:16-bookworm"), database("acme/shop-db:16-alpine"))),
        ("files-unknown", (cache("acme/redis-tuned:1"), cache("acme/valkey-tuned:1"))),
        ("pod-template", image("acme/postgres-report:1", "acme/postgres-report:2")),
        ("postgres-family", image("postgres:18-trixie", "postgres:18-alpine")),
        ("pgdata-moved", (env("/a"), env("/b"))),
        ("mount-moved", (set(json!({})), set(json!({"volumeMounts": [{"name": "data", "mountPath": "/other"}]})))),
        ("persistence-off", (args(&["--appendonly", "yes"]), args(&["--appendonly", "no"]))),
        ("persistence-off", (args(&["--appendonly", "yes"]), args(&["--save", "", "--x"]))),
        (
            "uid-change",
            (set(json!({"securityContext": {"runAsUser": 999}})), set(json!({"securityContext": {"runAsUser": 70}}))),
        ),
        (
            "cnpg-major",
            at(CNPG, "spec.imageName", json!("ghcr.io/p/postgresql:17.1"), json!("ghcr.io/p/postgresql:18.0")),
        ),
        (
            "cnpg-downgrade",
            at(CNPG, "spec.imageName", json!("ghcr.io/p/postgresql:18.1"), json!("ghcr.io/p/postgresql:17.9")),
        ),
        ("selector", at("apps/v1 Deployment", "spec.selector.matchLabels.a", json!("b"), json!("c"))),
        ("selector", at("apps/v1 DaemonSet", "spec.selector.matchLabels.a", json!("b"), json!("c"))),
        ("claim-template-grows", (claims(claim("1Gi")), claims(claim("2Gi")))),
        (
            "claim-template",
            at(
                "apps/v1 StatefulSet",
                "spec.volumeClaimTemplates",
                json!([{"metadata": {"name": "data"}, "spec": {"storageClassName": "a"}}]),
                json!([{"metadata": {"name": "data"}, "spec": {"storageClassName": "b"}}]),
            ),
        ),
        ("claim-template", (claims(json!([])), claims(claim("1Gi")))),
        ("statefulset-spec", at("apps/v1 StatefulSet", "spec.serviceName", json!("a"), json!("b"))),
        ("statefulset-spec", at("apps/v1 StatefulSet", "spec.podManagementPolicy", json!("Parallel"), json!("x"))),
        ("statefulset-spec", at("apps/v1 StatefulSet", "spec.selector.matchLabels.a", json!("b"), json!("c"))),
        ("cluster-ip", at("v1 Service", "spec.clusterIP", json!("None"), Value::Null)),
        ("ip-family", at("v1 Service", "spec.ipFamilies", json!(["IPv4"]), json!(["IPv6"]))),
        ("load-balancer-class", (balanced("a"), balanced("b"))),
        ("claim-spec", at("v1 PersistentVolumeClaim", "spec.storageClassName", json!("a"), json!("b"))),
        (
            "claim-spec",
            at("v1 PersistentVolumeClaim", "spec.accessModes", json!(["ReadWriteOnce"]), json!(["ReadWriteOncePod"])),
        ),
        ("volume-source", at("v1 PersistentVolume", "spec.nfs.path", json!("/a"), json!("/b"))),
        ("job-spec", at("batch/v1 Job", "spec.template.spec.x", json!("a"), json!("b"))),
        ("job-spec", at("batch/v1 Job", "spec.completions", json!(2), json!(3))),
        ("immutable-data", (frozen("1"), frozen("2"))),
        ("immutable-data", at("v1 Secret", "immutable", json!(true), Value::Null)),
        ("secret-type", at("v1 Secret", "type", json!("Opaque"), json!("kubernetes.io/tls"))),
        ("role-ref", at("rbac.authorization.k8s.io/v1 RoleBinding", "roleRef.name", json!("a"), json!("b"))),
        ("storage-class", at("storage.k8s.io/v1 StorageClass", "parameters.type", json!("a"), json!("b"))),
        ("priority-class", at("scheduling.k8s.io/v1 PriorityClass", "value", json!(1), json!(2))),
        ("class-driver", at("networking.k8s.io/v1 IngressClass", "spec.controller", json!("a/b"), json!("a/c"))),
        ("quota-scopes", at("v1 ResourceQuota", "spec.scopes", json!(["Terminating"]), json!(["NotTerminating"]))),
        ("definition-anew", at(CRD, "spec.scope", json!("Cluster"), json!("Namespaced"))),
        ("definition-version", (versions(json!([{"name": "v1"}, {"name": "v2"}])), versions(json!([{"name": "v2"}])))),
        (
            "definition-version",
            (versions(json!([{"name": "v1", "served": true}])), versions(json!([{"name": "v1", "served": false}]))),
        ),
        ("definition-text", shapes(json!({"a": {"description": "x"}}), json!({"a": {"description": "y"}}))),
        (
            "definition-field-removed",
            shapes(json!({"a": {"type": "string"}, "labels": {"type": "object"}}), json!({"a": {"type": "string"}})),
        ),
        ("definition-field-removed", shapes(json!({"description": {"type": "string"}}), json!({}))),
        (
            "definition-field-removed",
            shapes(json!({"a": {"x-kubernetes-preserve-unknown-fields": true}}), json!({"a": {}})),
        ),
        ("definition-type", shapes(json!({"a": {"type": "string"}}), json!({"a": {"type": "integer"}}))),
        (
            "definition-required",
            shapes(json!({"a": {"properties": {"b": {}}}}), json!({"a": {"required": ["b"], "properties": {"b": {}}}})),
        ),
        ("definition-stricter", shapes(json!({"a": {"enum": ["x", "y"]}}), json!({"a": {"enum": ["x"]}}))),
        ("csi-driver", at("storage.k8s.io/v1 CSIDriver", "spec.attachRequired", json!(true), json!(false))),
        ("never-changes", at("discovery.k8s.io/v1 EndpointSlice", "addressType", json!("IPv4"), json!("IPv6"))),
        ("pod-spec", at("v1 Pod", "spec.hostNetwork", json!(true), Value::Null)),
        ("cnpg-storage", at(CNPG, "spec.walStorage", json!({"size": "1Gi"}), Value::Null)),
        ("default-written", at("apps/v1 Deployment", "spec.revisionHistoryLimit", json!(10), Value::Null)),
        (
            "api-version",
            (
                object("autoscaling/v1 HorizontalPodAutoscaler", &[]),
                object("autoscaling/v2 HorizontalPodAutoscaler", &[]),
            ),
        ),
        ("on-delete", (on_delete("a"), on_delete("b"))),
        ("checksum-unseen", (checksum("a"), checksum("b"))),
        ("pod-template", at("apps/v1 Deployment", "spec.template.spec.x", json!("a"), json!("b"))),
        ("held-back", (paused("a"), paused("b"))),
        ("order", (ordered(json!(["a", "b"])), ordered(json!(["b", "a"])))),
        ("replicas-default", at("apps/v1 Deployment", "spec.replicas", json!(6), Value::Null)),
        ("rollout-released", at("apps/v1 Deployment", "spec.paused", json!(true), Value::Null)),
        (
            "rollout-released",
            at("apps/v1 StatefulSet", "spec.updateStrategy", json!({"type": "OnDelete"}), Value::Null),
        ),
        (
            "rollout-released",
            at("apps/v1 StatefulSet", "spec.updateStrategy.rollingUpdate.partition", json!(2), json!(0)),
        ),
        ("claim-class", at("v1 PersistentVolumeClaim", "spec.storageClassName", Value::Null, json!("standard"))),
        ("pod-template", at("apps/v1 StatefulSet", "spec.template.metadata.labels.x", json!("a"), json!("b"))),
        (
            "pod-image",
            at(
                "v1 Pod",
                "spec.containers",
                json!([{"name": "a", "image": "x:1"}]),
                json!([{"name": "a", "image": "x:2"}]),
            ),
        ),
        ("scaled-to-zero", at("apps/v1 Deployment", "spec.replicas", json!(2), json!(0))),
        ("scaled", at("apps/v1 StatefulSet", "spec.replicas", json!(2), json!(3))),
        ("history", at("apps/v1 Deployment", "spec.revisionHistoryLimit", json!(3), json!(4))),
        ("next-rollout", at("apps/v1 Deployment", "spec.strategy.type", json!("Recreate"), json!("x"))),
        ("next-run", at("batch/v1 CronJob", "spec.jobTemplate.spec.template.spec.x", json!("a"), json!("b"))),
        ("claim-grows", at("v1 PersistentVolumeClaim", "spec.resources.requests.storage", json!("1Gi"), json!("2Gi"))),
        ("config-data", at("v1 ConfigMap", "data.a", json!("1"), json!("2"))),
        ("config-data", at("v1 Secret", "data.a", json!("MQ=="), json!("Mg=="))),
        ("namespace-labels", at("v1 Namespace", "metadata.labels.a", json!("b"), json!("c"))),
        ("labels", at("apps/v1 Deployment", "metadata.labels.a", json!("b"), json!("c"))),
        ("annotations", at("apps/v1 Deployment", "metadata.annotations.a", json!("b"), json!("c"))),
        ("account", at("v1 ServiceAccount", "metadata.annotations.role", json!("b"), json!("c"))),
        ("selector-of-service", at("v1 Service", "spec.selector.a", json!("b"), json!("c"))),
        ("policy", at("networking.k8s.io/v1 NetworkPolicy", "spec.policyTypes", json!(["Ingress"]), json!(["Egress"]))),
        ("cnpg-bootstrap", at(CNPG, "spec.bootstrap.initdb.database", json!("b"), json!("c"))),
        ("cnpg-scaled", at(CNPG, "spec.instances", json!(3), json!(2))),
        ("operator-restarts", at(REDIS, "spec.kubernetesConfig.image", json!("a"), json!("b"))),
        ("custom", at("example.com/v1 Thing", "spec.a", json!(1), json!(2))),
        ("live", at("networking.k8s.io/v1 Ingress", "spec.ingressClassName", json!("a"), json!("b"))),
        ("live", at("v1 Service", "metadata.annotations.a", json!("b"), json!("c"))),
    ]
}

#[test]
fn every_rule_decides_its_case() {
    for (id, (old, new)) in cases() {
        let diff = diff(std::slice::from_ref(&old), std::slice::from_ref(&new), &Mode::default());
        let rule = all().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule `{id}`"));
        let decided: Vec<_> = diff.objects.iter().flat_map(|object| &object.changes).collect();
        let is_it = |change: &&&Change| {
            change.reason.as_ref().is_some_and(|reason| reason.id == rule.id && reason.text.starts_with(rule.text))
        };
        let found = decided.iter().any(|change| is_it(&change) && change.impact == rule.impact);
        assert!(found, "{id}: {decided:#?}");
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tried: BTreeSet<&str> = cases().into_iter().map(|(id, _)| id).collect();
    // Tried below, and in `between`.
    tried.extend(whole::RULES.iter().map(|rule| rule.id));
    tried.extend(["namespace-of-profile", "job-anew", "name-by-content"]);
    let missing: Vec<&str> = all().map(|rule| rule.id).filter(|id| !tried.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
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

#[track_caller]
fn whole_case(old: &[Value], new: &[Value], id: &str, impact: Impact) {
    let diff = diff(old, new, &Mode::default());
    let found =
        diff.objects.iter().any(|object| object.reason.as_ref().is_some_and(|r| r.id == id) && object.impact == impact);
    assert!(found, "{id}: {diff:#?}");
}

#[test]
fn what_goes_away_with_an_object_is_told() {
    use Impact::{DataLoss, Live, Recreate, Restart};
    let one = |what: &str| object(what, &[]);
    let gone = |what: &str, id: &str, impact| whole_case(&[one(what)], &[], id, impact);
    gone("v1 PersistentVolumeClaim", "claim-removed", DataLoss);
    gone("v1 Namespace", "namespace-removed", DataLoss);
    gone(CNPG, "database-removed", DataLoss);
    gone(REDIS, "database-removed", DataLoss);
    gone("apiextensions.k8s.io/v1 CustomResourceDefinition", "definition-removed", DataLoss);
    gone("apps/v1 Deployment", "workload-removed", Restart);
    gone("apps/v1 StatefulSet", "workload-removed", Restart);
    gone("v1 Service", "service-removed", Live);
    gone("v1 ConfigMap", "removed", Live);
    gone("example.com/v1 Cluster", "removed", Live);
    whole_case(&[set(json!({}))], &[], "set-removed", DataLoss);
    whole_case(&[], &[one("v1 Secret")], "added", Live);
    whole_case(&[one("v1 Secret")], &[one("external-secrets.io/v1 ExternalSecret")], "secret-handed-over", Live);
    let mut renamed = one("v1 Service");
    renamed["metadata"]["name"] = json!("b");
    whole_case(&[one("v1 Service")], &[renamed], "renamed", Recreate);
    let mut renamed = one("v1 PersistentVolumeClaim");
    renamed["metadata"]["name"] = json!("b");
    whole_case(&[one("v1 PersistentVolumeClaim")], &[renamed], "claim-removed", DataLoss);
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
fn two_workloads_behind_one_service_are_told() {
    let labelled = |what: &str, name: &str, image: &str| {
        let mut out = object(
            what,
            &[
                ("spec.template.metadata.labels", json!({"app": "cache", "more": "x"})),
                ("spec.template.spec.containers", json!([{"name": "c", "image": image}])),
            ],
        );
        out["metadata"]["name"] = json!(name);
        out
    };
    let service = |app: &str| object("v1 Service", &[("spec.selector", json!({ "app": app }))]);
    let told = |old: Value, new: Value, app: &str| -> Vec<(Impact, String)> {
        let diff = diff(&[old, service(app)], &[new, service(app)], &Mode::default());
        let effects = diff.objects.iter().flat_map(|object| &object.effects);
        effects.map(|effect| (effect.impact, effect.reason.text.to_string())).collect()
    };
    let (deployment, set) = ("apps/v1 Deployment", "apps/v1 StatefulSet");
    let store = told(labelled(deployment, "a", "valkey/valkey:9.1"), labelled(set, "a", "valkey/valkey:9.1"), "cache");
    assert_eq!(store[0].0, Impact::DataLoss);
    assert!(store[0].1.contains("until `kubectl delete deployment/a`"), "{}", store[0].1);
    let app = told(labelled(deployment, "a", "acme/a:1"), labelled(deployment, "b", "acme/a:1"), "cache");
    assert_eq!(app.iter().map(|told| told.0).collect::<Vec<_>>(), [Impact::Restart], "a rename is one too");
    let apart = told(labelled(deployment, "a", "acme/a:1"), labelled(set, "a", "acme/a:1"), "other");
    assert!(apart.is_empty(), "{apart:?}");
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

#[test]
fn a_secret_without_values_is_no_loss() {
    let secret = |data: Value| object("v1 Secret", &[("data", data)]);
    whole_case(&[secret(json!({"a": "MQ=="}))], &[], "secret-removed", Impact::DataLoss);
    whole_case(&[secret(json!({}))], &[], "removed", Impact::Live);
    whole_case(&[object("v1 Secret", &[])], &[], "removed", Impact::Live);
}
