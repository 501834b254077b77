//! The commit that a release names, in every form in which git keeps it. The code is the build script's.

#[path = "../src/build/commit.rs"]
mod build;

use std::path::Path;
use std::process::Command;

use crate::support::{Temp, put};

fn git(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
    let said = git.args(args).env("GIT_AUTHOR_DATE", "2026-11-21T23:30:00+0900").output().unwrap();
    assert!(said.status.success(), "{args:?}: {said:?}");
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn shown(folder: &Path) -> Option<String> {
    build::of(folder).map(|commit| commit.shown)
}

#[test]
fn a_commit_is_found_wherever_git_keeps_it() {
    let temp = Temp::new();
    let folder = temp.path().join("a");
    put(&folder.join("f"), "");
    assert_eq!(shown(&folder), None, "no repository");
    git(&folder, &["init", "--quiet"]);
    assert_eq!(shown(&folder), None, "no commit");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "a"]);
    let expected = Some(format!("{} 2026-11-21", &git(&folder, &["rev-parse", "HEAD"])[..7]));
    assert_eq!(shown(&folder), expected, "a branch of its own file");
    git(&folder, &["pack-refs", "--all"]);
    assert!(!folder.join(".git/refs/heads/main").exists());
    assert_eq!(shown(&folder), expected, "packed");
    git(&folder, &["worktree", "add", "--quiet", "../b"]);
    assert_eq!(shown(&temp.path().join("b")), expected, "a worktree");
    git(&folder, &["checkout", "--quiet", "--detach"]);
    assert_eq!(shown(&folder), expected, "no branch");
}

#[test]
fn a_package_has_its_commit_beside_it() {
    let temp = Temp::new();
    let hash = "0123456789abcdef0123456789abcdef01234567";
    put(&temp.path().join(".cargo_vcs_info.json"), format!("{{\n  \"git\": {{\n    \"sha1\": \"{hash}\"\n  }}\n}}"));
    assert_eq!(shown(temp.path()).as_deref(), Some("0123456"));
    put(&temp.path().join(".cargo_vcs_info.json"), "{\"git\": {\"sha1\": \"$(rm)\"}}");
    assert_eq!(shown(temp.path()), None);
}

/// What cargo looks at is there: a file that is not would build everything each time.
#[test]
fn cargo_watches_files_that_exist() {
    let temp = Temp::new();
    put(&temp.path().join("f"), "");
    git(temp.path(), &["init", "--quiet"]);
    git(temp.path(), &["add", "."]);
    git(temp.path(), &["commit", "--quiet", "-m", "a"]);
    let commit = build::of(temp.path()).unwrap();
    assert_eq!(commit.files.len(), 2);
    assert!(commit.files.iter().all(|file| file.exists()));
}
