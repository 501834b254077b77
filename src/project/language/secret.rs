//! ConfigMaps and Secrets, and who delivers their values.

use super::types::{COUNT1, STRING, SUBDOMAIN};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

pub const PROVIDER_TYPE: Type = Type::OneOf(&[Type::Enum(&["local", "existing"]), Type::Object(&PROVIDER)]);

#[rustfmt::skip]
pub static PROVIDER: Object = Object {
    groups: &[&[
        field!("external", Type::Object(&EXTERNAL), "External Secrets Operator fetches the values."),
        field!("sealed", Type::Object(&SEALED), "Sealed Secrets: ciphertext in the repository."),
        field!("sops", Type::Object(&SOPS), "SOPS-encrypted files, which Flux decrypts."),
    ]],
    shorthand: None,
    union: &["external", "sealed", "sops"],
    switch: Switch::Replace,
};

#[rustfmt::skip]
pub static EXTERNAL: Object = object!(&[&[
    field!("store", SUBDOMAIN, "The name of the SecretStore."),
    field!("kind", Type::Enum(&["SecretStore", "ClusterSecretStore"]), "Its kind."),
    field!("prefix", STRING, "Where the secrets are found: `<prefix>/<secret>#<key>`."),
    field!("refreshInterval", Type::String(&rule::DURATION), "How often the values are fetched."),
    field!("reloader", Type::Bool, "Whether Reloader restarts what reads a value that changed in place."),
]]);

#[rustfmt::skip]
pub static SEALED: Object = short!(
    &[&[
        field!("certificate", Type::String(&rule::PATH), "The controller's certificate, for `kgen secret set`."),
        field!("scope", Type::Enum(&["strict", "namespace-wide", "cluster-wide"]), "What a sealed value is bound to; `strict` unless said: namespace and name."),
        field!("folder", Type::String(&rule::PATH), "Where the sealed files are; `secrets` unless said."),
    ]],
    "certificate",
);

#[rustfmt::skip]
pub static SOPS: Object = short!(
    &[&[field!("folder", Type::String(&rule::PATH), "Where the encrypted files are; `secrets` unless said.")]],
    "folder",
);

pub static CONFIGS: MapType = components!(Type::Map(&map!(&rule::DATA_KEY, Type::Object(&CONTENT))), None);

#[rustfmt::skip]
pub static CONTENT: Object = Object {
    groups: &[&[
        field!("value", Type::Text, "The text."),
        field!("file", Type::String(&rule::PATH), "The file whose content it is."),
    ]],
    shorthand: Some("value"),
    union: &["value", "file"],
    switch: Switch::Replace,
};

pub static SECRETS: MapType = components!(Type::Map(&SECRET_KEYS), None);

pub static SECRET_KEYS: MapType =
    MapType { key: &rule::DATA_KEY, value: Type::Object(&SECRET), defaults: None, null_is_empty: true };

#[rustfmt::skip]
pub static SECRET: Object = Object {
    groups: &[&[
        field!("value", Type::Password, "A literal (dev only), or composed from references."),
        field!("env", Type::String(&rule::VARIABLE), "From the environment of `kgen render`; in the stream only."),
        field!("file", STRING, "From a file; in the stream only."),
        field!("remote", STRING, "Where the provider finds it, as `key#property`."),
        field!("provider", PROVIDER_TYPE, "Another provider than the profile's."),
        field!("minLength", COUNT1, "The least number of characters."),
        field!("revision", Type::Text, "Changed when the value has changed elsewhere, to restart what reads it."),
    ]],
    shorthand: Some("value"),
    union: &["value", "env", "file"],
    switch: Switch::Keep,
};
