//! Consequences told at their cause.
//!
//! Owns: which differences of pods are there only because something that they read has changed: the checksums that kgen
//! writes into pod templates (`plan/pod.rs`, `plan/rollout.rs`), and names of ConfigMaps that carry a hash.
//! Does not own: what the cause itself does (`impact.rs`).

use std::ptr;

use super::Effect;
use super::compare::{Found, word};
use super::impact::whole;
use super::pairing::{How, Pair, base};
use super::place;
use crate::resource::reference::{self, Reference};
use crate::resource::{Id, Resource};

/// How the annotations begin that change with what a pod reads.
pub const CHECKSUM: &str = "checksum.kgen.dev/";

/// A pair with what differs in it.
pub struct Differing<'r> {
    pub pair: Pair<'r>,
    pub found: Vec<Found<'r>>,
    pub effects: Vec<Effect>,
}

impl<'r> Differing<'r> {
    fn differs(&self) -> bool {
        self.pair.old.is_none() || self.pair.new.is_none() || self.pair.how != How::Name || !self.found.is_empty()
    }

    /// Whether the new side does not have the object of the old side.
    pub fn goes(&self) -> bool {
        self.pair.new.is_none() || self.pair.how == How::Content
    }

    fn resource(&self) -> Option<&'r Resource> {
        self.pair.new.or(self.pair.old)
    }

    fn is_named(&self, kind: &str, name: &str) -> bool {
        let same = |r: &Resource| r.id.kind == kind && (r.id.name == name || base(&r.id.name) == Some(name));
        self.pair.new.is_some_and(same) || self.pair.old.is_some_and(same)
    }
}

/// Takes the consequences out of the pairs and puts effects to their causes.
pub fn fold(all: &mut [Differing]) {
    let mut effects: Vec<(usize, Effect)> = Vec::new();
    for at in 0..all.len() {
        let (Some(old), Some(new)) = (all[at].pair.old, all[at].pair.new) else { continue };
        let mut kept = Vec::new();
        for found in std::mem::take(&mut all[at].found) {
            let causes = causes(&found, old, new, all);
            let effect = || effect(&new.id);
            match causes.is_empty() {
                true => kept.push(found),
                false => effects.extend(causes.into_iter().map(|cause| (cause, effect()))),
            }
        }
        all[at].found = kept;
    }
    for (at, effect) in effects {
        if !all[at].effects.contains(&effect) {
            all[at].effects.push(effect);
        }
    }
}

fn effect(id: &Id) -> Effect {
    let next = matches!(id.kind.as_str(), "CronJob" | "Job");
    let rule = whole::named(if next { "config-next-run" } else { "config-restarts" });
    Effect { id: id.clone(), impact: rule.impact, reason: rule.reason() }
}

/// The pairs that a difference follows from.
fn causes(found: &Found, old: &Resource, new: &Resource, all: &[Differing]) -> Vec<usize> {
    let at = place::pattern(&found.at);
    let which = |wanted: &dyn Fn(&Differing) -> bool| -> Vec<usize> {
        all.iter().enumerate().filter(|(_, one)| one.differs() && wanted(one)).map(|(index, _)| index).collect()
    };
    let checksum = at.last().and_then(|key| key.strip_prefix(CHECKSUM)).filter(|_| at.contains(&"template"));
    if checksum == Some("secrets") {
        let read = [reference::of(old), reference::of(new)].concat();
        let names: Vec<&str> = read.iter().filter(|at| at.kind == "Secret").map(|at| at.name).collect();
        let makers = ["Secret", "ExternalSecret", "SealedSecret"];
        let mut found = which(&|one| makers.iter().any(|kind| names.iter().any(|name| one.is_named(kind, name))));
        // Where one object makes way for another, the one that comes is the cause.
        if found.iter().any(|index| all[*index].pair.new.is_some()) {
            found.retain(|index| all[*index].pair.new.is_some());
        }
        return found;
    }
    if let Some(name) = checksum {
        return which(&|one| one.is_named("ConfigMap", name));
    }
    let is_here = |at: &Reference| at.kind == "ConfigMap" && found.new.is_some_and(|node| ptr::eq(at.at.node, node));
    if let (Some(before), Some(after)) = (found.old.and_then(word), found.new.and_then(word))
        && reference::of(new).iter().any(is_here)
    {
        return which(&|one| {
            let name =
                |r: Option<&Resource>, name: &str| r.is_some_and(|r| r.id.kind == "ConfigMap" && r.id.name == name);
            one.pair.how != How::Name && name(one.pair.old, &before) && name(one.pair.new, &after)
        });
    }
    Vec::new()
}

/// What nothing but the cause tells: all that is left of a pair is its effects elsewhere.
pub fn is_left(one: &Differing) -> bool {
    one.resource().is_some() && (one.differs() || !one.effects.is_empty())
}
