//! One wrong character in a file full of secrets: whatever it makes of the file, nothing that is said shows a value.
//!
//! Every deletion of a character and ten insertions at every place, through what `check`, `render`, `diff` and `explain`
//! write. In this process, as there are tens of thousands; through the program for some of them.
//! Does not own: what is planted by other means than the project file, and other mistakes (`canary.rs`).

mod needle; // the values, in every form
mod run; // what the commands say about a text

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kgen::source::Span;
use kgen::tree::{Step, Tree};

use crate::support::{self, KGEN, Kgen, Temp, put};
use needle::Needles;
use run::{Bench, Part};

/// What is put in at every place, each alone.
const INSERTED: [char; 10] = [' ', ':', '=', '"', '\'', '{', '\n', '#', ',', '-'];

/// A text with its values, and what it is called.
struct Case {
    name: &'static str,
    /// What of a project it is.
    part: Part,
    text: &'static str,
    values: &'static [&'static str],
    /// Of variables and of URLs in them: what is rendered has them, and is not asked for them.
    open: &'static [&'static str],
}

const HEAD: &str = "apiVersion: kgen.dev/v1\nproject: shop\n";

const CASES: [Case; 8] = [
    Case {
        name: "block",
        part: Part::Project,
        text: include_str!("slips/block.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Yt4cXz6b", "Ru8eGh2m"],
        open: &["Lw5pJ9dF"],
    },
    Case {
        name: "flow",
        part: Part::Project,
        text: include_str!("slips/flow.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Lw5pJ9dF", "Yt4cXz6b", "Ru8eGh2m", "Nb3wSx6f"],
        open: &[],
    },
    Case {
        name: "stores",
        part: Part::Project,
        text: include_str!("slips/stores.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Lw5pJ9dF", "Yt4cXz6b", "Ru8eGh2m", "Nb3wSx6f"],
        open: &[],
    },
    Case {
        name: "wired",
        part: Part::Project,
        text: include_str!("slips/wired.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Yt4cXz6b", "Nb3wSx6f"],
        open: &["Lw5pJ9dF", "Ru8eGh2m"],
    },
    Case {
        name: "long",
        part: Part::Project,
        text: include_str!("slips/long.yaml"),
        values: &["Zq7CanY9", "Hk3vB8nM", "Yt4cXz6b", "Ru8e: 2mK #Nb3w", "Tj9CPd5g", "8hLz3yBu"],
        open: &["Lw5pJ9dF", "Vm2nRk7s"],
    },
    Case {
        name: "raw",
        part: Part::Project,
        text: include_str!("slips/raw.yaml"),
        values: &["Zq7CanY9", "Lw5pJ9dF", "Yt4cXz6b"],
        open: &["Hk3vB8nM"],
    },
    Case {
        name: "manifest",
        part: Part::Manifest,
        text: include_str!("slips/manifest.yaml"),
        values: &["Zq7CanY9", "Lw5pJ9dF", "Yt4cXz6b", "Hk3vB8nM"],
        open: &[],
    },
    Case {
        name: "live",
        part: Part::Stream,
        text: include_str!("slips/live.yaml"),
        values: &["Zq7CanY9", "Lw5pJ9dF", "Yt4cXz6b", "Ru8eGh2m"],
        open: &[],
    },
];

/// A text that differs from another by one character: how, and the text.
fn slips(case: &Case) -> Vec<(String, String)> {
    let text = case.text;
    let head = if text.starts_with(HEAD) || case.part != Part::Project { "" } else { HEAD };
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
    let (bench, all) = (Bench::new(case.part), slips(case));
    let (next, found, forms) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(BTreeSet::new()));
    let is_new = |tree: &Tree<Span>| forms.lock().unwrap().insert(form(tree, case.text));
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
    // Without a slip it is rendered: else nothing of that would have been looked at. Passwords of stores are no literals.
    assert_eq!(bench.renders(&all[0].1), case.name != "stores", "{}", case.name);
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

