//! Which fields of an object name another object, in one table.
//!
//! Owns: where each kind says a name, of what kind of object, and what stands beside it. References out of the namespace, and
//! to what belongs to the cluster (storage and priority classes, gateways, secret stores, ClusterRoles), are left out.
//! Does not own: whether the object is there (`references`), selectors, which name labels.

use super::walk::At;
use super::{Resource, pods};
use crate::tree::Step;

/// A name of another object.
#[derive(Clone, Debug)]
pub struct Reference<'t> {
    pub kind: &'t str,
    pub name: &'t str,
    pub at: At<'t>,
    /// The map that says the name, and beside it a key, a port, whether it is optional.
    pub within: At<'t>,
    /// The items of lists on the way: a variable, a volume, a path.
    pub items: Vec<At<'t>>,
    /// The row of the table; `None` where a kind that nobody knows is read by its words.
    pub field: Option<&'static str>,
    /// Of a pod's.
    pub container: Option<At<'t>>,
}

/// Of which kind the object is.
#[derive(Clone, Copy, Debug)]
enum Of {
    One(&'static str),
    /// What the `kind` beside it says, the first one where it says none; any where there are none.
    Said(&'static [&'static str]),
}

/// A path (`[]`: each item, `*`: each value), and what it names.
type Row = (&'static str, Of);

const CONFIG: Of = Of::One("ConfigMap");
const SECRET: Of = Of::One("Secret");
const SERVICE: Of = Of::Said(&["Service"]);

const CONTAINER: &[Row] = &[
    ("env[].valueFrom.configMapKeyRef.name", CONFIG),
    ("env[].valueFrom.secretKeyRef.name", SECRET),
    ("envFrom[].configMapRef.name", CONFIG),
    ("envFrom[].secretRef.name", SECRET),
];

const POD: &[Row] = &[
    ("volumes[].configMap.name", CONFIG),
    ("volumes[].secret.secretName", SECRET),
    ("volumes[].persistentVolumeClaim.claimName", Of::One("PersistentVolumeClaim")),
    ("volumes[].projected.sources[].configMap.name", CONFIG),
    ("volumes[].projected.sources[].secret.name", SECRET),
    ("imagePullSecrets[].name", SECRET),
    ("serviceAccountName", Of::One("ServiceAccount")),
];

#[rustfmt::skip]
const KINDS: &[(&str, &str, &[Row])] = &[
    ("apps", "StatefulSet", &[("spec.serviceName", Of::One("Service"))]),
    ("autoscaling", "HorizontalPodAutoscaler", &[("spec.scaleTargetRef.name", Of::Said(&[]))]),
    ("", "ServiceAccount", &[("imagePullSecrets[].name", SECRET)]),
    ("networking.k8s.io", "Ingress", &[
        ("spec.rules[].http.paths[].backend.service.name", SERVICE),
        ("spec.defaultBackend.service.name", SERVICE),
        ("spec.tls[].secretName", SECRET),
    ]),
    ("gateway.networking.k8s.io", "HTTPRoute", &[
        ("spec.rules[].backendRefs[].name", SERVICE),
        ("spec.rules[].filters[].requestMirror.backendRef.name", SERVICE),
    ]),
    // Stores of secrets are the cluster's.
    ("external-secrets.io", "ExternalSecret", &[]),
    ("rbac.authorization.k8s.io", "RoleBinding", &[
        ("roleRef.name", Of::Said(&["Role"])),
        ("subjects[].name", Of::Said(&["ServiceAccount"])),
    ]),
    // CloudNativePG: variables, the owner's Secret, what makes its tables, where its backups go.
    ("postgresql.cnpg.io", "Cluster", &[
        ("spec.env[].valueFrom.configMapKeyRef.name", CONFIG),
        ("spec.env[].valueFrom.secretKeyRef.name", SECRET),
        ("spec.imagePullSecrets[].name", SECRET),
        ("spec.bootstrap.initdb.secret.name", SECRET),
        ("spec.bootstrap.initdb.postInitSQLRefs.secretRefs[].name", SECRET),
        ("spec.bootstrap.initdb.postInitSQLRefs.configMapRefs[].name", CONFIG),
        ("spec.bootstrap.initdb.postInitTemplateSQLRefs.secretRefs[].name", SECRET),
        ("spec.bootstrap.initdb.postInitTemplateSQLRefs.configMapRefs[].name", CONFIG),
        ("spec.bootstrap.initdb.postInitApplicationSQLRefs.secretRefs[].name", SECRET),
        ("spec.bootstrap.initdb.postInitApplicationSQLRefs.configMapRefs[].name", CONFIG),
        ("spec.plugins[].parameters.barmanObjectName", Of::One("ObjectStore")),
    ]),
    ("postgresql.cnpg.io", "ScheduledBackup", &[("spec.cluster.name", Of::One("Cluster"))]),
    ("postgresql.cnpg.io", "Backup", &[("spec.cluster.name", Of::One("Cluster"))]),
    ("barmancloud.cnpg.io", "ObjectStore", &[
        ("spec.configuration.endpointCA.name", SECRET),
        ("spec.configuration.s3Credentials.*.name", SECRET),
        ("spec.configuration.azureCredentials.*.name", SECRET),
        ("spec.configuration.googleCredentials.*.name", SECRET),
    ]),
    ("redis.redis.opstreelabs.in", "RedisReplication", &[
        ("spec.kubernetesConfig.redisSecret.name", SECRET),
        ("spec.kubernetesConfig.imagePullSecrets[].name", SECRET),
        ("spec.redisConfig.additionalRedisConfig", CONFIG),
    ]),
];

/// All references of an object.
pub fn of(resource: &Resource) -> Vec<Reference<'_>> {
    let (root, mut out) = (At::root(&resource.body), Vec::new());
    let pod = pods::of(&resource.body);
    let rows = KINDS.iter().find(|(group, kind, _)| (*group, *kind) == (resource.id.group(), &*resource.id.kind));
    if let Some(pod) = &pod {
        for (_, container) in pod.containers() {
            out.extend(of_container(&container));
        }
        out.extend(of_pod(&pod.spec, ""));
    }
    rows.iter().flat_map(|(.., rows)| *rows).for_each(|row| follow(row, &root, &mut out));
    if pod.is_none() && rows.is_none() && resource.id.group().contains('.') {
        resource.body.leaves(&mut |path, _| out.extend(guess(&root, path)));
    }
    let namespace = resource.id.namespace.as_deref();
    out.retain(|reference| reference.within.str("namespace").is_none_or(|other| Some(other) == namespace));
    out
}

