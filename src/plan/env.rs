//! Environment variables of a container.
//!
//! Owns: what each form of `env` becomes, and for `existing` secrets the variables that a composed value needs, placed
//! before it: `$(VAR)` is only expanded when VAR stands earlier in the list.
//! Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/

use super::gather::Pod;
use super::label::Owner;
use super::node::{Node, compact, get, list, map, maybe, pairs, str_of, take, text};
use super::output::Output;
use super::piece::{Home, Piece, Secretive};
use super::provider::{self, Provider};
use super::wire::Via;
use super::{Planner, need};
use crate::diag::Diagnostic;
use crate::plan::reference::DANGLING_REFERENCE;
use crate::settings::From;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a variable without value and source
    ///
    /// A variable has no value and no source.
    /// Fix: a text, `{ref: "${...}"}`, `{fieldRef: ...}` or `{resourceFieldRef: ...}`.
    ENV_NO_VALUE = "env-no-value", Error;

    /// an optional secret outside dev
    ///
    /// An optional secret outside dev: when it is missing, the app starts without it, and nobody is told.
    /// Fix: remove `optional: true`: then the pod waits and says for what.
    SECRET_OPTIONAL = "secret-optional", Warning, allow;

    /// an operator's URL inside another URL
    ///
    /// A URL that an operator makes up would stand inside another URL, where it has to be percent-encoded: nobody in
    ///   the cluster does that.
    /// Fix: give the app the parts (`host`, `user`, `password`) as variables of their own.
    OPERATOR_URL = "operator-url", Error;
}

/// The list of one container, in the order of the project file.
pub fn env(cx: &mut Planner, owner: &Owner, settings: &Node) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    let wanted: Vec<_> = pairs(settings, "env").map(|(name, entry)| (name.clone(), entry.clone())).collect();
    for (name, entry) in wanted {
        let name = text(name, &entry.key_from);
        if let Some(variable) = variable(cx, owner, &name, &entry.value, &mut out) {
            out.push(variable);
        }
    }
    out
}

fn variable(cx: &mut Planner, owner: &Owner, name: &Node, value: &Node, out: &mut Vec<Node>) -> Option<Node> {
    let optional = take(value, "optional");
    if let Some(said) = get(value, "value").or_else(|| get(value, "ref")) {
        return match cx.wired(owner, Via::Env(name.to_string()), |cx| cx.resolver.value(said)) {
            Ok(Output::Plain(plain)) => Some(literal(name, plain)),
            Ok(Output::Secret(secret)) => Some(from_secret(cx, owner, name, secret, &optional, out)),
            Err(diagnostic) => {
                cx.report.push(*diagnostic);
                None
            }
        };
    }
    let value = get(value, "valueFrom").unwrap_or(value);
    let source = ["fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"];
    let Some((kind, node)) = source.into_iter().find_map(|kind| Some((kind, get(value, kind)?.clone()))) else {
        let message = format!("`{}.env.{name}` has no value", owner.id);
        let d = Diagnostic::new(ENV_NO_VALUE, message).at(cx.span_in_from(&name.from));
        cx.report
            .push(d.hint("give it a text, `ref`, `fieldRef`, `resourceFieldRef`, `secretKeyRef` or `configMapKeyRef`"));
        return None;
    };
    if kind == "configMapKeyRef" || kind == "secretKeyRef" {
        cx.exists(kind, &node);
        let section = if kind == "configMapKeyRef" { "configs" } else { "secrets" };
        let (object, wanted) = (str_of(&node, "name").unwrap_or_default(), str_of(&node, "key"));
        cx.wire_through(owner, section, object, |key| (wanted == Some(key)).then(|| Via::Env(name.to_string())));
    }
    if kind == "secretKeyRef" {
        optional_secret(cx, owner, &format!("env.{name}"), &take(&node, "optional"));
    }
    Some(source_of(name, kind, node))
}

