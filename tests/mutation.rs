//! Origins tell the truth: a scalar of a project file or of a preset is changed, and what cites it changes, and nothing
//! else does.
//!
//! Each case of `golden/` is rendered anew for each scalar of its project file; a preset's scalar in the first case that
//! cites it. A leaf that comes or goes must cite it too, as what decided about it. What is refused counts apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use kgen::cli::{Color, Global};
use kgen::commands::load;
use kgen::diag::Report;
use kgen::pipeline::{self, Input, Profile, Rendered};
use kgen::project::node::{self, Dialect};
use kgen::resource::{Body, Resource};
use kgen::settings::Settings;
use kgen::settings::preset::{self, Presets};
use kgen::source::Sources;
use kgen::tree::{Kind, Step};

mod values; // other values for a scalar

use crate::origins::{arguments, cases, with_stack};

/// A text and the start of a scalar in it: the same before and after the scalar was changed.
type Scalar = (String, u32);

/// What is rendered: the texts may be changed.
struct Case {
    path: String,
    project: String,
    name: String,
    set: Vec<String>,
    presets: Vec<(&'static str, String)>,
    input: Input,
}

struct Run {
    rendered: Rendered,
    sources: Sources,
}

struct Refusal {
    report: Report,
    sources: Sources,
}

impl Refusal {
    /// Whether a message shows this line of this text.
    fn shows(&self, file: &str, line: usize) -> bool {
        self.report.sorted().iter().any(|d| {
            let mut spans = d.span.iter().chain(d.notes.iter().map(|(span, _)| span));
            spans.any(|span| self.sources.get(span.file).path == file && self.sources.place(*span).line == line)
        })
    }
}

impl Case {
    fn open(folder: &Path) -> Option<Self> {
        let path = folder.join("kgen.yaml");
        let global = Global { file: Some(path.clone()), color: Color::Never, quiet: true, ..Global::default() };
        let set = arguments(folder);
        let (_, _, input) = load::open(&global, &set, &mut Sources::default()).ok()?.ok()?;
        let presets = preset::TEXTS.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        let name = folder.file_name()?.to_string_lossy().into_owned();
        Some(Self {
            name,
            project: fs::read_to_string(&path).unwrap(),
            path: path.display().to_string(),
            set,
            presets,
            input,
        })
    }

    fn run(&self) -> Result<Run, Refusal> {
        let mut sources = Sources::default();
        let file = sources.add(self.path.as_str(), self.project.as_str());
        let texts: Vec<(&str, &str)> = self.presets.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let presets = Presets::read(&mut sources, &texts.try_into().unwrap()).unwrap();
        let loaded = pipeline::load_over(&mut sources, file, &self.set, presets);
        match loaded.and_then(|loaded| pipeline::render(&mut sources, &loaded, &self.input, None, true)) {
            Ok(rendered) => Ok(Run { rendered, sources }),
            Err(report) => Err(Refusal { report, sources }),
        }
    }

    fn text(&mut self, name: &str) -> &mut String {
        match self.presets.iter_mut().find(|(known, _)| *known == name) {
            Some((_, text)) => text,
            None => &mut self.project,
        }
    }

    /// The scalars that are values, each with its text as written.
    fn scalars(&self) -> BTreeMap<Scalar, String> {
        let mut out = BTreeMap::new();
        let texts = self.presets.iter().map(|(name, text)| (*name, text)).chain([(&*self.path, &self.project)]);
        for (name, text) in texts {
            let mut sources = Sources::default();
            let file = sources.add(name, text.as_str());
            let tree = node::parse(&sources, file, Dialect::Project).unwrap();
            tree.leaves(&mut |path, leaf| {
                if !leaf.is_container() && !leaf.is_null() && !is_apart(path) {
                    out.insert((name.to_owned(), leaf.from.start), sources.text(leaf.from).to_owned());
                }
            });
        }
        out
    }
}

/// What no leaf cites: which layers a profile has, which every setting shows; what kind of object a manifest is; which part
/// of which object a patch changes.
fn is_apart(path: &[Step]) -> bool {
    let ends = |keys: &[&str]| matches!(path.last(), Some(Step::Key(key)) if keys.contains(key));
    let has = |word: &str| path.contains(&Step::Key(word));
    ends(&["preset", "extends"])
        || (has("manifests") && ends(&["kind", "apiVersion"]))
        || (has("patches") && (has("target") || ends(&["path", "op"])))
}

/// What a leaf is, and the scalars that it cites.
struct Leaf {
    value: String,
    /// With the paths of the settings that are written there.
    made: BTreeMap<Scalar, BTreeSet<String>>,
    decided: BTreeSet<Scalar>,
}

/// One side of a comparison: a profile and its texts.
#[derive(Clone, Copy)]
struct Side<'s> {
    settings: &'s Settings,
    sources: &'s Sources,
}

