//! Plan to objects: each planned object through its template, parsed, with its origins when they are asked for.
//!
//! Owns: the template engine and what happens to one rendered text (reading it, its identity, a Job's name).
//! Does not own: what a template sees (`plan`), whether an object is right (`resource`, `checks`).

mod bound;
pub mod eject;
pub mod emit;
pub mod mark;
pub mod templates;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, State, UndefinedBehavior};
use sha2::{Digest, Sha256};

use crate::diag::{Diagnostic, Report, Rule};
use crate::leak;
use crate::plan::Planned;
use crate::plan::label::Owner;
use crate::plan::node::Node;
use crate::progress::Progress;
use crate::project::mask;
use crate::project::node::{self, Dialect};
use crate::resource::{self, Id, Origin, Place, Resource};
use crate::settings::From;
use crate::source::{FileId, Sources, Span};
use crate::tree::{Entry, Kind, Map, Tree};
use templates::Template;
use view::{Desk, Kept};

crate::declare! {
    /// an object without kind or name
    ///
    /// An object without `apiVersion`, `kind` or `metadata.name`.
    NAMELESS_OBJECT = "nameless-object", Error;

    /// a template that fails
    ///
    /// A template of the project fails, or makes something of a wrong shape.
    /// Fix: look at the line of the template; `kgen template list` names the built-in ones.
    TEMPLATE = "template", Error;

    /// a template that writes no YAML
    ///
    /// A template does not write YAML.
    /// Fix: write values as `{{ value }}`, which quotes them, and join texts inside the braces.
    TEMPLATE_YAML = "template-yaml", Error;

    /// a template that writes too much
    ///
    /// A template of the project writes more than 8 MiB for one object. The API server accepts no object of that size.
    /// Fix: find the loop that does not end; the place is the line where kgen stopped it.
    TEMPLATE_SIZE = "template-size", Error;

    /// a secret value that would leave its Secret
    ///
    /// Only `data` of a Secret (`apiVersion: v1`) holds secret values. kgen puts them there after the template ran. A
    ///   template that writes another kind, or leaves a key out of `data`, and a patch that copies or moves a value
    ///   elsewhere, are refused: the value would be readable in the tree, or be missing in the cluster.
    /// Fix: keep `apiVersion`, `kind` and `data: {{ data }}` of the built-in template; give an app its value by `env`
    ///   or `files`.
    SECRET_ELSEWHERE = "secret-elsewhere", Error;
}

/// Rendered texts that were parsed before: objects of one form differ in values only, which are not in the text. A thread
/// keeps its own: counting the users of a shared tree would cost two of them more than reading it twice.
#[derive(Default)]
pub struct Parsed {
    texts: BTreeMap<String, Arc<Tree<Span>>>,
    /// That the project's own templates took.
    steps: u64,
}

/// The templates, ready to run.
pub struct Engine {
    environment: Environment<'static>,
    /// Whether lines are marked.
    traced: bool,
    /// Paths by number, as the marks name them.
    paths: Vec<Arc<str>>,
    /// Those of the project's own templates.
    own: Vec<Arc<str>>,
    files: Vec<(Arc<str>, FileId)>,
    /// The project's own that make Secrets: no message quotes what they write.
    hidden: BTreeSet<Arc<str>>,
    /// Of each template, the span of each line.
    line_spans: Vec<Vec<Span>>,
    /// Counted while it renders.
    pub progress: Arc<Progress>,
}

