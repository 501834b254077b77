//! Variables, and where their values come from.

use super::types::{QUANTITY, STRING, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, Object, Switch, Type};

#[rustfmt::skip]
pub static ENV: Object = Object {
    groups: &[
        &[
            field!("value", Type::Wired, "The text, with references."),
            field!("ref", Type::Wired, "One reference, where options are needed."),
            field!("optional", Type::Bool, "The pod starts without it."),
            field!("valueFrom", Type::Object(&ENV_SOURCE), "As in Kubernetes; its sources may stand without it."),
        ],
        SOURCES,
    ],
    shorthand: Some("value"),
    union: &["value", "ref", "valueFrom", "fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub const SOURCES: &[Field] = &[
    field!("fieldRef", Type::Object(&FIELD_REF), "A field of the pod (Downward API)."),
    field!("resourceFieldRef", Type::Object(&RESOURCE_FIELD_REF), "A request or limit of the container (Downward API)."),
    field!("secretKeyRef", Type::Kubernetes("SecretKeySelector"), "A key of a Secret that exists outside the project."),
    field!("configMapKeyRef", Type::Kubernetes("ConfigMapKeySelector"), "A key of a ConfigMap that exists outside the project."),
];

pub static ENV_SOURCE: Object = Object {
    groups: &[SOURCES],
    shorthand: None,
    union: &["fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static FIELD_REF: Object = short!(
    &[&[
        field!("fieldPath", Type::String(&rule::FIELD_PATH), "As in Kubernetes."),
        field!("apiVersion", STRING, "As in Kubernetes.")
    ]],
    "fieldPath",
);

#[rustfmt::skip]
pub static RESOURCE_FIELD_REF: Object = short!(
    &[&[
        field!("resource", Type::String(&rule::RESOURCE), "As in Kubernetes."),
        field!("containerName", STRING, "As in Kubernetes."),
        field!("divisor", QUANTITY, "As in Kubernetes."),
    ]],
    "resource",
);

#[rustfmt::skip]
pub static ENV_FROM: Object = Object {
    groups: &[&[
        field!("ref", Type::Text, "`configs.NAME` or `secrets.NAME`."),
        field!("configMapRef", Type::Object(&OBJECT_REF), "As in Kubernetes: a ConfigMap by its name."),
        field!("secretRef", Type::Object(&OBJECT_REF), "As in Kubernetes: a Secret by its name."),
        field!("prefix", STRING, "Put before every name."),
        field!("optional", Type::Bool, "The pod starts without it."),
    ]],
    shorthand: Some("ref"),
    union: &["ref", "configMapRef", "secretRef"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static OBJECT_REF: Object = short!(
    &[&[field!("name", SUBDOMAIN, "Its name."), field!("optional", Type::Bool, "The pod starts without it."),]],
    "name",
);
