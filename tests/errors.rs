//! One exact-text test for each message about a project file.

use std::path::Path;

#[allow(unused_imports, reason = "for `fails`")]
use crate::support::KGEN;
use crate::support::Kgen;

/// `kgen render` says exactly `stderr` about this project file, and writes nothing.
#[track_caller]
#[allow(dead_code, reason = "until the first message can be reached through the binary")]
pub fn fails(project: &str, stderr: &str) {
    fails_with(Path::new(KGEN), project, stderr);
}

#[track_caller]
pub fn fails_with(program: &Path, project: &str, stderr: &str) {
    let kgen = Kgen::new().program(program).file("kgen.yaml", project);
    kgen.args(["render"]).stderr(stderr).status(2).absent("deploy").run();
}