impl Engine {
    /// Parses the templates that `plans` name, what they include, and all of the project's `own`. `origins`: every leaf
    /// shall know where it came from.
    pub fn new(
        sources: &mut Sources,
        own: &[Template],
        plans: impl Iterator<Item = &'static str>,
        origins: bool,
    ) -> Result<Self, Diagnostic> {
        let all = templates::reached(templates::all(own), own, plans);
        let is_own = |path: &str| own.iter().any(|template| *template.path == *path);
        let files: Vec<_> = all
            .iter()
            .map(|t| match is_own(&t.path) {
                true => (t.name.clone(), sources.add(&*t.path, t.text.clone())),
                false => (t.name.clone(), sources.embed(&*t.path, t.text.clone())),
            })
            .collect();
        let mut hidden = BTreeSet::new();
        for (name, file) in &files {
            if !sources.get(*file).embedded && mask::template(sources, *file) {
                hidden.insert(name.clone());
            }
        }
        Ok(Self {
            hidden,
            environment: environment(&all, &files, sources, origins, !own.is_empty())?,
            traced: origins,
            paths: all.iter().map(|template| template.path.clone()).collect(),
            own: own.iter().map(|template| template.path.clone()).collect(),
            line_spans: if origins {
                files.iter().map(|(_, file)| line_spans(sources, *file)).collect()
            } else {
                Vec::new()
            },
            files,
            progress: Arc::default(),
        })
    }

    /// The objects of a plan. What each is made from goes when it is there: together they are as large.
    pub fn render(
        &self,
        objects: Vec<(Owner, Planned)>,
        sources: &Sources,
        parsed: &mut Parsed,
    ) -> Result<Vec<Resource>, Report> {
        let mut report = Report::new();
        let mut out = Vec::with_capacity(objects.len());
        for (owner, planned) in objects {
            self.progress.done.fetch_add(1, Ordering::Relaxed);
            match self.object(&owner, &planned, sources, parsed) {
                Ok(resource) => out.push(resource),
                Err(diagnostic) => report.push(*diagnostic),
            }
        }
        report.finish(out).map(|(out, _)| out)
    }

    /// Whether every leaf knows where it came from.
    pub fn is_traced(&self) -> bool {
        self.traced
    }

    /// Where a rendered leaf stands in its template.
    pub fn template_span(&self, place: &crate::resource::Place) -> Option<Span> {
        let number = self.paths.iter().position(|path| *path == place.file)?;
        self.line_spans.get(number)?.get(place.line as usize - 1).copied()
    }

    /// Whether a place is in a template of kgen's: a mistake there came from a setting.
    pub fn is_built_in(&self, place: &crate::resource::Place) -> bool {
        self.paths.contains(&place.file) && !self.own.contains(&place.file)
    }

    fn object(
        &self,
        owner: &Owner,
        planned: &Planned,
        sources: &Sources,
        parsed: &mut Parsed,
    ) -> Result<Resource, Box<Diagnostic>> {
        let mut body = self.body(owner, planned, sources, parsed)?;
        if planned.hash_name {
            hash_name(&mut body);
        }
        let nameless = "wrote an object without `apiVersion`, `kind` or `metadata.name`";
        let id = Id::of(&body).ok_or_else(|| Box::new(self.at(planned, owner, NAMELESS_OBJECT, nameless)))?;
        if planned.stream_only || !planned.values.is_empty() {
            self.keeps(planned, owner, &id, &body)?;
        }
        open_values(&mut body, planned);
        let (stream_only, role) = (planned.stream_only, planned.role);
        Ok(Resource { id, component: owner.id.as_str().into(), body, stream_only, role, facts: None })
    }

    /// A template may change what stands around the values of a Secret, and may carry none of them elsewhere.
    fn keeps(&self, planned: &Planned, owner: &Owner, id: &Id, body: &Tree<Origin>) -> Result<(), Box<Diagnostic>> {
        let data = body.get("data").and_then(Tree::as_map);
        let wanted = planned.context.get("data").and_then(Tree::as_map).into_iter().flat_map(Map::keys);
        let missing = wanted.into_iter().find(|key| data.is_none_or(|data| !data.contains_key(key)));
        let (what, node) = match missing {
            _ if !resource::is_secret(id) => {
                let node = body.get(if id.kind == "Secret" { "apiVersion" } else { "kind" });
                (format!("writes secret values into `{}` {id}", id.api_version), node)
            }
            Some(key) => (format!("leaves the value of `{key}` out of `data`"), body.get("data")),
            None => return Ok(()),
        };
        let d = self.at(planned, owner, SECRET_ELSEWHERE, &what);
        let line = node.and_then(|node| self.template_span(node.from.as_deref()?));
        let hint =
            format!("only `data` of a Secret holds secret values; `kgen template show {}` shows how", planned.template);
        Err(Box::new(Diagnostic { span: line.or(d.span), ..d }.hint(hint)))
    }

