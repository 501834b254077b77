//! Every folder of `golden/` gives exactly what it says, byte for byte.
//!
//! A case can be run by hand: `cd golden/<case> && kgen render`. It holds `kgen.yaml` with the files that names, and
//!
//! - `tree/`: what `kgen render` writes to `deploy`. Without `.kgen.json`, whose hashes would change with every file and
//!   say nothing that the files do not.
//! - `stream/<profile>.yaml`: what `kgen render <profile>` prints, for each profile of the tree; `stream/<profile>.stderr`
//!   and `.status` where it says more or fails.
//! - `stderr`: what `kgen render` says besides the counts (which are checked against the tree).
//! - `status`: of a `kgen render` that must fail. Then nothing may be written.
//! - `diff-<a>-<b>.txt`: what `kgen diff a b` prints, where a case has such a file. A case whose name begins with `diff-`
//!   holds nothing else: what it renders is what others show already.
//! - `args`, `env`: arguments for every command, and variables (`NAME=value`), one per line.
//!
//! What is missing, different or left over fails. `KGEN_UPDATE=1 cargo test golden` writes what kgen gives; read the diff
//! before you commit it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{KGEN, Said, Temp, difference, files, inherited, put, run};

/// The project's default `output`.
const OUTPUT: &str = "deploy";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Check,
    Update,
}

#[test]
fn every_case_gives_what_it_says() {
    let update = inherited("KGEN_UPDATE").is_some_and(|value| value == "1");
    assert!(!update || inherited("CI").is_none(), "`KGEN_UPDATE` is for people: CI only compares");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let problems = all(&root, Path::new(KGEN), if update { Mode::Update } else { Mode::Check });
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Runs all cases; every problem begins with the name of its case.
pub fn all(root: &Path, program: &Path, mode: Mode) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    if names.is_empty() {
        return vec![format!("no case in `{}`", root.display())];
    }
    let problems = names.iter().flat_map(|name| {
        let problems = case(&root.join(name), program, mode);
        problems.into_iter().map(move |problem| format!("{name}: {problem}"))
    });
    problems.collect()
}

fn case(folder: &Path, program: &Path, mode: Mode) -> Vec<String> {
    if !folder.join("kgen.yaml").is_file() {
        return vec!["holds no `kgen.yaml`".to_owned()];
    }
    let (expected, inputs): (BTreeMap<_, _>, _) = files(folder)
        .into_iter()
        // What a person who ran the case by hand left there.
        .filter(|(path, _)| !path.starts_with("deploy/"))
        .partition(|(path, _)| is_expectation(path));
    let mut given = Case::new(program, &inputs).outcome(&expected);
    if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("diff-")) {
        given.retain(|path, _| path.starts_with("diff-") || path == "status");
    }
    if mode == Mode::Update {
        // No file of a case says so, because nothing may ever be there.
        if given.contains_key("stdout") {
            return vec!["`kgen render` prints to stdout".to_owned()];
        }
        update(folder, &expected, &given);
        return vec![];
    }
    let paths = expected.keys().chain(given.keys().filter(|path| !expected.contains_key(*path)));
    let text = |files: &BTreeMap<String, String>, path| files.get(path).cloned();
    paths.filter_map(|path| difference(path, text(&expected, path).as_deref(), text(&given, path).as_deref())).collect()
}

fn is_expectation(path: &str) -> bool {
    let is_diff = path.starts_with("diff-") && path.ends_with(".txt");
    path.starts_with("tree/") || path.starts_with("stream/") || ["stderr", "status"].contains(&path) || is_diff
}

fn update(folder: &Path, expected: &BTreeMap<String, String>, given: &BTreeMap<String, String>) {
    for path in expected.keys().filter(|path| !given.contains_key(*path)) {
        fs::remove_file(folder.join(path)).unwrap();
    }
    for (path, text) in given.iter().filter(|(path, text)| expected.get(*path) != Some(text)) {
        put(&folder.join(path), text);
    }
}

