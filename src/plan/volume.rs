//! Volumes, claims and files of a container.
//!
//! Owns: names of volumes and claims, what a claim looks like so that a second apply says `unchanged`, and the
//! ConfigMap or Secret behind `files`.

use super::gather::{Claim, Pod};
use super::label::Owner;
use super::node::{Node, compact, get, list, map, maybe, pairs, str_of, take, text};
use super::output::Output;
use super::piece::Home;
use super::reference::{self, Part};
use super::wire::Via;
use super::{Planner, env, need, resources};
use crate::diag::Diagnostic;
use crate::settings::From;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a file that nobody can put together
    ///
    /// A file is composed of secrets that nobody can put together: with `existing`, kgen writes no Secret.
    /// Fix: declare the whole text as one key of a secret.
    FILE_COMPOSED = "file-composed", Error;

    /// a volume of nothing
    ///
    /// A volume says neither a size nor what it is made of.
    /// Fix: `size: 1Gi`, `emptyDir: {}`, `configMap: {name: ...}`.
    VOLUME_KIND = "volume-kind", Error;
}

const KINDS: [&str; 11] = [
    "emptyDir",
    "configMap",
    "secret",
    "projected",
    "persistentVolumeClaim",
    "ephemeral",
    "csi",
    "nfs",
    "hostPath",
    "downwardAPI",
    "image",
];

/// The mounts of `volumes`; the volumes and claims go to the pod.
pub fn mounts(cx: &mut Planner, owner: &Owner, settings: &Node, pod: &mut Pod) -> Vec<Node> {
    let volumes: Vec<_> = pairs(settings, "volumes").map(|(path, entry)| (path.clone(), entry.clone())).collect();
    let mut out = Vec::new();
    for (path, entry) in volumes {
        let path = text(path, &entry.key_from);
        let Some(name) = volume(cx, owner, &path, &entry.value, pod) else { continue };
        out.push(mount(&name, &path, &entry.value));
    }
    out
}

fn mount(name: &str, path: &Node, settings: &Node) -> Node {
    compact([
        ("name", text(name, &path.from)),
        ("mountPath", path.clone()),
        ("subPath", take(settings, "subPath")),
        ("readOnly", take(settings, "readOnly")),
        ("mountPropagation", take(settings, "mountPropagation")),
    ])
}

/// Adds one volume to the pod and gives its name.
fn volume(cx: &mut Planner, owner: &Owner, path: &Node, settings: &Node, pod: &mut Pod) -> Option<String> {
    let name = slug(path.as_str().unwrap_or_default());
    if get(settings, "size").is_some() {
        return Some(claim(owner, path, settings, pod, name));
    }
    if let Some(claim) = get(settings, "claim") {
        let source = map([("persistentVolumeClaim", map([("claimName", claim.clone())]))]);
        cx.exists("claim", claim);
        return Some(pod.volume(&name, source));
    }
    let Some((kind, source)) = KINDS.iter().find_map(|kind| Some((*kind, get(settings, kind)?.clone()))) else {
        let d = Diagnostic::new(VOLUME_KIND, format!("volume `{path}` of `{}` has no kind", owner.id))
            .at(cx.span_in_from(&path.from));
        cx.report.push(d.hint("add `size: 1Gi` for a claim, or `emptyDir: {}`, `configMap: {name: ...}`, ..."));
        return None;
    };
    let projected = get(&source, "sources").and_then(Tree::as_list).unwrap_or_default();
    let configs = projected.iter().filter_map(|part| part.get("configMap"));
    for name in configs.chain(Some(&source).filter(|_| kind == "configMap")).filter_map(|config| get(config, "name")) {
        reads(cx, pod, name);
    }
    let secrets = projected.iter().filter_map(|part| part.get("secret"));
    for secret in secrets.chain(Some(&source).filter(|_| kind == "secret")) {
        env::optional_secret(cx, owner, &format!("volumes.{path}"), &take(secret, "optional"));
    }
    for (section, object) in mounted(kind, &source) {
        cx.wire_through(owner, section, &object, |_| Some(Via::File(path.to_string())));
    }
    cx.exists(kind, &source);
    Some(pod.volume(&name, map([(kind, source)])))
}

