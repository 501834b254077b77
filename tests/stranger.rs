//! A project that a stranger wrote, as CI checks it out, makes kgen refuse, and no more: nothing outside of it is read,
//! nothing is run, and time and memory have bounds.
#![cfg(unix)]

mod bounds;
mod git;
mod paths;
mod untrusted;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{KGEN, Said, Temp, put};

/// What stands outside of the project. No output of kgen's, and no file that it writes, has it.
const CANARY: &str = "canary-Zq7CanarY9x";

/// A checkout with `.git` beside a file and a folder that are not in it.
struct Checkout(Temp);

impl Checkout {
    fn new(project: &str) -> Self {
        let room = Self(Temp::new());
        put(&room.0.path().join("outside.txt"), CANARY);
        put(&room.0.path().join("away/app.yaml"), CANARY);
        fs::create_dir(room.root()).unwrap();
        room.git(&["init", "-q", "-b", "main"]);
        room.git(&["config", "user.email", "a@example.com"]);
        room.git(&["config", "user.name", "a"]);
        room.file("kgen.yaml", project)
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("repo")
    }

    fn file(self, path: &str, text: &str) -> Self {
        put(&self.root().join(path), text);
        self
    }

    /// A symbolic link, in the place of what stands there.
    fn link(self, path: &str, text: &str) -> Self {
        let path = self.root().join(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(text, path).unwrap();
        self
    }

    fn git(&self, args: &[&str]) {
        let done = Command::new("git").args(args).current_dir(self.root()).output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-f", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    fn kgen(&self, args: &[&str]) -> Said {
        self.with(args, &[])
    }

    fn with(&self, args: &[&str], env: &[(&str, &str)]) -> Said {
        let mut kgen = Command::new(KGEN);
        kgen.args(args).current_dir(self.root()).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        let done = kgen.env("HOME", self.0.path()).env("CANARY", CANARY).envs(env.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { stdout: text(done.stdout), stderr: text(done.stderr), status: done.status.code() }
    }

    /// The same project as a stranger's.
    fn untrusted(&self, args: &[&str]) -> Said {
        self.with(args, &[("KGEN_UNTRUSTED", "1")])
    }

    /// No command shows or writes what is outside; `words` are in what is said.
    #[track_caller]
    fn refuses(&self, args: &[&str], words: &str) {
        let said = self.kgen(args);
        assert!(said.stderr.contains(words), "kgen {args:?}: {said:?}");
        assert!(matches!(said.status, Some(1 | 2)), "kgen {args:?}: {said:?}");
        self.is_quiet(&said);
    }

    #[track_caller]
    fn is_quiet(&self, said: &Said) {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, CANARY);
        for secret in [CANARY, "root:x:", &encoded[..20]] {
            assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{said:?}");
            let written =
                Command::new("grep").args(["-r", "-l", "-F", secret, "deploy"]).current_dir(self.root()).output();
            assert_eq!(String::from_utf8(written.unwrap().stdout).unwrap(), "");
        }
    }
}

const HEAD: &str =
    "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nprofiles: {dev: {}, prod: {secretProvider: existing}}\n";

fn project(rest: &str) -> String {
    format!("{HEAD}{rest}\n")
}
