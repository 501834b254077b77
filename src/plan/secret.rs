//! Secrets of one profile: which keys are needed, who delivers each, and the objects that follow.
//!
//! Owns: which keys there are, what each is composed of, dev's fixed values, and the refusal of literals where production
//! could see them.
//! Does not own: the providers' objects (`external.rs`, `sealed.rs`, `sops.rs`), where a secret is used (`env.rs`,
//! `volume.rs`), reading the environment and files (`Inputs`).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use indexmap::IndexMap;

use super::label::{self, Owner};
use super::node::{Node, get, map, merged, str_of, take, text};
use super::piece::{Home, Piece, Secretive, has_operators, percent};
use super::provider::{self, Provider};
use super::{Planned, Planner, external, placeholder, sealed, sops};
use crate::diag::Diagnostic;
use crate::project::schema;
use crate::secret::Secret;
use crate::settings::From;
use crate::tree::{Kind, Map, Tree};

/// One key of a Secret.
#[derive(Clone, Debug)]
pub struct Key {
    pub from: From,
    /// The declaration under `secrets`; `null` for a key that a component brings.
    declared: Node,
    /// Composed of these; empty for a value of its own.
    pieces: Vec<Piece>,
    /// What a server of kgen's asks its clients for.
    password: bool,
    /// A Sentinel of Redis writes it into its file.
    sentinel: bool,
}

/// A key whose value a provider delivers, in pieces: one whole value, or what it is composed of.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub name: String,
    pub pieces: Vec<Piece>,
    pub composed: bool,
    pub from: From,
}

impl Delivered {
    pub fn homes(&self) -> impl Iterator<Item = &Home> {
        homes(&self.pieces)
    }
}

/// A value that a profile needs, for those who deliver it.
#[derive(Clone, Debug)]
pub struct Needed {
    pub home: Home,
    pub provider: Provider,
    /// `env`, `file` or `value` where the project file says where it comes from.
    pub source: Option<&'static str>,
    /// What it is composed of; empty for a value of its own.
    pub pieces: Vec<Piece>,
    /// The Secrets with an item of this value: its own, and those with keys composed of it.
    pub secrets: BTreeSet<String>,
    /// The `type` of its Secret.
    pub secret_type: String,
    pub min_length: usize,
    /// A server's password: of one line.
    pub password: bool,
    /// A Sentinel of Redis has it: without spaces, quotes, `#` and backslashes.
    pub plain: bool,
}

/// All keys that are needed, by Secret.
#[derive(Debug, Default)]
pub struct Registry {
    keys: BTreeMap<String, IndexMap<String, Key>>,
    /// Secrets of name and password, in which both keys come together.
    basic: BTreeSet<String>,
}

impl Registry {
    pub fn has(&self, home: &Home) -> bool {
        self.keys.get(&home.secret).is_some_and(|keys| keys.contains_key(&home.key))
    }

    fn get(&self, home: &Home) -> Option<&Key> {
        self.keys.get(&home.secret)?.get(&home.key)
    }

    /// The Secret is of the type `kubernetes.io/basic-auth`.
    pub fn basic_auth(&mut self, name: &str) {
        self.basic.insert(name.to_owned());
    }

    /// The declaration of a key under `secrets`.
    pub fn declared(&self, home: &Home) -> Node {
        self.get(home).map(|key| key.declared.clone()).unwrap_or_default()
    }

    /// What a value is composed of: itself, where it is one of its own.
    pub fn pieces(&self, home: &Home) -> Vec<Piece> {
        let own = || vec![Piece::Value { home: home.clone(), encode: false }];
        self.get(home).map(|key| key.pieces.clone()).filter(|pieces| !pieces.is_empty()).unwrap_or_else(own)
    }

    /// Whether there is a Secret of this name.
    pub fn names(&self, secret: &str) -> bool {
        self.keys.contains_key(secret)
    }

    pub fn type_of(&self, name: &str) -> Node {
        if self.basic.contains(name) { "kubernetes.io/basic-auth".into() } else { "Opaque".into() }
    }
}

/// Where a key's value comes from.
enum Origin {
    /// kgen has it while rendering; `stream`: it came from the environment or a file.
    Value { value: Secret<String>, stream: bool },
    /// kgen will have it in the stream only.
    Later,
    /// No secret in it at all.
    Plain(String),
    /// The provider delivers it.
    Delivered,
    /// Already reported.
    Broken,
}

