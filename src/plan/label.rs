//! Labels, annotations and selectors.
//!
//! Owns: the recommended labels of every object and the two that select pods. Selectors can never change, so they
//! hold only what names a component; what may change (version, profile, the user's labels) never gets into one.
//! Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/

use super::Planner;
use super::node::{Node, get, map, merged, str_of, take, text};
use crate::format;
use crate::settings::From;
use crate::tree::Tree;

/// What an object belongs to.
#[derive(Clone, Debug)]
pub struct Owner {
    /// `apps.api`.
    pub id: String,
    pub section: &'static str,
    pub name: String,
    /// Where the name was written.
    pub from: From,
}

impl Owner {
    /// The value of `app.kubernetes.io/component`.
    fn role(&self) -> &'static str {
        match self.section {
            "apps" => "app",
            "jobs" => "job",
            "configs" => "config",
            "secrets" => "secret",
            other => other,
        }
    }

    pub fn name_node(&self) -> Node {
        text(self.name.as_str(), &self.from)
    }
}

/// `app.kubernetes.io/name` and `instance`: what selects a component's pods.
pub fn selector(cx: &Planner, owner: &Owner) -> Node {
    map([("app.kubernetes.io/name", owner.name_node()), ("app.kubernetes.io/instance", cx.project())])
}

/// What selects the pods of a component, also where an operator makes them.
/// Source: https://cloudnative-pg.io/documentation/current/labels_annotations/
pub fn pods(cx: &Planner, owner: &Owner) -> Node {
    let component = cx.settings.root.at(&[owner.section, &owner.name]);
    match component.and_then(|component| str_of(component, "mode")) {
        Some("cnpg") => map([("cnpg.io/cluster", owner.name_node())]),
        _ => selector(cx, owner),
    }
}

/// The labels of an object's metadata.
pub fn labels(cx: &Planner, owner: &Owner, settings: &Node) -> Node {
    let labels = merged(selector(cx, owner), &identity(cx, owner));
    let profile = map([("kgen.dev/profile", (&*cx.settings.profile).into())]);
    let labels = merged(merged(labels, &profile), &cx.labels.clone().or_empty());
    merged(labels, &take(settings, "labels").or_empty())
}

fn identity(cx: &Planner, owner: &Owner) -> Node {
    map([
        ("app.kubernetes.io/component", owner.role().into()),
        ("app.kubernetes.io/part-of", cx.project()),
        ("app.kubernetes.io/managed-by", "kgen".into()),
    ])
}

/// The labels of what runs the image. Only there: a new tag must not be a change of the Service or the account.
pub fn versioned(labels: Node, settings: &Node) -> Node {
    match version(settings) {
        Some(version) => merged(labels, &map([("app.kubernetes.io/version", version)])),
        None => labels,
    }
}

/// The labels of a component's pods: no version and no profile, so that nothing but a change of the pod restarts it.
pub fn pod_labels(cx: &Planner, owner: &Owner, settings: &Node) -> Node {
    let labels = merged(selector(cx, owner), &identity(cx, owner));
    merged(labels, &take(settings, "podLabels").or_empty())
}

/// The tag of the image, where it can be a label value.
fn version(settings: &Node) -> Option<Node> {
    let image = get(settings, "image")?;
    let tag = format::image(image.as_str()?).ok()?.tag?;
    format::label_value(tag).is_ok().then(|| text(tag, &image.from))
}

/// The annotations of an object: the project's and the component's.
pub fn annotations(cx: &Planner, settings: &Node) -> Node {
    merged(cx.annotations.clone().or_empty(), &take(settings, "annotations").or_empty())
}

impl Tree<From> {
    /// The same value, made from `from` too.
    pub fn of(mut self, from: &From) -> Self {
        self.from = self.from.and(from);
        self
    }
}
