//! Users, groups and capabilities of an app.

use super::super::context::Context;
use super::super::text::{Item, Value};
use super::super::volume;
use super::App;
use crate::tree::Tree;

pub fn security(cx: &mut Context, app: &mut App, shared: &[String]) {
    let mut items = Vec::new();
    user(cx, app, &mut items);
    groups(cx, app, &mut items);
    if app.service.text("read_only").as_deref() == Some("true") {
        items.push(Item::raw("readOnlyRootFilesystem", "true"));
    }
    capabilities(cx, app, &mut items);
    // A claim that another app brings is one that kgen sets no group for by itself.
    let group = items.iter().find(|item| item.key == "runAsGroup" || item.key == "runAsUser");
    let group = group.map_or(Value::Raw("1000".into()), |item| item.value.clone());
    if app.mounts.iter().any(|(_, fate)| matches!(fate, volume::Fate::Claim(name) if shared.contains(name))) {
        items.push(Item::new("fsGroup", group).beside("may write the volume"));
    }
    if !items.is_empty() {
        app.tail.push(Item::map("securityContext", items));
    }
}

fn user(cx: &mut Context, app: &mut App, items: &mut Vec<Item>) {
    let Some(said) = app.service.text("user") else { return };
    let at = app.service.value_at("user");
    let (user, group) = said.split_once(':').map_or((said.as_str(), None), |(user, group)| (user, Some(group)));
    let number = |text: &str| if text == "root" { Some(0) } else { text.parse::<u32>().ok() };
    match number(user) {
        Some(0) => {
            items.extend([Item::raw("runAsUser", "0"), Item::raw("runAsNonRoot", "false")]);
            app.allow.push(Item::text("run-as-root", "from the Compose file"));
            let why =
                "it runs as root, which a namespace under `restricted` refuses: take another user where the image can";
            cx.notes.decide(at, app.subject("user"), why);
        }
        Some(id) => items.push(Item::raw("runAsUser", id.to_string())),
        None => {
            let why = "Kubernetes wants the number of a user: write `securityContext: {runAsUser: 1000}`";
            cx.notes.decide(at, app.subject("user"), why);
        }
    }
    items.extend(group.and_then(number).map(|id| Item::raw("runAsGroup", id.to_string())));
}

fn groups(cx: &mut Context, app: &App, items: &mut Vec<Item>) {
    let groups = app.service.map.get("group_add").and_then(Tree::as_list).unwrap_or_default();
    let ids: Vec<&str> = groups.iter().filter_map(Tree::as_str).filter(|id| id.parse::<u32>().is_ok()).collect();
    if !ids.is_empty() {
        items.push(Item::raw("supplementalGroups", format!("[{}]", ids.join(", "))));
    }
    if ids.len() < groups.len() {
        let why = "Kubernetes wants the numbers of groups";
        cx.notes.left(app.service.value_at("group_add"), app.subject("group_add"), why);
    }
}

fn capabilities(cx: &mut Context, app: &App, items: &mut Vec<Item>) {
    for value in app.service.map.get("cap_add").and_then(Tree::as_list).unwrap_or_default() {
        let name = value.as_str().unwrap_or_default().trim_start_matches("CAP_");
        if name == "NET_BIND_SERVICE" {
            items.push(Item::raw("capabilities", "{add: [NET_BIND_SERVICE]}"));
            continue;
        }
        let why = format!(
            "`{name}`: `restricted` refuses it; where it must be: `securityContext: {{capabilities: {{add: [{name}]}}}}` and a namespace that allows it"
        );
        cx.notes.decide(value.from, app.subject("cap_add"), why);
    }
}
