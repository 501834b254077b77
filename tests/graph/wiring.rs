//! For every golden case and profile: what the rendered stream wires is in the picture, and what is in the picture is in the
//! stream.
//!
//! The stream is read by another YAML reader than kgen's, and by eyes of its own: nothing of `src/graph` but the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kgen::cli::{Color, Global};
use kgen::commands::load::{self, Workspace};
use kgen::commands::project::With;
use kgen::graph::{self, Graph, Kind};
use kgen::pipeline::{Profile, Rendered};
use kgen::source::Sources;
use serde::Deserialize;
use serde_yaml::Value;

fn rendered(folder: &Path) -> Option<Rendered> {
    let global = Global { file: Some(folder.join("kgen.yaml")), color: Color::Never, quiet: true, ..Global::default() };
    let args = fs::read_to_string(folder.join("args")).unwrap_or_default();
    let args: Vec<&str> = args.lines().collect();
    let set: Vec<String> = args.windows(2).filter(|w| w[0] == "--set").map(|w| w[1].to_owned()).collect();
    let mut sources = Sources::default();
    let (root, loaded, input) = load::open(&global, &set, &mut sources).ok()?.ok()?;
    Workspace::new(root, sources, loaded, input).render(With::default()).ok()
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_sequence).into_iter().flatten()
}

fn str<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

/// A document with the component that it belongs to.
struct Object {
    component: String,
    value: Value,
}

impl Object {
    fn kind(&self) -> &str {
        str(&self.value, &["kind"]).unwrap()
    }

    fn name(&self) -> &str {
        str(&self.value, &["metadata", "name"]).unwrap()
    }

    fn pod(&self) -> Option<&Value> {
        let spec = self.value.get("spec")?;
        match self.kind() {
            "Pod" => Some(spec),
            "CronJob" => spec.get("jobTemplate")?.get("spec")?.get("template")?.get("spec"),
            _ => spec.get("template")?.get("spec").filter(|spec| spec.get("containers").is_some()),
        }
    }

    fn containers(&self) -> Vec<&Value> {
        let Some(pod) = self.pod() else { return Vec::new() };
        list(pod, "initContainers").chain(list(pod, "containers")).collect()
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let spec = &self.value["spec"];
        let template =
            if self.kind() == "CronJob" { &spec["jobTemplate"]["spec"]["template"] } else { &spec["template"] };
        serde_yaml::from_value(template["metadata"]["labels"].clone()).unwrap_or_default()
    }
}

/// The stream's documents: names and component from kgen's labels, the rest from the text.
fn stream(profile: &Profile) -> Vec<Object> {
    let all: Vec<_> = profile.resources.iter().collect();
    let text = kgen::output::stream(all, kgen::output::Reveal::Yes).unwrap().text;
    let mut out = Vec::new();
    for document in serde_yaml::Deserializer::from_str(&text) {
        let value = Value::deserialize(document).unwrap();
        let (kind, name) = (str(&value, &["kind"]), str(&value, &["metadata", "name"]));
        let namespace = str(&value, &["metadata", "namespace"]);
        let resource = profile.resources.iter().find(|resource| {
            let id = &resource.id;
            (Some(id.kind.as_str()), Some(id.name.as_str()), id.namespace.as_deref()) == (kind, name, namespace)
        });
        out.push(Object { component: resource.unwrap().component.to_string(), value });
    }
    out
}

/// The ids of a component: its own, its helpers', and for a raw object that of its kind and name.
fn is_of(id: &str, object: &Object) -> bool {
    let whole = id == object.component || id.strip_prefix(&object.component).is_some_and(|rest| rest.starts_with('/'));
    let place = str(&object.value, &["metadata", "namespace"]).map(|name| format!("{name}/")).unwrap_or_default();
    whole || id == format!("{}/{place}{}", object.kind(), object.name())
}

struct Picture<'g>(&'g Graph);

impl Picture<'_> {
    /// Whether an edge leads from the object to one of these nodes, with a label of which `fits` is true.
    fn has(&self, from: &Object, to: &dyn Fn(&str) -> bool, fits: &dyn Fn(&str) -> bool) -> bool {
        self.0.edges.iter().any(|edge| {
            is_of(&self.0.nodes[edge.from].id, from)
                && to(&self.0.nodes[edge.to].id)
                && edge.labels.iter().any(|label| fits(label))
        })
    }
}

