//! Values into files that SOPS encrypts, by the `sops` program: it alone knows the keys, in clouds and agents, that
//! people encrypt with.
//!
//! Owns: how it is called: values through its standard input, on a copy of the file; and that what it gives back shows
//! no value. Values stand under `data`: a key that is taken out of `stringData` stays in the cluster under server-side
//! apply (kubernetes#108008), and `data` takes any text.
//! Does not own: `.sops.yaml`, which says who can read the files.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::elsewhere::parts;
use super::mistake;
use super::store::{Changes, Job, Store};
use crate::access;
use crate::commands::program;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::output::write::{self, Scratch};
use crate::output::yaml::{self, Reveal};
use crate::plan::need::Needed;
use crate::plan::piece::{Home, Piece, percent};
use crate::plan::provider::Provider;
use crate::plan::sops::{SOPS_FORM, readable};
use crate::project::node::{self, Dialect};
use crate::secret::Secret;
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// What is encrypted: Flux and kustomize must be able to read the rest.
const REGEX: &str = "^(data|stringData)$";

/// The files that are changed, by path: copies beside them.
type Copies = BTreeMap<String, Scratch>;

pub fn put(store: &mut Store, jobs: &[Job], changes: &mut Changes) -> Result<()> {
    let mut copies = Copies::new();
    let mut known: BTreeMap<&Home, &Secret<String>> = BTreeMap::new();
    for job in jobs {
        known.insert(&job.needed.home, &job.value);
        if matches!(job.needed.provider, Provider::Sops(_)) {
            one(store, &mut copies, job.needed, &job.value, changes)?;
        }
    }
    let plan = store.plan;
    let composed = plan.secrets.iter().filter(|needed| parts(needed).iter().any(|part| known.contains_key(part)));
    for needed in composed.filter(|needed| matches!(needed.provider, Provider::Sops(_))) {
        match compose(store, &copies, needed, &known)? {
            Ok(value) => one(store, &mut copies, needed, &value, changes)?,
            Err(missing) => {
                let Home { secret, key, .. } = &needed.home;
                changes.news.push(format!("`{secret}.{key}` is composed of {missing} too, and waits for it"));
            }
        }
    }
    for (path, copy) in &copies {
        changes.files.insert(path.clone(), checked(path, copy)?);
    }
    Ok(())
}

/// Encrypts one value into the copy of its file.
fn one(
    store: &mut Store,
    copies: &mut Copies,
    needed: &Needed,
    value: &Secret<String>,
    changes: &mut Changes,
) -> Result<()> {
    let path = needed.provider.path(&store.settings.profile, &needed.home.secret).unwrap_or_default();
    if !copies.contains_key(&path) {
        let text = match write::read(store.root, &path)? {
            Some(bytes) => existing(store, &path, bytes)?,
            None => empty(store, needed, &path)?,
        };
        copies.insert(path.clone(), Scratch::new(store.root, &path, &text)?);
    }
    let Some(copy) = copies.get(&path) else { return Ok(()) };
    let key = &needed.home.key;
    let text = written(copy.path()).with_context(|| format!("cannot read the copy of `{path}`"))?;
    let part = part(&text, key).unwrap_or("data");
    let raw = value.open();
    let encoded = Secret::new(if part == "data" { STANDARD.encode(raw) } else { raw.clone() });
    let written = Secret::new(serde_json::to_string(encoded.open()).context("cannot write JSON")?);
    let mut arguments = vec!["set", "--idempotent", "--value-stdin"];
    let place = format!("[\"{part}\"][\"{key}\"]");
    let copy = relative(store.root, copy.path());
    arguments.extend(YAML);
    arguments.extend([&*copy, &place]);
    run(store.root, &arguments, Some((&written, raw)))?;
    changes.news.push(format!("encrypted `{key}` into `{}`", store.root.join(&path).display()));
    Ok(())
}

/// The copy has no name that tells.
const YAML: [&str; 4] = ["--input-type", "yaml", "--output-type", "yaml"];

/// As `sops` sees it, which runs in the project's folder.
/// What `sops` wrote into a copy.
fn written(copy: &Path) -> Result<String> {
    Ok(String::from_utf8(access::own(copy)?)?)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// A file that there is, if it is one of SOPS.
fn existing(store: &mut Store, path: &str, bytes: Vec<u8>) -> Result<String> {
    let text = String::from_utf8(bytes).ok().with_context(|| format!("`{path}` is not UTF-8"))?;
    let file = store.sources.add(path, text.as_str());
    let tree = node::parse(store.sources, file, Dialect::Manifest);
    let tree = tree.map_err(|d| mistake::hidden(d, store.sources, file))?;
    if tree.get("kind").and_then(Tree::as_str) != Some("Secret") || tree.at(&["sops", "mac"]).is_none() {
        let d = crate::diag::Diagnostic::new(SOPS_FORM, format!("`{path}` is no Secret that SOPS encrypted"));
        let d = d.at(Span { file, ..Span::default() });
        let d = d.hint("move it away: `kgen secret set` makes a new one");
        return Err(mistake::hidden(d, store.sources, file));
    }
    Ok(text)
}

/// A Secret without values, encrypted: with them it would have to stand somewhere readable.
fn empty(store: &Store, needed: &Needed, path: &str) -> Result<String> {
    let mut metadata: Vec<(&str, Tree)> = vec![("name", needed.home.secret.as_str().into())];
    metadata.extend(store.plan.namespace.as_deref().map(|namespace| ("namespace", namespace.into())));
    let manifest: Tree = Tree::map([
        ("apiVersion", Tree::from("v1")),
        ("kind", "Secret".into()),
        ("metadata", Tree::map(metadata)),
        ("type", needed.secret_type.as_str().into()),
    ]);
    let plain = Scratch::new(store.root, path, &yaml::document(&manifest, Reveal::No)?.text)?;
    let plain = relative(store.root, plain.path());
    let mut arguments = vec!["encrypt", "--encrypted-regex", REGEX, "--filename-override", path];
    arguments.extend(YAML);
    arguments.push(&plain);
    let text = run(store.root, &arguments, None)?;
    String::from_utf8(text.open().clone()).ok().context("`sops encrypt` gave no text")
}

/// `data` or `stringData`, where a file has the key already.
fn part(text: &str, key: &str) -> Option<&'static str> {
    let tree = node::parse_bare(text, Dialect::Manifest)?;
    ["data", "stringData"].into_iter().find(|part| tree.at(&[part, key]).is_some())
}

