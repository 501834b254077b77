//! `<folder>/<profile>/<secret>.sealed.yaml`: a SealedSecret manifest, one item for each key.
//!
//! Owns: reading it, saying what it is sealed for, replacing one item with every other byte left as it is, so that
//! people, `kubeseal --merge-into` and `git blame` can work on the same file.
//! Does not own: where it stands, and writing it (`commands/secret`); what of it reaches the tree (`plan`).

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::certificate::Fingerprint;
use super::{Scope, Target};
use crate::diag::Diagnostic;
use crate::output::yaml::{self, Reveal};
use crate::project::node::{self, Dialect};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Entry, Kind, Map, Tree};

crate::declare! {
    /// an encrypted value that nothing needs
    ///
    /// An encrypted file has a value that nothing needs.
    /// Fix: take it out of the file, and the value out of use.
    SECRET_UNUSED = "secret-unused", Warning;

    /// the certificate for sealing cannot be used
    ///
    /// The certificate of the sealed-secrets controller cannot be read, has expired, or is not valid yet: then this
    ///   machine's clock may be wrong.
    /// Fix: fetch it again: `kubeseal --fetch-cert > FILE`.
    CERTIFICATE = "certificate", Either;

    /// a file of sealed values in another form
    ///
    /// The file is not one that `kgen secret set` writes.
    SEALED_FILE = "sealed-file", Error;

    /// values sealed with another certificate
    ///
    /// Some items were sealed with another certificate than the profile's: fine right after the controller renewed its
    ///   key, not when it was replaced.
    SEALED_WITH = "sealed-with", Warning;
}

const API_VERSION: &str = "bitnami.com/v1alpha1";
const KIND: &str = "SealedSecret";
/// What the items were sealed for, in one word: a file that was copied or edited shows itself.
const MADE_FOR: &str = "kgen.dev/sealed-for";
const CERTIFICATE_OF: &str = "kgen.dev/sealed-with";

const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];
const ITEMS: [&str; 2] = ["spec", "encryptedData"];

#[derive(Clone, Debug)]
pub struct Sealed {
    text: String,
    tree: Tree<Span>,
}

impl Sealed {
    /// One without items.
    pub fn new(target: &Target) -> Result<Self> {
        let mut metadata: Map<Span> = Map::new();
        metadata.insert("name", target.name.as_str());
        if !target.namespace.is_empty() {
            metadata.insert("namespace", target.namespace.as_str());
        }
        let mut annotations: Map<Span> = Map::new();
        annotations.insert(MADE_FOR, target.to_string());
        if let Some(annotation) = target.scope.annotation() {
            annotations.insert(annotation, "true");
        }
        metadata.insert("annotations", annotations);
        let items = Tree::from(Map::new());
        let tree = Tree::map([
            ("apiVersion", Tree::from(API_VERSION)),
            ("kind", KIND.into()),
            ("metadata", metadata.into()),
            ("spec", Tree::map([("encryptedData", items)])),
        ]);
        Self::of(&tree)
    }

    /// Reads a text that `sources` knows by its path.
    pub fn read(sources: &Sources, file: FileId) -> Result<Self, Diagnostic> {
        let tree = node::parse(sources, file, Dialect::Manifest)?;
        let path = &sources.get(file).path;
        for (key, wanted) in [("apiVersion", API_VERSION), ("kind", KIND)] {
            let found = tree.get(key);
            if found.and_then(Tree::as_str) != Some(wanted) {
                let found = found.map_or("nothing".to_owned(), |node| format!("`{node}`"));
                let message = format!("`{path}` is no SealedSecret: its `{key}` should be `{wanted}`, found {found}");
                return Err(foreign(message).at(tree.get(key).map_or(tree.from, |node| node.from)));
            }
        }
        for path in [&["metadata"][..], &ITEMS] {
            let node = tree.at(path);
            if node.and_then(Tree::as_map).is_none() {
                let message = format!("the SealedSecret has no `{}`", path.join("."));
                return Err(foreign(message).at(node.map_or(tree.from, |node| node.from)));
            }
        }
        Ok(Self { text: sources.get(file).text.clone(), tree })
    }

    fn of(tree: &Tree<Span>) -> Result<Self> {
        Self::parse(yaml::document(tree, Reveal::No)?.text)
    }

