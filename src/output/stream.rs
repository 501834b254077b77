//! Resources to one text, safe to apply from top to bottom.
//!
//! Owns: the order and the separators of the documents.
//! Does not own: which resources are in it (`--only`, `--skip`), nor where the text goes.

use anyhow::{Context, Result};

use super::order;
use super::yaml::{self, Document, Reveal};
use crate::parallel::each;
use crate::resource::Resource;

/// Every document begins with `---`; there are no comments, because a stream is for programs.
pub fn stream<'r>(resources: impl IntoIterator<Item = &'r Resource>, reveal: Reveal) -> Result<Document> {
    let mut sorted: Vec<_> = resources.into_iter().collect();
    sorted.sort_by_cached_key(|resource| order::key(&resource.id));
    let parts = sorted.chunks(PART).collect();
    let mut written = each(parts, sorted.len() > PART, || (), |(), part| documents(part, reveal)).into_iter();
    let mut out = written.next().unwrap_or_else(|| documents(&[], reveal))?;
    out.text.reserve_exact(written.as_slice().iter().flatten().map(|part| part.text.len()).sum());
    for part in written {
        let part = part?;
        out.text.push_str(&part.text);
        out.readable |= part.readable;
    }
    Ok(out)
}

/// So many objects are worth a thread.
const PART: usize = 1000;

fn documents(resources: &[&Resource], reveal: Reveal) -> Result<Document> {
    let mut out = Document { text: String::new(), readable: false };
    for resource in resources {
        let document =
            yaml::document(&resource.body, reveal).with_context(|| format!("cannot write {}", resource.id))?;
        out.text.push_str("---\n");
        out.text.push_str(&document.text);
        out.readable |= document.readable;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;
    use serde_json::json;

    fn resource(kind: &str, name: &str) -> Resource {
        let body = Tree::from_json(&json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}));
        Resource::new("apps.api", body).unwrap()
    }

    #[test]
    fn documents_begin_with_a_separator_and_stand_in_order() {
        let resources = [resource("Service", "a"), resource("Namespace", "n")];
        let text = stream(&resources, Reveal::No).unwrap().text;
        let one = |kind: &str, name: &str| format!("---\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n");
        assert_eq!(text, one("Namespace", "\"n\"") + &one("Service", "a"));
    }
}
