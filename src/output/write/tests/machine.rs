//! What needs another process: a full disk, a folder that may not be written to, a run that is killed.
//!
//! The other process is this test binary again, told to run `child`. Disks are mounted in a namespace of their own; where
//! the machine does not allow that, the tests that need one say so and pass.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::{File, apply, plan};
use super::{Files, Temp, files, snapshot};

/// Writes `files.json` of the current folder to `deploy`. A helper, not a test.
#[test]
#[ignore = "run by the tests of this file"]
fn child() {
    let texts: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string("files.json").unwrap()).unwrap();
    let files = texts.into_iter().map(|(path, text)| (path, File { text, secret: false })).collect();
    match apply(Path::new("deploy"), &files, false) {
        Ok(summary) => println!("<{summary}>"),
        Err(error) => println!("<{error:#}>"),
    }
}

fn wish(temp: &Temp, files: &Files) {
    let texts: BTreeMap<&String, &String> = files.iter().map(|(path, file)| (path, &file.text)).collect();
    fs::write(temp.0.join("files.json"), serde_json::to_string(&texts).unwrap()).unwrap();
}

fn child_command() -> Vec<String> {
    let program = std::env::current_exe().unwrap().display().to_string();
    let test = "output::write::tests::machine::child";
    [&program, "--exact", test, "--ignored", "--nocapture", "--quiet"].map(str::to_owned).to_vec()
}

/// Runs a script in which `"$@"` is the child; what the child said, or `None` where namespaces are not allowed.
fn in_namespace(temp: &Temp, script: &str) -> Option<String> {
    let unshare = |args: &[&str]| Command::new("unshare").args(["--mount", "--map-root-user"]).args(args).output();
    let probe = unshare(&["mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("not tested: this machine does not allow mounts");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-euc", script, "sh"]).args(child_command());
    let done = command.current_dir(&temp.0).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(said(&done.stdout))
}

