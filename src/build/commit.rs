//! The commit that a folder is at, read from `.git`; in a package from crates.io, from what cargo wrote down.
//!
//! Owns: where git keeps it: a branch's file, `packed-refs`, the common folder of a worktree.
//! Does not own: its day, which is inside a compressed object: git is asked, and where there is none it is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Commit {
    /// `abc1234 2026-11-21`
    pub shown: String,
    /// What changes when the commit does.
    pub files: Vec<PathBuf>,
}

/// `None` where there is none: an archive, a folder that is no repository.
pub fn of(folder: &Path) -> Option<Commit> {
    packaged(folder).or_else(|| checked_out(folder))
}

/// `cargo package` notes the commit beside the sources.
fn packaged(folder: &Path) -> Option<Commit> {
    let file = folder.join(".cargo_vcs_info.json");
    let text = fs::read_to_string(&file).ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    let hash = rest.split('"').nth(1).filter(|hash| is_hash(hash))?;
    Some(Commit { shown: short(hash), files: vec![file] })
}

fn checked_out(folder: &Path) -> Option<Commit> {
    let git = repository(&folder.join(".git"))?;
    let head = git.join("HEAD");
    let text = fs::read_to_string(&head).ok()?;
    let text = text.trim();
    let mut files = vec![head];
    let hash = match text.strip_prefix("ref: ") {
        None => text.to_owned(),
        Some(name) => {
            // The branches of a worktree are those of its repository.
            let common = fs::read_to_string(git.join("commondir")).map(|path| git.join(path.trim()));
            let common = common.unwrap_or_else(|_| git.clone());
            let (branch, packed) = (common.join(name), common.join("packed-refs"));
            // A file that is not there yet would make cargo run this each time.
            files.extend([&branch, &packed].into_iter().filter(|file| file.exists()).cloned());
            loose(&branch).or_else(|| listed(&packed, name))?
        }
    };
    if !is_hash(&hash) {
        return None;
    }
    let day = day(folder, &hash).map(|day| format!(" {day}")).unwrap_or_default();
    Some(Commit { shown: format!("{}{day}", short(&hash)), files })
}

/// `.git` is a folder, or in a worktree a file that names one.
fn repository(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = fs::read_to_string(git).ok()?;
    Some(git.parent()?.join(text.strip_prefix("gitdir: ")?.trim()))
}

fn loose(branch: &Path) -> Option<String> {
    Some(fs::read_to_string(branch).ok()?.trim().to_owned())
}

fn listed(packed: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(packed).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, branch)| *branch == name).map(|(hash, _)| hash.to_owned())
}

/// The day of the commit, as its author's clock had it: the same on every machine.
fn day(folder: &Path, hash: &str) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["show", "--no-patch", "--no-show-signature", "--format=%as", hash]);
    let said = git.output().ok().filter(|said| said.status.success())?;
    let day = String::from_utf8(said.stdout).ok()?.trim().to_owned();
    let is_day = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_day.then_some(day)
}

fn is_hash(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn short(hash: &str) -> String {
    hash.chars().take(7).collect()
}
