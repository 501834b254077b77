//! `kgen secret set`: one value.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use super::store::{Job, Store};
use super::{Room, elsewhere, mistake, value};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::complete;
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::plan::Plan;
use crate::plan::need::Needed;
use crate::secret::Secret;
use crate::settings::Settings;

/// Encrypt one value and keep it in the repository (providers `sealed` and `sops`)
#[derive(Debug, clap::Args)]
#[command(after_help = "The value comes from stdin, or is asked for where that is a terminal; it is never an argument.
One line break at its end is left out, as `echo` and editors add it.

Examples:
  kgen secret set prod db password                     asks for it
  printf %s \"$VALUE\" | kgen secret set prod db password
  kgen secret set prod db password --generate          nobody needs to know it
  kgen secret set prod tls key --from-file key.pem --keep-newline")]
pub struct Args {
    /// The profile
    #[arg(add = complete::profile())]
    pub profile: String,
    /// The Secret's name
    #[arg(add = complete::secret())]
    pub secret: String,
    /// The key in it
    #[arg(add = complete::key())]
    pub key: String,
    /// Refused without being repeated
    #[arg(hide = true)]
    pub value: Vec<String>,
    /// Take the value from this file
    #[arg(long, value_name = "PATH", conflicts_with = "generate")]
    pub from_file: Option<PathBuf>,
    /// Make a value of 32 letters and digits, and show it to nobody
    #[arg(long)]
    pub generate: bool,
    /// Keep the line break at the end of the value
    #[arg(long, conflicts_with = "generate")]
    pub keep_newline: bool,
}

/// Letters of a made value, where the project file does not ask for more.
const LENGTH: usize = 32;

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    if !args.value.is_empty() || [&args.secret, &args.key].iter().any(|word| word.contains('=')) {
        return Err(anyhow!("a value is no argument: every process can read it, and shells write it down")
            .hint("pipe it or use `--from-file`, and take another value, as this one was seen"));
    }
    let Some(mut room) = super::open(global, std::slice::from_ref(&args.profile), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let Some((settings, plan)) = room.profiles.pop() else { return Ok(Outcome::Refused) };
    let needed = super::find(&plan, &args.secret, &args.key)?;
    elsewhere::refuse(needed, &settings, &plan)?;
    match one(args, &mut room, &settings, &plan, needed, terminal) {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => mistake::said(error, &room.sources, terminal),
    }
}

fn one(
    args: &Args,
    room: &mut Room,
    settings: &Settings,
    plan: &Plan,
    needed: &Needed,
    terminal: &Terminal,
) -> Result<()> {
    let mut store = Store::new(&room.access, &mut room.sources, settings, plan);
    // Before a person is asked for a value that has no place to go.
    store.prepare(needed)?;
    let value = value(args, needed.min_length, terminal)?;
    value::check(&value, needed, settings.is_dev())?;
    store.put(&[Job { needed, value }])?.iter().for_each(|line| terminal.say(line));
    Ok(())
}

fn value(args: &Args, least: usize, terminal: &Terminal) -> Result<Secret<String>> {
    if args.generate {
        return value::generate(LENGTH.max(least), &mut value::System);
    }
    let what = format!("`{}.{}` of profile `{}`", args.secret, args.key, args.profile);
    value::read(args.from_file.as_deref(), &what, args.keep_newline, terminal)
}