/// The server drops an empty `value`; writing it would make every apply say `configured`.
fn literal(name: &Node, value: Node) -> Node {
    let value = match value.kind {
        Kind::String(ref text) if text.is_empty() => Node::null(),
        Kind::String(_) | Kind::Null => value,
        _ => Tree::new(Kind::String(value.to_string().into()), value.from),
    };
    compact([("name", name.clone()), ("value", value)])
}

fn source_of(name: &Node, kind: &str, source: Node) -> Node {
    map([("name", name.clone()), ("valueFrom", map([(kind, source)]))])
}

pub fn secret_key(name: &Node, home: &Home, optional: &Node, from: &From) -> Node {
    let key = compact([
        ("name", text(home.secret.as_str(), from)),
        ("key", text(home.key.as_str(), from)),
        ("optional", optional.clone()),
    ]);
    source_of(name, "secretKeyRef", key)
}

fn from_secret(
    cx: &mut Planner,
    owner: &Owner,
    name: &Node,
    mut secret: Secretive,
    optional: &Node,
    out: &mut Vec<Node>,
) -> Node {
    optional_secret(cx, owner, &format!("env.{name}"), optional);
    if let Some(plain) = secret.plain().filter(|_| !declared(cx, &secret) || is_existing(cx, secret.home.as_ref())) {
        return literal(name, text(plain, &secret.from));
    }
    if let Some(home) = alias(&secret) {
        need::require(cx, &secret);
        if is_existing(cx, Some(&home)) || home.operators {
            return secret_key(name, &home, optional, &secret.home_from).of(&secret.from);
        }
    }
    if secret.home.is_none() {
        secret.home = Some(Home::new(format!("{}-env", owner.name), name.to_string()));
        secret.home_from = owner.from.and(&name.from);
    }
    if need::lives_at_home(cx, &secret) {
        need::require(cx, &secret);
        let home = secret.home.clone().unwrap_or_else(|| Home::new("", ""));
        return secret_key(name, &home, optional, &secret.home_from).of(&secret.from);
    }
    composed(cx, name, &secret, optional, out)
}

/// Outside dev an app should not start without its secret.
pub fn optional_secret(cx: &mut Planner, owner: &Owner, what: &str, optional: &Node) {
    if optional.as_bool() != Some(true) || cx.settings.is_dev() {
        return;
    }
    let message = format!(
        "`{}.{what}` is optional: in profile `{}` the app would start without its secret",
        owner.id, cx.settings.profile
    );
    cx.report.push(
        Diagnostic::new(SECRET_OPTIONAL, message)
            .of(&owner.id)
            .at(cx.span_in(optional))
            .hint("remove `optional: true`"),
    );
}

/// A variable of kgen's own that holds a secret.
pub fn of_secret(cx: &mut Planner, owner: &Owner, name: &Node, secret: Secretive, out: &mut Vec<Node>) -> Node {
    from_secret(cx, owner, name, secret, &Node::null(), out)
}

/// Whether someone else creates the Secret of a value; of one without a home, those of the profile.
fn is_existing(cx: &Planner, home: Option<&Home>) -> bool {
    let provider = home.map_or_else(|| cx.provider.clone(), |home| provider::of(cx, home));
    provider == Provider::Existing
}

/// Whether the whole is a key that the project declares.
fn declared(cx: &Planner, secret: &Secretive) -> bool {
    secret.home.as_ref().is_some_and(|home| cx.settings.root.at(&["secrets", &home.secret, &home.key]).is_some())
}

/// A composition of one raw value is that value.
fn alias(secret: &Secretive) -> Option<Home> {
    match &secret.pieces[..] {
        [Piece::Value { home, encode: false }] => Some(home.clone()),
        _ => None,
    }
}

