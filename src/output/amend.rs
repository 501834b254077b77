//! Objects and changes that the project writes itself: `manifests` and `patches`.
//!
//! Owns: giving raw objects the labels and the namespace of the rest, and applying patches to rendered objects.
//! Does not own: how patches merge (`output/merge_patch.rs`, `output/json_patch.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{json_patch, merge_patch};
use crate::diag::{Diagnostic, Report, Rule};
use crate::files::Files;
use crate::plan::node::Node;
use crate::plan::{Plan, keep};
use crate::project::node::{self, Dialect};
use crate::project::scan::{self, Leak};
use crate::project::{MISSING_KEY, mask};
use crate::render::{NAMELESS_OBJECT, SECRET_ELSEWHERE};
use crate::resource::{self, Id, Origin, Place, Resource, items};
use crate::settings::{From, Settings};
use crate::source::{Sources, Span};
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// a manifest that is no YAML
    ///
    /// A file of `manifests` cannot be read as YAML.
    MANIFEST_YAML = "manifest-yaml", Error;

    /// a patch of no object
    ///
    /// A patch has a target that no object is.
    PATCH_MATCHES_NOTHING = "patch-matches-nothing", Error;

    /// a patch without effect
    ///
    /// The object is already as the patch wants it.
    PATCH_CHANGES_NOTHING = "patch-changes-nothing", Error;

    /// a patch of what an object is called
    ///
    /// A patch may not change what an object is called: what refers to it would not find it.
    PATCH_IDENTITY = "patch-identity", Error;

    /// a patch that cannot be applied
    ///
    /// A patch cannot be applied to its object.
    PATCH_FAILS = "patch-fails", Error;
}

/// The raw objects of a profile.
pub fn manifests(plan: &Plan, settings: &Settings, sources: &Sources, report: &mut Report) -> Vec<Resource> {
    let mut out = Vec::new();
    for manifest in &plan.manifests {
        for body in bodies(manifest, settings, sources, report) {
            match resource(body, plan, settings) {
                Some(resource) => out.push(resource),
                None => {
                    let message = "a manifest needs `apiVersion`, `kind` and `metadata.name`";
                    let d = Diagnostic::new(NAMELESS_OBJECT, message)
                        .at(manifest.first_leaf().and_then(|leaf| settings.span(&leaf.from)));
                    report.push(d);
                }
            }
        }
    }
    out
}

/// The file that a manifest stands for.
fn file(manifest: &Node) -> Option<&Node> {
    manifest.as_map().filter(|map| map.len() == 1).and_then(|map| map.get("file"))
}

/// Makes the files that manifests name known to messages, secrets masked; the answer is those that stand in texts.
pub fn add_files(plans: &[(Settings, Plan)], files: &Files, sources: &mut Sources) -> Vec<Leak> {
    let mut named: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for (settings, plan) in plans {
        for node in plan.manifests.iter().filter_map(file) {
            let places = named.entry(node.as_str().unwrap_or_default().to_owned()).or_default();
            places.extend(settings.span(&node.from));
        }
    }
    let mut leaks = Vec::new();
    for (path, places) in named {
        if let Some(text) = files.text(&path) {
            let id = sources.name(&path, &text);
            match node::parse_all(sources, id, Dialect::Manifest) {
                Ok(trees) => {
                    let trees = items::apart(trees);
                    mask::objects(sources, id, &trees);
                    leaks.extend(trees.iter().flat_map(|tree| scan::manifest(sources, tree, &places)));
                }
                Err(_) => mask::all(sources, id),
            }
        }
    }
    leaks.iter().for_each(|leak| sources.mask(leak.hidden));
    leaks
}

