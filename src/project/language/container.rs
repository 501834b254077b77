//! Containers, wherever they stand.

use super::env::{ENV, ENV_FROM};
use super::probe::PROBES;
use super::types::{PORT, QUANTITY, STRING, TEXTS};
use super::volume::{FILE, VOLUME};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

/// What a container has, wherever it stands.
#[rustfmt::skip]
pub const CONTAINER: &[Field] = &[
    field!("image", Type::String(&rule::IMAGE), "With a tag or a digest.", like "ghcr.io/acme/shop-api:1.4.2"),
    field!("imagePullPolicy", Type::Enum(&["Always", "IfNotPresent", "Never"]), "As in Kubernetes."),
    field!("command", TEXTS, "Replaces the image's entrypoint.", like "[celery, -A, shop, worker]"),
    field!("args", TEXTS, "Replaces the image's arguments."),
    field!("workingDir", STRING, "As in Kubernetes."),
    field!("env", Type::Map(&map!(&rule::ENV_NAME_KEY, Type::Object(&ENV))), "Environment variables, by name.", like r#"{DATABASE_URL: "${postgres.db.url}", LOG_LEVEL: info}"#),
    field!("envFrom", Type::List(&Type::Object(&ENV_FROM)), "All keys of a config or secret as variables.", like "[configs.settings, secrets.app]"),
    field!("files", Type::Map(&map!(&rule::MOUNT_PATH, Type::Object(&FILE))), "Files in the container, by path.", like r#"{/etc/app/app.toml: "${configs.settings.app.toml}"}"#),
    field!("volumes", Type::Map(&map!(&rule::MOUNT_PATH, Type::Object(&VOLUME))), "Volumes, by the path they are mounted at.", like "{/data: {size: 1Gi}, /tmp: {emptyDir: {}}}"),
    field!("resources", Type::Object(&RESOURCES), "Requests and limits.", like "{requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 256Mi}}"),
    field!("lifecycle", Type::Kubernetes("Lifecycle"), "Hooks, as in Kubernetes."),
    field!("stdin", Type::Bool, "As in Kubernetes."),
    field!("tty", Type::Bool, "As in Kubernetes."),
    field!("terminationMessagePolicy", Type::Enum(&["File", "FallbackToLogsOnError"]), "As in Kubernetes."),
];

#[rustfmt::skip]
pub const CONTAINER_SECURITY: &[Field] =
    &[field!("securityContext", Type::Kubernetes("security context"), "Merged over the restricted default.")];

pub static INIT_CONTAINER: Object = object!(&[CONTAINER, CONTAINER_SECURITY]);

pub static SIDECAR: Object = object!(&[CONTAINER, PORTS, PROBES, CONTAINER_SECURITY]);

#[rustfmt::skip]
pub const PORTS: &[Field] = &[
    field!("port", PORT, "Short for `ports: {http: ...}`.", like "8000"),
    field!("ports", Type::Map(&map!(&rule::PORT_NAME, Type::Object(&CONTAINER_PORT))), "Ports of the container, by name.", like "{http: 8000, metrics: 9090}"),
];

#[rustfmt::skip]
pub static RESOURCES: Object = object!(&[&[
    field!("requests", Type::Map(&map!(&rule::RESOURCE_NAME, QUANTITY)), "What the scheduler reserves."),
    field!("limits", Type::Map(&map!(&rule::RESOURCE_NAME, QUANTITY)), "What the container may use."),
    field!("claims", Type::Kubernetes("ResourceClaim list"), "As in Kubernetes."),
]]);

#[rustfmt::skip]
pub static CONTAINER_PORT: Object = short!(
    &[&[
        field!("containerPort", PORT, "The port."),
        field!("protocol", Type::Enum(&["TCP", "UDP", "SCTP"]), "`TCP` unless said."),
        field!("hostPort", PORT, "As in Kubernetes; breaks Pod Security `restricted`."),
        field!("appProtocol", STRING, "Of the Service's port."),
    ]],
    "containerPort",
);
