//! Workloads and what scales or guards them.
//!
//! Source: `pkg/apis/{apps,batch,autoscaling,policy,core}/validation`.

use super::form::{at_least, exactly_one, short, text};
use super::{claim, quantities};
use crate::format;
use crate::resource::schema::MISSING_FIELD;
use crate::resource::values::form::{INVALID_NAME, INVALID_VALUE};
use crate::resource::walk::At;
use crate::resource::{Finding, pods};

crate::declare! {
    /// a workload that does not select its own pods
    ///
    /// A workload's selector does not match its own pods, which the API refuses.
    SELECTOR_MISMATCH = "selector-mismatch", Error;

    /// `minReplicas` above `maxReplicas`
    ///
    /// `minReplicas` is above `maxReplicas`, which the API refuses.
    HPA_MIN_MAX = "hpa-min-max", Error;

    /// a schedule that is none
    ///
    /// A schedule of five fields, as cron has them.
    INVALID_SCHEDULE = "invalid-schedule", Error;
}

pub fn check(root: &At, kind: &str, out: &mut Vec<Finding>) {
    let Some(spec) = root.get("spec") else { return };
    at_least(&spec, "replicas", 0, out);
    at_least(&spec, "minReadySeconds", 0, out);
    at_least(&spec, "revisionHistoryLimit", 0, out);
    match kind {
        "Deployment" => strategy(&spec, out),
        "StatefulSet" => stateful(&spec, out),
        "CronJob" => cron(&spec, out),
        "Job" => job(&spec, out),
        "HorizontalPodAutoscaler" => autoscaler(&spec, out),
        "PodDisruptionBudget" => budget(&spec, out),
        "ResourceQuota" => {
            for (name, at) in spec.entries("hard") {
                quantities::one(&at, name, out);
            }
        }
        _ => {}
    }
    if matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") {
        selector(root, &spec, out);
    }
}

/// The types leave `spec` optional where the server asks for its content.
pub fn required(root: &At, kind: &str, out: &mut Vec<Finding>) {
    let path: &[&str] = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "Pod" | "Service" | "Ingress" | "PersistentVolumeClaim" => &["spec"],
        "HorizontalPodAutoscaler" | "PodDisruptionBudget" | "NetworkPolicy" => &["spec"],
        _ => return,
    };
    let mut at = root.clone();
    for key in path {
        match at.get(key) {
            Some(child) => at = child,
            None => {
                return out.push(at.found_at(key, MISSING_FIELD, format!("the required field `{key}` is missing")));
            }
        }
    }
}

/// `ValidateDeploymentStrategy`.
fn strategy(spec: &At, out: &mut Vec<Finding>) {
    let Some(strategy) = spec.get("strategy") else { return };
    let kind = strategy.str("type").unwrap_or("RollingUpdate");
    if !matches!(kind, "Recreate" | "RollingUpdate") {
        let message = format!("`type` must be `RollingUpdate` or `Recreate`, but is `{}`", short(kind));
        out.push(strategy.found_at("type", INVALID_VALUE, message));
    }
    let Some(rolling) = strategy.get("rollingUpdate") else { return };
    if kind == "Recreate" {
        out.push(rolling.found(INVALID_VALUE, "`rollingUpdate` must not stand beside `type: Recreate`"));
    }
    let zero = |key| rolling.get(key).and_then(|at| at.scalar()).is_some_and(|text| matches!(&*text, "0" | "0%"));
    if zero("maxSurge") && zero("maxUnavailable") {
        out.push(rolling.found(INVALID_VALUE, "`maxSurge` and `maxUnavailable` must not both be 0"));
    }
    ["maxSurge", "maxUnavailable"].iter().for_each(|key| percent(&rolling, key, out));
}

/// `ValidatePositiveIntOrPercent`.
fn percent(parent: &At, key: &str, out: &mut Vec<Finding>) {
    at_least(parent, key, 0, out);
    let Some(text) = parent.str(key) else { return };
    let digits = text.strip_suffix('%').unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("`{key}` must be a whole number or a percentage as `25%`, but is `{}`", short(text));
        out.push(parent.found_at(key, INVALID_VALUE, message));
    }
}