const COMMANDS: [&[&str]; 14] = [
    &["check"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["render"],
    &["diff"],
    &["diff", "dev", "test"],
    &["diff", "dev", "test", "--format", "unified"],
    &["diff", "dev", "test", "--format", "markdown"],
    &["diff", "dev", "test", "--format", "html"],
    &["diff", "dev", "test", "--format", "json"],
    &["explain", "test", "Secret/app"],
    &["profile", "show", "test", "--all-layers"],
    &["secret", "list", "dev"],
];

/// Some of them, whose numbers have nothing to do with the number of slips at a place.
#[test]
fn no_slip_shows_a_value_through_the_program() {
    const EVERY: usize = 397;
    let one = |(case, (what, text)): (&Case, (String, String))| {
        let needles = Needles::new(&[case.values, case.open].concat());
        let temp = Temp::in_memory();
        let (project, name) = case.part.project(&text);
        put(&temp.path().join("kgen.yaml"), project);
        put(&temp.path().join(name), &text);
        let against: &[&str] = &["diff", "dev", "--against", "live.yaml", "--format", "unified"];
        let more = if case.part == Part::Stream { vec![against] } else { vec![] };
        for command in COMMANDS.iter().copied().chain(more) {
            let args: Vec<String> = command.iter().map(|arg| (*arg).to_owned()).collect();
            let said = support::run(Path::new(KGEN), temp.path(), &args, &BTreeMap::new(), "");
            for text in [said.stdout, said.stderr] {
                assert_eq!(needles.find(&text), None, "{}, {what}, {command:?}:\n{text}", case.name);
            }
        }
    };
    let all = CASES.iter().flat_map(|case| slips(case).into_iter().map(move |slip| (case, slip)));
    let some: Vec<_> = all.step_by(EVERY).collect();
    assert!(some.len() > 50, "{}", some.len());
    some.into_iter().for_each(one);
}

/// The mistakes that once showed a value, each with what is said of it.
#[test]
fn a_value_beside_a_slip_of_a_separator() {
    let head = format!("{HEAD}apps: {{web: {{image: \"x/y:1\", port: 80, env: {{A: \"${{secrets.app.TOKEN}}\"}}}}}}\n");
    let declared = "secrets: {app: {TOKEN: {}}}\nmanifests:\n";
    for (text, said) in [
        ("secrets: {app: {TOKEN:Zq7CanarY9x}}\n", "`TOKEN***` is no key in `secrets.app`"),
        ("secrets: {app: {TOKEN=Zq7CanarY9x}}\n", "`TOKEN***` is no key in `secrets.app`"),
        ("secrets: {app: {TOKEN=Zq7CanarY9x: {}}}\n", "`TOKEN***` is no key in `secrets.app`"),
        ("secrets: {app: {TOKEN: ,Zq7CanarY9x}}\n", "`***` is no key in `secrets.app`: no `:` stands behind it"),
        ("secrets: {app: {TOKEN: {value:Zq7CanarY9x}}}\n", "unknown key `value***` in `secrets.app.TOKEN`"),
        ("secrets:\n  app:\n    TOKEN:\nZq7CanarY9x\n", "expected `key: value`, found a text without `:`"),
        ("profile: {dev: {secrets: {app: {TOKEN: Zq7CanarY9x}}}}\n", "unknown key `profile` at the top level"),
        (
            &format!(
                "{declared}- {{apiVersion: v1, kind: Secret, metadata: {{name: m}}, stringdata: {{p: Zq7CanarY9x}}}}\n"
            ),
            "unknown field `stringdata`",
        ),
        (
            &format!(
                "{declared}- {{apiVersion: v1, kind: Sekret, metadata: {{name: m}}, stringData: {{p: Zq7CanarY9x}}}}\n"
            ),
            "no schema is known for `v1` `Sekret`",
        ),
    ] {
        for format in ["human", "json", "sarif", "github"] {
            let kgen = Kgen::new().file("kgen.yaml", &format!("{head}profiles: {{dev: {{}}}}\n{text}"));
            let answer = kgen.args(["check", "--format", format]).said();
            let all = [answer.stdout, answer.stderr].concat();
            assert!(all.contains(said) && answer.status == Some(1), "{format}: {all}");
            assert_eq!(Needles::new(&["Zq7CanarY9x"]).find(&all), None, "{format}: {all}");
        }
    }
}
