//! Kustomize's `images:`, which kgen reads where somebody wrote it into a tree, as `kustomize edit set image` does. kgen writes none:
//! what differs by profile is a patch, for an override from outside changes a Job under the name of its old content.
//!
//! Owns: what kustomize makes of them. Measured with v5.5.0: it changes `image` of every element
//! of a list called `containers` or `initContainers`, at any depth and in custom resources too (not in a
//! CustomResourceDefinition, not in `ephemeralContainers`, not in image volumes); `name` is a regular expression, so a dot
//! matches any character; a new tag drops the old digest and the other way round; both together set both; a tag with
//! other characters than `A-Za-z0-9_.{}-` does not match, nor does a digest that is not sha256. It cannot remove a tag.

use std::collections::BTreeMap;

use crate::tree::{Step, Tree};

/// An image name with what a profile wants behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    pub name: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl Image {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(images: &[&str]) -> Tree {
        let containers: Vec<_> = images.iter().map(|image| json!({ "image": image })).collect();
        Tree::from_json(&json!({"kind": "Pod", "spec": {"containers": containers}}))
    }

    fn image(name: &str, tag: &str) -> Image {
        Image { name: name.into(), tag: Some(tag.into()), digest: None }
    }

    /// As `kubectl kustomize` v5.5.0 did it.
    #[test]
    fn kustomize_matches_names_as_expressions() {
        let image = image("r.io:5000/a/nginx", "2");
        let mut object =
            pod(&["r.io:5000/a/nginx", "rxio:5000/a/nginx:1@sha256:bb", "nginx:1", "r.io:5000/a/nginx:1:2"]);
        Images::of(&[image]).transform(&mut object);
        let expected = ["r.io:5000/a/nginx:2", "rxio:5000/a/nginx:2", "nginx:1", "r.io:5000/a/nginx:1:2"];
        assert_eq!(object, pod(&expected));
    }

    /// As `kubectl kustomize` v5.5.0 did it.
    #[test]
    fn the_last_of_several_that_match_wins() {
        let transformed = |images: &[Image]| {
            let mut object = pod(&["r.io/a.b:1"]);
            Images::of(images).transform(&mut object);
            object
        };
        let (exact, dotted) = (image("r.io/a.b", "2"), image("r.i./a.b", "3"));
        assert_eq!(transformed(&[exact.clone(), dotted.clone()]), pod(&["r.io/a.b:3"]));
        assert_eq!(transformed(&[dotted, exact]), pod(&["r.io/a.b:2"]));
        let (exact, dotted) = (image("r.io/a", "2"), image("..io/a", "3"));
        let mut object = pod(&["r.io/a:1", "q.io/a:1", "r.io/b/a:1"]);
        Images::of(&[dotted, exact]).transform(&mut object);
        assert_eq!(object, pod(&["r.io/a:2", "q.io/a:3", "r.io/b/a:1"]));
    }
}
