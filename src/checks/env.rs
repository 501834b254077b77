//! Variables: what the kubelet makes of `$(NAME)`, and names that come twice.
//!
//! Owns: the order of `env`, `envFrom` beside it, and variables of Service links.
//! Does not own: `$(NAME)` in commands of probes and containers (`resource/probe.rs`).
//! Source: `makeEnvironmentVariables` (kubernetes/pkg/kubelet/kubelet_pods.go)

use std::collections::BTreeSet;
use std::fmt;

use super::set::{Findings, Set, Workload};
use crate::resource::probe::script;
use crate::resource::reference::{self, Reference};
use crate::resource::walk::At;

crate::declare! {
    /// `$(NAME)` of a variable that comes later or nowhere
    ///
    /// The kubelet puts `$(NAME)` in from variables that stand before it, and from `envFrom`. Of a name that comes
    ///   later or nowhere the characters `$(NAME)` stay in the value.
    /// Fix: reference the setting instead (`${...}`): kgen puts it in; or define NAME first; `$$(NAME)` is literally
    ///   `$(NAME)`.
    /// Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    ENV_ORDER = "env-order", Error, allow;

    /// two sources bring one variable
    ///
    /// Two sources bring the same variable: `env` wins over `envFrom`, the later `envFrom` over the earlier. Whoever
    ///   changes the one that loses wonders why nothing happens. Variables of Service links (`CACHE_PORT=tcp://...`) come
    ///   into the same room.
    /// Fix: keep one of the two, or give `envFrom` a `prefix`.
    /// Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
    ENV_SHADOWED = "env-shadowed", Warning, allow;

    /// `envFrom` of a key that is no variable's name
    ///
    /// `envFrom` takes each key as a variable's name, and one that begins with a digit is none: Kubernetes before 1.34
    ///   leaves it out, with an event that nobody reads.
    /// Fix: rename the key, or mount it as a file.
    /// Source: `IsEnvVarName` (k8s.io/apimachinery/pkg/util/validation);
    ///   https://github.com/kubernetes/enhancements/issues/4369
    CONFIG_KEY_ENV = "config-key-env", Warning, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    for workload in &set.workloads {
        for (_, container) in workload.pod.containers() {
            let sources = sources(set, workload, &container);
            order(workload, &container, &sources, out);
            arguments(workload, &container, &sources, out);
            shadowed(set, workload, &container, &sources, out);
            links(set, workload, &container, out);
            digits(set, workload, &sources, out);
        }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// One item of `envFrom`; no names where nobody here knows them.
struct Source<'s> {
    at: At<'s>,
    kind: &'s str,
    name: &'s str,
    names: Option<Vec<String>>,
    prefix: &'s str,
    data: Option<At<'s>>,
}

impl<'s> Source<'s> {
    /// The text of a ConfigMap's key.
    fn value(&self, name: &str) -> Option<&'s str> {
        let data = self.data.as_ref()?;
        data.node.get(name.strip_prefix(self.prefix)?)?.as_str()
    }
}

fn sources<'s>(set: &Set<'s>, workload: &Workload<'s>, container: &At<'s>) -> Vec<Source<'s>> {
    let one = |reference: Reference<'s>| {
        let found = set.find(reference.kind, workload, reference.name).map(|(_, resource)| resource);
        let at = reference.items.first()?.clone();
        let prefix = at.str("prefix").unwrap_or_default();
        let names = found.map(|resource| {
            let root = At::root(&resource.body);
            let keys = ["data", "binaryData", "stringData"].iter().flat_map(|key| root.entries(key));
            keys.map(|(key, _)| format!("{prefix}{key}")).collect()
        });
        let data = found.filter(|found| found.id.kind == "ConfigMap");
        let data = data.and_then(|found| At::root(&found.body).get("data"));
        Some(Source { at, kind: reference.kind, name: reference.name, names, prefix, data })
    };
    let all = reference::of_container(container).into_iter();
    all.filter(|reference| reference.is_in("envFrom[]")).filter_map(one).collect()
}

