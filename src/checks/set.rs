//! What the checks of a profile look at: its settings, its objects, and the pods in them.
//!
//! Owns: finding what belongs together: a workload and its claims, a Service and its pods, a budget and what it is about.
//! Does not own: any rule.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::resource::pods::{self, Pod};
use crate::resource::walk::At;
use crate::resource::{Finding, Resource, reference};
use crate::settings::Settings;
use crate::tree::Tree;

pub struct Set<'s> {
    pub settings: &'s Settings,
    pub plan: &'s Plan,
    pub resources: &'s [Resource],
    pub workloads: Vec<Workload<'s>>,
    /// Indexes of the objects of each kind.
    kinds: BTreeMap<&'s str, Vec<usize>>,
    /// Indexes of objects by kind and name.
    names: BTreeMap<(&'s str, &'s str), Vec<usize>>,
    /// Autoscalers by what they scale: namespace, kind and name.
    autoscalers: BTreeMap<(Option<&'s str>, &'s str, &'s str), (usize, At<'s>)>,
    /// Workloads by namespace and label: a selector looks at those with its rarest label, not at all.
    labelled: BTreeMap<(Option<&'s str>, &'s str, &'s str), Vec<usize>>,
}

pub struct Workload<'s> {
    /// Of its object.
    pub index: usize,
    pub resource: &'s Resource,
    pub root: At<'s>,
    pub pod: Pod<'s>,
    labels: Vec<(&'s str, &'s str)>,
}

/// A claim of a workload, with the object that says what it is.
pub struct Claim<'s> {
    pub index: usize,
    pub name: &'s str,
    pub spec: At<'s>,
    /// Each pod has one of its own.
    pub own: bool,
}

impl<'s> Set<'s> {
    pub fn new(settings: &'s Settings, plan: &'s Plan, resources: &'s [Resource]) -> Self {
        let workload = |(index, resource): (usize, &'s Resource)| {
            let pod = pods::of(&resource.body)?;
            let labels = pod.labels();
            Some(Workload { index, resource, root: At::root(&resource.body), pod, labels })
        };
        let workloads = resources.iter().enumerate().filter_map(workload).collect();
        let (kinds, names, autoscalers, labelled) = Default::default();
        let mut set = Self { settings, plan, resources, workloads, kinds, names, autoscalers, labelled };
        set.index();
        set
    }

    fn index(&mut self) {
        for (index, resource) in self.resources.iter().enumerate() {
            self.kinds.entry(&resource.id.kind).or_default().push(index);
            self.names.entry((&resource.id.kind, &resource.id.name)).or_default().push(index);
        }
        for (index, workload) in self.workloads.iter().enumerate() {
            let namespace = workload.resource.id.namespace.as_deref();
            for (key, value) in &workload.labels {
                self.labelled.entry((namespace, key, value)).or_default().push(index);
            }
        }
        let scalers: Vec<_> = self.kind("HorizontalPodAutoscaler").collect();
        for (index, resource, spec) in scalers {
            let Some(target) = spec.get("scaleTargetRef") else { continue };
            let namespace = resource.id.namespace.as_deref();
            if let Some((kind, name)) = target.str("kind").zip(target.str("name")) {
                self.autoscalers.entry((namespace, kind, name)).or_insert((index, spec));
            }
        }
    }

