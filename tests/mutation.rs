//! Origins tell the truth: a scalar of a project file or a preset is changed, and what cites it changes, and nothing else.
//!
//! Each case of `golden/` is rendered anew for each scalar that some leaf cites. What the change is refused for counts
//! apart. Own module, because it is about all of kgen: `origins.rs` has what a person would check by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kgen::cli::{Color, Global};
use kgen::commands::load;
use kgen::diag::Report;
use kgen::pipeline::{self, Input, Profile, Rendered};
use kgen::project::node::{self, Dialect};
use kgen::resource::{Origin, Resource};
use kgen::settings::Settings;
use kgen::settings::preset::{self, Presets};
use kgen::source::{Sources, Span};
use kgen::tree::{Kind, Tree};

use crate::origins::{arguments, cases, with_stack};

/// A text and the start of a scalar in it: the same before and after the scalar was changed.
type Scalar = (String, u32);

/// What is rendered: the texts may be changed.
struct Case {
    path: String,
    project: String,
    set: Vec<String>,
    presets: Vec<(&'static str, String)>,
    input: Input,
}

struct Run {
    rendered: Rendered,
    sources: Sources,
}

impl Case {
    fn open(folder: &Path) -> Option<Self> {
        let path = folder.join("kgen.yaml");
        let global = Global { file: Some(path.clone()), color: Color::Never, quiet: true };
        let set = arguments(folder);
        let (_, _, input) = load::open(&global, &set, &mut Sources::default()).ok()?.ok()?;
        let presets = preset::TEXTS.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        Some(Self {
            project: fs::read_to_string(&path).unwrap(),
            path: path.display().to_string(),
            set,
            presets,
            input,
        })
    }

    fn run(&self) -> Result<Run, Report> {
        let mut sources = Sources::default();
        let file = sources.add(self.path.as_str(), self.project.as_str());
        let texts: Vec<(&str, &str)> = self.presets.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let presets = Presets::read(&mut sources, &texts.try_into().unwrap()).unwrap();
        let loaded = pipeline::load_over(&mut sources, file, &self.set, presets)?;
        let rendered = pipeline::render(&mut sources, &loaded, &self.input, None, true)?;
        Ok(Run { rendered, sources })
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
            tree.leaves(&mut |_, leaf| {
                if !leaf.is_container() && !leaf.is_null() {
                    out.insert((name.to_owned(), leaf.from.start), sources.text(leaf.from).to_owned());
                }
            });
        }
        out
    }
}

/// One leaf of an object, with the scalars that it cites.
struct Leaf {
    value: String,
    made: BTreeSet<Scalar>,
    decided: BTreeSet<Scalar>,
    /// Paths of its settings, for messages.
    settings: Vec<String>,
}

impl Leaf {
    fn cites(&self, scalar: &Scalar) -> bool {
        self.made.contains(scalar) || self.decided.contains(scalar)
    }
}

struct Look<'r> {
    settings: &'r Settings,
    sources: &'r Sources,
}

impl Look<'_> {
    fn leaf(&self, node: &Tree<Origin>) -> Leaf {
        let place = node.from.as_deref().unwrap();
        let entries = |ids: &[u32]| ids.iter().map(|id| &self.settings.entries[*id as usize]).collect::<Vec<_>>();
        let scalars = |ids: &[u32]| entries(ids).iter().map(|entry| self.scalar(entry.layers[0].1)).collect();
        Leaf {
            value: node.to_string(),
            made: scalars(&place.settings),
            decided: scalars(&place.control),
            settings: entries(&place.settings).iter().map(|entry| entry.path.clone()).collect(),
        }
    }

    fn scalar(&self, span: Span) -> Scalar {
        (self.sources.get(span.file).path.clone(), span.start)
    }
}

/// The leaves of one object by path. Elements of lists are called by what names them, and of a list of scalars by what they
/// are: one that comes or goes does not rename the others.
fn leaves(look: &Look, tree: &Tree<Origin>, path: &str, out: &mut BTreeMap<String, Leaf>) {
    match &tree.kind {
        Kind::Map(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| leaves(look, value, &format!("{path}.{key}"), out));
        }
        Kind::List(list) if !list.is_empty() => {
            for (index, item) in list.iter().enumerate() {
                leaves(look, item, &format!("{path}[{}]", element(list, index)), out);
            }
        }
        _ => drop(out.insert(path.to_owned(), look.leaf(tree))),
    }
}

