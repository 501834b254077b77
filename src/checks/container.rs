//! Images and resources of containers, and runs of CronJobs.
//!
//! Owns: what an image's name says about what will run, memory without a limit, overlapping runs.
//! Does not own: the form of images and quantities (`resource/values`).

use super::set::{Findings, Set, Workload};
use crate::resource::walk::At;
use crate::resource::{Finding, Part};

crate::declare! {
    /// a container may take the node's memory
    ///
    /// A container without a memory limit may take what the node has: the kernel then kills what it finds first,
    ///   others' pods too.
    /// Fix: `resources: {limits: {memory: 256Mi}}`.
    /// Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    NO_MEMORY_LIMIT = "no-memory-limit", Warning, allow;

    /// an image without a version
    ///
    /// An image without a tag, or with `latest`, is another one after each pull: what runs is not what was reviewed. An
    ///   error outside dev.
    /// Fix: a version, or a digest.
    /// Source: https://kubernetes.io/docs/concepts/containers/images/
    IMAGE_LATEST = "image-latest", Either, allow;

    /// an image whose tags are going away
    ///
    /// The images of docker.io/bitnami moved or lost their tags in 2025: a node that does not have the image yet cannot
    ///   pull it.
    /// Fix: the official image of the same software (`postgres`, `redis`, `valkey/valkey`), or a copy in a registry of
    ///   your own.
    /// Source: https://github.com/bitnami/charts/issues/35164
    IMAGE_BITNAMI = "image-bitnami", Error, allow;

    /// a moving tag that is pulled once
    ///
    /// The tag is moved on purpose (`main`, `stable`, `nightly`), and with `IfNotPresent` each node keeps the one that
    ///   it pulled first: pods of one app run different code.
    /// Fix: a version; or `imagePullPolicy: Always`.
    /// Source: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
    IMAGE_PULL_ALWAYS = "image-pull-always", Warning, allow;

    /// runs of a CronJob that may overlap
    ///
    /// A CronJob that does not say `concurrencyPolicy` starts the next run while the last one still goes on, as often
    ///   as it takes.
    /// Fix: `concurrencyPolicy: Forbid` or `Replace`; or `Allow`, where that is meant.
    /// Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy
    CRON_OVERLAP = "cron-overlap", Warning, allow;
}

pub fn check(set: &Set, out: &mut Findings) {
    for workload in &set.workloads {
        let whole = workload.pod.spec.at(&["resources", "limits", "memory"]).is_some();
        for (_, container) in workload.pod.containers() {
            image(set, workload, &container, out);
            if !whole && container.at(&["resources", "limits", "memory"]).is_none() {
                let name = container.str("name").unwrap_or_default();
                let message = format!("the container `{name}` has no memory limit and may take the node's");
                let finding = container.found_at("resources", NO_MEMORY_LIMIT, message);
                out.push(workload.index, finding.hint("add `resources: {limits: {memory: 256Mi}}`"));
            }
        }
    }
    set.kind("CronJob").for_each(|(index, _, spec)| overlap(index, &spec, out));
}

/// Tags that are moved on purpose.
const MOVING: [&str; 18] = [
    "main",
    "master",
    "trunk",
    "head",
    "develop",
    "development",
    "dev",
    "edge",
    "nightly",
    "canary",
    "rolling",
    "snapshot",
    "stable",
    "release",
    "staging",
    "prod",
    "production",
    "test",
];

fn image(set: &Set, workload: &Workload, container: &At, out: &mut Findings) {
    let Some(at) = container.get("image") else { return };
    let Some(image) = at.text().and_then(|text| crate::format::image(text).ok()) else { return };
    if image.host() == "docker.io" && image.name.starts_with("bitnami/") {
        let message = format!("`{}` loses its tags: a node without the image cannot pull it", image.name);
        let hint = "use the official image of the same software, or a copy in a registry of your own";
        out.push(workload.index, at.found(IMAGE_BITNAMI, message).hint(hint));
    }
    if image.digest.is_some() {
        return;
    }
    let policy = container.str("imagePullPolicy");
    let tag = image.tag.unwrap_or("latest");
    let moves = MOVING.contains(&tag.to_ascii_lowercase().as_str());
    if moves && !matches!(policy, Some("Always" | "Never")) && !set.settings.is_dev() {
        let message = format!("the tag `{tag}` is moved, but each node keeps the image that it pulled first");
        let finding = at.found(IMAGE_PULL_ALWAYS, message);
        out.push(workload.index, finding.hint("name a version, or write `imagePullPolicy: Always`"));
    }
    if tag == "latest" {
        let what = if image.tag.is_none() { "no tag" } else { "the tag `latest`" };
        let message = format!("the image has {what}");
        let finding = at.found(IMAGE_LATEST, message);
        let finding = if set.settings.is_dev() { finding.mild() } else { finding };
        out.push(workload.index, finding.hint("name a version: what runs must be what was reviewed"));
    }
}

/// `Allow` is what Kubernetes does unless told.
fn overlap(index: usize, spec: &At, out: &mut Findings) {
    let ends = spec.at(&["jobTemplate", "spec", "activeDeadlineSeconds"]).is_some();
    if spec.get("concurrencyPolicy").is_none() && !ends {
        let mut path = spec.path();
        path.push(Part::Key("concurrencyPolicy".into()));
        let message = "the next run starts while the last one still goes on";
        let finding = Finding::new(CRON_OVERLAP, path, message);
        out.push(
            index,
            finding.hint("write `concurrencyPolicy: Forbid` or `Replace`; or `Allow`, where that is meant"),
        );
    }
}
