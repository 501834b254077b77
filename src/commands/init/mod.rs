//! `kgen init`: the first project file, from a few answers.
//!
//! Owns: which answers are asked for and which are taken, and what is said at the end.
//! Does not own: the questions at the terminal (`ask.rs`), the file's text (`starter.rs`), writing it (`place.rs`).
//!
//! Without a terminal nothing is asked and the defaults are taken, as `cargo init` and `helm create` do and as
//! `npm init --yes` does when told to: a script that forgot a flag gets a file, not a prompt that nobody answers. That it
//! was so is said.

mod ask;
mod compose;
mod place;
mod starter;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Outcome;
use super::terminal::Terminal;
use crate::cli::Global;
use starter::Answers;

/// Write a first project file, `kgen.yaml`, that renders as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen init                            ask for a name, an image, a port and the stores
  kgen init shop --yes                 ask nothing; write into the folder `shop`
  kgen init --image ghcr.io/acme/shop:1.4.2 --port 8000 --postgres --no-redis
  kgen init --from compose.yaml        convert a Compose file, and list what has no place in kgen")]
pub struct Args {
    /// The folder to write into; it is made where it is missing [default: this one]
    pub dir: Option<PathBuf>,
    /// Convert this Compose file, or the one of this folder
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "port", "redis", "no_redis", "postgres", "no_postgres"])]
    pub from: Option<PathBuf>,
    /// Ask nothing: take the default of every answer that no option gives
    #[arg(short, long)]
    pub yes: bool,
    /// The project's name [default: the folder's]
    #[arg(long)]
    pub name: Option<String>,
    /// The app's image, with its tag
    #[arg(long)]
    pub image: Option<String>,
    /// The port that the app listens on
    #[arg(long)]
    pub port: Option<u16>,
    /// With a Redis
    #[arg(long, overrides_with = "no_redis")]
    pub redis: bool,
    /// Without a Redis
    #[arg(long, overrides_with = "redis")]
    pub no_redis: bool,
    /// With a PostgreSQL
    #[arg(long, overrides_with = "no_postgres")]
    pub postgres: bool,
    /// Without a PostgreSQL
    #[arg(long, overrides_with = "postgres")]
    pub no_postgres: bool,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    if let Some(from) = &args.from {
        return compose::run(args, from, global, terminal);
    }
    let target = place::target(args.dir.as_deref(), global)?;
    // Before the questions: nobody answers five of them to be told that it was for nothing.
    place::free(&target.path)?;
    let answers = answers(args, &target.path, terminal)?;
    let schema = place::write(&target, &starter::text(&answers))?;
    terminal.say(&format!("wrote {}{}", target.path.display(), schema));
    next(args.dir.as_deref(), global, terminal);
    Ok(Outcome::Done)
}

fn answers(args: &Args, path: &Path, terminal: &Terminal) -> anyhow::Result<Answers> {
    let given = given(args)?;
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    let default = starter::name_of(path);
    if !args.yes && can_ask {
        return ask::all(given, &default);
    }
    let open = given.open();
    if !args.yes && !open.is_empty() {
        terminal.say(&format!("no terminal to ask at: defaults for {}", open.join(", ")));
    }
    Ok(given.or_defaults(&default))
}

/// What the options say, checked as the answers at the terminal are.
fn given(args: &Args) -> anyhow::Result<starter::Given> {
    let checked = |option: &str, value: &Option<String>, check: fn(&str) -> Result<(), String>| match value {
        Some(text) => match check(text) {
            Ok(()) => Ok(Some(text.clone())),
            Err(reason) => bail!("{option}: {reason}"),
        },
        None => Ok(None),
    };
    if args.port == Some(0) {
        bail!("--port: a port is from 1 to 65535");
    }
    let store = |with: bool, without: bool| (with || without).then_some(with);
    Ok(starter::Given {
        name: checked("--name", &args.name, starter::check_name)?,
        image: checked("--image", &args.image, starter::check_image)?,
        port: args.port,
        redis: store(args.redis, args.no_redis),
        postgres: store(args.postgres, args.no_postgres),
    })
}

/// Three commands that work in this order.
fn next(dir: Option<&Path>, global: &Global, terminal: &Terminal) {
    let file = global.file.as_ref().map(|file| format!(" -f {}", word(file))).unwrap_or_default();
    let folder = global.file.as_ref().and_then(|file| file.parent()).filter(|folder| !folder.as_os_str().is_empty());
    let tree = folder.map(|folder| word(&folder.join("deploy"))).unwrap_or_else(|| "deploy".into());
    let cd = dir.filter(|dir| *dir != Path::new(".")).map(|dir| format!("cd {} && ", word(dir))).unwrap_or_default();
    terminal.say("");
    terminal.say("next:");
    terminal.say(&format!("  {cd}kgen check{file}"));
    terminal.say(&format!("  kgen render{file}"));
    terminal.say(&format!("  kubectl kustomize {tree}/overlays/dev"));
}

/// A path as a word of a shell.
fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
