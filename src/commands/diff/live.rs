//! What an apply would change in the cluster, through the user's `kubectl`.
//!
//! Owns: the two questions: what is there (`get`), and what the server would make of an apply (`apply --server-side
//! --dry-run=server`, which changes nothing). Manifests go by stdin: arguments are seen by every user of the machine.
//! What the server refuses (a field that never changes, a conflict) is compared with what was rendered instead.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::process::Command;

use anyhow::{Context, Error, anyhow, bail};

use super::project::{self, owned};
use super::stream::resources;
use super::{Answer, Args};
use crate::cli::Global;
use crate::commands::program;
use crate::commands::terminal::Terminal;
use crate::diag::failure::Told;
use crate::diff::between::{Side, between};
use crate::diff::compare::Mode;
use crate::leak;
use crate::output::{self, Reveal};
use crate::pipeline::Profile;
use crate::resource::{Id, Resource};
use crate::tree::Tree;

/// `kgen diff PROFILE --live`.
pub fn compare(args: &Args, global: &Global, terminal: &Terminal, profile: &str) -> anyhow::Result<Option<Answer>> {
    let Some(project) = project::open(global, &args.set, project::With { values: true, ..project::WITH }, terminal)?
    else {
        return Ok(None);
    };
    let profile = project.find(profile)?;
    args.select.check(profile.resources.iter())?;
    let selected = args.select.apply(&profile.resources);
    let stream = output::stream(selected.iter().copied(), Reveal::Yes)?.text;
    let cluster = Cluster { namespace: profile.plan.namespace.clone(), hidden: values(&selected) };
    let old = cluster.live(&stream, profile, args)?;
    let (answered, refused) = cluster.answers(&stream, profile)?;
    refused.iter().for_each(|line| terminal.say(&format!("kubectl: {line}")));
    // What the server did not answer for is compared as it was rendered.
    let known: BTreeSet<Key> = answered.iter().map(|resource| key(&resource.id)).collect();
    let mut new: Vec<&Resource> = answered.iter().collect();
    new.extend(selected.iter().copied().filter(|resource| !known.contains(&key(&resource.id))));
    let before = Side { name: "the cluster".into(), objects: old.iter().collect(), causes: None, told: Vec::new() };
    let causes = Some(project.causes(profile));
    let after = Side {
        name: profile.settings.profile.to_string(),
        objects: new,
        causes,
        told: profile.resources.iter().collect(),
    };
    let own = profile.plan.namespace.clone();
    let mode = Mode { foreign: true, namespaces: (own.clone(), own), ..Mode::default() };
    let diff = between(&before, &after, &mode);
    let objects = vec![(owned(&before), owned(&after))];
    drop((before, after));
    std::mem::forget(project);
    Ok(Some(Answer { diffs: vec![diff], objects }))
}

type Key = (String, String, String);

/// The namespace may be left to kubectl's context.
fn key(id: &Id) -> Key {
    (id.group().to_owned(), id.kind.clone(), id.name.clone())
}

struct Cluster {
    namespace: Option<String>,
    /// Values of Secrets, which no message may show.
    hidden: Vec<String>,
}

/// What kubectl says, without the lines of its log before it: `E1121 10:46:23.892621 19125 memcache.go:265] ...`, one for
/// each try to reach a server.
fn without_log(stderr: &str) -> &str {
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
fn failed(what: &str, stderr: &str) -> Error {
    match without_log(stderr) {
        said if said.contains('\n') => anyhow!("{what}").quote(said),
        said => anyhow!("{what}: {said}"),
    }
}

/// What was said by kubectl.
struct Said {
    stdout: String,
    stderr: String,
    success: bool,
}

impl Cluster {
    /// What is there: the profile's objects, and those of the project that an apply with pruning would take away.
    fn live(&self, stream: &str, profile: &Profile, args: &Args) -> anyhow::Result<Vec<Resource>> {
        let said = self.kubectl(&["get", "-f", "-", "-o", "yaml", "--ignore-not-found"], stream)?;
        if !said.success {
            return Err(failed("kubectl cannot get the objects", &said.stderr));
        }
        let mut out = resources("kubectl get", &said.stdout, &profile.resources)?;
        let known: BTreeSet<Key> = out.iter().map(|resource| key(&resource.id)).collect();
        let rendered: BTreeSet<Key> = profile.resources.iter().map(|resource| key(&resource.id)).collect();
        let others = self.labelled(profile)?;
        let mine = |resource: &Resource| {
            let key = key(&resource.id);
            !known.contains(&key) && !rendered.contains(&key) && is_owned(resource, profile)
        };
        let others: Vec<Resource> = others.into_iter().filter(mine).collect();
        out.extend(args.select.apply(&others).into_iter().cloned());
        Ok(out)
    }

    /// Objects with the project's labels, of the kinds that the project has and of those that hold data.
    fn labelled(&self, profile: &Profile) -> anyhow::Result<Vec<Resource>> {
        const ALWAYS: [&str; 7] = [
            "configmaps",
            "secrets",
            "services",
            "persistentvolumeclaims",
            "deployments.apps",
            "statefulsets.apps",
            "jobs.batch",
        ];
        let project = profile.settings.root.get("project").and_then(Tree::as_str).unwrap_or_default();
        let name = &profile.settings.profile;
        let labels =
            format!("app.kubernetes.io/managed-by=kgen,app.kubernetes.io/part-of={project},kgen.dev/profile={name}");
        let kinds = ALWAYS.join(",");
        let mut words = vec!["get", &kinds, "-l", &labels, "-o", "yaml"];
        if let Some(namespace) = &self.namespace {
            words.extend(["-n", namespace]);
        }
        let said = self.kubectl(&words, "")?;
        if !said.success {
            return Err(failed("kubectl cannot get the objects of the project", &said.stderr));
        }
        resources("kubectl get", &said.stdout, &profile.resources)
    }

    /// What the server would make of an apply, and what it refused.
    fn answers(&self, stream: &str, profile: &Profile) -> anyhow::Result<(Vec<Resource>, Vec<String>)> {
        let words = ["apply", "--server-side", "--dry-run=server", "-o", "yaml", "-f", "-"];
        let said = self.kubectl(&words, stream)?;
        let refused = if said.success { Vec::new() } else { said.stderr.lines().map(str::to_owned).collect() };
        let answered = resources("kubectl apply", &said.stdout, &profile.resources)?;
        Ok((answered, refused))
    }

    fn kubectl(&self, args: &[&str], stdin: &str) -> anyhow::Result<Said> {
        let mut command = Command::new("kubectl");
        let done = match program::run(command.args(args), Some(stdin.as_bytes())) {
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

/// Values of Secrets, as they are and as they travel. One of a few characters would hide ordinary words.
fn values(resources: &[&Resource]) -> Vec<String> {
    let secrets = resources.iter().filter(|resource| resource.id.kind == "Secret");
    let mut out: Vec<String> = secrets.flat_map(|secret| crate::diff::data::texts(&secret.body)).collect();
    out.retain(|text| text.len() >= 4);
    out.sort_by_key(|text| std::cmp::Reverse(text.len()));
    out
}

/// Not what a controller made of the project's own objects, and not what the project says is somebody else's.
fn is_owned(resource: &Resource, profile: &Profile) -> bool {
    let label = |key: &str| resource.body.at(&["metadata", "labels", key]).and_then(Tree::as_str).unwrap_or_default();
    let owners = resource.body.at(&["metadata", "ownerReferences"]).and_then(Tree::as_list).unwrap_or_default();
    owners.is_empty() && label("kgen.dev/profile") == &*profile.settings.profile
}
