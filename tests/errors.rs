//! One exact-text test for each message about a project file, by stage.

use std::path::Path;

use crate::schema::agrees;
use crate::support::{KGEN, Kgen};

mod backups;
mod checks_allow;
mod checks_containers;
mod checks_network;
mod checks_probes;
mod checks_scaling;
mod checks_stores;
mod checks_versions;
mod checks_volumes;
mod clusters;
mod commands; // the command line, the disk, the tree that is there
mod components;
mod compose; // `kgen init --from`
mod delivery; // what delivers the profiles
mod encrypted;
mod fields;
mod flow;
mod habits;
mod keys;
mod kustomize;
mod leaks;
mod leaks_places;
mod leaks_yaml;
mod manifest_files;
mod manifests;
mod modes;
mod names;
mod numbers;
mod objects;
mod outputs;
mod patches;
mod placeholders;
mod pod_security;
mod probes;
mod profiles;
mod providers;
mod reading;
mod references;
mod routes;
mod scans;
mod sealing; // `kgen secret`
mod secrets;
mod stores;
mod templates;
mod trees;
mod types;
mod values;
mod workloads;
mod writing;
mod yaml;

/// The head of the project files of [`shop`]: what a test writes begins in line 3.
const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\n";

/// `kgen render` says exactly `stderr` about this project file, and writes nothing.
#[track_caller]
pub fn fails(project: &str, stderr: &str) {
    agrees(&text(project), stderr);
    fails_with(Path::new(KGEN), &text(project), &text(stderr));
}

#[track_caller]
pub fn fails_with(program: &Path, project: &str, stderr: &str) {
    let kgen = Kgen::new().program(program).file("kgen.yaml", project);
    kgen.args(["render"]).stderr(stderr).status(2).absent("deploy").run();
}

/// As [`fails`], with a head before the text.
#[track_caller]
fn shop(body: &str, stderr: &str) {
    agrees(&format!("{HEAD}{}", text(body)), stderr);
    refused(project(body).args(["render"]), stderr);
}

/// A folder with a project file of head and text.
#[track_caller]
fn project(body: &str) -> Kgen {
    Kgen::new().file("kgen.yaml", &format!("{HEAD}{}", text(body)))
}

#[track_caller]
fn refused(kgen: Kgen, stderr: &str) {
    kgen.stderr(&text(stderr)).status(2).absent("deploy").run();
}

/// What is said beside an answer.
#[track_caller]
fn said(kgen: Kgen, stderr: &str) {
    kgen.stderr(&text(stderr)).run();
}

/// A text that begins with a line break is written indented in its test: without the line break, the indentation that
/// all lines have, and the indentation of the closing quote. Any other is taken as it is.
fn text(indented: &str) -> String {
    let Some(body) = indented.strip_prefix('\n') else { return indented.to_owned() };
    let body = body.trim_end_matches(' ');
    let indents = body.lines().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or_default();
    body.lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}
