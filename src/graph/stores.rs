//! What there is to say of a workload and a store: how many, which mode, its volumes, its exporter, its backups.
//!
//! Does not own: who is wired to it (`scene`).

use super::sketch::{Fact, Sketch};
use super::{Kind, Style};
use crate::plan::facts::{Bucket, Facts};
use crate::plan::node::{Node, str_of};
use crate::resource::walk::At;
use crate::resource::{Body, Resource, pods};
use crate::tree::{Map, Tree};

/// The lines of a component.
pub fn lines(section: &str, settings: &Node, id: &str, resources: &[Resource]) -> Vec<String> {
    let own = |resource: &&Resource| &*resource.component == id;
    let mode = str_of(settings, "mode").unwrap_or("standalone");
    match section {
        "configs" => {
            let keys = settings.as_map().map_or(0, Map::len);
            vec![if keys == 1 { "1 key".into() } else { format!("{keys} keys") }]
        }
        "redis" | "postgres" => {
            let sized = resources.iter().filter(own).find_map(size);
            vec![format!("{mode}{}", sized.filter(|count| *count != 1).map(times).unwrap_or_default())]
        }
        _ => {
            let scaled = resources.iter().filter(own).find(|resource| resource.id.kind == "HorizontalPodAutoscaler");
            let runs = resources.iter().filter(own).find(|resource| pods::of(&resource.body).is_some());
            runs.map(|resource| workload(resource, scaled)).unwrap_or_default()
        }
    }
}

fn times(count: i64) -> String {
    format!(" ×{count}")
}

fn number(body: &Body, key: &str) -> Option<i64> {
    body.at(&["spec", key]).and_then(Tree::as_i64)
}

/// How many servers a store has.
fn size(resource: &Resource) -> Option<i64> {
    let body = &resource.body;
    match resource.id.kind.as_str() {
        "StatefulSet" => number(body, "replicas"),
        "Cluster" => number(body, "instances"),
        "RedisReplication" => number(body, "clusterSize"),
        _ => None,
    }
}

/// `Deployment ×3`, `CronJob 0 3 * * *`.
pub fn workload(resource: &Resource, scaled: Option<&Resource>) -> Vec<String> {
    let (kind, body) = (&resource.id.kind, &resource.body);
    if let Some(schedule) = body.at(&["spec", "schedule"]).and_then(Tree::as_str) {
        return vec![format!("{kind} {schedule}")];
    }
    // The node's kind says so already.
    if kind == "Job" {
        return Vec::new();
    }
    let range = scaled.and_then(|scaled| {
        let most = number(&scaled.body, "maxReplicas")?;
        Some(format!(" ×{}–{most}", number(&scaled.body, "minReplicas").unwrap_or(1)))
    });
    let count = range.or_else(|| number(body, "replicas").map(times)).unwrap_or_default();
    vec![format!("{kind}{count}")]
}

/// The parts of a store that are no component: HAProxy, the exporter, the dumps, and an operator's volumes.
pub fn parts(resource: &Resource, node: &str, sketch: &mut Sketch) {
    let component = &*resource.component;
    match node.strip_prefix(component) {
        Some("/proxy") => {
            let lines = vec![format!("HAProxy{}", number(&resource.body, "replicas").map(times).unwrap_or_default())];
            let fact = Fact { title: resource.id.name.clone(), lines, ..Fact::default() };
            sketch.node(node, Kind::Proxy, fact);
            sketch.edge(node, component, Style::Solid, "the primary");
        }
        Some("/backup") if resource.id.kind != "ObjectStore" => {
            let fact = Fact { title: resource.id.name.clone(), lines: schedule(resource), ..Fact::default() };
            sketch.node(node, Kind::Backup, fact);
            let way = if resource.id.kind == "CronJob" { "pg_dump" } else { "base backup, WAL" };
            sketch.edge(node, component, Style::Solid, way);
        }
        Some("") => {
            for (id, fact, label) in operators(resource) {
                sketch.node(&id, Kind::Volume, fact);
                sketch.edge(node, &id, Style::Solid, label);
            }
        }
        _ => {}
    }
}

