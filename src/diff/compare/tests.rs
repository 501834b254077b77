use serde_json::{Value as Json, json};

use super::*;

fn body(value: &Json) -> Body {
    Body::from_json(value)
}

/// The places that differ.
#[track_caller]
fn places(old: Json, new: Json, mode: &Mode) -> Vec<String> {
    let (old, new) = (body(&old), body(&new));
    let id = Id::of(&new).unwrap();
    objects(&old, &new, &id, mode).iter().map(|found| place::text(&found.at)).collect()
}

fn object(api_version: &str, kind: &str, more: Json) -> Json {
    let mut out = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "api"}});
    out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    out
}

fn deployment(container: Json) -> Json {
    let mut whole = json!({"name": "c", "image": "a/b:1"});
    whole.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
    object("apps/v1", "Deployment", json!({"spec": {"template": {"spec": {"containers": [whole]}}}}))
}

#[track_caller]
fn strict(old: Json, new: Json) -> Vec<String> {
    places(old, new, &Mode::default())
}

#[track_caller]
fn against(old: Json, new: Json) -> Vec<String> {
    places(old, new, &Mode { foreign: true, ..Mode::default() })
}

const NONE: [String; 0] = [];

#[test]
fn quantities_are_values() {
    let with = |cpu: Json, memory: &str| {
        deployment(json!({"resources": {"limits": {"cpu": cpu}, "requests": {"memory": memory}}}))
    };
    assert_eq!(strict(with(json!("500m"), "1Gi"), with(json!(0.5), "1024Mi")), NONE);
    let places = strict(with(json!("500m"), "1Gi"), with(json!("501m"), "1G"));
    let start = "spec.template.spec.containers[c].resources";
    assert_eq!(places, [format!("{start}.limits.cpu"), format!("{start}.requests.memory")]);
    let claim = |size: &str| {
        object("v1", "PersistentVolumeClaim", json!({"spec": {"resources": {"requests": {"storage": size}}}}))
    };
    assert_eq!(strict(claim("1Ti"), claim("1024Gi")), NONE);
    let config = |text: &str| object("v1", "ConfigMap", json!({"data": {"cpu": text}}));
    assert_eq!(strict(config("500m"), config("0.5")), ["data.cpu"], "a text is no quantity");
}

#[test]
fn a_port_is_a_number_or_its_text_where_it_may_be_a_name() {
    let probe = |port: Json| deployment(json!({"livenessProbe": {"tcpSocket": {"port": port}}}));
    assert_eq!(strict(probe(json!(80)), probe(json!("80"))), NONE);
    let config = |port: Json| object("v1", "ConfigMap", json!({"data": {"p": port}}));
    assert_eq!(strict(config(json!(80)), config(json!("80"))), ["data.p"]);
}

#[test]
fn elements_with_keys_are_found_in_any_order() {
    let with = |ports: Json, mounts: Json| deployment(json!({"ports": ports, "volumeMounts": mounts}));
    let a = with(
        json!([{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}]),
        json!([{"mountPath": "/a", "name": "x"}, {"mountPath": "/b", "name": "x"}]),
    );
    let b = with(
        json!([{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}, {"name": "http", "containerPort": 80, "protocol": "TCP"}]),
        json!([{"name": "x", "mountPath": "/b"}, {"mountPath": "/a", "name": "x"}]),
    );
    let container = "spec.template.spec.containers[c]";
    let order = [format!("{container}.ports"), format!("{container}.volumeMounts")];
    assert_eq!(strict(a.clone(), b.clone()), order, "a controller compares templates as they are written");
    assert_eq!(strict(b, a), order);
    let service = |ports: Json| object("v1", "Service", json!({"spec": {"ports": ports}}));
    let (http, dns) = (json!({"port": 80, "name": "http"}), json!({"port": 53, "protocol": "UDP", "name": "dns"}));
    assert_eq!(strict(service(json!([http, dns])), service(json!([dns, http]))), NONE);
    assert_eq!(strict(service(json!([http])), service(json!([http, dns]))), ["spec.ports[53/UDP]"]);
}