fn said(stdout: &[u8]) -> String {
    let text = String::from_utf8_lossy(stdout);
    let from = text.find('<').unwrap_or_else(|| panic!("{text}"));
    text[from + 1..text.rfind('>').unwrap()].to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_tree() {
    let temp = Temp::new();
    let big = "x".repeat(200_000);
    wish(&temp, &files(&[("base/a.yaml", "new"), ("fresh/b.yaml", &big)]));
    fs::create_dir(temp.output()).unwrap();
    apply(&temp.0.join("before"), &files(&[("base/a.yaml", "old"), ("gone/c.yaml", "old")]), false).unwrap();
    let before = snapshot(&temp.0.join("before"));
    let script = "mount -t tmpfs -o size=64k tmpfs deploy
        cp -a before/. deploy/
        \"$@\"
        cp -a deploy after";
    let Some(text) = in_namespace(&temp, script) else {
        return;
    };
    assert_eq!(
        text,
        "cannot write `deploy/fresh/b.yaml`: No space left on device (os error 28)\nhint: make room there; no file was changed"
    );
    assert_eq!(snapshot(&temp.0.join("after")), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_leaves_the_old_tree() {
    let temp = Temp::new();
    wish(&temp, &files(&[("base/a.yaml", "new")]));
    apply(&temp.output(), &files(&[("base/a.yaml", "old")]), false).unwrap();
    let before = snapshot(&temp.output());
    let script = "mount --bind deploy deploy; mount -o remount,bind,ro deploy; \"$@\"";
    let Some(text) = in_namespace(&temp, script) else {
        return;
    };
    assert_eq!(
        text,
        "cannot write to `deploy`: Read-only file system (os error 30)\nhint: make it writable, or render into another folder; no file was changed"
    );
    assert_eq!(snapshot(&temp.output()), before);

    wish(&temp, &files(&[("base/a.yaml", "old")]));
    assert_eq!(in_namespace(&temp, script).unwrap(), "0 written, 0 removed, 1 unchanged");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_may_not_be_written_to_leaves_the_old_tree() {
    use std::os::unix::fs::PermissionsExt;
    let temp = Temp::new();
    wish(&temp, &files(&[("base/a.yaml", "new"), ("own/b.yaml", "new")]));
    apply(&temp.output(), &files(&[("base/a.yaml", "old"), ("own/b.yaml", "old")]), false).unwrap();
    let before = snapshot(&temp.output());
    for (path, mode) in [("", 0o777), ("base", 0o777), ("own", 0o555)] {
        fs::set_permissions(temp.output().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let Some(mut command) = unprivileged() else {
        return;
    };
    let done = command.current_dir(&temp.0).output().unwrap();
    let text = said(&done.stdout);
    assert_eq!(
        text,
        "cannot write `deploy/own/b.yaml`: Permission denied (os error 13)\nhint: run as a user who may read and write there; no file was changed"
    );
    assert_eq!(snapshot(&temp.output()), before);
    // Else the folder could not be removed.
    fs::set_permissions(temp.output().join("own"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// The child as a user whom permissions bind.
#[cfg(target_os = "linux")]
fn unprivileged() -> Option<Command> {
    use std::os::unix::fs::MetadataExt;
    let child = child_command();
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        let mut command = Command::new(&child[0]);
        command.args(&child[1..]);
        return Some(command);
    }
    // The binary may stand where only root can read, so another user gets a copy of it.
    let copy = std::env::temp_dir().join(format!("kgen-write-child-{}", std::process::id()));
    fs::copy(&child[0], &copy).unwrap();
    let remove = copy.display().to_string();
    let mut command = Command::new("sh");
    command.args(["-c", "setpriv --reuid 65534 --clear-groups -- \"$@\"; rm -f \"$0\"", &remove, &remove]);
    command.args(&child[1..]);
    Some(command)
}

#[test]
fn a_run_killed_by_the_system_is_mended_by_the_next() {
    let temp = Temp::new();
    let output = temp.output();
    let tree = |text: &str| -> Files {
        let file = || File { text: text.repeat(500), secret: false };
        (0..120).map(|n| (format!("{}/{n}.yaml", n % 7), file())).collect()
    };
    apply(&output, &tree("a"), false).unwrap();
    const ROUNDS: u32 = 30;
    let mut mixed = 0;
    for round in 0..ROUNDS {
        let (old, new) = if round % 2 == 0 { ("a", "b") } else { ("b", "a") };
        wish(&temp, &tree(new));
        let mut running = run(&temp);
        // Every third while it stages, the others ever later while it switches.
        let begun = || match round % 3 {
            0 => output.join(".kgen-tmp-journal").exists(),
            _ => is_interim(&output),
        };
        while !begun() && running.try_wait().unwrap().is_none() {}
        std::thread::sleep(Duration::from_micros(u64::from(round) * 40));
        running.kill().unwrap();
        running.wait().unwrap();
        let found = snapshot(&output);
        mixed += u32::from(is_interim(&output));
        for n in 0..120 {
            let text = &found[&format!("{}/{n}.yaml", n % 7)];
            assert!([old, new].iter().any(|known| *text == known.repeat(500)), "{n} is half");
        }
        apply(&output, &tree(new), false).unwrap();
        assert!(plan(&output, &tree(new)).unwrap().is_empty());
        assert!(snapshot(&output).keys().all(|path| !path.contains(".kgen-tmp-") && !path.contains(".kgen.lock")));
    }
    eprintln!("{mixed} of {ROUNDS} runs were killed between the old tree and the new one");
}

fn is_interim(output: &Path) -> bool {
    fs::read_to_string(output.join(".kgen.json")).is_ok_and(|text| text.contains("unfinished"))
}

fn run(temp: &Temp) -> std::process::Child {
    let child = child_command();
    let mut command = Command::new(&child[0]);
    command.args(&child[1..]).current_dir(&temp.0).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}
