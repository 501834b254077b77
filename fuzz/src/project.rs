//! A project file of any bytes, with the files that it names: diagnostics that can be shown, or a stream that reads back
//! to the same objects and a tree that builds to it. The same bytes twice; no planted value where none may stand.
//!
//! What follows the first line `#%%` is the text of every file that the project names.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kgen::access::{Access, Entry, Limit, Store};
use kgen::commands::load;
use kgen::diag::Report;
use kgen::diag::print::{self, Style};
use kgen::output::{self, Reveal, build, order};
use kgen::pipeline;
use kgen::resource::{Body, Resource};
use kgen::secret::Secret;
use kgen::settings::preset::Presets;
use kgen::source::Sources;
use kgen::tree::{Kind, Tree};

/// What the environment has for every secret; no placeholder.
pub const CANARY: &str = "Zq7kPw93LmXe";

/// Reading them takes longer than most of what is tried over them.
pub static PRESETS: LazyLock<(Sources, Presets)> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let presets = Presets::load(&mut sources).unwrap();
    (sources, presets)
});

pub fn check(data: &[u8]) {
    if String::from_utf8_lossy(data).contains(CANARY) {
        return;
    }
    let once = answer(data, true);
    hold(&once);
    // Twice costs twice.
    if fourth(data) {
        let twice = answer(data, true);
        assert_eq!(once.said, twice.said);
        let texts = |answer: &Answer| {
            answer.streams.as_ref().map(|all| all.iter().map(|p| p.stream(Reveal::Yes)).collect::<Vec<_>>()).ok()
        };
        assert_eq!(texts(&once), texts(&twice));
        assert!(once.tree == twice.tree);
    }
}

/// Every fourth, by its bytes.
pub fn fourth(data: &[u8]) -> bool {
    data.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % 4 == 0
}

/// What kgen makes of a project.
pub struct Answer {
    /// The messages, warnings too.
    pub said: Vec<String>,
    pub streams: Result<Vec<Profile>, ()>,
    pub tree: Option<output::Files>,
}

#[derive(Clone)]
pub struct Profile {
    pub name: Arc<str>,
    pub resources: Vec<Resource>,
}

impl Profile {
    fn stream(&self, reveal: Reveal) -> String {
        output::stream(&self.resources, reveal).unwrap().text
    }
}

/// Every file that a project names is there, but for those called `missing`.
#[derive(Clone)]
struct Memory {
    project: Vec<u8>,
    other: Vec<u8>,
}

impl Memory {
    fn file(&self, path: &str) -> &[u8] {
        if path == "kgen.yaml" { &self.project } else { &self.other }
    }
}

impl Store for Memory {
    fn entry(&self, path: &str) -> anyhow::Result<Entry> {
        let name = path.rsplit('/').next().unwrap_or_default();
        Ok(match name {
            "missing" => Entry::Nothing,
            _ if !self.names(path)?.is_empty() && !name.contains(".") => Entry::Folder,
            _ => Entry::File(self.file(path).len() as u64),
        })
    }

    fn bytes(&self, path: &str, _: u64) -> anyhow::Result<Vec<u8>> {
        Ok(self.file(path).to_vec())
    }