    /// Renders and parses, then puts in the maps and lists that the template wrote whole.
    fn body(
        &self,
        owner: &Owner,
        planned: &Planned,
        sources: &Sources,
        parsed: &mut Parsed,
    ) -> Result<Tree<Origin>, Box<Diagnostic>> {
        let desk = Desk::new(self.traced);
        let mut output = bound::Output::default();
        let done = self
            .environment
            .get_template(planned.template)
            .and_then(|template| template.render_captured_to(view::root(&planned.context, &desk), &mut output));
        let is_full = output.is_full;
        let rendered = output.into_text();
        let marks = if self.traced { mark::Marks::strip(&rendered) } else { mark::Marks::none(rendered) };
        if is_full {
            return Err(Box::new(self.endless(planned, owner, &marks)));
        }
        let done = done.map_err(|error| Box::new(template_error(&self.files, &error, Some(owner), sources)))?;
        parsed.steps += done.state().fuel_levels().map_or(0, |(steps, _)| steps);
        if parsed.steps > bound::ALL {
            return Err(Box::new(self.at(planned, owner, TEMPLATE, &bound::too_slow(bound::ALL, " for one profile"))));
        }

        let tree = self.parse(planned, owner, &marks, &mut parsed.texts)?;
        let because = &planned.context.from;
        Ok(Fill { marks: &marks, paths: &self.paths, kept: desk.kept(), because }.tree(&tree))
    }

    fn at(&self, planned: &Planned, owner: &Owner, rule: &'static Rule, what: &str) -> Diagnostic {
        let file = self.files.iter().find(|(name, _)| **name == *planned.template).map(|(_, file)| *file);
        let d = Diagnostic::new(rule, format!("the template of `{}` {what}", owner.id));
        d.at(file.map(|file| Span { file, start: 0, end: 0 }))
    }

    /// A template that writes on and on, at the line where it was stopped, which only a traced run knows.
    fn endless(&self, planned: &Planned, owner: &Owner, marks: &mark::Marks) -> Diagnostic {
        let d = self.at(planned, owner, TEMPLATE_SIZE, &bound::Output::full());
        let end = marks.text.len() as u32;
        let place = marks.place(Span { file: FileId::default(), start: end, end }, &self.paths);
        Diagnostic { span: place.and_then(|place| self.template_span(&place)).or(d.span), ..d }
    }

    /// The rendered text as a tree. A text that is no YAML is the template's mistake: the rendered line is shown.
    fn parse(
        &self,
        planned: &Planned,
        owner: &Owner,
        marks: &mark::Marks,
        before: &mut BTreeMap<String, Arc<Tree<Span>>>,
    ) -> Result<Arc<Tree<Span>>, Box<Diagnostic>> {
        let text = marks.text.as_str();
        if let Some(tree) = before.get(text) {
            return Ok(tree.clone());
        }
        // Marks need places; so does the message of a text that cannot be read.
        let bare = if self.traced { None } else { node::parse_bare(text, Dialect::Manifest) };
        let tree = Arc::new(match bare {
            Some(tree) => tree,
            None => self.parse_with_places(planned, owner, marks)?,
        });
        before.insert(text.to_owned(), tree.clone());
        Ok(tree)
    }

    fn parse_with_places(
        &self,
        planned: &Planned,
        owner: &Owner,
        marks: &mark::Marks,
    ) -> Result<Tree<Span>, Box<Diagnostic>> {
        let mut local = Sources::default();
        let text = marks.text.as_str();
        let file = local.add(planned.template, text);
        node::parse(&local, file, Dialect::Manifest).map_err(|error| {
            let place = error.span.map(|span| local.place(span).line).unwrap_or_default();
            let line = text.lines().nth(place.saturating_sub(1)).unwrap_or_default().trim();
            let line = leak::masked(&emit::within(line, &[]));
            let what = match self.hidden.contains(planned.template) {
                true => format!("does not write YAML (rendered line {place})"),
                false => format!("does not write YAML: {} (rendered line {place}: `{line}`)", error.message),
            };
            let d = self.at(planned, owner, TEMPLATE_YAML, &what);
            // Only a traced run knows the line that wrote it.
            let place = error.span.and_then(|span| marks.place(span, &self.paths));
            let wrote = place.and_then(|place| self.template_span(&place));
            Box::new(Diagnostic { span: wrote.or(d.span), ..d })
        })
    }
}

