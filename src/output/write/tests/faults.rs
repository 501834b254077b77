//! Runs that are stopped at each of their steps: killed, failing once, or on a disk that is full from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::super::MARK;
use super::super::disk::{Disk, Real};
use super::super::manifest::Manifest;
use super::super::replace::{hold, replace_on};
use super::{Files, Temp, apply, apply_on, files, put, snapshot};

/// What happens at the step `at`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The process is gone: a file is half written, and nothing happens any more.
    Kill,
    /// The step fails, later ones do not.
    Fail,
    /// From the step on nothing new has room; renames and removals have.
    Full,
}

pub struct Faulty {
    pub steps: usize,
    at: usize,
    fault: Fault,
}

impl Faulty {
    pub fn new(at: usize, fault: Fault) -> Self {
        Self { steps: 0, at, fault }
    }

    fn step(&mut self, takes_room: bool) -> io::Result<()> {
        self.steps += 1;
        let stop = match self.fault {
            Fault::Kill => self.steps >= self.at,
            Fault::Fail => self.steps == self.at,
            Fault::Full => self.steps >= self.at && takes_room,
        };
        if stop { Err(Error::from(ErrorKind::StorageFull)) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()> {
        let stopped = self.step(true);
        // Killed, it does nothing any more. On a full disk a file begins, and has no room for all of its text.
        if stopped.is_err() && (self.steps == self.at || self.fault == Fault::Full) {
            Real.create(path, &text[..text.len() / 2], secret)?;
        }
        stopped.and_then(|()| Real.create(path, text, secret))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(false).and_then(|()| Real.rename(from, to))
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step(false).and_then(|()| Real.remove(path))
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step(true).and_then(|()| Real.make_folder(path))
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step(false).and_then(|()| Real.remove_folder(path))
    }

    fn settle(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        self.step(true).and_then(|()| Real.settle(paths))
    }

    fn protect(&mut self, path: &Path) -> io::Result<()> {
        self.step(false).and_then(|()| Real.protect(path))
    }
}

pub fn old() -> Files {
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

pub fn new() -> Files {
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

pub fn undisturbed(first: &Files, then: &Files) -> BTreeMap<String, String> {
    let temp = Temp::new();
    apply(&temp.output(), first, false).unwrap();
    apply(&temp.output(), then, false).unwrap();
    snapshot(&temp.output())
}

/// Every file is the old or the new one, `.kgen.json` says nothing wrong, and nothing foreign is lost.
pub fn assert_consistent(output: &Path, old: &Files, new: &Files, when: &str) {
    let found = snapshot(output);
    for (path, text) in found.iter().filter(|(path, _)| !path.ends_with('/')) {
        let known = [old, new].iter().any(|tree| tree.get(path).is_some_and(|file| file.text == *text));
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
    for (path, contents) in &manifest.unfinished {
        let Some(text) = found.get(path) else { continue };
        assert!(contents.iter().any(|content| content.matches(text.as_bytes())), "{when}: `{path}` is another");
    }
    let listed: BTreeSet<&String> = manifest.paths();
    for path in found.keys().filter(|path| old.contains_key(*path) || new.contains_key(*path)) {
        assert!(listed.contains(path), "{when}: `{path}` is not listed");
    }
}

/// What a run stopped at a step leaves.
struct Stopped<'s> {
    output: &'s Path,
    done: anyhow::Result<()>,
    when: &'s str,
}

/// Runs from `old` to `wanted` once for each step, stopped there; returns how many steps there are.
fn stopped_everywhere(old: &Files, wanted: &Files, fault: Fault, mut then: impl FnMut(Stopped)) -> usize {
    for at in 1.. {
        let temp = Temp::new();
        let output = temp.output();
        start(&output, old);
        let mut disk = Faulty::new(at, fault);
        let done = apply_on(&mut disk, &output, wanted, false).map(drop);
        if disk.steps < at {
            done.unwrap();
            return at - 1;
        }
        then(Stopped { output: &output, done, when: &format!("{fault:?} at step {at}") });
    }
    0
}

/// Without files there is no folder either, as before the first run.
pub fn start(output: &Path, old: &Files) {
    if !old.is_empty() {
        apply(output, old, false).unwrap();
    }
}

/// From nothing, and from a tree of which files stay, change, come, go, and change places with folders.
pub fn starts() -> [Files; 2] {
    [Files::new(), old()]
}

#[test]
fn a_run_stopped_at_any_step_is_mended_by_the_next() {
    for (old, fault) in
        starts().iter().flat_map(|old| [Fault::Kill, Fault::Fail, Fault::Full].map(|fault| (old, fault)))
    {
        let expected = undisturbed(&self::old(), &new());
        let steps = stopped_everywhere(old, &new(), fault, |Stopped { output, when, .. }| {
            assert_consistent(output, old, &new(), when);
            apply(output, &new(), false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
            assert_eq!(snapshot(output), expected, "{when}");
        });
        assert!(steps >= if old.is_empty() { 18 } else { 25 }, "{steps}");
    }
}

/// It clears away behind itself, says what it could not do, and whether files have changed.
#[test]
fn a_run_that_fails_says_what_it_leaves() {
    for (old, fault) in starts().iter().flat_map(|old| [Fault::Fail, Fault::Full].map(|fault| (old, fault))) {
        let before = undisturbed_or_nothing(old);
        let mut counts = [0, 0];
        stopped_everywhere(old, &new(), fault, |Stopped { output, done, when }| {
            let Err(error) = done else { return };
            let (after, text) = (snapshot(output), format!("{error:#}").replace(output.to_str().unwrap(), "deploy"));
            let left = after.keys().find(|path| path.contains(".kgen-tmp-") || path.contains(".kgen.lock"));
            assert_eq!(left, None, "{when}: {text}");
            let unchanged = after == before && output.exists() != old.is_empty();
            let hint =
                if unchanged { "no file was changed" } else { "some files are changed, the next run does the rest" };
            let (what, rest) = text.split_once("`: ").unwrap_or_else(|| panic!("{when}: {text}"));
            assert!(
                ["cannot write `d", "cannot create `d", "cannot remove `d", "cannot write to `d"]
                    .iter()
                    .any(|w| what.starts_with(w)),
                "{text}"
            );
            assert_eq!(rest, format!("no storage space\nhint: make room there; {hint}"), "{when}: {what}");
            counts[usize::from(!unchanged)] += 1;
        });
        // The output folder, the journal, the manifest, files, folders, making them safe, and the first rename.
        let staging = if old.is_empty() { 16 } else { 11 };
        // A full disk has room for a rename.
        let staging = staging - usize::from(fault == Fault::Full);
        assert_eq!(counts[0], staging, "{fault:?} {counts:?}");
        assert!(counts[1] > 0, "{counts:?}");
    }
}

fn undisturbed_or_nothing(old: &Files) -> BTreeMap<String, String> {
    if old.is_empty() { BTreeMap::new() } else { undisturbed(old, old) }
}

#[test]
fn the_project_may_change_between_a_killed_run_and_the_next() {
    for (old, wanted) in starts().iter().flat_map(|old| [third(), self::old()].map(|wanted| (old, wanted))) {
        let expected = undisturbed(&self::old(), &wanted);
        stopped_everywhere(old, &new(), Fault::Kill, |Stopped { output, when, .. }| {
            apply(output, &wanted, false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
            assert_eq!(snapshot(output), expected, "{when}");
        });
    }
}

#[test]
fn two_stopped_runs_are_mended_by_the_third() {
    let expected = undisturbed(&old(), &new());
    for second in [Fault::Kill, Fault::Fail, Fault::Full] {
        let mut round = 0;
        stopped_everywhere(&old(), &third(), Fault::Kill, |Stopped { output, when: first, .. }| {
            // Every third step, another one each time.
            round += 1;
            for at in (1 + round % 3..40).step_by(3) {
                let temp = Temp::new();
                copy(output, &temp.output());
                let _ = apply_on(&mut Faulty::new(at, second), &temp.output(), &new(), false);
                apply(&temp.output(), &new(), false).unwrap_or_else(|error| panic!("{first}, then {at}: {error:#}"));
                assert_eq!(snapshot(&temp.output()), expected, "{first}, then {second:?} at step {at}");
            }
        });
    }
}

#[test]
fn a_killed_run_with_force_gives_no_right_to_the_next() {
    for at in 1..20 {
        let temp = Temp::new();
        put(&temp.output(), "base/a", "mine");
        let _ = apply_on(&mut Faulty::new(at, Fault::Kill), &temp.output(), &new(), true);
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
    for fault in [Fault::Fail, Fault::Kill, Fault::Full] {
        for at in 1.. {
            let temp = Temp::new();
            let held = hold(&temp.0, "s").unwrap();
            replace_on(&mut Real, &temp.0, &texts("old")).unwrap();
            let mut disk = Faulty::new(at, fault);
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