/// Notes a ConfigMap by its name, where it is the project's own.
pub fn reads(cx: &Planner, pod: &mut Pod, name: &Node) {
    let known = name.as_str().filter(|name| cx.settings.root.at(&["configs", name]).is_some());
    known.into_iter().for_each(|known| pod.reads(known, &name.from));
}

/// The ConfigMaps and Secrets of a volume, by section and name.
fn mounted(kind: &str, source: &Node) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut add = |section, name: Option<&str>| out.extend(name.map(|name| (section, name.to_owned())));
    match kind {
        "configMap" => add("configs", str_of(source, "name")),
        "secret" => add("secrets", str_of(source, "secretName")),
        _ => {}
    }
    for part in get(source, "sources").and_then(Tree::as_list).unwrap_or_default() {
        add("configs", part.get("configMap").and_then(|config| str_of(config, "name")));
        add("secrets", part.get("secret").and_then(|secret| str_of(secret, "name")));
    }
    out
}

fn claim(owner: &Owner, path: &Node, settings: &Node, pod: &mut Pod, name: String) -> String {
    // `/a/b` and `/a-b` are two claims of one word.
    let name = pod.claim_name(&name, path);
    let modes = take(settings, "accessModes");
    let said = get(settings, "claim").cloned();
    let claim = Claim {
        volume: name.clone(),
        name: said.unwrap_or_else(|| text(format!("{}-{name}", owner.name), &owner.from)),
        size: resources::size(settings),
        storage_class: take(settings, "storageClassName"),
        access_modes: if modes.is_null() { list(vec!["ReadWriteOncePod".into()]) } else { modes },
        path: path.clone(),
    };
    if !pod.claims.iter().any(|known| known.volume == name) {
        pod.claims.push(claim);
    }
    name
}

/// `/app/backend/data` -> `app-backend-data`, a DNS label.
pub fn slug(path: &str) -> String {
    let word: String =
        path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let joined = word.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let tail = if joined.len() > 50 { &joined[joined.len() - 50..] } else { &joined };
    let tail = tail.trim_matches('-');
    if tail.is_empty() { "root".into() } else { tail.into() }
}

/// The mounts of `files`; the ConfigMap for plain contents goes to the pod.
pub fn files(cx: &mut Planner, owner: &Owner, settings: &Node, pod: &mut Pod) -> Vec<Node> {
    let files: Vec<_> = pairs(settings, "files").map(|(path, entry)| (path.clone(), entry.clone())).collect();
    let mut out = Vec::new();
    for (path, entry) in files {
        let path = text(path, &entry.key_from);
        let Some((source, key)) = file(cx, owner, &path, &entry.value, pod) else { continue };
        let mode = take(&entry.value, "mode");
        let value = take(&entry.value, "value");
        let said = if reference::is_whole(&value) { value.from.and(&mode.from) } else { mode.from.clone() };
        let name = file_volume(&source, &mode, &value.from.and(&mode.from), pod);
        out.push(map([
            ("name", text(name, &path.from.and(&said))),
            ("mountPath", path.clone()),
            ("subPath", text(key, &path.from.and(&said))),
            ("readOnly", true.into()),
        ]));
        if let Some(mount) = out.last_mut() {
            mount.from = value.from;
        }
    }
    out
}

/// What a file is mounted from.
enum Source {
    Config(String),
    Secret(String),
}

