//! Quantities of resources, and requests against limits.
//!
//! Source: `ValidateResourceRequirements`, `ValidateResourceQuantityValue`, `validateResourceName`
//! (`pkg/apis/core/validation`).

use super::form::short;
use crate::diag::Severity;
use crate::format;
use crate::quantity::Quantity;
use crate::resource::Finding;
use crate::resource::values::form::{INVALID_NAME, INVALID_QUANTITY};
use crate::resource::walk::At;

crate::declare! {
    /// a request above its limit
    ///
    /// A request above its limit, which the API refuses.
    REQUEST_OVER_LIMIT = "request-over-limit", Error;
}

/// `requests` and `limits` of a container, a pod or a claim.
pub fn pair(resources: &At, out: &mut Vec<Finding>) {
    // A request that nobody wrote is its limit's: what is wrong with both is said of the limit.
    let limits = list(resources, "limits", out);
    let requests = list(resources, "requests", out);
    for (name, request, at) in &requests {
        let Some((_, limit, _)) = limits.iter().find(|(limited, ..)| limited == name) else { continue };
        if request > limit {
            let message = format!("the {name} request `{request}` is above the limit `{limit}`");
            out.push(at.found(REQUEST_OVER_LIMIT, message));
        }
    }
}

/// The quantities of a map, each checked by the name of its resource.
fn list<'t>(resources: &At<'t>, key: &'t str, out: &mut Vec<Finding>) -> Vec<(&'t str, Quantity, At<'t>)> {
    let mut found = Vec::new();
    for (name, at) in resources.entries(key) {
        if let Err(reason) = format::qualified_name(name) {
            out.push(at.found(INVALID_NAME, format!("the resource name `{}` {reason}", short(name))));
        }
        if let Some(value) = one(&at, name, out) {
            found.push((name, value, at));
        }
    }
    found
}

/// One quantity that must not be negative.
pub fn one(at: &At, name: &str, out: &mut Vec<Finding>) -> Option<Quantity> {
    let text = at.scalar()?;
    let value = match Quantity::parse(&text) {
        Ok(value) => value,
        Err(reason) => {
            out.push(at.found(INVALID_QUANTITY, format!("the quantity `{}` {reason}", short(&text))));
            return None;
        }
    };
    if value.is_negative() {
        out.push(at.found(INVALID_QUANTITY, format!("the quantity `{text}` must not be negative")));
    } else if !value.is_whole() && !name.ends_with("cpu") {
        out.push(fraction(at, name, &text));
    } else if is_bytes(name) && !value.is_zero() && value.bytes().is_some_and(|bytes| bytes < MIB) {
        let message = format!("the quantity `{text}` of {name} is less than a mebibyte");
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        out.push(at.found(INVALID_QUANTITY, message).hint(match is_number {
            true if name.ends_with("storage") => format!("a number alone counts bytes; write `{text}Gi`"),
            true => format!("a number alone counts bytes; write `{text}Mi`"),
            false => "write mebibytes, as `64Mi`".into(),
        }));
    }
    Some(value)
}

/// Less of it serves nobody: `memory: 512` is a slip that the API takes.
const MIB: u128 = 1 << 20;

fn is_bytes(name: &str) -> bool {
    ["memory", "storage"].iter().any(|unit| name.ends_with(unit)) || name.contains("hugepages-")
}

/// Only cpu may be divided. The server warns of a fraction of a byte and rounds it up; behind `m` it is a slip, for
/// `512m` is half a byte.
fn fraction(at: &At, name: &str, text: &str) -> Finding {
    let bytes = is_bytes(name);
    let message = format!("the quantity `{text}` of {name} is not a whole number");
    match text.strip_suffix('m') {
        Some(number) if bytes => {
            at.found(INVALID_QUANTITY, message).hint(format!("`m` is a thousandth; write `{number}Mi`"))
        }
        None if bytes => Finding { severity: Severity::Warning, ..at.found(INVALID_QUANTITY, message) }
            .hint("the server rounds it up; write it in the next smaller unit"),
        _ => at.found(INVALID_QUANTITY, message),
    }
}