impl<'s> Side<'s> {
    fn new(run: &'s Run, profile: &'s Profile) -> Self {
        Self { settings: &profile.settings, sources: &run.sources }
    }

    fn leaf(&self, node: &Body) -> Leaf {
        let place = node.from.as_deref().unwrap();
        let scalar = |id: &u32| {
            let (_, span) = self.settings.entries[*id as usize].layers[0];
            (self.sources.get(span.file).path.clone(), span.start)
        };
        let mut made: BTreeMap<Scalar, BTreeSet<String>> = BTreeMap::new();
        for id in &place.settings {
            let path = self.settings.entries[*id as usize].path.clone();
            made.entry(scalar(id)).or_default().insert(path.to_string());
        }
        Leaf {
            value: match &node.kind {
                Kind::Secret(secret) => secret.open().clone(),
                _ => node.to_string(),
            },
            made,
            decided: place.control.iter().map(scalar).collect(),
        }
    }
}

/// What a change of one scalar did.
#[derive(Default)]
struct Outcome {
    changed: usize,
    /// Changed, and does not cite the scalar.
    silent: BTreeSet<String>,
    /// Says that it is made from the scalar, and is the same.
    idle: BTreeSet<String>,
}

/// Leaves that say that they are made from a setting, and whose change the values tried here do not show: the end of the
/// setting's path, a part of the leaf's path, and why.
const STEADY: [(&str, &str, &str); 15] = [
    (".port", "", "a port without a name is called `http`, whatever its number; what names it is the shorthand itself"),
    (".mode", "", "most outputs are the same in most modes, and a case can be rendered in few of them"),
    (".aof", "args", "`appendonly yes` stands for all but `no`, which a set with Sentinel refuses"),
    (
        ".image",
        "",
        "user, folder and client follow from the family and the major version, the label from the tag alone",
    ),
    (".name", "labels.app.kubernetes.io/version", "of an image that is said in parts the label is the tag alone"),
    (".instances", "enablePDB", "two instances and more have a budget"),
    (".replicas", "", "a count that is odd and at least three is all that a set takes"),
    (".timeoutSeconds", "exec.command", "the client's own limit has an upper bound"),
    (
        "",
        ".checksum.kgen.dev/",
        "what two variables read is read still when one does not; and any `rollout` but `hash` writes it",
    ),
    ("", ".encryptedData.", "ciphertext stands in a file; the text says which part it is"),
    ("", ".data.", "a value of the environment or of a file is in the stream only: a stand-in is compared"),
    (".service", "", "a Service's name is told where a reference names it"),
    (
        "",
        "secretKeyRef.key",
        "the key that kgen makes for a composed value is called as the variable: often as the one before",
    ),
    (
        ".password",
        "initdb.secret.name",
        "the owner's Secret is kgen's own for every key that is not `password` beside `username`",
    ),
    (".auth", "", "`none` is refused where something asks for the password"),
];

struct Comparison<'c> {
    scalar: &'c Scalar,
    sides: [Side<'c>; 2],
    outcome: Outcome,
}