/// `$(VAR)` composition: the parts first, each once, then the text that uses them.
fn composed(cx: &mut Planner, name: &Node, secret: &Secretive, optional: &Node, out: &mut Vec<Node>) -> Node {
    let parts = Secretive { home: None, ..secret.clone() };
    need::require(cx, &parts);
    url_in_url(cx, name, secret);
    let mut value = String::new();
    let mut from = secret.from.clone();
    for piece in &secret.pieces {
        match piece {
            Piece::Text(text) => value.push_str(&escaped(text)),
            Piece::Value { home, .. } => {
                let (variable, known) = earlier(out, home).unwrap_or_else(|| {
                    let (variable, named) = (part_name(home), cx.resolver.named(&home.secret));
                    let part = secret_key(&text(variable.as_str(), &named), home, optional, &named);
                    out.push(part.of(&secret.from));
                    (variable, named)
                });
                from = from.and(&known);
                value.push_str(&format!("$({variable})"));
            }
        }
    }
    literal(name, text(value, &from))
}

/// A URL that an operator delivers stands in another URL: `$(VAR)` puts it there as it is, where it must be encoded.
fn url_in_url(cx: &mut Planner, name: &Node, secret: &Secretive) {
    let is_url =
        |piece: &Piece| matches!(piece, Piece::Value { home, encode: true } if home.operators && home.key == "uri");
    if secret.pieces.iter().any(is_url) {
        let message =
            format!("`{name}` holds a URL that CloudNativePG delivers inside another URL, which nobody can encode");
        let at = cx.span_in_from(&secret.from);
        let d = Diagnostic::new(OPERATOR_URL, message).at(at);
        cx.report
            .push(d.hint("give the app the two as variables of their own, or the URL's parts (`host`, `user`, ...)"));
    }
}

/// A text that Kubernetes expands to itself. Every `$`: one at its end would take the first of what follows.
pub fn escaped(text: &str) -> String {
    text.replace('$', "$$")
}

/// The variable that already holds a key, if one does, and what says so.
fn earlier(out: &[Node], home: &Home) -> Option<(String, From)> {
    let holds = |node: &&Node| {
        let key = node.at(&["valueFrom", "secretKeyRef"]);
        key.is_some_and(|key| {
            key.get("name").and_then(Tree::as_str) == Some(&home.secret)
                && key.get("key").and_then(Tree::as_str) == Some(&home.key)
        })
    };
    let found = out.iter().find(holds)?;
    let key = found.at(&["valueFrom", "secretKeyRef", "key"]).map(|key| key.from.clone()).unwrap_or_default();
    let name = found.get("name")?;
    Some((name.as_str()?.to_owned(), name.from.and(&key)))
}

/// `KGEN_REDIS_SECRET_PASSWORD`.
fn part_name(home: &Home) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("KGEN_{}_{}", home.secret, home.key).chars().map(word).collect()
}

/// `envFrom`: all keys of a config or secret. Keys that a pod must compose itself are added to `env`.
pub fn env_from(cx: &mut Planner, owner: &Owner, settings: &Node, pod: &mut Pod, env: &mut Vec<Node>) -> Node {
    let mut out = Vec::new();
    let items = get(settings, "envFrom").and_then(Tree::as_list).unwrap_or_default().to_vec();
    for item in items {
        let item = match named(cx, owner, &item) {
            Ok(item) => item,
            Err(outside) => {
                out.push(outside);
                continue;
            }
        };
        let (said, prefix, optional) = (take(&item, "ref"), take(&item, "prefix"), take(&item, "optional"));
        let reference = said.as_str().unwrap_or_default();
        let reference = reference.strip_prefix("${").and_then(|r| r.strip_suffix('}')).unwrap_or(reference).to_owned();
        let (section, name) = reference.split_once('.').unwrap_or((&reference, ""));
        let known = matches!(section, "configs" | "secrets") && cx.settings.root.at(&[section, name]).is_some();
        if !known {
            let d = Diagnostic::new(DANGLING_REFERENCE, format!("`envFrom` names no config or secret: `{reference}`"));
            let names = cx.names(&["configs", "secrets"]);
            let hint = crate::diag::suggest::did_you_mean(&reference, names.iter().map(String::as_str));
            cx.report.push(d.at(cx.span_in(&said)).maybe_hint(hint).hint("write `configs.NAME` or `secrets.NAME`"));
            continue;
        }
        cx.wire_through(owner, section, name, |key| {
            Some(Via::Env(format!("{}{key}", prefix.as_str().unwrap_or_default())))
        });
        let kind = if section == "configs" { "configMapRef" } else { "secretRef" };
        if section == "configs" {
            pod.reads(name, &said.from);
        } else {
            optional_secret(cx, owner, "envFrom", &optional);
            if composed_keys(cx, owner, name, &prefix, env) {
                continue;
            }
        }
        let reference =
            compact([("name", text(name, &said.from)), ("optional", maybe(Some(optional).filter(|o| !o.is_null())))]);
        // With another provider its keys may be variables.
        let because = if section == "secrets" { provider::chosen(cx) } else { From::Nowhere };
        out.push(compact([("prefix", prefix), (kind, reference)]).of(&because));
    }
    super::node::filled(list(out))
}