    fn parse(text: String) -> Result<Self> {
        let mut sources = Sources::default();
        let file = sources.add("a sealed file", text.as_str());
        match node::parse(&sources, file, Dialect::Manifest) {
            Ok(tree) => Ok(Self { text, tree }),
            Err(diagnostic) => bail!("{}", diagnostic.message),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the manifest is for: under any other name, namespace or scope its items do not open.
    pub fn target(&self) -> Target {
        let text = |key| self.tree.at(&["metadata", key]).and_then(Tree::as_str).unwrap_or_default().to_owned();
        let has = |scope: Scope| scope.annotation().is_some_and(|key| self.annotation(key) == Some("true"));
        // The wider one wins, as in `SecretScope`.
        let scope = [Scope::ClusterWide, Scope::NamespaceWide].into_iter().find(|scope| has(*scope));
        Target { scope: scope.unwrap_or_default(), namespace: text("namespace"), name: text("name") }
    }

    /// What it says that it was sealed for, if that is not what it is for now.
    pub fn moved_from(&self) -> Option<&str> {
        self.annotation(MADE_FOR).filter(|said| *said != self.target().to_string())
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.tree.at(&ANNOTATIONS)?.get(key)?.as_str()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.items().map(|(key, _)| key)
    }

    /// Keys and ciphertexts.
    pub fn items(&self) -> impl Iterator<Item = (&str, &str)> {
        let items = self.tree.at(&ITEMS).and_then(Tree::as_map).into_iter().flat_map(Map::iter);
        items.filter_map(|(key, item)| Some((&**key, item.as_str()?)))
    }

    /// Where the manifest says what it is for.
    pub fn place(&self) -> Option<Span> {
        self.tree.as_map()?.entry("metadata").map(|entry| entry.key_from)
    }

    /// Where an item was written.
    pub fn span(&self, key: &str) -> Option<Span> {
        self.tree.at(&ITEMS)?.as_map()?.entry(key).map(|entry| entry.key_from)
    }

    /// With which key each item was sealed, as far as that was noted.
    pub fn sealers(&self) -> Sealers {
        Sealers::parse(self.annotation(CERTIFICATE_OF).unwrap_or_default(), self.keys())
    }

    /// Replaces or adds one item.
    pub fn set(&mut self, key: &str, item: &str, sealer: Fingerprint) -> Result<()> {
        let mut sealers = self.sealers();
        self.put(&ITEMS, key, item)?;
        sealers.0.insert(key.to_owned(), sealer);
        let sealers = sealers.describe(self.keys());
        self.put(&ANNOTATIONS, CERTIFICATE_OF, &sealers)
    }

    /// Writes one text at its place, or the whole anew where it stands in a form that has no place for it (JSON, `{}`).
    fn put(&mut self, path: &[&str], key: &str, value: &str) -> Result<()> {
        let mut wanted = self.tree.clone();
        insert(&mut wanted, path, key, value);
        let edited =
            self.edited(path, key, value).and_then(|text| Self::parse(text).ok()).filter(|new| new.tree == wanted);
        *self = match edited {
            Some(edited) => edited,
            None => Self::of(&wanted)?,
        };
        Ok(())
    }

    /// The text with this one value in its place; `None` where no line is like the one that is to be written.
    fn edited(&self, path: &[&str], key: &str, value: &str) -> Option<String> {
        let map = self.tree.at(path)?.as_map()?;
        let scalar = yaml::document(&Tree::<()>::from(value), Reveal::No).ok()?.text;
        let scalar = scalar.trim_end();
        if let Some(Entry { value: old, .. }) = map.entry(key) {
            return Some(self.replaced(old.from.start as usize..old.from.end as usize, scalar));
        }
        let (_, first) = map.entries().next()?;
        let line = |span: Span| self.text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let indent = &self.text[line(first.key_from)..first.key_from.start as usize];
        let at = match map.entries().find(|(other, _)| ***other > *key) {
            Some((_, next)) => line(next.key_from),
            None => {
                let (_, last) = map.entries().next_back()?;
                let end = last.value.from.end as usize;
                end + self.text[end..].find('\n')? + 1
            }
        };
        // The writer knows which keys need quotes.
        let entry = yaml::document(&Tree::<()>::map([(key, value)]), Reveal::No).ok()?.text;
        indent.chars().all(|c| c == ' ').then(|| self.replaced(at..at, &format!("{indent}{entry}")))
    }

    fn replaced(&self, range: std::ops::Range<usize>, by: &str) -> String {
        [&self.text[..range.start], by, &self.text[range.end..]].concat()
    }
}

fn foreign(message: String) -> Diagnostic {
    Diagnostic::new(SEALED_FILE, message).hint("kgen writes this file: `kgen secret set PROFILE SECRET KEY`")
}

/// Sorted by key, where the map has to be written anew.
fn insert(tree: &mut Tree<Span>, path: &[&str], key: &str, value: &str) {
    if tree.as_map().is_none() {
        tree.kind = Kind::Map(Map::new());
    }
    let Some(map) = tree.as_map_mut() else { return };
    match path {
        [] => {
            map.insert(key, value);
            map.sort_keys();
        }
        [first, rest @ ..] => {
            if !map.contains_key(first) {
                map.insert(*first, Tree::null());
            }
            map.get_mut(first).into_iter().for_each(|child| insert(child, rest, key, value));
        }
    }
}

/// The key that each item was sealed with. Written as `SHA256:x` where it is one for all, else as
/// `SHA256:x=key,key SHA256:y=key`: an item that is set after the controller's renewal does not change the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealers(pub BTreeMap<String, Fingerprint>);

impl Sealers {
    fn parse<'k>(text: &str, keys: impl Iterator<Item = &'k str>) -> Self {
        let one = |key: &str, word: &str| (key.to_owned(), Fingerprint(word.to_owned()));
        if !text.contains('=') {
            return Self(if text.is_empty() { BTreeMap::new() } else { keys.map(|key| one(key, text)).collect() });
        }
        let words = text.split_whitespace().filter_map(|word| word.split_once('='));
        Self(words.flat_map(|(word, keys)| keys.split(',').map(move |key| one(key, word))).collect())
    }

    fn describe<'k>(&self, keys: impl Iterator<Item = &'k str>) -> String {
        let mut by: BTreeMap<Option<&Fingerprint>, Vec<&str>> = BTreeMap::new();
        keys.for_each(|key| by.entry(self.0.get(key)).or_default().push(key));
        if by.len() == 1 {
            return by.into_keys().flatten().map(Fingerprint::to_string).collect();
        }
        let known = by.into_iter().filter_map(|(sealer, keys)| Some(format!("{}={}", sealer?, keys.join(","))));
        known.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target { scope: Scope::NamespaceWide, namespace: "shop".into(), name: "db".into() }
    }

