//! The words of a project, for a shell that completes: profiles, objects, settings, secrets; and templates, which are there without one.
//!
//! Owns: what is offered where. Nothing is written and nobody is told what is wrong: a project that cannot be read has
//! no words. No values of secrets are read.
//! Does not own: the shells (`completions.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::load::{self, Workspace};
use super::template;
use crate::access::Access;
use crate::cli::{Color, Global};
use crate::diag::Level;
use crate::explain;
use crate::pipeline::{self, Input, Loaded, Profile};
use crate::plan::Plan;
use crate::plan::need::Needed;
use crate::project::language;
use crate::project::schema::{Object, Type, join};
use crate::render::templates::BUILT_IN;
use crate::rules;
use crate::settings::{self, From, Settings};
use crate::source::Sources;
use crate::tree::{Map, Tree, path_text};

type Words = Vec<CompletionCandidate>;

/// Profiles of the project; the presets where there is none, as `profile list` has it.
pub fn profile() -> ArgValueCompleter {
    completer(|| named().iter().map(|name| plain(name)).collect())
}

/// Profiles, and all checks: what `explain` takes first.
pub fn profile_or_check() -> ArgValueCompleter {
    completer(|| named().iter().map(|name| plain(name)).chain(checks(|_| true)).collect())
}

/// `StatefulSet/cache`, of the profile that stands before it.
pub fn object() -> ArgValueCompleter {
    completer(|| objects(said_profile().as_ref()))
}

/// The fields of the object that stands before it: `spec.replicas`.
pub fn field() -> ArgValueCompleter {
    completer(|| fields().unwrap_or_default())
}

/// Kinds, objects and components: what `--only` takes.
pub fn selector() -> ArgValueCompleter {
    completer(|| {
        let components = || components().into_iter().map(|component| plain(&format!("component={component}")));
        let objects = objects(said_profile().as_ref());
        let kinds: BTreeSet<String> =
            objects.iter().filter_map(|word| Some(text(word)?.split_once('/')?.0.into())).collect();
        kinds.iter().map(|kind| plain(kind)).chain(objects).chain(components()).collect()
    })
}

/// `component=redis.cache`
pub fn component() -> ArgValueCompleter {
    completer(|| components().iter().map(|component| plain(&format!("component={component}"))).collect())
}

/// `apps.api.replicas=`: every setting that some profile has, and below these what the language has.
pub fn setting() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| -> Words {
        let typed = current.to_string_lossy();
        let words = paths(&typed).unwrap_or_default();
        words.into_iter().filter(|word| text(word).is_some_and(|text| text.starts_with(&*typed))).collect()
    })
}

/// Ids of warnings: what `--warn` takes.
pub fn warning() -> ArgValueCompleter {
    completer(|| checks(|level| level != Level::Error).collect())
}

/// As [`warning`], or all of them.
pub fn warnings() -> ArgValueCompleter {
    completer(|| std::iter::once(plain("warnings")).chain(checks(|level| level != Level::Error)).collect())
}

/// The Secrets of the profile that stands before it.
pub fn secret() -> ArgValueCompleter {
    completer(|| of_secrets(|needed| Some(needed.home.secret.clone())))
}

/// The keys of the Secret that stands before it.
pub fn key() -> ArgValueCompleter {
    completer(|| {
        let words = typed();
        of_secrets(|needed| words.contains(&needed.home.secret).then(|| needed.home.key.clone()))
    })
}

/// The built-in templates, each with what it renders.
pub fn template() -> ArgValueCompleter {
    completer(|| BUILT_IN.iter().map(|(name, text)| told(name, &template::renders(name, text))).collect())
}

/// No word of a project is an option.
fn completer(words: impl Fn() -> Words + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| -> Words {
        let current = current.to_string_lossy();
        let fits = |word: &CompletionCandidate| {
            text(word).is_some_and(|text| text.starts_with(&*current) && !text.starts_with('-'))
        };
        words().into_iter().filter(fits).collect()
    })
}

fn plain(word: &str) -> CompletionCandidate {
    CompletionCandidate::new(word)
}

fn told(word: &str, what: &str) -> CompletionCandidate {
    CompletionCandidate::new(word).help(Some(what.to_owned().into()))
}

fn text(word: &CompletionCandidate) -> Option<&str> {
    word.get_value().to_str()
}

/// What was typed so far: behind `--`, where the scripts put it, and without the program.
fn typed() -> Vec<String> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(2);
    words.map(|word: OsString| word.to_string_lossy().into_owned()).collect()
}

/// What was typed of the options that say which project it is.
fn global() -> Global {
    let words = typed();
    let next = words.iter().position(|word| word == "-f" || word == "--file").and_then(|at| words.get(at + 1).cloned());
    let joined = || {
        words
            .iter()
            .find_map(|word| word.strip_prefix("--file=").or_else(|| word.strip_prefix("-f")).map(str::to_owned))
    };
    let file = next.or_else(joined).filter(|file| !file.is_empty()).map(PathBuf::from);
    // What the variables say holds for Tab too.
    let said = <Said as clap::Parser>::try_parse_from([""]).map(|said| said.global).unwrap_or_default();
    Global { file, color: Color::Never, quiet: true, ..said }
}

#[derive(clap::Parser)]
struct Said {
    #[command(flatten)]
    global: Global,
}

struct Room {
    access: Access,
    sources: Sources,
    loaded: Loaded,
    input: Input,
}

