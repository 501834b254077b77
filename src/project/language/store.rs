//! What all kinds of store have.

use super::app::DISRUPTION;
use super::container::RESOURCES;
use super::env::ENV;
use super::modes::{self, BUDGET, EVERY, EXTERNAL, OPEN, RUNS};
use super::probe::STORE_PROBE;
use super::types::{NONE, PORT};
use crate::project::rule;
use crate::project::schema::{Field, MapType, Type};

/// What the two kinds of store have in common.
#[rustfmt::skip]
pub const STORE: &[Field] = &[
    field!("imagePullPolicy", Type::Enum(&["Always", "IfNotPresent", "Never"]), "As in Kubernetes.", in RUNS),
    field!("service", Type::String(&rule::SERVICE_NAME), "The Service's name; the component's unless said.", in modes::SERVICE),
    field!("password", Type::Password, "`${secrets.NAME.KEY}`; the key `password` of a Secret of the component's name unless said.", in EVERY),
    field!("url", Type::Password, "Of an external one: `${secrets.NAME.KEY}`.", in EXTERNAL),
    field!("host", Type::Text, "Of an external one.", in EXTERNAL),
    field!("port", PORT, "Of an external one.", in EXTERNAL),
    field!("resources", Type::Object(&RESOURCES), "Requests and limits.", in RUNS, like "{requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 256Mi}}"),
    field!("livenessProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's.", in OPEN),
    field!("readinessProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's.", in OPEN),
    field!("startupProbe", Type::Object(&STORE_PROBE), "Its timings; the command is kgen's.", in OPEN),
    field!("env", Type::Map(&map!(&rule::ENV_NAME_KEY, Type::Object(&ENV))), "Further environment variables.", in OPEN),
    field!("metrics", Type::Enum(&["none", "annotations", "exporter"]), "Prometheus annotations, or an exporter beside it.", in RUNS),
    field!("disruptionBudget", Type::OneOf(&[NONE, Type::Object(&DISRUPTION)]), "A PodDisruptionBudget, where there are at least two pods.", in BUDGET),
    field!("networkPolicy", Type::Enum(&["none", "wiring"]), "`wiring`: only what is wired to it may connect.", in RUNS),
];