/// Those of a pod itself whose fields begin so.
pub fn of_pod<'t>(spec: &At<'t>, start: &str) -> Vec<Reference<'t>> {
    let mut out = Vec::new();
    POD.iter().filter(|(path, _)| path.starts_with(start)).for_each(|row| follow(row, spec, &mut out));
    out
}

/// Those of a container's variables.
pub fn of_container<'t>(container: &At<'t>) -> Vec<Reference<'t>> {
    let mut out = Vec::new();
    CONTAINER.iter().for_each(|row| follow(row, container, &mut out));
    out.iter_mut().for_each(|reference| reference.container = Some(container.clone()));
    out
}

fn follow<'t>((path, of): &Row, root: &At<'t>, out: &mut Vec<Reference<'t>>) {
    // Most objects have few of the fields: nothing is gathered for one that is not there.
    if path.split(['.', '[']).next().is_none_or(|first| root.node.get(first).is_none()) {
        return;
    }
    let (way, key) = path.rsplit_once('.').unwrap_or(("", path));
    let mut ends = vec![(root.clone(), Vec::new())];
    for word in way.split('.').filter(|word| !word.is_empty()) {
        ends = ends.into_iter().flat_map(|(at, items)| steps(at, items, word)).collect();
    }
    for (within, items) in ends {
        let Some(at) = within.get(key) else { continue };
        let Some((name, kind)) = at.text().filter(|name| !name.is_empty()).zip(kind(*of, &within)) else { continue };
        out.push(Reference { kind, name, at, within, items, field: Some(path), container: None });
    }
}

fn steps<'t>(at: At<'t>, items: Vec<At<'t>>, word: &'static str) -> Vec<(At<'t>, Vec<At<'t>>)> {
    match word.strip_suffix("[]") {
        Some(key) => at.items(key).into_iter().map(|item| (item.clone(), [&items[..], &[item]].concat())).collect(),
        None if word == "*" => at.fields().into_iter().map(|(_, value)| (value, items.clone())).collect(),
        None => at.get(word).map(|value| (value, items)).into_iter().collect(),
    }
}

/// Nothing where it is no object that anybody here could have.
fn kind<'t>(of: Of, within: &At<'t>) -> Option<&'t str> {
    let group = ["group", "apiGroup"].iter().find_map(|key| within.str(key)).unwrap_or_default();
    match of {
        Of::One(kind) => Some(kind),
        Of::Said([]) => within.str("kind"),
        Of::Said(kinds) => {
            let kind = within.str("kind").or(kinds.first().copied())?;
            (kinds.contains(&kind) && (group.is_empty() || kind == "Role")).then_some(kind)
        }
    }
}

/// `secretKeyRef.name`, `tls[0].secretName`: how objects of any kind name a Secret or ConfigMap.
fn guess<'t>(root: &At<'t>, path: &[Step<'t>]) -> Option<Reference<'t>> {
    let (last, above) = path.split_last()?;
    let keys = above.iter().rev().filter_map(|step| if let Step::Key(key) = step { Some(*key) } else { None });
    let word = match last {
        Step::Key("secretName") => "secret".to_owned(),
        Step::Key("configMapName") => "configmap".to_owned(),
        Step::Key("name") => keys.take(1).collect::<String>().to_ascii_lowercase(),
        _ => return None,
    };
    let is = |words: &[&str]| words.iter().any(|known| word.contains(known));
    let kind = if is(&["configmap"]) { "ConfigMap" } else { "Secret" };
    if !is(&["configmap", "secret", "certificateref"]) {
        return None;
    }
    let within = above.iter().try_fold(root.clone(), |at, step| at.child(*step))?;
    let at = within.child(*last)?;
    Some(Reference { kind, name: at.text()?, at, within, items: Vec::new(), field: None, container: None })
}

impl<'t> Reference<'t> {
    /// Whether it may be missing.
    pub fn is_optional(&self) -> bool {
        self.within.bool("optional") == Some(true)
    }

    /// The keys of the object that it asks for.
    pub fn keys(&self) -> Vec<At<'t>> {
        let items = self.within.items("items");
        self.within.get("key").into_iter().chain(items.iter().filter_map(|item| item.get("key"))).collect()
    }

    /// Whether its field begins so.
    pub fn is_in(&self, start: &str) -> bool {
        self.field.is_some_and(|field| field.starts_with(start))
    }

    /// Whether it names this object.
    pub fn is(&self, kind: &str, name: &str) -> bool {
        self.kind == kind && self.name == name
    }
}
