//! Tab in real shells: what is typed, the key pressed, and the words that the shell then has; and manual pages in a
//! reader of its own.
//!
//! Each shell runs on a terminal of its own, which `script` makes. PowerShell is not in Debian: `cargo test` checks only
//! that its script is written.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::kubectl::folder;

const PROJECT: &str = include_str!("../../golden/example-shop/kgen.yaml");

/// What is typed, and the word that Tab makes of its last.
const TABS: [(&str, &str); 15] = [
    ("kgen rend", "render"),
    ("kgen render --che", "--check"),
    ("kgen render stag", "staging"),
    ("kgen explain prod StatefulSet/c", "StatefulSet/cache"),
    ("kgen explain prod sts/cache spec.service", "spec.serviceName"),
    ("kgen explain single-rep", "single-replica"),
    ("kgen render --set redis.cache.evic", "redis.cache.evictionPolicy="),
    ("kgen render prod --only component=redis.c", "component=redis.cache"),
    ("kgen render prod --skip Deployment/w", "Deployment/w"),
    ("kgen check --deny single-rep", "single-replica"),
    ("kgen secret set prod cac", "cache"),
    ("kgen secret set prod db passw", "password"),
    ("kgen template show app/depl", "app/deployment.yaml"),
    ("kgen template eject redis/statef", "redis/statefulset.yaml"),
    ("kgen -f other.yaml render oth", "other"),
];

/// How a shell starts without its user's files, and what makes it complete.
pub type Kind = (&'static str, &'static str);
pub const BASH: Kind = ("bash --norc --noprofile -i", "HISTFILE=; source <(kgen completions bash)");
pub const ZSH: Kind = ("zsh -f -i", "autoload -U compinit; compinit -u -D; source <(kgen completions zsh)");
pub const FISH: Kind = ("fish --no-config -i", "kgen completions fish | source");

pub struct Shell {
    child: Child,
    pub folder: PathBuf,
}

impl Shell {
    /// A shell in a folder, whose `bin` comes before the built kgen.
    pub fn new(folder: PathBuf, (start, load): Kind) -> Self {
        let programs = Path::new(env!("CARGO_BIN_EXE_kgen")).parent().unwrap();
        let path = format!("{}/bin:{}:/usr/local/bin:/usr/bin:/bin", folder.display(), programs.display());
        let mut command = Command::new("script");
        command.args(["-qefc", start, "/dev/null"]).current_dir(&folder).env_clear();
        command.env("PATH", path).env("HOME", &folder).env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("these tests need script");
        // Nobody may wait for someone to read what the shell draws.
        let mut screen = child.stdout.take().unwrap();
        let log = folder.join("screen");
        std::thread::spawn(move || {
            let (mut log, mut bytes) = (fs::File::create(log).unwrap(), [0; 4096]);
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                log.write_all(&bytes[..count]).unwrap();
            }
        });
        let mut shell = Self { child, folder };
        shell.send(&format!("{load}; echo ready > loaded\r"));
        assert_eq!(shell.file("loaded"), "ready\n", "{}", shell.screen());
        shell
    }

    pub fn send(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush()).unwrap();
    }

    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("screen")).unwrap_or_default()).into_owned()
    }

    /// What a command wrote into a file, once it is whole.
    pub fn file(&self, name: &str) -> String {
        let start = Instant::now();
        loop {
            let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            if text.ends_with('\n') || start.elapsed() > Duration::from_secs(30) {
                return text;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The words of the line after Tab: instead of the command itself, `printf` is run with them.
    fn words(&mut self, number: usize, typed: &str) -> Vec<String> {
        self.send(&format!("{typed}\t"));
        // To the end of the line, and to its beginning. What the shell has not read yet waits for it.
        self.send(&format!("\x05 > out{number}\x01printf '%s\\n' \r"));
        self.file(&format!("out{number}")).lines().map(str::to_owned).collect()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tabs(name: &str, kind: Kind) {
    let folder = folder(&format!("shell-{name}"));
    fs::write(folder.join("kgen.yaml"), PROJECT).unwrap();
    let other = "apiVersion: kgen.dev/v1\nproject: b\nprofiles: {other: {preset: dev}}\napps: {a: {image: a/b:1}}\n";
    fs::write(folder.join("other.yaml"), other).unwrap();
    let mut shell = Shell::new(folder, kind);
    for (number, (typed, last)) in TABS.into_iter().enumerate() {
        let words = shell.words(number, typed);
        assert_eq!(words.last().map(String::as_str), Some(last), "{typed}: {words:?}\n{}", shell.screen());
        assert_eq!(words.len(), typed.split(' ').count(), "{typed}: {words:?}");
    }
    // A project with a mistake has no words, and nobody is told on the line where he types.
    fs::write(shell.folder.join("kgen.yaml"), "apps: {a: {imag").unwrap();
    let before = shell.screen().len();
    assert_eq!(shell.words(TABS.len(), "kgen render pro").last().map(String::as_str), Some("pro"));
    let screen = shell.screen();
    assert!(!screen[before..].contains("error"), "{screen}");
    let names = fs::read_dir(&shell.folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files = names.filter(|name| !name.to_string_lossy().starts_with('.')).count();
    assert_eq!(files, TABS.len() + 5, "nothing but what the shell wrote: outs, `loaded`, `screen`, two projects");
}

#[test]
fn bash() {
    tabs("bash", BASH);
}

#[test]
fn zsh() {
    tabs("zsh", ZSH);
}

#[test]
fn fish() {
    tabs("fish", FISH);
}

/// Another reader finds nothing wrong with the manual pages but that they have no date.
#[test]
fn mandoc_reads_the_manual_pages() {
    let pages = folder("man");
    let said = Command::new(env!("CARGO_BIN_EXE_kgen")).args(["man", "--out"]).arg(&pages).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    let mut count = 0;
    for page in fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path()) {
        let lint = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&page).output();
        let lint = String::from_utf8(lint.expect("these tests need mandoc").stdout).unwrap();
        let found: Vec<&str> = lint.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(found.is_empty(), "{found:#?}");
        let shown = Command::new("mandoc").args(["-T", "utf8"]).arg(&page).output().unwrap();
        assert!(String::from_utf8_lossy(&shown.stdout).contains("kgen "), "{}", page.display());
        count += 1;
    }
    assert!(count > 15, "{count}");
}
