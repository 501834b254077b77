//! Which secret values a profile needs: every declared key, and those that components bring.
//!
//! Owns: the registry, what each key is composed of, who asks for what of it.
//! Does not own: the objects that deliver them (`secret.rs`).

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::Planner;
use super::label::Owner;
use super::node::{Node, get, take, text};
use super::output::Output;
use super::piece::{Home, Piece, Secretive, has_operators};
use super::provider::{self, Provider};
use crate::diag::Diagnostic;
use crate::format::secret;
use crate::project::schema;
use crate::settings::From;
use crate::tree::{Map, Tree};

crate::declare! {
    /// an encrypted value is missing
    ///
    /// The encrypted file of the profile has no value for a key that is needed.
    /// Fix: `kgen secret set PROFILE SECRET KEY`.
    SECRET_MISSING = "secret-missing", Error;

    /// a password that nobody can put together
    ///
    /// A server's password is composed of several parts, and with `secretProvider: existing` kgen writes no Secret that
    ///   could hold the result.
    /// Fix: name one key: `${secrets.NAME.KEY}`.
    PASSWORD_COMPOSED = "password-composed", Error;
}

/// One key of a Secret.
#[derive(Clone, Debug)]
pub struct Key {
    pub from: From,
    /// What the value is made of.
    pub made: From,
    /// All that ask for it.
    pub because: From,
    /// The declaration under `secrets`; `null` for a key that a component brings.
    pub declared: Node,
    /// Composed of these; empty for a value of its own.
    pub pieces: Vec<Piece>,
    /// What a server of kgen's asks its clients for.
    pub password: bool,
    /// A Sentinel of Redis writes it into its file.
    pub sentinel: bool,
}

/// A key whose value a provider delivers, in pieces: one whole value, or what it is composed of.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub name: String,
    /// What the value is made of.
    pub made: From,
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
    /// The component that brings its Secret, or `secrets.NAME`.
    pub owner: String,
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

impl Key {
    /// Where its least length is written.
    pub fn length(&self) -> From {
        take(&self.declared, "minLength").from
    }

    /// A value of its own, not declared.
    fn new(from: From, made: From) -> Self {
        let (declared, pieces) = (Node::null(), Vec::new());
        Self { from, made, because: From::Nowhere, declared, pieces, password: false, sentinel: false }
    }
}

/// The types that a Secret gets by its keys, the first that fits.
const INFERRED: [&str; 3] = [secret::DOCKER_CONFIG, secret::DOCKER_CFG, secret::TLS];

impl Registry {
    /// `new`, unless the key is there already; asked for by `from`.
    fn ask(&mut self, home: &Home, new: Key, from: &From) {
        let keys = self.keys.entry(home.secret.clone()).or_default();
        let key = keys.entry(home.key.clone()).or_insert(new);
        key.because = key.because.and(from);
    }

    pub fn has(&self, home: &Home) -> bool {
        self.keys.get(&home.secret).is_some_and(|keys| keys.contains_key(&home.key))
    }

    pub fn get(&self, home: &Home) -> Option<&Key> {
        self.keys.get(&home.secret)?.get(&home.key)
    }

    /// The Secret is of the type `kubernetes.io/basic-auth`.
    pub fn basic_auth(&mut self, name: &str) {
        self.basic.insert(name.to_owned());
    }

    /// The names of all Secrets, sorted.
    pub fn secrets(&self) -> Vec<String> {
        self.keys.keys().cloned().collect()
    }

    /// The keys of one Secret, in the order they were needed.
    pub fn of(&self, secret: &str) -> Vec<(String, Key)> {
        let keys = self.keys.get(secret).into_iter().flatten();
        keys.map(|(key, entry)| (key.clone(), entry.clone())).collect()
    }

