//! A person at a terminal: asked twice, shown nothing.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::termios::{LocalModes, tcgetattr};

use super::{PROJECT, Room, VALUE};
use crate::support::{KGEN, pty};

/// Types each line when its prompt is there. What the terminal showed, what kgen said, its status.
fn typed(room: &Room, lines: &[&str]) -> (String, String, Option<i32>) {
    let (mut keyboard, terminal) = pty::open(80);
    let mut kgen = Command::new(KGEN);
    kgen.args(["secret", "set", "prod", "app", "token"]).current_dir(room.0.path());
    kgen.stdin(Stdio::from(terminal.try_clone().unwrap())).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = kgen.spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut said = Vec::new();
    for line in lines {
        until(&mut stderr, &mut said, b": ");
        assert!(!tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO));
        keyboard.write_all(line.as_bytes()).unwrap();
        said.push(b'|');
    }
    stderr.read_to_end(&mut said).unwrap();
    let status = child.wait().unwrap().code();
    assert!(tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ISIG));
    // What was shown could be read from the other end, up to here.
    (&terminal).write_all(b"END").unwrap();
    let mut shown = Vec::new();
    until(&mut keyboard, &mut shown, b"END");
    (String::from_utf8(shown).unwrap(), String::from_utf8(said).unwrap(), status)
}

fn until(from: &mut impl Read, into: &mut Vec<u8>, end: &[u8]) {
    let start = Instant::now();
    let mut byte = [0];
    let asked = into.len();
    while !into[asked..].ends_with(end) {
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(from.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(into));
        into.push(byte[0]);
    }
}

const ASKED: &str = "`app.token` of profile `prod`: |\nthe same again: |\n";

#[test]
fn a_value_is_asked_for_twice_and_not_shown() {
    let room = Room::new(PROJECT);
    let line = format!("{VALUE}\r");
    let (shown, said, status) = typed(&room, &[&line, &line]);
    let news = "sealed `token` for `strict:shop/app` into `secrets/prod/app.sealed.yaml`\n";
    assert_eq!((shown.as_str(), said, status), ("END", format!("{ASKED}{news}"), Some(0)));
}

#[test]
fn two_values_that_differ_are_refused() {
    let room = Room::new(PROJECT);
    let (shown, said, status) = typed(&room, &["q8Zt1Yx0\r", "q8Zt1Yx1\r"]);
    let error = "error: the two values are not the same; nothing was written\n";
    assert_eq!((shown.as_str(), said, status), ("END", format!("{ASKED}{error}"), Some(2)));
    assert!(!room.0.path().join("secrets").exists());
}

#[test]
fn a_person_can_stop() {
    let room = Room::new(PROJECT);
    let (_, said, status) = typed(&room, &["q8Zt\x03"]);
    assert_eq!(
        (said.as_str(), status),
        ("`app.token` of profile `prod`: |\nerror: stopped; nothing was written\n", Some(2))
    );
}

/// What ends kgen from elsewhere leaves a terminal that shows what is typed, and nothing is written.
#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    use std::os::unix::process::ExitStatusExt;

    for (name, number) in [("TERM", 15), ("HUP", 1), ("INT", 2), ("QUIT", 3)] {
        // At the first question, at the second, and between the two.
        for (answers, asked) in [(0, 1), (1, 2), (1, 1)] {
            let room = Room::new(PROJECT);
            let (mut keyboard, terminal) = pty::open(80);
            let before = tcgetattr(&terminal).unwrap().local_modes;
            let mut kgen = Command::new(KGEN);
            kgen.args(["secret", "set", "prod", "app", "token"]).current_dir(room.0.path());
            kgen.stdin(Stdio::from(terminal.try_clone().unwrap())).stdout(Stdio::null()).stderr(Stdio::piped());
            let mut child = kgen.spawn().unwrap();
            let (mut stderr, mut said) = (child.stderr.take().unwrap(), Vec::new());
            until(&mut stderr, &mut said, b": ");
            keyboard.write_all(format!("{VALUE}\r").repeat(answers).as_bytes()).unwrap();
            if asked > answers {
                (1..asked).for_each(|_| until(&mut stderr, &mut said, b": "));
                keyboard.write_all(b"q8Zt1Yx0").unwrap();
                assert!(!tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO));
            }
            let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
            let ended = child.wait().unwrap();
            assert!(sent.success() && ended.signal() == Some(number), "{name}: {ended:?}");
            assert_eq!(tcgetattr(&terminal).unwrap().local_modes, before, "{name}");
            assert!(!ended.core_dumped() && !room.0.path().join("secrets").exists(), "{name}");
        }
    }
}
