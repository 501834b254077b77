//! In a terminal no line is wider than it is, nor is the line of a place lost; elsewhere nothing is shortened.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{KGEN, Temp, pty};

/// What kgen writes to a terminal of so many columns.
fn shown(folder: &Path, columns: u16, args: &[&str]) -> String {
    let (mut master, terminal) = pty::open(columns);
    let mut kgen = Command::new(KGEN);
    kgen.args(args).current_dir(folder).env("TERM", "xterm").env_remove("NO_COLOR");
    kgen.stdin(Stdio::null()).stderr(Stdio::inherit()).stdout(Stdio::from(terminal));
    let mut child = kgen.spawn().unwrap();
    // With the last writer gone, reading ends in an error.
    drop(kgen);
    let mut out = Vec::new();
    let _ = master.read_to_end(&mut out);
    assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    String::from_utf8(out).unwrap().replace("\r\n", "\n")
}

fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').unwrap().1)
}

const COMMANDS: [&[&str]; 6] = [
    &["profile", "list"],
    &["profile", "show", "prod"],
    &["profile", "show", "prod", "--all-layers"],
    &["profile", "show", "prod", "--preset"],
    &["profile", "show", "--all"],
    &["profile", "show", "--all", "--diff"],
];

#[test]
fn no_line_is_wider_than_the_terminal() {
    for case in ["example-shop", "example-darwin", "configs"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case);
        for columns in [40, 80, 200] {
            for command in COMMANDS {
                let text = plain(&shown(&folder, columns, command));
                let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
                assert!(widest <= usize::from(columns), "{case}, {columns}, {command:?}: {widest}\n{text}");
            }
        }
    }
}

/// A Chinese character has two columns, and what turns the direction of a line is spelled out.
#[test]
fn any_text_is_as_wide_as_it_looks() {
    let temp = Temp::new();
    let project = "apiVersion: kgen.dev/v1\nproject: shop\nconfigs: {app: {A: \"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\", B: \"a\\u202Eb\\e[31m\"}}\n";
    fs::write(temp.path().join("kgen.yaml"), project).unwrap();
    for command in COMMANDS {
        let text = plain(&shown(temp.path(), 40, command));
        let width = |line: &str| line.chars().map(|c| if "漢字".contains(c) { 2 } else { 1 }).sum::<usize>();
        assert!(text.lines().all(|line| width(line) <= 40), "{command:?}\n{text}");
        assert!(!text.contains(['\u{202e}', '\x1b']), "{command:?}");
    }
}

#[test]
fn a_place_keeps_its_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/example-shop");
    let text = plain(&shown(&folder, 80, &["profile", "show", "prod", "--all-layers"]));
    let notes = text.lines().filter_map(|line| line.split_once("# "));
    let bare = |note: &str| note.rsplit(':').next().unwrap().parse::<u32>().is_err();
    let lost: Vec<_> = notes.skip(1).filter(|(_, note)| bare(note)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn colours_are_for_terminals() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/example-shop");
    for command in COMMANDS {
        assert!(shown(&folder, 80, command).contains("\x1b["), "{command:?}");
        let never = [&["--color", "never"], command].concat();
        assert!(!shown(&folder, 80, &never).contains('\x1b'), "{command:?}");
        let piped = Command::new(KGEN).args(command).current_dir(&folder).output().unwrap().stdout;
        assert!(!piped.contains(&0x1b), "{command:?}");
        assert!(!String::from_utf8(piped).unwrap().contains('…'), "{command:?}");
    }
    let project = fs::read_to_string(folder.join("kgen.yaml")).unwrap();
    assert!(!project.contains('…'), "else the line above says nothing");
}
