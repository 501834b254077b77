//! One profile's settings: all layers merged, every leaf knowing where it came from and what it shadows.
//!
//! Owns: the layers and their order, the chain of `extends`, the presets' place below each component.
//! Does not own: the merge rule (`merge.rs`), the presets' texts (`preset.rs`), `--set`'s syntax (`overrides.rs`).

pub mod merge;
pub mod overrides;
pub mod preset;

use std::sync::Arc;

use crate::diag::{Diagnostic, Report, suggest};
use crate::parallel::each;
use crate::project::Project;
use crate::source::Span;
use crate::tree::{Map, Tree};

crate::declare! {
    /// a profile stands on no preset
    ///
    /// A profile with a name of its own stands on no preset, so that most of its values would be missing.
    /// Fix: `preset: staging` (or `dev`, `prod`), or `extends: OTHER`.
    NO_PRESET = "no-preset", Error;

    /// a profile extends one that is not there
    ///
    /// A profile extends one that does not exist.
    UNKNOWN_PROFILE = "unknown-profile", Error;

    /// profiles extend each other in a circle
    ///
    /// Profiles extend each other in a circle: none of them is the first. Or a profile extends more than 32 others, one
    ///   by way of the other.
    PROFILE_CYCLE = "profile-cycle", Error;
}

/// Where a value was written, from the strongest layer to the weakest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    Set,
    Profile(Arc<str>),
    Project,
    Preset(Arc<str>),
    Default,
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Layer::Set => f.write_str("--set"),
            Layer::Profile(name) => write!(f, "profiles.{name}"),
            Layer::Project => f.write_str("project"),
            Layer::Preset(name) => write!(f, "preset {name}"),
            Layer::Default => f.write_str("default"),
        }
    }
}

/// Which settings a value was made from; indexes into [`Settings::entries`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum From {
    #[default]
    Nowhere,
    One(u32),
    /// Boxed once more, for a pointer of one word: a large project has a million origins.
    Many(Arc<Vec<u32>>),
}

impl From {
    pub fn ids(&self) -> &[u32] {
        match self {
            From::Nowhere => &[],
            From::One(id) => std::slice::from_ref(id),
            From::Many(ids) => ids,
        }
    }

    /// Made from both.
    pub fn and(&self, other: &From) -> From {
        match (self, other) {
            (From::Nowhere, from) | (from, From::Nowhere) => from.clone(),
            (a, b) => {
                let mut ids = a.ids().to_vec();
                ids.extend(b.ids().iter().filter(|id| !a.ids().contains(id)));
                From::Many(ids.into())
            }
        }
    }
}

/// One leaf of the settings, and all layers that have it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `redis.cache.resources.limits.memory`.
    pub path: Arc<str>,
    /// The first one wins, the others are shadowed. Many components share what only presets say.
    pub layers: Arc<[(Layer, Span)]>,
}

impl Entry {
    /// Whether the winning value was written by the user rather than in a preset.
    pub fn is_users(&self) -> bool {
        self.layers.first().is_some_and(|(layer, _)| !matches!(layer, Layer::Preset(_) | Layer::Default))
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub profile: Arc<str>,
    /// `dev`, `staging` or `prod`.
    pub preset: Arc<str>,
    pub root: Tree<From>,
    pub entries: Vec<Entry>,
}

impl Settings {
    /// Where the winning value was written.
    pub fn span(&self, from: &From) -> Option<Span> {
        let entry = self.entries.get(*from.ids().first()? as usize)?;
        entry.layers.first().map(|(_, span)| *span)
    }

    /// Whether the winning value was written by the user rather than in a preset.
    pub fn is_users(&self, from: &From) -> bool {
        from.ids().first().and_then(|id| self.entries.get(*id as usize)).is_some_and(Entry::is_users)
    }

