//! Tab in the folder of a stranger: whatever the names of his keys and files are, Tab and Enter give kgen that name and
//! run nothing, in each shell, behind an open quote or none.
//!
//! In place of kgen, `bin/kgen` tells the arguments that it gets; what it is asked at Tab it hands on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use kgen::tree::{Step, path_text};

use crate::kubectl::folder;
use crate::shells::{BASH, FISH, Kind, Shell, ZSH};

/// What a shell takes for more than text. A command among them would make the file `canary`.
const NAMES: [&str; 37] = [
    "$(touch canary; echo Tab and Enter >/dev/tty)",
    "$(touch canary)",
    "`touch canary`",
    ";touch canary;",
    "| touch canary",
    "& touch canary &",
    "> canary",
    "<(touch canary)",
    "=(touch canary)",
    "(touch canary)",
    "*(e:touch canary:)",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "\\$(touch canary)",
    "\\'; touch canary; \\'",
    "{touch,canary}",
    "$canary",
    "${HOME}",
    "$'canary'",
    "!!",
    "!touch",
    "it's!",
    "*",
    "?[a-z]*",
    "a  b ",
    " # b",
    "~root",
    "=ls",
    "a=~/b",
    "a:b=c d",
    "\\",
    "\\\\",
    "'",
    "''\"\"",
    "%1 ^a^b",
    "é\u{a0}ü",
    "a'b\"c`d$(touch canary)!f\\g",
];

/// What may stand in no line: offered, it would end the line, change the terminal, or look like another name.
const NEVER: [&str; 7] =
    ["\n touch canary\n", "\r touch canary\r", "\u{3}", "\u{1b}[31m", "\t", "\u{202e}txt", "\u{200b}"];
/// As [`NEVER`], for files only: kgen takes no key with them.
const NEVER_FILES: [&str; 2] = ["\u{7f}", "\u{9b}31m"];

/// Names of which several have a part in common, and which one is typed on.
const SEVERAL: [(&str, [&str; 2]); 4] = [
    ("p", ["p$(touch canary) x", "p$(touch canary) y"]),
    ("q", ["q'; touch canary; 'x", "q'; touch canary; 'y"]),
    ("r", ["r!touch `touch canary`\\x", "r!touch `touch canary`\\y"]),
    ("s", ["s x", "s y"]),
];

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

fn tabs(name: &str, kind: Kind) {
    let folder = folder(&format!("tab-{name}"));
    fill(&folder);
    let mut stranger = Stranger { shell: Shell::new(folder, kind) };
    for open in ["", "'", "\""] {
        stranger.keys(open);
        stranger.files(open);
        stranger.several(open);
    }
    stranger.never();
    stranger.lists();
    assert!(!stranger.has("canary"), "{}", stranger.shell.screen());
}

/// The key of a name: what stands before it makes it the only one.
fn key(number: usize, name: &str) -> String {
    format!("k{number:02}{name}")
}

