//! What stands on the disk against what should: decides for each path what is to be done, and touches nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Result, anyhow};

use super::manifest::{self, Content, Manifest};
use super::place::{self, Found, Kind};
use super::{Dispute, File, Summary, Wanted, disk, owner};
use crate::diag::failure::Told;

/// What a run would do, and what keeps it from doing it.
#[derive(Debug, Default)]
pub struct Changes {
    /// The folder is another's: none of the rest counts.
    pub dispute: Option<Dispute>,
    pub created: Vec<String>,
    pub replaced: Vec<String>,
    pub removed: Vec<String>,
    pub unchanged: usize,
    pub conflicts: Vec<Conflict>,
    /// `.kgen.json` is not what a run would leave.
    pub stale_manifest: bool,
    /// Listed and no longer wanted, and not there: nothing to remove but the folder.
    pub(super) gone: Vec<String>,
    /// Unchanged files with secret values that others than the owner may read.
    pub(super) loose: Vec<String>,
    /// What stands where something changes, as far as kgen wrote it.
    pub(super) owned: BTreeMap<String, Content>,
}

/// A file that kgen must not touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub path: String,
    pub reason: Reason,
    /// The tree has a file of this path; else it is one that would be removed.
    pub wanted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    Foreign,
    Edited,
    Link,
    Special,
    /// The way to it leads through this link.
    BehindLink(String),
    /// The way to it leads through this file.
    BehindFile(String),
    /// A folder stands there, with more in it than kgen's own files.
    Folder,
}

impl Conflict {
    /// `--force` settles it: only one file, at the path itself, is lost.
    pub fn can_force(&self) -> bool {
        matches!(self.reason, Reason::Foreign | Reason::Edited | Reason::Link | Reason::Special)
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.reason {
            Reason::Foreign => write!(f, "`{path}` was not written by kgen"),
            Reason::Edited => write!(f, "`{path}` was edited since kgen wrote it"),
            Reason::Link => write!(f, "`{path}` is a symbolic link"),
            Reason::Special => write!(f, "`{path}` is not a regular file"),
            Reason::BehindLink(link) => {
                write!(f, "`{path}` lies behind `{link}`, which is a symbolic link")
            }
            Reason::BehindFile(file) => {
                write!(f, "`{path}` needs a folder `{file}`, which is a file")
            }
            Reason::Folder => write!(f, "`{path}` is a folder where a file should be"),
        }
    }
}

/// `known` is what the folder's `.kgen.json` says.
pub(super) fn survey(output: &Path, wanted: &Wanted, known: Manifest) -> Result<Changes> {
    let dispute = owner::dispute(output, &known, wanted)?;
    let (files, mut changes) = (wanted.files, Changes { dispute, ..Changes::default() });
    for path in known.paths().into_iter().filter(|path| !files.contains_key(*path)) {
        changes.leave(output, &known, path)?;
    }
    let leaving = changes.leaving();
    for (path, file) in files {
        changes.want(output, &known, path, file, &leaving)?;
    }
    let found = place::read_own(&output.join(manifest::NAME)).ok().flatten().unwrap_or_default();
    changes.stale_manifest = found != wanted.text.as_bytes();
    Ok(changes)
}

