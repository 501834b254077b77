//! One exact text for each message, by stage. Each folder `errors/<stage>/<case>/` is one run of kgen and all that it says.
//!
//! A case can be run by hand: `cd tests/errors/<stage>/<case> && kgen render`. Beside the files of a project it holds
//!
//! - `args`: one argument in each line, where it is not `render`. `env` (`NAME=value`) and `stdin`, where there are any.
//! - `stderr`, `stdout`: what is said, where anything is; `status`, where it is not 2.
//! - `why`: for a reader, where the name does not say it.
//!
//! A run that fails changes no file. The schema refuses a project file if and only if kgen finds a mistake of form in it.
//! `KGEN_UPDATE=1 cargo test errors` writes what kgen gives; read the diff before you commit it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::schema::agrees;
use crate::support::case::{Case, Mode, add, names, read, settle, status};
use crate::support::{KGEN, Kgen, contents};

// What takes more than one run, or a look at the disk.
mod commands; // the command line, the disk, the tree that is there
mod parts;
mod trees;
mod writing;

#[test]
fn every_case_says_what_it_must() {
    let (root, mode) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors"), Mode::asked());
    let stages: Vec<String> = names(&root).into_iter().filter(|name| root.join(name).is_dir()).collect();
    let stage = |name: &String| all(&root.join(name), Path::new(KGEN), mode);
    let problems: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = stages.iter().map(|name| scope.spawn(move || stage(name))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
    assert!(stages.len() > 40, "{stages:?}");
}

/// Runs the cases of a stage; every problem begins with the place of its case.
pub fn all(stage: &Path, program: &Path, mode: Mode) -> Vec<String> {
    let named = stage.file_name().unwrap_or_default().to_string_lossy();
    let one = |name: String| {
        let problems = case(&stage.join(&name), program, mode);
        let place = format!("{named}/{name}");
        problems.into_iter().map(move |problem| format!("{place}: {problem}"))
    };
    names(stage).into_iter().flat_map(one).collect()
}

fn case(folder: &Path, program: &Path, mode: Mode) -> Vec<String> {
    let (expected, mut inputs) = read(folder, |path| ["stderr", "stdout", "status"].contains(&path));
    inputs.remove("why");
    let case = Case::new(program, &inputs);
    let before = contents(case.temp.path());
    let args = if case.args.is_empty() { vec!["render".to_owned()] } else { case.args.clone() };
    let said = case.kgen(&args);
    let mut given = BTreeMap::new();
    add(&mut given, "stderr", &said.stderr);
    add(&mut given, "stdout", &said.stdout);
    add(&mut given, "status", &status(&said, 2));
    let mut problems = settle(folder, &expected, &given, mode);
    let failed = said.status != Some(0);
    problems.extend((failed && contents(case.temp.path()) != before).then(|| "changes files".to_owned()));
    let project = before.get("kgen.yaml").filter(|_| case.args.is_empty());
    if let Some(Ok(project)) = project.map(|bytes| std::str::from_utf8(bytes)) {
        problems.extend(agrees(project, &said.stderr).err());
    }
    problems
}

/// The head of the project files of [`project`].
const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\n";

/// A folder with a project file of head and text.
#[track_caller]
fn project(body: &str) -> Kgen {
    Kgen::new().file("kgen.yaml", &format!("{HEAD}{}", text(body)))
}

/// A text that begins with a line break is written indented in its test: without the line break, the indentation that
/// all lines have, and the indentation of the closing quote. Any other is taken as it is.
fn text(indented: &str) -> String {
    let Some(body) = indented.strip_prefix('\n') else { return indented.to_owned() };
    let body = body.trim_end_matches(' ');
    let indents = body.lines().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or_default();
    body.lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}
