//! The commands of `kgen notes`: each is run by sh with programs that only note what they were called with, and what it
//! names is in the rendered stream.
//!
//! Does not own: what kubectl takes (`interop/notes.rs`), what the commands in a container answer (`servers/notes.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use serde::Deserialize;
use serde_yaml::Value;

use crate::support::{KGEN, Kgen, Said, Temp, executable, files, inherited, put, run};

/// Cases with every kind of store, workload, provider and layout.
const CASES: [(&str, &[&str]); 17] = [
    ("example-shop", &["dev", "prod"]),
    ("example-darwin", &["prod"]),
    ("example-fastapi", &["dev"]),
    ("example-open-webui", &["prod"]),
    ("example-tl-engine", &["prod"]),
    ("app-autoscaling", &["prod"]),
    ("app-daemonset", &["prod"]),
    ("jobs", &["dev"]),
    ("layout-flat", &["dev"]),
    ("manifests", &["dev"]),
    ("namespaces", &["dev"]),
    ("namespace-none", &["dev"]),
    ("postgres-backup", &["prod"]),
    ("postgres-cnpg", &["prod"]),
    ("redis-operator", &["prod"]),
    ("redis-sentinel", &["prod"]),
    ("secrets-sealed", &["staging"]),
];

struct Room {
    temp: Temp,
    profile: String,
    env: BTreeMap<String, String>,
    stream: Vec<Value>,
}

/// What a program was called with.
struct Call {
    program: String,
    args: Vec<String>,
}

impl Room {
    /// A copy of a case; `None` where it has no such profile.
    fn new(case: &str, profile: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case);
        let temp = Temp::new();
        let stream = fs::read_to_string(folder.join(format!("stream/{profile}.yaml"))).ok()?;
        let documents = serde_yaml::Deserializer::from_str(&stream);
        let stream = documents.map(|document| Value::deserialize(document).unwrap()).collect();
        let mut env = BTreeMap::new();
        for (path, text) in files(&folder) {
            let is_answer = ["tree/", "stream/", "deploy/"].iter().any(|start| path.starts_with(start));
            if path == "env" {
                let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
                env = text.lines().filter_map(pair).collect();
            } else if !is_answer {
                put(&temp.path().join("work").join(path), text);
            }
        }
        Some(Self { temp, profile: profile.to_owned(), env, stream })
    }

    fn notes(&self, format: &str) -> String {
        let args = ["notes", &self.profile, "--format", format].map(str::to_owned);
        let Said { stdout, stderr, status } = run(Path::new(KGEN), &self.work(), &args, &self.env, "");
        assert_eq!(status, Some(0), "{stderr}");
        stdout
    }

    fn work(&self) -> PathBuf {
        self.temp.path().join("work")
    }

    /// Runs a block with programs that note their arguments. kgen is the real one, so that it refuses what it does not take.
    fn calls(&self, block: &str) -> Vec<Call> {
        let (bin, log) = (self.temp.path().join("bin"), self.temp.path().join("calls"));
        let _ = fs::remove_dir_all(&log);
        fs::create_dir_all(&log).unwrap();
        let note = "at=`ls \"$LOG\" | wc -l`; while ! mkdir \"$LOG/$at\" 2>/dev/null; do at=$((at + 1)); done\n\
            printf '%s\\n' \"${0##*/}\" \"$@\" > \"$LOG/$at/call\"\n";
        for program in ["kubectl", "curl", "aws", "sops", "openssl"] {
            executable(&bin.join(program), &format!("#!/bin/sh\n{note}"));
        }
        let kgen = format!(
            "#!/bin/sh\n{note}case \"$*\" in render|*--only*|*--skip*) ;; *) exit 0; esac\n '{KGEN}' \"$@\" >/dev/null 2>\"$LOG/$at/err\" || echo $? > \"$LOG/$at/failed\"\n"
        );
        executable(&bin.join("kgen"), &kgen);
        let mut env = self.env.clone();
        let path = format!("{}:{}", bin.display(), inherited("PATH").unwrap().to_string_lossy());
        env.extend([("PATH".to_owned(), path), ("LOG".to_owned(), log.display().to_string())]);
        let said = run(Path::new("/bin/sh"), &self.work(), &["-eu".into(), "-c".into(), block.into()], &env, "");
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{block}");
        let mut calls = Vec::new();
        for (path, text) in files(&log) {
            assert!(!path.ends_with("failed"), "{block}\n{:?}", files(&log));
            if path.ends_with("call") {
                let mut words = text.lines().map(str::to_owned);
                calls.push(Call { program: words.next().unwrap(), args: words.collect() });
            }
        }
        calls
    }

    fn object(&self, kind: &str, name: &str) -> Option<&Value> {
        let short = kind.split('.').next().unwrap();
        let kind = match short {
            "crd" => "customresourcedefinition",
            "hpa" => "horizontalpodautoscaler",
            other => other.trim_end_matches('s'),
        };
        let is_kind = |object: &&Value| text(object, &["kind"]).to_lowercase() == kind;
        self.stream.iter().filter(is_kind).find(|object| text(object, &["metadata", "name"]) == name)
    }
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    path.iter().try_fold(value, |value, key| value.get(key)).and_then(Value::as_str).unwrap_or_default()
}

