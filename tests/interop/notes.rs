//! kubectl itself takes every command of `kgen notes`: its verbs, flags and kinds, up to the cluster that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::kubectl::folder;

const CASES: [(&str, &str); 9] = [
    ("example-shop", "prod"),
    ("example-darwin", "prod"),
    ("example-fastapi", "dev"),
    ("example-tl-engine", "prod"),
    ("namespaces", "dev"),
    ("postgres-backup", "prod"),
    ("postgres-cnpg", "prod"),
    ("redis-operator", "prod"),
    ("redis-sentinel", "prod"),
];

/// What kubectl says of arguments that it does not take.
const REFUSED: [&str; 7] = [
    "unknown flag",
    "unknown shorthand",
    "unknown command",
    "flag needs",
    "invalid argument",
    "error: required",
    "Usage:",
];

#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts programs")]
fn kubectl_takes_every_command() {
    let here = folder("notes");
    let program = |name: &str, script: &str| {
        fs::write(here.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(here.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    // Nobody listens there. What kubectl reads is an object.
    program(
        "kubectl",
        "case \"$1\" in cnpg) exit 0; esac\necho '{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}' |\n  timeout 20 /usr/bin/env PATH=\"$REAL\" kubectl --server=http://127.0.0.1:9 \"$@\" >/dev/null 2>> \"$LOG\"; echo \"$*\" >> \"$DONE\"",
    );
    ["kgen", "curl", "aws", "sops", "openssl"].iter().for_each(|name| program(name, "exit 0"));
    let real = std::env::var("PATH").unwrap();
    let mut kinds = BTreeSet::new();
    for (case, profile) in CASES {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case).join("kgen.yaml");
        let mut kgen = Command::new(env!("CARGO_BIN_EXE_kgen"));
        let said = kgen.arg("-f").arg(golden).args(["notes", profile, "--format", "markdown"]).output().unwrap();
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(said.status.success(), "{case}: {}", String::from_utf8_lossy(&said.stderr));
        for block in text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            let (log, done) = (here.join("log"), here.join("done"));
            let _ = (fs::remove_file(&log), fs::remove_file(&done));
            let mut sh = Command::new("sh");
            sh.env("PATH", format!("{}:{real}", here.display())).env("REAL", &real).env("LOG", &log).env("DONE", &done);
            let ran = sh.env("KUBECONFIG", "/dev/null").current_dir(&here).args(["-c", block]).output().unwrap();
            let refused = fs::read_to_string(&log).unwrap_or_default();
            assert!(!REFUSED.iter().any(|word| refused.contains(word)), "{case}: {block}\n{refused}\n{ran:?}");
            let calls = fs::read_to_string(&done).unwrap_or_default();
            kinds.extend(calls.lines().filter_map(|line| Some(line.split(' ').next()?.to_owned())));
        }
    }
    let expected = [
        "apply",
        "create",
        "delete",
        "describe",
        "exec",
        "get",
        "logs",
        "patch",
        "port-forward",
        "rollout",
        "scale",
        "wait",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
