//! What a component is, as far as no object of it says so.
//!
//! Owns: the facts that later stages ask for, by the component that an object belongs to.
//! Does not own: how they are found, which each kind of component does where it is planned.

/// Of one component in one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// One server has the data: a second one, beside it or before it has gone, would be another store.
    pub is_alone: bool,
}
