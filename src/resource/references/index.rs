//! What the set has: objects by name, the keys of ConfigMaps and Secrets, pods by label.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::pods::{self, Pod};
use crate::resource::walk::At;
use crate::resource::{Resource, operator, typed};

/// Kind and namespace.
type Place = (String, Option<String>);

pub struct Index<'s> {
    names: BTreeMap<Place, BTreeSet<String>>,
    /// By place and name; no keys when they are not known, for a controller fills them in.
    keys: BTreeMap<(Place, String), Option<BTreeSet<&'s str>>>,
    services: BTreeMap<(Option<String>, String), At<'s>>,
    workloads: Vec<Workload<'s>>,
    /// Workloads by namespace and label: a selector looks at those with its rarest label, not at all.
    labelled: BTreeMap<(Option<&'s str>, &'s str, &'s str), Vec<usize>>,
}

pub struct Workload<'s> {
    pub namespace: Option<&'s str>,
    pub component: &'s str,
    pub kind: &'s str,
    pub name: &'s str,
    pub labels: Vec<(&'s str, &'s str)>,
    /// `None` where an operator makes the pods.
    pub pod: Option<Pod<'s>>,
}

impl<'s> Index<'s> {
    pub fn new(set: &'s [Resource]) -> Self {
        let (names, keys, services) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut index = Self { names, keys, services, workloads: Vec::new(), labelled: BTreeMap::new() };
        set.iter().for_each(|resource| index.add(resource));
        index
    }

    fn add(&mut self, resource: &'s Resource) {
        let (id, root) = (&resource.id, At::root(&resource.body));
        let namespace = id.namespace.as_deref();
        self.add_name(&id.kind, namespace, &id.name);
        operator::secrets(id).iter().for_each(|name| self.provide("Secret", namespace, name, None));
        match id.kind.as_str() {
            "ConfigMap" => self.provide("ConfigMap", namespace, &id.name, fields(&root, &["data", "binaryData"])),
            "Secret" => self.provide("Secret", namespace, &id.name, fields(&root, &["data", "stringData"])),
            "ExternalSecret" => self.external(namespace, &id.name, &root),
            "SealedSecret" => self.sealed(namespace, &id.name, &root),
            "Service" => drop(self.services.insert((namespace.map(Into::into), id.name.clone()), root)),
            // cert-manager writes the key pair into this Secret.
            "Certificate" => {
                let name = root.get("spec").and_then(|spec| spec.str("secretName")).unwrap_or(&id.name);
                self.provide("Secret", namespace, name, None);
            }
            _ => {}
        }
        if let Some(pod) = pods::of(&resource.body).filter(|_| typed::knows(&id.api_version, &id.kind)) {
            let labels = pod.labels();
            self.add_workload(resource, labels, Some(pod));
        }
        match (id.group(), id.kind.as_str()) {
            // The operator gives its pods the labels of the resource.
            ("redis.redis.opstreelabs.in", _) => {
                let labels =
                    At::root(&resource.body).get("metadata").map(|at| at.entries("labels")).unwrap_or_default();
                let labels = labels.into_iter().filter_map(|(key, at)| Some((key, at.text()?))).collect();
                self.add_workload(resource, labels, None);
            }
            ("postgresql.cnpg.io", "Cluster") => {
                self.add_workload(resource, vec![("cnpg.io/cluster", &id.name)], None);
            }
            _ => {}
        }
    }

    fn add_workload(&mut self, resource: &'s Resource, labels: Vec<(&'s str, &'s str)>, pod: Option<Pod<'s>>) {
        let (id, component) = (&resource.id, &*resource.component);
        let namespace = id.namespace.as_deref();
        for (key, value) in &labels {
            self.labelled.entry((namespace, key, value)).or_default().push(self.workloads.len());
        }
        self.workloads.push(Workload { namespace, component, kind: &id.kind, name: &id.name, labels, pod });
    }

    fn add_name(&mut self, kind: &str, namespace: Option<&str>, name: &str) {
        self.names.entry(place(kind, namespace)).or_default().insert(name.to_owned());
    }

