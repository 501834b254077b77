//! ConfigMaps and Secrets: keys, size, and what the type of a Secret asks for.
//!
//! Source: `ValidateConfigMap`, `ValidateSecret` (`pkg/apis/core/validation`). Broken base64 is found by `typed.rs`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::form::short;
use crate::access::fault::TOO_LARGE;
use crate::format::{self, secret};
use crate::plan::DUPLICATE_NAME;
use crate::plan::given::INVALID_JSON;
use crate::resource::Finding;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::INVALID_KEY;
use crate::resource::walk::At;
use crate::tree::Kind;

/// `MaxSecretSize`: of the values, decoded; keys do not count.
const LIMIT: usize = 1 << 20;

pub fn check(root: &At, kind: &str, out: &mut Vec<Finding>) {
    let mut total = 0;
    for field in ["data", "binaryData", "stringData"] {
        let encoded = field == "binaryData" || (field == "data" && kind == "Secret");
        for (key, value) in root.entries(field) {
            total += size(&value, encoded);
            if let Err(reason) = format::data_key(key) {
                out.push(value.found(INVALID_KEY, format!("the key `{}` {reason}", short(key))));
            }
            if field == "binaryData" && root.at(&["data", key]).is_some() {
                out.push(value.found(DUPLICATE_NAME, format!("the key `{}` is in `data` too", short(key))));
            }
        }
    }
    if total > LIMIT {
        let message = format!("a {kind} may have {LIMIT} bytes, but has {total}");
        out.push(root.found(TOO_LARGE, message).hint("mount it from a volume or an image"));
    }
    if kind == "Secret" {
        by_type(root, out);
    }
}

fn size(value: &At, encoded: bool) -> usize {
    if let Kind::Secret(secret) = &value.node.kind {
        return secret.size();
    }
    let text = value.text().unwrap_or_default();
    let decoded = || STANDARD.decode(text).map_or(text.len(), |bytes| bytes.len());
    if encoded { decoded() } else { text.len() }
}

fn by_type(root: &At, out: &mut Vec<Finding>) {
    let has = |key: &str| ["data", "stringData"].iter().any(|field| root.node.at(&[field, key]).is_some());
    let kind = root.str("type").unwrap_or(secret::OPAQUE);
    let basic = kind == secret::BASIC_AUTH && !has("username") && !has("password");
    let keys = if basic { &["username"] } else { secret::keys(kind) };
    for key in keys.iter().filter(|key| !has(key)) {
        let message = format!("a Secret of type `{kind}` must have the key `{key}`");
        out.push(root.found_at("data", MISSING_FIELD, message));
    }
    if let Some(key) = keys.first().filter(|key| secret::is_registry(key)) {
        registry(root, key, out);
    }
    if kind == "kubernetes.io/service-account-token" && root.at(&["metadata", "annotations", ACCOUNT]).is_none() {
        let message = format!("a Secret of type `{kind}` must have the annotation `{ACCOUNT}`");
        out.push(root.found_at("metadata", MISSING_FIELD, message).hint("it names the ServiceAccount"));
    }
}

const ACCOUNT: &str = "kubernetes.io/service-account.name";

/// Credentials of registries are a JSON object; nothing of what it holds is said.
fn registry(root: &At, key: &'static str, out: &mut Vec<Finding>) {
    for field in ["data", "stringData"] {
        let Some(value) = root.at(&[field, key]) else { continue };
        let Some(text) = value.text() else { continue };
        // What is no base64 is found by `typed.rs`.
        let bytes = if field == "data" { STANDARD.decode(text).ok() } else { Some(text.as_bytes().to_vec()) };
        if bytes.is_some_and(|bytes| secret::value(key, &bytes).is_err()) {
            out.push(value.found(INVALID_JSON, format!("`{key}` must be a JSON object")));
        }
    }
}
