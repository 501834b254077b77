//! Network namespaces: one for all pods of a test, or one for each pod, on a bridge.
//!
//! A bridge stands in a namespace of its own, so the addresses of two tests never meet. On it each pod has an address
//! that no pod before it had, and asks the bridge for names (`dns.rs`), as a pod asks the cluster's DNS.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsFd;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::dns::Dns;
use super::machine::{machine, needs, tool};

/// A network, up to the last that is in it.
#[derive(Clone)]
pub struct Network(Arc<Namespace>);

struct Namespace {
    /// Does nothing, in the namespace.
    pause: Child,
    address: Ipv4Addr,
    /// Who is asked for names; without one, `/etc/hosts` has them all.
    resolver: Option<Ipv4Addr>,
}

impl Network {
    /// Loopback only, shared by all pods of the test.
    pub fn new() -> Self {
        Self::with(Ipv4Addr::LOCALHOST, None)
    }

    fn with(address: Ipv4Addr, resolver: Option<Ipv4Addr>) -> Self {
        needs(&["unshare", "nsenter", "setpriv", "mount", "pivot_root", "busybox", "redis-server", "redis-cli"]);
        let script = "busybox ip link set lo up && echo up && exec sleep 900";
        let mut pause = tool(&["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", script]);
        let mut pause = pause.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = [0; 3];
        if pause.stdout.take().unwrap().read_exact(&mut said).is_err() {
            let mut why = String::new();
            let _ = pause.stderr.take().unwrap().read_to_string(&mut why);
            panic!("these tests need root, and namespaces (`unshare --net --mount --pid`): {why}");
        }
        Self(Arc::new(Namespace { pause, address, resolver }))
    }

    pub fn address(&self) -> Ipv4Addr {
        self.0.address
    }

    pub fn resolver(&self) -> Option<Ipv4Addr> {
        self.0.resolver
    }

    /// Where the kernel shows the namespace.
    pub fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.0.pause.id())
    }

    /// Runs on a thread in this network. A socket made there stays in it, wherever it is used.
    pub fn within<T: Send>(&self, make: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let inside = scope.spawn(|| {
                let namespace = File::open(self.path()).unwrap();
                move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
                make()
            });
            inside.join().unwrap()
        })
    }

    fn ip(&self, args: &[&str]) {
        machine(&[&["nsenter", &format!("--net={}", self.path()), "ip"], args].concat());
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.pause.kill();
        let _ = self.pause.wait();
    }
}

/// What the pods of a cluster are connected by, and who tells them names.
pub struct Bridge {
    network: Network,
    next: AtomicU8,
    dns: Dns,
}

const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);

impl Bridge {
    pub fn new() -> Self {
        needs(&["ip", "haproxy"]);
        let network = Network::with(GATEWAY, Some(GATEWAY));
        // Its own hardware address: else it has that of some pod, and nobody reaches it when that pod is gone.
        network.ip(&["link", "add", "bridge", "address", "02:00:0a:4d:00:01", "type", "bridge"]);
        network.ip(&["addr", "add", &format!("{GATEWAY}/24"), "dev", "bridge"]);
        network.ip(&["link", "set", "bridge", "up"]);
        let socket = network.within(|| UdpSocket::bind((GATEWAY, 53)).unwrap());
        Self { network, next: AtomicU8::new(2), dns: Dns::start(socket) }
    }

    /// The network of the bridge itself, from which every pod is reached: what a node is.
    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn dns(&self) -> &Dns {
        &self.dns
    }

    /// A network for one pod, with an address of its own.
    pub fn join(&self) -> Network {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let pod = Network::with(Ipv4Addr::new(10, 77, 0, number), Some(GATEWAY));
        let pause = pod.0.pause.id().to_string();
        let port = port(&pod);
        self.network.ip(&["link", "add", &port, "type", "veth", "peer", "name", "eth0", "netns", &pause]);
        self.network.ip(&["link", "set", &port, "master", "bridge", "up"]);
        pod.ip(&["addr", "add", &format!("{}/24", pod.address()), "dev", "eth0"]);
        pod.ip(&["link", "set", "eth0", "up"]);
        pod
    }

    /// Nothing reaches the pod any more, nor it anything; nobody is told.
    pub fn cut(&self, pod: &Network) {
        self.network.ip(&["link", "set", &port(pod), "down"]);
    }

    pub fn heal(&self, pod: &Network) {
        self.network.ip(&["link", "set", &port(pod), "up"]);
    }
}

/// The bridge's end of a pod's cable.
fn port(pod: &Network) -> String {
    format!("pod{}", pod.address().octets()[3])
}
