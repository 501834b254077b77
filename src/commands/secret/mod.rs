//! `kgen secret`: the values that a profile needs, put where its provider takes them from.
//!
//! Owns: the verbs, and which value is meant. These are the only commands that encrypt, ask for the time or for random
//! numbers, or write beside the tree; rendering copies what they wrote.
//! Does not own: the ciphertext (`crate::seal`, `sops`), which values are needed (`plan/secret.rs`).

mod check;
mod elsewhere;
mod import;
mod list;
mod mistake;
mod prompt;
mod sealed;
mod set;
mod sops;
mod store;
mod value;

use anyhow::{Result, anyhow};
use clap::Subcommand;

use super::Outcome;
use super::load;
use super::project;
use super::terminal::Terminal;
use crate::access::Access;
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::pipeline::{self, Input, Loaded};
use crate::plan::Plan;
use crate::plan::need::Needed;
use crate::settings::{self, Settings};
use crate::source::Sources;

/// Put secret values where the profile's provider takes them from, and see which are there
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen secret list prod                           what is needed, and what is missing
  kgen secret set prod db password --generate
  kgen secret check                               all there, and good for its place")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Set(set::Args),
    List(list::Args),
    Check(check::Args),
    Import(import::Args),
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    if global.untrusted && !matches!(args.verb, Verb::List(_)) {
        return Err(anyhow!("`kgen secret` handles secret values, and `--untrusted` reads none")
            .hint("only `kgen secret list` runs with it"));
    }
    match &args.verb {
        Verb::Set(args) => set::run(args, global, terminal),
        Verb::List(args) => list::run(args, global, terminal),
        Verb::Check(args) => check::run(args, global, terminal),
        Verb::Import(args) => import::run(args, global, terminal),
    }
}

/// A project and what some of its profiles need.
struct Room {
    access: Access,
    sources: Sources,
    loaded: Loaded,
    input: Input,
    profiles: Vec<(Settings, Plan)>,
}

/// `names`: the profiles, all where there are none. `None`: the project file is wrong, which was said.
fn open(global: &Global, names: &[String], terminal: &Terminal) -> Result<Option<Room>> {
    let mut sources = Sources::default();
    let (access, loaded, input) = match load::open(global, &[], &mut sources)? {
        Ok(opened) => opened,
        Err(report) => {
            terminal.report(&report, &sources);
            return Ok(None);
        }
    };
    let wanted = project::named(settings::profiles(&loaded.project), names)?;
    match pipeline::plans(&mut sources, &loaded, &input, &wanted, false) {
        Ok(profiles) => Ok(Some(Room { access, sources, loaded, input, profiles })),
        Err(report) => {
            terminal.report(&report, &sources);
            Ok(None)
        }
    }
}

/// The keys of one Secret.
fn keys<'p>(plan: &'p Plan, secret: &str) -> Result<Vec<&'p Needed>> {
    let keys: Vec<_> = plan.secrets.iter().filter(|needed| needed.home.secret == secret).collect();
    if keys.is_empty() {
        let mut names: Vec<_> = plan.secrets.iter().map(|needed| &*needed.home.secret).collect();
        names.dedup();
        let error = anyhow!("profile `{}` needs no Secret `{}`", plan.profile, word(secret));
        return Err(error.maybe_hint(way(secret, &names, "it needs")));
    }
    Ok(keys)
}

/// The key that a person names.
fn find<'p>(plan: &'p Plan, secret: &str, key: &str) -> Result<&'p Needed> {
    let keys = keys(plan, secret)?;
    if let Some(needed) = keys.iter().find(|needed| needed.home.key == key) {
        return Ok(needed);
    }
    let names: Vec<_> = keys.iter().map(|needed| &*needed.home.key).collect();
    let error = anyhow!("Secret `{secret}` of profile `{}` needs no key `{}`", plan.profile, word(key));
    Err(error.maybe_hint(way(key, &names, "its keys are")))
}

/// An argument up to the first character that no name has: what stands behind it may be a value.
fn word(argument: &str) -> &str {
    argument.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).next().unwrap_or_default()
}

fn way(name: &str, known: &[&str], all: &str) -> Option<String> {
    let near = suggest::did_you_mean(name, known.iter().copied());
    let rest = || (!known.is_empty()).then(|| format!("{all} {}", suggest::all_of(known.iter().copied())));
    near.or_else(rest)
}
