//! Disks and folders that refuse: what kgen says, that status is 2, and that the old tree is whole.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::machine::{Nobody, in_namespace, rendered, tree};
use crate::support::{KGEN, Temp};

/// Runs kgen on the tree after `prepare`; it fails with `stderr`, and leaves every file as it was.
#[track_caller]
fn refused(prepare: &str, stderr: &str) {
    let temp = rendered();
    let before = tree(&temp.path().join("deploy"));
    let script = format!("{prepare}\nkgen -q render || status=$?\ncp -a deploy after\nexit ${{status-0}}");
    let said = in_namespace(&temp, &script);
    assert_eq!((said.stderr.as_str(), said.status), (stderr, Some(2)));
    assert_eq!(tree(&temp.path().join("after")), before);
}

/// On a tmpfs in the place of `deploy`.
fn on_tmpfs(options: &str) -> String {
    format!("cp -a deploy before; mount -t tmpfs -o {options} tmpfs deploy; cp -a before/. deploy/; rm -r before")
}

#[test]
fn a_full_disk() {
    refused(
        &on_tmpfs("size=64k"),
        "error: cannot write `deploy/base/app/configmap.yaml`: No space left on device (os error 28)\n\
         hint: make room there; no file was changed\n",
    );
}

#[test]
fn a_disk_without_room_for_anything() {
    refused(
        &format!(
            "{}; dd if=/dev/zero of=deploy/filler bs=4k 2>/dev/null || true; rm -f deploy/base/filler\ntrap 'rm -f after/filler' EXIT",
            on_tmpfs("size=64k")
        ),
        "error: cannot write `deploy/.kgen.json`: No space left on device (os error 28)\n\
         hint: make room there; no file was changed\n",
    );
}

#[test]
fn a_disk_that_takes_no_more_files() {
    // Five files, `.kgen.json`, six folders and the lock.
    refused(
        &on_tmpfs("size=1m,nr_inodes=14"),
        "error: cannot write `deploy/.kgen.json`: No space left on device (os error 28)\n\
         hint: make room there; no file was changed\n",
    );
}

#[test]
fn a_read_only_disk() {
    refused(
        "mount --bind deploy deploy; mount -o remount,bind,ro deploy",
        "error: cannot write to `deploy`: Read-only file system (os error 30)\n\
         hint: make it writable, or render into another folder; no file was changed\n",
    );
}

#[test]
fn a_tree_on_a_read_only_disk_that_is_as_it_should_be() {
    let temp = rendered();
    let script =
        "kgen -q render; mount --bind deploy deploy; mount -o remount,bind,ro deploy; kgen render; kgen render --check";
    let said = in_namespace(&temp, script);
    assert_eq!((said.stderr.as_str(), said.status), ("0 written, 0 removed, 5 unchanged\n", Some(0)));
}

#[test]
fn no_room_for_the_first_tree() {
    let temp = rendered();
    let said = in_namespace(
        &temp,
        "mkdir out; mount -t tmpfs -o size=64k tmpfs out; kgen -q render dev --out out/a/b || status=$?; ls -A out; exit $status",
    );
    assert_eq!(said.stdout, "", "nothing is left, not even a folder");
    let expected = "error: cannot write `out/a/b/app/configmap.yaml`: No space left on device (os error 28)\n\
                    hint: make room there; no file was changed\n";
    assert_eq!((said.stderr.as_str(), said.status), (expected, Some(2)));
}

/// Renames do not go from one file system to another: each temporary file is beside what it becomes.
#[test]
fn an_output_folder_on_another_disk() {
    for place in [
        "mount -t tmpfs tmpfs deploy",
        "mkdir far; mount -t tmpfs tmpfs far; mkdir far/deploy; rm -r deploy; mkdir deploy; mount --bind far/deploy deploy",
        "mount -t tmpfs tmpfs deploy/base; mount -t tmpfs tmpfs deploy/overlays/dev; rm deploy/.kgen.json",
    ] {
        let temp = rendered();
        let script = format!(
            "{place}\nkgen -q render --force\nkgen render --check\n\
             sed -i s/api:2/api:3/ kgen.yaml\nkgen -q render\nkgen render --check\n\
             find deploy/ -name '.kgen-tmp-*' -o -name .kgen.lock"
        );
        let said = in_namespace(&temp, &script);
        assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.status), ("", "", Some(0)), "{place}");
    }
}

/// It cannot be removed, and is in nobody's way.
#[test]
fn a_mount_point_in_a_tree_that_shrinks() {
    let temp = rendered();
    let script = "kgen -q render; mount -t tmpfs tmpfs deploy/base/app; kgen -q render --force
        sed -i -e /^configs/d -e 's/, envFrom: .configs.app.//' kgen.yaml; kgen render; kgen render --check; ls deploy/base";
    let said = in_namespace(&temp, script);
    assert_eq!(said.stdout, "api\napp\nkustomization.yaml\n", "{}", said.stderr);
    assert!(said.stderr.ends_with("2 written, 1 removed, 2 unchanged\n"), "{}", said.stderr);
}

/// The one failure that is seen only when files change already; the next run does the rest.
#[test]
fn a_file_that_is_a_mount_point() {
    let temp = rendered();
    let script = "mount --bind deploy/base/api/deployment.yaml deploy/base/api/deployment.yaml; kgen -q render || true
        umount deploy/base/api/deployment.yaml; kgen render; kgen render --check; find deploy -name '.kgen-tmp-*' -o -name .kgen.lock";
    let said = in_namespace(&temp, script);
    let expected = "error: cannot write `deploy/base/api/deployment.yaml`: Device or resource busy (os error 16)\n\
                    hint: some files are changed, the next run does the rest\n";
    assert_eq!(said.stderr, format!("{expected}2 written, 0 removed, 3 unchanged\n"));
    assert_eq!((said.stdout.as_str(), said.status), ("", Some(0)));
}

