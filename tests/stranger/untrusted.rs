//! `--untrusted`: no link, no secret value, no question to a cluster.

use std::fs;

use super::{CANARY, Checkout, project};

const SECRETS: &str = "apps: {web: {image: 'a/b:1', port: 80, env: {A: '${secrets.s.e}', B: '${secrets.s.f}'}}}\n\
                       secrets: {s: {e: {env: CANARY}, f: {file: token}}}";

#[test]
fn no_secret_value_is_read() {
    let text = project(SECRETS).replace("prod: {secretProvider: existing}", "prod: {secretProvider: local}");
    let room = Checkout::new(&text).file("token", &format!("{CANARY}2"));
    let trusted = room.kgen(&["render", "dev"]);
    assert!(trusted.stdout.contains("kind: Secret") && trusted.status == Some(0), "{trusted:?}");
    let said = room.untrusted(&["render", "dev"]);
    assert_eq!((said.status, said.stdout.as_str()), (Some(2), ""), "{said:?}");
    for words in [
        "`--untrusted` reads no secret value from `env: CANARY`",
        "`--untrusted` reads no secret value from `file: token`",
    ] {
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }
    room.is_quiet(&said);
    // The tree needs none of them.
    let said = room.untrusted(&["render"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    room.is_quiet(&said);
}

#[test]
fn no_link_is_followed() {
    let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).file("x", "x").link("l", "x");
    assert_eq!(room.kgen(&["check"]).status, Some(0));
    let said = room.untrusted(&["check"]);
    let expected = "error[file-outside]: `l` is or is behind a symbolic link, which `--untrusted` does not follow\n";
    assert!(said.stderr.starts_with(expected), "{said:?}");
    let room = Checkout::new("")
        .file("shop/kgen.yaml", &project(""))
        .link("infra", "shop")
        .link("kgen.yaml", "shop/kgen.yaml");
    assert_eq!(room.kgen(&["-f", "infra/kgen.yaml", "check"]).status, Some(0));
    let said = room.untrusted(&["-f", "infra/kgen.yaml", "check"]);
    let expected = "error: `infra` is a symbolic link, which `--untrusted` does not follow\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
    let said = room.untrusted(&["check"]);
    let expected = "error: `kgen.yaml` is or is behind a symbolic link, which `--untrusted` does not follow\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
}

#[test]
fn no_project_is_begun_behind_a_link() {
    let room = Checkout::new("").link("sub", "../elsewhere");
    std::fs::create_dir(room.0.path().join("elsewhere")).unwrap();
    let said = room.kgen(&["--untrusted", "init", "sub", "--yes"]);
    assert!(said.stderr.contains("`sub` is a symbolic link, which `--untrusted` does not follow"), "{}", said.stderr);
    assert_eq!(std::fs::read_dir(room.0.path().join("elsewhere")).unwrap().count(), 0);
}

#[test]
fn the_root_is_the_project_s_folder_or_what_is_named() {
    let room = Checkout::new("").file("shop/kgen.yaml", &project("configs: {c: {k: {file: x}}}")).file("shop/x", "x");
    assert_eq!(room.untrusted(&["-f", "shop/kgen.yaml", "check"]).status, Some(0));
    assert_eq!(room.untrusted(&["--root", ".", "-f", "shop/kgen.yaml", "check"]).status, Some(0));
    let said = room.untrusted(&["--root", "shop", "-f", "../away/app.yaml", "check"]);
    assert!(said.stderr.contains("is not below the root"), "{said:?}");
    room.is_quiet(&said);
}

#[test]
fn values_and_the_cluster_are_not_asked_for() {
    let room = Checkout::new(&project(SECRETS)).file("token", "x").file(".env", "e=x\n");
    for args in [
        &["secret", "set", "prod", "s", "e"][..],
        &["secret", "import", "prod", "s", "--from-env-file", ".env"],
        &["secret", "check"],
    ] {
        let said = room.untrusted(args);
        let expected = "error: `kgen secret` handles secret values, and `--untrusted` reads none\nhint: only `kgen secret list` runs with it\n";
        assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)), "{args:?}");
    }
    assert_eq!(room.untrusted(&["secret", "list"]).status, Some(0));
    let said = room.untrusted(&["diff", "prod", "--live"]);
    let expected = "error: --live asks the cluster in your name, which `--untrusted` does not allow\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
}