    fn names(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let names: &[&str] = match folder.rsplit('/').next().unwrap_or_default() {
            "dev" | "prod" => &["app.sealed.yaml", "app.sops.yaml"],
            "templates" => &["app.yaml"],
            "secrets" | "" => &["dev", "prod"],
            _ => &[],
        };
        Ok(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn missing(&self, shown: &str) -> anyhow::Error {
        anyhow::anyhow!("cannot read `{shown}`: there is no such file")
    }
}

/// Rendered for the stream, and for the tree where that is `wanted`.
pub fn answer(data: &[u8], wanted: bool) -> Answer {
    let mark = b"\n#%%\n";
    let at = data.windows(mark.len()).position(|window| window == mark);
    let (project, other) = at.map_or((data, &data[..0]), |at| (&data[..at + 1], &data[at + mark.len()..]));
    let store = Memory { project: project.to_vec(), other: other.to_vec() };
    let asked = AtomicBool::new(false);
    let value = |_: &str, _: &str| {
        asked.store(true, Relaxed);
        Ok(Secret::new(CANARY.to_owned()))
    };
    let mut said = Vec::new();
    let streams = rendered(&store, Some(&value), &mut said);
    // Without a value that the tree must not hold, what is written is the same.
    let written = match &streams {
        _ if !wanted => Err(()),
        Ok(streams) if !asked.into_inner() => Ok(streams.clone()),
        _ => rendered(&store, None, &mut said),
    };
    let mut tree = None;
    if let Ok((profiles, layout)) = written
        && streams.is_ok()
    {
        let of = |(profile, namespace): (Profile, Option<String>)| output::Profile {
            name: profile.name.to_string(),
            namespace,
            resources: profile.resources,
        };
        let profiles: Vec<_> = profiles.into_iter().map(of).collect();
        // The outer error is kgen's own.
        tree = match output::tree(layout, profiles, "kgen.yaml").unwrap_or_else(|error| panic!("{error:#}")) {
            Ok(files) => Some(files),
            Err(report) => {
                said.extend(messages(&report, &Sources::default()));
                None
            }
        };
    }
    Answer { said, streams: streams.map(|(all, _)| all.into_iter().map(|(profile, _)| profile).collect()), tree }
}

type Rendered = (Vec<(Profile, Option<String>)>, output::Layout);

fn rendered(store: &Memory, values: Option<kgen::plan::Values>, said: &mut Vec<String>) -> Result<Rendered, ()> {
    let (mut sources, presets) = PRESETS.clone();
    let refused = |report: &Report, sources: &Sources, said: &mut Vec<String>| {
        assert!(report.has_errors());
        said.extend(messages(report, sources));
    };
    let access = Access::new(Box::new(store.clone()), Path::new(""), String::new(), false);
    let text = access.text("kgen.yaml", Limit::CONFIGURATION).unwrap();
    let opened = match load::open_over(access, Path::new("kgen.yaml"), text, &[], &mut sources, presets) {
        Ok(opened) => opened,
        Err(error) => {
            said.push(format!("{error:#}"));
            return Err(());
        }
    };
    let (_, loaded, input) = opened.map_err(|report| refused(&report, &sources, said))?;
    let rendered = pipeline::render(&mut sources, &loaded, &input, values, false);
    let rendered = rendered.map_err(|report| refused(&report, &sources, said))?;
    said.extend(messages(&rendered.warnings, &sources));
    let (_, layout) = rendered.output();
    let profiles = rendered.profiles.into_iter().map(|profile| {
        let namespace = profile.plan.namespace.clone();
        (Profile { name: profile.settings.profile.clone(), resources: profile.resources }, namespace)
    });
    Ok((profiles.collect(), layout))
}

fn messages(report: &Report, sources: &Sources) -> Vec<String> {
    report.sorted().into_iter().map(|d| print::diagnostic(d, sources, Style::default())).collect()
}

pub fn shown(report: &Report, sources: &Sources) -> String {
    let all = messages(report, sources);
    all.iter().for_each(|text| bounded(text));
    all.concat()
}

/// A message fits on a screen, and holds no control character.
pub fn bounded(text: &str) {
    assert!(text.len() < 16_000, "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

/// The properties of an answer.
pub fn hold(answer: &Answer) {
    let hidden = |text: &str| {
        assert!(!text.contains(CANARY) && !text.contains(&STANDARD.encode(CANARY)), "{text}");
    };
    for text in &answer.said {
        bounded(text);
        hidden(text);
    }
    let Ok(streams) = &answer.streams else {
        assert!(!answer.said.is_empty(), "refused, and nothing said");
        return;
    };
    for profile in streams {
        let masked = profile.stream(Reveal::No);
        hidden(&masked);
        let mut sorted: Vec<&Resource> = profile.resources.iter().collect();
        sorted.sort_by(|a, b| order::compare(&a.id, &b.id));
        for reveal in [Reveal::No, Reveal::Yes] {
            let text = profile.stream(reveal);
            if reveal == Reveal::Yes && text == masked {
                continue;
            }
            let read = build::parse("stream", &text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
            assert_eq!(read.len(), sorted.len(), "{text}");
            for (read, resource) in read.iter().zip(&sorted) {
                assert_eq!(*read, opened(&resource.body, reveal), "{text}");
            }
        }
    }
    for (path, file) in answer.tree.iter().flatten() {
        hidden(&file.text);
        build::parse(path, &file.text).unwrap_or_else(|error| panic!("{error:#}"));
    }
}

/// As the writer shows secret values.
fn opened(body: &Body, reveal: Reveal) -> Tree {
    match &body.kind {
        Kind::Secret(_) if reveal == Reveal::No => "***".into(),
        Kind::Secret(secret) => STANDARD.encode(secret.open()).into(),
        Kind::List(list) => Tree::list(list.iter().map(|item| opened(item, reveal))),
        Kind::Map(map) => Tree::map(map.iter().map(|(key, value)| (key.clone(), opened(value, reveal)))),
        _ => body.map_from(&mut |_| ()),
    }
}
