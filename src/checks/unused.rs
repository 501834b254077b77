//! What nothing refers to.
//!
//! Owns: stores, configs and secrets that no variable, file, volume, wait or text of another component names.
//! Does not own: keys of encrypted files (`kgen secret check`).

use std::collections::{BTreeMap, BTreeSet};

use super::set::Set;
use crate::diag::{Diagnostic, Report};
use crate::resource::reference;
use crate::source::Span;
use crate::tree::{Map, Step, Tree};

crate::declare! {
    /// nothing refers to it
    ///
    /// Nothing refers to this config, Redis or PostgreSQL: no variable, file, volume or `waitFor`, nor a text with its
    ///   name. It is probably what a slip left behind.
    /// Fix: refer to it (`${redis.cache.url}`), or remove it.
    /// How to allow: `allow: {unused: "other projects use it"}` in the Redis or PostgreSQL.
    UNUSED = "unused", Warning, allow;
}

const SECTIONS: [&str; 4] = ["configs", "secrets", "redis", "postgres"];

/// What nobody is known to refer to yet.
struct Open<'s> {
    section: &'static str,
    name: &'s str,
    id: String,
    at: Option<Span>,
}

/// Each text is looked at once, however many names there are.
pub fn check(set: &Set, report: &mut Report) {
    let root = &set.settings.root;
    let any =
        ["apps", "jobs"].iter().any(|key| root.get(key).and_then(Tree::as_map).is_some_and(|map| !map.is_empty()));
    // A project of stores alone is for others.
    if !any {
        return;
    }
    let mut known: BTreeSet<&str> = set.plan.wires.iter().map(|wire| &*wire.target).collect();
    let said = said(root);
    known.extend(said.iter().map(String::as_str));
    let mut open = open(set);
    open.retain(|open| !known.contains(&*open.id));
    let named = if open.is_empty() { BTreeSet::new() } else { named(set, &open) };
    for (_, Open { section, name, id, at }) in open.iter().enumerate().filter(|(index, _)| !named.contains(index)) {
        let d = Diagnostic::new(UNUSED, format!("nothing refers to `{id}`")).of(id);
        report.push(d.at(*at).in_profile(&set.settings.profile).hint(way(section, name)));
    }
}

fn open<'s>(set: &'s Set) -> Vec<Open<'s>> {
    let mut out = Vec::new();
    for section in SECTIONS {
        let map = set.settings.root.get(section).and_then(Tree::as_map);
        for (name, entry) in map.into_iter().flat_map(Map::entries).filter(|(_, entry)| !entry.value.is_null()) {
            let id = format!("{section}.{name}");
            out.push(Open { section, name, id, at: set.settings.span(&entry.key_from) });
        }
    }
    out
}

fn way(section: &str, name: &str) -> String {
    match section {
        "configs" => format!("read it (`envFrom: [configs.{name}]`), or remove it"),
        "secrets" => format!("read a key of it (`${{secrets.{name}.KEY}}`), or remove it"),
        _ => format!("give its address to an app (`${{{section}.{name}.url}}`), or remove it"),
    }
}

/// Every `section.name` that a setting of anything else says: in a reference, `envFrom`, `waitFor`.
fn said<O>(root: &Tree<O>) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut out = BTreeSet::new();
    root.leaves(&mut |path, leaf| {
        let Some(text) = leaf.as_str().filter(|text| text.contains('.')) else { return };
        for section in SECTIONS {
            for (at, _) in text.match_indices(section) {
                let rest = text[at + section.len()..].strip_prefix('.');
                let rest = rest.filter(|_| !text[..at].ends_with(is_word));
                let Some(name) = rest.map(|rest| &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())]) else {
                    continue;
                };
                let own = matches!(path, [Step::Key(a), Step::Key(b), ..] if *a == section && *b == name);
                if !own {
                    out.insert(format!("{section}.{name}"));
                }
            }
        }
    });
    out
}

/// Which of them an object of something else names: manifests and patches refer so. Of a store, any word may be its host.
fn named(set: &Set, open: &[Open]) -> BTreeSet<usize> {
    let by_id: BTreeMap<&str, usize> = open.iter().enumerate().map(|(index, open)| (&*open.id, index)).collect();
    let own = set.resources.iter().filter_map(|resource| Some((&*resource.id.name, *by_id.get(&*resource.component)?)));
    let mut names: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (name, index) in own.chain(open.iter().enumerate().map(|(index, open)| (open.name, index))) {
        names.entry(name).or_default().push(index);
    }
    let is_host = |index: &usize| matches!(open[*index].section, "redis" | "postgres");
    let any_host = (0..open.len()).any(|index| is_host(&index));
    let of = |text: &str| names.get(text).into_iter().flatten().copied();
    let mut out = BTreeSet::new();
    for resource in set.resources.iter().filter(|resource| resource.id.kind != "NetworkPolicy") {
        let is_other = |index: &usize| *open[*index].id != *resource.component;
        let references = reference::of(resource).into_iter();
        let read = references.filter(|reference| ["ConfigMap", "Secret"].contains(&reference.kind));
        out.extend(read.flat_map(|reference| of(reference.name)).filter(is_other));
        if !any_host {
            continue;
        }
        let body = resource.body.get("spec").or(resource.body.get("data")).unwrap_or(&resource.body);
        body.leaves(&mut |_, leaf| {
            let words = leaf.as_str().unwrap_or_default().split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            out.extend(words.flat_map(of).filter(is_host).filter(is_other));
        });
    }
    out
}
