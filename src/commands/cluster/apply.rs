//! What the server would make of an apply: dry runs, which change nothing.
//!
//! Owns: the way an object was applied before (by the client or by the server), what is refused, told apart object by object,
//! and what the server warns of.
//! Does not own: what differs (`diff`).

use super::{Cluster, Key, failed, key, stream, without_log};
use crate::commands::diff::stream::resources;
use crate::diff::server::APPLIED;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// Refused objects that are named are asked for one by one, up to this many: each is a run of kubectl.
const ALONE: usize = 20;

#[derive(Default)]
pub struct Answer {
    /// As they would be after the apply.
    pub answered: Vec<Resource>,
    /// With what the server says.
    pub refused: Vec<(Id, String)>,
    /// Lines that begin with `Warning:`, each once.
    pub warnings: Vec<String>,
}

/// Who keeps the fields of an object: `kubectl apply` in an annotation, or the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Client,
    Server,
}

impl By {
    fn words(self) -> &'static [&'static str] {
        match self {
            By::Client => &["apply", "--dry-run=server", "-o", "yaml", "-f", "-"],
            // What another manager owns is taken all the same: who owns it is told apart (`owner.rs`).
            By::Server => &["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-o", "yaml", "-f", "-"],
        }
    }
}

/// Whether `kubectl apply` without `--server-side` wrote an object.
fn by(live: &[Resource], object: &Resource) -> By {
    let live = live.iter().find(|live| is_same(&live.id, &object.id));
    if live.is_some_and(by_client) { By::Client } else { By::Server }
}

pub fn by_client(live: &Resource) -> bool {
    live.body.at(&["metadata", "annotations", APPLIED]).is_some()
}

pub fn is_same(a: &Id, b: &Id) -> bool {
    let names = a.name == b.name && a.kind == b.kind && a.group() == b.group();
    names && (a.namespace == b.namespace || a.namespace.is_none() || b.namespace.is_none())
}

impl Cluster {
    /// What an apply of the objects would make of them, each as it was applied before.
    pub fn dry(&self, objects: &[&Resource], live: &[Resource], rendered: &[Resource]) -> anyhow::Result<Answer> {
        let mut out = Answer::default();
        for way in [By::Server, By::Client] {
            let those: Vec<&Resource> = objects.iter().copied().filter(|object| by(live, object) == way).collect();
            self.ask(way, &those, rendered, &mut out)?;
        }
        Ok(out)
    }

    /// kubectl prints nothing of objects that are taken where one is refused: those are asked for without it.
    fn ask(&self, way: By, objects: &[&Resource], rendered: &[Resource], out: &mut Answer) -> anyhow::Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let said = self.kubectl(way.words(), &stream(objects)?)?;
        if said.success {
            let (warnings, _) = apart(&said.stderr);
            let fresh: Vec<String> = warnings.into_iter().filter(|line| !out.warnings.contains(line)).collect();
            out.warnings.extend(fresh);
            out.answered.extend(resources("kubectl apply", &said.stdout, rendered)?);
            return Ok(());
        }
        let (_, message) = apart(&said.stderr);
        if ["cannot patch resource", "cannot create resource"].iter().any(|words| message.contains(words)) {
            return Err(failed("kubectl may not ask what an apply would do", &message));
        }
        if let [one] = objects {
            out.refused.push((one.id.clone(), message));
            return Ok(());
        }
        let (named, others): (Vec<_>, Vec<_>) =
            objects.iter().copied().partition(|object| is_named(&object.id, &message));
        let (first, second) = match named.len() {
            // Nobody is named: one half has the culprit, or both have.
            0 => objects.split_at(objects.len() / 2),
            _ => (&named[..], &others[..]),
        };
        self.ask(way, second, rendered, out)?;
        match named.len() {
            0 => self.ask(way, first, rendered, out),
            count if count <= ALONE => first.iter().try_for_each(|one| self.ask(way, &[*one], rendered, out)),
            _ => {
                let line = |id: &Id| message.lines().find(|line| is_named(id, line)).unwrap_or_default().to_owned();
                out.refused.extend(first.iter().map(|one| (one.id.clone(), line(&one.id))));
                Ok(())
            }
        }
    }

    /// Those of the answers that are about another state than the one that was seen: what moved in between is not the
    /// apply's doing.
    pub fn moved(live: &[Resource], answered: &[Resource]) -> Vec<Key> {
        let version = |object: &Resource| {
            object.body.at(&["metadata", "resourceVersion"]).and_then(Tree::as_str).map(str::to_owned)
        };
        let moved = answered.iter().filter(|answer| {
            let before = live.iter().find(|live| is_same(&live.id, &answer.id));
            before.is_some_and(|before| version(before) != version(answer))
        });
        moved.map(|answer| key(&answer.id)).collect()
    }
}

/// Whether what kubectl says is about an object: it quotes names, and writes kinds in either case.
fn is_named(id: &Id, said: &str) -> bool {
    let quoted = [format!("\"{}\"", id.name), format!("/{}", id.name), format!("{}:", id.name)];
    quoted.iter().any(|name| said.contains(name.as_str()))
}

/// Warnings, and what else was said.
fn apart(stderr: &str) -> (Vec<String>, String) {
    let (warnings, rest): (Vec<&str>, Vec<&str>) =
        without_log(stderr).lines().partition(|line| line.starts_with("Warning:"));
    (warnings.into_iter().map(str::to_owned).collect(), rest.join("\n"))
}
