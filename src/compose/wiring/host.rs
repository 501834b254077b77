//! Hosts without a scheme: `db`, `db:5432`, several with commas between.

use super::{Net, Out, Reached, Target, is_one_of, words_of};

/// Words of a name whose value is a host.
const HOSTS: &str = "host hosts hostname hostnames server servers addr address addresses endpoint endpoints upstream upstreams peer peers service broker brokers url uri";

impl Net {
    /// `db`, `db:5432`, and several with commas between.
    pub fn words(&self, key: &str, value: &str, found: &mut Vec<(usize, usize, Vec<Out>)>, reached: &mut Reached) {
        let words = words_of(key);
        let is_host = words.last().is_some_and(|last| is_one_of(HOSTS, last));
        let mut at = 0;
        for word in value.split_inclusive([',', ';', ' ', '\t', '\n']) {
            let start = at;
            at += word.len();
            let word = word.trim_end_matches([',', ';', ' ', '\t', '\n']);
            let (host, port) = match word.rsplit_once(':') {
                Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse::<u16>().ok()),
                Some(_) => continue,
                None => (word, None),
            };
            let Some(target) = self.names.get(host) else { continue };
            let covered = found.iter().any(|(from, to, _)| start < *to && at > *from);
            if covered || (port.is_none() && !is_host) {
                continue;
            }
            if let Some(pieces) = self.host(*target, port, reached) {
                found.push((start, start + word.len(), pieces));
            }
        }
        found.sort_by_key(|(start, ..)| *start);
    }

    fn host(&self, target: Target, port: Option<u16>, reached: &mut Reached) -> Option<Vec<Out>> {
        let mut pieces = match target {
            Target::Store(index) => {
                reached.stores.insert(index);
                vec![Out::Reference(self.stores[index].output("host"))]
            }
            Target::App(index) => {
                let app = &self.apps[index];
                reached.ports.extend(port.map(|port| (index, port)));
                // Without a port nothing says that it has a Service.
                if app.ports.is_empty() && port.is_none() {
                    return None;
                }
                vec![Out::Reference(format!("apps.{}.host", app.name))]
            }
        };
        let Some(port) = port else { return Some(pieces) };
        pieces.push(Out::Text(":".into()));
        pieces.push(match target {
            Target::Store(index) if self.stores[index].engine.port() == port => {
                Out::Reference(self.stores[index].output("port"))
            }
            _ => Out::Text(port.to_string()),
        });
        Some(pieces)
    }
}
