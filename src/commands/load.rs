//! Finds and reads what a project consists of: the only place that reads the user's files and environment.
//!
//! Owns: the search for `kgen.yaml`, the files it names, the project's templates, the values of `env:` and `file:`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::Global;
use crate::diag::{Diagnostic, Report, Result};
use crate::files;
use crate::pipeline::inputs::{self, Named};
use crate::pipeline::{self, Input, Loaded, Rendered};
use crate::project::mask;
use crate::render::templates::Template;
use crate::secret::Secret;
use crate::settings::preset::Presets;
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// A project on the disk.
pub struct Workspace {
    /// Where relative paths of the project file begin.
    pub root: PathBuf,
    pub sources: Sources,
    loaded: Loaded,
    input: Input,
    /// The project file's name, for the first line of each file.
    pub name: String,
}

/// Files larger than this are no configuration; the limit keeps memory bounded.
const LIMIT: u64 = 64 << 20;

/// Where a project's files are.
pub trait Store {
    fn read(&self, path: &Path) -> anyhow::Result<Vec<u8>>;

    /// As [`Store::read`], of a file that the project file names.
    fn read_regular(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        self.read(path)
    }

    /// What is in a folder, and whether that is a folder; `None` where there is no such folder.
    fn list(&self, folder: &Path) -> anyhow::Result<Option<Vec<(String, bool)>>>;

    /// A path as it is shown.
    fn shown(&self, path: &Path) -> String;
}

struct Disk;

impl Store for Disk {
    fn read(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        read(path)
    }

    fn read_regular(&self, path: &Path) -> anyhow::Result<Vec<u8>> {
        read_regular(path)
    }

    fn list(&self, folder: &Path) -> anyhow::Result<Option<Vec<(String, bool)>>> {
        let Ok(entries) = fs::read_dir(folder) else { return Ok(None) };
        let mut out = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read `{}`", folder.display()))?;
            let kind = entry.file_type().with_context(|| format!("cannot read `{}`", entry.path().display()))?;
            out.extend(entry.file_name().into_string().ok().map(|name| (name, kind.is_dir())));
        }
        out.sort();
        Ok(Some(out))
    }

    fn shown(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

/// Reads a project. The inner error was made by the user.
pub fn open(
    global: &Global,
    set: &[String],
    sources: &mut Sources,
) -> anyhow::Result<Result<(PathBuf, Loaded, Input)>> {
    open_in(&Disk, &project_file(global)?, set, sources)
}

/// The one that was named, or the nearest.
pub fn project_file(global: &Global) -> anyhow::Result<PathBuf> {
    match &global.file {
        Some(path) => Ok(path.clone()),
        None => find(),
    }
}

/// Reads a project from wherever its files are.
pub fn open_in(
    store: &dyn Store,
    path: &Path,
    set: &[String],
    sources: &mut Sources,
) -> anyhow::Result<Result<(PathBuf, Loaded, Input)>> {
    let presets = Presets::load(sources)?;
    open_over(store, path, set, sources, presets)
}

/// As [`open_in`], over presets that were read already.
pub fn open_over(
    store: &dyn Store,
    path: &Path,
    set: &[String],
    sources: &mut Sources,
    presets: Presets,
) -> anyhow::Result<Result<(PathBuf, Loaded, Input)>> {
    let text = read_text(store, path)?;
    let text = match text {
        Ok(text) => text,
        Err(text) => {
            return Ok(Err(not_utf8(sources, &store.shown(path), text).into()));
        }
    };
    let file = sources.add(store.shown(path), text);
    let loaded = match pipeline::load_over(sources, file, set, presets) {
        Ok(loaded) => loaded,
        Err(report) => return Ok(Err(report)),
    };
    let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("")).to_owned();
    let mut report = Report::new();
    let mut input = Input { set: set.to_vec(), ..Input::default() };
    let layers = std::iter::once(&loaded.project.root).chain(&loaded.set);
    for (name, span) in layers.flat_map(files::wanted) {
        read_into(store, &root, &name, span, &mut input, &mut report);
    }
    for folder in std::iter::once(&loaded.project.root).chain(&loaded.set).flat_map(files::folders) {
        input.ciphers.extend(ciphers(store, &root, &folder)?);
    }
    templates(store, &root, &loaded.project.root, sources, &mut input, &mut report)?;
    Ok(if report.has_errors() { Err(report) } else { Ok((root, loaded, input)) })
}

impl Workspace {
    pub fn new(root: PathBuf, sources: Sources, loaded: Loaded, input: Input) -> Self {
        let name = inputs::own(&sources, &loaded);
        Self { root, sources, loaded, input, name }
    }

    /// All profiles, with secret values from the environment and files when `values` is set.
    pub fn render(&mut self, values: bool, origins: bool) -> Result<Rendered> {
        let root = self.root.clone();
        let read = move |kind: &str, name: &str| value(&root, kind, name);
        let values: Option<crate::plan::Values> = if values { Some(&read) } else { None };
        pipeline::render(&mut self.sources, &self.loaded, &self.input, values, origins)
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
    bail!("there is no `kgen.yaml` in `{}` or a folder above it\nhint: name one with `-f FILE`", here.display());
}

/// The text of a file, or what of it is UTF-8 before the first byte that is not.
fn read_text(store: &dyn Store, path: &Path) -> anyhow::Result<std::result::Result<String, String>> {
    let bytes = store.read(path)?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned()
    }))
}