/// Registers every declared key, used or not.
pub fn declare(cx: &mut Planner) {
    let secrets = take(&cx.settings.root, "secrets");
    for (name, secret) in secrets.as_map().into_iter().flat_map(Map::entries) {
        for (key, entry) in secret.value.as_map().into_iter().flat_map(Map::entries) {
            let home = Home::new(&**name, &**key);
            let pieces = match composition(cx, &entry.value) {
                Some(pieces) => pieces,
                None => continue,
            };
            let key = Key {
                from: entry.key_from.clone(),
                declared: entry.value.clone(),
                pieces: pieces.clone(),
                password: false,
                sentinel: false,
            };
            cx.secrets.keys.entry(home.secret).or_default().insert(home.key, key);
            require_parts(cx, &pieces, &entry.key_from);
        }
    }
}

/// The pieces of a composed declaration, none for one of its own; `None` when it is wrong, which is reported.
fn composition(cx: &mut Planner, declared: &Node) -> Option<Vec<Piece>> {
    let Some(value) = get(declared, "value").filter(|v| v.as_str().is_some_and(schema::has_reference)) else {
        return Some(Vec::new());
    };
    match cx.resolver.value(value) {
        Ok(super::output::Output::Plain(plain)) => Some(vec![Piece::Text(plain.to_string())]),
        Ok(super::output::Output::Secret(secret)) => Some(secret.pieces),
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            None
        }
    }
}

/// A consumer needs this value: its key, and what it is composed of, will exist.
pub fn require(cx: &mut Planner, secret: &Secretive) {
    if let Some(home) = &secret.home
        && !home.operators
        && !cx.secrets.has(home)
    {
        let pieces = if secret.is_raw() { Vec::new() } else { secret.pieces.clone() };
        let key = Key { from: secret.from.clone(), declared: Node::null(), pieces, password: false, sentinel: false };
        cx.secrets.keys.entry(home.secret.clone()).or_default().insert(home.key.clone(), key);
    }
    require_parts(cx, &secret.pieces, &secret.from);
}

/// A server takes its password from this value: as `require`, and it must be of one line.
pub fn require_password(cx: &mut Planner, secret: &Secretive) {
    require(cx, secret);
    if let Some(key) = key(cx, secret) {
        key.password = true;
    }
}

/// A Sentinel of Redis has this password too: it writes it into its file without quotes, and does not start with what it
/// then reads (measured with 7.0 and 8.0; Valkey quotes). The start script mends that, a person who starts it does not.
pub fn require_plain(cx: &mut Planner, secret: &Secretive) {
    if let Some(key) = key(cx, secret) {
        key.sentinel = true;
    }
}

fn key<'k>(cx: &'k mut Planner, secret: &Secretive) -> Option<&'k mut Key> {
    let home = secret.home.as_ref()?;
    cx.secrets.keys.get_mut(&home.secret)?.get_mut(&home.key)
}

fn require_parts(cx: &mut Planner, pieces: &[Piece], from: &From) {
    for piece in pieces {
        if let Piece::Value { home, .. } = piece
            && !home.operators
            && !cx.secrets.has(home)
            && cx.settings.root.at(&["secrets", &home.secret, &home.key]).is_none()
        {
            let key = Key {
                from: from.clone(),
                declared: Node::null(),
                pieces: Vec::new(),
                password: false,
                sentinel: false,
            };
            cx.secrets.keys.entry(home.secret.clone()).or_default().insert(home.key.clone(), key);
        }
    }
}

/// Whether a pod can take the whole value from its home, rather than compose it itself.
pub fn lives_at_home(cx: &mut Planner, secret: &Secretive) -> bool {
    if secret.is_raw() {
        return true;
    }
    if secret.needs_operator() {
        return false;
    }
    let existing = |home: &Home| provider::of(cx, home) == Provider::Existing;
    let whole = secret.home.as_ref().map_or(cx.provider == Provider::Existing, existing);
    homes(&secret.pieces).all(|home| has_source(cx, home) || !(whole || existing(home)))
}

/// Whether this value can stand in a Secret of kgen's own, beside keys that hold nothing secret.
pub fn can_be_joined(cx: &Planner, secret: &Secretive) -> bool {
    let joins =
        |home: &Home| matches!(provider::of(cx, home), Provider::None | Provider::Local | Provider::External(_));
    let parts = homes(&secret.pieces).all(|home| !home.operators && (has_source(cx, home) || joins(home)));
    cx.provider != Provider::Existing && parts
}

