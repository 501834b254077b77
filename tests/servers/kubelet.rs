//! What a kubelet and a container runtime do with one rendered pod, as far as it matters to a server: `$(VAR)`,
//! environment, volumes with `fsGroup`, user and capabilities, read-only root, probes, stop signals.
//!
//! Each container has a mount and a process namespace of its own and a root of its own: `/usr` of this machine, read
//! only, and otherwise just what the pod mounts, where the pod mounts it. All pods of one test share one network
//! namespace with nothing but loopback, so the rendered ports stay as they are; `/etc/hosts` stands for cluster DNS.
//!
//! Not emulated: cgroups (memory limits), seccomp, AppArmor, cluster DNS and Services, periods and thresholds of probes
//! (a test says when a probe runs), images. The entrypoints of the images are `entrypoint-*.sh` in this folder.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use serde::Deserialize;
use serde_yaml::Value;

use crate::support::{KGEN, Temp, run};

/// Where the programs of this machine are that a test starts itself.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type Env = BTreeMap<String, String>;

/// The objects of `kgen render dev`.
pub struct Stream(Vec<Value>);

impl Stream {
    #[track_caller]
    pub fn render(project: &str, env: &[(&str, &str)]) -> Self {
        match Self::try_render(project, env) {
            Ok(stream) => stream,
            Err(said) => panic!("{said}\n{project}"),
        }
    }

    /// The stream, or what kgen says against the project.
    pub fn try_render(project: &str, env: &[(&str, &str)]) -> Result<Self, String> {
        let temp = Temp::new();
        let text = format!("apiVersion: kgen.dev/v1\nproject: shop\nprofiles: {{dev: {{}}}}\n{project}");
        fs::write(temp.path().join("kgen.yaml"), text).unwrap();
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let said = run(Path::new(KGEN), temp.path(), &["render".into(), "dev".into()], &env, "");
        if said.status != Some(0) {
            return Err(said.stderr);
        }
        let documents = serde_yaml::Deserializer::from_str(&said.stdout);
        Ok(Self(documents.map(|document| Value::deserialize(document).unwrap()).collect()))
    }

    fn find(&self, kinds: &[&str], name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|o| kinds.iter().any(|kind| word(o, "kind") == *kind) && word(&o["metadata"], "name") == name)
    }

    /// The text of one key of a Secret or a ConfigMap; `None` where either is missing.
    pub fn key(&self, kind: &str, name: &str, key: &str) -> Option<String> {
        let text = self.find(&[kind], name)?.get("data")?.get(key)?.as_str()?;
        Some(if kind == "Secret" { decoded(text) } else { text.to_owned() })
    }

    pub fn secret(&self, name: &str, key: &str) -> String {
        self.key("Secret", name, key).unwrap_or_else(|| panic!("no Secret {name} with {key}"))
    }

    fn data(&self, kind: &str, name: &str) -> Env {
        let object = self.find(&[kind], name).unwrap_or_else(|| panic!("no {kind} {name}"));
        let keys = object["data"].as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned());
        keys.map(|key| (key.clone(), self.key(kind, name, &key).unwrap())).collect()
    }

    fn workload(&self, name: &str) -> &Value {
        self.find(&["Deployment", "StatefulSet", "CronJob"], name).unwrap_or_else(|| panic!("no workload {name}"))
    }

    /// Every Service answers on loopback: there is one of each in a test.
    fn hosts(&self) -> String {
        let services = self.0.iter().filter(|object| word(object, "kind") == "Service");
        let names: Vec<_> = services.map(|service| word(&service["metadata"], "name")).collect();
        format!("127.0.0.1 localhost {}\n", names.join(" "))
    }
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_sequence).into_iter().flatten()
}

fn words(value: &Value, key: &str) -> Vec<String> {
    list(value, key).map(|v| v.as_str().unwrap_or_else(|| panic!("{key}: {v:?} is no string")).to_owned()).collect()
}

/// `$(NAME)` as `third_party/forked/golang/expansion` has it: `$$` is `$`, what is not bound stays, what is not closed
/// stays.
pub fn expand(text: &str, bound: &Env) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$$") {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix("$(").and_then(|r| r.split_once(')')) {
            out.push_str(&bound.get(name).cloned().unwrap_or_else(|| format!("$({name})")));
            rest = after;
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out + rest
}

