//! Commands of probes and hooks: what the kubelet makes of them, and what they ask.
//!
//! Owns: variables that such a command never sees, and liveness that depends on another service.
//! Does not own: the form of a probe (`values`).

use super::walk::At;
use super::{Body, Finding, pods};

crate::declare! {
    /// `$(NAME)` where it becomes nothing, or part of a script
    ///
    /// The kubelet puts no value from a Secret or ConfigMap into the command of a probe: `$(NAME)` becomes the empty
    ///   text there; in a hook it stays as written. In `command` and `args` an optional key that is missing leaves
    ///   `$(NAME)` as literal text, and inside `sh -c` the value of a secret becomes part of the script: a quote in a
    ///   password ends the text, and what follows runs.
    /// Fix: let the shell read it: `[sh, -c, 'exec app --password "$NAME"']`.
    /// Source: `ExpandContainerCommandOnlyStatic` (kubernetes/pkg/kubelet/container/helpers.go); measured.
    PROBE_VAR = "probe-var", Error;

    /// a liveness probe that asks another service
    ///
    /// A liveness probe that asks another host or a database: while that is slow, every pod of the app restarts, which
    ///   helps nobody.
    /// Fix: liveness asks the app itself; readiness or `waitFor` is for what it needs.
    /// Source: measured: an outage of 80 s restarted all pods; with readiness alone none.
    LIVENESS_EQUALS_READINESS_REMOTE = "liveness-equals-readiness-remote", Warning, allow;
}

const PROBES: [&str; 3] = ["startupProbe", "livenessProbe", "readinessProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];

pub fn check(body: &Body) -> Vec<Finding> {
    let mut out = Vec::new();
    for (_, container) in pods::of(body).map(|pod| pod.containers()).unwrap_or_default() {
        let variables = container.items("env");
        for command in PROBES.iter().filter_map(|key| container.at(&[*key, "exec", "command"])) {
            in_probe(&command, &variables, &mut out);
        }
        in_arguments(&container, &variables, &mut out);
        for command in HOOKS.iter().filter_map(|key| container.at(&["lifecycle", *key, "exec", "command"])) {
            in_hook(&command, &variables, &mut out);
        }
        container.at(&["livenessProbe", "exec", "command"]).iter().for_each(|command| remote(command, &mut out));
        let hosts = ["httpGet", "tcpSocket"].map(|key| container.at(&["livenessProbe", key, "host"]));
        hosts.iter().flatten().for_each(|host| elsewhere(host, &mut out));
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
        out.push(word.found(PROBE_VAR, message).hint(shell(name)));
    }
}

/// A hook's command is run as it is written. Source: `pkg/kubelet/lifecycle/handlers.go`.
fn in_hook(command: &At, variables: &[At], out: &mut Vec<Finding>) {
    for (word, name, _) in mentioned(command, variables) {
        let message = format!("`$({name})` stays as it is written in a hook, where no variable is put in");
        out.push(word.found(PROBE_VAR, message).hint(shell(name)));
    }
}

/// The kubelet puts any variable into `command` and `args`: of an optional key that is not there the text `$(NAME)` stays, and
/// a shell takes what it gets for a part of its script.
/// Source: `expandContainerCommandAndArgs` (`pkg/kubelet/container/helpers.go`); measured with 32 hostile passwords.
fn in_arguments(container: &At, variables: &[At], out: &mut Vec<Finding>) {
    let (command, args) = (container.get("command"), container.get("args"));
    let words: Vec<At> = command.iter().chain(&args).flat_map(|at| at.children()).collect();
    let script = script(&words);
    for list in [command, args].into_iter().flatten() {
        for (word, name, variable) in mentioned(&list, variables) {
            let Some(secret) = variable.at(&["valueFrom", "secretKeyRef"]) else { continue };
            let is_script = script.is_some_and(|at| std::ptr::eq(words[at].node, word.node));
            let message = if is_script {
                format!(
                    "the value of `$({name})` becomes part of the shell's script: a quote in it ends the text, the rest runs"
                )
            } else if secret.bool("optional") == Some(true) {
                format!("`$({name})` is optional: without its key, the argument is the text `$({name})`")
            } else {
                continue;
            };
            let hint =
                if is_script { shell(name) } else { "remove `optional: true`, or let a shell read it".to_owned() };
            out.push(word.found(PROBE_VAR, message).hint(hint));
        }
    }
}

/// Which of the words a shell runs: the one behind its first option with `c`.
pub fn script(words: &[At]) -> Option<usize> {
    let texts: Vec<&str> = words.iter().map(|at| at.text().unwrap_or_default()).collect();
    let program = texts.first()?.rsplit('/').next()?;
    let flag = texts.iter().position(|text| text.starts_with('-') && !text.starts_with("--") && text.contains('c'))?;
    ["sh", "bash", "ash", "dash", "zsh"].contains(&program).then_some(flag + 1).filter(|at| *at < words.len())
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
    let fetch = words().find(|word| matches!(word.rsplit('/').next(), Some("curl" | "wget")));
    let url = words().filter_map(host_of).find(|host| !is_here(host) && !host.starts_with("[::1"));
    let message = match (client, fetch, url) {
        (Some(client), ..) if !here && reaches(client, &words().collect::<Vec<_>>()) => {
            format!("liveness asks another service by `{client}`: when that is away, every pod restarts")
        }
        (_, Some(_), Some(host)) => format!("liveness asks `{host}`: when that is away, every pod restarts"),
        _ => return,
    };
    let hint = "let liveness ask the app itself; `waitFor` waits for the service at the start";
    out.push(Finding::new(LIVENESS_EQUALS_READINESS_REMOTE, command.path(), message).hint(hint));
}

/// The kubelet asks the pod itself where no host is named. Pod Security refuses one too, unless it is allowed.
fn elsewhere(host: &At, out: &mut Vec<Finding>) {
    let Some(name) = host.text().filter(|name| !is_here(name)) else { return };
    let message = format!("liveness asks `{name}`: when that is away, every pod restarts");
    out.push(host.found(LIVENESS_EQUALS_READINESS_REMOTE, message).hint("remove `host`"));
}

fn is_here(host: &str) -> bool {
    matches!(host, "" | "127.0.0.1" | "::1" | "[::1]" | "localhost" | "0.0.0.0") || host.starts_with('$')
}

/// The host of a URL.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?.rsplit('@').next()?;
    Some(if authority.starts_with('[') { authority } else { authority.split(':').next()? })
}

/// Whether a client is told where to go. A variable may as well be a password, but for `psql`, which takes none.
fn reaches(client: &str, words: &[&str]) -> bool {
    let is_variable = |word: &&str| word.strip_prefix('$').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let told = words.iter().any(|word| matches!(*word, "-h" | "-u" | "--host" | "--uri") || word.contains("://"));
    told || (matches!(client, "psql" | "pg_isready") && words.iter().any(is_variable))
}