    pub fn is_basic_auth(&self, secret: &str) -> bool {
        self.basic.contains(secret)
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

    /// The `type` of a Secret, by its keys: a kubelet takes credentials of registries from no other type, and some
    /// controllers certificates from none.
    /// Source: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
    pub fn type_of(&self, name: &str) -> Node {
        if self.basic.contains(name) {
            return secret::BASIC_AUTH.into();
        }
        let keys = self.keys.get(name);
        let all =
            |wanted: &[&str]| wanted.iter().try_fold(From::Nowhere, |from, key| Some(from.and(&keys?.get(*key)?.from)));
        let typed = INFERRED.iter().find_map(|kind| Some(text(*kind, &all(secret::keys(kind))?)));
        typed.unwrap_or_else(|| secret::OPAQUE.into())
    }
}

/// Registers every declared key, used or not.
pub fn declare(cx: &mut Planner) {
    let secrets = take(&cx.settings.root, "secrets");
    for (name, secret) in secrets.as_map().into_iter().flat_map(Map::entries) {
        for (key, entry) in secret.value.as_map().into_iter().flat_map(Map::entries) {
            let home = Home::new(&**name, &**key);
            let Some((pieces, made)) = composition(cx, &entry.value) else { continue };
            let key = Key {
                declared: entry.value.clone(),
                pieces: pieces.clone(),
                ..Key::new(entry.key_from.clone(), entry.key_from.and(&made))
            };
            cx.secrets.keys.entry(home.secret).or_default().insert(home.key, key);
            require_parts(cx, &pieces, &entry.key_from);
        }
    }
}

/// The pieces of a composed declaration, none for one of its own; `None` when it is wrong, which is reported.
fn composition(cx: &mut Planner, declared: &Node) -> Option<(Vec<Piece>, From)> {
    let Some(value) = get(declared, "value").filter(|v| v.as_str().is_some_and(schema::has_reference)) else {
        return Some((Vec::new(), take(declared, "value").from));
    };
    match cx.resolver.value(value) {
        Ok(Output::Plain(plain)) => Some((vec![Piece::Text(plain.to_string())], plain.from)),
        Ok(Output::Secret(secret)) => Some((secret.pieces, secret.from)),
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            None
        }
    }
}

/// A consumer needs this value: its key, and what it is composed of, will exist.
pub fn require(cx: &mut Planner, secret: &Secretive) {
    if let Some(home) = secret.home.as_ref().filter(|home| !home.operators) {
        let pieces = if secret.is_raw() { Vec::new() } else { secret.pieces.clone() };
        let new = Key { pieces, ..Key::new(secret.from.clone(), secret.made.clone()) };
        cx.secrets.ask(home, new, &secret.from);
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

/// Where a store's server finds its password, and what it is; `None` where it has none, or where none can reach it, which
/// is reported.
pub fn password(cx: &mut Planner, owner: &Owner, store: &Node) -> Option<(Home, Secretive)> {
    let password = match cx.resolver.password(owner.section, &owner.name, store) {
        Ok(password) => password?,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return None;
        }
    };
    require_password(cx, &password);
    if let Some(home) = password.home.clone().filter(|_| lives_at_home(cx, &password)) {
        return Some((home, password));
    }
    let message = format!(
        "the password of `{}` is composed, which `secretProvider: existing` cannot deliver to a server",
        owner.id
    );
    let d = Diagnostic::new(PASSWORD_COMPOSED, message).at(cx.span_in_from(&owner.from));
    cx.report.push(d.hint("name one key: `${secrets.NAME.KEY}`"));
    None
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
            && cx.settings.root.at(&["secrets", &home.secret, &home.key]).is_none()
        {
            let made = cx.resolver.named(&home.secret);
            cx.secrets.ask(home, Key::new(from.clone(), made), from);
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
pub fn has_source(cx: &Planner, home: &Home) -> bool {
    let declared = cx.secrets.get(home).map(|key| key.declared.clone()).unwrap_or_default();
    ["value", "env", "file"].iter().any(|key| get(&declared, key).is_some())
}

pub fn homes(pieces: &[Piece]) -> impl Iterator<Item = &Home> {
    pieces.iter().filter_map(|piece| if let Piece::Value { home, .. } = piece { Some(home) } else { None })
}

pub fn delivered(name: &str, key: &str, entry: &Key) -> Delivered {
    let composed = !entry.pieces.is_empty();
    let own = || vec![Piece::Value { home: Home::new(name, key), encode: false }];
    let pieces = if composed { entry.pieces.clone() } else { own() };
    Delivered { name: key.to_owned(), pieces, composed, from: entry.from.clone(), made: entry.made.clone() }
}

/// Puts the keys of the stores' own Secrets in an order that does not depend on who asked first: what was declared and what
/// the store itself wants, then what is composed for others, by name.
pub fn arrange(cx: &mut Planner) {
    let stores = ["redis", "postgres"].map(|section| take(&cx.settings.root, section));
    let names = stores.iter().filter_map(Tree::as_map).flat_map(Map::keys);
    for name in names {
        if let Some(keys) = cx.secrets.keys.get_mut(&**name) {
            let composed =
                |name: &String, key: &Key| (key.declared.is_null() && !key.pieces.is_empty()).then(|| name.clone());
            // Equal are the others, which stay as they were.
            keys.sort_by(|a, x, b, y| composed(a, x).cmp(&composed(b, y)));
        }
    }
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
                owner: super::object::owner_of_secret(cx, name, None).id,
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
