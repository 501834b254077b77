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
use super::{Keeps, Planned, Planner, config, delivery, wait};
use crate::diag::Diagnostic;

crate::declare! {
    /// a job that its delivery makes again and again
    ///
    /// `ttlSecondsAfterFinished` deletes the Job when it is done; Argo CD or Flux, by which the profile is delivered, sees that it is
    ///   missing and makes it again, so that it runs every few minutes.
    /// Fix: take the key out, as the Job of an older spec stays and does nothing; or, with Argo CD, make it a hook:
    ///   `annotations: {argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation}`.
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/
    JOB_TTL_DELIVERED = "job-ttl-delivered", Error;
}

/// A Job that deletes itself, where something makes what is missing.
fn ttl(cx: &mut Planner, owner: &Owner, job: &Node) {
    let Some(said) = get(job, "ttlSecondsAfterFinished").filter(|_| get(job, "schedule").is_none()) else { return };
    let is_hook = job.at(&["annotations", "argocd.argoproj.io/hook"]).is_some();
    if is_hook || !delivery::is_wanted(cx.settings) {
        return;
    }
    let message =
        format!("`{}` deletes itself when it is done, and what delivers the profile makes it again", owner.id);
    let d = Diagnostic::new(JOB_TTL_DELIVERED, message).at(cx.span_in(said));
    cx.report.push(d.hint("take `ttlSecondsAfterFinished` out, or make it a hook of Argo CD by `annotations`"));
}

pub fn plan(cx: &mut Planner, owner: &Owner, job: &Node) -> Vec<Planned> {
    let mut pod = Pod::default();
    let main = container::container(cx, owner, &owner.id, &owner.name_node(), job, &mut pod, Place::Main);
    ttl(cx, owner, job);
    let mut init = wait::containers(cx, owner, job);
    init.extend(container::others(cx, owner, job, "sidecars", &mut pod));
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
