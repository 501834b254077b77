//! `.kgen.json`: whose tree it is, the files kgen wrote, and how to tell whether they are still as it wrote them.
//!
//! Owns: the format, and what counts as a file of kgen's own.
//! A file with readable secret values has no hash here (short values are guessed from one in seconds). It is listed
//! as `secret` and known by its first line; an edit below that line is overwritten, as the line itself says.
//! Version 1 did not say whose the tree is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{File, MARK, Owner, place};
use crate::diag::failure::Told;

pub const NAME: &str = ".kgen.json";

const VERSION: u32 = 2;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    version: u32,
    /// `None` in a folder without a tree, and of version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Each is there, with this content.
    pub files: BTreeMap<String, Content>,
    /// What a run that did not end was about to change: each is there with one of these contents, or is not there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unfinished: BTreeMap<String, Vec<Content>>,
}

/// How a file of kgen's is known again: `sha256:...` or `secret`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Content {
    Hash(String),
    Secret,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, owner: None, files: BTreeMap::new(), unfinished: BTreeMap::new() }
    }
}

impl Manifest {
    /// What a finished run leaves.
    pub fn of(files: &BTreeMap<String, File>, owner: &Owner) -> Self {
        let files = files.iter().map(|(path, file)| (path.clone(), Content::of(file))).collect();
        Self { files, owner: Some(owner.clone()), ..Self::default() }
    }

    /// The folder's manifest; an empty one where there is none.
    pub fn load(output: &Path) -> Result<Self> {
        let path = output.join(NAME);
        let Some(bytes) = place::read_own(&path)? else { return Ok(Self::default()) };
        Self::parse(&bytes).map_err(|error| {
            anyhow!("`{}` is not as this kgen writes it: {error:#}", path.display())
                .hint("restore it, or render with the kgen that wrote it; `--force` makes it anew")
        })
    }

    /// Paths are checked as those of the tree are: this file may come from anywhere, and what it names gets removed.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_slice(bytes)?;
        let is_known = (1..=VERSION).contains(&head.version);
        ensure!(is_known, "it has version {}, and {VERSION} is the last one known", head.version);
        let manifest = Self { version: VERSION, ..serde_json::from_slice(bytes)? };
        manifest.owner.iter().try_for_each(Owner::check)?;
        if let Some(path) = manifest.paths().into_iter().find(|path| !place::is_safe(path)) {
            bail!("`{path}` is not a path inside the folder");
        }
        Ok(manifest)
    }

    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Every path kgen has, or may have, written to.
    pub fn paths(&self) -> BTreeSet<&String> {
        self.files.keys().chain(self.unfinished.keys()).collect()
    }

    pub fn lists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.unfinished.contains_key(path)
    }

    /// What is known of the file at `path`, when it is as kgen wrote it.
    pub fn owned(&self, path: &str, bytes: &[u8]) -> Option<&Content> {
        let unfinished = self.unfinished.get(path).into_iter().flatten();
        self.files.get(path).into_iter().chain(unfinished).find(|content| content.matches(bytes))
    }
}

impl Content {
    pub fn of(file: &File) -> Self {
        if file.secret { Self::Secret } else { Self::Hash(hash(file.text.as_bytes())) }
    }

    pub fn matches(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Hash(known) => *known == hash(bytes),
            Self::Secret => bytes.starts_with(MARK.as_bytes()),
        }
    }
}

/// SHA-256, in hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef".map(char::from);
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| digits[usize::from(digit)])
        .collect()
}

impl From<Content> for String {
    fn from(content: Content) -> Self {
        match content {
            Content::Hash(hash) => format!("sha256:{hash}"),
            Content::Secret => "secret".to_owned(),
        }
    }
}

impl TryFrom<String> for Content {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.strip_prefix("sha256:") {
            Some(hash) => Ok(Self::Hash(hash.to_owned())),
            None if text == "secret" => Ok(Self::Secret),
            None => Err(format!("`{text}` is neither `sha256:...` nor `secret`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_sorted_and_reads_back() {
        let file = |secret| File { text: format!("{MARK}x\n"), secret };
        let files = BTreeMap::from([("b/c.yaml".to_owned(), file(true)), ("a.yaml".to_owned(), file(false))]);
        let owner = Owner { project: "shop".into(), file: "../kgen.yaml".into(), ..Owner::default() };
        let manifest = Manifest::of(&files, &owner);
        let text = manifest.text().unwrap();
        assert_eq!(
            text,
            "{\n  \"version\": 2,\n  \"owner\": {\n    \"project\": \"shop\",\n    \"file\": \"../kgen.yaml\"\n  },\n  \
             \"files\": {\n    \"a.yaml\": \
             \"sha256:0ecbaf408afe52cea55c12ecf777cea1e56411a1e6ff12ee639585b95ed2ac89\",\n    \
             \"b/c.yaml\": \"secret\"\n  }\n}\n"
        );
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), manifest);
        let first = text.replace("\"version\": 2", "\"version\": 1");
        let (from, to) = (first.find("  \"owner\"").unwrap(), first.find("  \"files\"").unwrap());
        let first = Manifest::parse(format!("{}{}", &first[..from], &first[to..]).as_bytes()).unwrap();
        assert_eq!(first, Manifest { owner: None, ..manifest });
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        for path in ["../x", "/etc/passwd", "a/../../x", ".git/hooks/x", "x/.GIT/y", "a//b", ".kgen.lock"] {
            let text = format!(r#"{{"version": 1, "files": {{"{path}": "secret"}}}}"#);
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("`{path}` is not a path inside the folder"));
        }
    }

    #[test]
    fn a_version_that_is_not_known_is_refused() {
        for version in [0, 3] {
            let text = format!(r#"{{"version": {version}, "trees": []}}"#);
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("it has version {version}, and 2 is the last one known"));
        }
    }

    #[test]
    fn an_owner_of_several_lines_is_refused() {
        let text = r#"{"version": 2, "owner": {"project": "a", "file": "b\nhint: c"}, "files": {}}"#;
        let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "its owner has control characters");
    }
}
