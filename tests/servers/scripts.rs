//! The scripts under `templates/scripts`, and those inside templates, as texts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kubelet::needs;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/scripts");
    let mut out: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    out.sort();
    assert!(out.iter().all(|path| path.extension().is_some_and(|e| e == "sh")) && out.len() >= 3, "{out:?}");
    out
}

fn passes(program: &str, args: &[&str], script: &Path) {
    let said = Command::new(program).args(args).arg(script).output().unwrap();
    assert!(said.status.success(), "{program} {}: {}", script.display(), String::from_utf8_lossy(&said.stdout));
}

#[test]
fn shellcheck_has_nothing_to_say() {
    needs(&["shellcheck"]);
    for script in scripts() {
        // Backticks it is: `$(` may be Kubernetes'.
        passes("shellcheck", &["--shell=sh", "--exclude=SC2006", "--severity=style"], &script);
    }
}

#[test]
fn both_shells_read_them() {
    needs(&["dash", "busybox"]);
    for script in scripts() {
        passes("dash", &["-n"], &script);
        passes("busybox", &["sh", "-n"], &script);
    }
}

/// In a container's command Kubernetes takes `$(NAME)` and `$$` for its own; and a script is the same for everyone.
#[test]
fn nothing_is_kubernetes_or_a_users() {
    for script in scripts() {
        let text = fs::read_to_string(&script).unwrap();
        for taken in ["$(", "$$", "{{", "{%"] {
            assert!(!text.contains(taken), "{}: {taken}", script.display());
        }
    }
}
