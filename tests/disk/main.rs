//! kgen and the system around it: kills, full disks, other people's files, and what a command reads, writes and asks the
//! network for. Needs Linux, root (or `sudo`), strace and util-linux, and fails without them: `cargo test --test disk`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod calls; // what a command reads, changes and asks the network for
#[path = "../kills.rs"]
mod kills; // a run that is killed harms nothing
mod machine; // not tests: disks and users made for a test
mod places; // disks and folders that refuse
#[allow(dead_code, reason = "shared with the other test binary")]
#[path = "../support/mod.rs"]
mod support; // not tests: runs the binary in a folder of its own

const KILLS: usize = 1000;
