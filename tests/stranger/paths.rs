//! Whatever a project names ends below the root, by whatever links and dots.

use std::fs;

use super::{CANARY, Checkout, project};

/// What a project may name, each with a link in its place: the project file's text and the path of the link.
const PLACES: [(&str, &str); 9] = [
    ("configs: {c: {k: {file: l}}}", "l"),
    ("apps: {web: {image: 'a/b:1', files: {/etc/x: {file: l}}}}", "l"),
    ("postgres: {db: {initSql: {file: l}}}", "l"),
    ("manifests: [{file: l}]", "l"),
    ("templates: t\napps: {web: {image: 'a/b:1', port: 80}}", "t/app/deployment.yaml"),
    ("templates: t\napps: {web: {image: 'a/b:1', port: 80}}", "t"),
    ("templates: t\napps: {web: {image: 'a/b:1', port: 80}}", "t/app"),
    ("secretProvider: {sealed: {certificate: c.pem}}\nsecrets: {s: {k: {}}}", "secrets/dev/s.sealed.yaml"),
    ("secretProvider: {sealed: {certificate: c.pem}}\nsecrets: {s: {k: {}}}", "secrets/dev"),
];

/// Where a link may lead that a stranger commits.
const AWAY: [&str; 6] =
    ["../outside.txt", "../../outside.txt", "../away", "/etc/passwd", "/proc/self/environ", ".git/config"];

#[test]
fn no_link_of_a_project_leads_out_of_it() {
    for (text, path) in PLACES {
        for away in AWAY {
            let up = "../".repeat(path.matches('/').count());
            let target = if away.starts_with('/') { away.to_owned() } else { format!("{up}{away}") };
            let room = Checkout::new(&project(text)).link(path, &target);
            for args in [&["check"][..], &["render"], &["render", "dev"], &["diff", "dev", "prod"]] {
                let said = room.kgen(args);
                assert!(matches!(said.status, Some(1 | 2)), "{path} -> {target}: kgen {args:?}: {said:?}");
                let reasons = ["leads out of the project", "is in `.git`", "there is no folder", "is outside of"];
                assert!(reasons.iter().any(|why| said.stderr.contains(why)), "{path} -> {target}: {said:?}");
                room.is_quiet(&said);
            }
        }
    }
}

#[test]
fn the_project_file_is_no_link_that_leads_out() {
    for target in ["../outside.txt", "/proc/self/environ", "/dev/zero", ".git/config"] {
        let room = Checkout::new("").link("kgen.yaml", target);
        for args in [
            &["check"][..],
            &["-f", "kgen.yaml", "render"],
            &["-f", "kgen.yaml", "template", "list"],
            &["template", "eject", "app/service"],
        ] {
            let said = room.kgen(args);
            assert_eq!(said.status, Some(2), "kgen {args:?}: {said:?}");
            let reasons = ["leads out of", "is in `.git`", "there is no `kgen.yaml`"];
            assert!(reasons.iter().any(|why| said.stderr.contains(why)), "kgen {args:?}: {said:?}");
            room.is_quiet(&said);
        }
    }
    let room = Checkout::new("").file("shared/kgen.yaml", &project("")).link("kgen.yaml", "shared/kgen.yaml");
    assert_eq!(room.kgen(&["check"]).status, Some(0));
}

#[test]
fn a_certificate_is_a_file_of_the_project() {
    let text = "secretProvider: {sealed: {certificate: c.pem}}\nsecrets: {s: {k: {}}}";
    for target in ["../outside.txt", "/proc/self/environ", ".git/config"] {
        let room = Checkout::new(&project(text)).link("c.pem", target);
        room.refuses(
            &["secret", "check"],
            if target.starts_with(".git") { "is in `.git`" } else { "leads out of the project" },
        );
    }
}

