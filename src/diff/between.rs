//! Two sides to a [`Diff`].
//!
//! Owns: the order of what is told, and putting the parts together: pairs, differences, consequences, impacts, causes.

use std::collections::BTreeSet;

use super::behind;
use super::cause::Causes;
use super::compare::{self, Found, Mode};
use super::fold::{self, Differing};
use super::impact::{self, Case, Rule, whole};
use super::lists;
use super::pairing::{self, How, Pair};
use super::{Cause, Change, Diff, Impact, Object, What, place, shown};
use crate::output::order;
use crate::resource::{Id, Resource};

/// One side of a comparison.
pub struct Side<'r> {
    /// `dev`, `HEAD~1`, `the cluster`.
    pub name: String,
    pub objects: Vec<&'r Resource>,
    /// Where its values come from, where that is known.
    pub causes: Option<Causes<'r>>,
    /// Rendered objects that say where the values of other objects with the same places come from: those that a server
    /// answered with.
    pub told: Vec<&'r Resource>,
}

pub fn between<'r>(old: &Side<'r>, new: &Side<'r>, mode: &Mode) -> Diff {
    let pairs = pairing::pairs(&old.objects, &new.objects, mode);
    let mut all: Vec<Differing> = pairs.into_iter().map(|pair| differing(pair, mode)).collect();
    fold::fold(&mut all);
    behind::told(&mut all, &new.objects);
    let (left, equal): (Vec<_>, Vec<_>) = all.into_iter().partition(fold::is_left);
    let teller = Teller { old, new, mode };
    let mut objects: Vec<Object> = left.into_iter().filter_map(|one| teller.object(one)).collect();
    objects.extend(moved(&objects, old, new, mode));
    objects.sort_by(sequence);
    apart(&mut objects, mode);
    Diff { old: old.name.clone(), new: new.name.clone(), objects, equal: equal.len() }
}

fn differing<'r>(pair: Pair<'r>, mode: &Mode) -> Differing<'r> {
    let found = match (pair.old, pair.new) {
        (Some(old), Some(new)) if pair.how != How::Content => compare::objects(&old.body, &new.body, &new.id, mode),
        _ => Vec::new(),
    };
    Differing { pair, found, effects: Vec::new() }
}

/// In the order of the stream; of one kind those that go away first.
fn sequence(a: &Object, b: &Object) -> std::cmp::Ordering {
    let kind = |id: &Id| Id { name: String::new(), namespace: None, ..id.clone() };
    let stays = |object: &Object| object.what != What::Removed;
    order::compare(&kind(&a.id), &kind(&b.id))
        .then_with(|| stays(a).cmp(&stays(b)))
        .then_with(|| order::compare(&a.id, &b.id))
}

/// Says what tells objects apart: some from those of the profile, some from twins.
fn apart(objects: &mut [Object], mode: &Mode) {
    let name = |object: &Object| (object.id.kind.clone(), object.id.name.clone());
    let mut seen = BTreeSet::new();
    let twins: BTreeSet<_> = objects.iter().map(name).filter(|name| !seen.insert(name.clone())).collect();
    for object in objects {
        let own = if object.what == What::Removed { &mode.namespaces.0 } else { &mode.namespaces.1 };
        let namespace = object.id.namespace.as_deref();
        object.apart = match twins.contains(&name(object)) {
            true => Some(format!("{}, {}", object.id.api_version, namespace.unwrap_or("no namespace"))),
            false => namespace.filter(|_| object.id.namespace != *own && !object.id.is_of_cluster()).map(str::to_owned),
        };
    }
}

/// Stands for the namespace of a profile that names none.
const NOWHERE: &str = "none";

