//! What the book shows works: every fenced block of every page of `docs/` is a file, a part of one, or commands with what
//! they print. A page is one session in one folder.
//!
//! Before a block stands a comment that says what it is:
//!
//! - `<!-- file: PATH -->` the block is written to that file, `<!-- append: PATH -->` to its end
//! - `<!-- part of: PATH -->` these lines stand in that file, one after the other, whatever their indentation
//! - `<!-- not run: REASON -->`
//!
//! A block of `console` needs none: each line that begins with `$ ` is run by `sh`, and what follows is all that it prints,
//! `...` for any lines. `<!-- start: PATH -->` copies the inputs of a golden case into the folder.
//! `KGEN_UPDATE=1` writes what is printed into the page, where no `...` says that it is shortened.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{KGEN, Kgen, Temp, inherited, put};

mod reference; // pages that are made from what they describe

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Block {
    /// Of the first line inside, from 0.
    line: usize,
    language: String,
    comment: Option<(String, String)>,
    text: String,
}

#[test]
fn every_block_of_the_book_is_what_it_says() {
    let pages = pages();
    assert!(pages.len() > 5, "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let shown = session(&page, &text);
        if shown != text && updates() {
            fs::write(&page, &shown).unwrap();
        } else {
            similar_asserts(&page, &text, &shown);
        }
    }
}

#[test]
fn the_summary_names_every_page_once() {
    let summary = fs::read_to_string(Path::new(ROOT).join("docs/SUMMARY.md")).unwrap();
    let links: Vec<&str> = summary.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    let mut named: Vec<PathBuf> = links.iter().map(|link| Path::new(ROOT).join("docs").join(link)).collect();
    named.sort();
    let mut found = all_pages();
    found.retain(|page| !page.ends_with("SUMMARY.md"));
    assert_eq!(named, found);
}

#[test]
fn a_session_notices_what_is_not_so() {
    let fails = |text: &str| {
        let page = PathBuf::from("page.md");
        let text = text.to_owned();
        std::panic::catch_unwind(move || session(&page, &text)).is_err()
    };
    assert!(fails("```yaml\na: 1\n```\n"), "a block without a comment");
    assert!(fails("<!-- part of: f -->\n```yaml\na: 1\n```\n"), "a part of a file that is not there");
    let file = "<!-- file: f -->\n```yaml\na: 1\nb: 2\n```\n";
    assert!(fails(&format!("{file}<!-- part of: f -->\n```yaml\na: 2\n```\n")), "a part that is not in the file");
    assert!(!fails(&format!("{file}<!-- part of: f -->\n```yaml\n  b: 2\n```\n")));
    let page = |shown: &str| format!("{file}```console\n$ cat f; exit 3\n{shown}```\n");
    assert_eq!(session(Path::new("page.md"), &page("a: 3\n")), page("a: 1\nb: 2\n"));
    assert_eq!(session(Path::new("page.md"), &page("...\nb: 2\n")), page("...\nb: 2\n"));
    assert!(fails(&page("...\nb: 3\n")), "shortened, and wrong");
}

/// Whether pages are to be written.
fn updates() -> bool {
    inherited("KGEN_UPDATE").is_some()
}

/// Pages with blocks of their own; those of `seeds` have their own test.
fn pages() -> Vec<PathBuf> {
    let seeds = Path::new(ROOT).join("docs/seeds");
    all_pages().into_iter().filter(|page| !page.ends_with("SUMMARY.md") && !page.starts_with(&seeds)).collect()
}

