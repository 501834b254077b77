//! What only a person at a terminal sees: the bar of long work, the next command after an error. A log has neither.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{KGEN, Kgen, Temp, pty, put};

/// What kgen writes to a terminal that is its stderr.
fn seen(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> String {
    let (mut master, terminal) = pty::open(80);
    let mut kgen = Command::new(KGEN);
    kgen.args(args).current_dir(folder).env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CI");
    kgen.envs(env.iter().copied());
    kgen.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::from(terminal));
    let mut child = kgen.spawn().unwrap();
    drop(kgen);
    let mut out = Vec::new();
    let _ = master.read_to_end(&mut out);
    child.wait().unwrap();
    String::from_utf8(out).unwrap().replace("\r\n", "\n")
}

/// As many apps as take longer than half a second.
fn large() -> Temp {
    let temp = Temp::new();
    let count = if cfg!(debug_assertions) { 400 } else { 4000 };
    let apps: String = (0..count).map(|n| format!("  a{n}: {{image: \"a/b{n}:1\", port: 8000}}\n")).collect();
    let text = format!("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}, staging: {{}}}}\napps:\n{apps}");
    put(&temp.path().join("kgen.yaml"), text);
    temp
}

#[test]
fn long_work_has_a_bar_that_goes() {
    let temp = large();
    let text = seen(temp.path(), &["render"], &[]);
    assert!(text.contains("\rrendering [="), "{text}");
    // What is left of it is an empty line, on which the answer stands.
    let last = text.trim_end().rsplit('\r').next().unwrap();
    assert!(last.starts_with("\x1b[K") && last.contains(" written, 0 removed") && !last.contains("[="), "{text:?}");
    for (args, env) in
        [(&["render", "-q"][..], &[][..]), (&["render"], &[("CI", "true")]), (&["render"], &[("TERM", "dumb")])]
    {
        let text = seen(temp.path(), args, env);
        assert!(!text.contains('\r') && !text.contains("rendering"), "{args:?} {env:?}: {text}");
    }
}

#[test]
fn short_work_has_none_and_neither_has_a_pipe() {
    let small = "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {dev: {}}\napps: {a: {image: a/b:1}}\n";
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), small);
    assert!(!seen(temp.path(), &["render"], &[]).contains('\r'));
    let text = std::fs::read_to_string(large().path().join("kgen.yaml")).unwrap();
    let said = Kgen::new().file("kgen.yaml", &text).args(["check", "dev"]);
    said.stderr("no errors, no warnings\n").run();
}

#[test]
fn an_error_names_the_command_that_tells_more() {
    let temp = Temp::new();
    let project = |more: &str| format!("apiVersion: kgen.dev/v1\nproject: shop\napps:\n  a: {{image: a/b:1}}\n{more}");
    put(&temp.path().join("kgen.yaml"), project("  b: {imag: a/b:1}\n"));
    let text = seen(temp.path(), &["render"], &[("NO_COLOR", "1")]);
    assert!(text.ends_with("hint: did you mean `image`?\n\nhint: `kgen explain unknown-key` tells more\n"), "{text}");
    put(&temp.path().join("kgen.yaml"), project("  b: {imag: a/b:1}\n  c: {image: 1, replicas: x}\n"));
    let text = seen(temp.path(), &["check"], &[("NO_COLOR", "1")]);
    let last = "\nhint: `kgen explain ID` tells more of each, say `kgen explain unknown-key`\n";
    assert!(text.contains(last), "{text}");
    // In a log the messages stand alone.
    let said = Kgen::new().file("kgen.yaml", &project("  b: {imag: a/b:1}\n")).args(["render"]).status(2);
    let expected = "error[unknown-key]: unknown key `imag` in `apps.b`\n  --> kgen.yaml:5:7\n   |\n5 |   b: {imag: ***}\n   |       ^^^^\nhint: did you mean `image`?\n";
    said.stderr(expected).run();
}
