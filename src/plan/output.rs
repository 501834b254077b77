//! What a component offers to others: `${redis.cache.host}`, `${postgres.db.url}`.
//!
//! Owns: the outputs of each kind in each mode, and which of them are secret (those of stores are in `store.rs`).
//! Does not own: where a secret ends up (`secret.rs`), the syntax of references (`reference.rs`), nor what is said of one that
//! leads nowhere (`dangling.rs`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::node::Node;
use super::piece::{self, Home, Piece, Secretive, encoded, in_url, push_text};
use super::reference::{self, DANGLING_REFERENCE, Part, Reference, SECTIONS, not_a_reference};
use crate::access::fault::TOO_LARGE;
use crate::diag::{Diagnostic, suggest};
use crate::format;
use crate::project::schema;
use crate::settings::{From, Settings};
use crate::source::Span;
use crate::tree::{Kind, Tree};

crate::declare! {
    /// a file's key stands inside a text
    ///
    /// A reference to a file's key stands inside a text. A file can be mounted, but not put into a variable.
    /// Fix: under `files`, write the reference alone: `files: {/etc/app.toml: "${configs.app.app.toml}"}`.
    FILE_HERE = "file-here", Error;

    /// `${...}` that is no reference
    ///
    /// `${...}` does not read as a reference, or names a component without saying which of its outputs.
    /// Fix: `${redis.cache.url}`; a literal `${` is written `$${`.
    BAD_REFERENCE = "bad-reference", Error;

    /// references lead back to where they began
    ///
    /// References lead back to where they began, so that none of them has a value.
    REFERENCE_CYCLE = "reference-cycle", Error;

    /// a reference leads through too many others
    ///
    /// A reference leads through more than 32 others behind each other, or 1000 in all: texts that name texts that name
    ///   texts grow tenfold with each step.
    /// Fix: refer to what is meant itself.
    REFERENCE_TOO_LONG = "reference-too-long", Error;

    /// a name that needs a namespace, without one
    ///
    /// `${namespace}` or a full host name needs `namespace:`, which the profile does not say.
    /// Fix: add `namespace: NAME`, or use `host` in place of `fqdn`.
    NO_NAMESPACE = "no-namespace", Error;

    /// a secret stands where everybody reads it
    ///
    /// A secret stands where everybody can read it: an argument, a label, a ConfigMap.
    /// Fix: secrets may stand in `env`, in `files` and in `secrets`.
    SECRET_HERE = "secret-here", Error;
}

/// What a reference, or a text with references, gives.
#[derive(Clone, Debug)]
pub enum Output {
    Plain(Node),
    Secret(Secretive),
}

impl Output {
    /// Made from these too.
    pub fn of(self, from: &From) -> Self {
        match self {
            Output::Plain(plain) => Output::Plain(plain.of(from)),
            Output::Secret(secret) => {
                Output::Secret(Secretive { from: secret.from.and(from), made: secret.made.and(from), ..secret })
            }
        }
    }
}

/// References behind each other: what a person writes has three or four, and each takes stack.
const DEEPEST: usize = 32;
/// References that one reference leads through: ten that name ten others each, and so on, would never end.
const MOST: usize = 1000;
/// Bytes of a text: what a ConfigMap takes.
const LARGEST: usize = 1 << 20;

/// Resolves references of one profile.
pub struct Resolver<'s> {
    pub settings: &'s Settings,
    /// What is being resolved now; a reference back into it is a cycle.
    stack: RefCell<Vec<String>>,
    /// How many references were followed for the one that stands in a text.
    followed: Cell<usize>,
    /// The components that were reached since the last [`Resolver::reached`].
    reached: RefCell<BTreeSet<Reached>>,
}

/// A component (`redis.cache`) and what of it was asked for (`url/1`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    pub component: String,
    pub output: String,
}

pub type Answer<T> = Result<T, Box<Diagnostic>>;

impl<'s> Resolver<'s> {
    pub fn new(settings: &'s Settings) -> Self {
        Self { settings, stack: RefCell::default(), followed: Cell::default(), reached: RefCell::default() }
    }

    /// What resolving has touched since the last call.
    pub fn reached(&self) -> BTreeSet<Reached> {
        self.reached.take()
    }

    /// A text that may not hold secrets. A text that is one reference keeps the type of what it names.
    pub fn plain(&self, node: &Node) -> Answer<Node> {
        match self.value(node)? {
            Output::Plain(plain) => Ok(plain),
            Output::Secret(_) => Err(Box::new(
                Diagnostic::new(
                    SECRET_HERE,
                    format!("{node} holds a secret, which may not stand here", node = quoted(node)),
                )
                .at(self.settings.span(&node.from))
                .hint("secrets may stand in `env`, in `files` and in `secrets`"),
            )),
        }
    }