fn all_pages() -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![Path::new(ROOT).join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

#[track_caller]
fn similar_asserts(page: &Path, expected: &str, found: &str) {
    if expected != found {
        let diff = similar::TextDiff::from_lines(expected, found);
        panic!("{}\n{}", page.display(), diff.unified_diff().header("the page", "what is so"));
    }
}

/// The page with what its commands print now.
fn session(page: &Path, text: &str) -> String {
    let temp = Temp::new();
    let mut out: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in text.lines() {
        if let Some(("start", case)) = comment(line) {
            start(temp.path(), &Path::new(ROOT).join(case));
        }
    }
    let blocks = blocks(text);
    for block in blocks.iter().rev().filter(|block| block.language == "console") {
        // Filled in below, in order; here only that the fence is closed.
        assert!(block.line + block.text.lines().count() < out.len(), "{}: an open block", page.display());
    }
    let mut moved = 0isize;
    for block in &blocks {
        let place = format!("{}:{}", page.display(), block.line + 1);
        let path = |name: &str| temp.path().join(name);
        match (block.language.as_str(), &block.comment) {
            (_, Some((word, reason))) if word == "not run" => assert!(!reason.is_empty(), "{place}: no reason"),
            (_, Some((word, name))) if word == "file" => put(&path(name), &block.text),
            (_, Some((word, name))) if word == "append" => {
                let before = fs::read_to_string(path(name)).unwrap();
                put(&path(name), &(before + &block.text));
            }
            (_, Some((word, name))) if word == "part of" => {
                let file = if name.starts_with("golden/") || name.starts_with("profiles/") {
                    Path::new(ROOT).join(name)
                } else {
                    path(name)
                };
                let whole = fs::read_to_string(file).unwrap_or_else(|error| panic!("{place}: {name}: {error}"));
                assert!(is_part(&block.text, &whole), "{place}: this does not stand in {name}");
            }
            ("console", None) => {
                let shown = console(temp.path(), &block.text, &place);
                let from = (block.line as isize + moved) as usize;
                let count = block.text.lines().count();
                let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
                moved += lines.len() as isize - count as isize;
                out.splice(from..from + count, lines);
            }
            (language, comment) => {
                panic!("{place}: a block of `{language}` with {comment:?} is neither file nor command")
            }
        }
    }
    out.join("\n") + "\n"
}

fn comment(line: &str) -> Option<(&str, &str)> {
    line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(": ")
}

fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut before: Option<(String, String)> = None;
    while let Some((_, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                before = comment(line).map(|(word, rest)| (word.to_owned(), rest.to_owned()));
            }
            continue;
        };
        let mut block = Block { line: 0, language: language.to_owned(), comment: before.take(), text: String::new() };
        for (at, line) in lines.by_ref() {
            if line == "```" {
                break;
            }
            if block.line == 0 {
                block.line = at;
            }
            block.text += &format!("{line}\n");
        }
        out.push(block);
    }
    out
}

/// The inputs of a golden case: what it gives is left out.
fn start(folder: &Path, case: &Path) {
    let given = ["stream", "tree", "stdout", "stderr", "status"];
    let copied = Command::new("cp").arg("-r").arg(case.join(".")).arg(folder).status().unwrap();
    assert!(copied.success(), "{}", case.display());
    for name in given {
        let path = folder.join(name);
        let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
    }
}

fn is_part(part: &str, whole: &str) -> bool {
    let plain = |text: &str| -> Vec<String> { text.lines().map(|line| line.trim().to_owned()).collect() };
    let (part, whole) = (plain(part), plain(whole));
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// The block with what its commands print: stdout and stderr as they come.
fn console(folder: &Path, text: &str, place: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    assert!(lines.peek().is_some_and(|line| line.starts_with("$ ")), "{place}: begins with no command");
    while let Some(command) = lines.next() {
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            expected += &format!("{line}\n");
        }
        let printed = printed(folder, &command[2..]);
        let shortened = expected.lines().any(|line| line == "...");
        if shortened {
            assert!(fits(&expected, &printed), "{place}: `{command}` prints\n{printed}");
        }
        out += &format!("{command}\n{}", if shortened { &expected } else { &printed });
    }
    out
}

