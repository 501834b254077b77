//! Probes and what they ask.

use super::types::{COUNT0, COUNT1, NONE, PORT, STRING, TEXTS};
use crate::project::rule;
use crate::project::schema::{Field, Object, Switch, Type};

#[rustfmt::skip]
pub const PROBES: &[Field] = &[
    field!("livenessProbe", Type::OneOf(&[NONE, Type::Object(&PROBE)]), "Restarts the container when it fails."),
    field!("readinessProbe", Type::OneOf(&[NONE, Type::Object(&PROBE)]), "Takes the pod out of its Services when it fails.", like "{httpGet: /ready}"),
    field!("startupProbe", Type::OneOf(&[NONE, Type::Object(&PROBE)]), "Holds the other probes back until it succeeds."),
];

#[rustfmt::skip]
pub const PROBE_TIMINGS: &[Field] = &[
    field!("initialDelaySeconds", COUNT0, "As in Kubernetes."),
    field!("periodSeconds", COUNT1, "As in Kubernetes."),
    field!("timeoutSeconds", COUNT1, "As in Kubernetes."),
    field!("successThreshold", COUNT1, "As in Kubernetes."),
    field!("failureThreshold", COUNT1, "As in Kubernetes."),
    field!("terminationGracePeriodSeconds", COUNT1, "As in Kubernetes."),
];

#[rustfmt::skip]
pub static PROBE: Object = Object {
    groups: &[
        &[
            field!("httpGet", Type::Object(&HTTP_GET), "A path, or the Kubernetes map; the port is the first port."),
            field!("tcpSocket", Type::Object(&TCP_SOCKET), "A port, or the Kubernetes map; the first port unless said."),
            field!("exec", Type::OneOf(&[Type::Object(&EXEC), TEXTS]), "A command; no shell."),
            field!("grpc", Type::Object(&GRPC), "A port, or the Kubernetes map."),
        ],
        PROBE_TIMINGS,
    ],
    shorthand: None,
    union: &["httpGet", "tcpSocket", "exec", "grpc"],
    switch: Switch::Keep,
};

pub static STORE_PROBE: Object = object!(&[PROBE_TIMINGS]);

pub const PORT_OR_NAME: Type = Type::OneOf(&[PORT, Type::String(&rule::PORTS_NAME)]);

#[rustfmt::skip]
pub static HTTP_GET: Object = short!(
    &[&[
        field!("path", STRING, "The path."),
        field!("port", PORT_OR_NAME, "The port or its name."),
        field!("scheme", Type::Enum(&["HTTP", "HTTPS"]), "`HTTP` unless said."),
        field!("host", STRING, "As in Kubernetes; breaks Pod Security `restricted` from 1.34."),
        field!("httpHeaders", Type::Kubernetes("HTTPHeader list"), "As in Kubernetes."),
    ]],
    "path",
);

#[rustfmt::skip]
pub static TCP_SOCKET: Object = short!(
    &[&[field!("port", PORT_OR_NAME, "The port or its name."), field!("host", STRING, "As in Kubernetes.")]],
    "port",
);

#[rustfmt::skip]
pub static EXEC: Object = object!(&[&[field!("command", TEXTS, "The command; no shell.")]]);

#[rustfmt::skip]
pub static GRPC: Object =
    short!(&[&[field!("port", PORT, "The port."), field!("service", STRING, "As in Kubernetes.")]], "port");
