//! The promises of the parent module, on a real disk.
//!
//! `faults.rs` stops runs at every step, `power.rs` loses what was not settled, `meanwhile.rs` has someone else write at
//! the same time, `readers.rs` has someone build; `owners.rs` has trees of others. Kills of the program itself are in `tests/kills.rs`, other disks and users in `tests/disk/`.

mod faults;
mod meanwhile;
mod owners;
mod power;
mod readers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::disk::{Disk, Real};
use super::{Changes, File, MARK, Owner, Summary, Target};

pub type Files = BTreeMap<String, File>;

/// The tree of a project, in a folder that a person named.
pub fn target(output: &Path) -> Target {
    let owner = Owner { project: "shop".into(), file: "kgen.yaml".into(), ..Owner::default() };
    Target { root: output.to_owned(), folder: String::new(), owner }
}

pub fn apply(output: &Path, files: &Files, force: bool) -> anyhow::Result<Summary> {
    apply_on(&mut Real, output, files, force)
}

pub fn apply_on(disk: &mut dyn Disk, output: &Path, files: &Files, force: bool) -> anyhow::Result<Summary> {
    super::apply_on(disk, &target(output), files, force)
}

pub fn plan(output: &Path, files: &Files) -> anyhow::Result<Changes> {
    super::plan(&target(output), files)
}

/// A folder of its own for each test, removed at its end.
pub struct Temp(pub PathBuf);

impl Temp {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // In memory where there is such a place: thousands of fsyncs wait for a disk, and the order of steps is the same.
        let memory = PathBuf::from("/dev/shm");
        let root = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let path = root.join(format!("kgen-write-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn output(&self) -> PathBuf {
        self.0.join("deploy")
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn files(pairs: &[(&str, &str)]) -> Files {
    let file = |text: &str| File { text: text.to_owned(), secret: text.contains("password") };
    pairs.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
}

/// Every file and folder (with `/` at its end) below `root`, with its text.
pub fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(root, "", &mut found);
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.insert(format!("{path}/"), String::new());
            collect(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
}

fn names(root: &Path) -> Vec<String> {
    snapshot(root).into_keys().collect()
}

fn put(root: &Path, path: &str, text: &str) {
    fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
    fs::write(root.join(path), text).unwrap();
}

fn said(output: &Path, files: &Files) -> String {
    let text = format!("{:#}", apply(output, files, false).unwrap_err());
    text.replace(output.to_str().unwrap(), "deploy")
}

#[test]
fn a_tree_is_written_and_its_left_overs_removed() {
    let temp = Temp::new();
    let output = temp.output();
    let first = apply(&output, &files(&[("base/a.yaml", "1"), ("base/x/b.yaml", "2"), ("c.yaml", "3")]), false);
    assert_eq!(first.unwrap().to_string(), "3 written, 0 removed, 0 unchanged");
    let second = apply(&output, &files(&[("base/a.yaml", "1"), ("c.yaml", "4")]), false).unwrap();
    assert_eq!(second.to_string(), "1 written, 1 removed, 1 unchanged");
    assert_eq!((second.written, second.removed), (vec!["c.yaml".to_owned()], vec!["base/x/b.yaml".to_owned()]));
    assert_eq!(names(&output), [".kgen.json", "base/", "base/a.yaml", "c.yaml"]);
}

#[test]
fn a_tree_that_is_as_it_should_be_is_not_touched() {
    let temp = Temp::new();
    let (output, files) = (temp.output(), files(&[("base/a.yaml", "1")]));
    apply(&output, &files, false).unwrap();
    let times = || ["base/a.yaml", ".kgen.json", "base", "."].map(|p| modified(&output.join(p)));
    let before = times();
    assert_eq!(apply(&output, &files, false).unwrap().to_string(), "0 written, 0 removed, 1 unchanged");
    assert_eq!(times(), before);
}

fn modified(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn an_unchanged_file_keeps_its_time() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a.yaml", "1"), ("b.yaml", "2")]), false).unwrap();
    let before = modified(&output.join("a.yaml"));
    apply(&output, &files(&[("a.yaml", "1"), ("b.yaml", "3")]), false).unwrap();
    assert_eq!(modified(&output.join("a.yaml")), before);
}

#[test]
fn foreign_and_edited_files_are_named_in_one_error() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("edited.yaml", "1"), ("left.yaml", "2")]), false).unwrap();
    put(&output, "edited.yaml", "mine");
    put(&output, "left.yaml", "mine");
    put(&output, "foreign.yaml", "mine");
    let before = snapshot(&output);
    let wanted = files(&[("edited.yaml", "3"), ("foreign.yaml", "4"), ("new.yaml", "5")]);
    assert_eq!(
        said(&output, &wanted),
        "`deploy` holds what kgen must not touch\n  \
         `left.yaml` was edited since kgen wrote it\n  \
         `edited.yaml` was edited since kgen wrote it\n  \
         `foreign.yaml` was not written by kgen\n\
         hint: move them away, or overwrite them with `--force`"
    );
    assert_eq!(snapshot(&output), before);
    assert_eq!(apply(&output, &wanted, true).unwrap().to_string(), "3 written, 1 removed, 0 unchanged");
    assert_eq!(names(&output), [".kgen.json", "edited.yaml", "foreign.yaml", "new.yaml"]);
    assert!(plan(&output, &wanted).unwrap().is_empty());
}

