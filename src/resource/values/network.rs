//! Services and Ingresses.
//!
//! Source: `ValidateService`, `validateServicePort` (`pkg/apis/core/validation`), `ValidateIngressSpec`
//! (`pkg/apis/networking/validation`).

use super::container::{number, number_or_name};
use super::form::{exactly_one, short, text, unique};
use super::metadata;
use crate::format;
use crate::plan::DUPLICATE_NAME;
use crate::resource::Finding;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::{INVALID_NAME, INVALID_PATH, INVALID_PORT, INVALID_VALUE, ONE_OF};
use crate::resource::walk::At;

crate::declare! {
    /// a field for another type of Service
    ///
    /// A field of a Service goes with another `type`.
    SERVICE_TYPE = "service-type", Error;
}

const TYPES: [&str; 4] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

pub fn service(root: &At, out: &mut Vec<Finding>) {
    let Some(spec) = root.get("spec") else { return };
    let kind = spec.str("type").unwrap_or("ClusterIP");
    if !TYPES.contains(&kind) {
        let expected = crate::diag::suggest::one_of(TYPES);
        out.push(spec.found_at("type", INVALID_VALUE, format!("`type` must be {expected}, but is `{}`", short(kind))));
    }
    if kind == "ExternalName" {
        match spec.get("externalName") {
            None => {
                out.push(spec.found_at("externalName", MISSING_FIELD, "the required field `externalName` is missing"))
            }
            name => text(
                name,
                INVALID_NAME,
                "the external name",
                |name| format::dns_subdomain(name.trim_end_matches('.')),
                out,
            ),
        }
    }
    metadata::labels(&spec, "selector", out);
    of_type(&spec, kind, out);
    service_ports(&spec, kind, out);
}

/// Fields that the server refuses on some types.
fn of_type(spec: &At, kind: &str, out: &mut Vec<Finding>) {
    if spec.str("clusterIP") == Some("None") && matches!(kind, "NodePort" | "LoadBalancer") {
        out.push(spec.found_at("clusterIP", SERVICE_TYPE, format!("a {kind} Service cannot be headless")));
    }
    let mut only = |at: &At, key: &str, types: &[&str]| {
        if at.get(key).is_some() && !types.contains(&kind) {
            let expected = crate::diag::suggest::one_of(types.iter().copied());
            let message = format!("`{key}` needs `type` to be {expected}, but it is `{kind}`");
            out.push(at.found_at(key, SERVICE_TYPE, message));
        }
    };
    for key in ["loadBalancerClass", "loadBalancerSourceRanges"] {
        only(spec, key, &["LoadBalancer"]);
    }
    if spec.get("externalIPs").is_none() {
        only(spec, "externalTrafficPolicy", &["NodePort", "LoadBalancer"]);
    }
    spec.items("ports").iter().for_each(|port| only(port, "nodePort", &["NodePort", "LoadBalancer"]));
}

fn service_ports(spec: &At, kind: &str, out: &mut Vec<Finding>) {
    let ports = spec.items("ports");
    if ports.is_empty() && kind != "ExternalName" && spec.str("clusterIP") != Some("None") {
        out.push(spec.found_at("ports", MISSING_FIELD, "a Service must have at least one port"));
    }
    unique(ports.iter().cloned(), "name", "the port name", out);
    let several = ports.len() > 1;
    let mut seen = std::collections::BTreeSet::new();
    for port in ports {
        if several && port.get("name").is_none() {
            out.push(port.found_at("name", MISSING_FIELD, "each port of a Service with several must have a name"));
        }
        // `ValidateDNS1123Label`: wider than the name of a container's port.
        text(port.get("name"), INVALID_PORT, "the port name", format::dns_label, out);
        number(&port, "port", out);
        number(&port, "nodePort", out);
        number_or_name(&port, "targetPort", out);
        if let Some(number) = port.int("port")
            && !seen.insert((number, port.str("protocol").unwrap_or("TCP")))
        {
            out.push(port.found_at("port", DUPLICATE_NAME, format!("the port {number} is there twice")));
        }
    }
}

pub fn ingress(root: &At, out: &mut Vec<Finding>) {
    let Some(spec) = root.get("spec") else { return };
    let (rules, default) = (spec.items("rules"), spec.get("defaultBackend"));
    if rules.is_empty() && default.is_none() {
        out.push(spec.found(ONE_OF, "an Ingress must have `rules` or `defaultBackend`"));
    }
    text(spec.get("ingressClassName"), INVALID_NAME, "the ingress class", format::dns_subdomain, out);
    default.iter().for_each(|at| backend(at, out));
    for tls in spec.items("tls") {
        tls.items("hosts").into_iter().for_each(|host| text(Some(host), INVALID_NAME, "the host", format::host, out));
        text(tls.get("secretName"), INVALID_NAME, "the Secret", format::dns_subdomain, out);
    }
    for rule in rules {
        text(rule.get("host"), INVALID_NAME, "the host", host, out);
        for path in rule.get("http").iter().flat_map(|http| http.items("paths")) {
            ingress_path(&path, out);
            path.get("backend").iter().for_each(|at| backend(at, out));
        }
    }
}

/// An empty host is any host; an address is none (`ValidateIngressRules`).
pub fn host(text: &str) -> format::Checked {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Err("must be a DNS name, not an address".into());
    }
    if text.is_empty() { Ok(()) } else { format::host(text) }
}

fn ingress_path(at: &At, out: &mut Vec<Finding>) {
    if at.str("pathType") == Some("ImplementationSpecific") && at.get("path").is_none() {
        return;
    }
    let path = at.str("path").unwrap_or_default();
    if !path.starts_with('/') {
        out.push(at.found_at("path", INVALID_PATH, format!("the path `{}` must begin with `/`", short(path))));
    }
    // `invalidPathSequences`, which hold for `Exact` and `Prefix`.
    let strict = at.str("pathType") != Some("ImplementationSpecific");
    let bad = ["//", "/./", "/../", "%2f", "%2F"].into_iter().find(|bad| path.contains(bad));
    if let Some(bad) = bad.filter(|_| strict) {
        out.push(at.found_at("path", INVALID_PATH, format!("the path `{}` must not have `{bad}`", short(path))));
    }
}

fn backend(at: &At, out: &mut Vec<Finding>) {
    exactly_one(at, &["service", "resource"], "a backend", out);
    let Some(service) = at.get("service") else { return };
    text(service.get("name"), INVALID_NAME, "the Service", format::service_name, out);
    match service.get("port") {
        None => out.push(service.found_at("port", MISSING_FIELD, "the required field `port` is missing")),
        Some(port) => {
            exactly_one(&port, &["name", "number"], "the port of a backend", out);
            number(&port, "number", out);
            text(port.get("name"), INVALID_PORT, "the port name", format::port_name, out);
        }
    }
}
