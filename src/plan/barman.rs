//! Backups of a CloudNativePG cluster: base backups and the write-ahead log, by the operator's plugin for Barman Cloud.
//!
//! Owns: the ObjectStore and the ScheduledBackup. In the Cluster itself the plugin is one stanza (`cnpg.rs`): the
//! settings that CloudNativePG had for this are gone from 1.31 on.
//! Source: https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/

use super::label::Owner;
use super::node::{Node, filled, get, list, map, merged, take, text};
use super::object::meta;
use super::s3::{self, Place, S3};
use super::{Planned, Planner, Role, backup};
use crate::diag::Diagnostic;

crate::declare! {
    /// CloudNativePG backs up to object storage only
    ///
    /// CloudNativePG backs up to object storage only.
    /// Fix: `backup: {to: {s3: {bucket: NAME}}}`.
    CNPG_BACKUP = "cnpg-backup", Error;
}

/// The two objects; empty where there is no backup, or a wrong one.
pub fn plan(cx: &mut Planner, store: &Owner, settings: &Node) -> Vec<Planned> {
    let Some(said) = backup::settings(cx, store, settings) else { return Vec::new() };
    let to = take(&said, "to");
    if let Some(volume) = get(&to, "volume") {
        let message = format!("`{}.backup.to.volume`: CloudNativePG backs up to object storage only", store.id);
        let d = Diagnostic::new(CNPG_BACKUP, message).in_profile(&cx.settings.profile);
        let place = volume.first_leaf().and_then(|leaf| cx.span_in(leaf));
        let hint = "a claim is of one pod, and the log is archived by whichever instance is the primary";
        cx.report.push(d.at(place).hint(hint).hint("write `to: {s3: {bucket: NAME}}`"));
        return Vec::new();
    }
    let Some(s3) = s3::read(cx, store, &take(&to, "s3")) else { return Vec::new() };
    cx.facts(store).bucket = Some(s3.bucket(&s3.url()));
    let base = meta(cx, &backup::owner(store), settings);
    let retain = take(&said, "retain");
    let objects = map([
        ("retention", text(format!("{retain}d"), &retain.from)),
        ("destination", s3.url()),
        ("endpoint", s3.endpoint.clone()),
        ("accessKeyId", selector(&s3.access_key)),
        ("secretAccessKey", selector(&s3.secret_key)),
        ("env", filled(list(environment(&s3)))),
    ]);
    let schedule = map([("schedule", six(&take(&said, "schedule"))), ("cluster", store.name_node())]);
    vec![
        Planned::new("postgres/objectstore.yaml", merged(base.clone(), &objects)).role(Role::Backup),
        Planned::new("postgres/scheduledbackup.yaml", merged(base, &schedule)).role(Role::Backup),
    ]
}

fn selector((home, from): &Place) -> Node {
    map([("name", text(home.secret.as_str(), from)), ("key", text(home.key.as_str(), from))])
}

/// The operator counts seconds too; a CronJob's schedule means second 0.
fn six(schedule: &Node) -> Node {
    let said = schedule.as_str().unwrap_or_default();
    let is_short = !said.starts_with('@') && said.split_whitespace().count() == 5;
    if is_short { text(format!("0 {said}"), &schedule.from) } else { schedule.clone() }
}

/// For the plugin's container: it takes a region from a Secret only, and what is not Amazon's may not know checksums
/// that its client adds by itself.
fn environment(s3: &S3) -> Vec<Node> {
    let variable = |name: &str, value: Node| map([("name", name.into()), ("value", value)]);
    let region = get_some(&s3.region).map(|region| variable("AWS_DEFAULT_REGION", region));
    let checksums = ["AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"];
    let checksums = checksums.map(|name| variable(name, text("when_required", &s3.endpoint.from)));
    region.into_iter().chain(checksums.into_iter().filter(|_| !s3.endpoint.is_null())).collect()
}

fn get_some(node: &Node) -> Option<Node> {
    Some(node.clone()).filter(|node| !node.is_null())
}
