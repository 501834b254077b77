//! `waitFor`: init containers that wait until a store answers.
//!
//! Owns: one container a store, with the store's own image, so that its client is there. The script gives up after a
//! bound and says what it waited for; the kubelet then starts it again.

use super::container::Helper;
use super::env;
use super::label::Owner;
use super::node::{Node, get, list, map, merged, str_of, take, text};
use super::output::Output;
use super::reference::{DANGLING_REFERENCE, Reference};
use super::wire::Via;
use super::{Planner, layout, security};
use crate::diag::{Diagnostic, suggest};
use crate::tree::Tree;

const POSTGRES: &str = include_str!("../../templates/scripts/wait-postgres.sh");
const REDIS: &str = include_str!("../../templates/scripts/wait-redis.sh");

pub fn containers(cx: &mut Planner, owner: &Owner, settings: &Node) -> Vec<Node> {
    let wanted = get(settings, "waitFor").and_then(Tree::as_list).unwrap_or_default().to_vec();
    wanted.iter().filter_map(|target| one(cx, owner, target)).collect()
}

fn one(cx: &mut Planner, owner: &Owner, target: &Node) -> Option<Node> {
    let said = target.as_str().unwrap_or_default();
    let said = said.strip_prefix("${").and_then(|s| s.strip_suffix('}')).unwrap_or(said);
    let (section, name) = said.split_once('.').unwrap_or((said, ""));
    let store = cx.settings.root.at(&[section, name]).filter(|_| matches!(section, "redis" | "postgres")).cloned();
    let Some(store) = store else {
        let names = cx.names(&["postgres", "redis"]);
        let hint = suggest::did_you_mean(said, names.iter().map(String::as_str));
        let d = Diagnostic::new(DANGLING_REFERENCE, format!("`waitFor` names no redis or postgres: `{said}`"))
            .at(cx.span_in(target));
        let other = || way(cx, said);
        cx.report.push(d.maybe_hint(other().or(hint).or_else(|| {
            (!names.is_empty())
                .then(|| format!("the profile has {}", suggest::all_of(names.iter().map(String::as_str))))
        })));
        return None;
    };
    // Mistakes in the image are the store's own.
    let said = get(&store, "image").and_then(|image| cx.resolver.plain(image).ok());
    let store = said.map_or(store.clone(), |image| merged(store, &map([("image", image)])));
    let env = cx.wired(owner, Via::Wait, |cx| environment(cx, owner, section, name, &store, target))?;
    let script = if section == "postgres" { POSTGRES } else { REDIS };
    let decided = ["mode", "auth"].map(|key| take(&store, key).from);
    Some(
        Helper {
            name: &format!("wait-for-{name}"),
            image: image(section, &store).of(&target.from),
            command: list(vec!["sh".into(), "-c".into(), script.into()]),
            args: Node::null(),
            env,
            resources: map([
                ("requests", map([("cpu", "10m".into()), ("memory", "32Mi".into())])),
                ("limits", map([("memory", "32Mi".into())])),
            ]),
            mounts: Vec::new(),
            security: merged(security::sealed(), &map([("runAsUser", user(section, &store))])),
        }
        .context()
        .of(&decided[0].and(&decided[1])),
    )
}

/// What to do where something is waited for that is no store.
fn way(cx: &Planner, said: &str) -> Option<String> {
    let (section, name) = said.split_once('.').unwrap_or((said, ""));
    let is_there = || cx.settings.root.at(&[section, name]).is_some();
    match section {
        "jobs" if is_there() => Some(format!(
            "run what `{said}` does in `initContainers` of the app, or order the two by what delivers them, as by sync waves of Argo CD in `annotations`"
        )),
        "apps" if is_there() => Some(
            "an app that needs another tries again until it answers; `readinessProbe` keeps requests away meanwhile"
                .into(),
        ),
        _ if said.contains("://") || said.contains('/') => {
            Some("wait for an address in `initContainers`, by a command of an image that has one".into())
        }
        _ => None,
    }
}

/// The store's own, which has its client.
fn image(section: &str, store: &Node) -> Node {
    if section == "postgres" { layout::image(store) } else { take(store, "image") }
}

/// The image's own numeric user.
fn user(section: &str, store: &Node) -> Node {
    let of_image = |user: i64| Node::from(user).of(&take(store, "image").from);
    if section == "postgres" { of_image(layout::user(store)) } else { 999.into() }
}

/// `TARGET` for the message, and where the store is: host and port, or its URL when it is outside.
fn environment(
    cx: &mut Planner,
    owner: &Owner,
    section: &str,
    name: &str,
    store: &Node,
    target: &Node,
) -> Option<Vec<Node>> {
    let mut out = vec![map([("name", "TARGET".into()), ("value", text(format!("{section}.{name}"), &target.from))])];
    let external = str_of(store, "mode") == Some("external");
    let is_watched = str_of(store, "mode") == Some("sentinel");
    let id = format!("{section}.{name}");
    let outputs: &[(&str, &str)] = match (external, section) {
        (true, _) => &[("URL", "url")],
        // A client that asks Sentinel has no use for the one address.
        (false, "redis") if is_watched && !cx.proxied.contains(&id) => {
            &[("SENTINELS", "sentinels"), ("MASTER", "masterName"), ("REDISCLI_AUTH", "password")]
        }
        (false, "redis") => &[("HOST", "host"), ("PORT", "port"), ("REDISCLI_AUTH", "password")],
        (false, _) => &[("HOST", "host"), ("PORT", "port")],
    };
    for (variable, output) in outputs {
        if *output == "password" && str_of(store, "auth") == Some("none") {
            continue;
        }
        let reference = Reference { text: format!("{section}.{name}.{output}"), at: 0 };
        let value = match cx.resolver.reference(&reference, target) {
            Ok(value) => value,
            Err(diagnostic) => {
                cx.report.push(*diagnostic);
                return None;
            }
        };
        let name: Node = (*variable).into();
        let variable = match value {
            Output::Plain(value) => map([("name", name), ("value", text(value.to_string(), &value.from))]),
            Output::Secret(secret) => env::of_secret(cx, owner, &name, secret, &mut out),
        };
        out.push(variable);
    }
    Some(out)
}
