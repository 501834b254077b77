//! One wrong character in a file full of secrets: whatever it makes of the file, nothing that is said shows a value.
//!
//! Every deletion of a character and ten insertions at every place, through what `check`, `render`, `diff` and `explain`
//! write. In this process, as there are tens of thousands; through the program for some of them.
//! Does not own: what is planted by other means than the project file, and other mistakes (`canary.rs`).

mod needle; // the values, in every form
mod run; // what the commands say about a text

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kgen::source::Span;
use kgen::tree::{Step, Tree};

use needle::Needles;
use run::Bench;

/// What is put in at every place, each alone.
const INSERTED: [char; 10] = [' ', ':', '=', '"', '\'', '{', '\n', '#', ',', '-'];

/// A text with its values, and what it is called.
struct Case {
    name: &'static str,
    text: &'static str,
    values: &'static [&'static str],
    /// Of variables and of URLs in them: what is rendered has them, and is not asked for them.
    open: &'static [&'static str],
}

const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\n";

const CASES: [Case; 5] = [
    Case {
        name: "block",
        text: include_str!("slips/block.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Yt4cXz6b", "Ru8eGh2m"],
        open: &["Lw5pJ9dF"],
    },
    Case {
        name: "flow",
        text: include_str!("slips/flow.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Lw5pJ9dF", "Yt4cXz6b", "Ru8eGh2m", "Nb3wSx6f"],
        open: &[],
    },
    Case {
        name: "stores",
        text: include_str!("slips/stores.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Lw5pJ9dF", "Yt4cXz6b", "Ru8eGh2m", "Nb3wSx6f"],
        open: &[],
    },
    Case {
        name: "long",
        text: include_str!("slips/long.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Yt4cXz6b", "Ru8e: 2mK #Nb3w", "Tj9CPd5g", "8hLz3yBu"],
        open: &["Lw5pJ9dF", "Vm2nRk7s"],
    },
    Case {
        name: "raw",
        text: include_str!("slips/raw.yaml"),
        values: &["Zq7CanY9", "Lw5pJ9dF", "Yt4cXz6b"],
        open: &["Hk3vB8nM"],
    },
];

/// A text that differs from another by one character: how, and the text.
fn slips(text: &str) -> Vec<(String, String)> {
    let head = if text.starts_with(HEAD) { "" } else { HEAD };
    let mut out = vec![("as it is".to_owned(), [head, text].concat())];
    for (at, c) in text.char_indices() {
        out.push((format!("{at}: {c:?} is missing"), [head, &text[..at], &text[at + c.len_utf8()..]].concat()));
        for new in INSERTED {
            out.push((format!("{at}: {new:?} is too much"), format!("{head}{}{new}{}", &text[..at], &text[at..])));
        }
    }
    out
}

/// What a project consists of: its keys, what stands behind each, and the words that say what it is. In what is rendered, no
/// other text makes a difference to what is shown of a value; nor does it matter which letter of a key is wrong.
fn form(project: &Tree<Span>, right: &str) -> String {
    const WORDS: [&str; 6] = ["kind", "name", "mode", "path", "op", "preset"];
    let mut out = String::new();
    project.leaves(&mut |path, leaf| {
        for step in path {
            match step {
                Step::Key(key) if right.contains(key) => out.push_str(key),
                Step::Key(key) => out.extend(key.chars().filter(|c| !c.is_alphanumeric()).chain(['?'])),
                Step::Index(index) => out.push_str(&index.to_string()),
            }
            out.push('/');
        }
        let is_word = matches!(path.last(), Some(Step::Key(key)) if WORDS.contains(key));
        out.push_str(&if is_word { leaf.to_string() } else { leaf.noun().to_owned() });
        out.push('\n');
    });
    out
}

/// The slips of a case that show a value, each with the first lines that do.
fn shown(case: &Case) -> (usize, BTreeMap<String, String>) {
    let closed = Needles::new(case.values);
    let needles = Needles::new(&[case.values, case.open].concat());
    let (bench, all) = (Bench::new(), slips(case.text));
    let (next, found, forms) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(BTreeSet::new()));
    let is_new = |project: &Tree<Span>| forms.lock().unwrap().insert(form(project, case.text));
    let work = || {
        while let Some((what, text)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            bench.said(text, &is_new, &mut |by, said| {
                let needles = if by == "render" { &closed } else { &needles };
                if needles.find(said).is_some() {
                    let line = said.lines().find(|line| needles.find(line).is_some()).unwrap_or_default();
                    let mut found = found.lock().unwrap();
                    found.entry(format!("{}, {what}", case.name)).or_insert_with(|| format!("{by}: {}", line.trim()));
                }
            });
        }
    };
    std::thread::scope(|scope| {
        // As the main thread of the program.
        let start = || std::thread::Builder::new().stack_size(8 << 20).spawn_scoped(scope, work).unwrap();
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        (0..threads).for_each(|_| drop(start()));
    });
    eprintln!("{}: {} slips, {} forms", case.name, all.len(), forms.lock().unwrap().len());
    (all.len(), found.into_inner().unwrap())
}

#[test]
fn no_slip_shows_a_value() {
    let all: Vec<_> = CASES.iter().map(shown).collect();
    let count: usize = all.iter().map(|(count, _)| count).sum();
    let list: Vec<String> =
        all.iter().flat_map(|(_, shown)| shown).map(|(what, line)| format!("{what}\n    {line}\n")).collect();
    assert!(list.is_empty(), "{} of {count} slips show a value:\n{}", list.len(), list.concat());
}