/// Whether the project file says where this value comes from, so that the provider is not asked.
fn has_source(cx: &Planner, home: &Home) -> bool {
    let declared = cx.secrets.get(home).map(|key| key.declared.clone()).unwrap_or_default();
    ["value", "env", "file"].iter().any(|key| get(&declared, key).is_some())
}

fn homes(pieces: &[Piece]) -> impl Iterator<Item = &Home> {
    pieces.iter().filter_map(|piece| if let Piece::Value { home, .. } = piece { Some(home) } else { None })
}

/// The objects of all Secrets.
pub fn plan(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    let names: Vec<String> = cx.secrets.keys.keys().cloned().collect();
    names.iter().flat_map(|name| one(cx, name)).collect()
}

fn one(cx: &mut Planner, name: &str) -> Vec<(Owner, Planned)> {
    let keys: Vec<(String, Key)> =
        cx.secrets.keys.get(name).into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut data = Map::new();
    let mut values = Vec::new();
    let mut stream_only = false;
    let mut delivered = Vec::new();
    // What an operator knows is in no Secret of kgen's: pods compose it.
    for (key, entry) in keys.iter().filter(|(_, entry)| !has_operators(&entry.pieces)) {
        match origin(cx, &Home::new(name, key.as_str()), entry) {
            // Someone else creates the Secret; a pod that needs this key gets the text itself.
            Origin::Plain(_) if cx.provider == Provider::Existing => {}
            // Whoever reads such a Secret must never see it without its password; and a controller that owns a Secret
            // would be in the way of another owner.
            Origin::Plain(_) if is_whole(cx, name) => delivered.push((key.clone(), entry.clone())),
            Origin::Plain(text) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text);
                data.insert_from(key.as_str(), entry.from.clone(), super::node::text(encoded, &entry.from));
            }
            Origin::Value { value, stream } => {
                one_line(cx, name, key, entry, &value);
                unquoted(cx, name, key, entry, &value);
                stream_only |= stream;
                data.insert_from(key.as_str(), entry.from.clone(), text("c2VjcmV0", &entry.from));
                values.push((key.clone(), value));
            }
            Origin::Later => {
                // Never written: the tree leaves the whole Secret out. The key is there for what refers to it.
                stream_only = true;
                data.insert_from(key.as_str(), entry.from.clone(), text("bGF0ZXI=", &entry.from));
            }
            Origin::Delivered => delivered.push((key.clone(), entry.clone())),
            Origin::Broken => {}
        }
    }
    let owner = owner(cx, name, &keys);
    let mut out = Vec::new();
    let has_plain = !data.is_empty() || stream_only;
    if has_plain {
        let more = map([("type", cx.secrets.type_of(name)), ("data", Kind::Map(data).into())]);
        let context = merged(meta(cx, &owner), &more);
        out.push((owner.clone(), Planned { values, stream_only, ..Planned::new("secret/secret.yaml", context) }));
    }
    out.extend(deliver(cx, &owner, name, delivered, has_plain).map(|planned| (owner, planned)));
    out
}

