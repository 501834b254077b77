//! `secretProvider: sealed`: a SealedSecret with the ciphertext that stands in the repository.
//!
//! Owns: which items a Secret needs, that each was sealed for this namespace and name, and the Go templates that compose
//! its keys of them. Nothing is encrypted here: rendering is the same every time, and needs no certificate.
//! Does not own: sealing (`crate::seal`). Source: https://github.com/bitnami-labs/sealed-secrets

use std::collections::BTreeMap;

use base64::Engine;

use super::external::{item, template_of};
use super::label::Owner;
use super::need::{Delivered, SECRET_MISSING};
use super::node::{Node, filled, map, merged, str_of, take, text};
use super::object::meta;
use super::provider::Provider;
use super::{Keeps, Planned, Planner, sops};
use crate::diag::{Diagnostic, suggest};
use crate::plan::output::NO_NAMESPACE;
use crate::settings::From;
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// values sealed for another name or namespace
    ///
    /// The values were sealed for another name, namespace or scope: the controller cannot open them.
    /// Fix: seal them again: `kgen secret set PROFILE SECRET KEY`.
    SEALED_FOR = "sealed-for", Error;

    /// a value that is not sealed
    ///
    /// A value in the file of sealed values is not one: perhaps it is readable.
    /// Fix: seal it; if it was in version control, change the value, too.
    SEALED_FORM = "sealed-form", Error;
}

/// The annotation of a scope; none for `strict`.
pub fn annotation(scope: &str) -> Option<&'static str> {
    match scope {
        "namespace-wide" => Some("sealedsecrets.bitnami.com/namespace-wide"),
        "cluster-wide" => Some("sealedsecrets.bitnami.com/cluster-wide"),
        _ => None,
    }
}

pub fn scope(settings: &Node) -> &str {
    str_of(settings, "scope").unwrap_or("strict")
}

/// `None` where something is missing, which is reported.
pub fn plan(cx: &mut Planner, owner: &Owner, name: &str, settings: &Node, keys: &[Delivered]) -> Option<Planned> {
    let scope = scope(settings).to_owned();
    if scope != "cluster-wide" && cx.namespace().is_null() {
        let at = cx.settings.root.get("secretProvider").and_then(|node| cx.span_in(node));
        let d = Diagnostic::new(NO_NAMESPACE, "a sealed value is bound to its namespace, and there is none");
        cx.report.push(d.at(at).in_profile(&cx.settings.profile).hint("add `namespace: NAME`"));
        return None;
    }
    let path = Provider::Sealed(settings.clone()).path(&cx.settings.profile, name).unwrap_or_default();
    let file = cx.inputs.ciphers?.get(&path).cloned();
    let items = wanted(name, keys);
    if let Some(file) = &file {
        sealed_for(cx, name, &scope, file);
    }
    let data = encrypted(cx, name, &path, &items, file.as_ref())?;
    let mut template = Map::new();
    for key in keys.iter().filter(|key| key.composed) {
        template.insert_from(key.name.as_str(), key.from.clone(), text(template_of(name, key), &key.made));
    }
    let annotations = match annotation(&scope) {
        Some(name) => map([(name, text("true", &take(settings, "scope").from))]),
        None => Kind::Map(Map::new()).into(),
    };
    let base = meta(cx, owner, &Node::null());
    let annotations = merged(take(&base, "annotations").or_empty(), &annotations);
    let more = map([
        ("annotations", filled(annotations)),
        ("type", cx.secrets.type_of(name)),
        ("encrypted", Kind::Map(data).into()),
        ("template", filled(Kind::Map(template).into())),
    ]);
    Some(Planned::new("secret/sealedsecret.yaml", merged(base, &more)).keeping(Keeps::Values))
}

/// The items by name, with where each is needed from.
pub fn wanted(name: &str, keys: &[Delivered]) -> BTreeMap<String, From> {
    let of = |key: &Delivered| key.homes().map(|home| (item(name, home), key.from.clone())).collect::<Vec<_>>();
    keys.iter().flat_map(of).collect()
}