impl Comparison<'_> {
    fn nodes(&mut self, path: &str, old: Option<&Body>, new: Option<&Body>) {
        match (old.map(|node| &node.kind), new.map(|node| &node.kind)) {
            (None, None) => {}
            (Some(Kind::Map(_)) | None, Some(Kind::Map(_)) | None) => {
                let all: BTreeSet<_> = keys(old).into_iter().chain(keys(new)).collect();
                for key in &all {
                    self.nodes(&format!("{path}.{key}"), old.and_then(|o| o.get(key)), new.and_then(|n| n.get(key)));
                }
                if all.is_empty() || old.is_none_or(|o| !is_full(&o)) != new.is_none_or(|n| !is_full(&n)) {
                    self.leaf(path, old.filter(|o| !is_full(o)), new.filter(|n| !is_full(n)));
                }
            }
            (Some(Kind::List(_)) | None, Some(Kind::List(_)) | None) => self.lists(path, old, new),
            (Some(a), Some(b)) if is_scalar(a) && is_scalar(b) => self.leaf(path, old, new),
            (a, b) if a.is_none_or(is_scalar) && b.is_none_or(is_scalar) => self.leaf(path, old, new),
            // Another kind of value: one goes, one comes.
            _ => {
                self.nodes(path, old, None);
                self.nodes(path, None, new);
            }
        }
    }

    /// Lists of one length by number. Elements of others are called by what names them, so that one that comes or goes
    /// does not rename the rest.
    fn lists(&mut self, path: &str, old: Option<&Body>, new: Option<&Body>) {
        let items = |node: Option<&Body>| node.and_then(|n| n.as_list()).unwrap_or_default().to_vec();
        let (before, after) = (items(old), items(new));
        if before.is_empty() || after.is_empty() {
            self.leaf(path, old.filter(|_| before.is_empty()), new.filter(|_| after.is_empty()));
        }
        if before.len() == after.len() {
            for (index, (old, new)) in before.iter().zip(&after).enumerate() {
                self.nodes(&format!("{path}[{index}]"), Some(old), Some(new));
            }
            return;
        }
        let named = |list: &[Body]| -> BTreeMap<String, Body> {
            list.iter().enumerate().map(|(index, item)| (element(list, index), item.clone())).collect()
        };
        let (before, after) = (named(&before), named(&after));
        for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
            self.nodes(&format!("{path}[{name}]"), before.get(name), after.get(name));
        }
    }

    fn leaf(&mut self, path: &str, old: Option<&Body>, new: Option<&Body>) {
        let (old, new) = (old.map(|node| self.sides[0].leaf(node)), new.map(|node| self.sides[1].leaf(node)));
        let mut both = [&old, &new].into_iter().flatten();
        let cites = both.any(|leaf| leaf.made.contains_key(self.scalar) || leaf.decided.contains(self.scalar));
        if old.as_ref().map(|leaf| &leaf.value) != new.as_ref().map(|leaf| &leaf.value) {
            self.outcome.changed += 1;
            if !cites {
                let value = |leaf: &Option<Leaf>| leaf.as_ref().map_or("nothing".into(), |leaf| short(&leaf.value));
                self.outcome.silent.insert(format!("{path}: {} -> {}", value(&old), value(&new)));
            }
        } else if let Some(settings) = old.as_ref().and_then(|leaf| leaf.made.get(self.scalar)) {
            let is_steady = |(setting, part, _): &(&str, &str, &str)| {
                settings.iter().any(|path| path.ends_with(setting)) && path.contains(part)
            };
            if !STEADY.iter().any(is_steady) {
                self.outcome.idle.insert(path.to_owned());
            }
        }
    }
}

fn keys(node: Option<&Body>) -> Vec<std::sync::Arc<str>> {
    node.and_then(|node| node.as_map()).into_iter().flat_map(|map| map.keys().cloned()).collect()
}

fn is_full(node: &&Body) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty())
}

