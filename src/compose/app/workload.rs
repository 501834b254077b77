//! How many pods there are of an app, and how they are replaced.

use super::super::context::Context;
use super::super::probe;
use super::super::text::Item;
use super::App;
use crate::tree::Tree;

/// How many pods, and how they are replaced.
pub fn workload(cx: &mut Context, app: &mut App, shared: &[String]) {
    let mode = app.service.at(&["deploy", "mode"]).and_then(Tree::as_str).map(str::to_owned);
    if mode.as_deref() == Some("global") && !app.is_job {
        app.head.push(Item::text("workload", "DaemonSet"));
    }
    let (said, key) = match app.service.at(&["deploy", "replicas"]) {
        Some(value) => (Some(value.clone()), "deploy.replicas"),
        None => (app.service.map.get("scale").cloned(), "scale"),
    };
    let count = said.as_ref().and_then(Tree::as_str).map(|text| text.parse::<u32>());
    if let Some(Err(_)) = count {
        probe::bad(cx, &app.subject(key), said.as_ref(), "must be a number of containers");
    }
    let count = count.and_then(Result::ok);
    if app.is_job || mode.as_deref() == Some("global") {
        return;
    }
    match (app.has_own_volume(shared), count) {
        (false, Some(count)) => app.head.push(Item::raw("replicas", count.to_string())),
        (false, None) if is_scheduler(&app.name) => {
            app.head.push(Item::raw("replicas", "1").beside("two schedulers would do everything twice"));
            app.head.push(Item::text("strategy", "Recreate"));
        }
        (false, None) => {}
        (true, count) => {
            if let Some(count) = count.filter(|count| *count > 1) {
                let at = said.as_ref().map_or(app.service.at, |value| value.from);
                let why = format!(
                    "{count} pods would write one volume: one is written; several need `accessModes: [ReadWriteMany]`, or `workload: StatefulSet` with a volume each"
                );
                cx.notes.decide(at, app.subject(key), why);
            }
            app.head.push(
                Item::raw("replicas", if count == Some(0) { "0" } else { "1" }).beside("one pod writes the volume"),
            );
            app.head.push(Item::text("strategy", "Recreate").beside("the old pod lets go of the volume first"));
        }
    }
}

/// What its name says that there is one of.
fn is_scheduler(name: &str) -> bool {
    name.split('-').any(|word| ["beat", "scheduler", "cron", "clock", "crond"].contains(&word))
}