/// A copy of a case's inputs, to run in.
struct Case<'c> {
    program: &'c Path,
    temp: Temp,
    args: Vec<String>,
    env: BTreeMap<String, String>,
}

impl<'c> Case<'c> {
    fn new(program: &'c Path, inputs: &BTreeMap<String, String>) -> Self {
        let temp = Temp::new();
        for (path, text) in inputs.iter().filter(|(path, _)| !["args", "env"].contains(&path.as_str())) {
            put(&temp.path().join(path), text);
        }
        let lines = |name| inputs.get(name).map_or("", String::as_str).lines();
        let args = lines("args").map(str::to_owned).collect();
        let pair = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("`env` has a line `{line}`"));
            (name.to_owned(), value.to_owned())
        };
        Self { program, temp, args, env: lines("env").map(pair).collect() }
    }

    fn kgen(&self, args: &[&str]) -> Said {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).chain(self.args.clone()).collect();
        run(self.program, self.temp.path(), &args, &self.env, "")
    }

    /// The files of expectation that this kgen would be right with.
    fn outcome(&self, expected: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut given = BTreeMap::new();
        let said = self.kgen(&["render"]);
        let mut tree = files(&self.temp.path().join(OUTPUT));
        tree.remove(".kgen.json");
        let counts = format!("{} written, 0 removed, 0 unchanged\n", tree.len());
        let stderr = match said.status {
            Some(0) => said.stderr.replacen(&counts, "", 1),
            _ => said.stderr.clone(),
        };
        add(&mut given, "stdout", &said.stdout);
        add(&mut given, "stderr", &stderr);
        add(&mut given, "status", &status(&said));
        for profile in profiles(&tree) {
            self.stream(&mut given, &profile);
        }
        self.diffs(&mut given, expected, &profiles(&tree));
        given.extend(tree.into_iter().map(|(path, text)| (format!("tree/{path}"), text)));
        given
    }

    fn stream(&self, given: &mut BTreeMap<String, String>, profile: &str) {
        let said = self.kgen(&["render", profile]);
        add(given, &format!("stream/{profile}.yaml"), &said.stdout);
        add(given, &format!("stream/{profile}.stderr"), &said.stderr);
        add(given, &format!("stream/{profile}.status"), &status(&said));
    }

    /// Only the pairs that the case has a file for: all pairs would bury the ones that show something.
    fn diffs(&self, given: &mut BTreeMap<String, String>, expected: &BTreeMap<String, String>, profiles: &[String]) {
        for (a, b) in profiles.iter().flat_map(|a| profiles.iter().map(move |b| (a, b))) {
            let name = format!("diff-{a}-{b}.txt");
            if expected.contains_key(&name) {
                let said = self.kgen(&["diff", a, b]);
                given.insert(name, said.stdout + &said.stderr);
            }
        }
    }
}

fn add(given: &mut BTreeMap<String, String>, name: &str, text: &str) {
    if !text.is_empty() {
        given.insert(name.to_owned(), text.to_owned());
    }
}

/// Nothing for 0: a case that succeeds has no such file.
fn status(said: &Said) -> String {
    match said.status {
        Some(0) => String::new(),
        Some(status) => format!("{status}\n"),
        None => "a signal\n".to_owned(),
    }
}

/// The folders of the overlays, or of a flat tree. Profiles are sorted: a tree has no other order.
fn profiles(tree: &BTreeMap<String, String>) -> Vec<String> {
    let overlays: Vec<&str> = tree.keys().filter_map(|path| path.strip_prefix("overlays/")).collect();
    let flat = tree.keys().map(String::as_str).filter(|path| !path.starts_with("delivery/"));
    let paths: Vec<&str> = if overlays.is_empty() { flat.collect() } else { overlays };
    let mut names: Vec<String> =
        paths.into_iter().filter_map(|path| path.split_once('/')).map(|(folder, _)| folder.to_owned()).collect();
    names.dedup();
    names
}
