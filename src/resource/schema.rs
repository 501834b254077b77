//! Custom resources are checked against closed schemas.
//!
//! Owns: the table of kinds that kgen emits, and a validator for the part of JSON Schema that `schemas/*.json` use:
//! `type`, `properties`, `required`, `enum`, `items`, `additionalProperties`, `oneOf` (a list of keys, of which one
//! may be there), `$ref` into `$defs`, `x-kubernetes-preserve-unknown-fields`. As in a structural schema of
//! Kubernetes, an object that has `properties` has no others. The schemas are kgen's own short form, written after
//! the CRDs; a crate for all of JSON Schema would be a hundred times this file and reports no nearest name.
//! Does not own: Kubernetes' own kinds (`typed.rs`), formats of values (`values`).

use std::sync::LazyLock;

use serde_json::Value;

use super::reader::unknown;
use super::walk::At;
use super::{Body, Finding};
use crate::diag::suggest;
use crate::project::schema::WRONG_TYPE;
use crate::resource::values::form::ONE_OF;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a required field is missing
    ///
    /// The kind requires this field.
    MISSING_FIELD = "missing-field", Error;

    /// a word that the field does not take
    ///
    /// The field takes one of a few words, and this is none of them.
    WRONG_VALUE = "wrong-value", Error;
}

struct Entry {
    api_version: &'static str,
    kind: &'static str,
    text: &'static str,
}

const KINDS: [Entry; 9] = [
    Entry {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        text: include_str!("../../schemas/externalsecret.json"),
    },
    Entry {
        api_version: "bitnami.com/v1alpha1",
        kind: "SealedSecret",
        text: include_str!("../../schemas/sealedsecret.json"),
    },
    Entry {
        api_version: "redis.redis.opstreelabs.in/v1beta2",
        kind: "RedisReplication",
        text: include_str!("../../schemas/redisreplication.json"),
    },
    Entry {
        api_version: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        text: include_str!("../../schemas/httproute.json"),
    },
    Entry { api_version: "postgresql.cnpg.io/v1", kind: "Cluster", text: include_str!("../../schemas/cluster.json") },
    Entry {
        api_version: "postgresql.cnpg.io/v1",
        kind: "ScheduledBackup",
        text: include_str!("../../schemas/scheduledbackup.json"),
    },
    Entry {
        api_version: "barmancloud.cnpg.io/v1",
        kind: "ObjectStore",
        text: include_str!("../../schemas/objectstore.json"),
    },
    Entry {
        api_version: "argoproj.io/v1alpha1",
        kind: "ApplicationSet",
        text: include_str!("../../schemas/applicationset.json"),
    },
    Entry {
        api_version: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        text: include_str!("../../schemas/kustomization.json"),
    },
];

/// Parsed when the first custom resource is checked; a test reads them all.
static SCHEMAS: LazyLock<Vec<Value>> =
    LazyLock::new(|| KINDS.iter().map(|entry| serde_json::from_str(entry.text).unwrap_or_default()).collect());

/// Checks an object by its schema; `None` when there is none for its kind.
pub fn check(api_version: &str, kind: &str, body: &Body) -> Option<Vec<Finding>> {
    let index = KINDS.iter().position(|entry| entry.kind == kind && entry.api_version == api_version)?;
    let schema = &SCHEMAS[index];
    let mut findings = Vec::new();
    Validator { defs: &schema["$defs"], findings: &mut findings }.object(&At::root(body), schema, true);
    Some(findings)
}

/// The `apiVersion`s under which a kind is known.
pub fn versions_of(kind: &str) -> Vec<&'static str> {
    KINDS.iter().filter(|entry| entry.kind == kind).map(|entry| entry.api_version).collect()
}

struct Validator<'s> {
    defs: &'s Value,
    findings: &'s mut Vec<Finding>,
}

impl<'s> Validator<'s> {
    fn value(&mut self, at: &At<'s>, schema: &'s Value) {
        let schema = schema["$ref"].as_str().map_or(schema, |name| &self.defs[name]);
        if let Some(expected) = schema["type"].as_str()
            && !fits(at.node, expected)
        {
            return self.wrong_type(at, expected);
        }
        if let Some(allowed) = schema["enum"].as_array() {
            return self.one_of(at, allowed);
        }
        match at.node.kind {
            Kind::Map(_) => self.object(at, schema, false),
            Kind::List(_) => at.children().iter().for_each(|item| self.value(item, &schema["items"])),
            _ => {}
        }
    }

