//! What delivers the tree: objects for Argo CD and for Flux.
//!
//! Owns: which profiles are delivered, mistakes that only all of them together show, and the annotations that keep claims
//! and namespaces from being pruned.
//! Does not own: the objects of each tool (`argocd.rs`, `flux.rs`).
//!
//! These objects belong to no profile, and are in no profile's stream: their settings are those of all profiles, one
//! behind the other.

mod argocd;
mod flux;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::label::Owner;
use super::node::{self, Node, get, map, merged, take, text};
use super::output::Resolver;
use super::{Keeps, Plan, Planned};
use crate::diag::{Diagnostic, Report};
use crate::plan::output::NO_NAMESPACE;
use crate::settings::{From, Settings};
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

crate::declare! {
    /// profiles differ in what all of them share
    ///
    /// `output`, `layout` and `templates` belong to the project, because one tree holds all profiles; the namespace of
    ///   the ApplicationSet and its `preserveResourcesOnDeletion` too, because one ApplicationSet does.
    /// Fix: write them at the top level only.
    ONE_OUTPUT = "one-output", Error;

    /// a profile has the name of what delivers them
    ///
    /// With `delivery:`, the folder `delivery` and the name `delivery` of `kgen render`, `diff` and `explain` are those
    ///   of what delivers the profiles.
    /// Fix: rename the profile.
    DELIVERY_PROFILE = "delivery-profile", Error;

    /// two profiles are delivered to one place
    ///
    /// Argo CD or Flux would write two profiles into one namespace of one cluster. They have the same names there: each
    ///   sync would undo the other's.
    /// Fix: a `destination` (Argo CD), a `kubeConfig` (Flux) or a `namespace` for each; `delivery: null` in a profile
    ///   that nobody delivers.
    DELIVERY_TARGET = "delivery-target", Error;

    /// a word of `delivery` that would have no effect
    ///
    /// A word of `delivery` has no effect beside another, or in this profile. Nothing is ignored silently.
    /// Fix: remove it, or what makes it useless.
    /// Source: https://fluxcd.io/flux/components/kustomize/kustomizations/#health-checks
    DELIVERY_IGNORED = "delivery-ignored", Error;

    /// Argo CD is given what only Flux decrypts
    ///
    /// Files that SOPS encrypted are in the tree as they are. Flux decrypts them, Argo CD does not: it would apply the
    ///   ciphertext as the Secret's value.
    /// Fix: Flux, or another `secretProvider`.
    DELIVERY_SOPS = "delivery-sops", Error;
}

/// The folder of these objects, and the name by which commands know them.
pub const NAME: &str = "delivery";

/// Every template of these objects.
pub const TEMPLATES: [&str; 2] = [argocd::TEMPLATE, flux::TEMPLATE];

/// A profile, rendered.
pub struct Profile<'p> {
    pub settings: &'p Settings,
    /// Whether its tree has the Namespace that it lives in.
    pub has_namespace: bool,
    /// Whether it has what SOPS encrypted.
    pub is_sops: bool,
}

/// A profile that a tool delivers. Origins are those of all profiles together.
struct Member {
    name: Arc<str>,
    root: Node,
    /// What `delivery` says of the tool.
    said: Node,
    namespace: Node,
    labels: Node,
    annotations: Node,
    has_namespace: bool,
    is_sops: bool,
    at: Option<Span>,
}

/// Whether a project wants any of this.
pub fn is_wanted(settings: &Settings) -> bool {
    settings.root.get("delivery").and_then(Tree::as_map).is_some_and(|map| !map.is_empty())
}

/// The objects of all profiles, with their settings. Where the report has errors, they are not to be rendered.
pub fn plan(profiles: &[Profile]) -> (Settings, Plan, Report) {
    let settings = together(profiles);
    let mut report = Report::new();
    let mut objects = Vec::new();
    reserved(profiles, &mut report);
    for (key, plan) in [("argocd", argocd::plan as Tool), ("flux", flux::plan)] {
        let members = members(profiles, key, &settings);
        for member in members.iter().filter(|member| member.namespace.is_null()) {
            let message = "what is delivered needs a namespace, and there is none";
            let d = Diagnostic::new(NO_NAMESPACE, message).at(member.at).in_profile(&member.name);
            report.push(d.hint("add `namespace: NAME`"));
        }
        if !members.is_empty() && !report.has_errors() {
            objects.extend(plan(&settings, &members, &mut report));
        }
    }
    let plan = Plan { profile: NAME.into(), objects, ..Plan::default() };
    (settings, plan, report)
}

type Tool = fn(&Settings, &[Member], &mut Report) -> Vec<(Owner, Planned)>;

/// `deploy/delivery` is no profile's, and `kgen render delivery` neither.
fn reserved(profiles: &[Profile], report: &mut Report) {
    if let Some(profile) = profiles.iter().find(|profile| *profile.settings.profile == *NAME) {
        let root = profile.settings.root.as_map();
        let at = root.and_then(|map| profile.settings.span(&map.entry(NAME)?.key_from));
        let message = "a profile is called `delivery`, as the folder of what delivers the tree";
        report.push(Diagnostic::new(DELIVERY_PROFILE, message).at(at).hint("rename the profile"));
    }
}

