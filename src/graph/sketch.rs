//! A picture in the making: what each profile says of a node or an edge, until all have spoken.
//!
//! Owns: bringing the profiles together, with what only some of them have marked.
//! Does not own: what is noted (`scene`).

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Edge, Graph, Kind, Node, Style, plain};

/// What one profile says of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    pub title: String,
    pub lines: Vec<String>,
    pub outside: bool,
    pub namespace: Option<String>,
}

#[derive(Debug)]
struct Noted {
    kind: Kind,
    facts: IndexMap<usize, Fact>,
}

type Profiles = BTreeSet<usize>;

#[derive(Debug, Default)]
pub struct Sketch {
    profiles: Vec<String>,
    nodes: IndexMap<String, Noted>,
    edges: IndexMap<(String, String, Style), IndexMap<String, Profiles>>,
}

impl Sketch {
    /// What is noted from now on is this profile's.
    pub fn begin(&mut self, profile: &str) {
        self.profiles.push(profile.to_owned());
    }

    fn now(&self) -> usize {
        self.profiles.len().saturating_sub(1)
    }

    /// Notes a node; of what is noted twice for one profile the first counts.
    pub fn node(&mut self, id: &str, kind: Kind, fact: Fact) {
        let now = self.now();
        let noted = self.nodes.entry(id.to_owned()).or_insert_with(|| Noted { kind, facts: IndexMap::new() });
        noted.facts.entry(now).or_insert(fact);
    }

    /// Whether this profile has the node.
    pub fn has(&self, id: &str) -> bool {
        self.nodes.get(id).is_some_and(|noted| noted.facts.contains_key(&self.now()))
    }

    pub fn has_edge(&self, from: &str, to: &str) -> bool {
        let now = self.now();
        let uses = self.edges.get(&(from.to_owned(), to.to_owned(), Style::Solid));
        uses.is_some_and(|labels| labels.values().any(|profiles| profiles.contains(&now)))
    }

    pub fn edge(&mut self, from: &str, to: &str, style: Style, label: &str) {
        if from != to {
            let now = self.now();
            let uses = self.edges.entry((from.to_owned(), to.to_owned(), style)).or_default();
            uses.entry(plain(label)).or_default().insert(now);
        }
    }

    /// The picture of all profiles.
    pub fn finish(mut self, title: String) -> Graph {
        self.nodes.sort_by(|_, a, _, b| a.kind.cmp(&b.kind));
        let nodes: Vec<Node> = self.nodes.iter().map(|(id, noted)| self.drawn(id, noted)).collect();
        let mut edges: Vec<Edge> = Vec::new();
        for ((from, to, style), uses) in &self.edges {
            if let (Some((from, _, left)), Some((to, _, right))) = (self.nodes.get_full(from), self.nodes.get_full(to))
            {
                let both: Profiles = left.facts.keys().filter(|at| right.facts.contains_key(*at)).copied().collect();
                edges.push(Edge { from, to, style: *style, labels: self.labels(uses, &both) });
            }
        }
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.style));
        Graph { title: plain(&title), nodes, edges }
    }

    fn drawn(&self, id: &str, noted: &Noted) -> Node {
        let all: Profiles = noted.facts.keys().copied().collect();
        let mut titles: Vec<&str> = noted.facts.values().map(|fact| fact.title.as_str()).collect();
        titles.dedup();
        let (title, mut lines) = match titles[..] {
            [one] => (one, self.by_profile(noted, |fact| fact.lines.join(", "))),
            _ => {
                let whole = |fact: &Fact| [std::slice::from_ref(&fact.title), &fact.lines].concat().join(", ");
                (id.rsplit(['/', '.']).next().unwrap_or(id), self.by_profile(noted, whole))
            }
        };
        if all.len() < self.profiles.len() && lines.iter().all(|line| !self.says(line)) {
            lines.push(format!("only {}", self.names(&all)));
        }
        Node {
            id: id.to_owned(),
            kind: noted.kind,
            title: plain(title),
            lines: lines.iter().map(|line| plain(line)).collect(),
            outside: noted.facts.values().all(|fact| fact.outside),
            namespace: noted.facts.values().find_map(|fact| fact.namespace.as_deref()).map(plain),
        }
    }

    /// Whether a line names its profiles.
    fn says(&self, line: &str) -> bool {
        self.profiles.iter().any(|profile| {
            let rest = line.strip_prefix(profile.as_str());
            rest.is_some_and(|rest| rest.starts_with([':', ',']))
        })
    }

    /// One line where all agree, else `dev: 1Gi`, `staging, prod: 20Gi`.
    fn by_profile(&self, noted: &Noted, say: impl Fn(&Fact) -> String) -> Vec<String> {
        let mut said: IndexMap<String, Profiles> = IndexMap::new();
        for (profile, fact) in &noted.facts {
            said.entry(say(fact)).or_default().insert(*profile);
        }
        let alone = said.len() == 1;
        let lines = said.into_iter().filter(|(text, _)| !text.is_empty());
        lines.map(|(text, of)| if alone { text } else { format!("{}: {text}", self.names(&of)) }).collect()
    }

    fn names(&self, profiles: &Profiles) -> String {
        let names: Vec<&str> = profiles.iter().filter_map(|at| self.profiles.get(*at)).map(String::as_str).collect();
        names.join(", ")
    }

    /// `DATABASE_URL`, and `SENTINELS (staging, prod)` where not all profiles with both ends have it; sorted.
    fn labels(&self, uses: &IndexMap<String, Profiles>, both: &Profiles) -> Vec<String> {
        let mark = |(label, of): (&String, &Profiles)| match of == both {
            true => label.clone(),
            false => format!("{label} ({})", self.names(of)),
        };
        let mut out: Vec<String> = uses.iter().map(mark).collect();
        out.sort();
        out
    }
}
