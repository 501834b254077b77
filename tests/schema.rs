//! `kgen schema` against what kgen itself says of project files: an editor and `kgen render` agree.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use kgen::settings::preset::Presets;
use kgen::source::Sources;
use serde_json::Value;

use crate::support::KGEN;

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| kgen::schema::document(&Presets::load(&mut Sources::default()).unwrap()))
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::draft202012::new(document()).unwrap())
}

/// What a validator says of a project file, read by another reader of YAML; `None` where that reads none.
fn mistakes(text: &str) -> Option<Vec<String>> {
    let mut yaml: serde_yaml::Value = serde_yaml::from_str(text).ok()?;
    yaml.apply_merge().ok()?;
    let json = serde_json::to_value(yaml).ok()?;
    Some(validator().iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect())
}

/// What a schema sees: the form of one file.
const FORM: [&str; 9] = [
    "error[unknown-key]",
    "error[wrong-type]",
    "error[exclusive-keys]",
    "error[bad-name]",
    "error[bad-value]",
    "error[empty-project]",
    "error[other-file]",
    "error[missing-key]: the project file has no",
    "error[missing-key]: `project` has no value",
];

/// What no schema of the file can see, by a part of the message.
const FINER: &[&str] = &[
    "is not from 0 to 23", // a number inside a schedule
    "must have five fields (minute, hour, day of the month, month, day of the week), but has 6", // six are for one mode only
    "is short for `ports: {http: ...}`",                                                         // two keys of two maps
    "beside `type: Recreate`",                              // a value that rules a key out
    "expected an integer from 0, found the string `cache`", // what a reference stands for
    "`namespace`: may have only",                           // likewise
    "`.nan`",                                               // JSON has no such number
    ": ConfigMap/",                                         // objects, checked when they are rendered
    ": Deployment/",
    ": ServiceAccount/",
    ": Secret/",
];

/// Whether the schema refuses a project file if and only if kgen finds a mistake of form in it; else what differs.
pub fn agrees(project: &str, stderr: &str) -> Result<(), String> {
    let Some(found) = mistakes(project) else { return Ok(()) };
    let errors: Vec<&str> = stderr.lines().filter(|line| line.trim_start().starts_with("error[")).collect();
    if errors.is_empty() || stderr.contains("error[yaml]") {
        return Ok(());
    }
    let is_form = |line: &&str| FORM.iter().any(|form| line.contains(form));
    let is_finer = |line: &&str| FINER.iter().any(|finer| line.contains(finer));
    let form = errors.iter().any(|line| is_form(line) && !is_finer(line));
    let other = errors.iter().any(|line| !is_form(line) || is_finer(line));
    if form && found.is_empty() {
        return Err("the schema accepts what kgen refuses".to_owned());
    }
    if !form && other && !found.is_empty() {
        return Err(format!("the schema refuses what has another mistake: {found:#?}"));
    }
    Ok(())
}

fn project_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => out.extend(project_files(&path)),
            path if path.extension().is_some_and(|e| e == "yaml") => out.push(path),
            _ => {}
        }
    }
    out.sort();
    out.retain(|path| {
        fs::read_to_string(path).unwrap().contains("\napiVersion: kgen.dev/") || {
            fs::read_to_string(path).unwrap().starts_with("apiVersion: kgen.dev/")
        }
    });
    out
}

#[test]
fn it_accepts_every_golden_case_and_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = project_files(&root.join("golden"));
    assert!(files.len() > 40, "{}", files.len());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let refused = fs::exists(path.with_file_name("stderr")).unwrap();
        let found = mistakes(&text).unwrap_or_else(|| panic!("{}", path.display()));
        assert!(refused || found.is_empty(), "{}: {found:#?}", path.display());
    }
}

#[test]
fn it_is_a_schema_with_a_word_about_every_key() {
    assert!(jsonschema::meta::is_valid(document()));
    let mut silent = Vec::new();
    walk(document(), "", &mut |path, value| {
        let Some(properties) = value.get("properties").and_then(Value::as_object) else { return };
        // The conditions of a union name keys without describing them.
        let described = properties.iter().filter(|_| value.get("required").is_none());
        silent
            .extend(described.filter(|(_, v)| v.get("description").is_none()).map(|(key, _)| format!("{path}.{key}")));
    });
    assert!(silent.is_empty(), "{silent:?}");
}

fn walk(value: &Value, path: &str, f: &mut impl FnMut(&str, &Value)) {
    f(path, value);
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, &format!("{path}.{key}"), f)),
        Value::Array(list) => list.iter().for_each(|value| walk(value, path, f)),
        _ => {}
    }
}

