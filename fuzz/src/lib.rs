//! What holds for every text that kgen is given, whoever wrote it: a property for each entrance.
//!
//! Called from two places: the targets of cargo-fuzz (`fuzz_targets/`), which look for a text that breaks one, and
//! kgen's own tests (`tests/fuzz.rs`), which include this file and try the texts of `corpus/`. Pure: no property
//! touches the disk, the environment or the clock. A property that does not hold panics.

#![allow(clippy::unwrap_used, reason = "a property that does not hold panics")]

pub mod bytes;
pub mod diff;
pub mod manifest;
pub mod merge;
pub mod project;
pub mod reference;
pub mod strategic;
pub mod texts;
pub mod tree;
pub mod yaml;

pub type Property = fn(&[u8]);

/// The targets by name, as the folders of `corpus/` are called.
pub const TARGETS: [(&str, Property); 8] = [
    ("diff", diff::check),
    ("merge", merge::check),
    ("project", project::check),
    ("reference", reference::check),
    ("strategic", strategic::check),
    ("texts", texts::check),
    ("tree", tree::check),
    ("yaml", yaml::check),
];