/// Puts values where their stand-ins are, with the origins of each leaf.
struct Fill<'f> {
    marks: &'f mark::Marks,
    paths: &'f [Arc<str>],
    kept: Vec<Kept>,
    /// Why the whole object is there.
    because: &'f From,
}

impl Fill<'_> {
    fn tree(&self, tree: &Tree<Span>) -> Tree<Origin> {
        let place = self.place(tree.from);
        let kind = match &tree.kind {
            Kind::String(text) => match emit::number_of(text).and_then(|number| self.kept.get(number)) {
                Some(kept) => {
                    let place = place.map(|place| and_control(&place, &kept.control));
                    return with_settings(&kept.node, place.as_ref());
                }
                None => return self.written(text, place),
            },
            Kind::Null => Kind::Null,
            Kind::Bool(value) => Kind::Bool(*value),
            Kind::Number(number) => Kind::Number(number.clone()),
            Kind::Secret(secret) => Kind::Secret(secret.clone()),
            Kind::List(list) => Kind::List(list.iter().map(|item| self.tree(item)).collect()),
            Kind::Map(map) => Kind::Map(Map::of(map.entries().map(|(key, entry)| {
                let key_from = self.place(entry.key_from);
                (self.key(key), Entry { key_from, value: self.tree(&entry.value) })
            }))),
        };
        Tree::new(kind, place)
    }

    fn place(&self, span: Span) -> Origin {
        let place = self.marks.place(span, self.paths)?;
        Some(if self.because.ids().is_empty() { place } else { Arc::new(and_control(&place, self.because.ids())) })
    }

    /// A text of the template, with the values that stand in it.
    fn written(&self, text: &Arc<str>, place: Origin) -> Tree<Origin> {
        let place = place.map(|place| {
            let inside = emit::numbers(text).into_iter().filter_map(|number| self.kept.get(number));
            inside.fold(place, |place, kept| Arc::new(and_control(&place, &kept.control).and(kept.node.from.ids())))
        });
        Tree::new(Kind::String(self.text(text)), place)
    }

    fn key(&self, key: &Arc<str>) -> Arc<str> {
        match emit::number_of(key).and_then(|number| self.kept.get(number)) {
            Some(kept) => kept.node.to_string().into(),
            None => self.text(key),
        }
    }

    fn text(&self, text: &Arc<str>) -> Arc<str> {
        if text.contains(emit::STAND_IN) { emit::within(text, &self.kept).into() } else { text.clone() }
    }
}

/// A value at a template's line. Why a map or list is there is why its parts are.
fn with_settings(node: &Node, place: Option<&Place>) -> Tree<Origin> {
    let Some(place) = place else { return node.map_from(&mut |_| None) };
    let own = |from: &From| Some(Arc::new(Place { settings: from.ids().to_vec(), ..place.clone() }));
    let inner = and_control(place, node.from.ids());
    let kind = match &node.kind {
        Kind::List(list) => Kind::List(list.iter().map(|item| with_settings(item, Some(&inner))).collect()),
        Kind::Map(map) => Kind::Map(Map::of(map.entries().map(|(key, entry)| {
            let value = with_settings(&entry.value, Some(&inner));
            (key.clone(), Entry { key_from: own(&entry.key_from), value })
        }))),
        _ => return node.map_from(&mut |from| own(from)),
    };
    Tree::new(kind, own(&node.from))
}

