//! The law, on every Compose file of `tests/init/compose`: `kgen init --from`, and what kustomize builds of its tree is
//! what `kgen render PROFILE` prints, in all profiles.

use std::path::{Path, PathBuf};

use crate::cases::{Case, copy, trees_build_to_their_streams};
use crate::kubectl;

fn converted(path: &Path) -> Case {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    // The folder's name is the project's.
    let folder = kubectl::folder(&format!("compose/{name}"));
    copy(path, &folder);
    let case = Case { name, folder, args: Vec::new(), env: Vec::new() };
    let said = case.kgen(&["init", "-q", "--from", "."]);
    assert!(said.status.success(), "{}: {}", case.name, String::from_utf8_lossy(&said.stderr));
    case
}

#[test]
fn compose_files_build_to_their_streams() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/init/compose");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let cases: Vec<Case> = paths.iter().map(|path| converted(path)).collect();
    let built = trees_build_to_their_streams(&cases, "overlays");
    assert!(cases.len() > 8 && built == 3 * cases.len(), "{built} trees of {} files", cases.len());
}
