//! What a project reads: which paths, that no tree is written over them, and what may be told of their contents.
//!
//! Owns: the list, and when a folder for a tree and a path that is read are in each other's way.
//! Does not own: reading (`commands`), and what a path leads to on the disk.

use std::path::{Path, PathBuf};

use super::{Input, Loaded};
use crate::diag::{Diagnostic, Report};
use crate::files;
use crate::leak;
use crate::plan::{sealed, sops};
use crate::project::node::{self, Dialect};
use crate::project::scan;
use crate::settings::Settings;
use crate::source::{FileId, Sources, Span};
use crate::tree::Tree;

crate::declare! {
    /// the tree would be written over what kgen reads
    ///
    /// The folder of the tree holds a file that the project reads (the project file, a file that it names, encrypted
    ///   files, templates), or lies among the templates. kgen overwrites and removes files in that folder, so it would do
    ///   so to these one day.
    /// Fix: a folder that holds nothing else: `output: deploy`.
    OUTPUT_FOLDER = "output-folder", Error;
}

/// A path that the project file names, or its own.
pub struct Named {
    pub path: String,
    /// A folder of which every file is read: a tree inside it would be read too.
    whole: bool,
}

/// Every path that is read when a project is rendered, or when `kgen secret` writes; from the folder of the project file.
pub fn named(sources: &Sources, loaded: &Loaded, input: &Input) -> Vec<Named> {
    let layers = || std::iter::once(&loaded.project.root).chain(&loaded.set);
    let mut paths = vec![own(sources, loaded)];
    paths.extend(layers().flat_map(files::wanted).map(|(path, _)| path));
    paths.extend(layers().flat_map(files::values).chain(layers().flat_map(files::certificates)));
    paths.extend(layers().flat_map(files::folders));
    paths.extend(
        input.ciphers.iter().map(|(path, _)| path.clone()).chain(templates(loaded, input).map(|(path, _)| path)),
    );
    let folder = folder(loaded).map(|path| Named { path: files::normal(path), whole: true });
    paths.iter().map(|path| Named { path: files::normal(path), whole: false }).chain(folder).collect()
}

/// The project file's name.
pub fn own(sources: &Sources, loaded: &Loaded) -> String {
    let name = Path::new(&sources.get(loaded.project.file).path).file_name();
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "kgen.yaml".into())
}

fn folder(loaded: &Loaded) -> Option<&str> {
    loaded.project.root.get("templates").and_then(Tree::as_str)
}

fn templates<'i>(loaded: &'i Loaded, input: &'i Input) -> impl Iterator<Item = (String, &'i str)> {
    let folder = folder(loaded).unwrap_or_default();
    input.templates.iter().map(move |template| (format!("{folder}/{}", template.name), template.text.as_str()))
}

impl Named {
    /// What is to be said of a folder for a tree, where `path`, which is this one, is in its way. A disk may take `A` and
    /// `a` for one name.
    pub fn meets(&self, path: &Path, output: &Path) -> Option<String> {
        let lower = |path: &Path| PathBuf::from(path.to_string_lossy().to_lowercase());
        let (path, output) = (lower(path), lower(output));
        match (path == output, path.starts_with(&output), self.whole && output.starts_with(&path)) {
            (true, ..) => Some("is read by kgen".to_owned()),
            (_, true, _) => Some(format!("holds `{}`, which kgen reads", self.path)),
            (_, _, true) => Some(format!("is in `{}`, which kgen reads", self.path)),
            _ => None,
        }
    }
}

/// Says so where the tree would be written over what is read.
pub fn check(all: &[Settings], sources: &Sources, loaded: &Loaded, input: &Input, report: &mut Report) {
    let Some(settings) = all.first() else { return };
    let output = output(settings);
    let meets = |named: &Named| named.meets(Path::new(&named.path), Path::new(&output));
    if let Some(how) = named(sources, loaded, input).iter().find_map(meets) {
        report.push(mistake(settings, &how));
    }
}

/// The folder of the tree, below that of the project file.
pub fn output(settings: &Settings) -> String {
    files::normal(settings.root.get("output").and_then(|output| output.as_str()).unwrap_or("deploy"))
}

/// `how` is what [`Named::meets`] said.
pub fn mistake(settings: &Settings, how: &str) -> Diagnostic {
    let message = format!("the tree's folder, `{}`, {how}", output(settings));
    let place = settings.root.get("output").and_then(|output| settings.span(&output.from));
    let hint = "name another folder as `output`: kgen overwrites and removes files there";
    Diagnostic::new(OUTPUT_FOLDER, message).at(place).hint(hint)
}

/// A file that was read for the tree.
pub struct Read<'i> {
    pub path: String,
    /// `None` where a secret value may be in it: a short one is guessed from a hash.
    pub bytes: Option<&'i [u8]>,
}

/// The files that the tree is made of, sorted, each once; after a rendering, which finds out what in them is secret.
pub fn read<'i>(sources: &'i Sources, loaded: &'i Loaded, input: &'i Input) -> Vec<Read<'i>> {
    let read = |path: &str, bytes: &'i [u8], is_public: bool| Read {
        path: files::normal(path),
        bytes: Some(bytes).filter(|_| is_public && !is_dotenv(path)),
    };
    let project = loaded.project.file;
    let text = sources.get(project).text.as_bytes();
    let layers = std::iter::once(&loaded.project.root).chain(&loaded.set);
    let mut out: Vec<Read> = layers.flat_map(files::values).map(|path| read(&path, b"", false)).collect();
    out.push(read(&own(sources, loaded), text, !hides(sources, project)));
    for (path, bytes) in input.files.iter() {
        let hides = sources.named(path).is_some_and(|file| hides(sources, file));
        out.push(read(path, bytes, !hides && std::str::from_utf8(bytes).map_or(true, scan::is_clean)));
    }
    out.extend(templates(loaded, input).map(|(path, text)| read(&path, text.as_bytes(), leak::find(text).is_empty())));
    out.extend(input.ciphers.iter().map(|(path, text)| read(path, text.as_bytes(), is_encrypted(path, text))));
    // Of one that is named twice, what says less stands first, and stays.
    out.sort_by(|a, b| (&a.path, a.bytes.is_some()).cmp(&(&b.path, b.bytes.is_some())));
    out.dedup_by(|a, b| a.path == b.path);
    out
}

/// Whether messages would not show all of a text.
fn hides(sources: &Sources, file: FileId) -> bool {
    let end = sources.get(file).text.len() as u32;
    sources.shown(Span { file, start: 0, end }).1
}

/// A file of variables by its name: `.env`, `.env.prod`, `prod.env`.
fn is_dotenv(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".env") || name.ends_with(".env")
}

/// All values of a file for `sealed` or `sops` are encrypted.
fn is_encrypted(path: &str, text: &str) -> bool {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let tree = node::parse(&sources, file, Dialect::Manifest);
    tree.is_ok_and(|tree| match path.ends_with(".sealed.yaml") {
        true => !sealed::is_readable(&tree),
        false => sops::readable(&tree).is_none(),
    })
}
