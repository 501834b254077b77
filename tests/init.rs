//! `kgen init`: what it writes renders as it is, and nothing that stands there is lost.

mod compose; // Compose files, converted
#[cfg(unix)]
mod terminal; // a person who is asked

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{KGEN, Kgen, Said, Temp, files, run};

#[track_caller]
fn kgen(folder: &Path, args: &[&str]) -> Said {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    run(Path::new(KGEN), folder, &args, &BTreeMap::new(), "")
}

const SAID: &str = "wrote shop/kgen.yaml and kgen.schema.json, which editors complete and check it by

next:
  cd shop && kgen check
  kgen render
  kubectl kustomize deploy/overlays/dev
";

/// Every combination of stores, with no word about it: no errors, no warnings, in all profiles.
#[test]
fn what_is_written_renders_as_it_is() {
    for stores in [&[][..], &["--redis"], &["--postgres"], &["--redis", "--postgres"]] {
        let temp = Temp::new();
        let said = kgen(temp.path(), &[&["init", "shop", "--yes"], stores].concat());
        assert_eq!((said.stderr.as_str(), said.status), (SAID, Some(0)), "{stores:?}");
        let folder = temp.path().join("shop");
        let check = kgen(&folder, &["check", "--deny", "warnings"]);
        assert_eq!((check.stderr.as_str(), check.status), ("no errors, no warnings\n", Some(0)), "{stores:?}");
        assert_eq!(kgen(&folder, &["render"]).status, Some(0));
        for profile in ["dev", "staging", "prod"] {
            assert!(folder.join("deploy/overlays").join(profile).join("kustomization.yaml").exists());
            assert_eq!(kgen(&folder, &["render", profile, "--skip", "Secret"]).stderr, "");
        }
    }
}

/// The profiles are there to show how something is overridden.
#[test]
fn each_profile_overrides_something() {
    let temp = Temp::new();
    kgen(temp.path(), &["init", "--yes", "--name", "shop", "--postgres"]);
    let shown = kgen(temp.path(), &["profile", "show", "--all", "--diff"]).stdout;
    for setting in ["apps.shop.env.LOG_LEVEL", "apps.shop.replicas", "namespace.name", "secretProvider"] {
        assert!(shown.contains(setting), "{setting}\n{shown}");
    }
}

/// As an editor sees it: the file named in the first line, beside the project file.
#[test]
fn the_schema_beside_it_accepts_it() {
    let temp = Temp::new();
    kgen(temp.path(), &["init", "--yes", "--name", "shop", "--postgres", "--redis"]);
    let found = files(temp.path());
    let project = &found["kgen.yaml"];
    let name = project.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&found[name]).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let project: serde_json::Value = serde_yaml::from_str(project).unwrap();
    assert!(validator.is_valid(&project));
    assert_eq!(found[name], kgen(temp.path(), &["schema"]).stdout);
}

#[test]
fn options_are_the_answers() {
    let temp = Temp::new();
    let all = ["init", "--name", "api", "--image", "a/b:1.2", "--port", "9000", "--no-redis", "--postgres"];
    let said = kgen(temp.path(), &all);
    assert!(said.stderr.starts_with("wrote kgen.yaml and"), "nothing was left to ask: {}", said.stderr);
    let text = &files(temp.path())["kgen.yaml"];
    for line in
        ["project: api", "    image: a/b:1.2", "    port: 9000", "  db: {}", "      DATABASE_URL: ${postgres.db.url}"]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("\nredis:"));
}

#[test]
fn without_a_terminal_the_defaults_are_taken_and_named() {
    let temp = Temp::new();
    let said = kgen(temp.path(), &["init", "shop", "--image", "a/b:1", "--redis"]);
    assert_eq!(said.stderr, format!("no terminal to ask at: defaults for --name, --port, --postgres\n{SAID}"));
}

#[test]
fn nothing_is_overwritten() {
    let there = "error: `kgen.yaml` is there already, and kgen init overwrites nothing\nhint: edit it, or write into another folder: `kgen init DIR`\n";
    let kgen = Kgen::new().file("kgen.yaml", "mine").args(["init", "--yes"]);
    kgen.stderr(there).status(2).tree_file("kgen.yaml", "mine").absent("kgen.schema.json").run();
    let temp = Temp::new();
    std::os::unix::fs::symlink("nowhere", temp.path().join("kgen.yaml")).unwrap();
    assert_eq!(self::kgen(temp.path(), &["init", "--yes"]).stderr, there, "a link to nowhere");
}

#[test]
fn a_schema_that_is_there_stays() {
    let kgen = Kgen::new().file("kgen.schema.json", "{}").args(["init", "-q", "--yes"]);
    kgen.tree_file("kgen.schema.json", "{}").run();
}

#[test]
fn nothing_is_left_beside_the_files() {
    let temp = Temp::new();
    kgen(temp.path(), &["init", "a/b c", "--yes", "-q"]);
    let names: Vec<_> = files(temp.path()).into_keys().collect();
    assert_eq!(names, ["a/b c/kgen.schema.json", "a/b c/kgen.yaml"]);
    assert!(files(temp.path())["a/b c/kgen.yaml"].contains("project: b-c"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let kgen = Kgen::new().file("a", "a file").args(["init", "a/b", "--yes"]);
    kgen.stderr("error: cannot create `a/b`: Not a directory (os error 20)\n").status(2).run();
}

#[test]
fn wrong_options_say_why() {
    for (args, reason) in [
        (&["--name", "A"][..], "--name: `A` has `A`; a name has lower-case letters, digits and `-`: `a`"),
        (&["--image", "nginx"], "--image: `nginx` has no tag, so what runs would change by itself; write `nginx:TAG`"),
        (
            &["--image", "a:latest"],
            "--image: `a:latest`: what `latest` is changes by itself; write the version that it is now",
        ),
        (&["--port", "0"], "--port: a port is from 1 to 65535"),
        (&["-f", "x.yaml", "dir"], "`--file` names the file already\nhint: leave the folder out"),
    ] {
        let args = ["init", "--yes"].into_iter().chain(args.iter().copied());
        Kgen::new().args(args).stderr(&format!("error: {reason}\n")).status(2).absent("kgen.yaml").run();
    }
}

/// The three commands that are printed, as they are printed.
#[test]
fn the_next_commands_work_in_their_order() {
    for args in [
        &["init", "shop", "--yes", "--redis"][..],
        &["init", "--yes"],
        &["init", "--yes", "-f", "x/shop.yaml"],
        &["init", "--yes", "it's"],
    ] {
        let temp = Temp::new();
        let said = kgen(temp.path(), args);
        let commands: Vec<&str> = said.stderr.split("next:\n").nth(1).unwrap().lines().map(str::trim).collect();
        let [first, second, third] = commands[..] else { panic!("{commands:?}") };
        let bin = Path::new(KGEN).parent().unwrap().display();
        // No kubectl here: what it would read must be there. `tests/interop` runs it.
        let third = third.replace("kubectl kustomize", "ls");
        let script = format!("set -e\nPATH={bin}:$PATH\n{first}\n{second}\n{third}\n");
        let done = std::process::Command::new("sh").args(["-c", &script]).current_dir(temp.path()).output().unwrap();
        let shown = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && shown.contains("kustomization.yaml"), "{args:?}\n{script}\n{done:?}");
    }
}