impl Changes {
    /// The tree on disk is the one that would be written.
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(|(_, list)| list.is_empty())
            && self.conflicts.is_empty()
            && self.dispute.is_none()
            && !self.stale_manifest
    }

    /// What a person is told, a line for each file.
    pub fn lines(&self) -> Vec<String> {
        if let Some(dispute) = &self.dispute {
            return vec![dispute.to_string()];
        }
        let lists = self.lists();
        let listed = lists.iter().flat_map(|(word, list)| list.iter().map(move |path| format!("`{path}` is {word}")));
        let mut out: Vec<String> = listed.chain(self.conflicts.iter().map(Conflict::to_string)).collect();
        if self.stale_manifest && out.is_empty() {
            out.push(format!("`{}` is different", manifest::NAME));
        }
        out
    }

    /// Nothing to do at all, not even a file mode.
    pub(super) fn is_settled(&self) -> bool {
        self.is_empty() && self.loose.is_empty()
    }

    pub(super) fn summary(&self) -> Summary {
        let removed = self.removed.clone();
        Summary { written: self.writes(), removed, unchanged: self.unchanged }
    }

    /// Files to write, sorted.
    pub(super) fn writes(&self) -> Vec<String> {
        let mut writes: Vec<_> = self.created.iter().chain(&self.replaced).cloned().collect();
        writes.sort();
        writes
    }

    /// The interim `.kgen.json`: what does not change, and all that what changes may be meanwhile.
    pub(super) fn interim(&self, wanted: &Wanted) -> Manifest {
        let mut interim = wanted.manifest.clone();
        for path in self.writes().into_iter().chain(self.removed.clone()).chain(self.gone.clone()) {
            let mut contents: Vec<_> = self.owned.get(&path).cloned().into_iter().collect();
            contents.extend(interim.files.remove(&path).filter(|new| !contents.contains(new)));
            interim.unfinished.insert(path, contents);
        }
        interim
    }

    /// Takes what `--force` allows for changes like others. What stood there is not kgen's: it gets no entry in the
    /// interim `.kgen.json`, so that a run without `--force` after a killed one refuses again.
    pub(super) fn force(&mut self) {
        self.dispute = None;
        let (forced, kept) = std::mem::take(&mut self.conflicts).into_iter().partition(Conflict::can_force);
        self.conflicts = kept;
        let forced: Vec<Conflict> = forced;
        for conflict in forced {
            let list = if conflict.wanted { &mut self.replaced } else { &mut self.removed };
            list.push(conflict.path);
            list.sort();
        }
    }

    /// What came in the way since this was surveyed, where no `--force` was given for it: of `created`, and of all that
    /// was kgen's own.
    pub(super) fn since<'p>(
        &'p self,
        output: &Path,
        files: &BTreeMap<String, File>,
        created: impl Iterator<Item = &'p String>,
    ) -> Result<Self> {
        let mut since = Self::default();
        for path in created.chain(self.owned.keys()) {
            let (owned, wanted) = (self.owned.get(path), files.get(path));
            let reason = match place::look(output, path)? {
                Found::File(bytes) if wanted.is_some_and(|file| file.text.as_bytes() == bytes) => continue,
                Found::File(bytes) if owned.is_some_and(|content| content.matches(&bytes)) => continue,
                Found::File(_) if owned.is_some() => Reason::Edited,
                Found::File(_) => Reason::Foreign,
                Found::Link => Reason::Link,
                Found::Special => Reason::Special,
                Found::BehindLink(link) => Reason::BehindLink(link),
                // What leaves may stand in the way of what comes, and what was removed need not be.
                Found::Nothing | Found::Folder | Found::BehindFile(_) => continue,
            };
            since.conflict(path, reason, wanted.is_some());
        }
        Ok(since)
    }

    /// All conflicts in one error.
    pub(super) fn refuse(&self, output: &Path) -> Result<()> {
        if let Some(dispute) = &self.dispute {
            return Err(anyhow!("{dispute}").hint(dispute.hint()));
        }
        if self.conflicts.is_empty() {
            return Ok(());
        }
        let error = anyhow!("`{}` holds what kgen must not touch", output.display());
        let error = self.conflicts.iter().fold(error, |error, conflict| error.item(conflict));
        Err(error.hint(match self.conflicts.iter().all(Conflict::can_force) {
            true => "move them away, or overwrite them with `--force`",
            false => "move them away",
        }))
    }

    fn lists(&self) -> [(&'static str, &Vec<String>); 3] {
        [("missing", &self.created), ("different", &self.replaced), ("left over", &self.removed)]
    }

    fn conflict(&mut self, path: &str, reason: Reason, wanted: bool) {
        self.conflicts.push(Conflict { path: path.to_owned(), reason, wanted });
    }

    /// A path that kgen wrote and no longer makes.
    fn leave(&mut self, output: &Path, known: &Manifest, path: &str) -> Result<()> {
        match place::look(output, path)? {
            Found::Nothing | Found::Folder | Found::BehindFile(_) => self.gone.push(path.to_owned()),
            Found::File(bytes) => match known.owned(path, &bytes) {
                Some(content) => {
                    self.owned.insert(path.to_owned(), content.clone());
                    self.removed.push(path.to_owned());
                }
                None => self.conflict(path, Reason::Edited, false),
            },
            Found::Link => self.conflict(path, Reason::Link, false),
            Found::Special => self.conflict(path, Reason::Special, false),
            Found::BehindLink(link) => self.conflict(path, Reason::BehindLink(link), false),
        }
        Ok(())
    }

    /// Files that this run removes, once every conflict is settled.
    fn leaving(&self) -> BTreeSet<String> {
        let conflicts = self.conflicts.iter().filter(|conflict| conflict.can_force());
        self.removed.iter().chain(conflicts.map(|conflict| &conflict.path)).cloned().collect()
    }

    fn want(
        &mut self,
        output: &Path,
        known: &Manifest,
        path: &str,
        file: &File,
        leaving: &BTreeSet<String>,
    ) -> Result<()> {
        match place::look(output, path)? {
            Found::Nothing => self.created.push(path.to_owned()),
            Found::File(bytes) if bytes == file.text.as_bytes() => self.keep(output, path, file),
            Found::File(bytes) => match known.owned(path, &bytes) {
                Some(content) => {
                    self.owned.insert(path.to_owned(), content.clone());
                    self.replaced.push(path.to_owned());
                }
                None if known.lists(path) => self.conflict(path, Reason::Edited, true),
                None => self.conflict(path, Reason::Foreign, true),
            },
            Found::Folder if is_leaving(output, path, leaving)? => self.created.push(path.to_owned()),
            Found::BehindFile(on_the_way) if leaving.contains(&on_the_way) => self.created.push(path.to_owned()),
            Found::Folder => self.conflict(path, Reason::Folder, true),
            Found::Link => self.conflict(path, Reason::Link, true),
            Found::Special => self.conflict(path, Reason::Special, true),
            Found::BehindLink(link) => self.conflict(path, Reason::BehindLink(link), true),
            Found::BehindFile(on_the_way) => self.conflict(path, Reason::BehindFile(on_the_way), true),
        }
        Ok(())
    }

    /// Already as wanted, whoever wrote it.
    fn keep(&mut self, output: &Path, path: &str, file: &File) {
        self.unchanged += 1;
        if file.secret && disk::is_loose(&output.join(path)) {
            self.loose.push(path.to_owned());
        }
    }
}

/// The folder at `path` holds only files that leave (a killed run may have emptied it, or left its own), so that a file
/// can take its place.
fn is_leaving(output: &Path, path: &str, leaving: &BTreeSet<String>) -> Result<bool> {
    for name in place::names(&output.join(path))? {
        let inner = format!("{path}/{name}");
        let goes = match place::kind(&output.join(&inner))? {
            Kind::Folder => is_leaving(output, &inner, leaving)?,
            _ => leaving.contains(&inner) || place::is_temporary(&name),
        };
        if !goes {
            return Ok(false);
        }
    }
    Ok(true)
}
