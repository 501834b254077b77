//! Resources to a Kustomize tree or a stream.
//!
//! Owns: what the files say, down to the byte. All of it is pure: nothing here reads or writes a file.
//! Does not own: putting files on the disk.

pub mod json_patch;
pub mod lists;
pub mod merge_patch;
pub mod order;
pub mod patch;
pub mod stream;
pub mod yaml;
