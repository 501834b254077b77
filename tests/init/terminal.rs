//! A person at a terminal: asked, corrected, stopped at any point.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::{KGEN, Temp, files, pty};

/// Types a text each time the terminal shows a question. What the terminal showed, and how kgen ended.
pub fn typed(folder: &Path, columns: u16, args: &[&str], lines: &[&str]) -> (String, ExitStatus) {
    let (mut keyboard, terminal) = pty::open(columns);
    // A session of its own, whose terminal this is: else the terminal's `Ctrl-C` reaches nobody.
    let mut kgen = Command::new("setsid");
    // Whoever started the tests may ignore `Ctrl-C`, as `nohup` and CI do, and a program inherits that.
    let default = ["env", "--default-signal=INT"];
    kgen.args(["--ctty", "--wait"])
        .args(default)
        .arg(KGEN)
        .args(args)
        .current_dir(folder)
        .env("TERM", "xterm")
        .env_remove("NO_COLOR");
    kgen.stdin(terminal.try_clone().unwrap()).stdout(Stdio::null()).stderr(terminal);
    let mut child = kgen.spawn().unwrap();
    drop(kgen);
    let mut shown = Vec::new();
    for line in lines {
        until(&mut keyboard, &mut shown, b"] ");
        keyboard.write_all(line.as_bytes()).unwrap();
    }
    // With the last writer gone, reading ends in an error.
    let _ = keyboard.read_to_end(&mut shown);
    (String::from_utf8(shown).unwrap().replace("\r\n", "\n"), child.wait().unwrap())
}

fn until(from: &mut impl Read, into: &mut Vec<u8>, end: &[u8]) {
    let start = Instant::now();
    let mut byte = [0];
    let from_here = into.len();
    while !into[from_here..].ends_with(end) {
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(from.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(into));
        into.push(byte[0]);
    }
}

#[test]
fn answers_are_asked_for_and_a_wrong_one_again() {
    let temp = Temp::new();
    let (shown, status) =
        typed(temp.path(), 80, &["init", "shop"], &["Shop\r", "\r", "a/b:1.2\r", "80000\r", "9000\r", "y\r", "\r"]);
    assert_eq!(
        shown,
        "name [shop] Shop
  `Shop` has `S`; a name has lower-case letters, digits and `-`: `shop`
name [shop] 
image [nginxinc/nginx-unprivileged:1.29-alpine] a/b:1.2
port [8000] 80000
  `80000` is no port; a port is from 1 to 65535
port [8000] 9000
with a Redis? [no] y
with a PostgreSQL? [no] 
wrote shop/kgen.yaml and kgen.schema.json, which editors complete and check it by

next:
  cd shop && kgen check
  kgen render
  kubectl kustomize deploy/overlays/dev
"
    );
    assert!(status.success());
    assert!(files(temp.path())["shop/kgen.yaml"].contains("    image: a/b:1.2\n    port: 9000\n"));
}

/// At every question; the signal ends kgen as it ends any program.
#[test]
fn ctrl_c_writes_nothing() {
    for answered in 0..5 {
        let temp = Temp::new();
        let lines = [vec!["\r"; answered], vec!["\x03"]].concat();
        let (shown, status) = typed(temp.path(), 80, &["init", "shop"], &lines);
        // `setsid --wait` ends with 130 where a shell would.
        assert!(status.code() == Some(130) || status.signal() == Some(2), "{status:?} {shown}");
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0, "{answered}: {shown}");
    }
}

#[test]
fn ctrl_d_stops_and_says_so() {
    for answered in 0..5 {
        let temp = Temp::new();
        let lines = [vec!["\r"; answered], vec!["\x04"]].concat();
        let (shown, status) = typed(temp.path(), 80, &["init", "--color", "never", "shop"], &lines);
        assert!(shown.ends_with("] \nerror: stopped; nothing was written\n"), "{shown}");
        assert_eq!(status.code(), Some(2));
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0, "{answered}");
    }
}

/// Nobody answers questions about a file that is refused in the end.
#[test]
fn a_file_that_is_there_is_said_before_the_questions() {
    let temp = Temp::new();
    std::fs::write(temp.path().join("kgen.yaml"), "mine").unwrap();
    let (shown, status) = typed(temp.path(), 80, &["init", "--color", "never"], &[]);
    assert!(shown.starts_with("error: `kgen.yaml` is there already"), "{shown}");
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_narrow_terminal_shows_whole_questions() {
    let temp = Temp::new();
    let (shown, status) = typed(temp.path(), 40, &["init", "shop"], &["\r", "a/b:1\r", "\r", "\r", "\r"]);
    assert!(status.success());
    // The longest question has the default image in it: the terminal breaks that line, kgen cuts none.
    assert!(shown.contains("image [nginxinc/nginx-unprivileged:1.29-alpine] "), "{shown}");
}
