//! The law, on random projects: what a project file says is what kustomize builds, in both layouts, whoever renders it and
//! in whatever order its components stand; and no overlay says more than it must.
//!
//! Owns: how many projects, and what is found. A project is made of its seed (`project.rs`), along the table of the language
//! (`make.rs`), and rendered in memory (`store.rs`). A seed that is wrong is printed, and its project stays on the disk.
//!
//!     cargo test --test interop law
//!     KGEN_SEED=1001 KGEN_PROJECTS=1000 cargo test --test interop law_of -- --nocapture

mod build;
mod disk;
mod fit;
mod laws;
mod make;
mod minimal;
mod project;
mod run;
mod shapes;
mod special;
mod store;
mod table;
mod words;
mod world;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use build::Member;
use minimal::Pair;
use table::{Name, Seen, Table};

use kgen::output::{Reveal, document, merge_patch};
use kgen::resource::Id;
use kgen::tree::Tree;

use crate::kubectl;
use crate::random::Random;

/// So many random projects in one run of the tests; `KGEN_PROJECTS=20000` for more, `KGEN_SEED=1` where they begin.
const PROJECTS: u64 = 500;

/// So many are built by one kustomize.
const CHUNK: u64 = 10;

/// What was found.
#[derive(Default)]
struct Found {
    made: usize,
    refused: BTreeMap<String, Vec<String>>,
    wrong: Vec<(u64, String)>,
    dropped: usize,
    profiles: usize,
    pairs: Vec<Pair>,
    seen: Seen,
}

#[expect(clippy::disallowed_methods, reason = "how many projects a run makes is said from outside")]
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Behind every name; some projects have the bare words, and are built by themselves.
fn tag(seed: u64) -> String {
    if seed.is_multiple_of(20) { String::new() } else { format!("-{seed}") }
}

fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(Table::new);
    &TABLE
}

