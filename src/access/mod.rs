//! Which files kgen reads, and how it opens them: nothing else in kgen opens a file to read it.
//!
//! Owns: the root that a project's files must be below, whatever `..` and links say; that only regular files are read; the
//! size of each file and of all of them.
//! Does not own: which files a project names (`files`), what they mean, and what is written (`output/write`).
//!
//! Two kinds of paths are told apart. A path on the command line is the user's own ([`given`]): it may be anywhere, and it
//! may be a pipe. A path that a project names, or that stands in a folder which it names, may come from a stranger
//! ([`Access`]): it is followed link by link, on the disk as in a revision of git, and must end below the root.

mod disk;
pub mod fault;
mod memory;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow, bail};

use crate::diag::failure::Told;

use disk::Disk;
pub use disk::{given, limited, own, stream};
pub use fault::{Fault, Limit};
pub use memory::Memory;

/// Something that has files: the disk, or a revision of a git repository.
pub trait Store: Send + Sync {
    /// What is at a path below the root. The folders on the way are real ones; `""` is the root.
    fn entry(&self, path: &str) -> anyhow::Result<Entry>;
    /// A file's bytes; one more than `most` where it has more.
    fn bytes(&self, path: &str, most: u64) -> anyhow::Result<Vec<u8>>;
    /// The names in a folder.
    fn names(&self, folder: &str) -> anyhow::Result<Vec<String>>;
    /// Why a path cannot be read where nothing is.
    fn missing(&self, shown: &str) -> anyhow::Error;
    /// What is put before a path when it is shown: `HEAD~1:`.
    fn prefix(&self) -> String {
        String::new()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Nothing,
    /// With its size in bytes.
    File(u64),
    Folder,
    /// With its text.
    Link(String),
    /// A device, a pipe, a socket, or a submodule of git.
    Special,
}

/// Reads what a project names. Paths begin at the project's folder.
pub struct Access {
    /// The project's folder, as it is shown.
    pub folder: PathBuf,
    /// A stranger wrote the project: no link is followed, no secret value is read.
    pub untrusted: bool,
    store: Box<dyn Store>,
    /// The project's folder below the root.
    base: String,
    /// Bytes that may be read yet.
    left: AtomicU64,
}

/// What all files of a project may have together, in bytes: memory has a bound, however many there are.
const ALL: u64 = 64 << 20;

/// A folder with more entries holds something else than a project.
const ENTRIES: usize = 10_000;

impl Access {
    /// Of a project in a folder of the disk. `root`: what the command line says; else the nearest folder with `.git`.
    pub fn on_disk(folder: &Path, root: Option<&Path>, untrusted: bool) -> anyhow::Result<Self> {
        let here = canonical(folder)?;
        if untrusted {
            through_no_link(folder)?;
        }
        let root = match root {
            Some(root) => canonical(root)?,
            None if untrusted => here.clone(),
            None => repository(&here).unwrap_or(&here).to_owned(),
        };
        let Ok(base) = here.strip_prefix(&root) else {
            let (folder, root) = (folder.display(), root.display());
            return Err(anyhow!("the project's folder `{folder}` is not below the root `{root}`")
                .hint("name a root above it with `--root DIR`"));
        };
        let base = base.to_str().with_context(|| format!("`{}` is not UTF-8", here.display()))?.to_owned();
        Ok(Self::new(Box::new(Disk { root }), folder, base, untrusted))
    }

    pub fn new(store: Box<dyn Store>, folder: &Path, base: String, untrusted: bool) -> Self {
        Self { folder: folder.to_owned(), untrusted, store, base, left: AtomicU64::new(ALL) }
    }

    /// The same, with room for a tree that kgen wrote: it is larger than the project.
    pub fn for_tree(self) -> Self {
        Self { left: AtomicU64::new(ALL * 16), ..self }
    }

    /// A path as it is shown.
    pub fn shown(&self, name: &str) -> String {
        format!("{}{}", self.store.prefix(), self.folder.join(name).display())
    }

