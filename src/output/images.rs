//! Image tags that differ by profile, as kustomize's `images:`, where `kustomize edit set image` and image updaters look.
//!
//! Owns: which images stand there; what kustomize makes of them. Measured with v5.5.0: it changes `image` of every element
//! of a list called `containers` or `initContainers`, at any depth and in custom resources too (not in a
//! CustomResourceDefinition, not in `ephemeralContainers`, not in image volumes); `name` is a regular expression, so a dot
//! matches any character; a new tag drops the old digest and the other way round; both together set both; a tag with
//! other characters than `A-Za-z0-9_.{}-` does not match, nor does a digest that is not sha256. It cannot remove a tag.
//! Does not own: images that are two versions in one profile: those are patches.

use std::collections::{BTreeMap, BTreeSet};

use crate::parallel;
use crate::tree::{Step, Tree};

/// An image name with what a profile wants behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    pub name: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl Image {
    /// None for what kustomize's matching does not see as an image with a tag or a digest.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let host = rest.find('/').unwrap_or(0);
        let (name, tag) = match rest[host..].find(':') {
            Some(at) => (&rest[..host + at], Some(&rest[host + at + 1..])),
            None => (rest, None),
        };
        let plain =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        let good_digest = digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(plain));
        let good_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._/:-".contains(c));
        let good = good_name && good_digest && tag.is_none_or(plain) && (tag.is_some() || digest.is_some());
        good.then(|| Self { name: name.to_owned(), tag: tag.map(Into::into), digest: digest.map(Into::into) })
    }

    /// The last part of the name, where only a text with the same one can match: a dot there matches any character.
    fn last(&self) -> Option<&str> {
        let last = self.name.rsplit('/').next()?;
        (!last.contains(['.', ':', '@'])).then_some(last)
    }

    /// What kustomize makes of this text; None where it does not look like this image. The name stays as it was.
    fn replace(&self, text: &str) -> Option<String> {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.{}-".contains(c));
        let mut letters = text.chars();
        let same = self.name.chars().all(|c| letters.next().is_some_and(|other| c == '.' || c == other));
        let rest = letters.as_str();
        let tag = rest.split_once("@sha256:").filter(|(_, digest)| plain(digest)).map_or(rest, |(tag, _)| tag);
        let matches = same && (tag.is_empty() || tag.strip_prefix(':').is_some_and(plain));
        let name = text[..text.len() - rest.len()].to_owned();
        let tag = self.tag.iter().map(|tag| format!(":{tag}"));
        let digest = self.digest.iter().map(|digest| format!("@{digest}"));
        matches.then(|| std::iter::once(name).chain(tag).chain(digest).collect())
    }
}

/// The last part of an image's name: a tag and a digest have no slash.
fn last_of(text: &str) -> &str {
    let last = text.rsplit('/').next().unwrap_or(text);
    last.split([':', '@']).next().unwrap_or(last)
}

/// The `images` of a kustomization.yaml, found by the last part of their names: a thousand apps have a thousand.
pub struct Images<'i> {
    images: &'i [Image],
    by_last: BTreeMap<&'i str, Vec<usize>>,
    /// Those that any text may match.
    rest: Vec<usize>,
}

impl<'i> Images<'i> {
    pub fn of(images: &'i [Image]) -> Self {
        let mut out = Self { images, by_last: BTreeMap::new(), rest: Vec::new() };
        for (at, image) in images.iter().enumerate() {
            match image.last() {
                Some(last) => out.by_last.entry(last).or_default().push(at),
                None => out.rest.push(at),
            }
        }
        out
    }

    /// As kustomize does it, one entry after the other: all see the same name, so that the last one wins.
    pub fn transform(&self, object: &mut Tree) {
        if self.images.is_empty() {
            return;
        }
        let before = object.clone();
        each(&before, &mut |path, text| {
            if let (Some(new), Some(image)) = (self.replace(text), object.at_mut(path)) {
                *image = new.into();
            }
        });
    }

