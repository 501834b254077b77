//! Values planted in every way a project has, beside every kind of mistake, through every command: each is found as the
//! value of a Secret that was asked for, and nowhere else, in no form.
//!
//! Does not own: the exact texts of messages (`errors/leaks*.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Room;
use crate::support::{KGEN, Said, Temp, run};

/// No placeholder, and with what each encoding changes: quotes, spaces, `/`, `+`, `%`, non-ASCII.
const CANARY: &str = "Kc9'vT2/+%q \"ßzW7";

/// A way to give kgen a value.
struct Plant {
    name: &'static str,
    /// Lines of the project file.
    text: fn(&str) -> String,
    /// A value that the project file spells out may stand in dev's Secret in the tree.
    spelled: bool,
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

const PLANTS: [Plant; 7] = [
    Plant { name: "env", text: |_| "secrets: {app: {token: {env: CANARY}}}".into(), spelled: false },
    Plant { name: "file", text: |_| "secrets: {app: {token: {file: canary.txt}}}".into(), spelled: false },
    Plant { name: "literal", text: |c| format!("secrets: {{app: {{token: {}}}}}", quoted(c)), spelled: true },
    Plant {
        name: "composed of env",
        text: |_| "secrets: {app: {token: 'amqp://u:${secrets.app.part}@mq/', part: {env: CANARY}}}".into(),
        spelled: false,
    },
    Plant {
        name: "composed of a literal",
        text: |c| format!("secrets: {{app: {{token: 'amqp://u:${{secrets.app.part}}@mq/', part: {}}}}}", quoted(c)),
        spelled: true,
    },
    Plant {
        name: "a store's password",
        text: |_| {
            "secrets: {app: {token: {env: CANARY}}}\nredis: {queue: {password: \"${secrets.app.token}\"}}\npostgres: {db: {password: \"${secrets.app.token}\"}}"
                .into()
        },
        spelled: false,
    },
    Plant {
        name: "an outside store's URL",
        text: |_| {
            "secrets: {app: {token: {env: CANARY}}}\nredis: {queue: {mode: external, url: \"${secrets.app.token}\"}}"
                .into()
        },
        spelled: false,
    },
];

/// A mistake: what is added to the app, to the end of the project file, and to the command line.
const MISTAKES: [(&str, &str, &str, &[&str]); 12] = [
    ("none", "", "", &[]),
    ("wrong type", "replicas: many", "", &[]),
    ("unknown key", "replicsa: 1", "", &[]),
    ("duplicate key", "", "secrets: {}", &[]),
    ("unclosed quote", "", "labels: {a: \"b", &[]),
    ("tab", "", "labels:\n\ta: b", &[]),
    ("dangling reference", "args: [\"${secrets.app.tokn}\"]", "", &[]),
    ("a secret where none may stand", "args: [\"${secrets.app.token}\"]", "", &[]),
    ("a secret in a config", "", "configs: {c: {k: \"${secrets.app.token}\"}}", &[]),
    ("template error", "", "templates: broken", &[]),
    ("unwritable folder", "", "output: blocked", &[]),
    ("bad argument", "", "", &["--set", "apps.web.replicas=x"]),
];

const COMMANDS: &[&[&str]] = &[
    &["render"],
    &["render", "--check"],
    &["render", "dev"],
    &["render", "dev", "--only", "Deployment"],
    &["render", "dev", "--out", "one"],
    &["render", "devv"],
    &["diff", "dev", "dev"],
    &["diff", "dev", "--against", "canary.txt"],
    &["diff", "dev", "--against", "other.yaml", "--format", "json"],
    &["diff", "dev", "--against", "other.yaml", "--format", "unified"],
    &["check"],
    &["check", "dev", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github", "--deny", "warnings"],
    &["explain", "dev", "Secret/app"],
    &["explain", "dev", "Secret/app", "data.token"],
    &["explain", "dev", "Deployment/web", "--format", "json"],
    &["explain", "dev", "Secret/app", "--format", "json"],
    &["profile", "list"],
    &["profile", "show", "dev"],
    &["profile", "show", "dev", "--all-layers"],
    &["profile", "show", "dev", "--format", "json"],
    &["profile", "show", "--all", "--format", "json"],
    &["graph"],
    &["graph", "dev", "--format", "svg"],
    &["notes", "dev"],
    &["notes", "dev", "--format", "markdown"],
    &["completions", "bash"],
    &["man", "render"],
    &["fn", "render.yaml"],
    &["template", "list"],
    &["template", "eject", "secret/secret"],
];

fn project(plant: &Plant, app: &str, end: &str) -> String {
    let app = if app.is_empty() { String::new() } else { format!("    {app}\n") };
    format!(
        "apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}}}\n{}\napps:\n  web:\n    image: a/b:1\n    env: {{TOKEN: \"${{secrets.app.token}}\"}}\n    files: {{/run/token: \"${{secrets.app.token}}\"}}\n{app}{end}\n",
        (plant.text)(CANARY)
    )
}

/// A stream with the value wherever other tools put it.
fn another_tools() -> String {
    let metadata = serde_json::json!({"name": "app", "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": format!("{{\"stringData\":{{\"token\":{CANARY:?}}}}}")}});
    let url = format!("redis://app:{}@cache:6379", forms()[1]);
    let env = serde_json::json!([{"name": "DB_PASSWORD", "value": CANARY}, {"name": "URL", "value": url}]);
    let objects = [
        serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": CANARY}}),
        serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "gone"}, "data": {"token": STANDARD.encode(CANARY)}}),
        serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {
            "containers": [{"name": "web", "env": env, "args": [url]}, {"name": "gone", "env": env}]}}}}),
        serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "gone"}, "data": {"API_TOKEN": CANARY, "x": url}}),
    ];
    objects.map(|object| format!("---\n{object}\n")).concat()
}