/// `$(NAME)` of a variable that stands further down, or nowhere.
fn order(workload: &Workload, container: &At, sources: &[Source], out: &mut Findings) {
    let variables = container.items("env");
    let names: Vec<&str> = variables.iter().map(|at| at.str("name").unwrap_or_default()).collect();
    let open = sources.iter().any(|source| source.names.is_none());
    let brought: BTreeSet<&str> =
        sources.iter().filter_map(|source| source.names.as_ref()).flatten().map(String::as_str).collect();
    for (index, variable) in variables.iter().enumerate() {
        let Some(value) = variable.get("value") else { continue };
        for name in mentioned(value.text().unwrap_or_default()) {
            if names[..index].contains(&name) || brought.contains(name) || is_link(workload, name) {
                continue;
            }
            let later = names[index..].contains(&name);
            if !later && (open || !is_loud(name)) {
                continue;
            }
            let own = variable.str("name").unwrap_or_default();
            let message = match (later, name == own) {
                (_, true) => format!("`$({name})` in `{name}` itself stays as it is written"),
                (true, _) => format!("`$({name})` stays as it is written: `{name}` stands further down"),
                _ => format!("`$({name})` stays as it is written: the container has no variable `{name}`"),
            };
            let hint = match is_reference(name) {
                true => format!("a reference has braces: `${{{name}}}`"),
                false => {
                    format!("refer to the setting (`${{...}}`), or define `{name}` first; `$$({name})` means the text")
                }
            };
            out.push(workload.index, value.found(ENV_ORDER, message).hint(hint));
        }
    }
}

/// `$(NAME)` in `command` and `args` of a variable that the container does not have: what the image sets, the kubelet does not
/// know. A shell makes something else of it.
fn arguments(workload: &Workload, container: &At, sources: &[Source], out: &mut Findings) {
    if sources.iter().any(|source| source.names.is_none()) {
        return;
    }
    let variables = container.items("env");
    let is_known = |name: &str| {
        let own = variables.iter().any(|at| at.str("name") == Some(name));
        own || sources.iter().flat_map(|source| &source.names).flatten().any(|known| known == name)
    };
    let words: Vec<At> = ["command", "args"].iter().flat_map(|key| container.items(key)).collect();
    let script = script(&words);
    for (_, word) in words.iter().enumerate().filter(|(index, _)| Some(*index) != script) {
        let names = mentioned(word.text().unwrap_or_default());
        for name in names.into_iter().filter(|name| is_loud(name) && !is_known(name) && !is_link(workload, name)) {
            let message = format!("`$({name})` stays as it is written: `env` has no variable `{name}`");
            let hint = match is_reference(name) {
                true => format!("a reference has braces: `${{{name}}}`"),
                false => format!("define `{name}` under `env`, or let a shell read it; `$$({name})` means the text"),
            };
            out.push(workload.index, word.found(ENV_ORDER, message).hint(hint));
        }
    }
}

/// Kubernetes makes these of its own Service, and of all others where the pod does not refuse them.
fn is_link(workload: &Workload, name: &str) -> bool {
    let others = workload.pod.spec.bool("enableServiceLinks") != Some(false);
    name.starts_with("KUBERNETES_") || (others && (name.contains("_SERVICE_") || name.contains("_PORT")))
}

/// A text in small letters is more likely a shell's `$(date)`, or a reference in the wrong brackets.
fn is_loud(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') || is_reference(name)
}

fn is_reference(name: &str) -> bool {
    const SECTIONS: [&str; 5] = ["apps", "redis", "postgres", "secrets", "configs"];
    name.split_once('.').is_some_and(|(section, _)| SECTIONS.contains(&section))
}

/// The names in `$(NAME)`; `$$(NAME)` is text.
fn mentioned(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        rest = match after.chars().next() {
            Some('$') => &after[1..],
            Some('(') => match after[1..].split_once(')') {
                Some((name, tail)) => {
                    let word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
                    out.extend(Some(name).filter(|name| !name.is_empty() && name.chars().all(word)));
                    tail
                }
                None => "",
            },
            _ => after,
        };
    }
    out
}

