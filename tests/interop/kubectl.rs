//! Running kubectl, and reading what it says.

use std::path::{Path, PathBuf};
use std::process::Command;

use kgen::output::Files;
use kgen::project::node::{Dialect, parse_all};
use kgen::source::Sources;
use kgen::tree::Tree;

/// An empty folder of this test.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

pub fn write(folder: &Path, files: &Files) {
    for (path, file) in files {
        text(&folder.join(path), &file.text);
    }
}

pub fn text(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// What kustomize builds, or what it says.
pub fn build(folder: &Path) -> Result<Vec<Tree>, String> {
    run(&["kustomize", folder.to_str().unwrap()]).map(|text| read(&text))
}

pub fn run(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("kubectl").args(arguments).output().expect("these tests need kubectl");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

pub fn read(text: &str) -> Vec<Tree> {
    let mut sources = Sources::default();
    let file = sources.add("kustomize", text);
    let trees = parse_all(&sources, file, Dialect::Manifest).unwrap_or_else(|error| panic!("{}", error.message));
    trees.iter().map(|tree| tree.map_from(&mut |_| ())).collect()
}
