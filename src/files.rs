//! Files that the project file names: `{file: path}` in configs, files, initSql and manifests.
//!
//! Owns: finding which are wanted and holding what was read. Reading itself is the pipeline's, the only caller that
//! touches the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;

use crate::source::Span;
use crate::tree::{Kind, Tree};

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

    /// The bytes behind a text that stands for a binary file.
    pub fn binary(&self, text: &str) -> Option<Vec<u8>> {
        base64::engine::general_purpose::STANDARD.decode(text.strip_prefix(BINARY)?).ok()
    }
}

/// The files a layer names, with their places. Secrets' files are not among them: they are read for the stream only.
pub fn wanted(root: &Tree<Span>) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    search(root, &mut out);
    out
}

fn search(tree: &Tree<Span>, out: &mut Vec<(String, Span)>) {
    match &tree.kind {
        Kind::Map(map) => {
            for (key, value) in map.iter() {
                match value.as_str() {
                    Some(path) if &**key == "file" => out.push((path.to_owned(), value.from)),
                    _ if &**key == "secrets" => {}
                    _ => search(value, out),
                }
            }
        }
        Kind::List(list) => list.iter().for_each(|item| search(item, out)),
        _ => {}
    }
}
