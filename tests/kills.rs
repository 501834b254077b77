//! `kgen render` killed by the system while it writes: no file is half, and the next run ends as an undisturbed one.
//!
//! A kill is not a power failure: what was written is there, in the order in which it was written, whether it was synced
//! or not. What a power failure loses is tried on a model (`src/output/write/tests/power.rs`).
//! How many kills there are is the test binary's to say; `KGEN_KILLS` overrides it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use crate::support::{KGEN, Temp, files, inherited, put};

#[test]
fn killed_while_it_writes_overlays() {
    killed("overlays");
}

#[test]
fn killed_while_it_writes_rendered_profiles() {
    killed("flat");
}

type Files = BTreeMap<String, String>;

/// Of the files of `old` and `new`, some stay, some change, some go and some come. One holds a value to be kept from
/// others, one is in an overlay only.
fn project(layout: &str, word: &str, configs: std::ops::Range<u32>) -> String {
    let mut text = format!(
        "apiVersion: kgen.dev/v1\nproject: shop\nnamespace: shop\nlayout: {layout}\nsecrets: {{app: {{token: {{}}}}}}\n\
         profiles:\n  dev: {{secrets: {{app: {{token: readable-{word}}}}}}}\n  \
         prod: {{secretProvider: existing, configs: {{c{}: {{LEVEL: prod}}}}}}\n\
         apps: {{api: {{image: 'acme/api:{word}', port: 80, env: {{TOKEN: '${{secrets.app.token}}'}}}}}}\nconfigs:\n",
        configs.start + 5,
    );
    for n in configs {
        let level = if n % 4 == 0 { "same" } else { word };
        writeln!(text, "  c{n}: {{LEVEL: {level}, NUMBER: n{n}}}").unwrap();
    }
    text
}

/// How far a killed run had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Begun,
    /// Temporary files stand beside the old tree.
    Staged,
    /// `.kgen.json` says that files are changing.
    Switching,
    /// All is written; the lock is there yet.
    Written,
}

struct Room {
    temp: Temp,
    /// The trees of undisturbed runs, by word.
    trees: BTreeMap<&'static str, Files>,
}

impl Room {
    fn new(layout: &str) -> Self {
        let temp = Temp::in_memory();
        put(&temp.path().join("old/kgen.yaml"), project(layout, "old", 0..60));
        put(&temp.path().join("new/kgen.yaml"), project(layout, "new", 20..80));
        let mut room = Self { temp, trees: BTreeMap::new() };
        for word in ["old", "new", "old"] {
            room.finish(word);
            room.trees.insert(word, files(&room.output()));
        }
        room
    }

    fn output(&self) -> PathBuf {
        self.temp.path().join("deploy")
    }