fn printed(folder: &Path, command: &str) -> String {
    let bin = Path::new(KGEN).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .envs([("PATH", path.as_str()), ("HOME", "/nonexistent"), ("LC_ALL", "C.UTF-8")])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Whether the lines between the `...` stand in what was printed, in order; the first and the last where no `...` is.
fn fits(expected: &str, printed: &str) -> bool {
    let printed: Vec<&str> = printed.lines().collect();
    let parts: Vec<Vec<&str>> = expected.split("...\n").map(|part| part.lines().collect()).collect();
    let (first, last) = (&parts[0], &parts[parts.len() - 1]);
    let mut at = first.len();
    if !printed.starts_with(first) || !printed.ends_with(last) {
        return false;
    }
    parts[1..parts.len() - 1].iter().all(|part| {
        let found = printed[at..].windows(part.len().max(1)).position(|window| window == *part);
        found.inspect(|found| at += found + part.len()).is_some()
    })
}

/// The pictures of the pages are what `kgen graph` draws.
#[test]
fn the_pictures_of_the_systems_are_drawn_by_kgen() {
    for system in ["fastapi", "darwin", "open-webui", "tl-engine"] {
        let folder = Path::new(ROOT).join(format!("golden/example-{system}"));
        let profile = if system == "fastapi" { "dev" } else { "prod" };
        let file = folder.join("kgen.yaml");
        let drawn = Kgen::new().args(["-f", file.to_str().unwrap(), "graph", profile, "--format", "svg"]).says();
        let path = Path::new(ROOT).join(format!("docs/systems/{system}.svg"));
        if updates() {
            fs::write(&path, &drawn).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == drawn, "{} is not what kgen draws", path.display());
    }
}

/// In the book as `mdbook` makes it and in the repository as a forge shows it: pages, their headings, pictures.
#[test]
fn every_link_of_the_book_leads_somewhere() {
    let mut problems = Vec::new();
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            if let Err(problem) = leads(&page, &link) {
                problems.push(format!("{}: {link}: {problem}", page.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Outside of blocks and of code in a line.
fn links(text: &str) -> Vec<String> {
    let mut inside = false;
    let prose = text.lines().filter(|line| {
        inside ^= line.starts_with("```");
        !inside
    });
    let words = |line: &str| line.split('`').step_by(2).collect::<Vec<_>>().join("``");
    let found = prose.flat_map(|line| {
        let line = words(line);
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        links.map(str::to_owned).collect::<Vec<_>>()
    });
    found.filter(|link| !link.starts_with("http")).collect()
}

fn leads(page: &Path, link: &str) -> Result<(), &'static str> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.to_owned() } else { page.parent().unwrap().join(file) };
    let Ok(target) = target.canonicalize() else { return Err("nothing is there") };
    if !target.starts_with(Path::new(ROOT).join("docs").canonicalize().unwrap()) || target.is_dir() {
        return Err("the book does not have it");
    }
    // mdbook makes `index.html` of it, and leaves links to it as they are.
    if target.ends_with("README.md") {
        return Err("call it `index.md`");
    }
    let has = |text: String| text.lines().any(|line| slug(line).is_some_and(|slug| slug == anchor));
    match anchor.is_empty() || has(fs::read_to_string(&target).unwrap_or_default()) {
        true => Ok(()),
        false => Err("it has no such heading"),
    }
}

/// The anchor of a heading, as GitHub and mdbook make it: letters, digits, `-` and `_`, small; a space is `-`.
fn slug(line: &str) -> Option<String> {
    let title = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))?;
    let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect())
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let page = Path::new(ROOT).join("docs/systems/darwin.md");
    assert_eq!(links("[a](b.md) `[c](d)` ![e](f.svg)\n```\n[g](h)\n```\n[i](https://j)"), ["b.md", "f.svg"]);
    assert_eq!(leads(&page, "../tutorial.md#a-mistake"), Ok(()));
    assert_eq!(leads(&page, "darwin.svg"), Ok(()));
    assert_eq!(leads(&page, "#secrets"), Ok(()));
    assert_eq!(leads(&page, "../tutorial.md#no"), Err("it has no such heading"));
    assert_eq!(leads(&page, "gone.svg"), Err("nothing is there"));
    assert_eq!(leads(&page, "../../golden"), Err("the book does not have it"));
}
