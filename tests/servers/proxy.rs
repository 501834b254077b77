//! HAProxy before a Redis with Sentinel, as rendered: a client that knows one address reaches the primary.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::client::{Client, Reply};
use crate::hostile;
use crate::kubelet::{Bridge, Cluster, Names, Network, Pod, Stream};
use crate::load::{Writer, pause};
use crate::set::{PASSWORD, Set, stream};

const SECOND: Duration = Duration::from_secs(1);
const IMAGE: &str = "redis:7-alpine";
const APP: &str = "apps: {api: {image: a/b:1, env: {URL: \"${redis.cache.url}\"}}}\n";

/// What a client does that knows the Service's name and nothing else.
#[derive(Clone)]
struct Plain {
    network: Network,
    names: Names,
    /// When it found itself at a replica.
    strays: Arc<Mutex<Vec<Instant>>>,
}

impl Plain {
    fn of(cluster: &Cluster) -> Self {
        Self { network: cluster.network().clone(), names: Arc::clone(cluster.names()), strays: Arc::default() }
    }

    fn addresses(&self) -> Vec<Ipv4Addr> {
        self.names.lock().unwrap().get("cache.default.svc.cluster.local").cloned().unwrap_or_default()
    }

    /// Any of the addresses, as it comes.
    fn connect(&self) -> Option<Client> {
        let addresses = self.addresses();
        let turn = Instant::now().elapsed().subsec_nanos() as usize;
        let address = addresses.get(turn % addresses.len().max(1))?;
        let mut client = Client::login(&self.network, *address, 6379, PASSWORD).ok()?;
        let primary = client.ask(&["ROLE"]).ok()?.text()?.starts_with("master");
        if !primary {
            self.strays.lock().unwrap().push(Instant::now());
        }
        primary.then_some(client)
    }

    /// From the first time it found itself at a replica to the last.
    fn astray(&self) -> Duration {
        let strays = self.strays.lock().unwrap();
        strays.first().zip(strays.last()).map_or(Duration::ZERO, |(first, last)| *last - *first)
    }

    fn writer(&self) -> Writer {
        let plain = self.clone();
        Writer::start(move || plain.connect())
    }
}

/// Each proxy by itself leads to the primary, after a moment at most; a replica behind it would refuse the write.
#[track_caller]
fn both_lead_to(set: &mut Set, primary: &str) {
    set.cluster.wait_ready(30);
    let addresses = set.cluster.resolve("cache");
    assert_eq!(addresses.len(), 2);
    for address in addresses {
        set.wait("the primary behind the proxy", 10, |set| {
            let mut client = Client::login(set.cluster.network(), address, 6379, PASSWORD).ok()?;
            let said = client.ask(&["SET", "through", &address.to_string()]).ok()?;
            (said == Reply::Text("OK".into())).then_some(())
        });
        let mut direct = set.redis(primary).unwrap();
        assert_eq!(direct.ask(&["GET", "through"]).unwrap(), Reply::Text(address.to_string()));
    }
}

/// The proxies are there before any server is, and wait for one.
fn started(stream: &Stream) -> Set<'_> {
    let mut set = Set { cluster: Cluster::new(stream), pods: Vec::new() };
    let proxies = set.cluster.deploy("cache-proxy");
    set.wait("alive", 10, |set| {
        let alive = |pod: &String| set.cluster.container(pod, "haproxy").probe("livenessProbe").ok();
        proxies.iter().all(alive).then_some(())
    });
    for proxy in &proxies {
        assert!(!set.cluster.container(proxy, "haproxy").probe("readinessProbe").ok(), "no primary, and ready");
    }
    set.deploy();
    both_lead_to(&mut set, "cache-0");
    set
}

