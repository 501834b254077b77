//! Containers as their template sees them.

use super::gather::Pod;
use super::label::Owner;
use super::node::{Node, filled, get, list, map, pairs, take, text};
use super::port::{self};
use super::{Planner, env, probe, resources, rollout, security, volume};
use crate::diag::{Diagnostic, suggest};
use crate::project::MISSING_KEY;
use crate::tree::{Kind, Map};

/// Fields that are written as they stand, in Kubernetes' order.
const AS_WRITTEN: [&str; 5] = ["lifecycle", "terminationMessagePolicy", "stdin", "tty", "restartPolicy"];

/// Where a container stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The component's own.
    Main,
    /// Before it, or beside it.
    Helper,
}

/// A container of the user's. `path` is for messages: `apps.api`, `apps.api.sidecars.proxy`.
pub fn container(
    cx: &mut Planner,
    owner: &Owner,
    path: &str,
    name: &Node,
    settings: &Node,
    pod: &mut Pod,
    place: Place,
) -> Node {
    image(cx, path, name, settings);
    let ports = port::ports(settings);
    let mut env = env::env(cx, owner, settings);
    let env_from = env::env_from(cx, owner, settings, pod, &mut env);
    for name in env.iter().filter_map(|variable| variable.at(&["valueFrom", "configMapKeyRef", "name"])) {
        volume::reads(cx, pod, name);
    }
    rollout::note(pod, &env);
    for reference in env_from.as_list().unwrap_or_default().iter().filter_map(|from| from.get("secretRef")) {
        let name = take(reference, "name");
        rollout::note_all(cx, pod, name.as_str().unwrap_or_default(), &name.from);
    }
    let mut mounts = volume::mounts(cx, owner, settings, pod);
    mounts.extend(volume::files(cx, owner, settings, pod));
    let security = if place == Place::Main { security::container(settings) } else { security::helper(settings) };
    let probes = ["startupProbe", "livenessProbe", "readinessProbe"];
    let [startup, liveness, readiness] = probes.map(|key| probe::probe(cx, path, settings, key, &ports));
    map([
        ("name", name.clone()),
        ("image", take(settings, "image")),
        ("imagePullPolicy", take(settings, "imagePullPolicy")),
        ("restartPolicy", Node::null()),
        ("command", take(settings, "command")),
        ("args", take(settings, "args")),
        ("workingDir", take(settings, "workingDir")),
        ("ports", filled(port::container(&ports))),
        ("envFrom", env_from),
        ("env", filled(list(env))),
        ("resources", resources::resources(cx, settings)),
        ("startupProbe", startup),
        ("livenessProbe", liveness),
        ("readinessProbe", readiness),
        ("volumeMounts", filled(list(mounts))),
        ("securityContext", security),
        ("extra", extra(settings)),
    ])
}

fn extra(settings: &Node) -> Node {
    let mut out = Map::new();
    for key in AS_WRITTEN {
        if let Some(value) = get(settings, key).filter(|_| key != "restartPolicy") {
            out.insert(key, value.clone());
        }
    }
    Kind::Map(out).into()
}

fn image(cx: &mut Planner, path: &str, name: &Node, settings: &Node) {
    // One that refers to nothing was reported.
    let said: Vec<&str> = path.split('.').chain(["image"]).collect();
    let is_said = cx.settings.root.at(&said).and_then(Node::as_str).is_some();
    if get(settings, "image").is_none() && !is_said {
        let d = Diagnostic::new(MISSING_KEY, format!("`{path}` has no `image`")).at(cx.span_in_from(&name.from));
        let (kind, name) = path.split_once('.').unwrap_or_default();
        let others = cx.settings.root.get(kind).and_then(Node::as_map);
        let near =
            others.and_then(|map| suggest::nearest(name, map.keys().map(|key| &**key).filter(|key| *key != name)));
        cx.report.push(d.hint(match near {
            Some(near) => format!("did you mean `{near}`? A new one needs `image: registry/name:tag`"),
            None => "add `image: registry/name:tag`".to_owned(),
        }));
    }
}

/// `initContainers` or `sidecars` of a component. A sidecar is an init container that is always restarted: it starts
/// before the app, is probed, and ends after it (stable since Kubernetes 1.33).
pub fn others(cx: &mut Planner, owner: &Owner, settings: &Node, key: &'static str, pod: &mut Pod) -> Vec<Node> {
    let all: Vec<_> = pairs(settings, key).map(|(name, entry)| (name.clone(), entry.clone())).collect();
    let mut out = Vec::new();
    for (name, entry) in all {
        let path = format!("{}.{key}.{name}", owner.id);
        let name = text(name, &entry.key_from);
        let node = with_resources(key, &entry.value, settings);
        let mut node = container(cx, owner, &path, &name, &node, pod, Place::Helper);
        if let (Some(map), "sidecars") = (node.as_map_mut(), key) {
            map.insert("restartPolicy", text("Always", &entry.key_from));
        }
        out.push(node);
    }
    out
}

/// A container without requests cannot run under a quota, and stops an autoscaler from computing. An init container may
/// use what the component has by then no use for; a sidecar gets what a small proxy takes.
fn with_resources(key: &str, container: &Node, settings: &Node) -> Node {
    if get(container, "resources").is_some() {
        return container.clone();
    }
    let small = || {
        map([
            ("requests", map([("cpu", "10m".into()), ("memory", "64Mi".into())])),
            ("limits", map([("memory", "128Mi".into())])),
        ])
    };
    let resources = if key == "sidecars" { small() } else { take(settings, "resources") };
    super::node::merged(container.clone(), &map([("resources", resources)]))
}

/// A container of kgen's own, with what a template needs and nothing else.
pub struct Helper<'h> {
    pub name: &'h str,
    pub image: Node,
    pub command: Node,
    pub args: Node,
    pub env: Vec<Node>,
    pub resources: Node,
    pub mounts: Vec<Node>,
    pub security: Node,
}

impl Helper<'_> {
    pub fn context(self) -> Node {
        map([
            ("name", self.name.into()),
            ("image", self.image),
            ("imagePullPolicy", Node::null()),
            ("restartPolicy", Node::null()),
            ("command", self.command),
            ("args", self.args),
            ("workingDir", Node::null()),
            ("ports", Node::null()),
            ("envFrom", Node::null()),
            ("env", filled(list(self.env))),
            ("resources", self.resources),
            ("startupProbe", Node::null()),
            ("livenessProbe", Node::null()),
            ("readinessProbe", Node::null()),
            ("volumeMounts", filled(list(self.mounts))),
            ("securityContext", self.security),
            ("extra", Kind::Map(Map::new()).into()),
        ])
    }
}