/// One object, or those of a file.
fn bodies(manifest: &Node, settings: &Settings, sources: &Sources, report: &mut Report) -> Vec<Tree<Origin>> {
    let Some(file) = file(manifest) else { return items::apart(vec![placed(manifest, settings, sources)]) };
    let path = file.as_str().unwrap_or_default();
    let Some(id) = sources.named(path) else { return Vec::new() };
    match node::parse_all(sources, id, Dialect::Manifest) {
        Ok(trees) => items::apart(trees).iter().map(|tree| file_origins(tree, path, sources)).collect(),
        Err(error) => {
            let named = settings.span(&file.from).map(|span| (span, "named here".to_owned()));
            report.push(Diagnostic { rule: MANIFEST_YAML, notes: named.into_iter().collect(), ..error });
            Vec::new()
        }
    }
}

fn file_origins(tree: &Tree<crate::source::Span>, path: &str, sources: &Sources) -> Tree<Origin> {
    let path: Arc<str> = path.into();
    tree.map_from(&mut |span| {
        let line = sources.place(*span).line as u32;
        Some(Arc::new(Place { file: path.clone(), line, settings: Vec::new(), control: Vec::new() }))
    })
}

/// A raw node's own place: where it is written, and the setting that it is.
fn placed(node: &Node, settings: &Settings, sources: &Sources) -> Tree<Origin> {
    let mut above = None;
    node.leaves(&mut |_, leaf| above = above.or_else(|| settings.span(&leaf.from)));
    node.map_from(&mut |from: &From| {
        let span = settings.span(from).or(above)?;
        let line = sources.place(span).line as u32;
        let file: Arc<str> = sources.get(span.file).path.as_str().into();
        Some(Arc::new(Place { file, line, settings: from.ids().to_vec(), control: Vec::new() }))
    })
}

fn resource(mut body: Tree<Origin>, plan: &Plan, settings: &Settings) -> Option<Resource> {
    Id::of(&body)?;
    let metadata = body.as_map_mut()?.get_mut("metadata")?;
    let origin = metadata.from.clone();
    let kind = Id::of(&body)?;
    let may_go = keep::may_go(&kind.kind, &body);
    let metadata = body.as_map_mut()?.get_mut("metadata")?.as_map_mut()?;
    if let Some(namespace) = plan.namespace.as_deref().filter(|_| is_namespaced(&kind))
        && !metadata.contains_key("namespace")
    {
        let from = settings.root.at(&["namespace", "name"]).map(|name| &name.from);
        metadata.insert_from(
            "namespace",
            origin.clone(),
            Tree::new(Kind::String(namespace.into()), made(&origin, from)),
        );
    }
    let labels = common(plan, settings, &origin, may_go);
    let own = metadata.remove("labels").unwrap_or_else(|| Tree::new(Kind::Map(Map::new()), origin.clone()));
    let merged = merge_patch::apply(&labels, &own).ok().and_then(|merged| merged.object).unwrap_or(own);
    metadata.insert_from("labels", origin.clone(), merged);
    annotate(metadata, settings, &origin);
    if ["Namespace", "PersistentVolumeClaim"].contains(&&*kind.kind) {
        below(metadata, plan.protection.as_map(), &origin);
    }
    Resource::new("manifests", body)
}

/// What kgen puts beside a place: made from a setting, or from nothing that stands there.
fn made(beside: &Origin, from: Option<&From>) -> Origin {
    let settings = from.map(|from| from.ids().to_vec()).unwrap_or_default();
    beside.as_ref().map(|place| Arc::new(Place { settings, ..(**place).clone() }))
}

/// The project's annotations, below the object's own.
fn annotate(metadata: &mut Map<Origin>, settings: &Settings, origin: &Origin) {
    below(metadata, settings.root.get("annotations").and_then(Tree::as_map), origin);
}

/// Annotations below the object's own.
fn below(metadata: &mut Map<Origin>, all: Option<&Map<From>>, origin: &Origin) {
    let Some(all) = all.filter(|map| !map.is_empty()) else { return };
    let mut out = Map::new();
    for (key, value) in all.iter().filter(|(_, value)| !value.is_null()) {
        let from = made(origin, Some(&value.from));
        out.insert_from(key.clone(), from.clone(), Tree::new(Kind::String(value.to_string().into()), from));
    }
    let own = metadata.remove("annotations").unwrap_or_else(|| Tree::new(Kind::Map(Map::new()), origin.clone()));
    let out = Tree::new(Kind::Map(out), origin.clone());
    let merged = merge_patch::apply(&out, &own).ok().and_then(|merged| merged.object).unwrap_or(own);
    metadata.insert_from("annotations", origin.clone(), merged);
}

