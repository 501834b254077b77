//! Runs that are stopped after each of their steps.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::super::disk::{Disk, Real};
use super::super::manifest::Manifest;
use super::super::replace::{hold, replace_on};
use super::super::{MARK, apply, apply_on};
use super::{Files, Temp, files, put, snapshot};

/// What happens at the step `at`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The process is gone: a file is half written, and nothing happens any more.
    Kill,
    /// The step fails, later ones do not.
    Fail,
}

struct Faulty {
    steps: usize,
    at: usize,
    fault: Fault,
}

impl Faulty {
    fn step(&mut self) -> io::Result<()> {
        self.steps += 1;
        let stop = self.steps == self.at || (self.steps > self.at && self.fault == Fault::Kill);
        if stop { Err(Error::from(ErrorKind::StorageFull)) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()> {
        let stopped = self.step();
        if stopped.is_err() && self.steps == self.at {
            Real.create(path, &text[..text.len() / 2], secret)?;
        }
        stopped.and_then(|()| Real.create(path, text, secret))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step().and_then(|()| Real.rename(from, to))
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| Real.remove(path))
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| Real.make_folder(path))
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| Real.remove_folder(path))
    }

    fn settle(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        self.step().and_then(|()| Real.settle(paths))
    }

    fn protect(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| Real.protect(path))
    }
}

fn old() -> Files {
    let secret = format!("{MARK}\npassword: old");
    files(&[
        ("same/x", "same"),
        ("base/a", "old"),
        ("base/gone/deep/b", "gone"),
        ("file", "old"),
        ("folder/c", "old"),
        ("secret", &secret),
    ])
}

fn new() -> Files {
    let secret = format!("{MARK}\npassword: new");
    files(&[
        ("same/x", "same"),
        ("base/a", "new"),
        ("fresh/deep/d", "new"),
        ("file/e", "new"),
        ("folder", "new"),
        ("secret", &secret),
    ])
}

fn third() -> Files {
    files(&[("same/x", "same"), ("base/a", "third"), ("file/e", "third"), ("other/f", "third")])
}

fn undisturbed(first: &Files, then: &Files) -> std::collections::BTreeMap<String, String> {
    let temp = Temp::new();
    apply(&temp.output(), first, false).unwrap();
    apply(&temp.output(), then, false).unwrap();
    snapshot(&temp.output())
}

/// Every file is the old or the new one, `.kgen.json` says nothing wrong, and nothing foreign is lost.
fn assert_consistent(output: &Path, when: &str) {
    let found = snapshot(output);
    let (old, new) = (old(), new());
    for (path, text) in found.iter().filter(|(path, _)| !path.ends_with('/')) {
        let known = [&old, &new].iter().any(|tree| tree.get(path).is_some_and(|file| file.text == *text));
        let name = path.rsplit('/').next().unwrap();
        assert!(known || name.starts_with(".kgen"), "{when}: `{path}` holds {text:?}");
    }
    for path in old.keys().filter(|path| new.contains_key(*path)) {
        assert!(found.contains_key(path), "{when}: `{path}` is gone");
    }
    let manifest = Manifest::load(output).unwrap();
    for (path, content) in &manifest.files {
        let bytes = fs::read(output.join(path)).unwrap_or_else(|_| panic!("{when}: `{path}` is listed and not there"));
        assert_eq!(manifest.owned(path, &bytes), Some(content), "{when}: `{path}`");
    }
    let listed: BTreeSet<&String> = manifest.paths();
    for path in found.keys().filter(|path| old.contains_key(*path) || new.contains_key(*path)) {
        assert!(listed.contains(path), "{when}: `{path}` is not listed");
    }
}

/// Runs `wanted` once for each step, stopped there; returns how many steps there are.
fn stopped_everywhere(wanted: &Files, fault: Fault, mut then: impl FnMut(&Path, bool, &str)) -> usize {
    for at in 1.. {
        let temp = Temp::new();
        let output = temp.output();
        apply(&output, &old(), false).unwrap();
        let mut disk = Faulty { steps: 0, at, fault };
        let done = apply_on(&mut disk, &output, wanted, false);
        if disk.steps < at {
            done.unwrap();
            return at - 1;
        }
        then(&output, done.is_ok(), &format!("{fault:?} at step {at}"));
    }
    0
}

