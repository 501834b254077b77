//! The formats: what each says of one difference, byte for byte, and that the JSON of every golden case is as its schema
//! says.

use serde_json::Value;

use super::{Room, cases};

const PROJECT: &str = "apiVersion: kgen.dev/v1
project: shop
apps: {web: {image: \"a/web:1\", envFrom: [configs.app]}}
configs: {app: {a.txt: \"one\\ntwo\\nthree\\n\"}}
profiles:
  dev: {}
  prod:
    preset: dev
    apps: {web: {replicas: 2}}
    configs: {app: {a.txt: \"one\\n2\\nthree\\n\"}}
    redis: {cache: {mode: external, url: \"${secrets.up.url}\"}}
    secrets: {up: {url: {env: URL}}}
";

#[test]
fn a_unified_diff_is_one() {
    let room = Room::new(&[("kgen.yaml", PROJECT)]);
    let said = room.kgen(&["diff", "dev", "prod", "--format", "unified"]);
    let (head, secret) = said.stdout.split_once("# live: is made\n").unwrap();
    assert_eq!(
        head,
        "# restart
# restart Deployment/web: its pods are replaced to read it
--- dev/ConfigMap/app
+++ prod/ConfigMap/app
@@ -1,3 +1,3 @@ data[\"a.txt\"] (live kgen.yaml:10)
 one
-two
+2
 three
"
    );
    assert!(secret.starts_with("--- /dev/null\n+++ prod/Secret/up\n@@ -0,0 +1,"), "{secret}");
    assert!(secret.contains("+data:\n+  url: \"***\"\n"), "{secret}");
    assert!(secret.ends_with("# live\n--- dev/Deployment/web\n+++ prod/Deployment/web\n@@ -1 +1 @@ spec.replicas (live kgen.yaml:9)\n-1\n+2\n"), "{secret}");
}

#[test]
fn colour_is_asked_for() {
    let room = Room::new(&[("kgen.yaml", PROJECT)]);
    let args = ["diff", "dev", "prod", "--only", "Deployment"];
    assert!(!room.kgen(&args).stdout.contains('\x1b'));
    let said = room.kgen(&[&args[..], &["--color", "always"]].concat());
    assert!(said.stdout.contains("\x1b[36mlive  "), "{:?}", said.stdout);
    assert!(said.stdout.contains("\x1b[31m1\x1b[0m\x1b[2m -> \x1b[0m\x1b[32m2\x1b[0m"), "{:?}", said.stdout);
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/diff.schema.json")).unwrap();
    let mut objects = 0;
    for (name, profiles) in cases() {
        let room = Room::golden(&name);
        for pair in profiles.windows(2) {
            let said = room.kgen(&["diff", &pair[0], &pair[1], "--format", "json", "--quiet"]);
            let value: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(valid(&value, &schema, &schema), Ok(()), "{name}");
            objects += value["diffs"][0]["objects"].as_array().unwrap().len();
            assert_eq!(value["differs"] == true, said.status == Some(1), "{name}");
        }
    }
    assert!(objects > 300, "{objects}");
}

#[test]
fn the_schema_is_noticed() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/diff.schema.json")).unwrap();
    for wrong in [
        "{}",
        "{\"version\":2,\"differs\":true,\"impact\":\"none\",\"diffs\":[]}",
        "{\"version\":1,\"differs\":true,\"impact\":\"some\",\"diffs\":[]}",
        "{\"version\":1,\"differs\":true,\"impact\":\"none\",\"diffs\":[{}]}",
        "{\"version\":1,\"differs\":true,\"impact\":\"none\",\"diffs\":[],\"x\":1}",
    ] {
        assert!(valid(&serde_json::from_str(wrong).unwrap(), &schema, &schema).is_err(), "{wrong}");
    }
}

/// The words of JSON Schema that the schema uses.
fn valid(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return valid(value, &root["$defs"][name], root);
    }
    if schema.get("const").is_some_and(|expected| expected != value)
        || schema["enum"].as_array().is_some_and(|all| !all.contains(value))
    {
        return Err(format!("{value} is not one of {schema}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.is_empty() && !types.contains(&found) {
        return Err(format!("{value} is {found} instead of {types:?}"));
    }
    for item in value.as_array().into_iter().flatten() {
        valid(item, &schema["items"], root)?;
    }
    let Some(map) = value.as_object() else { return Ok(()) };
    let missing =
        schema["required"].as_array().into_iter().flatten().find(|key| !map.contains_key(key.as_str().unwrap()));
    if let Some(key) = missing {
        return Err(format!("{key} is missing in {value}"));
    }
    for (key, value) in map {
        let Some(schema) = schema["properties"].get(key) else { return Err(format!("`{key}` is not known")) };
        valid(value, schema, root).map_err(|error| format!("{key}: {error}"))?;
    }
    Ok(())
}