/// What a pod reads: section of the node, name, label.
fn reads(object: &Object) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut add = |section, name: Option<&str>, label: &str| {
        out.extend(name.map(|name| (section, name.to_owned(), label.to_owned())));
    };
    for container in object.containers() {
        for variable in list(container, "env") {
            let name = str(variable, &["name"]).unwrap();
            add("secrets", str(variable, &["valueFrom", "secretKeyRef", "name"]), name);
            add("configs", str(variable, &["valueFrom", "configMapKeyRef", "name"]), name);
        }
        for item in list(container, "envFrom") {
            let label = str(item, &["prefix"]).map_or("envFrom".to_owned(), |prefix| format!("{prefix}*"));
            add("secrets", str(item, &["secretRef", "name"]), &label);
            add("configs", str(item, &["configMapRef", "name"]), &label);
        }
        for mount in list(container, "volumeMounts") {
            let path = str(mount, &["mountPath"]).unwrap();
            let volume = list(object.pod().unwrap(), "volumes").find(|volume| volume["name"] == mount["name"]);
            let Some(volume) = volume else { continue };
            add("configs", str(volume, &["configMap", "name"]), path);
            add("secrets", str(volume, &["secret", "secretName"]), path);
            add("claims", str(volume, &["persistentVolumeClaim", "claimName"]), path);
            for source in volume.get("projected").into_iter().flat_map(|at| list(at, "sources")) {
                add("configs", str(source, &["configMap", "name"]), path);
                add("secrets", str(source, &["secret", "name"]), path);
            }
        }
    }
    if let Some(pod) = object.pod() {
        for secret in list(pod, "imagePullSecrets") {
            add("secrets", str(secret, &["name"]), "image pull");
        }
    }
    out
}

/// Each read has an edge: to the object, or to the component whose own it is.
fn every_read(what: &str, objects: &[Object], profile: &Profile, graph: &Graph) -> usize {
    let picture = Picture(graph);
    let mut count = 0;
    for object in objects {
        for (section, name, label) in reads(object) {
            let kinds: &[&str] = match section {
                "secrets" => &["Secret", "ExternalSecret", "SealedSecret"],
                "configs" => &["ConfigMap"],
                _ => &["PersistentVolumeClaim"],
            };
            let made = objects.iter().find(|other| kinds.contains(&other.kind()) && other.name() == name);
            let needed = profile.plan.secrets.iter().find(|need| need.home.secret == name && section == "secrets");
            let mut owner = made.map(|made| made.component.clone()).or(needed.map(|need| need.owner.clone()));
            if let Some(cluster) = name.strip_suffix("-app").filter(|_| owner.is_none() && section == "secrets") {
                owner = Some(format!("postgres.{cluster}"));
            }
            // Its own files and scripts are a part of a component, and so are the secrets of its helpers.
            if owner.as_deref() == Some(&object.component) && object.component != "manifests" {
                let drawn = graph.nodes.iter().any(|node| node.id == format!("secrets.{name}"));
                assert!(section != "secrets" || drawn, "{what}: {name} is not drawn");
                continue;
            }
            count += 1;
            let part = label.starts_with("KGEN_") || matches!(&*label, "HOST" | "REDISCLI_AUTH" | "PGPASSWORD" | "URL");
            let own = format!("{section}.{name}");
            let to = |id: &str| {
                let declared =
                    owner.as_deref().is_some_and(|owner| id == owner || id.strip_prefix(owner) == Some("/proxy"));
                id == own || declared
            };
            let fits = |found: &str| found == label || part || (label == "envFrom" && owner.is_some());
            assert!(
                picture.has(object, &to, &fits),
                "{what}: {}/{} reads {name} as {label}: no edge",
                object.kind(),
                object.name()
            );
        }
    }
    count
}

/// The component behind each Service, by its selector.
fn services(objects: &[Object]) -> BTreeMap<&str, &Object> {
    let mut out = BTreeMap::new();
    for service in objects.iter().filter(|object| object.kind() == "Service") {
        let selector = service.value["spec"]["selector"].clone();
        let selector: BTreeMap<String, String> = serde_yaml::from_value(selector).unwrap_or_default();
        let behind = objects.iter().find(|object| {
            let labels = object.labels();
            !selector.is_empty()
                && object.pod().is_some()
                && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        });
        out.extend(behind.map(|behind| (service.name(), behind)));
    }
    out
}

/// A Service's name in a place where only a host can stand.
fn names(value: &str, service: &str) -> bool {
    let before = |at: usize| value[..at].chars().next_back();
    value.match_indices(service).any(|(at, _)| {
        let free = before(at).is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '.');
        let after = &value[at + service.len()..];
        let url = value[..at].ends_with("//") || value[..at].ends_with('@');
        let ends = after.is_empty() || after.starts_with(['/', ':', ',', '.', '?']);
        let user = after.split('/').next().is_some_and(|rest| rest.contains('@'));
        free && ends && !user && ((url && !after.starts_with('.')) || after.contains(".svc"))
    })
}

/// Each variable that names another component's Service has an edge to what is behind it.
fn every_host(what: &str, objects: &[Object], graph: &Graph) -> usize {
    let picture = Picture(graph);
    let services = services(objects);
    let mut count = 0;
    for object in objects {
        for container in object.containers() {
            let waits = str(container, &["name"]).is_some_and(|name| name.starts_with("wait-for-"));
            for variable in list(container, "env") {
                let (Some(name), Some(value)) = (str(variable, &["name"]), str(variable, &["value"])) else { continue };
                for (service, behind) in &services {
                    if !names(value, service) || behind.component == object.component {
                        continue;
                    }
                    count += 1;
                    let to = |id: &str| is_of(id, behind);
                    let fits = |label: &str| label == name || waits;
                    assert!(
                        picture.has(object, &to, &fits),
                        "{what}: {}/{} names {service} in {name}: no edge",
                        object.kind(),
                        object.name()
                    );
                }
            }
        }
    }
    count
}

