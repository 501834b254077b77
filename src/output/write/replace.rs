//! A few files beside the tree, each replaced whole: the ciphertext that `kgen secret` keeps, manual pages.
//!
//! Owns: that nothing outside of their folder is written, that two runs do not lose each other's work, and that no file is
//! ever half. All are staged before the first is renamed: what can fail, fails while every file is as it was.
//! Does not own: `.kgen.json`, which knows the files of the tree only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::disk::{Disk, Real};
use super::lock::{self, Lock};
use super::place::{self, Found, Kind};

/// Makes a folder inside the project and keeps other runs out of it.
pub fn hold(root: &Path, folder: &str) -> Result<Lock> {
    let inside = format!("{folder}/x");
    place::check([inside.as_str()])?;
    make_folders(root, &inside)?;
    let folder = root.join(folder);
    let held = Lock::take(&folder, lock::PATIENCE)?;
    // Of a run that was killed: whoever writes here holds the lock.
    for name in place::names(&folder)?.iter().filter(|name| place::is_temporary(name)) {
        let path = folder.join(name);
        Real.remove(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    Ok(held)
}

/// The folders on the way to `path`; a link among them could lead anywhere.
pub fn make_folders(root: &Path, path: &str) -> Result<()> {
    for part in place::folders(path) {
        let full = root.join(part);
        match place::kind(&full)? {
            Kind::Folder => {}
            Kind::Nothing => make(&full)?,
            _ => bail!("`{}` is no folder; kgen writes only into real folders of the project", full.display()),
        }
    }
    Ok(())
}

/// Another run may have made it just now.
fn make(folder: &Path) -> Result<()> {
    match Real.make_folder(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.with_context(|| format!("cannot create `{}`", folder.display())),
    }
}

/// What stands at a path of the project; `None` where nothing does.
pub fn read(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let shown = || root.join(path).display().to_string();
    match place::look(root, path)? {
        Found::Nothing => Ok(None),
        Found::File(bytes) => Ok(Some(bytes)),
        Found::Link | Found::BehindLink(_) => {
            bail!("`{}` is or is behind a link; kgen writes only into real files and folders", shown())
        }
        Found::Folder | Found::Special | Found::BehindFile(_) => bail!("`{}` is no file", shown()),
    }
}

/// Replaces all of `files`, or none. Their folders are held.
pub fn replace(root: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    replace_on(&mut Real, root, files)
}

pub(super) fn replace_on(disk: &mut dyn Disk, root: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    place::check(files.keys().map(String::as_str))?;
    for path in files.keys() {
        read(root, path)?;
    }
    let mut staged: Vec<Scratch> = Vec::new();
    for (path, text) in files {
        staged.push(Scratch::on(disk, root, path, text)?);
    }
    let temporary: Vec<PathBuf> = staged.iter().map(|scratch| scratch.0.clone()).collect();
    disk.settle(&temporary).with_context(|| format!("cannot write to `{}`", root.display()))?;
    for (scratch, path) in staged.iter().zip(files.keys()) {
        let full = root.join(path);
        disk.rename(&scratch.0, &full).with_context(|| format!("cannot write `{}`", full.display()))?;
        let folder = full.parent().unwrap_or(root);
        disk.settle(&[folder.to_owned()]).with_context(|| format!("cannot write to `{}`", folder.display()))?;
    }
    Ok(())
}

/// A file beside the one that it may take the place of; removed with the value if it did not.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(root: &Path, path: &str, text: &str) -> Result<Self> {
        Self::on(&mut Real, root, path, text)
    }

    fn on(disk: &mut dyn Disk, root: &Path, path: &str, text: &str) -> Result<Self> {
        let full = root.join(path);
        let folder = full.parent().unwrap_or(root);
        for number in 0..u32::MAX {
            let scratch = Self(folder.join(format!("{}{number}", place::TEMPORARY)));
            match disk.create(&scratch.0, text, false) {
                Ok(()) => return Ok(scratch),
                // Of this run, for another file.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::mem::forget(scratch),
                Err(error) => return Err(error).with_context(|| format!("cannot write to `{}`", folder.display())),
            }
        }
        bail!("cannot write to `{}`", folder.display())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
