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
#[derive(Clone, Debug)]
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
            let file = sources.embed(path, text);
            node::parse(sources, file, Dialect::Project).map_err(|d| anyhow::anyhow!("built-in {path}: {}", d.message))
        };
        let [default, dev, staging, prod] = *texts;
        Ok(Self { default: read(default)?, named: [read(dev)?, read(staging)?, read(prod)?] })
    }

    /// What a preset is for: the first sentence of its text.
    pub fn purpose(name: &str) -> &'static str {
        let text = TEXTS.iter().find(|(path, _)| *path == format!("profiles/{name}.yaml")).map_or("", |(_, text)| text);
        let line = text.lines().next().unwrap_or_default();
        let said = line.split_once(": ").map_or(line, |(_, said)| said);
        said.split_once(". ").map_or(said, |(first, _)| first).trim_end_matches('.')
    }

    /// Why a line of a preset (from 1) says what it says: the comment at its end, or the lines before it.
    pub fn reason(path: &str, line: usize) -> Option<String> {
        let (_, text) = TEXTS.iter().find(|(known, _)| *known == path)?;
        let lines: Vec<&str> = text.lines().collect();
        let own = lines.get(line.checked_sub(1)?)?;
        if let Some((_, said)) = own.split_once(" # ") {
            return Some(said.to_owned());
        }
        let comment = |line: &&&str| line.trim_start().strip_prefix("# ").map(str::to_owned);
        let block = |line: &&str| line.trim_end().ends_with(':');
        let before = lines[..line - 1].iter().rev().skip_while(|line| block(line));
        let mut said: Vec<String> = before.map_while(|line| comment(&line)).collect();
        said.reverse();
        (!said.is_empty()).then(|| said.join(" "))
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
    fn a_reason_stands_beside_its_line_or_before_it() {
        let reason = |path, line| Presets::reason(path, line);
        assert_eq!(reason("profiles/default.yaml", 2).unwrap(), "the folder in the seeds of most GitOps repositories");
        let probe = TEXTS[0].1.lines().position(|line| line.trim() == "tcpSocket: {}").unwrap() + 1;
        let expected = "kgen fills in the first port; an app without ports has no probe.";
        assert_eq!(reason("profiles/default.yaml", probe).unwrap(), expected);
        assert_eq!(reason("kgen.yaml", 1), None);
        assert_eq!(reason("profiles/default.yaml", 9_999), None);
    }

    #[test]
    fn every_preset_says_what_it_is_for() {
        let said = NAMES.map(Presets::purpose);
        let expected = [
            "small, one of each, works at once",
            "production's shape at a smaller size",
            "survives the loss of a node and of a zone",
        ];
        assert_eq!(said, expected);
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
