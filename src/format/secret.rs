//! Types of Secrets, and the form of the values they hold.
//!
//! Source: `ValidateSecret` (`pkg/apis/core/validation`), https://kubernetes.io/docs/concepts/configuration/secret/#secret-types

use super::Checked;

/// A Secret of any keys.
pub const OPAQUE: &str = "Opaque";
pub const BASIC_AUTH: &str = "kubernetes.io/basic-auth";
pub const TLS: &str = "kubernetes.io/tls";
pub const DOCKER_CONFIG: &str = "kubernetes.io/dockerconfigjson";
/// What Docker wrote before 1.7.
pub const DOCKER_CFG: &str = "kubernetes.io/dockercfg";

/// The keys that a Secret of this type must have. `basic-auth`, which asks for one of two, is not among them.
pub fn keys(kind: &str) -> &'static [&'static str] {
    match kind {
        TLS => &["tls.crt", "tls.key"],
        DOCKER_CONFIG => &[".dockerconfigjson"],
        DOCKER_CFG => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    }
}

/// Whether the key holds credentials of registries.
pub fn is_registry(key: &str) -> bool {
    [DOCKER_CONFIG, DOCKER_CFG].iter().any(|kind| keys(kind).contains(&key))
}

/// The value of such a key: credentials of registries are a JSON object. Nothing of what it holds is said.
pub fn value(key: &str, text: &[u8]) -> Checked {
    let is_object = || serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(text).is_ok();
    if is_registry(key) && !is_object() {
        return Err("is no JSON object, as credentials of registries are".into());
    }
    Ok(())
}

/// What credentials of registries look like.
pub const CREDENTIALS: &str =
    "it is the text of Docker's `config.json`: `{\"auths\": {\"ghcr.io\": {\"auth\": \"...\"}}}`";