    pub fn is_dev(&self) -> bool {
        &*self.preset == "dev"
    }
}

/// The profiles of a project in the order they are written; the three presets when there are none.
pub fn profiles(project: &Project) -> Vec<Arc<str>> {
    match project.root.get("profiles").and_then(Tree::as_map) {
        Some(map) if !map.is_empty() => map.keys().cloned().collect(),
        _ => preset::NAMES.iter().map(|name| Arc::from(*name)).collect(),
    }
}

/// What one profile costs grows with what it extends, and so does what a person has to keep in mind.
const DEEPEST: usize = 32;

/// The layers of one profile above the presets, strongest first, and the preset's name.
struct Chain<'p> {
    layers: Vec<(Layer, &'p Tree<Span>)>,
    preset: Arc<str>,
}

fn chain<'p>(project: &'p Project, name: &Arc<str>) -> Result<Chain<'p>, Diagnostic> {
    let all = project.root.get("profiles").and_then(Tree::as_map);
    let mut layers = Vec::new();
    let mut preset = None;
    let mut next: Option<(Arc<str>, Option<Span>)> = Some((name.clone(), None));
    let mut seen: Vec<Arc<str>> = Vec::new();
    while let Some((name, from)) = next.take() {
        if seen.contains(&name) {
            let first = seen.iter().position(|known| *known == name).unwrap_or_default();
            let path: Vec<_> = seen[first..].iter().chain([&name]).collect();
            let message = format!("profiles extend each other in a circle: {}", suggest::circle(&path));
            return Err(Diagnostic::new(PROFILE_CYCLE, message).at(from).once());
        }
        seen.push(name.clone());
        if seen.len() > DEEPEST {
            let message = format!("`{}` extends more than {DEEPEST} profiles, one by way of the other", seen[0]);
            return Err(Diagnostic::new(PROFILE_CYCLE, message).at(from).hint("let it extend what they share"));
        }
        let entry = all.and_then(|map| map.entry(&name));
        let Some(profile) = entry.and_then(|entry| entry.value.as_map()) else {
            preset = preset.or_else(|| preset::NAMES.contains(&&*name).then(|| name.clone()));
            if entry.is_none() && from.is_some() {
                return Err(unknown_profile(all, &name, from));
            }
            break;
        };
        if let Some(entry) = entry {
            layers.push((Layer::Profile(name.clone()), &entry.value));
        }
        let said = profile.get("preset").and_then(Tree::as_str);
        preset = preset.or_else(|| said.or_else(|| preset::NAMES.contains(&&*name).then_some(&*name)).map(Arc::from));
        next = profile.get("extends").and_then(|parent| parent.as_str().map(|text| (text.into(), Some(parent.from))));
    }
    layers.push((Layer::Project, &project.root));
    let preset = preset.ok_or_else(|| no_preset(all, name))?;
    Ok(Chain { layers, preset })
}

fn unknown_profile(all: Option<&Map<Span>>, name: &str, span: Option<Span>) -> Diagnostic {
    let known = || all.into_iter().flat_map(Map::keys).map(|name| &**name);
    let hint = suggest::did_you_mean(name, known())
        .unwrap_or_else(|| format!("the profiles are {}", suggest::all_of(known())));
    Diagnostic::new(UNKNOWN_PROFILE, format!("there is no profile `{name}` to extend")).at(span).hint(hint)
}

fn no_preset(all: Option<&Map<Span>>, name: &str) -> Diagnostic {
    let span = all.and_then(|map| map.entry(name)).map(|entry| entry.key_from);
    Diagnostic::new(NO_PRESET, format!("profile `{name}` has no preset below it")).at(span).hint(match name {
        "production" | "live" => "add `preset: prod`, or call it `prod`",
        "development" | "local" => "add `preset: dev`, or call it `dev`",
        _ => "add `preset: staging` (or `dev`, `prod`), or `extends:` another profile",
    })
}

/// All profiles' settings, in order, each with what it was told on the command line.
pub fn resolve(
    project: &Project,
    presets: &preset::Presets,
    set: &[Tree<Span>],
    texts: &crate::source::Sources,
) -> Result<Vec<Settings>, Report> {
    let mut report = Report::new();
    let names = profiles(project).into_iter();
    let chains = names.filter_map(|name| Some((report.take(chain(project, &name))?, name))).collect();
    let merge = |_: &mut (), (chain, name): (Chain, _)| {
        let mut nulls = merge::Nulls::default();
        let mut layers: Vec<(Layer, &Tree<Span>)> = set.iter().rev().map(|tree| (Layer::Set, tree)).collect();
        layers.extend(chain.layers);
        (merge::settings(name, chain.preset, &layers, presets, texts, &mut nulls), nulls)
    };
    let (all, met): (Vec<_>, Vec<_>) = each(chains, is_large(project), || (), merge).into_iter().unzip();
    let mut nulls = merge::Nulls::default();
    met.into_iter().for_each(|met| nulls.join(met));
    nulls.report(&mut report);
    report.finish(all).map(|(all, _)| all)
}

/// With fewer values written in the project file than this, a thread costs more than it saves.
const WORTH_A_THREAD: usize = 1000;

fn is_large(project: &Project) -> bool {
    let mut leaves = 0;
    project.root.leaves(&mut |_, _| leaves += 1);
    leaves >= WORTH_A_THREAD
}