#[test]
fn lists_that_kustomize_does_not_know_have_keys_too() {
    let pod = |claims: Json, gates: Json| {
        object("v1", "Pod", json!({"spec": {"resourceClaims": claims, "schedulingGates": gates, "containers": []}}))
    };
    let (a, b) = (json!({"name": "a"}), json!({"name": "b"}));
    let pods = |list: &str| format!("spec.{list}");
    let order = [pods("resourceClaims"), pods("schedulingGates")];
    assert_eq!(strict(pod(json!([a, b]), json!([a, b])), pod(json!([b, a]), json!([b, a]))), order);
    let finalizers = |list: Json| object("v1", "ConfigMap", json!({"metadata": {"name": "api", "finalizers": list}}));
    assert_eq!(strict(finalizers(json!(["a/b", "c/d"])), finalizers(json!(["c/d", "a/b"]))), NONE);
}

#[test]
fn the_order_of_other_lists_counts() {
    let args = |args: Json| deployment(json!({ "args": args }));
    let start = "spec.template.spec.containers[c].args";
    assert_eq!(
        strict(args(json!(["a", "b"])), args(json!(["b", "a"]))),
        [format!("{start}[0]"), format!("{start}[1]")]
    );
    assert_eq!(strict(args(json!(["a", "b"])), args(json!(["a"]))), [start]);
    let init = |names: [&str; 2]| {
        let list = names.map(|name| json!({"name": name, "image": "i"}));
        object("v1", "Pod", json!({"spec": {"initContainers": list}}))
    };
    assert_eq!(strict(init(["a", "b"]), init(["b", "a"])), ["spec.initContainers"], "they run one after the other");
    let claims = |names: [&str; 2]| {
        let list = names.map(|name| json!({"metadata": {"name": name}, "spec": {}}));
        object("apps/v1", "StatefulSet", json!({"spec": {"volumeClaimTemplates": list}}))
    };
    assert_eq!(strict(claims(["a", "b"]), claims(["b", "a"])), ["spec.volumeClaimTemplates"]);
}

#[test]
fn a_key_that_is_there_twice_loses_nothing() {
    let env = |values: [&str; 3]| deployment(json!({"env": values.map(|value| json!({"name": "A", "value": value}))}));
    let start = "spec.template.spec.containers[c].env";
    assert_eq!(strict(env(["1", "2", "3"]), env(["1", "2", "3"])), NONE);
    assert_eq!(strict(env(["1", "2", "3"]), env(["1", "x", "3"])), [format!("{start}[A#2].value")]);
}

#[test]
fn the_order_in_a_pod_template_counts() {
    let variable = |name: &str, value: &str| json!({"name": name, "value": value});
    let (a, b, url) = (variable("A", "1"), variable("B", "2"), variable("URL", "x://$(A)@h"));
    let env = |list: &[&Json]| deployment(json!({ "env": list }));
    let at = "spec.template.spec.containers[c].env";
    assert_eq!(strict(env(&[&a, &b]), env(&[&b, &a])), [at]);
    assert_eq!(strict(env(&[&a, &url, &b]), env(&[&url, &a, &b])), [at], "exactly one difference");
    assert_eq!(strict(env(&[&url]), env(&[&url, &a])), [format!("{at}[A]")], "what comes is no order");
    let (old, new) = (body(&env(&[&a, &b, &url])), body(&env(&[&url, &b, &a])));
    let id = Id::of(&new).unwrap();
    let found = objects(&old, &new, &id, &Mode::default());
    assert_eq!(found[0].order, Some(("A, B, URL".into(), "URL, B, A".into())));
    let pod = |spec: Json| object("apps/v1", "DaemonSet", json!({"spec": {"template": {"spec": spec}}}));
    for list in ["imagePullSecrets", "volumes", "containers", "initContainers"] {
        let (one, other) = (json!({"name": "a"}), json!({"name": "b"}));
        let places = strict(pod(json!({list: [one, other]})), pod(json!({list: [other, one]})));
        assert_eq!(places, [format!("spec.template.spec.{list}")]);
    }
    let alias = |ip: &str| json!({"ip": ip, "hostnames": ["a"]});
    let aliases = |list: Json| pod(json!({ "hostAliases": list }));
    let places = strict(
        aliases(json!([alias("1.1.1.1"), alias("2.2.2.2")])),
        aliases(json!([alias("2.2.2.2"), alias("1.1.1.1")])),
    );
    assert_eq!(places, ["spec.template.spec.hostAliases"]);
}

