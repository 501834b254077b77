//! In which order files change, for whoever builds the tree meanwhile.
//!
//! A build is old or new where it fails in between, and it fails where a kustomization.yaml names a file that is not
//! there. So what goes, goes first, and what is new comes last: from the first removal on, or from the first
//! kustomization.yaml on that names something new, every build that takes part in a removal or an addition fails until its
//! last file is there. A kustomization.yaml that names a file which went, and none that comes, ends this: it waits for all
//! that change.
//!
//! What this cannot do: where several files of a build change, and none comes or goes, nothing fails in between, and the
//! build has some of them old and some new. Nor is a build that began before a change kept from reading what came after.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::place::{self, Found};
use super::survey::Changes;
use super::{File, Wanted};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Names what comes.
    Announces,
    Changes,
    /// Names no more what went.
    Forgets,
    Comes,
}

/// The files to write, in their order; all removals come before them.
pub(super) fn writes(output: &Path, wanted: &Wanted, changes: &Changes) -> Result<Vec<String>> {
    let comes: BTreeSet<&str> = changes.created.iter().map(String::as_str).collect();
    let goes: BTreeSet<&str> = changes.removed.iter().chain(&changes.gone).map(String::as_str).collect();
    let mut turns: Vec<(Turn, String)> = changes.created.iter().map(|path| (Turn::Comes, path.clone())).collect();
    for path in &changes.replaced {
        turns.push((turn(output, path, &wanted.files[path], &comes, &goes)?, path.clone()));
    }
    turns.sort();
    Ok(turns.into_iter().map(|(_, path)| path).collect())
}

fn turn(output: &Path, path: &str, file: &File, comes: &BTreeSet<&str>, goes: &BTreeSet<&str>) -> Result<Turn> {
    let Some(folder) = path.strip_suffix("kustomization.yaml") else { return Ok(Turn::Changes) };
    if names_any(&file.text, folder, comes) {
        return Ok(Turn::Announces);
    }
    let Found::File(bytes) = place::look(output, path)? else { return Ok(Turn::Changes) };
    let forgets = names_any(&String::from_utf8_lossy(&bytes), folder, goes);
    Ok(if forgets { Turn::Forgets } else { Turn::Changes })
}

/// Whether a kustomization.yaml in `folder` names one of `paths`: as kgen writes it, each on a line of its own.
fn names_any(text: &str, folder: &str, paths: &BTreeSet<&str>) -> bool {
    let named = text.lines().filter_map(|line| line.strip_prefix("- "));
    named.map(|name| name.strip_prefix("path: ").unwrap_or(name).trim_matches(['"', '\''])).any(|name| {
        let path = joined(folder, name);
        paths.contains(path.as_str()) || paths.contains(format!("{path}/kustomization.yaml").as_str())
    })
}

fn joined(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')).filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
