//! One change on many objects, told once.
//!
//! Owns: which changes are the same: one place, whatever the elements of lists on the way are called, and the same values; and
//! what of a definition nobody reads field by field.
//! Does not own: how a group is written (`human.rs`, `markdown.rs`). What programs read (`json.rs`) is not folded.

use std::collections::BTreeMap;

use super::{Cause, Change, Diff, Impact, Object, Shown, What};

/// So many objects with one change are a group.
const MANY: usize = 3;

/// Rules whose fields are counted, and not shown.
const COUNTED: [&str; 3] = ["definition-text", "definition-field-added", "definition-stricter"];

pub struct Group {
    /// Of all of them; the place has `*` where elements have names of their own.
    pub change: Change,
    /// `Deployment/api`, with what tells it apart.
    pub objects: Vec<String>,
}

pub struct Folded {
    /// Worst first.
    pub groups: Vec<Group>,
    /// What is left of the objects, in their order.
    pub objects: Vec<Object>,
}

pub fn of(diff: &Diff) -> Folded {
    let mut by_key: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, object) in diff.objects.iter().enumerate() {
        for (index, change) in object.changes.iter().enumerate() {
            if let Some(key) = key(change) {
                by_key.entry(key).or_default().push((at, index));
            }
        }
    }
    let mut objects = diff.objects.clone();
    let mut groups = Vec::new();
    let mut taken: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for members in by_key.into_values().filter(|members| is_group(diff, members)) {
        groups.push(group(diff, &members));
        members.into_iter().for_each(|(at, index)| taken[at].push(index));
    }
    for (object, taken) in objects.iter_mut().zip(&taken) {
        let mut index = 0;
        object.changes.retain(|_| {
            index += 1;
            !taken.contains(&(index - 1))
        });
    }
    objects.retain(|object| {
        object.what != What::Changed
            || object.reason.is_some()
            || !object.changes.is_empty()
            || !object.effects.is_empty()
    });
    groups.sort_by(|a, b| b.change.impact.cmp(&a.change.impact).then_with(|| a.change.place.cmp(&b.change.place)));
    Folded { groups, objects }
}

/// What makes two changes one. Of values that are hidden nobody knows whether they are.
fn key(change: &Change) -> Option<String> {
    let id = change.reason.as_ref().map_or("", |reason| reason.id);
    if COUNTED.contains(&id) {
        return Some(id.to_owned());
    }
    let hidden = |shown: &Option<Shown>| matches!(shown, Some(Shown::Masked(_)));
    let text = || format!("{} {id} {:?} {:?} {:?}", pattern(&change.place), change.impact, change.old, change.new);
    (!hidden(&change.old) && !hidden(&change.new) && change.impact < Impact::Recreate).then(text)
}

/// A place without the names of elements: `spec.template.spec.containers[*].image`.
fn pattern(place: &str) -> String {
    let mut out = String::new();
    let mut rest = place;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        // A key that is quoted is no element.
        let (inside, tail) = match after.strip_prefix('"').and_then(|quoted| quoted.split_once("\"]")) {
            Some((key, tail)) => (format!("[\"{key}\"]"), tail),
            None => ("[*]".to_owned(), after.split_once(']').map_or("", |(_, tail)| tail)),
        };
        out.push_str(&inside);
        rest = tail;
    }
    out + rest
}

fn is_group(diff: &Diff, members: &[(usize, usize)]) -> bool {
    let counted = members.first().is_some_and(|(at, index)| {
        let reason = diff.objects[*at].changes[*index].reason.as_ref();
        reason.is_some_and(|reason| COUNTED.contains(&reason.id))
    });
    let mut objects: Vec<usize> = members.iter().map(|(at, _)| *at).collect();
    objects.dedup();
    if counted { members.len() > 1 } else { objects.len() >= MANY }
}

fn group(diff: &Diff, members: &[(usize, usize)]) -> Group {
    let all = || members.iter().map(|(at, index)| &diff.objects[*at].changes[*index]);
    let mut change = all().next().cloned().unwrap_or_default();
    let counted =
        change.reason.as_ref().filter(|reason| COUNTED.contains(&reason.id)).map(|reason| reason.text.clone());
    if let Some(text) = counted {
        let place = format!("{} fields: {text}", members.len());
        change = Change { place, old: None, new: None, reason: None, cause: None, ..change };
    } else if all().any(|other| other.place != change.place) {
        change.place = pattern(&change.place);
    }
    change.cause = cause(all());
    let name = |object: &Object| {
        object.id.to_string() + &object.apart.as_ref().map_or(String::new(), |apart| format!(" ({apart})"))
    };
    let mut objects: Vec<usize> = members.iter().map(|(at, _)| *at).collect();
    objects.dedup();
    Group { change, objects: objects.into_iter().map(|at| name(&diff.objects[at])).collect() }
}

/// Where all of them come from: one line, whatever settings it is for.
fn cause<'c>(mut all: impl Iterator<Item = &'c Change>) -> Option<Cause> {
    let mut out = all.next()?.cause.clone()?;
    for other in all {
        let other = other.cause.as_ref()?;
        if (&other.file, other.line) != (&out.file, out.line) {
            return None;
        }
        if other.setting != out.setting {
            out.setting.clear();
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_no_names_of_elements() {
        assert_eq!(
            pattern("spec.template.spec.containers[api].env[A].value"),
            "spec.template.spec.containers[*].env[*].value"
        );
        assert_eq!(pattern("metadata.labels[\"a.b/c\"]"), "metadata.labels[\"a.b/c\"]");
        assert_eq!(pattern("spec.replicas"), "spec.replicas");
    }
}
