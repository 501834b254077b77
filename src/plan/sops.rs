//! `secretProvider: sops`: the encrypted file as a resource, which Flux decrypts when it applies it.
//!
//! Owns: which keys the file must have. Names stand in it in the clear, values do not; kgen opens none of them.
//! Source: https://fluxcd.io/flux/components/kustomize/kustomizations/#decryption

use super::label::Owner;
use super::need::{Delivered, SECRET_MISSING};
use super::node::{Node, map, merged, text};
use super::object::meta;
use super::provider::Provider;
use super::{Keeps, Planned, Planner};
use crate::diag::{Diagnostic, suggest};
use crate::settings::From;
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// a file that is not encrypted
    ///
    /// The file is no Secret that `sops` encrypted, or holds a readable value.
    /// Fix: `sops encrypt --in-place FILE`; then change the value, which others may have seen.
    SOPS_FORM = "sops-form", Error;
}

/// `None` where something is missing, which is reported.
pub fn plan(cx: &mut Planner, owner: &Owner, name: &str, settings: &Node, keys: &[Delivered]) -> Option<Planned> {
    let path = Provider::Sops(settings.clone()).path(&cx.settings.profile, name).unwrap_or_default();
    let file = cx.inputs.ciphers?.get(&path).cloned();
    let profile = cx.settings.profile.clone();
    let has = |key: &str| {
        file.as_ref().is_some_and(|file| ["data", "stringData"].iter().any(|part| file.at(&[part, key]).is_some()))
    };
    let missing: Vec<&Delivered> = keys.iter().filter(|key| !has(&key.name)).collect();
    if let Some(first) = missing.first() {
        let names = suggest::all_of(missing.iter().map(|key| key.name.as_str()));
        let message = format!("`{path}` has no encrypted value for {names} of Secret `{name}`");
        let d = Diagnostic::new(SECRET_MISSING, message).at(cx.span_in_from(&first.from)).in_profile(&profile);
        cx.report.push(d.hint(format!("`kgen secret set {profile} {name} KEY` asks for the value and calls `sops`")));
        return None;
    }
    let file = file?;
    if let Some(open) = readable(&file) {
        let message = format!("`{path}` holds a value that is not encrypted");
        let d = Diagnostic::new(SOPS_FORM, message).at(open.from);
        cx.report
            .push(d.hint("encrypt it: `sops encrypt --in-place`; then change the value, which others may have seen"));
        return None;
    }
    let part = |key: &str| file.get(key).map(|tree| node(tree, &owner.from)).unwrap_or_default();
    let more = map([
        ("type", part("type")),
        ("data", part("data")),
        ("stringData", part("stringData")),
        ("sops", part("sops")),
    ]);
    Some(Planned::new("secret/sops.yaml", merged(meta(cx, owner, &Node::null()), &more)).keeping(Keeps::Values))
}

/// A value that `sops` has not encrypted, or all of them where the file has no `sops` part.
pub fn readable(file: &Tree<Span>) -> Option<&Tree<Span>> {
    let is_encrypted = |leaf: &Tree<Span>| {
        let text = leaf.as_str().unwrap_or_default();
        // An empty text stays empty.
        text.is_empty() || (text.starts_with("ENC[AES256_GCM,") && text.ends_with(']'))
    };
    let sealed = file.at(&["sops", "mac"]).is_some();
    let mut values = ["data", "stringData"].iter().filter_map(|part| file.get(part)?.as_map()).flat_map(Map::iter);
    values.find(|(_, leaf)| !sealed || !is_encrypted(leaf)).map(|(_, leaf)| leaf)
}

/// The same tree, as a template sees it.
fn node(tree: &Tree<Span>, from: &From) -> Node {
    let kind = match &tree.kind {
        Kind::Map(all) => {
            let mut out = Map::new();
            for (key, value) in all.iter() {
                out.insert_from(key.clone(), from.clone(), node(value, from));
            }
            Kind::Map(out)
        }
        Kind::List(all) => Kind::List(all.iter().map(|item| node(item, from)).collect()),
        Kind::String(value) => return text(value.clone(), from),
        Kind::Bool(value) => Kind::Bool(*value),
        Kind::Number(value) => Kind::Number(value.clone()),
        _ => Kind::Null,
    };
    Tree::new(kind, from.clone())
}
