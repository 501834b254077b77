//! A rendered Kubernetes object.
//!
//! Owns: what identifies an object, where each of its leaves came from, and which component it belongs to.
//! Does not own: how it was rendered (`render`), nor where it is written (`output`).
//!
//! `check` runs all checks of one object: `typed` (Kubernetes' own kinds), `schema` (custom resources), `values`
//! (rules that types do not carry) and `security` (Pod Security). `references` checks a whole set. `normal` writes
//! quantities as the server does.

mod beside;
pub mod check;
mod finding;
pub mod items;
pub mod kinds;
pub mod normal;
pub mod operator;
pub mod pods;
pub mod probe;
pub mod reader;
pub mod reference;
pub mod references;
pub mod schema;
pub mod security;
pub mod typed;
pub mod values;
pub mod walk;

pub use finding::{Finding, Part};

use std::fmt;
use std::sync::Arc;

use crate::plan::Role;
use crate::plan::facts::Facts;
use crate::plan::secret::LATER;
use crate::tree::{Kind, Step, Tree, path_text};

/// Where a leaf of a rendered object came from. `None` unless origins were asked for.
pub type Origin = Option<Arc<Place>>;

/// The content of a rendered object.
pub type Body = Tree<Origin>;

/// A place in a template, and the settings that were read for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `templates/redis/statefulset.yaml`, or the project file for raw manifests and patches.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// What it was made from: indexes into the settings' table of origins.
    pub settings: Vec<u32>,
    /// What decided that it is there.
    pub control: Vec<u32>,
}

impl Place {
    /// The same place, made from these too.
    pub fn and(&self, ids: &[u32]) -> Self {
        let more = ids.iter().copied().filter(|id| !self.settings.contains(id));
        Self { settings: self.settings.iter().copied().chain(more).collect(), ..self.clone() }
    }
}

/// Whether these are the identity of a Secret, the one object whose `data` holds secret values.
pub fn is_secret(id: &Id) -> bool {
    id.api_version == "v1" && id.kind == "Secret"
}

/// Where an object has a secret value, or what stands for a later one, that is none of the `data` of a Secret.
pub fn stray(id: &Id, body: &Body) -> Option<String> {
    let mut found = None;
    body.leaves(&mut |path, leaf| {
        let at_home = is_secret(id) && matches!(path, [Step::Key("data"), Step::Key(_)]);
        let is_value = matches!(leaf.kind, Kind::Secret(_)) || leaf.as_str() == Some(LATER);
        if is_value && !at_home && found.is_none() {
            found = Some(path_text(path));
        }
    });
    found
}

/// All settings that a part of an object was made from, or that decided about it: for what is computed of the whole.
pub fn cited(part: &Body) -> Vec<u32> {
    let mut ids = Vec::new();
    part.leaves(&mut |_, leaf| {
        ids.extend(leaf.from.iter().flat_map(|place| place.settings.iter().chain(&place.control)));
    });
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What tells one object of a stream from another: the same identity as kustomize's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub api_version: String,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl Id {
    /// Reads `apiVersion`, `kind`, `metadata.name` and `metadata.namespace`.
    pub fn of<O>(body: &Tree<O>) -> Option<Self> {
        let text = |path: &[&str]| body.at(path).and_then(Tree::as_str).map(str::to_owned);
        Some(Self {
            api_version: text(&["apiVersion"])?,
            kind: text(&["kind"])?,
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"])?,
        })
    }

    /// The part of `apiVersion` before the slash; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Where kustomize takes the object to be (`EffectiveNamespace`, measured with v5.5.0).
    pub fn namespace_or_default(&self) -> &str {
        self.namespace.as_deref().unwrap_or(DEFAULT)
    }

    /// Whether such objects have no namespace. Of kinds that kgen does not know, those called so: `ClusterIssuer`.
    pub fn is_of_cluster(&self) -> bool {
        const KINDS: [&str; 11] = [
            "APIService",
            "CSIDriver",
            "CustomResourceDefinition",
            "IngressClass",
            "MutatingWebhookConfiguration",
            "Namespace",
            "PersistentVolume",
            "PriorityClass",
            "RuntimeClass",
            "StorageClass",
            "ValidatingWebhookConfiguration",
        ];
        // CloudNativePG's `Cluster` is a database.
        KINDS.contains(&&*self.kind) || self.kind.starts_with("Cluster") && self.kind != "Cluster"
    }
}

/// The namespace of what has none.
pub const DEFAULT: &str = "default";

#[derive(Clone, Debug)]
pub struct Resource {
    pub id: Id,
    /// The component it belongs to, as in the project file: `apps.api`, `redis.cache`; `project` for the namespace,
    /// `manifests` for raw objects.
    pub component: Arc<str>,
    /// With `metadata.namespace` where the object is namespaced and the profile has a namespace.
    pub body: Body,
    /// Not in the tree: a Secret with values from the environment or a file is in the stream only.
    pub stream_only: bool,
    /// What it is of its component.
    pub role: Role,
    /// Of its component; none where no plan made it.
    pub facts: Option<Arc<Facts>>,
}

impl Resource {
    /// Nothing where the object has no `apiVersion`, `kind` or name.
    pub fn new(component: impl Into<Arc<str>>, body: Body) -> Option<Self> {
        Some(Self {
            id: Id::of(&body)?,
            component: component.into(),
            body,
            stream_only: false,
            role: Role::Own,
            facts: None,
        })
    }

    /// What SOPS encrypted: only `sops` makes an object of it that a server takes.
    pub fn is_sops(&self) -> bool {
        self.id.kind == "Secret" && self.body.get("sops").is_some()
    }
}