/// The move of all objects to another namespace, where no Namespace of the project says it.
fn moved(objects: &[Object], old: &Side, new: &Side, mode: &Mode) -> Option<Object> {
    let (before, after) = &mode.namespaces;
    let named = |id: &Id| id.kind == "Namespace" && Some(&id.name) == after.as_ref();
    let said = objects.iter().any(|object| named(&object.id) && object.what == What::Changed);
    // A project that names no namespace leaves it to whoever applies.
    let left = mode.foreign && after.is_none();
    if before == after || said || left || old.objects.is_empty() || new.objects.is_empty() {
        return None;
    }
    let id = |name: &Option<String>| {
        let name = name.clone().unwrap_or_else(|| NOWHERE.into());
        Id { api_version: "v1".into(), kind: "Namespace".into(), namespace: None, name }
    };
    let rule = whole::moved(mode.across);
    let lost = old.objects.iter().map(|object| whole::gone(object, &new.objects).impact).max().unwrap_or_default();
    Some(Object {
        id: id(after),
        component: "project".into(),
        apart: None,
        what: What::Renamed { from: id(before) },
        impact: rule.impact.min(lost.max(Impact::Recreate)),
        reason: Some(rule.reason()),
        changes: Vec::new(),
        effects: Vec::new(),
    })
}

struct Teller<'s, 'r> {
    old: &'s Side<'r>,
    new: &'s Side<'r>,
    mode: &'s Mode,
}

impl<'r> Teller<'_, 'r> {
    fn object(&self, one: Differing<'r>) -> Option<Object> {
        let resource = one.pair.new.or(one.pair.old)?;
        let (what, rule) = self.what(&one);
        let changes = match (one.pair.old, one.pair.new) {
            (Some(old), Some(new)) => {
                one.found.iter().map(|found| self.change(old, new, found, one.pair.how)).collect()
            }
            _ => Vec::new(),
        };
        let changed = changes.iter().map(|change: &Change| change.impact);
        let worst = changed.chain(one.effects.iter().map(|effect| effect.impact)).chain(rule.map(|rule| rule.impact));
        Some(Object {
            id: resource.id.clone(),
            component: resource.component.clone(),
            apart: None,
            what,
            impact: worst.max().unwrap_or(Impact::None),
            reason: rule.map(Rule::reason),
            changes,
            effects: one.effects,
        })
    }

    fn what(&self, one: &Differing) -> (What, Option<&'static Rule>) {
        match (one.pair.old, one.pair.new, one.pair.how) {
            (Some(old), None, _) => (What::Removed, Some(whole::gone(old, &self.new.objects))),
            (None, _, _) => (What::Added, Some(whole::comes())),
            (Some(old), Some(_), How::Content) => {
                (What::Renamed { from: old.id.clone() }, Some(whole::renamed(old, &self.new.objects)))
            }
            _ => (What::Changed, None),
        }
    }

    fn change(&self, old: &'r Resource, new: &'r Resource, found: &Found<'r>, how: How) -> Change {
        let case = Case::new(old, new, found, how, self.mode);
        let rule = impact::of(&case);
        let (before, after) = shown::both(found);
        let way = shown::way(found);
        Change {
            path: place::parts(&way),
            place: place::text(&way),
            old: before,
            new: after,
            impact: rule.impact,
            reason: Some(rule.said(&case)),
            cause: self.cause(old, new, found),
        }
    }

    /// Of what is there now, or of what goes away.
    fn cause(&self, old: &'r Resource, new: &'r Resource, found: &Found<'r>) -> Option<Cause> {
        if let Some(node) = found.new.or(found.order.is_some().then_some(&new.body)) {
            let causes = self.new.causes.as_ref()?;
            let told = self.new.told.iter().find(|told| told.id.kind == new.id.kind && told.id.name == new.id.name);
            let node = told.and_then(|told| self.place(told, found)).unwrap_or(node);
            let node = if found.order.is_some() { self.place(new, found)? } else { node };
            return causes.of(node, self.old.causes.as_ref());
        }
        let causes = self.old.causes.as_ref()?;
        let node = found.old.or_else(|| self.place(old, found))?;
        causes.of(node, self.new.causes.as_ref())
    }

    fn place<'b>(&self, resource: &'b Resource, found: &Found) -> Option<&'b crate::resource::Body> {
        lists::find(&resource.body, &found.at, resource.id.group(), &resource.id.kind)
    }
}