/// The settings' entries of all profiles, one behind the other.
fn together(profiles: &[Profile]) -> Settings {
    let entries = profiles.iter().flat_map(|profile| profile.settings.entries.iter().cloned()).collect();
    Settings { profile: NAME.into(), preset: NAME.into(), root: Tree::null(), entries }
}

/// Those of the profiles that a tool delivers.
fn members(profiles: &[Profile], key: &str, settings: &Settings) -> Vec<Member> {
    let mut first = 0;
    let mut out = Vec::new();
    for profile in profiles {
        let moved = |node: &Node| moved(node, first);
        let root = moved(&profile.settings.root);
        if let Some(entry) = root.at(&["delivery"]).and_then(Tree::as_map).and_then(|map| map.entry(key)) {
            out.push(Member {
                name: profile.settings.profile.clone(),
                said: entry.value.clone(),
                namespace: node::maybe(Resolver::new(profile.settings).namespace().map(|node| moved(&node))),
                labels: take(&root, "labels").or_empty(),
                annotations: take(&root, "annotations").or_empty(),
                has_namespace: profile.has_namespace,
                is_sops: profile.is_sops,
                at: settings.span(&entry.key_from),
                root,
            });
        }
        first += profile.settings.entries.len() as u32;
    }
    out
}

/// The same value, whose origins are entries further on.
fn moved(node: &Node, by: u32) -> Node {
    node.map_from(&mut |from| match from {
        From::Nowhere => From::Nowhere,
        From::One(id) => From::One(id + by),
        From::Many(ids) => From::Many(Arc::new(ids.iter().map(|id| id + by).collect())),
    })
}

impl Member {
    fn name_node(&self) -> Node {
        (&*self.name).into()
    }

    fn project(&self) -> Node {
        take(&self.root, "project")
    }

    /// The folder that kustomize builds, in the repository.
    fn path(&self) -> Node {
        let top = get(&self.said, "path").cloned().unwrap_or_else(|| take(&self.root, "output"));
        let layout = take(&self.root, "layout");
        let inner = if layout.as_str() == Some("flat") { "" } else { "overlays/" };
        let path = format!("{}/{inner}{}", top.to_string().trim_end_matches('/'), self.name);
        text(path, &top.from.and(&layout.from))
    }

    fn owner(&self, id: String) -> Owner {
        Owner { id, section: NAME, name: self.project().to_string(), from: self.project().from }
    }
}

/// The labels of an object, beside the project's own.
fn labels(project: &Node, own: &Node) -> Node {
    let labels = map([
        ("app.kubernetes.io/name", project.clone()),
        ("app.kubernetes.io/instance", project.clone()),
        ("app.kubernetes.io/component", NAME.into()),
        ("app.kubernetes.io/part-of", project.clone()),
        ("app.kubernetes.io/managed-by", "kgen".into()),
    ]);
    merged(labels, own)
}

/// Two profiles in one place would undo each other. `cluster` says which, where that is known.
fn same_target(members: &[Member], cluster: impl Fn(&Member) -> Option<String>, report: &mut Report) {
    let mut seen: BTreeMap<(String, String), &Member> = BTreeMap::new();
    for member in members {
        let Some(cluster) = cluster(member) else { continue };
        if let Some(other) = seen.insert((cluster, member.namespace.to_string()), member) {
            let (a, b, namespace) = (&other.name, &member.name, &member.namespace);
            let message = format!("`{a}` and `{b}` are delivered to one namespace, `{namespace}`, of one cluster");
            let d = Diagnostic::new(DELIVERY_TARGET, message).at(member.at);
            let hint = "they would undo each other: give each a cluster or a `namespace` of its own";
            report.push(d.hint(format!("{hint}; `delivery: null` in a profile leaves it out")));
            return;
        }
    }
}

/// The annotations of what must outlive the tree: neither tool deletes it. `kubectl apply` takes no notice of them.
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources,
/// https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
pub fn protection(root: &Node) -> Node {
    const TOOLS: [(&str, &str, &str); 2] = [
        ("argocd", "argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
        ("flux", "kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ];
    let mut out = Map::new();
    for (tool, key, value) in TOOLS {
        if let Some(entry) = root.get("delivery").and_then(Tree::as_map).and_then(|map| map.entry(tool)) {
            out.insert_from(key, entry.key_from.clone(), text(value, &entry.key_from));
        }
    }
    Kind::Map(out).into()
}

/// Puts the protection on what keeps data, below what the project says itself.
pub fn protect(objects: &mut [(Owner, Planned)], protection: &Node) {
    if protection.as_map().is_none_or(Map::is_empty) {
        return;
    }
    for (_, planned) in objects {
        let retains = get(&planned.context, "retain").and_then(Tree::as_bool) == Some(true);
        if planned.keeps == Keeps::Data || (planned.keeps == Keeps::Store && retains) {
            let own = take(&planned.context, "annotations").or_empty();
            let annotations = map([("annotations", merged(protection.clone(), &own))]);
            planned.context = merged(std::mem::take(&mut planned.context), &annotations);
        }
    }
}
