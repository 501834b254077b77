//! Jobs and CronJobs.
//!
//! A Job's pod template can never change, so its name carries a hash of its spec (set after rendering, by
//! `render`): a changed job is another job, an unchanged one is `unchanged`.

use super::container::{self, Place};
use super::gather::Pod;
use super::label::{self, Owner};
use super::node::{Node, filled, get, list, map, merged, take};
use super::object::meta;
use super::pod::{self, Claims};
use super::{Keeps, Planned, Planner, config, wait};

pub fn plan(cx: &mut Planner, owner: &Owner, job: &Node) -> Vec<Planned> {
    let mut pod = Pod::default();
    let main = container::container(cx, owner, &owner.id, &owner.name_node(), job, &mut pod, Place::Main);
    let mut init = wait::containers(cx, owner, job);
    init.extend(container::others(cx, owner, job, "initContainers", &mut pod));
    // A job reads its secrets when it runs: to run it again because one has changed would be another job's work.
    pod.secrets.clear();
    let context = pod::context(cx, owner, job, &pod, Claims::Named);
    let more = map([
        ("initContainers", filled(list(init))),
        ("containers", list(vec![main])),
        ("restartPolicy", take(job, "restartPolicy")),
    ]);
    let base = meta(cx, owner, job);
    let keys = [
        "schedule",
        "timeZone",
        "concurrencyPolicy",
        "startingDeadlineSeconds",
        "suspend",
        "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit",
        "backoffLimit",
        "activeDeadlineSeconds",
        "ttlSecondsAfterFinished",
        "completions",
        "parallelism",
    ];
    let context = merged(
        merged(base.clone(), &map([("pod", merged(context, &more))])),
        &map(keys.map(|key| (key, take(job, key)))),
    );
    let is_cron = get(job, "schedule").is_some();
    let context = merged(context, &map([("labels", label::versioned(take(&base, "labels"), job))]));
    let mut out = vec![Planned {
        hash_name: !is_cron,
        ..Planned::new(if is_cron { "job/cronjob.yaml" } else { "job/job.yaml" }, context)
    }];
    for claim in &pod.claims {
        let context = merged(base.clone(), &map([("claim", claim.context())]));
        out.push(
            Planned::new("app/claim.yaml", merged(context, &map([("name", claim.name.clone())]))).keeping(Keeps::Data),
        );
    }
    if pod::creates_account(job) {
        let annotations = job.at(&["serviceAccount", "annotations"]).cloned().unwrap_or_default().or_empty();
        let all = merged(take(&base, "annotations").or_empty(), &annotations);
        let name = job.at(&["serviceAccount", "name"]).cloned().unwrap_or_else(|| owner.name_node());
        let more = map([("name", name), ("annotations", filled(all))]);
        let create = job.at(&["serviceAccount", "create"]).map(|create| create.from.clone()).unwrap_or_default();
        out.push(Planned::new("app/serviceaccount.yaml", merged(base.clone(), &more)).because(&create));
    }
    out.extend(config::files(cx, owner, &pod.files));
    out
}
