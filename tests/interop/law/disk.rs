//! Random projects on the disk, rendered by the program: the same bytes whoever renders, and wherever; and what the other
//! commands say of what was written.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kubectl;
use crate::law::{keep, run, store, table, tag};

const KGEN: &str = env!("CARGO_BIN_EXE_kgen");

/// So many projects.
const PROJECTS: usize = 4;

/// A way to run kgen: what stands before it, and its environment.
struct Way {
    before: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
}

const PLAIN: Way = Way { before: &[], env: &[("HOME", "/root"), ("LANG", "C.UTF-8"), ("TZ", "UTC")] };

const WAYS: [Way; 3] = [
    Way {
        before: &["sh", "-c", "umask 077; exec \"$0\" \"$@\""],
        env: &[("HOME", "/nowhere"), ("LC_ALL", "C"), ("TZ", "Asia/Kolkata")],
    },
    Way { before: &[], env: &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Chatham")] },
    // Another user, who may write here.
    Way {
        before: &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
        env: &[("USER", "nobody"), ("NO_COLOR", "1")],
    },
];

fn kgen(way: &Way, folder: &Path, args: &[&str]) -> Output {
    let mut words: Vec<&str> = way.before.to_vec();
    words.push(KGEN);
    words.extend(args);
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(way.env.iter().copied());
    command.env("KGEN_LAW_VALUE", store::VALUE).output().unwrap()
}

fn good(said: Output, what: &str) -> String {
    assert!(said.status.success(), "{what}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// The files that were written, and the streams.
fn written(way: &Way, folder: &Path, profiles: &[String]) -> BTreeMap<String, String> {
    let what = folder.display().to_string();
    good(kgen(way, folder, &["render"]), &what);
    let mut out = BTreeMap::new();
    for output in ["deploy", "out", "a"] {
        files(&folder.join(output), output, &mut out);
    }
    for profile in profiles {
        out.insert(format!("stream {profile}"), good(kgen(way, folder, &["render", profile]), &what));
    }
    out
}

fn files(folder: &Path, name: &str, out: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let name = format!("{name}/{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &name, out);
        } else if !name.ends_with(".lock") {
            out.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn law_whoever_renders_and_wherever() {
    let root = std::env::temp_dir().join(format!("kgen-law-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).unwrap();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut streams = Vec::new();
    let made = (1..).filter_map(|seed| run::make(seed, &tag(seed), table()).ok().map(|made| (seed, made)));
    for (seed, made) in made.take(PROJECTS) {
        let profiles: Vec<String> =
            made.rendered.profiles.iter().map(|profile| profile.settings.profile.to_string()).collect();
        let first = keep(&root, seed, &made.project);
        let expected = written(&PLAIN, &first, &profiles);
        after(&first, &profiles, &expected);
        for (number, way) in WAYS.iter().enumerate() {
            let other = root.join(format!("ein anderer Ort é {number}"));
            let folder = keep(&other, seed, &made.project);
            for folder in [&other, &folder] {
                std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
            }
            let found = written(way, &folder, &profiles);
            let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&found), names(&expected), "{seed}");
            for (name, text) in &expected {
                assert_eq!(found.get(name), Some(text), "{seed}, way {number}: {name}");
            }
        }
        for profile in profiles {
            let path = root.join(format!("{seed}-{profile}.yaml"));
            kubectl::text(&path, &expected[&format!("stream {profile}")]);
            streams.push(path);
        }
    }
    // Seven versions each: a few are enough, as the golden cases are validated too.
    streams.truncate(4);
    valid(&streams);
    std::fs::remove_dir_all(&root).unwrap();
}

/// What was written is what would be written, to every command.
fn after(folder: &Path, profiles: &[String], written: &BTreeMap<String, String>) {
    let what = folder.display().to_string();
    assert_eq!(good(kgen(&PLAIN, folder, &["render", "--check"]), &what), "");
    let same = |args: &[&str]| {
        let said = kgen(&PLAIN, folder, args);
        let text = [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert_eq!(said.status.code(), Some(0), "{what} {args:?}: {text}");
    };
    same(&["diff"]);
    for profile in profiles {
        kubectl::text(&folder.join("stream.yaml"), &written[&format!("stream {profile}")]);
        same(&["diff", profile, "--against", "stream.yaml"]);
    }
}

fn valid(streams: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate/run.sh");
    let said = Command::new("bash").arg(script).args(streams).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{text}");
}