fn is_scalar(kind: &Kind<kgen::resource::Origin>) -> bool {
    !matches!(kind, Kind::List(_) | Kind::Map(_))
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn element(list: &[Body], index: usize) -> String {
    let keys = ["name", "mountPath", "containerPort", "secretKey"];
    let key = keys.iter().find(|key| list.iter().all(|item| item.get(key).is_some()));
    if let Some(name) = key.and_then(|key| list[index].get(key)) {
        return name.to_string();
    }
    // `--appendonly`, `yes`; `-c`, `max_connections=200`.
    let own = list[index].as_str().unwrap_or_default();
    let before = index.checked_sub(1).and_then(|before| list[before].as_str()).unwrap_or_default();
    match (own.starts_with('-'), before.starts_with('-')) {
        (true, _) if own != "-c" => own.to_owned(),
        (true, _) => format!("-c {}", list.get(index + 1).map(setting).unwrap_or_default()),
        (false, true) if before == "-c" => setting(&list[index]),
        (false, true) => format!("{before} value"),
        (false, false) => list[index].to_json().to_string(),
    }
}

/// The name in `name=value`.
fn setting(node: &Body) -> String {
    let text = node.to_string();
    text.split_once('=').map_or(text.clone(), |(name, _)| name.to_owned())
}

/// The objects of a profile, by what stays when a name changes: component, kind, and which of these it is.
fn objects(profile: &Profile) -> BTreeMap<String, &Resource> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for resource in &profile.resources {
        let kind = format!("{} {}", resource.component, resource.id.kind);
        let nth = seen.entry(kind.clone()).or_default();
        *nth += 1;
        out.insert(format!("{kind} {nth}"), resource);
    }
    out
}

fn compare(before: &Run, after: &Run, scalar: &Scalar) -> Outcome {
    let mut out = Outcome::default();
    for (old, new) in before.rendered.profiles.iter().zip(&after.rendered.profiles) {
        let sides = [Side::new(before, old), Side::new(after, new)];
        let (old, new) = (objects(old), objects(new));
        let mut comparison = Comparison { scalar, sides, outcome: std::mem::take(&mut out) };
        for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
            let body = |side: &BTreeMap<String, &Resource>| side.get(name).map(|resource| resource.body.clone());
            comparison.nodes(name, body(&old).as_ref(), body(&new).as_ref());
        }
        out = comparison.outcome;
    }
    out
}

/// Every scalar that a leaf cites.
fn cited(run: &Run) -> BTreeSet<Scalar> {
    let mut out = BTreeSet::new();
    for profile in &run.rendered.profiles {
        let side = Side::new(run, profile);
        for resource in &profile.resources {
            resource.body.leaves(&mut |path, node| {
                // Another kind is another object.
                if matches!(path, [Step::Key("kind" | "apiVersion")]) {
                    return;
                }
                let leaf = side.leaf(node);
                out.extend(leaf.made.into_keys().chain(leaf.decided));
            });
        }
    }
    out
}

/// What is found, by the change that shows it.
#[derive(Default)]
struct Findings {
    mutated: usize,
    /// Every other value is refused, with a message at that line.
    refused: usize,
    /// As well, with messages elsewhere only.
    elsewhere: Vec<String>,
    silent: Vec<String>,
    idle: Vec<String>,
}

/// More tries tell no more.
const TRIES: usize = 5;

/// Changes one scalar in all ways that may show something.
fn mutate(case: &mut Case, before: &Run, scalar: &Scalar, text: &str, findings: &mut Findings) {
    let original = case.text(&scalar.0).clone();
    let line = original[..scalar.1 as usize].matches('\n').count() + 1;
    let file = scalar.0.rsplit('/').next().unwrap_or_default();
    let name = case.name.clone();
    let (mut idle, mut tries, mut shown) = (None::<BTreeSet<String>>, 0, false);
    for other in values::others(text) {
        let what = format!("{name} {file}:{line} {text:?} -> {other:?}");
        let mut changed = original.clone();
        changed.replace_range(scalar.1 as usize..scalar.1 as usize + text.len(), &other);
        *case.text(&scalar.0) = changed;
        let after = match case.run() {
            Ok(after) => after,
            Err(refusal) => {
                shown |= refusal.shows(&scalar.0, line);
                continue;
            }
        };
        let outcome = compare(before, &after, scalar);
        findings.silent.extend(outcome.silent.iter().map(|path| format!("{what}: {path}")));
        idle = Some(match idle {
            None => outcome.idle,
            Some(known) => known.intersection(&outcome.idle).cloned().collect(),
        });
        tries += 1;
        if tries == TRIES || idle.as_ref().is_some_and(BTreeSet::is_empty) {
            break;
        }
    }
    *case.text(&scalar.0) = original;
    findings.mutated += 1;
    let what = format!("{name} {file}:{line} {text:?}");
    match idle {
        None if shown => findings.refused += 1,
        None => findings.elsewhere.push(what),
        Some(idle) => findings.idle.extend(idle.into_iter().map(|path| format!("{what}: {path}"))),
    }
}

