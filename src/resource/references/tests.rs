//! Each reference once found and once not.

use serde_json::{Value, json};

use super::check;
use crate::resource::{Body, Resource};

fn resource(component: &str, mut body: Value) -> Resource {
    let kind = body["kind"].as_str().unwrap();
    let version = match kind {
        "Deployment" | "StatefulSet" => "apps/v1",
        "Cluster" | "ScheduledBackup" => "postgresql.cnpg.io/v1",
        "ObjectStore" => "barmancloud.cnpg.io/v1",
        "Ingress" => "networking.k8s.io/v1",
        "HTTPRoute" => "gateway.networking.k8s.io/v1",
        "HorizontalPodAutoscaler" => "autoscaling/v2",
        "RoleBinding" => "rbac.authorization.k8s.io/v1",
        _ => "v1",
    };
    body["apiVersion"] = json!(version);
    body["metadata"]["namespace"] = json!("ns");
    let body = Body::from_json(&body);
    Resource::new(component, body).unwrap()
}

fn object(kind: &str, name: &str, rest: Value) -> Resource {
    let mut body = json!({"kind": kind, "metadata": {"name": name}});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    resource("apps.api", body)
}

fn app(container: Value, pod: Value) -> Resource {
    labelled("apps.api", "api", container, pod)
}

fn labelled(component: &str, name: &str, container: Value, pod: Value) -> Resource {
    let mut spec = json!({"containers": [container]});
    spec.as_object_mut().unwrap().extend(pod.as_object().unwrap().clone());
    let template = json!({"metadata": {"labels": {"app": name, "all": "yes"}}, "spec": spec});
    resource(component, json!({"kind": "Deployment", "metadata": {"name": name}, "spec": {"template": template}}))
}

fn service(selector: Value, port: Value) -> Resource {
    object("Service", "api", json!({"spec": {"selector": selector, "ports": [port]}}))
}

#[track_caller]
fn finds(set: &[Resource], expected: &[&str]) {
    finds_with(set, &|_, _| false, expected);
}

#[track_caller]
fn finds_with(set: &[Resource], existing: super::Existing, expected: &[&str]) {
    let line = |(at, f): &(usize, crate::resource::Finding)| {
        let hint = f.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{at} {} {}: {}{hint}", f.rule.id, f.place().replace("spec.template.spec.", ""), f.message)
    };
    let lines: Vec<_> = check(set, existing).iter().map(line).collect();
    assert_eq!(lines, expected);
}

fn env(kind: &str, name: &str, key: &str) -> Value {
    json!({"env": [{"name": "A", "valueFrom": {kind: {"name": name, "key": key}}}]})
}

#[test]
fn a_variable_leads_to_a_key() {
    let set = |key: &str| {
        [app(env("secretKeyRef", "db", key), json!({})), object("Secret", "db", json!({"data": {"password": ""}}))]
    };
    finds(&set("password"), &[]);
    finds(
        &set("pasword"),
        &[
            "0 unknown-data-key containers[0].env[0].valueFrom.secretKeyRef.key: the Secret `db` has no key `pasword` (did you mean `password`?)",
        ],
    );
    finds(
        &[app(env("configMapKeyRef", "conf", "k"), json!({}))],
        &[
            "0 unknown-reference containers[0].env[0].valueFrom.configMapKeyRef.name: there is no ConfigMap `conf` among the rendered objects (a ConfigMap that is made elsewhere can be named in the project file, not in a template or patch)",
        ],
    );
}

#[test]
fn an_optional_reference_may_lead_nowhere() {
    let optional = json!({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "x", "key": "k", "optional": true}}}],
        "envFrom": [{"configMapRef": {"name": "x", "optional": true}}]});
    finds(&[app(optional, json!({"volumes": [{"name": "v", "secret": {"secretName": "x", "optional": true}}]}))], &[]);
}

#[test]
fn what_is_declared_to_exist_is_found() {
    let set = [app(env("secretKeyRef", "db", "any"), json!({"serviceAccountName": "ci"}))];
    let existing = |kind: &str, name: &str| matches!((kind, name), ("Secret", "db") | ("ServiceAccount", "ci"));
    finds_with(&set, &existing, &[]);
}

