//! What of a finding may be told.
//!
//! Owns: that a message shows no key and no value of an object that holds secrets, and no part of a setting that messages
//! hide. A finding quotes what it found, and that may be any text.

use crate::diag::suggest;
use crate::project::mask;
use crate::resource::{Finding, Part, Resource};
use crate::tree::{Step, Tree, path_text};

/// Where it is in the object: `spec.containers[0].image`.
pub fn place(resource: &Resource, finding: &Finding) -> String {
    let parts = shown(resource, finding);
    path_text(&parts.iter().map(Part::step).collect::<Vec<_>>())
}

fn shown(resource: &Resource, finding: &Finding) -> Vec<Part> {
    let mut node = Some(&resource.body);
    let holds = mask::holds_secrets(&resource.id.kind);
    let parts = finding.path.iter().map(|part| {
        node = node.and_then(|node| node.child(part.step()));
        match part {
            Part::Key(key) if holds && !is_name(key, node.is_some_and(Tree::is_null)) => Part::Key("***".into()),
            part => part.clone(),
        }
    });
    parts.collect()
}

/// Whether a key is one, and no value that lost its `:`.
fn is_name(key: &str, is_bare: bool) -> bool {
    mask::is_key(key) && (!is_bare || mask::KEYS.contains(&key))
}

/// The message; `hides` says of a text whether it is a part of what nobody may see.
pub fn message(resource: &Resource, finding: &Finding, hides: &dyn Fn(&str) -> bool) -> String {
    let holds = mask::holds_secrets(&resource.id.kind);
    let is_mark = |text: &str| text.chars().count() == 1 && !text.contains(char::is_alphanumeric);
    let is_id = |text: &str| [&*resource.id.kind, &*resource.id.api_version].contains(&text);
    let on_way = |text: &str| shown(resource, finding).iter().any(|part| matches!(part, Part::Key(key) if key == text));
    let is_known = |text: &str| is_id(text) || suggest::nearest(text, mask::KEYS).is_some();
    let hides = |text: &str| !is_mark(text) && !on_way(text) && ((holds && !is_known(text)) || hides(text));
    let text = finding.message.as_str();
    // A text that has a mark itself ends anywhere up to the last one.
    let marks = text.find('`').zip(text.rfind('`')).filter(|_| has_mark(resource, finding));
    if let Some((start, end)) = marks {
        let is_hidden = start < end && hides(&text[start + 1..end]);
        return if is_hidden { format!("{}`***{}", &text[..start], &text[end..]) } else { text.to_owned() };
    }
    let words = text.split('`').enumerate();
    let words = words.map(|(at, word)| if at % 2 == 1 && hides(word) { "***" } else { word });
    words.collect::<Vec<_>>().join("`")
}

/// Whether a key on the way to the place, or what stands there, has a mark of its own.
fn has_mark(resource: &Resource, finding: &Finding) -> bool {
    let mut node = Some(&resource.body);
    let mut found = false;
    for part in &finding.path {
        node = node.and_then(|node| node.child(part.step()));
        found |= matches!(part, Part::Key(key) if key.contains('`'));
    }
    node.into_iter().for_each(|node| {
        node.leaves(&mut |path, leaf| {
            let key = path.iter().any(|step| matches!(step, Step::Key(key) if key.contains('`')));
            found |= key || leaf.as_str().is_some_and(|text| text.contains('`'));
        })
    });
    found
}
