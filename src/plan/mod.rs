//! One profile's components, ready to render: which objects there are and what each template sees.
//!
//! Owns: the order of planning (configs, then what refers to them, then secrets and policies that depend on what was
//! referred to), the wiring, and what several components must agree on.
//! Does not own: YAML (`render`), files and the environment ([`Inputs`] brings them).

pub mod admission;
pub mod app;
pub mod backup;
pub mod barman;
pub mod cluster;
pub mod cnpg;
pub mod config;
pub mod container;
pub mod dangling;
pub mod database;
pub mod delivery;
pub mod env;
pub mod exporter;
pub mod external;
pub mod facts;
pub mod gather;
pub mod given;
pub mod job;
pub mod keep;
pub mod label;
pub mod layout;
pub mod member;
pub mod mode;
pub mod need;
pub mod node;
pub mod object;
pub mod operator;
pub mod output;
pub mod parameter;
pub mod piece;
pub mod placeholder;
pub mod placement;
pub mod planner;
pub mod pod;
pub mod policy;
pub mod port;
pub mod postgres;
pub mod probe;
pub mod provider;
pub mod proxy;
pub mod redis;
pub mod reference;
pub mod resolve;
pub mod resources;
pub mod rollout;
pub mod route;
pub mod s3;
pub mod scaling;
pub mod sealed;
pub mod secret;
pub mod security;
pub mod sentinel;
pub mod server;
pub mod service;
pub mod sops;
pub mod store;
pub mod upload;
pub mod volume;
pub mod wait;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Report};
use crate::files::Files;
use crate::project::language;
use crate::project::schema::Type;
use crate::secret::Secret;
use crate::settings::{From, Settings};
use crate::source::Span;
use crate::tree::{Map, Tree};
use facts::Facts;
use label::Owner;
use node::{Node, get, take};
use output::{Reached, Resolver};
use provider::Provider;
use wire::Wire;

crate::declare! {
    /// older servers than kgen writes for
    ///
    /// `kubernetes` is the oldest server that the tree must work with. kgen writes `ReadWriteOncePod` claims and
    ///   sidecars as init containers, which are on from 1.29.
    /// Fix: say `kubernetes: "1.29"` or later.
    /// Source: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
    KUBERNETES_VERSION = "kubernetes-version", Error;

    /// two things of one name
    ///
    /// Two components have one name: their pods would carry the same labels, and the Service of one would send requests
    ///   to the other.
    /// Fix: rename one of the two.
    DUPLICATE_NAME = "duplicate-name", Error;
}

/// How the value of an `env:` or `file:` secret is had: by kind and name, or why not.
pub type Values<'v> = &'v (dyn Fn(&str, &str) -> Result<Secret<String>, String> + Sync);

/// What the machine brings: files that the project names, and values for the stream.
pub struct Inputs<'i> {
    pub files: &'i Files,
    /// Values of `env:` and `file:` secrets, `None` when the tree is rendered: they are never written to it.
    pub values: Option<Values<'i>>,
    /// Encrypted files by path, read; `None` where it is asked what is needed before it is there.
    pub ciphers: Option<&'i Ciphers>,
    /// The one profile whose objects are wanted; all where there is none. Of the others only the mistakes are.
    pub printed: Option<&'i str>,
}

/// Files of `sealed` and `sops`: `secrets/prod/app.sealed.yaml`.
pub type Ciphers = BTreeMap<String, Tree<Span>>;

impl Inputs<'_> {
    pub fn wants(&self, profile: &str) -> bool {
        self.printed.is_none_or(|printed| printed == profile)
    }

    /// The value of a source, `None` where it may not be asked for.
    pub fn value(&self, kind: &str, name: &str) -> Option<Result<Secret<String>, String>> {
        self.values.map(|values| values(kind, name))
    }
}

/// One object to render.
#[derive(Clone, Debug)]
pub struct Planned {
    pub template: &'static str,
    pub context: Node,
    /// Values of a Secret's keys, which templates do not see.
    pub values: Vec<(String, Secret<String>)>,
    pub stream_only: bool,
    /// The name gets a hash of the spec behind it.
    pub hash_name: bool,
    pub role: Role,
    pub keeps: Keeps,
}

/// What an object is of its component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    #[default]
    Own,
    /// It leads to a store's primary.
    Proxy,
    /// It saves a store's data.
    Backup,
}

/// What is lost with an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeps {
    #[default]
    Nothing,
    /// Data: a claim's; or a namespace with all that is in it.
    Data,
    /// The claims of a store that retains them, as long as it is there.
    Store,
    /// Values that nothing makes again.
    Values,
}

impl Planned {
    pub fn new(template: &'static str, context: Node) -> Self {
        let (role, keeps) = (Role::default(), Keeps::default());
        Self { template, context, values: Vec::new(), stream_only: false, hash_name: false, role, keeps }
    }

    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    pub fn keeping(self, keeps: Keeps) -> Self {
        Self { keeps, ..self }
    }

