//! Volumes, bind mounts and scratch space of a container.
//!
//! Owns: the short and the long form, and what each is in a cluster: a claim, a file of the project, scratch, or nothing.

use super::context::{Context, Found, wrong};
use super::load::join;
use super::probe::bad;
use super::service::Service;
use super::units;
use crate::project::scan;
use crate::source::Span;
use crate::tree::Tree;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    pub target: String,
    pub at: Span,
    pub read_only: bool,
    pub kind: Kind,
    /// A file that is there and that the project file may name.
    pub file: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Named(String),
    Bind(String),
    Anonymous,
    /// Files of another image.
    Image,
    /// With its size, where it has one.
    Memory(Option<String>),
}

/// What a mount is in a cluster.
pub enum Fate {
    /// A claim, which other services share where they name the same volume.
    Claim(String),
    File(String),
    Scratch(Option<String>),
    Nothing,
}

pub fn mounts(cx: &mut Context, service: &Service) -> Vec<Mount> {
    let mut out: Vec<Mount> = Vec::new();
    let subject = format!("{}.volumes", service.name);
    let value = service.map.get("volumes").filter(|value| !value.is_null());
    if let Some(value) = value.filter(|value| value.as_list().is_none()) {
        cx.report.push(wrong(&subject, "a list", value));
    }
    for item in value.and_then(Tree::as_list).unwrap_or_default() {
        match one(item) {
            Ok(mut mount) => {
                mount.file = file(cx, &mount);
                // What extends another may mount another thing in the same place.
                out.retain(|known| known.target != mount.target);
                out.push(mount);
            }
            Err(reason) => bad(cx, &subject, Some(item), reason),
        }
    }
    out
}

/// `tmpfs` and `shm_size`.
pub fn scratch(cx: &mut Context, service: &Service) -> Vec<Mount> {
    let mut out = Vec::new();
    let tmpfs = service.map.get("tmpfs").filter(|value| !value.is_null());
    for item in tmpfs.map(|value| value.as_list().unwrap_or(std::slice::from_ref(value))).unwrap_or_default() {
        let Some(text) = item.as_str() else { continue };
        let (target, options) = text.split_once(':').unwrap_or((text, ""));
        let size = options.split(',').find_map(|option| option.strip_prefix("size=")).and_then(units::memory);
        let kind = Kind::Memory(size.map(|(_, text)| text));
        out.push(Mount { target: target.into(), at: item.from, read_only: false, kind, file: None });
    }
    if let Some(value) = service.map.get("shm_size") {
        match value.as_str().and_then(units::memory) {
            Some((_, size)) => out.push(Mount {
                target: "/dev/shm".into(),
                at: value.from,
                read_only: false,
                kind: Kind::Memory(Some(size)),
                file: None,
            }),
            None => bad(cx, &format!("{}.shm_size", service.name), Some(value), "must be a size such as `128M`"),
        }
    }
    out
}

/// What a service mounts from outside: the names of volumes and the paths of folders.
pub fn sources(service: &Tree<Span>) -> impl Iterator<Item = String> {
    let items = service.get("volumes").and_then(Tree::as_list).unwrap_or_default();
    items.iter().filter_map(|item| match one(item).ok()?.kind {
        Kind::Named(name) => Some(name),
        Kind::Bind(path) => Some(path),
        _ => None,
    })
}

fn one(item: &Tree<Span>) -> Result<Mount, &'static str> {
    let Some(text) = item.as_str() else { return long(item) };
    // `C:\data:/data` has a colon of its own.
    let drive = usize::from(text.len() > 2 && text.as_bytes()[1] == b':' && text.as_bytes()[2] == b'\\') * 2;
    let mut parts = text[drive..].split(':');
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let source = format!("{}{first}", &text[..drive]);
    let Some(target) = second else {
        return Ok(Mount {
            target: target_of(&source)?,
            at: item.from,
            read_only: false,
            kind: Kind::Anonymous,
            file: None,
        });
    };
    let read_only = third.is_some_and(|mode| mode.split(',').any(|word| word == "ro"));
    let is_path = source.starts_with(['.', '/', '~']) || source.contains(['/', '\\']);
    let kind = if is_path { Kind::Bind(source) } else { Kind::Named(source) };
    Ok(Mount { target: target_of(target)?, at: item.from, read_only, kind, file: None })
}

fn target_of(text: &str) -> Result<String, &'static str> {
    let trimmed = if text.len() > 1 { text.trim_end_matches('/') } else { text };
    match trimmed.starts_with('/') && !trimmed.contains(':') {
        true => Ok(trimmed.to_owned()),
        false => Err("must have an absolute path of the container, as `data:/var/lib/data`"),
    }
}

fn long(item: &Tree<Span>) -> Result<Mount, &'static str> {
    let word = |key: &str| item.get(key).and_then(Tree::as_str);
    let target = target_of(word("target").ok_or("must have a `target`")?)?;
    let source = || word("source").map(str::to_owned);
    let kind = match word("type").unwrap_or("volume") {
        "volume" | "cluster" => source().map_or(Kind::Anonymous, Kind::Named),
        "bind" => Kind::Bind(source().ok_or("of type `bind` must have a `source`")?),
        "image" => Kind::Image,
        "tmpfs" => {
            let size = item.at(&["tmpfs", "size"]).and_then(Tree::as_str).and_then(units::memory);
            Kind::Memory(size.map(|(_, text)| text))
        }
        _ => return Err("must have the type `volume`, `bind`, `tmpfs` or `image`"),
    };
    Ok(Mount { target, at: item.from, read_only: word("read_only") == Some("true"), kind, file: None })
}

