//! Probes, each run once when a test asks.

use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use super::container::Container;
use super::expand::{expand, static_environment};
use super::machine::end;
use super::stream::words;

/// How a probe ended.
#[derive(Debug)]
pub struct Answer {
    /// `None` when `timeoutSeconds` was over, which counts as a failure.
    pub status: Option<i32>,
}

impl Answer {
    pub fn ok(&self) -> bool {
        self.status == Some(0)
    }
}

impl Container<'_> {
    #[track_caller]
    pub fn probe(&self, name: &str) -> Answer {
        self.probe_with(name, &[])
    }

    /// Runs a probe once: its command expanded as the kubelet does, the container's environment, at most
    /// `timeoutSeconds`.
    #[track_caller]
    pub fn probe_with(&self, name: &str, env: &[(&str, &str)]) -> Answer {
        let probe = &self.spec[name];
        let bound = static_environment(self.spec);
        let command: Vec<_> = words(&probe["exec"], "command").iter().map(|word| expand(word, &bound)).collect();
        let command: Vec<_> = command.iter().map(String::as_str).collect();
        let limit = Duration::from_secs(probe.get("timeoutSeconds").and_then(Value::as_u64).unwrap_or(1));
        let start = Instant::now();
        let mut child = self.spawn(&command, env);
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                let status = status.code().or(status.signal().map(|signal| 128 + signal));
                return Answer { status };
            }
            if start.elapsed() > limit {
                end(&mut child);
                return Answer { status: None };
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Startup, readiness and liveness at once, each of which must end by itself.
    #[track_caller]
    pub fn probes(&self) -> [bool; 3] {
        ["startupProbe", "readinessProbe", "livenessProbe"].map(|name| {
            let answer = self.probe(name);
            assert!(answer.status.is_some(), "{name} did not end within its timeout: {answer:?}");
            answer.ok()
        })
    }
}
