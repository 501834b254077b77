//! From a tree in memory to files on disk; the only place of kgen that writes or removes a file.
//!
//! Owns: what may be overwritten and removed, the order in which that happens, and what a killed run leaves behind.
//! Does not own: what the files say.
//!
//! A run first *stages*: everything it needs stands in temporary files before the first old file is touched, so a full
//! disk or a missing permission leaves the old tree as it was. Then it *switches*, by renames and removals only:
//!
//! 1. `.kgen.json` is replaced by an interim one. `files` names what stays as it is, `unfinished` names what is about to
//!    change, each with the contents it may have: the old and the new.
//! 2. files that are no longer made are removed, with the folders this empties, then the others are renamed into place, in
//!    an order in which a build meanwhile is old, or new, or fails where that is possible (`order.rs`).
//! 3. the folders are synced, and the final `.kgen.json` is renamed into place.
//!
//! Killed at any moment, each file is the old or the new one, and `.kgen.json` knows both: the next run takes them for
//! its own and carries on.
//!
//! Two things are defended against, each by means of its own. A *kill* takes the process; what it wrote stays, in the
//! order in which it was written. Against it stand the temporary files, the renames and their order. A *power failure*
//! takes also what the system had not yet written to the disk, in an order of its own. Against it stands `Disk::settle`:
//! the staged texts before the first rename, the interim `.kgen.json` before the first file changes, the folders before
//! the final one. For many files it is one `syncfs`, which waits for all of the file system, also for what others wrote
//! there: it makes safe no less than an `fsync` of each, only more. Not settled are the folder above the output folder,
//! so a first tree may be lost whole, and what a sweep removes, so it may come back and is swept again.
//!
//! A failure while a run stages leaves every file as it was. One while it switches (nothing is written there any more, so
//! there is little left to fail) leaves files of both trees, as a kill does, and says so.
//!
//! Before it switches, a run looks again at every file that it is to change: one edited meanwhile is not lost. Between
//! that look and the rename there is still a moment in which another process could edit the file, or put a link there;
//! nothing here defends against someone who can write to the output folder while kgen runs.
//!
//! A tree has one owner: what another run wrote for another project, profile or selection is not touched (`owner.rs`).

mod create;
mod disk;
mod failure;
mod lock;
pub mod manifest;
mod order;
mod owner;
mod place;
mod replace;
mod survey;
mod switch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

pub use create::{create, create_inside};
pub use lock::Lock;
pub use owner::{Dispute, Owner};
pub use replace::{Scratch, hold, read, replace};
pub use survey::{Changes, Conflict, Reason};

use disk::{Disk, Real};
use manifest::Manifest;

/// The first line of a file that holds readable secret values begins so. No hash of it is kept, so this line is what
/// tells a file of kgen's from one that a person put in its place.
pub const MARK: &str = "# kgen: ";

/// One file of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub text: String,
    /// Holds secret values that can be read: mode 0600, and no hash in `.kgen.json`.
    pub secret: bool,
}

/// Where a tree is to be, and whose it is.
#[derive(Clone, Debug)]
pub struct Target {
    /// What a person named: the folder of the project file, or that of `--out`. It may be a link.
    pub root: PathBuf,
    /// The folder below it that the project names, through no link; empty with `--out`.
    pub folder: String,
    pub owner: Owner,
}

impl Target {
    pub fn output(&self) -> PathBuf {
        if self.folder.is_empty() { self.root.clone() } else { self.root.join(&self.folder) }
    }
}

/// The tree as it should be, with the `.kgen.json` that goes with it: each text is hashed once in a run.
struct Wanted<'w> {
    files: &'w BTreeMap<String, File>,
    owner: &'w Owner,
    manifest: Manifest,
    /// What `.kgen.json` says in the end.
    text: String,
}

impl<'w> Wanted<'w> {
    fn of(files: &'w BTreeMap<String, File>, owner: &'w Owner) -> Result<Self> {
        let manifest = Manifest::of(files, owner);
        let text = manifest.text()?;
        Ok(Self { files, owner, manifest, text })
    }
}

/// What a run did. `3 written, 1 removed, 41 unchanged`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub written: Vec<String>,
    pub removed: Vec<String>,
    pub unchanged: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, removed) = (self.written.len(), self.removed.len());
        write!(f, "{written} written, {removed} removed, {} unchanged", self.unchanged)
    }
}

/// What `apply` would do. Only reads; a folder that is not there is an empty one.
pub fn plan(target: &Target, files: &BTreeMap<String, File>) -> Result<Changes> {
    check(target, files)?;
    let (output, wanted) = (target.output(), Wanted::of(files, &target.owner)?);
    Manifest::load(&output).and_then(|known| survey::survey(&output, &wanted, known)).map_err(failure::unread)
}

/// Makes the target hold `files`, and no other file that kgen wrote before.
pub fn apply(target: &Target, files: &BTreeMap<String, File>, force: bool) -> Result<Summary> {
    apply_on(&mut Real, target, files, force)
}

fn apply_on(disk: &mut dyn Disk, target: &Target, files: &BTreeMap<String, File>, force: bool) -> Result<Summary> {
    check(target, files)?;
    let (output, wanted) = (&target.output(), Wanted::of(files, &target.owner)?);
    // Without the lock first: a tree that is as it should be needs no right to write, and nothing is made in another's.
    // Anything else may be the view of a run halfway through, and is looked at again.
    match surveyed(output, &wanted, force) {
        Ok(found) if found.is_settled() && !switch::has_leftovers(output) => return Ok(found.summary()),
        Ok(found) if found.dispute.is_some() => found.refuse(output)?,
        _ => {}
    }
    let mut made = Vec::new();
    let done = switch::make_root(disk, output, &mut made).and_then(|()| locked(disk, target, &wanted, force));
    if done.is_err() {
        // Only what is empty goes.
        made.iter().rev().for_each(|folder| drop(disk.remove_folder(folder)));
    }
    done.map_err(|error| failure::told(error, false))
}

/// With the lock, which is given back before a folder that was made for nothing is removed.
fn locked(disk: &mut dyn Disk, target: &Target, wanted: &Wanted, force: bool) -> Result<Summary> {
    let output = &target.output();
    place::check_root(target)?;
    let _lock = Lock::take(output, lock::PATIENCE)?;
    switch::sweep(disk, output, wanted.files)?;
    let changes = surveyed(output, wanted, force)?;
    changes.refuse(output)?;
    switch::carry_out(disk, target, wanted, &changes)?;
    Ok(changes.summary())
}

/// The changes, with what keeps a run from making them.
fn surveyed(output: &Path, wanted: &Wanted, force: bool) -> Result<Changes> {
    let known = match Manifest::load(output) {
        Err(_) if force => Manifest::default(),
        known => known?,
    };
    let mut changes = survey::survey(output, wanted, known)?;
    if force {
        changes.force();
    }
    Ok(changes)
}

/// Before anything else. What is said about `files` would be a fault of kgen, not of its user.
fn check(target: &Target, files: &BTreeMap<String, File>) -> Result<()> {
    place::check_root(target)?;
    place::check(files.keys().map(String::as_str))?;
    for (path, file) in files {
        let marked = !file.secret || file.text.starts_with(MARK);
        anyhow::ensure!(marked, "`{path}` holds secret values and does not begin with `{MARK}`");
    }
    Ok(())
}