/// The same place, there for these reasons too.
fn and_control(place: &Place, ids: &[u32]) -> Place {
    let more = ids.iter().copied().filter(|id| !place.control.contains(id));
    Place { control: place.control.iter().copied().chain(more).collect(), ..place.clone() }
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
    if error.kind() == ErrorKind::OutOfFuel {
        let message = format!("the template {}{whose}", bound::too_slow(bound::STEPS, ""));
        return Diagnostic::new(TEMPLATE, message).at(span).hint("let its loops run less often");
    }
    Diagnostic::new(TEMPLATE, format!("{}: {what}{whose}", error.kind())).at(span)
}

fn line_spans(sources: &Sources, file: FileId) -> Vec<Span> {
    let lines = sources.get(file).text.lines().count();
    (1..=lines).map(|line| sources.line(file, line)).collect()
}

fn environment(
    all: &[Template],
    files: &[(Arc<str>, FileId)],
    sources: &Sources,
    marked: bool,
    bounded: bool,
) -> Result<Environment<'static>, Diagnostic> {
    let mut environment = Environment::new();
    environment.set_fuel(bounded.then_some(bound::STEPS));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
    environment.set_formatter(emit::formatter);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(|error| template_error(files, &error, None, sources))?);
    environment
        .add_filter(templates::INDENT, |text: &str, by: usize| Value::from_safe_string(templates::indent(text, by)));
    if marked {
        add_marks(&mut environment);
    }
    for (number, template) in all.iter().enumerate() {
        let text = if marked { mark::instrument(number, &template.text) } else { template.text.clone() };
        let text = templates::indent_includes(&text);
        let added = environment.add_template_owned(template.name.to_string(), text);
        added.map_err(|error| template_error(files, &error, None, sources))?;
    }
    Ok(environment)
}

/// The functions that marked templates call.
fn add_marks(environment: &mut Environment) {
    environment.add_function(mark::CALL, |state: &State, template: usize, line: usize| {
        let ids = at_desk(state, Desk::control);
        Value::from_safe_string(mark::line(template, line, &ids.unwrap_or_default()))
    });
    let open: fn(&Desk) = |desk| desk.open(false);
    let round: fn(&Desk) = |desk| desk.open(true);
    let calls = [(mark::OPEN, open), (mark::LOOP, round), (mark::CLOSE, Desk::close), (mark::FORGET, Desk::forget)];
    for (name, call) in calls {
        environment.add_function(name, move |state: &State| {
            at_desk(state, call);
            Value::from_safe_string(String::new())
        });
    }
}

fn at_desk<T>(state: &State, call: impl FnOnce(&Desk) -> T) -> Option<T> {
    let desk = state.lookup(view::DESK)?;
    desk.downcast_object_ref::<Desk>().map(call)
}

/// Puts the values of a Secret in, which no template has seen.
fn open_values(body: &mut Tree<Origin>, planned: &Planned) {
    let Some(data) = body.as_map_mut().and_then(|map| map.get_mut("data")).and_then(Tree::as_map_mut) else { return };
    for (key, value) in &planned.values {
        if let Some(node) = data.get_mut(key) {
            node.kind = Kind::Secret(Arc::new(value.clone()));
        }
    }
}

/// A Job's name with ten hexadecimal digits of its spec's hash.
fn hash_name(body: &mut Tree<Origin>) {
    let name = body.at(&["metadata", "name"]).and_then(Tree::as_str).unwrap_or_default().to_owned();
    rename(body, &name);
}

/// Names a Job anew after its spec was patched: `base` is the name before the hash.
pub fn rename(body: &mut Tree<Origin>, base: &str) {
    let spec = body.get("spec").map(|spec| spec.to_json().to_string()).unwrap_or_default();
    let hash = crate::plan::config::hex(&Sha256::digest(spec));
    let made_from = body.get("spec").map(resource::cited).unwrap_or_default();
    let name = body
        .as_map_mut()
        .and_then(|map| map.get_mut("metadata"))
        .and_then(Tree::as_map_mut)
        .and_then(|map| map.get_mut("name"));
    if let Some(name) = name {
        let hashed = format!("{base}-{}", &hash[..10]);
        name.kind = Kind::String(hashed.into());
        name.from = name.from.as_ref().map(|place| Arc::new(place.and(&made_from)));
    }
}