/// Kinds of the whole cluster; what is not known is taken to live in a namespace, as kustomize does.
fn is_namespaced(id: &Id) -> bool {
    const CLUSTER: &[&str] = &[
        "Namespace",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "IngressClass",
        "RuntimeClass",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "APIService",
        "ClusterSecretStore",
        "ClusterIssuer",
        "GatewayClass",
        "CSIDriver",
        "VolumeAttachment",
        "Node",
    ];
    !CLUSTER.contains(&&*id.kind)
}

/// The labels by which a project's objects are found.
fn common(plan: &Plan, settings: &Settings, origin: &Origin, may_go: bool) -> Tree<Origin> {
    let project = settings.root.get("project").cloned().unwrap_or_default();
    let mut map = Map::new();
    let mut add = |key: &str, value: &str, from: Option<&From>| {
        let from = made(origin, from);
        map.insert_from(key, from.clone(), Tree::new(Kind::String(value.into()), from));
    };
    add("app.kubernetes.io/part-of", project.as_str().unwrap_or_default(), Some(&project.from));
    add("app.kubernetes.io/managed-by", "kgen", None);
    add("kgen.dev/profile", &settings.profile, None);
    if !may_go {
        add(keep::LABEL, "true", None);
    }
    for (key, value) in plan.labels.as_map().into_iter().flat_map(Map::iter) {
        add(key, &value.to_string(), Some(&value.from));
    }
    Tree::new(Kind::Map(map), origin.clone())
}

/// Applies the profile's patches, in order. One that matches nothing, or changes nothing, is a mistake.
pub fn patches(
    plan: &Plan,
    settings: &Settings,
    sources: &Sources,
    resources: &mut Vec<Resource>,
    report: &mut Report,
) {
    let mut names = names(resources);
    for patch in &plan.patches {
        let before = resources.len();
        if let Err(diagnostic) = apply(patch, settings, sources, resources, &mut names) {
            report.push(*diagnostic);
        }
        if resources.len() != before {
            names = self::names(resources);
        }
    }
}

/// Which objects have a name: a patch of each of a thousand apps looks at one. A Job is named by its component too.
type Names = BTreeMap<String, Vec<usize>>;

fn names(resources: &[Resource]) -> Names {
    let mut out = Names::new();
    for (index, resource) in resources.iter().enumerate() {
        let base = resource.component.strip_prefix("jobs.").filter(|base| *base != resource.id.name);
        for name in base.into_iter().chain([&*resource.id.name]) {
            out.entry(name.to_owned()).or_default().push(index);
        }
    }
    out
}

