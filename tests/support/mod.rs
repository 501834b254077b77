//! Runs the real binary in a folder of its own, with a clean environment, and compares all that it says at once.
//!
//! Does not own: golden cases (`golden.rs`), which are folders rather than code.

pub mod case;
pub mod pty;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use similar::TextDiff;

pub const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

/// A folder that is removed with the value.
pub struct Temp(PathBuf);

impl Temp {
    pub fn new() -> Self {
        Self::inside(std::env::temp_dir())
    }

    fn inside(folder: PathBuf) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("kgen-test-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where there is such a place, in memory: thousands of fsyncs wait for a disk.
    pub fn in_memory() -> Self {
        Self::inside(if Path::new("/dev/shm").is_dir() { "/dev/shm".into() } else { std::env::temp_dir() })
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a run said.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    /// `None` when a signal ended it.
    pub status: Option<i32>,
}

/// One run and what it must give: unless said otherwise, no output and status 0.
#[must_use = "nothing runs before `.run()`"]
pub struct Kgen {
    temp: Temp,
    program: PathBuf,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    stdin: String,
    expected: Said,
    tree: BTreeMap<String, Option<String>>,
}

impl Kgen {
    pub fn new() -> Self {
        Self {
            temp: Temp::new(),
            program: KGEN.into(),
            args: vec![],
            env: BTreeMap::new(),
            stdin: String::new(),
            expected: Said { status: Some(0), ..Said::default() },
            tree: BTreeMap::new(),
        }
    }

    /// Another binary; for tests of this harness.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    #[track_caller]
    pub fn file(self, path: &str, text: &str) -> Self {
        put(&self.temp.path().join(path), text);
        self
    }

    pub fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.args.extend(args.into_iter().map(str::to_owned));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.to_owned();
        self
    }

    pub fn stdout(mut self, text: &str) -> Self {
        self.expected.stdout = text.to_owned();
        self
    }

    pub fn stderr(mut self, text: &str) -> Self {
        self.expected.stderr = text.to_owned();
        self
    }

    pub fn status(mut self, status: i32) -> Self {
        self.expected.status = Some(status);
        self
    }

    /// After the run this file is there, with this text.
    pub fn tree_file(mut self, path: &str, text: &str) -> Self {
        self.tree.insert(path.to_owned(), Some(text.to_owned()));
        self
    }

    /// After the run nothing stands at this path.
    pub fn absent(mut self, path: &str) -> Self {
        self.tree.insert(path.to_owned(), None);
        self
    }

    /// Runs, for a test that looks at parts of what is said.
    #[track_caller]
    pub fn said(self) -> Said {
        run(&self.program, self.temp.path(), &self.args, &self.env, &self.stdin)
    }

    /// What a run that succeeds in silence writes to stdout; for what is looked at in part.
    #[track_caller]
    pub fn says(self) -> String {
        let said = run(&self.program, self.temp.path(), &self.args, &self.env, &self.stdin);
        assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)), "`kgen {}`", self.args.join(" "));
        said.stdout
    }

    /// Runs, compares everything, and fails with all differences. The folder is returned for a closer look.
    #[track_caller]
    pub fn run(self) -> Temp {
        let said = run(&self.program, self.temp.path(), &self.args, &self.env, &self.stdin);
        let mut problems = compare(&self.expected, &said);
        for (path, expected) in &self.tree {
            let full = self.temp.path().join(path);
            let found = match fs::read_to_string(&full) {
                Err(_) if full.is_dir() => Some("a folder\n".to_owned()),
                found => found.ok(),
            };
            problems.extend(difference(path, expected.as_deref(), found.as_deref()));
        }
        assert!(problems.is_empty(), "`kgen {}`\n{}", self.args.join(" "), problems.join("\n"));
        self.temp
    }
}

/// Runs `program` in `folder`. Of the environment it gets `PATH`, and a `HOME` that is the folder.
#[track_caller]
pub fn run(program: &Path, folder: &Path, args: &[String], env: &BTreeMap<String, String>, stdin: &str) -> Said {
    let mut command = Command::new(program);
    command.current_dir(folder).args(args).env_clear();
    command.env("PATH", inherited("PATH").unwrap_or_default()).env("HOME", folder).envs(env);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    // From a thread: a child that writes much before it reads would wait for us, and we for it. It need not read at all.
    let (mut pipe, text) = (child.stdin.take().unwrap(), stdin.to_owned());
    let writer = std::thread::spawn(move || pipe.write_all(text.as_bytes()));
    let done = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|error| panic!("not UTF-8: {error}"));
    Said { stdout: text(done.stdout), stderr: text(done.stderr), status: done.status.code() }
}

#[expect(clippy::disallowed_methods, reason = "the tests start programs, and read how they are to be run")]
pub fn inherited(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn compare(expected: &Said, said: &Said) -> Vec<String> {
    let status = |said: &Said| said.status.map_or("a signal".to_owned(), |status| status.to_string());
    let mut problems = vec![];
    problems.extend(difference("stdout", Some(&expected.stdout), Some(&said.stdout)));
    problems.extend(difference("stderr", Some(&expected.stderr), Some(&said.stderr)));
    if expected.status != said.status {
        problems.push(format!("status is {} instead of {}", status(said), status(expected)));
    }
    problems
}

/// What is wrong with a file or a stream, with a diff; `None` when nothing is.
pub fn difference(name: &str, expected: Option<&str>, found: Option<&str>) -> Option<String> {
    match (expected, found) {
        (Some(expected), Some(found)) if expected == found => None,
        (None, None) => None,
        (Some(expected), Some(found)) => Some(format!("`{name}` is different\n{}", diff(expected, found))),
        (Some(_), None) => Some(format!("`{name}` is expected and was not made")),
        (None, Some(found)) => Some(format!("`{name}` was made and is not expected\n{}", diff("", found))),
    }
}

fn diff(expected: &str, found: &str) -> String {
    let diff = TextDiff::from_lines(expected, found);
    diff.unified_diff().header("expected", "found").to_string()
}

#[track_caller]
pub fn put(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[cfg(unix)]
#[track_caller]
pub fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    put(path, script);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Every file below `root`: path with `/`, and text. Empty when there is no such folder.
#[track_caller]
pub fn files(root: &Path) -> BTreeMap<String, String> {
    let text = |(path, bytes)| match String::from_utf8(bytes) {
        Ok(text) => (path, text),
        Err(error) => panic!("{path}: {error}"),
    };
    contents(root).into_iter().map(text).collect()
}

/// As [`files`], of any files.
#[track_caller]
pub fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(root, "", &mut found);
    found
}

#[track_caller]
fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        } else {
            let bytes = fs::read(entry.path());
            found.insert(path, bytes.unwrap_or_else(|error| panic!("{}: {error}", entry.path().display())));
        }
    }
}
