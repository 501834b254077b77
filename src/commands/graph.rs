//! `kgen graph`: the wiring as a picture.

use anyhow::anyhow;
use clap::ValueEnum;

use super::Outcome;
use super::complete;
use super::project::{self, With};
use super::terminal::{self, Terminal};
use crate::cli::Global;
use crate::diag::failure::Told;
use crate::diag::suggest;
use crate::graph::{self, Graph, dot, mermaid, near, svg};
use crate::pipeline::{Profile, Rendered};

/// Draw the wiring: who is wired to what, by which variable or file
#[derive(Debug, clap::Args)]
#[command(after_help = "Without PROFILE the picture has what any profile has, and marks what only some of them have:
`only prod`, `REDIS_URL (staging, prod)`, `dev: standalone`.
A dashed edge is a `waitFor`; a dashed node is made elsewhere.

Examples:
  kgen graph                              Mermaid, for a Markdown file
  kgen graph prod --format svg > prod.svg
  kgen graph prod --format dot | dot -Tpng -o prod.png
  kgen graph --only component=redis.cache")]
pub struct Args {
    /// The profile to draw [default: all together]
    #[arg(add = complete::profile())]
    pub profile: Option<String>,
    /// Mermaid, Graphviz' language, or a picture that needs no other program
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    pub format: Format,
    /// Only these components and what they are wired to: `component=redis.cache`; several with commas
    #[arg(long, value_name = "SELECTOR", value_delimiter = ',', add = complete::component())]
    pub only: Vec<String>,
    /// Override a setting; may be given several times
    #[arg(long, value_name = "PATH=VALUE", add = complete::setting())]
    pub set: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Mermaid,
    Dot,
    Svg,
}

pub fn run(args: &Args, global: &Global, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Some(project) = project::open(global, &args.set, With::default(), terminal)? else {
        return Ok(Outcome::Refused);
    };
    let graph = picture(args, &project.rendered)?;
    let text = match args.format {
        Format::Mermaid => mermaid::write(&graph),
        Format::Dot => dot::write(&graph),
        Format::Svg => svg::write(&graph),
    };
    if args.format == Format::Mermaid && mermaid::is_too_large(&graph, &text) {
        terminal
            .say("note: Mermaid draws no more than 500 edges or 50000 characters where nobody configured it otherwise");
        terminal.say("hint: `--format svg` has no such limit; `--only component=SECTION.NAME` draws a part");
    }
    // The process ends here; taking a thousand apps' trees apart would only delay that.
    std::mem::forget(project);
    terminal::show(&text, false)?;
    Ok(Outcome::Done)
}

fn picture(args: &Args, rendered: &Rendered) -> anyhow::Result<Graph> {
    let profiles = wanted(args, rendered)?;
    let project = profiles.first().and_then(|profile| profile.settings.root.get("project"));
    let project = project.map(ToString::to_string).unwrap_or_default();
    let title = args.profile.as_ref().map_or(project.clone(), |profile| format!("{project}, {profile}"));
    let graph = graph::of(title, &profiles);
    if args.only.is_empty() {
        return Ok(graph);
    }
    let wanted = components(&graph, &args.only)?;
    Ok(near::of(&graph, &wanted))
}

fn wanted<'r>(args: &Args, rendered: &'r Rendered) -> anyhow::Result<Vec<&'r Profile>> {
    let Some(name) = &args.profile else { return Ok(rendered.profiles.iter().collect()) };
    Ok(vec![project::find(rendered, name)?])
}

/// The ids that selectors name.
fn components(graph: &Graph, selectors: &[String]) -> anyhow::Result<Vec<String>> {
    let mut out = Vec::new();
    for selector in selectors {
        let id = selector.strip_prefix("component=").unwrap_or_default();
        if !graph.nodes.iter().any(|node| node.id == id) {
            let names: Vec<String> = graph.nodes.iter().map(|node| format!("component={}", node.id)).collect();
            let hint = suggest::did_you_mean(selector, names.iter().map(String::as_str));
            let hint = hint.unwrap_or_else(|| "a selector is `component=SECTION.NAME`".into());
            return Err(anyhow!("`{selector}` selects nothing").hint(hint));
        }
        out.push(id.to_owned());
    }
    Ok(out)
}
