//! The build script: gives `--version` the commit that a release was built from. Nothing else depends on it.
//!
//! A build for development has no commit: each one would build everything anew.

#[path = "commit.rs"]
mod commit;

use std::env;
use std::path::Path;

#[allow(clippy::disallowed_methods, reason = "cargo tells a build script what it is to know by variables")]
fn main() {
    println!("cargo::rerun-if-changed=src/build");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = match env::var("PROFILE").as_deref() {
        Ok("release") => env::var("CARGO_MANIFEST_DIR").ok().and_then(|folder| commit::of(Path::new(&folder))),
        _ => None,
    };
    let Some(commit) = commit else {
        println!("cargo::rustc-env=KGEN_VERSION={version}");
        return;
    };
    commit.files.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));
    println!("cargo::rustc-env=KGEN_VERSION={version} ({})", commit.shown);
}