/// The value in every form it could be found in: whole, percent-encoded, in base64 wherever it begins, as JSON and YAML
/// write it.
fn forms() -> Vec<String> {
    let percent: String = CANARY
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect();
    let mut out = vec![
        CANARY.to_owned(),
        percent.clone(),
        percent.to_lowercase(),
        serde_json::to_string(CANARY).unwrap().trim_matches('"').to_owned(),
    ];
    out.extend([CANARY.replace('\'', "''"), CANARY[..6].to_owned(), CANARY[CANARY.len() - 5..].to_owned()]);
    for text in [CANARY, &percent] {
        for skip in 0..3 {
            let encoded = STANDARD.encode([vec![b'-'; skip], text.as_bytes().to_vec()].concat());
            // What stands before and behind in the same group of four is another's.
            out.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    out
}

fn hides(text: &str, what: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{what}: found `{form}` in:\n{text}");
    }
}

/// A stream without its Secrets.
fn without_secrets(stream: &str) -> String {
    let documents = stream.split("---\n").filter(|document| !document.contains("\nkind: Secret\n"));
    documents.collect::<Vec<_>>().join("---\n")
}

fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            each_file(&entry, look);
        } else {
            look(&entry, &String::from_utf8_lossy(&fs::read(&entry).unwrap()));
        }
    }
}

fn place(plant: &Plant, app: &str, end: &str) -> Temp {
    let temp = Temp::new();
    fs::write(temp.path().join("kgen.yaml"), project(plant, app, end)).unwrap();
    fs::write(temp.path().join("canary.txt"), CANARY).unwrap();
    fs::write(temp.path().join("other.yaml"), another_tools()).unwrap();
    fs::write(temp.path().join("render.yaml"), "kind: Render\nspec: {profile: dev}\n").unwrap();
    fs::write(temp.path().join("blocked"), "a file where a folder should be").unwrap();
    fs::create_dir_all(temp.path().join("broken/secret")).unwrap();
    fs::write(temp.path().join("broken/secret/secret.yaml"), "data: {{ data }}\nx: {{ nothing.at.all }}\n").unwrap();
    temp
}

