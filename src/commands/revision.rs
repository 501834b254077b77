//! The files of a git revision, through the user's `git`: nothing is checked out, so nothing has to be cleaned up.
//!
//! Owns: every call of git. git obeys what a folder's configuration says, and runs programs that it names: it is asked in
//! the repository's own folder only, with all of that off.
//! Does not own: what the files mean, and which of them may be read (`access`).

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::access::{self, Access, Entry, Store};
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::leak;

/// The files of a commit below a folder of the repository.
pub struct Revision {
    /// The folder that has `.git`.
    top: PathBuf,
    /// The root below it: empty, or `folder/`.
    prefix: String,
    /// As it was asked for.
    rev: String,
    commit: String,
    /// What is in a folder, by its path below `top`: each is asked for once.
    listed: Mutex<BTreeMap<String, Arc<Listing>>>,
}

/// By name: what is there, and the object that it is.
type Listing = BTreeMap<String, (Entry, String)>;

/// A link's text is a path.
const LONGEST: u64 = 4096;

/// The project in `folder` as it was at a revision.
pub fn at(folder: &Path, rev: &str, global: &Global) -> Result<Access> {
    ensure!(!rev.starts_with('-') && !rev.is_empty(), "`{rev}` is no revision");
    let here = access::canonical(folder)?;
    let shown = || if folder.as_os_str().is_empty() { "." } else { folder.to_str().unwrap_or_default() };
    let Some(top) = access::repository(&here) else {
        bail!("`{}` is in no git repository", shown());
    };
    // In a checkout it is a folder; a file or a link of that name leads to another repository.
    let is_folder = top.join(".git").symlink_metadata().is_ok_and(|found| found.is_dir());
    ensure!(
        is_folder || !global.untrusted,
        "`{}` is no folder, and `--untrusted` goes nowhere else",
        top.join(".git").display()
    );
    match git(top, &["rev-parse", "--is-inside-work-tree"])? {
        Ok(answer) if answer == b"true\n" => {}
        Ok(_) => bail!("`{}` is in no git repository: `{}` has no work tree", shown(), top.display()),
        Err(message) => bail!("`{}` is in no git repository: {message}", shown()),
    }
    let commit = match git(top, &["rev-parse", "--verify", "--quiet", &format!("{rev}^{{commit}}")])? {
        Ok(commit) => String::from_utf8_lossy(&commit).trim().to_owned(),
        Err(_) => {
            let error = anyhow!("git knows no revision `{rev}`");
            return Err(error.hint("`git fetch`, or name a commit, branch or tag"));
        }
    };
    ensure!(is_object(&commit), "git knows no revision `{rev}`");
    // A root above the repository ends at the repository: it has no other revisions.
    let root = match (&global.root, global.untrusted) {
        (Some(root), _) => access::canonical(root)?,
        (None, true) => here.clone(),
        (None, false) => top.to_owned(),
    };
    let root = if root.starts_with(top) { root } else { top.to_owned() };
    let below = |path: &Path, above: &Path| path.strip_prefix(above).ok().and_then(Path::to_str).map(str::to_owned);
    let (Some(base), Some(prefix)) = (below(&here, &root), below(&root, top)) else {
        bail!("the project's folder `{}` is not below the root `{}`", folder.display(), root.display());
    };
    let prefix = if prefix.is_empty() { prefix } else { prefix + "/" };
    let store = Revision { top: top.to_owned(), prefix, rev: rev.to_owned(), commit, listed: Mutex::default() };
    Ok(Access::new(Box::new(store), folder, base, global.untrusted))
}

