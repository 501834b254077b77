//! A power failure, on a model of what a disk may lose.
//!
//! A file's text is safe once the file was settled; until then it may be gone from a file that is there. What is made,
//! renamed and removed in a folder is safe once the folder was settled; of what came after, a journaling file system
//! keeps the first part, however long. Nothing is kept in a folder that was itself lost. A kill loses nothing of this:
//! `faults.rs` and `tests/kills.rs` cannot see a settling that is missing, and this can.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::super::disk::{Disk, Real};
use super::faults::{assert_consistent, new, old, start, starts, undisturbed};
use super::{Files, Temp, apply, apply_on, snapshot};

#[derive(Clone, Debug)]
enum Step {
    Create(PathBuf, String),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    MakeFolder(PathBuf),
    RemoveFolder(PathBuf),
    Settle(Vec<PathBuf>),
    Protect,
}

impl Step {
    /// The folders that it changes.
    fn folders(&self) -> Vec<&Path> {
        let mut folders = match self {
            Self::Rename(from, to) => vec![from.parent().unwrap(), to.parent().unwrap()],
            Self::Create(path, _) | Self::Remove(path) | Self::MakeFolder(path) | Self::RemoveFolder(path) => {
                vec![path.parent().unwrap()]
            }
            Self::Settle(_) | Self::Protect => vec![],
        };
        folders.dedup();
        folders
    }

    fn settles(&self, path: &Path) -> bool {
        matches!(self, Self::Settle(paths) if paths.iter().any(|settled| settled == path))
    }
}

/// Does what it is told, until the power fails.
struct Recorder {
    steps: Vec<Step>,
    left: usize,
}

impl Recorder {
    fn step(&mut self, step: Step, done: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.left = self.left.checked_sub(1).ok_or(Error::from(ErrorKind::Other))?;
        self.steps.push(step);
        done()
    }
}

impl Disk for Recorder {
    fn create(&mut self, path: &Path, text: &str, secret: bool) -> io::Result<()> {
        self.step(Step::Create(path.into(), text.into()), || Real.create(path, text, secret))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(Step::Rename(from.into(), to.into()), || Real.rename(from, to))
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step(Step::Remove(path.into()), || Real.remove(path))
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step(Step::MakeFolder(path.into()), || Real.make_folder(path))
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step(Step::RemoveFolder(path.into()), || Real.remove_folder(path))
    }

    fn settle(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        self.step(Step::Settle(paths.into()), || Real.settle(paths))
    }

    fn protect(&mut self, path: &Path) -> io::Result<()> {
        self.step(Step::Protect, || Real.protect(path))
    }
}

/// Knuth's linear congruential generator: the same failures in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

/// Before which step all that was done in a folder is safe: the last that settled it. Of one that was removed it is the
/// removal, once that is safe: what was in it cannot be reached any more.
fn safe(steps: &[Step], folder: &Path) -> usize {
    let settled = steps.iter().rposition(|step| step.settles(folder)).unwrap_or(0);
    let removed = steps.iter().rposition(|step| matches!(step, Step::RemoveFolder(gone) if gone == folder));
    match removed {
        Some(at) if at < safe(steps, folder.parent().unwrap()) => settled.max(at),
        _ => settled,
    }
}

/// Which steps are kept.
fn kept(steps: &[Step], dice: &mut Dice) -> Vec<bool> {
    let mut cuts: BTreeMap<&Path, usize> = BTreeMap::new();
    for folder in steps.iter().flat_map(Step::folders) {
        let safe = safe(steps, folder);
        cuts.entry(folder).or_insert_with(|| safe + dice.below(steps.len() + 1 - safe));
    }
    let mut kept: Vec<bool> =
        steps.iter().enumerate().map(|(at, step)| step.folders().iter().all(|folder| at < cuts[folder])).collect();
    loop {
        let lost = |at: usize| {
            let before = |is: &dyn Fn(&Step) -> bool| steps[..at].iter().enumerate().any(|(at, s)| !kept[at] && is(s));
            let in_one = |folder: &Path| before(&|step| step.folders().contains(&folder));
            steps[at].folders().into_iter().any(|folder| {
                in_one(folder) || before(&|step| matches!(step, Step::MakeFolder(made) if folder.starts_with(made)))
            }) || matches!(&steps[at], Step::RemoveFolder(gone) if in_one(gone))
        };
        let Some(at) = (0..steps.len()).find(|&at| kept[at] && lost(at)) else { return kept };
        kept[at] = false;
    }
}

/// What is found in `to` when the power is back, where `old` was and `steps` were done in `from`.
fn replay(steps: &[Step], (from, to): (&Path, &Path), old: &Files, dice: &mut Dice) {
    start(&to.join("deploy"), old);
    let kept = kept(steps, dice);
    let there = |path: &Path| to.join(path.strip_prefix(from).unwrap());
    for (at, step) in steps.iter().enumerate().filter(|(at, _)| kept[*at]) {
        match step {
            Step::Create(path, text) => {
                let safe = steps[at..].iter().any(|step| step.settles(path));
                let text = if safe || dice.below(2) == 0 { text } else { "" };
                fs::write(there(path), text).unwrap();
            }
            Step::Rename(from, to) => fs::rename(there(from), there(to)).unwrap(),
            Step::Remove(path) => fs::remove_file(there(path)).unwrap(),
            Step::MakeFolder(path) => fs::create_dir(there(path)).unwrap(),
            Step::RemoveFolder(path) => fs::remove_dir(there(path)).unwrap(),
            Step::Settle(_) | Step::Protect => {}
        }
    }
}

#[test]
fn a_power_failure_at_any_step_is_mended_by_the_next_run() {
    let expected = undisturbed(&old(), &new());
    for old in starts() {
        for at in 1.. {
            let temp = Temp::new();
            start(&temp.output(), &old);
            let mut disk = Recorder { steps: vec![], left: at };
            let done = apply_on(&mut disk, &temp.output(), &new(), false).is_ok();
            for seed in 0..12 {
                let after = Temp::new();
                replay(&disk.steps, (&temp.0, &after.0), &old, &mut Dice(seed * 1000 + at as u64));
                let (output, when) = (after.output(), format!("step {at}, seed {seed}"));
                assert_consistent(&output, &old, &new(), &when);
                apply(&output, &new(), false).unwrap_or_else(|error| panic!("{when}: {error:#}"));
                assert_eq!(snapshot(&output), expected, "{when}");
            }
            if done {
                break;
            }
        }
    }
}
