//! The first apply, later ones, and what the project no longer has.
//!
//! Source: server-side apply https://kubernetes.io/docs/reference/using-api/server-side-apply/. Not ApplySets: an apply without
//! one takes its label away, and the next with one prunes nothing, in silence.

use super::Section;
use super::view::View;

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
    let sealed: Vec<String> = view.resources.iter().filter(|one| one.is_sops()).map(|one| one.id.to_string()).collect();
    let skip = if sealed.is_empty() { String::new() } else { format!(" --skip {}", sealed.join(",")) };
    out.say("Look at what an apply would change, then apply; the same for the first time and every later one:");
    out.run([
        format!("{} diff {} --live", view.place.kgen, view.profile),
        format!("{}{skip} | {APPLY}", view.render()),
    ]);
    out.say("Where a plain `kubectl apply` or another tool wrote these objects before, the first server-side apply says so: add `--force-conflicts` once.");
    let tree = format!("kubectl apply --server-side -k {}", super::write::quoted(&view.place.tree));
    out.say(match sealed.is_empty() {
        true => "Or the tree, which is what Git, Argo CD and Flux have:",
        false => "The tree is what Git and Flux have; a server refuses the Secrets in it, which Flux decrypts:",
    });
    out.run([format!("{} render", view.place.kgen)].into_iter().chain(sealed.is_empty().then_some(tree)));
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

fn prune(view: &View, out: &mut Section) {
    let prune = format!("{} prune {}", view.place.kgen, view.profile);
    out.say("What the project no longer has stays in the cluster until it is pruned. kgen prints the commands, and what holds data only as a comment; read them, then hand them to a shell:");
    out.run([prune.clone(), format!("{prune} | sh")]);
}
