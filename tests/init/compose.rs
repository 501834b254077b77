//! `kgen init --from`: Compose files in the style of well-known projects, and odd ones.
//!
//! A case is a folder of `tests/init/compose`, which a person can run by hand (`kgen init --from tests/init/compose/django
//! shop`): the Compose file and what it names, `expected.yaml`, which is the project file that it gives, and
//! `expected.txt`, which is what is said. `KGEN_UPDATE=1` writes the two; read the diff.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::kgen;
use crate::support::{Temp, difference, files, inherited, put};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/init/compose")
}

fn cases() -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    names
}

/// A copy of a case's inputs, converted.
fn converted(case: &str) -> (Temp, String) {
    let temp = Temp::new();
    // The folder's name is the project's.
    let folder = temp.path().join(case);
    for (path, text) in files(&root().join(case)) {
        if !path.starts_with("expected.") {
            put(&folder.join(path), text);
        }
    }
    let said = kgen(&folder, &["init", "--from", "."]);
    assert_eq!((said.stdout.as_str(), said.status), ("", Some(0)), "{case}: {}", said.stderr);
    (temp, said.stderr)
}

#[test]
fn every_case_gives_what_it_says() {
    let update = inherited("KGEN_UPDATE").is_some_and(|value| value == "1");
    let mut problems = Vec::new();
    for case in cases() {
        let (temp, said) = converted(&case);
        let project = fs::read_to_string(temp.path().join(&case).join("kgen.yaml")).unwrap();
        for (name, found) in [("expected.yaml", project), ("expected.txt", said)] {
            let path = root().join(&case).join(name);
            if update {
                put(&path, &found);
            }
            let expected = fs::read_to_string(&path).ok();
            problems.extend(difference(&format!("{case}/{name}"), expected.as_deref(), Some(&found)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// As a user goes on: no errors in any profile, a tree for each, and the schema has nothing against the file.
#[test]
fn every_case_renders_in_all_profiles() {
    for case in cases() {
        let (temp, _) = converted(&case);
        let folder = temp.path().join(&case);
        let check = kgen(&folder, &["check"]);
        assert_eq!(check.status, Some(0), "{case}: {}", check.stderr);
        let said = kgen(&folder, &["render", "-q"]);
        assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)), "{case}");
        for profile in ["dev", "staging", "prod"] {
            assert!(folder.join(format!("deploy/overlays/{profile}/kustomization.yaml")).exists(), "{case}");
        }
        let text = files(&folder);
        let schema: serde_json::Value = serde_json::from_str(&text["kgen.schema.json"]).unwrap();
        let project: serde_json::Value = serde_yaml::from_str(&text["kgen.yaml"]).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(&project).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{case}: {errors:?}");
    }
}

/// Values of the cases that no file and no message may have. They are written into `.env` files, lists, maps, URLs, commands.
const SECRETS: [&str; 31] = [
    "Wq8tLm3Zx",
    "dj$ango-9x8Yz7Wv6Ut5",
    "Hq2nBv7Lk",
    "V7pYk2Rm9w",
    "Zt4Qx8Nc1Lm6",
    "changePassword",
    "8f2c1d9a7b6e5f4031a2b3c4d5e6f708",
    "Jk8sW2pQ0x",
    "user:pass",
    "9b8a7c6d5e4f30211a2b3c4d5e6f7081",
    "1f2e3d4c5b6a79880a1b2c3d4e5f6071",
    "Xq3vT9mK2pL8wR5zN7yB1cD4fG6hJ0sA",
    "Tz6hNw3Vq9",
    "Rb7wTq2Zx9",
    "odd-pw-1",
    "Cq5zPw8Ks3",
    "Yx4nLd7Rt2",
    "Dv8rMx3Kp",
    "Fz5tQn7Lw",
    "Gh2yVb9Sd",
    "Np6wJc4Xm",
    "Bq7xTn4Lw2Zk9Rv5",
    "Gm5tYv8Xp3Ls6Wd1Hc4Kn9Qa2Rf7Ub0",
    "Uz4rKd8Nb6Jt2",
    "Ec9sVh3Mw7Xg5Pq1Ty8Lk4Zb6Rn2Fa0D",
    "Jh6Tx3Rv9Wq2Kp5",
    "Md8Yb4Zs7Lc1Nf6",
    "Sw7gHy2Tk5",
    "Vx3nBq6Rj8",
    "Pk6vWs3Zt9Xb",
    "Lf2mQc7Yd5",
];

#[test]
fn no_secret_of_a_compose_file_is_written_or_said() {
    let mut seen = std::collections::BTreeSet::new();
    for case in cases() {
        let inputs: String = files(&root().join(&case))
            .into_iter()
            .filter(|(path, _)| !path.starts_with("expected."))
            .map(|(_, text)| text)
            .collect();
        let (temp, said) = converted(&case);
        let folder = temp.path().join(&case);
        kgen(&folder, &["render", "-q"]);
        let mut written: BTreeMap<String, String> = files(&folder);
        written.retain(|path, _| path.starts_with("deploy/") || path.starts_with("kgen."));
        written.insert("what is said".into(), said);
        for secret in SECRETS.into_iter().filter(|secret| inputs.contains(secret)) {
            seen.insert(secret);
            for (path, text) in &written {
                assert!(!text.contains(secret), "{case}: `{secret}` in {path}");
            }
        }
    }
    assert_eq!(seen.len(), SECRETS.len(), "a value stands in no case");
}

/// Nobody is told of a variable twice, and every note has its place.
#[test]
fn every_note_has_a_place() {
    for case in cases() {
        let (temp, said) = converted(&case);
        let lines: Vec<&str> = said.lines().collect();
        for head in
            lines.iter().filter(|line| line.starts_with("  ") && !line.starts_with("    ") && line.contains(": "))
        {
            let (path, rest) = head.trim().split_once(':').unwrap();
            let number: usize = rest.split(':').next().unwrap().parse().unwrap_or_else(|_| panic!("{head}"));
            let text = fs::read_to_string(temp.path().join(&case).join(path)).unwrap();
            assert!((1..=text.lines().count()).contains(&number), "{head}");
        }
    }
}

/// A secret in the text of a command, a probe or a config: nothing is written with a hole in it and not told.
#[test]
fn a_secret_in_a_text_is_told() {
    let temp = Temp::new();
    let text = "services:
  web:
    image: a/b:1
    command: [serve, 'postgres://u:Kd7vRq2Wm9Tz4Hx8@elsewhere/x']
    healthcheck: {test: [CMD, check, 'https://u:Kd7vRq2Wm9Tz4Hx8@elsewhere/x']}
    configs: [conf]
configs: {conf: {content: 'url: https://u:Kd7vRq2Wm9Tz4Hx8@elsewhere/x'}}
";
    put(&temp.path().join("compose.yaml"), text);
    let said = kgen(temp.path(), &["init", "--from", "."]);
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    for subject in ["web.command", "web.healthcheck", "web.configs"] {
        assert!(said.stderr.contains(&format!(": {subject}\n")), "{subject}\n{}", said.stderr);
    }
    let written = fs::read_to_string(temp.path().join("kgen.yaml")).unwrap();
    assert!(
        !written.contains("Kd7v") && !said.stderr.contains("Kd7v") && written.matches("***").count() == 1,
        "{written}"
    );
}

/// Into another folder: files are named from there, and the Compose file's folder stays as it was.
#[test]
fn a_compose_file_may_be_in_a_folder_below() {
    let temp = Temp::new();
    put(
        &temp.path().join("app/compose.yaml"),
        "services:\n  web:\n    image: a/b:1\n    ports: [80]\n    volumes: ['./x.conf:/etc/x.conf:ro']\n",
    );
    put(&temp.path().join("app/x.conf"), "x = 1\n");
    let said = kgen(temp.path(), &["init", "--from", "app/compose.yaml", "--name", "shop"]);
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    let text = fs::read_to_string(temp.path().join("kgen.yaml")).unwrap();
    assert!(text.contains("project: shop\n") && text.contains("/etc/x.conf: {file: app/x.conf}"), "{text}");
    assert_eq!(kgen(temp.path(), &["render", "-q"]).status, Some(0));
}

/// What does not render is written all the same, with the errors: the rest of it is of use.
#[test]
fn what_does_not_render_is_written_and_said() {
    let temp = Temp::new();
    let text = "services:\n  web:\n    image: a/b:1\n    labels: {a: b}\n    hostname: x\n    ports: [80]\n    volumes: ['./x.conf:/etc/x.conf:ro']\n";
    put(&temp.path().join("compose.yaml"), text);
    put(&temp.path().join("x.conf"), "x = 1\n");
    let said = kgen(temp.path(), &["init", "below", "--from", "."]);
    assert_eq!(said.status, Some(1), "{}", said.stderr);
    assert!(said.stderr.starts_with("error["), "{}", said.stderr);
    assert!(
        said.stderr.ends_with("it does not render yet: correct the errors above in below/kgen.yaml\n"),
        "{}",
        said.stderr
    );
    assert!(temp.path().join("below/kgen.yaml").exists());
}

#[test]
fn an_override_is_named_and_not_read() {
    let temp = Temp::new();
    put(&temp.path().join("compose.yaml"), "services: {web: {image: a/b:1}}\n");
    put(&temp.path().join("compose.override.yaml"), "services: {web: {image: c/d:1}}\n");
    let said = kgen(temp.path(), &["init", "--from", "compose.yaml"]);
    assert!(said.stderr.starts_with("not read: compose.override.yaml"), "{}", said.stderr);
    assert!(fs::read_to_string(temp.path().join("kgen.yaml")).unwrap().contains("a/b:1"));
}

/// At 40 and 80 columns no line of a note is wider than the terminal, but for a word that is.
#[cfg(unix)]
#[test]
fn notes_fit_a_terminal() {
    for columns in [40, 80] {
        let temp = Temp::new();
        for (path, text) in files(&root().join("django")) {
            put(&temp.path().join("django").join(path), text);
        }
        let (shown, status) =
            super::terminal::typed(&temp.path().join("django"), columns, &["init", "--from", "."], &[]);
        assert!(status.success(), "{shown}");
        for line in shown.lines().filter(|line| line.starts_with("    ")) {
            let fits = line.chars().count() <= usize::from(columns) || !line.trim().contains(' ');
            assert!(fits, "{columns}: {line}");
        }
        assert!(!shown.contains('\x1b'), "{shown}");
    }
}
