//! The program on disks that are made for it: in a mount namespace, as another user, with strace.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{KGEN, Said, Temp, files, inherited, put};

const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\n";
const APP: &str =
    "profiles: {dev: {}}\napps: {api: {image: 'acme/api:1', envFrom: [configs.app]}}\nconfigs: {app: {A: b}}\n";

/// A folder with a project, rendered, and changed so that the next run has something to write.
pub fn rendered() -> Temp {
    let temp = Temp::new();
    put(&temp.path().join("kgen.yaml"), format!("{HEAD}{APP}"));
    let done = Command::new(KGEN).args(["-q", "render"]).current_dir(temp.path()).status().unwrap();
    assert!(done.success());
    change(&temp);
    temp
}

/// Another image, and a config that is longer by 100 kB.
fn change(temp: &Temp) {
    let big = "x".repeat(100_000);
    let project = format!("{HEAD}{APP}").replace("api:1", "api:2").replace("A: b", &format!("A: {big}"));
    put(&temp.path().join("kgen.yaml"), project);
}

/// Runs a shell script in namespaces of its own, where mounts are seen by nobody else; `kgen` is the program.
pub fn in_namespace(temp: &Temp, script: &str) -> Said {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-euc", script]).current_dir(temp.path()).env_clear();
    let path = inherited("PATH").unwrap_or_default();
    let folder = Path::new(KGEN).parent().unwrap();
    command.env("PATH", format!("{}:{}", folder.display(), path.to_str().unwrap())).stdin(Stdio::null());
    said(&mut command)
}

pub fn said(command: &mut Command) -> Said {
    let done = command.output().unwrap_or_else(|error| panic!("needs {:?}: {error}", command.get_program()));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { stdout: text(done.stdout), stderr: text(done.stderr), status: done.status.code() }
}

/// The tree, without what kgen keeps for itself.
pub fn tree(folder: &Path) -> BTreeMap<String, String> {
    assert!(folder.is_dir(), "{}", folder.display());
    files(folder)
}

/// A program as a user whom permissions bind, from a folder that this user may read.
pub struct Nobody {
    folder: Temp,
}

impl Nobody {
    pub fn new() -> Self {
        let folder = Temp::new();
        fs::copy(KGEN, folder.path().join("kgen")).unwrap();
        Self { folder }
    }

    pub fn kgen(&self, temp: &Temp, args: &[&str]) -> Said {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
        command.arg(self.folder.path().join("kgen")).args(args).current_dir(temp.path()).env_clear();
        said(&mut command)
    }
}
