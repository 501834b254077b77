//! What `kgen graph --format dot` prints, read by Graphviz, of every golden case. Needs `dot`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Draws with kgen; `None` for a project that is wrong on purpose.
fn drawn(case: &Path) -> Option<Vec<u8>> {
    let args = fs::read_to_string(case.join("args")).unwrap_or_default();
    let kgen = Command::new(env!("CARGO_BIN_EXE_kgen"))
        .args(["graph", "--format", "dot", "-q"])
        .args(args.lines())
        .current_dir(case)
        .output()
        .unwrap();
    kgen.status.success().then_some(kgen.stdout)
}

#[test]
fn graphviz_draws_every_case_without_a_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut count = 0;
    for case in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(text) = drawn(&case) else { continue };
        let mut dot = Command::new("dot");
        dot.arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut dot = dot.spawn().expect("needs Graphviz: apt-get install graphviz");
        dot.stdin.take().unwrap().write_all(&text).unwrap();
        let said = dot.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success() && stderr.is_empty(), "{}: {stderr}", case.display());
        count += 1;
    }
    assert!(count > 50, "{count}");
}
