//! One run at a time: `.kgen.lock` in the output folder, there only while a run writes.
//!
//! The system gives the lock back when its holder dies, so a file left by a killed run holds nobody up, and the next
//! run removes it. It stands in the output folder because that is what two runs share: a temporary folder may differ
//! between them, and a folder may be reached by two paths.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::disk;
use super::place::{self, Kind};
use crate::access;
use crate::diag::failure::Told;

pub const NAME: &str = ".kgen.lock";

/// How often to ask, `PAUSE` apart: 10 seconds.
pub const PATIENCE: u32 = 200;

const PAUSE: Duration = Duration::from_millis(50);

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits for a run that holds the lock, then says who does.
    pub fn take(output: &Path, patience: u32) -> Result<Self> {
        let path = output.join(NAME);
        for _ in 0..patience {
            // A link would make kgen write to what it leads to.
            if !matches!(place::kind(&path)?, Kind::Nothing | Kind::File) {
                return Err(anyhow!("`{}` is not a regular file", path.display()).hint("move it away"));
            }
            let lock = try_take(&path).with_context(|| format!("cannot write to `{}`", output.display()))?;
            match lock {
                Some(file) => return Ok(Self::named(file, path)),
                None => sleep(PAUSE),
            }
        }
        let seconds = PAUSE.as_millis() * u128::from(patience) / 1000;
        let message = anyhow!("another kgen{} is writing to `{}`; waited {seconds} s", holder(&path), output.display());
        Err(message.hint("run it again when that one has ended, or end it"))
    }
}

impl Lock {
    /// Says who holds it. That there is no room for this on a full disk keeps nobody from holding it.
    fn named(mut file: File, path: PathBuf) -> Self {
        let _ = file.set_len(0).and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        Self { file, path }
    }
}

/// `None` while someone else holds it.
fn try_take(path: &Path) -> io::Result<Option<File>> {
    let file = disk::real_only(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Some network disks have no locks: better to write without one than not at all.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if !is_same(&file, path) {
        return Ok(None);
    }
    Ok(Some(file))
}

/// The holder before us removed the file as it ended: a lock on a file that has no name any more keeps nobody out.
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: std::fs::Metadata| (found.dev(), found.ino());
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => id(held) == id(named),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}

fn holder(path: &Path) -> String {
    let pid = access::own(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<u32>().ok());
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl Drop for Lock {
    /// Removed while still held, so that no one can lock it in between.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}
