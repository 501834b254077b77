//! Fields, values and kinds that came after the oldest server that a project is for.
//!
//! Owns: what `kubernetes` says, and from which version a server takes a field without a feature gate being switched on:
//! before that it drops the field without a word.
//! Does not own: kinds that were removed (`resource/check.rs`).
//! Source: which version has a field first, by comparing the OpenAPI schemas of 1.25 to 1.37 (PyPI's kubernetes-validate;
//! `schemas/minor.rs` compares two documents of Kubernetes' own); from
//! when on it is on by default: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/

use super::set::{Findings, Set};
use crate::resource::walk::At;
use crate::resource::{Finding, Part, typed};
use crate::settings::Settings;
use crate::tree::Tree;

crate::declare! {
    /// a field that came after the oldest server
    ///
    /// `kubernetes` says which server is the oldest, and this field, value or apiVersion came later. An older server
    ///   drops an unknown field without a word (or refuses it, with strict validation), so the object means something
    ///   else there.
    /// Fix: raise `kubernetes`, or leave the field out.
    /// Before: `kubernetes: "1.30"` with `hostUsers: false`. After: `kubernetes: "1.33"`.
    /// Source: the OpenAPI schemas of Kubernetes 1.29 to 1.37, and
    ///   https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
    FIELD_TOO_NEW = "field-too-new", Error;
}

/// The minor version of the oldest server, which `kubernetes` says; what kgen needs anyway, where it does not.
pub fn oldest(settings: &Settings) -> u32 {
    said(settings).unwrap_or(crate::plan::OLDEST)
}

fn said(settings: &Settings) -> Option<u32> {
    settings.root.get("kubernetes").and_then(Tree::as_str)?.split_once('.')?.1.parse().ok()
}

/// The end of a path without indexes, the value that is meant, the first version.
type Row = (&'static [&'static str], Option<&'static str>, u32);

const fn field(path: &'static [&'static str], minor: u32) -> Row {
    (path, None, minor)
}

/// All that a server of [`plan::OLDEST`](crate::plan::OLDEST) does not take.
#[rustfmt::skip]
const FIELDS: &[Row] = &[
    // Pods.
    field(&["securityContext", "appArmorProfile"], 30), // AppArmorFields
    field(&["postStart", "sleep"], 30), // PodLifecycleSleepAction
    field(&["preStop", "sleep"], 30), // PodLifecycleSleepAction
    field(&["requiredDuringSchedulingIgnoredDuringExecution", "matchLabelKeys"], 31), // MatchLabelKeysInPodAffinity
    field(&["requiredDuringSchedulingIgnoredDuringExecution", "mismatchLabelKeys"], 31), // MatchLabelKeysInPodAffinity
    field(&["podAffinityTerm", "matchLabelKeys"], 31), // MatchLabelKeysInPodAffinity
    field(&["podAffinityTerm", "mismatchLabelKeys"], 31), // MatchLabelKeysInPodAffinity
    field(&["volumeMounts", "recursiveReadOnly"], 31), // RecursiveReadOnlyMounts
    field(&["spec", "hostUsers"], 33), // UserNamespacesSupport
    field(&["securityContext", "supplementalGroupsPolicy"], 33), // SupplementalGroupsPolicy
    field(&["securityContext", "seLinuxChangePolicy"], 33), // SELinuxChangePolicy
    field(&["containers", "resizePolicy"], 33), // InPlacePodVerticalScaling
    field(&["initContainers", "resizePolicy"], 33), // InPlacePodVerticalScaling
    field(&["lifecycle", "stopSignal"], 33), // ContainerStopSignals, alpha
    field(&["sources", "clusterTrustBundle"], 33), // ClusterTrustBundleProjection, off by default
    field(&["spec", "resources", "limits", "memory"], 34), // PodLevelResources
    field(&["spec", "resources", "limits", "cpu"], 34), // PodLevelResources
    field(&["spec", "resources", "requests", "memory"], 34), // PodLevelResources
    field(&["spec", "resources", "requests", "cpu"], 34), // PodLevelResources
    field(&["spec", "resourceClaims"], 34), // DynamicResourceAllocation
    field(&["sources", "podCertificate"], 34), // PodCertificateRequest, off by default
    field(&["valueFrom", "fileKeyRef"], 34), // EnvFiles, alpha
    field(&["volumes", "image"], 35), // ImageVolume
    field(&["podCertificate", "userAnnotations"], 35), // in the schema of 1.35 first
    field(&["containers", "restartPolicy"], 35), // ContainerRestartRules
    field(&["containers", "restartPolicyRules"], 35), // ContainerRestartRules
    field(&["initContainers", "restartPolicyRules"], 35), // ContainerRestartRules
    field(&["spec", "hostnameOverride"], 35), // HostnameOverride
    field(&["spec", "workloadRef"], 35), // GenericWorkload, alpha
    field(&["spec", "schedulingGroup"], 36), // GenericWorkload, alpha
    field(&["emptyDir", "mode"], 37), // in the schema of 1.37 first, alpha
    field(&["secret", "defaultUser"], 37), // as above
    field(&["configMap", "defaultUser"], 37), // as above
    field(&["volumeMounts", "bindMountOptions"], 37), // as above
    field(&["httpGet", "protocol"], 37), // as above
    field(&["grpc", "mode"], 37), // as above
    field(&["spec", "evictionResponders"], 37), // as above
    // Workloads and autoscalers.
    field(&["spec", "successPolicy"], 31), // JobSuccessPolicy
    field(&["spec", "managedBy"], 32), // JobManagedBy
    field(&["updateStrategy", "rollingUpdate", "maxUnavailable"], 35), // MaxUnavailableStatefulSet
    field(&["scaleUp", "tolerance"], 35), // HPAConfigurableTolerance
    field(&["scaleDown", "tolerance"], 35), // HPAConfigurableTolerance
    // Services and claims.
    field(&["spec", "trafficDistribution"], 31), // ServiceTrafficDistribution
    (&["spec", "trafficDistribution"], Some("PreferSameZone"), 34), // PreferSameTrafficDistribution
    (&["spec", "trafficDistribution"], Some("PreferSameNode"), 34), // PreferSameTrafficDistribution
    field(&["spec", "volumeAttributesClassName"], 34), // VolumeAttributesClass
    field(&["spec", "serviceAccountTokenInSecrets"], 35), // in the schema of 1.35 first
    field(&["spec", "preventPodSchedulingIfMissing"], 36), // in the schema of 1.36 first
    field(&["devices", "nodeAllocatableResourceMappings"], 36), // as above
];

