//! CloudNativePG's own objects: what a Cluster, its backups and their store name.

use super::Scope;
use crate::resource::walk::At;

pub fn check(root: &At, kind: &str, group: &str, scope: &mut Scope) {
    let Some(spec) = root.get("spec") else { return };
    match (group, kind) {
        ("postgresql.cnpg.io", "Cluster") => cluster(&spec, scope),
        ("postgresql.cnpg.io", "ScheduledBackup" | "Backup") => {
            scope.object(spec.get("cluster").as_ref(), "name", "Cluster");
        }
        ("barmancloud.cnpg.io", "ObjectStore") => store(&spec, scope),
        _ => {}
    }
}

fn cluster(spec: &At, scope: &mut Scope) {
    for secret in spec.items("imagePullSecrets") {
        scope.object(Some(&secret), "name", "Secret");
    }
    for from in spec.items("env").iter().filter_map(|variable| variable.get("valueFrom")) {
        scope.key(from.get("configMapKeyRef"), "ConfigMap");
        scope.key(from.get("secretKeyRef"), "Secret");
    }
    for plugin in spec.items("plugins") {
        scope.object(plugin.get("parameters").as_ref(), "barmanObjectName", "ObjectStore");
    }
    let Some(initdb) = spec.at(&["bootstrap", "initdb"]) else { return };
    if let Some(secret) = initdb.get("secret") {
        scope.object(Some(&secret), "name", "Secret");
        // The operator wants these two, by these names.
        if let (Some(at), Some(name)) = (secret.get("name"), secret.str("name")) {
            for key in ["username", "password"] {
                scope.needs_key(&at, "Secret", name, key);
            }
        }
    }
    for refs in ["postInitSQLRefs", "postInitTemplateSQLRefs", "postInitApplicationSQLRefs"] {
        let Some(refs) = initdb.get(refs) else { continue };
        refs.items("secretRefs").into_iter().for_each(|at| scope.key(Some(at), "Secret"));
        refs.items("configMapRefs").into_iter().for_each(|at| scope.key(Some(at), "ConfigMap"));
    }
}

fn store(spec: &At, scope: &mut Scope) {
    let Some(configuration) = spec.get("configuration") else { return };
    scope.key(configuration.get("endpointCA"), "Secret");
    for credentials in ["s3Credentials", "azureCredentials", "googleCredentials"] {
        let Some(credentials) = configuration.get(credentials) else { continue };
        for (_, at) in credentials.fields() {
            scope.key(Some(at), "Secret");
        }
    }
}