#[test]
fn a_compose_file_reads_no_env_file() {
    let room = Checkout::new("");
    fs::remove_file(room.root().join("kgen.yaml")).unwrap();
    let room = room
        .file("compose.yaml", "services: {web: {image: 'a/b:1', environment: {A: '${X}'}}}\n")
        .file(".env", &format!("X={CANARY}\n"));
    let said = room.untrusted(&["init", "--from", "compose.yaml"]);
    assert!(!fs::read_to_string(room.root().join("kgen.yaml")).unwrap().contains(CANARY), "{said:?}");
    assert!(said.stderr.contains("`X` has no value here"), "{said:?}");
}

#[test]
fn a_compose_file_names_files_of_its_project() {
    for (path, target) in [("l", "../outside.txt"), ("l", "/proc/self/environ"), ("l", ".git/config")] {
        for key in ["env_file: l", "extends: {file: l, service: web}"] {
            let room = Checkout::new("").link(path, target);
            fs::remove_file(room.root().join("kgen.yaml")).unwrap();
            let room = room.file("compose.yaml", &format!("services: {{web: {{image: 'a/b:1', {key}}}}}\n"));
            let said = room.kgen(&["init", "--from", "compose.yaml"]);
            room.is_quiet(&said);
            let text = fs::read_to_string(room.root().join("kgen.yaml")).unwrap_or_default();
            assert!(!text.contains(CANARY) && !text.contains("HOME"), "{key} -> {target}: {text}");
        }
    }
}

#[test]
fn a_function_config_names_a_file_of_the_repository() {
    let room = Checkout::new(&project("apps: {web: {image: 'a/b:1', port: 80}}"));
    fs::write(room.0.path().join("kgen.yaml"), project("")).unwrap();
    for (file, status) in [("kgen.yaml", 0), ("../kgen.yaml", 2), ("/etc/passwd", 2), ("/dev/zero", 2)] {
        let text = format!("apiVersion: kgen.dev/v1\nkind: Render\nspec: {{file: {file}, profile: dev}}\n");
        fs::write(room.root().join("render.yaml"), text).unwrap();
        let said = room.kgen(&["fn", "render.yaml"]);
        assert_eq!(said.status, Some(status), "{file}: {said:?}");
        assert!(status == 0 || said.stderr.contains("is outside of the project"), "{file}: {said:?}");
    }
}

#[test]
fn the_variable_may_say_no() {
    let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).file("x", "x").link("l", "x");
    for (value, status) in [("", 0), ("0", 0), ("false", 0), ("1", 1), ("true", 1), ("yes", 1)] {
        assert_eq!(room.with(&["check"], &[("KGEN_UNTRUSTED", value)]).status, Some(status), "{value:?}");
    }
    assert_eq!(room.kgen(&["--untrusted", "check"]).status, Some(1));
    assert_eq!(room.kgen(&["check", "--untrusted"]).status, Some(1));
}

/// Whatever the input: here texts that double in a template, which have no bound of their own.
#[test]
fn the_process_has_bounds() {
    let double =
        "{% macro m(s, n) %}{% if n > 0 %}{{ m(s ~ s, n - 1) }}{% endif %}{% endmacro %}{{ m('aaaaaaaa', 60) }}\n";
    let room = Checkout::new(&project("templates: t\napps: {web: {image: 'a/b:1', port: 80}}"));
    let room = room.file("t/app/deployment.yaml", double);
    let said = room.untrusted(&["check"]);
    assert_eq!(said.status, None, "{said:?}");
    assert!(said.stderr.contains("memory allocation of "), "{said:?}");
    // What a shell sets lower stays: a bound is no right.
    let script =
        "ulimit -v 2000000; ulimit -t 50; exec \"$0\" --untrusted -f p check & sleep 1; cat /proc/$!/limits; kill $!";
    let done = std::process::Command::new("sh")
        .args(["-c", &format!("mkfifo p; sleep 5 >p & {script}"), super::KGEN])
        .current_dir(room.root())
        .output()
        .unwrap();
    let limits = String::from_utf8(done.stdout).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].split_whitespace().next().map(str::to_owned)
    };
    assert_eq!(limit("Max address space").as_deref(), Some("2048000000"), "{limits}");
    assert_eq!(limit("Max core file size").as_deref(), Some("0"), "{limits}");
    assert_eq!(limit("Max cpu time").as_deref(), Some("50"), "{limits}");
}
