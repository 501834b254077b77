//! Finds and reads what a project consists of: the only place that reads the user's files and environment.
//!
//! Owns: the search for `kgen.yaml`, the files it names, the project's templates, the values of `env:` and `file:`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::Global;
use crate::diag::{Diagnostic, Report, Result};
use crate::files;
use crate::pipeline::{self, Input, Loaded, Rendered};
use crate::project::mask;
use crate::render::templates::Template;
use crate::secret::Secret;
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

/// Reads a project. The inner error was made by the user.
pub fn open(
    global: &Global,
    set: &[String],
    sources: &mut Sources,
) -> anyhow::Result<Result<(PathBuf, Loaded, Input)>> {
    let path = match &global.file {
        Some(path) => path.clone(),
        None => find()?,
    };
    let text = read_text(&path)?;
    let text = match text {
        Ok(text) => text,
        Err(text) => {
            return Ok(Err(not_utf8(sources, &path, text).into()));
        }
    };
    let file = sources.add(path.display().to_string(), text);
    let loaded = match pipeline::load(sources, file, set)? {
        Ok(loaded) => loaded,
        Err(report) => return Ok(Err(report)),
    };
    let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("")).to_owned();
    let mut report = Report::new();
    let mut input = Input { set: set.to_vec(), ..Input::default() };
    let layers = std::iter::once(&loaded.project.root).chain(&loaded.set);
    for (name, span) in layers.flat_map(files::wanted) {
        read_into(&root, &name, span, &mut input, &mut report);
    }
    for folder in std::iter::once(&loaded.project.root).chain(&loaded.set).flat_map(files::folders) {
        input.ciphers.extend(ciphers(&root, &folder)?);
    }
    templates(&root, &loaded.project.root, sources, &mut input, &mut report)?;
    Ok(if report.has_errors() { Err(report) } else { Ok((root, loaded, input)) })
}

impl Workspace {
    pub fn new(root: PathBuf, sources: Sources, loaded: Loaded, input: Input) -> Self {
        let name = Path::new(&sources.get(loaded.project.file).path).file_name();
        let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "kgen.yaml".into());
        Self { root, sources, loaded, input, name }
    }

    /// All profiles, with secret values from the environment and files when `values` is set.
    pub fn render(&mut self, values: bool, origins: bool) -> Result<Rendered> {
        let root = self.root.clone();
        let read = move |kind: &str, name: &str| value(&root, kind, name);
        let values: Option<crate::plan::Values> = if values { Some(&read) } else { None };
        pipeline::render(&mut self.sources, &self.loaded, &self.input, values, origins)
    }

    pub fn project(&self) -> &Tree<Span> {
        &self.loaded.project.root
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
fn read_text(path: &Path) -> anyhow::Result<std::result::Result<String, String>> {
    let bytes = read(path)?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned()
    }))
}

/// The place is the end of what could be read.
fn not_utf8(sources: &mut Sources, path: &Path, text: String) -> Diagnostic {
    let at = text.len() as u32;
    let file = sources.add(path.display().to_string(), text);
    mask::by_shape(sources, file);
    let d = Diagnostic::error("not-utf8", format!("`{}` is not UTF-8", path.display()));
    d.at(Span { file, start: at, end: at }).hint("save it as UTF-8")
}

pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = || format!("cannot read `{}`", path.display());
    let size = fs::metadata(path).with_context(shown)?.len();
    if size > LIMIT {
        bail!("`{}` has {} MiB; more than {} are not read", path.display(), size >> 20, LIMIT >> 20);
    }
    fs::read(path).with_context(shown)
}

fn read_into(root: &Path, name: &str, span: Span, input: &mut Input, report: &mut Report) {
    if input.files.contains(name) {
        return;
    }
    match read(&root.join(name)) {
        Ok(bytes) => input.files.insert(name, bytes),
        Err(error) => report.push(Diagnostic::error("file-missing", format!("{error:#}")).at(span)),
    }
}

/// The encrypted files of a folder: `<folder>/<profile>/<secret>.sealed.yaml`, and `.sops.yaml`. None where there is no
/// such folder: nothing has been encrypted yet.
fn ciphers(root: &Path, folder: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for profile in names(&root.join(folder))? {
        for name in names(&root.join(folder).join(&profile))? {
            if name.ends_with(".sealed.yaml") || name.ends_with(".sops.yaml") {
                let path = format!("{folder}/{profile}/{name}");
                let text = read_text(&root.join(&path))?.map_err(|_| anyhow::anyhow!("`{path}` is not UTF-8"))?;
                out.push((path, text));
            }
        }
    }
    Ok(out)
}

/// The names in a folder, sorted; none where there is no such folder.
fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read `{}`", folder.display()))?;
        out.extend(entry.file_name().into_string().ok());
    }
    out.sort();
    Ok(out)
}

/// The project's own templates: every `.yaml` file below the folder, named by its path there.
fn templates(
    root: &Path,
    project: &Tree<Span>,
    sources: &mut Sources,
    input: &mut Input,
    report: &mut Report,
) -> anyhow::Result<()> {
    let Some(setting) = project.get("templates").filter(|node| node.as_str().is_some()) else { return Ok(()) };
    let name = setting.as_str().unwrap_or_default();
    let folder = root.join(name);
    if !folder.is_dir() {
        let d = Diagnostic::error("file-missing", format!("there is no folder `{}`", folder.display()));
        report.push(d.at(setting.from));
        return Ok(());
    }
    let mut found = Vec::new();
    walk(&folder, &mut found)?;
    found.sort();
    for path in found {
        let relative = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned();
        match read_text(&path)? {
            Ok(text) => input.templates.push(Template {
                name: relative.as_str().into(),
                path: path.display().to_string().into(),
                text,
            }),
            Err(text) => report.push(not_utf8(sources, &path, text)),
        }
    }
    Ok(())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read `{}`", folder.display()))?;
        let kind = entry.file_type().with_context(|| format!("cannot read `{}`", entry.path().display()))?;
        if kind.is_dir() {
            walk(&entry.path(), found)?;
        } else if entry.path().extension().is_some_and(|ext| ext == "yaml") {
            found.push(entry.path());
        }
    }
    Ok(())
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
    let bytes = read(&root.join(name)).map_err(|error| format!("{error:#}"))?;
    let mut text = String::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8"))?;
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
    }
    if text.ends_with('\r') {
        text.truncate(text.len() - 1);
    }
    Ok(Secret::new(text))
}
