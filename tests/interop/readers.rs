//! kubectl builds the tree while kgen writes it, which strace stops at each step: every build is the old one, the new one,
//! or fails, and kgen's own builder, with which the unit tests look at many more trees, fails exactly then.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use kgen::output::build;

use crate::kubectl;

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

const OLD: &str = "apiVersion: kgen.dev/v1
project: shop
apps:
  api: {image: 'acme/api:1', port: 80, envFrom: [configs.app]}
  old: {image: 'acme/old:1', port: 80}
configs: {app: {LEVEL: debug}}
profiles:
  dev: {namespace: shop-dev}
  prod: {namespace: shop-prod, apps: {old: {replicas: 4}}}
";

/// An app comes, with a patch; one goes, with another; two objects change.
const NEW: &str = "apiVersion: kgen.dev/v1
project: shop
apps:
  api: {image: 'acme/api:2', port: 80, envFrom: [configs.app]}
  new: {image: 'acme/new:1', port: 80}
configs: {app: {LEVEL: info}}
profiles:
  dev: {namespace: shop-dev}
  prod: {namespace: shop-prod, apps: {new: {replicas: 5}}}
";

const STEPS: &str = "rename,renameat,renameat2,unlink,unlinkat,rmdir";

fn kgen(folder: &Path, before: &[&str]) -> Option<i32> {
    let words: Vec<&str> = before.iter().copied().chain([KGEN, "-q", "render"]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap_or_else(|error| panic!("needs {}: {error}", words[0])).code()
}

fn render(folder: &Path, project: &str) {
    fs::write(folder.join("kgen.yaml"), project).unwrap();
    assert_eq!(kgen(folder, &[]), Some(0));
}

fn built(folder: &Path, profile: &str) -> Option<String> {
    let overlay = format!("overlays/{profile}");
    let tree = folder.join("deploy");
    let said = kubectl::run(&["kustomize", tree.join(&overlay).to_str().unwrap()]).ok();
    let read = |path: &str| Ok(fs::read_to_string(tree.join(path))?);
    assert_eq!(build::build(&overlay, &read).is_ok(), said.is_some(), "kgen and kubectl do not agree on `{overlay}`");
    said
}

#[track_caller]
fn never_mixed(name: &str, old: &str, new: &str) {
    let folder = kubectl::folder(&format!("readers-{name}"));
    let builds = |project: &str| {
        render(&folder, project);
        ["dev", "prod"].map(|profile| built(&folder, profile).unwrap())
    };
    let (after, before) = (builds(new), builds(old));
    let mut seen = [String::new(), String::new()];
    for step in 1.. {
        render(&folder, old);
        fs::write(folder.join("kgen.yaml"), new).unwrap();
        let stop = format!("inject={STEPS}:signal=SIGKILL:when={step}");
        let done = kgen(&folder, &["strace", "-qq", "-o", "/dev/null", "-e", &format!("trace={STEPS}"), "-e", &stop]);
        for (at, profile) in ["dev", "prod"].into_iter().enumerate() {
            seen[at].push(match built(&folder, profile) {
                None => '-',
                Some(text) if text == before[at] => 'o',
                Some(text) if text == after[at] => 'n',
                Some(text) => panic!("{name}, step {step}: `{profile}` is neither old nor new:\n{text}"),
            });
        }
        if done == Some(0) {
            break;
        }
    }
    for states in seen {
        let mut order: Vec<char> = states.chars().collect();
        order.dedup();
        assert_eq!(order, ['o', '-', 'n'], "{name}: {states}");
        assert!(states.len() > 6, "{name}: {states}");
    }
}

#[test]
fn components_that_come_and_go_while_others_change() {
    never_mixed("there", OLD, NEW);
    never_mixed("back", NEW, OLD);
}

#[test]
fn a_component_that_comes_or_goes_alone() {
    let both = OLD.replace("configs:", "  new: {image: 'acme/new:1', port: 80}\nconfigs:");
    never_mixed("comes", OLD, &both);
    never_mixed("goes", &both, OLD);
}