#[test]
fn a_foreign_file_beside_the_tree_stays() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a/x.yaml", "1")]), false).unwrap();
    put(&output, "a/mine.yaml", "mine");
    apply(&output, &files(&[("b.yaml", "1")]), true).unwrap();
    assert_eq!(names(&output), [".kgen.json", "a/", "a/mine.yaml", "b.yaml"]);
}

#[test]
fn a_file_that_is_already_as_wanted_is_adopted() {
    let temp = Temp::new();
    let output = temp.output();
    put(&output, "a.yaml", "1");
    assert_eq!(apply(&output, &files(&[("a.yaml", "1")]), false).unwrap().unchanged, 1);
    assert_eq!(apply(&output, &files(&[("a.yaml", "2")]), false).unwrap().written, ["a.yaml"]);
}

#[test]
fn a_file_that_was_removed_meanwhile_comes_back() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a.yaml", "1"), ("x/b.yaml", "2")]), false).unwrap();
    fs::remove_file(output.join("a.yaml")).unwrap();
    fs::remove_file(output.join("x/b.yaml")).unwrap();
    assert_eq!(
        apply(&output, &files(&[("a.yaml", "1")]), false).unwrap().to_string(),
        "1 written, 0 removed, 0 unchanged"
    );
    assert_eq!(names(&output), [".kgen.json", "a.yaml"]);
}

#[test]
fn a_lost_manifest_is_made_again() {
    let temp = Temp::new();
    let (output, files) = (temp.output(), files(&[("a.yaml", "1")]));
    apply(&output, &files, false).unwrap();
    let before = snapshot(&output);
    fs::remove_file(output.join(".kgen.json")).unwrap();
    assert_eq!(plan(&output, &files).unwrap().lines(), ["`.kgen.json` is different"]);
    apply(&output, &files, false).unwrap();
    assert_eq!(snapshot(&output), before);
}

#[test]
fn a_manifest_that_cannot_be_read_stops_the_run() {
    let temp = Temp::new();
    let (output, wanted) = (temp.output(), files(&[("a.yaml", "1")]));
    apply(&output, &wanted, false).unwrap();
    put(&output, ".kgen.json", "<<<<<<< HEAD\n");
    assert_eq!(
        said(&output, &wanted),
        "`deploy/.kgen.json` is not as this kgen writes it: expected value at line 1 column 1\n\
         hint: restore it, or render with the kgen that wrote it; `--force` makes it anew"
    );
    apply(&output, &wanted, true).unwrap();
    assert!(plan(&output, &wanted).unwrap().is_empty());
}

#[test]
fn a_manifest_that_leads_out_removes_nothing() {
    let temp = Temp::new();
    let output = temp.output();
    put(&temp.0, "victim", "# kgen: x");
    put(&output, ".kgen.json", r#"{"version": 1, "files": {"../victim": "secret"}}"#);
    put(&output, ".kgen-tmp-journal", r#"{"version": 1, "files": {"../victim": "secret"}}"#);
    let text = said(&output, &files(&[]));
    assert!(text.contains("writes it: `../victim` is not a path inside the folder\nhint: "), "{text}");
    apply(&output, &files(&[]), true).unwrap();
    assert!(temp.0.join("victim").exists());
}

#[test]
fn a_missing_folder_is_a_plan_of_missing_files() {
    let temp = Temp::new();
    let changes = plan(&temp.output(), &files(&[("a/x.yaml", "1"), ("b.yaml", "2")])).unwrap();
    assert_eq!(changes.lines(), ["`a/x.yaml` is missing", "`b.yaml` is missing"]);
    assert!(!temp.output().exists());
}

#[test]
fn a_plan_names_every_difference() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]), false).unwrap();
    put(&output, "d", "mine");
    let before = snapshot(&output);
    let changes = plan(&output, &files(&[("a", "1"), ("b", "5"), ("d", "4"), ("e", "6")])).unwrap();
    assert_eq!(
        changes.lines(),
        ["`e` is missing", "`b` is different", "`c` is left over", "`d` was edited since kgen wrote it"]
    );
    assert_eq!(snapshot(&output), before);
}

