//! Finds and reads what a project consists of: the only place that reads the user's files and environment.
//!
//! Owns: the search for `kgen.yaml`, the files it names, the project's templates, the values of `env:` and `file:`.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::access::fault::FILE_MISSING;
use crate::access::{self, Access, Limit};
use crate::cli::Global;
use crate::commands::project::With;
use crate::diag::failure::Told;
use crate::diag::{Diagnostic, Report, Result};
use crate::files;
use crate::pipeline::inputs::{self, Named};
use crate::pipeline::{self, Input, Loaded, Rendered};
use crate::project::mask;
use crate::project::node::NOT_UTF8;
use crate::render::templates::Template;
use crate::secret::Secret;
use crate::settings::preset::Presets;
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// A project on the disk.
pub struct Workspace {
    /// Where relative paths of the project file begin.
    pub root: PathBuf,
    pub access: Access,
    pub sources: Sources,
    loaded: Loaded,
    input: Input,
    /// The project file's name, for the first line of each file.
    pub name: String,
}

/// What was read of a project. The error was made by the user.
pub type Opened = Result<(Access, Loaded, Input)>;

/// Reads a project. The inner error was made by the user.
pub fn open(global: &Global, set: &[String], sources: &mut Sources) -> anyhow::Result<Opened> {
    let file = project_file(global)?;
    let access = access_to(&file, global)?;
    let text = project_text(&file, &access)?;
    open_text(access, &file, text, set, sources)
}

/// The one that was named, or the nearest.
pub fn project_file(global: &Global) -> anyhow::Result<PathBuf> {
    match &global.file {
        Some(path) => Ok(path.clone()),
        None => find(),
    }
}

/// To the files of the project in a project file's folder.
pub fn access_to(file: &Path, global: &Global) -> anyhow::Result<Access> {
    Access::on_disk(file.parent().unwrap_or(Path::new("")), global.root.as_deref(), global.untrusted)
}

/// The project file's text, or what of it is UTF-8. The command line may name a pipe, a stranger's commit may not.
pub fn project_text(file: &Path, access: &Access) -> anyhow::Result<Text> {
    let Some(name) = file.file_name().filter(|_| !is_stream(file)) else {
        return Ok(access::text(access::given(file)?));
    };
    let name = name.to_str().with_context(|| format!("`{}` is not UTF-8", file.display()))?;
    Ok(access.text(name, Limit::CONFIGURATION)?)
}

/// A pipe or device that is no link, or what a shell writes for one: `/dev/stdin`, `/dev/fd/63`.
fn is_stream(file: &Path) -> bool {
    let is_special = |found: std::fs::FileType| !found.is_file() && !found.is_dir() && !found.is_symlink();
    let found = file.symlink_metadata().is_ok_and(|found| is_special(found.file_type()));
    found || ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|folder| file.starts_with(folder))
}

/// Reads a project from wherever its files are; `name`: the project file's, in the project's folder.
pub fn open_in(access: Access, name: &str, set: &[String], sources: &mut Sources) -> anyhow::Result<Opened> {
    let text = access.text(name, Limit::CONFIGURATION)?;
    let path = PathBuf::from(access.shown(name));
    open_text(access, &path, text, set, sources)
}

/// The text of a project file, or what of it is UTF-8.
type Text = std::result::Result<String, String>;

/// A project whose text was read already; `file` is how it is shown.
pub fn open_text(
    access: Access,
    file: &Path,
    text: Text,
    set: &[String],
    sources: &mut Sources,
) -> anyhow::Result<Opened> {
    let presets = Presets::load(sources)?;
    open_over(access, file, text, set, sources, presets)
}

