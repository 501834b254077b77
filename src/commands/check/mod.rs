//! `kgen check`: all stages and checks over all profiles or some, and nothing is written.
//!
//! Owns: which findings count, as what, and the exit status. `sarif.rs`, `github.rs` and `json.rs` write them for machines.
//! Does not own: the checks (`checks`), and how a message looks to a person (`diag/print.rs`).

mod finding;
mod github;
mod json;
mod level;
mod sarif;

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;

use super::Outcome;
use super::complete;
use super::load::{self, Workspace};
use super::project;
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::print::{self as written, Style};
use crate::diag::{Report, Severity};
use crate::output;
use crate::source::Sources;
use finding::Finding;
use level::Levels;

/// Look for mistakes in all profiles, or in some; nothing is written
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen check                              all profiles
  kgen check prod                         one
  kgen check --deny warnings              for CI: a warning fails too
  kgen check --deny warnings --warn unused
  kgen check --format github              as annotations of a workflow
  kgen check --format sarif > kgen.sarif  for code scanning

Exit status: 0 no errors, 1 errors or denied warnings, 2 kgen could not answer.
A component silences a check with a reason: `allow: {single-replica: \"batch only\"}`.")]
pub struct Args {
    /// The profiles to check; without any, all
    #[arg(value_name = "PROFILE", add = complete::profile())]
    pub profiles: Vec<String>,
    /// How findings are written: to a person on stderr, else on stdout
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Fail on this warning, or on all `warnings`; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',', add = complete::warnings())]
    pub deny: Vec<String>,
    /// Keep this check a warning under `--deny warnings`; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',', add = complete::warning())]
    pub warn: Vec<String>,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
    Sarif,
    Github,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let levels = Levels::new(&args.deny, &args.warn)?;
    let mut sources = Sources::default();
    let (root, loaded, input) = match load::open(global, &args.set, &mut sources)? {
        Ok(opened) => opened,
        Err(report) => return say(args, &levels, &report, &sources, terminal, None),
    };
    let mut workspace = Workspace::new(root, sources, loaded, input);
    let wanted = project::named(workspace.profiles(), &args.profiles)?;
    let bar = terminal.bar("checking", workspace.progress());
    let report = found(&mut workspace, &wanted);
    drop(bar);
    let report = report?;
    let report = report.only(&wanted);
    let outcome = say(args, &levels, &report, &workspace.sources, terminal, Some(&workspace));
    // The process ends here; taking a thousand apps' trees apart would only delay that.
    std::mem::forget(workspace);
    outcome
}

/// What all stages say, the last one too: the tree that would be written.
fn found(workspace: &mut Workspace, wanted: &[Arc<str>]) -> anyhow::Result<Report> {
    let rendered = match workspace.check(wanted) {
        Ok(rendered) => rendered,
        Err(report) => return Ok(report),
    };
    let (_, layout) = rendered.output();
    let mut report = rendered.warnings;
    let profiles = rendered.profiles.into_iter().map(crate::pipeline::Profile::into_tree).collect();
    if let Err(refused) = output::tree(layout, profiles, &workspace.name)? {
        report.extend(refused);
    }
    Ok(report)
}

fn say(
    args: &Args,
    levels: &Levels,
    report: &Report,
    sources: &Sources,
    terminal: &Terminal,
    workspace: Option<&Workspace>,
) -> anyhow::Result<Outcome> {
    let report = levels.applied(report);
    let count = |severity| report.sorted().iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match args.format {
        Format::Human => {
            terminal.report(&report, sources);
            terminal.say(&summary(errors, warnings));
        }
        format => {
            let text = text(format, &report, sources, workspace.map(|workspace| workspace.root.as_path()))?;
            // Workflow commands are what GitHub's runner is to see.
            if let Format::Github = format { terminal::print(&text)? } else { terminal::show(&text, false)? }
        }
    }
    Ok(if errors > 0 { Outcome::No } else { Outcome::Done })
}

/// A report for machines; for a person it is the terminal's.
pub fn text(format: Format, report: &Report, sources: &Sources, root: Option<&Path>) -> anyhow::Result<String> {
    let findings: Vec<Finding> = report.sorted().iter().map(|d| Finding::new(d, sources, root)).collect();
    match format {
        Format::Human => Ok(written::report(report, sources, Style::default())),
        Format::Json => json::text(&findings),
        Format::Sarif => sarif::text(&findings),
        Format::Github => Ok(github::text(&findings)),
    }
}

/// `2 errors, 1 warning`
fn summary(errors: usize, warnings: usize) -> String {
    let number = |count: usize, word: &str| match count {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    format!("{}, {}", number(errors, "error"), number(warnings, "warning"))
}
