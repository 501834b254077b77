//! Paths inside the output folder: which are allowed, and what stands there.
//!
//! No link is followed on the way: a linked folder could lead out of the output folder, or give one file two paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::diag::failure::Told;

use crate::access;

use super::Target;
use crate::format;

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    File(Vec<u8>),
    Folder,
    Link,
    /// A device, a pipe or a socket.
    Special,
    /// A folder on the way is a link.
    BehindLink(String),
    /// A folder on the way is no folder.
    BehindFile(String),
}

/// The folders on the way to `path`, outermost first: `a`, `a/b` for `a/b/c`.
pub fn folders(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The folders on the way to any of `paths`.
pub fn all_folders<'p>(paths: impl IntoIterator<Item = &'p str>) -> BTreeSet<&'p str> {
    paths.into_iter().flat_map(folders).collect()
}

pub fn look(output: &Path, path: &str) -> Result<Found> {
    for folder in folders(path) {
        match kind(&output.join(folder))? {
            Kind::Nothing => return Ok(Found::Nothing),
            Kind::Folder => {}
            Kind::Link => return Ok(Found::BehindLink(folder.to_owned())),
            Kind::File | Kind::Special => return Ok(Found::BehindFile(folder.to_owned())),
        }
    }
    let full = output.join(path);
    Ok(match kind(&full)? {
        Kind::Nothing => Found::Nothing,
        Kind::File => match access::own(&full) {
            // Another run removed it just now.
            Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
            read => Found::File(read.with_context(|| format!("cannot read `{}`", full.display()))?),
        },
        Kind::Folder => Found::Folder,
        Kind::Link => Found::Link,
        Kind::Special => Found::Special,
    })
}

/// A tree can be made there: the folder that a person named, or the nearest above it that there is, is a folder or a link
/// to one; and no part of what the project names below it is a link, which could lead anywhere.
pub fn check_root(target: &Target) -> Result<()> {
    let inside = folders(&target.folder).chain(Some(&*target.folder).filter(|folder| !folder.is_empty()));
    for folder in inside.map(|folder| target.root.join(folder)) {
        if kind(&folder)? == Kind::Link {
            let text = "is a symbolic link, and a tree goes into real folders of the project only";
            return Err(anyhow!("`{}` {text}", folder.display())
                .hint("put a folder in its place, or name another one as `output`; `kgen render PROFILE --out DIR` may go through links"));
        }
    }
    let output = target.output();
    let above = output.ancestors().filter(|path| !path.as_os_str().is_empty());
    for path in above {
        let what = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => "a file where a folder should be",
            Err(_) if path.is_symlink() => "a symbolic link that leads to no folder",
            Err(_) => continue,
        };
        return Err(anyhow!("`{}` is {what}", path.display()).hint("move it away, or render into another folder"));
    }
    Ok(())
}

/// The content of a file of kgen's own. What is no regular file is not opened: a pipe would keep kgen waiting.
pub fn read_own(path: &Path) -> Result<Option<Vec<u8>>> {
    match kind(path)? {
        Kind::Nothing => Ok(None),
        Kind::File => Ok(Some(access::own(path).with_context(|| format!("cannot read `{}`", path.display()))?)),
        _ => Err(anyhow!("`{}` is not a regular file", path.display()).hint("move it away")),
    }
}

/// `folder` inside `output`, reached through real folders only.
pub fn is_real_folder(output: &Path, folder: &str) -> Result<bool> {
    for part in folders(folder).chain([folder]) {
        if kind(&output.join(part))? != Kind::Folder {
            return Ok(false);
        }
    }
    Ok(true)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    File,
    Folder,
    Link,
    Special,
}

pub fn kind(path: &Path) -> Result<Kind> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Kind::Nothing);
        }
        found => found.with_context(|| format!("cannot read `{}`", path.display()))?.file_type(),
    };
    Ok(match found {
        found if found.is_symlink() => Kind::Link,
        found if found.is_dir() => Kind::Folder,
        found if found.is_file() => Kind::File,
        _ => Kind::Special,
    })
}

/// Names in a folder, sorted.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let read = || -> std::io::Result<Vec<String>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let mut names = read().with_context(|| format!("cannot read `{}`", folder.display()))?;
    names.sort();
    Ok(names)
}

/// Temporary files begin so.
pub const TEMPORARY: &str = ".kgen-tmp-";

/// A file that is being written to take the place of another.
pub fn is_temporary(name: &str) -> bool {
    name.strip_prefix(TEMPORARY).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Relative, inside, and none of the names that kgen or git need for themselves.
pub fn is_safe(path: &str) -> bool {
    !path.contains(|c: char| c.is_control() || c == '\\' || c == ':') && path.split('/').all(is_safe_name)
}

fn is_safe_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let reserved = ["", ".", "..", ".kgen.json", ".kgen.lock"];
    !reserved.contains(&lower.as_str()) && !format::is_gits(name) && !lower.starts_with(TEMPORARY)
}

/// All paths are safe, and no two meet, also on a disk to which `A` and `a` are one name.
pub fn check<'p>(paths: impl IntoIterator<Item = &'p str>) -> Result<()> {
    let paths: BTreeSet<&str> = paths.into_iter().collect();
    let mut seen = BTreeMap::new();
    for path in &paths {
        ensure!(is_safe(path), "`{path}` is no path that kgen writes to");
        for part in folders(path).chain([*path]) {
            match seen.insert(part.to_lowercase(), part) {
                Some(other) if other != part => {
                    bail!("`{other}` and `{part}` differ in upper and lower case only")
                }
                _ => {}
            }
        }
        if let Some(folder) = folders(path).find(|folder| paths.contains(folder)) {
            bail!("`{folder}` would be a file and the folder of `{path}`");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(paths: &[&str]) -> String {
        check(paths.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn paths_stay_inside() {
        for path in
            ["", "/a", "../a", "a/..", "a/./b", "a/", "a\\b", "C:a", "a\nb", ".GIT/x", "x/.github/y", "a/.kgen-tmp-1"]
        {
            assert!(!is_safe(path), "{path:?}");
        }
        assert!(is_safe("a/b.yaml") && is_safe(".gitignore") && is_safe("..a"));
    }

    #[test]
    fn names_that_differ_in_case_only_are_refused() {
        assert_eq!(refusal(&["a/x", "A/y"]), "`A` and `a` differ in upper and lower case only");
        assert_eq!(refusal(&["a/x", "a/X"]), "`a/X` and `a/x` differ in upper and lower case only");
    }

    #[test]
    fn a_path_is_a_file_or_a_folder() {
        assert_eq!(refusal(&["a", "a/b"]), "`a` would be a file and the folder of `a/b`");
    }
}
