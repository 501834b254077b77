//! The project at a git revision against the working copy, through the user's `git`.
//!
//! Owns: reading files of a revision; nothing is checked out, so nothing has to be cleaned up. Secret values are not asked
//! for: those of a revision are not known.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow, bail, ensure};

use super::project::{self, Project, owned};
use super::{Answer, Args};
use crate::cli::Global;
use crate::commands::load::{self, Store};
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::diff::between::{Side, between};
use crate::diff::compare::Mode;
use crate::leak;
use crate::pipeline::Profile;
use crate::source::Sources;

/// `kgen diff --rev REV [PROFILE...]`.
pub fn compare(args: &Args, global: &Global, terminal: &Terminal, rev: &str) -> anyhow::Result<Option<Answer>> {
    let file = load::project_file(global)?;
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let store = Revision::find(folder, rev)?;
    let name = file.file_name().context("the project file has no name")?;
    let mut sources = Sources::default();
    let opened = load::open_in(&store, Path::new(name), &args.set, &mut sources)?;
    let Some(old) = project::rendered(opened, sources, project::WITH, terminal) else {
        terminal.say(&format!("this is the project at `{rev}`, not the working copy"));
        return Ok(None);
    };
    let Some(new) = project::open(global, &args.set, project::WITH, terminal)? else { return Ok(None) };
    let all = || old.rendered.all().chain(new.rendered.all());
    args.select.check(all().flat_map(|profile| &profile.resources))?;
    let mut answer = Answer { diffs: Vec::new(), objects: Vec::new() };
    for name in names(args, &old, &new)? {
        one(args, rev, (&old, &new), &name, &mut answer);
    }
    std::mem::forget((old, new));
    Ok(Some(answer))
}

/// Those that were named; else those of the working copy, then those that are gone.
fn names(args: &Args, old: &Project, new: &Project) -> anyhow::Result<Vec<String>> {
    for name in args.profiles.iter().filter(|name| profile(old, name).is_none()) {
        new.find(name)?;
    }
    if !args.profiles.is_empty() {
        return Ok(args.profiles.clone());
    }
    let mut out: Vec<String> = new.rendered.all_names().collect();
    let gone: Vec<String> = old.rendered.all_names().filter(|name| !out.contains(name)).collect();
    out.extend(gone);
    Ok(out)
}

fn one(args: &Args, rev: &str, (old, new): (&Project, &Project), name: &str, answer: &mut Answer) {
    let (before, after) = (profile(old, name), profile(new, name));
    let namespace = |profile: Option<&Profile>| profile.and_then(|profile| profile.plan.namespace.clone());
    let mode = Mode { namespaces: (namespace(before), namespace(after)), ..Mode::default() };
    let before = Side { name: format!("{rev}:{name}"), ..sided(old, before, args) };
    let after = Side { name: name.to_owned(), ..sided(new, after, args) };
    answer.diffs.push(between(&before, &after, &mode));
    answer.objects.push((owned(&before), owned(&after)));
}

fn profile<'p>(project: &'p Project, name: &str) -> Option<&'p Profile> {
    project.rendered.find(name)
}

fn sided<'p>(project: &'p Project, profile: Option<&'p Profile>, args: &Args) -> Side<'p> {
    match profile {
        Some(profile) => project.side(profile, &args.select),
        None => Side { name: String::new(), objects: Vec::new(), causes: None, told: Vec::new() },
    }
}

/// The files of a revision, by their path below the project's folder.
struct Revision {
    folder: PathBuf,
    /// As it was asked for.
    rev: String,
    commit: String,
}

impl Revision {
    fn find(folder: &Path, rev: &str) -> anyhow::Result<Self> {
        ensure!(!rev.starts_with('-') && !rev.is_empty(), "`{rev}` is no revision");
        let inside = git(folder, &["rev-parse", "--is-inside-work-tree"])?;
        if let Err(message) = inside {
            bail!("`{}` is in no git repository: {message}", folder.display());
        }
        match git(folder, &["rev-parse", "--verify", "--quiet", &format!("{rev}^{{commit}}")])? {
            Ok(commit) => {
                let commit = String::from_utf8_lossy(&commit).trim().to_owned();
                Ok(Self { folder: folder.to_owned(), rev: rev.to_owned(), commit })
            }
            Err(_) => {
                return Err(
                    anyhow!("git knows no revision `{rev}`").hint("`git fetch`, or name a commit, branch or tag")
                );
            }
        }
    }
}

impl Store for Revision {
    fn read(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        let object = format!("{}:./{}", self.commit, path.display());
        match git(&self.folder, &["cat-file", "blob", &object])? {
            Ok(bytes) => Ok(bytes),
            // The language has no path outside of the project's folder; the folder may be beside the repository's.
            Err(message) if message.contains("outside repository") => {
                bail!("`{}` is outside of the git repository: it has no revisions", path.display())
            }
            Err(_) => bail!("`{}` is not in revision `{}`", path.display(), self.rev),
        }
    }

    fn list(&self, folder: &Path) -> anyhow::Result<Option<Vec<(String, bool)>>> {
        let path = format!("{}/", folder.display());
        let listed = match git(&self.folder, &["ls-tree", "-z", &self.commit, "--", &path])? {
            Ok(listed) => String::from_utf8_lossy(&listed).into_owned(),
            Err(message) => bail!("cannot list `{}` at `{}`: {message}", folder.display(), self.rev),
        };
        let entry = |line: &str| {
            let (kind, path) = line.split_once('\t')?;
            let name = path.rsplit('/').next()?;
            Some((name.to_owned(), kind.split(' ').nth(1) == Some("tree")))
        };
        let out: Vec<_> = listed.split('\0').filter_map(entry).collect();
        // git keeps no empty folder.
        Ok((!out.is_empty()).then_some(out))
    }

    fn shown(&self, path: &Path) -> String {
        let folder = if self.folder == Path::new(".") { Path::new("") } else { &self.folder };
        format!("{}:{}", self.rev, folder.join(path).display())
    }
}

/// The outer error: git could not be run. The inner one: what it said.
fn git(folder: &Path, args: &[&str]) -> anyhow::Result<Result<Vec<u8>, String>> {
    let done = match Command::new("git").arg("-C").arg(folder).args(args).output() {
        Ok(done) => done,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("`git` is not installed, and --rev needs it")
        }
        Err(error) => return Err(error).context("cannot run `git`"),
    };
    if done.status.success() {
        return Ok(Ok(done.stdout));
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let line = said.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned();
    Ok(Err(leak::redacted(&line)))
}
