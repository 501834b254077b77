//! Quantities of resources, and requests against limits.
//!
//! Source: `ValidateResourceRequirements`, `ValidateResourceQuantityValue`, `validateResourceName`
//! (`pkg/apis/core/validation`).

use super::short;
use crate::format;
use crate::quantity::Quantity;
use crate::resource::Finding;
use crate::resource::walk::At;

/// `requests` and `limits` of a container, a pod or a claim.
pub fn pair(resources: &At, out: &mut Vec<Finding>) {
    let requests = list(resources, "requests", out);
    let limits = list(resources, "limits", out);
    for (name, request, at) in &requests {
        let Some((_, limit, _)) = limits.iter().find(|(limited, ..)| limited == name) else { continue };
        if request > limit {
            let message = format!("the {name} request `{request}` is above the limit `{limit}`");
            out.push(at.error("request-over-limit", message));
        }
    }
}

/// The quantities of a map, each checked by the name of its resource.
fn list<'t>(resources: &At<'t>, key: &'t str, out: &mut Vec<Finding>) -> Vec<(&'t str, Quantity, At<'t>)> {
    let mut found = Vec::new();
    for (name, at) in resources.entries(key) {
        if let Err(reason) = format::qualified_name(name) {
            out.push(at.error("invalid-name", format!("the resource name `{}` {reason}", short(name))));
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
            out.push(at.error("invalid-quantity", format!("the quantity `{}` {reason}", short(&text))));
            return None;
        }
    };
    if value.is_negative() {
        out.push(at.error("invalid-quantity", format!("the quantity `{text}` must not be negative")));
    } else if counted(name) && !value.is_whole() {
        let finding = at.error("invalid-quantity", format!("the quantity `{text}` of {name} is not a whole number"));
        let mega =
            text.strip_suffix('m').filter(|_| name != "pods").map(|n| format!("`m` is a thousandth; write `{n}Mi`"));
        out.push(finding.maybe_hint(mega));
    }
    Some(value)
}

/// Bytes and extended resources come in whole numbers; only cpu may be divided.
fn counted(name: &str) -> bool {
    !name.ends_with("cpu")
}
