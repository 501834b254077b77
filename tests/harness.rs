//! The harness notices what it is there to notice. Its kgen is a shell script.

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use crate::errors;
use crate::golden::all;
use crate::support::case::Mode;
use crate::support::{Kgen, Temp, files, put};

/// Renders two profiles, or fails where the project file says `bad`.
const STUB: &str = r#"#!/bin/sh
if grep -q spoil kgen.yaml; then touch spoilt; exit 2; fi
if grep -q bad kgen.yaml; then echo "error: bad" >&2; exit 2; fi
case "$*" in
render)
    mkdir -p deploy/base deploy/overlays/dev deploy/overlays/prod
    cp kgen.yaml deploy/base/all.yaml
    for profile in dev prod; do echo "$profile" > deploy/overlays/$profile/kustomization.yaml; done
    echo '{}' > deploy/.kgen.json
    echo '3 written, 0 removed, 0 unchanged' >&2 ;;
"render "*) echo "--- $2 ${TOKEN-}" ;;
"diff "*) echo "$2 to $3"; exit 1 ;;
echo) cat; echo "$HOME ${LANG-none}" >&2; exit 3 ;;
esac
"#;

fn stub(temp: &Temp) -> PathBuf {
    let path = temp.path().join("stub");
    put(&path, STUB);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    path
}

/// A golden folder with one good and one bad case, as the stub gives them.
fn golden(temp: &Temp) -> PathBuf {
    let root = temp.path().join("golden");
    put(&root.join("good/kgen.yaml"), "project: good\n");
    put(&root.join("good/env"), "TOKEN=secret\n");
    put(&root.join("good/diff-dev-prod.txt"), "");
    put(&root.join("bad/kgen.yaml"), "bad\n");
    assert_eq!(all(&root, &stub(temp), Mode::Update), [""; 0]);
    root
}

fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *catch_unwind(f).unwrap_err().downcast::<String>().unwrap()
}

#[cfg(unix)]
#[test]
fn an_update_writes_what_kgen_gives() {
    let temp = Temp::new();
    let found = files(&golden(&temp));
    let expected = [
        ("bad/kgen.yaml", "bad\n"),
        ("bad/status", "2\n"),
        ("bad/stderr", "error: bad\n"),
        ("good/diff-dev-prod.txt", "dev to prod\n"),
        ("good/env", "TOKEN=secret\n"),
        ("good/kgen.yaml", "project: good\n"),
        ("good/stream/dev.yaml", "--- dev secret\n"),
        ("good/stream/prod.yaml", "--- prod secret\n"),
        ("good/tree/base/all.yaml", "project: good\n"),
        ("good/tree/overlays/dev/kustomization.yaml", "dev\n"),
        ("good/tree/overlays/prod/kustomization.yaml", "prod\n"),
    ];
    assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    assert_eq!(all(&temp.path().join("golden"), &temp.path().join("stub"), Mode::Check), [""; 0]);
}

#[cfg(unix)]
#[test]
fn all_that_is_missing_different_or_left_over_is_named() {
    let temp = Temp::new();
    let root = golden(&temp);
    fs::remove_file(root.join("good/stream/prod.yaml")).unwrap();
    put(&root.join("good/tree/base/all.yaml"), "project: old\n");
    put(&root.join("good/tree/base/old.yaml"), "old\n");
    put(&root.join("bad/stderr"), "error: bad");
    put(&root.join("diff/kgen.yml"), "project: none\n");
    assert_eq!(
        all(&root, &temp.path().join("stub"), Mode::Check),
        [
            "bad: `stderr` is different\n--- expected\n+++ found\n@@ -1 +1 @@\n-error: bad\n\\ No newline at end of file\n+error: bad\n",
            "diff: holds no `kgen.yaml`",
            "good: `tree/base/all.yaml` is different\n--- expected\n+++ found\n@@ -1 +1 @@\n-project: old\n+project: good\n",
            "good: `tree/base/old.yaml` is expected and was not made",
            "good: `stream/prod.yaml` was made and is not expected\n--- expected\n+++ found\n@@ -0,0 +1 @@\n+--- prod secret\n",
        ]
    );
}

#[test]
fn a_golden_folder_without_cases_fails() {
    let temp = Temp::new();
    let root = temp.path().join("golden");
    let expected = format!("no case in `{}`", root.display());
    assert_eq!(all(&root, &temp.path().join("stub"), Mode::Check), [expected]);
}

#[cfg(unix)]
#[test]
fn a_run_gets_its_folder_as_home_and_no_locale() {
    let temp = Temp::new();
    let home = Kgen::new().program(stub(&temp)).file("kgen.yaml", "").args(["echo"]).stdin("in\n");
    let said = message(std::panic::AssertUnwindSafe(|| drop(home.stdout("in\n").run())));
    assert!(said.starts_with("`kgen echo`\n`stderr` is different\n"), "{said}");
    assert!(said.contains("kgen-test-") && said.contains(" none\n"), "{said}");
    assert!(said.ends_with("status is 3 instead of 0"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_run_gets_the_variables_it_is_given() {
    let temp = Temp::new();
    let kgen = Kgen::new().program(stub(&temp)).file("kgen.yaml", "").args(["render", "dev"]);
    kgen.env("TOKEN", "secret").stdout("--- dev secret\n").run();
}

#[cfg(unix)]
#[test]
fn a_tree_file_is_compared() {
    let temp = Temp::new();
    let kgen = || {
        let kgen = Kgen::new().program(stub(&temp)).file("kgen.yaml", "project: x\n").args(["render"]);
        kgen.stderr("3 written, 0 removed, 0 unchanged\n")
    };
    kgen().tree_file("deploy/base/all.yaml", "project: x\n").absent("deploy/base/none.yaml").run();
    let wrong = kgen().tree_file("deploy/base/all.yaml", "project: y\n").absent("deploy");
    let said = message(std::panic::AssertUnwindSafe(|| drop(wrong.run())));
    assert!(said.contains("`deploy/base/all.yaml` is different"), "{said}");
    assert!(said.contains("`deploy` was made and is not expected"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_message_is_compared_exactly_and_no_file_changes() {
    let temp = Temp::new();
    let (root, stub) = (temp.path().join("stage"), stub(&temp));
    for (case, project) in [("bad", "bad"), ("worse", "bad"), ("writes", "spoil")] {
        put(&root.join(case).join("kgen.yaml"), project);
    }
    errors::all(&root, &stub, Mode::Update);
    assert_eq!(files(&root.join("bad")).len(), 2);
    put(&root.join("worse/stderr"), "error: worse\n");
    put(&root.join("bad/stdout"), "left over\n");
    let said = errors::all(&root, &stub, Mode::Check);
    assert_eq!(said.len(), 3);
    assert_eq!(said[0], "stage/bad: `stdout` is expected and was not made");
    assert!(
        said[1].starts_with("stage/worse: `stderr` is different\n") && said[1].contains("-error: worse\n+error: bad\n")
    );
    assert_eq!(said[2], "stage/writes: changes files");
}
