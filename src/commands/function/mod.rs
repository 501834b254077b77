//! `kgen fn`: a profile as kustomize asks for one: a KRM function, or an exec plugin.
//!
//! Owns: the ResourceList that comes in and the one that goes out, what is wrong as results in it.
//! Does not own: what the function's config may say (`request.rs`), the rendering (`pipeline`).
//! Source: https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md

mod request;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::Outcome;
use super::load::{self, Workspace};
use super::project::{self, With};
use super::terminal::{Terminal, print};
use crate::access::{self, Access};
use crate::cli::Global;
use crate::diag::failure::{self, Told};
use crate::diag::{Report, Severity, print as messages};
use crate::output::yaml::{Reveal, document};
use crate::output::{self, build};
use crate::resource::{Id, Resource};
use crate::source::Sources;
use crate::tree::Tree;
use request::Request;

/// Render a profile for kustomize, as a KRM function or exec plugin
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without CONFIG, a ResourceList is read from stdin and written to stdout: what comes in stays as it is, what
is rendered is added, and what is wrong becomes results. Its functionConfig:
  apiVersion: kgen.dev/v1
  kind: Render
  metadata: {name: shop}
  spec: {file: kgen.yaml, profile: prod}    # also: set, only, skip (lists)

Examples:
  kustomize build --enable-alpha-plugins --enable-exec .
  kgen fn render.yaml    as an exec plugin: its config is this file, the objects are written as a stream"
)]
pub struct Args {
    /// The config, of an exec plugin of kustomize
    #[arg(value_name = "CONFIG")]
    config: Option<PathBuf>,
    /// What kustomize puts behind it
    #[arg(hide = true)]
    more: Vec<String>,
}

const LIST: (&str, &str) = ("config.kubernetes.io/v1", "ResourceList");

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    match &args.config {
        Some(config) => plugin(config, global, terminal),
        None => function(global, terminal),
    }
}

/// A rendered profile with its warnings, or what is wrong with the project.
type Answer = std::result::Result<(Vec<Resource>, Report), Report>;

fn answer(request: &Request, global: &Global, sources: &mut Sources) -> Result<Answer> {
    // A file of the project's says which: it is below the root of the folder that kustomize runs in.
    let here = Access::on_disk(Path::new(""), global.root.as_deref(), global.untrusted)?;
    here.inside(&request.file)?;
    let global = Global { file: Some(PathBuf::from(&request.file)), ..global.clone() };
    let mut own = Sources::default();
    let (access, loaded, input) = match load::open(&global, &request.set, &mut own)? {
        Ok(opened) => opened,
        Err(report) => {
            *sources = own;
            return Ok(Err(report));
        }
    };
    let mut workspace = Workspace::new(access, own, loaded, input);
    let rendered = workspace.render(With { values: true, ..With::default() });
    *sources = std::mem::take(&mut workspace.sources);
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(report) => return Ok(Err(report)),
    };
    let profile = project::find(&rendered, &request.profile)?;
    request.select.check(rendered.all().flat_map(|profile| &profile.resources))?;
    let mut resources: Vec<Resource> = request.select.apply(&profile.resources).into_iter().cloned().collect();
    resources.sort_by_cached_key(|resource| output::order::key(&resource.id));
    Ok(Ok((resources, rendered.warnings)))
}

/// An exec plugin: https://kubectl.docs.kubernetes.io/guides/extending_kustomize/exec_plugins/
fn plugin(config: &Path, global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let text = String::from_utf8(access::given(config)?).context("the config is not UTF-8")?;
    let documents = build::parse(&config.display().to_string(), &text)?;
    let [config] = &documents[..] else { bail!("the config is {} objects, not one", documents.len()) };
    let mut sources = Sources::default();
    match answer(&Request::read(config)?, global, &mut sources)? {
        Ok((resources, warnings)) => {
            terminal.report(&warnings, &sources);
            print(&output::stream(&resources, Reveal::Yes)?.text)?;
            Ok(Outcome::Done)
        }
        Err(report) => {
            terminal.report(&report, &sources);
            Ok(Outcome::Refused)
        }
    }
}

