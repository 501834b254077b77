//! Ingresses beside each other, and names that are looked up in the wrong namespace.
//!
//! Owns: TLS, one host and path twice, short names across namespaces.
//! Does not own: whether Services and ports are there (`resource/references`).

use std::collections::BTreeMap;

use super::set::{Findings, Set, Workload};
use crate::resource::walk::At;

crate::declare! {
    /// an Ingress without TLS outside dev
    ///
    /// An Ingress without `tls` outside dev: passwords and cookies travel readable.
    /// Fix: `ingress: {tls: SECRET}`.
    /// How to allow: `allow: {ingress-no-tls: "TLS ends at the load balancer"}`.
    /// Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
    INGRESS_NO_TLS = "ingress-no-tls", Warning, allow;

    /// two Ingresses of one host and path
    ///
    /// Two Ingresses of one class claim the same host and path: the controller takes one of them, and which one may
    ///   change.
    /// Fix: another path or host for one of the two.
    /// Source: https://kubernetes.github.io/ingress-nginx/how-it-works/
    INGRESS_CONFLICT = "ingress-conflict", Error, allow;

    /// a short host name of another namespace
    ///
    /// A short host name (`cache`) is looked up in the pod's own namespace, and the Service of that name is in another.
    /// Fix: the full name (`${redis.cache.fqdn}`), or one namespace.
    /// Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    NAMESPACE_MIXED = "namespace-mixed", Either;
}

pub fn check(set: &Set, out: &mut Findings) {
    if !set.settings.is_dev() {
        plain(set, out);
    }
    conflicts(set, out);
    let services = services(set);
    set.workloads.iter().for_each(|workload| names(&services, workload, out));
}

/// Annotations by which a controller brings TLS itself.
const BRINGS_TLS: [&str; 6] = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "alb.ingress.kubernetes.io/listen-ports",
    "networking.gke.io/managed-certificates",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "traefik.ingress.kubernetes.io/router.tls",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
];

fn plain(set: &Set, out: &mut Findings) {
    for (index, resource, spec) in set.kind("Ingress") {
        let root = At::root(&resource.body);
        let annotations = root.get("metadata").map(|at| at.entries("annotations")).unwrap_or_default();
        if spec.get("tls").is_none() && !annotations.iter().any(|(key, _)| BRINGS_TLS.contains(key)) {
            let message = "without TLS, passwords and cookies travel readable";
            let finding = spec.found_at("tls", INGRESS_NO_TLS, message);
            out.push(index, finding.hint("name the Secret of its certificate: `tls: NAME`"));
        }
    }
}

fn conflicts(set: &Set, out: &mut Findings) {
    let mut seen = BTreeMap::new();
    for (index, resource, spec) in set.kind("Ingress") {
        // The controllers' word for a second Ingress on purpose.
        let root = At::root(&resource.body);
        let annotations = root.get("metadata").map(|at| at.entries("annotations")).unwrap_or_default();
        if annotations.iter().any(|(key, at)| key.ends_with("/canary") && at.text() == Some("true")) {
            continue;
        }
        let class = spec.str("ingressClassName").unwrap_or_default();
        for rule in spec.items("rules") {
            let host = rule.str("host").unwrap_or("*");
            for path in rule.get("http").map(|http| http.items("paths")).unwrap_or_default() {
                let text = path.str("path").unwrap_or("/");
                let key = (class, host, text, path.str("pathType").unwrap_or_default());
                let Some(first) = seen.insert(key, &resource.id) else { continue };
                let message = format!("`{host}{text}` is in {first} too: which of the two answers, nobody can say");
                let finding = path.found(INGRESS_CONFLICT, message);
                out.push(index, finding.hint("give one of the two another host or path"));
            }
        }
    }
}

/// The namespaces that have a Service, by its name.
fn services<'s>(set: &Set<'s>) -> BTreeMap<&'s str, Vec<Option<&'s str>>> {
    let mut out: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for (_, service, _) in set.kind("Service") {
        out.entry(&service.id.name).or_default().push(service.id.namespace.as_deref());
    }
    out
}

/// A variable or argument with the short name of a Service that another namespace has.
fn names(services: &BTreeMap<&str, Vec<Option<&str>>>, workload: &Workload, out: &mut Findings) {
    let own = workload.resource.id.namespace.as_deref();
    let foreign = |name: &str| {
        let namespaces = services.get(name).filter(|namespaces| own.is_some() && !namespaces.contains(&own))?;
        namespaces.iter().flatten().next().copied()
    };
    for (_, container) in workload.pod.containers() {
        let values = container.items("env").into_iter().filter_map(|at| at.get("value"));
        for at in values.chain(container.items("args")) {
            let text = at.text().unwrap_or_default();
            let Some((name, namespace)) = host(text).and_then(|name| Some((name, foreign(name)?))) else { continue };
            let message =
                format!("`{name}` is looked up in the pod's own namespace, but the Service is in `{namespace}`");
            let finding = at.found(NAMESPACE_MIXED, message);
            out.push(workload.index, finding.hint(format!("write `{name}.{namespace}.svc`")));
        }
    }
}

/// The host that a text is, with a port or inside a URL.
fn host(text: &str) -> Option<&str> {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_url = text.contains("://");
    match host.split_once(':') {
        Some((host, port)) => (port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty()).then_some(host),
        None => is_url.then_some(host),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts() {
        for text in ["cache:6379", "redis://u:p@cache:6379/0", "http://cache/x", "http://cache"] {
            assert_eq!(host(text), Some("cache"), "{text}");
        }
        for text in ["cache", "cache.other:80", "cache: yes", "my-cache:1", "http://cache.x/"] {
            assert_ne!(host(text), Some("cache"), "{text}");
        }
    }
}
