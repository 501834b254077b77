//! What must hold of a project that rendered. Kubernetes' own kustomize is asked in `build.rs`.

use kgen::output::{Files, Layout, Reveal, document, stream};
use kgen::pipeline::Rendered;
use kgen::resource::Resource;
use kgen::tree::Tree;
use serde_json::{Map, Value};

use crate::kubectl;
use crate::law::project::Project;
use crate::law::run::{Made, render};
use crate::law::store::tree;
use crate::random::Random;

/// What is asked of kustomize afterwards.
pub struct Trees {
    pub overlays: Files,
    pub flat: Files,
}

/// The objects and texts of a rendering: what must be the same whenever nothing that matters is different.
struct Written {
    streams: Vec<String>,
    overlays: Files,
}

impl Written {
    fn same(&self, other: &Self) -> Result<(), String> {
        let texts = |written: &Self| -> Vec<String> {
            written
                .streams
                .iter()
                .cloned()
                .chain(written.overlays.iter().map(|(path, file)| format!("{path}: {}", file.text)))
                .collect()
        };
        let (old, new) = (texts(self), texts(other));
        let pair = old.iter().zip(&new).find(|(old, new)| old != new);
        let lines = pair.and_then(|(old, new)| old.lines().zip(new.lines()).find(|(old, new)| old != new));
        match lines {
            Some((old, new)) => Err(format!("other bytes: `{old}` is `{new}`")),
            None if old != new => Err("other files".into()),
            None => Ok(()),
        }
    }
}

fn written(rendered: &Rendered) -> Result<Written, String> {
    let text = |profile: &kgen::pipeline::Profile| {
        stream(&profile.resources, Reveal::Yes).map(|document| document.text).map_err(|error| format!("{error:#}"))
    };
    Ok(Written {
        streams: rendered.profiles.iter().map(text).collect::<Result<_, _>>()?,
        overlays: tree(rendered, Layout::Overlays)?,
    })
}

/// The tree is refused with a message of its own, as kustomize could not build it.
pub fn check(seed: u64, made: &Made) -> Result<Trees, String> {
    origins(&made.rendered)?;
    let first = written(&made.rendered)?;
    let again = |project: &Project, what: &str| -> Result<(), String> {
        let rendered = render(project, true, false).map_err(|_| format!("{what}: refused"))?;
        first.same(&written(&rendered)?).map_err(|difference| format!("{what}: {difference}"))
    };
    let other = Project { root: reordered(seed, &made.project.root), files: made.project.files.clone() };
    // Both at once: what differs without either need not be looked for.
    if let Err(error) = again(&other, "its components in another order") {
        again(&made.project, "rendered again, without origins")?;
        return Err(error);
    }
    Ok(Trees { overlays: first.overlays, flat: tree(&made.rendered, Layout::Flat)? })
}

fn origins(rendered: &Rendered) -> Result<(), String> {
    for profile in &rendered.profiles {
        for resource in &profile.resources {
            let mut without = None;
            resource.body.leaves(&mut |path, leaf| {
                let is_leaf = !leaf.is_container() || without.is_none();
                if is_leaf && leaf.from.is_none() {
                    without.get_or_insert_with(|| kgen::tree::path_text(path));
                }
            });
            if let Some(path) = without {
                return Err(format!("{} {} {path} has no origin", profile.settings.profile, resource.id));
            }
        }
    }
    Ok(())
}

/// Sections, and components in them, in another order: they are maps by name. What stands in a component has an order of
/// its own (variables, ports), and so have the profiles, of which the first decides between equals.
fn reordered(seed: u64, root: &Value) -> Value {
    let mut random = Random::new(seed ^ 0xABCD);
    let Value::Object(layer) = root else { return root.clone() };
    let mut out = shuffled(&mut random, layer);
    let profiles = out.get_mut("profiles").and_then(Value::as_object_mut);
    for profile in profiles.into_iter().flat_map(|map| map.values_mut()) {
        *profile = sections(&mut random, profile);
    }
    sections(&mut random, &out.into())
}

fn sections(random: &mut Random, layer: &Value) -> Value {
    let Value::Object(layer) = layer else { return layer.clone() };
    let mut out = shuffled(random, layer);
    for key in ["apps", "jobs", "redis", "postgres", "configs", "secrets"] {
        if let Some(Value::Object(map)) = out.get_mut(key) {
            *map = shuffled(random, map);
        }
    }
    out.into()
}

fn shuffled(random: &mut Random, map: &Map<String, Value>) -> Map<String, Value> {
    let mut all: Vec<(String, Value)> = map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    random.shuffle(&mut all);
    all.into_iter().collect()
}

/// The objects that a profile's tree must build to.
pub fn wanted(rendered: &Rendered, profile: usize) -> Vec<Tree> {
    let resources = &rendered.profiles[profile].resources;
    let body = |resource: &Resource| match resource.body.holds_secret() {
        // As the stream spells it out.
        true => kubectl::read(&document(&resource.body, Reveal::Yes).unwrap().text).remove(0),
        false => resource.body.map_from(&mut |_| ()),
    };
    resources.iter().filter(|resource| !resource.stream_only).map(body).collect()
}