/// Whether all keys of a Secret come from the provider, those without anything secret in them too.
fn is_whole(cx: &Planner, name: &str) -> bool {
    match cx.provider {
        Provider::External(_) => cx.secrets.basic.contains(name),
        Provider::Sealed(_) | Provider::Sops(_) => {
            cx.secrets.keys.get(name).into_iter().flatten().any(|(key, entry)| {
                let home = Home::new(name, key.as_str());
                entry.pieces.is_empty() && !has_source(cx, &home)
            })
        }
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
            let d = Diagnostic::error("secret-mixed", message).at(cx.span_in_from(&key.from));
            cx.report.push(d.in_profile(&cx.settings.profile).hint("make it two secrets"));
            return None;
        }
    }
    if let (true, Provider::Sealed(_) | Provider::Sops(_)) = (has_plain, &provider) {
        let message = format!(
            "Secret `{name}` has keys that kgen writes and keys of `{}`, whose controller owns the whole Secret",
            provider.name()
        );
        let d = Diagnostic::error("secret-mixed", message).at(cx.span_in_from(&all[0].from));
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

fn delivered(name: &str, key: &str, entry: &Key) -> Delivered {
    let composed = !entry.pieces.is_empty();
    let own = || vec![Piece::Value { home: Home::new(name, key), encode: false }];
    let pieces = if composed { entry.pieces.clone() } else { own() };
    Delivered { name: key.to_owned(), pieces, composed, from: entry.from.clone() }
}

/// Every value that the profile needs, in order; without those that a pod composes of an operator's.
pub fn needed(cx: &Planner) -> Vec<Needed> {
    let all = || {
        let keys =
            cx.secrets.keys.iter().flat_map(|(name, keys)| keys.iter().map(move |(key, entry)| (name, key, entry)));
        keys.filter(|(_, _, entry)| !has_operators(&entry.pieces))
    };
    let secrets = |home: &Home| {
        let uses = all().filter(|(_, _, entry)| homes(&entry.pieces).any(|part| part == home));
        uses.map(|(name, _, _)| name.clone()).chain([home.secret.clone()]).collect()
    };
    all()
        .map(|(name, key, entry)| {
            let home = Home::new(name.as_str(), key.as_str());
            Needed {
                provider: provider::of(cx, &home),
                source: ["value", "env", "file"].into_iter().find(|source| get(&entry.declared, source).is_some()),
                pieces: entry.pieces.clone(),
                secrets: secrets(&home),
                secret_type: cx.secrets.type_of(name).to_string(),
                min_length: entry.declared.get("minLength").and_then(Tree::as_i64).unwrap_or(1) as usize,
                password: entry.password,
                plain: entry.sentinel,
                home,
            }
        })
        .collect()
}

/// A file loses its last newline in a shell, an argument keeps it: server and client would not agree on the password.
fn one_line(cx: &mut Planner, name: &str, key: &str, entry: &Key, value: &Secret<String>) {
    if entry.password && value.open().contains(['\n', '\r']) {
        let place = place(cx, entry);
        let message = format!("`secrets.{name}.{key}` holds a newline, which no password of a server may");
        let d = Diagnostic::error("password-form", message).at(place);
        cx.report.push(d.hint("`echo` and most editors end a text with one; write it with `printf %s`"));
    }
}

/// See [`require_plain`].
fn unquoted(cx: &mut Planner, name: &str, key: &str, entry: &Key, value: &Secret<String>) {
    if entry.sentinel && value.open().contains([' ', '\t', '"', '\'', '#', '\\']) {
        let message = format!(
            "`secrets.{name}.{key}` holds a space, a quote, `#` or a backslash, which a Sentinel of Redis cannot read back"
        );
        let d = Diagnostic::error("password-form", message).at(place(cx, entry));
        cx.report.push(d.hint("use letters and digits, or a `valkey` image, whose Sentinel writes them in quotes"));
    }
}

/// Where a value is said to come from.
fn place(cx: &Planner, entry: &Key) -> Option<crate::source::Span> {
    let source = ["env", "file", "value"].iter().find_map(|source| get(&entry.declared, source));
    source.and_then(|source| cx.span_in(source)).or_else(|| cx.span_in_from(&entry.from))
}

/// A Secret that a component brings belongs to that component.
fn owner(cx: &Planner, name: &str, keys: &[(String, Key)]) -> Owner {
    let from = keys.first().map(|(_, key)| key.from.clone()).unwrap_or_default();
    for section in ["redis", "postgres", "apps", "jobs"] {
        let suffixes = match section {
            "redis" => &[][..],
            "postgres" => &["-backup", "-owner"],
            _ => &["-env", "-files"],
        };
        let is_named = |name: &str| cx.settings.root.at(&[section, name]).is_some();
        let base = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).filter(|base| is_named(base));
        let component = base.unwrap_or(name);
        if cx.settings.root.at(&["secrets", name]).is_none() && cx.settings.root.at(&[section, component]).is_some() {
            return Owner { id: format!("{section}.{component}"), section, name: name.to_owned(), from };
        }
    }
    Owner { id: format!("secrets.{name}"), section: "secrets", name: name.to_owned(), from }
}

pub fn meta(cx: &Planner, owner: &Owner) -> Node {
    map([
        ("name", owner.name_node()),
        ("namespace", cx.namespace()),
        ("labels", label::labels(cx, owner, &Node::null())),
        ("annotations", super::node::filled(label::annotations(cx, &Node::null()))),
    ])
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
        return literal_value(cx, home, literal);
    }
    if let Some((kind, source)) = ["env", "file"].iter().find_map(|kind| Some((*kind, get(declared, kind)?))) {
        return match cx.inputs.value(kind, &source.to_string()) {
            None => Origin::Later,
            Some(Ok(value)) => checked(cx, home, declared, value, true, source),
            Some(Err(reason)) => {
                let message = format!("`secrets.{}.{}`: {reason}", home.secret, home.key);
                let d = Diagnostic::error("secret-missing", message).at(cx.span_in(source));
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
            let value = Secret::new(fixed(cx, home, declared));
            Origin::Value { value, stream: false }
        }
        provider => {
            undelivered(cx, home, key, provider == Provider::Local);
            Origin::Broken
        }
    }
}