/// Each way in has an edge to what is behind its Service.
fn every_route(what: &str, objects: &[Object], graph: &Graph) -> usize {
    let services = services(objects);
    let mut count = 0;
    for object in objects {
        let spec = &object.value["spec"];
        let (id, backends): (String, Vec<&str>) = match object.kind() {
            "Ingress" => {
                let paths = list(spec, "rules").flat_map(|rule| list(&rule["http"], "paths"));
                let names = paths.filter_map(|path| str(path, &["backend", "service", "name"]));
                (format!("ingress/{}", object.name()), names.collect())
            }
            "HTTPRoute" => {
                let names = list(spec, "rules").flat_map(|rule| list(rule, "backendRefs"));
                (format!("route/{}", object.name()), names.filter_map(|backend| str(backend, &["name"])).collect())
            }
            "Service" if matches!(str(spec, &["type"]), Some("LoadBalancer" | "NodePort")) => {
                (format!("service/{}", object.name()), vec![object.name()])
            }
            _ => continue,
        };
        for backend in backends {
            let Some(behind) = services.get(backend) else { continue };
            count += 1;
            let found = graph
                .edges
                .iter()
                .any(|edge| graph.nodes[edge.from].id == id && is_of(&graph.nodes[edge.to].id, behind));
            assert!(found, "{what}: {id} leads to {backend}: no edge");
        }
    }
    count
}

/// Each edge's label stands in the stream, in what belongs to its start.
fn nothing_else(what: &str, objects: &[Object], profile: &Profile, graph: &Graph) {
    let texts: Vec<String> = objects.iter().map(|object| serde_yaml::to_string(&object.value).unwrap()).collect();
    let whole = texts.concat();
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
        assert_ne!(from.id, to.id, "{what}");
        let own: Vec<&Object> = objects.iter().filter(|object| is_of(&from.id, object)).collect();
        let text: String = objects
            .iter()
            .zip(&texts)
            .filter(|(object, _)| is_of(&from.id, object))
            .map(|(_, text)| text.as_str())
            .collect();
        for label in &edge.labels {
            let stands = match from.kind {
                Kind::Route => {
                    let name = from.id.split('/').nth(1).unwrap();
                    objects.iter().any(|object| object.name() == name)
                }
                Kind::Proxy | Kind::Backup | Kind::Exporter => !text.is_empty(),
                // An outside store's secret, and what kgen composes for those who connect to a store.
                _ if to.kind == Kind::Secret && (from.outside || !own.iter().any(|object| object.pod().is_some())) => {
                    profile.plan.secrets.iter().any(|need| format!("secrets.{}", need.home.secret) == to.id)
                        || whole.contains(&to.title)
                }
                _ if to.kind == Kind::Secret && profile.plan.secrets.iter().any(|n| n.home.key == *label) => true,
                _ => match &**label {
                    "waitFor" => text.contains("wait-for-"),
                    "envFrom" => text.contains("envFrom"),
                    "image pull" => text.contains("imagePullSecrets"),
                    "identity" => text.contains("serviceAccountName"),
                    "data" | "WAL" => text.contains("storage"),
                    label if label.ends_with('*') => text.contains("prefix"),
                    label if label.contains(['[', '.']) && !label.starts_with('/') => true,
                    // A variable of a config or secret that is taken whole is a key there.
                    label => {
                        text.contains(label) || (text.contains("envFrom") && whole.contains(label)) || {
                            // With a prefix, its rest.
                            text.contains("envFrom")
                                && label.split_once('_').is_some_and(|(_, rest)| whole.contains(rest))
                        }
                    }
                },
            };
            assert!(stands, "{what}: {} -> {}: `{label}` stands nowhere", from.id, to.id);
        }
    }
}

/// Deep projects need more stack than a test thread has.
fn with_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn every_wire_of_every_case_is_in_the_picture_and_nothing_else() {
    with_stack(|| {
        let mut counts = [0; 3];
        for case in cases() {
            let Some(rendered) = rendered(&case) else { continue };
            for profile in &rendered.profiles {
                let name = &profile.settings.profile;
                let what = format!("{} {name}", case.file_name().unwrap().to_string_lossy());
                let graph = graph::of(what.clone(), &[profile]);
                let objects = stream(profile);
                counts[0] += every_read(&what, &objects, profile, &graph);
                counts[1] += every_host(&what, &objects, &graph);
                counts[2] += every_route(&what, &objects, &graph);
                nothing_else(&what, &objects, profile, &graph);
                let svg = graph::svg::write(&graph);
                assert!(roxmltree::Document::parse(&svg).is_ok(), "{what}: {svg}");
                let ids: BTreeSet<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
                assert_eq!(ids.len(), graph.nodes.len(), "{what}");
            }
        }
        assert!(counts.iter().all(|count| *count > 20), "found {counts:?}");
    });
}