/// As [`open_text`], over presets that were read already.
pub fn open_over(
    access: Access,
    file: &Path,
    text: Text,
    set: &[String],
    sources: &mut Sources,
    presets: Presets,
) -> anyhow::Result<Opened> {
    let shown = file.display().to_string();
    let text = match text {
        Ok(text) => text,
        Err(text) => return Ok(Err(not_utf8(sources, &shown, text).into())),
    };
    let file = sources.add(shown, text);
    let loaded = match pipeline::load_over(sources, file, set, presets) {
        Ok(loaded) => loaded,
        Err(report) => return Ok(Err(report)),
    };
    let mut input = Input { set: set.to_vec(), ..Input::default() };
    let mut report = Report::new();
    let layers = || std::iter::once(&loaded.project.root).chain(&loaded.set);
    for layer in layers() {
        files::texts(layer)
            .into_iter()
            .for_each(|named| read_into(&access, named, Limit::DATA, &mut input, &mut report));
        let rest = files::wanted(layer).into_iter();
        rest.for_each(|named| read_into(&access, named, Limit::CONFIGURATION, &mut input, &mut report));
    }
    for folder in layers().flat_map(files::folders) {
        input.ciphers.extend(ciphers(&access, &folder)?);
    }
    templates(&access, &loaded.project.root, sources, &mut input, &mut report)?;
    Ok(if report.has_errors() { Err(report) } else { Ok((access, loaded, input)) })
}

impl Workspace {
    pub fn new(access: Access, sources: Sources, loaded: Loaded, input: Input) -> Self {
        let name = inputs::own(&sources, &loaded);
        Self { root: access.folder.clone(), access, sources, loaded, input, name }
    }

    /// All profiles, or the one that is printed; secret values are those of the environment and of files.
    pub fn render(&mut self, with: With) -> Result<Rendered> {
        let read = |kind: &str, name: &str| value(&self.access, kind, name);
        let values: Option<crate::plan::Values> = if with.values { Some(&read) } else { None };
        self.input.printed = with.printed.map(Into::into);
        pipeline::render(&mut self.sources, &self.loaded, &self.input, values, with.origins)
    }

    /// To the tree in `output`, which is larger than the project.
    pub fn access_to_tree(&self, global: &Global) -> anyhow::Result<Access> {
        Ok(Access::on_disk(&self.root, global.root.as_deref(), global.untrusted)?.for_tree())
    }

    /// The names of all profiles, in the project's order.
    pub fn profiles(&self) -> Vec<std::sync::Arc<str>> {
        crate::settings::profiles(&self.loaded.project)
    }

    /// Some profiles, with the places of all that is found, and without secret values.
    pub fn check(&mut self, profiles: &[std::sync::Arc<str>]) -> Result<Rendered> {
        self.input.only = profiles.to_vec();
        pipeline::render(&mut self.sources, &self.loaded, &self.input, None, false)
    }

    pub fn progress(&self) -> std::sync::Arc<crate::progress::Progress> {
        self.input.progress.clone()
    }

    pub fn project(&self) -> &Tree<Span> {
        &self.loaded.project.root
    }

    /// Every path that the project reads, from its folder.
    pub fn named(&self) -> Vec<Named> {
        inputs::named(&self.sources, &self.loaded, &self.input)
    }

    /// The files that the tree was made of.
    pub fn read(&self) -> Vec<inputs::Read<'_>> {
        inputs::read(&self.sources, &self.loaded, &self.input)
    }
}

/// `kgen.yaml` here or in the nearest parent folder, shown relative where that is possible.
pub fn find() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    let mut shown = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join("kgen.yaml").is_file() {
            return Ok(shown.join("kgen.yaml"));
        }
        shown.push("..");
    }
    Err(anyhow!("there is no `kgen.yaml` in `{}` or a folder above it", here.display()).hint("name one with `-f FILE`"))
}

/// The place is the end of what could be read.
fn not_utf8(sources: &mut Sources, path: &str, text: String) -> Diagnostic {
    let at = text.len() as u32;
    let file = sources.add(path, text);
    mask::broken(sources, file);
    let d = Diagnostic::new(NOT_UTF8, format!("`{path}` is not UTF-8"));
    d.at(Span { file, start: at, end: at }).hint("save it as UTF-8")
}

fn read_into(access: &Access, (name, span): (String, Span), limit: Limit, input: &mut Input, report: &mut Report) {
    if input.files.contains(&name) {
        return;
    }
    match access.read(&name, limit) {
        Ok(bytes) => input.files.insert(&name, bytes),
        Err(fault) => report.push(fault.at(span)),
    }
}

