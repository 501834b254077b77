//! `kgen secret import`: all values of one Secret from a `.env` file, each as `kgen secret set` sets it, all or none.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use zeroize::Zeroizing;

use super::store::{Job, Store};
use super::{Room, elsewhere, mistake, value};
use crate::access;
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::complete;
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::dotenv::{self, Entry, Reading};
use crate::plan::Plan;
use crate::settings::Settings;

/// Encrypt the values of a `.env` file, all or none
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file is read as `docker compose` reads it: quotes are taken away, ` #` begins a comment. A `$`
outside single quotes is refused, as compose would put a variable there. `--raw` reads every character behind
the first `=`, as `kubectl create secret --from-env-file` does.

Example:
  kgen secret import prod web --from-env-file .env.prod"
)]
pub struct Args {
    /// The profile
    #[arg(add = complete::profile())]
    pub profile: String,
    /// The Secret's name
    #[arg(add = complete::secret())]
    pub secret: String,
    /// The file with `KEY=value` lines
    #[arg(long, value_name = "FILE")]
    pub from_env_file: PathBuf,
    /// Take values as they stand, quotes and all
    #[arg(long)]
    pub raw: bool,
    /// Leave out names that the Secret has no key for
    #[arg(long)]
    pub skip_unknown: bool,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let Some(mut room) = super::open(global, std::slice::from_ref(&args.profile), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let Some((settings, plan)) = room.profiles.pop() else { return Ok(Outcome::Refused) };
    match all(args, &mut room, &settings, &plan, terminal) {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => mistake::said(error, &room.sources, terminal),
    }
}

fn all(args: &Args, room: &mut Room, settings: &Settings, plan: &Plan, terminal: &Terminal) -> Result<()> {
    super::keys(plan, &args.secret)?;
    let entries = read(&args.from_env_file, if args.raw { Reading::Raw } else { Reading::Compose })?;
    let jobs = jobs(args, plan, entries)?;
    for job in &jobs {
        elsewhere::refuse(job.needed, settings, plan)?;
        value::check(&job.value, job.needed, settings.is_dev())?;
    }
    let mut store = Store::new(&room.access, &mut room.sources, settings, plan);
    store.put(&jobs)?.iter().for_each(|line| terminal.say(line));
    Ok(())
}

fn read(path: &Path, reading: Reading) -> Result<Vec<Entry>> {
    let text = String::from_utf8(access::given(path)?).ok().map(Zeroizing::new);
    let text = text.with_context(|| format!("`{}` is not UTF-8", path.display()))?;
    let entries = dotenv::parse(&text, reading);
    entries.map_err(|(line, reason)| anyhow::anyhow!("line {line} of `{}` {reason}", path.display()))
}

fn jobs<'p>(args: &Args, plan: &'p Plan, entries: Vec<Entry>) -> Result<Vec<Job<'p>>> {
    let mut jobs = Vec::new();
    let mut unknown = Vec::new();
    for entry in entries {
        match super::find(plan, &args.secret, &entry.name) {
            Ok(needed) => jobs.push(Job { needed, value: entry.value }),
            Err(_) => unknown.push(entry.line.to_string()),
        }
    }
    let file = args.from_env_file.display();
    if !unknown.is_empty() && !args.skip_unknown {
        // Not the names: one may be the rest of a value that was not quoted.
        let (word, verb) = if unknown.len() == 1 { ("line", "has a name") } else { ("lines", "have names") };
        let lines = unknown.join(", ");
        return Err(anyhow!(
            "{word} {lines} of `{file}` {verb} that Secret `{}` of profile `{}` has no key for",
            args.secret,
            args.profile
        )
        .hint("`--skip-unknown` leaves them out"));
    }
    if jobs.is_empty() {
        bail!("`{file}` has no value for Secret `{}`", args.secret);
    }
    Ok(jobs)
}