#[test]
fn a_value_is_found_in_its_secret_only() {
    for plant in &PLANTS {
        for (mistake, app, end, more) in MISTAKES {
            for command in COMMANDS {
                let what = format!("{}, {mistake}, {command:?}", plant.name);
                let temp = place(plant, app, end);
                let args: Vec<String> = command.iter().chain(more).map(|arg| (*arg).to_owned()).collect();
                let env = BTreeMap::from([("CANARY".to_owned(), CANARY.to_owned())]);
                let Said { stdout, stderr, status } = run(Path::new(KGEN), temp.path(), &args, &env, "");
                hides(&stderr, &what);
                hides(&without_secrets(&stdout), &what);
                if mistake == "none" && *command == ["render", "dev"] {
                    assert_eq!(status, Some(0), "{what}: {stderr}");
                    let value = STANDARD.encode(CANARY);
                    assert!(stdout.contains(&value) || plant.name.starts_with("composed"), "{what}: not there at all");
                }
                each_file(temp.path(), &mut |path, text| {
                    let name = path.strip_prefix(temp.path()).unwrap().to_string_lossy();
                    let own = matches!(&*name, "kgen.yaml" | "canary.txt" | "other.yaml");
                    // Asked for, or spelled out for dev.
                    let asked = name.starts_with("one/") || plant.spelled;
                    let may_show = own || (asked && text.contains("\nkind: Secret\n"));
                    if !may_show {
                        hides(text, &format!("{what}: {name}"));
                    }
                });
            }
        }
    }
}

/// What a shell offers when Tab is pressed, in a project with and without mistakes.
#[test]
fn a_value_is_offered_to_no_shell() {
    for plant in &PLANTS {
        for (mistake, app, end, _) in MISTAKES {
            let temp = place(plant, app, end);
            for line in [
                &["render", ""][..],
                &["render", "dev", "--set", ""],
                &["render", "dev", "--set", "secrets."],
                &["explain", "dev", ""],
                &["explain", "dev", "Secret/app", ""],
                &["secret", "set", "dev", "app", ""],
                &["graph", "--only", ""],
            ] {
                let args: Vec<String> = ["--", "kgen"].iter().chain(line).map(|word| (*word).to_owned()).collect();
                let env =
                    ["CANARY", "KGEN_COMPLETE"].map(str::to_owned).into_iter().zip([CANARY, "fish"].map(str::to_owned));
                let said = run(Path::new(KGEN), temp.path(), &args, &env.collect(), "");
                let what = format!("{}, {mistake}, {line:?}", plant.name);
                assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)), "{what}");
                hides(&said.stdout, &what);
            }
        }
    }
}

/// What is typed, piped or imported is found nowhere: the repository has its ciphertext.
#[test]
fn a_value_that_is_sealed_is_found_nowhere() {
    let commands: [&[&str]; 14] = [
        &["secret", "set", "prod", "app", "token"],
        &["secret", "set", "prod", "app", "tokn"],
        &["secret", "set", "prodd", "app", "token"],
        &["secret", "set", "dev", "app", "token"],
        &["secret", "import", "prod", "app", "--from-env-file", "values.env"],
        &["secret", "import", "prod", "app", "--from-env-file", "broken.env"],
        &["secret", "list"],
        &["secret", "list", "--format", "json"],
        &["secret", "check"],
        &["render"],
        &["render", "prod"],
        &["render", "--check"],
        &["profile", "show", "prod", "--all-layers"],
        &["profile", "show", "--all"],
    ];
    for (mistake, app, end, more) in MISTAKES {
        let room = Room::new(&format!(
            "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nprofiles:\n  dev: {{}}\n  prod: {{secretProvider: {{sealed: {{certificate: certs/prod.pem}}}}}}\nsecrets: {{app: {{token: {{}}}}}}\napps:\n  web:\n    image: a/b:1\n    env: {{TOKEN: \"${{secrets.app.token}}\"}}\n    {app}\n{end}\n"
        ));
        let folder = room.0.path();
        fs::write(folder.join("values.env"), format!("token='{}'\n", CANARY.replace('\'', ""))).unwrap();
        fs::write(folder.join("broken.env"), format!("tokn={CANARY}\n")).unwrap();
        fs::write(folder.join("blocked"), "a file where a folder should be").unwrap();
        for command in commands {
            let what = format!("{mistake}, {command:?}");
            let args: Vec<&str> =
                command.iter().chain(more.iter().filter(|_| command[0] == "render")).copied().collect();
            let said = room.kgen(&args, CANARY);
            hides(&said.stderr, &what);
            hides(&said.stdout, &what);
            if mistake == "none" && command[0] == "render" {
                assert_eq!(said.status, Some(0), "{what}: {}", said.stderr);
            }
            each_file(folder, &mut |path, text| {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                if !matches!(&*name, "values.env" | "broken.env") {
                    hides(text, &format!("{what}: {name}"));
                }
            });
        }
    }
}

