//! From objects to what is written: files of a tree, or a stream.

pub mod write;
