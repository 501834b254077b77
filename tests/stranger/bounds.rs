//! Templates, files and threads have bounds.

use std::fs::{self, File};

use super::{Checkout, project};
use crate::support::{KGEN, Temp};

const WEB: &str = "apps: {web: {image: 'ghcr.io/acme/web:1.4.2', port: 8080}}";
const OBJECT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";

fn template(text: &str) -> Checkout {
    Checkout::new(&project(&format!("templates: t\n{WEB}"))).file("t/app/deployment.yaml", text)
}

#[test]
fn a_template_that_loops_without_end_is_stopped_at_its_line() {
    let long = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}\n";
    for (head, line) in [("", 1), ("{# a comment #}\n\n", 3)] {
        let said = template(&format!("{head}{long}{OBJECT}")).kgen(&["check", "dev"]);
        let expected = format!(
            "error[template]: the template takes more than 10000000 steps while rendering `apps.web`\n --> t/app/deployment.yaml:{line}:1"
        );
        assert!(said.stderr.replace("  -->", " -->").starts_with(&expected), "{}", said.stderr);
        assert_eq!(said.status, Some(1));
    }
}

#[test]
fn a_template_that_calls_itself_is_stopped() {
    for text in [
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}\n",
        "{% include 'app/deployment.yaml' %}\n",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}\n",
    ] {
        let said = template(&format!("{text}{OBJECT}")).kgen(&["check", "dev"]);
        assert!(said.stderr.starts_with("error[template]: "), "{text}: {}", said.stderr);
        assert!(said.stderr.contains("t/app/deployment.yaml:1:"), "{text}: {}", said.stderr);
        assert_eq!(said.status, Some(1));
    }
}

#[test]
fn a_template_that_writes_without_end_is_stopped_at_its_line() {
    let text = format!("{OBJECT}{{% for a in range(100000) %}}\n# {}\n{{% endfor %}}\n", "x".repeat(1000));
    let said = template(&text).kgen(&["check", "dev"]);
    let expected =
        "error[template-size]: the template of `apps.web` writes more than 8 MiB\n  --> t/app/deployment.yaml:5:1\n";
    assert!(said.stderr.starts_with(expected), "{}", said.stderr);
    assert_eq!(said.status, Some(1));
}

#[test]
fn a_file_is_known_to_be_too_large_before_it_is_read() {
    let room = Checkout::new(&project("configs: {c: {k: {file: big}}}"));
    // A file without blocks: reading it would take a minute.
    File::create(room.root().join("big")).unwrap().set_len(1 << 40).unwrap();
    let said = room.kgen(&["check"]);
    assert!(said.stderr.starts_with("error[too-large]: `big` has more than 1 MiB"), "{}", said.stderr);
}

#[test]
fn the_files_of_a_project_have_a_sum() {
    let files: Vec<String> = (0..3).map(|n| format!("{{file: m{n}.yaml}}")).collect();
    let room = Checkout::new(&project(&format!("manifests: [{}]", files.join(", "))));
    let text = format!("# {}\n", "x".repeat(30 << 20));
    for number in 0..3 {
        fs::write(room.root().join(format!("m{number}.yaml")), &text).unwrap();
    }
    let said = room.kgen(&["check"]);
    let expected = "error[too-large]: `m2.yaml` is too large: the files of a project have at most 64 MiB together\n";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
}

#[test]
fn a_folder_has_a_bound_of_files() {
    let room = Checkout::new(&project(&format!("templates: t\n{WEB}")));
    fs::create_dir(room.root().join("t")).unwrap();
    for number in 0..10_001 {
        File::create(room.root().join(format!("t/{number}"))).unwrap();
    }
    let said = room.kgen(&["check"]);
    assert_eq!((said.stderr.as_str(), said.status), ("error: `t` has more than 10000 entries\n", Some(2)));
    let room = Checkout::new(&project(&format!("templates: t\n{WEB}"))).link("t/round", ".");
    let said = room.kgen(&["check"]);
    assert!(said.stderr.contains("has more than 16 folders in each other"), "{said:?}");
}

