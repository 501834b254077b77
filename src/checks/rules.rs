//! Every rule of what a project and its objects say, in the order of the rooms that have them.
//!
//! Owns: the list, finding a rule by its id, and the rules about naming rules.
//! Does not own: the rules of other rooms, each of which stands beside what finds it.

use crate::diag::Rule;
use crate::{access, output, plan, project, render, resource, seal, settings};

crate::declare! {
    /// `allow` names no check
    ///
    /// `allow` of a component (or the annotation `allow.kgen.dev/ID` of a manifest) silences a check by its id, and no
    ///   check has this id: nothing is silenced.
    /// Fix: take the suggested id; the ids stand in brackets in each message.
    ALLOW_UNKNOWN = "allow-unknown", Error;

    /// `allow` names a check that nothing silences
    ///
    /// This check cannot be silenced: the API server or the server itself refuses what it finds, or it leaks a secret,
    ///   whatever the reason is. Or the reason is empty.
    /// Fix: follow the hint of the message itself.
    ALLOW_REFUSED = "allow-refused", Error;

    /// `allow` of a check that finds nothing
    ///
    /// An `allow` for a check that finds nothing in this component, in any profile. It would hide the next real
    ///   finding.
    /// Fix: remove it.
    ALLOW_UNUSED = "allow-unused", Warning;
}

#[rustfmt::skip]
const ROOMS: &[&[&Rule]] = &[
    // The project file.
    project::node::RULES, project::RULES, project::schema::RULES, access::fault::RULES, settings::RULES,
    settings::merge::RULES, settings::overrides::RULES,
    // Planning.
    plan::RULES, plan::reference::RULES, plan::output::RULES, plan::env::RULES, plan::app::RULES, plan::port::RULES, plan::probe::RULES,
    plan::job::RULES, plan::route::RULES, plan::scaling::RULES, plan::volume::RULES, plan::mode::RULES, plan::store::RULES, plan::server::RULES,
    plan::redis::RULES, plan::member::RULES, plan::sentinel::RULES, plan::operator::RULES, plan::database::RULES, plan::layout::RULES,
    plan::admission::RULES, plan::cnpg::RULES, plan::barman::RULES, plan::parameter::RULES, plan::need::RULES, plan::secret::RULES,
    plan::given::RULES, plan::placeholder::RULES, plan::sealed::RULES, plan::sops::RULES, seal::file::RULES,
    plan::delivery::RULES,
    // Objects.
    render::RULES, resource::check::RULES, resource::schema::RULES, resource::reader::RULES, resource::values::form::RULES,
    resource::values::metadata::RULES, resource::values::container::RULES, resource::values::workload::RULES,
    resource::values::network::RULES, resource::values::quantities::RULES, resource::values::custom::RULES,
    resource::probe::RULES, resource::security::RULES, resource::references::RULES, resource::references::network::RULES,
    output::amend::RULES, output::refuse::RULES,
    // Objects beside each other.
    super::leaks::RULES, super::twin::RULES, RULES, super::volume::RULES, super::store::RULES,
    super::probe::RULES, super::scaling::RULES, super::container::RULES, super::image::RULES, super::env::RULES, super::network::RULES,
    super::version::RULES, super::unused::RULES,
];

pub fn all() -> impl Iterator<Item = &'static Rule> + Clone {
    ROOMS.iter().copied().flatten().copied()
}

/// The rule of an id; `None` where there is none.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Those that a component or a manifest may allow.
pub fn allowable() -> impl Iterator<Item = &'static str> {
    all().filter(|rule| rule.allow).map(|rule| rule.id)
}
