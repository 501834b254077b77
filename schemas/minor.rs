//! What kgen's tables lack of a Kubernetes minor: `cargo run --example minor -- 36=OLD.json 37=NEW.json`
//!
//! Reads OpenAPI documents of consecutive minors, version 2 (`api/openapi-spec/swagger.json`) or 3 (one group each, named
//! several times), and prints rows to put in: lists that are merged by key and values that the server fills in for
//! `src/diff/schema.rs`, fields and kinds that came later for `src/checks/version.rs`. What it prints is read before it is
//! put in: a document says neither which feature gates are on, nor what `SetDefaults_*` fills in by code.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs, process};

use kgen::checks::version;
use kgen::diff::schema::{self, Field, Type};
use serde_json::{Map, Value};

fn main() {
    let documents: Vec<(u32, Document)> = env::args().skip(1).map(|argument| read(&argument)).collect();
    if documents.is_empty() {
        eprintln!("usage: cargo run --example minor -- MINOR=DOCUMENT.json...");
        process::exit(2);
    }
    let mut minors: BTreeMap<u32, Document> = BTreeMap::new();
    for (minor, document) in documents {
        minors.entry(minor).or_default().0.extend(document.0);
    }
    let all: Vec<_> = minors.iter().collect();
    for pair in all.windows(2) {
        newer(pair[0].1, pair[1].1, *pair[1].0).iter().for_each(|row| println!("{row}"));
    }
    all.last().map(|(_, newest)| lists(newest)).unwrap_or_default().iter().for_each(|row| println!("{row}"));
}

/// Definitions by their names.
#[derive(Default)]
struct Document(Map<String, Value>);

fn read(argument: &str) -> (u32, Document) {
    let fail = |why: String| -> ! {
        eprintln!("{argument}: {why}");
        process::exit(2)
    };
    let Some((minor, path)) = argument.split_once('=') else { fail("write MINOR=DOCUMENT.json".into()) };
    let text = fs::read_to_string(path).unwrap_or_else(|error| fail(error.to_string()));
    let whole: Value = serde_json::from_str(&text).unwrap_or_else(|error| fail(error.to_string()));
    (minor.parse().unwrap_or_else(|_| fail("the minor is no number".into())), Document::of(&whole))
}

impl Document {
    fn of(whole: &Value) -> Self {
        let found = whole.pointer("/components/schemas").or_else(|| whole.get("definitions"));
        Self(found.and_then(Value::as_object).cloned().unwrap_or_default())
    }

    /// The definition behind a property: its own, its items', or that of `$ref` alone or in `allOf`.
    fn follow<'d>(&'d self, property: &'d Value) -> Option<&'d Value> {
        let inner = property.get("items").unwrap_or(property);
        let name = inner.get("$ref").or_else(|| inner.pointer("/allOf/0/$ref"))?;
        self.0.get(name.as_str()?.rsplit('/').next()?)
    }

    /// Group, version and kind of everything that is an object of its own.
    fn kinds(&self) -> BTreeMap<(String, String, String), &Value> {
        let mut out = BTreeMap::new();
        for definition in self.0.values().filter(|definition| has_metadata(definition)) {
            let ids = definition.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
            for id in ids.into_iter().flatten() {
                let [group, version, kind] = ["group", "version", "kind"].map(|key| text(id.get(key)).to_owned());
                out.insert((group, version, kind), definition);
            }
        }
        out
    }
}

