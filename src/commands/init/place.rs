//! Where the project file goes: a name that is free, a file that is whole.
//!
//! Owns: that nothing that stands there is overwritten, and that a run that is stopped leaves no half file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::cli::Global;
use crate::commands::schema;
use crate::diag::failure::Told;

/// Beside the project file, where an editor finds it without a network.
pub const SCHEMA: &str = "kgen.schema.json";

pub struct Target {
    /// The project file's path, as it is shown.
    pub path: PathBuf,
}

pub fn target(dir: Option<&Path>, global: &Global) -> Result<Target> {
    let path = match (dir, &global.file) {
        (Some(_), Some(_)) => return Err(anyhow!("`--file` names the file already").hint("leave the folder out")),
        (None, Some(file)) => file.clone(),
        (Some(dir), None) if dir == Path::new(".") => PathBuf::from("kgen.yaml"),
        (Some(dir), None) => dir.join("kgen.yaml"),
        (None, None) => PathBuf::from("kgen.yaml"),
    };
    Ok(Target { path })
}

/// A link that leads nowhere stands there too.
pub fn free(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        let shown = path.display();
        return Err(anyhow!("`{shown}` is there already, and kgen init overwrites nothing")
            .hint("edit it, or write into another folder: `kgen init DIR`"));
    }
    Ok(())
}

pub fn make_folder(target: &Target) -> Result<()> {
    let folder = target.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot create `{}`", folder.display()))
}

/// Writes the project file, and the schema where there is none. What to say of the schema.
pub fn write(target: &Target, text: &str) -> Result<String> {
    make_folder(target)?;
    // First: a project file without its schema would be a warning in the editor.
    let beside = target.path.with_file_name(SCHEMA);
    let said = match create(&beside, &schema::text()?) {
        Ok(()) => format!(" and {SCHEMA}, which editors complete and check it by"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => format!("; {SCHEMA} was there already"),
        Err(error) => return Err(error).with_context(|| format!("cannot write `{}`", beside.display())),
    };
    match create(&target.path, text) {
        Ok(()) => Ok(said),
        // Another run was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => free(&target.path).map(|()| said),
        Err(error) => Err(error).with_context(|| format!("cannot write `{}`", target.path.display())),
    }
}

/// A new file with all of `text`, or none. Made under another name first: a link to it is made at once or not at all, and
/// fails where something stands.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let scratch = Scratch(path.with_file_name(format!(".{name}.{}", std::process::id())));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&scratch.0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match fs::hard_link(&scratch.0, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => without_links(path, text),
        linked => linked,
    }
}

/// On a file system that has no links.
fn without_links(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Removed with the value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
