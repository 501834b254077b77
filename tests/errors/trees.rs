//! A folder that is no place for a tree: what the project reads would be overwritten there.

use std::fs;
use std::path::Path;

use super::{HEAD, text};
use crate::support::{KGEN, Said, Temp, files, put, run};

#[test]
fn a_folder_that_holds_a_file_of_the_project() {
    let project =
        format!("{HEAD}output: conf\nconfigs: {{app: {{A: {{file: ./conf/app.txt}}}}}}\nprofiles: {{dev: {{}}}}\n");
    let room = Room::new(&project, &[("conf/app.txt", "mine")]);
    let expected = text(
        "
        error[output-folder]: the tree's folder, `conf`, holds `conf/app.txt`, which kgen reads
          --> kgen.yaml:3:9
           |
        3 | output: conf
           |         ^^^^
        hint: name another folder as `output`: kgen overwrites and removes files there
        ",
    );
    for args in [&["render"][..], &["render", "--check"], &["render", "dev"], &["verify"], &["diff"]] {
        assert_eq!(room.kgen(args), (expected.clone(), Some(2)), "{args:?}");
    }
    assert_eq!(room.kgen(&["check"]), (format!("{expected}1 error, no warnings\n"), Some(1)));
}

#[test]
fn the_folder_that_is_there_when_none_is_named() {
    let project = format!("{HEAD}templates: deploy/tpl\nprofiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n");
    let expected = text(
        "
        error[output-folder]: the tree's folder, `deploy`, holds `deploy/tpl/app/deployment.yaml`, which kgen reads
          --> profiles/default.yaml:2:9
           |
        2 | output: deploy # the folder in the seeds of most GitOps repositories
           |         ^^^^^^
        hint: name another folder as `output`: kgen overwrites and removes files there
        ",
    );
    let template = include_str!("../../templates/app/deployment.yaml");
    let room = Room::new(&project, &[("deploy/tpl/app/deployment.yaml", template)]);
    assert_eq!(room.kgen(&["render"]), (expected, Some(2)));
}