/// The environment of a container: `envFrom` first, then `env` in order, each value expanded with what stands before it.
pub fn environment(stream: &Stream, pod: &str, container: &Value) -> Env {
    let mut env = Env::new();
    for source in list(container, "envFrom") {
        for (kind, field) in [("Secret", "secretRef"), ("ConfigMap", "configMapRef")] {
            if let Some(reference) = source.get(field) {
                let data = stream.data(kind, word(reference, "name")).into_iter();
                env.extend(data.map(|(key, value)| (format!("{}{key}", word(source, "prefix")), value)));
            }
        }
    }
    for variable in list(container, "env") {
        let value = match variable.get("valueFrom") {
            None => Some(expand(word(variable, "value"), &env)),
            Some(from) => value_from(stream, pod, from),
        };
        if let Some(value) = value {
            env.insert(word(variable, "name").to_owned(), value);
        }
    }
    env
}

/// `None` where an optional key is missing: the variable is then not there at all.
fn value_from(stream: &Stream, pod: &str, from: &Value) -> Option<String> {
    for (kind, field) in [("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")] {
        if let Some(reference) = from.get(field) {
            let value = stream.key(kind, word(reference, "name"), word(reference, "key"));
            let optional = reference.get("optional").and_then(Value::as_bool) == Some(true);
            assert!(value.is_some() || optional, "CreateContainerConfigError: {reference:?}");
            return value;
        }
    }
    match word(&from["fieldRef"], "fieldPath") {
        "metadata.name" => Some(pod.to_owned()),
        "status.podIP" => Some("127.0.0.1".to_owned()),
        "metadata.namespace" => Some("default".to_owned()),
        field => panic!("the emulation has no field {field:?}"),
    }
}

/// What an exec probe's command is expanded with: `value` as it is written, and nothing for `valueFrom`. `envFrom` is
/// not there at all. (`ExpandContainerCommandOnlyStatic`)
pub fn static_environment(container: &Value) -> Env {
    list(container, "env").map(|v| (word(v, "name").to_owned(), word(v, "value").to_owned())).collect()
}

/// A network of its own, up to the end of the test, shared by the test's pods.
pub struct Network(Child);

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

/// A program of this machine, with a clean environment.
fn tool(args: &[&str]) -> Command {
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

/// A program that is missing is a failure, never a test that is left out.
#[track_caller]
pub fn needs(programs: &[&str]) {
    for program in programs {
        assert!(
            which(program).is_some(),
            "no `{program}`: apt-get install redis-server postgresql busybox shellcheck \
             rclone prometheus-postgres-exporter prometheus-redis-exporter"
        );
    }
}

fn which(program: &str) -> Option<PathBuf> {
    PATH.split(':').map(|folder| Path::new(folder).join(program)).find(|path| path.exists())
}

/// The newest PostgreSQL that Debian's packages put here.
fn postgres_folder() -> PathBuf {
    let majors = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path());
    let newest = majors.filter(|path| path.join("bin/postgres").exists()).max();
    newest.expect("no /usr/lib/postgresql/*/bin/postgres: apt-get install postgresql").join("bin")
}

/// What is known of an image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Image {
    Redis,
    Postgres,
    PostgresExporter,
    RedisExporter,
    Other,
}

impl Image {
    fn of(container: &Value) -> Self {
        match word(container, "image").split(':').next() {
            Some("redis") => Self::Redis,
            Some("postgres") => Self::Postgres,
            Some("quay.io/prometheuscommunity/postgres-exporter") => Self::PostgresExporter,
            Some("oliver006/redis_exporter") => Self::RedisExporter,
            _ => Self::Other,
        }
    }

    fn stop_signal(self) -> &'static str {
        if self == Self::Postgres { "INT" } else { "TERM" }
    }

    fn entrypoint(self) -> Option<&'static str> {
        match self {
            Self::Redis => Some(include_str!("entrypoint-redis.sh")),
            Self::Postgres => Some(include_str!("entrypoint-postgres.sh")),
            Self::PostgresExporter => Some("#!/bin/sh\nexec prometheus-postgres-exporter \"$@\"\n"),
            Self::RedisExporter => Some("#!/bin/sh\nexec prometheus-redis-exporter \"$@\"\n"),
            Self::Other => None,
        }
    }

    /// What the image sets; the pod's own variables go over it.
    fn environment(self) -> Env {
        let path = match self {
            Self::Postgres => format!("{}:{PATH}", postgres_folder().display()),
            _ => PATH.to_owned(),
        };
        [("PATH", path), ("HOME", "/".into()), ("HOSTNAME", "pod".into()), ("LANG", "C.UTF-8".into())]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}

/// A pod on this machine: its claims outlive it, its `emptyDir`s live as long as it does.
pub struct Pod<'t> {
    stream: &'t Stream,
    network: &'t Network,
    spec: &'t Value,
    name: String,
    /// Of the claims; else one's own.
    folder: Temp,
}