    fn fingerprint(word: &str) -> Fingerprint {
        Fingerprint(format!("SHA256:{word}"))
    }

    #[test]
    fn a_new_file_is_a_manifest() {
        let mut sealed = Sealed::new(&target()).unwrap();
        sealed.set("b", "AgB=", fingerprint("one")).unwrap();
        sealed.set("a", "AgA=", fingerprint("one")).unwrap();
        let expected = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\n  namespace: shop\n  annotations:\n    kgen.dev/sealed-for: namespace-wide:shop/db\n    kgen.dev/sealed-with: SHA256:one\n    sealedsecrets.bitnami.com/namespace-wide: \"true\"\nspec:\n  encryptedData:\n    a: AgA=\n    b: AgB=\n";
        assert_eq!(sealed.text(), expected);
        assert_eq!((sealed.target(), sealed.moved_from()), (target(), None));
    }

    #[test]
    fn an_item_is_replaced_and_every_other_byte_stays() {
        let text = "# mine\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: # here\n    annotations:\n        kgen.dev/sealed-with:   SHA256:one\n    name: db\nspec:\n    encryptedData:\n        # the first\n        a: \"AgA=\"   # old\n        c: >-\n            AgC=\n    template: {}\n";
        let mut sealed = Sealed::parse(text.to_owned()).unwrap();
        sealed.set("a", "AgX=", fingerprint("one")).unwrap();
        assert_eq!(sealed.text(), text.replace("\"AgA=\"", "AgX="));
        sealed.set("b", "AgB=", fingerprint("two")).unwrap();
        let added = text.replace("\"AgA=\"   # old\n", "AgX=   # old\n        b: AgB=\n");
        assert_eq!(sealed.text(), added.replace("  SHA256:one", "  SHA256:one=a,c SHA256:two=b"));
    }

    #[test]
    fn a_key_that_other_readers_take_for_no_text_is_quoted() {
        let mut sealed = Sealed::new(&target()).unwrap();
        for key in ["b", "on", "1e3", "null"] {
            sealed.set(key, "AgA=", fingerprint("one")).unwrap();
        }
        let items = "    \"1e3\": AgA=\n    b: AgA=\n    \"null\": AgA=\n    \"on\": AgA=\n";
        assert!(sealed.text().ends_with(items), "{}", sealed.text());
    }

    #[test]
    fn json_as_kubeseal_writes_it_is_written_anew() {
        let json = "{\"kind\":\"SealedSecret\",\"apiVersion\":\"bitnami.com/v1alpha1\",\"metadata\":{\"name\":\"db\",\"creationTimestamp\":null},\"spec\":{\"encryptedData\":{\"b\":\"AgB=\"}}}\n";
        let mut sealed = Sealed::parse(json.to_owned()).unwrap();
        sealed.set("a", "AgA=", fingerprint("one")).unwrap();
        let expected = "kind: SealedSecret\napiVersion: bitnami.com/v1alpha1\nmetadata:\n  name: db\n  creationTimestamp: null\n  annotations:\n    kgen.dev/sealed-with: SHA256:one=a\nspec:\n  encryptedData:\n    a: AgA=\n    b: AgB=\n";
        assert_eq!(sealed.text(), expected);
        assert_eq!(sealed.sealers().0, [("a".to_owned(), fingerprint("one"))].into());
    }

    #[test]
    fn a_copied_file_shows_itself() {
        let mut sealed = Sealed::new(&target()).unwrap();
        sealed = Sealed::parse(sealed.text().replace("namespace: shop\n", "namespace: shop-prod\n")).unwrap();
        assert_eq!(sealed.moved_from(), Some("namespace-wide:shop/db"));
    }

    #[test]
    fn the_wider_scope_wins() {
        let both = "metadata: {annotations: {sealedsecrets.bitnami.com/namespace-wide: \"true\", sealedsecrets.bitnami.com/cluster-wide: \"true\"}}";
        assert_eq!(Sealed::parse(both.to_owned()).unwrap().target().scope, Scope::ClusterWide);
    }
}
