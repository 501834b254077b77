//! What a changed definition of custom resources does to the objects of its kind.
//!
//! Owns: the rules about CustomResourceDefinitions. Sources: `ValidateCustomResourceDefinitionUpdate`;
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning>: what a
//! schema does not name is dropped when an object is read or written.

use super::{Case, Rule, always};
use crate::diff::Impact::{DataLoss, Live, None, Recreate};
use crate::resource::Body;
use crate::tree::Tree;

const KIND: &[&str] = &["CustomResourceDefinition"];
const SHAPE: &[&str] = &["spec.versions.*.schema"];

pub static RULES: &[Rule] = &[
    Rule {
        id: "definition-anew",
        impact: DataLoss,
        text: "the definition must be deleted and made anew, and all objects of its kind go with the old one",
        kinds: KIND,
        at: &["spec.scope", "spec.group", "spec.names.plural", "spec.names.kind"],
        when: always,
    },
    Rule {
        id: "definition-version",
        impact: Recreate,
        text: "who asks for objects in this version gets nothing, and the API refuses to drop one in which objects are stored",
        kinds: KIND,
        at: &["spec.versions"],
        when: |case| {
            let gone = case.found.new.is_none() && case.at.len() <= 3;
            let unserved = case.at.len() == 4 && case.ends("served") && !case.found.new.is_some_and(is_true);
            (gone && case.found.order.is_none()) || unserved
        },
    },
    Rule {
        id: "definition-text",
        impact: None,
        text: "only what a person reads about the fields",
        kinds: KIND,
        at: &["spec"],
        when: |case| {
            const WORDS: [&str; 5] = ["description", "title", "example", "externalDocs", "additionalPrinterColumns"];
            case.at.iter().enumerate().any(|(at, key)| WORDS.contains(key) && !is_name(case, at))
        },
    },
    Rule {
        id: "definition-field-removed",
        impact: DataLoss,
        text: "the server drops this field from every object that has it",
        kinds: KIND,
        at: SHAPE,
        when: |case| {
            let field = case.found.new.is_none()
                && case.at.iter().rposition(|key| *key == "properties") == Some(case.at.len() - 2);
            let open = |key: &str| case.ends(key) && !is_name(case, case.at.len() - 1);
            let kept = case.found.old.is_some_and(is_true) && open("x-kubernetes-preserve-unknown-fields");
            let all = case.found.new.is_none() && (open("properties") || open("additionalProperties"));
            field || kept || all
        },
    },
    Rule {
        id: "definition-field-added",
        impact: Live,
        text: "fields that objects may have from now on",
        kinds: KIND,
        at: SHAPE,
        when: |case| {
            let field = case.at.iter().rposition(|key| *key == "properties") == Some(case.at.len() - 2);
            case.found.old.is_none() && (field || (case.ends("properties") && !is_name(case, case.at.len() - 1)))
        },
    },
    Rule {
        id: "definition-type",
        impact: Recreate,
        text: "objects that exist do not have this type: the API refuses them when they are written again",
        kinds: KIND,
        at: SHAPE,
        when: |case| {
            const TYPES: [&str; 3] = ["type", "x-kubernetes-int-or-string", "items"];
            let last = case.at.len() - 1;
            TYPES.iter().any(|key| case.ends(key)) && !is_name(case, last) && case.found.old.is_some()
        },
    },
    Rule {
        id: "definition-required",
        impact: Recreate,
        text: "the API refuses objects that do not have a field which is required now",
        kinds: KIND,
        at: SHAPE,
        when: |case| {
            let words = |node: Option<&Body>| -> Vec<String> {
                let list = node.and_then(Tree::as_list).unwrap_or_default();
                list.iter().map(|item| item.to_string()).collect()
            };
            let before = words(case.found.old);
            let here = case.ends("required") && !is_name(case, case.at.len() - 1);
            here && words(case.found.new).iter().any(|word| !before.contains(word))
        },
    },
    Rule {
        id: "definition-stricter",
        impact: Live,
        text: "objects that do not fit are refused when they are written next",
        kinds: KIND,
        at: SHAPE,
        when: |case| {
            const BOUNDS: [&str; 13] = [
                "enum",
                "pattern",
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "format",
                "multipleOf",
                "x-kubernetes-validations",
            ];
            case.at.iter().enumerate().any(|(at, key)| BOUNDS.contains(key) && !is_name(case, at))
        },
    },
];

fn is_true(node: &Body) -> bool {
    node.as_bool() == Some(true)
}

/// Whether a word of the place is the name of a field that the definition describes, as `properties.type`.
fn is_name(case: &Case, at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| case.at.get(before)) else { return false };
    *before == "properties" && !is_name(case, at - 1)
}