/// A key that `env` replaces wherever it is read is a slip; one that others read as it is was replaced on purpose.
fn shadowed(set: &Set, workload: &Workload, container: &At, sources: &[Source], out: &mut Findings) {
    let variables = container.items("env");
    for (index, source) in sources.iter().enumerate() {
        for name in source.names.iter().flatten() {
            let own = variables.iter().find(|at| at.str("name") == Some(name));
            if own.is_some_and(|own| own.str("value").is_some_and(|value| source.value(name) == Some(value))) {
                continue;
            }
            let later =
                sources[index + 1..].iter().find(|other| other.names.iter().flatten().any(|known| known == name));
            let (at, message) = match (own, later) {
                (Some(_), _) if is_read(set, workload, source, name) => continue,
                (Some(variable), _) => {
                    (variable, format!("`{name}` is in {} too, where nothing reads it: the one of `env` wins", source))
                }
                (None, Some(other)) => {
                    (&other.at, format!("`{name}` is in {} and in {}: the last one wins", source, other))
                }
                _ => continue,
            };
            let finding = at.found(ENV_SHADOWED, message);
            out.push(workload.index, finding.hint("keep one of the two, or give `envFrom` a `prefix`"));
        }
    }
}

/// Whether a container takes this name from the source, by `envFrom` or by key, or a pod mounts it.
fn is_read(set: &Set, workload: &Workload, source: &Source, name: &str) -> bool {
    let key = name.strip_prefix(source.prefix).unwrap_or(name);
    let takes = |reference: &Reference| {
        let replaced = || {
            let variables = reference.container.as_ref().map(|container| container.items("env")).unwrap_or_default();
            variables.iter().any(|at| at.str("name") == Some(name))
        };
        let whole = reference.is_in("envFrom[]") && !replaced();
        let is_read = whole || reference.is_in("volumes[]") || reference.within.str("key") == Some(key);
        is_read && reference.is(source.kind, source.name)
    };
    let neighbours = set.workloads.iter().filter(|other| other.resource.id.namespace == workload.resource.id.namespace);
    neighbours.into_iter().any(|other| reference::of(other.resource).iter().any(takes))
}

/// Variables that Kubernetes makes of each Service, where the pod does not refuse them.
fn links(set: &Set, workload: &Workload, container: &At, out: &mut Findings) {
    if workload.pod.spec.bool("enableServiceLinks") == Some(false) {
        return;
    }
    let made = |at: &At| {
        let name = at.str("name").unwrap_or_default();
        name.ends_with("_PORT") || name.ends_with("_SERVICE_HOST")
    };
    if !container.items("env").iter().any(made) {
        return;
    }
    for (_, service, _) in
        set.kind("Service").filter(|(_, service, _)| service.id.namespace == workload.resource.id.namespace)
    {
        let word = service.id.name.to_ascii_uppercase().replace('-', "_");
        let made = ["PORT", "SERVICE_HOST", "SERVICE_PORT"].map(|end| format!("{word}_{end}"));
        for variable in container.items("env") {
            let Some(name) = variable.str("name").filter(|name| made.iter().any(|made| made == name)) else { continue };
            let message =
                format!("Kubernetes makes `{name}` of {} too; where this one is missing, it is an address", service.id);
            out.push(
                workload.index,
                variable.found(ENV_SHADOWED, message).hint("set `enableServiceLinks: false` on the pod"),
            );
        }
    }
}

/// What older kubelets leave out. Source: `IsEnvVarName` (k8s.io/apimachinery); any name from 1.34 on.
fn digits(set: &Set, workload: &Workload, sources: &[Source], out: &mut Findings) {
    if super::version::oldest(set.settings) >= 34 {
        return;
    }
    for source in sources.iter().filter(|source| source.prefix.is_empty()) {
        for name in source.names.iter().flatten().filter(|name| name.starts_with(|c: char| c.is_ascii_digit())) {
            let message =
                format!("the key `{name}` of {} is no variable's name: Kubernetes before 1.34 leaves it out", source);
            let finding = source.at.found(CONFIG_KEY_ENV, message);
            out.push(workload.index, finding.hint("rename the key, add a `prefix`, or mount it as a file"));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn mentions() {
        assert_eq!(super::mentioned("$(A)-$$(B) $(date +%s) $C $(D_1)x$("), ["A", "D_1"]);
        assert_eq!(super::mentioned("$$$(A) é$(é) $()"), ["A"]);
    }
}