#[test]
fn law_of_random_projects() {
    let (first, count) = (number("KGEN_SEED", 1), number("KGEN_PROJECTS", PROJECTS));
    let folder = kubectl::folder(&format!("law-{first}"));
    let table = table();
    let found = Mutex::new(Found::default());
    let chunks = Mutex::new((first..first + count).step_by(CHUNK as usize));
    let work = || {
        loop {
            let Some(start) = chunks.lock().unwrap().next() else { break };
            chunk(start..(start + CHUNK).min(first + count), &folder, table, &found);
            progress(start, first, &found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    let found = found.into_inner().unwrap();
    report(&found, count, &folder, table);
}

fn progress(start: u64, first: u64, found: &Mutex<Found>) {
    if (start - first).is_multiple_of(1000) {
        let found = found.lock().unwrap();
        println!("{start}: {} made, {} refused, {} wrong", found.made, found.refused.len(), found.wrong.len());
    }
}

fn chunk(seeds: std::ops::Range<u64>, folder: &Path, table: &'static Table, found: &Mutex<Found>) {
    let (mut members, mut alone) = (Vec::new(), Vec::new());
    for seed in seeds {
        match one(seed, folder, table, found) {
            Some(member) if tag(seed).is_empty() => alone.push(member),
            Some(member) => members.push(member),
            None => {}
        }
    }
    let mut wrong = Vec::new();
    for members in std::iter::once(members).chain(alone.into_iter().map(|member| vec![member])) {
        if !members.is_empty() {
            wrong.extend(build::together(folder, &members));
        }
        let bad: Vec<u64> = wrong.iter().map(|(seed, _)| *seed).collect();
        for member in members.iter().filter(|member| !bad.contains(&member.seed)) {
            let _ = std::fs::remove_dir_all(folder.join(member.seed.to_string()));
        }
    }
    found.lock().unwrap().wrong.extend(wrong);
}

/// Renders one project and holds it against all that needs no kustomize.
fn one(seed: u64, folder: &Path, table: &'static Table, found: &Mutex<Found>) -> Option<Member> {
    let made = match run::make(seed, &tag(seed), table) {
        Ok(made) => made,
        Err((_, said)) => {
            let mut found = found.lock().unwrap();
            for (id, message) in said {
                found.refused.entry(id).or_default().push(format!("{seed}: {message}"));
            }
            return None;
        }
    };
    let checked = laws::check(seed, &made);
    let names = made.rendered.profiles.iter().map(|profile| profile.settings.profile.to_string());
    let mut counts = minimal::Counts::default();
    let checked = checked.and_then(|trees| {
        let mut random = Random::new(seed);
        let all: Vec<String> = names.clone().collect();
        let name = random.pick(&all);
        minimal::check(&trees.overlays, name, &mut || random.chance(2), &mut counts)
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(trees)
    });
    let mut found = found.lock().unwrap();
    found.made += 1;
    found.profiles += made.rendered.profiles.len();
    found.dropped += counts.dropped;
    found.pairs.extend(counts.pairs);
    match checked {
        Ok(trees) => {
            table.note(&made.project.root, &mut found.seen);
            drop(found);
            build::write(folder, seed, &trees);
            let profiles = names.enumerate().map(|(at, name)| (name, laws::wanted(&made.rendered, at)));
            Some(Member { seed, profiles: profiles.collect() })
        }
        Err(error) => {
            keep(folder, seed, &made.project);
            found.wrong.push((seed, error));
            None
        }
    }
}

/// kgen's merge is kustomize's, on patches as overlays have them and on parts of these.
fn pairs_agree(folder: &Path, pairs: &[Pair]) {
    let mut kustomization = "resources:\n- all.yaml\npatches:\n".to_owned();
    let (mut all, mut expected) = (String::new(), BTreeMap::new());
    for (at, pair) in pairs.iter().enumerate() {
        let name = format!("o{at}");
        let [base, patch] = [&pair.base, &pair.patch].map(|tree| called(tree, &name));
        // What kgen refuses would stop the whole build.
        let Ok(merged) = merge_patch::apply(&base, &patch) else { continue };
        all += &format!("---\n{}", text(&base));
        kubectl::text(&folder.join(format!("{name}.yaml")), &text(&patch));
        kustomization += &format!("- path: {name}.yaml\n");
        expected.extend(merged.object.and_then(|object| Some((Id::of(&object)?, object))));
    }
    kubectl::text(&folder.join("all.yaml"), &all);
    kubectl::text(&folder.join("kustomization.yaml"), &kustomization);
    let built = kubectl::build(folder).unwrap();
    assert_eq!(built.len(), expected.len());
    for object in built {
        let id = Id::of(&object).unwrap();
        assert_eq!(Some(&object), expected.get(&id), "{id} in {}", folder.display());
    }
}

fn text(tree: &Tree) -> String {
    document(tree, Reveal::Yes).unwrap().text
}

/// Without a namespace: a patch finds its object by kind and name.
fn called(tree: &Tree, name: &str) -> Tree {
    let mut json = tree.to_json();
    if let Some(metadata) = json["metadata"].as_object_mut() {
        metadata.insert("name".into(), name.into());
        metadata.remove("namespace");
    }
    Tree::from_json(&json)
}

/// The project on the disk, for a person.
fn keep(folder: &Path, seed: u64, project: &project::Project) -> PathBuf {
    let place = folder.join(seed.to_string());
    for (name, bytes) in project.memory().0 {
        let path = place.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    place
}

/// Of the fields of the language, so many of a hundred are set, changed by a profile, and removed by one. What is missing
/// is printed: fields without which nothing is valid, those of the project alone, and those that chance has left out.
const COVERED: [usize; 3] = [90, 60, 50];

fn report(found: &Found, count: u64, folder: &Path, table: &Table) {
    let refused = count as usize - found.made;
    println!(
        "{} projects of {count} rendered, {} profiles, {} operations dropped",
        found.made, found.profiles, found.dropped
    );
    for (id, messages) in &found.refused {
        println!("refused by {id}: {}", messages.len());
        messages.iter().take(5).for_each(|message| println!("    {message}"));
    }
    for (seed, what) in found.wrong.iter().take(40) {
        println!("wrong: {seed}: {}", what.chars().take(1500).collect::<String>());
    }
    for (number, pairs) in found.pairs.chunks(300).enumerate().take(4) {
        pairs_agree(&folder.join(format!("pairs-{number}")), pairs);
    }
    // A profile's own keys are those of the project; what delivers the profiles is in none of their streams.
    let is_counted = |name: &&Name| !["profiles.*.", "delivery"].iter().any(|part| name.starts_with(part));
    let fields: Vec<&Name> = table.fields.iter().filter(is_counted).collect();
    let maps = [&found.seen.set, &found.seen.overridden, &found.seen.removed];
    for ((what, map), least) in ["set", "overridden", "removed"].into_iter().zip(maps).zip(COVERED) {
        let missing: Vec<&&Name> = fields.iter().filter(|name| !map.contains_key(**name)).collect();
        println!("never {what}: {} of {} fields: {missing:?}", missing.len(), fields.len());
        let covered = (fields.len() - missing.len()) * 100 / fields.len();
        assert!(covered >= least || count < PROJECTS, "only {covered} % of the fields were {what}");
    }
    assert!(found.wrong.is_empty(), "{} projects are wrong: see {}", found.wrong.len(), folder.display());
    assert!(refused * 100 <= count as usize * 12, "{refused} of {count} projects were refused");
}
