//! Pods: what its containers share.
//!
//! Source: `ValidatePodSpec`, `ValidateVolumes` (`pkg/apis/core/validation`).

use std::collections::BTreeSet;

use super::form::{at_least, exactly_one, or_empty, short, text, unique};
use super::{container, quantities};
use crate::format;
use crate::plan::DUPLICATE_NAME;
use crate::resource::Finding;
use crate::resource::pods::Pod;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::{INVALID_KEY, INVALID_NAME, INVALID_PATH, INVALID_VALUE, ONE_OF};
use crate::resource::walk::At;

#[rustfmt::skip]
const SOURCES: &[&str] = &[
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "csi", "downwardAPI", "emptyDir",
    "ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image",
    "iscsi", "nfs", "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd",
    "scaleIO", "secret", "storageos", "vsphereVolume",
];

pub fn check(pod: &Pod, kind: &str, out: &mut Vec<Finding>) {
    let spec = &pod.spec;
    let containers = pod.containers();
    if spec.items("containers").is_empty() {
        out.push(spec.found_at("containers", MISSING_FIELD, "a pod must have at least one container"));
    }
    unique(containers.iter().map(|(_, at)| at.clone()), "name", "the container name", out);
    volumes(spec, out);
    let names = spec.items("volumes").into_iter().filter_map(|at| at.str("name"));
    let names: Vec<_> = names.chain(pod.claims.iter().copied()).collect();
    containers.iter().for_each(|(role, at)| container::check(at, *role, &names, out));
    let name = or_empty(format::dns_subdomain);
    text(spec.get("serviceAccountName"), INVALID_NAME, "the service account", &name, out);
    text(spec.get("priorityClassName"), INVALID_NAME, "the priority class", &name, out);
    for secret in spec.items("imagePullSecrets") {
        text(secret.get("name"), INVALID_NAME, "the Secret", format::dns_subdomain, out);
    }
    spec.get("resources").iter().for_each(|at| quantities::pair(at, out));
    at_least(spec, "terminationGracePeriodSeconds", 0, out);
    at_least(spec, "activeDeadlineSeconds", 1, out);
    spec.items("topologySpreadConstraints").iter().for_each(|at| at_least(at, "maxSkew", 1, out));
    keyed(spec, out);
    restart(spec, kind, out);
}

/// Lists that the API server keeps as maps: with a key twice, a server-side apply ends in "duplicate entries for key".
/// Source: `x-kubernetes-list-map-keys` of the PodSpec in Kubernetes' OpenAPI specification.
fn keyed(spec: &At, out: &mut Vec<Finding>) {
    unique(spec.items("imagePullSecrets"), "name", "the Secret", out);
    unique(spec.items("hostAliases"), "ip", "the address", out);
    let mut seen = BTreeSet::new();
    for item in spec.items("topologySpreadConstraints") {
        let pair = (item.str("topologyKey"), item.str("whenUnsatisfiable"));
        if let (Some(key), Some(rule)) = pair
            && !seen.insert(pair)
        {
            let message = format!("the spread over `{}` with `{}` is there twice", short(key), short(rule));
            out.push(item.found_at("topologyKey", DUPLICATE_NAME, message));
        }
    }
}

fn volumes(spec: &At, out: &mut Vec<Finding>) {
    let volumes = spec.items("volumes");
    unique(volumes.iter().cloned(), "name", "the volume", out);
    for volume in volumes {
        text(volume.get("name"), INVALID_NAME, "the volume name", format::dns_label, out);
        let there = SOURCES.iter().filter(|key| volume.get(key).is_some()).count();
        if there != 1 {
            let found = if there == 0 { "none".to_owned() } else { there.to_string() };
            out.push(volume.found(ONE_OF, format!("a volume must have exactly one source, but has {found}")));
        }
        if let Some(size) = volume.at(&["emptyDir", "sizeLimit"]) {
            quantities::one(&size, "memory", out);
        }
        for at in ["configMap", "secret"].iter().filter_map(|key| volume.get(key)) {
            items(&at, out);
        }
        for source in volume.get("projected").iter().flat_map(|at| at.items("sources")) {
            let kinds =
                ["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"];
            exactly_one(&source, &kinds, "a projected source", out);
            ["configMap", "secret"].iter().filter_map(|key| source.get(key)).for_each(|at| items(&at, out));
        }
        if let Some(claim) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
            super::claim::check(&claim, out);
        }
    }
}

/// Keys that become files, and their mode.
fn items(source: &At, out: &mut Vec<Finding>) {
    mode(source, "defaultMode", out);
    for item in source.items("items") {
        text(item.get("key"), INVALID_KEY, "the key", format::data_key, out);
        text(item.get("path"), INVALID_PATH, "the path", format::relative_path, out);
        mode(&item, "mode", out);
    }
}

/// 0644 is 420: a decimal 644 is above the bound more often than not.
fn mode(parent: &At, key: &str, out: &mut Vec<Finding>) {
    if let Some(mode) = parent.int(key).filter(|mode| !(0..=0o777).contains(mode)) {
        let message = format!("`{key}` must be from 0 to 0777, but is {mode} (octal {mode:o})");
        out.push(parent.found_at(key, INVALID_VALUE, message));
    }
}

/// `ValidatePodTemplateSpecForReplicaSet` and its likes: what runs for ever restarts always, what ends does not.
fn restart(spec: &At, kind: &str, out: &mut Vec<Finding>) {
    let policy = spec.str("restartPolicy").unwrap_or("Always");
    let expected = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" if policy != "Always" => "must be `Always`",
        "Job" | "CronJob" if policy == "Always" => "must be `OnFailure` or `Never`",
        _ => return,
    };
    let message = format!("`restartPolicy` of a {kind} {expected}, but is `{policy}`");
    out.push(spec.found_at("restartPolicy", INVALID_VALUE, message));
}
