//! What stands in the way where the tree is written: refused by name, with the way out, and nothing is touched.
//!
//! What takes another disk or another user is in `tests/disk/`.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{HEAD, text};
use crate::support::{KGEN, Said, Temp, put, run};

const APP: &str = "profiles: {dev: {}}\napps: {api: {image: 'acme/api:1'}}\n";
const FILE: &str = "base/api/deployment.yaml";

/// A project that was rendered to `output` and then changed, so that the next run has something to write.
struct Room {
    temp: Temp,
    output: PathBuf,
}

impl Room {
    fn new() -> Self {
        Self::with("deploy")
    }

    fn with(output: &str) -> Self {
        let temp = Temp::new();
        let project = format!("{HEAD}output: '{output}'\n{APP}");
        put(&temp.path().join("kgen.yaml"), &project);
        let output = temp.path().join(output);
        let room = Self { temp, output };
        assert_eq!(room.kgen(&["render"]), (String::from("4 written, 0 removed, 0 unchanged\n"), Some(0)));
        put(&room.temp.path().join("kgen.yaml"), project.replace("api:1", "api:2"));
        room
    }

    fn kgen(&self, args: &[&str]) -> (String, Option<i32>) {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let Said { stdout, stderr, status } = run(Path::new(KGEN), self.temp.path(), &args, &BTreeMap::new(), "");
        assert_eq!(stdout, "");
        (stderr, status)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.output.join(path)
    }

    /// In place of what is at `path`.
    fn link(&self, path: &str, to: &str) {
        let full = self.at(path);
        match full.is_dir() {
            true => fs::remove_dir_all(&full).unwrap(),
            false => drop(fs::remove_file(&full)),
        }
        symlink(to, full).unwrap();
    }

    /// `kgen render` says this and changes nothing, also with `--force` where that does not help.
    #[track_caller]
    fn refuses(&self, stderr: &str, force_helps: bool) {
        let before = listing(self.temp.path());
        assert_eq!(self.kgen(&["render"]), (text(stderr), Some(2)));
        assert_eq!(listing(self.temp.path()), before);
        let (said, status) = self.kgen(&["render", "--force"]);
        assert_eq!(status, Some(if force_helps { 0 } else { 2 }), "{said}");
        if force_helps {
            assert_eq!(self.kgen(&["render", "--check"]), (String::new(), Some(0)));
        } else {
            assert_eq!(listing(self.temp.path()), before);
        }
    }
}

/// Everything below `root`; links as such.
fn listing(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap().file_type();
        let content = if kind.is_dir() {
            found.extend(listing(&path));
            "a folder".to_owned()
        } else if kind.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else if kind.is_file() {
            String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
        } else {
            "no file".to_owned()
        };
        found.insert(path, content);
    }
    found
}