    /// A text that may hold secrets.
    pub fn value(&self, node: &Node) -> Answer<Output> {
        let Some(text) = node.as_str().filter(|text| schema::has_reference(text)) else {
            return Ok(Output::Plain(node.clone()));
        };
        let parts = reference::parse(text).map_err(|(at, reason)| self.bad(node, at, reason))?;
        if let [Part::Reference(reference)] = &parts[..] {
            return Ok(match self.reference(reference, node)? {
                Output::Plain(plain) => Output::Plain(Tree { from: node.from.and(&plain.from), kind: plain.kind }),
                Output::Secret(secret) => Output::Secret(secret.named_by(&node.from)),
            });
        }
        self.mixed(&parts, node)
    }

    fn mixed(&self, parts: &[Part], node: &Node) -> Answer<Output> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut from = node.from.clone();
        let mut size = 0;
        for part in parts {
            match part {
                Part::Text(text) => push_text(&mut pieces, text),
                Part::Reference(reference) => match self.reference(reference, node)? {
                    Output::Plain(plain) => {
                        from = from.and(&plain.from);
                        let text = plain.to_string();
                        size += text.len();
                        push_text(&mut pieces, &text);
                    }
                    Output::Secret(secret) => {
                        from = from.and(&secret.from);
                        let encode = in_url(&pieces) && secret.is_raw();
                        size += secret.pieces.iter().map(piece::size).sum::<usize>();
                        pieces.extend(secret.pieces.into_iter().map(|piece| encoded(piece, encode)));
                    }
                },
            }
            if size > LARGEST {
                let message = format!("with what its references stand for this text has more than {LARGEST} bytes");
                let d = Diagnostic::new(TOO_LARGE, message).at(self.settings.span(&node.from));
                return Err(Box::new(d.hint("neither a ConfigMap nor a Secret takes more")));
            }
        }
        let whole = Secretive { home: None, pieces, made: from.clone(), home_from: node.from.clone(), from };
        Ok(match whole.plain() {
            Some(text) => Output::Plain(Tree::new(Kind::String(text.into()), whole.from)),
            None => Output::Secret(whole),
        })
    }

    fn bad(&self, node: &Node, at: usize, reason: String) -> Box<Diagnostic> {
        Box::new(Diagnostic::new(BAD_REFERENCE, reason).at(self.place(node, at)))
    }

    /// The place of byte `at` of a string: exact for plain scalars, the scalar's own place for others.
    fn place(&self, node: &Node, at: usize) -> Option<Span> {
        let span = self.settings.span(&node.from)?;
        let length = node.as_str().map_or(0, str::len) as u32;
        let exact = span.end - span.start == length || span.end - span.start == length + 2;
        let skip = if span.end - span.start == length { 0 } else { 1 };
        Some(if exact { Span { start: span.start + skip + at as u32, ..span } } else { span })
    }

    /// One reference; `node` is where it stands.
    pub fn reference(&self, reference: &Reference, node: &Node) -> Answer<Output> {
        if self.stack.borrow().contains(&reference.text) {
            let mut path = self.stack.borrow().clone();
            path.push(reference.text.clone());
            let first = path.iter().position(|text| *text == reference.text).unwrap_or_default();
            let message = format!("references go in a circle: {}", suggest::circle(&path[first..]));
            let d = Diagnostic::new(REFERENCE_CYCLE, message).once();
            return Err(Box::new(d.at(self.place(node, reference.at))));
        }
        let depth = self.stack.borrow().len();
        self.followed.set(if depth == 0 { 0 } else { self.followed.get() + 1 });
        if depth >= DEEPEST || self.followed.get() > MOST {
            let message = format!("`${{{}}}` leads through too many other references", reference.text);
            let hint = format!("at most {DEEPEST} behind each other and {MOST} in all: refer to what is meant itself");
            let d = Diagnostic::new(REFERENCE_TOO_LONG, message);
            return Err(Box::new(d.at(self.place(node, reference.at)).hint(hint)));
        }
        self.stack.borrow_mut().push(reference.text.clone());
        let answer = self.lookup(reference, node);
        self.stack.borrow_mut().pop();
        answer
    }

    fn lookup(&self, reference: &Reference, node: &Node) -> Answer<Output> {
        let here = || {
            self.place(node, reference.at)
                .map(|span| Span { end: span.start + reference.text.len() as u32 + 3, ..span })
        };
        let (section, name, output) = reference.words();
        if name.is_none() {
            return self.word(section, node).map_err(|d| Box::new(d.at(here())));
        }
        if let ("images", Some(name)) = (section, name) {
            let Some(image) = self.component(section, name) else {
                return Err(Box::new(self.dangling(section, name).at(here())));
            };
            let whole = self.image(reference, image, output).map_err(|d| Box::new(d.at(here())))?;
            return Ok(Output::Plain(whole));
        }
        let (Some(name), Some(output)) = (name, output) else {
            let d = Diagnostic::new(BAD_REFERENCE, format!("`${{{}}}` names no output", reference.text)).at(here());
            let known = name.and_then(|name| self.component(section, name)).map(|c| self.outputs(section, c));
            let hint = |known: Vec<String>| {
                format!("`{}` has {}", reference.text, suggest::all_of(known.iter().map(String::as_str)))
            };
            let hint = known.filter(|known| !known.is_empty()).map(hint);
            return Err(Box::new(d.maybe_hint(hint.or_else(|| self.unnamed(section, name?)))));
        };
        let Some(component) = self.component(section, name) else {
            return Err(Box::new(self.dangling(section, name).at(here())));
        };
        if matches!(section, "redis" | "postgres" | "apps") {
            let reached = Reached { component: format!("{section}.{name}"), output: output.to_owned() };
            self.reached.borrow_mut().insert(reached);
        }
        let answer = match section {
            "redis" => of_mode(self.redis(name, component, output)?, component),
            "postgres" => of_mode(self.postgres(name, component, output)?, component),
            "apps" => self.app(name, component, output, here())?,
            "configs" => self.config(component, output, here())?,
            _ => self.secret(name, component, output)?,
        };
        answer.ok_or_else(|| Box::new(self.no_output(section, name, component, output).at(here())))
    }

    /// `project`, `profile`, `namespace`.
    fn word(&self, word: &str, _: &Node) -> Result<Output, Diagnostic> {
        let root = &self.settings.root;
        match word {
            "profile" => Ok(Output::Plain((&*self.settings.profile).into())),
            "project" => Ok(Output::Plain(root.get("project").cloned().unwrap_or_default())),
            "namespace" => match self.namespace() {
                Some(name) => Ok(Output::Plain(name)),
                None => Err(Diagnostic::new(NO_NAMESPACE, "there is no `namespace`")
                    .in_profile(&self.settings.profile)
                    .hint("add `namespace: NAME` at the top level or to the profile")),
            },
            _ => {
                let known = ["project", "profile", "namespace"];
                let d = Diagnostic::new(DANGLING_REFERENCE, format!("`${{{word}}}` names nothing"));
                Err(d.hint(suggest::did_you_mean(word, known).unwrap_or_else(|| not_a_reference(word))))
            }
        }
    }

    pub fn namespace(&self) -> Option<Node> {
        let node = self.settings.root.at(&["namespace", "name"])?;
        self.plain(node).ok()
    }

    fn component(&self, section: &str, name: &str) -> Option<&'s Node> {
        if !SECTIONS.contains(&section) {
            return None;
        }
        self.settings.root.at(&[section, name])
    }

    /// A setting of a component, with its references put in.
    pub fn setting(&self, component: &Node, key: &str) -> Answer<Option<Node>> {
        component.get(key).filter(|node| !node.is_null()).map(|node| self.plain(node)).transpose()
    }

    /// The name of the Service in front of a store or an app.
    pub fn service(&self, section: &str, name: &str, component: &Node) -> Answer<Node> {
        let said = if section == "apps" { None } else { self.setting(component, "service")? };
        Ok(said.unwrap_or_else(|| Tree::new(Kind::String(name.into()), self.key_from(section, name))))
    }

    /// Where a component's name is written.
    pub fn key_from(&self, section: &str, name: &str) -> From {
        let section = self.settings.root.get(section).and_then(Tree::as_map);
        section.and_then(|map| map.entry(name)).map(|entry| entry.key_from.clone()).unwrap_or_default()
    }

    /// Where the name of a Secret is written: its own, or that of the component that brings it.
    pub fn named(&self, secret: &str) -> From {
        let sections = ["secrets", "redis", "postgres"].iter();
        sections.fold(From::Nowhere, |from, section| from.and(&self.key_from(section, secret)))
    }

    pub fn fqdn(&self, host: &Node) -> Answer<Node> {
        let namespace = self.word("namespace", host).map_err(|d| {
            Box::new(
                d.at(self.settings.span(&host.from))
                    .hint("`fqdn` needs one; or use `host`, which resolves within the namespace"),
            )
        })?;
        let Output::Plain(namespace) = namespace else { return Ok(Tree::null()) };
        let text = format!("{host}.{namespace}.svc.cluster.local");
        Ok(Tree::new(Kind::String(text.into()), host.from.and(&namespace.from)))
    }

    fn app(&self, name: &str, app: &Node, output: &str, here: Option<Span>) -> Answer<Option<Output>> {
        let host = self.service("apps", name, app)?;
        if !matches!(output, "host" | "fqdn" | "port" | "url") {
            return Ok(None);
        }
        let Some(port) = super::port::service_port(app).map(|port| self.plain(&port)).transpose()? else {
            let none = app.get("service").and_then(Tree::as_str) == Some("none");
            let (why, hint) = if none {
                ("`service: none`", "remove `service: none`".to_owned())
            } else {
                ("no `port`", format!("add `port:` to `apps.{name}`"))
            };
            let d = Diagnostic::new(DANGLING_REFERENCE, format!("`apps.{name}` has no Service: it has {why}"));
            let cause = self.settings.span(&self.key_from("apps", name));
            return Err(Box::new(because(d.at(here).hint(hint), cause)));
        };
        Ok(Some(Output::Plain(match output {
            "host" => host,
            "fqdn" => self.fqdn(&host)?,
            "port" => port,
            _ => {
                let suffix = if port.as_i64() == Some(80) { String::new() } else { format!(":{port}") };
                Tree::new(Kind::String(format!("http://{host}{suffix}").into()), host.from.and(&port.from))
            }
        })))
    }

    /// `${images.shop}`, put together of what is said; `${images.shop.tag}`, a part of it.
    fn image(&self, reference: &Reference, image: &Node, part: Option<&str>) -> Result<Node, Diagnostic> {
        let said = |key: &str| self.setting(image, key).map_err(|d| *d);
        let (name, tag, digest) = (said("name")?, said("tag")?, said("digest")?);
        let none = |what: &str| Diagnostic::new(DANGLING_REFERENCE, format!("`{}` has no {what}", reference.text));
        let name = name.ok_or_else(|| none("`name`").hint("write `{name: REGISTRY/IMAGE, tag: TAG}`"))?;
        let text = name.to_string();
        let Ok(parsed) = format::image(&text) else { return Err(none("image that can be read")) };
        let end = [parsed.tag.map(|tag| tag.len() + 1), parsed.digest.map(|digest| digest.len() + 1)];
        let base = &text[..text.len() - end.into_iter().flatten().sum::<usize>()];
        let of = |own: Option<&str>| own.map(|own| Node::from(own).of(&name.from));
        // Another tag is another image: a digest beside the old one does not stay.
        let digest = digest.or_else(|| of(parsed.digest.filter(|_| tag.is_none())));
        let tag = tag.or_else(|| of(parsed.tag));
        let from = [&tag, &digest].into_iter().flatten().fold(name.from.clone(), |from, node| from.and(&node.from));
        match part {
            None => {
                let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
                let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
                Ok(Tree::new(Kind::String(format!("{base}{tag}{digest}").into()), from))
            }
            Some("name") => Ok(Node::from(base).of(&name.from)),
            Some("tag") => tag.ok_or_else(|| none("tag")),
            Some("digest") => digest.ok_or_else(|| none("digest")),
            Some(_) => Err(none("such part").hint("it has `name`, `tag` and `digest`")),
        }
    }

    fn config(&self, config: &Node, key: &str, here: Option<Span>) -> Answer<Option<Output>> {
        let Some(content) = config.get(key) else { return Ok(None) };
        match content.get("value") {
            Some(value) => self.plain(value).map(|value| Some(Output::Plain(value))),
            None => {
                let message = format!("key `{key}` is a file, which can be mounted but not put into a text");
                let d = Diagnostic::new(FILE_HERE, message).at(here);
                let cause = content.get("file").and_then(|file| self.settings.span(&file.from));
                Err(Box::new(because(d.hint("under `files`, a value that is this one reference mounts it"), cause)))
            }
        }
    }

    fn secret(&self, name: &str, secret: &Node, key: &str) -> Answer<Option<Output>> {
        let Some(source) = secret.get(key) else { return Ok(None) };
        let home = Home::new(name, key);
        let from = self.key_from("secrets", name);
        let composed = source.get("value").filter(|value| value.as_str().is_some_and(schema::has_reference));
        let Some(value) = composed else { return Ok(Some(Output::Secret(Secretive::at(home, from)))) };
        Ok(Some(Output::Secret(match self.value(value)? {
            Output::Plain(text) => Secretive::of(home, vec![Piece::Text(text.to_string())], from.and(&text.from), from),
            Output::Secret(inner) => Secretive::of(home, inner.pieces, from.and(&inner.from), from),
        })))
    }
}

/// What a store offers depends on what it is.
fn of_mode(output: Option<Output>, store: &Node) -> Option<Output> {
    let mode = store.get("mode").map(|mode| mode.from.clone()).unwrap_or_default();
    output.map(|output| output.of(&mode))
}

fn quoted(node: &Node) -> String {
    format!("`{node}`")
}

/// A mistake is shown where the reference stands, with where its cause stands.
fn because(d: Diagnostic, cause: Option<Span>) -> Diagnostic {
    match cause {
        Some(cause) => d.note(cause, "because of this"),
        None => d,
    }
}