fn element(list: &[Tree<Origin>], index: usize) -> String {
    let key = ["name", "mountPath", "containerPort", "secretKey"]
        .iter()
        .find(|key| list.iter().all(|item| item.get(key).is_some()));
    match key.and_then(|key| list[index].get(key)) {
        Some(name) => name.to_string(),
        None => index.to_string(),
    }
}

/// All leaves of a profile: by component, kind and name of the object, and path.
fn all(profile: &Profile, sources: &Sources) -> BTreeMap<String, Leaf> {
    let look = Look { settings: &profile.settings, sources };
    let mut out = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for resource in &profile.resources {
        let name = name(resource);
        let nth = seen.entry(name.clone()).or_default();
        *nth += 1;
        leaves(&look, &resource.body, &format!("{name}#{nth}"), &mut out);
    }
    out
}

/// Without what a hash or another name of the same component would change.
fn name(resource: &Resource) -> String {
    format!("{} {}", resource.component, resource.id.kind)
}

/// Other values for a scalar, the likeliest first.
fn others(text: &str) -> Vec<String> {
    const WORDS: [&[&str]; 24] = [
        &["none", "preferred", "required", "annotations", "exporter", "wiring", "zone", "host", "password"],
        &["Deployment", "StatefulSet", "DaemonSet"],
        &["everysec", "always", "no"],
        &["checksum", "hash"],
        &["allkeys-lru", "noeviction", "allkeys-lfu"],
        &["standalone", "external", "sentinel", "operator", "cnpg"],
        &["Never", "OnFailure", "Always", "IfNotPresent"],
        &["Forbid", "Allow", "Replace"],
        &["ClusterIP", "NodePort", "LoadBalancer"],
        &["TCP", "UDP"],
        &["RollingUpdate", "Recreate", "OnDelete"],
        &["Etc/UTC", "Europe/Berlin"],
        &["OrderedReady", "Parallel"],
        &["restricted", "baseline", "privileged"],
        &["AlwaysAllow", "IfHealthyBudget"],
        &["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"],
        &["Cluster", "Local"],
        &["cluster-wide", "namespace-wide", "strict"],
        &["SecretStore", "ClusterSecretStore"],
        &["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "status.podIP"],
        &["limits.memory", "requests.memory", "limits.cpu", "requests.cpu"],
        &["local", "existing"],
        &["ClusterFirst", "Default"],
        &["dev", "staging", "prod"],
    ];
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c));
    let bare = quote.map_or(text, |quote| text.trim_matches(quote));
    let wrap = |text: String| quote.map_or(text.clone(), |quote| format!("{quote}{text}{quote}"));
    let mut out: Vec<String> = Vec::new();
    match bare {
        "true" => out.push("false".into()),
        "false" => out.push("true".into()),
        _ => {}
    }
    for words in WORDS.iter().filter(|words| words.contains(&bare)) {
        out.extend(words.iter().filter(|word| **word != bare).map(|word| (*word).to_owned()));
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    if let (Ok(number), rest) = (bare[..digits].parse::<u64>(), &bare[digits..]) {
        let plain = rest.chars().all(|c| c.is_ascii_alphabetic() || c == '%');
        if plain && rest.is_empty() {
            out.extend([number + 1, number.saturating_sub(1), number * 2].map(|n| n.to_string()));
        } else if plain {
            out.extend([number * 2, number / 2, number + 1].map(|n| format!("{n}{rest}")));
        } else if let Some(tail) = rest.strip_prefix(' ') {
            // A schedule.
            out.push(format!("{} {tail}", number + 1));
        }
    }
    if text.starts_with(['|', '>']) {
        return vec![text.replacen('\n', "-", 1)];
    }
    out.extend([format!("{bare}x"), format!("{bare}1"), format!("x{bare}"), format!("1{bare}")]);
    out.into_iter().map(wrap).filter(|other| other != text).collect()
}

/// What a change of one scalar did.
#[derive(Default)]
struct Outcome {
    /// Changed, and does not cite it.
    silent: Vec<String>,
    /// Says that it is made from it, and is the same.
    idle: Vec<String>,
    changed: usize,
}

