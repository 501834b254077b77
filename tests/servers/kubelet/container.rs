//! A container that runs, and what is done to it.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use super::expand::{Env, environment, expand};
use super::image::Image;
use super::machine::{child_of, pairs, signal, tool};
use super::network::Network;
use super::pod::{Pod, last_lines};
use super::root::{self, identity, write_root};
use super::stream::{word, words};

/// A running container. Dropped, it is killed, with all that runs in it.
pub struct Container<'t> {
    pub spec: &'t Value,
    image: Image,
    env: Env,
    pub network: Network,
    /// Of `setpriv`, for what runs as the container's user.
    identity: Vec<String>,
    /// `unshare`, which ends with the status of the container.
    runner: Child,
    /// The container's process 1, as this machine counts.
    pub pid: u32,
    log: PathBuf,
}

impl<'t> Container<'t> {
    #[track_caller]
    pub fn start(pod: &Pod<'t>, spec: &'t Value, over: &Env, fast: bool) -> Self {
        let image = Image::of(spec);
        let mut env = image.environment(&pod.name);
        let mut own = environment(pod, spec);
        own.extend(over.clone());
        let expanded = |key| words(spec, key).iter().map(|word| expand(word, &own)).collect::<Vec<_>>();
        // `command` replaces the image's entrypoint, `args` what it is given.
        let mut command = expanded("command");
        if command.is_empty() && image.entrypoint().is_some() {
            command.push("/entrypoint".into());
        }
        let args = expanded("args");
        if args.is_empty() && words(spec, "command").is_empty() {
            command.extend(image.arguments().iter().map(|&word| word.to_owned()));
        }
        command.extend(args);
        env.extend(own);
        let identity = identity(pod, spec);
        let number = fs::read_dir(pod.folder.path()).unwrap().count();
        let place = pod.folder.path().join(format!("{}-{number}", word(spec, "name")));
        fs::create_dir_all(place.join("root")).unwrap();
        let log = place.join("log");
        write_root(&place, pod, spec, image);
        fs::write(place.join("fast"), if fast { "fast" } else { "" }).unwrap();
        let out = File::create(&log).unwrap();
        let mut runner = tool(&["setpriv", "--pdeathsig", "KILL", "nsenter"]);
        runner.arg(format!("--net={}", pod.network.path()));
        runner.args(["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "sh", "-c", root::SCRIPT, "root"]);
        runner.arg(&place).args(&identity).args(["env", "-i"]).args(pairs(&env)).args(&command);
        let runner = runner.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        let pid = child_of(runner.id()).unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap()));
        Self { spec, image, env, network: pod.network.clone(), identity, runner, pid, log }
    }

    /// All that the container printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// The end of it, for messages.
    fn log_end(&self) -> String {
        last_lines(&self.log(), 30)
    }

    /// Runs a program in the container, as `kubectl exec` does.
    pub fn exec(&self, command: &[&str]) -> Output {
        self.spawn(command, &[]).wait_with_output().unwrap()
    }

    /// As `exec`, with variables over the container's.
    pub fn exec_with(&self, command: &[&str], env: &[(&str, &str)]) -> Output {
        self.spawn(command, env).wait_with_output().unwrap()
    }

    /// As `exec_with`, with a text that the program reads.
    pub fn exec_fed(&self, command: &[&str], env: &[(&str, &str)], text: &[u8]) -> Output {
        let mut child = self.enter(command, env).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What a program in the container prints, which must succeed.
    #[track_caller]
    pub fn says(&self, command: &[&str]) -> String {
        let said = self.exec(command);
        assert!(said.status.success(), "{command:?}: {said:?}\n{}", self.log_end());
        String::from_utf8(said.stdout).unwrap().trim_end().to_owned()
    }

    /// Starts a program in the container, in a process group of its own.
    pub fn spawn(&self, command: &[&str], env: &[(&str, &str)]) -> Child {
        self.enter(command, env).spawn().unwrap()
    }

    fn enter(&self, command: &[&str], env: &[(&str, &str)]) -> Command {
        let mut all = self.env.clone();
        all.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut enter = tool(&["nsenter", "--mount", "--net", "--pid", "--target"]);
        enter.arg(self.pid.to_string()).args(&self.identity).args(["env", "-i"]).args(pairs(&all)).args(command);
        enter.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        enter
    }

    /// Waits until the startup probe succeeds, which must be before `seconds` are over.
    #[track_caller]
    pub fn wait_started(&mut self, seconds: u64) {
        self.wait("startup probe", seconds, |container| container.probe("startupProbe").ok());
    }

    #[track_caller]
    pub fn wait(&mut self, what: &str, seconds: u64, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while !done(self) {
            if let Some(status) = self.runner.try_wait().unwrap() {
                panic!("{what}: the container ended with {status}\n{}", self.log_end());
            }
            assert!(Instant::now() < end, "{what}: not within {seconds} s\n{}", self.log_end());
            sleep(Duration::from_millis(50));
        }
    }

    pub fn signal(&self, name: &str) {
        signal(&self.pid.to_string(), name);
    }

    /// The image's stop signal; the status, or `None` where the container outlives `seconds`.
    pub fn stop(&mut self, seconds: u64) -> Option<i32> {
        self.signal(self.stop_signal());
        self.wait_end(seconds)
    }

    pub fn stop_signal(&self) -> &'static str {
        self.image.stop_signal()
    }

    /// The status, once it ended.
    pub fn ended(&mut self) -> Option<i32> {
        self.runner.try_wait().unwrap().map(|status| status.code().unwrap_or(-1))
    }

    /// `kill -9`: no chance to write anything.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.runner.wait().unwrap();
    }

    /// The status of a container that ends by itself; `None` where it does not within `seconds`.
    pub fn wait_end(&mut self, seconds: u64) -> Option<i32> {
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        if self.runner.try_wait().unwrap().is_none() {
            self.kill();
        }
    }
}
