//! Files that the project file names: `{file: path}` in configs, files, initSql and manifests.
//!
//! Owns: finding which are wanted and holding what was read. Reading itself is the pipeline's, the only caller that
//! touches the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine;

use crate::project::language;
use crate::project::schema::Type;
use crate::source::Span;
use crate::tree::{Kind, Map, Tree};

/// Contents by path, as the project file writes it.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, Content>);

#[derive(Clone, Debug)]
enum Content {
    Text(Arc<str>),
    Binary(Vec<u8>),
}

/// Before the base64 of a file that is no text, so that it can travel as a string.
const BINARY: &str = "\u{f8ff}kgen-binary:";

impl Files {
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) {
        let content = match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Content::Text(text.into()),
            Ok(text) => Content::Binary(text.into_bytes()),
            Err(error) => Content::Binary(error.into_bytes()),
        };
        self.0.insert(path.to_owned(), content);
    }

    pub fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        match self.0.get(path)? {
            Content::Text(text) => Some(text.clone()),
            Content::Binary(bytes) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
                Some(format!("{BINARY}{encoded}").into())
            }
        }
    }

    /// The text of a file that is one.
    pub fn plain(&self, path: &str) -> Option<Arc<str>> {
        self.text(path).filter(|text| !text.starts_with(BINARY))
    }

    /// The bytes behind a text that stands for a binary file.
    pub fn binary(&self, text: &str) -> Option<Vec<u8>> {
        base64::engine::general_purpose::STANDARD.decode(text.strip_prefix(BINARY)?).ok()
    }
}

/// The files a layer names, with their places. Secrets' files are not among them: they are read for the stream only.
pub fn wanted(root: &Tree<Span>) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    search(root, &Type::Object(&language::PROJECT), &mut out);
    out
}

/// The files of a layer that are no manifests.
pub fn texts(root: &Tree<Span>) -> Vec<(String, Span)> {
    let profiles = root.get("profiles").and_then(Tree::as_map).into_iter().flat_map(Map::iter).map(|(_, tree)| tree);
    let lists = std::iter::once(root).chain(profiles).filter_map(|layer| layer.get("manifests")?.as_list());
    let manifests: BTreeSet<Span> = lists.flatten().filter_map(|object| Some(object.get("file")?.from)).collect();
    wanted(root).into_iter().filter(|(_, place)| !manifests.contains(place)).collect()
}

/// The folders of encrypted files that a layer names, in `secretProvider` or in a key's own `provider`.
pub fn folders(root: &Tree<Span>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut all = vec![root];
    while let Some(tree) = all.pop() {
        for (key, value) in tree.as_map().into_iter().flat_map(Map::iter) {
            all.push(value);
            for kind in ["sealed", "sops"].iter().filter(|_| matches!(&**key, "secretProvider" | "provider")) {
                let Some(settings) = value.get(kind) else { continue };
                let said = settings.get("folder").and_then(Tree::as_str);
                let short = settings.as_str().filter(|_| *kind == "sops");
                out.insert(said.or(short).unwrap_or("secrets").trim_end_matches('/').to_owned());
            }
        }
    }
    out
}

/// Along the language's types: a variable or a key of a ConfigMap may be called `file` too.
fn search(tree: &Tree<Span>, ty: &Type, out: &mut Vec<(String, Span)>) {
    match (ty.choose(tree), &tree.kind) {
        (Type::Object(object), Kind::Map(map)) => {
            for (key, value) in map.iter().filter(|(key, _)| &***key != "secrets") {
                match (object.field(key), value.as_str()) {
                    (Some(field), Some(path)) if field.key == "file" => out.push((path.to_owned(), value.from)),
                    (Some(field), _) => search(value, &field.ty, out),
                    (None, _) => {}
                }
            }
        }
        (Type::Map(map_type), Kind::Map(map)) => map.iter().for_each(|(_, value)| search(value, &map_type.value, out)),
        (Type::List(item), Kind::List(list)) => list.iter().for_each(|value| search(value, item, out)),
        (Type::Kubernetes("object"), Kind::Map(map)) if map.len() == 1 => {
            let file = map.get("file").and_then(|value| Some((value.as_str()?.to_owned(), value.from)));
            out.extend(file);
        }
        _ => {}
    }
}
