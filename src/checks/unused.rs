//! What nothing refers to.
//!
//! Owns: stores, configs and secrets that no variable, file, volume, wait or text of another component names.
//! Does not own: keys of encrypted files (`kgen secret check`).

use std::collections::BTreeSet;

use super::set::Set;
use crate::diag::{Diagnostic, Report};
use crate::tree::{Map, Step, Tree};

pub fn check(set: &Set, report: &mut Report) {
    let root = &set.settings.root;
    let any =
        ["apps", "jobs"].iter().any(|key| root.get(key).and_then(Tree::as_map).is_some_and(|map| !map.is_empty()));
    // A project of stores alone is for others.
    if !any {
        return;
    }
    for section in ["configs", "secrets", "redis", "postgres"] {
        for (name, entry) in root.get(section).and_then(Tree::as_map).into_iter().flat_map(Map::entries) {
            let id = format!("{section}.{name}");
            let is_wired = || set.plan.wires.iter().any(|wire| wire.target == id);
            if entry.value.is_null() || is_wired() || is_said(root, section, name) || is_named(set, &id, name) {
                continue;
            }
            let d = Diagnostic::warning("unused", format!("nothing refers to `{id}`")).of(&id);
            let d = d.at(set.settings.span(&entry.key_from)).in_profile(&set.settings.profile);
            report.push(d.hint(way(section, name)));
        }
    }
}

fn way(section: &str, name: &str) -> String {
    match section {
        "configs" => format!("read it (`envFrom: [configs.{name}]`), or remove it"),
        "secrets" => format!("read a key of it (`${{secrets.{name}.KEY}}`), or remove it"),
        _ => format!("give its address to an app (`${{{section}.{name}.url}}`), or remove it"),
    }
}

/// Whether a setting of anything else says `section.name`: in a reference, `envFrom`, `waitFor`.
fn is_said<O>(root: &Tree<O>, section: &str, name: &str) -> bool {
    let id = format!("{section}.{name}");
    let mut found = false;
    root.leaves(&mut |path, leaf| {
        let own = matches!(path, [Step::Key(a), Step::Key(b), ..] if *a == section && *b == name);
        let Some(text) = leaf.as_str().filter(|_| !own && !found) else { return };
        found = text.match_indices(&id).any(|(at, _)| {
            let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
            ends(text[at + id.len()..].chars().next()) && ends(text[..at].chars().next_back())
        });
    });
    found
}

/// Whether an object of something else names it: manifests and patches refer so. Of a store, any word may be its host.
fn is_named(set: &Set, id: &str, name: &str) -> bool {
    let is_host = id.starts_with("redis.") || id.starts_with("postgres.");
    let own = set.resources.iter().filter(|resource| *resource.component == *id);
    let mut names: BTreeSet<&str> = own.map(|resource| &*resource.id.name).collect();
    names.insert(name);
    let words = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| is_host && names.contains(word))
    };
    let others = set.resources.iter().filter(|resource| *resource.component != *id);
    others.filter(|resource| resource.id.kind != "NetworkPolicy").any(|resource| {
        let mut found = false;
        let body = resource.body.get("spec").or(resource.body.get("data")).unwrap_or(&resource.body);
        body.leaves(&mut |path, leaf| {
            let text = leaf.as_str().unwrap_or_default();
            found |= words(text) || (is_reference(path) && names.contains(text));
        });
        found
    })
}

/// `secretKeyRef.name`, `imagePullSecrets[0].name`, `tls[0].secretName`: where objects of any kind name a Secret or ConfigMap.
fn is_reference(path: &[Step]) -> bool {
    let mut keys = path.iter().rev().filter_map(|step| if let Step::Key(key) = step { Some(*key) } else { None });
    match keys.next() {
        Some("secretName" | "configMapName") => true,
        Some("name") => keys.next().is_some_and(|above| {
            let above = above.to_ascii_lowercase();
            ["secret", "configmap", "certificateref"].iter().any(|word| above.contains(word))
        }),
        _ => false,
    }
}
