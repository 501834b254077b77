//! A health check as a probe.
//!
//! Owns: `curl` and `wget` of the container itself as an HTTP request of the kubelet's, `nc` as a connection, anything else
//! as a command; and times.
//! Docker marks a container that fails, and restarts nothing: that is a readiness probe.

use super::context::Context;
use super::text::{self, Item, Value};
use super::{container, units, words};
use crate::compose::COMPOSE_VALUE;
use crate::leak;
use crate::source::Span;
use crate::tree::Tree;

/// The probe, and the port that it asks.
pub struct Probe {
    pub item: Item,
    pub port: Option<u16>,
}

/// What is asked.
enum Ask {
    Http { scheme: &'static str, port: u16, path: String },
    Tcp(u16),
    Command(Vec<String>),
}

pub fn probe(cx: &mut Context, service: &str, check: &Tree<Span>) -> Option<Probe> {
    let subject = format!("{service}.healthcheck");
    let word = |key: &str| check.get(key).and_then(Tree::as_str);
    if word("disable") == Some("true") {
        return None;
    }
    let Some(test) = check.get("test") else {
        let changes = check.as_map().is_some_and(|map| map.keys().any(|key| &**key != "disable"));
        if changes {
            let why = "it changes the check of the image, which Kubernetes does not run: write it as `readinessProbe`";
            cx.notes.left(check.from, subject, why);
        }
        return None;
    };
    let ask = asked(cx, &subject, test)?;
    let mut items = Vec::new();
    let port = match ask {
        Ask::Http { scheme, port, path } => {
            let scheme = if scheme == "HTTPS" { ", scheme: HTTPS" } else { "" };
            items.push(Item::raw("httpGet", format!("{{path: {}, port: {port}{scheme}}}", text::inline(&path))));
            Some(port)
        }
        Ask::Tcp(port) => {
            items.push(Item::raw("tcpSocket", port.to_string()));
            Some(port)
        }
        Ask::Command(words) => {
            let words = words.iter().map(|word| container::escaped(word)).collect();
            items.push(Item::new("exec", Value::List(words)));
            None
        }
    };
    if port.is_none() && word("timeout").is_none() {
        items.push(Item::raw("timeoutSeconds", "5"));
    }
    times(cx, &subject, check, &mut items);
    Some(Probe { item: Item::map("readinessProbe", items), port })
}

fn times(cx: &mut Context, subject: &str, check: &Tree<Span>, items: &mut Vec<Item>) {
    let word = |key: &str| check.get(key).and_then(Tree::as_str);
    for (key, field) in [("interval", "periodSeconds"), ("timeout", "timeoutSeconds")] {
        match word(key).map(units::seconds) {
            Some(Ok(seconds)) => items.push(Item::raw(field, seconds.max(1).to_string())),
            Some(Err(reason)) => bad(cx, &format!("{subject}.{key}"), check.get(key), &reason),
            None => {}
        }
    }
    match word("retries").map(str::parse::<u32>) {
        Some(Ok(retries)) => items.push(Item::raw("failureThreshold", retries.max(1).to_string())),
        Some(Err(_)) => bad(cx, &format!("{subject}.retries"), check.get("retries"), "must be a number of tries"),
        None => {}
    }
    for key in ["start_period", "start_interval"] {
        if let Some(value) = check.get(key).filter(|value| value.as_str().is_some_and(|text| text != "0s")) {
            let why = "until it is ready a pod gets no traffic, and this probe restarts nothing; with a `livenessProbe` write a `startupProbe`";
            cx.notes.left(value.from, format!("{subject}.{key}"), why);
        }
    }
}

pub fn bad(cx: &mut Context, subject: &str, value: Option<&Tree<Span>>, reason: &str) {
    use crate::diag::Diagnostic;
    let d = Diagnostic::new(COMPOSE_VALUE, format!("`{subject}` {reason}"));
    cx.report.push(d.at(value.map(|value| value.from)));
}

fn asked(cx: &mut Context, subject: &str, test: &Tree<Span>) -> Option<Ask> {
    let (is_shell, words) = match (test.as_str(), test.as_list()) {
        (Some(text), _) => (true, vec![text.to_owned()]),
        (_, Some(list)) => {
            let mut words: Vec<String> = list.iter().filter_map(Tree::as_str).map(str::to_owned).collect();
            match words.first().map(String::as_str) {
                Some("NONE") => return None,
                Some("CMD-SHELL") => (true, words.split_off(1)),
                Some("CMD") => (false, words.split_off(1)),
                _ => {
                    let at = Some(test);
                    bad(cx, &format!("{subject}.test"), at, "must begin with `CMD`, `CMD-SHELL` or `NONE`");
                    return None;
                }
            }
        }
        _ => {
            cx.report.push(super::context::wrong(&format!("{subject}.test"), "a text or a list", test));
            return None;
        }
    };
    if words.iter().any(|word| word.contains(super::interpolate::OPEN) || !leak::find(word).is_empty()) {
        let why = "it has a secret in its command; a probe of the app's own, as `readinessProbe: {httpGet: /ready}`, needs none";
        cx.notes.decide(test.from, subject, why);
        return None;
    }
    let known = match is_shell {
        true => first_command(words.first().map(String::as_str).unwrap_or_default()),
        false => Some(words.clone()),
    };
    let shell = || vec!["sh".to_owned(), "-c".to_owned(), words.join(" ")];
    Some(
        known
            .as_deref()
            .and_then(request)
            .unwrap_or_else(|| Ask::Command(if is_shell { shell() } else { words.clone() })),
    )
}

/// A shell's command up to what is done where it fails; `None` where more decides than that.
fn first_command(text: &str) -> Option<Vec<String>> {
    if text.contains("&&") || text.replace("||", "").contains('|') {
        return None;
    }
    words::split(text.split(['|', ';', '>', '\n']).next().unwrap_or_default()).ok()
}

/// A request to the container itself, which the kubelet can make without a program in the image.
fn request(words: &[String]) -> Option<Ask> {
    let program = words.first()?.rsplit('/').next()?;
    match program {
        "curl" | "wget" => {
            let odd = |word: &str| {
                ["-X", "--request", "-d", "--data", "-H", "--header", "-u", "--user", "--post-data"].contains(&word)
            };
            if words.iter().any(|word| odd(word)) {
                return None;
            }
            words[1..].iter().find_map(|word| url(word))
        }
        "nc" => {
            let port = words.last()?.parse().ok()?;
            words.iter().any(|word| is_self(word)).then_some(Ask::Tcp(port))
        }
        _ => None,
    }
}

fn is_self(host: &str) -> bool {
    ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1", "::"].contains(&host)
}

fn url(word: &str) -> Option<Ask> {
    let (scheme, rest) = match word.split_once("://") {
        Some(("http", rest)) => ("HTTP", rest),
        Some(("https", rest)) => ("HTTPS", rest),
        Some(_) => return None,
        None => ("HTTP", word),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if scheme == "HTTPS" { 443 } else { 80 }),
    };
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    is_self(host).then_some(Ask::Http { scheme, port, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match request(&words) {
            Some(Ask::Http { scheme, port, path }) => format!("{scheme} {port} {path}"),
            Some(Ask::Tcp(port)) => format!("tcp {port}"),
            _ => "a command".into(),
        }
    }

    #[test]
    fn what_is_done_where_it_fails_is_no_part_of_the_request() {
        for (text, is_request) in [
            ("curl -f http://localhost/x || exit 1", true),
            ("wget -qO- localhost:80 > /dev/null; exit $?", true),
            ("curl -s localhost/x | grep -q OK || exit 1", false),
            ("curl -f localhost/a && curl -f localhost/b", false),
        ] {
            assert_eq!(first_command(text).as_deref().and_then(request).is_some(), is_request, "{text}");
        }
    }

    #[test]
    fn requests_to_itself_are_the_kubelets() {
        for (words, probe) in [
            (&["curl", "-f", "http://localhost:3000/health"][..], "HTTP 3000 /health"),
            (&["/usr/bin/curl", "--fail", "-s", "localhost:8000/"], "HTTP 8000 /"),
            (&["wget", "-q", "--spider", "http://127.0.0.1/x?y=1"], "HTTP 80 /x?y=1"),
            (&["wget", "-qO-", "https://localhost:8443"], "HTTPS 8443 /"),
            (&["nc", "-z", "localhost", "9000"], "tcp 9000"),
            (&["curl", "-f", "http://api:3000/health"], "a command"),
            (&["curl", "-X", "POST", "http://localhost/"], "a command"),
            (&["python", "-c", "import x"], "a command"),
        ] {
            assert_eq!(shown(words), probe, "{words:?}");
        }
    }
}