fn apply(
    patch: &Node,
    settings: &Settings,
    sources: &Sources,
    resources: &mut Vec<Resource>,
    names: &mut Names,
) -> Result<(), Box<Diagnostic>> {
    let field = |key: &str| patch.at(&["target", key]).and_then(Tree::as_str);
    let place = patch.first_leaf().and_then(|leaf| settings.span(&leaf.from));
    let fail = |rule: &'static Rule, message: String| Box::new(Diagnostic::new(rule, message).at(place));
    let Some(change) = patch.get("patch").filter(|change| change.is_container()) else {
        return Err(Box::new(
            fail(MISSING_KEY, "a patch has no `patch`".into()).hint("add `patch:`, a map or a list of operations"),
        ));
    };
    if field("kind").is_none() && field("name").is_none() {
        let d = fail(MISSING_KEY, "a patch has no `target` with a `kind` or a `name`".into());
        return Err(Box::new(d.hint("add `target: {kind: Deployment, name: NAME}`")));
    }
    let matches = |resource: &Resource| {
        field("kind").is_none_or(|kind| kind == resource.id.kind)
            && field("name").is_none_or(|name| name == resource.id.name || is_hashed(resource, name))
            && field("apiVersion").is_none_or(|version| version == resource.id.api_version)
    };
    let what = [field("kind").unwrap_or("any kind"), field("name").unwrap_or("any name")].join("/");
    let inside = change.first_leaf().and_then(|leaf| settings.span(&leaf.from));
    let change = placed(change, settings, sources);
    let (mut matched, mut changed) = (0, 0);
    let mut deleted = BTreeSet::new();
    // In place: what one patch fails on is there for the next.
    let all = || (0..resources.len()).collect();
    let named = field("name").map_or_else(all, |name| names.get(name).cloned().unwrap_or_default());
    for index in named {
        let resource = &mut resources[index];
        if !matches(resource) {
            continue;
        }
        matched += 1;
        let (body, did) = patched(&resource.body, &change).map_err(|reason| {
            let d = fail(PATCH_FAILS, format!("the patch of {}: {reason}", resource.id));
            Box::new(d.at(inside).in_profile(&settings.profile))
        })?;
        changed += usize::from(did);
        let Some(body) = body else {
            deleted.insert(index);
            continue;
        };
        let id = Id::of(&body).filter(|id| *id == resource.id);
        if id.is_none() {
            let d = fail(PATCH_IDENTITY, format!("the patch of {} changes what the object is called", resource.id));
            return Err(Box::new(d.hint("leave out `apiVersion`, `kind`, `metadata.name` and `metadata.namespace`")));
        }
        if let Some(path) = resource::stray(&resource.id, &body) {
            let message = format!("the patch of {} puts a secret value at `{path}`", resource.id);
            let d = fail(SECRET_ELSEWHERE, message).at(inside).in_profile(&settings.profile);
            return Err(Box::new(d.hint("only `data` of a Secret holds secret values")));
        }
        resource.body = body;
        rehash(resource);
        if !names.contains_key(&resource.id.name) {
            names.insert(resource.id.name.clone(), vec![index]);
        }
    }
    let mut index = 0..;
    resources.retain(|_| !index.next().is_some_and(|index| deleted.contains(&index)));
    match (matched, changed) {
        (0, _) => {
            let names: Vec<String> = resources.iter().map(|resource| resource.id.to_string()).collect();
            let hint = crate::diag::suggest::did_you_mean(&what, names.iter().map(String::as_str));
            let d = *fail(PATCH_MATCHES_NOTHING, format!("the patch of {what} matches no object"));
            Err(Box::new(d.in_profile(&settings.profile).maybe_hint(hint)))
        }
        (_, 0) => {
            let d = *fail(PATCH_CHANGES_NOTHING, format!("the patch of {what} changes nothing"));
            Err(Box::new(d.in_profile(&settings.profile).hint("the object is so already; remove the patch")))
        }
        _ => Ok(()),
    }
}

/// A Job's spec can never change, so a patched one is another Job.
pub fn rehash(resource: &mut Resource) {
    let component = resource.component.clone();
    if let Some(base) = component.strip_prefix("jobs.").filter(|_| resource.id.kind == "Job") {
        crate::render::rename(&mut resource.body, base);
        resource.id = Id::of(&resource.body).unwrap_or_else(|| resource.id.clone());
    }
}

/// A Job is named by its component; the hash behind it is not to be written by hand.
fn is_hashed(resource: &Resource, name: &str) -> bool {
    resource.id.kind == "Job" && resource.component.strip_prefix("jobs.") == Some(name)
}

/// The changed object, `None` where the patch deletes it, and whether anything changed.
fn patched(body: &Tree<Origin>, change: &Tree<Origin>) -> Result<(Option<Tree<Origin>>, bool), String> {
    match &change.kind {
        Kind::List(operations) => {
            let mut body = body.clone();
            let changed = json_patch::apply(&mut body, operations)?;
            Ok((Some(body), changed))
        }
        _ => {
            let merged = merge_patch::apply(body, change)?;
            Ok((merged.object, merged.changed))
        }
    }
}
