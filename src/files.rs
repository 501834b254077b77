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

    /// All of them, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, content)| match content {
            Content::Text(text) => (path.as_str(), text.as_bytes()),
            Content::Binary(bytes) => (path.as_str(), bytes.as_slice()),
        })
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
    search(root, &Type::Object(&language::PROJECT), false, &mut out);
    out
}

/// The files with values of secrets that a layer names.
pub fn values(root: &Tree<Span>) -> BTreeSet<String> {
    let mut all = Vec::new();
    search(root, &Type::Object(&language::PROJECT), true, &mut all);
    let public: BTreeSet<Span> = wanted(root).into_iter().map(|(_, place)| place).collect();
    all.into_iter().filter(|(_, place)| !public.contains(place)).map(|(path, _)| path).collect()
}

/// The certificates that a layer names.
pub fn certificates(root: &Tree<Span>) -> BTreeSet<String> {
    let sealed = providers(root).into_iter().filter_map(|provider| provider.get("sealed"));
    sealed.filter_map(|sealed| sealed.get("certificate").unwrap_or(sealed).as_str()).map(str::to_owned).collect()
}

/// A path below the project's folder, written in one way.
pub fn normal(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    format!("{}{}", if path.starts_with('/') { "/" } else { "" }, parts.join("/"))
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
    for provider in providers(root) {
        for kind in ["sealed", "sops"] {
            let Some(settings) = provider.get(kind) else { continue };
            let said = settings.get("folder").and_then(Tree::as_str);
            let short = settings.as_str().filter(|_| kind == "sops");
            out.insert(said.or(short).unwrap_or("secrets").trim_end_matches('/').to_owned());
        }
    }
    out
}

/// Every `secretProvider`, and every key's own `provider`.
fn providers(root: &Tree<Span>) -> Vec<&Tree<Span>> {
    let mut out = Vec::new();
    let mut all = vec![root];
    while let Some(tree) = all.pop() {
        for (key, value) in tree.as_map().into_iter().flat_map(Map::iter) {
            all.push(value);
            out.extend(Some(value).filter(|_| matches!(&**key, "secretProvider" | "provider")));
        }
    }
    out
}

/// Along the language's types: a variable or a key of a ConfigMap may be called `file` too. `secrets`: also what stands
/// below that key.
fn search(tree: &Tree<Span>, ty: &Type, secrets: bool, out: &mut Vec<(String, Span)>) {
    match (ty.choose(tree), &tree.kind) {
        (Type::Object(object), Kind::Map(map)) => {
            for (key, value) in map.iter().filter(|(key, _)| secrets || &***key != "secrets") {
                match (object.field(key), value.as_str()) {
                    (Some(field), Some(path)) if field.key == "file" => out.push((path.to_owned(), value.from)),
                    (Some(field), _) => search(value, &field.ty, secrets, out),
                    (None, _) => {}
                }
            }
        }
        (Type::Map(map_type), Kind::Map(map)) => {
            map.iter().for_each(|(_, value)| search(value, &map_type.value, secrets, out));
        }
        (Type::List(item), Kind::List(list)) => list.iter().for_each(|value| search(value, item, secrets, out)),
        (Type::Kubernetes("object"), Kind::Map(map)) if map.len() == 1 => {
            let file = map.get("file").and_then(|value| Some((value.as_str()?.to_owned(), value.from)));
            out.extend(file);
        }
        _ => {}
    }
}
