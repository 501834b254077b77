//! `kgen profile show`: the settings of one profile, or of all side by side.

use anyhow::anyhow;

use super::screen::Screen;
use super::{Room, matrix, one};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::complete;
use crate::commands::format::{self, Format};
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::settings::Settings;

/// Show every setting of a profile with its value and where that comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen profile show prod                every setting, its layer, file and line
  kgen profile show prod --all-layers   what is shadowed, too
  kgen profile show prod --preset       what the built-in preset says, and why
  kgen profile show --all --diff        what differs between the profiles")]
pub struct Args {
    /// The profile; a preset where the project has no profile of this name
    #[arg(required_unless_present = "all", conflicts_with = "all", add = complete::profile())]
    name: Option<String>,
    /// All profiles, a column each
    #[arg(long)]
    all: bool,
    /// Only settings that are not the same in all profiles
    #[arg(long, requires = "all")]
    diff: bool,
    /// The values that are shadowed, too
    #[arg(long, conflicts_with = "all")]
    all_layers: bool,
    /// The built-in preset of this name, also where a profile is called so
    #[arg(long, conflicts_with = "all")]
    preset: bool,
    /// Text, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", conflicts_with = "preset", add = complete::setting())]
    set: Vec<String>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(room) = super::open(global, &args.set, terminal)? else { return Ok(Outcome::Refused) };
    let screen = Screen::new(global);
    let text = match &args.name {
        None => all(&room, args, screen)?,
        Some(name) => {
            let subject = find(&room, name, args.preset)?;
            match args.format {
                Format::Human => one::human(&room, &subject, args.all_layers, screen),
                Format::Json => format::json(&one::json(&room, &subject))?,
            }
        }
    };
    let outcome = super::show(&text, screen);
    std::mem::forget(room);
    outcome
}

fn all(room: &Room, args: &Args, screen: Screen) -> anyhow::Result<String> {
    let profiles = if room.profiles.is_empty() { &room.presets } else { &room.profiles };
    let mut rows = matrix::rows(profiles, &room.sources);
    rows.retain(|row| row.differs || !args.diff);
    let names: Vec<&str> = profiles.iter().map(|settings| &*settings.profile).collect();
    match args.format {
        Format::Human => Ok(matrix::human(&names, &rows, screen)),
        Format::Json => format::json(&matrix::json(&names, &rows)),
    }
}

/// What is shown.
pub enum Subject<'r> {
    Profile(&'r Settings),
    Preset(&'r Settings),
}

fn find<'r>(room: &'r Room, name: &str, preset: bool) -> anyhow::Result<Subject<'r>> {
    let by_name = |all: &'r [Settings]| all.iter().find(|settings| *settings.profile == *name);
    let profile = by_name(&room.profiles).filter(|_| !preset).map(Subject::Profile);
    if let Some(subject) = profile.or_else(|| by_name(&room.presets).map(Subject::Preset)) {
        return Ok(subject);
    }
    let profiles = room.profiles.iter().filter(|_| !preset);
    let mut names: Vec<&str> = profiles.chain(&room.presets).map(|settings| &*settings.profile).collect();
    names.sort_unstable();
    names.dedup();
    let hint = suggest::did_you_mean(name, names.iter().copied());
    let noun = if preset { "preset" } else { "profile or preset" };
    let hint = hint.unwrap_or_else(|| format!("there are {}", suggest::all_of(names.iter().copied())));
    Err(anyhow!("there is no {noun} `{name}`").hint(hint))
}
