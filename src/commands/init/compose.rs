//! `kgen init --from compose.yaml`: the project file of a Compose file, and what could not be carried over.
//!
//! Owns: reading the files that it names, rendering the result before it is written, and what is said.
//! Does not own: the conversion (`crate::compose`).
//!
//! A result that does not render is written all the same, with the errors: who has half of a project corrects it faster
//! than who has nothing. The exit status is 1 then.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use unicode_width::UnicodeWidthStr;

use super::place::{self, SCHEMA, Target};
use super::{Args, next, starter};
use crate::access::{Access, Limit};
use crate::cli::Global;
use crate::commands::Outcome;
use crate::commands::load::{self, Workspace};
use crate::commands::project::With;
use crate::commands::terminal::Terminal;
use crate::compose::context::Found;
use crate::compose::note::{Note, Weight};
use crate::compose::{self, Asked, Converted};
use crate::diag::Diagnostic;
use crate::diag::failure::Told;
use crate::project::node::NOT_UTF8;
use crate::source::{Sources, Span};

pub fn run(args: &Args, from: &Path, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let target = place::target(args.dir.as_deref(), global)?;
    place::free(&target.path)?;
    let from = file(from)?;
    let mut sources = Sources::default();
    let Some(converted) = converted(args, &from, &target, global, &mut sources, terminal)? else {
        return Ok(Outcome::Refused);
    };
    place::make_folder(&target)?;
    let (renders, warnings) = tried(&target, &converted.text, global, terminal)?;
    let schema = place::write(&target, &converted.text)?;
    terminal.say(&format!("wrote {}{schema}", target.path.display()));
    terminal.say(&converted.summary);
    said(&converted.notes, &sources, terminal);
    if renders {
        let warnings = match warnings {
            0 => String::new(),
            1 => "; `kgen check` has 1 warning".into(),
            count => format!("; `kgen check` has {count} warnings"),
        };
        terminal.say("");
        terminal.say(&format!("it renders in dev, staging and prod{warnings}"));
        next(args.dir.as_deref(), global, terminal);
        return Ok(Outcome::Done);
    }
    terminal.say("");
    terminal.say(&format!("it does not render yet: correct the errors above in {}", target.path.display()));
    Ok(Outcome::No)
}

/// The file, or the one of its folder that Compose would take.
fn file(from: &Path) -> Result<PathBuf> {
    if !from.is_dir() {
        return Ok(from.to_owned());
    }
    let names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
    match names
        .iter()
        .map(|name| if from == Path::new(".") { PathBuf::from(name) } else { from.join(name) })
        .find(|path| path.is_file())
    {
        Some(path) => Ok(path),
        None => Err(anyhow!("there is no Compose file in `{}`", from.display()).hint("name it: `--from FILE`")),
    }
}

/// `None` where the file has mistakes, which were said.
fn converted(
    args: &Args,
    from: &Path,
    target: &Target,
    global: &Global,
    sources: &mut Sources,
    terminal: &Terminal,
) -> Result<Option<Converted>> {
    let folder = from.parent().unwrap_or(Path::new(""));
    let access = Access::on_disk(folder, global.root.as_deref(), global.untrusted)?;
    let shown = from.display().to_string();
    let text = match load::project_text(from, &access)? {
        Ok(text) => text,
        Err(valid) => {
            let end = valid.len() as u32;
            let file = sources.add(&*shown, valid);
            compose::mask_all(sources, file);
            let d = Diagnostic::new(NOT_UTF8, format!("`{shown}` is not UTF-8"));
            terminal.report(&d.at(Span { file, start: end, end }).hint("save it as UTF-8").into(), sources);
            return Ok(None);
        }
    };
    let name = args.name.clone();
    if let Some(name) = &name {
        starter::check_name(name).map_err(|reason| anyhow::anyhow!("--name: {reason}"))?;
    }
    let file = sources.add(shown, text);
    let asked = Asked {
        read: &|path| found(&access, path),
        project: starter::name_of(from),
        name,
        schema: SCHEMA,
        folder: between(folder, &target.path)?,
    };
    match compose::convert(sources, file, &asked) {
        Ok(converted) => {
            beside(folder, from, terminal);
            Ok(Some(converted))
        }
        Err(report) => {
            terminal.report(&report, sources);
            Ok(None)
        }
    }
}

/// Compose reads the override of a file without being told.
fn beside(folder: &Path, from: &Path, terminal: &Terminal) {
    let stem = from.file_stem().unwrap_or_default().to_string_lossy();
    for extension in ["yaml", "yml"] {
        let name = format!("{stem}.override.{extension}");
        if folder.join(&name).is_file() {
            terminal.say(&format!("not read: {name}, which is for development as a rule; what of it belongs into a profile is yours to say"));
        }
    }
}

fn found(access: &Access, path: &str) -> Found {
    // The values of a stranger's machine are none of an untrusted project's.
    if access.untrusted && path.ends_with(".env") {
        return Found::Nothing;
    }
    match access.read(path, Limit::DATA).map(String::from_utf8) {
        Ok(Ok(text)) => Found::Text(text),
        _ if access.is_folder(path) => Found::Folder,
        _ if access.is_there(path) => Found::Other,
        _ => Found::Nothing,
    }
}

/// The folder of the Compose file as the project file names it: empty where they are the same.
fn between(folder: &Path, target: &Path) -> Result<String> {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = |path: &Path| -> Result<PathBuf> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let path = std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))?;
        Ok(path.canonicalize().unwrap_or(path))
    };
    let (folder, parent) = (whole(folder)?, whole(parent)?);
    match folder.strip_prefix(&parent) {
        Ok(inside) => Ok(inside.to_string_lossy().into_owned()),
        // What it names is outside: the render says so, file by file.
        Err(_) => Ok(String::from("..")),
    }
}

/// Whether the text renders in all profiles, and how many warnings there are. Errors are said.
fn tried(target: &Target, text: &str, global: &Global, terminal: &Terminal) -> Result<(bool, usize)> {
    let mut sources = Sources::default();
    let access = load::access_to(&target.path, global)?;
    let (access, loaded, input) = match load::open_text(access, &target.path, Ok(text.to_owned()), &[], &mut sources)? {
        Ok(opened) => opened,
        Err(report) => {
            terminal.report(&report, &sources);
            return Ok((false, 0));
        }
    };
    let mut workspace = Workspace::new(access, sources, loaded, input);
    match workspace.render(With::default()) {
        Ok(rendered) => Ok((true, rendered.warnings.sorted().len())),
        Err(report) => {
            terminal.report(&report, &workspace.sources);
            Ok((false, 0))
        }
    }
}

/// What to decide, and what was left out: each with its place, what it is about, and the way out.
fn said(notes: &[Note], sources: &Sources, terminal: &Terminal) {
    for (weight, title) in [(Weight::Decide, "to decide"), (Weight::Left, "not carried over")] {
        let of: Vec<&Note> = notes.iter().filter(|note| note.weight == weight).collect();
        if of.is_empty() {
            continue;
        }
        terminal.say("");
        terminal.say(&format!("{title} ({}):", of.len()));
        for note in of {
            let place = sources.place(note.at);
            let head = format!("  {}:{}: {}", sources.get(note.at.file).path, place.line, note.subject);
            terminal.say(&head);
            for line in wrapped(&note.text, terminal.width().map(|width| width.saturating_sub(4).max(20))) {
                terminal.say(&format!("    {line}"));
            }
        }
    }
}

/// Lines of at most a width, broken at blanks.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let mut out = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = out.last_mut() else { continue };
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            out.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    out
}