#[test]
fn another_namespace_is_not_searched() {
    let mut secret = object("Secret", "db", json!({"data": {"k": ""}}));
    secret.id.namespace = Some("other".into());
    let found = check(&[app(env("secretKeyRef", "db", "k"), json!({})), secret], &|_, _| false);
    assert_eq!(found.len(), 1);
}

#[test]
fn volumes_accounts_and_pull_secrets_lead_somewhere() {
    let pod = json!({"serviceAccountName": "api", "imagePullSecrets": [{"name": "pull"}], "volumes": [
        {"name": "a", "configMap": {"name": "conf", "items": [{"key": "app.toml", "path": "p"}]}},
        {"name": "b", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "c", "projected": {"sources": [{"secret": {"name": "sec", "items": [{"key": "k", "path": "k"}]}}]}}]});
    let set = vec![
        app(json!({"envFrom": [{"secretRef": {"name": "sec"}}]}), pod),
        object("ServiceAccount", "api", json!({"imagePullSecrets": [{"name": "pull"}]})),
        object("Secret", "pull", json!({})),
        object("ConfigMap", "conf", json!({"data": {"app.toml": ""}})),
        object("PersistentVolumeClaim", "data", json!({})),
        object("Secret", "sec", json!({"stringData": {"k": ""}})),
    ];
    finds(&set, &[]);
    let found = check(&set[..1], &|_, _| false);
    let places: Vec<_> = found.iter().map(|(_, f)| f.place().replace("spec.template.spec.", "")).collect();
    assert_eq!(
        places,
        [
            "containers[0].envFrom[0].secretRef.name",
            "volumes[0].configMap.name",
            "volumes[1].persistentVolumeClaim.claimName",
            "volumes[2].projected.sources[0].secret.name",
            "imagePullSecrets[0].name",
            "serviceAccountName",
        ]
    );
}

#[test]
fn an_external_secret_provides_its_target() {
    let external = |template: Value| {
        object(
            "ExternalSecret",
            "es",
            json!({"spec": {"target": {"name": "db", "template": template}, "data": [{"secretKey": "password"}]}}),
        )
    };
    let set = |key: &str, template: Value| [app(env("secretKeyRef", "db", key), json!({})), external(template)];
    finds(&set("password", Value::Null), &[]);
    finds(&set("url", json!({"data": {"url": ""}})), &[]);
    finds(&set("password", json!({"data": {"url": ""}, "mergePolicy": "Merge"})), &[]);
    finds(
        &set("password", json!({"data": {"url": ""}})),
        &[
            "0 unknown-data-key containers[0].env[0].valueFrom.secretKeyRef.key: the Secret `db` has no key `password` (it has `url`)",
        ],
    );
    let open = object("ExternalSecret", "db", json!({"spec": {"dataFrom": [{"extract": {"key": "x"}}]}}));
    finds(&[app(env("secretKeyRef", "db", "whatever"), json!({})), open], &[]);
}

#[test]
fn a_sealed_secret_and_a_database_provide_theirs() {
    let sealed =
        object("SealedSecret", "db", json!({"spec": {"encryptedData": {"a": "x"}, "template": {"data": {"b": ""}}}}));
    let container = json!({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "a"}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "b"}}},
        {"name": "C", "valueFrom": {"secretKeyRef": {"name": "pg-app", "key": "uri"}}}]});
    finds(&[app(container, json!({})), sealed, object("Cluster", "pg", json!({}))], &[]);
}

