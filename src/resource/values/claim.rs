//! Claims of storage, alone and in a StatefulSet.
//!
//! Source: `ValidatePersistentVolumeClaimSpec` (`pkg/apis/core/validation`).

use super::form::{or_empty, text};
use super::quantities;
use crate::format;
use crate::quantity::Quantity;
use crate::resource::Finding;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::{INVALID_NAME, INVALID_QUANTITY, INVALID_VALUE};
use crate::resource::walk::At;

/// `claim` is the PersistentVolumeClaim or the template of one.
pub fn check(claim: &At, out: &mut Vec<Finding>) {
    let Some(spec) = claim.get("spec") else { return };
    let modes: Vec<_> = spec.items("accessModes").iter().filter_map(At::text).collect();
    if modes.is_empty() {
        out.push(spec.found_at("accessModes", MISSING_FIELD, "at least one access mode is required"));
    }
    if modes.len() > 1 && modes.contains(&"ReadWriteOncePod") {
        let message = "`ReadWriteOncePod` must be the only access mode";
        out.push(spec.found_at("accessModes", INVALID_VALUE, message));
    }
    // The empty name is a class of its own: no provisioning.
    let name = or_empty(format::dns_subdomain);
    text(spec.get("storageClassName"), INVALID_NAME, "the storage class", name, out);
    let Some(resources) = spec.get("resources") else {
        out.push(spec.found_at("resources", MISSING_FIELD, "a claim must request `storage`"));
        return;
    };
    quantities::pair(&resources, out);
    let storage = resources.at(&["requests", "storage"]);
    match storage.as_ref().and_then(At::scalar).map(|text| Quantity::parse(&text)) {
        None => out.push(resources.found_at("requests", MISSING_FIELD, "a claim must request `storage`")),
        Some(Ok(size)) if size.is_zero() => {
            out.extend(storage.map(|at| at.found(INVALID_QUANTITY, "the storage of a claim must be above 0")));
        }
        Some(_) => {}
    }
}
