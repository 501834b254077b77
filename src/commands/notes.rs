//! `kgen notes`: what to type to deploy and run a profile.

use clap::ValueEnum;

use super::Outcome;
use super::complete;
use super::profile::screen::Screen;
use super::project::{self, Project, With};
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::notes::{self, Place, write};
use crate::output::Layout;

/// Print the commands to deploy, verify, scale and remove a profile
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is run. No command has a secret value in it, or makes one an argument.

Examples:
  kgen notes prod
  kgen notes prod --format markdown > RUNBOOK.md")]
pub struct Args {
    /// The profile
    #[arg(add = complete::profile())]
    pub profile: String,
    /// For a terminal, or Markdown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Markdown,
}

/// Longer lines are hard to read on a wide terminal.
const WIDEST: usize = 100;

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(project) = project::open(global, &args.set, With::default(), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let notes = notes::of(project.find(&args.profile)?, &place(&project, args, global));
    let screen = Screen::new(global);
    let style = write::Style { width: screen.width.unwrap_or(80).min(WIDEST), color: screen.color };
    let text = match args.format {
        Format::Text => write::text(&notes, style),
        Format::Markdown => write::markdown(&notes),
    };
    // The process ends here: as in `render`.
    std::mem::forget(project);
    terminal::show(&text, screen.color && args.format == Format::Text)?;
    Ok(Outcome::Done)
}

fn place(project: &Project, args: &Args, global: &Global) -> Place {
    let (output, layout) = project.rendered.output();
    let folder = match layout {
        Layout::Flat => project.workspace.root.join(output).join(&args.profile),
        Layout::Overlays => project.workspace.root.join(output).join("overlays").join(&args.profile),
    };
    let file = global.file.as_ref().map(|file| format!(" -f {}", write::quoted(&file.display().to_string())));
    Place { kgen: format!("kgen{}", file.unwrap_or_default()), tree: folder.display().to_string() }
}
