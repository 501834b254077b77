//! Plan to objects: each planned object through its template, parsed, with its origins when they are asked for.
//!
//! Owns: the template engine and what happens to one rendered text (reading it, its identity, a Job's name).
//! Does not own: what a template sees (`plan`), whether an object is right (`resource`, `checks`).

pub mod emit;
pub mod mark;
pub mod templates;
pub mod view;

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use sha2::{Digest, Sha256};

use crate::diag::{Diagnostic, Report};
use crate::plan::label::Owner;
use crate::plan::{Plan, Planned};
use crate::project::node::{self, Dialect};
use crate::resource::{Id, Origin, Resource};
use crate::source::{FileId, Sources, Span};
use crate::tree::{Kind, Tree};
use templates::Template;
use view::Trace;

/// The templates, ready to run.
pub struct Engine {
    plain: Environment<'static>,
    traced: Option<Environment<'static>>,
    /// Paths by number, as the marks name them.
    paths: Vec<Arc<str>>,
    files: Vec<(Arc<str>, FileId)>,
    /// Of each template, the span of each line.
    line_spans: Vec<Vec<Span>>,
}

impl Engine {
    /// Parses all templates. `origins`: every leaf shall know where it came from.
    pub fn new(sources: &mut Sources, own: &[Template], origins: bool) -> Result<Self, Diagnostic> {
        let all = templates::all(own);
        let files: Vec<_> = all.iter().map(|t| (t.name.clone(), sources.add(&*t.path, t.text.clone()))).collect();
        let build = |mark: bool| environment(&all, &files, sources, mark);
        Ok(Self {
            plain: build(false)?,
            traced: if origins { Some(build(true)?) } else { None },
            paths: all.iter().map(|template| template.path.clone()).collect(),
            line_spans: if origins {
                files.iter().map(|(_, file)| line_spans(sources, *file)).collect()
            } else {
                Vec::new()
            },
            files,
        })
    }

    /// All objects of a plan.
    pub fn render(&self, plan: &Plan, sources: &Sources) -> Result<Vec<Resource>, Report> {
        let mut report = Report::new();
        let mut out = Vec::new();
        for (owner, planned) in &plan.objects {
            match self.object(owner, planned, sources) {
                Ok(resource) => out.push(resource),
                Err(diagnostic) => report.push(*diagnostic),
            }
        }
        report.finish(out).map(|(out, _)| out)
    }

    /// Where a rendered leaf stands in its template.
    pub fn template_span(&self, place: &crate::resource::Place) -> Option<Span> {
        let number = self.paths.iter().position(|path| *path == place.file)?;
        self.line_spans.get(number)?.get(place.line as usize - 1).copied()
    }

    fn object(&self, owner: &Owner, planned: &Planned, sources: &Sources) -> Result<Resource, Box<Diagnostic>> {
        let mut body = match &self.traced {
            Some(environment) => self.traced(environment, owner, planned, sources)?,
            None => {
                let text = self.text(&self.plain, planned, None, owner, sources)?;
                self.parse(planned, owner, text, sources)?.0.map_from(&mut |_| None)
            }
        };
        open_values(&mut body, planned);
        if planned.hash_name {
            hash_name(&mut body);
        }
        let id = Id::of(&body).ok_or_else(|| {
            Box::new(self.at(
                planned,
                owner,
                "nameless-object",
                "wrote an object without `apiVersion`, `kind` or `metadata.name`",
            ))
        })?;
        Ok(Resource { id, component: owner.id.as_str().into(), body, stream_only: planned.stream_only })
    }

    fn traced(
        &self,
        environment: &Environment<'static>,
        owner: &Owner,
        planned: &Planned,
        sources: &Sources,
    ) -> Result<Tree<Origin>, Box<Diagnostic>> {
        let trace = Arc::new(Trace::default());
        let marked = self.text(environment, planned, Some(&trace), owner, sources)?;
        let marks = mark::strip(&marked);
        let (tree, _) = self.parse(planned, owner, marks.text.clone(), sources)?;
        Ok(marks.origins(&tree, &self.paths))
    }

    fn text(
        &self,
        environment: &Environment<'static>,
        planned: &Planned,
        trace: Option<&Arc<Trace>>,
        owner: &Owner,
        sources: &Sources,
    ) -> Result<String, Box<Diagnostic>> {
        let context = root(planned, trace);
        let rendered = environment.get_template(planned.template).and_then(|template| template.render(context));
        rendered.map_err(|error| Box::new(self.template_error(&error, Some(owner), sources)))
    }

    fn template_error(&self, error: &minijinja::Error, owner: Option<&Owner>, sources: &Sources) -> Diagnostic {
        template_error(&self.files, error, owner, sources)
    }

