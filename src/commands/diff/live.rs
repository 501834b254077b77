//! What an apply would change in the cluster: what is there against what the server would make of the objects.
//!
//! Owns: the two sides, and what is said beside them: what others set, what is refused, what the server warns of.
//! Does not own: asking kubectl (`cluster`).

use std::collections::BTreeSet;

use super::project::{self, owned};
use super::{Answer, Args};
use crate::cli::Global;
use crate::commands::cluster::{Cluster, apply, key, owner};
use crate::commands::terminal::Terminal;
use crate::diff::between::{Side, between};
use crate::diff::compare::{self, Mode};
use crate::diff::impact::{self, whole};
use crate::diff::place;
use crate::diff::{Diff, Impact, Object, Reason, Shown, What, plain};
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// So often what moved in between is looked at again.
const TRIES: usize = 3;

/// `kgen diff PROFILE --live`.
pub fn compare(args: &Args, global: &Global, terminal: &Terminal, profile: &str) -> anyhow::Result<Option<Answer>> {
    let Some(project) = project::open(global, &args.set, project::With { values: true, ..project::WITH }, terminal)?
    else {
        return Ok(None);
    };
    let profile = project.find(profile)?;
    args.select.check(profile.resources.iter())?;
    let selected = args.select.apply(&profile.resources);
    let cluster = Cluster::open(&selected)?;
    let (known, unknown): (Vec<&Resource>, Vec<&Resource>) =
        selected.into_iter().filter(|resource| !resource.is_sops()).partition(|one| cluster.has(&one.id));
    unserved(&unknown, terminal);
    let absent: Vec<Id> = unknown.iter().map(|object| object.id.clone()).collect();
    let Seen { mut live, mut answer } = seen(&cluster, &known, &profile.resources)?;
    said(&live, &known, &answer, terminal);
    let left = cluster.left(profile)?;
    live.extend(args.select.apply(&left).into_iter().cloned());
    answer.answered.iter_mut().for_each(|answered| unstick(answered, &known));
    // What the server did not answer for is compared as it was rendered.
    let is_answered = |one: &&Resource| answer.answered.iter().any(|answered| apply::is_same(&answered.id, &one.id));
    let mut new: Vec<&Resource> = answer.answered.iter().collect();
    new.extend(known.into_iter().chain(unknown).filter(|one| !is_answered(one)));
    let before = Side { name: "the cluster".into(), objects: live.iter().collect(), causes: None, told: Vec::new() };
    let causes = Some(project.causes(profile));
    let after = Side {
        name: profile.settings.profile.to_string(),
        objects: new,
        causes,
        told: profile.resources.iter().collect(),
    };
    for object in &absent {
        answer.refused.push((object.clone(), "the cluster does not have the kind".into()));
    }
    let own = profile.plan.namespace.clone();
    let mode = Mode { foreign: true, namespaces: (own.clone(), own), ..Mode::default() };
    let mut diff = between(&before, &after, &mode);
    answer.refused.iter().for_each(|(id, said)| refused(&mut diff, id, said));
    diff.objects.iter_mut().for_each(|object| counted(object, &profile.resources));
    let objects = vec![(owned(&before), owned(&after))];
    drop((before, after));
    std::mem::forget(project);
    Ok(Some(Answer { diffs: vec![diff], objects }))
}

fn unserved(unknown: &[&Resource], terminal: &Terminal) {
    let kinds: BTreeSet<String> =
        unknown.iter().map(|one| format!("`{}` ({})", one.id.kind, one.id.api_version)).collect();
    for kind in kinds {
        terminal.say(&format!("note: the cluster does not have the kind {kind}: its objects are refused"));
    }
}

struct Seen {
    live: Vec<Resource>,
    answer: apply::Answer,
}

/// What is there, and what an apply makes of that very state: what a controller wrote in between is looked at again.
fn seen(cluster: &Cluster, known: &[&Resource], rendered: &[Resource]) -> anyhow::Result<Seen> {
    let mut live = cluster.get(known, rendered)?;
    let ready: Vec<&Resource> = known.iter().copied().filter(|object| !is_homeless(object, known, &live)).collect();
    let mut answer = cluster.dry(&ready, &live, rendered)?;
    for _ in 1..TRIES {
        let moved = Cluster::moved(&live, &answer.answered);
        if moved.is_empty() {
            break;
        }
        let again: Vec<&Resource> = ready.iter().copied().filter(|object| moved.contains(&key(&object.id))).collect();
        let keep = |resource: &Resource| !moved.contains(&key(&resource.id));
        live.retain(keep);
        live.extend(cluster.get(&again, rendered)?);
        answer.answered.retain(keep);
        let more = cluster.dry(&again, &live, rendered)?;
        answer.answered.extend(more.answered);
        answer.refused.extend(more.refused);
    }
    Ok(Seen { live, answer })
}

