//! What kgen writes, against `kubectl kustomize` itself. Asked for by name only, because it needs kubectl; it fails
//! without one. Everything random has a fixed seed.

// The helpers of a test are a test, though they carry no `#[test]`.
#![allow(clippy::unwrap_used)]

mod cases;
mod checkov;
mod graphs;
mod hostile;
mod kubectl;
mod law;
mod merges;
mod objects;
mod order;
mod pages;
mod projects;
mod random;
mod sample;
mod seal;
mod suffix;
mod words;
