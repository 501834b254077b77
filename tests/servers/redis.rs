//! Redis as rendered: what the server is told, what its probes answer in each state, what it keeps.
//!
//! Debian has redis and not valkey: the projects say `redis:7-alpine`. On that image `sh`, `grep` and `timeout` are
//! busybox's, and so they are here.

use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::hostile;
use crate::kubelet::{Container, Network, Pod, Stream, end};

/// A store with these further keys.
fn store(more: &str) -> Stream {
    let project =
        format!("redis:\n  cache:\n    image: redis:7-alpine\n    password: ${{secrets.cache.password}}\n{more}");
    Stream::render(&format!("secrets: {{cache: {{password: {{env: PW}}}}}}\n{project}"), &[("PW", "s3cret")])
}

/// What `CONFIG GET` says of one directive.
fn config(redis: &Container, name: &str) -> String {
    let said = String::from_utf8(redis.exec(&["redis-cli", "config", "get", name]).stdout).unwrap();
    let value = said.strip_suffix('\n').and_then(|said| said.split_once('\n')).map(|(_, value)| value.to_owned());
    value.unwrap_or_else(|| panic!("{name}: {said:?}"))
}

const READY: [bool; 3] = [true, true, true];
/// It has not started, gets no traffic and is not killed.
const BUSY: [bool; 3] = [false, false, true];
const DEAD: [bool; 3] = [false, false, false];

#[test]
fn probes_when_up_and_with_a_wrong_password() {
    let network = Network::new();
    let stream = store("");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    assert_eq!(redis.probes(), READY);
    for wrong in ["", "wrong", "$(REDIS_PASSWORD)"] {
        let probe = |name| redis.probe_with(name, &[("REDISCLI_AUTH", wrong)]).ok();
        assert_eq!(["startupProbe", "readinessProbe", "livenessProbe"].map(probe), BUSY, "{wrong:?}");
    }
    // Without a password nobody gets in.
    let said = redis.exec_with(&["redis-cli", "get", "a"], &[("REDISCLI_AUTH", "")]);
    assert!(String::from_utf8_lossy(&said.stdout).starts_with("NOAUTH"), "{said:?}");
    // The probes leave no failed logins behind.
    redis.says(&["redis-cli", "acl", "log", "reset"]);
    assert_eq!(redis.probes(), READY);
    assert_eq!(redis.says(&["redis-cli", "acl", "log"]), "");
}

#[test]
fn a_store_without_a_password_is_probed_without_one() {
    let network = Network::new();
    let stream = Stream::render("redis: {cache: {image: \"redis:7-alpine\", auth: none, persistence: none}}", &[]);
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    assert_eq!(redis.probes(), READY);
    assert_eq!(redis.says(&["redis-cli", "-h", "cache", "get", "a"]), "");
    // 75 % of the 128 MiB that are the default limit: nothing is ever written out, so no fork needs room.
    assert_eq!(config(&redis, "maxmemory"), (96 << 20).to_string());
}

#[test]
fn probes_while_a_script_runs() {
    let network = Network::new();
    // Up to this many milliseconds a script blocks all others without a word; then they are told.
    let stream = store("    config: {busy-reply-threshold: 8000}\n");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let mut script = redis.spawn(&["redis-cli", "eval", "while true do end", "0"], &[]);
    sleep(Duration::from_millis(300));
    // Silent, as a stopped one: liveness fails once or twice, of six.
    assert!(!redis.probe("livenessProbe").ok());
    redis.wait("busy", 10, |redis| redis.says(&["redis-cli", "ping"]).starts_with("BUSY"));
    assert_eq!(redis.probes(), BUSY);
    assert_eq!(redis.says(&["redis-cli", "script", "kill"]), "OK");
    script.wait().unwrap();
    assert_eq!(redis.probes(), READY);
}

#[test]
fn probes_when_no_client_is_let_in() {
    let network = Network::new();
    let stream = store("    config: {maxclients: 10}\n");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    // More than fit, and again and again: a probe that comes between takes a place for a moment.
    let hold = "for i in `seq 600`; do exec {fd}<>/dev/tcp/127.0.0.1/6379; sleep 0.1; done";
    let mut clients = redis.spawn(&["bash", "-c", hold], &[]);
    redis.wait("full", 5, |redis| !redis.probe("readinessProbe").ok());
    assert_eq!(redis.probes(), BUSY);
    end(&mut clients);
    redis.wait("room", 10, |redis| redis.probe("readinessProbe").ok());
    assert_eq!(redis.probes(), READY);
}