/// Whether the namespace of an object is one that the same apply makes first: a dry run makes none.
fn is_homeless(object: &Resource, known: &[&Resource], live: &[Resource]) -> bool {
    let is_it = |id: &Id| id.kind == "Namespace" && Some(&id.name) == object.id.namespace.as_ref();
    known.iter().any(|one| is_it(&one.id)) && !live.iter().any(|one| is_it(&one.id))
}

/// What is no difference, and that a reader should know.
fn said(live: &[Resource], known: &[&Resource], answer: &apply::Answer, terminal: &Terminal) {
    answer.warnings.iter().for_each(|line| terminal.say(&format!("kubectl: {line}")));
    for object in known {
        let there = live.iter().find(|there| apply::is_same(&there.id, &object.id));
        let Some(there) = there else { continue };
        // What a server fills in differs from nothing.
        let differing: Vec<String> = places(there, object);
        for found in owner::foreign(there, object) {
            let differs = differing
                .iter()
                .any(|place| found.place.starts_with(place.as_str()) || place.starts_with(&found.place));
            // An apply by the client overwrites without a word.
            if !differs || (found.conflicts && apply::by_client(there)) {
                continue;
            }
            let end = match found.conflicts {
                true => "set it to another value: an apply needs `--force-conflicts`",
                false => "added it: an apply keeps it",
            };
            terminal.say(&format!("note: {} {}: `{}` {end}", found.id, found.place, found.manager));
        }
    }
}

/// Where what is there differs from what is rendered, the server's own left out.
fn places(there: &Resource, object: &Resource) -> Vec<String> {
    let mode = Mode { foreign: true, ..Mode::default() };
    let found = compare::objects(&there.body, &object.body, &object.id, &mode);
    found.iter().map(|found| place::text(&found.at)).collect()
}

/// A Service that should get an address keeps that it has none: the server takes the apply, and changes nothing.
fn unstick(answered: &mut Resource, rendered: &[&Resource]) {
    let same = |one: &&&Resource| one.id.kind == "Service" && key(&one.id) == key(&answered.id);
    let Some(wanted) = rendered.iter().find(same) else { return };
    if wanted.body.at(&["spec", "clusterIP"]).is_some() {
        return;
    }
    let spec = [crate::tree::Step::Key("spec")];
    if let Some(map) = answered.body.at_mut(&spec).and_then(Tree::as_map_mut)
        && map.get("clusterIP").and_then(Tree::as_str) == Some("None")
    {
        map.remove("clusterIP");
        map.remove("clusterIPs");
    }
}

/// The number of pods that the project does not say any more is the server's, as if the field were seen to go away.
fn counted(object: &mut Object, rendered: &[Resource]) {
    let wanted = rendered.iter().find(|wanted| apply::is_same(&wanted.id, &object.id));
    if wanted.is_none_or(|wanted| wanted.body.at(&["spec", "replicas"]).is_some()) {
        return;
    }
    for change in object.changes.iter_mut().filter(|change| change.place == "spec.replicas" && change.new.is_some()) {
        let rule =
            impact::find("replicas-default").filter(|_| change.reason.as_ref().is_some_and(|r| r.id == "scaled"));
        let fewer = |shown: &Option<Shown>| shown.as_ref().and_then(|shown| plain::content(shown).parse::<u32>().ok());
        if let Some(rule) = rule.filter(|_| fewer(&change.new) < fewer(&change.old)) {
            change.impact = rule.impact;
            change.reason = Some(rule.reason());
            object.impact = object.impact.max(rule.impact);
        }
    }
}

/// What the server refuses must be deleted and made anew, whatever differs.
fn refused(diff: &mut Diff, id: &Id, said: &str) {
    let rule = whole::named("refused");
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = Reason { id: rule.id, text: format!("{}: {line}", rule.text).into() };
    let found = diff.objects.iter().position(|object| apply::is_same(&object.id, id));
    let at = found.unwrap_or_else(|| {
        diff.equal = diff.equal.saturating_sub(1);
        diff.objects.push(Object {
            id: id.clone(),
            component: Default::default(),
            apart: None,
            what: What::Changed,
            impact: Impact::None,
            reason: None,
            changes: Vec::new(),
            effects: Vec::new(),
        });
        diff.objects.len() - 1
    });
    let object = &mut diff.objects[at];
    object.impact = object.impact.max(rule.impact);
    object.reason = Some(reason);
}
