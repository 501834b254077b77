//! `kgen diff`: what differs between two sides, and what an apply of the second does to what runs.
//!
//! Owns: the arguments, which two sides are compared, the exit status.
//! Does not own: the answer (`diff`), where a side comes from (one file each here).

mod git;
mod live;
mod project;
pub mod stream;
mod tree;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::ValueEnum;

use super::Outcome;
use super::complete;
use super::select::Select;
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diff::{Diff, Impact, html, human, json, markdown, shown, unified};
use crate::resource::{Id, Resource};

/// Show what differs, by object and field, and what an apply does
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kgen diff                   the tree on the disk against what would be written
  kgen diff dev prod          two profiles
  kgen diff --rev origin/main all profiles, as they were at a revision
  kgen diff prod --live       what an apply would change in the cluster
  helm template chart | kgen diff prod --against -

Exit status: 0 no difference, 1 a difference, 2 no answer.
With --fail-on, 1 only where one of the named impacts is found.")]
pub struct Args {
    /// Two profiles, or one; none for the tree on the disk
    #[arg(value_name = "PROFILE", add = complete::profile())]
    pub profiles: Vec<String>,
    /// A stream of another tool or of a cluster; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rev", "live"])]
    pub against: Option<PathBuf>,
    /// The project at this git revision against the working copy, all profiles or the named ones
    #[arg(long, value_name = "REV", conflicts_with = "live")]
    pub rev: Option<String>,
    /// What an apply would change in the cluster
    #[arg(long)]
    pub live: bool,
    /// Exit with 1 only for these: data-loss, recreate, restart, live, none
    #[arg(long, value_name = "IMPACT", value_delimiter = ',', value_parser = impact)]
    pub fail_on: Vec<Impact>,
    /// For a terminal, as `diff -u`, for programs, for a pull request, or as one page
    #[arg(long, default_value = "human")]
    pub format: Format,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
    #[command(flatten)]
    pub select: Select,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // For a terminal
    Human,
    // As `diff -u`
    Unified,
    // For programs
    Json,
    // For the comment of a pull request
    Markdown,
    // One page that needs nothing else
    Html,
}

fn impact(text: &str) -> Result<Impact, String> {
    let words = || Impact::ALL.iter().rev().map(|impact| impact.word());
    let found = Impact::ALL.into_iter().find(|impact| impact.word() == text);
    found.ok_or_else(|| format!("the impacts are {}", crate::diag::suggest::all_of(words())))
}

/// The answer, with the objects that it is about.
pub struct Answer {
    pub diffs: Vec<Diff>,
    /// Whole objects by diff, for the one format that shows them.
    pub objects: Vec<(Vec<Resource>, Vec<Resource>)>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(answer) = answer(args, global, terminal)? else { return Ok(Outcome::Refused) };
    let color = args.format == Format::Human && Terminal::colors_stdout(global);
    terminal::show(&text(args, color, &answer), color)?;
    let outcome = outcome(&args.fail_on, &answer.diffs);
    // The process ends here; taking the trees apart would only delay that.
    std::mem::forget(answer);
    Ok(outcome)
}

/// `None` where the user has to change something, which was said.
fn answer(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Option<Answer>> {
    match (&args.rev, &args.against, args.live, &args.profiles[..]) {
        (_, _, true, _) if global.untrusted => {
            Err(anyhow!("--live asks the cluster in your name, which `--untrusted` does not allow"))
        }
        (Some(rev), ..) => git::compare(args, global, terminal, rev),
        (_, Some(file), _, [profile]) => stream::compare(args, global, terminal, profile, file),
        (_, _, true, [profile]) => live::compare(args, global, terminal, profile),
        (_, Some(_), ..) => Err(anyhow!("--against goes with one profile").hint("`kgen diff prod --against FILE`")),
        (_, _, true, _) => Err(anyhow!("--live goes with one profile").hint("`kgen diff prod --live`")),
        (.., []) => tree::compare(args, global, terminal),
        (.., [a, b]) => project::profiles(args, global, terminal, a, b),
        _ => Err(anyhow!("kgen compares two profiles").hint("`kgen diff dev prod`, or one with --against, --live or --rev; `kgen diff` alone compares the tree on the disk")),
    }
}

fn text(args: &Args, color: bool, answer: &Answer) -> String {
    match args.format {
        Format::Human => human::write(&answer.diffs, color),
        Format::Json => json::write(&answer.diffs),
        Format::Markdown => markdown::write(&answer.diffs, markdown::LIMIT),
        Format::Html => html::write(&answer.diffs),
        Format::Unified => unified::write(&answer.diffs, &|index, id, old| whole(answer, index, id, old)),
    }
}

fn whole(answer: &Answer, index: usize, id: &Id, old: bool) -> Option<String> {
    let (before, after) = answer.objects.get(index)?;
    let side = if old { before } else { after };
    let found = side.iter().find(|resource| resource.id == *id)?;
    Some(shown::block(&found.body, &id.kind))
}

fn outcome(fail_on: &[Impact], diffs: &[Diff]) -> Outcome {
    let mut objects = diffs.iter().flat_map(|diff| &diff.objects);
    let fails = match fail_on.is_empty() {
        true => objects.next().is_some(),
        false => objects.any(|object| {
            let changes = object.changes.iter().map(|change| change.impact);
            let effects = object.effects.iter().map(|effect| effect.impact);
            changes.chain(effects).chain([object.impact]).any(|impact| fail_on.contains(&impact))
        }),
    };
    if fails { Outcome::No } else { Outcome::Done }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impact_is_one_of_five_words() {
        assert_eq!(impact("data-loss"), Ok(Impact::DataLoss));
        assert!(impact("dataloss").unwrap_err().contains("`recreate`"));
    }
}
