//! `kubectl kustomize` calls `kgen fn`: what it builds is the stream.
//!
//! kubectl has no `--enable-exec`, so its own two ways are tried: a container function, by a `docker` that is kgen, which gets
//! the very ResourceList that an exec function gets; and an exec plugin, by the file of `docs/delivery/kustomize`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde::Deserialize;
use serde_yaml::Value;

use crate::kubectl;

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");
const CASES: [(&str, &str); 4] =
    [("example-shop", "prod"), ("example-shop", "dev"), ("seed-open-webui", "dedicated"), ("app-env", "dev")];

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A kustomization whose generator is kgen, with all ways to call it.
fn place(name: &str, case: &str, profile: &str, function: &str) -> std::path::PathBuf {
    let folder = kubectl::folder(&format!("function-{name}-{case}-{profile}"));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case);
    fs::copy(golden.join("kgen.yaml"), folder.join("kgen.yaml")).unwrap();
    let config = format!(
        "apiVersion: kgen.dev/v1\nkind: Render\nmetadata:\n  name: x\n{function}spec: {{profile: {profile}}}\n"
    );
    fs::write(folder.join("render.yaml"), config).unwrap();
    fs::write(folder.join("kustomization.yaml"), "generators: [render.yaml]\n").unwrap();
    script(&folder.join("bin/docker"), &format!("#!/bin/sh\nexec {KGEN} fn\n"));
    script(&folder.join("bin/kgen"), &format!("#!/bin/sh\nexec {KGEN} \"$@\"\n"));
    let plugin = include_str!("../../docs/delivery/kustomize/kgen-fn");
    script(&folder.join("plugins/kgen.dev/v1/render/Render"), plugin);
    folder
}

#[expect(clippy::disallowed_methods, reason = "the tests start programs")]
fn build(folder: &Path) -> Output {
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    Command::new("kubectl")
        .args(["kustomize", "--enable-alpha-plugins", "."])
        .current_dir(folder)
        .env("PATH", path)
        .env("KUSTOMIZE_PLUGIN_HOME", folder.join("plugins"))
        .output()
        .unwrap()
}

fn objects(text: &str) -> BTreeMap<String, Value> {
    let documents = serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap());
    let key = |value: &Value| format!("{:?} {:?}", value["kind"], value["metadata"]["name"]);
    documents.map(|value| (key(&value), value)).collect()
}

const CONTAINER: &str = "  annotations:\n    config.kubernetes.io/function: |\n      container: {image: kgen}\n";

#[test]
fn what_kustomize_builds_of_it_is_the_stream() {
    for (case, profile) in CASES {
        for (way, function) in [("container", CONTAINER), ("plugin", "")] {
            let folder = place(way, case, profile, function);
            let built = build(&folder);
            let said = String::from_utf8_lossy(&built.stderr);
            assert!(built.status.success(), "{case} {profile} {way}: {said}");
            let stream = Command::new(KGEN).args(["render", profile]).current_dir(&folder).output().unwrap();
            let (built, stream) = (String::from_utf8(built.stdout).unwrap(), String::from_utf8(stream.stdout).unwrap());
            assert!(!stream.is_empty());
            assert_eq!(objects(&built), objects(&stream), "{case} {profile} {way}");
        }
    }
}

#[test]
fn as_a_transformer_it_leaves_what_is_there() {
    let folder = place("transformer", "app-env", "dev", CONTAINER);
    fs::write(folder.join("own.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: \"1e3\"}\n")
        .unwrap();
    fs::write(folder.join("kustomization.yaml"), "resources: [own.yaml]\ntransformers: [render.yaml]\n").unwrap();
    let built = build(&folder);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut built = objects(&String::from_utf8(built.stdout).unwrap());
    let own = built.remove(&format!("{:?} {:?}", Value::from("ConfigMap"), Value::from("own"))).unwrap();
    assert_eq!(own["data"]["a"], Value::from("1e3"));
    let stream = Command::new(KGEN).args(["render", "dev"]).current_dir(&folder).output().unwrap();
    assert_eq!(built, objects(&String::from_utf8(stream.stdout).unwrap()));
}

#[test]
fn kustomize_shows_what_is_wrong() {
    for function in [CONTAINER, ""] {
        let folder = place(if function.is_empty() { "wrong-plugin" } else { "wrong" }, "app-env", "devv", function);
        let built = build(&folder);
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(!built.status.success() && said.contains("there is no profile `devv`"), "{said}");
    }
}
