//! The command line, the disk, and the tree that is there.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{HEAD, text};
use crate::support::{KGEN, Temp, inherited, put, run};

const APP: &str = "
    profiles: {dev: {}}
    apps:
      api: {image: acme/api:1}
    ";

const SECRET: &str = "
    profiles: {dev: {}}
    secrets: {app: {token: {}}}
    ";

#[test]
fn no_project_file() {
    let temp = Temp::new();
    let said = run(Path::new(KGEN), temp.path(), &["render".to_owned()], &[].into(), "");
    let here = temp.path().canonicalize().unwrap();
    let expected = format!(
        "error: there is no `kgen.yaml` in `{}` or a folder above it\nhint: name one with `-f FILE`\n",
        here.display()
    );
    assert_eq!((said.stdout.as_str(), said.stderr, said.status), ("", expected, Some(2)));
}

/// What a second run says in a folder that has been rendered and changed by `change`.
#[track_caller]
fn again(change: impl Fn(&Path), args: &[&str]) -> (String, String, Option<i32>) {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), format!("{HEAD}{}", text(APP)));
    let kgen = |args: &[&str]| {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        run(Path::new(KGEN), temp.path(), &args, &[].into(), "")
    };
    assert_eq!(kgen(&["render"]).status, Some(0));
    change(temp.path());
    let said = kgen(args);
    (said.stdout, said.stderr, said.status)
}

const EDITED: &str = "deploy/base/api/deployment.yaml";

#[test]
fn an_edited_file_is_refused() {
    let said = again(|root| put(&root.join(EDITED), "edited\n"), &["render"]);
    let expected = text(
        "
        error: `deploy` holds what kgen must not touch
          `base/api/deployment.yaml` was edited since kgen wrote it
        hint: move them away, or overwrite them with `--force`
        ",
    );
    assert_eq!(said, (String::new(), expected, Some(2)));
}

#[test]
fn an_edited_file_is_overwritten_by_force() {
    let said = again(|root| put(&root.join(EDITED), "edited\n"), &["render", "--force"]);
    assert_eq!(said, (String::new(), "1 written, 0 removed, 3 unchanged\n".to_owned(), Some(0)));
}

#[test]
fn a_fresh_tree_passes_the_check() {
    assert_eq!(again(|_| (), &["render", "--check"]), (String::new(), String::new(), Some(0)));
}

#[test]
fn a_stale_tree_does_not_pass_the_check() {
    let newer = |root: &Path| {
        let text = format!("{HEAD}{}", text(APP)).replace("api:1", "api:2");
        put(&root.join("kgen.yaml"), text);
    };
    let expected = text(
        "
        `base/api/deployment.yaml` is different
        hint: run `kgen render` and commit what it writes
        ",
    );
    assert_eq!(again(newer, &["render", "--check"]), (String::new(), expected, Some(1)));
}

/// `kgen render` would stop there: its hint would lead nowhere.
#[test]
fn a_tree_that_was_edited_does_not_pass_the_check() {
    let edited = |root: &Path| {
        let path = root.join("deploy/overlays/dev/kustomization.yaml");
        put(&path, std::fs::read_to_string(&path).unwrap() + "images: [{name: acme/api, newTag: '2'}]\n");
    };
    let expected = text(
        "
        `overlays/dev/kustomization.yaml` was edited since kgen wrote it
        hint: say in the project file what was edited here, then `kgen render --force` and commit what it writes
        ",
    );
    assert_eq!(again(edited, &["render", "--check"]), (String::new(), expected, Some(1)));
}

const COLORED: &str = "\x1b[31merror[unknown-key]\x1b[0m: \x1b[1munknown key `labls` at the top level\x1b[0m
  \x1b[34m-->\x1b[0m kgen.yaml:3:1
   \x1b[34m|\x1b[0m
\x1b[34m3\x1b[0m \x1b[34m|\x1b[0m labls: {}
   \x1b[34m|\x1b[0m \x1b[31m^^^^^\x1b[0m
\x1b[36mhint\x1b[0m: did you mean `labels`?
";

/// `kgen` with a terminal for stdout and stderr, by `script`, which every Debian has (bsdutils).
fn on_a_terminal(body: &str, command: &str, no_color: &str) -> (String, Option<i32>) {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), format!("{HEAD}{}", text(body)));
    let mut script = Command::new("script");
    script.args(["-qec", &format!("{KGEN} {command}"), "/dev/null"]).current_dir(temp.path());
    script
        .env_clear()
        .env("PATH", inherited("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .env("NO_COLOR", no_color);
    let done = script.stdin(Stdio::null()).output().expect("this test needs `script`, of Debian's bsdutils");
    (String::from_utf8(done.stdout).unwrap().replace("\r\n", "\n"), done.status.code())
}

#[test]
fn colors_on_a_terminal() {
    let said = on_a_terminal("\n    labls: {}\n", "render", "");
    // A person reads it there, and is told what tells more.
    let more = "\n\x1b[36mhint\x1b[0m: `kgen explain unknown-key` tells more\n";
    assert_eq!(said, (format!("{COLORED}{more}"), Some(2)));
}

#[test]
fn no_color_on_a_terminal_that_wants_none() {
    let (said, status) = on_a_terminal("\n    labls: {}\n", "render", "1");
    assert!(said.starts_with("error[unknown-key]: unknown key `labls`"), "{said}");
    assert_eq!(status, Some(2));
}

#[test]
fn readable_secrets_are_not_printed_to_a_terminal() {
    let said = on_a_terminal(SECRET, "render dev", "1");
    let expected = text(
        "
        error: the stream of `dev` has readable secret values, and stdout is a terminal
        hint: pipe it, or add --reveal (or `--skip Secret`)
        ",
    );
    assert_eq!(said, (expected, Some(2)));
}

#[test]
fn readable_secrets_are_revealed_when_asked_for() {
    let (said, status) = on_a_terminal(SECRET, "render dev --reveal", "1");
    assert!(said.contains("\nkind: Secret\n"), "{said}");
    assert_eq!(status, Some(0));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), format!("{HEAD}{}", text(APP)));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut kgen = Command::new(KGEN);
    kgen.args(["render", "dev"]).current_dir(temp.path()).stdin(Stdio::null()).stdout(writer);
    let done = kgen.stderr(Stdio::piped()).output().unwrap();
    assert_eq!((String::from_utf8(done.stderr).unwrap().as_str(), done.status.code()), ("", Some(0)));
}
