//! What kgen writes, against `kubectl kustomize` itself. Asked for by name only, because it needs kubectl; it fails
//! without one. Everything random has a fixed seed.

mod hostile;
mod kubectl;
mod merges;
mod objects;
mod projects;
mod random;