#[test]
fn a_run_killed_at_any_step_is_mended_by_the_next() {
    let expected = undisturbed(&old(), &new());
    let steps = stopped_everywhere(&new(), Fault::Kill, |output, _, when| {
        assert_consistent(output, when);
        apply(output, &new(), false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
        assert_eq!(snapshot(output), expected, "{when}");
    });
    assert!(steps >= 25, "{steps}");
}

#[test]
fn a_run_that_fails_at_any_step_is_mended_by_the_next() {
    let expected = undisturbed(&old(), &new());
    stopped_everywhere(&new(), Fault::Fail, |output, _, when| {
        assert_consistent(output, when);
        apply(output, &new(), false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
        assert_eq!(snapshot(output), expected, "{when}");
    });
}

#[test]
fn a_run_that_fails_while_it_stages_leaves_the_old_tree() {
    let temp = Temp::new();
    apply(&temp.output(), &old(), false).unwrap();
    let before = snapshot(&temp.output());
    let mut intact = 0;
    stopped_everywhere(&new(), Fault::Fail, |output, done, _| {
        intact += usize::from(!done && snapshot(output) == before);
    });
    // The journal, the manifest, five files and two folders, making them safe, and the first rename.
    assert_eq!(intact, 11);
}

#[test]
fn the_project_may_change_between_a_killed_run_and_the_next() {
    for wanted in [third(), old()] {
        let expected = undisturbed(&old(), &wanted);
        stopped_everywhere(&new(), Fault::Kill, |output, _, when| {
            apply(output, &wanted, false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
            assert_eq!(snapshot(output), expected, "{when}");
        });
    }
}

#[test]
fn two_killed_runs_are_mended_by_the_third() {
    let expected = undisturbed(&old(), &new());
    let mut round = 0;
    stopped_everywhere(&third(), Fault::Kill, |output, _, first| {
        // Every third step, another one each time.
        round += 1;
        for at in (1 + round % 3..40).step_by(3) {
            let temp = Temp::new();
            copy(output, &temp.output());
            let mut disk = Faulty { steps: 0, at, fault: Fault::Kill };
            let _ = apply_on(&mut disk, &temp.output(), &new(), false);
            apply(&temp.output(), &new(), false).unwrap_or_else(|error| panic!("{first}, then {at}: {error:#}"));
            assert_eq!(snapshot(&temp.output()), expected, "{first}, then at step {at}");
        }
    });
}

#[test]
fn a_killed_run_with_force_gives_no_right_to_the_next() {
    for at in 1..20 {
        let temp = Temp::new();
        put(&temp.output(), "base/a", "mine");
        let mut disk = Faulty { steps: 0, at, fault: Fault::Kill };
        let _ = apply_on(&mut disk, &temp.output(), &new(), true);
        let kept = snapshot(&temp.output())["base/a"] == "mine";
        assert_eq!(apply(&temp.output(), &new(), false).is_err(), kept, "step {at}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (path, text) in snapshot(from) {
        match path.strip_suffix('/') {
            Some(folder) => fs::create_dir_all(to.join(folder)).unwrap(),
            None => put(to, &path, &text),
        }
    }
}

#[test]
fn replaced_files_are_old_or_new_and_nothing_is_left() {
    let texts = |word: &str| ["a", "b"].map(|name| (format!("s/{name}.yaml"), format!("{word} {name}\n"))).into();
    for fault in [Fault::Fail, Fault::Kill] {
        for at in 1.. {
            let temp = Temp::new();
            let held = hold(&temp.0, "s").unwrap();
            replace_on(&mut Real, &temp.0, &texts("old")).unwrap();
            let mut disk = Faulty { steps: 0, at, fault };
            let done = replace_on(&mut disk, &temp.0, &texts("new"));
            for name in ["a", "b"] {
                let text = fs::read_to_string(temp.0.join(format!("s/{name}.yaml"))).unwrap();
                assert!([format!("old {name}\n"), format!("new {name}\n")].contains(&text), "{text}");
            }
            drop(held);
            assert_eq!(fs::read_dir(temp.0.join("s")).unwrap().count(), 2, "step {at}");
            // A step that finds the name of a temporary file taken may fail unnoticed: the next name is tried.
            if disk.steps < at {
                assert!(done.is_ok() && at > 6);
                break;
            }
        }
    }
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let temp = Temp::new();
    put(&temp.0, "s/.kgen-tmp-0", "half");
    drop(hold(&temp.0, "s").unwrap());
    assert_eq!(fs::read_dir(temp.0.join("s")).unwrap().count(), 0);
}
