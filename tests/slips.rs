//! One wrong character in a file full of secrets: whatever it makes of the file, nothing that is said shows a value.
//!
//! Every deletion of a character and ten insertions at every place, through what `check`, `render`, `diff` and `explain`
//! write. In this process, as there are tens of thousands; through the program for some of them.
//! Does not own: what is planted by other means than the project file, and other mistakes (`canary.rs`).

mod needle; // the values, in every form
mod run; // what the commands say about a text

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use needle::Needles;
use run::Bench;

/// What is put in at every place, each alone.
const INSERTED: [char; 10] = [' ', ':', '=', '"', '\'', '{', '\n', '#', ',', '-'];

/// A text with its values, and what it is called.
struct Case {
    name: &'static str,
    text: &'static str,
    values: &'static [&'static str],
}

const CASES: [Case; 1] = [Case {
    name: "block",
    text: include_str!("slips/block.yaml"),
    values: &["Zq7CanarY9xW", "Hk3vB8nM2xRt", "Lw5pJ9dFg7Qs", "Yt4cXz6bNk1V", "Ru8eGh2mKp5D"],
}];

/// A text that differs from another by one character: how, and the text.
fn slips(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (at, c) in text.char_indices() {
        out.push((format!("{at}: {c:?} is missing"), [&text[..at], &text[at + c.len_utf8()..]].concat()));
        for new in INSERTED {
            out.push((format!("{at}: {new:?} is too much"), format!("{}{new}{}", &text[..at], &text[at..])));
        }
    }
    out
}

#[test]
fn no_slip_shows_a_value() {
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    let mut count = 0;
    for case in &CASES {
        let needles = Needles::new(case.values);
        let bench = Bench::new();
        let all = slips(case.text);
        count += all.len();
        let (next, found) = (AtomicUsize::new(0), Mutex::new(&mut shown));
        let work = || {
            while let Some((what, text)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                bench.said(text, &mut |by, said| {
                    if by == "render" { return; }
                    if let Some(value) = needles.find(said) {
                        let key = format!("{}, {what}", case.name);
                        let line = said.lines().filter(|line| needles.find(line).is_some()).take(3).collect::<Vec<_>>().join("\n      ");
                        found.lock().unwrap().entry(key).or_insert_with(|| format!("{by}: {value}\n      {line}"));
                    }
                });
            }
        };
        std::thread::scope(|scope| {
            let build = || std::thread::Builder::new().stack_size(64 << 20);
            for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
                build().spawn_scoped(scope, work).unwrap();
            }
        });
    }
    let list: Vec<String> = shown.iter().map(|(what, line)| format!("{what}\n    {line}")).collect();
    assert!(shown.is_empty(), "{} of {count} slips show a value:\n{}", shown.len(), list.join("\n"));
}
