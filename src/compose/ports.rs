//! Ports of a container.
//!
//! Owns: the short and the long form, ranges, protocols. What is published on the machine says only that a port is there:
//! in a cluster an Ingress does that.

use super::context::{Context, wrong};
use super::probe::bad;
use super::service::Service;
use super::text::Item;
use crate::source::Span;
use crate::tree::Tree;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// In the order of the file.
    pub all: Vec<(u16, &'static str)>,
    /// Where the first is published.
    pub published: Option<Span>,
}

/// More of them are not a range of ports but of addresses, as of a media server.
const MANY: u32 = 32;

impl Ports {
    pub fn add(&mut self, port: u16, protocol: &'static str) {
        if !self.all.contains(&(port, protocol)) {
            self.all.push((port, protocol));
        }
    }

    pub fn tcp(&self) -> Vec<u16> {
        self.all.iter().filter(|(_, protocol)| *protocol == "TCP").map(|(port, _)| *port).collect()
    }

    /// `port: 80`, or `ports` by name. A TCP port comes first: the probe asks it.
    pub fn item(&self) -> Option<Item> {
        if let [(port, "TCP")] = self.all[..]
            && !is_other(port)
        {
            return Some(Item::raw("port", port.to_string()));
        }
        let mut all = self.all.clone();
        all.sort_by_key(|(_, protocol)| *protocol != "TCP");
        let mut names: Vec<String> = Vec::new();
        let mut items = Vec::new();
        for (port, protocol) in all {
            let name = match (protocol, port, names.is_empty()) {
                ("TCP", 443, false) => "https".to_owned(),
                ("TCP", _, true) if !is_other(port) => "http".to_owned(),
                ("TCP", ..) => format!("tcp-{port}"),
                _ => format!("{}-{port}", protocol.to_lowercase()),
            };
            let value = match protocol {
                "TCP" => port.to_string(),
                _ => format!("{{containerPort: {port}, protocol: {protocol}}}"),
            };
            items.push(Item::raw(&name, value));
            names.push(name);
        }
        (!items.is_empty()).then(|| Item::map("ports", items))
    }
}

/// Where servers listen that others reach without a word about it in the Compose file, by the last part of their image.
const USUAL: &[(&str, u16)] = &[
    ("mysql", 3306),
    ("mariadb", 3306),
    ("mongo", 27017),
    ("rabbitmq", 5672),
    ("memcached", 11211),
    ("nats", 4222),
    ("eclipse-mosquitto", 1883),
    ("kafka", 9092),
    ("zookeeper", 2181),
    ("etcd", 2379),
    ("mailpit", 1025),
    ("mailhog", 1025),
    ("keydb", 6379),
    ("dragonfly", 6379),
    ("redis-stack", 6379),
    ("redis-stack-server", 6379),
    ("timescaledb-ha", 5432),
    ("citus", 5432),
    ("elasticsearch", 9200),
    ("opensearch", 9200),
    ("minio", 9000),
    ("meilisearch", 7700),
    ("qdrant", 6333),
    ("clickhouse-server", 8123),
    ("influxdb", 8086),
    ("gotenberg", 3000),
    ("nginx", 80),
    ("httpd", 80),
    ("caddy", 80),
];

/// A port that speaks something else than HTTP, which a mesh reads from its name.
fn is_other(port: u16) -> bool {
    const HTTP: [u16; 9] = [9200, 9000, 7700, 6333, 8123, 8086, 3000, 80, 8080];
    USUAL.iter().any(|(_, usual)| *usual == port) && !HTTP.contains(&port)
}

pub fn usual(image: &str) -> Option<u16> {
    let name = crate::format::image(image).ok()?.name;
    let last = name.rsplit('/').next().unwrap_or(name);
    USUAL.iter().find(|(known, _)| *known == last).map(|(_, port)| *port)
}

pub fn ports(cx: &mut Context, service: &Service) -> Ports {
    let mut out = Ports::default();
    for key in ["ports", "expose"] {
        let Some(value) = service.map.get(key).filter(|value| !value.is_null()) else { continue };
        let subject = format!("{}.{key}", service.name);
        let Some(list) = value.as_list() else {
            cx.report.push(wrong(&subject, "a list", value));
            continue;
        };
        for item in list {
            match one(cx, &subject, item) {
                Ok((from, to, protocol, published)) => {
                    if u32::from(to - from) >= MANY {
                        let why = format!(
                            "{from} to {to} are more ports than a Service should have: only the first is carried over"
                        );
                        cx.notes.decide(item.from, &subject, why);
                        out.add(from, protocol);
                    } else {
                        (from..=to).for_each(|port| out.add(port, protocol));
                    }
                    if published && out.published.is_none() {
                        out.published = Some(item.from);
                    }
                }
                Err(reason) => bad(cx, &subject, Some(item), &reason),
            }
        }
    }
    out
}

type Range = (u16, u16, &'static str, bool);

fn one(cx: &mut Context, subject: &str, item: &Tree<Span>) -> Result<Range, String> {
    if let Some(text) = item.as_str() {
        return short(text);
    }
    let word = |key: &str| item.get(key).and_then(Tree::as_str);
    let target = word("target").ok_or("must have a `target`")?;
    if word("mode") == Some("host") {
        let why =
            "`mode: host`: a Service spreads over all pods; write `hostPort` where a port of the node itself is meant";
        cx.notes.left(item.from, subject, why);
    }
    let (from, to) = range(target)?;
    Ok((from, to, protocol(word("protocol").unwrap_or("tcp"))?, word("published").is_some()))
}

/// `[[IP:]PUBLISHED:]TARGET[/PROTOCOL]`.
fn short(text: &str) -> Result<Range, String> {
    let (ports, name) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let target = ports.rsplit(':').next().unwrap_or(ports);
    let (from, to) = range(target)?;
    Ok((from, to, protocol(name)?, ports.contains(':')))
}

fn range(text: &str) -> Result<(u16, u16), String> {
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (port(from), port(to)) {
        (Some(from), Some(to)) if from <= to => Ok((from, to)),
        _ => Err(format!("must be ports from 1 to 65535, as `8080:80`, found `{}`", crate::leak::redacted(text))),
    }
}

fn protocol(text: &str) -> Result<&'static str, String> {
    match text {
        "tcp" => Ok("TCP"),
        "udp" => Ok("UDP"),
        "sctp" => Ok("SCTP"),
        _ => Err("must have the protocol `tcp`, `udp` or `sctp`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_short_form_has_its_target() {
        for (text, expected) in [
            ("80", (80, 80, "TCP", false)),
            ("8080:80", (80, 80, "TCP", true)),
            ("127.0.0.1:8080:80", (80, 80, "TCP", true)),
            ("[::1]:8080:80", (80, 80, "TCP", true)),
            ("127.0.0.1::80", (80, 80, "TCP", true)),
            ("53:53/udp", (53, 53, "UDP", true)),
            ("3000-3005", (3000, 3005, "TCP", false)),
            ("9090-9091:8080-8081", (8080, 8081, "TCP", true)),
        ] {
            assert_eq!(short(text), Ok(expected), "{text}");
        }
        for text in ["", "http", "0", "70000", "80/icmp", "9-3"] {
            assert!(short(text).is_err(), "{text}");
        }
    }
}