    /// What decided that there is such an object.
    pub fn because(mut self, from: &From) -> Self {
        self.context = self.context.of(from);
        self
    }
}

#[derive(Debug, Default)]
pub struct Plan {
    pub profile: Arc<str>,
    pub namespace: Option<String>,
    pub objects: Vec<(Owner, Planned)>,
    pub wires: BTreeSet<Wire>,
    pub manifests: Vec<Node>,
    pub patches: Vec<Node>,
    /// The project's labels, for objects that it writes itself.
    pub labels: Node,
    /// Annotations of what no tool may prune.
    pub protection: Node,
    /// Names of objects outside the project that its objects refer to, by kind.
    pub existing: BTreeSet<(String, String)>,
    /// `existing` secrets: someone else creates these.
    pub foreign_secrets: bool,
    /// By component.
    pub facts: BTreeMap<Arc<str>, Arc<Facts>>,
    /// Every secret value that is needed.
    pub secrets: Vec<need::Needed>,
}

/// The state of planning one profile.
pub struct Planner<'p> {
    pub settings: &'p Settings,
    pub resolver: Resolver<'p>,
    pub inputs: &'p Inputs<'p>,
    pub report: Report,
    pub secrets: need::Registry,
    pub provider: Provider,
    /// The project's own, for every object.
    pub labels: Node,
    pub annotations: Node,
    secrets_reported: bool,
    wires: BTreeSet<Wire>,
    /// What each key of a config or secret refers to; its readers are wired to that too.
    through: BTreeMap<String, BTreeSet<(String, Reached)>>,
    /// Of each config, by name.
    checksums: BTreeMap<String, (String, From)>,
    guarded: Vec<policy::Guarded>,
    /// Redis with Sentinel of which something uses the one address: `redis.cache`.
    pub proxied: BTreeSet<String>,
    /// Selectors of pods that stand before a store, by its id.
    fronts: BTreeMap<String, Vec<Node>>,
    /// By id.
    owners: BTreeMap<String, Owner>,
    existing: BTreeSet<(String, String)>,
    facts: BTreeMap<Arc<str>, Facts>,
}

/// Plans one profile. Where the report has errors, the plan is not one to render.
pub fn plan(settings: &Settings, inputs: &Inputs) -> (Plan, Report) {
    let mut cx = Planner {
        settings,
        resolver: Resolver::new(settings),
        inputs,
        report: Report::new(),
        secrets: need::Registry::default(),
        provider: Provider::None,
        labels: Node::null(),
        annotations: Node::null(),
        secrets_reported: false,
        wires: BTreeSet::new(),
        through: BTreeMap::new(),
        checksums: BTreeMap::new(),
        guarded: Vec::new(),
        proxied: proxy::wanted(&settings.root),
        fronts: BTreeMap::new(),
        owners: BTreeMap::new(),
        existing: BTreeSet::new(),
        facts: BTreeMap::new(),
    };
    // `resolve::top` has put in their references: a second time would read `$${x}` as one.
    cx.labels = take(&settings.root, "labels");
    cx.annotations = take(&settings.root, "annotations");
    cx.provider = Provider::of_profile(&mut cx);
    server(&mut cx);
    let (manifests, patches) = (take(&settings.root, "manifests"), take(&settings.root, "patches"));
    let mut objects = objects(&mut cx);
    let protection = delivery::protection(&settings.root);
    delivery::protect(&mut objects, &protection);
    let needed = need::needed(&cx);
    let plan = Plan {
        profile: settings.profile.clone(),
        namespace: cx.resolver.namespace().map(|node| node.to_string()),
        objects,
        wires: cx.wires,
        manifests: manifests.as_list().map(<[Node]>::to_vec).unwrap_or_default(),
        patches: patches.as_list().map(<[Node]>::to_vec).unwrap_or_default(),
        labels: cx.labels,
        protection,
        existing: cx.existing,
        facts: cx.facts.into_iter().map(|(id, facts)| (id, Arc::new(facts))).collect(),
        foreign_secrets: cx.provider == Provider::Existing,
        secrets: needed,
    };
    (plan, cx.report)
}

/// The oldest server that takes what kgen writes: `ReadWriteOncePod` and sidecars are on from here.
/// Source: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
pub const OLDEST: u32 = 29;

/// `kubernetes:` below what every tree needs.
fn server(cx: &mut Planner) {
    let said = take(&cx.settings.root, "kubernetes");
    let minor = said.as_str().and_then(|text| text.split_once('.')?.1.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor < OLDEST) {
        let message = format!("kgen writes for Kubernetes 1.{OLDEST} and later, not for {said}");
        let d = Diagnostic::new(KUBERNETES_VERSION, message).at(cx.span_in(&said));
        cx.report.push(d.hint("claims are `ReadWriteOncePod` and sidecars are init containers that restart"));
    }
}

