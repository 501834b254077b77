//! One new file, whole or not at all, and only where nothing stands.
//!
//! Owns: that nothing is overwritten, that a run which is stopped leaves no half file, and that a folder which the
//! project names is no link.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{place, replace};

/// A new file of the project, below its folder; `false` where something stands there.
pub fn create_inside(root: &Path, path: &str, text: &str) -> Result<bool> {
    place::check([path])?;
    replace::make_folders(root, path)?;
    let full = root.join(path);
    match create(&full, text) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        created => created.map(|()| true).with_context(|| format!("cannot write `{}`", full.display())),
    }
}

/// Made under another name first: a link to it is made at once or not at all, and fails where something stands.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let scratch = Scratch(path.with_file_name(format!(".{name}.{}", std::process::id())));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&scratch.0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match fs::hard_link(&scratch.0, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => without_links(path, text),
        linked => linked,
    }
}

/// On a file system that has no links.
fn without_links(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Removed with the value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