/// A Compose file with the value in each way that it can be given, beside each kind of mistake.
#[test]
fn a_value_of_a_compose_file_is_found_nowhere() {
    let single = format!("'{}'", CANARY.replace('\'', "''"));
    // As Compose wants a `$`, and as a URL wants the rest.
    let url = format!("amqp://u:{}@mq:5672/x", forms()[1]);
    let services = format!(
        "services:\n  web:\n    image: a/b:1\n    env_file: web.env\n    environment:\n      DB_PASSWORD: {single}\n      AMQP_URL: {url}\n      OTHER: ${{APP_TOKEN}}\n      SHORT: ${{APP_PASSWORD:-x}}\n    command: [run, --token, '${{APP_TOKEN}}']\n    healthcheck: {{test: [CMD, check, '${{APP_TOKEN}}']}}\n    depends_on: [db, cache]\n    secrets: [key]\n  list:\n    image: a/b:1\n    env_file: web.env\n    environment: [{}]\n  db: {{image: 'postgres:17', environment: {{POSTGRES_PASSWORD: {single}, POSTGRES_USER: shop}}}}\n  cache: {{image: 'redis:7.4', command: [redis-server, --requirepass, {single}]}}\nsecrets: {{key: {{file: key.txt}}}}\n",
        quoted(&format!("API_TOKEN={CANARY}"))
    );
    let mistakes: [(&str, String); 9] = [
        ("none", String::new()),
        ("tab", "\tx: y\n".into()),
        ("unclosed quote", format!("x-a: \"{}\n", &CANARY[..5])),
        ("duplicate key", "services: {}\n".into()),
        ("unknown key", "tokens: {a: b}\n".into()),
        ("wrong type", "configs: [a]\n".into()),
        ("a dollar", format!("volumes: {{a: {{name: \"$({}\"}}}}\n", "x")),
        ("no such file", "include: [canary.yaml]\n".into()),
        ("another text of it", format!("volumes: {{a: {{driver_opts: {{password: {single}}}}}}}\n")),
    ];
    for (mistake, end) in mistakes {
        for broken in [false, true] {
            let temp = Temp::new();
            let env =
                if broken { format!("TOKEN='{CANARY}\n") } else { format!("TOKEN={}\nURL={url}\n", quoted(CANARY)) };
            let inputs = [
                ("compose.yaml", format!("{services}{end}")),
                ("web.env", env),
                (".env", format!("APP_TOKEN={}\nAPP_PASSWORD={}\n", quoted(CANARY), quoted(CANARY))),
                ("key.txt", CANARY.to_owned()),
            ];
            inputs.iter().for_each(|(name, text)| fs::write(temp.path().join(name), text).unwrap());
            let commands: [&[&str]; 4] =
                [&["init", "--from", "."], &["check"], &["render"], &["profile", "show", "dev"]];
            for command in commands {
                let what = format!("{mistake}, {broken}, {command:?}");
                let args: Vec<String> = command.iter().map(|arg| (*arg).to_owned()).collect();
                let said = run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
                hides(&said.stderr, &what);
                hides(&said.stdout, &what);
                if mistake == "none" && !broken {
                    assert_eq!(said.status, Some(0), "{what}: {}", said.stderr);
                }
            }
            each_file(temp.path(), &mut |path, text| {
                let name = path.strip_prefix(temp.path()).unwrap().to_string_lossy();
                if !inputs.iter().any(|(input, _)| *input == name) {
                    hides(text, &format!("{mistake}: {name}"));
                }
            });
        }
    }
}

/// The test above notices what it is there to notice.
#[test]
fn every_form_is_noticed() {
    let percent: String = CANARY.bytes().map(|b| format!("%{b:02X}")).collect();
    let texts = [
        format!("error: `{CANARY}`"),
        format!("url: redis://default:{}@", forms()[1]),
        STANDARD.encode(format!("postgresql://app:{CANARY}@db")),
        STANDARD.encode(format!("x{CANARY}")),
        format!("{:?}", CANARY.to_owned() + "\n"),
    ];
    for text in texts {
        assert!(std::panic::catch_unwind(|| hides(&text, "")).is_err(), "{text}");
    }
    assert!(std::panic::catch_unwind(|| hides(&percent, "")).is_ok(), "a form that nobody writes");
}
