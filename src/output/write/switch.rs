//! From the old tree to the new one: stages, switches, and sweeps up after a run that was killed.
//!
//! Owns: the order of the steps, on which it depends that no file is ever half (see the parent module).
//! Temporary files are named `.kgen-tmp-journal` (the interim `.kgen.json`, staged first: it names every folder that
//! may hold another), `.kgen-tmp-manifest` (the final one) and `.kgen-tmp-<number>`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::disk::Disk;
use super::manifest::{self, Manifest};
use super::place::{self, Kind};
use super::survey::Changes;
use super::{File, Target, Wanted, failure, lock, order};

const JOURNAL: &str = ".kgen-tmp-journal";
const FINAL: &str = ".kgen-tmp-manifest";

/// A killed run may have left something that only a run with the lock may clear away.
pub fn has_leftovers(output: &Path) -> bool {
    // A temporary file anywhere else implies the journal, or `unfinished` in a manifest that is then not as it should be.
    [JOURNAL, FINAL, lock::NAME].iter().any(|name| output.join(name).symlink_metadata().is_ok())
}

/// Removes the temporary files of a killed run, and the folders it made for nothing.
pub fn sweep(disk: &mut dyn Disk, output: &Path, files: &BTreeMap<String, File>) -> Result<()> {
    // A journal that cannot be read was not finished, so nothing came after it.
    let journal = place::read_own(&output.join(JOURNAL)).ok().flatten();
    let journal = journal.and_then(|bytes| Manifest::parse(&bytes).ok()).unwrap_or_default();
    let known = Manifest::load(output).unwrap_or_default();
    let (begun, written) = (journal.paths(), known.paths());
    let paths: BTreeSet<&str> = begun.iter().chain(&written).map(|path| path.as_str()).collect();
    for folder in place::all_folders(paths.iter().copied().chain(files.keys().map(String::as_str))) {
        if place::is_real_folder(output, folder)? {
            sweep_folder(disk, &output.join(folder))?;
        }
    }
    prune(disk, output, begun.into_iter().map(String::as_str))?;
    sweep_folder(disk, output)?;
    // Last: without it the others would not be found.
    remove_leftover(disk, &output.join(JOURNAL))
}

fn sweep_folder(disk: &mut dyn Disk, folder: &Path) -> Result<()> {
    for name in place::names(folder)? {
        if place::is_temporary(&name) || name == FINAL {
            remove_leftover(disk, &folder.join(name))?;
        }
    }
    Ok(())
}

fn remove_leftover(disk: &mut dyn Disk, path: &Path) -> Result<()> {
    match place::kind(path)? {
        Kind::Nothing => Ok(()),
        _ => named("remove", path, disk.remove(path)),
    }
}

/// Removes the folders on the way to `paths` that are empty, innermost first.
fn prune<'p>(disk: &mut dyn Disk, output: &Path, paths: impl IntoIterator<Item = &'p str>) -> Result<()> {
    for folder in place::all_folders(paths).into_iter().rev() {
        if place::is_real_folder(output, folder)? && place::names(&output.join(folder))?.is_empty() {
            let full = output.join(folder);
            match disk.remove_folder(&full) {
                Err(error) if is_harmless(error.kind()) => {}
                removed => named("remove", &full, removed)?,
            }
        }
    }
    Ok(())
}

/// An empty folder that must stay does no harm: a mount point, or one that someone put a file into just now.
fn is_harmless(kind: ErrorKind) -> bool {
    use ErrorKind::{DirectoryNotEmpty, NotFound, PermissionDenied, ResourceBusy};
    matches!(kind, PermissionDenied | ResourceBusy | DirectoryNotEmpty | NotFound)
}

/// Removes the folder at `path`, if it is one: its files have left, its empty folders may be there yet.
fn remove_hollow(disk: &mut dyn Disk, path: &Path) -> Result<()> {
    if place::kind(path)? != Kind::Folder {
        return Ok(());
    }
    for name in place::names(path)? {
        remove_hollow(disk, &path.join(name))?;
    }
    named("remove", path, disk.remove_folder(path))
}

fn named(verb: &str, path: &Path, result: io::Result<()>) -> Result<()> {
    result.with_context(|| format!("cannot {verb} `{}`", path.display()))
}

/// Makes the output folder and those above it; `made` are those that were not there.
pub fn make_root(disk: &mut dyn Disk, output: &Path, made: &mut Vec<PathBuf>) -> Result<()> {
    let above: Vec<&Path> = output.ancestors().filter(|path| !path.as_os_str().is_empty()).collect();
    for folder in above.into_iter().rev().skip_while(|folder| folder.is_dir()) {
        match disk.make_folder(folder) {
            Ok(()) => made.push(folder.to_owned()),
            // By another run, just now.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            failed => named("create", folder, failed)?,
        }
    }
    Ok(())
}

/// Does what `changes` says; all its conflicts are settled, and the lock is held.
pub(super) fn carry_out(disk: &mut dyn Disk, target: &Target, wanted: &Wanted, changes: &Changes) -> Result<()> {
    let output = &target.output();
    for path in &changes.loose {
        named("protect", &output.join(path), disk.protect(&output.join(path)))?;
    }
    let interim = changes.interim(wanted);
    if interim.unfinished.is_empty() && !changes.stale_manifest {
        return Ok(());
    }
    let mut run = Run {
        disk,
        target,
        output,
        wanted,
        changes,
        staged: vec![],
        folders: BTreeSet::new(),
        made: vec![],
        switching: false,
    };
    let done = run.stage(&interim).and_then(|()| run.look_again());
    done.and_then(|()| run.switch(!interim.unfinished.is_empty())).map_err(|error| {
        run.discard();
        failure::told(error, run.switching)
    })
}

