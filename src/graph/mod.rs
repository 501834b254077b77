//! The wiring as a picture: what a project runs, what each part is wired to, and by which variable or file.
//!
//! Owns: the picture's model, `Graph`: nodes with their kinds and lines, edges with their labels, in a fixed order.
//! Does not own: what is in it (`of`: `scene` gathers it from plans and their objects), the wiring itself
//! (`plan::wire`), where a node stands (`layout`), how it is written (`mermaid`, `dot`, `svg`).

pub mod dot;
pub mod layout;
pub mod mermaid;
pub mod near;
mod pods;
mod routes;
mod scene;
mod secrets;
mod sketch;
mod stores;
pub mod svg;

pub use scene::of;

/// What a node is, in the order in which nodes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Route,
    App,
    Job,
    Proxy,
    Redis,
    Postgres,
    Exporter,
    Backup,
    Config,
    Secret,
    Volume,
    /// A raw object, or what is named and made elsewhere.
    Other,
}

impl Kind {
    /// As it is called in the legend.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::App => "app",
            Self::Job => "job",
            Self::Proxy => "proxy",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::Exporter => "exporter",
            Self::Backup => "backup",
            Self::Config => "config",
            Self::Secret => "secret",
            Self::Volume => "volume",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// `apps.api`, `secrets.db`, `ingress/web`.
    pub id: String,
    pub kind: Kind,
    pub title: String,
    /// What there is to say of it, a line each.
    pub lines: Vec<String>,
    /// Made elsewhere: nothing of the project's creates it.
    pub outside: bool,
    /// Where it is, when that is not the project's own namespace.
    pub namespace: Option<String>,
}

/// How a wire is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    Solid,
    /// Only at the start: `waitFor`.
    Dashed,
}

/// From who refers to what is referred to, as indexes into the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub style: Style,
    /// Variables, files, paths; at least one.
    pub labels: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The project, and the profile where it is one.
    pub title: String,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The other namespaces, each with its nodes, after those of the project's own.
    pub fn groups(&self) -> Vec<(Option<&str>, Vec<usize>)> {
        let mut out: Vec<(Option<&str>, Vec<usize>)> = vec![(None, Vec::new())];
        for (index, node) in self.nodes.iter().enumerate() {
            let name = node.namespace.as_deref();
            match out.iter_mut().find(|(known, _)| *known == name) {
                Some((_, members)) => members.push(index),
                None => out.push((name, vec![index])),
            }
        }
        out
    }
}

/// A text on one line, without what no picture may show: hidden characters and passwords.
fn plain(text: &str) -> String {
    crate::leak::redacted(&crate::escape::line(text))
}