    /// A file, whose size is known before it is read.
    pub fn read(&self, name: &str, limit: Limit) -> Result<Vec<u8>, Fault> {
        let shown = self.shown(name);
        let (path, size) = match self.find(name)? {
            (path, Entry::File(size)) => (path, size),
            (_, Entry::Nothing) => return Err(self.store.missing(&shown).into()),
            (_, Entry::Folder) => return Err(Fault::missing(format!("`{shown}` is a folder, and should be a file"))),
            _ => return Err(Fault::missing(format!("`{shown}` is a pipe or a device, and should be a file"))),
        };
        limit.check(&format!("`{shown}`"), size)?;
        let left = self.left.load(Ordering::Relaxed);
        if size > left {
            return Err(Fault::all(&shown));
        }
        let bytes = self.store.bytes(&path, size).with_context(|| format!("cannot read `{shown}`"))?;
        if bytes.len() as u64 > size {
            return Err(Fault::missing(format!("`{shown}` changed while kgen read it")));
        }
        self.left.fetch_sub(size.min(left), Ordering::Relaxed);
        Ok(bytes)
    }

    /// A file's text, or what of it is UTF-8 before the first byte that is not.
    pub fn text(&self, name: &str, limit: Limit) -> Result<Result<String, String>, Fault> {
        self.read(name, limit).map(text)
    }

    /// What is in a folder, sorted, and whether that is a folder; `None` where there is no such folder.
    pub fn list(&self, folder: &str) -> Result<Option<Vec<(String, bool)>>, Fault> {
        let (path, Entry::Folder) = self.find(folder)? else { return Ok(None) };
        let mut names = self.store.names(&path).with_context(|| format!("cannot read `{}`", self.shown(folder)))?;
        if names.len() > ENTRIES {
            return Err(Fault::entries(&self.shown(folder), ENTRIES));
        }
        names.sort();
        let kind = |name: String| {
            let found = self.find(&format!("{folder}/{name}"))?.1;
            Ok((name, found == Entry::Folder))
        };
        names.into_iter().map(kind).collect::<Result<_, Fault>>().map(Some)
    }

    /// Refuses a path that leads out, whatever is there.
    pub fn inside(&self, name: &str) -> Result<(), Fault> {
        self.find(name).map(|_| ())
    }

    pub fn is_folder(&self, name: &str) -> bool {
        matches!(self.find(name), Ok((_, Entry::Folder)))
    }

    pub fn is_there(&self, name: &str) -> bool {
        !matches!(self.find(name), Ok((_, Entry::Nothing)))
    }

    pub fn is_file(&self, name: &str) -> bool {
        matches!(self.find(name), Ok((_, Entry::File(_))))
    }

    /// Where a path leads, link by link.
    fn find(&self, name: &str) -> Result<(String, Entry), Fault> {
        let found = walk::resolve(&*self.store, &self.base, name, !self.untrusted);
        found.map_err(|stop| Fault::of(stop, &self.shown(name)))
    }
}

/// The command line names a folder of the checkout, which a stranger's commit may have made a link.
pub fn through_no_link(folder: &Path) -> anyhow::Result<()> {
    let mut parts = folder.ancestors().filter(|part| !part.as_os_str().is_empty());
    match parts.find(|part| folder.is_relative() && part.is_symlink()) {
        Some(link) => bail!("`{}` is a symbolic link, which `--untrusted` does not follow", link.display()),
        None => Ok(()),
    }
}

/// The nearest folder, itself or above it, that has `.git`.
pub fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// The real path of a folder, as it was named on the command line.
pub fn canonical(folder: &Path) -> anyhow::Result<PathBuf> {
    let named = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    named.canonicalize().with_context(|| format!("cannot read `{}`", folder.display()))
}

/// The text of bytes, or what of it is UTF-8 before the first byte that is not.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned()
    })
}
