//! Someone else who writes to the output folder while a run does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::disk::{Disk, Real};
use super::{Files, Temp, apply, apply_on, files, plan, put, snapshot};

/// Does something when the staged files are made safe, which is what takes long, or just before a file is removed.
struct Meddler<F: FnMut(&'static str)>(F);

impl<F: FnMut(&'static str)> Disk for Meddler<F> {
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()> {
        Real.create(path, text, secret)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        Real.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        (self.0)("remove");
        Real.remove(path)
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        Real.make_folder(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        (self.0)("remove folder");
        Real.remove_folder(path)
    }

    fn settle(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        (self.0)("settle");
        Real.settle(paths)
    }

    fn protect(&mut self, path: &Path) -> io::Result<()> {
        Real.protect(path)
    }
}

fn old() -> Files {
    files(&[("changes", "old"), ("goes/a", "old"), ("stays", "same")])
}

fn new() -> Files {
    files(&[("changes", "new"), ("comes", "new"), ("stays", "same")])
}

/// Renders over the old tree while `meddle` does its own at the first step of the name; with what was said.
fn meanwhile(step: &str, meddle: impl Fn(&Path)) -> (Temp, Result<String, String>) {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &old(), false).unwrap();
    let mut times = 0;
    let mut disk = Meddler(|at| {
        times += u32::from(at == step);
        if at == step && times == 1 {
            meddle(&output);
        }
    });
    let done = apply_on(&mut disk, &output, &new(), false);
    let done = done.map(|summary| summary.to_string());
    (temp, done.map_err(|error| format!("{error:#}").replace(output.to_str().unwrap(), "deploy")))
}

#[test]
fn a_file_edited_while_a_run_stages_is_not_lost() {
    for (path, reason) in [
        ("changes", "`changes` was edited since kgen wrote it"),
        ("goes/a", "`goes/a` was edited since kgen wrote it"),
        ("comes", "`comes` was not written by kgen"),
    ] {
        let (temp, done) = meanwhile("settle", |output| put(output, path, "mine"));
        let expected = format!(
            "`deploy` holds what kgen must not touch\n  {reason}\nhint: move them away, or overwrite them with `--force`"
        );
        assert_eq!(done, Err(expected));
        let mut before = snapshot(&temp.output());
        assert_eq!(before.insert(path.to_owned(), "old".to_owned()), Some("mine".to_owned()));
        let untouched = Temp::new();
        apply(&untouched.output(), &old(), false).unwrap();
        let mut expected = snapshot(&untouched.output());
        expected.entry(path.to_owned()).or_insert("old".to_owned());
        assert_eq!(before, expected);
    }
}

#[cfg(unix)]
#[test]
fn a_link_made_while_a_run_stages_is_not_followed() {
    let (temp, done) = meanwhile("settle", |output| {
        put(output, "../outside/a", "old");
        let _ = fs::remove_dir_all(output.join("goes"));
        let _ = std::os::unix::fs::symlink("../outside", output.join("goes"));
    });
    let text = done.unwrap_err();
    assert!(text.contains("`goes/a` lies behind `goes`, which is a symbolic link"), "{text}");
    assert_eq!(snapshot(&temp.0)["outside/a"], "old");
}

#[test]
fn a_file_removed_while_a_run_writes_is_no_failure() {
    for (step, path) in [("settle", "changes"), ("settle", "goes/a"), ("remove", "goes/a")] {
        let (temp, done) = meanwhile(step, |output| drop(fs::remove_file(output.join(path))));
        assert_eq!(done.as_deref(), Ok("2 written, 1 removed, 1 unchanged"), "{step} {path}");
        assert!(plan(&temp.output(), &new()).unwrap().is_empty());
    }
}

#[test]
fn a_file_put_into_a_folder_that_goes_keeps_it() {
    let (temp, done) = meanwhile("remove folder", |output| put(output, "goes/mine", "mine"));
    assert_eq!(done.as_deref(), Ok("2 written, 1 removed, 1 unchanged"));
    assert_eq!(snapshot(&temp.output())["goes/mine"], "mine");
}
