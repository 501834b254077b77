//! Restarting what reads a secret when the secret changes, without a hash of its value: a short one is guessed from its
//! hash at a million tries a second (measured).
//!
//! Owns: what stands for a value: its ciphertext, where the provider finds it, what it is composed of, `revision:`.
//! A rotation in place, which no file shows, is for Reloader: `secretProvider: {external: {reloader: true}}`.
//! Source: https://github.com/stakater/Reloader

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::Planner;
use super::config::hex;
use super::external;
use super::gather::Pod;
use super::node::{Node, get, map, str_of, take, text};
use super::piece::{Home, Piece};
use super::provider::{self, Provider};
use crate::settings::From;
use crate::tree::Tree;

/// Notes the secret keys that a container's variables read.
pub fn note(pod: &mut Pod, env: &[Node]) {
    for variable in env {
        let Some(reference) = variable.at(&["valueFrom", "secretKeyRef"]) else { continue };
        let word = |key: &str| str_of(reference, key).unwrap_or_default().to_owned();
        let from = get(reference, "key").map(|key| key.from.clone()).unwrap_or_default();
        note_one(pod, Home::new(word("name"), word("key")), &from.and(&variable.from));
    }
}

/// Notes one key, which something of the pod reads.
pub fn note_one(pod: &mut Pod, home: Home, from: &From) {
    let known = pod.secrets.entry(home).or_default();
    *known = known.and(from);
}

/// Notes all declared keys of a Secret, which the text at `from` names.
pub fn note_all(cx: &Planner, pod: &mut Pod, secret: &str, from: &From) {
    let keys = cx.settings.root.at(&["secrets", secret]).and_then(Tree::as_map);
    for key in keys.into_iter().flat_map(|keys| keys.keys()) {
        note_one(pod, Home::new(secret, &**key), from);
    }
}

/// The annotation of a pod that reads these values; none where nothing stands for any of them.
pub fn checksum(cx: &Planner, secrets: &BTreeMap<Home, From>) -> Option<(String, From)> {
    let mut hash = Sha256::new();
    let mut from = From::Nowhere;
    let mut any = false;
    for (home, asked) in secrets {
        for (word, origin) in stand_ins(cx, home) {
            any = true;
            from = from.and(&origin).and(asked);
            for part in [home.secret.as_str(), home.key.as_str(), word.as_str()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
    }
    any.then(|| (hex(&hash.finalize())[..32].to_owned(), from))
}

/// What stands for one value, with where it was written.
fn stand_ins(cx: &Planner, home: &Home) -> Vec<(String, From)> {
    let mut out = revisions(cx, home);
    let provider = provider::of(cx, home);
    let made = cx.secrets.get(home).map(|key| key.made.clone()).unwrap_or_default();
    for piece in cx.secrets.pieces(home) {
        match (&piece, &provider) {
            // A composition without anything that changes by itself is no reason to restart.
            (Piece::Text(text), Provider::External(_) | Provider::Sealed(_)) => out.push((text.clone(), made.clone())),
            (Piece::Value { home: part, .. }, Provider::External(settings)) => {
                let remote = external::remote(cx, settings, part);
                let word = |key: &str| str_of(&remote, key).unwrap_or_default().to_owned();
                let from = take(&remote, "key").from.and(&take(&remote, "property").from).and(&made);
                out.push((format!("{}#{}", word("key"), word("property")), from));
            }
            (Piece::Value { home: part, .. }, Provider::Sealed(_)) => {
                out.extend(ciphertext(
                    cx,
                    &provider,
                    home,
                    &["spec", "encryptedData", &external::item(&home.secret, part)],
                ));
            }
            _ => {}
        }
    }
    if matches!(provider, Provider::Sops(_)) {
        let parts = ["data", "stringData"];
        out.extend(parts.iter().filter_map(|part| ciphertext(cx, &provider, home, &[part, &home.key])));
    }
    out
}

/// The revisions that were declared for a value and for all that it is composed of: who reads a URL reads the password in it.
fn revisions(cx: &Planner, home: &Home) -> Vec<(String, From)> {
    let mut homes = vec![home.clone()];
    let mut at = 0;
    while let Some(next) = homes.get(at).cloned() {
        at += 1;
        for piece in cx.secrets.pieces(&next) {
            if let Piece::Value { home, .. } = piece
                && !homes.contains(&home)
            {
                homes.push(home);
            }
        }
    }
    let revision = |part: &Home| {
        let said = get(&cx.secrets.declared(part), "revision")?.clone();
        // Of the value itself, as before; of a part, with its name.
        let of = if part == home { String::new() } else { format!(" of {}/{}", part.secret, part.key) };
        Some((format!("revision {said}{of}"), said.from.clone()))
    };
    homes.iter().filter_map(revision).collect()
}

fn ciphertext(cx: &Planner, provider: &Provider, home: &Home, path: &[&str]) -> Option<(String, From)> {
    let file = cx.inputs.ciphers?.get(&provider.path(&cx.settings.profile, &home.secret)?)?;
    Some((file.at(path)?.as_str()?.to_owned(), From::Nowhere))
}

/// The annotation of a workload that Reloader is to restart; `null` where nobody asked for it.
pub fn reloader(cx: &Planner, pod: &Pod) -> Node {
    let asked = |home: &Home| match provider::of(cx, home) {
        Provider::External(settings) => get(&settings, "reloader").filter(|said| said.as_bool() == Some(true)).cloned(),
        _ => None,
    };
    let wanted: Vec<(&Home, Node)> = pod.secrets.keys().filter_map(|home| Some((home, asked(home)?))).collect();
    let Some((_, said)) = wanted.first() else { return Node::null() };
    let names: BTreeSet<&str> = wanted.iter().map(|(home, _)| home.secret.as_str()).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(",");
    map([("secret.reloader.stakater.com/reload", text(names, &said.from))])
}
