//! An ApplicationSet: a list with an element for each profile, and the Application that is made of each.
//!
//! Owns: what all profiles share and what is an element's. Texts of the project file that stand in the Application are no
//! templates of Go's: `{{` in them is written so that it comes out as `{{`.
//! Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/GoTemplate/

use super::super::Planned;
use super::super::label::Owner;
use super::super::node::{Node, compact, filled, get, list, map, merged, pairs, str_of, take, text};
use super::Member;
use crate::diag::{Diagnostic, Report};
use crate::plan::delivery::{DELIVERY_SOPS, ONE_OUTPUT};
use crate::project::MISSING_KEY;
use crate::settings::{From, Settings};
use crate::tree::{Kind, Map, Tree};

pub const TEMPLATE: &str = "delivery/applicationset.yaml";

pub fn plan(settings: &Settings, members: &[Member], report: &mut Report) -> Vec<(Owner, Planned)> {
    members.iter().for_each(|member| mistakes(member, report));
    for key in ["namespace", "preserveResourcesOnDeletion"] {
        one_set(settings, members, key, report);
    }
    super::same_target(members, |member| Some(cluster(member)), report);
    let Some(first) = members.first().filter(|_| !report.has_errors()) else { return Vec::new() };
    let mut elements = Elements(members.iter().map(element).collect());
    let application = application(members, &mut elements);
    let patch = elements.0.iter().any(|element| element.contains_key("patch"));
    if patch {
        for element in elements.0.iter_mut().filter(|element| !element.contains_key("patch")) {
            element.insert("patch", Tree::map::<&str, Node>([]));
        }
    }
    let project = first.project();
    let context = map([
        ("name", project.clone()),
        ("namespace", take(&first.said, "namespace")),
        ("labels", super::labels(&project, &shared(members, |member| &member.labels))),
        ("annotations", filled(shared(members, |member| &member.annotations))),
        ("elements", list(elements.0.into_iter().map(|element| Kind::Map(element).into()).collect())),
        ("preserve", take(&first.said, "preserveResourcesOnDeletion")),
        ("application", application),
        ("patch", if patch { "{{ toJson .patch }}".into() } else { Node::null() }),
    ]);
    vec![(first.owner("delivery.argocd".into()), Planned::new(TEMPLATE, context))]
}

fn mistakes(member: &Member, report: &mut Report) {
    if get(&member.said, "repoURL").is_none() {
        let d = Diagnostic::new(MISSING_KEY, "`delivery.argocd` has no `repoURL`").at(member.at);
        report.push(d.hint("name the repository that the tree is in: `repoURL: https://git.example.org/shop.git`"));
    }
    if member.is_sops {
        let message = "Argo CD does not decrypt the files of `secretProvider: sops`";
        let d = Diagnostic::new(DELIVERY_SOPS, message).at(member.at).in_profile(&member.name);
        report.push(d.hint("Flux does: `delivery: {flux: {}}`; or take another provider, `sealed` or `external`"));
    }
}

/// What is the ApplicationSet's, not an Application's.
fn one_set(settings: &Settings, members: &[Member], key: &str, report: &mut Report) {
    let values = || members.iter().map(|member| take(&member.said, key));
    let first = values().next().unwrap_or_default();
    if let Some(other) = values().find(|value| *value != first) {
        let from = if other.is_null() { &first.from } else { &other.from };
        let message = format!("`delivery.argocd.{key}` differs between profiles, but one ApplicationSet has them all");
        let d = Diagnostic::new(ONE_OUTPUT, message).at(settings.span(from));
        report.push(d.hint("write it at the top level only"));
    }
}

fn cluster(member: &Member) -> String {
    let said = |key: &str| member.said.at(&["destination", key]).map(|value| format!("{key}={value}"));
    said("server").or_else(|| said("name")).unwrap_or_default()
}

/// The project's labels or annotations that are the same in all profiles.
fn shared(members: &[Member], of: fn(&Member) -> &Node) -> Node {
    let mut out = Map::new();
    for (key, entry) in members.first().and_then(|member| of(member).as_map()).into_iter().flat_map(Map::entries) {
        if members.iter().all(|member| of(member).get(key) == Some(&entry.value)) {
            out.insert_from(key.clone(), entry.key_from.clone(), entry.value.clone());
        }
    }
    Kind::Map(out).into()
}

/// What every element has: which profile, where to.
fn element(member: &Member) -> Map<From> {
    let destination = take(&member.said, "destination");
    let element = compact([
        ("profile", member.name_node()),
        ("namespace", member.namespace.clone()),
        ("server", take(&destination, "server")),
        ("name", take(&destination, "name")),
        ("path", member.path()),
    ]);
    element.as_map().cloned().unwrap_or_default()
}

struct Elements(Vec<Map<From>>);

impl Elements {
    /// A text that all profiles share is written; one that differs is each element's.
    fn text(&mut self, key: &str, values: Vec<Node>) -> Node {
        if values.windows(2).all(|pair| pair[0] == pair[1]) {
            return values.first().map(literal).unwrap_or_default();
        }
        let from = values.iter().fold(From::Nowhere, |from, value| from.and(&value.from));
        for (element, value) in self.0.iter_mut().zip(values) {
            element.insert_from(key, value.from.clone(), value);
        }
        text(format!("{{{{ .{key} }}}}"), &from)
    }