    /// The objects of a kind, with their `spec`.
    pub fn kind(&self, kind: &str) -> impl Iterator<Item = (usize, &'s Resource, At<'s>)> {
        self.all(kind).filter_map(|(index, resource)| Some((index, resource, At::root(&resource.body).get("spec")?)))
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = (usize, &'s Resource)> {
        let found = self.kinds.get(kind).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(|index| Some((*index, self.resources.get(*index)?)))
    }

    /// The object of this kind and name beside a workload.
    pub fn find(&self, kind: &str, workload: &Workload, name: &str) -> Option<(usize, &'s Resource)> {
        self.object(kind, &workload.resource.id.namespace, name)
    }

    pub fn object(&self, kind: &str, namespace: &Option<String>, name: &str) -> Option<(usize, &'s Resource)> {
        let found = self.names.get(&(kind, name)).map(Vec::as_slice).unwrap_or_default();
        let mut found = found.iter().filter_map(|index| Some((*index, self.resources.get(*index)?)));
        found.find(|(_, resource)| resource.id.namespace == *namespace)
    }

    /// The claims that the pods of a workload mount, as far as they are rendered.
    pub fn claims(&self, workload: &Workload<'s>) -> Vec<Claim<'s>> {
        let templates = workload.root.get("spec").map(|spec| spec.items("volumeClaimTemplates")).unwrap_or_default();
        let own = templates.into_iter().filter_map(|at| {
            let name = at.get("metadata")?.str("name")?;
            Some(Claim { index: workload.index, name, spec: at.get("spec")?, own: true })
        });
        let named =
            reference::of_pod(&workload.pod.spec, "volumes[].persistentVolumeClaim").into_iter().filter_map(|at| {
                let (index, found) = self.find("PersistentVolumeClaim", workload, at.name)?;
                let spec = At::root(&found.body).get("spec")?;
                Some(Claim { index, name: at.items.first()?.str("name")?, spec, own: false })
            });
        own.chain(named).collect()
    }

    /// The workloads of a namespace whose pods have these labels.
    pub fn selected(&self, namespace: &Option<String>, labels: &[(&'s str, At<'s>)]) -> Vec<&Workload<'s>> {
        let wanted: Option<Vec<(&str, &str)>> = labels.iter().map(|(key, at)| Some((*key, at.text()?))).collect();
        let Some(wanted) = wanted else { return Vec::new() };
        let with = |(key, value): &(&'s str, &'s str)| {
            self.labelled.get(&(namespace.as_deref(), *key, *value)).map(Vec::as_slice).unwrap_or_default()
        };
        let rarest = wanted.iter().map(with).min_by_key(|found| found.len()).unwrap_or_default();
        let has = |workload: &&Workload| wanted.iter().all(|label| workload.labels.contains(label));
        rarest.iter().filter_map(|index| self.workloads.get(*index)).filter(has).collect()
    }

    /// The autoscaler of a workload.
    pub fn autoscaler(&self, workload: &Workload<'s>) -> Option<(usize, At<'s>)> {
        let id = &workload.resource.id;
        self.autoscalers.get(&(id.namespace.as_deref(), &*id.kind, &*id.name)).cloned()
    }

    /// The least number of pods that a workload is meant to have; `None` where nodes decide.
    pub fn replicas(&self, workload: &Workload<'s>) -> Option<i64> {
        if !matches!(&*workload.resource.id.kind, "Deployment" | "StatefulSet" | "ReplicaSet") {
            return None;
        }
        if let Some((_, spec)) = self.autoscaler(workload) {
            return Some(spec.int("minReplicas").unwrap_or(1));
        }
        Some(workload.root.get("spec").and_then(|spec| spec.int("replicas")).unwrap_or(1))
    }
}

impl Workload<'_> {
    pub fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&&*self.resource.id.kind)
    }

    /// `redis` of `redis.cache`.
    pub fn section(&self) -> &str {
        self.resource.component.split('.').next().unwrap_or_default()
    }

    /// Whether a rollout of a Deployment begins one pod more than there are: 25 % unless said, rounded up.
    pub fn surges(&self) -> bool {
        let strategy = self.root.at(&["spec", "strategy"]);
        let is = |kind| strategy.as_ref().and_then(|at| at.str("type")) == Some(kind);
        let surge = strategy.as_ref().and_then(|at| at.at(&["rollingUpdate", "maxSurge"])?.scalar());
        self.is(&["Deployment"]) && !is("Recreate") && !matches!(surge.as_deref(), Some("0" | "0%"))
    }
}

impl Claim<'_> {
    fn has_mode(&self, wanted: &[&str]) -> bool {
        self.spec.items("accessModes").iter().any(|mode| mode.text().is_some_and(|mode| wanted.contains(&mode)))
    }

    /// Whether one pod, or the pods of one node, may write it.
    pub fn is_for_one(&self) -> bool {
        !self.has_mode(&["ReadWriteMany", "ReadOnlyMany"])
    }

    pub fn is_for_a_node(&self) -> bool {
        self.is_for_one() && !self.has_mode(&["ReadWriteOncePod"])
    }
}

/// What a family of checks found.
#[derive(Default)]
pub struct Findings(pub Vec<(usize, Finding)>);

impl Findings {
    pub fn push(&mut self, index: usize, finding: Finding) {
        self.0.push((index, finding));
    }
}

/// The bytes of a quantity, where it is one.
pub fn bytes(at: &At) -> Option<u128> {
    crate::quantity::Quantity::parse(&at.scalar()?).ok()?.bytes()
}

/// Whether a node of the settings was written by the user.
pub fn is_users(settings: &Settings, path: &[&str]) -> bool {
    settings.root.at(path).filter(|node| !node.is_null()).is_some_and(|node: &Tree<_>| settings.is_users(&node.from))
}