    /// The root has `apiVersion`, `kind`, `metadata` and `status` besides, which are not for the schema.
    fn object(&mut self, at: &At<'s>, schema: &'s Value, root: bool) {
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if at.get(key).is_none() {
                let message = format!("the required field `{key}` is missing");
                self.findings.push(at.found_at(key, MISSING_FIELD, message));
            }
        }
        self.alternatives(at, schema);
        let properties = schema["properties"].as_object();
        let open = schema["x-kubernetes-preserve-unknown-fields"] == Value::Bool(true) || properties.is_none();
        for (key, child) in at.fields() {
            let header = root && matches!(key, "apiVersion" | "kind" | "metadata" | "status");
            match (properties.and_then(|properties| properties.get(key)), schema.get("additionalProperties")) {
                _ if header => {}
                (Some(schema), _) | (None, Some(schema)) => self.value(&child, schema),
                (None, None) if open => {}
                (None, None) => {
                    let known = properties.into_iter().flat_map(|properties| properties.keys()).map(String::as_str);
                    self.findings.push(unknown(child.path(), key, known));
                }
            }
        }
    }

    fn alternatives(&mut self, at: &At<'s>, schema: &'s Value) {
        let Some(keys) = schema["oneOf"].as_array() else { return };
        let keys: Vec<_> = keys.iter().filter_map(Value::as_str).collect();
        let there = keys.iter().filter(|key| at.get(key).is_some()).count();
        if there != 1 {
            let message = format!("expected one of {}, found {there} of them", suggest::one_of(keys));
            self.findings.push(at.found(ONE_OF, message));
        }
    }

    fn wrong_type(&mut self, at: &At<'s>, expected: &str) {
        let expected = match expected {
            "object" => "a map",
            "array" => "a list",
            "integer" => "a whole number",
            "boolean" => "a boolean",
            _ => "a string",
        };
        let quoted = expected == "a string" && !at.node.is_container();
        let finding = at.found(WRONG_TYPE, format!("expected {expected}, found {}", at.node.noun()));
        self.findings.push(finding.maybe_hint(quoted.then(|| "write it in quotes".into())));
    }

    fn one_of(&mut self, at: &At<'s>, allowed: &'s [Value]) {
        let found = at.node.to_json();
        if allowed.contains(&found) {
            return;
        }
        let names: Vec<_> = allowed.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
        let names = || names.iter().map(String::as_str);
        let message = format!("expected {}, found `{}`", suggest::one_of(names()), at.node);
        let hint = suggest::did_you_mean(&at.node.to_string(), names());
        self.findings.push(at.found(WRONG_VALUE, message).maybe_hint(hint));
    }
}

