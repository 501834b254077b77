//! A stream of another tool, or of a cluster, against a rendered profile.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;

use super::project::{self, Project, owned};
use super::tree::namespace;
use super::{Answer, Args};
use crate::access;
use crate::cli::Global;
use crate::commands::terminal::Terminal;
use crate::diff::between::{Side, between};
use crate::diff::compare::Mode;
use crate::diff::impact::kept::{claim_templates, template_name};
use crate::output::build::parse;
use crate::plan::delivery;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// `kgen diff PROFILE --against FILE`.
pub fn compare(
    args: &Args,
    global: &Global,
    terminal: &Terminal,
    profile: &str,
    file: &Path,
) -> anyhow::Result<Option<Answer>> {
    let Some(project) = project::open(global, &args.set, project::WITH, terminal)? else { return Ok(None) };
    let profile = project.find(profile)?;
    let name = if file == Path::new("-") { "stdin".to_owned() } else { file.display().to_string() };
    let old = authored(resources(&name, &text(file)?, &profile.resources)?);
    args.select.check(profile.resources.iter().chain(&old))?;
    let before = Side { name, objects: args.select.apply(&old), causes: None, told: Vec::new() };
    let after = project.side(profile, &args.select);
    let own = profile.plan.namespace.clone();
    // What delivers the profiles lives in no profile's namespace.
    let before_in =
        if *profile.settings.profile == *delivery::NAME { None } else { namespace(&old, &after.objects, &own) };
    let mode = Mode { foreign: true, namespaces: (before_in, own), ..Mode::default() };
    let diff = between(&before, &after, &mode);
    let objects = vec![(owned(&before), owned(&after))];
    drop((before, after));
    forget(project);
    Ok(Some(Answer { diffs: vec![diff], objects }))
}

/// Without what controllers made of other objects: pods, their sets, the claims of a StatefulSet's pods.
fn authored(all: Vec<Resource>) -> Vec<Resource> {
    let mut claims: Vec<(Option<String>, String)> = Vec::new();
    for set in all.iter().filter(|resource| resource.id.kind == "StatefulSet") {
        let names = claim_templates(&set.body).iter().filter_map(template_name);
        claims.extend(names.map(|name| (set.id.namespace.clone(), format!("{name}-{}-", set.id.name))));
    }
    let is_of_pod = |id: &Id| {
        let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        let of = |(namespace, start): &(Option<String>, String)| {
            *namespace == id.namespace && id.name.strip_prefix(start.as_str()).is_some_and(number)
        };
        id.kind == "PersistentVolumeClaim" && claims.iter().any(of)
    };
    let is_made = |resource: &Resource| {
        let owners = resource.body.at(&["metadata", "ownerReferences"]).and_then(Tree::as_list).unwrap_or_default();
        owners.iter().any(|owner| owner.get("controller").and_then(Tree::as_bool) == Some(true))
    };
    let out = all.iter().filter(|resource| !is_made(resource) && !is_of_pod(&resource.id));
    out.cloned().collect()
}

fn forget(project: Project) {
    std::mem::forget(project);
}

fn text(file: &Path) -> anyhow::Result<String> {
    let bytes =
        if file == Path::new("-") { access::limited(std::io::stdin().lock(), "stdin")? } else { access::given(file)? };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => bail!("`{}` is not UTF-8", file.display()),
    }
}

/// The objects of a stream. A component is that of the rendered object with its name.
pub fn resources(name: &str, text: &str, rendered: &[Resource]) -> anyhow::Result<Vec<Resource>> {
    let known: BTreeMap<(&str, &str), &Resource> =
        rendered.iter().map(|r| ((r.id.kind.as_str(), r.id.name.as_str()), r)).collect();
    let mut out = Vec::new();
    for object in parse(name, text)? {
        let Some(mut resource) = Resource::new("", object.map_from(&mut |()| None)) else {
            bail!("`{name}` holds what is no object: it has no `apiVersion`, `kind` or `metadata.name`");
        };
        let id = (resource.id.kind.as_str(), resource.id.name.as_str());
        resource.component = known.get(&id).map(|r| r.component.clone()).unwrap_or_default();
        out.push(resource);
    }
    Ok(out)
}
