//! The presets that are built into the binary: the same language as a project file, below it.
//!
//! Owns: their texts and names. Each value in them has its reason as a comment beside it.

use crate::project::node::{self, Dialect};
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// The presets a profile can be built on, in the order they are shown.
pub const NAMES: [&str; 3] = ["dev", "staging", "prod"];

pub const TEXTS: [(&str, &str); 4] = [
    ("profiles/default.yaml", include_str!("../../profiles/default.yaml")),
    ("profiles/dev.yaml", include_str!("../../profiles/dev.yaml")),
    ("profiles/staging.yaml", include_str!("../../profiles/staging.yaml")),
    ("profiles/prod.yaml", include_str!("../../profiles/prod.yaml")),
];

/// The embedded presets, read.
#[derive(Debug)]
pub struct Presets {
    default: Tree<Span>,
    named: [Tree<Span>; 3],
}

impl Presets {
    /// Adds the texts to `sources`, so that messages and `explain` can point into them.
    pub fn load(sources: &mut Sources) -> anyhow::Result<Self> {
        Self::read(sources, &TEXTS)
    }

    /// As [`Presets::load`], of texts in the place of [`TEXTS`].
    pub fn read(sources: &mut Sources, texts: &[(&str, &str); 4]) -> anyhow::Result<Self> {
        let mut read = |(path, text): (&str, &str)| {
            let file = sources.add(path, text);
            node::parse(sources, file, Dialect::Project).map_err(|d| anyhow::anyhow!("built-in {path}: {}", d.message))
        };
        let [default, dev, staging, prod] = *texts;
        Ok(Self { default: read(default)?, named: [read(dev)?, read(staging)?, read(prod)?] })
    }

    pub fn default(&self) -> &Tree<Span> {
        &self.default
    }

    /// The preset of this name; the weakest when there is none of it.
    pub fn named(&self, name: &str) -> &Tree<Span> {
        let index = NAMES.iter().position(|known| *known == name).unwrap_or_default();
        &self.named[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Report;
    use crate::project::{check_layer, language};

    #[test]
    fn the_presets_follow_the_language() {
        let mut sources = Sources::default();
        let presets = Presets::load(&mut sources).unwrap();
        let mut report = Report::new();
        for tree in std::iter::once(presets.default()).chain(NAMES.map(|name| presets.named(name))) {
            check_layer(&mut sources, tree, &language::PRESET, &mut report);
        }
        assert!(report.is_empty(), "{:?}", report.sorted());
    }

    #[test]
    fn every_line_of_a_preset_that_sets_something_has_its_reason() {
        for (path, text) in TEXTS {
            let mut reason = false;
            for (number, line) in text.lines().enumerate() {
                let is_comment = line.trim_start().starts_with('#');
                let is_block = line.trim_end().ends_with(':');
                assert!(
                    line.trim().is_empty() || is_comment || is_block || line.contains(" # ") || reason,
                    "{path}:{}: no reason: {line}",
                    number + 1
                );
                reason = is_comment || (reason && is_block);
            }
        }
    }
}
