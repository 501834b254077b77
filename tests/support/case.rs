//! A case: a folder of inputs beside files that say how kgen is called there and what it must give.
//!
//! Owns: reading and copying one, comparing, and `KGEN_UPDATE=1`, which writes what kgen gives.
//! Does not own: which files are expected (`golden.rs`, `errors.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Said, Temp, contents, difference, inherited, put, run};

pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Check,
    Update,
}

impl Mode {
    pub fn asked() -> Self {
        let update = inherited("KGEN_UPDATE").is_some_and(|value| value == "1");
        assert!(!update || inherited("CI").is_none(), "`KGEN_UPDATE` is for people: CI only compares");
        if update { Self::Update } else { Self::Check }
    }
}

/// A copy of a case's inputs, to run in.
pub struct Case<'c> {
    program: &'c Path,
    pub temp: Temp,
    pub args: Vec<String>,
    env: BTreeMap<String, String>,
    stdin: String,
}

impl<'c> Case<'c> {
    /// `args` has one argument in each line, `env` one `NAME=value`; `stdin` is what kgen reads there.
    pub fn new(program: &'c Path, inputs: &Files) -> Self {
        let temp = Temp::new();
        for (path, bytes) in inputs.iter().filter(|(path, _)| !["args", "env", "stdin"].contains(&path.as_str())) {
            put(&temp.path().join(path), bytes);
        }
        let text = |name| inputs.get(name).map(|bytes| String::from_utf8(bytes.clone()).unwrap()).unwrap_or_default();
        let args = text("args").lines().map(str::to_owned).collect();
        let pair = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("`env` has a line `{line}`"));
            (name.to_owned(), value.to_owned())
        };
        Self { program, temp, args, env: text("env").lines().map(pair).collect(), stdin: text("stdin") }
    }

    pub fn kgen(&self, args: &[String]) -> Said {
        run(self.program, self.temp.path(), args, &self.env, &self.stdin)
    }
}

/// The folders of a folder, sorted; each is a case.
pub fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().map(Result::unwrap);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What is expected, and the inputs.
pub fn read(folder: &Path, is_expected: impl Fn(&str) -> bool) -> (BTreeMap<String, String>, Files) {
    let (expected, inputs): (Files, Files) = contents(folder).into_iter().partition(|(path, _)| is_expected(path));
    (expected.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect(), inputs)
}

/// Compares, or writes what is given; an answer for each file that is missing, different or left over.
pub fn settle(
    folder: &Path,
    expected: &BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
    mode: Mode,
) -> Vec<String> {
    if mode == Mode::Update {
        for path in expected.keys().filter(|path| !given.contains_key(*path)) {
            fs::remove_file(folder.join(path)).unwrap();
        }
        for (path, text) in given.iter().filter(|(path, text)| expected.get(*path) != Some(text)) {
            put(&folder.join(path), text);
        }
        return vec![];
    }
    let paths = expected.keys().chain(given.keys().filter(|path| !expected.contains_key(*path)));
    let text = |files: &BTreeMap<String, String>, path| files.get(path).cloned();
    paths.filter_map(|path| difference(path, text(expected, path).as_deref(), text(given, path).as_deref())).collect()
}

/// Nothing where there is no text: a case has no empty file.
pub fn add(given: &mut BTreeMap<String, String>, name: &str, text: &str) {
    if !text.is_empty() {
        given.insert(name.to_owned(), text.to_owned());
    }
}

/// Nothing for the one that is `usual`.
pub fn status(said: &Said, usual: i32) -> String {
    match said.status {
        Some(status) if status == usual => String::new(),
        Some(status) => format!("{status}\n"),
        None => "a signal\n".to_owned(),
    }
}
