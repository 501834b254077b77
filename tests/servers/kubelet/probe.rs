//! Probes, each run once when a test asks.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use super::container::Container;
use super::expand::{expand, static_environment};
use super::machine::end;
use super::stream::{list, word, words};

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
        let limit = Duration::from_secs(probe.get("timeoutSeconds").and_then(Value::as_u64).unwrap_or(1));
        if let Some(get) = probe.get("httpGet") {
            return Answer { status: Some(i32::from(!self.answers(get, limit))) };
        }
        let bound = static_environment(self.spec);
        let command: Vec<_> = words(&probe["exec"], "command").iter().map(|word| expand(word, &bound)).collect();
        let command: Vec<_> = command.iter().map(String::as_str).collect();
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

    /// `httpGet`: a status from 200 to 399.
    fn answers(&self, get: &Value, limit: Duration) -> bool {
        let port = list(self.spec, "ports").find(|port| word(port, "name") == word(get, "port"));
        let port = port.map_or(&get["port"], |port| &port["containerPort"]).as_u64().unwrap().try_into().unwrap();
        let address = SocketAddr::from((self.network.address(), port));
        let ask = || -> io::Result<String> {
            let mut stream = TcpStream::connect_timeout(&address, limit)?;
            stream.set_read_timeout(Some(limit))?;
            write!(stream, "GET {} HTTP/1.0\r\nHost: {address}\r\n\r\n", word(get, "path"))?;
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line)?;
            Ok(line)
        };
        let line = self.network.within(ask).unwrap_or_default();
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (200..400).contains(&status)
    }
}
