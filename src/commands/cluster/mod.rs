//! The cluster, asked through the user's `kubectl`.
//!
//! Owns: running it, what it says without secrets and without its log, which kinds the cluster has, what is there.
//! Manifests go by stdin: arguments are seen by every user of the machine. Nothing here changes the cluster.

pub mod apply;
pub mod left;
pub mod owner;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::process::Command;

use anyhow::{Context, Error, anyhow, bail};

use super::diff::stream::resources;
use super::program;
use crate::diag::failure::Told;
use crate::leak;
use crate::output::{self, Reveal};
use crate::resource::{Id, Resource};

/// What makes an object one, where the namespace may be left to kubectl's context.
pub type Key = (String, String, String);

pub fn key(id: &Id) -> Key {
    (id.group().to_owned(), id.kind.clone(), id.name.clone())
}

pub struct Cluster {
    /// Values of Secrets, which no message may show.
    hidden: Vec<String>,
    /// The kinds that the cluster serves, by group and kind, each with the name that kubectl knows it by.
    kinds: BTreeMap<(String, String), String>,
}

/// What was said by kubectl.
#[derive(Default)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub success: bool,
}

impl Cluster {
    /// `rendered`: whose secret values are hidden.
    pub fn open(rendered: &[&Resource]) -> anyhow::Result<Self> {
        let mut cluster = Self { hidden: values(rendered), kinds: BTreeMap::new() };
        let said = cluster.kubectl(&["api-resources", "--no-headers"], "")?;
        // Of an API that does not answer the others are still named.
        cluster.kinds = said.stdout.lines().filter_map(served).collect();
        if cluster.kinds.is_empty() {
            return Err(failed("kubectl cannot get the kinds of the cluster", &said.stderr));
        }
        Ok(cluster)
    }

    pub fn has(&self, id: &Id) -> bool {
        self.kinds.contains_key(&(id.group().to_owned(), id.kind.clone()))
    }

    /// Those of the objects that are there, with who owns which field.
    pub fn get(&self, objects: &[&Resource], rendered: &[Resource]) -> anyhow::Result<Vec<Resource>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let words = ["get", "-f", "-", "-o", "yaml", "--ignore-not-found", "--show-managed-fields"];
        let said = self.kubectl(&words, &stream(objects)?)?;
        if !said.success {
            return Err(failed("kubectl cannot get the objects", &said.stderr));
        }
        resources("kubectl get", &said.stdout, rendered)
    }

    pub fn kubectl(&self, args: &[&str], stdin: &str) -> anyhow::Result<Said> {
        let mut command = Command::new("kubectl");
        // A user's preferences may give a verb other options.
        command.args(args).env("KUBECTL_KUBERC", "false");
        let done = match program::run(&mut command, Some(stdin.as_bytes())) {
            Ok(done) => done,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("`kubectl` is not installed, and --live needs it")
            }
            Err(error) => return Err(error).context("cannot run `kubectl`"),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said { stdout: text(&done.stdout), stderr: self.clean(&text(&done.stderr)), success: done.status.success() })
    }

    /// A server may repeat what it refuses.
    fn clean(&self, text: &str) -> String {
        let mut text = leak::redacted(text);
        for value in &self.hidden {
            text = text.replace(value.as_str(), "***");
        }
        text
    }
}

pub fn stream(objects: &[&Resource]) -> anyhow::Result<String> {
    Ok(output::stream(objects.iter().copied(), Reveal::Yes)?.text)
}

/// A line of `kubectl api-resources`: `deployments deploy apps/v1 true Deployment`; short names may be missing.
fn served(line: &str) -> Option<((String, String), String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [name, .., version, _, kind] = words[..] else { return None };
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let name = if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") };
    Some(((group.to_owned(), kind.to_owned()), name))
}

/// Values of Secrets, as they are and as they travel. One of a few characters would hide ordinary words.
fn values(resources: &[&Resource]) -> Vec<String> {
    let secrets = resources.iter().filter(|resource| resource.id.kind == "Secret");
    let mut out: Vec<String> = secrets.flat_map(|secret| crate::diff::data::texts(&secret.body)).collect();
    out.retain(|text| text.len() >= 4);
    out.sort_by_key(|text| std::cmp::Reverse(text.len()));
    out
}

/// What kubectl says, without the lines of its log before it: `E1121 10:46:23.892621 19125 memcache.go:265] ...`, one for
/// each try to reach a server.
pub fn without_log(stderr: &str) -> &str {
    let is_log = |line: &str| {
        let (level, rest) = line.split_at_checked(1).unwrap_or_default();
        "EWI".contains(level)
            && !level.is_empty()
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && line.contains("] ")
    };
    let mut rest = stderr.trim_end();
    while let Some((_, after)) = rest.split_once('\n').filter(|(line, _)| is_log(line)) {
        rest = after;
    }
    rest
}

/// One line behind the message, more below it.
pub fn failed(what: &str, stderr: &str) -> Error {
    match without_log(stderr) {
        said if said.contains('\n') => anyhow!("{what}").quote(said),
        said => anyhow!("{what}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_a_name_with_or_without_short_ones() {
        let of = |line: &str| served(line).unwrap();
        let pair = |group: &str, kind: &str| (group.to_owned(), kind.to_owned());
        assert_eq!(
            of("deployments  deploy  apps/v1  true  Deployment"),
            (pair("apps", "Deployment"), "deployments.apps".into())
        );
        assert_eq!(of("secrets  v1  true  Secret"), (pair("", "Secret"), "secrets".into()));
        assert_eq!(served("no columns"), None);
    }
}
