//! The operations that change the disk, one by one.
//!
//! A trait, so that a test can stop a run after each of them. Reading is not here: it changes nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

pub trait Disk {
    /// A new file with all of `text`, safely on the disk. Fails where something stands already.
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    fn make_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Fails where the folder is not empty.
    fn remove_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the renames and removals in a folder survive a power failure.
    fn sync(&mut self, folder: &Path) -> io::Result<()>;
    /// Only the owner may read it.
    fn protect(&mut self, path: &Path) -> io::Result<()>;
}

pub struct Real;

impl Disk for Real {
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if secret {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    #[cfg(unix)]
    fn sync(&mut self, folder: &Path) -> io::Result<()> {
        fs::File::open(folder)?.sync_all()
    }

    /// Elsewhere a folder cannot be opened, and its entries are journaled by the system.
    #[cfg(not(unix))]
    fn sync(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    #[cfg(unix)]
    fn protect(&mut self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
    }

    #[cfg(not(unix))]
    fn protect(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Others than the owner may read the file.
#[cfg(unix)]
pub fn is_loose(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub fn is_loose(_: &Path) -> bool {
    false
}
