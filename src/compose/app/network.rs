//! What an app says of its network: the machine's, hosts of its own, the name that a proxy has for it.

use super::super::context::Context;
use super::super::load;
use super::super::text::{self, Item};
use super::App;
use crate::format;
use crate::source::Span;
use crate::tree::{Map, Tree};

pub fn network(cx: &mut Context, app: &mut App) {
    let at = |app: &App, key: &str| app.service.map.entry(key).map_or(app.service.at, |entry| entry.key_from);
    if let Some(mode) = app.service.text("network_mode").filter(|mode| mode != "bridge" && mode != "default") {
        let why = match mode.as_str() {
            "host" => "a pod has an address of its own; `hostNetwork: true` is refused by `restricted`",
            "none" => "write `egress: wiring` and `networkPolicy: wiring` to close it off",
            _ => "containers of one network are `sidecars` of one app",
        };
        cx.notes.decide(at(app, "network_mode"), app.subject("network_mode"), why);
    }
    let Some(value) = app.service.map.get("extra_hosts").filter(|value| !value.is_null()) else { return };
    let pairs: Vec<(String, String)> = match (value.as_map(), value.as_list()) {
        (Some(map), _) => {
            map.iter().filter_map(|(host, ip)| Some((host.to_string(), ip.as_str()?.to_owned()))).collect()
        }
        (_, Some(list)) => list
            .iter()
            .filter_map(|item| item.as_str()?.split_once(['=', ':']))
            .map(|(host, ip)| (host.to_owned(), ip.to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    let is_ip = |ip: &str| ip.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    if pairs.iter().any(|(_, ip)| !is_ip(ip)) {
        let why =
            "`host-gateway` is the machine that Docker runs on: a pod has none; write the address of what is meant";
        cx.notes.decide(value.from, app.subject("extra_hosts"), why);
    }
    let aliases: Vec<String> = pairs
        .iter()
        .filter(|(_, ip)| is_ip(ip))
        .map(|(host, ip)| format!("{{ip: {:?}, hostnames: [{}]}}", ip.trim_matches(['[', ']']), text::inline(host)))
        .collect();
    if !aliases.is_empty() {
        app.tail.push(Item::raw("hostAliases", format!("[{}]", aliases.join(", "))));
    }
}

/// A proxy's labels say under which name the app is reached.
pub fn labels(cx: &mut Context, app: &App) {
    for path in [&["labels"][..], &["deploy", "labels"]] {
        if let Some(value) = app.service.at(path).filter(|value| !value.is_null()).cloned() {
            route(cx, app, &path.join("."), &value);
        }
    }
}

fn route(cx: &mut Context, app: &App, key: &str, value: &Tree<Span>) {
    let named = load::by_name(value.clone());
    let texts: Vec<String> = named
        .as_map()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    let host = texts.iter().find_map(|text| {
        let (_, rest) = text.split_once("Host(`")?;
        let host = rest.split_once('`')?.0;
        format::host(host).is_ok().then(|| host.to_owned())
    });
    match host {
        Some(host) => {
            let why = format!("Traefik's route: write `ingress: {{host: {host}, tls: {}-tls}}`", app.name);
            cx.notes.decide(value.from, app.subject(key), why);
        }
        None => {
            let why = "labels of containers are for tools of Docker; write `podLabels` or `podAnnotations` where something reads them";
            cx.notes.left(value.from, app.subject(key), why);
        }
    }
}
