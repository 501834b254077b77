//! Which modes of a store have a setting.
//!
//! A setting that no mode would read is refused rather than passed over. The names of modes are those of all kinds of store.

use crate::project::schema::Modes;

const fn of(names: &'static [&'static str]) -> Modes {
    Modes { names, hints: &[], always: false }
}

pub const EVERY: Modes = of(&["standalone", "sentinel", "operator", "cnpg", "external"]);
/// All that run here.
pub const RUNS: Modes = of(&["standalone", "sentinel", "operator", "cnpg"]);
/// Those whose pods are kgen's.
pub const OURS: Modes = of(&["standalone", "sentinel"]);
/// Those of kgen, and CloudNativePG.
pub const OPEN: Modes = of(&["standalone", "sentinel", "cnpg"]);
/// Those of kgen, and the operator of Redis.
pub const KEPT: Modes = of(&["standalone", "sentinel", "operator"]);
pub const ONE: Modes = of(&["standalone"]);
/// Several servers, of which kgen knows.
pub const SETS: Modes = of(&["sentinel", "operator"]);
/// A PostgreSQL that runs here.
pub const DATA: Modes = of(&["standalone", "cnpg"]);
pub const CNPG: Modes = of(&["cnpg"]);
pub const EXTERNAL: Modes = of(&["external"]);

pub const SERVICE: Modes = Modes {
    hints: &[
        ("cnpg", "the operator names the Services: `NAME-rw` is the primary, `NAME-ro` the replicas"),
        ("operator", "the operator names the Services: `NAME-master` is the primary"),
    ],
    ..OURS
};
pub const BUDGET: Modes = Modes {
    hints: &[
        ("standalone", "a budget on one pod blocks every node drain; use a mode with several pods, or remove it"),
        ("cnpg", "the operator makes its own; remove it, or write `disruptionBudget: none` to have none"),
    ],
    ..SETS
};
pub const POD_ANNOTATIONS: Modes = Modes {
    hints: &[
        ("cnpg", "the operator makes the pods; `annotations` are on the Cluster"),
        ("operator", "the operator makes the pods; it gives them the `annotations`"),
    ],
    ..OURS
};
pub const POD_LABELS: Modes = Modes {
    hints: &[
        ("cnpg", "the operator makes the pods; `labels` are on the Cluster"),
        ("operator", "the operator makes the pods; it gives them the `labels`"),
    ],
    ..OURS
};
pub const BACKUP: Modes = Modes {
    hints: &[("external", "its provider makes them; write `backup: none` in this profile")],
    always: true,
    ..DATA
};
pub const INSTANCES: Modes = Modes {
    hints: &[("standalone", "a standalone PostgreSQL is one server; use `mode: cnpg` for more, or remove it")],
    ..CNPG
};
pub const REPLICAS: Modes = Modes { hints: &[("cnpg", "write `instances`, which counts the primary too")], ..ONE };
