//! Several pods on one bridge: what StatefulSet, Deployment, kubelet and endpoints do with them, when a test says so.
//!
//! Nothing happens by itself: a pod that was killed stays away until it is started again, and readiness is asked for by
//! the test. A Service's name stands for its pods' addresses, as there is no kube-proxy.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use super::container::Container;
use super::dns::{Dns, Names};
use super::network::{Bridge, Network};
use super::pod::Pod;
use super::stop::{self, Stopped};
use super::stream::{Stream, list, word};

/// The pods that run, by name: for what watches them while a test goes on.
pub type Sandboxes = Arc<Mutex<BTreeMap<String, Network>>>;

pub struct Cluster<'t> {
    stream: &'t Stream,
    bridge: Bridge,
    members: BTreeMap<String, Member<'t>>,
    sandboxes: Sandboxes,
}

/// A pod's place, which outlives the pod: its name and its claims.
struct Member<'t> {
    pod: Pod<'t>,
    running: BTreeMap<String, Container<'t>>,
    ready: bool,
}

impl<'t> Cluster<'t> {
    pub fn new(stream: &'t Stream) -> Self {
        Self { stream, bridge: Bridge::new(), members: BTreeMap::new(), sandboxes: Sandboxes::default() }
    }

    /// Where clients are, outside of all pods.
    pub fn network(&self) -> &Network {
        self.bridge.network()
    }

    pub fn names(&self) -> &Names {
        self.bridge.dns().names()
    }

    pub fn dns(&self) -> &Dns {
        self.bridge.dns()
    }

    /// The network of one pod.
    pub fn inside(&self, name: &str) -> Network {
        self.member(name).pod.network.clone()
    }

    pub fn sandboxes(&self) -> &Sandboxes {
        &self.sandboxes
    }

    /// Makes the places of a workload's pods, and starts them all at once.
    #[track_caller]
    pub fn deploy(&mut self, workload: &str) -> Vec<String> {
        let replicas = self.stream.workload(workload)["spec"]["replicas"].as_u64().unwrap_or(1);
        let names: Vec<_> = (0..usize::try_from(replicas).unwrap()).map(|at| self.place(workload, at)).collect();
        names.iter().for_each(|name| self.start(name));
        names
    }

    /// The place of one pod, where nothing runs yet.
    pub fn place(&mut self, workload: &str, ordinal: usize) -> String {
        let pod = Pod::numbered(self.stream, self.bridge.network(), workload, ordinal);
        let name = pod.name.clone();
        self.members.insert(name.clone(), Member { pod, running: BTreeMap::new(), ready: false });
        name
    }

    /// A new pod in its place: another address, empty `emptyDir`s, the claims as they were left.
    #[track_caller]
    pub fn start(&mut self, name: &str) {
        let network = self.bridge.join();
        self.sandboxes.lock().unwrap().insert(name.to_owned(), network.clone());
        let member = self.members.get_mut(name).unwrap();
        assert!(member.running.is_empty(), "{name} runs");
        member.pod.network = network;
        member.pod.again();
        self.publish();
        let member = self.members.get_mut(name).unwrap();
        for init in list(member.pod.spec, "initContainers") {
            let mut init = member.pod.start(word(init, "name"));
            assert_eq!(init.wait_end(60), Some(0), "{}", init.log());
        }
        for container in list(member.pod.spec, "containers").map(|container| word(container, "name")) {
            member.running.insert(container.to_owned(), member.pod.start(container));
        }
    }

