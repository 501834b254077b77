//! The modes of a store: who plans each, and settings that only some have.
//!
//! Owns: the choice, and the refusal of what a mode would pass over.
//! Does not own: which mode has what, which stands beside each setting (`project::language`).
//! A mode that a profile changes leaves what weaker layers say for the mode below: `storage` at the top level is for the
//! profiles that run a server. What stands beside the mode, or above it, is a slip.

use super::label::Owner;
use super::node::{Node, get, str_of, take};
use super::{Planned, Planner, cnpg, operator, postgres, redis, sentinel};
use crate::diag::{Diagnostic, suggest};
use crate::project::language::postgres::POSTGRES;
use crate::project::language::redis::REDIS;
use crate::project::schema::{Modes, Object, Type, join};
use crate::settings::{From, Layer};
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a setting for another mode of the store
    ///
    /// The setting is for another mode of the store, and would have no effect.
    /// Fix: remove it (in a profile: `null`), or change the mode.
    MODE_FIELD = "mode-field", Error;
}

/// The objects of a Redis in its mode.
pub fn redis(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    check(cx, owner, store, &REDIS);
    match str_of(store, "mode") {
        // Only the Secret of its URL, where something uses it.
        Some("external") => Vec::new(),
        Some("sentinel") => sentinel::plan(cx, owner, store),
        Some("operator") => operator::plan(cx, owner, store),
        _ => redis::plan(cx, owner, store),
    }
}

/// The objects of a PostgreSQL in its mode.
pub fn postgres(cx: &mut Planner, owner: &Owner, store: &Node) -> Vec<Planned> {
    check(cx, owner, store, &POSTGRES);
    match str_of(store, "mode") {
        Some("external") => Vec::new(),
        Some("cnpg") => cnpg::plan(cx, owner, store),
        _ => {
            let store = alone(cx, store);
            postgres::plan(cx, owner, &store)
        }
    }
}

/// The settings of a single pod: without what a preset says for several, which have each other to avoid.
fn alone(cx: &Planner, store: &Node) -> Node {
    let mut store = store.clone();
    for key in ["antiAffinity", "topologySpread"] {
        let is_presets = get(&store, key).is_some_and(|said| !cx.settings.is_users(&said.from));
        if let (Some(map), true) = (store.as_map_mut(), is_presets) {
            map.remove(key);
        }
    }
    store
}

/// Refuses what the user wrote for another mode.
fn check(cx: &mut Planner, owner: &Owner, store: &Node, object: &'static Object) {
    let mode = str_of(store, "mode").unwrap_or("standalone").to_owned();
    let mut found = Vec::new();
    misplaced(object, store, &mode, String::new(), &mut found);
    let chosen = rank(cx, &take(store, "mode").from);
    for (path, said, modes) in found {
        let Some(leaf) = slip(cx, said, if modes.always { usize::MAX } else { chosen }) else { continue };
        let message = format!("`{}` has `mode: {mode}`, which has no use for `{path}`", owner.id);
        let names = modes.names.iter().filter(|name| has_mode(object, name));
        let others = suggest::or(names.map(|name| format!("`mode: {name}`")));
        let others = if others.is_empty() { others } else { format!("; it is for {others}") };
        let hint = modes.hints.iter().find(|(of, _)| *of == mode).map(|(_, hint)| (*hint).to_owned());
        let hint = hint.unwrap_or_else(|| format!("remove it (in a profile: `null`){others}"));
        let d = Diagnostic::new(MODE_FIELD, message).in_profile(&cx.settings.profile).at(cx.span_in(&leaf));
        cx.report.push(d.hint(hint));
    }
}

fn has_mode(object: &Object, name: &str) -> bool {
    matches!(object.field("mode").map(|field| &field.ty), Some(Type::Enum(names)) if names.contains(&name))
}

/// What a mode does not have; of a setting that it has not at all, no part is named.
fn misplaced<'n>(
    object: &'static Object,
    node: &'n Node,
    mode: &str,
    above: String,
    out: &mut Vec<(String, &'n Node, &'static Modes)>,
) {
    for field in object.fields() {
        let Some(said) = get(node, field.key).filter(|said| said.as_str() != Some("none")) else { continue };
        let path = join(&above, field.key);
        match (&field.modes, field.ty.object()) {
            (Some(modes), _) if !modes.names.contains(&mode) => out.push((path, said, modes)),
            (_, Some(object)) => misplaced(object, said, mode, path, out),
            _ => {}
        }
    }
}

/// The first part that the user wrote, in no weaker layer than the mode.
fn slip(cx: &Planner, said: &Node, chosen: usize) -> Option<Node> {
    let mut found = None;
    said.leaves(&mut |_, leaf| {
        let leaf: &Tree<From> = leaf;
        if found.is_none() && cx.settings.is_users(&leaf.from) && rank(cx, &leaf.from) <= chosen {
            found = Some(leaf.clone());
        }
    });
    found.filter(|leaf: &Node| !matches!(leaf.kind, Kind::Null))
}

/// The layer of the winning value, from the strongest. Of two profiles that a third extends neither is weaker here.
fn rank(cx: &Planner, from: &From) -> usize {
    let entry = from.ids().first().and_then(|id| cx.settings.entries.get(*id as usize));
    match entry.and_then(|entry| entry.layers.first()).map(|(layer, _)| layer) {
        Some(Layer::Set) => 0,
        Some(Layer::Profile(name)) if *name == cx.settings.profile => 1,
        Some(Layer::Profile(_)) => 2,
        Some(Layer::Project) => 3,
        _ => usize::MAX,
    }
}
