//! A service that runs the user's own image: an app, or a job.
//!
//! Owns: its keys in the project file, in their order, but for variables, whose values need all services (`mod.rs`).

use super::container;
use super::load::Loader;
use super::ports::{self, Ports};
use super::probe;
use super::service::{Service, resources};
use super::text::{Item, Value};
use super::volume::{self, Mount};
use crate::format;
use crate::source::Span;
use crate::tree::{Map, Tree};

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

pub fn app(loader: &mut Loader, service: Service, name: String, is_job: bool, project: &str, shared: &[String]) -> App {
    let mut app = App {
        name,
        is_job,
        ports: ports::ports(loader, &service),
        service,
        head: Vec::new(),
        tail: Vec::new(),
        asked: Vec::new(),
        mounts: Vec::new(),
        allow: Vec::new(),
    };
    image(loader, &mut app, project);
    if app.ports.all.is_empty() && !is_job {
        let usual = app.service.text("image").and_then(|image| ports::usual(&image));
        usual.into_iter().for_each(|port| app.ports.add(port, "TCP"));
    }
    command(loader, &mut app);
    let mut mounts = volume::mounts(loader, &app.service);
    mounts.extend(volume::scratch(loader, &app.service));
    for mount in mounts {
        let fate = volume::fate(loader, &app.service, &mount);
        app.mounts.push((mount, fate));
    }
    workload(loader, &mut app, shared);
    let item = resources(loader, &app.service, false);
    app.tail.extend(item);
    health(loader, &mut app);
    security(loader, &mut app, shared);
    small(loader, &mut app);
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

/// What stands for a version that nobody has chosen yet.
const UNKNOWN: &str = "CHANGE-ME";

fn image(loader: &mut Loader, app: &mut App, project: &str) {
    let service = &app.service;
    let at = service.value_at("image");
    let is_built = service.map.get("build").is_some_and(|build| !build.is_null());
    let Some(said) = service.text("image") else {
        if !is_built {
            use crate::diag::Diagnostic;
            let d = Diagnostic::error("compose-type", format!("`{}` has neither `image` nor `build`", service.name));
            loader.report.push(d.at(service.at).hint("write `image: registry/name:tag`"));
        }
        let name = format!("{project}-{}:{UNKNOWN}", app.name);
        app.head.push(Item::text("image", name).beside("built by Compose: write where it is pushed to"));
        return;
    };
    if said.contains(super::interpolate::OPEN) {
        app.head.push(Item::text("image", format!("{project}-{}:{UNKNOWN}", app.name)));
        return;
    }
    let text = said.trim_end_matches(':').to_owned();
    let read = match format::image(&text) {
        Ok(read) => read,
        Err(reason) => {
            probe::bad(loader, &app.subject("image"), app.service.map.get("image"), &reason);
            return;
        }
    };
    let bitnami = read.name.starts_with("bitnami/");
    match (read.tag, read.digest) {
        _ if said.ends_with(':') => {
            loader.notes.decide(at, app.subject("image"), "its tag has no value here: write one");
            app.head.push(Item::text("image", format!("{text}:{UNKNOWN}")).beside("its tag had no value"));
        }
        (None | Some("latest"), None) => {
            let shown = if read.tag.is_none() { format!("{text}:latest") } else { text.clone() };
            let why = "what `latest` is changes by itself: write the version, and remove the `allow`";
            loader.notes.decide(at, app.subject("image"), why);
            app.head.push(Item::text("image", shown));
            app.allow.push(Item::text("image-latest", "from the Compose file; a version is to be chosen"));
        }
        _ => app.head.push(Item::text("image", &text)),
    }
    if bitnami {
        let why = "Bitnami's tags are going away: take the official image, whose variables and paths are others";
        loader.notes.decide(at, app.subject("image"), why);
        app.allow.push(Item::text("image-bitnami", "from the Compose file; another image is to be chosen"));
    }
}

fn command(loader: &mut Loader, app: &mut App) {
    let mut is_shell = false;
    for (key, field) in [("entrypoint", "command"), ("command", "args")] {
        let Some(value) = app.service.map.get(key).filter(|value| !value.is_null()).cloned() else { continue };
        let Some(words) = container::words(loader, &app.service.name, key, &value) else { continue };
        if words.is_empty() || words == [""] {
            loader.notes.left(
                value.from,
                app.subject(key),
                "an empty one cannot take the image's own away: write the program as `command`",
            );
            continue;
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

/// How many pods, and how they are replaced.
fn workload(loader: &mut Loader, app: &mut App, shared: &[String]) {
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
        probe::bad(loader, &app.subject(key), said.as_ref(), "must be a number of containers");
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
                loader.notes.decide(at, app.subject(key), why);
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

fn health(loader: &mut Loader, app: &mut App) {
    let Some(check) = app.service.map.get("healthcheck").filter(|value| !value.is_null()).cloned() else { return };
    if app.is_job {
        loader.notes.left(check.from, app.subject("healthcheck"), "a job has no probes: it ends");
        return;
    }
    if let Some(found) = probe::probe(loader, &app.service.name, &check) {
        found.port.into_iter().for_each(|port| app.ports.add(port, "TCP"));
        app.tail.push(found.item);
    }
}

fn security(loader: &mut Loader, app: &mut App, shared: &[String]) {
    let mut items = Vec::new();
    if let Some(user) = app.service.text("user") {
        let at = app.service.value_at("user");
        let (user, group) = user.split_once(':').map_or((user.as_str(), None), |(user, group)| (user, Some(group)));
        let number = |text: &str| if text == "root" { Some(0) } else { text.parse::<u32>().ok() };
        match number(user) {
            Some(0) => {
                items.extend([Item::raw("runAsUser", "0"), Item::raw("runAsNonRoot", "false")]);
                app.allow.push(Item::text("run-as-root", "from the Compose file"));
                let why = "it runs as root, which a namespace under `restricted` refuses: take another user where the image can";
                loader.notes.decide(at, app.subject("user"), why);
            }
            Some(id) => items.push(Item::raw("runAsUser", id.to_string())),
            None => {
                let why = "Kubernetes wants the number of a user: write `securityContext: {runAsUser: 1000}`";
                loader.notes.decide(at, app.subject("user"), why);
            }
        }
        items.extend(group.and_then(number).map(|id| Item::raw("runAsGroup", id.to_string())));
    }
    let groups = app.service.map.get("group_add").and_then(Tree::as_list).unwrap_or_default();
    let ids: Vec<&str> = groups.iter().filter_map(Tree::as_str).filter(|id| id.parse::<u32>().is_ok()).collect();
    if !ids.is_empty() {
        items.push(Item::raw("supplementalGroups", format!("[{}]", ids.join(", "))));
    }
    if ids.len() < groups.len() {
        loader.notes.left(
            app.service.value_at("group_add"),
            app.subject("group_add"),
            "Kubernetes wants the numbers of groups",
        );
    }
    if app.service.text("read_only").as_deref() == Some("true") {
        items.push(Item::raw("readOnlyRootFilesystem", "true"));
    }
    let added = app.service.map.get("cap_add").and_then(Tree::as_list).unwrap_or_default();
    for value in added {
        let name = value.as_str().unwrap_or_default().trim_start_matches("CAP_");
        if name == "NET_BIND_SERVICE" {
            items.push(Item::raw("capabilities", "{add: [NET_BIND_SERVICE]}"));
        } else {
            let why = format!(
                "`{name}`: `restricted` refuses it; where it must be: `securityContext: {{capabilities: {{add: [{name}]}}}}` and a namespace that allows it"
            );
            loader.notes.decide(value.from, app.subject("cap_add"), why);
        }
    }
    // A claim that another app brings is one that kgen sets no group for by itself.
    let group =
        items.iter().find(|item| item.key == "runAsGroup" || item.key == "runAsUser").map(|item| item.value.clone());
    if app.mounts.iter().any(|(_, fate)| matches!(fate, volume::Fate::Claim(name) if shared.contains(name))) {
        let group = group.unwrap_or_else(|| Value::Raw("1000".into()));
        items.push(Item::new("fsGroup", group).beside("may write the volume"));
    }
    if !items.is_empty() {
        app.tail.push(Item::map("securityContext", items));
    }
}

/// Keys of one line each.
fn small(loader: &mut Loader, app: &mut App) {
    let at = |app: &App, key: &str| app.service.map.entry(key).map_or(app.service.at, |entry| entry.key_from);
    if let Some(text) = app.service.text("stop_grace_period") {
        match super::units::seconds(&text) {
            Ok(seconds) => app.tail.push(Item::raw("terminationGracePeriodSeconds", seconds.to_string())),
            Err(reason) => {
                probe::bad(loader, &app.subject("stop_grace_period"), app.service.map.get("stop_grace_period"), &reason)
            }
        }
    }
    if app.service.text("stop_signal").is_some_and(|signal| !["SIGTERM", "TERM", "15"].contains(&signal.as_str())) {
        let why = "pods are stopped with SIGTERM; from 1.33 on `lifecycle: {stopSignal: SIGINT}` says another";
        loader.notes.decide(at(app, "stop_signal"), app.subject("stop_signal"), why);
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
        Some(_) => {
            loader.notes.left(at(app, "pull_policy"), app.subject("pull_policy"), "write `imagePullPolicy: Always`")
        }
        None => {}
    }
    match app.service.text("restart").as_deref() {
        Some("no" | "on-failure") if !app.is_job => {
            let why = "an app is always restarted; what ends by itself is a job: write it under `jobs`";
            loader.notes.decide(at(app, "restart"), app.subject("restart"), why);
        }
        _ => {}
    }
    network(loader, app);
    labels(loader, app);
}

fn network(loader: &mut Loader, app: &mut App) {
    let at = |app: &App, key: &str| app.service.map.entry(key).map_or(app.service.at, |entry| entry.key_from);
    if let Some(mode) = app.service.text("network_mode").filter(|mode| mode != "bridge" && mode != "default") {
        let why = match mode.as_str() {
            "host" => "a pod has an address of its own; `hostNetwork: true` is refused by `restricted`",
            "none" => "write `egress: wiring` and `networkPolicy: wiring` to close it off",
            _ => "containers of one network are `sidecars` of one app",
        };
        loader.notes.decide(at(app, "network_mode"), app.subject("network_mode"), why);
    }
    let Some(value) = app.service.map.get("extra_hosts").filter(|value| !value.is_null()) else { return };
    let pairs: Vec<(String, String)> = match (value.as_map(), value.as_list()) {
        (Some(map), _) => {
            map.iter().filter_map(|(host, ip)| Some((host.to_string(), ip.as_str()?.to_owned()))).collect()
        }
        (_, Some(list)) => list
            .iter()
            .filter_map(|item| item.as_str()?.split_once(['=', ':']))
            .map(|(host, ip)| (host.to_owned(), ip.to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    let is_ip = |ip: &str| ip.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    if pairs.iter().any(|(_, ip)| !is_ip(ip)) {
        let why =
            "`host-gateway` is the machine that Docker runs on: a pod has none; write the address of what is meant";
        loader.notes.decide(value.from, app.subject("extra_hosts"), why);
    }
    let aliases: Vec<String> = pairs
        .iter()
        .filter(|(_, ip)| is_ip(ip))
        .map(|(host, ip)| {
            format!("{{ip: {:?}, hostnames: [{}]}}", ip.trim_matches(['[', ']']), super::text::inline(host))
        })
        .collect();
    if !aliases.is_empty() {
        app.tail.push(Item::raw("hostAliases", format!("[{}]", aliases.join(", "))));
    }
}

/// A proxy's labels say under which name the app is reached.
fn labels(loader: &mut Loader, app: &App) {
    for path in [&["labels"][..], &["deploy", "labels"]] {
        if let Some(value) = app.service.at(path).filter(|value| !value.is_null()).cloned() {
            route(loader, app, &path.join("."), &value);
        }
    }
}

fn route(loader: &mut Loader, app: &App, key: &str, value: &Tree<Span>) {
    let named = super::load::by_name(value.clone());
    let texts: Vec<String> = named
        .as_map()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    let host = texts.iter().find_map(|text| {
        let (_, rest) = text.split_once("Host(`")?;
        let host = rest.split_once('`')?.0;
        format::host(host).is_ok().then(|| host.to_owned())
    });
    match host {
        Some(host) => {
            let why = format!("Traefik's route: write `ingress: {{host: {host}, tls: {}-tls}}`", app.name);
            loader.notes.decide(value.from, app.subject(key), why);
        }
        None => {
            let why = "labels of containers are for tools of Docker; write `podLabels` or `podAnnotations` where something reads them";
            loader.notes.left(value.from, app.subject(key), why);
        }
    }
}
