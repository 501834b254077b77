//! Resources to a tree for kustomize, or to a stream.
//!
//! Owns: what the files say, down to the byte, and putting them on the disk (`write`, the only file that does).
//!
//! - [`stream`]: resources to one text, for `kubectl apply -f -`.
//! - [`tree`]: profiles to files by path, in either [`Layout`]; proved in memory to build to the profiles' resources.
//! - [`delivery::files`]: what delivers the profiles to files beside theirs.
//! - [`document`]: one tree to YAML text; the only writer of YAML.
//! - [`order::compare`]: kustomize's order of objects.
//! - [`merge_patch::apply`], [`json_patch::apply`], [`patch::between`]: patches as kustomize understands them.

pub mod amend;
pub mod base;
pub mod build;
pub mod delivery;
pub mod images;
pub mod json_patch;
pub mod kustomize;
pub mod labels;
pub mod layer;
pub mod lists;
pub mod merge_patch;
pub mod names;
pub mod namespace;
pub mod order;
pub mod patch;
pub mod refuse;
mod split;
pub mod stream;
pub mod suffix;
pub mod write;
pub mod yaml;

pub use kustomize::{File, Files, Layout, Profile, tree};
pub use stream::stream;
pub use yaml::{Document, Reveal, document};