fn blocks(markdown: &str) -> Vec<String> {
    let blocks = markdown.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// Objects that an operator or a command before makes, by the start of their names.
fn is_made_elsewhere(room: &Room, kind: &str, name: &str) -> bool {
    let jobs = ["-now", "-restore"].iter().any(|end| name.ends_with(end));
    let of_stream = |kinds: &[&str]| kinds.iter().any(|kind| room.object(kind, name).is_some());
    match kind {
        "job" => jobs && room.object("cronjob", name.trim_end_matches("-now").trim_end_matches("-restore")).is_some(),
        "secret" => true,
        "namespace" => room.stream.iter().any(|object| text(object, &["metadata", "namespace"]) == name),
        "crd" => true,
        _ => of_stream(&["cluster"]),
    }
}

#[test]
fn each_command_names_what_is_there() {
    let mut count = 0;
    for (case, profiles) in CASES {
        for profile in profiles {
            let room = Room::new(case, profile).unwrap_or_else(|| panic!("{case} has no {profile}"));
            for block in blocks(&room.notes("markdown")) {
                for call in room.calls(&block) {
                    count += 1;
                    let line = format!("{case} {profile}: {} {}", call.program, call.args.join(" "));
                    match call.program.as_str() {
                        "kubectl" => kubectl(&room, &call.args, &line),
                        "kgen" => {
                            let words = std::iter::once("kgen").chain(call.args.iter().map(String::as_str));
                            let parsed = kgen::cli::Cli::command().try_get_matches_from(words);
                            parsed.unwrap_or_else(|error| panic!("{line}: {error}"));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    assert!(count > 400, "{count}");
}

/// The names, the namespace and the container that a call has.
fn kubectl(room: &Room, args: &[String], line: &str) {
    let own: Vec<&String> = args.iter().take_while(|word| *word != "--").collect();
    let value =
        |flag: &str| own.iter().position(|word| *word == flag).and_then(|at| own.get(at + 1)).map(|word| word.as_str());
    if let ["get" | "describe", kind @ ("crd" | "namespace" | "secret"), name, ..] =
        own.iter().map(|word| word.as_str()).collect::<Vec<_>>()[..]
        && !name.starts_with('-')
    {
        assert!(room.object(kind, name).is_some() || is_made_elsewhere(room, kind, name), "{line}");
    }
    // What a selector or a column says is no object.
    let is_labels = |at: usize| at > 0 && ["-l", "-L"].contains(&own[at - 1].as_str());
    let words = own.iter().enumerate().filter(|(at, _)| !is_labels(*at)).map(|(_, word)| word);
    for word in words.filter(|word| !word.starts_with('-') && !word.contains([' ', '='])) {
        let Some((kind, name)) = word.split_once('/') else { continue };
        if word.starts_with("deploy/") || word.ends_with('/') {
            assert!(Path::new(&room.work()).join(word).is_dir(), "{line}");
            continue;
        }
        let Some(object) = room.object(kind, name) else {
            assert!(is_made_elsewhere(room, kind, name), "{line}: no {word}");
            continue;
        };
        assert_eq!(text(object, &["metadata", "namespace"]), value("-n").unwrap_or_default(), "{line}");
        if let Some(container) = value("-c") {
            let pod = object["spec"]["template"]["spec"]["containers"].as_sequence().unwrap();
            assert!(pod.iter().any(|it| text(it, &["name"]) == container), "{line}");
        }
    }
    // `cache-0` of the StatefulSet `cache`.
    if let (true, Some(container)) = (own[0] == "exec", value("-c"))
        && let Some(pod) = own.iter().find_map(|word| word.strip_suffix("-0"))
    {
        let set = room.object("statefulset", pod).unwrap_or_else(|| panic!("{line}"));
        let pod = set["spec"]["template"]["spec"]["containers"].as_sequence().unwrap();
        assert!(pod.iter().any(|it| text(it, &["name"]) == container), "{line}");
    }
    if let Some(set) = args.iter().find_map(|word| word.strip_prefix("--applyset=")) {
        assert!(set.starts_with("kgen-"), "{line}");
    }
}

type Labels = BTreeMap<String, String>;

fn labels(object: &Value, path: &[&str]) -> Labels {
    let found = path.iter().try_fold(object, |value, key| value.get(key)).and_then(Value::as_mapping);
    let pairs = found.into_iter().flatten();
    pairs.map(|(key, value)| (key.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

fn selects(selector: &str, labels: &Labels) -> bool {
    selector.split(',').all(|part| match (part.strip_prefix('!'), part.split_once('=')) {
        (Some(key), _) => !labels.contains_key(key),
        (None, Some((key, value))) => labels.get(key).is_some_and(|found| found == value),
        (None, None) => panic!("{part}"),
    })
}

/// What is removed with the workloads: all but what is to stay. No claim that a StatefulSet made is among it, whose
/// labels are the selector's.
#[test]
fn workloads_are_removed_and_data_stays() {
    const DATA: [&str; 11] = [
        "PersistentVolumeClaim",
        "Secret",
        "ExternalSecret",
        "SealedSecret",
        "Namespace",
        "Cluster",
        "ObjectStore",
        "ScheduledBackup",
        "PersistentVolume",
        "StorageClass",
        "CustomResourceDefinition",
    ];
    for (case, profiles) in CASES {
        for profile in profiles {
            let room = Room::new(case, profile).unwrap();
            let blocks = blocks(&room.notes("markdown"));
            let block = blocks.iter().find(|block| block.contains("!kgen.dev/keep"));
            let mut gone = BTreeSet::new();
            for call in block.map(|block| room.calls(block)).unwrap_or_default() {
                let [verb, kinds, rest @ ..] = &call.args[..] else { panic!() };
                assert_eq!(verb, "delete");
                let value = |flag: &str| rest.iter().position(|word| word == flag).map(|at| rest[at + 1].as_str());
                let (namespace, selector) = (value("-n").unwrap_or_default(), value("-l").unwrap());
                for object in &room.stream {
                    let (kind, name) = (text(object, &["kind"]), text(object, &["metadata", "name"]));
                    let is_kind = kinds.split(',').any(|word| word.split('.').next() == Some(&kind.to_lowercase()));
                    let is_there = text(object, &["metadata", "namespace"]) == namespace;
                    if is_kind && is_there && selects(selector, &labels(object, &["metadata", "labels"])) {
                        assert!(!DATA.contains(&kind), "{case} {profile}: {kind}/{name} is gone");
                        gone.insert((kind, name));
                    }
                    let claims = labels(object, &["spec", "selector", "matchLabels"]);
                    assert!(claims.is_empty() || !selects(selector, &claims), "{case} {profile}: claims of {name}");
                }
            }
            for object in &room.stream {
                let id = (text(object, &["kind"]), text(object, &["metadata", "name"]));
                let stays = labels(object, &["metadata", "labels"]).contains_key("kgen.dev/keep");
                assert_eq!(gone.contains(&id), !stays, "{case} {profile}: {id:?}");
                assert!(stays || !DATA.contains(&id.0), "{case} {profile}: {id:?}");
            }
        }
    }
}

/// The label stands in metadata alone: a selector, a pod or a claim template with it could not be changed, or would
/// restart what runs.
#[test]
fn the_label_is_in_no_selector_and_no_pod() {
    fn walk(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Mapping(map) => {
                for (key, value) in map {
                    let key = key.as_str().unwrap_or_default();
                    if key == "kgen.dev/keep" {
                        found.insert(path.to_owned());
                    }
                    walk(value, &format!("{path}.{key}"), found);
                }
            }
            Value::Sequence(list) => list.iter().for_each(|value| walk(value, &format!("{path}[]"), found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for (path, text) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")) {
        if path.contains("/stream/") && path.ends_with(".yaml") {
            let documents = serde_yaml::Deserializer::from_str(&text);
            documents.for_each(|document| walk(&Value::deserialize(document).unwrap(), "", &mut found));
        }
    }
    // What the controller of Sealed Secrets gives to the Secret that it makes.
    let expected = [".metadata.labels", ".spec.template.metadata.labels"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

/// Wide and narrow: words move, commands do not.
#[test]
fn text_and_markdown_have_the_same_commands() {
    for (case, profiles) in CASES {
        let room = Room::new(case, profiles[0]).unwrap();
        let (text, markdown) = (room.notes("text"), blocks(&room.notes("markdown")).concat());
        let lines = text.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n"));
        assert_eq!(lines.collect::<String>(), markdown, "{case}");
        let prose = text.lines().filter(|line| !line.starts_with("    "));
        assert!(prose.clone().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn commands_name_the_project_file_that_was_named() {
    let project = "apiVersion: kgen.dev/v1\nproject: a\napps: {a: {image: a/b:1}}\nprofiles: {dev: {}}\n";
    let said = Kgen::new().file("my work/it's.yaml", project).args(["-f", "my work/it's.yaml", "notes", "dev"]).says();
    assert!(
        said.contains("\n    kgen -f 'my work/it'\\''s.yaml' render dev | kubectl apply --server-side -f -\n"),
        "{said}"
    );
    assert!(said.contains("\n    kubectl apply --server-side -k 'my work/deploy/overlays/dev'\n"), "{said}");
}

#[test]
fn an_unknown_profile_is_said() {
    let project = "apiVersion: kgen.dev/v1\nproject: a\napps: {a: {image: a/b:1}}\nprofiles: {dev: {}}\n";
    let said = "error: there is no profile `dve`\nhint: did you mean `dev`?\n";
    Kgen::new().file("kgen.yaml", project).args(["notes", "dve"]).stderr(said).status(2).run();
}

/// Where someone else makes the Secrets, that may be who reads the notes: no value is typed or shown.
#[test]
fn passwords_that_nobody_needs_to_know_are_made_by_a_command() {
    let project = "apiVersion: kgen.dev/v1
project: shop
namespace: shop
apps: {api: {image: 'a/b:1', env: {URL: '${postgres.db.url}', KEY: '${secrets.stripe.key}'}}}
postgres: {db: {}}
secrets: {stripe: {key: {}}}
profiles: {prod: {secretProvider: existing}}
";
    let said = Kgen::new().file("kgen.yaml", project).args(["notes", "prod"]).says();
    let command = "    { echo superuser-password=`openssl rand -hex 24`; echo password=`openssl rand -hex 24`; } |
      kubectl create secret generic db -n shop --from-env-file=/dev/stdin
";
    assert!(said.contains(command), "{said}");
    assert!(!said.contains("secret generic stripe"), "nobody can make up another's key: {said}");
    let fetched = project.replace("existing", "{external: {store: vault}}");
    assert!(!Kgen::new().file("kgen.yaml", &fetched).args(["notes", "prod"]).says().contains("openssl"));
}

/// A server refuses what SOPS encrypted: kubectl gets the rest of the stream, and not the tree.
#[test]
fn what_sops_encrypted_is_left_out() {
    let room = Room::new("secrets-all", "sops").unwrap();
    let said = room.notes("text");
    let line = said.lines().find(|line| line.contains("render sops") && line.contains("kubectl apply")).unwrap();
    assert!(line.contains("render sops --skip Secret/") && line.contains("Secret/web"), "{said}");
    assert!(said.contains("sops decrypt") && !said.contains("apply --server-side -k"), "{said}");
}
