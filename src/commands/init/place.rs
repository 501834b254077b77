//! Where the project file goes: a name that is free.
//!
//! Does not own: that a file is whole or not there (`output/write/create.rs`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::access;
use crate::cli::Global;
use crate::commands::schema;
use crate::diag::failure::Told;
use crate::output::write::create;

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
    if global.untrusted {
        access::through_no_link(&path)?;
    }
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