#[test]
fn a_file_of_kgen_gives_way_to_a_folder_and_back() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a", "1")]), false).unwrap();
    apply(&output, &files(&[("a/b/c", "2"), ("a/d", "3")]), false).unwrap();
    assert_eq!(names(&output), [".kgen.json", "a/", "a/b/", "a/b/c", "a/d"]);
    apply(&output, &files(&[("a", "1")]), false).unwrap();
    assert_eq!(names(&output), [".kgen.json", "a"]);
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("a/b", "1")]), false).unwrap();
    put(&output, "a/mine", "mine");
    let text = "`deploy` holds what kgen must not touch\n  \
                `a` is a folder where a file should be\nhint: move them away";
    assert_eq!(said(&output, &files(&[("a", "2")])), text);
    assert!(apply(&output, &files(&[("a", "2")]), true).is_err());
    assert_eq!(names(&output), [".kgen.json", "a/", "a/b", "a/mine"]);
}

#[test]
fn a_file_in_place_of_a_folder_is_refused() {
    let temp = Temp::new();
    let output = temp.output();
    put(&output, "a", "mine");
    let text = "`deploy` holds what kgen must not touch\n  \
                `a/b` needs a folder `a`, which is a file\nhint: move them away";
    assert_eq!(said(&output, &files(&[("a/b", "2")])), text);
    assert!(apply(&output, &files(&[("a/b", "2")]), true).is_err());
    put(&temp.0, "file", "mine");
    for output in ["file", "file/deploy"] {
        let error = apply(&temp.0.join(output), &files(&[("a", "1")]), false).unwrap_err().to_string();
        let (path, rest) = error.split_once("/file` is ").unwrap();
        assert_eq!(path, format!("`{}", temp.0.display()));
        assert_eq!(rest, "a file where a folder should be\nhint: move it away, or render into another folder");
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let temp = Temp::new();
    let output = temp.output();
    apply(&output, &files(&[("base/a.yaml", "1"), ("link.yaml", "1"), ("old.yaml", "1")]), false).unwrap();
    put(&temp.0, "outside/a.yaml", "1");
    put(&temp.0, "outside/.kgen-tmp-0", "mine");
    fs::remove_dir_all(output.join("base")).unwrap();
    symlink("../outside", output.join("base")).unwrap();
    for name in ["link.yaml", "old.yaml"] {
        fs::remove_file(output.join(name)).unwrap();
        symlink("../outside/a.yaml", output.join(name)).unwrap();
    }
    let wanted = files(&[("base/a.yaml", "2"), ("link.yaml", "2")]);
    assert_eq!(
        said(&output, &wanted),
        "`deploy` holds what kgen must not touch\n  \
         `old.yaml` is a symbolic link\n  \
         `base/a.yaml` lies behind `base`, which is a symbolic link\n  \
         `link.yaml` is a symbolic link\n\
         hint: move them away"
    );
    assert!(apply(&output, &wanted, true).is_err());
    fs::remove_file(output.join("base")).unwrap();
    apply(&output, &wanted, true).unwrap();
    assert_eq!(names(&output), [".kgen.json", "base/", "base/a.yaml", "link.yaml"]);
    assert!(!fs::symlink_metadata(output.join("link.yaml")).unwrap().is_symlink());
    assert_eq!(snapshot(&temp.0.join("outside"))["a.yaml"], "1");
}

#[cfg(unix)]
#[test]
fn the_output_folder_may_be_a_link() {
    let temp = Temp::new();
    fs::create_dir(temp.0.join("real")).unwrap();
    std::os::unix::fs::symlink("real", temp.output()).unwrap();
    apply(&temp.output(), &files(&[("a/b", "1")]), false).unwrap();
    assert_eq!(names(&temp.0.join("real")), [".kgen.json", "a/", "a/b"]);
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_not_written_through() {
    let temp = Temp::new();
    put(&temp.0, "victim", "mine");
    fs::create_dir(temp.output()).unwrap();
    std::os::unix::fs::symlink("../victim", temp.output().join(".kgen.lock")).unwrap();
    assert_eq!(
        said(&temp.output(), &files(&[("a", "1")])),
        "`deploy/.kgen.lock` is not a regular file\nhint: move it away"
    );
    assert_eq!(snapshot(&temp.0)["victim"], "mine");
}

#[cfg(unix)]
#[test]
fn a_file_with_secret_values_is_for_its_owner_and_has_no_hash() {
    use std::os::unix::fs::PermissionsExt;
    let temp = Temp::new();
    let output = temp.output();
    let mode = || fs::metadata(output.join("s.yaml")).unwrap().permissions().mode() & 0o777;
    let secret = |value: &str| files(&[("s.yaml", &format!("{MARK}x; do not edit\npassword: {value}\n"))]);
    apply(&output, &secret("one"), false).unwrap();
    assert_eq!(mode(), 0o600);
    let manifest = fs::read_to_string(output.join(".kgen.json")).unwrap();
    assert!(manifest.ends_with("  \"files\": {\n    \"s.yaml\": \"secret\"\n  }\n}\n"), "{manifest}");

    // A checkout gives the mode of the umask: no difference, but mended.
    fs::set_permissions(output.join("s.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(plan(&output, &secret("one")).unwrap().is_empty());
    assert_eq!(apply(&output, &secret("one"), false).unwrap().to_string(), "0 written, 0 removed, 1 unchanged");
    assert_eq!(mode(), 0o600);

    apply(&output, &secret("two"), false).unwrap();
    put(&output, "s.yaml", "password: mine\n");
    assert!(said(&output, &secret("three")).contains("`s.yaml` was edited since kgen wrote it"));
    assert!(said(&output, &files(&[])).contains("`s.yaml` was edited since kgen wrote it"));
}

#[test]
fn a_file_with_secret_values_must_carry_the_mark() {
    let temp = Temp::new();
    let text = said(&temp.output(), &files(&[("s.yaml", "password: x")]));
    assert_eq!(text, "`s.yaml` holds secret values and does not begin with `# kgen: `");
}

#[test]
fn the_second_run_waits_then_says_who_holds_the_lock() {
    let temp = Temp::new();
    fs::create_dir(temp.output()).unwrap();
    let held = super::lock::Lock::take(&temp.output(), 1).unwrap();
    let error = super::lock::Lock::take(&temp.output(), 20).unwrap_err().to_string();
    let (pid, output) = (std::process::id(), temp.output());
    let expected = format!(
        "another kgen (process {pid}) is writing to `{}`; waited 1 s\n\
         hint: run it again when that one has ended, or end it",
        output.display()
    );
    assert_eq!(error, expected);
    let waiting = std::thread::spawn(move || apply(&output, &files(&[("a", "1")]), false).unwrap());
    std::thread::sleep(std::time::Duration::from_millis(120));
    drop(held);
    assert_eq!(waiting.join().unwrap().written, ["a"]);
    assert_eq!(names(&temp.output()), [".kgen.json", "a"]);
}

#[test]
fn a_lock_left_by_a_killed_run_is_taken_over_and_removed() {
    let temp = Temp::new();
    let (output, files) = (temp.output(), files(&[("a", "1")]));
    apply(&output, &files, false).unwrap();
    put(&output, ".kgen.lock", "4242");
    apply(&output, &files, false).unwrap();
    assert_eq!(names(&output), [".kgen.json", "a"]);
}

#[test]
fn runs_at_once_leave_one_of_their_trees() {
    let temp = Temp::new();
    let output = temp.output();
    let trees: Vec<Files> = (0..6)
        .map(|n| (0..8).map(|m| (format!("{}/{}", n % 2, m), File { text: format!("{n}"), secret: false })).collect())
        .collect();
    std::thread::scope(|scope| {
        for tree in &trees {
            scope.spawn(|| apply(&output, tree, false).unwrap());
        }
    });
    let settled = trees.iter().filter(|tree| plan(&output, tree).unwrap().is_empty()).count();
    assert_eq!(settled, 1, "{:?}", snapshot(&output));
    assert!(!output.join(".kgen.lock").exists());
}

/// More than are made safe one by one.
#[test]
fn hundreds_of_files_are_written_and_removed() {
    let temp = Temp::new();
    let many: Files = (0..300).flat_map(|n| files(&[(&format!("base/{n}/a.yaml"), "a\n")])).collect();
    assert_eq!(apply(&temp.output(), &many, false).unwrap().to_string(), "300 written, 0 removed, 0 unchanged");
    assert_eq!(apply(&temp.output(), &many, false).unwrap().to_string(), "0 written, 0 removed, 300 unchanged");
    let summary = apply(&temp.output(), &files(&[("base/0/a.yaml", "b\n")]), false).unwrap();
    assert_eq!(summary.to_string(), "1 written, 299 removed, 0 unchanged");
    assert_eq!(names(&temp.output()), [".kgen.json", "base/", "base/0/", "base/0/a.yaml"]);
}

#[test]
fn a_file_beside_the_tree_is_no_business_of_a_killed_run() {
    let temp = Temp::new();
    put(&temp.output(), "mine/.kgen-tmp-notes", "mine");
    put(&temp.output(), ".kgen-tmp-journal", "{");
    apply(&temp.output(), &files(&[("mine/a.yaml", "1")]), false).unwrap();
    assert_eq!(snapshot(&temp.output())["mine/.kgen-tmp-notes"], "mine");
    assert!(!temp.output().join(".kgen-tmp-journal").exists());
}
