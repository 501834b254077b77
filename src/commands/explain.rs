//! `kgen explain`: why a field of a rendered object has its value.

use anyhow::anyhow;
use serde_json::{Value, json};

use super::Outcome;
use super::complete;
use super::format::{self, Format};
use super::project::{self, With};
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::diff::impact;
use crate::explain::{Explainer, Leaf, Question, human, lines, object, path};
use crate::pipeline::Profile;
use crate::resource::{Origin, Part};
use crate::rules;
use crate::source::Sources;
use crate::tree::{Step, Tree};

/// Show why a field has its value: template line, setting, layers
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "kgen explain PROFILE OBJECT [PATH]\n       kgen explain CHECK",
    after_help = "Examples:
  kgen explain prod Deployment/api                                    each line with its origin
  kgen explain prod sts/cache spec.replicas                           short names of kinds
  kgen explain prod deploy/api 'spec.template.spec.containers[api].image'
  kgen explain prod cm/app 'data[\"app.toml\"]' --format json
  kgen explain rwo-rolling-update                                     the page of a check"
)]
pub struct Args {
    /// The profile; alone, the id of a check
    #[arg(value_name = "PROFILE", add = complete::profile_or_check())]
    pub profile: String,
    /// `KIND/NAME`; a name that ends in a hash may be written without it
    #[arg(add = complete::object())]
    pub object: Option<String>,
    /// The field; without one, the whole object
    #[arg(add = complete::field())]
    pub path: Option<String>,
    /// For a person, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(object) = &args.object else { return check(&args.profile, global) };
    let with = With { origins: true, ..With::default() };
    let Some(project) = project::open(global, &args.set, with, terminal)? else { return Ok(Outcome::Refused) };
    let profile = project.find(&args.profile)?;
    let text = answer(args, object, profile, &project.workspace.sources)?;
    terminal::show(&text, false)?;
    // The process ends here: as in `render`.
    std::mem::forget(project);
    Ok(Outcome::Done)
}

/// The page of a check, or of what a change does.
fn check(id: &str, global: &Global) -> anyhow::Result<Outcome> {
    let page = rules::find(id).map(ToString::to_string).or_else(|| impact::find(id).map(ToString::to_string));
    let Some(page) = page else {
        let profiles = complete::profiles(global);
        let example = profiles.last().map_or("prod", |name| &**name);
        if profiles.iter().any(|name| **name == *id) {
            return Err(anyhow!("explain what of `{id}`?").hint(format!(
                "name an object: `kgen explain {id} Deployment/NAME`; `kgen profile show {id}` prints the settings"
            )));
        }
        if id.contains('/') {
            return Err(
                anyhow!("`{id}` of which profile?").hint(format!("it stands before: `kgen explain {example} {id}`"))
            );
        }
        let near = suggest::did_you_mean(id, rules::all().map(|rule| rule.id).chain(impact::all().map(|rule| rule.id)));
        let hint = near.unwrap_or_else(|| {
            "`kgen explain PROFILE OBJECT [PATH]` explains a field, for instance `kgen explain prod Deployment/api`"
                .into()
        });
        return Err(anyhow!("there is no check `{id}`").hint(hint));
    };
    terminal::print(&format!("{page}\n"))?;
    Ok(Outcome::Done)
}

fn answer(args: &Args, object: &str, profile: &Profile, sources: &Sources) -> anyhow::Result<String> {
    let name = &profile.settings.profile;
    let resource = object::find(&profile.resources, object, name)?;
    let id = resource.id.to_string();
    let asked = args.path.as_deref().unwrap_or_default();
    let (path, node) = path::find(&id, &resource.body, asked)?;
    let question = Question { resource, path, node };
    let explainer = Explainer { settings: &profile.settings, sources };
    let shown = explainer.shown(&question);
    let is_part = shown.first_leaf().is_some_and(|leaf| !std::ptr::eq(leaf, &shown));
    Ok(match (args.format, is_part) {
        (Format::Human, true) => lines::annotated(&explainer, &shown)?,
        (Format::Human, false) => leaves(&explainer, &question, &shown).iter().map(human::leaf).collect(),
        (Format::Json, _) => {
            let leaves = leaves(&explainer, &question, &shown);
            format::json(&as_json(&question, &shown, leaves, is_part)?)?
        }
    })
}

/// What is asked for, leaf by leaf; paths begin at the object.
fn leaves(explainer: &Explainer, question: &Question, shown: &Tree<Origin>) -> Vec<Leaf> {
    let mut out = Vec::new();
    shown.leaves(&mut |below, leaf| {
        let path: Vec<Step> = question.path.iter().map(Part::step).chain(below.iter().copied()).collect();
        out.push(explainer.leaf(question.resource, &path, leaf));
    });
    out
}

fn as_json(question: &Question, shown: &Tree<Origin>, mut leaves: Vec<Leaf>, is_part: bool) -> anyhow::Result<Value> {
    let object = question.resource.id.to_string();
    if !is_part && let Some(leaf) = leaves.pop() {
        let mut out = json!({ "object": object });
        if let (Some(out), Value::Object(leaf)) = (out.as_object_mut(), serde_json::to_value(leaf)?) {
            out.extend(leaf);
        }
        return Ok(out);
    }
    let steps: Vec<Step> = question.path.iter().map(Part::step).collect();
    let path = crate::tree::path_text(&steps);
    Ok(json!({ "object": object, "path": path, "value": shown.to_json(), "leaves": leaves }))
}