    /// Several may fill one Secret; where what one of them fills in is not known, nothing is.
    fn provide(&mut self, kind: &str, namespace: Option<&str>, name: &str, keys: Option<BTreeSet<&'s str>>) {
        self.add_name(kind, namespace, name);
        let whole = (place(kind, namespace), name.to_owned());
        let known = self.keys.entry(whole).or_insert_with(|| Some(BTreeSet::new()));
        *known = known.take().zip(keys).map(|(mut all, more)| {
            all.extend(more);
            all
        });
    }

    fn external(&mut self, namespace: Option<&'s str>, own: &'s str, root: &At<'s>) {
        let Some(spec) = root.get("spec") else { return };
        let target = spec.get("target");
        let name = target.as_ref().and_then(|target| target.str("name")).unwrap_or(own);
        let template = target.as_ref().and_then(|target| target.get("template"));
        let written = template.as_ref().and_then(|at| fields(at, &["data"])).unwrap_or_default();
        let merged = template.as_ref().and_then(|at| at.str("mergePolicy")) == Some("Merge");
        let fetched = spec.items("data").iter().filter_map(|item| item.str("secretKey")).collect::<BTreeSet<_>>();
        let open = !spec.items("dataFrom").is_empty() && (written.is_empty() || merged);
        let open = open || template.is_some_and(|at| !at.items("templateFrom").is_empty());
        let keys = match () {
            () if open => None,
            () if written.is_empty() => Some(fetched),
            () if merged => Some(written.union(&fetched).copied().collect()),
            // A template replaces what was fetched.
            () => Some(written),
        };
        self.provide("Secret", namespace, name, keys);
    }

    fn sealed(&mut self, namespace: Option<&'s str>, own: &'s str, root: &At<'s>) {
        let Some(spec) = root.get("spec") else { return };
        let mut keys = fields(&spec, &["encryptedData"]).unwrap_or_default();
        keys.extend(spec.get("template").and_then(|at| fields(&at, &["data"])).unwrap_or_default());
        let name = spec.at(&["template", "metadata"]).and_then(|at| at.str("name")).unwrap_or(own);
        self.provide("Secret", namespace, name, Some(keys));
    }

    pub fn has(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        // Every namespace has these from the start.
        let built_in = matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt"));
        built_in || self.names.get(&place(kind, namespace)).is_some_and(|names| names.contains(name))
    }

    pub fn names<'i>(&'i self, kind: &str, namespace: Option<&str>) -> impl Iterator<Item = &'i str> + use<'i, 's> {
        self.names.get(&place(kind, namespace)).into_iter().flatten().map(String::as_str)
    }

    /// The keys of a ConfigMap or Secret, where they are known.
    pub fn keys(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<&BTreeSet<&'s str>> {
        self.keys.get(&(place(kind, namespace), name.to_owned()))?.as_ref()
    }

    pub fn service(&self, namespace: Option<&str>, name: &str) -> Option<&At<'s>> {
        self.services.get(&(namespace.map(Into::into), name.to_owned()))
    }

    /// The workloads of a namespace whose pods a selector finds. `wanted`: labels they must have.
    pub fn selected<'i>(
        &'i self,
        namespace: Option<&str>,
        wanted: &[(&str, &str)],
        test: impl Fn(&Workload) -> bool,
    ) -> Vec<&'i Workload<'s>> {
        let mut rarest: Option<&[usize]> = None;
        for (key, value) in wanted {
            let found = self.labelled.get(&(namespace, *key, *value)).map_or(&[][..], Vec::as_slice);
            rarest = Some(rarest.filter(|rarest| rarest.len() <= found.len()).unwrap_or(found));
        }
        let all = || self.workloads.iter().filter(|workload| workload.namespace == namespace);
        match rarest {
            Some(found) => found.iter().map(|at| &self.workloads[*at]).filter(|workload| test(workload)).collect(),
            None => all().filter(|workload| test(workload)).collect(),
        }
    }
}

impl Workload<'_> {
    pub fn has_label(&self, key: &str, value: &str) -> bool {
        self.labels.contains(&(key, value))
    }
}

fn place(kind: &str, namespace: Option<&str>) -> Place {
    (kind.to_owned(), namespace.map(Into::into))
}

/// The keys of some maps together.
fn fields<'s>(at: &At<'s>, names: &[&'s str]) -> Option<BTreeSet<&'s str>> {
    Some(names.iter().flat_map(|name| at.entries(name)).map(|(key, _)| key).collect())
}
