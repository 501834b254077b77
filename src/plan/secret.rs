//! Secrets of one profile: who delivers each key, and the objects that follow.
//!
//! Owns: where a key's value comes from, how it is composed where kgen has all its parts, and the Secret of those.
//! Does not own: which keys are needed (`need.rs`), values that kgen has itself (`given.rs`), the providers' objects
//! (`external.rs`, `sealed.rs`, `sops.rs`), where a secret is used (`env.rs`, `volume.rs`).

use std::collections::BTreeMap;

use base64::Engine;

use super::given::Origin;
use super::label::Owner;
use super::need::{Delivered, Key, SECRET_MISSING, delivered, has_source, homes};
use super::node::{Node, get, map, merged, text};
use super::object::{meta, owner_of_secret};
use super::piece::{Home, Piece, has_operators, percent};
use super::provider::{self, Provider};
use super::{Keeps, Planned, Planner, external, given, sealed, sops};
use crate::diag::Diagnostic;
use crate::secret::Secret;
use crate::settings::From;
use crate::tree::{Kind, Map};

crate::declare! {
    /// two providers write one Secret
    ///
    /// Two providers would each write one Secret whole; the last of them wins.
    /// Fix: make it two secrets.
    SECRET_MIXED = "secret-mixed", Error;
}

/// What stands for a value of [`Origin::Later`] in `data`: `{"later":{}}`, which is right in a Secret of any type.
pub const LATER: &str = "eyJsYXRlciI6e319";

/// The objects of all Secrets.
pub fn plan(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    cx.secrets.secrets().iter().flat_map(|name| one(cx, name)).collect()
}

fn one(cx: &mut Planner, name: &str) -> Vec<(Owner, Planned)> {
    let keys = cx.secrets.of(name);
    let mut data = Map::new();
    let mut values = Vec::new();
    let mut stream_only = false;
    let mut delivered = Vec::new();
    // What an operator knows is in no Secret of kgen's: pods compose it.
    for (key, entry) in keys.iter().filter(|(_, entry)| !has_operators(&entry.pieces)) {
        let made = entry.made.and(&made_up(cx, entry));
        match origin(cx, &Home::new(name, key.as_str()), entry) {
            // Someone else creates the Secret; a pod that needs this key gets the text itself.
            Origin::Plain(_) if cx.provider == Provider::Existing => {}
            // Whoever reads such a Secret must never see it without its password; and a controller that owns a Secret
            // would be in the way of another owner.
            Origin::Plain(_) if is_whole(cx, name) => delivered.push((key.clone(), entry.clone())),
            Origin::Plain(text) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text);
                data.insert_from(key.as_str(), entry.from.clone(), super::node::text(encoded, &entry.made));
            }
            Origin::Value { value, stream } => {
                given::one_line(cx, name, key, entry, &value);
                given::unquoted(cx, name, key, entry, &value);
                stream_only |= stream;
                data.insert_from(key.as_str(), entry.from.clone(), text("c2VjcmV0", &made));
                values.push((key.clone(), value));
            }
            Origin::Later => {
                // Never written: the tree leaves the whole Secret out. The key is there for what refers to it.
                stream_only = true;
                data.insert_from(key.as_str(), entry.from.clone(), text(LATER, &entry.made));
            }
            Origin::Delivered => delivered.push((key.clone(), entry.clone())),
            Origin::Broken => {}
        }
    }
    let owner = owner_of_secret(cx, name, keys.first().map(|(_, key)| &key.from));
    let mut out = Vec::new();
    let has_plain = !data.is_empty() || stream_only;
    if has_plain {
        let more = map([("type", cx.secrets.type_of(name)), ("data", Kind::Map(data).into())]);
        let context = merged(meta(cx, &owner, &Node::null()), &more);
        out.push((
            owner.clone(),
            Planned { values, stream_only, keeps: Keeps::Values, ..Planned::new("secret/secret.yaml", context) },
        ));
    }
    out.extend(deliver(cx, &owner, name, delivered, has_plain).map(|planned| (owner, planned)));
    let because = keys.iter().fold(provider::chosen(cx), |from, (_, key)| from.and(&key.because));
    out.into_iter().map(|(owner, planned)| (owner, planned.because(&because))).collect()
}

/// What a value that kgen makes up is made of besides: the project's name is in it, and it is as long as it must be.
fn made_up(cx: &Planner, key: &Key) -> From {
    let is_given = ["value", "env", "file"].iter().any(|kind| get(&key.declared, kind).is_some());
    let is_local = cx.provider == Provider::Local && (!is_given || !key.pieces.is_empty());
    if is_local { cx.project().from.and(&key.length()) } else { From::Nowhere }
}