    fn command(&self, word: &str) -> Command {
        let file = self.temp.path().join("kgen.yaml");
        fs::copy(self.temp.path().join(word).join("kgen.yaml"), file).unwrap();
        let mut command = Command::new(KGEN);
        command.args(["-q", "render"]).current_dir(self.temp.path()).stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn finish(&self, word: &str) {
        let done = self.command(word).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// What a run from `old` to `new` does, one after the other, as it is seen from outside: a path that comes, or goes.
    fn events(&self, old: &str, new: &str) -> Vec<(PathBuf, bool)> {
        let (old, new, output) = (&self.trees[old], &self.trees[new], self.output());
        let is_own = |path: &&String| path.as_str() == ".kgen.json";
        let writes = new.keys().filter(|path| !is_own(path) && old.get(*path) != new.get(*path)).enumerate();
        let temporary =
            |(n, path): (usize, &String)| output.join(path).parent().unwrap().join(format!(".kgen-tmp-{n}"));
        let temporary: Vec<PathBuf> = writes.map(temporary).collect();
        let removed = old.keys().filter(|path| !new.contains_key(*path)).map(|path| output.join(path));
        let journal = output.join(".kgen-tmp-journal");
        let comes = [journal.clone()].into_iter().chain(temporary.clone()).map(|path| (path, true));
        let goes = [journal].into_iter().chain(temporary).chain(removed).map(|path| (path, false));
        comes.chain(goes).collect()
    }

    /// Renders `word` and kills it once a path came or went. `None` where it had ended by then.
    fn kill(&self, word: &str, (path, comes): &(PathBuf, bool)) -> Option<Stage> {
        let mut running = self.command(word).stderr(Stdio::null()).spawn().unwrap();
        let mut until = |there: bool| while path.exists() != there && running.try_wait().unwrap().is_none() {};
        until(true);
        if !comes {
            until(false);
        }
        running.kill().unwrap();
        (!running.wait().unwrap().success()).then(|| self.stage(word))
    }

    fn stage(&self, word: &str) -> Stage {
        let manifest = fs::read_to_string(self.output().join(".kgen.json")).unwrap();
        if manifest.contains("\"unfinished\"") {
            Stage::Switching
        } else if manifest == self.trees[word][".kgen.json"] {
            Stage::Written
        } else if self.output().join(".kgen-tmp-journal").exists() {
            Stage::Staged
        } else {
            Stage::Begun
        }
    }

    /// What holds at every moment; tells how many files are there that were not, and how many temporary ones.
    fn look(&self) -> (usize, usize) {
        let (found, old, new) = (files(&self.output()), &self.trees["old"], &self.trees["new"]);
        let is_own = |path: &str| path.rsplit('/').next().unwrap().starts_with(".kgen");
        for (path, text) in found.iter().filter(|(path, _)| !is_own(path)) {
            assert!([old, new].iter().any(|tree| tree.get(path) == Some(text)), "`{path}` is neither old nor new");
        }
        for path in old.keys().filter(|path| new.contains_key(*path)) {
            assert!(found.contains_key(path), "`{path}` is gone");
        }
        for (path, text) in &found {
            assert!(!text.contains("readable-") || is_private(&self.output().join(path)), "others may read `{path}`");
        }
        check_manifest(&found);
        let new = found.iter().filter(|(path, text)| !is_own(path) && old.get(*path) != Some(text)).count();
        (new, found.keys().filter(|path| path.contains(".kgen-tmp-")).count())
    }
}

/// What `.kgen.json` names is there with that content; of what it says is changing, nothing else is there.
fn check_manifest(found: &Files) {
    let manifest: serde_json::Value = serde_json::from_str(&found[".kgen.json"]).unwrap();
    let is = |text: &str, content: &serde_json::Value| match content.as_str().unwrap() {
        "secret" => text.starts_with("# kgen: "),
        hash => hash == format!("sha256:{}", hex(text)),
    };
    for (path, content) in manifest["files"].as_object().unwrap() {
        assert!(found.get(path).is_some_and(|text| is(text, content)), "`.kgen.json` names `{path}`: it is not so");
    }
    for (path, contents) in manifest.get("unfinished").and_then(|all| all.as_object()).into_iter().flatten() {
        let known = |text| contents.as_array().unwrap().iter().any(|content| is(text, content));
        assert!(found.get(path).is_none_or(|text| known(text)), "`.kgen.json` does not know this `{path}`");
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

fn rounds() -> usize {
    let wanted = inherited("KGEN_KILLS").map(|count| count.to_str().unwrap().parse().unwrap());
    wanted.unwrap_or(crate::KILLS) / 2
}

/// Kills half as many runs as this binary wants, one in twenty as it begins, the others spread evenly over all that a run
/// does to files: the temporary ones that come, their renames, and what is removed.
#[track_caller]
fn killed(layout: &str) {
    let (room, rounds) = (Room::new(layout), rounds());
    let (mut counts, mut states) = (BTreeMap::new(), BTreeSet::new());
    let (mut round, mut ended) = (0, 0);
    while round < rounds {
        let (old, word) = if (round + ended) % 2 == 0 { ("old", "new") } else { ("new", "old") };
        let events = room.events(old, word);
        // The golden ratio spreads any number of moments evenly.
        let share = ((round + ended) as f64 * 0.618_033_988_75).fract();
        let event = match round % 20 {
            19 => (room.output().join(".kgen.lock"), true),
            _ => events[(share * events.len() as f64) as usize].clone(),
        };
        let found = room.kill(word, &event);
        match found {
            Some(stage) => {
                *counts.entry(stage).or_insert(0) += 1;
                let (new, temporary) = room.look();
                states.insert((word, stage, new, temporary));
                round += 1;
            }
            None => {
                ended += 1;
                assert!(ended < 3 * rounds + 50, "runs end before they are killed: {counts:?}");
            }
        }
        room.finish(word);
        assert_eq!(files(&room.output()), room.trees[word], "after kill {round} the next run ends otherwise");
    }
    let count = |stage| counts.get(&stage).copied().unwrap_or(0);
    let midway = count(Stage::Staged) + count(Stage::Switching);
    eprintln!(
        "{layout}: {rounds} kills: {counts:?}, {} states of the disk; {ended} runs more had ended by then",
        states.len()
    );
    if rounds < 100 {
        // So few may by chance fall together; that each harms nothing was looked at.
        return;
    }
    assert!(midway * 10 >= rounds * 6, "{midway} of {rounds} kills landed while files were written: {counts:?}");
    assert!(count(Stage::Switching) * 20 >= rounds * 3, "too few kills while files changed: {counts:?}");
    assert!(states.len() * 8 >= rounds.min(400), "{} states of the disk in {rounds} kills", states.len());
}
