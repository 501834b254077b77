//! `kgen template eject`: a built-in template as a file of the project, which takes its place.
//!
//! Owns: where the file goes, and that nothing is ever overwritten.

use anyhow::anyhow;

use crate::cli::Global;
use crate::commands::terminal::Terminal;
use crate::commands::{Outcome, complete, load};
use crate::diag::failure::Told;
use crate::files;
use crate::output::write;
use crate::render::eject;

/// Copy a built-in template into the project's folder of templates, to change it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen template eject app/deployment      writes templates/app/deployment.yaml
  kgen explain dev Deployment/api         names the file and line that renders now

The folder is what `templates:` of the project file says, or `templates`.
A file that is there is never overwritten.")]
pub struct Args {
    /// As `app/deployment.yaml`, or without `.yaml`
    #[arg(add = complete::template())]
    name: String,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let (name, text) = super::find(&args.name)?;
    let Some(room) = super::open(&load::project_file(global)?, global, terminal)? else { return Ok(Outcome::Refused) };
    let folder = room.folder.as_deref().unwrap_or("templates");
    let path = format!("{}/{name}", files::normal(folder));
    let full = room.root.join(&path);
    let shown = full.display();
    if !write::create_inside(&room.root, &path, &eject::ejected(name, text))? {
        return Err(anyhow!("`{shown}` is there already")
            .hint(format!("`kgen template show {name}` prints the built-in one, to compare")));
    }
    terminal.say(&format!("wrote `{shown}`, which takes the place of the built-in template"));
    if room.folder.is_none() {
        terminal
            .say(&format!("hint: add `templates: {folder}` to `{}`, which has no folder of templates yet", room.file));
    }
    Ok(Outcome::Done)
}