fn objects(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    names(cx);
    let mut out = namespace(cx);
    secret_wires(cx);
    out.extend(config::plan(cx));
    need::declare(cx);
    for section in SECTIONS {
        let components = take(&cx.settings.root, section.key);
        for (name, entry) in components.as_map().into_iter().flat_map(Map::entries) {
            let owner = Owner {
                id: format!("{}.{name}", section.key),
                section: section.key,
                name: name.to_string(),
                from: entry.key_from.clone(),
            };
            let node = resolve::component(&cx.resolver, section.ty, &entry.value, &owner.id, &mut cx.report);
            cx.wire_settings(&owner);
            cx.owners.insert(owner.id.clone(), owner.clone());
            // Which objects there are.
            let because = take(&node, "mode").from.and(&take(&node, "workload").from);
            let planned = (section.plan)(cx, &owner, &node).into_iter();
            let planned = planned.map(|planned| (owner.clone(), planned.because(&because)));
            // What nobody renders would be most of the memory.
            out.extend(planned.filter(|_| cx.inputs.wants(&cx.settings.profile)));
        }
    }
    out.extend(policy::plan(cx));
    need::arrange(cx);
    out.extend(secret::plan(cx));
    out.iter_mut().for_each(|(owner, planned)| keep::mark(cx, owner, planned));
    out
}

struct Section {
    key: &'static str,
    ty: &'static Type,
    plan: fn(&mut Planner, &Owner, &Node) -> Vec<Planned>,
}

const SECTIONS: [Section; 4] = [
    Section { key: "redis", ty: &language::REDIS_TYPE, plan: mode::redis },
    Section { key: "postgres", ty: &language::POSTGRES_TYPE, plan: mode::postgres },
    Section { key: "apps", ty: &language::APP_TYPE, plan: app::plan },
    Section { key: "jobs", ty: &language::JOB_TYPE, plan: job::plan },
];

/// Names select pods, so two components may not share one.
fn names(cx: &mut Planner) {
    let mut seen: BTreeMap<String, (&str, From)> = BTreeMap::new();
    for section in SECTIONS.map(|section| section.key) {
        let components = take(&cx.settings.root, section);
        for (name, entry) in components.as_map().into_iter().flat_map(Map::entries) {
            if let Some((first, from)) = seen.get(&**name) {
                let message = format!(
                    "`{first}.{name}` and `{section}.{name}` share a name: a Service of one would select the pods of the other"
                );
                let mut d = Diagnostic::new(DUPLICATE_NAME, message).at(cx.span_in_from(&entry.key_from));
                if let Some(span) = cx.settings.span(from) {
                    d = d.note(span, "the other one");
                }
                cx.report.push(d.hint("rename one of the two"));
            }
            seen.entry(name.to_string()).or_insert((section, entry.key_from.clone()));
        }
    }
}

/// The Namespace object, where the project wants it.
fn namespace(cx: &mut Planner) -> Vec<(Owner, Planned)> {
    let said = take(&cx.settings.root, "namespace");
    let Some(name) = get(&said, "name") else { return Vec::new() };
    let name = match cx.resolver.plain(name) {
        Ok(name) => name,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return Vec::new();
        }
    };
    if let Err(reason) = crate::format::dns_label(name.as_str().unwrap_or_default()) {
        let d = crate::project::schema::bad_value("namespace", &reason).at(cx.span_in(&name));
        cx.report.push(d);
    }
    if said.get("create").and_then(Tree::as_bool) != Some(true) {
        return Vec::new();
    }
    let owner = Owner { id: "project".into(), section: "project", name: name.to_string(), from: name.from.clone() };
    let labels = label::labels(cx, &owner, &Node::null());
    let labels = match get(&said, "podSecurity") {
        Some(level) => node::merged(labels, &node::map([("pod-security.kubernetes.io/enforce", level.clone())])),
        None => labels,
    };
    let context = node::map([
        ("name", name),
        ("labels", labels),
        ("annotations", node::filled(label::annotations(cx, &Node::null()))),
    ]);
    let create = take(&said, "create").from;
    vec![(owner, Planned::new("project/namespace.yaml", context).keeping(Keeps::Data).because(&create))]
}

/// What each declared secret is composed of, so that its readers are wired to it.
fn secret_wires(cx: &mut Planner) {
    let secrets = take(&cx.settings.root, "secrets");
    for (name, secret) in secrets.as_map().into_iter().flat_map(Map::iter) {
        let mut through = BTreeSet::new();
        for (name, key) in secret.as_map().into_iter().flat_map(Map::iter) {
            // Mistakes are reported when the secret is declared.
            cx.resolver.reached();
            let _ = get(key, "value").map(|value| cx.resolver.value(value).is_ok());
            through.extend(cx.resolver.reached().into_iter().map(|reached| (name.to_string(), reached)));
        }
        cx.through.insert(format!("secrets.{name}"), through);
    }
}
