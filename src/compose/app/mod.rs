//! A service that runs the user's own image: an app, or a job.
//!
//! Owns: its keys in the project file, in their order, but for variables, whose values need all services (`project`), and the
//! small ones.
//! Does not own: its image (`image`), how many pods there are (`workload`), whose rights they have (`security`), what speaks
//! of its network (`network`).

mod image;
mod network;
mod security;
mod workload;

use super::container;
use super::context::Context;
use super::ports::{self, Ports};
use super::probe;
use super::service::{Service, resources};
use super::text::{Item, Value};
use super::volume::{self, Mount};
use crate::leak;

pub struct App {
    /// The component's.
    pub name: String,
    pub is_job: bool,
    pub service: Service,
    pub ports: Ports,
    /// What stands before the variables, and behind them.
    pub head: Vec<Item>,
    pub tail: Vec<Item>,
    /// Secret variables that the command needs.
    pub asked: Vec<String>,
    pub mounts: Vec<(Mount, volume::Fate)>,
    /// Checks that are allowed, with the reason.
    allow: Vec<Item>,
}

pub fn app(cx: &mut Context, service: Service, name: String, is_job: bool, project: &str, shared: &[String]) -> App {
    let mut app = App {
        name,
        is_job,
        ports: ports::ports(cx, &service),
        service,
        head: Vec::new(),
        tail: Vec::new(),
        asked: Vec::new(),
        mounts: Vec::new(),
        allow: Vec::new(),
    };
    image::image(cx, &mut app, project);
    if app.ports.all.is_empty() && !is_job {
        let usual = app.service.text("image").and_then(|image| ports::usual(&image));
        usual.into_iter().for_each(|port| app.ports.add(port, "TCP"));
    }
    command(cx, &mut app);
    let mut mounts = volume::mounts(cx, &app.service);
    mounts.extend(volume::scratch(cx, &app.service));
    for mount in mounts {
        let fate = volume::fate(cx, &app.service, &mount);
        app.mounts.push((mount, fate));
    }
    workload::workload(cx, &mut app, shared);
    let item = resources(cx, &app.service, false);
    app.tail.extend(item);
    health(cx, &mut app);
    security::security(cx, &mut app, shared);
    small(cx, &mut app);
    if !app.allow.is_empty() {
        let allow = std::mem::take(&mut app.allow);
        app.tail.push(Item::map("allow", allow));
    }
    app
}

impl App {
    fn subject(&self, key: &str) -> String {
        format!("{}.{key}", self.service.name)
    }

    /// Volumes that only one pod may write: those that no other service mounts.
    fn has_own_volume(&self, shared: &[String]) -> bool {
        self.mounts.iter().any(|(_, fate)| matches!(fate, volume::Fate::Claim(name) if !shared.contains(name)))
    }
}

fn command(cx: &mut Context, app: &mut App) {
    let mut is_shell = false;
    for (key, field) in [("entrypoint", "command"), ("command", "args")] {
        let Some(value) = app.service.map.get(key).filter(|value| !value.is_null()).cloned() else { continue };
        let Some(words) = container::words(cx, &app.service.name, key, &value) else { continue };
        if words.is_empty() || words == [""] {
            cx.notes.left(
                value.from,
                app.subject(key),
                "an empty one cannot take the image's own away: write the program as `command`",
            );
            continue;
        }
        if words.iter().any(|word| !leak::find(word).is_empty()) {
            let why = "it has a secret in its text, and `***` stands in its place: give it as a variable, `$(NAME)`";
            cx.notes.decide(value.from, app.subject(key), why);
        }
        is_shell |= container::is_shell(&words);
        let (words, asked) = container::command(&words, is_shell);
        app.asked.extend(asked);
        app.head.push(Item::new(field, Value::List(words)));
    }
    if let Some(dir) = app.service.text("working_dir") {
        app.head.push(Item::text("workingDir", dir));
    }
}

fn health(cx: &mut Context, app: &mut App) {
    let Some(check) = app.service.map.get("healthcheck").filter(|value| !value.is_null()).cloned() else { return };
    if app.is_job {
        cx.notes.left(check.from, app.subject("healthcheck"), "a job has no probes: it ends");
        return;
    }
    if let Some(found) = probe::probe(cx, &app.service.name, &check) {
        found.port.into_iter().for_each(|port| app.ports.add(port, "TCP"));
        app.tail.push(found.item);
    }
}

/// Keys of one line each.
fn small(cx: &mut Context, app: &mut App) {
    let at = |app: &App, key: &str| app.service.map.entry(key).map_or(app.service.at, |entry| entry.key_from);
    if let Some(text) = app.service.text("stop_grace_period") {
        match super::units::seconds(&text) {
            Ok(seconds) => app.tail.push(Item::raw("terminationGracePeriodSeconds", seconds.to_string())),
            Err(reason) => {
                probe::bad(cx, &app.subject("stop_grace_period"), app.service.map.get("stop_grace_period"), &reason)
            }
        }
    }
    if app.service.text("stop_signal").is_some_and(|signal| !["SIGTERM", "TERM", "15"].contains(&signal.as_str())) {
        let why = "pods are stopped with SIGTERM; from 1.33 on `lifecycle: {stopSignal: SIGINT}` says another";
        cx.notes.decide(at(app, "stop_signal"), app.subject("stop_signal"), why);
    }
    for (key, field) in [("stdin_open", "stdin"), ("tty", "tty")] {
        if app.service.text(key).as_deref() == Some("true") {
            app.tail.push(Item::raw(field, "true"));
        }
    }
    match app.service.text("pull_policy").as_deref() {
        Some("always") => app.tail.push(Item::text("imagePullPolicy", "Always")),
        Some("never") => app.tail.push(Item::text("imagePullPolicy", "Never")),
        Some("missing" | "if_not_present") => app.tail.push(Item::text("imagePullPolicy", "IfNotPresent")),
        Some(_) => cx.notes.left(at(app, "pull_policy"), app.subject("pull_policy"), "write `imagePullPolicy: Always`"),
        None => {}
    }
    match app.service.text("restart").as_deref() {
        Some("no" | "on-failure") if !app.is_job => {
            let why = "an app is always restarted; what ends by itself is a job: write it under `jobs`";
            cx.notes.decide(at(app, "restart"), app.subject("restart"), why);
        }
        _ => {}
    }
    network::network(cx, app);
    network::labels(cx, app);
}
