//! checkov's checks for Kubernetes over every golden stream of prod: what fails is on a list, each with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_yaml::Value;

/// Left to whoever runs the project, or decided otherwise with a reason, wherever it is.
const ANYWHERE: [(&str, &str); 5] = [
    ("CKV_K8S_43", "digests are the user's to pin"),
    (
        "CKV_K8S_15",
        "a tag is a version here, and `latest` is refused: pulling it each time is an outage with the registry",
    ),
    ("CKV_K8S_40", "the uid is the image's"),
    ("CKV_K8S_11", "throttling is worse than sharing: requests, and limits of memory"),
    ("CKV_K8S_35", "what images read is a variable; a file is the user's choice, by `files`"),
];

/// Of apps and jobs: kgen cannot know where an image writes, what it answers, or who calls it.
const NOT_OF_STORES: [(&str, &str); 4] = [
    ("CKV_K8S_22", "`securityContext: {readOnlyRootFilesystem: true}`"),
    ("CKV_K8S_8", "`livenessProbe`: a wrong one restarts what works"),
    ("CKV_K8S_9", "`readinessProbe`, of what has no port"),
    ("CKV2_K8S_6", "`networkPolicy: wiring`"),
];

/// The project has no `namespace`: who applies it says which.
const NO_NAMESPACE: &str = "CKV_K8S_21";

/// An exporter that is not ready would take its store out of service.
const EXPORTER: &str = "CKV_K8S_9";

struct Object {
    is_store: bool,
    has_namespace: bool,
    has_exporter: bool,
}

/// What each object of a file is, by kind and name.
fn objects(path: &Path) -> BTreeMap<(String, String), Object> {
    let text = fs::read_to_string(path).unwrap();
    let documents = serde_yaml::Deserializer::from_str(&text).map(|one| Value::deserialize(one).unwrap());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    documents
        .map(|object| {
            let metadata = &object["metadata"];
            let component = word(&metadata["labels"]["app.kubernetes.io/component"]);
            let containers = object["spec"]["template"]["spec"]["containers"].as_sequence();
            let what = Object {
                is_store: matches!(&*component, "redis" | "postgres"),
                has_namespace: metadata.get("namespace").is_some(),
                has_exporter: containers.into_iter().flatten().any(|one| one["name"] == "exporter"),
            };
            ((word(&object["kind"]), word(&metadata["name"])), what)
        })
        .collect()
}

#[test]
fn what_checkov_says_of_prod_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = fs::read_dir(root.join("golden")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = cases.map(|case| case.join("stream/prod.yaml")).filter(|file| file.exists()).collect();
    let done = Command::new("sh").arg(root.join("tests/checkov/run.sh")).args(&files).output().unwrap();
    assert!(done.status.success() && files.len() > 30, "{}", String::from_utf8_lossy(&done.stderr));
    let known: BTreeMap<_, _> = files.iter().map(|file| (file.to_str().unwrap(), objects(file))).collect();
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for line in String::from_utf8(done.stdout).unwrap().lines() {
        let [file, check, kind, name] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        seen.insert(check.to_owned());
        // A pod stands for its workload.
        let object = known[file].iter().find(|((k, n), _)| n == name && (k == kind || kind == "Pod"));
        let Some((_, object)) = object else { panic!("{line}") };
        let is_listed = |list: &[(&str, &str)]| list.iter().any(|(listed, _)| *listed == check);
        let fine = is_listed(&ANYWHERE)
            || (is_listed(&NOT_OF_STORES) && !object.is_store)
            || (check == EXPORTER && object.has_exporter)
            || (check == NO_NAMESPACE && !object.has_namespace);
        if !fine {
            wrong.push(line.replace(env!("CARGO_MANIFEST_DIR"), ""));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let listed = ANYWHERE.iter().chain(&NOT_OF_STORES).map(|(check, _)| *check).chain([NO_NAMESPACE]);
    let idle: Vec<_> = listed.filter(|check| !seen.contains(*check)).collect();
    assert!(idle.is_empty(), "listed, and checkov does not say it: {idle:?}");
}
