//! Whose tree a folder holds, as `.kgen.json` says it.
//!
//! Owns: when two runs write one tree, what speaks against taking over one that an older kgen wrote, and what is said.
//! Does not own: single files that are not kgen's (`survey.rs`).
//!
//! An owner is the same on every machine and in every checkout, so it holds no path that leads out of the project: the
//! file is `../kgen.yaml` for a tree in `deploy`, and `kgen.yaml` for one that `--out` puts elsewhere.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::place::{self, Found};
use super::{MARK, Wanted};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    pub project: String,
    /// The project file, from the output folder where that is below it; else its name.
    pub file: String,
    /// Of a tree that `--out` writes; what it leaves out is another tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skip: BTreeSet<String>,
}

impl Owner {
    /// Whoever wrote this may have put anything into it, and messages show it.
    pub fn check(&self) -> Result<()> {
        let one = [&self.project, &self.file].into_iter().chain(&self.profile);
        let is_plain = one.chain(&self.only).chain(&self.skip).all(|text| !text.contains(char::is_control));
        ensure!(is_plain, "its owner has control characters");
        Ok(())
    }

    /// What is to be said where the folder holds the tree of `theirs`, and this one's is asked for.
    pub fn apart(&self, theirs: &Self, output: &Path) -> Option<String> {
        (theirs != self).then(|| self.against(&theirs.told(output), output))
    }

    fn against(&self, theirs: &str, output: &Path) -> String {
        format!("`{}` holds {theirs}; this is {}", output.display(), self.told(output))
    }

    fn told(&self, output: &Path) -> String {
        let file = if self.file.starts_with("../") { joined(output, &self.file) } else { PathBuf::from(&self.file) };
        let project = format!("project `{}` (`{}`)", self.project, file.display());
        let Some(profile) = &self.profile else { return format!("the tree of {project}") };
        let options = [("only", &self.only), ("skip", &self.skip)].into_iter().filter(|(_, list)| !list.is_empty());
        let list = |list: &BTreeSet<String>| list.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        let options = options.map(|(name, all)| format!(" `--{name} {}`", list(all))).collect::<String>();
        let with = if options.is_empty() { "" } else { " with" };
        format!("profile `{profile}`{with}{options} of {project}")
    }

    /// The name of the project file, as it stands in the first line of each file.
    fn source(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }
}

/// By the text alone: no folder on this way is a link.
fn joined(output: &Path, file: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in output.join(file).components() {
        let is_named = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if is_named => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// The folder holds another tree than the one that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    text: String,
    hint: String,
}

impl Dispute {
    pub fn hint(&self) -> &str {
        &self.hint
    }

    fn new(text: String, ours: &Owner, moved: bool) -> Self {
        let way = if ours.profile.is_some() { "another folder as `--out`" } else { "another folder as `output`" };
        let force = match moved {
            true => "if the project was renamed, or its file moved, `kgen render --force` takes the tree over",
            false => "`--force` puts this tree in the place of that one",
        };
        Self { text, hint: format!("name {way}; {force}") }
    }
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why `wanted` may not be written where `known` is.
pub(super) fn dispute(output: &Path, known: &Manifest, wanted: &Wanted) -> Result<Option<Dispute>> {
    let ours = wanted.owner;
    match &known.owner {
        Some(theirs) => {
            let moved = theirs.project != ours.project || theirs.file != ours.file;
            Ok(ours.apart(theirs, output).map(|text| Dispute::new(text, ours, moved)))
        }
        None => {
            let stranger = stranger(output, known, wanted)?;
            let theirs =
                |path| format!("the tree of an older kgen, which does not say whose it is: `{path}` may be another's");
            Ok(stranger.map(|path| Dispute::new(ours.against(&theirs(path), output), ours, false)))
        }
    }
}

/// Of a tree that does not say whose it is: a file that would be overwritten or removed, and may be another's. Each file
/// names its project file, and most objects their project. What `--out` left out, only its user knows.
fn stranger<'k>(output: &Path, known: &'k Manifest, wanted: &Wanted) -> Result<Option<&'k String>> {
    let one = wanted.owner.profile.as_deref();
    if !known.paths().is_empty() && known.lists(ROOT) != one.is_some() {
        return Ok(known.paths().into_iter().next());
    }
    let projects: BTreeSet<&str> = wanted.files.values().flat_map(|file| projects(&file.text)).collect();
    for path in known.paths() {
        let Found::File(bytes) = place::look(output, path)? else { continue };
        if known.owned(path, &bytes).is_none() {
            continue; // nobody overwrites it
        }
        let text = String::from_utf8_lossy(&bytes);
        let (component, source) = mark(&text).unwrap_or_default();
        let is_of_one = one.is_none_or(|one| wanted.files.contains_key(path) && (path != ROOT || component == one));
        let is_ours =
            source == wanted.owner.source() && self::projects(&text).all(|project| projects.contains(project));
        if !is_of_one || !is_ours {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// What a tree of one profile has in its own folder, and no other.
const ROOT: &str = "kustomization.yaml";

/// `redis.cache` and `kgen.yaml`, of `# kgen: redis.cache from kgen.yaml; do not edit`.
fn mark(text: &str) -> Option<(&str, &str)> {
    text.lines().next()?.strip_prefix(MARK)?.strip_suffix("; do not edit")?.split_once(" from ")
}

fn projects(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("app.kubernetes.io/part-of: "))
}
