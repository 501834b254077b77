//! The forms that values of many kinds have, and the rules for them.

use crate::diag::Rule;
use crate::format::Checked;
use crate::plan::DUPLICATE_NAME;
use crate::resource::Finding;
use crate::resource::walk::At;

crate::declare! {
    /// not exactly one of several fields
    ///
    /// Exactly one of several fields must be there.
    ONE_OF = "one-of", Error;

    /// a name that Kubernetes refuses
    ///
    /// A name that Kubernetes refuses.
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    INVALID_NAME = "invalid-name", Error;

    /// a key that Kubernetes refuses
    ///
    /// A key of a ConfigMap, Secret or selector that Kubernetes refuses.
    INVALID_KEY = "invalid-key", Error;

    /// a port that is none
    ///
    /// A port is 1 to 65535, or a name of at most 15 small letters, digits and `-`.
    INVALID_PORT = "invalid-port", Error;

    /// a path that the field does not take
    ///
    /// A path that the field does not take: relative, with `..`, or used twice.
    INVALID_PATH = "invalid-path", Error;

    /// a quantity that is none
    ///
    /// A quantity such as `500m`, `1Gi`; not negative here.
    /// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    INVALID_QUANTITY = "invalid-quantity", Error;

    /// a value that Kubernetes refuses
    ///
    /// A value that Kubernetes' own validation refuses.
    INVALID_VALUE = "invalid-value", Error;
}

/// Applies a rule to a text. A value of another type has its finding already.
pub fn text(at: Option<At>, found: &'static Rule, what: &str, rule: impl Fn(&str) -> Checked, out: &mut Vec<Finding>) {
    let Some(at) = at else { return };
    let Some(text) = at.text() else { return };
    if let Err(reason) = rule(text) {
        out.push(at.found(found, format!("{what} `{}` {reason}", short(text))));
    }
}

/// A rule for a field that may be the empty text.
pub fn or_empty(rule: fn(&str) -> Checked) -> impl Fn(&str) -> Checked {
    move |text| if text.is_empty() { Ok(()) } else { rule(text) }
}

/// A number that must not be below a bound.
pub fn at_least(parent: &At, key: &str, bound: i64, out: &mut Vec<Finding>) {
    if let Some(value) = parent.int(key).filter(|value| *value < bound) {
        out.push(parent.found_at(key, INVALID_VALUE, format!("`{key}` must be at least {bound}, but is {value}")));
    }
}

/// Exactly one of some keys; each is an alternative of the others.
pub fn exactly_one(parent: &At, keys: &[&str], what: &str, out: &mut Vec<Finding>) {
    let there: Vec<_> = keys.iter().copied().filter(|key| parent.node.get(key).is_some_and(|v| !v.is_null())).collect();
    if there.len() != 1 {
        let found = if there.is_empty() { "none".to_owned() } else { format!("`{}`", there.join("` and `")) };
        let expected = crate::diag::suggest::one_of(keys.iter().copied());
        out.push(parent.found(ONE_OF, format!("{what} must have exactly one of {expected}, but has {found}")));
    }
}

/// Items of a list whose key must be unique. The first of two is right, the second gets the finding.
pub fn unique<'t>(items: impl IntoIterator<Item = At<'t>>, key: &str, what: &str, out: &mut Vec<Finding>) {
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        if let Some(name) = item.str(key)
            && !seen.insert(name)
        {
            out.push(item.found_at(key, DUPLICATE_NAME, format!("{what} `{}` is there twice", short(name))));
        }
    }
}

/// A value for a message.
pub fn short(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(77).chain("...".chars()).collect() }
}