    #[track_caller]
    fn member(&self, name: &str) -> &Member<'t> {
        self.members.get(name).unwrap_or_else(|| panic!("no pod {name}"))
    }

    #[track_caller]
    pub fn container(&self, name: &str, container: &str) -> &Container<'t> {
        let found = self.member(name).running.get(container);
        found.unwrap_or_else(|| panic!("{name} has no {container} that runs"))
    }

    pub fn runs(&self, name: &str) -> bool {
        !self.member(name).running.is_empty()
    }

    pub fn address(&self, name: &str) -> Ipv4Addr {
        self.member(name).pod.network.address()
    }

    /// The end of what every container printed, those before the last start too, for messages.
    pub fn logs(&self) -> String {
        self.members.values().map(|member| member.pod.logs()).collect()
    }

    /// `kill -9` of all containers at once, and the pod is gone, as with its node.
    pub fn kill(&mut self, name: &str) {
        let member = self.members.get_mut(name).unwrap();
        member.running.values().for_each(|container| container.signal("KILL"));
        member.running.clear();
        self.gone(name);
    }

    /// `kubectl delete pod`: hooks, signals, grace.
    pub fn delete(&mut self, name: &str) -> Stopped {
        self.members.get_mut(name).unwrap().ready = false;
        self.publish();
        let member = self.members.get_mut(name).unwrap();
        let stopped = stop::stop(member.pod.spec, &mut member.running);
        member.running.clear();
        self.gone(name);
        stopped
    }

    fn gone(&mut self, name: &str) {
        self.sandboxes.lock().unwrap().remove(name);
        let member = self.members.get_mut(name).unwrap();
        member.ready = false;
        member.pod.network = self.bridge.network().clone();
        self.publish();
    }

    /// One container is killed and started again in its pod, as after a crash or a failed liveness probe.
    pub fn restart(&mut self, name: &str, container: &str) {
        let member = self.members.get_mut(name).unwrap();
        drop(member.running.remove(container));
        member.running.insert(container.to_owned(), member.pod.start(container));
    }

    /// The claim of a pod that does not run is lost.
    pub fn lose(&mut self, name: &str, claim: &str) {
        let member = self.member(name);
        assert!(member.running.is_empty(), "{name} runs");
        member.pod.lose(claim);
    }

    /// The pod is cut off from all others. Nobody is told.
    pub fn cut(&self, name: &str) {
        self.bridge.cut(&self.member(name).pod.network);
    }

    pub fn heal(&self, name: &str) {
        self.bridge.heal(&self.member(name).pod.network);
    }

    /// Runs every readiness probe once; Services hold the pods that are ready from then on.
    pub fn probe(&mut self) {
        for member in self.members.values_mut() {
            let answers = |c: &Container| c.spec.get("readinessProbe").is_none() || c.probe("readinessProbe").ok();
            member.ready = !member.running.is_empty() && member.running.values().all(answers);
        }
        self.publish();
    }

    /// Asks until all pods that run are ready.
    #[track_caller]
    pub fn wait_ready(&mut self, seconds: u64) {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            self.probe();
            if self.members.values().all(|member| member.ready || member.running.is_empty()) {
                return;
            }
            assert!(Instant::now() < end, "not ready within {seconds} s\n{}", self.logs());
            sleep(Duration::from_millis(100));
        }
    }

    /// The names of all Services, and of the pods behind those without an address.
    fn publish(&self) {
        let mut names = BTreeMap::new();
        for service in self.stream.kind("Service") {
            let spec = &service["spec"];
            let unready = spec.get("publishNotReadyAddresses").and_then(Value::as_bool) == Some(true);
            let full = format!("{}.default.svc.cluster.local", word(&service["metadata"], "name"));
            let mut all = Vec::new();
            let alive = self.sandboxes.lock().unwrap();
            let there = |m: &&Member| alive.contains_key(&m.pod.name) && (unready || m.ready);
            for member in self.members.values().filter(there).filter(|m| selects(spec, m.pod.object)) {
                all.push(member.pod.network.address());
                if word(spec, "clusterIP") == "None"
                    && word(&member.pod.object["spec"], "serviceName") == word(&service["metadata"], "name")
                {
                    names.insert(format!("{}.{full}", member.pod.name), vec![member.pod.network.address()]);
                }
            }
            names.insert(full, all);
        }
        *self.bridge.dns().names().lock().unwrap() = names;
    }

    /// The addresses behind a Service's short name.
    pub fn resolve(&self, service: &str) -> Vec<Ipv4Addr> {
        let full = format!("{service}.default.svc.cluster.local");
        self.bridge.dns().names().lock().unwrap().get(&full).cloned().unwrap_or_default()
    }
}

/// Whether a Service selects the pods of a workload.
fn selects(service: &Value, workload: &Value) -> bool {
    let labels = &workload["spec"]["template"]["metadata"]["labels"];
    let selector = service.get("selector").and_then(Value::as_mapping);
    selector.is_some_and(|selector| selector.iter().all(|(key, value)| labels.get(key) == Some(value)))
}
