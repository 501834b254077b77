//! What a component is, as far as no object of it says so.
//!
//! Owns: the facts that later stages ask for, by the component that an object belongs to.
//! Does not own: how they are found, which each kind of component does where it is planned.

use crate::format::server::Server;

/// Of one component in one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What a store runs, by its settings and its image: its tag may not say it.
    pub server: Option<Server>,
    /// One server has the data: a second one, beside it or before it has gone, would be another store.
    pub is_alone: bool,
    /// The port of the exporter beside a store.
    pub exporter: Option<i64>,
    /// Where its dumps go, if not to a claim.
    pub bucket: Option<Bucket>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// `s3://bucket/prefix`.
    pub url: String,
    /// Whose it is, where it is not Amazon's.
    pub endpoint: Option<String>,
}