struct Run<'r> {
    disk: &'r mut dyn Disk,
    target: &'r Target,
    output: &'r Path,
    wanted: &'r Wanted<'r>,
    changes: &'r Changes,
    /// Temporary files, each with the path it is for.
    staged: Vec<(PathBuf, String)>,
    /// Folders that a staged file stands in, or below: such a one stays while this run switches.
    folders: BTreeSet<String>,
    /// Folders this run made.
    made: Vec<PathBuf>,
    /// The interim `.kgen.json` is in its place: files are changing.
    switching: bool,
}

impl Run<'_> {
    fn stage(&mut self, interim: &Manifest) -> Result<()> {
        let manifest = self.output.join(manifest::NAME);
        if !interim.unfinished.is_empty() {
            let path = self.output.join(JOURNAL);
            named("write", &manifest, self.disk.create(&path, &interim.text()?, false))?;
        }
        named("write", &manifest, self.disk.create(&self.output.join(FINAL), &self.wanted.text, false))?;
        for (number, path) in self.changes.writes().into_iter().enumerate() {
            let file = &self.wanted.files[&path];
            let folder = self.make_folders(&path)?;
            let temporary = folder.join(format!("{}{number}", place::TEMPORARY));
            self.staged.push((temporary.clone(), path.clone()));
            let created = self.disk.create(&temporary, &file.text, file.secret);
            named("write", &self.output.join(path), created)?;
        }
        let staged: Vec<PathBuf> = self.staged.iter().map(|(temporary, _)| temporary.clone()).collect();
        let all = [self.output.join(JOURNAL), self.output.join(FINAL)].into_iter().chain(staged);
        let all: Vec<PathBuf> = all.skip(usize::from(interim.unfinished.is_empty())).collect();
        named("write", self.output, self.disk.settle(&all))
    }

    /// The folder of `path`, or the nearest one where a file that leaves still stands in the way.
    fn make_folders(&mut self, path: &str) -> Result<PathBuf> {
        let mut last = self.output.to_owned();
        for folder in place::folders(path) {
            let full = self.output.join(folder);
            if !self.folders.contains(folder) {
                if !self.make_folder(&full)? {
                    return Ok(last);
                }
                self.folders.insert(folder.to_owned());
            }
            last = full;
        }
        Ok(last)
    }

    /// Whether `folder` is one now; a file that leaves may stand there.
    fn make_folder(&mut self, folder: &Path) -> Result<bool> {
        let found = place::kind(folder)?;
        if found == Kind::Nothing {
            named("create", folder, self.disk.make_folder(folder))?;
            self.made.push(folder.to_owned());
        }
        Ok(matches!(found, Kind::Nothing | Kind::Folder))
    }

    /// Staging takes as long as the disk does: someone may have saved a file meanwhile. The moment that is left, between
    /// this look and the renames, is a short one.
    fn look_again(&self) -> Result<()> {
        place::check_root(self.target)?;
        let made: BTreeSet<&Path> = self.made.iter().map(PathBuf::as_path).collect();
        let is_in_new_folder = |path: &str| self.output.join(path).parent().is_some_and(|at| made.contains(at));
        let created = self.changes.created.iter().filter(|path| !is_in_new_folder(path));
        self.changes.since(self.output, self.wanted.files, created)?.refuse(self.output)
    }

    fn switch(&mut self, journal: bool) -> Result<()> {
        let writes = order::writes(self.output, self.wanted, self.changes)?;
        if journal {
            self.replace_manifest(JOURNAL)?;
        }
        self.remove(&self.changes.removed)?;
        let staged: BTreeMap<String, PathBuf> =
            self.staged.iter().map(|(at, path)| (path.clone(), at.clone())).collect();
        for path in &writes {
            self.make_folders(path)?;
            let full = self.output.join(path);
            remove_hollow(self.disk, &full)?;
            named("write", &full, self.disk.rename(&staged[path], &full))?;
        }
        prune(self.disk, self.output, self.changes.gone.iter().map(String::as_str))?;
        self.settle(&writes)?;
        self.replace_manifest(FINAL)
    }

    fn replace_manifest(&mut self, temporary: &str) -> Result<()> {
        let path = self.output.join(manifest::NAME);
        named("write", &path, self.disk.rename(&self.output.join(temporary), &path))?;
        self.switching = true;
        named("write", self.output, self.disk.settle(&[self.output.to_owned()]))
    }

    fn remove(&mut self, paths: &[String]) -> Result<()> {
        for path in paths {
            let full = self.output.join(path);
            match self.disk.remove(&full) {
                // By someone else, just now.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => named("remove", &full, removed)?,
            }
        }
        prune(self.disk, self.output, paths.iter().map(String::as_str))
    }

    /// Before the manifest says that all is done, it is.
    fn settle(&mut self, writes: &[String]) -> Result<()> {
        let touched = writes.iter().chain(&self.changes.removed).map(String::as_str);
        let mut folders = vec![self.output.to_owned()];
        for folder in place::all_folders(touched) {
            if self.folders.contains(folder) || place::is_real_folder(self.output, folder)? {
                folders.push(self.output.join(folder));
            }
        }
        named("write", self.output, self.disk.settle(&folders))
    }

    /// Clears away after a failure what is still there; what cannot be cleared is left to the next run.
    fn discard(&mut self) {
        for (temporary, _) in &self.staged {
            let _ = self.disk.remove(temporary);
        }
        for folder in self.made.iter().rev() {
            let _ = self.disk.remove_folder(folder);
        }
        let _ = self.disk.remove(&self.output.join(FINAL));
        let _ = self.disk.remove(&self.output.join(JOURNAL));
    }
}
