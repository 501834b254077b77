//! How the kubelet ends a pod: hooks first, then the stop signal, `KILL` when the grace period is over.
//!
//! The containers are stopped side by side (`killContainersWithSyncResult`): one without a hook gets its signal when the
//! hook of another begins.

use std::collections::BTreeMap;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use super::container::Container;
use super::machine::end;
use super::stream::words;

/// How a pod ended.
#[derive(Debug, Default)]
pub struct Stopped {
    /// Of the `preStop` hook: how long it took, and its status; `None` where the grace was over first.
    pub hook: Option<(Duration, Option<i32>)>,
    /// How long all took.
    pub took: Duration,
    /// The status of each container; `None` where it had to be killed.
    pub status: BTreeMap<String, Option<i32>>,
}

pub fn stop(spec: &Value, running: &mut BTreeMap<String, Container>) -> Stopped {
    let grace = Duration::from_secs(spec.get("terminationGracePeriodSeconds").and_then(Value::as_u64).unwrap_or(30));
    let start = Instant::now();
    let mut hooks: BTreeMap<String, Child> = BTreeMap::new();
    for (name, container) in running.iter() {
        match hook(container) {
            Some(hook) => drop(hooks.insert(name.clone(), hook)),
            None => container.signal(container.stop_signal()),
        }
    }
    let mut stopped = Stopped::default();
    while start.elapsed() < grace && stopped.status.len() < running.len() {
        for (name, container) in running.iter_mut() {
            if let Some(child) = hooks.get_mut(name) {
                let Some(status) = child.try_wait().unwrap() else { continue };
                stopped.hook = Some((start.elapsed(), status.code()));
                hooks.remove(name);
                container.signal(container.stop_signal());
            } else if let Some(status) = container.ended() {
                stopped.status.insert(name.clone(), Some(status));
            }
        }
        sleep(Duration::from_millis(5));
    }
    for mut hook in hooks.into_values() {
        end(&mut hook);
        stopped.hook = Some((start.elapsed(), None));
    }
    for name in running.keys() {
        stopped.status.entry(name.clone()).or_insert(None);
    }
    stopped.took = start.elapsed();
    stopped
}

/// A hook's command is not expanded (`pkg/kubelet/lifecycle/handlers.go`).
fn hook(container: &Container) -> Option<Child> {
    let hook = container.spec.get("lifecycle")?.get("preStop")?;
    let command = words(hook.get("exec").unwrap_or_else(|| panic!("the emulation has no hook {hook:?}")), "command");
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    Some(container.spawn(&command, &[]))
}