fn undelivered(cx: &mut Planner, home: &Home, key: &Key, local: bool) {
    let profile = &cx.settings.profile;
    let message = if local {
        format!(
            "`secretProvider: local` makes up values, which profile `{profile}` may not use (secret `{}`, key `{}`)",
            home.secret, home.key
        )
    } else {
        format!(
            "nothing says how profile `{profile}` gets its secrets (first needed: secret `{}`, key `{}`)",
            home.secret, home.key
        )
    };
    // One message a profile: the way out is the same for all of its keys.
    if cx.secrets_reported {
        return;
    }
    cx.secrets_reported = true;
    let provider = cx.settings.root.get("secretProvider").and_then(|node| cx.span_in(node));
    let place = if local { provider } else { cx.span_in_from(&key.from) };
    cx.report.push(
        Diagnostic::error("secret-provider", message)
            .at(place)
            .hint(format!("add `secretProvider: existing` to `profiles.{profile}` if someone else creates them"))
            .hint(format!("or `secretProvider: {{external: {{store: NAME, kind: ClusterSecretStore, prefix: {profile}}}}}` for External Secrets"))
            .hint("or give the key a source: `{env: VARIABLE}`"),
    );
}

fn literal_value(cx: &mut Planner, home: &Home, literal: &Node) -> Origin {
    if !cx.settings.is_dev() {
        let message = format!("`secrets.{}.{}` is spelled out, which is for dev only", home.secret, home.key);
        let hint = "move the value to `profiles.dev`; in the other profiles `secretProvider` delivers it";
        let d = Diagnostic::error("secret-literal", message).at(cx.span_in(literal));
        cx.report.push(d.in_profile(&cx.settings.profile).hint(hint));
        return Origin::Broken;
    }
    let declared = cx.secrets.get(home).map(|key| key.declared.clone()).unwrap_or_default();
    checked(cx, home, &declared, Secret::new(literal.to_string()), false, literal)
}

/// The form of a value that kgen was given.
fn checked(cx: &mut Planner, home: &Home, declared: &Node, value: Secret<String>, stream: bool, at: &Node) -> Origin {
    let least = declared.get("minLength").and_then(Tree::as_i64).unwrap_or(1) as usize;
    let length = value.open().chars().count();
    let reason = if value.open().contains('\0') {
        Some("holds a NUL byte, which no environment variable can".to_owned())
    } else if length == 0 {
        Some("is empty: a server without a password is open to all".to_owned())
    } else if length < least {
        Some(format!("has {length} characters, at least {least} are wanted"))
    } else {
        None
    };
    if let Some(reason) = reason {
        let message = format!("`secrets.{}.{}` {reason}", home.secret, home.key);
        cx.report.push(Diagnostic::error("password-form", message).at(cx.span_in(at)));
        return Origin::Broken;
    }
    placeholder::check(cx, home, &value, at);
    Origin::Value { value, stream }
}

/// Dev's value for a key nobody gave one: fixed and recognisable, so that a newcomer's first render works.
fn fixed(cx: &Planner, home: &Home, declared: &Node) -> String {
    let value = format!("{}{}-{}-{}", crate::leak::placeholder::MADE_UP, cx.project(), home.secret, home.key);
    if home.key == "url" && declared.is_null() {
        for section in ["redis", "postgres"] {
            let store = cx.settings.root.at(&[section, &home.secret]);
            if let Some(store) = store.filter(|store| str_of(store, "mode") == Some("external")) {
                return fixed_url(section, store, &value, &home.secret);
            }
        }
    }
    let least = declared.get("minLength").and_then(Tree::as_i64).unwrap_or_default() as usize;
    let mut padded = value;
    while padded.len() < least {
        padded.push_str("-0123456789");
    }
    padded
}

/// A URL of the right shape, to a host that can never exist.
fn fixed_url(section: &str, store: &Node, password: &str, name: &str) -> String {
    if section == "redis" {
        let scheme = if store.get("tls").and_then(Tree::as_bool) == Some(true) { "rediss" } else { "redis" };
        return format!("{scheme}://default:{password}@{name}.invalid:6379/0");
    }
    let word = |key: &str| percent(str_of(store, key).unwrap_or("app"));
    let query = str_of(store, "sslmode").map(|mode| format!("?sslmode={mode}")).unwrap_or_default();
    format!("postgresql://{}:{password}@{name}.invalid:5432/{}{query}", word("user"), word("database"))
}
