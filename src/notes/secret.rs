//! Where the values of Secrets come from, and whether they are there. Never a value.

use std::collections::{BTreeMap, BTreeSet};

use super::Section;
use super::view::{View, of, reference, within};
use crate::format::secret::OPAQUE;
use crate::plan::need::Needed;
use crate::plan::node::str_of;
use crate::plan::provider::Provider;
use crate::resource::Resource;

pub fn section(view: &View) -> Section {
    let mut out = Section::new("Secrets");
    if view.of.plan.secrets.is_empty() {
        return out;
    }
    out.say("Every value that the profile needs, and where it comes from:");
    out.run([format!("{} secret list {}", view.place.kgen, view.profile)]);
    existing(view, &mut out);
    variables(view, &mut out);
    for (kind, condition, text) in [
        ("ExternalSecret", "Ready", "External Secrets Operator fetches them from the store:"),
        (
            "SealedSecret",
            "Synced",
            "The controller of Sealed Secrets opens the ciphertext of the repository; `kgen secret set` renews it:",
        ),
    ] {
        let waits = view.kind(kind).map(|object| {
            format!("kubectl wait --for=condition={condition} {}{} --timeout=2m", reference(object), of(object))
        });
        let waits: Vec<String> = waits.collect();
        if !waits.is_empty() {
            out.say(text);
            out.run(waits);
        }
    }
    sops(view, &mut out);
    made_up(view, &mut out);
    out.say("A Secret's keys and the size of each value, without the values:");
    let namespace = view.of.plan.namespace.as_deref();
    let names: BTreeSet<&str> = view.of.plan.secrets.iter().map(|needed| &*needed.home.secret).collect();
    out.run(names.iter().map(|name| format!("kubectl describe secret {name}{}", within(namespace))));
    let readers: Vec<String> = readers(view);
    if !readers.is_empty() {
        out.say("Pods take a changed value when they start. A PostgreSQL keeps the password that it was made with: change it there first, by `\\password` at its prompt.");
        out.run(readers);
    }
    out
}

/// Names and keys that someone else creates.
fn existing(view: &View, out: &mut Section) {
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let theirs =
        view.of.plan.secrets.iter().filter(|needed| needed.provider == Provider::Existing && needed.source.is_none());
    for needed in theirs.filter(|needed| needed.pieces.is_empty()) {
        keys.entry(&needed.home.secret).or_default().push(format!("`{}`", needed.home.key));
    }
    if keys.is_empty() {
        return;
    }
    let all: Vec<String> = keys.iter().map(|(name, keys)| format!("`{name}` with {}", keys.join(", "))).collect();
    out.say(format!("Someone else creates these before the first apply: {}.", all.join("; ")));
    passwords(view, keys.keys().copied(), out);
}

/// Nobody needs to know what only a server and its clients say to each other: such a Secret is made at once.
fn passwords<'v>(view: &'v View, names: impl Iterator<Item = &'v str>, out: &mut Section) {
    let keys =
        |name: &'v str| view.of.plan.secrets.iter().filter(move |it| it.home.secret == name && it.pieces.is_empty());
    let is_password = |it: &Needed| it.password || it.home.key == "superuser-password";
    let is_free = |name: &&'v str| keys(name).all(|it| is_password(it) && it.secret_type == OPAQUE);
    let values = |name: &'v str| -> Vec<String> {
        keys(name).map(|it| format!("echo {}=`openssl rand -hex 24`", it.home.key)).collect()
    };
    let namespace = within(view.of.plan.namespace.as_deref());
    let create = |name: &'v str| {
        let values = values(name).join("; ");
        format!("{{ {values}; }} |\n  kubectl create secret generic {name}{namespace} --from-env-file=/dev/stdin")
    };
    let made: Vec<String> = names.filter(is_free).map(create).collect();
    if !made.is_empty() {
        out.say("If that is you: passwords which nobody sees, for what only the stores and their clients need.");
        out.run(made);
    }
}

fn variables(view: &View, out: &mut Section) {
    let root = &view.of.settings.root;
    let given = view.of.plan.secrets.iter().filter_map(|needed| {
        let kind = needed.source.filter(|source| *source != "value")?;
        let place = root.at(&["secrets", &needed.home.secret, &needed.home.key]).and_then(|key| str_of(key, kind))?;
        let word = if kind == "env" { "variable" } else { "file" };
        Some(format!("{word} `{place}`"))
    });
    let given: BTreeSet<String> = given.collect();
    if given.is_empty() {
        return;
    }
    let given: Vec<String> = given.into_iter().collect();
    out.say(format!("In the stream, and never in the tree, are values from {}:", given.join(", ")));
    let names: Vec<String> = view.resources.iter().filter(|r| r.stream_only).map(|r| r.id.to_string()).collect();
    if !names.is_empty() {
        out.run([format!("{} --only {} | kubectl apply --server-side -f -", view.render(), names.join(","))]);
    }
}

fn sops(view: &View, out: &mut Section) {
    let names: BTreeSet<&str> = view
        .of
        .plan
        .secrets
        .iter()
        .filter(|needed| matches!(needed.provider, Provider::Sops(_)))
        .map(|needed| &*needed.home.secret)
        .collect();
    if !names.is_empty() {
        out.say("Flux decrypts the Secrets of SOPS when it applies the tree. `kubectl` does not: where nothing else does, decrypt them on the way.");
        let provider = view.of.plan.secrets.iter().find(|needed| matches!(needed.provider, Provider::Sops(_)));
        let path = |name: &str| provider?.provider.path(view.profile, name);
        let apply = |path: String| {
            let quoted = super::write::quoted(&path);
            format!(
                "sops decrypt {quoted} | kubectl apply --server-side{} -f -",
                within(view.of.plan.namespace.as_deref())
            )
        };
        out.run(names.into_iter().filter_map(path).map(apply));
    }
}

fn made_up(view: &View, out: &mut Section) {
    let is_made_up = |provider: &Provider| matches!(provider, Provider::Local | Provider::None);
    if view.of.plan.secrets.iter().any(|needed| is_made_up(&needed.provider) && needed.source.is_none()) {
        out.say("The others are made up by kgen for dev and begin with `insecure-dev-`: they are in the tree and in the stream.");
    }
}

/// Workloads with a variable, a file or a volume from a Secret.
fn readers(view: &View) -> Vec<String> {
    let reads = |resource: &&Resource| crate::resource::reference::of(resource).iter().any(|at| at.kind == "Secret");
    let restart = |resource| format!("kubectl rollout restart {}{}", reference(resource), of(resource));
    let is_database = |resource: &&Resource| resource.component.starts_with("postgres.");
    view.workloads().filter(|it| !is_database(it)).filter(reads).map(restart).collect()
}