fn is_object(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Revision {
    /// What is in a folder of the repository; nothing where the revision has no such folder.
    fn listing(&self, folder: &str) -> Result<Arc<Listing>> {
        if let Some(known) = self.listed.lock().ok().and_then(|listed| listed.get(folder).cloned()) {
            return Ok(known);
        }
        let tree = format!("{}:{folder}", self.commit);
        let listed = match git(&self.top, &["ls-tree", "-z", "-l", "--full-tree", &tree])? {
            Ok(listed) => String::from_utf8_lossy(&listed).into_owned(),
            Err(message) if message.starts_with("Not a valid object name") || message == "not a tree object" => {
                String::new()
            }
            Err(message) => bail!("cannot list `{folder}` at `{}`: {message}", self.rev),
        };
        let lines = listed.split('\0').filter(|line| !line.is_empty());
        let out = Arc::new(lines.map(Self::entry_of).collect::<Result<Listing>>()?);
        if let Ok(mut listed) = self.listed.lock() {
            listed.insert(folder.to_owned(), out.clone());
        }
        Ok(out)
    }

    /// Mode, kind, object, size, a tab and the name.
    fn entry_of(line: &str) -> Result<(String, (Entry, String))> {
        let unread = || format!("git said `{line}`, which is no entry of a tree");
        let (head, name) = line.split_once('\t').with_context(unread)?;
        let words: Vec<&str> = head.split_ascii_whitespace().collect();
        let [mode, _, object, size] = words[..] else { bail!(unread()) };
        let entry = match mode {
            "040000" => Entry::Folder,
            "100644" | "100664" | "100755" => Entry::File(size.parse().ok().with_context(unread)?),
            // Where it leads is asked for when somebody goes there.
            "120000" if size.parse().is_ok_and(|size: u64| size <= LONGEST) => Entry::Link(String::new()),
            _ => Entry::Special,
        };
        Ok((name.to_owned(), (entry, object.to_owned())))
    }

    fn blob(&self, object: &str, most: u64) -> Result<Vec<u8>> {
        match git(&self.top, &["cat-file", "blob", object])? {
            Ok(bytes) if bytes.len() as u64 <= most => Ok(bytes),
            Ok(_) => bail!("git said more than it promised"),
            Err(message) => bail!("git cannot read it: {message}"),
        }
    }

    fn found(&self, path: &str) -> Result<Option<(Entry, String)>> {
        let whole = format!("{}{path}", self.prefix);
        let whole = whole.trim_end_matches('/');
        let (folder, name) = whole.rsplit_once('/').unwrap_or(("", whole));
        if name.is_empty() {
            return Ok(Some((Entry::Folder, String::new())));
        }
        Ok(self.listing(folder)?.get(name).cloned())
    }
}

impl Store for Revision {
    fn entry(&self, path: &str) -> Result<Entry> {
        match self.found(path)? {
            Some((Entry::Link(_), object)) => {
                Ok(Entry::Link(String::from_utf8_lossy(&self.blob(&object, LONGEST)?).into_owned()))
            }
            Some((entry, _)) => Ok(entry),
            None => Ok(Entry::Nothing),
        }
    }

    fn bytes(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        let (_, object) = self.found(path)?.context("it is not there")?;
        self.blob(&object, most)
    }

    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let whole = format!("{}{folder}", self.prefix);
        Ok(self.listing(whole.trim_end_matches('/'))?.keys().cloned().collect())
    }

    fn missing(&self, shown: &str) -> anyhow::Error {
        let path = shown.strip_prefix(&self.prefix()).unwrap_or(shown);
        anyhow::anyhow!("`{path}` is not in revision `{}`", self.rev)
    }

    fn prefix(&self) -> String {
        format!("{}:", self.rev)
    }
}

/// Settings of a repository that make git run a program, ask a server or leave the repository: all off. What is set here
/// is stronger than what its files say.
const SETTINGS: [&str; 14] = [
    // A folder of the work tree that looks like a repository is none (git 2.38).
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "protocol.file.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=false",
    "core.sshCommand=false",
    "core.gitProxy=false",
    "core.alternateRefsCommand=false",
    "diff.external=false",
    "credential.helper=",
];

/// The same by variables: no object is fetched or replaced, nothing is asked or refreshed.
const VARIABLES: [(&str, &str); 8] = [
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("LC_ALL", "C"),
];

/// The outer error: git could not be run. The inner one: what it said. `top` is the folder that has `.git`, which git then
/// finds before anything else that the folder holds.
fn git(top: &Path, args: &[&str]) -> Result<Result<Vec<u8>, String>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(top).args(["--no-pager", "--no-replace-objects"]);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    // Where git takes the folder for none, it looks no further up.
    command.envs(VARIABLES).env("GIT_CEILING_DIRECTORIES", top.parent().unwrap_or(top));
    command.stdin(std::process::Stdio::null());
    let done = match command.args(args).output() {
        Ok(done) => done,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("`git` is not installed, and --rev needs it")
        }
        Err(error) => return Err(error).context("cannot run `git`"),
    };
    if done.status.success() {
        return Ok(Ok(done.stdout));
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let line = said.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned();
    Ok(Err(leak::redacted(&line)))
}