#[test]
fn proxies_follow_the_primary() {
    let stream = stream(IMAGE, APP);
    let mut set = started(&stream);
    let plain = Plain::of(&set.cluster);
    let writer = plain.writer();
    sleep(2 * SECOND);
    let killed = Instant::now();
    set.cluster.kill("cache-0");
    let new = set.promoted(&["cache-1", "cache-2"], 30);
    both_lead_to(&mut set, &new);
    let took = killed.elapsed();
    set.cluster.start("cache-0");
    assert_eq!(set.settled(30), new);
    both_lead_to(&mut set, &new);
    let acks = writer.end();
    let lost = set.lost(&acks);
    println!(
        "kill: both lead to {new} after {took:?}, pause {:?}, {} of {} lost",
        pause(&acks),
        lost.len(),
        acks.len()
    );
    assert!(pause(&acks) < 15 * SECOND, "{:?}", pause(&acks));
    assert!(lost.iter().all(|ack| ack.at <= killed && killed - ack.at < SECOND), "{lost:?}");

    let plain = Plain::of(&set.cluster);
    let writer = plain.writer();
    sleep(2 * SECOND);
    let stopped = set.cluster.delete(&new);
    let next = set.settled(30);
    set.cluster.start(&new);
    both_lead_to(&mut set, &next);
    let acks = writer.end();
    let lost = set.lost(&acks);
    println!(
        "stop: {stopped:?}, pause {:?}, astray {:?}, {} of {} lost",
        pause(&acks),
        plain.astray(),
        lost.len(),
        acks.len()
    );
    assert!(plain.astray() < 3 * SECOND, "{:?}", plain.astray());
    assert!(pause(&acks) < 8 * SECOND, "{:?}", pause(&acks));
    assert_eq!(lost.len(), 0);
}

#[test]
fn one_proxy_is_lost_or_replaced() {
    let stream = stream(IMAGE, APP);
    let mut set = started(&stream);
    let plain = Plain::of(&set.cluster);
    let writer = plain.writer();
    sleep(SECOND);
    set.cluster.kill("cache-proxy-0");
    sleep(SECOND);
    set.cluster.start("cache-proxy-0");
    both_lead_to(&mut set, "cache-0");
    // A planned stop ends, though clients stay connected.
    let stopped = set.cluster.delete("cache-proxy-1");
    println!("{stopped:?}");
    assert!(stopped.status["haproxy"].is_some() && stopped.took < 30 * SECOND, "{stopped:?}");
    set.cluster.start("cache-proxy-1");
    both_lead_to(&mut set, "cache-0");
    let acks = writer.end();
    println!("pause {:?}", pause(&acks));
    assert!(pause(&acks) < 4 * SECOND && set.lost(&acks).is_empty(), "{:?}", pause(&acks));
}

/// The server comes back with another address, and again, until no proxy has an old one.
#[test]
fn proxies_follow_addresses() {
    let stream = stream(IMAGE, APP);
    let mut set = started(&stream);
    for pod in ["cache-0", "cache-1", "cache-2", "cache-0", "cache-1", "cache-2"] {
        set.cluster.delete(pod);
        set.cluster.start(pod);
        let primary = set.settled(60);
        both_lead_to(&mut set, &primary);
    }
}

/// HAProxy logs in with each password, which stands in no script.
#[test]
fn passwords_arrive() {
    let bridge = Bridge::new();
    let stream = stream(IMAGE, APP);
    let server = Pod::new(&stream, &bridge.join(), "cache");
    let full = "cache-0.cache-headless.default.svc.cluster.local".to_owned();
    bridge.dns().names().lock().unwrap().insert(full, vec![server.network.address()]);
    let mut redis = server.start_fast("redis", &[("MEMBERS", "cache-0")]);
    redis.wait_started(20);
    let mut old = PASSWORD.to_owned();
    for password in hostile::passwords() {
        let set = ["sh", "-c", "printf %s \"$NEW\" | redis-cli -x config set requirepass"];
        let said = redis.exec_with(&set, &[("NEW", &password), ("REDISCLI_AUTH", &old)]);
        assert_eq!(said.stdout, b"OK\n", "{password:?} after {old:?}");
        old.clone_from(&password);
        let pod = Pod::new(&stream, &bridge.join(), "cache-proxy");
        let mut proxy = pod.start_with("haproxy", &[("REDIS_PASSWORD", &password)]);
        proxy.wait(&format!("{password:?}"), 20, |proxy| proxy.probe("readinessProbe").ok());
        let mut client = Client::login(bridge.network(), pod.network.address(), 6379, &password).unwrap();
        assert_eq!(client.ask(&["PING"]).unwrap(), Reply::Text("PONG".into()), "{password:?}");
    }
    assert!(!stream.key("ConfigMap", "cache-proxy", "proxy.sh").unwrap().contains(PASSWORD));
}
