//! Apps.

use super::container::{CONTAINER, INIT_CONTAINER, PORTS, SIDECAR};
use super::pod::POD;
use super::probe::{PORT_OR_NAME, PROBES};
use super::types::{ANNOTATIONS, COUNT0, COUNT1, NONE, PORT, STRING, SUBDOMAIN, TEXTS};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

pub static APP: Object = object!(&[CONTAINER, PORTS, PROBES, APP_ONLY, POD]);

#[rustfmt::skip]
pub const APP_ONLY: &[Field] = &[
    field!("workload", Type::Enum(&["Deployment", "StatefulSet", "DaemonSet"]), "The kind of workload."),
    field!("replicas", COUNT0, "How many pods."),
    field!("autoscaling", Type::Object(&AUTOSCALING), "A HorizontalPodAutoscaler; `replicas` is then omitted.", like "{minReplicas: 2, maxReplicas: 6, cpu: 80}"),
    field!("service", Type::OneOf(&[NONE, Type::Object(&SERVICE)]), "The app's Service; `none` for none."),
    field!("ingress", Type::OneOf(&[NONE, Type::Object(&INGRESS)]), "An Ingress.", like "{host: shop.example.com, tls: shop-tls}"),
    field!("gateway", Type::Object(&GATEWAY), "An HTTPRoute."),
    field!("waitFor", Type::List(&Type::Text), "Components that must answer before the app starts.", like "[postgres.db, redis.cache]"),
    field!("strategy", Type::Object(&STRATEGY), "How pods are replaced."),
    field!("podManagementPolicy", Type::Enum(&["OrderedReady", "Parallel"]), "Of a StatefulSet."),
    field!("minReadySeconds", COUNT0, "As in Kubernetes."),
    field!("revisionHistoryLimit", COUNT0, "As in Kubernetes."),
    field!("progressDeadlineSeconds", COUNT1, "As in Kubernetes."),
    field!("disruptionBudget", Type::OneOf(&[NONE, Type::Object(&DISRUPTION)]), "A PodDisruptionBudget, where there are at least two pods.", like "{maxUnavailable: 1}"),
    field!("networkPolicy", Type::Enum(&["none", "wiring"]), "`wiring`: only what is wired to it may connect."),
    field!("egress", Type::Enum(&["open", "wiring"]), "`wiring`: it may connect only to what it is wired to, and DNS."),
    field!("initContainers", Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&INIT_CONTAINER))), "Run before the app, in this order."),
    field!("sidecars", Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&SIDECAR))), "Run beside the app; started before it."),
];

#[rustfmt::skip]
pub static AUTOSCALING: Object = object!(&[&[
    field!("minReplicas", COUNT1, "The least number of pods."),
    field!("maxReplicas", COUNT1, "The greatest number of pods."),
    field!("cpu", Type::Integer(1, 1000), "Target use of the cpu request, in percent."),
    field!("memory", Type::Integer(1, 1000), "Target use of the memory request, in percent."),
    field!("metrics", Type::Kubernetes("MetricSpec list"), "Further metrics, as in Kubernetes."),
    field!("behavior", Type::Kubernetes("HorizontalPodAutoscalerBehavior"), "As in Kubernetes."),
]]);

#[rustfmt::skip]
pub static SERVICE: Object = object!(&[&[
    field!("type", Type::Enum(&["ClusterIP", "NodePort", "LoadBalancer"]), "`ClusterIP` unless said."),
    field!("port", PORT, "The Service's port for the first container port; the same unless said."),
    field!("ports", Type::Map(&map!(&rule::PORT_NAME, PORT)), "Service ports by the name of the container's port, or of a sidecar's, which the Service has only where it is named here."),
    field!("nodePort", PORT, "Of the first port."),
    field!("annotations", ANNOTATIONS, "For instance a cloud load balancer's."),
    field!("clusterIP", STRING, "As in Kubernetes; `None` for a headless Service."),
    field!("externalTrafficPolicy", Type::Enum(&["Cluster", "Local"]), "As in Kubernetes."),
    field!("internalTrafficPolicy", Type::Enum(&["Cluster", "Local"]), "As in Kubernetes."),
    field!("loadBalancerClass", STRING, "As in Kubernetes."),
    field!("loadBalancerSourceRanges", TEXTS, "As in Kubernetes."),
    field!("sessionAffinity", Type::Enum(&["None", "ClientIP"]), "As in Kubernetes."),
    field!("publishNotReadyAddresses", Type::Bool, "As in Kubernetes."),
]]);

#[rustfmt::skip]
pub static INGRESS: Object = object!(&[&[
    field!("host", Type::OneOf(&[Type::String(&rule::HOST), Type::List(&Type::String(&rule::HOST))]), "The host name, or several."),
    field!("path", STRING, "`/` unless said."),
    field!("pathType", Type::Enum(&["Prefix", "Exact", "ImplementationSpecific"]), "`Prefix` unless said."),
    field!("paths", TEXTS, "Several paths."),
    field!("port", PORT_OR_NAME, "The app's port; the first unless said."),
    field!("className", SUBDOMAIN, "The ingress class."),
    field!("tls", Type::String(&rule::TLS_SECRET), "The Secret with the certificate."),
    field!("stickySessions", Type::Bool, "Requests of one client reach one pod, by cookie."),
    field!("annotations", ANNOTATIONS, "For the controller."),
]]);

#[rustfmt::skip]
pub static GATEWAY: Object = object!(&[&[
    field!("parentRefs", Type::Kubernetes("ParentReference list"), "The Gateways."),
    field!("hostnames", Type::List(&Type::String(&rule::HOST)), "The host names."),
    field!("path", STRING, "`/` unless said."),
    field!("port", PORT_OR_NAME, "The app's port; the first unless said."),
    field!("annotations", ANNOTATIONS, "For the controller."),
]]);

#[rustfmt::skip]
pub static STRATEGY: Object = short!(
    &[&[
        field!("type", Type::Enum(&["RollingUpdate", "Recreate", "OnDelete"]), "As in Kubernetes."),
        field!("rollingUpdate", Type::Object(&ROLLING), "As in Kubernetes."),
    ]],
    "type",
);

#[rustfmt::skip]
pub static ROLLING: Object = object!(&[&[
    field!("maxSurge", Type::Count, "As in Kubernetes."),
    field!("maxUnavailable", Type::Count, "As in Kubernetes."),
    field!("partition", COUNT0, "As in Kubernetes, of a StatefulSet."),
]]);

#[rustfmt::skip]
pub static DISRUPTION: Object = Object {
    groups: &[&[
        field!("minAvailable", Type::Count, "As in Kubernetes."),
        field!("maxUnavailable", Type::Count, "As in Kubernetes."),
        field!("unhealthyPodEvictionPolicy", Type::Enum(&["IfHealthyBudget", "AlwaysAllow"]), "As in Kubernetes."),
    ]],
    shorthand: None,
    union: &["minAvailable", "maxUnavailable"],
    switch: Switch::Keep,
};