    fn at(&self, planned: &Planned, owner: &Owner, id: &'static str, what: &str) -> Diagnostic {
        let file = self.files.iter().find(|(name, _)| **name == *planned.template).map(|(_, file)| *file);
        let d = Diagnostic::error(id, format!("the template of `{}` {what}", owner.id));
        d.at(file.map(|file| Span { file, start: 0, end: 0 }))
    }

    /// The rendered text as a tree. A text that is no YAML is the template's mistake: the rendered line is shown.
    fn parse(
        &self,
        planned: &Planned,
        owner: &Owner,
        text: String,
        sources: &Sources,
    ) -> Result<(Tree<Span>, Sources), Box<Diagnostic>> {
        let mut local = Sources::default();
        let file = local.add(format!("{} (rendered)", planned.template), text);
        match node::parse(&local, file, Dialect::Manifest) {
            Ok(tree) => Ok((tree, local)),
            Err(error) => {
                let place = error.span.map(|span| local.place(span).line).unwrap_or_default();
                let line =
                    local.get(file).text.lines().nth(place.saturating_sub(1)).unwrap_or_default().trim().to_owned();
                let what = format!("does not write YAML: {} (rendered line {place}: `{line}`)", error.message);
                let _ = sources;
                Err(Box::new(self.at(planned, owner, "template-yaml", &what)))
            }
        }
    }
}

fn template_error(
    files: &[(Arc<str>, FileId)],
    error: &minijinja::Error,
    owner: Option<&Owner>,
    sources: &Sources,
) -> Diagnostic {
    let mut error = error;
    while let Some(inner) =
        std::error::Error::source(error).and_then(|source| source.downcast_ref::<minijinja::Error>())
    {
        error = inner;
    }
    let file = error.name().and_then(|name| files.iter().find(|(known, _)| **known == *name)).map(|(_, file)| *file);
    let span = file.zip(error.line()).map(|(file, line)| sources.line(file, line));
    let what = error.detail().map(str::to_owned).unwrap_or_else(|| error.kind().to_string());
    let whose = owner.map(|owner| format!(" while rendering `{}`", owner.id)).unwrap_or_default();
    Diagnostic::error("template", format!("{}: {what}{whose}", error.kind())).at(span)
}

fn line_spans(sources: &Sources, file: FileId) -> Vec<Span> {
    let lines = sources.get(file).text.lines().count();
    (1..=lines).map(|line| sources.line(file, line)).collect()
}

/// The root of what a template sees, with the trace under its own name.
fn root(planned: &Planned, trace: Option<&Arc<Trace>>) -> Value {
    let context = view::value(&planned.context, trace);
    match trace {
        Some(trace) => {
            let trace = Value::from_dyn_object(trace.clone());
            minijinja::context! { __trace => trace, ..context }
        }
        None => context,
    }
}

fn environment(
    all: &[Template],
    files: &[(Arc<str>, FileId)],
    sources: &Sources,
    marked: bool,
) -> Result<Environment<'static>, Diagnostic> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
    environment.set_formatter(emit::formatter);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(|error| template_error(files, &error, None, sources))?);
    environment
        .add_filter(templates::INDENT, |text: &str, by: usize| Value::from_safe_string(templates::indent(text, by)));
    environment.add_function(mark::CALL, |state: &minijinja::State, template: usize, line: usize| {
        let trace = state.lookup(emit::TRACE);
        let ids = trace.as_ref().and_then(|value| value.downcast_object_ref::<Trace>()).map(Trace::take);
        Value::from_safe_string(mark::line(template, line, &ids.unwrap_or_default()))
    });
    for (number, template) in all.iter().enumerate() {
        let text = if marked { mark::instrument(number, &template.text) } else { template.text.clone() };
        let text = templates::indent_includes(&text);
        let added = environment.add_template_owned(template.name.to_string(), text);
        added.map_err(|error| template_error(files, &error, None, sources))?;
    }
    Ok(environment)
}

/// Puts the values of a Secret in, which no template has seen.
fn open_values(body: &mut Tree<Origin>, planned: &Planned) {
    let Some(data) = body.as_map_mut().and_then(|map| map.get_mut("data")).and_then(Tree::as_map_mut) else { return };
    for (key, value) in &planned.values {
        if let Some(node) = data.get_mut(key) {
            node.kind = Kind::Secret(value.clone());
        }
    }
}

/// A Job's name with ten hexadecimal digits of its spec's hash.
fn hash_name(body: &mut Tree<Origin>) {
    let spec = body.get("spec").map(|spec| spec.to_json().to_string()).unwrap_or_default();
    let hash = crate::plan::config::hex(&Sha256::digest(spec));
    let name = body
        .as_map_mut()
        .and_then(|map| map.get_mut("metadata"))
        .and_then(Tree::as_map_mut)
        .and_then(|map| map.get_mut("name"));
    if let Some(name) = name {
        let hashed = format!("{}-{}", name.as_str().unwrap_or_default(), &hash[..10]);
        name.kind = Kind::String(hashed.into());
    }
}