    fn replace(&self, text: &str) -> Option<String> {
        let found = |list: &[usize]| list.iter().rev().find_map(|at| Some((*at, self.images[*at].replace(text)?)));
        let near = self.by_last.get(last_of(text)).and_then(|list| found(list));
        near.max(found(&self.rest)).map(|(_, new)| new)
    }
}

/// The images of a profile's objects.
struct Texts {
    all: BTreeSet<String>,
    /// Those of the base.
    shared: BTreeSet<String>,
    by_last: BTreeMap<String, BTreeSet<String>>,
}

impl Texts {
    /// None where kustomize could not build one of the objects.
    fn of(objects: &[Seen]) -> Option<Self> {
        let (mut all, mut shared) = (BTreeSet::new(), BTreeSet::new());
        for (object, is_shared) in objects {
            if stops_kustomize(object) {
                return None;
            }
            each(object, &mut |_, text| {
                all.insert(text.to_owned());
                if *is_shared {
                    shared.insert(text.to_owned());
                }
            });
        }
        let mut by_last: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in &all {
            by_last.entry(last_of(text).to_owned()).or_default().insert(text.clone());
        }
        Some(Self { all, shared, by_last })
    }

    /// Those that kustomize takes for this image.
    fn of_image(&self, image: &Image) -> impl Iterator<Item = &String> {
        let near = match image.last() {
            Some(last) => self.by_last.get(last),
            None => Some(&self.all),
        };
        near.into_iter().flatten().filter(|text| image.replace(text).is_some())
    }
}

/// Calls `f` with every image in the places that kustomize looks at, and with its path.
fn each<'t>(object: &'t Tree, f: &mut impl FnMut(&[Step<'t>], &'t str)) {
    if object.get("kind").and_then(Tree::as_str) == Some("CustomResourceDefinition") {
        return;
    }
    object.leaves(&mut |path, leaf| {
        if let [.., Step::Key("containers" | "initContainers"), Step::Index(_), Step::Key("image")] = path
            && let Some(image) = leaf.as_str()
        {
            f(path, image);
        }
    });
}

/// What the base says, and for each profile what its kustomization says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub base: Vec<Image>,
    pub profiles: Vec<Vec<Image>>,
}

/// An object of a profile, and whether the base has it too.
pub type Seen<'t> = (&'t Tree, bool);

/// `large`: the profiles are worth threads.
pub fn plan(profiles: &[Vec<Seen>], large: bool) -> Plan {
    let found = parallel::each(profiles.iter().collect(), large, || (), |(), objects| Texts::of(objects));
    let mut out = Plan { base: vec![], profiles: vec![vec![]; profiles.len()] };
    let Some(all) = found.into_iter().collect::<Option<Vec<Texts>>>() else { return out };
    let shared = all.iter().flat_map(|texts| &texts.shared);
    let names: BTreeSet<String> = shared.filter_map(|text| Some(Image::parse(text)?.name)).collect();
    for name in names {
        let Some(versions) = versions(&name, &all) else { continue };
        let Some(base) = most_common(&versions) else { continue };
        for (profile, image) in out.profiles.iter_mut().zip(&versions) {
            profile.extend(image.iter().filter(|image| **image != base).cloned());
        }
        out.base.push(base);
    }
    out
}

/// With `images:`, kustomize fails with "expected sequence or mapping node" where a custom resource has a scalar on the way
/// to a pod's containers: `spec.template` of some is a text.
fn stops_kustomize(object: &Tree) -> bool {
    let places: [&[&str]; 7] = [
        &["spec"],
        &["spec", "containers"],
        &["spec", "initContainers"],
        &["spec", "template"],
        &["spec", "template", "spec"],
        &["spec", "template", "spec", "containers"],
        &["spec", "template", "spec", "initContainers"],
    ];
    places.iter().filter_map(|path| object.at(path)).any(|tree| !tree.is_container() && !tree.is_null())
}