/// Kinds whose version came later.
const KINDS: [(&str, &str, u32); 14] = [
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", 30),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", 30),
    ("networking.k8s.io/v1", "IPAddress", 33),
    ("networking.k8s.io/v1", "ServiceCIDR", 33),
    ("resource.k8s.io/v1", "DeviceClass", 34),
    ("resource.k8s.io/v1", "ResourceClaim", 34),
    ("resource.k8s.io/v1", "ResourceClaimTemplate", 34),
    ("resource.k8s.io/v1", "ResourceSlice", 34),
    ("storage.k8s.io/v1", "VolumeAttributesClass", 34),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", 36),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", 36),
    ("certificates.k8s.io/v1", "ClusterTrustBundle", 37),
    ("certificates.k8s.io/v1", "PodCertificateRequest", 37),
    ("storagemigration.k8s.io/v1", "StorageVersionMigration", 37),
];

/// Whether a row says when a field, or a kind, came: for the tool that looks for what is missing.
pub fn has(names: &[&str]) -> bool {
    FIELDS.iter().any(|(path, ..)| *path == names) || KINDS.iter().any(|(version, kind, _)| names == [*version, *kind])
}

pub fn check(set: &Set, out: &mut Findings) {
    let Some(oldest) = said(set.settings) else { return };
    for (index, resource) in set.resources.iter().enumerate() {
        let id = &resource.id;
        let kind = KINDS.iter().find(|(version, kind, _)| *version == id.api_version && *kind == id.kind);
        if let Some((version, kind, minor)) = kind.filter(|(.., minor)| *minor > oldest) {
            let path = vec![Part::Key("apiVersion".into())];
            out.push(index, too_new(path, &format!("{version} {kind}"), *minor, oldest));
        }
        // The texts of others have keys of their own.
        if typed::knows(&id.api_version, &id.kind) && !matches!(&*id.kind, "ConfigMap" | "Secret") {
            let mut look = Look { kind: &id.kind, oldest, index, out };
            look.walk(&At::root(&resource.body), &mut Vec::new());
        }
    }
}

fn too_new(path: Vec<Part>, what: &str, minor: u32, oldest: u32) -> Finding {
    let message = format!("`{what}` needs Kubernetes 1.{minor}, and `kubernetes` is 1.{oldest}");
    Finding::new(FIELD_TOO_NEW, path, message)
        .hint(format!("write `kubernetes: \"1.{minor}\"` if all clusters are so new, or leave it out"))
}

struct Look<'l> {
    kind: &'l str,
    oldest: u32,
    index: usize,
    out: &'l mut Findings,
}

impl Look<'_> {
    fn walk<'t>(&mut self, at: &At<'t>, keys: &mut Vec<&'t str>) {
        for (key, child) in at.fields() {
            keys.push(key);
            self.look(&child, keys);
            self.walk(&child, keys);
            keys.pop();
        }
        at.children().iter().for_each(|child| self.walk(child, keys));
    }

    fn look(&mut self, at: &At, keys: &[&str]) {
        let meant = |(path, value, minor): &&Row| {
            *minor > self.oldest && keys.ends_with(path) && value.is_none_or(|value| at.text() == Some(value))
        };
        // A DaemonSet has had it for long.
        let other = self.kind == "DaemonSet" && keys.ends_with(&["rollingUpdate", "maxUnavailable"]);
        if let Some((path, value, minor)) = FIELDS.iter().filter(meant).max_by_key(|row| row.2).filter(|_| !other) {
            let name = path.last().copied().unwrap_or_default();
            let what = value.map_or(name.to_owned(), |value| format!("{name}: {value}"));
            self.out.push(self.index, too_new(at.path(), &what, *minor, self.oldest));
        }
    }
}
