//! Trees of random projects, built by kustomize: many at once, as their objects have names of their own.

use std::collections::BTreeMap;
use std::path::Path;

use kgen::resource::Id;
use kgen::tree::Tree;

use crate::kubectl;
use crate::law::laws::Trees;

/// One project on the disk, with the objects of each profile.
pub struct Member {
    pub seed: u64,
    pub profiles: Vec<(String, Vec<Tree>)>,
}

pub fn write(folder: &Path, seed: u64, trees: &Trees) {
    kubectl::write(&folder.join(seed.to_string()).join("overlays"), &trees.overlays);
    kubectl::write(&folder.join(seed.to_string()).join("flat"), &trees.flat);
}

fn by_id(objects: impl IntoIterator<Item = Tree>) -> BTreeMap<Id, Tree> {
    objects.into_iter().map(|object| (Id::of(&object).unwrap(), object)).collect()
}

fn difference(wanted: &BTreeMap<Id, Tree>, built: &BTreeMap<Id, Tree>) -> Option<String> {
    for (id, object) in wanted {
        match built.get(id) {
            None => return Some(format!("{id} is missing")),
            Some(found) if found != object => {
                let operations = kgen::output::json_patch::difference(found, object);
                let first: Vec<String> = operations.iter().take(4).map(|o| o.to_json().to_string()).collect();
                return Some(format!("{id} is another: {}", first.join("\n")));
            }
            Some(_) => {}
        }
    }
    built.keys().find(|id| !wanted.contains_key(id)).map(|id| format!("{id} is too many"))
}

/// Builds the profiles with this number of all members, in both layouts. What fails is built by itself, to name it.
pub fn together(folder: &Path, members: &[Member]) -> Vec<(u64, String)> {
    let most = members.iter().map(|member| member.profiles.len()).max().unwrap_or_default();
    let mut wrong = Vec::new();
    for layout in ["overlays/overlays", "flat"] {
        for at in 0..most {
            let all: Vec<&Member> = members.iter().filter(|member| member.profiles.len() > at).collect();
            let path = |member: &Member| format!("{}/{layout}/{}", member.seed, member.profiles[at].0);
            let root = folder.join(format!("all-{}-{at}-{}", all[0].seed, layout.replace('/', "-")));
            let list: String = all.iter().map(|member| format!("- ../{}\n", path(member))).collect();
            kubectl::text(&root.join("kustomization.yaml"), &format!("resources:\n{list}"));
            let wanted = by_id(all.iter().flat_map(|member| member.profiles[at].1.iter().cloned()));
            let built = kubectl::build(&root).map(by_id);
            if built.as_ref().is_ok_and(|built| difference(&wanted, built).is_none()) {
                continue;
            }
            for member in all {
                wrong.extend(
                    alone(&folder.join(path(member)), &member.profiles[at].1)
                        .map(|what| (member.seed, format!("{}: {what}", path(member)))),
                );
            }
            if wrong.is_empty() {
                let what = built.map(|built| difference(&wanted, &built).unwrap_or_default()).unwrap_or_else(|e| e);
                wrong.push((members[0].seed, format!("all together: {what}")));
            }
        }
    }
    wrong
}

fn alone(folder: &Path, wanted: &[Tree]) -> Option<String> {
    match kubectl::build(folder) {
        Ok(built) => difference(&by_id(wanted.iter().cloned()), &by_id(built)),
        Err(error) => Some(error),
    }
}