/// A case with the scalars that are changed in it, and how it is before.
type Job = (Case, Run, Vec<(Scalar, String)>);

fn jobs() -> Vec<Job> {
    let mut times: BTreeMap<Scalar, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for folder in cases() {
        let Some(case) = Case::open(&folder) else { continue };
        let Ok(before) = case.run() else { continue };
        let scalars = case.scalars();
        let mut wanted = Vec::new();
        let cited = cited(&before);
        // Of the project file all: one that decides something must be cited by what it decides about.
        let own = scalars.keys().filter(|scalar| scalar.0 == case.path && !cited.contains(*scalar));
        for scalar in cited.iter().chain(own) {
            let Some(text) = scalars.get(scalar) else { continue };
            // The path of a file: what counts is in the file.
            if case.input.files.contains(text.trim_matches(['"', '\''])) {
                continue;
            }
            let times = times.entry(scalar.clone()).or_default();
            *times += 1;
            if *times == 1 {
                wanted.push((scalar.clone(), text.clone()));
            }
        }
        out.push((case, before, wanted));
    }
    out
}

#[test]
fn what_cites_a_scalar_changes_with_it_and_nothing_else() {
    with_stack(|| {
        let jobs = Mutex::new(jobs());
        let all = Mutex::new(Findings::default());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let work = || {
                    while let Some((mut case, before, wanted)) = { jobs.lock().unwrap().pop() } {
                        let mut findings = Findings::default();
                        for (scalar, text) in &wanted {
                            mutate(&mut case, &before, scalar, text, &mut findings);
                        }
                        let mut all = all.lock().unwrap();
                        all.mutated += findings.mutated;
                        all.refused += findings.refused;
                        all.elsewhere.extend(findings.elsewhere);
                        all.silent.extend(findings.silent);
                        all.idle.extend(findings.idle);
                    }
                };
                std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
            }
        });
        let all = all.into_inner().unwrap();
        let Findings { mutated, refused, elsewhere, silent, idle } = all;
        eprintln!("{mutated} changed, {refused} refused, {} refused elsewhere", elsewhere.len());
        assert!(silent.is_empty(), "changes that no origin tells of:\n{}", silent.join("\n"));
        assert!(idle.is_empty(), "origins that no change shows:\n{}", idle.join("\n"));
        assert!(elsewhere.len() <= 40, "refused, but not where it was changed:\n{}", elsewhere.join("\n"));
        assert!(mutated > 1000 && (refused + elsewhere.len()) * 4 < mutated, "{mutated} changed, {refused} refused");
    });
}

/// The comparison notices what it is there to notice.
#[test]
fn a_leaf_that_cites_nothing_and_one_that_cites_too_much_are_noticed() {
    with_stack(|| {
        let folder = cases().into_iter().find(|folder| folder.ends_with("example-shop")).unwrap();
        let mut case = Case::open(&folder).unwrap();
        let Ok(before) = case.run() else { panic!("it renders") };
        let at = case.project.find("ghcr.io/acme/shop-api:1.4.2").unwrap();
        let (image, another) = ((case.path.clone(), at as u32), (case.path.clone(), 0));
        case.project = case.project.replace("ghcr.io/acme/shop-api:1.4.2", "ghcr.io/acme/shop-api:1.4.3");
        let Ok(after) = case.run() else { panic!("it renders") };
        let silent = compare(&before, &after, &another).silent;
        assert!(
            silent
                .iter()
                .any(|path| path.ends_with(".image: ghcr.io/acme/shop-api:1.4.2 -> ghcr.io/acme/shop-api:1.4.3"))
        );
        assert!(compare(&before, &before, &image).idle.is_empty(), "images are in the list of those that stay");
        let port = case.project.find("host: shop.example.com").unwrap() + "host: ".len();
        let host = (case.path.clone(), port as u32);
        assert!(!compare(&before, &before, &host).idle.is_empty());
    });
}