/// A file of the project: there, below the compose file, a text.
fn file(cx: &Context, mount: &Mount) -> Option<String> {
    let Kind::Bind(source) = &mount.kind else { return None };
    let path = join("", source);
    let inside = !path.starts_with(['/', '~']) && !path.split('/').any(|part| part == "..");
    (inside && matches!((cx.read)(&path), Found::Text(_))).then_some(path)
}

/// Paths of the machine that no pod should see.
const HOST: [&str; 9] =
    ["/var/run", "/run", "/proc", "/sys", "/dev", "/lib/modules", "/var/lib/docker", "/var/log", "/etc"];

pub fn fate(cx: &mut Context, service: &Service, mount: &Mount) -> Fate {
    match &mount.kind {
        Kind::Named(name) => Fate::Claim(name.clone()),
        Kind::Anonymous => Fate::Scratch(None),
        Kind::Memory(size) => Fate::Scratch(Some(size.clone().unwrap_or_else(|| "64Mi".into()))),
        Kind::Image => {
            let why = "write `{image: {reference: IMAGE}}` under `volumes`, from 1.35 on";
            cx.notes.decide(mount.at, subject(service), format!("`{}`: {why}", mount.target));
            Fate::Nothing
        }
        Kind::Bind(source) => match &mount.file {
            Some(path) => of_file(cx, service, mount, path),
            None => of_folder(cx, service, mount, source),
        },
    }
}

fn subject(service: &Service) -> String {
    format!("{}.volumes", service.name)
}

fn of_file(cx: &mut Context, service: &Service, mount: &Mount, path: &str) -> Fate {
    let clean = matches!((cx.read)(path), Found::Text(text) if scan::is_clean(&text));
    if clean && text_size(cx, path) < 512 << 10 {
        return Fate::File(path.to_owned());
    }
    let why = format!(
        "`{}`: the file is too large for a ConfigMap or holds what looks like a secret; write it under `files` with `${{secrets.NAME.KEY}}`",
        mount.target
    );
    cx.notes.decide(mount.at, subject(service), why);
    Fate::Nothing
}

/// Of the machine, or below the compose file.
fn of_folder(cx: &mut Context, service: &Service, mount: &Mount, source: &str) -> Fate {
    let target = &mount.target;
    if let Some(why) = no_pod_sees(service, source, target) {
        cx.notes.left(mount.at, subject(service), why);
        return Fate::Nothing;
    }
    let there = matches!((cx.read)(&join("", source)), Found::Folder);
    let looks_like_a_file = source.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'));
    if mount.read_only || (looks_like_a_file && !there) {
        let why = format!(
            "`{target}`: its content is not carried over: put it into the image, or each file under `files: {{PATH: {{file: ...}}}}`"
        );
        cx.notes.decide(mount.at, subject(service), why);
        return Fate::Nothing;
    }
    let why = format!(
        "`{target}`: a claim, which begins empty, in the place of a folder of the machine: copy what the app needs with `kubectl cp`"
    );
    cx.notes.decide(mount.at, subject(service), why);
    Fate::Claim(source.to_owned())
}

/// Why no pod has a folder of the machine.
fn no_pod_sees(service: &Service, source: &str, target: &str) -> Option<String> {
    if source.contains("docker.sock") || source.contains("podman.sock") {
        return Some("pods have no container engine; what talks to Docker needs another way in a cluster".into());
    }
    if ["/etc/localtime", "/etc/timezone"].contains(&source) {
        return Some(format!("`{target}`: write `TZ: Europe/Berlin` under `env`; the image needs its time zones"));
    }
    if source == "/" || HOST.iter().any(|host| source == *host || source.starts_with(&format!("{host}/"))) {
        return Some(format!("`{target}`: a folder of the machine, which pods under `restricted` do not see"));
    }
    is_source(service, source, target).then(|| format!("`{target}`: the image has the source"))
}

fn text_size(cx: &Context, path: &str) -> usize {
    match (cx.read)(path) {
        Found::Text(text) => text.len(),
        _ => usize::MAX,
    }
}

/// The folder that the image is built from, mounted over it to develop.
fn is_source(service: &Service, source: &str, target: &str) -> bool {
    let Some(build) = service.map.get("build") else { return false };
    let context = build.as_str().or_else(|| build.get("context")?.as_str()).unwrap_or(".");
    let (context, source) = (join("", context), join("", source));
    let workdir = service.text("working_dir").is_some_and(|dir| dir == target);
    let whole = ["", "."].contains(&context.as_str());
    let inside = source == context || source.starts_with(&format!("{context}/"));
    workdir
        || ["", "."].contains(&source.as_str())
        || (whole && ["/app", "/code", "/src", "/usr/src/app"].contains(&target))
        || (!whole && inside)
}
