//! Commands of probes and hooks: what the kubelet makes of them, and what they ask.
//!
//! Owns: variables that such a command never sees, and liveness that depends on another service.
//! Does not own: the form of a probe (`values`).

use super::walk::At;
use super::{Body, Finding, pods};

const PROBES: [&str; 3] = ["startupProbe", "livenessProbe", "readinessProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];

pub fn check(body: &Body) -> Vec<Finding> {
    let mut out = Vec::new();
    for (_, container) in pods::of(body).map(|pod| pod.containers()).unwrap_or_default() {
        let variables = container.items("env");
        for command in PROBES.iter().filter_map(|key| container.at(&[*key, "exec", "command"])) {
            in_probe(&command, &variables, &mut out);
        }
        for command in HOOKS.iter().filter_map(|key| container.at(&["lifecycle", *key, "exec", "command"])) {
            in_hook(&command, &variables, &mut out);
        }
        container.at(&["livenessProbe", "exec", "command"]).iter().for_each(|command| remote(command, &mut out));
    }
    out
}

/// A value that stands in the manifest is put in as it stands there; of any other the empty string.
/// Source: `ExpandContainerCommandOnlyStatic` (`pkg/kubelet/container/helpers.go`).
fn in_probe(command: &At, variables: &[At], out: &mut Vec<Finding>) {
    for (word, name, variable) in mentioned(command, variables) {
        let composed = variable.str("value").is_some_and(|value| value.contains("$("));
        let message = match variable.get("valueFrom") {
            Some(_) => format!("`$({name})` is the empty string in a probe, which sees no value from elsewhere"),
            None if composed => format!("`$({name})` is put into a probe without the variables that it is made of"),
            None => continue,
        };
        out.push(word.error("probe-var", message).hint(shell(name)));
    }
}

/// A hook's command is run as it is written. Source: `pkg/kubelet/lifecycle/handlers.go`.
fn in_hook(command: &At, variables: &[At], out: &mut Vec<Finding>) {
    for (word, name, _) in mentioned(command, variables) {
        let message = format!("`$({name})` stays as it is written in a hook, where no variable is put in");
        out.push(word.error("probe-var", message).hint(shell(name)));
    }
}

fn shell(name: &str) -> String {
    format!("let a shell read it: `[sh, -c, '... \"${name}\" ...']`")
}

/// Each `$(NAME)` in a command that names a variable of the container; `$(date)` of a shell names none, `$$(NAME)` is text.
fn mentioned<'c>(command: &At<'c>, variables: &'c [At<'c>]) -> Vec<(At<'c>, &'c str, &'c At<'c>)> {
    let mut out = Vec::new();
    for word in command.children() {
        let text = word.text().unwrap_or_default();
        for (start, _) in text.match_indices("$(").filter(|(start, _)| !text[..*start].ends_with('$')) {
            let name = text[start + 2..].split(')').next().unwrap_or_default();
            let variable = variables.iter().find(|variable| variable.str("name") == Some(name));
            out.extend(variable.map(|variable| (word.clone(), name, variable)));
        }
    }
    out
}

/// Clients by which people ask a database whether an app is alive.
const CLIENTS: [&str; 7] = ["psql", "pg_isready", "redis-cli", "valkey-cli", "mysql", "mysqladmin", "mongosh"];

/// Measured: in an outage of 80 s such a probe restarted all pods, and lost requests that needed no database.
fn remote(command: &At, out: &mut Vec<Finding>) {
    let texts: Vec<&str> = command.children().iter().filter_map(At::text).collect();
    let words = || texts.iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || "\"'`;|&()".contains(c)));
    let client = words().find_map(|word| CLIENTS.into_iter().find(|name| word.rsplit('/').next() == Some(name)));
    let here = words().any(|word| matches!(word, "127.0.0.1" | "::1" | "localhost"));
    if let Some(client) = client.filter(|client| !here && reaches(client, &words().collect::<Vec<_>>())) {
        let message = format!("liveness asks another service by `{client}`: when that is away, every pod restarts");
        let hint = "let liveness ask the app itself; `waitFor` waits for the service at the start";
        out.push(Finding::warning("liveness-equals-readiness-remote", command.path(), message).hint(hint));
    }
}

/// Whether a client is told where to go. A variable may as well be a password, but for `psql`, which takes none.
fn reaches(client: &str, words: &[&str]) -> bool {
    let is_variable = |word: &&str| word.strip_prefix('$').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let told = words.iter().any(|word| matches!(*word, "-h" | "-u" | "--host" | "--uri") || word.contains("://"));
    told || (matches!(client, "psql" | "pg_isready") && words.iter().any(is_variable))
}
