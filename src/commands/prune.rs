//! `kgen prune`: the commands that delete what the cluster has of a profile and the project has not.
//!
//! Owns: what is printed. Nothing is deleted here, and what holds data is printed as a comment: `kgen prune prod | sh` leaves it.
//! Does not own: what is left in the cluster (`cluster/left.rs`), what goes away with it (`diff/impact/whole.rs`).

use std::collections::BTreeMap;

use anyhow::anyhow;

use super::cluster::Cluster;
use super::project::{self, With};
use super::terminal::{self, Terminal};
use super::{Outcome, complete};
use crate::cli::Global;
use crate::diff::Impact;
use crate::diff::impact::whole;
use crate::notes::view::{is_kept, of, reference};
use crate::notes::write::quoted;
use crate::resource::Resource;

/// Print the commands that delete what only the cluster still has
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is deleted. Objects are found by their labels: those of this project and profile.
What holds data is printed as a comment; what carries the label `kgen.dev/keep` stays.

Examples:
  kgen prune prod
  kgen prune prod | sh")]
pub struct Args {
    /// The profile
    #[arg(add = complete::profile())]
    pub profile: String,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    if global.untrusted {
        return Err(anyhow!("`kgen prune` asks the cluster in your name, which `--untrusted` does not allow"));
    }
    let Some(project) = project::open(global, &args.set, With::default(), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let profile = project.find(&args.profile)?;
    let rendered: Vec<&Resource> = profile.resources.iter().collect();
    let left = Cluster::open(&rendered)?.left(profile)?;
    let text = commands(&left, &rendered);
    // The process ends here: as in `render`.
    std::mem::forget(project);
    terminal::show(&text, false)?;
    Ok(Outcome::Done)
}

fn commands(left: &[Resource], rendered: &[&Resource]) -> String {
    let mut goes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut stays = String::new();
    for object in left {
        let (name, within) = (quoted(&reference(object)), of(object));
        let rule = whole::gone(object, rendered);
        let elsewhere =
            object.id.namespace.is_some() && rendered.iter().all(|one| one.id.namespace != object.id.namespace);
        match (is_kept(object), rule.impact) {
            (true, _) => stays.push_str(&format!("# kept by its label `kgen.dev/keep`: {name}{within}\n")),
            (_, Impact::DataLoss) => {
                stays.push_str(&format!("# data-loss: {}\n# kubectl delete {name}{within}\n", rule.text));
            }
            // Another installation of the project has the same labels.
            _ if elsewhere && rendered.iter().any(|one| one.id.namespace.is_some()) => stays.push_str(&format!(
                "# in a namespace that the profile does not use any more, if it ever did\n# kubectl delete {name}{within}\n"
            )),
            _ => goes.entry(within).or_default().push(name),
        }
    }
    let delete = |(within, names): (&String, &Vec<String>)| format!("kubectl delete{within} {}\n", names.join(" "));
    stays + &goes.iter().map(delete).collect::<String>()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::resource::Body;

    #[test]
    fn what_holds_data_is_a_comment() {
        let one = |kind: &str, name: &str, more: Value| {
            let mut body = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Resource::new("", Body::from_json(&body)).unwrap()
        };
        let kept = json!({"metadata": {"name": "kept", "namespace": "shop", "labels": {"kgen.dev/keep": "true"}}});
        let left = [
            one("ConfigMap", "a", json!({})),
            one("Service", "b", json!({})),
            one("PersistentVolumeClaim", "data", json!({})),
            one("PersistentVolumeClaim", "kept", kept),
        ];
        let here = one("ConfigMap", "here", json!({}));
        assert_eq!(
            commands(&left, &[&here]),
            "# data-loss: the volume and what is on it go away
# kubectl delete persistentvolumeclaim/data -n shop
# kept by its label `kgen.dev/keep`: persistentvolumeclaim/kept -n shop
kubectl delete -n shop configmap/a service/b
"
        );
        let there = one("ConfigMap", "there", json!({"metadata": {"name": "there", "namespace": "other"}}));
        let text = commands(&[there], &[&here]);
        assert!(text.ends_with("\n# kubectl delete configmap/there -n other\n"), "{text}");
        assert_eq!(commands(&[], &[]), "");
    }
}
