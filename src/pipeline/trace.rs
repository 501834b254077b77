//! Where what is found was written: the objects in which something is found are rendered once more, by an engine that
//! knows the place of each leaf. Nearly all objects are right, and what is written needs no places.
//!
//! Does not own: what is found, and what is said of it (`checks`).

use std::collections::{BTreeMap, BTreeSet};

use super::profiles::{self, Checked, Objects};
use super::{Input, Profile, delivery};
use crate::checks::Found;
use crate::diag::{Report, Result};
use crate::plan;
use crate::render::{Engine, Parsed};
use crate::resource::Resource;
use crate::settings::Settings;
use crate::source::Sources;

/// Objects of a profile, by their index.
pub type Traced = BTreeMap<usize, Resource>;

/// A profile, what is found in it, and what the objects of those components are made from.
struct Seen<'p> {
    profile: &'p Profile,
    found: &'p Found,
    objects: Objects,
}

/// Plans a profile once more: planning takes a twentieth of the time, and what it makes most of the memory.
pub type Again<'a> = &'a dyn Fn(&Settings) -> Objects;

impl<'p> Seen<'p> {
    fn new((profile, found): (&'p Profile, &'p Found), again: Again) -> Self {
        let components: BTreeSet<&str> = found.iter().map(|(index, _)| &*profile.resources[*index].component).collect();
        let mut objects = if found.is_empty() { Objects::new() } else { again(&profile.settings) };
        objects.retain(|(owner, _)| components.contains(&*owner.id));
        Self { profile, found, objects }
    }

    fn traced(self, engine: &Engine, sources: &Sources) -> Traced {
        let Ok(mut resources) = engine.render(self.objects, sources, &mut Parsed::default()) else {
            return Traced::new();
        };
        let Profile { plan, settings, resources: all } = self.profile;
        // What a patch misses here it found in the whole.
        profiles::amended(&mut resources, plan, settings, sources, &mut Report::new());
        let wanted: BTreeSet<usize> = self.found.iter().map(|(index, _)| *index).collect();
        let places: BTreeMap<Number, usize> =
            numbered(all).into_iter().zip(0..).filter(|(_, at)| wanted.contains(at)).collect();
        let indexes: Vec<Option<usize>> =
            numbered(&resources).iter().map(|number| places.get(number).copied()).collect();
        indexes.into_iter().zip(resources).filter_map(|(index, resource)| Some((index?, resource))).collect()
    }
}

/// Which of its component's objects of its kind one is: its name may have a hash of what is not rendered here.
type Number<'r> = (&'r str, &'r str, usize);

fn numbered(resources: &[Resource]) -> Vec<Number<'_>> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let number = resources.iter().map(|resource| {
        let of = (&*resource.component, &*resource.id.kind);
        let count = counts.entry(of).or_default();
        *count += 1;
        (of.0, of.1, *count)
    });
    number.collect()
}

/// The objects of each profile in which something is found; then those of what delivers them, where `about` has findings.
pub fn all(
    sources: &mut Sources,
    input: &Input,
    checked: &[Checked],
    again: Again,
    about: Option<&Found>,
) -> Result<(Engine, Vec<Traced>)> {
    let about = about.filter(|about| !about.is_empty());
    let seen: Vec<Seen> = checked.iter().map(|(profile, found)| Seen::new((profile, found), again)).collect();
    let mut names: BTreeSet<&'static str> =
        seen.iter().flat_map(|seen| &seen.objects).map(|(_, planned)| planned.template).collect();
    names.extend(plan::delivery::TEMPLATES.into_iter().filter(|_| about.is_some()));
    let engine = Engine::new(sources, &input.templates, names.into_iter(), true)?;
    let mut out: Vec<Traced> = seen.into_iter().map(|seen| seen.traced(&engine, sources)).collect();
    if about.is_some() {
        let profiles = checked.iter().map(|(profile, _)| profile);
        let delivery = delivery::rendered(&engine, profiles, sources, &mut Report::new());
        out.extend(delivery.map(|(profile, _)| profile.resources.into_iter().enumerate().collect()));
    }
    Ok((engine, out))
}
