//! A network namespace.

use std::io::Read;
use std::process::{Child, Stdio};

use super::machine::{needs, tool};

/// A network of its own, up to the end of the test, shared by the test's pods.
pub struct Network(pub Child);

impl Network {
    pub fn new() -> Self {
        needs(&["unshare", "nsenter", "setpriv", "mount", "pivot_root", "busybox", "redis-server", "redis-cli"]);
        let script = "busybox ip link set lo up && echo up && exec sleep 600";
        let mut child = tool(&["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", script]);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = [0; 3];
        if child.stdout.take().unwrap().read_exact(&mut said).is_err() {
            let mut why = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut why);
            panic!("these tests need root, and namespaces (`unshare --net --mount --pid`): {why}");
        }
        Self(child)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