/// The encrypted files of a folder: `<folder>/<profile>/<secret>.sealed.yaml`, and `.sops.yaml`. None where there is no
/// such folder: nothing has been encrypted yet.
fn ciphers(access: &Access, folder: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for (profile, _) in access.list(folder)?.unwrap_or_default() {
        for (name, _) in access.list(&format!("{folder}/{profile}"))?.unwrap_or_default() {
            if name.ends_with(".sealed.yaml") || name.ends_with(".sops.yaml") {
                let path = format!("{folder}/{profile}/{name}");
                let text = access.text(&path, Limit::CIPHERTEXT)?;
                out.push((path.clone(), text.map_err(|_| anyhow::anyhow!("`{path}` is not UTF-8"))?));
            }
        }
    }
    Ok(out)
}

/// The project's own templates: every `.yaml` file below the folder, named by its path there.
fn templates(
    access: &Access,
    project: &Tree<Span>,
    sources: &mut Sources,
    input: &mut Input,
    report: &mut Report,
) -> anyhow::Result<()> {
    let Some(setting) = project.get("templates").filter(|node| node.as_str().is_some()) else { return Ok(()) };
    let folder = setting.as_str().unwrap_or_default().trim_end_matches('/');
    if !access.is_folder(folder) {
        // A link that leads out says so; what is none is not there.
        let fault = access.list(folder).err().map(|fault| fault.at(setting.from));
        let missing = || Diagnostic::new(FILE_MISSING, format!("there is no folder `{}`", access.shown(folder)));
        report.push(fault.unwrap_or_else(|| missing().at(setting.from)));
        return Ok(());
    }
    let mut found = Vec::new();
    walk(access, folder, 0, &mut found)?;
    found.sort();
    for path in found {
        let relative = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
        let shown = access.shown(&path);
        match access.text(&path, Limit::TEMPLATE)? {
            Ok(text) => input.templates.push(Template { name: relative.into(), path: shown.into(), text }),
            Err(text) => report.push(not_utf8(sources, &shown, text)),
        }
    }
    Ok(())
}

/// The project's own templates alone.
pub fn own_templates(
    access: &Access,
    project: &Tree<Span>,
    sources: &mut Sources,
) -> anyhow::Result<Result<Vec<Template>>> {
    let mut input = Input::default();
    let mut report = Report::new();
    templates(access, project, sources, &mut input, &mut report)?;
    Ok(if report.has_errors() { Err(report) } else { Ok(input.templates) })
}

/// A folder that is deeper leads back to itself by a link.
const DEEPEST: usize = 16;

fn walk(access: &Access, folder: &str, depth: usize, found: &mut Vec<String>) -> anyhow::Result<()> {
    if depth > DEEPEST {
        bail!("`{}` has more than {DEEPEST} folders in each other", access.shown(folder));
    }
    for (name, is_folder) in access.list(folder)?.unwrap_or_default() {
        let path = format!("{folder}/{name}");
        if is_folder {
            walk(access, &path, depth + 1, found)?;
        } else if path.ends_with(".yaml") {
            found.push(path);
        }
    }
    Ok(())
}

/// A secret's value from its source. One trailing line break of a file is its editor's, not the value's.
#[expect(clippy::disallowed_methods, reason = "the project file names this variable as the source of a secret")]
fn value(access: &Access, kind: &str, name: &str) -> std::result::Result<Secret<String>, String> {
    if access.untrusted {
        return Err(format!("`--untrusted` reads no secret value from `{kind}: {name}`"));
    }
    if kind == "env" {
        return match std::env::var(name) {
            Ok(value) => Ok(Secret::new(value)),
            Err(std::env::VarError::NotPresent) => Err(format!("the environment variable `{name}` is not set")),
            Err(std::env::VarError::NotUnicode(_)) => Err(format!("the environment variable `{name}` is not UTF-8")),
        };
    }
    let bytes = access.read(name, Limit::DATA).map_err(|fault| fault.message)?;
    let mut text = String::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8"))?;
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
    }
    if text.ends_with('\r') {
        text.truncate(text.len() - 1);
    }
    Ok(Secret::new(text))
}