#[test]
fn one_container_or_volume_under_another_name_is_one() {
    let pod = |container: &str, volume: &str| {
        let mounts = json!([{"name": volume, "mountPath": "/data"}]);
        let containers = json!([{"name": container, "image": "a/b:1", "volumeMounts": mounts}]);
        let volumes = json!([{"name": volume, "persistentVolumeClaim": {"claimName": "files"}}]);
        object(
            "apps/v1",
            "Deployment",
            json!({"spec": {"template": {"spec": {"containers": containers, "volumes": volumes}}}}),
        )
    };
    let start = "spec.template.spec";
    assert_eq!(
        strict(pod("server", "data"), pod("api", "storage")),
        [
            format!("{start}.containers[api].name"),
            format!("{start}.containers[api].volumeMounts[/data].name"),
            format!("{start}.volumes[storage].name")
        ]
    );
}

#[test]
fn what_is_not_there_is_what_says_nothing() {
    let with = |more: Json| deployment(more);
    assert_eq!(strict(with(json!({"args": null})), with(json!({}))), NONE);
    assert_eq!(strict(with(json!({"args": []})), with(json!({}))), NONE);
    let volumes = |volume: Json| object("v1", "Pod", json!({"spec": {"volumes": [volume]}}));
    assert_eq!(
        strict(volumes(json!({"name": "a", "emptyDir": {}})), volumes(json!({"name": "a"}))),
        ["spec.volumes[a].emptyDir"],
        "an empty map may be all there is to say"
    );
}

#[test]
fn what_a_server_fills_in_counts_between_profiles_only() {
    let said = json!({"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log",
        "resources": {}, "livenessProbe": {"httpGet": {"port": 80, "path": "/", "scheme": "HTTP"}, "periodSeconds": 10,
        "failureThreshold": 3, "successThreshold": 1, "timeoutSeconds": 1}});
    let short = json!({"livenessProbe": {"httpGet": {"port": 80}}});
    assert_eq!(against(deployment(said.clone()), deployment(short.clone())), NONE);
    assert!(!strict(deployment(said.clone()), deployment(short)).is_empty());
    let (old, new) = (body(&deployment(said)), body(&deployment(json!({}))));
    let mode = Mode::default();
    let id = Id::of(&new).unwrap();
    let found = objects(&old, &new, &id, &mode);
    let policy = found.iter().find(|found| place::text(&found.at).ends_with("imagePullPolicy")).unwrap();
    assert!(policy.filled);
    let latest = |policy: Json| deployment(json!({"image": "a/b:latest", "imagePullPolicy": policy}));
    assert_eq!(against(latest(json!("Always")), latest(Json::Null)), NONE);
    assert_eq!(against(latest(json!("IfNotPresent")), latest(Json::Null)).len(), 1);
}

#[test]
fn a_live_object_is_its_manifest() {
    let live = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api", "namespace": "shop", "uid": "u",
        "resourceVersion": "7", "creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
        "spec": {"clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7"], "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None", "type": "NodePort",
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 30007}], "selector": {"a": "b"}},
        "status": {"loadBalancer": {}}});
    let said = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api", "namespace": "shop"},
        "spec": {"type": "NodePort", "ports": [{"port": 80}], "selector": {"a": "b"}}});
    assert_eq!(against(live.clone(), said.clone()), NONE);
    let mut headless = said;
    headless["spec"]["clusterIP"] = json!("None");
    assert_eq!(against(live, headless), ["spec.clusterIP"]);
}

#[test]
fn the_namespace_and_label_of_a_profile_do_not_count() {
    let of = |profile: &str| {
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "api", "namespace": format!("shop-{profile}"), "labels": {"kgen.dev/profile": profile}},
        "subjects": [{"kind": "ServiceAccount", "name": "api", "namespace": format!("shop-{profile}")}]})
    };
    let mode =
        Mode { across: true, namespaces: (Some("shop-dev".into()), Some("shop-prod".into())), ..Mode::default() };
    assert_eq!(places(of("dev"), of("prod"), &mode), NONE);
    assert_eq!(strict(of("dev"), of("prod")).len(), 3);
}

#[test]
fn values_of_secrets_are_compared_and_never_kept() {
    let secret = |data: Json| object("v1", "Secret", data);
    let old = secret(json!({"stringData": {"password": "hunter2", "user": "app"}}));
    let new = secret(json!({"data": {"password": "aHVudGVyMw==", "user": "YXBw"}}));
    assert_eq!(strict(old, new), ["data.password"]);
}

#[test]
fn elements_without_their_key_differ_only_where_they_do() {
    let service = |port: i64| object("v1", "Service", json!({"spec": {"ports": [{"name": "a", "targetPort": port}]}}));
    assert_eq!(strict(service(1), service(1)), NONE);
    assert_eq!(strict(service(1), service(2)).len(), 1);
}
