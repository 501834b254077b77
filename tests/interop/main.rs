//! What kgen writes, against `kubectl kustomize` itself. Asked for by name only, because it needs kubectl; it fails
//! without one. Everything random has a fixed seed.

// The helpers of a test are a test, though they carry no `#[test]`.
#![allow(clippy::unwrap_used)]

mod cases;
mod checkov;
mod compose;
mod functions;
mod graphs;
mod hostile;
mod kubectl;
mod law;
mod merges;
mod notes;
mod objects;
mod order;
mod pages;
mod projects;
mod random;
mod readers;
mod sample;
mod seal;
mod shells;
mod snippets;
mod suffix;
mod tab;
mod words;