fn compare(before: &Run, after: &Run, scalar: &Scalar) -> Outcome {
    let mut out = Outcome::default();
    for (old, new) in before.rendered.profiles.iter().zip(&after.rendered.profiles) {
        let (old, new) = (all(old, &before.sources), all(new, &after.sources));
        for path in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
            let (old, new) = (old.get(path), new.get(path));
            let cites = [old, new].into_iter().flatten().any(|leaf| leaf.cites(scalar));
            if old.map(|leaf| &leaf.value) != new.map(|leaf| &leaf.value) {
                out.changed += 1;
                if !cites {
                    let value = |leaf: Option<&Leaf>| {
                        leaf.map_or("nothing".into(), |leaf| leaf.value.chars().take(60).collect::<String>())
                    };
                    out.silent.push(format!("{path}: {} -> {}", value(old), value(new)));
                }
            } else if let Some(leaf) = old.filter(|leaf| leaf.made.contains(scalar)) {
                out.idle.push(format!(
                    "{path}: {} ({})",
                    leaf.value.chars().take(60).collect::<String>(),
                    leaf.settings.join(", ")
                ));
            }
        }
    }
    out
}

#[test]
fn what_cites_a_scalar_changes_with_it_and_nothing_else() {
    with_stack(|| {
        let only = std::env::var("KGEN_CASE").ok();
        let (mut mutated, mut refused) = (0, 0);
        let mut seen: BTreeMap<Scalar, usize> = BTreeMap::new();
        let mut silent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut idle: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for folder in cases() {
            let short = folder.file_name().unwrap().to_string_lossy().into_owned();
            if only.as_ref().is_some_and(|only| !only.split(',').any(|only| short == only)) {
                continue;
            }
            let Some(mut case) = Case::open(&folder) else { continue };
            let Ok(before) = case.run() else { continue };
            let scalars = case.scalars();
            let mut cited: BTreeSet<Scalar> = BTreeSet::new();
            for profile in &before.rendered.profiles {
                for leaf in all(profile, &before.sources).into_values() {
                    cited.extend(leaf.made.into_iter().chain(leaf.decided));
                }
            }
            for scalar in cited {
                let Some(text) = scalars.get(&scalar) else { continue };
                if scalar.0.starts_with("profiles/") {
                    let times = seen.entry(scalar.clone()).or_default();
                    *times += 1;
                    if *times > 3 {
                        continue;
                    }
                }
                mutated += 1;
                let original = case.text(&scalar.0).clone();
                let mut done = false;
                for other in others(text) {
                    let mut changed = original.clone();
                    changed.replace_range(scalar.1 as usize..scalar.1 as usize + text.len(), &other);
                    *case.text(&scalar.0) = changed;
                    if let Ok(after) = case.run() {
                        let outcome = compare(&before, &after, &scalar);
                        let line = original[..scalar.1 as usize].matches('\n').count() + 1;
                        let what = |text: String| {
                            format!("{short} {}:{line} {text:?}: ", scalar.0.rsplit('/').next().unwrap()) + &text
                        };
                        let key = format!("{text} -> {other}");
                        for path in outcome.silent {
                            silent.entry(what(key.clone())).or_default().push(path);
                        }
                        for path in outcome.idle {
                            idle.entry(what(key.clone())).or_default().push(path);
                        }
                        done = true;
                        break;
                    }
                }
                *case.text(&scalar.0) = original;
                if !done {
                    refused += 1;
                    eprintln!("refused: {short} {} {text}", scalar.0.rsplit('/').next().unwrap());
                }
            }
        }
        let mut out = String::new();
        for (what, list) in [("SILENT", &silent), ("IDLE", &idle)] {
            for (key, paths) in list {
                for path in paths {
                    out.push_str(&format!("{what} {key} | {path}\n"));
                }
            }
        }
        fs::write("/tmp/ex/mutation.txt", out).unwrap();
        eprintln!(
            "{mutated} mutated, {refused} refused, {} silent, {} idle",
            silent.values().map(Vec::len).sum::<usize>(),
            idle.values().map(Vec::len).sum::<usize>()
        );
    });
}