/// A default or an example that the schema refuses would mislead.
#[test]
fn defaults_and_examples_follow_it() {
    let (mut count, mut wrong) = (0, Vec::new());
    walk(document(), "", &mut |path, value| {
        let Some(map) = value.as_object().filter(|map| map.contains_key("description")) else { return };
        let mut schema = map.clone();
        schema.insert("$defs".into(), document()["$defs"].clone());
        let one = jsonschema::draft202012::new(&Value::Object(schema)).unwrap();
        let examples = map.get("examples").and_then(Value::as_array).into_iter().flatten();
        for example in examples.chain(map.get("default")) {
            count += 1;
            wrong.extend(one.iter_errors(example).map(|error| format!("{path}: {example}: {error}")));
        }
    });
    assert!(wrong.is_empty() && count > 60, "{count}: {wrong:#?}");
}

/// A profile removes what is written above it, a volume with its union too.
#[test]
fn it_accepts_removals() {
    let text = "apiVersion: kgen.dev/v1
project: shop
apps: {api: {image: acme/api:1, volumes: {/data: {size: 1Gi}}, env: {A: b}}}
redis: {cache: {}}
profiles: {prod: {redis: {cache: null}, apps: {api: {volumes: {/data: null}, env: {A: null}, readinessProbe: null}}}}
";
    assert_eq!(mistakes(text), Some(Vec::new()));
}

/// What the presets agree on, and where they do not.
#[test]
fn defaults_are_those_of_the_presets() {
    let app = &document()["$defs"]["apps"]["properties"];
    assert_eq!(app["revisionHistoryLimit"]["default"], 3);
    assert_eq!(app["replicas"]["description"], "How many pods. By preset: dev 1, staging 2, prod 3.");
    assert_eq!(app["replicas"].get("default"), None);
}

#[test]
fn the_command_prints_it() {
    let said = std::process::Command::new(KGEN).arg("schema").output().unwrap();
    let printed: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(&printed, document());
}

/// A pattern may let more pass than the check, never less.
#[test]
fn patterns_accept_what_checks_accept() {
    use kgen::project::rule;
    let samples: &[(&rule::Rule, &[&str])] = &[
        (&rule::COMPONENT_NAME, &["a", "0", "api-1"]),
        (&rule::OBJECT_NAME, &["a.b", "shop-tls", "0.x-1"]),
        (&rule::SERVICE_NAME, &["a", "a-1"]),
        (&rule::HOST, &["*.example.com", "localhost", "a.b-c.d"]),
        (&rule::QUANTITY, &["1", "1.5Gi", ".5", "1.", "+1", "1e3", "1E3", "1E", "100m", "5n", "2u", "0"]),
        (&rule::LABEL_KEY, &["a", "Example_1.x", "example.com/Name"]),
        (&rule::ANNOTATION_KEY, &["Example.com/a", "a"]),
        (&rule::VERSION, &["1.33"]),
        (&rule::PATH, &["a", "./a/b..c", "..a", "a/..b"]),
        (&rule::DURATION, &["1h", "1.5h30m", "0", "+5ms", ".5h"]),
        (&rule::DATA_KEY, &["app.toml", "_", "-", ".env"]),
        (&rule::ENV_NAME_KEY, &["A", "_a", "a-b.c", "-"]),
        (&rule::MOUNT_PATH, &["/", "/a b", "/a/..b"]),
        (&rule::PORT_NAME, &["http", "1a", "a-1"]),
        (&rule::IMAGE, &["a", "a/b:1", "localhost:5000/a/b:v1.2", &format!("a@sha256:{}", "a".repeat(64))]),
        (&rule::CRON, &["0 3 * * *", "@daily", "*/5 0-3,7 1 JAN MON", " 0 3 * * * "]),
        (&rule::CRON_OR_SECONDS, &["0 0 3 * * *", "0 3 * * *"]),
        (&rule::FIELD_PATH, &["metadata.name", "metadata.labels['a/b']", "spec.nodeName", "status.podIPs"]),
        (&rule::RESOURCE, &["limits.cpu", "requests.hugepages-2Mi", "limits.ephemeral-storage"]),
        (&rule::MEMORY, &["512mb", "1G", "1024", "1b"]),
        (&rule::DIRECTIVE, &["maxmemory-policy", "hz"]),
        (&rule::PARAMETER, &["max_connections", "pg_stat_statements.max"]),
        (&rule::DATABASE, &["app", "Größe", "a b"]),
        (&rule::BUCKET, &["abc", "a.b-c"]),
        (&rule::PREFIX, &["a/b", "a!b*'()"]),
        (&rule::ENDPOINT, &["https://minio.example.org:9000", "http://minio"]),
        (&rule::REGION, &["eu-central-1"]),
    ];
    for (rule, texts) in samples {
        let pattern = jsonschema::draft202012::new(&serde_json::json!({"pattern": rule.pattern})).unwrap();
        for text in *texts {
            assert_eq!((rule.check)(text), Ok(()), "{}: {text}", rule.noun);
            assert!(pattern.is_valid(&Value::from(*text)), "{}: {text}", rule.noun);
        }
    }
}
