//! Where a path leads: `..` and links are followed one by one, and never above the root.
//!
//! Owns: the rule, which is the same for every store. A link with an absolute text leads out: the same text means another
//! place on another machine, and nothing in a revision of git.
//! Does not own: opening what was found; between this look and that, someone may change the disk (`disk.rs`).

use super::{Entry, Store};
use crate::format::is_git;

/// Why a path is not read.
#[derive(Debug)]
pub enum Stop {
    /// Above the root, by its own text or by that of a link.
    Outside(Option<String>),
    /// In git's own folder.
    Git,
    /// More links than any project has.
    Circle,
    /// A link, and none is followed.
    Link,
    Failed(anyhow::Error),
}

/// As many as Linux follows.
const LINKS: usize = 40;

/// The real path of `path`, which begins at `base`, and what is there. Both are below the store's root.
pub fn resolve(store: &dyn Store, base: &str, path: &str, links: bool) -> Result<(String, Entry), Stop> {
    if is_absolute(path) {
        return Err(Stop::Outside(None));
    }
    let mut at: Vec<String> = parts(base).map(str::to_owned).collect();
    let mut left: Vec<String> = parts(path).rev().map(str::to_owned).collect();
    let mut link = None;
    let (mut found, mut followed) = (Entry::Folder, 0);
    while let Some(part) = left.pop() {
        if found != Entry::Folder {
            return Ok((String::new(), Entry::Nothing));
        }
        if part == ".." {
            at.pop().ok_or_else(|| Stop::Outside(link.take()))?;
            continue;
        }
        if is_git(&part) {
            return Err(Stop::Git);
        }
        at.push(part);
        found = store.entry(&at.join("/")).map_err(Stop::Failed)?;
        if let Entry::Link(text) = &found {
            followed += 1;
            match (links, followed <= LINKS, is_absolute(text)) {
                (false, ..) => return Err(Stop::Link),
                (_, false, _) => return Err(Stop::Circle),
                (.., true) => return Err(Stop::Outside(Some(text.clone()))),
                _ => left.extend(parts(text).rev().map(str::to_owned)),
            }
            link = Some(text.clone());
            at.pop();
            found = Entry::Folder;
        }
    }
    Ok((at.join("/"), found))
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

/// Also as Windows writes it.
fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    path.starts_with('/') || path.contains('\\') || drive
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Memory(BTreeMap<&'static str, Entry>);

    impl Store for Memory {
        fn entry(&self, path: &str) -> anyhow::Result<Entry> {
            Ok(self.0.get(path).cloned().unwrap_or(Entry::Nothing))
        }

        fn bytes(&self, _: &str, _: u64) -> anyhow::Result<Vec<u8>> {
            anyhow::bail!("not asked for")
        }

        fn names(&self, _: &str) -> anyhow::Result<Vec<String>> {
            anyhow::bail!("not asked for")
        }

        fn missing(&self, _: &str) -> anyhow::Error {
            anyhow::anyhow!("missing")
        }
    }

    fn found(path: &str, links: bool) -> String {
        let link = |text: &str| Entry::Link(text.into());
        let store = Memory(BTreeMap::from([
            ("app", Entry::Folder),
            ("app/here", link("there")),
            ("app/there", Entry::File(1)),
            ("app/up", link("../shared")),
            ("app/over", link("../../x")),
            ("app/root", link("/etc/passwd")),
            ("app/windows", link("C:\\x")),
            ("app/git", link("../.git/config")),
            ("app/round", link("round")),
            ("shared", Entry::Folder),
            ("shared/file", Entry::File(2)),
            ("shared/back", link("../app/there")),
        ]));
        match resolve(&store, "app", path, links) {
            Ok((path, entry)) => format!("{path} {entry:?}"),
            Err(stop) => format!("{stop:?}"),
        }
    }

    #[test]
    fn links_are_followed_below_the_root() {
        assert_eq!(found("here", true), "app/there File(1)");
        assert_eq!(found("./up/file", true), "shared/file File(2)");
        assert_eq!(found("up/back", true), "app/there File(1)");
        assert_eq!(found("../shared/file", true), "shared/file File(2)");
        // Above a link is the folder that it leads to, as on every Unix.
        assert_eq!(found("up/../shared/file", true), "shared/file File(2)");
        assert_eq!(found("there/../there", true), " Nothing");
        assert_eq!(found("none/../there", true), " Nothing");
        assert_eq!(found("", true), "app Folder");
    }

    #[test]
    fn nothing_leads_above_the_root() {
        assert_eq!(found("../../x", true), "Outside(None)");
        assert_eq!(found("/etc/passwd", true), "Outside(None)");
        assert_eq!(found("over", true), "Outside(Some(\"../../x\"))");
        assert_eq!(found("root", true), "Outside(Some(\"/etc/passwd\"))");
        assert_eq!(found("windows", true), "Outside(Some(\"C:\\\\x\"))");
        assert_eq!(found("round", true), "Circle");
    }

    #[test]
    fn git_is_never_below_it() {
        let names = [".git/config", ".GIT/x", "../.git", ".g\u{200c}it/x", ".git./x", "GIT~1/x", ".git::$DATA", "git"];
        for name in names {
            assert_eq!(found(name, true), "Git", "{name}");
        }
        assert_eq!(found(".github/x", true), " Nothing");
    }

    #[test]
    fn links_can_be_refused() {
        assert_eq!(found("here", false), "Link");
        assert_eq!(found("up/file", false), "Link");
        assert_eq!(found("there", false), "app/there File(1)");
    }
}