fn file_volume(source: &Source, mode: &Node, because: &From, pod: &mut Pod) -> String {
    let mode_name = mode.as_i64().map(|bits| format!("-{bits:o}")).unwrap_or_default();
    let mode = mode.clone();
    let (name, volume) = match source {
        Source::Config(config) => (
            format!("config-{config}{mode_name}"),
            map([("configMap", compact([("name", config.as_str().into()), ("defaultMode", mode)]))]),
        ),
        Source::Secret(secret) => (
            format!("secret-{secret}{mode_name}"),
            map([("secret", compact([("secretName", secret.as_str().into()), ("defaultMode", mode)]))]),
        ),
    };
    pod.volume(&slug(&name), volume.of(because))
}

fn file(cx: &mut Planner, owner: &Owner, path: &Node, settings: &Node, pod: &mut Pod) -> Option<(Source, String)> {
    let key = slug_key(path.as_str().unwrap_or_default());
    if let Some(file) = get(settings, "file") {
        let content = cx.file(file)?;
        pod.files.push((key.clone(), Tree::new(Kind::String(content), file.from.clone())));
        return Some((Source::Config(format!("{}-files", owner.name)), key));
    }
    let value = take(settings, "value");
    if let Some((config, key)) = whole_config(cx, &value) {
        cx.wire_through(owner, "configs", &config, |each| (each == key).then(|| Via::File(path.to_string())));
        pod.reads(&config, &path.from.and(&value.from));
        return Some((Source::Config(config), key));
    }
    match cx.wired(owner, Via::File(path.to_string()), |cx| cx.resolver.value(&value)) {
        Ok(Output::Plain(plain)) => {
            pod.files.push((key.clone(), plain));
            Some((Source::Config(format!("{}-files", owner.name)), key))
        }
        Ok(Output::Secret(mut secret)) => {
            let home = secret.home.get_or_insert_with(|| Home::new(format!("{}-files", owner.name), key)).clone();
            if !need::lives_at_home(cx, &secret) {
                let who = if secret.needs_operator() { "no provider" } else { "`secretProvider: existing`" };
                let what = if secret.needs_operator() { "what CloudNativePG delivers" } else { "secrets" };
                let verb = if secret.needs_operator() { "can" } else { "cannot" };
                let message = format!(
                    "file `{path}` of `{}` is composed of {what}, which {who} {verb} deliver as a file",
                    owner.id
                );
                let d = Diagnostic::new(FILE_COMPOSED, message).at(cx.span_in(&value));
                let way = if secret.needs_operator() {
                    "mount the value alone, or give it to the app as a variable"
                } else {
                    "declare the whole text as one key of a secret"
                };
                cx.report.push(d.hint(way));
                return None;
            }
            need::require(cx, &secret);
            super::rollout::note_one(pod, home.clone(), &secret.home_from);
            Some((Source::Secret(home.secret), home.key))
        }
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            None
        }
    }
}

/// `${configs.app.app.toml}`: the key is mounted from its own ConfigMap.
fn whole_config(cx: &Planner, value: &Node) -> Option<(String, String)> {
    let parts = reference::parse(value.as_str()?).ok()?;
    let [Part::Reference(reference)] = &parts[..] else { return None };
    let ("configs", Some(config), Some(key)) = reference.words() else { return None };
    cx.settings.root.at(&["configs", config, key])?;
    Some((config.to_owned(), key.to_owned()))
}

/// A data key that still shows the file's name: `/etc/app/app.toml` -> `etc-app-app.toml`.
fn slug_key(path: &str) -> String {
    let key: String = path
        .trim_matches('/')
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' })
        .collect();
    if key.is_empty() { "file".into() } else { key }
}

/// The claim template that a StatefulSet's template sees.
pub fn claims(pod: &Pod) -> Node {
    super::node::filled(list(pod.claims.iter().map(Claim::context).collect()))
}

/// The volume that mounts a claim of its own.
pub fn claim_volume(claim: &Claim) -> Node {
    map([("persistentVolumeClaim", map([("claimName", maybe(Some(claim.name.clone())))]))])
}