/// The value of a composed key, or which of its parts are not there yet.
fn compose(
    store: &Store,
    copies: &Copies,
    needed: &Needed,
    known: &BTreeMap<&Home, &Secret<String>>,
) -> Result<std::result::Result<Secret<String>, String>> {
    let mut values: BTreeMap<&Home, Secret<String>> = BTreeMap::new();
    let mut missing = Vec::new();
    for part in parts(needed) {
        let value = match known.get(part) {
            Some(value) => Some((*value).clone()),
            None => decrypt(store, copies, part)?,
        };
        match value {
            Some(value) => drop(values.insert(part, value)),
            None => missing.push(format!("{}.{}", part.secret, part.key)),
        }
    }
    if !missing.is_empty() {
        return Ok(Err(suggest::all_of(missing.iter().map(String::as_str))));
    }
    let mut whole = Zeroizing::new(String::new());
    for piece in &needed.pieces {
        match piece {
            Piece::Text(text) => whole.push_str(text),
            Piece::Value { home, encode: true } => {
                whole.push_str(&Zeroizing::new(percent(values.get(home).map_or("", |value| value.open()))));
            }
            Piece::Value { home, .. } => whole.push_str(values.get(home).map_or("", |value| value.open())),
        }
    }
    Ok(Ok(Secret::new(whole.to_string())))
}

/// A value that stands in a file of SOPS; `None` where it does not.
fn decrypt(store: &Store, copies: &Copies, home: &Home) -> Result<Option<Secret<String>>> {
    let needed = store.plan.secrets.iter().find(|needed| needed.home == *home);
    let Some((path, Provider::Sops(_))) = needed
        .and_then(|needed| Some((needed.provider.path(&store.settings.profile, &home.secret)?, &needed.provider)))
    else {
        return Ok(None);
    };
    let at = match copies.get(&path) {
        Some(copy) => relative(store.root, copy.path()),
        None => path.clone(),
    };
    let Some(bytes) = write::read(store.root, &at)? else { return Ok(None) };
    let Some(part) = part(&String::from_utf8_lossy(&bytes), &home.key) else { return Ok(None) };
    let place = format!("[\"{part}\"][\"{}\"]", home.key);
    let mut arguments = vec!["decrypt", "--extract", &place];
    arguments.extend(YAML);
    arguments.push(&at);
    let bytes = run(store.root, &arguments, None)?;
    let text = match part {
        "data" => STANDARD.decode(bytes.open().trim_ascii()).ok(),
        _ => Some(bytes.open().clone()),
    };
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.with_context(|| format!("`{path}` holds no text for `{}`", home.key))?;
    Ok(Some(Secret::new(text)))
}

/// What is about to be written shows no value: a rule in `.sops.yaml` may have said otherwise.
fn checked(path: &str, copy: &Scratch) -> Result<String> {
    let text = written(copy.path()).with_context(|| format!("cannot read the copy of `{path}`"))?;
    let mut sources = Sources::default();
    let file = sources.add(path, text.as_str());
    let Ok(tree) = node::parse(&sources, file, Dialect::Manifest) else { bail!("`sops` made no YAML of `{path}`") };
    if readable(&tree).is_some() {
        return Err(anyhow!("`sops` would leave a value of `{path}` readable; nothing was written")
            .hint("its `encrypted_regex` must take in `data`: look into `.sops.yaml` and the end of the file"));
    }
    Ok(text)
}

/// Runs `sops` in the project's folder, where it looks for `.sops.yaml`. `input`: what it reads, and the value that no
/// message of it may repeat.
fn run(root: &Path, arguments: &[&str], input: Option<(&Secret<String>, &str)>) -> Result<Secret<Vec<u8>>> {
    let verb = arguments.first().copied().unwrap_or_default();
    let folder = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let mut sops = Command::new("sops");
    sops.args(arguments).current_dir(folder);
    let done = match program::run(&mut sops, input.map(|(text, _)| text.open().as_bytes())) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(anyhow!("there is no program `sops`, which encrypts for the provider `sops`")
                .hint("install 3.11 or later, https://getsops.io"));
        }
        done => done.context("cannot run `sops`")?,
    };
    if done.status.success() {
        return Ok(Secret::new(done.stdout));
    }
    let said = without(&String::from_utf8_lossy(&done.stderr), input);
    Err(anyhow!("`sops {verb}` failed").quote(said.trim_end()))
}

/// What a program says, without the value that it was given.
fn without(said: &str, input: Option<(&Secret<String>, &str)>) -> String {
    let Some((written, raw)) = input else { return said.to_owned() };
    let written = written.open().trim_matches('"');
    let hidden = [written, raw].into_iter().filter(|text| !text.is_empty());
    hidden.fold(said.to_owned(), |said, text| said.replace(text, "***"))
}
