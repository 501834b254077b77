//! kgen: one project file to a Kustomize-ready tree.
//!
//! ```text
//! kgen.yaml ──project──▶ Project ──settings──▶ Settings ──plan──▶ Plan ──render──▶ Resources ──output──▶ tree | stream
//!            (spans)             (profiles, origins)     (components,      (templates,         (overlays, YAML)
//!                                                         wiring)           checked, ordered)
//! ```
//!
//! Modules stand in the order in which data flows. A stage is a function from the previous stage's type to the next,
//! does no I/O, and imports earlier stages only.

pub mod source;
pub mod quantity;
pub mod format;
pub mod secret;
pub mod tree;
pub mod diag;
pub mod project;
pub mod resource;
