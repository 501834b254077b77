//! A rendered set of Redis servers with their Sentinels, as the tests handle it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::client::{Client, Reply};
use crate::kubelet::{Cluster, Names, Network, Stream};
use crate::load::{Ack, Watch, Writer, lost};

pub const PASSWORD: &str = "s3cret";

/// `redis.cache` with `mode: sentinel` and these further keys of the project.
pub fn project(image: &str, more: &str) -> String {
    format!(
        "secrets: {{cache: {{password: {{env: PW}}}}}}
redis: {{cache: {{mode: sentinel, image: \"{image}\", password: \"${{secrets.cache.password}}\"}}}}
{more}"
    )
}

pub fn stream(image: &str, more: &str) -> Stream {
    Stream::render(&project(image, more), &[("PW", PASSWORD)])
}

pub struct Set<'t> {
    pub cluster: Cluster<'t>,
    pub pods: Vec<String>,
}

impl<'t> Set<'t> {
    /// Starts all pods at once, and waits until they are one set.
    #[track_caller]
    pub fn start(stream: &'t Stream) -> Self {
        let mut set = Self { cluster: Cluster::new(stream), pods: Vec::new() };
        set.deploy();
        set
    }

    /// As `start`, where something else is already.
    #[track_caller]
    pub fn deploy(&mut self) {
        self.pods = self.cluster.deploy("cache");
        assert_eq!(self.settled(60), "cache-0");
    }

    pub fn redis(&self, pod: &str) -> Option<Client> {
        Client::login(self.cluster.network(), self.cluster.address(pod), 6379, PASSWORD).ok()
    }

    pub fn sentinel(&self, pod: &str) -> Option<Client> {
        Client::login(self.cluster.network(), self.cluster.address(pod), 26379, PASSWORD).ok()
    }

    /// What a server or a Sentinel answers; nothing where there is none.
    pub fn ask(client: Option<Client>, words: &[&str]) -> String {
        client.and_then(|mut client| client.ask(words).ok()).and_then(Reply::text).unwrap_or_default()
    }

    /// What one server says of itself: `role:master`, `master_link_status:up`.
    pub fn info(&self, pod: &str) -> String {
        Self::ask(self.redis(pod), &["INFO", "replication"])
    }

    /// One line a pod: what its server and its Sentinel say.
    fn state(&self) -> String {
        let line = |pod: &String| {
            let info = self.info(pod).replace("\r\n", " ");
            let sentinel = Self::ask(self.sentinel(pod), &["SENTINEL", "MASTER", "mymaster"]).replace('\n', " ");
            format!("{pod} {}: {info}\n    {sentinel}\n", self.cluster.address(pod))
        };
        self.pods.iter().map(line).collect()
    }

    /// The primary, once there is one, all others follow it, and all Sentinels agree and know each other.
    #[track_caller]
    pub fn settled(&self, seconds: u64) -> String {
        self.wait("one set", seconds, Self::agreed)
    }

    /// Waits until there is an answer.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, seconds: u64, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            assert!(Instant::now() < end, "{what}: not within {seconds} s\n{}\n{}", self.state(), self.cluster.logs());
            sleep(Duration::from_millis(50));
        }
    }

    fn agreed(&self) -> Option<String> {
        let alive: Vec<_> = self.pods.iter().filter(|pod| self.cluster.runs(pod)).collect();
        let infos: Vec<_> = alive.iter().map(|pod| self.info(pod)).collect();
        let primaries = infos.iter().filter(|info| info.contains("role:master")).count();
        let primary = infos.iter().position(|info| info.matches("state=online").count() == alive.len() - 1)?;
        let following = infos.iter().filter(|info| info.contains("master_link_status:up")).count();
        if primaries != 1 || following != alive.len() - 1 {
            return None;
        }
        let name = alive[primary].clone();
        alive.iter().all(|pod| self.sentinel_says(pod, &name)).then_some(name)
    }

    /// This pod's Sentinel sees this primary, well, and all others.
    fn sentinel_says(&self, pod: &str, primary: &str) -> bool {
        let said = Self::ask(self.sentinel(pod), &["SENTINEL", "MASTER", "mymaster"]);
        let lines: Vec<_> = said.lines().collect();
        let value = |key: &str| lines.chunks(2).find(|pair| pair[0] == key).map_or("", |pair| pair[1]);
        let others = (self.pods.len() - 1).to_string();
        value("ip").split('.').next() == Some(primary)
            && value("flags") == "master"
            && value("num-other-sentinels") == others
            && value("num-slaves") == others
    }

    /// One of the pods, once it says that it is the primary.
    #[track_caller]
    pub fn promoted(&self, pods: &[&str], seconds: u64) -> String {
        let is_primary = |set: &Self, pod: &&&str| set.info(pod).contains("role:master");
        self.wait("a new primary", seconds, |set| pods.iter().find(|pod| is_primary(set, pod)).map(ToString::to_string))
    }

    /// A client that asks the Sentinels for the primary.
    pub fn finder(&self) -> Finder {
        let (network, names) = (self.cluster.network().clone(), Arc::clone(self.cluster.names()));
        Finder { network, names }
    }

    pub fn writer(&self) -> Writer {
        let finder = self.finder();
        Writer::start(move || finder.primary())
    }

    pub fn watch(&self) -> Watch {
        Watch::start(self.cluster.sandboxes(), "cache", PASSWORD)
    }

    /// Which of these acknowledged writes the primary has not.
    pub fn lost(&self, acks: &[Ack]) -> Vec<Ack> {
        let mut primary = self.finder().primary().unwrap();
        lost(&mut primary, acks)
    }

    pub fn canary(&self, value: &str) {
        let mut primary = self.finder().primary().unwrap();
        assert_eq!(primary.ask(&["SET", "canary", value]).unwrap(), Reply::Text("OK".into()));
        assert_eq!(primary.ask(&["WAIT", "1", "5000"]).map(|n| n != Reply::Text("0".into())).ok(), Some(true));
    }

    /// What every server has for the canary.
    pub fn canaries(&self) -> Vec<String> {
        self.pods.iter().map(|pod| Self::ask(self.redis(pod), &["GET", "canary"])).collect()
    }
}

/// What a client that knows Sentinel does.
#[derive(Clone)]
pub struct Finder {
    network: Network,
    names: Names,
}

impl Finder {
    pub fn primary(&self) -> Option<Client> {
        let sentinels = self.resolve("cache-sentinel.default.svc.cluster.local");
        let all = sentinels.into_iter().chain(self.resolve("cache-headless.default.svc.cluster.local"));
        let host = all.into_iter().find_map(|sentinel| self.ask(sentinel))?;
        let address = *self.resolve(&host).first()?;
        let mut client = Client::login(&self.network, address, 6379, PASSWORD).ok()?;
        let role = client.ask(&["ROLE"]).ok()?.text()?;
        role.starts_with("master").then_some(client)
    }

    fn ask(&self, sentinel: Ipv4Addr) -> Option<String> {
        let mut client = Client::login(&self.network, sentinel, 26379, PASSWORD).ok()?;
        let said = client.ask(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster"]).ok()?.text()?;
        said.lines().next().map(str::to_owned)
    }

    fn resolve(&self, name: &str) -> Vec<Ipv4Addr> {
        self.names.lock().unwrap().get(name).cloned().unwrap_or_default()
    }
}