fn stateful(spec: &At, out: &mut Vec<Finding>) {
    text(spec.get("serviceName"), INVALID_NAME, "the Service", format::service_name, out);
    let kind = spec.get("updateStrategy").and_then(|at| at.str("type")).unwrap_or("RollingUpdate");
    if !matches!(kind, "OnDelete" | "RollingUpdate") {
        let message = format!("`updateStrategy.type` must be `RollingUpdate` or `OnDelete`, but is `{}`", short(kind));
        out.push(spec.found_at("updateStrategy", INVALID_VALUE, message));
    }
    for template in spec.items("volumeClaimTemplates") {
        let name = template.at(&["metadata", "name"]);
        text(name, INVALID_NAME, "the claim name", format::dns_label, out);
        claim::check(&template, out);
    }
}

/// `ValidateCronJobSpec`.
fn cron(spec: &At, out: &mut Vec<Finding>) {
    text(spec.get("schedule"), INVALID_SCHEDULE, "the schedule", format::cron, out);
    if let Some(zone) = spec.get("timeZone") {
        text(Some(zone), INVALID_VALUE, "the time zone", time_zone, out);
    }
    for key in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        at_least(spec, key, 0, out);
    }
    spec.at(&["jobTemplate", "spec"]).iter().for_each(|at| job(at, out));
}

/// `validateTimeZone`, without the server's database: that is the node's.
fn time_zone(zone: &str) -> format::Checked {
    if zone.is_empty() || zone.eq_ignore_ascii_case("local") {
        return Err("must be the name of a zone, as `Europe/Berlin`".into());
    }
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/');
    if zone.chars().all(inside) { Ok(()) } else { Err("may have only letters, digits, `_`, `-`, `+` and `/`".into()) }
}

/// `ValidateJobSpec`.
fn job(spec: &At, out: &mut Vec<Finding>) {
    for key in ["backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"] {
        at_least(spec, key, 0, out);
    }
    at_least(spec, "activeDeadlineSeconds", 0, out);
}

/// `validateHorizontalPodAutoscalerSpec`. Zero replicas need a gate that is off.
fn autoscaler(spec: &At, out: &mut Vec<Finding>) {
    at_least(spec, "minReplicas", 1, out);
    at_least(spec, "maxReplicas", 1, out);
    let least = spec.int("minReplicas").unwrap_or(1);
    if let Some(most) = spec.int("maxReplicas").filter(|most| *most < least) {
        let message = format!("`maxReplicas` {most} is below `minReplicas` {least}");
        out.push(spec.found_at("maxReplicas", HPA_MIN_MAX, message));
    }
    for metric in spec.items("metrics") {
        for target in metric.fields().iter().filter_map(|(_, source)| source.get("target")) {
            at_least(&target, "averageUtilization", 1, out);
            for value in ["averageValue", "value"].iter().filter_map(|key| target.get(key)) {
                quantities::one(&value, "cpu", out);
            }
        }
    }
}

/// `ValidatePodDisruptionBudgetSpec`.
fn budget(spec: &At, out: &mut Vec<Finding>) {
    exactly_one(spec, &["minAvailable", "maxUnavailable"], "a disruption budget", out);
    ["minAvailable", "maxUnavailable"].iter().for_each(|key| percent(spec, key, out));
}

/// `ValidateDeploymentSpec` and its likes: the selector finds the pods of its own template.
fn selector(root: &At, spec: &At, out: &mut Vec<Finding>) {
    let wanted = spec.get("selector").map(|at| at.entries("matchLabels")).unwrap_or_default();
    let expressions = spec.get("selector").map(|at| at.items("matchExpressions")).unwrap_or_default();
    if wanted.is_empty() && expressions.is_empty() && spec.get("selector").is_some() {
        out.push(spec.found_at("selector", SELECTOR_MISMATCH, "the selector must not be empty"));
    }
    let labels = pods::of(root.node).map(|pod| pod.labels()).unwrap_or_default();
    for (key, value) in wanted {
        if let Some(text) = value.text().filter(|text| !labels.contains(&(key, text))) {
            let message = format!("the label `{key}: {text}` of the selector is not on the pods of the template");
            out.push(value.found(SELECTOR_MISMATCH, message));
        }
    }
}
