//! The cluster's DNS: addresses of names, over UDP.
//!
//! Not emulated: caches (CoreDNS may tell an old address for up to 30 s), TCP, SRV and AAAA records (there are none).

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The addresses of each name, in full and without the last dot.
pub type Names = Arc<Mutex<BTreeMap<String, Vec<Ipv4Addr>>>>;

pub struct Dns {
    names: Names,
    over: Arc<AtomicBool>,
    half: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Dns {
    pub fn start(socket: UdpSocket) -> Self {
        let (names, over, half) = (Names::default(), Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let server = std::thread::spawn({
            let (names, over, half) = (Arc::clone(&names), Arc::clone(&over), Arc::clone(&half));
            move || serve(&socket, &names, &over, &half)
        });
        Self { names, over, half, server: Some(server) }
    }

    /// One of the two servers behind the address is lost, and nobody has noticed: what is sent from half of the ports
    /// gets no answer.
    pub fn lose_half(&self, lost: bool) {
        self.half.store(lost, Ordering::Relaxed);
    }

    pub fn names(&self) -> &Names {
        &self.names
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.server.take().unwrap().join();
    }
}

fn serve(socket: &UdpSocket, names: &Names, over: &AtomicBool, half: &AtomicBool) {
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let (mut packet, mut turn) = ([0; 1500], 0);
    while !over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut packet) else { continue };
        if half.load(Ordering::Relaxed) && from.port() % 2 == 1 {
            continue;
        }
        turn += 1;
        if let Some(reply) = answer(&packet[..length], &names.lock().unwrap(), turn) {
            let _ = socket.send_to(&reply, from);
        }
    }
}

const A: u16 = 1;

/// RFC 1035, 4.1: header, the question again, one record an address, from `turn` on.
fn answer(packet: &[u8], names: &BTreeMap<String, Vec<Ipv4Addr>>, turn: usize) -> Option<Vec<u8>> {
    let (name, end) = question(packet)?;
    let kind = u16::from_be_bytes([*packet.get(end)?, *packet.get(end + 1)?]);
    let found = names.get(&name);
    let mut addresses = found.filter(|_| kind == A).cloned().unwrap_or_default();
    if !addresses.is_empty() {
        let first = turn % addresses.len();
        addresses.rotate_left(first);
    }
    // A response with authority, recursion desired and available; 3 is NXDOMAIN.
    let flags = if found.is_some() { [0x85, 0x80] } else { [0x85, 0x83] };
    let mut out = [&packet[..2], &flags, &[0, 1, 0, u8::try_from(addresses.len()).ok()?, 0, 0, 0, 0]].concat();
    out.extend_from_slice(packet.get(12..end + 4)?);
    for address in addresses {
        // The name of the question, A, IN, 5 s, 4 bytes.
        out.extend_from_slice(&[0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
        out.extend_from_slice(&address.octets());
    }
    Some(out)
}

/// The name that is asked for, and where it ends.
fn question(packet: &[u8]) -> Option<(String, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*packet.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8(packet.get(at..at + length)?.to_ascii_lowercase()).ok()?);
        at += length;
    }
}