#[test]
fn probes_when_the_server_is_stopped_or_hangs() {
    let network = Network::new();
    let stream = store("");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    redis.signal("STOP");
    // `probes` says that each ends within its own timeoutSeconds.
    assert_eq!(redis.probes(), DEAD);
    redis.signal("CONT");
    assert_eq!(redis.probes(), READY);
    assert_eq!(redis.says(&["redis-cli", "config", "set", "port", "6380"]), "OK");
    assert_eq!(redis.probes(), DEAD, "refused");
}

#[test]
fn probes_while_it_loads() {
    let network = Network::new();
    let stream = store("");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    redis.says(&["redis-cli", "set", "first", "1"]);
    assert_eq!(redis.stop(20), Some(0));
    // As many writes as an app makes in an hour, to the same few keys.
    let folder = pod.volume("data").join("appendonlydir");
    let mut names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let log = names.find(|path| path.to_string_lossy().ends_with(".incr.aof")).unwrap();
    let mut out = BufWriter::new(OpenOptions::new().append(true).open(log).unwrap());
    for number in 0..3_000_000 {
        let key = number % 1000;
        write!(out, "*3\r\n$3\r\nSET\r\n$7\r\nkey:{key:03}\r\n$7\r\n{number:07}\r\n").unwrap();
    }
    out.flush().unwrap();
    drop(out);
    let mut redis = pod.start("redis");
    let (mut loading, start) = (0, Instant::now());
    while redis.says(&["sh", "-c", "redis-cli ping 2>&1 || :"]) != "PONG" {
        assert!(start.elapsed() < Duration::from_secs(60), "{}", redis.log());
        if redis.says(&["sh", "-c", "redis-cli ping 2>&1 || :"]).starts_with("LOADING") {
            let found = redis.probes();
            // It may have ended between the question and the probes.
            if redis.says(&["sh", "-c", "redis-cli ping 2>&1 || :"]).starts_with("LOADING") {
                assert_eq!(found, BUSY);
                loading += 1;
            }
        }
    }
    assert!(loading > 0, "it was loaded before it could be asked");
    redis.wait_started(5);
    assert_eq!(redis.probes(), READY);
    assert_eq!(redis.says(&["redis-cli", "get", "key:999"]), "2999999");
    assert_eq!(redis.says(&["redis-cli", "get", "first"]), "1");
}

/// A full disk: the store says so to who writes, is taken out of the Service and is not killed.
#[test]
fn probes_when_the_disk_is_full() {
    let network = Network::new();
    let stream = store("    persistence: {aof: everysec, size: 1Gi}\n");
    let pod = Pod::new(&stream, &network, "cache");
    let data = pod.volume("data");
    let disk = FullDisk::mount(&data);
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let fill = "head -c 20000 /dev/zero | tr '\\0' x > /tmp/v; \
        for i in `seq 2000`; do redis-cli -x set key:$i < /tmp/v; done 2>&1 | grep -m1 MISCONF";
    let said = redis.exec(&["bash", "-c", &fill.replace("/tmp/v", "/data/../data/value")]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("MISCONF"), "{said:?}\n{}", redis.log());
    assert_eq!(redis.probes(), BUSY);
    drop(redis);
    drop(disk);
}

/// A file system of 4 MiB over a volume.
struct FullDisk(std::path::PathBuf);

