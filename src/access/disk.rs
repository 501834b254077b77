//! The disk: every open of a file that kgen reads.
//!
//! Owns: that what was looked at is what is opened. A path below a root is opened folder by folder without following a
//! link: who exchanges a folder for a link in between gets an error, not another file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{Entry, Limit, Store};

/// Below a real path.
pub struct Disk {
    pub root: PathBuf,
}

impl Store for Disk {
    fn entry(&self, path: &str) -> anyhow::Result<Entry> {
        let full = self.root.join(path);
        let found = match fs::symlink_metadata(&full) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Entry::Nothing);
            }
            found => found?,
        };
        Ok(match found.file_type() {
            kind if kind.is_symlink() => Entry::Link(fs::read_link(&full)?.to_string_lossy().into_owned()),
            kind if kind.is_dir() => Entry::Folder,
            kind if kind.is_file() => Entry::File(found.len()),
            _ => Entry::Special,
        })
    }

    fn bytes(&self, path: &str, most: u64) -> anyhow::Result<Vec<u8>> {
        let file = strict::open(&self.root, path)?;
        anyhow::ensure!(file.metadata()?.is_file(), "it is a pipe or a device, and should be a file");
        Ok(bounded(file, most)?)
    }

    fn names(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        Ok(strict::names(&self.root, folder)?)
    }

    fn missing(&self, shown: &str) -> anyhow::Error {
        const NOT_FOUND: i32 = 2;
        anyhow::Error::from(io::Error::from_raw_os_error(NOT_FOUND)).context(format!("cannot read `{shown}`"))
    }
}

/// A file or a pipe that the command line names.
pub fn given(path: &Path) -> anyhow::Result<Vec<u8>> {
    limited(stream(path)?, &format!("`{}`", path.display()))
}

/// As [`given`], for a reader with a limit of its own.
pub fn stream(path: &Path) -> anyhow::Result<File> {
    let shown = || format!("cannot read `{}`", path.display());
    if fs::metadata(path).with_context(shown)?.is_dir() {
        bail!("`{}` is a folder, and should be a file", path.display());
    }
    File::open(path).with_context(shown)
}

/// All of a stream, or an error where it is longer than any configuration: a device never ends.
pub fn limited(from: impl Read, shown: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = bounded(from, Limit::CONFIGURATION.bytes()).with_context(|| format!("cannot read {shown}"))?;
    Limit::CONFIGURATION.check(shown, bytes.len() as u64)?;
    Ok(bytes)
}

/// A regular file that stands at this very path, which kgen may have written: no link, no device.
pub fn own(path: &Path) -> io::Result<Vec<u8>> {
    let file = strict::file(path)?;
    match file.metadata()?.is_file() {
        true => bounded(file, u64::MAX - 1),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

fn bounded(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opening without following a link. A pipe is opened without waiting for who writes into it.
#[cfg(unix)]
mod strict {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{Dir, Mode, OFlags, open as plain, openat};

    const FILE: OFlags =
        OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
    const LIST: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::DIRECTORY);
    /// A folder to go through may be one that nobody may list.
    #[cfg(target_os = "linux")]
    const STEP: OFlags = OFlags::PATH.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::DIRECTORY);
    #[cfg(not(target_os = "linux"))]
    const STEP: OFlags = LIST;

    pub fn file(path: &Path) -> io::Result<File> {
        Ok(plain(path, FILE, Mode::empty())?.into())
    }

    pub fn open(root: &Path, path: &str) -> io::Result<File> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Ok(openat(walk(root, folder, STEP)?, name, FILE, Mode::empty())?.into())
    }

    pub fn names(root: &Path, folder: &str) -> io::Result<Vec<String>> {
        let mut out = Vec::new();
        for entry in Dir::new(walk(root, folder, LIST)?)? {
            let entry = entry?;
            let name = entry.file_name().to_str().ok().filter(|name| !matches!(*name, "." | ".."));
            out.extend(name.map(str::to_owned));
        }
        Ok(out)
    }

    /// The folder below a real path; `last` is how the last one is opened.
    fn walk(root: &Path, folder: &str, last: OFlags) -> io::Result<OwnedFd> {
        let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        let how = |left: usize| if left == 0 { last } else { STEP };
        let mut at = plain(root, how(parts.len()), Mode::empty())?;
        for (number, part) in parts.iter().enumerate() {
            at = openat(&at, *part, how(parts.len() - number - 1), Mode::empty())?;
        }
        Ok(at)
    }
}

/// Without such an open, each part is looked at before.
#[cfg(not(unix))]
mod strict {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    pub fn file(path: &Path) -> io::Result<File> {
        match fs::symlink_metadata(path)?.is_symlink() {
            true => Err(io::Error::other("it is a symbolic link")),
            false => File::open(path),
        }
    }

    pub fn open(root: &Path, path: &str) -> io::Result<File> {
        let ends = path.match_indices('/').map(|(at, _)| at);
        for folder in ends.map(|at| root.join(&path[..at])) {
            if fs::symlink_metadata(&folder)?.is_symlink() {
                return Err(io::Error::other("a folder on the way is a symbolic link"));
            }
        }
        file(&root.join(path))
    }

    pub fn names(root: &Path, folder: &str) -> io::Result<Vec<String>> {
        let names = fs::read_dir(root.join(folder))?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
