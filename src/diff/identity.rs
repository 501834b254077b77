//! Which container, volume or claim template of one pod is which of another, whatever it is called.
//!
//! Owns: pairs of list elements. A name is a label that its author chose: a container that another tool calls `postgresql`
//! is the one that kgen calls `postgres`, and a claim under another volume name is the same claim.
//! Does not own: what differs in a pair (`compare.rs`), what is lost with one that has no partner (`impact/data_loss.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::pairing::base;
use super::schema::Keys;
use crate::format::image;
use crate::resource::Body;
use crate::tree::Tree;

/// What the elements of a list are, as far as they are known by more than a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    Containers,
    /// Containers that run one after the other.
    Steps,
    Volumes,
    /// Of a StatefulSet.
    Claims,
    /// By name alone, or by other keys.
    Named,
}

impl Kin {
    pub fn keys(self) -> Keys {
        if self == Kin::Claims { &[("metadata.name", "")] } else { &[("name", "")] }
    }

    /// Whether the order of the list counts wherever it stands.
    pub fn is_ordered(self) -> bool {
        // Claim templates are atomic to the API: an order of their own is a change that it refuses.
        matches!(self, Kin::Steps | Kin::Claims)
    }
}

/// Indexes of the old and the new list; each index is there once.
pub type Pair = (Option<usize>, Option<usize>);

type Look = fn(&Body) -> Option<String>;

/// Pairs in the order of the old list, then what only the new one has. `names`: of both, where each element has one.
pub fn pairs<N: Ord>(kin: Kin, old: &[Body], new: &[Body], names: (&[N], &[N])) -> Vec<Pair> {
    let mut partner: BTreeMap<usize, usize> = BTreeMap::new();
    let by_name = |partner: &mut BTreeMap<usize, usize>| {
        let there: BTreeMap<&N, usize> = names.1.iter().enumerate().map(|(index, name)| (name, index)).collect();
        let same = names.0.iter().enumerate().filter_map(|(at, name)| Some((at, *there.get(name)?)));
        let taken: BTreeSet<usize> = partner.values().copied().collect();
        let free: Vec<_> = same.filter(|(at, to)| !partner.contains_key(at) && !taken.contains(to)).collect();
        partner.extend(free);
    };
    match kin {
        Kin::Named => by_name(&mut partner),
        Kin::Volumes => {
            unique(&mut partner, old, new, source);
            by_name(&mut partner);
        }
        Kin::Containers | Kin::Steps => {
            by_name(&mut partner);
            for look in [repository as Look, mounted, role] {
                unique(&mut partner, old, new, look);
            }
        }
        Kin::Claims => {
            by_name(&mut partner);
            unique(&mut partner, old, new, |_| Some(String::new()));
        }
    }
    let taken: BTreeSet<usize> = partner.values().copied().collect();
    let old = (0..old.len()).map(|at| (Some(at), partner.get(&at).copied()));
    old.chain((0..new.len()).filter(|at| !taken.contains(at)).map(|at| (None, Some(at)))).collect()
}

/// Pairs those left over that look alike and like no other.
fn unique(partner: &mut BTreeMap<usize, usize>, old: &[Body], new: &[Body], look: Look) {
    let taken: BTreeSet<usize> = partner.values().copied().collect();
    let (before, after) =
        (looks(old, |at| !partner.contains_key(&at), look), looks(new, |at| !taken.contains(&at), look));
    for (look, at) in before {
        if let ([at], Some([to])) = (&at[..], after.get(&look).map(Vec::as_slice)) {
            partner.insert(*at, *to);
        }
    }
}

fn looks(list: &[Body], free: impl Fn(usize) -> bool, look: Look) -> BTreeMap<String, Vec<usize>> {
    let mut out: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, item) in list.iter().enumerate().filter(|(at, _)| free(*at)) {
        if let Some(look) = look(item) {
            out.entry(look).or_default().push(at);
        }
    }
    out
}

