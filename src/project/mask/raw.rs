//! Objects and shapes of Kubernetes: what of them holds no secret.
//!
//! Owns: that only an object of a kind that Kubernetes has, and that is no Secret, is shown; of any other, what it is called.

use super::Parts;
use crate::leak::name;
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

/// Kinds whose objects hold no secrets by themselves: those of Kubernetes, and others that kgen checks.
pub const OPEN: [&str; 56] = [
    "APIService",
    "ApplicationSet",
    "CSIDriver",
    "CSIStorageCapacity",
    "CertificateSigningRequest",
    "Cluster",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "ControllerRevision",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Endpoints",
    "ExternalSecret",
    "FlowSchema",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "IPAddress",
    "Ingress",
    "IngressClass",
    "Job",
    "Kustomization",
    "Lease",
    "LimitRange",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "NetworkPolicy",
    "ObjectStore",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PodTemplate",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RedisReplication",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "RuntimeClass",
    "ScheduledBackup",
    "Service",
    "ServiceAccount",
    "ServiceCIDR",
    "StatefulSet",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// Keys that a Secret has whatever it holds.
pub const KEYS: [&str; 11] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "annotations",
    "type",
    "immutable",
    "data",
    "stringData",
];

/// Of a template of an object that holds secrets: the tags without a text in them, and the keys that all have.
pub(super) fn outline(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        let tag = |at: usize| Some((at, at + text[at..].lines().next()?.find(close)? + close.len()));
        let tags = text.match_indices(open).filter_map(|(at, _)| tag(at));
        out.extend(tags.filter(|(start, end)| !text[*start..*end].contains(['"', '\''])));
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let (key, value) = line[indent..].split_once(':').unwrap_or_default();
        let end =
            if matches!(key, "apiVersion" | "kind" | "type") { line.trim_end().len() } else { indent + key.len() };
        let is_filled = value.trim().starts_with("{{") && value.trim().ends_with("}}");
        let is_shown = KEYS.contains(&key) || (is_filled && super::is_key(key));
        out.extend(is_shown.then_some((start + indent, start + end)));
        start += line.len();
    }
    out
}

impl Parts<'_> {
    /// An object of `manifests`.
    pub(super) fn object(&mut self, object: &Tree<Span>) {
        let text = |key: &str| object.get(key).and_then(Tree::as_str);
        match (text("kind"), object.get("items").and_then(Tree::as_list), object.as_map()) {
            (Some("List"), Some(items), Some(map)) => {
                self.identity(map);
                items.iter().for_each(|item| self.object(item));
            }
            (Some(kind), _, _) if is_open(kind) => self.open(object),
            (_, _, Some(map)) => match map.get("file").filter(|file| map.len() == 1 && !file.is_container()) {
                Some(_) => self.open(object),
                None => self.identity(map),
            },
            _ => self.hide(object),
        }
    }

    /// A change of objects of one kind.
    pub(super) fn patch(&mut self, patch: &Tree<Span>, change: &Tree<Span>) {
        match (patch.at(&["target", "kind"]).and_then(Tree::as_str), &change.kind) {
            (Some(kind), _) if is_open(kind) => self.open(change),
            (_, Kind::Map(map)) => self.identity(map),
            (_, Kind::List(operations)) => operations.iter().for_each(|operation| self.operation(operation)),
            _ => self.hide(change),
        }
    }

    /// What is done, and where; not with what.
    fn operation(&mut self, operation: &Tree<Span>) {
        for (key, entry) in operation.as_map().into_iter().flat_map(Map::entries) {
            let is_plain = matches!(&**key, "op" | "path" | "from") && !entry.value.is_container();
            self.key(entry, |_, _| is_plain || &**key == "value", "");
            if is_plain { self.show(entry.value.from) } else { self.hide(&entry.value) }
        }
    }

    /// The keys of an object, and what it is called.
    fn identity(&mut self, map: &Map<Span>) {
        for (key, entry) in map.entries() {
            let bare = self.is_bare(entry);
            self.key(entry, |_, _| !bare, "");
            match (&**key, entry.value.as_map()) {
                ("apiVersion" | "kind" | "type", None) if !entry.value.is_container() => self.show(entry.value.from),
                ("metadata", Some(map)) => self.names(map, &["name", "namespace"]),
                ("data" | "stringData", Some(map)) => self.names(map, &[]),
                _ => self.hide_all(&entry.value),
            }
        }
    }

    /// The keys of a map, and the values of those that are not secret.
    fn names(&mut self, map: &Map<Span>, shown: &[&str]) {
        for (key, entry) in map.entries() {
            let bare = self.is_bare(entry);
            self.key(entry, |_, behind| behind.is_empty() && !bare, "");
            let is_shown = shown.contains(&&**key) && !entry.value.is_container();
            if is_shown { self.show(entry.value.from) } else { self.hide_all(&entry.value) }
        }
    }

    /// A shape that holds no secrets by itself; but a variable may, or a header.
    pub(super) fn open(&mut self, tree: &Tree<Span>) {
        match &tree.kind {
            Kind::List(list) => list.iter().for_each(|item| self.open(item)),
            Kind::Map(map) => {
                let named = map.get("name").and_then(Tree::as_str);
                let broken = map.entries().any(|(_, entry)| self.is_bare(entry));
                for (key, entry) in map.entries() {
                    self.key(entry, |_, _| !broken, " ");
                    match &**key != "name" && (broken || is_secret(named, key, &entry.value)) {
                        true => self.hide(&entry.value),
                        false => self.open(&entry.value),
                    }
                }
            }
            _ => self.show_text(tree.from),
        }
    }
}

fn is_open(kind: &str) -> bool {
    OPEN.contains(&kind)
}

/// Whether objects of a kind hold secrets, or may.
pub fn holds_secrets(kind: &str) -> bool {
    !is_open(kind)
}

/// Of `{name: DB_PASSWORD, value: x}`, and `{password: x}`; a value without a name may be anybody's.
fn is_secret(named: Option<&str>, key: &str, value: &Tree<Span>) -> bool {
    let of_name = named.is_some_and(name::resembles_secret) && (key == "value" || !value.is_container());
    let by_key = !value.is_container() && name::says_secret(key) && name::is_secret_value(&value.to_string());
    of_name || by_key || (named.is_none() && key == "value")
}
