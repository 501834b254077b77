//! Where and how pods run.

use super::modes::{EVERY, KEPT, OPEN, OURS, POD_ANNOTATIONS, POD_LABELS, RUNS};
use super::types::{ANNOTATIONS, COUNT0, LABELS, STRING, SUBDOMAIN, TEXT_MAP};
use crate::project::schema::{Field, Object, Switch, Type};

/// Where and how pods run.
#[rustfmt::skip]
pub const POD: &[Field] = &[
    field!("antiAffinity", Type::Enum(&["none", "preferred", "required"]), "Whether pods of one app avoid each other's host.", in RUNS),
    field!("affinity", Type::Kubernetes("Affinity"), "As in Kubernetes; takes the place of `antiAffinity`.", in RUNS),
    field!("topologySpread", Type::Enum(&["none", "host", "zone"]), "Over what pods are spread.", in RUNS),
    field!("topologySpreadConstraints", Type::Kubernetes("TopologySpreadConstraint list"), "As in Kubernetes; takes the place of `topologySpread`.", in RUNS),
    field!("nodeSelector", TEXT_MAP, "Labels a node must have.", in RUNS),
    field!("tolerations", Type::Kubernetes("Toleration list"), "As in Kubernetes.", in RUNS, like "[{key: dedicated, operator: Equal, value: web, effect: NoSchedule}]"),
    field!("priorityClassName", SUBDOMAIN, "As in Kubernetes.", in RUNS),
    field!("runtimeClassName", SUBDOMAIN, "As in Kubernetes.", in OURS),
    field!("schedulerName", STRING, "As in Kubernetes.", in OPEN),
    field!("imagePullSecrets", Type::List(&Type::Object(&LOCAL_REFERENCE)), "Names of Secrets with registry credentials.", in RUNS),
    field!("hostAliases", Type::Kubernetes("HostAlias list"), "As in Kubernetes.", in OURS),
    field!("dnsConfig", Type::Kubernetes("PodDNSConfig"), "As in Kubernetes.", in OURS),
    field!("dnsPolicy", Type::Enum(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]), "As in Kubernetes.", in OURS),
    field!("hostNetwork", Type::Bool, "As in Kubernetes; breaks Pod Security `restricted`.", in OURS),
    field!("shareProcessNamespace", Type::Bool, "As in Kubernetes.", in OURS),
    field!("terminationGracePeriodSeconds", COUNT0, "Time to shut down.", in KEPT),
    field!("serviceAccount", Type::Object(&SERVICE_ACCOUNT), "The pods' identity.", in RUNS),
    field!("securityContext", Type::Kubernetes("security context"), "Fields of the pod's and the container's, merged over the restricted default.", in KEPT),
    field!("podAnnotations", ANNOTATIONS, "Annotations on the pods.", in POD_ANNOTATIONS),
    field!("podLabels", LABELS, "Labels on the pods.", in POD_LABELS),
    field!("annotations", ANNOTATIONS, "Annotations on the component's objects.", in RUNS),
    field!("labels", LABELS, "Labels on the component's objects.", in RUNS),
    field!("allow", TEXT_MAP, "Checks that are silenced here, each with the reason.", in EVERY),
];

#[rustfmt::skip]
pub static LOCAL_REFERENCE: Object = short!(&[&[field!("name", SUBDOMAIN, "The Secret's name.")]], "name");

#[rustfmt::skip]
pub static SERVICE_ACCOUNT: Object = short!(
    &[&[
        field!("create", Type::Bool, "Whether the tree has the ServiceAccount.", in OURS),
        field!("name", SUBDOMAIN, "Its name; the component's unless said.", in KEPT),
        field!("annotations", ANNOTATIONS, "For instance a cloud identity."),
        field!("automount", Type::Bool, "Whether pods get its token.", in OURS),
    ]],
    "name",
);