fn fill(folder: &Path) {
    let names = NAMES.iter().chain(&NEVER).enumerate().map(|(number, name)| key(number, name));
    let several = SEVERAL.iter().flat_map(|(_, names)| names).map(|name| (*name).to_owned());
    let spec: serde_json::Map<_, _> = names.chain(several).map(|key| (key, 1.into())).collect();
    let manifest = serde_json::json!({"apiVersion": "e.io/v1", "kind": "Foo", "metadata": {"name": "x"}, "spec": spec});
    let project = serde_json::json!({
        "apiVersion": "kgen.dev/v1", "project": "shop", "profiles": {"dev": {}},
        "apps": {"web": {"image": "acme/web:1"}}, "manifests": [manifest],
    });
    fs::write(folder.join("kgen.yaml"), project.to_string()).unwrap();
    for (number, name) in NAMES.iter().chain(&NEVER).chain(&NEVER_FILES).enumerate() {
        fs::create_dir(folder.join(format!("f{number}"))).unwrap();
        fs::write(folder.join(format!("f{number}/{}", name.replace('/', "_"))), "").unwrap();
    }
    program(
        folder,
        "kgen",
        &format!(
            "if [ -n \"$KGEN_COMPLETE\" ] || [ \"$1\" = completions ]; then exec '{}' \"$@\"; fi\n\
         printf '%s\\n' \"$@\" >told.new && mv told.new told",
            env!("CARGO_BIN_EXE_kgen"),
        ),
    );
    // What other commands call. Not git, which fish calls for its prompt.
    program(folder, "kubectl", "touch canary");
    program(folder, "sops", "touch canary");
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join("bin").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

struct Stranger {
    shell: Shell,
}

impl Stranger {
    fn has(&self, file: &str) -> bool {
        self.shell.folder.join(file).exists()
    }

    /// What kgen is told once this was typed, with Tab where it says so, and Enter pressed.
    #[track_caller]
    fn told(&mut self, typed: &str) -> Vec<String> {
        self.shell.send(&format!("{typed}\r"));
        let told = self.shell.file("told");
        assert!(!told.is_empty() && !self.has("canary"), "{typed:?}\n{}", self.shell.screen());
        fs::remove_file(self.shell.folder.join("told")).unwrap();
        told.lines().map(str::to_owned).collect()
    }

    fn keys(&mut self, open: &str) {
        for (number, name) in NAMES.into_iter().enumerate() {
            let path = path_text(&[Step::Key("spec"), Step::Key(&key(number, name))]);
            let start = typed(open, path.split_inclusive(&key(number, "")).next().unwrap());
            assert_eq!(
                self.told(&format!("kgen explain dev Foo/x {open}{start}\t")),
                ["explain", "dev", "Foo/x", &path]
            );
        }
    }

    fn files(&mut self, open: &str) {
        for (number, name) in NAMES.into_iter().enumerate() {
            let path = format!("f{number}/{}", name.replace('/', "_"));
            let joined = format!("--file={path}");
            // Bash takes what follows a `=` for a word of its own.
            let (option, told) = if number % 2 == 0 { ("-f ", vec!["-f", &path]) } else { ("--file=", vec![&*joined]) };
            assert_eq!(self.told(&format!("kgen {option}{open}f{number}/\t")), told);
        }
    }

    fn several(&mut self, open: &str) {
        for (start, names) in SEVERAL {
            for name in names {
                let path = path_text(&[Step::Key("spec"), Step::Key(name)]);
                let last = &name[name.len() - 1..];
                let told = self.told(&format!("kgen explain dev Foo/x {open}spec.{start}\t{last}\t"));
                assert_eq!(told, ["explain", "dev", "Foo/x", &path]);
            }
        }
    }

    /// Tab adds nothing.
    fn never(&mut self) {
        for number in NAMES.len()..NAMES.len() + NEVER.len() {
            let start = format!("spec.{}", key(number, ""));
            assert_eq!(self.told(&format!("kgen explain dev Foo/x {start}\t")), ["explain", "dev", "Foo/x", &start]);
        }
        for number in NAMES.len()..NAMES.len() + NEVER.len() + NEVER_FILES.len() {
            let folder = format!("f{number}/");
            assert_eq!(self.told(&format!("kgen render -f {folder}\t")), ["render", "-f", &folder]);
        }
    }

    /// All names in a list, in a menu, or put on the line by bash. Whether Enter runs the line is the shell's to say: a quote may be open.
    fn lists(&mut self) {
        for open in ["", "'", "\""] {
            for keys in ["\t", "\t\t", "\t\t\t\t", "\x1b*"] {
                self.shell.send(&format!("kgen explain dev Foo/x {open}spec.k0{keys}\r"));
                std::thread::sleep(Duration::from_secs(1));
                self.shell.send("\x03");
                std::thread::sleep(Duration::from_millis(100));
                let _ = fs::remove_file(self.shell.folder.join("told"));
                assert!(!self.has("canary"), "{open} {keys:?}\n{}", self.shell.screen());
            }
        }
        assert_eq!(self.told("kgen check"), ["check"], "the shell is there still");
    }
}

/// A path as it is typed behind an open quote or none.
fn typed(open: &str, path: &str) -> String {
    match open {
        "" => path.replace('[', "\\[").replace('"', "\\\""),
        "\"" => path.replace('"', "\\\""),
        _ => path.to_owned(),
    }
}
