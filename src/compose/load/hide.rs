//! What of a Compose file no message may show.

use std::collections::BTreeMap;

use super::super::interpolate::Variables;
use crate::leak::name;
use crate::project::mask;
use crate::secret::Secret;
use crate::source::{Sources, Span};
use crate::tree::{Kind, Tree};

/// Masks what may be a value: of variables, of labels, of arguments, and what looks like one anywhere.
pub fn hide(sources: &mut Sources, tree: &Tree<Span>) {
    let mut spans = Vec::new();
    find_values(tree, false, &mut spans);
    for span in spans {
        let text = sources.text(span);
        // `- NAME=value`: the name may be shown.
        let quoted = text.strip_prefix(['"', '\'']).unwrap_or(text);
        let name = quoted.split_once('=').map(|(name, _)| name).filter(|name| crate::format::env_name(name).is_ok());
        let skip = name.map_or(0, |name| text.len() - quoted.len() + name.len() + 1) as u32;
        sources.mask(Span { start: (span.start + skip).min(span.end), ..span });
    }
}

fn find_values(tree: &Tree<Span>, inside: bool, out: &mut Vec<Span>) {
    match &tree.kind {
        Kind::Map(map) => {
            for (key, value) in map.iter() {
                let holds =
                    matches!(&**key, "environment" | "args" | "labels" | "content" | "command" | "entrypoint" | "test");
                // What is no key may be one with a slip.
                find_values(value, inside || holds || name::says_secret(key) || !mask::is_key(key), out);
            }
        }
        Kind::List(list) => list.iter().for_each(|item| find_values(item, inside, out)),
        Kind::Null => {}
        _ if inside => out.push(tree.from),
        _ => {}
    }
}

/// Values of `.env` that no text may show.
pub fn hidden(variables: &Variables) -> BTreeMap<&str, &Secret<String>> {
    let known = variables.known.iter().filter(|(name, _)| name::says_secret(name));
    known.chain(&variables.secrets).map(|(name, value)| (name.as_str(), value)).collect()
}
