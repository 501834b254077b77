//! The tree on the disk against what would be written.
//!
//! Owns: finding the folders of the profiles, also of those that the project no longer has.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, anyhow};

use super::project::{self, Project, owned};
use super::{Answer, Args};
use crate::access::{Access, Limit};
use crate::cli::Global;
use crate::commands::render::target;
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::diff::between::{Side, between};
use crate::diff::compare::Mode;
use crate::output::Layout;
use crate::output::build::{Built, build};
use crate::output::write::manifest;
use crate::plan::delivery;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// `kgen diff`.
pub fn compare(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Option<Answer>> {
    let Some(project) = project::open(global, &args.set, project::WITH, terminal)? else { return Ok(None) };
    let (folder, layout) = project.rendered.output();
    let access = project.workspace.access_to_tree(global)?;
    if !access.is_folder(&folder) {
        return Err(anyhow!("there is no tree in `{}`", access.shown(&folder)).hint("`kgen render` writes it"));
    }
    if let Some(told) = another(&project, &access, &folder) {
        terminal.say(&format!("note: {told}"));
    }
    args.select.check(project.rendered.all().flat_map(|profile| &profile.resources))?;
    let mut answer = Answer { diffs: Vec::new(), objects: Vec::new() };
    let above = if layout == Layout::Overlays { "overlays/" } else { "" };
    for name in names(&project, &access, &folder, above)? {
        let path = if name == delivery::NAME { name.clone() } else { format!("{above}{name}") };
        let is_there = access.is_folder(&format!("{folder}/{path}"));
        let old = if is_there { objects(&access, &folder, &path)? } else { Vec::new() };
        one(args, &project, &name, &format!("{folder}/{path}"), &old, &mut answer);
    }
    std::mem::forget(project);
    Ok(Some(answer))
}

/// Whose tree it is, if not this project's. One whose `.kgen.json` cannot be read says nothing; `kgen render` refuses it.
fn another(project: &Project, access: &Access, folder: &str) -> Option<String> {
    let bytes = access.read(&format!("{folder}/{}", manifest::NAME), Limit::CONFIGURATION).ok()?;
    let theirs = manifest::Manifest::parse(&bytes).ok()?.owner?;
    target::owner(&project.workspace, Path::new(folder)).apart(&theirs, Path::new(folder))
}

fn one(args: &Args, project: &Project, name: &str, shown: &str, old: &[Resource], answer: &mut Answer) {
    let profile = project.rendered.find(name);
    let before = Side { name: shown.to_owned(), objects: args.select.apply(old), causes: None, told: Vec::new() };
    let mut after = match profile {
        Some(profile) => project.side(profile, &args.select),
        None => Side { name: name.to_owned(), objects: Vec::new(), causes: None, told: Vec::new() },
    };
    // The tree leaves them out by design.
    after.objects.retain(|resource| !resource.stream_only);
    let own = profile.and_then(|profile| profile.plan.namespace.clone());
    // What delivers the profiles lives in no profile's namespace.
    let before_in = if name == delivery::NAME { None } else { namespace(old, &after.objects, &own) };
    let mode = Mode { namespaces: (before_in, own), ..Mode::default() };
    answer.diffs.push(between(&before, &after, &mode));
    answer.objects.push((owned(&before), owned(&after)));
}

/// The namespace of a side whose profile nobody knows: its own where an object has it or, as `kubectl -n` is to say it, where
/// objects have none; else the most common one, if the new side has left it.
pub fn namespace(objects: &[Resource], after: &[&Resource], own: &Option<String>) -> Option<String> {
    let namespaced = objects.iter().filter(|resource| !resource.id.is_of_cluster());
    let all: Vec<&Option<String>> = namespaced.map(|resource| &resource.id.namespace).collect();
    if all.contains(&own) {
        return own.clone();
    }
    let mut counts: BTreeMap<&Option<String>, (usize, usize)> = BTreeMap::new();
    for (at, name) in all.into_iter().enumerate() {
        let (count, last) = counts.entry(name).or_default();
        (*count, *last) = (*count + 1, at);
    }
    let most = counts.into_iter().max_by_key(|(_, rank)| *rank).and_then(|(name, _)| name.clone());
    // Objects that stay where they are were never in the namespace of a profile.
    let most = most.filter(|most| after.iter().all(|resource| resource.id.namespace.as_ref() != Some(most)));
    most.or_else(|| own.clone())
}

/// The project's profiles, then folders of others, then what delivers them.
fn names(project: &Project, access: &Access, place: &str, above: &str) -> anyhow::Result<Vec<String>> {
    let mut out: Vec<String> = project.rendered.names().map(|name| name.to_string()).collect();
    let folder = format!("{place}/{above}");
    let is_written = |folder: &str| access.is_file(&format!("{folder}/kustomization.yaml"));
    let mut others = Vec::new();
    for (name, _) in access.list(&folder)?.unwrap_or_default() {
        if is_written(&format!("{folder}/{name}")) && !out.contains(&name) && name != delivery::NAME {
            others.push(name);
        }
    }
    out.extend(others);
    let is_written = is_written(&format!("{place}/{}", delivery::NAME));
    if project.rendered.delivery.is_some() || is_written {
        out.push(delivery::NAME.to_owned());
    }
    Ok(out)
}

fn objects(access: &Access, place: &str, path: &str) -> anyhow::Result<Vec<Resource>> {
    let read = |path: &str| {
        let path = format!("{place}/{path}");
        let text = access.text(&path, Limit::CONFIGURATION)?;
        text.map_err(|_| anyhow!("`{}` is not UTF-8", access.shown(&path)))
    };
    let built = build(path, &read).with_context(|| format!("cannot build the tree in `{}`", access.shown(place)))?;
    Ok(resources(built))
}

fn resources(built: Built) -> Vec<Resource> {
    let component = |id: &Id| built.components.get(&(id.kind.clone(), id.name.clone())).cloned();
    let resource = |object: &Tree| {
        let resource = Resource::new("", object.map_from(&mut |()| None))?;
        Some(Resource { component: component(&resource.id).unwrap_or_default(), ..resource })
    };
    built.objects.iter().filter_map(resource).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(namespaces: &[Option<&str>], own: Option<&str>) -> Option<String> {
        let id = |namespace: &Option<&str>| Id {
            api_version: "v1".into(),
            kind: "Service".into(),
            namespace: namespace.map(str::to_owned),
            name: "a".into(),
        };
        let resource = |namespace| {
            let body = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}});
            Resource {
                id: id(namespace),
                ..Resource::new("manifests", crate::resource::Body::from_json(&body)).unwrap()
            }
        };
        namespace(&namespaces.iter().map(resource).collect::<Vec<_>>(), &[], &own.map(str::to_owned))
    }

    #[test]
    fn a_side_is_in_the_namespace_of_its_profile_or_in_its_most_common_one() {
        assert_eq!(found(&[Some("shop"), Some("tools"), Some("tools")], Some("shop")).as_deref(), Some("shop"));
        assert_eq!(found(&[Some("old"), Some("old"), Some("tools")], Some("shop")).as_deref(), Some("old"));
        assert_eq!(found(&[Some("old"), Some("old")], None).as_deref(), Some("old"));
        assert_eq!(found(&[], Some("shop")).as_deref(), Some("shop"));
    }

    #[test]
    fn a_side_that_leaves_it_to_kubectl_is_in_that_of_its_profile() {
        assert_eq!(found(&[None, Some("tools")], None), None);
        assert_eq!(found(&[None, None, Some("tools")], Some("shop")).as_deref(), Some("shop"));
    }
}