impl<'t> Pod<'t> {
    pub fn new(stream: &'t Stream, network: &'t Network, workload: &str) -> Self {
        let object = stream.workload(workload);
        let template = object["spec"].get("jobTemplate").map_or(&object["spec"], |job| &job["spec"]);
        let spec = &template["template"]["spec"];
        let pod = Self { stream, network, spec, name: format!("{workload}-0"), folder: Temp::new() };
        for claim in list(&object["spec"], "volumeClaimTemplates") {
            // A new file system, as the provisioner makes it: root's, with a `lost+found` that only root may read.
            let folder = pod.volume(word(&claim["metadata"], "name"));
            make(&folder, 0o755);
            make(&folder.join("lost+found"), 0o700);
        }
        for volume in list(spec, "volumes") {
            pod.fill(volume);
        }
        for entry in fs::read_dir(pod.folder.path().join("volumes")).into_iter().flatten() {
            pod.own(&entry.unwrap().path());
        }
        pod
    }

    /// Where a volume lies on this machine.
    pub fn volume(&self, name: &str) -> PathBuf {
        self.folder.path().join("volumes").join(name)
    }

    /// The pod is made anew: its empty folders are empty again, and `fsGroup` is applied to what is there.
    pub fn again(&self) {
        for volume in list(self.spec, "volumes").filter(|volume| volume.get("emptyDir").is_some()) {
            fs::remove_dir_all(self.volume(word(volume, "name"))).unwrap();
            self.fill(volume);
            self.own(&self.volume(word(volume, "name")));
        }
    }

    fn fill(&self, volume: &Value) {
        let folder = self.volume(word(volume, "name"));
        if volume.get("emptyDir").is_some() {
            make(&folder, 0o777);
        } else if volume.get("persistentVolumeClaim").is_some() {
            make(&folder, 0o755);
        } else {
            make(&folder, 0o755);
            let projected = volume.get("projected");
            let sources: Vec<&Value> = projected.map_or(vec![volume], |p| list(p, "sources").collect());
            for source in sources {
                self.project(&folder, projected, source);
            }
        }
    }

    /// The keys of one Secret or ConfigMap as files.
    fn project(&self, folder: &Path, projected: Option<&Value>, source: &Value) {
        let (kind, reference) = match (source.get("secret"), source.get("configMap")) {
            (Some(secret), _) => ("Secret", secret),
            (_, Some(config)) => ("ConfigMap", config),
            _ => panic!("the emulation has no volume {source:?}"),
        };
        let name = reference.get("secretName").or(reference.get("name")).and_then(Value::as_str).unwrap();
        let data = self.stream.data(kind, name);
        let default = projected.unwrap_or(reference).get("defaultMode").and_then(Value::as_u64).unwrap_or(0o644);
        let mut files: Vec<(String, String, u64)> = list(reference, "items")
            .map(|item| {
                let key = word(item, "key");
                let text = data.get(key).unwrap_or_else(|| panic!("{kind} {name} has no {key}")).clone();
                (word(item, "path").to_owned(), text, item.get("mode").and_then(Value::as_u64).unwrap_or(default))
            })
            .collect();
        if reference.get("items").is_none() {
            files = data.into_iter().map(|(key, text)| (key, text, default)).collect();
        }
        for (path, text, mode) in files {
            fs::write(folder.join(&path), text).unwrap();
            fs::set_permissions(folder.join(&path), Permissions::from_mode(mode.try_into().unwrap())).unwrap();
        }
    }

    fn security(&self, key: &str) -> Option<u32> {
        self.spec["securityContext"].get(key)?.as_u64()?.try_into().ok()
    }

