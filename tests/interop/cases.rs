//! The law, on every golden case: what kustomize builds of the tree is what `kgen render PROFILE` prints, object by
//! object, the order of lists included. Read with `serde_yaml`, which is not the reader kgen uses itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_yaml::Value;

use crate::kubectl;

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

/// Every case that renders, in a folder of its own, with its arguments and variables.
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
}

impl Case {
    pub fn kgen(&self, args: &[&str]) -> Output {
        Command::new(KGEN)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.env.iter().cloned())
            .args(args)
            .args(&self.args)
            .output()
            .unwrap()
    }

    /// A stream that fails on purpose: its Secret's variable is not set.
    fn has_no_stream(&self, profile: &str) -> bool {
        self.folder.join(format!("stream/{profile}.status")).exists()
    }

    /// What delivers the profiles names their folders, which are the layout's.
    fn stream(&self, profile: &str, layout: &str) -> BTreeMap<String, Value> {
        let said = self.kgen(&["render", profile, "--set", &format!("layout={layout}")]);
        assert!(said.status.success(), "{} {profile}: {}", self.name, String::from_utf8_lossy(&said.stderr));
        objects(&String::from_utf8(said.stdout).unwrap())
    }
}

fn cases(suffix: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut names: Vec<_> =
        std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let lines = |path: PathBuf| -> Vec<String> {
        std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let fails = |name: &String| root.join(name).join("status").exists();
    let case = |name: String| {
        let folder = kubectl::folder(&format!("case-{name}-{suffix}"));
        copy(&root.join(&name), &folder);
        let pair = |line: String| line.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
        let env = lines(folder.join("env")).into_iter().map(pair).collect();
        Case { args: lines(folder.join("args")), env, name, folder }
    };
    names.into_iter().filter(|name| !fails(name)).map(case).collect()
}

pub fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Objects by identity. Maps compare without order, lists with.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = Value::deserialize(document).unwrap();
        let word = |path: &[&str]| {
            path.iter().try_fold(&value, |v, key| v.get(key)).and_then(Value::as_str).unwrap_or("-").to_owned()
        };
        let id = format!(
            "{} {} {} {}",
            word(&["apiVersion"]),
            word(&["kind"]),
            word(&["metadata", "namespace"]),
            word(&["metadata", "name"])
        );
        assert!(out.insert(id.clone(), value).is_none(), "two objects {id}");
    }
    out
}

/// The tree's profile folders in either layout, and that of what delivers them.
fn overlays(deploy: &Path, layout: &str) -> Vec<PathBuf> {
    let root = if layout == "flat" { deploy.to_owned() } else { deploy.join("overlays") };
    let mut out: Vec<_> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    out.extend(Some(deploy.join("delivery")).filter(|path| path.is_dir()));
    out.sort();
    out.dedup();
    out
}

/// Secrets whose values come from the environment or files are in the stream only; kgen names them.
fn left_out(stderr: &str, profile: &str) -> Vec<String> {
    let start = format!("not in the tree of `{profile}`: ");
    let line = stderr.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default();
    let names = line.split(" (").next().unwrap_or_default();
    names.split(", ").filter(|n| !n.is_empty()).map(|n| n.replace("Secret/", "")).collect()
}

/// How many trees of the cases were built.
pub fn trees_build_to_their_streams(cases: &[Case], layout: &str) -> usize {
    let mut built = 0;
    for case in cases {
        let said = case.kgen(&["render", "--set", &format!("layout={layout}")]);
        let stderr = String::from_utf8(said.stderr).unwrap();
        assert!(said.status.success(), "{}: {stderr}", case.name);
        for overlay in overlays(&case.folder.join("deploy"), layout) {
            let profile = overlay.file_name().unwrap().to_str().unwrap().to_owned();
            if case.has_no_stream(&profile) {
                continue;
            }
            let found = kubectl::run(&["kustomize", overlay.to_str().unwrap()])
                .unwrap_or_else(|e| panic!("{} {profile}: {e}", case.name));
            let found = objects(&found);
            let mut wanted = case.stream(&profile, layout);
            for name in left_out(&stderr, &profile) {
                wanted.retain(|id, _| !(id.contains(" Secret ") && id.ends_with(&format!(" {name}"))));
            }
            for (id, object) in &wanted {
                assert_eq!(found.get(id), Some(object), "{} {profile}: {id}", case.name);
            }
            assert_eq!(found.len(), wanted.len(), "{} {profile}: {:?}", case.name, found.keys());
            built += 1;
        }
    }
    built
}

#[test]
fn overlays_build_to_the_stream() {
    let built = trees_build_to_their_streams(&cases("overlays"), "overlays");
    assert!(built > 3, "only {built} trees were built");
}

#[test]
fn flat_trees_build_to_the_stream() {
    let built = trees_build_to_their_streams(&cases("flat"), "flat");
    assert!(built > 3, "only {built} trees were built");
}

/// kubernetes-validate, strict, all versions it is asked for, over all streams.
#[test]
fn every_stream_is_valid_kubernetes() {
    let folder = kubectl::folder("streams");
    let mut files = Vec::new();
    for case in cases("valid") {
        case.kgen(&["render"]);
        let layout = if case.folder.join("deploy/overlays").exists() { "overlays" } else { "flat" };
        for overlay in overlays(&case.folder.join("deploy"), layout) {
            let profile = overlay.file_name().unwrap().to_str().unwrap().to_owned();
            if case.has_no_stream(&profile) {
                continue;
            }
            let said = case.kgen(&["render", &profile]);
            let path = folder.join(format!("{}-{profile}.yaml", case.name));
            std::fs::write(&path, said.stdout).unwrap();
            files.push(path);
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate/run.sh");
    let said = Command::new("bash").arg(script).args(&files).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && !files.is_empty(), "{text}");
}