/// The project and its tree belong to nobody; `own` belongs to root.
#[track_caller]
fn without_permission(own: &[&str], modes: &[(&str, u32)], args: &[&str], stderr: &str) {
    let (temp, nobody) = (rendered(), Nobody::new());
    let before = tree(&temp.path().join("deploy"));
    give(temp.path());
    for path in own {
        chown(temp.path().join(path), Some(0), Some(0)).unwrap();
    }
    for (path, mode) in modes {
        fs::set_permissions(temp.path().join(path), fs::Permissions::from_mode(*mode)).unwrap();
    }
    let said = nobody.kgen(&temp, args);
    assert_eq!((said.stderr.as_str(), said.status), (stderr, Some(2)));
    assert_eq!(tree(&temp.path().join("deploy")), before);
    assert!(!temp.path().join("out").exists());
}

fn give(path: &Path) {
    chown(path, Some(65534), Some(65534)).unwrap();
    for entry in path.is_dir().then(|| fs::read_dir(path).unwrap()).into_iter().flatten() {
        give(&entry.unwrap().path());
    }
}

const RENDER: &[&str] = &["-q", "render"];

#[test]
fn an_output_folder_that_may_not_be_written_to() {
    without_permission(
        &["deploy"],
        &[],
        RENDER,
        "error: cannot write to `deploy`: Permission denied (os error 13)\n\
         hint: run as a user who may read and write there; no file was changed\n",
    );
}

#[test]
fn a_folder_of_the_tree_that_may_not_be_written_to() {
    without_permission(
        &["deploy/base/api"],
        &[],
        RENDER,
        "error: cannot write `deploy/base/api/deployment.yaml`: Permission denied (os error 13)\n\
         hint: run as a user who may read and write there; no file was changed\n",
    );
}

#[test]
fn a_read_only_folder_of_the_tree() {
    without_permission(
        &[],
        &[("deploy/base/app", 0o555)],
        RENDER,
        "error: cannot write `deploy/base/app/configmap.yaml`: Permission denied (os error 13)\n\
         hint: run as a user who may read and write there; no file was changed\n",
    );
}

#[test]
fn a_file_that_may_not_be_read() {
    without_permission(
        &[],
        &[("deploy/base/kustomization.yaml", 0o200)],
        RENDER,
        "error: cannot read `deploy/base/kustomization.yaml`: Permission denied (os error 13)\n\
         hint: run as a user who may read and write there; no file was changed\n",
    );
}

#[test]
fn an_output_folder_that_may_not_be_made() {
    without_permission(
        &["."],
        &[],
        &["-q", "render", "dev", "--out", "out"],
        "error: cannot create `out`: Permission denied (os error 13)\n\
         hint: run as a user who may read and write there; no file was changed\n",
    );
}

#[test]
fn a_file_that_may_not_be_read_and_a_check() {
    without_permission(
        &[],
        &[("deploy/base/kustomization.yaml", 0o200)],
        &["render", "--check", "-q"],
        "error: cannot read `deploy/base/kustomization.yaml`: Permission denied (os error 13)\n\
         hint: run as a user who may read there\n",
    );
}

/// The first is stopped while it holds the lock. The second says who does; a third, that it goes on with, waits.
#[test]
fn two_runs_at_once() {
    let temp = rendered();
    let render = || {
        let mut command = Command::new(KGEN);
        command.args(["-q", "render"]).current_dir(temp.path()).stdin(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let lock = temp.path().join("deploy/.kgen.lock");
    let mut first = stopped(&render, &lock, &temp);
    let said = render().output().unwrap();
    let expected = format!(
        "error: another kgen (process {}) is writing to `deploy`; waited 10 s\n\
         hint: run it again when that one has ended, or end it\n",
        first.0.id()
    );
    assert_eq!((String::from_utf8(said.stderr).unwrap(), said.status.code()), (expected, Some(2)));
    let third = render().spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    first.signal("CONT");
    assert!(first.0.wait().unwrap().success());
    let said = third.wait_with_output().unwrap();
    assert_eq!((String::from_utf8(said.stderr).unwrap().as_str(), said.status.code()), ("", Some(0)));
    assert!(!lock.exists());
}

/// A run that holds the lock, and does not go on.
fn stopped(render: &dyn Fn() -> Command, lock: &Path, temp: &Temp) -> Running {
    for _ in 0..100 {
        let mut running = Running(render().spawn().unwrap());
        while !lock.exists() && running.0.try_wait().unwrap().is_none() {}
        running.signal("STOP");
        std::thread::sleep(Duration::from_millis(50));
        if running.0.try_wait().unwrap().is_none() && fs::read_to_string(lock).is_ok_and(|text| !text.is_empty()) {
            return running;
        }
        // It had ended before it was stopped, or was stopped as it took the lock.
        drop(running);
        fs::remove_dir_all(temp.path().join("deploy")).unwrap();
    }
    panic!("no run was stopped while it wrote");
}

/// Ended with the value: a stopped process would stay for ever.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        // Where it has ended already, there is nothing to stop.
        let _ =
            Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).stderr(Stdio::null()).status();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A lock that another folder's run holds keeps nobody waiting.
#[test]
fn two_folders_at_once() {
    let (one, other) = (Temp::new(), rendered());
    fs::create_dir_all(one.path().join("deploy")).unwrap();
    let held = fs::File::create(one.path().join("deploy/.kgen.lock")).unwrap();
    held.lock().unwrap();
    let done = Command::new(KGEN).args(["-q", "render"]).current_dir(other.path()).status().unwrap();
    assert!(done.success());
}
