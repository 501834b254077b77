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
use std::path::Path;

use crate::support::case::{Case, Mode, add, names, read, settle, status};
use crate::support::{KGEN, Said, files};

/// The project's default `output`.
const OUTPUT: &str = "deploy";

#[test]
fn every_case_gives_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let problems = all(&root, Path::new(KGEN), Mode::asked());
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Runs all cases; every problem begins with the name of its case.
pub fn all(root: &Path, program: &Path, mode: Mode) -> Vec<String> {
    let names = names(root);
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
    let (expected, mut inputs) = read(folder, is_expectation);
    // What a person who ran the case by hand left there.
    inputs.retain(|path, _| !path.starts_with("deploy/"));
    let mut given = outcome(&Case::new(program, &inputs), &expected);
    if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("diff-")) {
        given.retain(|path, _| path.starts_with("diff-") || path == "status");
    }
    // No file of a case says so, because nothing may ever be there.
    if mode == Mode::Update && given.contains_key("stdout") {
        return vec!["`kgen render` prints to stdout".to_owned()];
    }
    settle(folder, &expected, &given, mode)
}

fn is_expectation(path: &str) -> bool {
    let is_diff = path.starts_with("diff-") && path.ends_with(".txt");
    path.starts_with("tree/") || path.starts_with("stream/") || ["stderr", "status"].contains(&path) || is_diff
}

fn kgen(case: &Case, args: &[&str]) -> Said {
    case.kgen(&args.iter().map(|arg| (*arg).to_owned()).chain(case.args.clone()).collect::<Vec<_>>())
}

/// The files of expectation that this kgen would be right with.
fn outcome(case: &Case, expected: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    let said = kgen(case, &["render"]);
    let mut tree = files(&case.temp.path().join(OUTPUT));
    tree.remove(".kgen.json");
    let counts = format!("{} written, 0 removed, 0 unchanged\n", tree.len());
    let stderr = match said.status {
        Some(0) => said.stderr.replacen(&counts, "", 1),
        _ => said.stderr.clone(),
    };
    add(&mut given, "stdout", &said.stdout);
    add(&mut given, "stderr", &stderr);
    add(&mut given, "status", &status(&said, 0));
    for profile in profiles(&tree) {
        stream(case, &mut given, &profile);
    }
    diffs(case, &mut given, expected, &profiles(&tree));
    given.extend(tree.into_iter().map(|(path, text)| (format!("tree/{path}"), text)));
    given
}

fn stream(case: &Case, given: &mut BTreeMap<String, String>, profile: &str) {
    let said = kgen(case, &["render", profile]);
    add(given, &format!("stream/{profile}.yaml"), &said.stdout);
    add(given, &format!("stream/{profile}.stderr"), &said.stderr);
    add(given, &format!("stream/{profile}.status"), &status(&said, 0));
}

/// Only the pairs that the case has a file for: all pairs would bury the ones that show something.
fn diffs(case: &Case, given: &mut BTreeMap<String, String>, expected: &BTreeMap<String, String>, profiles: &[String]) {
    for (a, b) in profiles.iter().flat_map(|a| profiles.iter().map(move |b| (a, b))) {
        let name = format!("diff-{a}-{b}.txt");
        if expected.contains_key(&name) {
            let said = kgen(case, &["diff", a, b]);
            given.insert(name, said.stdout + &said.stderr);
        }
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