fn schedule(resource: &Resource) -> Vec<String> {
    resource.body.at(&["spec", "schedule"]).and_then(Tree::as_str).map(str::to_owned).into_iter().collect()
}

/// What no object shows by itself: the exporter beside a store, and where its dumps go beside a claim.
pub fn facts(component: &str, facts: &Facts, sketch: &mut Sketch) {
    if let Some(port) = facts.exporter {
        let id = format!("{component}/exporter");
        let lines = vec![format!("metrics on {port}")];
        sketch.node(&id, Kind::Exporter, Fact { title: "exporter".into(), lines, ..Fact::default() });
        sketch.edge(&id, component, Style::Solid, "metrics");
    }
    if let Some(Bucket { url, endpoint }) = &facts.bucket {
        let lines = vec![endpoint.as_ref().map_or("bucket".to_owned(), |endpoint| format!("bucket, {endpoint}"))];
        let id = format!("bucket/{url}");
        sketch.node(&id, Kind::Volume, Fact { title: url.clone(), lines, outside: true, namespace: None });
        sketch.edge(&format!("{component}/backup"), &id, Style::Solid, "upload");
    }
}

/// What a claim says of itself: `20Gi, fast, ReadWriteMany`.
pub fn claim(body: &Body) -> Vec<String> {
    body.get("spec").map(size_of).unwrap_or_default()
}

fn size_of(spec: &Body) -> Vec<String> {
    let text = |path: &[&str]| spec.at(path).filter(|node| !node.is_null()).map(Tree::to_string);
    [text(&["resources", "requests", "storage"]), text(&["storageClassName"])].into_iter().flatten().collect()
}

/// A claim that a StatefulSet makes for each of its pods.
pub fn template(resource: &Resource, name: &str) -> Option<(String, Fact)> {
    let templates = At::root(&resource.body).get("spec")?.items("volumeClaimTemplates");
    let found = templates.into_iter().find(|at| at.get("metadata").and_then(|at| at.str("name")) == Some(name))?;
    let title = members(&format!("{name}-{}", resource.id.name), 0, number(&resource.body, "replicas"));
    let id = format!("claims.{}.{name}", resource.id.name);
    Some((id, Fact { title, lines: claim(found.node), ..Fact::default() }))
}

/// `data-cache-0`, or `data-cache-0…2` of three.
fn members(base: &str, first: i64, count: Option<i64>) -> String {
    match count {
        Some(count) if count > 1 => format!("{base}-{first}…{}", first + count - 1),
        _ => format!("{base}-{first}"),
    }
}

/// The volumes that an operator makes.
fn operators(resource: &Resource) -> Vec<(String, Fact, &'static str)> {
    let (name, body) = (&resource.id.name, &resource.body);
    let spec = At::root(body).get("spec");
    let mut out = Vec::new();
    let mut add = |base: String, first, count, lines, label| {
        let suffix = if label == "WAL" { "-wal" } else { "" };
        let title = format!("{}{suffix}", members(&base, first, count));
        out.push((format!("claims.{base}.{label}"), Fact { title, lines, ..Fact::default() }, label));
    };
    match resource.id.kind.as_str() {
        "Cluster" => {
            for (key, label) in [("storage", "data"), ("walStorage", "WAL")] {
                let Some(storage) = spec.as_ref().and_then(|spec| spec.get(key)) else { continue };
                let lines = ["size", "storageClass"].iter().filter_map(|key| storage.get(key)?.scalar()).collect();
                add(name.clone(), 1, number(body, "instances"), lines, label);
            }
        }
        "RedisReplication" => {
            if let Some(claim) = body.at(&["spec", "storage", "volumeClaimTemplate", "spec"]) {
                add(format!("{name}-{name}"), 0, number(body, "clusterSize"), size_of(claim), "data");
            }
        }
        _ => {}
    }
    out
}
