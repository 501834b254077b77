//! The first apply, later ones, and what the project no longer has.
//!
//! Sources: server-side apply https://kubernetes.io/docs/reference/using-api/server-side-apply/; ApplySets KEP-3659: one
//! namespace, whose Namespace and definitions are not among what is pruned, and `KUBECTL_APPLYSET=true`.

use std::collections::BTreeSet;

use super::Section;
use super::view::{View, is_kept, within};

const APPLY: &str = "kubectl apply --server-side -f -";

/// The definitions that custom resources need, by kind.
const DEFINITIONS: [(&str, &str); 7] = [
    ("ExternalSecret", "externalsecrets.external-secrets.io"),
    ("SealedSecret", "sealedsecrets.bitnami.com"),
    ("Cluster", "clusters.postgresql.cnpg.io"),
    ("ScheduledBackup", "scheduledbackups.postgresql.cnpg.io"),
    ("ObjectStore", "objectstores.barmancloud.cnpg.io"),
    ("RedisReplication", "redisreplications.redis.redis.opstreelabs.in"),
    ("HTTPRoute", "httproutes.gateway.networking.k8s.io"),
];

pub fn section(view: &View) -> Section {
    let mut out = Section::new("Deploy");
    first(view, &mut out);
    let render = view.render();
    out.say("Look at what an apply would change, then apply; the same for the first time and every later one:");
    out.run([format!("{} diff {} --live", view.place.kgen, view.profile), format!("{render} | {APPLY}")]);
    out.say("Where a plain `kubectl apply` or another tool wrote these objects before, the first server-side apply says so: add `--force-conflicts` once.");
    out.say("Or the tree, which is what Git, Argo CD and Flux have:");
    out.run([
        format!("{} render", view.place.kgen),
        format!("kubectl apply --server-side -k {}", super::write::quoted(&view.place.tree)),
    ]);
    prune(view, &mut out);
    out
}

/// What must be there before the rest.
fn first(view: &View, out: &mut Section) {
    let needed = DEFINITIONS.iter().filter(|(kind, _)| view.kind(kind).next().is_some());
    let needed: Vec<String> = needed.map(|(_, definition)| format!("kubectl get crd {definition}")).collect();
    if !needed.is_empty() {
        out.say("Once for a cluster: these kinds come with their operators.");
        out.run(needed);
    }
    let own: Vec<_> = view.kind("CustomResourceDefinition").collect();
    if !own.is_empty() {
        out.say("The project's own definitions come before objects of their kinds:");
        let waits =
            own.iter().map(|crd| format!("kubectl wait --for=condition=Established crd/{} --timeout=60s", crd.id.name));
        out.run([format!("{} --only CustomResourceDefinition | {APPLY}", view.render())].into_iter().chain(waits));
    }
    match view.kind("Namespace").next() {
        Some(_) => {
            out.say("The namespace first, so that Secrets can be put into it:");
            out.run([format!("{} --only Namespace | {APPLY}", view.render())]);
        }
        None => {
            let names: Vec<String> =
                view.namespaces().into_iter().flatten().map(|name| format!("kubectl get namespace {name}")).collect();
            if !names.is_empty() {
                out.say("Someone else makes the namespace, or `kubectl create namespace`:");
                out.run(names);
            }
        }
    }
}

/// An ApplySet is of one namespace, and spares nothing: what holds data is applied beside it.
fn prune(view: &View, out: &mut Section) {
    let namespaces = view.namespaces();
    let [namespace] = namespaces.into_iter().collect::<Vec<_>>()[..] else {
        out.say("What the project no longer has stays in the cluster; `kgen diff PROFILE --live` names it. `kubectl apply --prune --applyset` is for one namespace, and these objects have several.");
        return;
    };
    let aside = view.resources.iter().filter(|resource| is_kept(resource) || resource.id.is_of_cluster());
    // A NetworkPolicy that stays is pruned with the Cluster that it is for, when both are gone.
    let aside: BTreeSet<&str> =
        aside.map(|resource| &*resource.id.kind).filter(|kind| !crate::plan::keep::goes(kind)).collect();
    let aside: Vec<&str> = aside.into_iter().collect();
    let render = view.render();
    out.say("What the project no longer has stays in the cluster until it is pruned. kubectl does that by an ApplySet (alpha since 1.27), which spares nothing that it once had: what holds data is kept out of it. `--dry-run=server` at its end shows what would go.");
    let apart = (!aside.is_empty()).then(|| format!("{render} --only {} | {APPLY}", aside.join(",")));
    let skip = if aside.is_empty() { String::new() } else { format!(" --skip {}", aside.join(",")) };
    let set = format!("{}-{}", view.project, view.profile);
    let rest = format!(
        "{render}{skip} |\n  KUBECTL_APPLYSET=true kubectl apply --server-side{} --prune --applyset=kgen-{set} -f -",
        within(namespace)
    );
    out.run(apart.into_iter().chain([rest]));
}
