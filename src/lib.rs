//! kgen: one project file to a Kustomize-ready tree.
//!
//! ```text
//! kgen.yaml ──project──▶ Project ──settings──▶ Settings ──plan──▶ Plan ──render──▶ Resources ──output──▶ tree | stream
//!            (spans)             (profiles, origins)     (components, facts,   (templates)   (overlays, YAML)
//!                                                         wiring, objects)
//! ```
//!
//! `pipeline` runs the stages for each profile. Between rendering and output it adds raw manifests and applies patches
//! (`output::amend`), puts hashes behind names (`output::suffix`), writes what the server would (`resource::normal`), and asks
//! `checks`; what delivers the profiles is planned from them (`plan::delivery`), rendered and checked last. Where something
//! is found, the objects of its component are planned and rendered once more with the place of each leaf (`pipeline::trace`).
//!
//! Modules stand in the order in which data flows. A stage is a function from the previous stage's type to the next,
//! does no I/O, and imports earlier stages only.

#![forbid(unsafe_code)]

// What every stage may use.
pub mod access;
pub mod diag;
pub mod dotenv;
pub mod escape;
pub mod files;
pub mod format;
pub mod leak;
pub mod markup;
pub mod parallel;
pub mod progress;
pub mod quantity;
pub mod secret;
pub mod source;
pub mod tree;

// The stages, in order.
pub mod project;

pub mod settings;

pub mod plan;

pub mod resource;

pub mod render;

pub mod output;

pub mod checks;

pub mod pipeline;

// What is told of a rendered project.
pub mod diff;
pub mod explain;

pub mod graph;
pub mod notes;

// Beside them: what a command makes for the next rendering.
/// From a Compose file: the first project file.
pub mod compose;
/// For editors: the language as a JSON Schema.
pub mod schema;
pub mod seal;

// What all of them find.
pub mod rules;

// The program around them.
pub mod cli;
pub mod commands;
