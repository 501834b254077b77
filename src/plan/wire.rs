//! The wiring: who refers to what, by which variable or file.
//!
//! Owns: one wire, typed. It is noted where a reference is put in, so that what refers to nothing, or is composed later by
//! a pod or a controller, is known without reading what was rendered.
//! Does not own: what a reference gives (`output.rs`), the picture (`graph`).

use super::label::Owner;
use super::output::Reached;

/// Who refers to what, and by which variable, file or wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wire {
    /// `apps.api`.
    pub consumer: String,
    /// `redis.cache`.
    pub target: String,
    /// What of the target: `url/1`.
    pub output: String,
    pub via: Via,
}

/// How a component comes by what it refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// An environment variable, also one of a config or secret that it takes whole.
    Env(String),
    /// A file, by where it is mounted.
    File(String),
    /// It waits for the target before it starts.
    Wait,
    /// Another setting, by its path: `args[1]`.
    Setting(String),
}

impl Wire {
    pub fn new(owner: &Owner, reached: Reached, via: Via) -> Self {
        Self { consumer: owner.id.clone(), target: reached.component, output: reached.output, via }
    }

    /// Whether it goes to the one address of its target, rather than to what each member says of itself.
    pub fn is_address(&self) -> bool {
        matches!(self.output.split('/').next(), Some("host" | "fqdn" | "url"))
    }

    /// Whether it names the members of a set, for a client that asks Sentinel itself.
    pub fn is_member(&self) -> bool {
        matches!(&*self.output, "sentinels" | "masterName")
    }
}