    /// `fsGroup`: the group may do what the user may, and new files are the group's. With `OnRootMismatch` what lies
    /// below a folder that already is the group's is left alone.
    fn own(&self, folder: &Path) {
        let Some(group) = self.security("fsGroup") else { return };
        let mode = fs::metadata(folder).unwrap().permissions().mode();
        if fs::read_dir(folder).unwrap().count() > 0 && mode & 0o2070 == 0o2070 {
            return;
        }
        give(folder, group);
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() { self.own(&entry.path()) } else { give(&entry.path(), group) }
        }
    }

    /// Starts a container or an init container.
    #[track_caller]
    pub fn start(&'t self, container: &str) -> Container<'t> {
        Container::start(self, self.container(container), &Env::new(), false)
    }

    /// As `start`, with variables of the test over the pod's own, and with a `sleep` that only says so.
    #[track_caller]
    pub fn start_fast(&'t self, container: &str, env: &[(&str, &str)]) -> Container<'t> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Container::start(self, self.container(container), &env, true)
    }

    /// As `start`, with variables of the test over the pod's own.
    #[track_caller]
    pub fn start_with(&'t self, container: &str, env: &[(&str, &str)]) -> Container<'t> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Container::start(self, self.container(container), &env, false)
    }

    #[track_caller]
    fn container(&self, name: &str) -> &'t Value {
        let mut all = list(self.spec, "containers").chain(list(self.spec, "initContainers"));
        all.find(|c| word(c, "name") == name).unwrap_or_else(|| panic!("no container {name}"))
    }

    /// `uid` for the container, which the pod or the container says.
    fn user(&self, container: &Value) -> (u32, u32) {
        let own = |key: &str| container["securityContext"].get(key)?.as_u64()?.try_into().ok();
        let user = own("runAsUser").or(self.security("runAsUser")).expect("the image's own user is not known");
        // Without runAsGroup the image's user has its primary group there: the same number in these images.
        (user, own("runAsGroup").or(self.security("runAsGroup")).unwrap_or(user))
    }

    /// What the script of the container's root mounts: folder of the machine, path in the container, `ro` or `rw`.
    fn mounts(&self, container: &Value) -> Vec<String> {
        let mut out: Vec<(String, String)> = list(container, "volumeMounts")
            .map(|mount| {
                assert!(mount.get("subPath").is_none(), "the emulation has no subPath");
                let read_only = mount.get("readOnly").and_then(Value::as_bool) == Some(true);
                let mode = if read_only { "ro" } else { "rw" };
                let path = word(mount, "mountPath").trim_start_matches('/').to_owned();
                (path.clone(), format!("{} {path} {mode}\n", self.volume(word(mount, "name")).display()))
            })
            .collect();
        out.sort();
        out.into_iter().map(|(_, line)| line).collect()
    }
}

fn make(folder: &Path, mode: u32) {
    fs::create_dir_all(folder).unwrap();
    fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
}

fn give(path: &Path, group: u32) {
    chown(path, None, Some(group)).unwrap();
    let metadata = fs::metadata(path).unwrap();
    let mode = metadata.permissions().mode() | if metadata.is_dir() { 0o2770 } else { 0o440 };
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A running container. Dropped, it is killed, with all that runs in it.
pub struct Container<'t> {
    spec: &'t Value,
    image: Image,
    env: Env,
    /// Of `setpriv`, for what runs as the container's user.
    identity: Vec<String>,
    /// `unshare`, which ends with the status of the container.
    runner: Child,
    /// The container's process 1, as this machine counts.
    pub pid: u32,
    log: PathBuf,
}

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

impl<'t> Container<'t> {
    #[track_caller]
    fn start(pod: &'t Pod<'t>, spec: &'t Value, over: &Env, fast: bool) -> Self {
        let image = Image::of(spec);
        let mut env = image.environment();
        let mut own = environment(pod.stream, &pod.name, spec);
        own.extend(over.clone());
        let expanded = |key| words(spec, key).iter().map(|word| expand(word, &own)).collect::<Vec<_>>();
        // `command` replaces the image's entrypoint, `args` what it is given.
        let mut command = expanded("command");
        if command.is_empty() && image.entrypoint().is_some() {
            command.push("/entrypoint".into());
        }
        command.extend(expanded("args"));
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
        runner.arg(format!("--net=/proc/{}/ns/net", pod.network.0.id()));
        runner.args(["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "sh", "-c", ROOT, "root"]);
        runner.arg(&place).args(&identity).args(["env", "-i"]).args(pairs(&env)).args(&command);
        let runner = runner.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        let pid = child_of(runner.id()).unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap()));
        Self { spec, image, env, identity, runner, pid, log }
    }

