//! One service as it is written: its texts, its variables, what it asks of the machine.

use super::context::{Context, Found, wrong};
use super::interpolate;
use super::load::by_name;
use super::probe::bad;
use super::text::Item;
use super::units;
use crate::compose::COMPOSE_VARIABLE;
use crate::source::Span;
use crate::tree::{Map, Tree};

pub struct Service {
    /// In the compose file.
    pub name: String,
    pub at: Span,
    pub map: Map<Span>,
}

/// A variable: its name, its value where it has one, its place.
pub type Variable = (String, Option<String>, Span);

/// A file of variables: its path, where it is named, whether it may be missing.
pub struct EnvFile {
    pub path: String,
    pub at: Span,
    pub required: bool,
}

impl Service {
    pub fn text(&self, key: &str) -> Option<String> {
        self.map.get(key)?.as_str().map(str::to_owned)
    }

    pub fn value_at(&self, key: &str) -> Span {
        self.map.get(key).map_or(self.at, |value| value.from)
    }

    pub fn at(&self, path: &[&str]) -> Option<&Tree<Span>> {
        let (first, rest) = path.split_first()?;
        self.map.get(first)?.at(rest)
    }

    /// The variables of `environment`.
    pub fn own(&self, cx: &mut Context) -> Vec<Variable> {
        let Some(value) = self.map.get("environment").filter(|value| !value.is_null()) else { return Vec::new() };
        let named = by_name(value.clone());
        let Some(map) = named.as_map() else {
            cx.report.push(wrong(&format!("{}.environment", self.name), "a map or a list of `NAME=value`", value));
            return Vec::new();
        };
        let mut out = Vec::new();
        for (key, entry) in map.entries() {
            let shown = if entry.value.is_null() { interpolate::shown(key) } else { key };
            let subject = format!("{}.environment.{shown}", self.name);
            if crate::format::env_name(key).is_err() {
                cx.notes.left(
                    entry.key_from,
                    format!("{}.environment", self.name),
                    "a name that no variable of Kubernetes can have",
                );
                continue;
            }
            let value = match (entry.value.as_str(), entry.value.is_null()) {
                (Some(text), _) => Some(text.to_owned()),
                (None, true) => asked(cx, key, entry.key_from, &subject),
                _ => {
                    cx.report.push(wrong(&subject, "a text", &entry.value));
                    None
                }
            };
            out.push((key.to_string(), value, entry.key_from));
        }
        out
    }

    /// The files of `env_file`, in their order.
    pub fn env_files(&self, cx: &mut Context) -> Vec<EnvFile> {
        let Some(value) = self.map.get("env_file").filter(|value| !value.is_null()) else { return Vec::new() };
        let list = value.as_list().unwrap_or(std::slice::from_ref(value));
        let mut out = Vec::new();
        for item in list {
            let path = item.as_str().or_else(|| item.get("path")?.as_str());
            let required = item.get("required").and_then(Tree::as_str) != Some("false");
            match path {
                Some(path) => {
                    out.push(EnvFile { path: super::load::join("", path), at: item.from, required });
                }
                None => cx.report.push(wrong(&format!("{}.env_file", self.name), "a path, or a map with `path`", item)),
            }
        }
        out
    }

    /// The variables of its files and its own, as the container sees them.
    pub fn environment(&self, cx: &mut Context) -> Vec<Variable> {
        let mut all: Vec<Variable> = Vec::new();
        for file in self.env_files(cx) {
            all.extend(read(cx, &file, &self.name).unwrap_or_default());
        }
        all.extend(self.own(cx));
        let mut out: Vec<Variable> = Vec::new();
        for variable in all {
            out.retain(|known| known.0 != variable.0);
            out.push(variable);
        }
        out
    }
}

/// The value of a name that is written without one: `.env` may have it.
fn asked(cx: &mut Context, name: &str, at: Span, subject: &str) -> Option<String> {
    let filled = cx.variables.fill(&format!("${{{name}}}")).ok()?;
    if filled.missing.is_empty() {
        return Some(filled.text);
    }
    cx.notes.decide(
        at,
        subject,
        "its value comes from the shell that runs Compose: write it in kgen.yaml, or remove it",
    );
    None
}

