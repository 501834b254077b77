//! What differs between two sets of objects, and what an apply of the second would do to a system that runs the first.
//!
//! Owns: the answer as data. `compare` makes it, `impact` judges it, the formats only write it.
//! Does not own: where the objects come from (`commands/diff`), how they are rendered.

mod behind;
pub mod between;
pub mod cause;
pub mod compare;
pub mod data;
pub mod fold;
pub mod html;
pub mod human;
mod identity;
pub mod impact;
pub mod json;
pub mod lists;
pub mod many;
pub mod markdown;
pub mod pairing;
pub mod place;
pub mod plain;
pub mod schema;
pub mod server;
pub mod shown;
pub mod unified;

use std::borrow::Cow;
use std::sync::Arc;

use crate::resource::{Id, Part};

/// What an apply does to the running system, from least to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// Nothing that runs notices.
    #[default]
    None,
    /// Takes effect without a restart.
    Live,
    /// Pods are replaced.
    Restart,
    /// The API refuses the change of an immutable field: the object must be deleted and made anew.
    Recreate,
    /// Data goes away, or can no longer be read.
    DataLoss,
}

impl Impact {
    pub const ALL: [Impact; 5] = [Impact::None, Impact::Live, Impact::Restart, Impact::Recreate, Impact::DataLoss];

    /// As `--fail-on` and every format write it.
    pub fn word(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Live => "live",
            Impact::Restart => "restart",
            Impact::Recreate => "recreate",
            Impact::DataLoss => "data-loss",
        }
    }
}

/// All differences between two sides, of one profile or of one pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the old side is: `dev`, `deploy/overlays/prod`, `HEAD~1`, `the cluster`.
    pub old: String,
    pub new: String,
    /// In the order of the stream; of equal rank those that go away first.
    pub objects: Vec<Object>,
    /// Objects on both sides without a difference.
    pub equal: usize,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Of the new side; of the old one where it goes away.
    pub id: Id,
    /// `redis.cache`; empty where the side does not know.
    pub component: Arc<str>,
    /// What tells it from others: the namespace where that is not the profile's, the version too of one of two twins.
    pub apart: Option<String>,
    pub what: What,
    /// The worst of its changes and effects.
    pub impact: Impact,
    /// Why an object that comes, goes or is renamed has its impact; a changed one says so at each change.
    pub reason: Option<Reason>,
    pub changes: Vec<Change>,
    /// What follows in other objects and is not shown there: a changed ConfigMap restarts those that read it.
    pub effects: Vec<Effect>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Added,
    Removed,
    Changed,
    /// The same object under another name; `changes` is empty.
    Renamed {
        from: Id,
    },
}

/// One field that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// With indexes of the new side (of the old one where it goes away).
    pub path: Vec<Part>,
    /// The path with the keys of keyed lists: `spec.template.spec.containers[api].env[PORT].value`.
    pub place: String,
    /// `None` where there was nothing.
    pub old: Option<Shown>,
    pub new: Option<Shown>,
    pub impact: Impact,
    pub reason: Option<Reason>,
    /// Where the new value comes from, or the old one where it goes away.
    pub cause: Option<Cause>,
}

/// A value as it may be shown: secret values are masked before they get here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A scalar, as YAML would write it on one line.
    Scalar(String),
    /// What the server writes where nothing is written any more: `1 (default)`.
    Default(String),
    /// A text of several lines, to be compared line by line.
    Text(String),
    /// A map or list, as YAML.
    Block(String),
    /// `***`, or `*** (changed)` on the new side of one that differs.
    Masked(&'static str),
}

/// Which rule of `impact` decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Kebab-case; `kgen explain ID` prints its page.
    pub id: &'static str,
    /// One sentence in lower case.
    pub text: Cow<'static, str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `redis.cache.resources.limits.memory`; empty for a template's own text.
    pub setting: String,
    /// `profiles.prod`, `preset prod`; empty for a template's own text.
    pub layer: String,
    /// `kgen.yaml`, from 1.
    pub file: String,
    pub line: u32,
}

/// What a change does to another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub id: Id,
    pub impact: Impact,
    pub reason: Reason,
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The worst that an apply does.
    pub fn impact(&self) -> Impact {
        self.objects.iter().map(|object| object.impact).max().unwrap_or_default()
    }
}
