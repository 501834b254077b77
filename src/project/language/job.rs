//! Jobs.

use super::container::{CONTAINER, INIT_CONTAINER, SIDECAR};
use super::pod::POD;
use super::types::{COUNT0, COUNT1, STRING};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Object, Switch, Type};

#[rustfmt::skip]
pub static JOB: Object = object!(&[
    CONTAINER,
    &[
        field!("schedule", Type::String(&rule::CRON), "Makes it a CronJob.", like "0 3 * * *"),
        field!("timeZone", STRING, "Of the schedule; `Etc/UTC` unless said."),
        field!("concurrencyPolicy", Type::Enum(&["Allow", "Forbid", "Replace"]), "What happens when the last run is still going."),
        field!("startingDeadlineSeconds", COUNT0, "As in Kubernetes."),
        field!("suspend", Type::Bool, "As in Kubernetes."),
        field!("successfulJobsHistoryLimit", COUNT0, "As in Kubernetes."),
        field!("failedJobsHistoryLimit", COUNT0, "As in Kubernetes."),
        field!("backoffLimit", COUNT0, "How often a failed pod is tried again."),
        field!("activeDeadlineSeconds", COUNT1, "As in Kubernetes."),
        field!("ttlSecondsAfterFinished", COUNT0, "As in Kubernetes."),
        field!("completions", COUNT1, "As in Kubernetes."),
        field!("parallelism", COUNT0, "As in Kubernetes."),
        field!("restartPolicy", Type::Enum(&["Never", "OnFailure"]), "As in Kubernetes."),
        field!("waitFor", Type::List(&Type::Text), "Components that must answer before the job starts.", like "[postgres.db, redis.cache]"),
        field!("sidecars", Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&SIDECAR))), "Containers that run beside the job, as a database proxy, and end with it."),
        field!("initContainers", Type::Map(&map!(&rule::CONTAINER_NAME, Type::Object(&INIT_CONTAINER))), "Run before the job, in this order."),
    ],
    POD,
]);