/// The ciphertexts of all items; a missing one is reported once a Secret, with the command that makes it.
fn encrypted(
    cx: &mut Planner,
    name: &str,
    path: &str,
    items: &BTreeMap<String, From>,
    file: Option<&Tree<Span>>,
) -> Option<Map<From>> {
    let found = file.and_then(|file| file.at(&["spec", "encryptedData"]));
    let mut data = Map::new();
    let mut missing = Vec::new();
    for (item, from) in items {
        match found.and_then(|found| found.get(item)) {
            Some(text) => {
                if !is_item(text.as_str().unwrap_or_default()) {
                    let message = format!("`{item}` in `{path}` is no sealed value");
                    let d = Diagnostic::new(SEALED_FORM, message).at(text.from);
                    cx.report.push(d.hint(format!("seal it: `kgen secret set {} {name} {item}`", cx.settings.profile)));
                }
                data.insert_from(
                    item.as_str(),
                    from.clone(),
                    super::node::text(text.as_str().unwrap_or_default(), from),
                );
            }
            None => missing.push((item.as_str(), from)),
        }
    }
    let Some((first, from)) = missing.first() else { return Some(data) };
    let names = suggest::all_of(missing.iter().map(|(item, _)| *item));
    let profile = cx.settings.profile.clone();
    let message = format!("`{path}` has no sealed value for {names} of Secret `{name}`");
    let (secret, key) = first.split_once('.').filter(|(secret, _)| cx.secrets.names(secret)).unwrap_or((name, first));
    let d = Diagnostic::new(SECRET_MISSING, message).at(cx.span_in_from(from)).in_profile(&profile);
    cx.report.push(d.hint(format!(
        "seal it: `kgen secret set {profile} {secret} {key}`, which asks for the value; `--generate` makes one up"
    )));
    None
}

/// A value that was sealed for another Secret cannot be opened for this one.
fn sealed_for(cx: &mut Planner, name: &str, scope: &str, file: &Tree<Span>) {
    let text = |path: &[&str]| file.at(path).and_then(Tree::as_str).map(str::to_owned);
    let namespace = cx.namespace().to_string();
    let found = ["namespace-wide", "cluster-wide"].into_iter().find(|scope| {
        let key = annotation(scope).unwrap_or_default();
        file.at(&["metadata", "annotations", key]).is_some_and(|said| said.to_string() == "true")
    });
    let found = found.unwrap_or("strict");
    let (own_name, own_namespace) = (text(&["metadata", "name"]), text(&["metadata", "namespace"]));
    let wrong = match scope {
        _ if found != scope => Some(format!("with the scope `{found}`, not `{scope}`")),
        "strict" if own_name.as_deref() != Some(name) => {
            Some(format!("for the name `{}`, not `{name}`", own_name.unwrap_or_default()))
        }
        "strict" | "namespace-wide" if own_namespace.as_deref() != Some(&*namespace) => {
            Some(format!("for the namespace `{}`, not `{namespace}`", own_namespace.unwrap_or_default()))
        }
        _ => None,
    };
    if let Some(wrong) = wrong {
        let at = file.get("metadata").and_then(Tree::first_leaf).map(|leaf| leaf.from);
        let message = format!("the values of Secret `{name}` were sealed {wrong}: the controller cannot open them");
        let d = Diagnostic::new(SEALED_FOR, message).at(at).in_profile(&cx.settings.profile);
        cx.report.push(d.hint(format!("seal them again: `kgen secret set {} {name} KEY`", cx.settings.profile)));
    }
}

/// Whether anything in a sealed file may be a value that nobody has sealed.
pub fn is_readable(file: &Tree<Span>) -> bool {
    let items = file.at(&["spec", "encryptedData"]).and_then(Tree::as_map).into_iter().flat_map(Map::iter);
    let mut values = items.map(|(_, text)| text.as_str().unwrap_or_default());
    values.any(|text| !is_item(text))
        || file.at(&["spec", "template", "data"]).is_some()
        || sops::readable(file).is_some()
}

/// Base64 of a length, an encrypted session key of that length, and at least the tag of a text.
fn is_item(text: &str) -> bool {
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(text.trim()) else { return false };
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return false };
    let length = usize::from(u16::from_be_bytes(*length));
    length >= 128 && rest.len() >= length + 16
}