fn open() -> Option<Room> {
    read(&global())
}

fn read(global: &Global) -> Option<Room> {
    let mut sources = Sources::default();
    let (access, loaded, input) = load::open(global, &[], &mut sources).ok()?.ok()?;
    Some(Room { access, sources, loaded, input })
}

fn named() -> Vec<Arc<str>> {
    profiles(&global())
}

/// The project's profiles; none where it cannot be read.
pub fn profiles(global: &Global) -> Vec<Arc<str>> {
    read(global).map(|room| settings::profiles(&room.loaded.project)).unwrap_or_default()
}

/// The profile that was typed.
fn said_profile() -> Option<Arc<str>> {
    let words = typed();
    named().into_iter().find(|profile| words.iter().any(|word| *word == **profile))
}

/// One profile rendered; the first where none was typed.
fn rendered(profile: Option<&Arc<str>>) -> Option<Profile> {
    let Room { access, sources, loaded, input } = open()?;
    let first = settings::profiles(&loaded.project).first().cloned();
    let mut workspace = Workspace::new(access, sources, loaded, input);
    let rendered = workspace.check(&[profile.cloned().or(first)?]).ok()?;
    rendered.profiles.into_iter().next()
}

fn objects(profile: Option<&Arc<str>>) -> Words {
    let profile = rendered(profile);
    let resources = profile.iter().flat_map(|profile| &profile.resources);
    let names: BTreeSet<String> = resources.map(|resource| resource.id.to_string()).collect();
    names.iter().map(|name| plain(name)).collect()
}

fn fields() -> Option<Words> {
    let profile = rendered(said_profile().as_ref())?;
    let words = typed();
    let mut out = Vec::new();
    for word in &words {
        let Ok(resource) = explain::object::find(&profile.resources, word, &profile.settings.profile) else {
            continue;
        };
        resource.body.leaves(&mut |path, _| out.push(plain(&path_text(path))));
        break;
    }
    Some(out)
}

fn resolved() -> Option<(Sources, Vec<Settings>)> {
    let room = open()?;
    let all = pipeline::settings(&room.sources, &room.loaded).ok()?;
    Some((room.sources, all))
}

fn components() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for settings in resolved().map(|(_, all)| all).unwrap_or_default() {
        for section in ["apps", "jobs", "redis", "postgres", "configs", "secrets"] {
            let names = settings.root.get(section).and_then(Tree::as_map);
            out.extend(names.into_iter().flat_map(Map::iter).map(|(name, _)| format!("{section}.{name}")));
        }
    }
    out
}

fn paths(typed: &str) -> Option<Words> {
    let (_, all) = resolved()?;
    let said = said_profile();
    let mut out = BTreeMap::new();
    for settings in all.iter().filter(|settings| said.as_ref().is_none_or(|said| *said == settings.profile)) {
        below(&language::SETTINGS, Some(&settings.root), "", typed, &mut out);
    }
    Some(out.into_iter().map(|(path, doc)| told(&path, doc)).collect())
}

/// The settings of a map of the language. What is not there yet is opened where it was typed: it may hold itself.
fn below(
    object: &'static Object,
    tree: Option<&Tree<From>>,
    path: &str,
    typed: &str,
    out: &mut BTreeMap<String, &'static str>,
) {
    for field in object.fields() {
        let value = tree.and_then(|tree| tree.get(field.key)).filter(|value| !value.is_null());
        at(&field.ty, value, &join(path, field.key), field.doc, typed, out);
    }
}

fn at(
    ty: &'static Type,
    value: Option<&Tree<From>>,
    path: &str,
    doc: &'static str,
    typed: &str,
    out: &mut BTreeMap<String, &'static str>,
) {
    let entered = value.is_some_and(Tree::is_container) || typed.starts_with(&format!("{path}."));
    match (ty.object(), map_type(ty)) {
        (Some(object), _) if entered => below(object, value, path, typed, out),
        (None, Some(ty)) => {
            for (key, value) in value.and_then(Tree::as_map).into_iter().flat_map(Map::iter) {
                at(ty, Some(value), &join(path, key), doc, typed, out);
            }
        }
        (Some(_), _) => drop(out.insert(format!("{path}."), doc)),
        (None, None) => drop(out.insert(format!("{path}="), doc)),
    }
}

/// What the values of a map by name are.
fn map_type(ty: &'static Type) -> Option<&'static Type> {
    match ty {
        Type::Map(map) => Some(&map.value),
        Type::OneOf(types) => types.iter().find_map(map_type),
        _ => None,
    }
}

fn checks(wanted: impl Fn(Level) -> bool) -> impl Iterator<Item = CompletionCandidate> {
    rules::all().filter(move |rule| wanted(rule.level)).map(|rule| told(rule.id, rule.summary()))
}

fn of_secrets(word: impl Fn(&Needed) -> Option<String>) -> Words {
    let words: BTreeSet<String> = plans().iter().flat_map(|(_, plan)| &plan.secrets).filter_map(word).collect();
    words.iter().map(|word| plain(word)).collect()
}

fn plans() -> Vec<(Settings, Plan)> {
    let plans = || {
        let mut room = open()?;
        let all = settings::profiles(&room.loaded.project);
        let wanted = said_profile().map_or(all, |profile| vec![profile]);
        pipeline::plans(&mut room.sources, &room.loaded, &room.input, &wanted, false).ok()
    };
    plans().unwrap_or_default()
}
