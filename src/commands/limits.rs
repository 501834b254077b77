//! What the process may take where a stranger wrote the project: `--untrusted`; and that no process leaves a core.
//!
//! Owns: the bounds of time and memory, which hold for every input, also for those that have no bound of their own.
//! Does not own: the bounds of files (`access`), of templates (`render/bound.rs`) and of YAML (`project/node.rs`), which say
//! where a project is too large; these here only end the process.

use std::io::Write;
use std::thread::{Builder, sleep};
use std::time::Duration;

/// A project of a thousand apps takes two.
const SECONDS: u64 = 60;

/// Of address space, in bytes, stacks of threads included. A project of a thousand apps takes half of one.
#[cfg(unix)]
const MEMORY: u64 = 4 << 30;

/// A crash leaves no memory on the disk: it may hold secret values. Linux pipes a core to a program whatever the limit is,
/// unless the process may not be dumped.
pub fn no_core() {
    #[cfg(unix)]
    lower(rustix::process::Resource::Core, 0);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// From here on the process ends by itself.
pub fn begin() {
    #[cfg(unix)]
    {
        use rustix::process::Resource;
        lower(Resource::As, MEMORY);
        // Where no thread can be had that watches the clock.
        lower(Resource::Cpu, 4 * SECONDS);
    }
    let _ = Builder::new().stack_size(64 << 10).spawn(watch);
}

fn watch() {
    sleep(Duration::from_secs(SECONDS));
    let text = format!(
        "error: kgen stopped after {SECONDS} seconds, the most that `--untrusted` allows\n\
         hint: render the project without `--untrusted` if you trust who wrote it\n"
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
    // As if it were killed: what was written is whole (`output/write`).
    std::process::exit(2);
}

/// A limit that is lower already stays.
#[cfg(unix)]
fn lower(resource: rustix::process::Resource, most: u64) {
    use rustix::process::{Rlimit, getrlimit, setrlimit};
    let now = getrlimit(resource);
    let least = |now: Option<u64>| Some(now.map_or(most, |now| now.min(most)));
    let _ = setrlimit(resource, Rlimit { current: least(now.current), maximum: now.maximum });
}