fn fits<O>(node: &Tree<O>, expected: &str) -> bool {
    match (&node.kind, expected) {
        (Kind::Map(_), "object") | (Kind::List(_), "array") | (Kind::Bool(_), "boolean") => true,
        (Kind::String(_) | Kind::Secret(_), "string") => true,
        (Kind::Number(number), "integer") => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn found(kind: &str, spec: Value) -> Vec<String> {
        let entry = KINDS.iter().find(|entry| entry.kind == kind).unwrap();
        let (api_version, kind) = (entry.api_version, entry.kind);
        let body = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "n"}, "spec": spec});
        let findings = check(api_version, kind, &Body::from_json(&body)).unwrap();
        findings.iter().map(|f| format!("{}: {} {:?}", f.place(), f.message, f.hint.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn every_schema_can_be_read_and_every_reference_resolves() {
        fn references(schema: &Value, defs: &Value) {
            if let Some(name) = schema["$ref"].as_str() {
                assert!(defs[name].is_object(), "{name}");
            }
            let children: Vec<_> = match schema {
                Value::Object(map) => map.values().collect(),
                Value::Array(list) => list.iter().collect(),
                _ => vec![],
            };
            children.into_iter().for_each(|child| references(child, defs));
        }
        for schema in SCHEMAS.iter() {
            assert!(schema["properties"]["spec"].is_object(), "{schema}");
            references(schema, &schema["$defs"]);
        }
    }

    #[test]
    fn an_external_secret_passes() {
        let spec = json!({"refreshInterval": "1h", "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
            "target": {"name": "s", "creationPolicy": "Owner", "template": {"type": "Opaque", "data": {"url": "{{ .a }}"}}},
            "data": [{"secretKey": "a", "remoteRef": {"key": "x", "property": "p"}}]});
        assert_eq!(found("ExternalSecret", spec), Vec::<String>::new());
    }

    #[test]
    fn a_wrong_external_secret_is_refused_at_every_place() {
        let spec = json!({"refreshIntervall": "1h", "secretStoreRef": {"kind": "ClusterSecretstore"},
            "data": [{"secretKey": 5, "remoteRef": {"property": "p"}}], "dataFrom": [{"sourceRef": {}}]});
        assert_eq!(
            found("ExternalSecret", spec),
            [
                "spec.refreshIntervall: unknown field `refreshIntervall` \"did you mean `refreshInterval`?\"",
                "spec.secretStoreRef.kind: expected `SecretStore` or `ClusterSecretStore`, found `ClusterSecretstore` \"did you mean `ClusterSecretStore`?\"",
                "spec.data[0].secretKey: expected a string, found a number \"write it in quotes\"",
                "spec.data[0].remoteRef.key: the required field `key` is missing \"\"",
                "spec.dataFrom[0].sourceRef: expected one of `storeRef` or `generatorRef`, found 0 of them \"\"",
            ]
        );
    }

    #[test]
    fn a_sealed_secret_needs_its_data() {
        let template = json!({"metadata": {"name": "s", "anything": {"goes": 1}}, "type": "Opaque"});
        assert_eq!(
            found("SealedSecret", json!({"encryptedData": {"a": "AgB"}, "template": template})),
            Vec::<String>::new()
        );
        assert_eq!(
            found("SealedSecret", json!({})),
            ["spec.encryptedData: the required field `encryptedData` is missing \"\""]
        );
        assert_eq!(
            found("SealedSecret", json!({"encryptedData": ["a"]})),
            ["spec.encryptedData: expected a map, found a list \"\""]
        );
    }

    #[test]
    fn a_cluster_passes_and_a_wrong_one_is_refused() {
        let spec = json!({"instances": 3, "imageName": "x", "primaryUpdateStrategy": "unsupervised",
            "bootstrap": {"initdb": {"database": "app", "owner": "app", "dataChecksums": true, "secret": {"name": "s"}}},
            "postgresql": {"parameters": {"max_connections": "100"}, "synchronous": {"method": "any", "number": 1, "dataDurability": "required"}},
            "storage": {"size": "10Gi"}, "walStorage": {"size": "5Gi", "storageClass": "fast"}, "enablePDB": true,
            "affinity": {"podAntiAffinityType": "required", "tolerations": [{"operator": "Exists"}]},
            "managed": {"roles": [{"name": "x"}]}, "plugins": [{"name": "p", "isWALArchiver": true, "parameters": {"a": "b"}}]});
        assert_eq!(found("Cluster", spec), Vec::<String>::new());
        let spec = json!({"bootstrap": {"initdb": {"secret": "s"}}, "postgresql": {"parameters": {"max_connections": 100},
            "synchronous": {"method": "all"}}, "storage": {"storageClassName": "fast"}});
        assert_eq!(
            found("Cluster", spec),
            [
                "spec.instances: the required field `instances` is missing \"\"",
                "spec.bootstrap.initdb.secret: expected a map, found a string \"\"",
                "spec.postgresql.parameters.max_connections: expected a string, found a number \"write it in quotes\"",
                "spec.postgresql.synchronous.number: the required field `number` is missing \"\"",
                "spec.postgresql.synchronous.method: expected `any` or `first`, found `all` \"\"",
                "spec.storage.storageClassName: unknown field `storageClassName` \"did you mean `storageClass`?\"",
            ]
        );
    }

    #[test]
    fn a_cluster_s_backups_pass_and_wrong_ones_are_refused() {
        let spec = json!({"schedule": "0 0 2 * * *", "cluster": {"name": "c"}, "method": "plugin", "immediate": true,
            "backupOwnerReference": "self", "pluginConfiguration": {"name": "p"}});
        assert_eq!(found("ScheduledBackup", spec), Vec::<String>::new());
        assert_eq!(
            found("ScheduledBackup", json!({"schedule": "0 0 2 * * *", "method": "barman"})),
            [
                "spec.cluster: the required field `cluster` is missing \"\"",
                "spec.method: expected `barmanObjectStore`, `volumeSnapshot` or `plugin`, found `barman` \"\"",
            ]
        );
        let key = json!({"name": "s", "key": "k"});
        let spec = json!({"retentionPolicy": "7d", "configuration": {"destinationPath": "s3://b/", "wal": {"compression": "gzip"},
            "s3Credentials": {"accessKeyId": key, "secretAccessKey": key}}, "instanceSidecarConfiguration": {"env": [{"name": "A"}]}});
        assert_eq!(found("ObjectStore", spec), Vec::<String>::new());
        let spec = json!({"configuration": {"data": {"compression": "lz4"}, "s3Credentials": {"region": "eu"}, "serverName": "x"}});
        assert_eq!(
            found("ObjectStore", spec),
            [
                "spec.configuration.destinationPath: the required field `destinationPath` is missing \"\"",
                "spec.configuration.data.compression: expected `bzip2`, `gzip` or `snappy`, found `lz4` \"\"",
                "spec.configuration.s3Credentials.region: expected a map, found a string \"\"",
                "spec.configuration.serverName: unknown field `serverName` \"\"",
            ]
        );
    }

    #[test]
    fn a_route_passes_and_a_wrong_one_is_refused() {
        let rule = json!({"matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}],
            "backendRefs": [{"name": "api", "port": 80}]});
        let spec = json!({"parentRefs": [{"name": "gw"}], "hostnames": ["a.example.com"], "rules": [rule]});
        assert_eq!(found("HTTPRoute", spec), Vec::<String>::new());
        let rule = json!({"matches": [{"path": {"type": "Prefix"}}], "backendRefs": [{"name": "api", "port": "http"}]});
        assert_eq!(
            found("HTTPRoute", json!({"rules": [rule]})),
            [
                "spec.rules[0].matches[0].path.type: expected `Exact`, `PathPrefix` or `RegularExpression`, found `Prefix` \"\"",
                "spec.rules[0].backendRefs[0].port: expected a whole number, found a string \"\"",
            ]
        );
    }
}