fn has_metadata(definition: &Value) -> bool {
    let reference = definition.pointer("/properties/metadata").map(Value::to_string).unwrap_or_default();
    reference.contains("ObjectMeta")
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn properties(definition: &Value) -> impl Iterator<Item = (&String, &Value)> {
    definition.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// Rows of `src/checks/version.rs`: kinds and fields of the second document that the first has not.
fn newer(old: &Document, new: &Document, minor: u32) -> Vec<String> {
    let (before, now) = (old.kinds(), new.kinds());
    let mut rows = BTreeSet::new();
    for (group, version, kind) in now.keys().filter(|id| !before.contains_key(*id)) {
        let whole = [group.as_str(), version].join("/");
        if version == "v1" && !version::has(&[whole.trim_start_matches('/'), kind]) {
            rows.insert(format!("(\"{}\", \"{kind}\", {minor}),", whole.trim_start_matches('/')));
        }
    }
    for (id, definition) in &now {
        if let Some(known) = before.get(id).filter(|_| !id.1.contains("alpha") && !id.1.contains("beta")) {
            fields((old, known), (new, definition), &mut vec!["".into()], minor, &mut rows);
        }
    }
    rows.into_iter().collect()
}

fn fields(
    old: (&Document, &Value),
    new: (&Document, &Value),
    way: &mut Vec<String>,
    minor: u32,
    out: &mut BTreeSet<String>,
) {
    for (key, property) in properties(new.1).filter(|(key, _)| *key != "status") {
        let Some(known) = old.1.get("properties").and_then(|all| all.get(key)) else {
            let row = [way.last().map_or("", String::as_str), key];
            if !version::has(&row) {
                out.insert(format!("field(&{row:?}, {minor}),"));
            }
            continue;
        };
        // Definitions that hold themselves end.
        if let (Some(below), Some(now), true) = (old.0.follow(known), new.0.follow(property), !way.contains(key)) {
            way.push(key.clone());
            fields((old.0, below), (new.0, now), way, minor, out);
            way.pop();
        }
    }
}

/// Rows of `src/diff/schema.rs` that are not there, or say another thing.
fn lists(document: &Document) -> Vec<String> {
    let mut rows = BTreeSet::new();
    for ((group, _, kind), definition) in document.kinds() {
        known(document, definition, schema::of(&group, &kind), &kind, &mut rows, 0);
    }
    rows.into_iter().collect()
}

/// A definition that is deeper than this holds itself.
const DEEP: usize = 12;

fn known(document: &Document, definition: &Value, table: &Type, at: &str, out: &mut BTreeSet<String>, depth: usize) {
    for (key, property) in properties(definition).filter(|(key, _)| *key != "status" && depth < DEEP) {
        let field = table.field(key);
        let keys = keys(property);
        let (is_keyed, below) = match field {
            Field::Keyed(below, names) => {
                (names.iter().map(|(name, _)| *name).eq(keys.iter().map(String::as_str)), Some(below))
            }
            // Claim templates have no key to the API, which takes them as one.
            Field::Known(below, _) => (keys.is_empty() || keys == ["name"], Some(below)),
            Field::Object(below) | Field::Items(below) => (keys.is_empty(), Some(below)),
            _ => (keys.is_empty(), None),
        };
        if !is_keyed {
            out.insert(format!("{at}.{key}: merged by {keys:?}"));
        }
        if let Some(value) = property.get("default").filter(|value| !is_plain(value) && table.default(key).is_none()) {
            out.insert(format!("{at}.{key}: {value} where it is not said"));
        }
        // What the table does not know below has nothing to say there.
        if let (Some(below), Some(next)) = (below, document.follow(property)) {
            known(document, next, below, &format!("{at}.{key}"), out, depth + 1);
        }
    }
}

/// What a missing field is anyway.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Null) || *value == "" || *value == 0 || value.as_object().is_some_and(Map::is_empty)
}

fn keys(property: &Value) -> Vec<String> {
    let listed = property.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let merged = property.get("x-kubernetes-patch-merge-key").filter(|_| listed.is_none());
    listed.into_iter().flatten().chain(merged).filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(pod: Value, more: Value) -> Document {
        let mut all = json!({
            "core.v1.Pod": {
                "properties": {"metadata": {"$ref": "#/definitions/ObjectMeta"}, "spec": {"$ref": "#/definitions/core.v1.PodSpec"}},
                "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
            },
            "core.v1.PodSpec": {"properties": pod},
        });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Document::of(&json!({ "definitions": all }))
    }

    fn list(key: &str) -> Value {
        json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-map-keys": [key]})
    }

    #[test]
    fn fields_and_kinds_that_came_later() {
        let kind = json!({"x.v1.Y": {"properties": {"metadata": {"$ref": "#/definitions/ObjectMeta"}},
            "x-kubernetes-group-version-kind": [{"group": "x.k8s.io", "version": "v1", "kind": "Y"}]}});
        let old = document(json!({"hostUsers": {}}), json!({}));
        let new = document(json!({"hostUsers": {}, "newField": {}}), kind);
        let expected = ["(\"x.k8s.io/v1\", \"Y\", 38),", "field(&[\"spec\", \"newField\"], 38),"];
        assert_eq!(newer(&old, &new, 38), expected);
        assert_eq!(newer(&new, &new, 38), [""; 0]);
    }

    #[test]
    fn lists_by_key_and_defaults_that_no_table_has() {
        let known = document(json!({"hostAliases": list("ip"), "dnsPolicy": {"default": "ClusterFirst"}}), json!({}));
        assert_eq!(lists(&known), [""; 0]);
        let other = document(
            json!({"hostAliases": list("hostname"), "newList": list("name"), "newWord": {"default": "On"}}),
            json!({}),
        );
        let expected = [
            "Pod.spec.hostAliases: merged by [\"hostname\"]",
            "Pod.spec.newList: merged by [\"name\"]",
            "Pod.spec.newWord: \"On\" where it is not said",
        ];
        assert_eq!(lists(&other), expected);
    }
}
