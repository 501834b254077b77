//! Each profile by itself: planned, rendered and checked, side by side where there is enough to do.
//!
//! Owns: how much is worth a thread, and that what each says comes in the profiles' order.

use super::Profile;
use crate::checks::allow::Used;
use crate::checks::{self, Found};
use crate::diag::Report;
use crate::output::{amend, suffix};
use crate::parallel::each;
use crate::plan::label::Owner;
use crate::plan::{self, Inputs, Plan, Planned};
use crate::render::{Engine, Parsed};
use crate::resource::{Resource, normal};
use crate::settings::Settings;
use crate::source::Sources;

/// The plans that are wanted. What their components allow is left out of the report,
/// and noted.
pub fn planned(all: Vec<Settings>, inputs: &Inputs, used: &mut Used, report: &mut Report) -> Vec<(Settings, Plan)> {
    let large = is_large(&all);
    let one = |(at, settings): (usize, Settings)| {
        let mut report = Report::new();
        let mut used = Used::new();
        let settings = plan::resolve::top(settings, &mut report);
        let (plan, mut said) = plan::plan(&settings, inputs);
        checks::allow::lift(&mut said, &settings, &mut used);
        let plan = (inputs.wants(&settings.profile) && !said.has_errors()).then_some((settings, plan));
        report.extend(said);
        (at, (Some((plan, used)), report))
    };
    // What is printed comes last, into the memory that the others leave.
    let (kept, others): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(_, settings)| inputs.wants(&settings.profile));
    let mut planned = each(others, large, || (), |(), item| one(item));
    planned.extend(each(kept, large, || (), |(), item| one(item)));
    planned.sort_by_key(|(at, _)| *at);
    let planned = planned.into_iter().map(|(_, answer)| answer).collect();
    let (plans, allowed): (Vec<_>, Vec<_>) = gather(planned, report).into_iter().unzip();
    used.extend(allowed.into_iter().flatten());
    plans.into_iter().flatten().collect()
}

/// Profiles do not know of each other. With fewer settings than this in all of them, a thread costs more than it saves: its heap, and texts that two threads
/// parse at once.
const WORTH_A_THREAD: usize = 3000;

pub fn is_large(all: &[Settings]) -> bool {
    all.iter().map(|settings| settings.entries.len()).sum::<usize>() >= WORTH_A_THREAD
}

/// The answers that there are; what each profile reported, in order.
fn gather<T>(answers: Vec<(Option<T>, Report)>, report: &mut Report) -> Vec<T> {
    let mut out = Vec::new();
    for (answer, messages) in answers {
        report.extend(messages);
        out.extend(answer);
    }
    out
}

/// What templates make objects from.
pub type Objects = Vec<(Owner, Planned)>;

/// A profile, and what is found in it.
pub type Checked = (Profile, Found);

/// The profiles, and what their components allow.
pub fn rendered(
    engine: &Engine,
    plans: Vec<(Settings, Plan)>,
    large: bool,
    sources: &Sources,
    report: &mut Report,
) -> (Vec<Checked>, Used) {
    let rendered = each(plans, large, Parsed::default, |parsed, (settings, plan)| {
        let mut report = Report::new();
        (profile(engine, settings, plan, sources, parsed, &mut report), report)
    });
    let (checked, used): (Vec<_>, Vec<_>) = gather(rendered, report).into_iter().unzip();
    (checked, used.into_iter().flatten().collect())
}

fn profile(
    engine: &Engine,
    settings: Settings,
    mut plan: Plan,
    sources: &Sources,
    parsed: &mut Parsed,
    report: &mut Report,
) -> Option<(Checked, Used)> {
    let objects = std::mem::take(&mut plan.objects);
    let resources = resources(engine, &settings, &plan, objects, sources, parsed, report)?;
    let mut used = Used::new();
    let found = checks::findings(&plan, &settings, &resources, &mut used);
    let seen = checks::Profile { plan: &plan, settings: &settings, resources: &resources };
    report.extend(checks::unused(&seen, &found, &mut used));
    Some(((Profile { settings, plan, resources }, found), used))
}

fn resources(
    engine: &Engine,
    settings: &Settings,
    plan: &Plan,
    objects: Objects,
    sources: &Sources,
    parsed: &mut Parsed,
    report: &mut Report,
) -> Option<Vec<Resource>> {
    let mut resources = match engine.render(objects, sources, parsed) {
        Ok(resources) => resources,
        Err(errors) => {
            report.extend(errors);
            return None;
        }
    };
    resources.iter_mut().for_each(|resource| resource.facts = plan.facts.get(&resource.component).cloned());
    resources.extend(amend::manifests(plan, settings, sources, report));
    amended(&mut resources, plan, settings, sources, report);
    if let Some(rollout) = settings.root.get("rollout").filter(|rollout| rollout.as_str() == Some("hash")) {
        suffix::configs(&mut resources, rollout.from.ids());
    }
    Some(resources)
}

/// Patches, and what a person may write in more than one form.
pub fn amended(
    resources: &mut Vec<Resource>,
    plan: &Plan,
    settings: &Settings,
    sources: &Sources,
    report: &mut Report,
) {
    amend::patches(plan, settings, sources, resources, report);
    for resource in resources {
        normal::annotations(&mut resource.body);
        normal::quantities(&mut resource.body);
    }
}
