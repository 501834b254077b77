//! Files and volumes of a container.

use super::types::{COUNT0, QUANTITY, STRING, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, Object, Switch, Type};

#[rustfmt::skip]
pub static FILE: Object = Object {
    groups: &[&[
        field!("value", Type::Wired, "The text, with references."),
        field!("file", Type::String(&rule::PATH), "The file whose content it is."),
        field!("mode", COUNT0, "Its permission bits."),
    ]],
    shorthand: Some("value"),
    union: &["value", "file"],
    switch: Switch::Keep,
};

#[rustfmt::skip]
pub static VOLUME: Object = Object {
    groups: &[&[
        field!("size", QUANTITY, "A claim of this size."),
        field!("storageClassName", SUBDOMAIN, "Of the claim."),
        field!("accessModes", Type::List(&Type::Enum(&["ReadWriteOncePod", "ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"])), "Of the claim; `ReadWriteOncePod` unless said."),
        field!("claim", SUBDOMAIN, "The name of the claim, or of one that exists when there is no `size`."),
        field!("emptyDir", Type::Kubernetes("EmptyDirVolumeSource"), "Scratch space."),
        field!("configMap", Type::Kubernetes("ConfigMapVolumeSource"), "As in Kubernetes."),
        field!("secret", Type::Kubernetes("SecretVolumeSource"), "As in Kubernetes."),
        field!("projected", Type::Kubernetes("ProjectedVolumeSource"), "As in Kubernetes."),
        field!("persistentVolumeClaim", Type::Kubernetes("PersistentVolumeClaimVolumeSource"), "As in Kubernetes."),
        field!("ephemeral", Type::Kubernetes("EphemeralVolumeSource"), "As in Kubernetes."),
        field!("csi", Type::Kubernetes("CSIVolumeSource"), "As in Kubernetes."),
        field!("nfs", Type::Kubernetes("NFSVolumeSource"), "As in Kubernetes."),
        field!("hostPath", Type::Kubernetes("HostPathVolumeSource"), "As in Kubernetes; breaks Pod Security `restricted`."),
        field!("downwardAPI", Type::Kubernetes("DownwardAPIVolumeSource"), "As in Kubernetes."),
        field!("image", Type::Kubernetes("ImageVolumeSource"), "As in Kubernetes."),
        field!("readOnly", Type::Bool, "Of the mount."),
        field!("subPath", STRING, "Of the mount."),
        field!("mountPropagation", STRING, "Of the mount."),
    ]],
    shorthand: None,
    union: &[
        "size",
        "emptyDir",
        "configMap",
        "secret",
        "projected",
        "persistentVolumeClaim",
        "ephemeral",
        "csi",
        "nfs",
        "hostPath",
        "downwardAPI",
        "image",
    ],
    switch: Switch::Replace,
};