/// Whether all keys of a Secret come from the provider, those without anything secret in them too.
fn is_whole(cx: &Planner, name: &str) -> bool {
    match cx.provider {
        Provider::External(_) => cx.secrets.is_basic_auth(name),
        Provider::Sealed(_) | Provider::Sops(_) => cx.secrets.of(name).iter().any(|(key, entry)| {
            let home = Home::new(name, key.as_str());
            entry.pieces.is_empty() && !has_source(cx, &home)
        }),
        _ => false,
    }
}

/// The object of the provider that delivers these keys.
fn deliver(cx: &mut Planner, owner: &Owner, name: &str, keys: Vec<(String, Key)>, has_plain: bool) -> Option<Planned> {
    let (first, _) = keys.first()?;
    let provider = provider::of(cx, &Home::new(name, first.as_str()));
    let all: Vec<Delivered> = keys.iter().map(|(key, entry)| delivered(name, key, entry)).collect();
    for key in &all {
        let other = provider::of(cx, &Home::new(name, key.name.as_str()));
        if other != provider {
            let message = format!(
                "Secret `{name}` has keys of two providers, `{}` and `{}`: each would write it whole",
                provider.name(),
                other.name()
            );
            let d = Diagnostic::new(SECRET_MIXED, message).at(cx.span_in_from(&key.from));
            cx.report.push(d.in_profile(&cx.settings.profile).hint("make it two secrets"));
            return None;
        }
    }
    if let (true, Provider::Sealed(_) | Provider::Sops(_)) = (has_plain, &provider) {
        let message = format!(
            "Secret `{name}` has keys that kgen writes and keys of `{}`, whose controller owns the whole Secret",
            provider.name()
        );
        let d = Diagnostic::new(SECRET_MIXED, message).at(cx.span_in_from(&all[0].from));
        cx.report.push(d.in_profile(&cx.settings.profile).hint("make it two secrets"));
        return None;
    }
    match &provider {
        Provider::External(settings) => Some(external::plan(cx, owner, name, settings, &all, has_plain)),
        Provider::Sealed(settings) => sealed::plan(cx, owner, name, settings, &all),
        Provider::Sops(settings) => sops::plan(cx, owner, name, settings, &all),
        _ => None,
    }
}

fn origin(cx: &mut Planner, home: &Home, key: &Key) -> Origin {
    if key.pieces.is_empty() {
        return own(cx, home, key);
    }
    let mut parts = BTreeMap::new();
    for part in homes(&key.pieces).cloned().collect::<Vec<_>>() {
        let entry = cx.secrets.get(&part).cloned();
        let value = entry.map_or(Origin::Delivered, |entry| origin(cx, &part, &entry));
        parts.insert(part, value);
    }
    compose(&key.pieces, &parts)
}

/// A composed value exists where all its parts do.
fn compose(pieces: &[Piece], parts: &BTreeMap<Home, Origin>) -> Origin {
    let mut out = String::new();
    let (mut stream, mut secret) = (false, false);
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Value { home, encode } => match parts.get(home) {
                Some(Origin::Value { value, stream: s }) => {
                    (stream, secret) = (stream | s, true);
                    out.push_str(&if *encode { percent(value.open()) } else { value.open().clone() });
                }
                Some(Origin::Plain(text)) => out.push_str(&if *encode { percent(text) } else { text.clone() }),
                Some(Origin::Later) => return Origin::Later,
                Some(Origin::Broken) => return Origin::Broken,
                _ => return Origin::Delivered,
            },
        }
    }
    if secret { Origin::Value { value: Secret::new(out), stream } } else { Origin::Plain(out) }
}

/// A value that is not composed.
fn own(cx: &mut Planner, home: &Home, key: &Key) -> Origin {
    let declared = &key.declared;
    if let Some(literal) = get(declared, "value") {
        return given::literal_value(cx, home, literal);
    }
    if let Some((kind, source)) = ["env", "file"].iter().find_map(|kind| Some((*kind, get(declared, kind)?))) {
        return match cx.inputs.value(kind, &source.to_string()) {
            None => Origin::Later,
            Some(Ok(value)) => given::checked(cx, home, declared, value, true, source),
            Some(Err(reason)) => {
                let message = format!("`secrets.{}.{}`: {reason}", home.secret, home.key);
                let d = Diagnostic::new(SECRET_MISSING, message).at(cx.span_in(source));
                cx.report.push(d.hint(
                    "values of `env` and `file` are read for the stream; `kgen render` writes the tree without them",
                ));
                Origin::Broken
            }
        };
    }
    match provider::of(cx, home) {
        Provider::External(_) | Provider::Existing | Provider::Sealed(_) | Provider::Sops(_) => Origin::Delivered,
        Provider::Local if cx.settings.is_dev() => {
            let value = Secret::new(given::fixed(cx, home, declared));
            Origin::Value { value, stream: false }
        }
        provider => {
            given::undelivered(cx, home, key, provider == Provider::Local);
            Origin::Broken
        }
    }
}
