//! The texts that the fuzzers found or began with, through the same properties, without cargo-fuzz. A text that once
//! broke one stays among them.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod properties;

#[test]
fn every_text_of_the_corpora_keeps_its_property() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    // As on the main thread of the program.
    let run = move || {
        let mut broken = Vec::new();
        for (name, check) in properties::TARGETS {
            let mut paths: Vec<_> = fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            assert!(!paths.is_empty(), "`{name}` has no corpus");
            for path in paths {
                let data = fs::read(&path).unwrap();
                if std::panic::catch_unwind(|| check(&data)).is_err() {
                    broken.push(path);
                }
            }
        }
        broken
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run).unwrap();
    let broken = thread.join().unwrap();
    assert!(broken.is_empty(), "these break their property: {broken:?}");
}