#[test]
fn a_cluster_and_its_backups_lead_somewhere() {
    let of = |kind: &str, name: &str, spec: Value| object(kind, name, json!({"spec": spec}));
    let cluster = of(
        "Cluster",
        "db",
        json!({"imagePullSecrets": [{"name": "pull"}], "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "owner", "key": "b"}}}],
            "plugins": [{"name": "p", "parameters": {"barmanObjectName": "store"}}], "bootstrap": {"initdb": {"secret": {"name": "owner"},
            "postInitApplicationSQLRefs": {"configMapRefs": [{"name": "init", "key": "app.sql"}]}}}}),
    );
    let key = |key: &str| json!({"name": "s3", "key": key});
    let store = of(
        "ObjectStore",
        "store",
        json!({"configuration": {"destinationPath": "s3://b", "s3Credentials": {"accessKeyId": key("id"), "secretAccessKey": key("key")}}}),
    );
    let backup = of("ScheduledBackup", "b", json!({"cluster": {"name": "db"}}));
    let pods = json!({"matchLabels": {"cnpg.io/cluster": "db"}});
    let policy = object("NetworkPolicy", "db", json!({"spec": {"podSelector": pods}}));
    let mut whole = vec![cluster.clone(), store.clone(), backup.clone(), policy.clone()];
    whole.extend([
        object("Secret", "pull", json!({})),
        object("Secret", "owner", json!({"data": {"username": "", "password": "", "b": ""}})),
        object("Secret", "s3", json!({"data": {"id": "", "key": ""}})),
        object("ConfigMap", "init", json!({"data": {"app.sql": ""}})),
    ]);
    finds(&whole, &[]);
    let said = |set: &[Resource]| -> Vec<String> {
        check(set, &|_, _| false).iter().map(|(at, f)| format!("{at} {} {}", f.rule.id, f.place())).collect()
    };
    assert_eq!(
        said(&[cluster.clone(), store, backup.clone(), policy.clone()]),
        [
            "0 unknown-reference spec.env[0].valueFrom.secretKeyRef.name",
            "0 unknown-reference spec.imagePullSecrets[0].name",
            "0 unknown-reference spec.bootstrap.initdb.secret.name",
            "0 unknown-reference spec.bootstrap.initdb.postInitApplicationSQLRefs.configMapRefs[0].name",
            "1 unknown-reference spec.configuration.s3Credentials.accessKeyId.name",
            "1 unknown-reference spec.configuration.s3Credentials.secretAccessKey.name",
        ]
    );
    assert_eq!(
        said(&[backup, policy]),
        ["0 unknown-reference spec.cluster.name", "1 selector-no-pods spec.podSelector"]
    );
    let owner = object("Secret", "owner", json!({"data": {"username": "", "b": ""}}));
    let found = said(&[cluster, owner]);
    assert!(found.contains(&"0 unknown-data-key spec.bootstrap.initdb.secret.name".to_owned()), "{found:?}");
    assert!(found.contains(&"0 unknown-reference spec.plugins[0].parameters.barmanObjectName".to_owned()), "{found:?}");
}

#[test]
fn a_service_finds_the_pods_of_one_component() {
    let api = app(json!({"ports": [{"containerPort": 80, "name": "http"}]}), json!({}));
    let web = labelled("apps.web", "web", json!({}), json!({}));
    finds(&[api.clone(), service(json!({"app": "api"}), json!({"port": 80, "targetPort": "http"}))], &[]);
    finds(
        &[api.clone(), service(json!({"app": "api"}), json!({"port": 80, "targetPort": "htp"}))],
        &[
            "1 probe-port spec.ports[0].targetPort: no container of Deployment/api has a port `htp` (did you mean `http`?)",
        ],
    );
    finds(
        &[api.clone(), service(json!({"app": "nope"}), json!({"port": 80}))],
        &["1 service-no-pods spec.selector: the selector matches the pods of no rendered workload"],
    );
    finds(
        &[api, web, service(json!({"all": "yes"}), json!({"port": 80}))],
        &[
            "2 service-no-pods spec.selector: the selector matches the pods of several components: `Deployment/api`, `Deployment/web`",
        ],
    );
}

#[test]
fn a_probe_names_a_port_of_its_own_container() {
    let probed = |port: &str| {
        app(
            json!({"ports": [{"name": "http", "containerPort": 80}], "readinessProbe": {"httpGet": {"port": port}}}),
            json!({}),
        )
    };
    finds(&[probed("http")], &[]);
    finds(
        &[probed("metrics")],
        &["0 probe-port containers[0].readinessProbe.httpGet.port: the container has no port `metrics`"],
    );
}

fn ingress(port: Value) -> Resource {
    let path = json!({"backend": {"service": {"name": "api", "port": port}}});
    object("Ingress", "api", json!({"spec": {"rules": [{"http": {"paths": [path]}}], "tls": [{"secretName": "tls"}]}}))
}