fn function(global: &Global, terminal: &Terminal) -> Result<Outcome> {
    let bytes = access::limited(io::stdin().lock(), "stdin").context("cannot read a ResourceList from stdin")?;
    let text = String::from_utf8(bytes).context("stdin is not UTF-8")?;
    let documents = build::parse("stdin", &text)?;
    let list = match &documents[..] {
        [list] if is_list(list) => list,
        _ => {
            let error = anyhow!("stdin is no ResourceList");
            return Err(error.hint("kustomize calls `kgen fn`; `kgen render PROFILE` prints a stream"));
        }
    };
    let mut sources = Sources::default();
    let items = list.get("items").and_then(Tree::as_list).unwrap_or_default();
    let rendered = request(list).and_then(|request| answer(&request, global, &mut sources));
    let rendered = rendered.and_then(|answer| match answer {
        Ok((resources, warnings)) => added(items, resources).map(|items| Ok((items, warnings))),
        Err(report) => Ok(Err(report)),
    });
    let (items, results, outcome) = match &rendered {
        Ok(Ok((items, warnings))) => (items.clone(), results(warnings, &sources), Outcome::Done),
        Ok(Err(report)) => (items.to_vec(), results(report, &sources), Outcome::Refused),
        Err(error) => {
            let message = crate::leak::redacted(&failure::lines(error).join("\n"));
            (items.to_vec(), vec![Tree::map([("message", message.as_str()), ("severity", "error")])], Outcome::Refused)
        }
    };
    let mut out = list.clone();
    if let Some(map) = out.as_map_mut() {
        map.insert("items", Tree::list(items));
        map.remove("results");
        if !results.is_empty() {
            map.insert("results", Tree::list(results));
        }
    }
    print(&document(&out, Reveal::Yes)?.text)?;
    // kustomize shows what a function that failed wrote to stderr.
    match &rendered {
        Ok(Ok((_, report)) | Err(report)) => terminal.report(report, &sources),
        Err(error) => terminal.failure(error),
    }
    Ok(outcome)
}

fn is_list(tree: &Tree) -> bool {
    let text = |key| tree.get(key).and_then(Tree::as_str);
    (text("apiVersion"), text("kind")) == (Some(LIST.0), Some(LIST.1))
}

fn request(list: &Tree) -> Result<Request> {
    let config = list.get("functionConfig").filter(|config| !config.is_null());
    Request::read(config.ok_or_else(|| anyhow!("the ResourceList has no `functionConfig`"))?)
}

/// What came in, and behind it what was rendered.
fn added(items: &[Tree], resources: Vec<Resource>) -> Result<Vec<Tree>> {
    let there: BTreeSet<Id> = items.iter().filter_map(Id::of).collect();
    if let Some(twice) = resources.iter().find(|resource| there.contains(&resource.id)) {
        bail!("{} is among the items already, and is rendered too", twice.id);
    }
    let rendered = resources.into_iter().map(|resource| resource.body.map_from(&mut |_| ()));
    Ok(items.iter().cloned().chain(rendered).collect())
}

/// Messages as the results of a function.
fn results(report: &Report, sources: &Sources) -> Vec<Tree> {
    let mut out = Vec::new();
    for diagnostic in report.sorted() {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let hints = diagnostic.hints.iter().map(|hint| format!("hint: {}", messages::clean(hint)));
        let lines: Vec<String> = std::iter::once(messages::clean(&diagnostic.message)).chain(hints).collect();
        let mut result = Tree::map([("message", lines.join("\n").as_str()), ("severity", severity)]);
        let tags = match diagnostic.span {
            Some(span) => {
                let line = sources.place(span).line.to_string();
                let file = Tree::map([("path", sources.get(span.file).path.as_str())]);
                result.as_map_mut().map(|map| map.insert("file", file));
                Tree::map([("id", diagnostic.rule.id), ("line", line.as_str())])
            }
            None => Tree::map([("id", diagnostic.rule.id)]),
        };
        result.as_map_mut().map(|map| map.insert("tags", tags));
        out.push(result);
    }
    out
}
