//! `mode: sentinel` as rendered, with real servers: what it survives, and what that costs.
//!
//! Numbers of `research/data.md` 4.2; bounds here are wider, as a busy machine is slow.

use std::time::{Duration, Instant};

use crate::client::{Client, PATIENCE, Reply};
use crate::load::{Reign, pause};
use crate::set::{PASSWORD, Set, stream};

const ALPINE: &str = "redis:7-alpine";

/// Who accepted writes, one after the other.
fn order(reigns: &[Reign]) -> Vec<&str> {
    reigns.iter().map(|reign| reign.pod.as_str()).collect()
}

#[test]
fn first_start() {
    let stream = stream(ALPINE, "");
    let mut set = Set::start(&stream);
    let primary = set.settled(1);
    assert_eq!(primary, "cache-0");
    set.cluster.wait_ready(10);
    for pod in &set.pods {
        assert_eq!(set.cluster.container(pod, "redis").probes(), [true; 3]);
        let sentinel = set.cluster.container(pod, "sentinel");
        assert_eq!(["readinessProbe", "livenessProbe"].map(|probe| sentinel.probe(probe).ok()), [true; 2]);
        for port in [6379, 26379] {
            let connect = || Client::connect(set.cluster.network(), set.cluster.address(pod), port, PATIENCE).unwrap();
            let refused = |reply: Reply, why: &str| matches!(reply, Reply::Error(said) if said.starts_with(why));
            assert!(refused(connect().ask(&["PING"]).unwrap(), "NOAUTH"), "{pod} {port}");
            assert!(refused(connect().ask(&["AUTH", "wrong"]).unwrap(), "WRONGPASS"), "{pod} {port}");
            assert_eq!(connect().ask(&["AUTH", PASSWORD]).unwrap(), Reply::Text("OK".into()), "{pod} {port}");
        }
    }
    set.canary("1");
    set.wait("on all servers", 5, |set| (set.canaries() == ["1"; 3]).then_some(()));
}

#[test]
fn the_primary_is_killed() {
    let stream = stream(ALPINE, "");
    let mut set = Set::start(&stream);
    let (writer, watch) = (set.writer(), set.watch());
    std::thread::sleep(Duration::from_secs(2));
    set.cluster.kill("cache-0");
    let killed = Instant::now();
    let new = set.wait("a new primary", 20, |set| {
        ["cache-1", "cache-2"].into_iter().find(|pod| set.info(pod).contains("role:master"))
    });
    println!("{new} after {:?}", killed.elapsed());
    set.cluster.start("cache-0");
    assert_eq!(set.settled(30), new);
    let (acks, reigns) = (writer.end(), watch.end());
    println!("{} acks, pause {:?}, lost {:?}, {reigns:?}", acks.len(), pause(&acks), set.lost(&acks));
}