/// Each kind of file that a project names, with a folder that holds it, is in it, or leads to it.
#[test]
fn whatever_the_project_reads_stays() {
    const TEMPLATE: &str = include_str!("../../templates/app/deployment.yaml");
    type Kind<'k> = (&'k str, &'k [(&'k str, &'k str)], &'k [&'k str]);
    let kinds: [Kind; 7] = [
        ("manifests: [{file: raw/a.yaml}]", &[("raw/a.yaml", MANIFEST)], &["raw", "RAW"]),
        ("configs: {c: {k: {file: a/b/c.txt}}}", &[("a/b/c.txt", "x")], &["a", "a/b", "./a//b/", "A/B"]),
        ("secrets: {s: {k: {file: keys/k}}}", &[("keys/k", "x")], &["keys"]),
        ("templates: tpl", &[("tpl/app/deployment.yaml", TEMPLATE)], &["tpl", "tpl/app", "tpl/out", "Tpl/x/y"]),
        ("secretProvider: {sealed: {certificate: certs/p.pem}}", &[], &["certs", "secrets"]),
        ("secretProvider: {sops: enc}", &[("enc/dev/x.sops.yaml", "a: 1\n")], &["enc", "enc/dev"]),
        ("", &[], &["kgen.yaml", "KGEN.yaml"]),
    ];
    for (named, there, outputs) in kinds {
        for output in outputs {
            let project = format!(
                "{HEAD}{named}\noutput: {output}\nprofiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n"
            );
            let room = Room::new(&project, there);
            let (said, status) = room.kgen(&["render", "--force"]);
            assert!(said.starts_with("error[output-folder]: ") && status == Some(2), "{named} {output}: {said}");
            // The same, on the command line.
            let room = Room::new(&project.replace(&format!("output: {output}\n"), ""), there);
            let (said, status) = room.kgen(&["render", "dev", "--out", output, "--force"]);
            let way = "\nhint: name another folder: kgen overwrites and removes files there\n";
            assert!(said.ends_with(way) && said.contains("error: `") && status == Some(2), "{named} {output}: {said}");
        }
    }
}

const MANIFEST: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n";

#[test]
fn a_folder_above_the_project_or_its_own() {
    for folder in [".", "./", "..", "../..", "deploy/..", "/"] {
        let room = Room::new(&format!("{HEAD}profiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n"), &[]);
        let (said, status) = room.kgen(&["render", "dev", "--out", folder, "--force"]);
        let expected = format!(
            "error: `{folder}` holds `kgen.yaml`, which kgen reads\nhint: name another folder: kgen overwrites and removes files there\n"
        );
        assert_eq!((said, status), (expected, Some(2)));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_git_on_the_command_line() {
    let project = format!("{HEAD}profiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n");
    let room = Room::new(&project, &[(".git/x", ""), (".github/x", "")]);
    for (to, link) in [(".git", "link"), (".github", "flows")] {
        std::os::unix::fs::symlink(to, room.0.path().join(link)).unwrap();
    }
    for folder in [".git", ".GIT/hooks", "sub/.git", ".github/workflows", "../.github", "link/x", "flows"] {
        let (said, status) = room.kgen(&["render", "dev", "--out", folder, "--force"]);
        let expected = format!(
            "error: `{folder}` is in a folder of git, which runs or obeys what is in there\nhint: name another folder\n"
        );
        assert_eq!((said, status), (expected, Some(2)));
    }
    // A project that is itself there.
    put(&room.0.path().join(".github/kgen.yaml"), project);
    room.done(&["-f", ".github/kgen.yaml", "render"]);
}

/// The paths do not meet as they are written; where they lead, they do.
#[cfg(unix)]
#[test]
fn a_file_of_the_project_that_is_in_the_folder_by_a_link() {
    use std::os::unix::fs::symlink;
    for (link, to, named) in [("a.txt", "deploy/mine.txt", "a.txt"), ("conf", "deploy", "conf/mine.txt")] {
        let project =
            format!("{HEAD}configs: {{app: {{A: {{file: {named}}}}}}}\noutput: deploy\nprofiles: {{dev: {{}}}}\n");
        let room = Room::new(&project, &[("deploy/mine.txt", "mine")]);
        symlink(to, room.0.path().join(link)).unwrap();
        let (said, status) = room.kgen(&["render", "--force"]);
        let expected = format!(
            "error[output-folder]: the tree's folder, `deploy`, holds `{named}`, which kgen reads\n  --> kgen.yaml:4:9\n"
        );
        assert!(said.starts_with(&expected) && status == Some(2), "{said}");
        let (said, status) = room.kgen(&["render", "dev", "--out", "deploy"]);
        let expected = format!("error: `deploy` holds `{named}`, which kgen reads\n");
        assert!(said.starts_with(&expected) && status == Some(2), "{said}");
    }
}

/// Two project files beside each other, as they came from one that was copied.
#[test]
fn two_projects_with_one_output() {
    let project = |name: &str| {
        format!(
            "apiVersion: kgen.dev/v1\nproject: {name}\nprofiles: {{prod: {{}}}}\napps: {{{name}: {{image: 'a/b:1'}}}}\n"
        )
    };
    let room = Room::new("", &[("shop.yaml", &project("shop")), ("blog.yaml", &project("blog"))]);
    assert_eq!(room.done(&["-f", "shop.yaml", "render"]), "5 written, 0 removed, 0 unchanged\n");
    let before = files(room.0.path());
    let expected = text(
        "
        error: `deploy` holds the tree of project `shop` (`shop.yaml`); this is the tree of project `blog` (`blog.yaml`)
        hint: name another folder as `output`; if the project was renamed, or its file moved, `kgen render --force` takes the tree over
        ",
    );
    assert_eq!(room.kgen(&["-f", "blog.yaml", "render"]), (expected.clone(), Some(2)));
    // An answer, not a failure: the tree is not this project's.
    let answer = expected.strip_prefix("error: ").unwrap().to_owned();
    assert_eq!(room.kgen(&["-f", "blog.yaml", "render", "--check"]), (answer, Some(1)));
    let expected = text(
        "
        error: `deploy` holds the tree of project `shop` (`shop.yaml`); this is profile `prod` with `--only ServiceAccount` of project `shop` (`shop.yaml`)
        hint: name another folder as `--out`; `--force` puts this tree in the place of that one
        ",
    );
    let out = ["-f", "shop.yaml", "render", "prod", "--only", "ServiceAccount", "--out", "deploy"];
    assert_eq!(room.kgen(&out), (expected, Some(2)));
    assert_eq!(files(room.0.path()), before);
    let (told, note) = (
        room.kgen(&["-f", "blog.yaml", "diff"]).0,
        "note: `deploy` holds the tree of project `shop` (`shop.yaml`); this is the tree of project `blog` (`blog.yaml`)\n",
    );
    assert!(told.starts_with(note), "{told}");
    assert_eq!(room.done(&["-f", "shop.yaml", "diff"]), "");
    assert_eq!(room.done(&["-f", "blog.yaml", "render", "--force"]), "5 written, 3 removed, 0 unchanged\n");
    assert_eq!(room.done(&["-f", "blog.yaml", "render", "--check"]), "");
}

#[test]
fn a_project_that_is_renamed_or_moved_takes_its_tree_along_when_told_to() {
    let project = format!("{HEAD}profiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n");
    let room = Room::new(&project, &[]);
    room.done(&["render"]);
    // All of it moves: nothing is said.
    let root = room.0.path();
    put(&root.join("sub/kgen.yaml"), &project);
    fs::rename(root.join("deploy"), root.join("sub/deploy")).unwrap();
    assert_eq!(room.done(&["-f", "sub/kgen.yaml", "render"]), "0 written, 0 removed, 4 unchanged\n");
    for (file, text) in
        [("sub/kgen.yaml", project.replace("project: shop", "project: store")), ("sub/shop.yaml", project)]
    {
        put(&root.join(file), text);
        let (said, status) = room.kgen(&["-f", file, "render"]);
        assert!(
            said.contains("if the project was renamed, or its file moved, `kgen render --force` takes the tree over\n")
        );
        assert_eq!(status, Some(2));
        room.done(&["-f", file, "render", "--force"]);
        assert_eq!(room.done(&["-f", file, "render", "--check"]), "");
    }
}

/// Another project's files would stand in the tree, where nobody looks for them.
#[test]
fn a_folder_inside_of_a_tree() {
    let project = format!("{HEAD}profiles: {{dev: {{}}}}\napps: {{api: {{image: 'a/b:1'}}}}\n");
    let inner = project.replace("shop", "blog") + "output: deploy/overlays/blog\n";
    let room = Room::new(&project, &[("blog.yaml", &inner)]);
    room.done(&["render"]);
    let (said, status) = room.kgen(&["-f", "blog.yaml", "render"]);
    let expected = "error[output-folder]: the tree's folder, `deploy/overlays/blog`, is inside of the tree in `deploy`\n  --> blog.yaml:5:9\n";
    assert!(said.starts_with(expected) && status == Some(2), "{said}");
}

/// Each profile and each selection is a tree of its own; the order of selectors is none.
#[test]
fn a_folder_of_one_profile_is_of_that_profile_and_selection() {
    let room = Room::new(
        &format!("{HEAD}profiles: {{dev: {{}}, prod: {{}}}}\napps: {{api: {{image: 'a/b:1', port: 80}}}}\n"),
        &[],
    );
    let out = |more: &[&str]| room.kgen(&[&["render", "dev", "--out", "one"], more].concat());
    let only = &["--only", "Service,Deployment"];
    assert_eq!(out(only).1, Some(0));
    assert_eq!(
        out(&["--only", "Deployment", "--only", "Service"]),
        ("0 written, 0 removed, 3 unchanged\n".into(), Some(0))
    );
    for other in [
        &[][..],
        &["--only", "Service"],
        &["--skip", "Service"],
        &["--only", "Service,Deployment", "--skip", "Service"],
    ] {
        assert!(out(other).0.contains("`--force` puts this tree in the place of that one"), "{other:?}");
    }
    let (said, status) = room.kgen(&["render", "prod", "--out", "one"]);
    assert!(said.starts_with("error: `one` holds profile `dev` with `--only Deployment,Service` of project"), "{said}");
    assert_eq!(status, Some(2));
    assert_eq!(out(only), ("0 written, 0 removed, 3 unchanged\n".into(), Some(0)));
}

struct Room(Temp);

impl Room {
    fn new(project: &str, there: &[(&str, &str)]) -> Self {
        let temp = Temp::new();
        put(&temp.path().join("kgen.yaml"), project);
        there.iter().for_each(|(path, text)| put(&temp.path().join(path), text));
        Self(temp)
    }

    /// What is said, which is all that changes.
    fn kgen(&self, args: &[&str]) -> (String, Option<i32>) {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let Said { stderr, status, .. } = run(Path::new(KGEN), self.0.path(), &args, &Default::default(), "");
        (stderr, status)
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let (said, status) = self.kgen(args);
        assert_eq!(status, Some(0), "{said}");
        said
    }
}