/// The variables of a file; `None` where it is not there, which is said.
pub fn read(cx: &mut Context, file: &EnvFile, service: &str) -> Option<Vec<Variable>> {
    let subject = format!("{service}.env_file");
    let text = match (cx.read)(&file.path) {
        Found::Text(text) => text,
        _ if !file.required => return None,
        _ => {
            let why = format!(
                "there is no file `{}`: its variables are not carried over; put it there and run this again, or write them under `env`",
                file.path
            );
            cx.notes.decide(file.at, subject, why);
            return None;
        }
    };
    let entries = cx.env_file(&file.path, text)?;
    let mut out = Vec::new();
    for (name, (text, at)) in entries {
        if crate::format::env_name(&name).is_err() {
            cx.notes.left(at, &subject, "a name that no variable of Kubernetes can have");
            continue;
        }
        match cx.variables.fill(&text) {
            Ok(filled) => {
                for missing in &filled.missing {
                    cx.notes.decide(
                        at,
                        format!("{}: {name}", file.path),
                        format!(
                            "`{missing}` has no value here: put it into .env and run again, or write it in kgen.yaml"
                        ),
                    );
                }
                out.push((name, Some(filled.text), at));
            }
            Err((_, reason)) => {
                bad_variable(cx, &file.path, &name, at, &reason);
            }
        }
    }
    Some(out)
}

fn bad_variable(cx: &mut Context, path: &str, name: &str, at: Span, reason: &str) {
    use crate::diag::Diagnostic;
    let d = Diagnostic::new(COMPOSE_VARIABLE, format!("`{name}` of `{path}`: {reason}")).at(at);
    cx.report.push(d.hint("write the value in single quotes, where a `$` is only that"));
}

/// A preset's request that a smaller limit would be below.
const CPU_OF_PRESETS: u64 = 500;

/// `deploy.resources`, and the keys of version 2: with a limit a request too, since a preset's may be above it.
pub fn resources(cx: &mut Context, service: &Service, is_store: bool) -> Option<Item> {
    let mut read = |path: &[&str], old: &str| -> Option<(u64, String)> {
        let (value, subject) = match service.at(path) {
            Some(value) => (value, path.join(".")),
            None => (service.map.get(old)?, old.to_owned()),
        };
        let text = value.as_str()?;
        let is_cpu = path.last() == Some(&"cpus");
        let found = if is_cpu { units::cpu(text) } else { units::memory(text) };
        if found.is_none() {
            let expected =
                if is_cpu { "must be a number of cpus such as `0.5`" } else { "must be a size such as `512M`" };
            bad(cx, &format!("{}.{subject}", service.name), Some(value), expected);
        }
        found
    };
    let limit_memory = read(&["deploy", "resources", "limits", "memory"], "mem_limit");
    let limit_cpu = read(&["deploy", "resources", "limits", "cpus"], "cpus");
    let memory = read(&["deploy", "resources", "reservations", "memory"], "mem_reservation");
    let cpu = read(&["deploy", "resources", "reservations", "cpus"], "");
    let mut requests = Vec::new();
    let mut limits = Vec::new();
    let small = limit_cpu.clone().filter(|(milli, _)| *milli < CPU_OF_PRESETS);
    if let Some((_, text)) = cpu.or(small) {
        requests.push(format!("cpu: {text}"));
    }
    if is_store && memory.is_some() && limit_memory.is_some() && memory != limit_memory {
        let why = "the request of a store's memory is its limit, so that it is not the first to be evicted";
        cx.notes.left(service.value_at("deploy"), format!("{}.deploy.resources", service.name), why);
    }
    let request =
        if is_store { limit_memory.clone().or(memory.clone()) } else { memory.clone().or(limit_memory.clone()) };
    if let Some((_, text)) = request {
        requests.push(format!("memory: {text}"));
    }
    if let Some((_, text)) = limit_cpu {
        limits.push(format!("cpu: {text}"));
    }
    if let Some((_, text)) = limit_memory.or(memory) {
        limits.push(format!("memory: {text}"));
    }
    let part = |name: &str, all: Vec<String>| (!all.is_empty()).then(|| format!("{name}: {{{}}}", all.join(", ")));
    let parts: Vec<String> = [part("requests", requests), part("limits", limits)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| Item::raw("resources", format!("{{{}}}", parts.join(", "))))
}