/// An object by its name, as Kubernetes has it: one of the project's own is `configs.NAME` or `secrets.NAME`, any other is
/// there already.
fn named(cx: &mut Planner, owner: &Owner, item: &Node) -> Result<Node, Node> {
    let kinds = [("configMapRef", "configs", "configMap"), ("secretRef", "secrets", "secret")];
    let found = kinds.into_iter().find_map(|(key, section, kind)| Some((key, section, kind, get(item, key)?.clone())));
    let Some((key, section, kind, object)) = found else { return Ok(item.clone()) };
    let name = take(&object, "name");
    let optional = [take(&object, "optional"), take(item, "optional")].into_iter().find(|said| !said.is_null());
    let (prefix, optional) = (take(item, "prefix"), maybe(optional));
    let word = name.as_str().unwrap_or_default();
    if cx.settings.root.at(&[section, word]).is_some() {
        let said = text(format!("{section}.{word}"), &name.from);
        return Ok(map([("ref", said), ("prefix", prefix), ("optional", optional)]));
    }
    cx.exists(kind, &name);
    if section == "secrets" {
        optional_secret(cx, owner, "envFrom", &optional);
    }
    Err(compact([("prefix", prefix), (key, compact([("name", name), ("optional", optional)]))]))
}

/// With `existing`, composed keys are not in the Secret, nor with any provider those of what an operator delivers: each
/// becomes a variable, unless `env` has one of that name, which wins over `envFrom`. `true` when nothing else is left.
fn composed_keys(cx: &mut Planner, owner: &Owner, secret: &str, prefix: &Node, env: &mut Vec<Node>) -> bool {
    let (prefix, prefix_from) = (prefix.as_str().unwrap_or_default(), prefix.from.clone());
    let keys = take(&cx.settings.root, "secrets");
    let keys: Vec<_> = pairs(&keys, secret).map(|(key, entry)| (key.clone(), entry.clone())).collect();
    let mut composed = 0;
    for (key, entry) in &keys {
        let value = take(&entry.value, "value");
        let composes = value.as_str().is_some_and(crate::project::schema::has_reference);
        // A mistake in it was reported when the secret was declared.
        let of_operator = || matches!(cx.resolver.value(&value), Ok(Output::Secret(secret)) if secret.needs_operator());
        if composes && (is_existing(cx, Some(&Home::new(secret, &**key))) || of_operator()) {
            composed += 1;
            let name = text(format!("{prefix}{key}"), &entry.key_from.and(&prefix_from));
            if env.iter().any(|known| known.get("name") == Some(&name)) {
                continue;
            }
            let value = map([("value", value)]);
            if let Some(variable) = variable(cx, owner, &name, &value, env) {
                // Where someone else creates the Secret, it is no key of it.
                env.push(variable.of(&provider::chosen(cx)));
            }
        }
    }
    composed == keys.len()
}