impl FullDisk {
    fn mount(folder: &std::path::Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        crate::kubelet::machine(&["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.to_str().unwrap()]);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o2777)).unwrap();
        Self(folder.to_owned())
    }
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        crate::kubelet::machine(&["umount", "-l", self.0.to_str().unwrap()]);
    }
}

#[test]
fn memory_and_config_arrive() {
    let network = Network::new();
    let more = "    resources: {limits: {memory: 512Mi}, requests: {memory: 512Mi}}
    config: {timeout: 300, notify-keyspace-events: Ex, client-output-buffer-limit: \"pubsub 32mb 8mb 60\"}
    persistence: {aof: always, snapshots: [\"900 1\", \"300 10\"], size: 2Gi}\n";
    let stream = store(more);
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let found = ["maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save", "timeout", "dir"];
    // 45 % of 512 MiB, in whole MiB.
    let wanted = [&(230 << 20).to_string(), "noeviction", "yes", "always", "900 1 300 10", "300", "/data"];
    assert_eq!(found.map(|name| config(&redis, name)), wanted);
    assert!(config(&redis, "client-output-buffer-limit").ends_with("pubsub 33554432 8388608 60"));
    assert_eq!(config(&redis, "notify-keyspace-events"), "xE");
    // Nothing of the password where the processes are listed.
    let list = redis.says(&["bash", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]);
    assert!(!list.contains("s3cret"), "{list}");
}

#[test]
fn a_cache_writes_nothing() {
    let network = Network::new();
    let stream = store("    persistence: none\n    evictionPolicy: allkeys-lru\n    maxMemory: 4mb\n");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let found = ["save", "appendonly", "maxmemory-policy"].map(|name| config(&redis, name));
    assert_eq!(found, ["", "no", "allkeys-lru"]);
    let fill = "for i in `seq 20000`; do echo set key:$i 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789; done | redis-cli | grep -vc OK";
    redis.exec(&["bash", "-c", fill]);
    let stats = redis.says(&["redis-cli", "info", "stats"]);
    assert!(!stats.contains("evicted_keys:0\r"), "a cache that is full forgets: {stats}");
    assert_eq!(redis.probes(), READY);
    assert_eq!(redis.stop(15), Some(0), "{}", redis.log());
    assert_eq!(fs::read_dir(pod.volume("data")).unwrap().count(), 0);
}

/// What was acknowledged more than the bound of `everysec` before the kill is there after it; a planned stop loses
/// nothing at all.
#[test]
fn writes_survive() {
    let network = Network::new();
    let stream = store("");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    let counted = pod.volume("data").join("counted");
    let mut writer = redis.spawn(&["sh", "-c", "redis-cli -r 10000000 incr n > /data/counted"], &[]);
    sleep(Duration::from_millis(1500));
    let early = last_number(&counted);
    sleep(Duration::from_millis(1100));
    redis.kill();
    let _ = writer.wait();
    let late = last_number(&counted);
    pod.again();
    let mut redis = pod.start("redis");
    redis.wait_started(20);
    let kept: u64 = redis.says(&["redis-cli", "get", "n"]).parse().unwrap();
    assert!(early > 100 && kept >= early, "{kept} of {early} to {late}");
    assert_eq!(redis.says(&["redis-cli", "set", "n", "7"]), "OK");
    assert_eq!(redis.stop(60), Some(0));
    let mut redis = pod.start("redis");
    redis.wait_started(20);
    assert_eq!(redis.says(&["redis-cli", "get", "n"]), "7");
}

/// The last number that was printed in full.
fn last_number(path: &std::path::Path) -> u64 {
    let text = fs::read_to_string(path).unwrap();
    let whole = &text[..text.rfind('\n').unwrap_or(0)];
    whole.lines().last().unwrap_or("0").parse().unwrap()
}

/// `workload: Deployment` with a claim: the same data after the pod was replaced.
#[test]
fn a_deployment_keeps_its_claim() {
    let network = Network::new();
    let stream = store("    workload: Deployment\n    persistence: {size: 1Gi, claim: old-claim}\n");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    redis.says(&["redis-cli", "set", "a", "1"]);
    redis.kill();
    pod.again();
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    assert_eq!(redis.says(&["redis-cli", "get", "a"]), "1");
}

/// Each password reaches the server, the probes, and a client through the URL that kgen composed.
#[test]
fn passwords_arrive() {
    let network = Network::new();
    for password in hostile::passwords() {
        let project = "secrets: {cache: {password: {env: PW}}}
redis: {cache: {image: \"redis:7-alpine\", password: \"${secrets.cache.password}\"}}
apps: {api: {image: a/b:1, env: {URL: \"${redis.cache.url}\"}}}\n";
        let stream = Stream::render(project, &[("PW", &password)]);
        assert_eq!(stream.secret("cache", "password"), password);
        let pod = Pod::new(&stream, &network, "cache");
        let mut redis = pod.start("redis");
        redis.wait_started(10);
        assert_eq!(redis.probes(), READY, "{password:?}");
        assert_eq!(config(&redis, "requirepass"), password);
        let url = stream.secret("cache", "url");
        let unset = [("REDISCLI_AUTH", "")];
        let said = redis.exec_with(&["env", "-u", "REDISCLI_AUTH", "redis-cli", "-u", &url, "ping"], &unset);
        assert_eq!(said.stdout, b"PONG\n", "{password:?} {url} {said:?}");
    }
}

#[test]
fn passwords_that_cannot_work_are_refused() {
    for password in ["", "a\n", "a\nb"] {
        let project = "secrets: {cache: {password: {env: PW}}}
redis: {cache: {image: \"redis:7-alpine\", password: \"${secrets.cache.password}\"}}\n";
        let said = Stream::try_render(project, &[("PW", password)]).map(|_| ()).expect_err(password);
        assert!(said.contains("error[password-form]: `secrets.cache.password` "), "{password:?}: {said}");
    }
}