    /// All that the container printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// The end of it, for messages.
    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
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
        self.signal(self.image.stop_signal());
        self.wait_end(seconds)
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
            if let Some(status) = self.runner.try_wait().unwrap() {
                return Some(status.code().unwrap_or(-1));
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

/// Ends what `spawn` started, with all that it started.
pub fn end(child: &mut Child) {
    signal(&format!("-{}", child.id()), "KILL");
    child.wait().unwrap();
}

fn signal(target: &str, name: &str) {
    tool(&["/bin/kill", &format!("-{name}"), "--", target]).status().unwrap();
}

/// `unshare --fork` has one child: the container's process 1.
fn child_of(parent: u32) -> Option<u32> {
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

fn pairs(env: &Env) -> impl Iterator<Item = String> {
    env.iter().map(|(name, value)| format!("{name}={value}"))
}

/// No capability, no way to get one, the pod's user and groups.
fn identity(pod: &Pod, container: &Value) -> Vec<String> {
    let (user, group) = pod.user(container);
    assert!(user != 0, "runAsNonRoot: the container would run as root");
    let security = &container["securityContext"];
    assert_eq!(security["allowPrivilegeEscalation"].as_bool(), Some(false));
    assert_eq!(words(&security["capabilities"], "drop"), ["ALL"]);
    let groups = pod.security("fsGroup").map_or(group.to_string(), |fs| format!("{group},{fs}"));
    let all = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"].map(str::to_owned);
    let own = [format!("--reuid={user}"), format!("--regid={group}"), format!("--groups={groups}"), "--".to_owned()];
    all.into_iter().chain(own).collect()
}

/// What the script below reads.
fn write_root(place: &Path, pod: &Pod, container: &Value, image: Image) {
    let (user, group) = pod.user(container);
    let read_only = container["securityContext"]["readOnlyRootFilesystem"].as_bool() == Some(true);
    let alpine = word(container, "image").contains("alpine");
    let put = |name: &str, text: &str| fs::write(place.join(name), text).unwrap();
    put("mounts", &pod.mounts(container).concat());
    put("hosts", &pod.stream.hosts());
    put("passwd", &format!("root:x:0:0::/:/bin/sh\nserver:x:{user}:{group}::/:/bin/sh\n"));
    put("group", &format!("root:x:0:\nserver:x:{group}:\n"));
    put("entrypoint", image.entrypoint().unwrap_or_default());
    put("mode", if read_only { "ro" } else { "rw" });
    // The programs that the image has from busybox; the rest is Debian's.
    put("busybox", if alpine { "sh cat date grep head mv rm seq sleep sort sync timeout wc" } else { "" });
    let working_folder = if image == Image::Redis && !pod.mounts(container).is_empty() { "/data" } else { "/" };
    put("folder", working_folder);
}

/// Makes the root of a container and goes there. `$1` holds what `write_root` wrote.
const ROOT: &str = r#"
set -eu
place=$1; shift
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$place/root"
read -r folder < "$place/folder" || :
read -r mode < "$place/mode" || :
read -r busybox < "$place/busybox" || :
read -r fast < "$place/fast" || :
cd "$place/root"
mkdir usr etc proc dev run tmp var data docker-entrypoint-initdb.d
chmod 1777 tmp
for link in bin sbin lib lib32 lib64 libx32; do [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$link"; done
ln -s ../run var/run
mount --bind /usr usr
mount -o remount,bind,ro usr
for program in $busybox; do mount --bind /usr/bin/busybox "usr/bin/$program"; done
if [ "$fast" ]; then
  printf '#!/bin/sh\necho sleep "$@"\n' > sleep
  chmod 755 sleep
  mount --bind sleep usr/bin/sleep
fi
mount -t proc proc proc
mkdir dev/shm
for device in null zero full random urandom; do : > "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
ln -s /proc/self/fd dev/fd
cp "$place/passwd" "$place/group" "$place/hosts" etc
cp "$place/entrypoint" entrypoint
chmod 755 entrypoint
while read -r from to how; do
  mkdir -p "$to"
  mount --bind "$from" "$to"
  [ "$how" = rw ] || mount -o remount,bind,ro "$to"
done < "$place/mounts"
mkdir old
pivot_root . old
cd /
umount -l old
rmdir old
[ "$mode" = rw ] || mount -o remount,ro /
cd "$folder"
umask 022
exec "$@"
"#;

#[test]
fn expansion_is_kubernetes() {
    let bound = [("A", "a"), ("B", "$(A)"), ("EMPTY", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    for (text, wanted) in [
        ("$(A)", "a"),
        ("x$(A)y$(A)", "xaya"),
        ("$(B)", "$(A)"),
        ("$(EMPTY)!", "!"),
        ("$(NONE)", "$(NONE)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$a"),
        ("$$$$(A)", "$$(A)"),
        ("$A ${A}", "$A ${A}"),
        ("$(A", "$(A"),
        ("$(A $(A)", "$(A $(A)"),
        ("$", "$"),
        ("$$", "$"),
        ("a$", "a$"),
        ("$()", "$()"),
        ("日$(A)本", "日a本"),
    ] {
        assert_eq!(expand(text, &bound), wanted, "{text}");
    }
}