/// The place is the end of what could be read.
fn not_utf8(sources: &mut Sources, path: &str, text: String) -> Diagnostic {
    let at = text.len() as u32;
    let file = sources.add(path, text);
    mask::by_shape(sources, file);
    let d = Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8"));
    d.at(Span { file, start: at, end: at }).hint("save it as UTF-8")
}

/// A file or a pipe that the command line names.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = || format!("cannot read `{}`", path.display());
    if fs::metadata(path).with_context(shown)?.is_dir() {
        bail!("`{}` is a folder, and should be a file", path.display());
    }
    limited(fs::File::open(path).with_context(shown)?, &format!("`{}`", path.display()))
}

/// A file that the project file names: a pipe or a device would be another one every time, and may never end.
fn read_regular(path: &Path) -> anyhow::Result<Vec<u8>> {
    let kind = fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if !kind.is_file() && !kind.is_dir() {
        bail!("`{}` is a pipe or a device, and should be a file", path.display());
    }
    read(path)
}

/// All of it, or an error where it is longer than any configuration: a device never ends.
pub fn limited(from: impl Read, shown: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() as u64 > LIMIT {
        bail!("{shown} has more than {} MiB, which are not read", LIMIT >> 20);
    }
    Ok(bytes)
}

fn read_into(store: &dyn Store, root: &Path, name: &str, span: Span, input: &mut Input, report: &mut Report) {
    if input.files.contains(name) {
        return;
    }
    match store.read_regular(&root.join(name)) {
        Ok(bytes) => input.files.insert(name, bytes),
        Err(error) => report.push(Diagnostic::error("file-missing", format!("{error:#}")).at(span)),
    }
}

/// The encrypted files of a folder: `<folder>/<profile>/<secret>.sealed.yaml`, and `.sops.yaml`. None where there is no
/// such folder: nothing has been encrypted yet.
fn ciphers(store: &dyn Store, root: &Path, folder: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for (profile, _) in store.list(&root.join(folder))?.unwrap_or_default() {
        for (name, _) in store.list(&root.join(folder).join(&profile))?.unwrap_or_default() {
            if name.ends_with(".sealed.yaml") || name.ends_with(".sops.yaml") {
                let path = format!("{folder}/{profile}/{name}");
                let text =
                    read_text(store, &root.join(&path))?.map_err(|_| anyhow::anyhow!("`{path}` is not UTF-8"))?;
                out.push((path, text));
            }
        }
    }
    Ok(out)
}

/// The project's own templates: every `.yaml` file below the folder, named by its path there.
fn templates(
    store: &dyn Store,
    root: &Path,
    project: &Tree<Span>,
    sources: &mut Sources,
    input: &mut Input,
    report: &mut Report,
) -> anyhow::Result<()> {
    let Some(setting) = project.get("templates").filter(|node| node.as_str().is_some()) else { return Ok(()) };
    let name = setting.as_str().unwrap_or_default();
    let folder = root.join(name);
    let mut found = Vec::new();
    if !walk(store, &folder, &mut found)? {
        let d = Diagnostic::error("file-missing", format!("there is no folder `{}`", store.shown(&folder)));
        report.push(d.at(setting.from));
        return Ok(());
    }
    found.sort();
    for path in found {
        let relative = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned();
        match read_text(store, &path)? {
            Ok(text) => {
                input.templates.push(Template { name: relative.as_str().into(), path: store.shown(&path).into(), text })
            }
            Err(text) => report.push(not_utf8(sources, &store.shown(&path), text)),
        }
    }
    Ok(())
}

/// The project's own templates alone.
pub fn own_templates(
    root: &Path,
    project: &Tree<Span>,
    sources: &mut Sources,
) -> anyhow::Result<Result<Vec<Template>>> {
    let mut input = Input::default();
    let mut report = Report::new();
    templates(&Disk, root, project, sources, &mut input, &mut report)?;
    Ok(if report.has_errors() { Err(report) } else { Ok(input.templates) })
}

/// Whether there is such a folder.
fn walk(store: &dyn Store, folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<bool> {
    let Some(entries) = store.list(folder)? else { return Ok(false) };
    for (name, is_folder) in entries {
        let path = folder.join(name);
        if is_folder {
            walk(store, &path, found)?;
        } else if path.extension().is_some_and(|ext| ext == "yaml") {
            found.push(path);
        }
    }
    Ok(true)
}

/// A secret's value from its source. One trailing line break of a file is its editor's, not the value's.
#[expect(clippy::disallowed_methods, reason = "the project file names this variable as the source of a secret")]
fn value(root: &Path, kind: &str, name: &str) -> std::result::Result<Secret<String>, String> {
    if kind == "env" {
        return match std::env::var(name) {
            Ok(value) => Ok(Secret::new(value)),
            Err(std::env::VarError::NotPresent) => Err(format!("the environment variable `{name}` is not set")),
            Err(std::env::VarError::NotUnicode(_)) => Err(format!("the environment variable `{name}` is not UTF-8")),
        };
    }
    let bytes = read_regular(&root.join(name)).map_err(|error| format!("{error:#}"))?;
    let mut text = String::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8"))?;
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
    }
    if text.ends_with('\r') {
        text.truncate(text.len() - 1);
    }
    Ok(Secret::new(text))
}