/// A pids limit, as containers have it. Root has none.
#[test]
fn without_threads_one_does_the_work() {
    let apps: String = (0..300).map(|n| format!("  a{n}: {{image: 'x/y:1', port: 80, env: {{A: '1'}}}}\n")).collect();
    let temp = Temp::new();
    let text = format!("{}apps:\n{apps}", super::HEAD.replace("namespace: shop\n", ""));
    let text =
        text.replace("{dev: {}, prod: {secretProvider: existing}}", "{dev: {namespace: d}, prod: {namespace: p}}");
    fs::write(temp.path().join("kgen.yaml"), text).unwrap();
    let script = format!(
        "cp '{KGEN}' kgen; chmod -R a+rX .; [ $(id -u) -ne 0 ] || user='setpriv --reuid 65534 --regid 65534 --clear-groups'\n\
         $user prlimit --nproc=1:1 ./kgen check"
    );
    let done = std::process::Command::new("sh").args(["-c", &script]).current_dir(temp.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stderr), "no errors, no warnings\n");
    assert_eq!(done.status.code(), Some(0));
}

/// Each folder names the next ten times.
#[test]
fn a_tree_that_names_its_folders_without_end_is_refused() {
    let mut room = Checkout::new(&project(WEB));
    assert_eq!(room.kgen(&["render"]).status, Some(0));
    for at in 0..13 {
        let next = format!("resources: [{}]\n", vec![format!("../x{}", at + 1); 10].join(", "));
        room = room.file(&format!("deploy/overlays/x{at}/kustomization.yaml"), &next);
    }
    room = room.file("deploy/overlays/x13/kustomization.yaml", "resources: []\n");
    let said = room.kgen(&["diff"]);
    assert!(said.stderr.contains("its folders name each other more than 1000 times"), "{}", said.stderr);
}

/// Variables that double each other.
#[test]
fn a_compose_file_has_bounded_texts() {
    let doubled = (1..60).map(|at| format!("A{at}=${{A{}}}${{A{}}}\n", at - 1, at - 1)).collect::<String>();
    let room = Checkout::new("").file(".env", &format!("A0=xxxxxxxxxx\n{doubled}"));
    fs::remove_file(room.root().join("kgen.yaml")).unwrap();
    let room = room.file("compose.yaml", "services: {web: {image: 'a/b:1', environment: {A: '$A59'}}}\n");
    let said = room.kgen(&["init", "--from", "compose.yaml"]);
    assert!(
        said.stderr.contains("error[compose-variable]: `A18`: its variables make it longer than 1 MiB"),
        "{}",
        said.stderr
    );
}

/// Tab renders as any command does, and was pressed before anyone looked at the project.
#[test]
fn what_a_shell_asks_for_has_bounds() {
    let doubled = "{% set x = x ~ x %}".repeat(40);
    let room = template(&format!("{{% set x = 'aaaa' %}}{doubled}{OBJECT}"));
    let ask = |env: &[(&str, &str)]| {
        room.with(&["--", "kgen", "explain", "dev", ""], &[&[("KGEN_COMPLETE", "3")], env].concat())
    };
    assert_eq!(ask(&[]).status, None);
    let room = Checkout::new(&project(WEB)).link("other/kgen.yaml", "../kgen.yaml");
    let ask = |env: &[(&str, &str)]| {
        let asked = ["--", "kgen", "-f", "other/kgen.yaml", "render", ""];
        room.with(&asked, &[&[("KGEN_COMPLETE", "4")], env].concat()).stdout
    };
    assert!(ask(&[]).contains("dev\t"));
    assert!(!ask(&[("KGEN_UNTRUSTED", "1")]).contains("dev\t"));
}
