//! How requests come in: Ingresses, routes of a Gateway, Services with an address outside the cluster; and which pods are
//! behind a Service's name.
//!
//! Does not own: where the edges end (`scene`).

use std::collections::{BTreeMap, BTreeSet};

use super::sketch::Fact;
use crate::resource::reference::{self, Reference};
use crate::resource::walk::At;
use crate::resource::{Resource, pods};

/// A way in.
#[derive(Debug)]
pub struct Route {
    /// `ingress`, `route` or `service`.
    pub kind: &'static str,
    pub fact: Fact,
    /// Services, each with the paths and the port.
    pub to: Vec<(String, String)>,
    /// Secrets with its certificates.
    pub tls: Vec<String>,
}

/// The route that an object is.
pub fn of(resource: &Resource) -> Option<Route> {
    let spec = At::root(&resource.body).get("spec")?;
    let name = &resource.id.name;
    match resource.id.kind.as_str() {
        "Ingress" => Some(ingress(resource, &spec)),
        "HTTPRoute" => Some(http(resource, &spec)),
        "Service" => open(name, &spec),
        _ => None,
    }
}

fn joined(words: BTreeSet<&str>) -> Option<String> {
    Some(words.into_iter().collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

fn ingress(resource: &Resource, spec: &At) -> Route {
    let hosts = joined(spec.items("rules").iter().filter_map(|rule| rule.str("host")).collect());
    let class = spec.str("ingressClassName").map(|class| format!("Ingress {class}"));
    let lines = vec![class.unwrap_or_else(|| "Ingress".into())];
    let fact = Fact { title: hosts.unwrap_or_else(|| "any host".into()), lines, ..Fact::default() };
    let tls = reference::of(resource).iter().filter(|at| at.kind == "Secret").map(|at| at.name.to_owned()).collect();
    Route { kind: "ingress", fact, to: backends(resource), tls }
}

/// Each Service behind it, with its path and port.
fn backends(resource: &Resource) -> Vec<(String, String)> {
    let one = |at: &Reference| {
        // Of a route, the first match of the rule.
        let matched = || at.items.first()?.items("matches").first()?.at(&["path"])?.str("value");
        let path = at.items.last().and_then(|item| item.str("path")).or_else(matched);
        let port = at.within.get("port");
        let port = port.and_then(|port| port.get("name").or_else(|| port.get("number")).unwrap_or(port).scalar());
        (at.name.to_owned(), label(path, at.name, port))
    };
    reference::of(resource).iter().filter(|at| at.kind == "Service").map(one).collect()
}

/// `/api → web:http`.
fn label(path: Option<&str>, service: &str, port: Option<String>) -> String {
    let path = path.filter(|path| *path != "/").map(|path| format!("{path} → ")).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{path}{service}{port}")
}

fn http(resource: &Resource, spec: &At) -> Route {
    let hosts = joined(spec.items("hostnames").iter().filter_map(At::text).collect());
    let gateways = joined(spec.items("parentRefs").iter().filter_map(|parent| parent.str("name")).collect());
    let lines = vec![gateways.map_or("HTTPRoute".into(), |gateways| format!("HTTPRoute of {gateways}"))];
    let fact = Fact { title: hosts.unwrap_or_else(|| "any host".into()), lines, ..Fact::default() };
    Route { kind: "route", fact, to: backends(resource), tls: Vec::new() }
}

fn open(name: &str, spec: &At) -> Option<Route> {
    let kind = spec.str("type").filter(|kind| matches!(*kind, "LoadBalancer" | "NodePort"))?;
    let ports: Vec<String> = spec.items("ports").iter().filter_map(|port| port.get("port")?.scalar()).collect();
    let ports = ports.join(", ");
    let fact = Fact { title: name.to_owned(), lines: vec![kind.to_owned()], ..Fact::default() };
    let to = vec![(name.to_owned(), format!("{name}:{ports}"))];
    Some(Route { kind: "service", fact, to, tls: Vec::new() })
}

/// The objects with pods behind each Service, by namespace and name: indexes into the resources.
pub fn services(resources: &[Resource]) -> BTreeMap<(Option<&str>, &str), usize> {
    let mut labelled: BTreeMap<(Option<&str>, &str, &str), Vec<usize>> = BTreeMap::new();
    let mut labels = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate() {
        let Some(pod) = pods::of(&resource.body) else { continue };
        let namespace = resource.id.namespace.as_deref();
        let all: BTreeSet<(&str, &str)> = pod.labels().into_iter().collect();
        for (key, value) in &all {
            labelled.entry((namespace, key, value)).or_default().push(index);
        }
        labels.insert(index, all);
    }
    let mut out = BTreeMap::new();
    for resource in resources.iter().filter(|resource| resource.id.kind == "Service") {
        let namespace = resource.id.namespace.as_deref();
        let Some(spec) = At::root(&resource.body).get("spec") else { continue };
        let wanted: Vec<(&str, &str)> =
            spec.entries("selector").into_iter().filter_map(|(key, at)| Some((key, at.text()?))).collect();
        // The rarest label leaves the fewest to look at.
        let found = wanted.iter().map(|(key, value)| labelled.get(&(namespace, *key, *value)));
        let Some(fewest) = found.map(|found| found.map_or(&[][..], Vec::as_slice)).min_by_key(|found| found.len())
        else {
            continue;
        };
        let fits = |index: &&usize| wanted.iter().all(|pair| labels.get(*index).is_some_and(|all| all.contains(pair)));
        if let Some(index) = fewest.iter().find(fits) {
            out.insert((namespace, resource.id.name.as_str()), *index);
        }
    }
    out
}

/// The names of hosts in a text: what stands in a URL's place for one, what a port or `.svc` follows, and the whole text
/// of a variable whose name says that it is one.
pub fn hosts<'t>(variable: &str, text: &'t str) -> Vec<&'t str> {
    let is_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let mut out = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !is_host(c)) {
        let start = at;
        at += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        let (before, after) = (&text[..start], &text[start + word.len()..]);
        let in_url = before.ends_with("//") || before.ends_with('@');
        let port = after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let named = start == 0 && after.is_empty() && says_host(variable);
        // Before an `@` stand a user and a password.
        let user = after.split(|c: char| c == '/' || c.is_whitespace()).next().is_some_and(|rest| rest.contains('@'));
        if !user && (in_url || port || named || word.contains(".svc")) {
            out.push(word);
        }
    }
    out
}

fn says_host(variable: &str) -> bool {
    let upper = variable.to_ascii_uppercase();
    ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "ENDPOINT", "SERVICE"].iter().any(|word| upper.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn a_host_is_told_by_where_it_stands() {
        assert_eq!(hosts("X", "http://api:8000/web"), ["api"]);
        assert_eq!(hosts("X", "amqp://u:p@mq/vhost"), ["mq"]);
        assert_eq!(hosts("X", "amqp://db:1234@mq"), ["mq"]);
        assert_eq!(hosts("X", "cache.shop.svc.cluster.local"), ["cache.shop.svc.cluster.local"]);
        assert_eq!(hosts("X", "a:1,b:2"), ["a", "b"]);
        assert_eq!(hosts("DB_HOST", "db"), ["db"]);
        assert_eq!(hosts("DB_USER", "db"), [""; 0]);
        assert_eq!(hosts("X", "über://db:x"), ["db"]);
    }
}
