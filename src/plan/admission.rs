//! What CloudNativePG's webhook would refuse, said before it does.
//!
//! Owns: images, names and numbers of instances of a Cluster.
//! Source: https://cloudnative-pg.io/documentation/current/ and the operator's `internal/webhook/v1/cluster_webhook.go`

use super::Planner;
use super::cluster;
use super::label::Owner;
use super::node::{Node, get};
use crate::diag::Diagnostic;
use crate::plan::DUPLICATE_NAME;
use crate::tree::Tree;

crate::declare! {
    /// two instances may lose transactions
    ///
    /// Of two instances only one may be waited for: after a failover the last transactions may be missing.
    /// Fix: three instances.
    /// Source: https://cloudnative-pg.io/documentation/current/replication/
    CNPG_TWO = "cnpg-two", Warning, allow;

    /// an image that CloudNativePG does not run
    ///
    /// The operator does not run this image: its user and tools are not what it expects.
    /// Fix: an image of `ghcr.io/cloudnative-pg/postgresql`.
    CNPG_IMAGE = "cnpg-image", Error;

    /// a name that the operator cannot use
    ///
    /// The operator makes Services `NAME-rw`, `NAME-ro`, `NAME-r`: the name is too long, or one of them is taken.
    CNPG_NAME = "cnpg-name", Error;
}

/// What the operator would refuse, or what would meet what it makes.
pub fn check(cx: &mut Planner, owner: &Owner, store: &Node) {
    official(cx, owner, store);
    names(cx, owner, store);
    if let Some(count) = get(store, "instances").filter(|count| count.as_i64() == Some(2)) {
        let message = format!("`{}` has two instances: a failover may lose the last transactions", owner.id);
        let d = Diagnostic::new(CNPG_TWO, message).of(&owner.id).in_profile(&cx.settings.profile).at(cx.span_in(count));
        let hint = "with three, each commit is on two instances before it is confirmed; with two, to wait for the replica would \
            stop all writes when it is lost";
        cx.report.push(d.hint(hint));
    }
}

fn official(cx: &mut Planner, owner: &Owner, store: &Node) {
    let Some(image) = get(store, "image").filter(|image| cx.settings.is_users(&image.from)) else { return };
    let said = image.as_str().unwrap_or_default();
    if !cluster::is_official(said) {
        return;
    }
    let tag = crate::format::image(said).ok().and_then(|image| image.tag).unwrap_or_default();
    let version = tag.split('-').next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or("18.6");
    let suite = ["bookworm", "bullseye"].into_iter().find(|suite| tag.contains(suite)).unwrap_or("trixie");
    let message =
        format!("`{}`: CloudNativePG does not run the image `{said}`, whose user and tools are not its own", owner.id);
    let d = Diagnostic::new(CNPG_IMAGE, message).in_profile(&cx.settings.profile).at(cx.span_in(image));
    let hint = format!("write `image: ghcr.io/cloudnative-pg/postgresql:{version}-system-{suite}` beside `mode: cnpg`");
    cx.report.push(d.hint(hint));
}

/// The webhook's limit for a name, and names that the operator gives to its own objects.
fn names(cx: &mut Planner, owner: &Owner, store: &Node) {
    let at = cx.span_in_from(&owner.from);
    let long = (owner.name.len() > 50).then(|| format!("has {} characters, 50 are allowed", owner.name.len()));
    if let Some(reason) = long.or_else(|| crate::format::service_name(&owner.name).err()) {
        let message = format!("the name of `{}` {reason}: the operator makes Services of it", owner.id);
        cx.report.push(Diagnostic::new(CNPG_NAME, message).at(at).hint("rename it"));
    }
    let mut taken: Vec<(&str, String)> = Vec::new();
    for section in ["apps", "redis", "postgres"] {
        taken.extend(["rw", "ro", "r"].map(|which| (section, format!("{}-{which}", owner.name))));
    }
    if get(store, "password").is_none() {
        taken.extend(["secrets", "redis", "postgres"].map(|section| (section, cluster::secret(&owner.name))));
    }
    for (section, name) in taken {
        let from = cx.settings.root.get(section).and_then(Tree::as_map).and_then(|map| map.entry(&name));
        if let Some(from) = from.map(|entry| entry.key_from.clone()) {
            let message = format!("`{section}.{name}` has the name of what the operator makes for `{}`", owner.id);
            let d = Diagnostic::new(DUPLICATE_NAME, message).at(cx.span_in_from(&from));
            let d = if let Some(at) = at { d.note(at, "of this") } else { d };
            cx.report.push(d.hint("rename one of the two"));
        }
    }
}
