//! What `kgen fn` makes of a ResourceList. Real calls by kustomize: `interop/functions.rs`.

use serde_json::{Value, json};

use crate::support::Kgen;

const PROJECT: &str = "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nprofiles: {dev: {}}\napps: {web: {image: \"a/b:1\", port: 80}}\n";

fn list(items: Value, config: Value) -> String {
    json!({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": items, "functionConfig": config})
        .to_string()
}

fn config(spec: Value) -> Value {
    json!({"apiVersion": "kgen.dev/v1", "kind": "Render", "metadata": {"name": "shop"}, "spec": spec})
}

fn read(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn a_profile_is_added_to_what_comes_in() {
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other", "annotations": {"config.kubernetes.io/index": "0"}}, "data": {"a": "1e3"}});
    let said = Kgen::new().file("kgen.yaml", PROJECT).args(["fn"]);
    let out = read(&said.stdin(&list(json!([other]), config(json!({"profile": "dev"})))).says());
    let stream = Kgen::new().file("kgen.yaml", PROJECT).args(["render", "dev"]).says();
    let mut expected = vec![other];
    expected.extend(crate::diff::documents(&stream));
    assert_eq!(out["items"], Value::Array(expected));
    assert_eq!(out["functionConfig"]["spec"]["profile"], "dev");
    assert_eq!(out.get("results"), None);
}

#[test]
fn a_config_map_will_do_and_selects_too() {
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"profile": "dev", "only": "Service\nServiceAccount\n", "set": "apps.web.port=81\n"}});
    let kgen = Kgen::new().file("kgen.yaml", PROJECT).args(["fn"]);
    let out = read(&kgen.stdin(&list(json!([]), config)).says());
    let kinds: Vec<_> = out["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ServiceAccount", "Service"]);
    assert_eq!(out["items"][1]["spec"]["ports"][0]["port"], 81);
}

#[track_caller]
fn fails(project: &str, input: &str, results: Value, stderr: &str) {
    let said = Kgen::new().file("kgen.yaml", project).args(["fn"]).stdin(input).said();
    assert_eq!((said.stderr.as_str(), said.status), (stderr, Some(2)));
    if results.is_null() {
        assert_eq!(said.stdout, "");
    } else {
        let out = read(&said.stdout);
        assert_eq!(out["results"], results);
        assert_eq!(out["items"], json!([]));
    }
}

#[test]
fn what_is_wrong_with_the_project_is_a_result() {
    let project = format!("{PROJECT}replicsa: 1\n");
    let result = json!({"message": "unknown key `replicsa`\nhint: expected one", "severity": "error", "file": {"path": "kgen.yaml"}, "tags": {"id": "unknown-key", "line": "6"}});
    let said = Kgen::new().file("kgen.yaml", &project).args(["fn"]);
    let said = said.stdin(&list(json!([]), config(json!({"profile": "dev"})))).said();
    assert_eq!(said.status, Some(2));
    assert!(said.stderr.starts_with("error[unknown-key]: unknown key `replicsa`"), "{}", said.stderr);
    let out = read(&said.stdout);
    let found = &out["results"][0];
    assert_eq!(
        (&found["severity"], &found["file"], &found["tags"]),
        (&result["severity"], &result["file"], &result["tags"])
    );
    assert!(found["message"].as_str().unwrap().starts_with("unknown key `replicsa`"), "{found}");
}

#[test]
fn a_warning_is_a_result_of_a_function_that_works() {
    let project = format!("{PROJECT}redis: {{cache: {{}}}}\n");
    let said = Kgen::new().file("kgen.yaml", &project).args(["fn"]);
    let said = said.stdin(&list(json!([]), config(json!({"profile": "dev"})))).said();
    assert_eq!(said.status, Some(0));
    let out = read(&said.stdout);
    assert_eq!(out["results"][0]["severity"], "warning");
    assert_eq!(out["results"][0]["tags"]["id"], "unused");
}

#[test]
fn a_profile_that_is_not_there() {
    let message = "there is no profile `de`\nhint: did you mean `dev`?";
    let results = json!([{"message": message, "severity": "error"}]);
    fails(PROJECT, &list(json!([]), config(json!({"profile": "de"}))), results, &format!("error: {message}\n"));
}

#[test]
fn a_config_that_names_no_profile() {
    let message = "the functionConfig's `spec` names no `profile`";
    let results = json!([{"message": message, "severity": "error"}]);
    fails(PROJECT, &list(json!([]), config(json!({}))), results, &format!("error: {message}\n"));
}

#[test]
fn a_config_with_an_unknown_key() {
    let message = "unknown key `profil` in the functionConfig's `spec`\nhint: did you mean `profile`?";
    let results = json!([{"message": message, "severity": "error"}]);
    fails(PROJECT, &list(json!([]), config(json!({"profil": "dev"}))), results, &format!("error: {message}\n"));
}

#[test]
fn a_config_of_another_kind() {
    let message = "the functionConfig is a `Pod`\nhint: `apiVersion: kgen.dev/v1`, `kind: Render`";
    let results = json!([{"message": message, "severity": "error"}]);
    fails(PROJECT, &list(json!([]), json!({"kind": "Pod"})), results, &format!("error: {message}\n"));
}

#[test]
fn an_object_that_is_there_already() {
    let item = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}});
    let kgen = Kgen::new().file("kgen.yaml", PROJECT).args(["fn"]);
    let said = kgen.stdin(&list(json!([item]), config(json!({"profile": "dev"})))).said();
    let message = "Service/web is among the items already, and is rendered too";
    assert_eq!((said.stderr, said.status), (format!("error: {message}\n"), Some(2)));
    let out = read(&said.stdout);
    assert_eq!(out["results"], json!([{"message": message, "severity": "error"}]));
    assert_eq!(out["items"], json!([item]));
}

#[test]
fn what_is_no_resource_list() {
    let stderr =
        "error: stdin is no ResourceList\nhint: kustomize calls `kgen fn`; `kgen render PROFILE` prints a stream\n";
    fails(PROJECT, "kind: List\n", Value::Null, stderr);
}

#[test]
fn an_exec_plugin_has_its_config_in_a_file() {
    let stream = Kgen::new().file("kgen.yaml", PROJECT).args(["render", "dev"]).says();
    let kgen = Kgen::new().file("kgen.yaml", PROJECT).file("c.yaml", &config(json!({"profile": "dev"})).to_string());
    assert_eq!(kgen.args(["fn", "c.yaml", "argument"]).says(), stream);
}