#[test]
fn an_ingress_leads_to_a_port_of_a_service() {
    let tls = object("Secret", "tls", json!({}));
    let set = |port: Value| {
        [
            app(json!({}), json!({})),
            service(json!({"app": "api"}), json!({"port": 80, "name": "http"})),
            ingress(port),
            tls.clone(),
        ]
    };
    finds(&set(json!({"name": "http"})), &[]);
    finds(&set(json!({"number": 80})), &[]);
    finds(
        &set(json!({"number": 8080})),
        &[
            "2 probe-port spec.rules[0].http.paths[0].backend.service.port.number: the Service `api` has no port `8080` (it has `80`)",
        ],
    );
    finds(
        &[ingress(json!({"number": 80}))],
        &[
            "0 unknown-reference spec.rules[0].http.paths[0].backend.service.name: there is no Service `api` among the rendered objects (a Service that is made elsewhere can be named in the project file, not in a template or patch)",
            "0 unknown-reference spec.tls[0].secretName: there is no Secret `tls` among the rendered objects (a Secret that is made elsewhere can be named in the project file, not in a template or patch)",
        ],
    );
}

#[test]
fn cert_manager_makes_the_secret_of_an_ingress() {
    let body = json!({"kind": "Ingress", "metadata": {"name": "i", "annotations": {"cert-manager.io/cluster-issuer": "le"}}, "spec": {"tls": [{"secretName": "tls"}]}});
    finds(&[resource("apps.api", body)], &[]);
}

#[test]
fn a_route_leads_to_a_port_of_a_service() {
    let route = |name: &str, port: i64| {
        object(
            "HTTPRoute",
            "r",
            json!({"spec": {"rules": [{"backendRefs": [{"name": name, "port": port}, {"name": "x", "namespace": "far"}]}]}}),
        )
    };
    let set = |name: &str, port| {
        [app(json!({}), json!({})), service(json!({"app": "api"}), json!({"port": 80})), route(name, port)]
    };
    finds(&set("api", 80), &[]);
    finds(
        &set("api", 81),
        &["2 probe-port spec.rules[0].backendRefs[0].port: the Service `api` has no port `81` (did you mean `80`?)"],
    );
    finds(
        &set("apj", 80),
        &[
            "2 unknown-reference spec.rules[0].backendRefs[0].name: there is no Service `apj` among the rendered objects (did you mean `api`?)",
        ],
    );
}

#[test]
fn a_policy_and_a_budget_find_pods() {
    let policy = |label: &str| {
        object(
            "NetworkPolicy",
            "n",
            json!({"spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": label}}},
            {"namespaceSelector": {}, "podSelector": {"matchLabels": {"far": "away"}}}]}]}}),
        )
    };
    let budget = |values: Value| {
        object(
            "PodDisruptionBudget",
            "p",
            json!({"spec": {"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": values}]}}}),
        )
    };
    finds(&[app(json!({}), json!({})), policy("api"), budget(json!(["api"]))], &[]);
    finds(
        &[app(json!({}), json!({})), policy("apo"), budget(json!([]))],
        &[
            "1 selector-no-pods spec.ingress[0].from[0].podSelector: the selector matches the pods of no rendered workload",
            "2 selector-no-pods spec.selector: the selector matches the pods of no rendered workload",
        ],
    );
}

#[test]
fn owners_lead_to_what_they_own() {
    let set = vec![
        app(json!({}), json!({})),
        object(
            "HorizontalPodAutoscaler",
            "h",
            json!({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "api"}}}),
        ),
        object("StatefulSet", "s", json!({"spec": {"serviceName": "api"}})),
        object(
            "RoleBinding",
            "b",
            json!({"roleRef": {"kind": "Role", "name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "sa"}]}),
        ),
    ];
    let mut whole = set.clone();
    whole.push(service(json!({"app": "api"}), json!({"port": 80})));
    whole.extend([object("Role", "r", json!({})), object("ServiceAccount", "sa", json!({}))]);
    finds(&whole, &[]);
    let places: Vec<_> = check(&set[1..], &|_, _| false).iter().map(|(at, f)| format!("{at} {}", f.place())).collect();
    assert_eq!(places, ["0 spec.scaleTargetRef.name", "1 spec.serviceName", "2 roleRef.name", "2 subjects[0].name"]);
}
