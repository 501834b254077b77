//! Values of the custom resources that kgen emits.
//!
//! Source: the patterns of their CRDs, and what their controllers parse.

use super::container::number;
use super::form::{short, text};
use super::network;
use crate::format;
use crate::resource::Finding;
use crate::resource::values::form::{INVALID_KEY, INVALID_NAME, INVALID_PATH};
use crate::resource::walk::At;

crate::declare! {
    /// a duration that is none
    ///
    /// A duration such as `30s`, `1h`.
    INVALID_DURATION = "invalid-duration", Error;
}

pub fn check(root: &At, kind: &str, out: &mut Vec<Finding>) {
    let Some(spec) = root.get("spec") else { return };
    match kind {
        "ExternalSecret" => external(&spec, out),
        "SealedSecret" => keys(&spec.entries("encryptedData"), out),
        "HTTPRoute" => route(&spec, out),
        _ => {}
    }
}

fn external(spec: &At, out: &mut Vec<Finding>) {
    let interval = |text: &str| format::duration(text).map(drop);
    text(spec.get("refreshInterval"), INVALID_DURATION, "the interval", interval, out);
    text(spec.at(&["target", "name"]), INVALID_NAME, "the Secret", format::dns_subdomain, out);
    for item in spec.items("data") {
        text(item.get("secretKey"), INVALID_KEY, "the key", format::data_key, out);
    }
    spec.at(&["target", "template"]).iter().for_each(|template| keys(&template.entries("data"), out));
}

fn keys(entries: &[(&str, At)], out: &mut Vec<Finding>) {
    for (key, value) in entries {
        if let Err(reason) = format::data_key(key) {
            out.push(value.found(INVALID_KEY, format!("the key `{}` {reason}", short(key))));
        }
    }
}

fn route(spec: &At, out: &mut Vec<Finding>) {
    for host in spec.get("hostnames").iter().flat_map(At::children) {
        text(Some(host), INVALID_NAME, "the host", network::host, out);
    }
    for rule in spec.items("rules") {
        for path in rule.items("matches").iter().filter_map(|at| at.get("path")) {
            let expression = path.str("type") == Some("RegularExpression");
            text(path.get("value").filter(|_| !expression), INVALID_PATH, "the path", absolute, out);
        }
        rule.items("backendRefs").iter().for_each(|backend| number(backend, "port", out));
    }
}

fn absolute(path: &str) -> format::Checked {
    if path.starts_with('/') { Ok(()) } else { Err("must begin with `/`".into()) }
}