#[test]
fn the_tree_on_the_disk_is_below_the_root_too() {
    let room = Checkout::new(&project("apps: {web: {image: 'a/b:1', port: 80}}"));
    assert_eq!(room.kgen(&["render"]).status, Some(0));
    let file = room.root().join("deploy/base/web/service.yaml");
    for target in ["../../../../outside.txt", "/dev/zero", "/proc/self/environ"] {
        let room = Checkout::new(&project("apps: {web: {image: 'a/b:1', port: 80}}"));
        room.kgen(&["render"]);
        let room = room.link("deploy/base/web/service.yaml", target);
        room.refuses(&["diff"], "leads out of the project");
    }
    let kustomization = room.root().join("deploy/base/kustomization.yaml");
    let text = fs::read_to_string(&kustomization).unwrap();
    fs::write(&kustomization, text.replace("web/service.yaml", "../../../outside.txt.yaml")).unwrap();
    let said = room.kgen(&["diff"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(file.is_file());
}

#[test]
fn paths_that_lead_out_by_their_own_text_are_refused() {
    for path in [
        "../outside.txt",
        "/etc/passwd",
        "a/../../outside.txt",
        "..\\\\outside.txt",
        "C:/x",
        "\\\\\\\\server\\\\x",
        "c:x",
    ] {
        for text in [
            format!("configs: {{c: {{k: {{file: \"{path}\"}}}}}}"),
            format!("manifests: [{{file: \"{path}\"}}]"),
            format!(
                "secrets: {{s: {{k: {{file: \"{path}\"}}}}}}\napps: {{a: {{image: a/b:1, env: {{A: '${{secrets.s.k}}'}}}}}}"
            ),
            format!("templates: \"{path}\""),
            format!("output: \"{path}\""),
        ] {
            let room = Checkout::new(&project(&text));
            // A secret's file is read for the stream only.
            let said = room.kgen(if text.contains("secrets") { &["render", "dev"] } else { &["render"] });
            assert_eq!(said.status, Some(2), "{text}: {said:?}");
            // A manifest may be beside the project's folder, below the root.
            let reasons = ["expected a path below the project's folder", "is outside of the project", "No such file"];
            assert!(reasons.iter().any(|why| said.stderr.contains(why)), "{text}: {said:?}");
        }
    }
}

#[test]
fn git_is_not_part_of_a_project() {
    for path in [".git/config", "./.git/config", "a/../.git/config", ".GIT/config", "x/.git/config"] {
        let room = Checkout::new(&project(&format!("configs: {{c: {{k: {{file: {path}}}}}}}")));
        let said = room.kgen(&["check"]);
        assert!(matches!(said.status, Some(1 | 2)), "{path}: {said:?}");
        assert!(!said.stderr.contains("[core]") && !said.stdout.contains("[core]"), "{path}: {said:?}");
    }
}

#[test]
fn a_root_can_be_named_and_the_project_cannot_name_it() {
    let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).link("l", "../shared.txt");
    fs::write(room.0.path().join("shared.txt"), "shared").unwrap();
    room.refuses(&["check"], "hint: copy the file into the project, or name a folder above both with `--root DIR`");
    assert_eq!(room.kgen(&["--root", "..", "check"]).status, Some(0));
    assert_eq!(room.with(&["check"], &[("KGEN_ROOT", "..")]).status, Some(0));
    let said = room.kgen(&["--root", "deploy", "check"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    fs::create_dir(room.root().join("deploy")).unwrap();
    let said = room.kgen(&["--root", "deploy", "check"]);
    assert!(
        said.stderr.starts_with("error: the project's folder `` is not below the root `")
            || said.stderr.contains("is not below the root"),
        "{said:?}"
    );
}

#[test]
fn without_a_repository_the_project_ends_at_its_folder() {
    let room = Checkout::new(&project("configs: {c: {k: {file: l}}}")).link("l", "../outside.txt");
    fs::remove_dir_all(room.root().join(".git")).unwrap();
    room.refuses(&["check"], "leads out of the project");
    // A folder of a repository may use what is beside it.
    let room =
        Checkout::new("").file("shop/kgen.yaml", &project("configs: {c: {k: {file: l}}}")).file("shared.txt", "x");
    let room = room.link("shop/l", "../shared.txt");
    assert_eq!(room.kgen(&["-f", "shop/kgen.yaml", "check"]).status, Some(0));
}

#[test]
fn what_the_command_line_names_may_be_a_pipe() {
    let room = Checkout::new(&project("apps: {web: {image: 'a/b:1', port: 80}}"));
    let kgen = super::KGEN;
    for script in [
        format!("{kgen} -f /dev/stdin render dev <kgen.yaml"),
        format!("cat kgen.yaml | {kgen} -f /dev/stdin render dev"),
        format!("{kgen} -f <(cat kgen.yaml) render dev"),
        format!("mkfifo p; (cat kgen.yaml >p &); {kgen} -f p render dev"),
        format!("{kgen} render dev | {kgen} diff dev --against <(cat)"),
    ] {
        let done = std::process::Command::new("bash").args(["-c", &script]).current_dir(room.root()).output().unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Who opens a file elsewhere reads what nobody checked.
#[test]
fn one_module_opens_files() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut seen) = (vec![root.clone()], 0);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            match path.is_dir() {
                true if !name.ends_with("tests") && name != "build" => folders.push(path),
                false if !name.ends_with("tests.rs") => {
                    seen += 1;
                    let text = fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                    let opens =
                        ["fs::read(", "read_to_string(", "File::open", "read_dir(", "options.open", "canonicalize("];
                    let found: Vec<_> = opens.iter().filter(|open| code.contains(**open)).collect();
                    let allowed: &[&str] = match name.as_str() {
                        "access/disk.rs" => &["File::open", "read_dir("],
                        "access/mod.rs" => &["canonicalize("],
                        // Syncs what was written; lists kgen's own output folder; the way from a folder to another.
                        "output/write/disk.rs" => &["File::open", "options.open"],
                        "output/write/place.rs" => &["read_dir("],
                        "commands/init/compose.rs" | "commands/init/starter.rs" | "commands/render/target.rs" => {
                            &["canonicalize("]
                        }
                        _ => &[],
                    };
                    let new: Vec<_> = found.into_iter().filter(|open| !allowed.contains(open)).collect();
                    assert!(new.is_empty(), "src/{name} has {new:?}: read with `access`");
                }
                _ => {}
            }
        }
    }
    assert!(seen > 200, "{seen}");
    assert!(!CANARY.is_empty());
}