/// What a volume is: a claim, a ConfigMap, a Secret, a path. Nothing of those that are empty at first.
pub fn source(volume: &Body) -> Option<String> {
    const NAMED: [(&str, &str); 4] =
        [("persistentVolumeClaim", "claimName"), ("configMap", "name"), ("secret", "secretName"), ("hostPath", "path")];
    let named = NAMED.into_iter().find_map(|(kind, key)| {
        let name = volume.at(&[kind, key])?.as_str()?;
        // A ConfigMap whose name follows its content is the same one.
        Some(format!("{kind} {}", if kind == "configMap" { base(name).unwrap_or(name) } else { name }))
    });
    named.or_else(|| Some(format!("nfs {} {}", volume.at(&["nfs", "server"])?, volume.at(&["nfs", "path"])?)))
}

/// Containers that run together, and those that run before them.
fn role(container: &Body) -> Option<String> {
    Some(container.get("restartPolicy").and_then(Tree::as_str).unwrap_or_default().to_owned())
}

fn repository(container: &Body) -> Option<String> {
    let name = image(container.get("image")?.as_str()?).ok()?.name;
    Some(name.rsplit('/').next().unwrap_or(name).to_owned())
}

fn mounted(container: &Body) -> Option<String> {
    let paths = container.get("volumeMounts")?.as_list()?.iter().filter_map(|mount| mount.get("mountPath")?.as_str());
    let paths: BTreeSet<&str> = paths.collect();
    (!paths.is_empty()).then(|| paths.into_iter().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn paired(kin: Kin, old: Value, new: Value) -> Vec<Pair> {
        let (old, new) = (Body::from_json(&old), Body::from_json(&new));
        let (old, new) = (old.as_list().unwrap(), new.as_list().unwrap());
        let names = |list: &[Body]| list.iter().map(|item| item.get("name").unwrap().to_string()).collect::<Vec<_>>();
        pairs(kin, old, new, (&names(old), &names(new)))
    }

    #[test]
    fn a_claim_is_the_same_under_another_name() {
        let claim = |name: &str, claim: &str| json!({"name": name, "persistentVolumeClaim": {"claimName": claim}});
        let old = json!([claim("data", "a"), claim("more", "b")]);
        assert_eq!(
            paired(Kin::Volumes, old.clone(), json!([claim("more", "a"), claim("data", "b")])),
            [(Some(0), Some(0)), (Some(1), Some(1))]
        );
        let swapped = json!([claim("data", "c"), {"name": "more", "emptyDir": {}}]);
        assert_eq!(paired(Kin::Volumes, old, swapped), [(Some(0), Some(0)), (Some(1), Some(1))], "else by name");
    }

    #[test]
    fn a_container_is_the_same_under_another_name() {
        let one = |name: &str, image: &str| json!({"name": name, "image": image});
        let old = json!([one("postgresql", "docker.io/library/postgres:17"), one("metrics", "exporter:1")]);
        let new = json!([one("exporter", "mirror/exporter:2"), one("postgres", "postgres:18")]);
        assert_eq!(paired(Kin::Containers, old.clone(), new), [(Some(0), Some(1)), (Some(1), Some(0))]);
        let new = json!([one("metrics", "other:1"), one("server", "valkey:9")]);
        assert_eq!(paired(Kin::Containers, old.clone(), new), [(Some(0), Some(1)), (Some(1), Some(0))], "the one left");
        let new = json!([one("a", "x"), one("b", "y")]);
        assert_eq!(paired(Kin::Containers, old, new).len(), 4, "two left are told apart by nothing");
    }

    #[test]
    fn a_sidecar_is_no_step_before() {
        let old = json!([{"name": "a", "restartPolicy": "Always"}, {"name": "b"}]);
        let new = json!([{"name": "c"}, {"name": "d", "restartPolicy": "Always"}]);
        assert_eq!(paired(Kin::Containers, old, new), [(Some(0), Some(1)), (Some(1), Some(0))]);
    }
}