fn pipe(path: &Path) {
    let done = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_file_of_the_tree_that_is_a_link() {
    // To a file outside, to one inside, to nothing, to itself.
    for to in ["../../../outside", "serviceaccount.yaml", "nothing", "deployment.yaml"] {
        let room = Room::new();
        put(&room.temp.path().join("outside"), "mine");
        room.link(FILE, to);
        room.refuses(
            "
            error: `deploy` holds what kgen must not touch
              `base/api/deployment.yaml` is a symbolic link
            hint: move them away, or overwrite them with `--force`
            ",
            true,
        );
        assert_eq!(fs::read_to_string(room.temp.path().join("outside")).unwrap(), "mine");
        assert!(!room.at(FILE).is_symlink());
    }
}

#[test]
fn a_folder_of_the_tree_that_is_a_link() {
    for to in ["../../outside", "../overlays", "nothing", "api"] {
        let room = Room::new();
        put(&room.temp.path().join("outside/deployment.yaml"), "mine");
        room.link("base/api", to);
        room.refuses(
            "
            error: `deploy` holds what kgen must not touch
              `base/api/deployment.yaml` lies behind `base/api`, which is a symbolic link
              `base/api/serviceaccount.yaml` lies behind `base/api`, which is a symbolic link
            hint: move them away
            ",
            false,
        );
    }
}

#[test]
fn a_file_that_is_no_longer_made_and_is_a_link() {
    let room = Room::new();
    put(&room.temp.path().join("outside"), "mine");
    put(&room.temp.path().join("kgen.yaml"), format!("{HEAD}profiles: {{dev: {{}}}}\nconfigs: {{app: {{A: b}}}}\n"));
    room.link(FILE, "../../../outside");
    room.refuses(
        "
        error: `deploy` holds what kgen must not touch
          `base/api/deployment.yaml` is a symbolic link
        hint: move them away, or overwrite them with `--force`
        ",
        true,
    );
    assert_eq!(fs::read_to_string(room.temp.path().join("outside")).unwrap(), "mine");
}

/// The project names it: a stranger's commit could lead it anywhere.
#[test]
fn an_output_folder_that_is_or_is_behind_a_link() {
    for (output, link, to) in [
        ("deploy", "deploy", "real"),
        ("deploy", "deploy", "nothing"),
        ("deploy", "deploy", "deploy"),
        ("a/b/c", "a/b", "../real"),
        ("./a//b/", "a", "real"),
    ] {
        let room = Room::with(output);
        let link = room.temp.path().join(link);
        fs::rename(&link, room.temp.path().join("real")).unwrap();
        symlink(to, &link).unwrap();
        let shown = link.strip_prefix(room.temp.path()).unwrap().display();
        let expected = format!(
            "error: `{shown}` is a symbolic link, and a tree goes into real folders of the project only\n\
             hint: put a folder in its place, or name another one as `output`; `kgen render PROFILE --out DIR` may go through links\n"
        );
        room.refuses(&expected, false);
        assert_eq!(room.kgen(&["render", "--check"]), (expected.clone(), Some(2)));
        assert_eq!(room.kgen(&["verify"]), (expected, Some(2)));
    }
}

/// A person names these, on the command line.
#[test]
fn links_of_the_command_line_are_followed() {
    let room = Room::new();
    fs::create_dir(room.temp.path().join("real")).unwrap();
    symlink("real", room.temp.path().join("link")).unwrap();
    let written = (String::from("3 written, 0 removed, 0 unchanged\n"), Some(0));
    assert_eq!(room.kgen(&["render", "dev", "--out", "link/x"]), written);
    assert_eq!(
        room.kgen(&["render", "dev", "--out", "real/x"]),
        (written.0.replace("3 w", "0 w").replace("0 un", "3 un"), Some(0))
    );
    symlink(".", room.temp.path().join("project")).unwrap();
    assert_eq!(room.kgen(&["-f", "project/kgen.yaml", "render"]).1, Some(0));
    assert_eq!(room.kgen(&["render", "--check"]), (String::new(), Some(0)));
    symlink("nothing", room.temp.path().join("dead")).unwrap();
    let expected =
        "error: `dead` is a symbolic link that leads to no folder\nhint: move it away, or render into another folder\n";
    assert_eq!(room.kgen(&["render", "dev", "--out", "dead"]), (expected.into(), Some(2)));
}

#[test]
fn a_folder_where_a_file_should_be() {
    let room = Room::new();
    fs::remove_file(room.at(FILE)).unwrap();
    put(&room.at(FILE).join("mine"), "mine");
    room.refuses(
        "
        error: `deploy` holds what kgen must not touch
          `base/api/deployment.yaml` is a folder where a file should be
        hint: move them away
        ",
        false,
    );
}

#[test]
fn a_file_where_a_folder_should_be() {
    let room = Room::new();
    fs::remove_dir_all(room.at("base/api")).unwrap();
    put(&room.at("base/api"), "mine");
    room.refuses(
        "
        error: `deploy` holds what kgen must not touch
          `base/api/deployment.yaml` needs a folder `base/api`, which is a file
          `base/api/serviceaccount.yaml` needs a folder `base/api`, which is a file
        hint: move them away
        ",
        false,
    );
}

#[test]
fn a_pipe_where_a_file_should_be() {
    let room = Room::new();
    fs::remove_file(room.at(FILE)).unwrap();
    pipe(&room.at(FILE));
    room.refuses(
        "
        error: `deploy` holds what kgen must not touch
          `base/api/deployment.yaml` is not a regular file
        hint: move them away, or overwrite them with `--force`
        ",
        true,
    );
}

#[test]
fn files_that_were_removed_come_back() {
    let room = Room::new();
    fs::remove_file(room.at("base/kustomization.yaml")).unwrap();
    fs::remove_dir_all(room.at("overlays")).unwrap();
    assert_eq!(room.kgen(&["render"]), (String::from("3 written, 0 removed, 1 unchanged\n"), Some(0)));
}

#[test]
fn a_file_in_the_way_of_a_new_one() {
    let room = Room::new();
    let project = format!("{HEAD}{APP}").replace("api:", "web:");
    put(&room.temp.path().join("kgen.yaml"), project);
    put(&room.at("base/web/deployment.yaml"), "mine\n");
    room.refuses(
        "
        error: `deploy` holds what kgen must not touch
          `base/web/deployment.yaml` was not written by kgen
        hint: move them away, or overwrite them with `--force`
        ",
        true,
    );
}

#[test]
fn a_manifest_that_is_no_json() {
    let room = Room::new();
    put(&room.at(".kgen.json"), "<<<<<<< HEAD\n");
    room.refuses(
        "
        error: `deploy/.kgen.json` is not as this kgen writes it: expected value at line 1 column 1
        hint: restore it, or render with the kgen that wrote it; `--force` makes it anew
        ",
        true,
    );
}

#[test]
fn a_manifest_of_a_newer_kgen() {
    let room = Room::new();
    put(&room.at(".kgen.json"), r#"{"version": 3, "trees": []}"#);
    room.refuses(
        "
        error: `deploy/.kgen.json` is not as this kgen writes it: it has version 3, and 2 is the last one known
        hint: restore it, or render with the kgen that wrote it; `--force` makes it anew
        ",
        true,
    );
}

#[test]
fn a_manifest_that_names_a_path_outside() {
    for path in ["../outside", "/etc/outside", "a/../../outside", ".git/config"] {
        let room = Room::new();
        put(&room.temp.path().join("outside"), "# kgen: x");
        put(&room.at(".kgen.json"), format!(r#"{{"version": 1, "files": {{"{path}": "secret"}}}}"#));
        room.refuses(
            &format!(
                "error: `deploy/.kgen.json` is not as this kgen writes it: `{path}` is not a path inside the folder\n\
                 hint: restore it, or render with the kgen that wrote it; `--force` makes it anew\n"
            ),
            true,
        );
        assert!(room.temp.path().join("outside").exists());
    }
}

#[test]
fn a_manifest_that_is_no_file() {
    for (make, force_helps) in [
        (pipe as fn(&Path), true),
        (|path| symlink("../kgen.yaml", path).unwrap(), true),
        (|path| fs::create_dir(path).unwrap(), false),
    ] {
        let room = Room::new();
        fs::remove_file(room.at(".kgen.json")).unwrap();
        make(&room.at(".kgen.json"));
        room.refuses("error: `deploy/.kgen.json` is not a regular file\nhint: move it away\n", force_helps);
    }
}

#[test]
fn a_lock_that_is_no_file() {
    for make in [pipe as fn(&Path), |path| symlink("../kgen.yaml", path).unwrap(), |path| fs::create_dir(path).unwrap()]
    {
        let room = Room::new();
        make(&room.at(".kgen.lock"));
        room.refuses("error: `deploy/.kgen.lock` is not a regular file\nhint: move it away\n", false);
    }
}

#[test]
fn an_output_folder_of_any_name() {
    for output in ["a b/c d", "развёртывание/生产", "x'y", "-q", "deploy/", "./deploy", "a/b/c/d"] {
        let room = Room::with(&output.replace('\'', "''"));
        let found = room.temp.path().join(output);
        assert!(found.join(FILE).is_file(), "{output}");
        assert_eq!(room.kgen(&["render"]), (String::from("1 written, 0 removed, 3 unchanged\n"), Some(0)));
        assert_eq!(room.kgen(&["render", "--check"]), (String::new(), Some(0)));
    }
}

#[test]
fn a_folder_that_is_named_on_the_command_line() {
    let room = Room::new();
    let absolute = room.temp.path().join("one/здесь").display().to_string();
    for folder in [&absolute, "two", "./three/", "deploy/../four"] {
        let (said, status) = room.kgen(&["render", "dev", "--out", folder]);
        assert_eq!((said.as_str(), status), ("3 written, 0 removed, 0 unchanged\n", Some(0)), "{folder}");
    }
    for folder in ["one/здесь", "two", "three", "four"] {
        assert!(room.temp.path().join(folder).join("kustomization.yaml").is_file(), "{folder}");
    }
    let (said, status) = room.kgen(&["render", "dev", "--out", "kgen.yaml"]);
    let expected =
        "error: `kgen.yaml` is read by kgen\nhint: name another folder: kgen overwrites and removes files there\n";
    assert_eq!((said.as_str(), status), (expected, Some(2)));
    put(&room.temp.path().join("file"), "mine");
    let (said, status) = room.kgen(&["render", "dev", "--out", "file"]);
    let expected =
        "error: `file` is a file where a folder should be\nhint: move it away, or render into another folder\n";
    assert_eq!((said.as_str(), status), (expected, Some(2)));
}

#[test]
fn a_project_in_another_folder() {
    let room = Room::new();
    put(&room.temp.path().join("sub/x"), "");
    let file = room.temp.path().join("kgen.yaml").display().to_string();
    assert_eq!(room.kgen(&["-f", &file, "render"]).1, Some(0));
    assert_eq!(room.kgen(&["render", "--check"]), (String::new(), Some(0)));
}