/// The one version in each profile, if there is one in each, and not everywhere the same.
fn versions(name: &str, profiles: &[Texts]) -> Option<Vec<Option<Image>>> {
    let probe = Image { name: name.to_owned(), tag: None, digest: None };
    let one = |texts: &Texts| {
        let mut found = texts.of_image(&probe);
        match (found.next(), found.next()) {
            (None, _) => Some(None),
            (Some(text), None) => Image::parse(text).filter(|image| image.name == name).map(Some),
            _ => None,
        }
    };
    let versions: Vec<_> = profiles.iter().map(one).collect::<Option<_>>()?;
    let distinct: BTreeSet<_> = versions.iter().flatten().collect();
    (distinct.len() > 1).then_some(versions)
}

fn most_common(versions: &[Option<Image>]) -> Option<Image> {
    let mut counts: BTreeMap<&Image, usize> = BTreeMap::new();
    versions.iter().flatten().for_each(|image| *counts.entry(image).or_default() += 1);
    versions.iter().flatten().rev().max_by_key(|image| counts[image]).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(images: &[&str]) -> Tree {
        let containers: Vec<_> = images.iter().map(|image| json!({ "image": image })).collect();
        Tree::from_json(&json!({"kind": "Pod", "spec": {"containers": containers}}))
    }

    #[test]
    fn an_image_has_a_name_a_tag_and_a_digest() {
        let parts =
            |text: &str| Image::parse(text).map(|image| (image.name.clone(), image.tag.clone(), image.digest.clone()));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parts("r.io:5000/a/b:1"), Some(("r.io:5000/a/b".into(), some("1"), None)));
        assert_eq!(parts("a:1@sha256:ff"), Some(("a".into(), some("1"), some("sha256:ff"))));
        assert_eq!((parts("a"), parts("a:"), parts("a:$T"), parts("a:1:2")), (None, None, None, None));
    }

    /// As `kubectl kustomize` v5.5.0 did it.
    #[test]
    fn kustomize_matches_names_as_expressions() {
        let image = Image::parse("r.io:5000/a/nginx:2").unwrap();
        let mut object =
            pod(&["r.io:5000/a/nginx", "rxio:5000/a/nginx:1@sha256:bb", "nginx:1", "r.io:5000/a/nginx:1:2"]);
        Images::of(&[image]).transform(&mut object);
        let expected = ["r.io:5000/a/nginx:2", "rxio:5000/a/nginx:2", "nginx:1", "r.io:5000/a/nginx:1:2"];
        assert_eq!(object, pod(&expected));
    }

    /// As `kubectl kustomize` v5.5.0 did it.
    #[test]
    fn the_last_of_several_that_match_wins() {
        let image = |text: &str| Image::parse(text).unwrap();
        let transformed = |images: &[Image]| {
            let mut object = pod(&["r.io/a.b:1"]);
            Images::of(images).transform(&mut object);
            object
        };
        let (exact, dotted) = (image("r.io/a.b:2"), image("r.i./a.b:3"));
        assert_eq!(transformed(&[exact.clone(), dotted.clone()]), pod(&["r.io/a.b:3"]));
        assert_eq!(transformed(&[dotted, exact]), pod(&["r.io/a.b:2"]));
        let (exact, dotted) = (image("r.io/a:2"), image("..io/a:3"));
        let mut object = pod(&["r.io/a:1", "q.io/a:1", "r.io/b/a:1"]);
        Images::of(&[dotted, exact]).transform(&mut object);
        assert_eq!(object, pod(&["r.io/a:2", "q.io/a:3", "r.io/b/a:1"]));
    }

    #[test]
    fn an_image_with_two_versions_in_a_profile_is_left_to_patches() {
        let (dev, prod) = (pod(&["a:1", "b:1"]), pod(&["a:2", "b:2", "b:3"]));
        let plan = plan(&[vec![(&dev, true)], vec![(&prod, true)]], false);
        assert_eq!(plan.base, [Image::parse("a:1").unwrap()]);
        assert_eq!(plan.profiles, [vec![], vec![Image::parse("a:2").unwrap()]]);
    }
}