    /// As [`Elements::text`], of what is no text: where it differs it is patched in, which takes any value.
    /// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/#template-patch
    fn value(&mut self, section: &str, key: &str, values: Vec<Node>) -> Node {
        if values.windows(2).all(|pair| pair[0] == pair[1]) {
            return values.first().map(literal).unwrap_or_default();
        }
        for (element, value) in self.0.iter_mut().zip(values).filter(|(_, value)| !value.is_null()) {
            let patch = element.remove("patch").unwrap_or_else(|| Tree::map::<&str, Node>([]));
            let more = map([(section, map([(key, value)]))]);
            element.insert("patch", merged(patch, &more));
        }
        Node::null()
    }
}

/// A value of the project file in a template of Go's.
fn literal(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::String(text) => Kind::String(text.replace("{{", r#"{{"{{"}}"#).into()),
        Kind::List(items) => Kind::List(items.iter().map(literal).collect()),
        Kind::Map(pairs) => {
            let mut out = Map::new();
            for (key, entry) in pairs.entries() {
                out.insert_from(key.clone(), entry.key_from.clone(), literal(&entry.value));
            }
            Kind::Map(out)
        }
        _ => return node.clone(),
    };
    Tree::new(kind, node.from.clone())
}

fn application(members: &[Member], elements: &mut Elements) -> Node {
    let said = |key: &str| members.iter().map(|member| take(&member.said, key)).collect::<Vec<_>>();
    let project = members.first().map(Member::project).unwrap_or_default();
    let labels = map([("app.kubernetes.io/part-of", project.clone()), ("kgen.dev/profile", "{{ .profile }}".into())]);
    let own = elements.value("metadata", "labels", said("labels"));
    let spec = map([
        ("syncPolicy", elements.value("spec", "syncPolicy", members.iter().map(sync_policy).collect())),
        ("ignoreDifferences", elements.value("spec", "ignoreDifferences", said("ignoreDifferences"))),
        ("info", elements.value("spec", "info", said("info"))),
        ("revisionHistoryLimit", elements.value("spec", "revisionHistoryLimit", said("revisionHistoryLimit"))),
    ]);
    map([
        ("name", text(format!("{project}-{{{{ .profile }}}}"), &project.from)),
        ("labels", merged(labels, &own.or_empty())),
        ("annotations", elements.value("metadata", "annotations", said("annotations"))),
        ("project", elements.text("project", said("project"))),
        ("repoURL", elements.text("repoURL", said("repoURL"))),
        ("targetRevision", elements.text("targetRevision", said("targetRevision"))),
        ("path", text("{{ .path }}", &all(members.iter().map(Member::path)))),
        ("destination", destination(members, elements)),
        ("spec", without_null(&spec)),
    ])
}

fn all(values: impl Iterator<Item = Node>) -> From {
    values.fold(From::Nowhere, |from, value| from.and(&value.from))
}

fn without_null(node: &Node) -> Node {
    let mut out = Map::new();
    for (key, entry) in node.as_map().into_iter().flat_map(Map::entries).filter(|(_, entry)| !entry.value.is_null()) {
        out.insert_from(key.clone(), entry.key_from.clone(), entry.value.clone());
    }
    filled(Kind::Map(out).into())
}

/// By name or by URL. Where some profiles say this and some that, the other one is empty.
fn destination(members: &[Member], elements: &mut Elements) -> Node {
    let mut out = Map::new();
    for key in ["server", "name"] {
        if !elements.0.iter().any(|element| element.contains_key(key)) {
            continue;
        }
        for element in elements.0.iter_mut().filter(|element| !element.contains_key(key)) {
            element.insert(key, "");
        }
        let from = all(members.iter().filter_map(|member| member.said.at(&["destination", key]).cloned()));
        out.insert_from(key, From::Nowhere, text(format!("{{{{ .{key} }}}}"), &from));
    }
    out.insert("namespace", text("{{ .namespace }}", &all(members.iter().map(|member| member.namespace.clone()))));
    Kind::Map(out).into()
}

/// An Application's `syncPolicy`. Argo CD creates the namespace only where the tree does not bring it: two that manage
/// one object would undo each other.
fn sync_policy(member: &Member) -> Node {
    let said = take(&member.said, "syncPolicy");
    let automated = take(&said, "automated");
    let given = take(&said, "syncOptions");
    let mut options: Vec<Node> = pairs(&said, "syncOptions")
        .filter(|(_, entry)| !entry.value.is_null())
        .map(|(key, entry)| text(format!("{key}={}", entry.value), &entry.value.from))
        .collect();
    let asked = get(&given, "CreateNamespace").and_then(Tree::as_bool);
    let creates = asked.unwrap_or(!member.has_namespace);
    if creates && asked.is_none() {
        let because = member.root.at(&["namespace", "create"]).map(|create| create.from.clone());
        options.push(text("CreateNamespace=true", &because.unwrap_or_else(|| member.namespace.from.clone())));
    }
    let policy = compact([
        ("automated", if str_of(&said, "automated") == Some("none") { Node::null() } else { automated }),
        ("syncOptions", filled(list(options))),
        ("retry", take(&said, "retry")),
        ("managedNamespaceMetadata", if creates { take(&said, "managedNamespaceMetadata") } else { Node::null() }),
    ]);
    filled(policy)
}
