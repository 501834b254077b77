//! `kgen images`: every image that is pulled, with who uses it; for mirrors and scanners.
//!
//! Owns: where an object names one: containers of any kind of pods, and what operators are told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::format::{self, Format};
use super::project::{self, With};
use super::terminal::{self, Terminal};
use super::{Outcome, complete};
use crate::cli::Global;
use crate::resource::{Resource, pods};
use crate::tree::Tree;

/// List every image that is pulled, and who uses it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen images prod
  kgen images --format json")]
pub struct Args {
    /// The profile; all of them without
    #[arg(add = complete::profile())]
    pub profile: Option<String>,
    /// For a person, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

/// Where an operator is told the image that it runs.
const OPERATED: [(&str, &[&str]); 3] = [
    ("Cluster", &["spec", "imageName"]),
    ("RedisReplication", &["spec", "kubernetesConfig", "image"]),
    ("RedisReplication", &["spec", "redisExporter", "image"]),
];

type Users = BTreeMap<String, BTreeSet<(String, String)>>;

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(project) = project::open(global, &args.set, With::default(), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let mut all: BTreeMap<String, Users> = BTreeMap::new();
    match &args.profile {
        Some(name) => add(&project.find(name)?.resources, name, &mut all),
        None => project.rendered.all().for_each(|profile| add(&profile.resources, &profile.settings.profile, &mut all)),
    }
    let text = match args.format {
        Format::Human => all.iter().map(|(image, users)| line(image, users)).collect(),
        Format::Json => format::json(&as_json(&all))?,
    };
    // The process ends here: as in `render`.
    std::mem::forget(project);
    terminal::show(&text, false)?;
    Ok(Outcome::Done)
}

/// By image and profile: who uses it, as an object and its container.
fn add(resources: &[Resource], profile: &str, all: &mut BTreeMap<String, Users>) {
    for resource in resources {
        let mut used = |image: &str, container: &str| {
            let users = all.entry(image.to_owned()).or_default().entry(profile.to_owned()).or_default();
            users.insert((resource.id.to_string(), container.to_owned()));
        };
        for (_, container) in pods::of(&resource.body).map(|pod| pod.containers()).unwrap_or_default() {
            if let Some(image) = container.str("image") {
                used(image, container.str("name").unwrap_or_default());
            }
        }
        for (_, path) in OPERATED.iter().filter(|(kind, _)| *kind == resource.id.kind) {
            if let Some(image) = resource.body.at(path).and_then(Tree::as_str) {
                used(image, "");
            }
        }
    }
}

/// `ghcr.io/acme/shop:1.4.2`, then each profile with who uses it there.
fn line(image: &str, users: &Users) -> String {
    let mut out = format!("{image}\n");
    for (profile, users) in users {
        let names: BTreeSet<&str> = users.iter().map(|(object, _)| object.as_str()).collect();
        out.push_str(&format!("  {profile}: {}\n", names.into_iter().collect::<Vec<_>>().join(", ")));
    }
    out
}

fn as_json(all: &BTreeMap<String, Users>) -> Value {
    let user = |(object, container): &(String, String)| json!({"object": object, "container": container});
    let of = |users: &BTreeSet<(String, String)>| users.iter().map(user).collect::<Vec<_>>();
    let profiles = |users: &Users| users.iter().map(|(profile, users)| (profile.clone(), of(users).into())).collect();
    let one = |(image, users): (&String, &Users)| json!({"image": image, "profiles": Value::Object(profiles(users))});
    all.iter().map(one).collect()
}
