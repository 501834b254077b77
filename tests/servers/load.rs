//! What goes on while a test breaks something: a writer that counts what was acknowledged, and a watch that notes which
//! server accepts writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use crate::client::{Client, Reply};
use crate::kubelet::{Network, Sandboxes};

/// A thread that goes on until it is asked what it found.
struct Job<T> {
    over: Arc<AtomicBool>,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Job<T> {
    fn start(work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let over = Arc::clone(&over);
            move || work(&over)
        });
        Self { over, thread }
    }

    fn end(self) -> T {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// A number that was written under its own key, and when that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Ack {
    pub number: usize,
    pub at: Instant,
}

pub struct Writer(Job<Vec<Ack>>);

impl Writer {
    /// Writes to whatever `connect` gives, a few hundred times a second, and connects anew after each refusal.
    pub fn start(connect: impl Fn() -> Option<Client> + Send + 'static) -> Self {
        Self::numbered(0, connect)
    }

    /// As `start`, with other numbers than another writer's.
    pub fn numbered(first: usize, connect: impl Fn() -> Option<Client> + Send + 'static) -> Self {
        Self(Job::start(move |over| {
            let (mut acks, mut client, mut number) = (Vec::new(), None, first);
            while !over.load(Ordering::Relaxed) {
                client = client.or_else(&connect);
                number += 1;
                let text = number.to_string();
                let reply = client.as_mut().map(|client| client.ask(&["SET", &format!("ack:{number}"), &text]));
                if matches!(reply, Some(Ok(Reply::Text(_)))) {
                    acks.push(Ack { number, at: Instant::now() });
                    sleep(Duration::from_millis(3));
                } else {
                    client = None;
                    sleep(Duration::from_millis(50));
                }
            }
            acks
        }))
    }

    pub fn end(self) -> Vec<Ack> {
        self.0.end()
    }
}

/// The longest time between two acknowledged writes.
pub fn pause(acks: &[Ack]) -> Duration {
    acks.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap_or_default()
}

/// Those of the acknowledged writes that a server does not have.
pub fn lost(client: &mut Client, acks: &[Ack]) -> Vec<Ack> {
    let mut out = Vec::new();
    for some in acks.chunks(500) {
        for ack in some {
            client.send(&["GET", &format!("ack:{}", ack.number)]).unwrap();
        }
        for ack in some {
            if client.receive().unwrap() != Reply::Text(ack.number.to_string()) {
                out.push(*ack);
            }
        }
    }
    out
}

/// Which servers accepted a write, in turn: a name comes again where another came between.
pub struct Watch(Job<Vec<String>>);

impl Watch {
    /// Asks every server of these pods, each from within its own pod, several times a second.
    pub fn start(sandboxes: &Sandboxes, prefix: &str, password: &str) -> Self {
        let (sandboxes, prefix, password) = (Arc::clone(sandboxes), format!("{prefix}-"), password.to_owned());
        Self(Job::start(move |over| {
            let (mut primaries, mut clients): (Vec<String>, _) = (Vec::new(), BTreeMap::new());
            while !over.load(Ordering::Relaxed) {
                let pods: Vec<_> = sandboxes.lock().unwrap().iter().map(|(n, s)| (n.clone(), s.clone())).collect();
                for (pod, network) in pods.into_iter().filter(|(pod, _)| is_ordinal(pod, &prefix)) {
                    if accepts(&mut clients, &network, &password) && primaries.last() != Some(&pod) {
                        primaries.push(pod);
                    }
                }
                sleep(Duration::from_millis(40));
            }
            primaries
        }))
    }

    pub fn end(self) -> Vec<String> {
        self.0.end()
    }
}

fn is_ordinal(pod: &str, prefix: &str) -> bool {
    pod.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// One client a pod is kept: the key is its address.
fn accepts(clients: &mut BTreeMap<std::net::Ipv4Addr, Client>, network: &Network, password: &str) -> bool {
    let address = network.address();
    let client = clients.remove(&address).or_else(|| {
        let local = std::net::Ipv4Addr::LOCALHOST;
        let mut client = Client::connect(network, local, 6379, Duration::from_millis(250)).ok()?;
        client.ask(&["AUTH", password]).ok()?;
        Some(client)
    });
    let Some(mut client) = client else { return false };
    let Ok(role) = client.ask(&["ROLE"]) else { return false };
    let primary = role.text().is_some_and(|role| role.starts_with("master"));
    // A paused server answers later or never: its client is given up.
    let accepted = if primary { client.ask(&["SET", "watch", "1"]) } else { Ok(Reply::None) };
    let Ok(accepted) = accepted else { return false };
    clients.insert(address, client);
    matches!(accepted, Reply::Text(_))
}
