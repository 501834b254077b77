//! Programs of this machine, and processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::expand::Env;

/// Where the programs of this machine are that a test starts itself.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A program of this machine, with a clean environment.
pub fn tool(args: &[&str]) -> Command {
    let mut command = Command::new(args[0]);
    command.args(&args[1..]).env_clear().env("PATH", PATH).stdin(Stdio::null());
    command
}

/// Runs a program of this machine, which must succeed.
#[track_caller]
pub fn machine(args: &[&str]) {
    let said = tool(args).output().unwrap();
    assert!(said.status.success(), "{args:?}: {said:?}");
}

const PACKAGES: &str = "redis-server haproxy postgresql iproute2 busybox shellcheck rclone \
    prometheus-postgres-exporter prometheus-redis-exporter";

/// A program that is missing is a failure, never a test that is left out.
#[track_caller]
pub fn needs(programs: &[&str]) {
    for program in programs {
        assert!(which(program).is_some(), "no `{program}`: apt-get install {PACKAGES}");
    }
}

pub fn which(program: &str) -> Option<PathBuf> {
    PATH.split(':').map(|folder| Path::new(folder).join(program)).find(|path| path.exists())
}

/// Ends what `spawn` started, with all that it started.
pub fn end(child: &mut Child) {
    signal(&format!("-{}", child.id()), "KILL");
    child.wait().unwrap();
}

pub fn signal(target: &str, name: &str) {
    // It says so where the process is gone already.
    tool(&["/bin/kill", &format!("-{name}"), "--", target]).stderr(Stdio::null()).status().unwrap();
}

/// `unshare --fork` has one child: the container's process 1.
pub fn child_of(parent: u32) -> Option<u32> {
    let end = Instant::now() + Duration::from_secs(5);
    while Instant::now() < end {
        // Gone, when what runs in it was already over.
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
        if let Some(pid) = children.split_whitespace().next() {
            return pid.parse().ok();
        }
        sleep(Duration::from_millis(2));
    }
    None
}

pub fn pairs(env: &Env) -> impl Iterator<Item = String> {
    env.iter().map(|(name, value)| format!("{name}={value}"))
}
