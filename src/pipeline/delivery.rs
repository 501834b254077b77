//! What delivers the profiles: planned when all of them are rendered, as it says what is in them.

use super::Profile;
use crate::checks::{self, Found};
use crate::diag::Report;
use crate::output::order;
use crate::plan;
use crate::render::{Engine, Parsed};
use crate::resource::Resource;
use crate::source::Sources;

/// What delivers the profiles, and what is found in it.
pub fn rendered<'p>(
    engine: &Engine,
    profiles: impl Iterator<Item = &'p Profile>,
    sources: &Sources,
    report: &mut Report,
) -> Option<(Profile, Found)> {
    let has_namespace = |profile: &Profile| {
        let name = profile.plan.namespace.as_deref().unwrap_or_default();
        profile.resources.iter().any(|resource| resource.id.kind == "Namespace" && resource.id.name == name)
    };
    let is_encrypted = |resource: &Resource| resource.id.kind == "Secret" && resource.body.get("sops").is_some();
    let each = profiles.map(|profile| plan::delivery::Profile {
        settings: &profile.settings,
        has_namespace: has_namespace(profile),
        is_sops: profile.resources.iter().any(is_encrypted),
    });
    let (settings, mut plan, said) = plan::delivery::plan(&each.collect::<Vec<_>>());
    let wrong = said.has_errors();
    report.extend(said);
    if wrong {
        return None;
    }
    let mut resources = match engine.render(std::mem::take(&mut plan.objects), sources, &mut Parsed::default()) {
        Ok(resources) => resources,
        Err(errors) => {
            report.extend(errors);
            return None;
        }
    };
    resources.sort_by_cached_key(|resource| order::key(&resource.id));
    let found = checks::delivery(&resources);
    Some((Profile { settings, plan, resources }, found))
}
